// What a table or an index takes for each row: told by the lengths of values in rows from all over the table.

import { foldName, quoteIdentifier, rowsOf, type Database, type SqlValue } from '../../database';
import { indexClauses } from '../../script/clauses';
import { parseSql } from '../../script/tokens';

/** Bytes for each row of the table, on average; none for rows that a partial index leaves out. */
export interface Sample {
  readonly record: number;
  /** Of pages that are filled one after the other. */
  readonly onPages: number;
  /** The largest rowid; 0 where there is none. */
  readonly lastRowid: number;
}

/** Places in a table, and rows at each of them; of a longer row no value is read: it may lie behind hundreds of megabytes. */
const [PLACES, ROWS, LONG_ROW] = [64, 4, 16_384];

/**
 * Takes some hundred rows of a table, however many it has: of one without rowids the first ones. Gives SQLite's message where it cannot read them.
 * @param index one on plain columns; null for the table itself
 * @param shape a database whose schema has the index
 */
export function sampleRows(database: Database, table: string, index: string | null, shape = database): Sample | string {
  const from = `main.${quoteIdentifier(table)}`;
  const namesBy = (sql: string, name: string): readonly SqlValue[] => {
    const read = shape.query(sql, [name]);
    return read.ok ? read.value.map(([value = null]) => value) : [];
  };
  const stored = namesBy(`SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden IN (0, 3)`, table).map(String);
  const free = ['rowid', '_rowid_', 'oid'].find((one) => !stored.some((name) => foldName(name) === one));
  const rowid = free !== undefined && database.compile(`SELECT ${free} FROM ${from}`).ok ? free : null;
  const keys = namesBy(`SELECT iif(cid = -1, NULL, name) FROM pragma_index_xinfo(?, 'main')`, index ?? '');
  const [sql] = namesBy('SELECT CAST(sql AS TEXT) FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE', index ?? '');
  const where = typeof sql === 'string' ? indexClauses(parseSql(sql))?.where : null;
  const columns = stored.map(quoteIdentifier);
  const values = keys.map((key) => (typeof key === 'string' ? quoteIdentifier(key) : (rowid ?? 'NULL')));
  const sum = (terms: readonly string[]): string => ['1', ...terms].join(' + ');
  const read = (of: readonly string[]): string => `SELECT CASE
    WHEN ${sum(columns.map(atMost))} > ${LONG_ROW} THEN ${sum(of.map(atMost))}
    WHEN ${where ?? '1'} THEN ${sum(of.map(lengthOf))} ELSE 0 END FROM ${from} NOT INDEXED`;
  const rows = read(index === null ? columns : values);
  const ends = database.query(
    `SELECT (SELECT min(${rowid ?? 0}) FROM ${from}), (SELECT max(${rowid ?? 0}) FROM ${from})`,
  );
  if (!ends.ok) return ends.error.message;
  const [first = 0, last = 0] = (ends.value[0] ?? []).map(Number);
  const steps = Math.min(PLACES, Math.ceil((last - first) / ROWS));
  const records: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const place = first + ((last - first) * step) / Math.max(1, steps);
    const limit = rowid === null ? `LIMIT ${PLACES * ROWS}` : `WHERE ${rowid} >= ${place} LIMIT ${ROWS}`;
    const some = database.query(`${rows} ${limit}`);
    if (!some.ok) return some.error.message;
    records.push(...some.value.map(([size]) => Number(size)));
  }
  const pageSize = Number(rowsOf(database, 'PRAGMA main.page_size')[0]?.[0]);
  return { ...pack(records, pageSize, index === null && rowid !== null), lastRowid: last };
}

/** How much of a record lies on its page is the rule of https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”. */
function pack(records: readonly number[], usable: number, isTable: boolean): Omit<Sample, 'lastRowid'> {
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const most = isTable ? usable - 35 : 2 * least + 23;
  let [whole, cells, squares, overflow] = [0, 0, 0, 0];
  for (const record of records.filter((one) => one > 0)) {
    const wished = least + ((record - least) % (usable - 4));
    const local = record <= most ? record : wished <= most ? wished : least;
    // Beside it lie its length, its place on the page and, where it goes on elsewhere, the number of that page.
    const cell = local + (record > 127 ? 4 : 3) + (record > local ? 4 : 0);
    [whole, cells, squares] = [whole + record, cells + cell, squares + cell * cell];
    overflow += Math.ceil((record - local) / (usable - 4)) * usable;
  }
  // At the end of a page, half of the cell that did not fit any more is free.
  const filled = usable - 12 - squares / Math.max(1, cells) / 2;
  const rows = Math.max(1, records.length);
  return { record: whole / rows, onPages: ((cells * usable) / filled + overflow) / rows };
}

/** SQL for the bytes of a value in a record, its type included (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
function lengthOf(value: string): string {
  const beyond = [7, 15, 23, 31, 31, 47, 47].map((bits) => `(${value} NOT BETWEEN -${2 ** bits} AND ${2 ** bits - 1})`);
  return `CASE typeof(${value}) WHEN 'null' THEN 1 WHEN 'integer' THEN 1 + (${value} NOT IN (0, 1)) + ${beyond.join(' + ')}
    WHEN 'real' THEN 9 ELSE 1 + octet_length(${value}) + (octet_length(${value}) > 57) END`;
}

/** The same, or more, told without the value being read. */
function atMost(value: string): string {
  return `iif(typeof(${value}) IN ('text', 'blob'), 3 + octet_length(${value}), 9)`;
}
