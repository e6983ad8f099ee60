// What an empty database begins with: a whole schema that lies beside the history, the history itself, or something that is not here.

import { quoteIdentifier } from '../database';
import { partOf, type ChainMigration, type LeftOut } from './migration';
import { answerTo, type Answers, type Need } from './needs';
import { neededTables } from '../script/neededTables';
import { splitScript } from '../script/split';
import type { Statement } from '../script/statement';
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

/** What tools call the table in which they keep what they have applied, and which they make themselves. */
const HISTORY_TABLE = /^(?:_|__|schema_|db_)?migrations?(?:_history)?$|^schema_(?:version|history)$/i;
/** A statement that may work on such a table: most histories have none, and need not be taken apart to tell. */
const ON_HISTORY_TABLE =
  /\b(?:table|into|update|from)\s+(?:main\s*\.\s*)?["`[]?(?:(?:_|__|schema_|db_)?migrations?(?:_history)?|schema_(?:version|history))\b/i;

/**
 * Tells a whole schema from the history beside it. It is no step: a database that holds tables does not get it, and of an empty one it is
 * asked whether to begin with it. The answer is `use` or `skip`; of a missing table of the tool, `make`.
 * @param ordered the history in its order, with whatever has no number at its end
 */
export function arrangeBase(
  ordered: readonly ChainMigration[],
  { answers, isEmpty }: { readonly answers: Answers; readonly isEmpty: boolean },
): Based {
  const numbered = ordered.filter(({ version }) => version !== '');
  const called = ordered.filter(({ path, version, code }) => version === '' && code === null && isCalledSchema(path));
  if (numbered.length === 0) return { migrations: ordered, leftOut: [], needs: [] };
  if (called.length === 0)
    return isEmpty ? withHistoryTable(ordered, answers) : { migrations: ordered, leftOut: [], needs: [] };
  const history = statementsOf(numbered);
  const whole = called.flatMap((migration): WholeSchema[] => {
    const role = roleOf(partOf(migration), history);
    return role === 'step' ? [] : [{ migration, role }];
  });
  const schemas = new Set(whole.map(({ migration }) => migration));
  const migrations = ordered.filter((migration) => !schemas.has(migration));
  const [base, ...others] = whole;
  if (!base || !isEmpty) return { migrations, leftOut: whole.map(leaveOut), needs: [] };
  // A step in code may make the tables, so none is missed where there is one.
  const missing = migrations.some(({ code }) => code !== null) ? [] : neededTables(history);
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

function statementsOf(history: readonly ChainMigration[]): readonly Statement[] {
  const split = splitScript(history.map(partOf));
  return split.ok ? split.statements : [];
}

function baseNeed(
  { migration: { path }, role }: WholeSchema,
  history: readonly ChainMigration[],
  missing: readonly string[],
): Need {
  const files = counted(history.filter(({ code }) => code === null).length, 'file');
  const use = {
    answer: 'use',
    label: role === 'end' ? `Begin with ${path}, and run none of the ${files}` : `Run ${path} first`,
  };
  const skip = { answer: 'skip', label: `Run the ${files} without it` };
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
    proposal: role === 'start' || missing.length > 0 ? use : skip,
    blocks: role === 'start' || missing.length > 0,
  };
}

/** A history alone on an empty database: whether it works on the table of its tool, which is not there. */
function withHistoryTable(migrations: readonly ChainMigration[], answers: Answers): Based {
  const plain = { migrations, leftOut: [], needs: [] };
  if (!migrations.some(({ text }) => ON_HISTORY_TABLE.test(text))) return plain;
  const table = neededTables(statementsOf(migrations)).find((name) => HISTORY_TABLE.test(name));
  if (table === undefined) return plain;
  const make = { answer: 'make', label: 'Make it, with a column version' };
  const need: Need = {
    kind: 'base',
    name: table,
    sentence: `These files change ${table}, the table in which their tool keeps what it has applied, and which it makes itself. Your database is empty and does not have it.`,
    where: migrations.filter(({ text }) => ON_HISTORY_TABLE.test(text)).map(({ path }) => path),
    options: [make],
    proposal: make,
    blocks: true,
  };
  if (answerTo(answers, 'base', table) !== 'make') return { ...plain, needs: [need] };
  const made: ChainMigration = {
    path: `${table} (the tool’s own table)`,
    tool: migrations[0]?.tool ?? null,
    version: '',
    title: `${table}, the tool’s own table`,
    text: `CREATE TABLE ${quoteIdentifier(table)} (version TEXT);\n`,
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
