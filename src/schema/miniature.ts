// The miniature of a database: its schema, and some rows of its tables. What a script makes of it tells, in proportion, what the
// script makes of the database.

import { foldName, quoteIdentifier, type Database } from '../database';
import type { Relation } from './schema';
import { makeShadow } from './shadow';

/** The schema of a database without its triggers, which must not fire for copied rows. Whoever asked for it closes it. */
export function makeMiniature(database: Database): Database {
  const miniature = makeShadow(database);
  miniature.execute('PRAGMA writable_schema = ON');
  miniature.execute(`DELETE FROM sqlite_schema WHERE type = 'trigger'`);
  miniature.execute('PRAGMA schema_version = 2000');
  miniature.execute('PRAGMA writable_schema = RESET');
  return miniature;
}

/**
 * Copies rows of a table into its miniature; gives SQLite's message where it refuses.
 * @param rowids the rows; of a table that cannot be asked for them, as many from its beginning
 */
export function copyRows(
  database: Database,
  miniature: Database,
  { name, columns, withoutRowid }: Relation,
  rowids: readonly bigint[],
): string | null {
  const rowid = ['rowid', '_rowid_', 'oid'].find((alias) => !columns.some((one) => foldName(one.name) === alias));
  const names = columns
    .filter(({ generated, hidden }) => generated === null && !hidden)
    .map((column) => quoteIdentifier(column.name));
  let which = `LIMIT ${rowids.length}`;
  if (!withoutRowid && rowid !== undefined) {
    names.unshift(rowid);
    which = `WHERE ${rowid} IN (${rowids.join()})`;
  }
  const rows = database.query(`SELECT ${names.join()} FROM main.${quoteIdentifier(name)} NOT INDEXED ${which}`);
  if (!rows.ok) return rows.error.message;
  const insert = `INSERT INTO main.${quoteIdentifier(name)} (${names.join()}) VALUES (${names.map(() => '?').join()})`;
  let message: string | null = null;
  for (const row of rows.value) {
    // A bigint would be bound as text.
    const values = row.map((value) => (typeof value === 'bigint' ? Number(value) : value));
    const added = miniature.execute(insert, values);
    if (!added.ok) message = added.error.message;
  }
  return message;
}
