// What an empty database begins with: a whole schema that lies beside the history, the history itself, or something that is not here.

import { partOf, type ChainMigration, type LeftOut } from './migration';
import { answerTo, type Answers, type Need } from './needs';
import { neededTables } from '../script/neededTables';
import { splitScript } from '../script/split';
import type { ParsedStatement } from '../script/parsedStatement';
import { findToolTable, mayWorkOnToolTable } from './toolTable';
import { isCalledSchema, roleOf, type SchemaRole } from './wholeSchema';
import { counted } from '../words';

/** A history with what it begins with. */
interface Based {
  readonly migrations: readonly ChainMigration[];
  readonly leftOut: readonly LeftOut[];
  readonly needs: readonly Need[];
}

/** A file that is a whole schema. */
interface WholeSchema {
  readonly migration: ChainMigration;
  readonly role: Exclude<SchemaRole, 'step'>;
}

/**
 * Tells a whole schema from the history beside it. It is no step: a database that holds tables does not get it, and of an empty one it is
 * asked whether to begin with it. The answer is `use` or `skip`; of a missing table of the tool, `make`.
 * @param ordered the history in its order, with whatever has no number at its end
 */
export function arrangeBase(
  ordered: readonly ChainMigration[],
  { answers, isEmpty }: { readonly answers: Answers; readonly isEmpty: boolean },
): Based {
  const numbered = ordered.filter(({ version, whole }) => version !== '' && whole === undefined);
  const called = ordered.filter(
    ({ path, version, code, whole }) =>
      whole !== undefined || (version === '' && code === null && isCalledSchema(path)),
  );
  if (numbered.length === 0) return { migrations: ordered, leftOut: [], needs: [] };
  if (called.length === 0)
    return isEmpty ? withToolTable(ordered, answers) : { migrations: ordered, leftOut: [], needs: [] };
  const history = statementsOf(numbered);
  const whole = called.flatMap((migration): WholeSchema[] => {
    const role = migration.whole ? 'end' : roleOf(partOf(migration), history);
    return role === 'step' ? [] : [{ migration, role }];
  });
  const schemas = new Set(whole.map(({ migration }) => migration));
  const migrations = ordered.filter((migration) => !schemas.has(migration));
  const [base, ...others] = whole;
  if (!base || !isEmpty) return { migrations, leftOut: whole.map(leaveOut), needs: [] };
  // A step in code may make the tables, so none is missed behind one.
  const step = migrations.findIndex(({ code }) => code !== null);
  const missing = neededTables(step < 0 ? history : statementsOf(migrations.slice(0, step)));
  const need = baseNeed(base, migrations, missing);
  const answer = answerTo(answers, 'base', base.migration.path);
  const left = others.map(leaveOut);
  if (answer !== 'use') return { migrations, leftOut: [...left, leaveOut(base)], needs: [need] };
  const first = { ...base.migration, warnings: [] };
  if (base.role === 'start') return { migrations: [first, ...migrations], leftOut: left, needs: [need] };
  const stoodFor = migrations.map(({ path }) => ({ path, why: `${base.migration.path} stands for it` }));
  return { migrations: [first], leftOut: [...left, ...stoodFor], needs: [need] };
}

function leaveOut({ migration: { path } }: WholeSchema): LeftOut {
  return { path, why: 'it is a whole schema, for a database that is empty, and no step of the history' };
}

function statementsOf(history: readonly ChainMigration[]): readonly ParsedStatement[] {
  const split = splitScript(history.map(partOf));
  return split.ok ? split.statements : [];
}

function baseNeed(
  { migration: { path, whole }, role }: WholeSchema,
  history: readonly ChainMigration[],
  missing: readonly string[],
): Need {
  const files = counted(history.filter(({ code }) => code === null).length, 'file');
  const use = {
    answer: 'use',
    label: role === 'end' ? `Begin with ${path}, and run none of the ${files}` : `Run ${path} first`,
  };
  const skip = { answer: 'skip', label: `Run the ${files} without it` };
  const isNeeded = role === 'start' || whole !== undefined || missing.length > 0;
  const lacks = missing.length > 0 ? ` The files do not make ${named(missing)} themselves.` : '';
  return {
    kind: 'base',
    name: path,
    sentence:
      (role === 'end'
        ? `Your database is empty, and ${path} is the whole schema that these files come to.`
        : `Your database is empty, and ${path} has the tables with which these files begin.`) + lacks,
    where: [path],
    options: [use, skip],
    proposal: isNeeded ? use : skip,
    blocks: isNeeded,
  };
}

/** A history alone on an empty database: whether it works on the table of its tool, which is not there. */
function withToolTable(migrations: readonly ChainMigration[], answers: Answers): Based {
  const plain = { migrations, leftOut: [], needs: [] };
  if (!migrations.some(({ text }) => mayWorkOnToolTable(text))) return plain;
  const table = findToolTable(statementsOf(migrations));
  if (table === null) return plain;
  const { name, columns, sql } = table;
  const how =
    columns === null
      ? 'as the tool makes it'
      : `with ${columns.length === 1 ? 'a column' : 'the columns'} ${columns.join(', ')}`;
  const make = { answer: 'make', label: `Make it, ${how}` };
  const need: Need = {
    kind: 'base',
    name,
    sentence: `These files change ${name}, the table in which their tool keeps what it has applied, and which it makes itself. Your database is empty and does not have it.`,
    where: migrations.filter(({ text }) => mayWorkOnToolTable(text)).map(({ path }) => path),
    options: [make],
    proposal: make,
    blocks: true,
  };
  if (answerTo(answers, 'base', name) !== 'make') return { ...plain, needs: [need] };
  const made: ChainMigration = {
    path: `${name} (the tool’s own table)`,
    tool: migrations[0]?.tool ?? null,
    version: '',
    title: `${name}, the tool’s own table`,
    text: sql,
    repeatable: false,
    when: null,
    down: null,
    code: null,
    warnings: [],
  };
  return { ...plain, migrations: [made, ...migrations], needs: [need] };
}

/** Names of tables that a sentence lists. */
const LISTED = 3;

function named(tables: readonly string[]): string {
  if (tables.length === 1) return `the table ${tables.join('')}`;
  const more = tables.length - LISTED;
  return `the tables ${tables.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
