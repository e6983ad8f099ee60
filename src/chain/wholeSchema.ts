// A file beside a history that is a whole schema and no step of it: `schema.sql`, `LATEST.sql`. It is what an empty database may begin with.

import { foldName } from '../database';
import { neededTables } from '../script/neededTables';
import { splitScript } from '../script/split';
import type { ScriptPart, Statement } from '../script/statement';

/** What such files are called, whatever stands around it. */
const NAMES =
  /^(?:sqlite3?|create(?:[-_. ][a-z]+)*|(?:[a-z]+[-_. ])*(?:(?:full|whole|current|latest|initial|init|base|baseline|create|complete|all|db|database|sqlite3?|app)[-_. ]?)*(?:schema|latest|structure|init|initial|base|baseline|ddl|tables|setup|snapshot|current|full|dump|create)(?:[-_.](?:latest|current|full|sqlite3?|dump|init))*)\.sql$/i;

/** Whether a file may be one, by its name, which has no number. */
export function isCalledSchema(path: string): boolean {
  return NAMES.test(path.split('/').at(-1) ?? path);
}

/**
 * What a whole schema is to a history. `end`: it is what the history comes to, and takes its place. `start`: the history begins with it.
 * `step`: it is neither, but a script like the others.
 */
export type SchemaRole = 'end' | 'start' | 'step';

/**
 * Tells a whole schema from a step by what is in it, and whether it stands at the end or at the start of a history: where the tables of the
 * history, or the columns that it adds, are in it already, it is what the history comes to.
 * @param history the statements of the files in their order
 */
export function roleOf(schema: ScriptPart, history: readonly Statement[]): SchemaRole {
  const own = splitScript([schema]);
  if (!own.ok) return 'step';
  const tables = new Map(
    own.statements.flatMap(({ kind, name, text }) =>
      kind === 'create table' && name !== null ? [[foldName(name), text] as const] : [],
    ),
  );
  const changes = own.statements.some(({ kind }) => kind === 'add column' || kind === 'rename table');
  if (tables.size === 0 || changes) return 'step';
  const needed = new Set(neededTables(history).map(foldName));
  /** Above zero where more speaks for the end than for the start. */
  let end = 0;
  for (const { kind, name, table, column } of history) {
    const definition = tables.get(foldName((kind === 'create table' ? name : table) ?? ''));
    if (definition === undefined) continue;
    // The history could not add a column that is there before it.
    if (kind === 'add column' && column !== null) end += hasWord(definition, column) ? 1 : -1;
    // A table that it works on before it makes one of that name is rebuilt.
    if (kind === 'create table' && name !== null && !needed.has(foldName(name))) end++;
  }
  if (end !== 0) return end > 0 ? 'end' : 'start';
  return [...tables.keys()].some((table) => needed.has(table)) ? 'start' : 'step';
}

function hasWord(definition: string, word: string): boolean {
  const written = foldName(word).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![a-z0-9_])${written}(?![a-z0-9_])`).test(foldName(definition));
}
