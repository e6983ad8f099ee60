// What an empty database begins with: a whole schema that lies beside the history, the history itself, or something that is not here.

import type { ChainMigration, LeftOut } from './migration';
import { answerTo, type Answers, type Need } from './needs';
import { neededTables } from '../script/neededTables';
import { splitScript } from '../script/split';
import type { ScriptPart } from '../script/statement';
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

/**
 * Tells a whole schema from the history beside it. It is no step: a database that holds tables does not get it, and of an empty one it is
 * asked whether to begin with it. The answer is `use` or `skip`; of a missing table of the tool, `make`.
 * @param ordered the history in its order, with whatever has no number at its end
 */
export function arrangeBase(
  ordered: readonly ChainMigration[],
  { answers, isEmpty }: { readonly answers: Answers; readonly isEmpty: boolean },
): Based {
  const whole = findWholeSchemas(ordered);
  const schemas = new Set(whole.map(({ migration }) => migration));
  const migrations = ordered.filter((migration) => !schemas.has(migration));
  const [base, ...others] = whole;
  const leaveOut = (schema: WholeSchema): LeftOut => ({
    path: schema.migration.path,
    why: 'it is a whole schema, for a database that is empty, and no step of the history',
  });
  if (!isEmpty) return { migrations, leftOut: whole.map(leaveOut), needs: [] };
  if (!base) return withTables(migrations, answers);
  const need = baseNeed(base, migrations);
  const answer = answerTo(answers, 'base', base.migration.path) ?? (need.blocks ? null : 'skip');
  const left = others.map(leaveOut);
  if (answer !== 'use') return { migrations, leftOut: [...left, leaveOut(base)], needs: [need] };
  const first = { ...base.migration, warnings: [] };
  if (base.role === 'start') return { migrations: [first, ...migrations], leftOut: left, needs: [need] };
  const stoodFor = migrations.map(({ path }) => ({ path, why: `${base.migration.path} stands for it` }));
  return { migrations: [first], leftOut: [...left, ...stoodFor], needs: [need] };
}

function findWholeSchemas(ordered: readonly ChainMigration[]): readonly WholeSchema[] {
  const called = ordered.filter(({ path, version, code }) => version === '' && code === null && isCalledSchema(path));
  const history = ordered.filter(({ version }) => version !== '').map(partOf);
  if (called.length === 0 || history.length === 0) return [];
  return called.flatMap((migration): WholeSchema[] => {
    const role = roleOf(partOf(migration), history);
    return role === 'step' ? [] : [{ migration, role }];
  });
}

function partOf({ path, text }: ChainMigration): ScriptPart {
  return { name: path, text };
}

function baseNeed({ migration: { path }, role }: WholeSchema, history: readonly ChainMigration[]): Need {
  const missing = missingTables(history);
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

/** A history alone on an empty database: what it needs and does not make. */
function withTables(migrations: readonly ChainMigration[], answers: Answers): Based {
  const missing = missingTables(migrations);
  const [table] = missing;
  if (table === undefined) return { migrations, leftOut: [], needs: [] };
  const where = migrations.slice(0, 1).map(({ path }) => path);
  if (missing.length > 1 || !HISTORY_TABLE.test(table)) {
    const sentence = `Your database is empty, and no file here makes ${named(missing)}, on which these files work: something else made the first tables, a program or a file that is missing. Open a database that has them, or add the file that makes them.`;
    const need: Need = { kind: 'base', name: table, sentence, where, options: [], proposal: null, blocks: false };
    return { migrations, leftOut: [], needs: [need] };
  }
  const make = { answer: 'make', label: `Make it with a column version` };
  const need: Need = {
    kind: 'base',
    name: table,
    sentence: `These files change ${table}, the table in which their tool keeps what it has applied, and which it makes itself. Your database is empty and does not have it.`,
    where,
    options: [make],
    proposal: make,
    blocks: true,
  };
  const made: ChainMigration = {
    path: `${table} (the tool’s own table)`,
    tool: migrations[0]?.tool ?? null,
    version: '',
    title: `${table}, the tool’s own table`,
    text: `CREATE TABLE "${table}" (version TEXT);\n`,
    repeatable: false,
    when: null,
    down: null,
    code: null,
    warnings: [],
  };
  return {
    migrations: answerTo(answers, 'base', table) === 'make' ? [made, ...migrations] : migrations,
    leftOut: [],
    needs: [need],
  };
}

/** The tables that a history works on before it makes them. A step in code may make some, so none is missed where there is one. */
function missingTables(history: readonly ChainMigration[]): readonly string[] {
  if (history.some(({ code }) => code !== null)) return [];
  const split = splitScript(history.map(partOf));
  return split.ok ? neededTables(split.statements) : [];
}

/** Names of tables that a sentence lists. */
const LISTED = 3;

function named(tables: readonly string[]): string {
  if (tables.length === 1) return `the table ${tables.join('')}`;
  const more = tables.length - LISTED;
  return `the tables ${tables.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
