// A table rebuild: a table is put aside, made anew as it is wished for, and filled with the rows of the old one.

import { foldName, quoteIdentifier, quoteText } from '../database';
import type { Relation } from '../schema/schema';
import { hasWords, parseSql } from '../script/tokens';

/** What is copied, and how. */
export interface RowCopy {
  /** Columns of the new table that get a value: an SQL expression over the columns of the old one. */
  readonly columns: readonly { readonly name: string; readonly value: string }[];
  /** Rows that come along; null for all. */
  readonly condition: string | null;
}

/** The old table, of which the columns have the names of the new one already, and the new one. */
export interface RebuiltTable {
  readonly before: Relation;
  readonly after: Relation;
  readonly copy: RowCopy;
  /** A name that no table has, before or after. */
  readonly aside: string;
  /** Definitions of computed columns that the old table gets, for what is asked of its rows. */
  readonly held: readonly string[];
}

/**
 * The statements of a rebuild. The old table gets another name in the legacy way (https://sqlite.org/pragma.html#pragma_legacy_alter_table,
 * SQLite 3.26), which leaves foreign keys of other tables, views and triggers as they are written: all of them mean the new table as
 * soon as it is there, and none of their texts is touched. That holds with foreign keys off, which the script sees to. The new
 * table is created by its own text, so it ends equal to the letter; a rename at the end would write its name in quotes.
 */
export function rebuildByRename(table: RebuiltTable): readonly string[] {
  const { before, after, aside } = table;
  return [
    'PRAGMA legacy_alter_table = ON',
    `ALTER TABLE ${quoteIdentifier(before.name)} RENAME TO ${quoteIdentifier(aside)}`,
    'PRAGMA legacy_alter_table = OFF',
    ...heldColumns(table),
    after.sql,
    insertRows(table, rowidOf(before)),
    ...marks(table, [`DELETE FROM sqlite_sequence WHERE name = ${quoteText(after.name)}`, copyMark(aside, after.name)]),
    `DROP TABLE ${quoteIdentifier(aside)}`,
  ];
}

/**
 * The same for a table that SQLite cannot rename so, as one whose CHECK names it: its rows are copied aside and back.
 */
export function rebuildByCopy(table: RebuiltTable): readonly string[] {
  const { before, after, aside } = table;
  const rowid = rowidOf(before);
  const columns = before.columns.map(({ name }) => quoteIdentifier(name));
  const kept = unusedName(
    'old_rowid',
    before.columns.map(({ name }) => name),
  );
  const all = rowid === null ? columns : [`${rowid} AS ${quoteIdentifier(kept)}`, ...columns];
  return [
    `CREATE TABLE ${quoteIdentifier(aside)} AS SELECT ${all.join(', ')} FROM ${quoteIdentifier(before.name)}`,
    ...marks(table, [copyMark(before.name, aside)]),
    `DROP TABLE ${quoteIdentifier(before.name)}`,
    ...heldColumns(table),
    after.sql,
    insertRows(table, rowid === null ? null : quoteIdentifier(kept)),
    ...marks(table, [
      `DELETE FROM sqlite_sequence WHERE name = ${quoteText(after.name)}`,
      copyMark(aside, after.name),
      `DELETE FROM sqlite_sequence WHERE name = ${quoteText(aside)}`,
    ]),
    `DROP TABLE ${quoteIdentifier(aside)}`,
  ];
}

function heldColumns({ aside, held }: RebuiltTable): readonly string[] {
  return held.map((definition) => `ALTER TABLE ${quoteIdentifier(aside)} ADD COLUMN ${definition}`);
}

/** The name, or with a number behind it, that is none of the others. */
export function unusedName(name: string, others: Iterable<string>): string {
  const taken = new Set(Array.from(others, foldName));
  let free = name;
  for (let number = 2; taken.has(foldName(free)); number++) free = `${name}_${number}`;
  return free;
}

/** How SQL names the rowid of a table: null where it has none, or columns hide all three names. */
export function rowidOf({ withoutRowid, columns }: Relation): string | null {
  if (withoutRowid) return null;
  const taken = new Set(columns.map(({ name }) => foldName(name)));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null;
}

/** The column that is the rowid under another name (https://sqlite.org/lang_createtable.html#rowid); null where none is. */
export function rowidColumn({ withoutRowid, columns, sql }: Relation): string | null {
  const keys = columns.filter(({ primaryKey }) => primaryKey > 0);
  const [key] = keys;
  if (withoutRowid || keys.length !== 1 || !key || foldName(key.type) !== 'integer') return null;
  // `INTEGER PRIMARY KEY DESC` at the column is the one exception.
  const { tokens } = parseSql(sql);
  return hasWords(tokens, 'PRIMARY', 'KEY', 'DESC') ? null : key.name;
}

function isAutoincrement({ sql }: Relation): boolean {
  return /autoincrement/i.test(sql) && hasWords(parseSql(sql).tokens, 'AUTOINCREMENT');
}

function insertRows({ after, copy, aside }: RebuiltTable, oldRowid: string | null): string {
  const rowid = rowidOf(after);
  const alias = rowidColumn(after);
  const own = copy.columns.map(({ name, value }) => [quoteIdentifier(name), value] as const);
  const isGiven = alias !== null && copy.columns.some(({ name }) => foldName(name) === foldName(alias));
  const rowids = oldRowid !== null && rowid !== null && !isGiven ? [[rowid, oldRowid] as const] : [];
  const pairs = [...rowids, ...own];
  // Without it a clause of the table itself, as UNIQUE ON CONFLICT IGNORE, would leave rows out in silence.
  const insert = hasWords(parseSql(after.sql).tokens, 'ON', 'CONFLICT') ? 'INSERT OR ABORT INTO' : 'INSERT INTO';
  const where = copy.condition === null ? '' : `\n  WHERE ${copy.condition}`;
  const columns = pairs.map(([name]) => name).join(', ');
  return `${insert} ${quoteIdentifier(after.name)} (${columns})\n  SELECT ${pairs.map(([, value]) => value).join(', ')}\n  FROM ${quoteIdentifier(aside)}${where}`;
}

/** The statements about the mark of AUTOINCREMENT, where both tables have one. */
function marks({ before, after }: RebuiltTable, statements: readonly string[]): readonly string[] {
  return isAutoincrement(before) && isAutoincrement(after) ? statements : [];
}

function copyMark(from: string, to: string): string {
  return `INSERT INTO sqlite_sequence (name, seq) SELECT ${quoteText(to)}, seq FROM sqlite_sequence WHERE name = ${quoteText(from)}`;
}
