// Virtual tables: the shadow tables that store them (https://sqlite.org/vtab.html#the_xshadowname_method), and those that are only
// an index of rows that lie elsewhere.

import { foldName, rowsOf, type Database } from '../database';
import { parseSql, unquotedName } from '../script/tokens';

/** The virtual table that a shadow table stores: SQLite takes for its name all that is before the last underscore. */
export function ownerOf(shadowTable: string): string {
  return shadowTable.slice(0, Math.max(0, shadowTable.lastIndexOf('_')));
}

/**
 * The table whose rows a CREATE VIRTUAL TABLE makes an index of: FTS4 and FTS5 with `content = a_table`
 * (https://sqlite.org/fts5.html#external_content_tables). Null where it is none, or holds rows of its own.
 */
export function contentOf(createVirtualTable: string): string | null {
  const { tokens } = parseSql(createVirtualTable);
  const at = tokens.findIndex(
    (token, index) => foldName(unquotedName(token) ?? '') === 'content' && tokens[index + 1]?.text === '=',
  );
  const content = at < 0 ? undefined : tokens[at + 2];
  const name = content ? unquotedName(content) : null;
  return name === '' ? null : name;
}

/** Whether a CREATE VIRTUAL TABLE makes an index of the rows of another table, which holds no row of its own. */
export function isIndexOfOther(createVirtualTable: string): boolean {
  return contentOf(createVirtualTable) !== null;
}

/** Whether the file has virtual tables. */
export function hasVirtualTables(database: Database): boolean {
  return rowsOf(database, `SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 LIMIT 1`).length > 0;
}

/** The text of a virtual table of the file; null of every other name. */
export function virtualTableText(database: Database, name: string): string | null {
  const read = database.query(
    `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 AND name = ? COLLATE NOCASE`,
    [name],
  );
  const sql = read.ok ? read.value[0]?.[0] : null;
  return typeof sql === 'string' ? sql : null;
}
