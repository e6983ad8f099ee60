// What a script took of the database while it was planned, and what the indexes will take that a plan does not build.

import { foldName, quoteIdentifier, rowsOf, type Database, type SqlValue } from '../../database';
import { indexClauses } from '../../script/clauses';
import { parseSql } from '../../script/tokens';
import { indexesOnlyIn } from '../run/deferredIndexes';
import type { WatchScript } from '../warning';

/** Bytes for each row of the table, on average; none for rows that a partial index leaves out. */
export interface Sample {
  readonly record: number;
  /** Of pages that are filled one after the other. */
  readonly onPages: number;
  /** The largest rowid; 0 where there is none. */
  readonly lastRowid: number;
}

/** What a plan has found out for a forecast. */
export interface Growth {
  /** Pages that each statement that ran took into use; negative where it gave more back. */
  readonly pages: readonly number[];
  /** The indexes that it has not built: their names, folded, their tables, and SQLite's message where these cannot be sampled. */
  readonly waiting: readonly { readonly index: string; readonly table: string; readonly sample: Sample | string }[];
}

/** Places in a table, and rows at each of them; of a longer row no value is read: it may lie behind hundreds of megabytes. */
const [PLACES, ROWS, LONG_ROW] = [64, 4, 16_384];

/** Watches a plan as `watch` does, and tells at its end what the script took. */
export function watchGrowth(watch: WatchScript, tell: (growth: Growth) => void): WatchScript {
  return (start) => {
    const { database } = start;
    const watcher = watch(start);
    const used: number[] = [];
    // NaN where SQLite does not tell, for example since the script has made its schema unreadable.
    const look = (): unknown => {
      const read = database.query('SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count');
      return used.push(read.ok ? Number(read.value[0]?.[0]) : NaN);
    };
    return {
      before: (statement, shadow) => {
        look();
        watcher.before(statement, shadow);
      },
      end: (end) => {
        look();
        const { complete, shadow } = end;
        const pages = used.slice(1).map((after, at) => after - (used[at] ?? 0) || 0);
        const waiting = [...(complete ? indexesOnlyIn(shadow, database).keys() : [])].map((index) => {
          const sql = `SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE`;
          const table = foldName(String(rowsOf(shadow, sql, [index])[0]?.[0]));
          return { index, table, sample: sampleRows(database, table, index, shadow) };
        });
        tell({ pages, waiting });
        return watcher.end(end);
      },
    };
  };
}

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
  const isHidden = stored.some((name) => foldName(name) === 'rowid');
  const rowid = !isHidden && database.compile(`SELECT rowid FROM ${from}`).ok ? 'rowid' : null;
  const keys = namesBy(`SELECT iif(cid = -1, NULL, name) FROM pragma_index_xinfo(?, 'main')`, index ?? '');
  const [sql] = namesBy('SELECT CAST(sql AS TEXT) FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE', index ?? '');
  const where = typeof sql === 'string' ? indexClauses(parseSql(sql))?.where : null;
  const columns = stored.map(quoteIdentifier);
  const values = keys.map((key) => (typeof key === 'string' ? quoteIdentifier(key) : (rowid ?? 'NULL')));
  // The same, or more, told without the value being read.
  const atMost = (value: string): string => `iif(typeof(${value}) IN ('text', 'blob'), 3 + octet_length(${value}), 9)`;
  const sum = (terms: readonly string[]): string => ['1', ...terms].join(' + ');
  const read = (of: readonly string[]): string => `SELECT CASE
    WHEN ${sum(columns.map(atMost))} > ${LONG_ROW} THEN ${sum(of.map(atMost))}
    WHEN ${where ?? '1'} THEN ${sum(of.map(lengthOf))} ELSE 0 END FROM ${from} NOT INDEXED`;
  const rows = read(index === null ? columns : values);
  const ends = database.query(
    rowid ? `SELECT (SELECT min(rowid) FROM ${from}), (SELECT max(rowid) FROM ${from})` : 'SELECT 0, 0',
  );
  if (!ends.ok) return ends.error.message;
  const [first = 0, last = 0] = (ends.value[0] ?? []).map(Number);
  const steps = Math.min(PLACES, Math.ceil((last - first) / ROWS));
  const records: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const place = first + ((last - first) * step) / Math.max(1, steps);
    const limit = rowid === null ? `LIMIT ${PLACES * ROWS}` : `WHERE rowid >= ${place} LIMIT ${ROWS}`;
    const some = database.query(`${rows} ${limit}`);
    if (!some.ok) return some.error.message;
    records.push(...some.value.map(([size]) => Number(size)));
  }
  const pageSize = Number(rowsOf(database, 'PRAGMA main.page_size')[0]?.[0]);
  return { ...pack(records, pageSize, index === null && rowid !== null), lastRowid: last };
}

/** The rule of https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”: of a long record the least part lies with the others. */
function pack(records: readonly number[], pageSize: number, isTable: boolean): Omit<Sample, 'lastRowid'> {
  const most = isTable ? pageSize - 35 : pageSize / 4 - 26;
  const least = pageSize / 8 - 25;
  let [whole, cells, overflow] = [0, 0, 0];
  for (const record of records) {
    whole += record;
    // Beside it lie its length and its place on the page.
    cells += record > most ? least + 8 : record > 0 ? record + 3 : 0;
    overflow += record > most ? Math.ceil((record - least) / pageSize) * pageSize : 0;
  }
  const rows = Math.max(1, records.length);
  // At the end of a page, half of the cell that did not fit any more is free.
  const filled = pageSize - 12 - cells / Math.max(1, records.filter(Boolean).length) / 2;
  return { record: whole / rows, onPages: ((cells * pageSize) / filled + overflow) / rows };
}

/** SQL for the bytes of a value in a record, its type included (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
function lengthOf(value: string): string {
  const beyond = [7, 15, 23, 31, 31, 47, 47].map((bits) => `(${value} NOT BETWEEN -${2 ** bits} AND ${2 ** bits - 1})`);
  return `CASE typeof(${value}) WHEN 'null' THEN 1 WHEN 'integer' THEN 1 + (${value} NOT IN (0, 1)) + ${beyond.join(' + ')}
    WHEN 'real' THEN 9 ELSE 1 + octet_length(${value}) + (octet_length(${value}) > 57) END`;
}
