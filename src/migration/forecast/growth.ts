// What a script took of the database while it was planned, and what the indexes will take that a plan does not build.

import { foldName, quoteIdentifier, rowsOf, type Database, type SqlValue } from '../../database';
import { indexClauses } from '../../script/clauses';
import { parseSql } from '../../script/tokens';
import { indexesOnlyIn } from '../run/deferredIndexes';
import type { WatchScript } from '../warning';

/** Bytes for each row of a table, on average: of its record, and of pages that are filled one after the other; NaN where they are unknown. */
export type Sample = Readonly<Record<'record' | 'onPages' | 'lastRowid', number>>;

/** What a plan has found out for a forecast. */
export interface Growth {
  /** Pages that each statement that ran took into use; negative where it gave more back. */
  readonly pages: readonly number[];
  /** The indexes that it has not built. */
  readonly waiting: readonly WaitingIndex[];
}

/** An index that a plan has not built: its name and that of its table, folded, and its text. */
export interface WaitingIndex extends Readonly<Record<'index' | 'table' | 'text', string>> {
  /** Its columns; null for the rowid. */
  readonly keys: readonly (string | null)[];
  /** What it takes; null where the file itself has its columns, whose rows are looked at when the plan is shown. */
  readonly sample: Sample | null;
}

/** Rows of a table that are looked at; of a longer one no value is read: it may lie behind hundreds of megabytes. */
const [ROWS, LONG_ROW] = [120, 16_384];

const NO_ROWS: Sample = { record: NaN, onPages: NaN, lastRowid: 0 };

/** Watches a plan as `watch` does, and tells at its end what the script took. */
export function watchGrowth(watch: WatchScript, tell: (growth: Growth) => void): WatchScript {
  return (start) => {
    const [{ database }, watcher] = [start, watch(start)];
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
        const pages = used.slice(1).map((after, at) => after - (used[at] ?? 0) || 0);
        const left = end.complete && used.at(-1) ? indexesOnlyIn(end.shadow, database) : [];
        const waiting = [...left].map(([index, text]) => {
          const sql = `SELECT tbl_name FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE`;
          const table = foldName(String(rowsOf(end.shadow, sql, [index])[0]?.[0]));
          const columns = `SELECT iif(cid = -1, NULL, name) FROM pragma_index_xinfo(?, 'main')`;
          const keys = rowsOf(end.shadow, columns, [index]).map(([key]) => (typeof key === 'string' ? key : null));
          const waits = { index, table, text, keys };
          const isThere = start.before.relations.some(({ name }) => foldName(name) === table);
          return { ...waits, sample: isThere ? null : sampleRows(database, table, waits) };
        });
        tell({ pages, waiting });
        return watcher.end(end);
      },
    };
  };
}

/**
 * Takes about a hundred rows from all over a table, however many it has: of one without rowids the first ones.
 * @param index one on plain columns; left out for the table itself
 */
export function sampleRows(database: Database, table: string, index?: Pick<WaitingIndex, 'keys' | 'text'>): Sample {
  const from = `main.${quoteIdentifier(table)}`;
  const firsts = (sql: string, name?: string): readonly SqlValue[] => {
    const read = database.query(sql, name === undefined ? [] : [name]);
    return read.ok ? read.value.map(([value = null]) => value) : [];
  };
  // Most tables that a script makes are empty when it ends, and there are many statements less to compile then.
  if (firsts(`SELECT 1 FROM ${from} NOT INDEXED LIMIT 1`).length === 0) return NO_ROWS;
  const stored = firsts(`SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden IN (0, 3)`, table);
  const columns = stored.map((name) => quoteIdentifier(String(name)));
  const hidden = columns.some((name) => foldName(name) === '"rowid"');
  const hasRowids = !hidden && database.compile(`SELECT rowid FROM ${from}`).ok;
  // Rows that were there hold nothing in a column that the script adds, or little.
  const added = (name: string): string => (columns.some((one) => foldName(one) === foldName(name)) ? name : 'NULL');
  const values = index?.keys.map((key) => (key === null ? 'rowid' : added(quoteIdentifier(key)))) ?? columns;
  // The same, or more, told without the value being read.
  const atMost = (value: string): string => `iif(typeof(${value}) IN ('text', 'blob'), 3 + octet_length(${value}), 9)`;
  const sum = (terms: readonly string[]): string => ['1', ...terms].join(' + ');
  const length = `CASE WHEN ${sum(columns.map(atMost))} > ${LONG_ROW} THEN ${sum(values.map(atMost))}
    WHEN ${(index && indexClauses(parseSql(index.text))?.where) ?? '1'} THEN ${sum(values.map(lengthOf))} ELSE 0 END`;
  const rows = `${from} NOT INDEXED`;
  const [first = 0, last = 0] = ['min', 'max'].map((end) =>
    Number(hasRowids && firsts(`SELECT ${end}(rowid) FROM ${from}`)[0]),
  );
  const place = `SELECT rowid FROM ${from} WHERE rowid >= ${first} + ${last - first} * "#i" / ${ROWS}.0 LIMIT 1`;
  const spread = `WITH RECURSIVE "#n"("#i") AS (SELECT 0 UNION ALL SELECT "#i" + 1 FROM "#n" WHERE "#i" < ${ROWS})
    SELECT ${length} FROM "#n" CROSS JOIN ${rows} WHERE rowid = (${place})`;
  const records = firsts(hasRowids ? spread : `SELECT ${length} FROM ${rows} LIMIT ${ROWS}`).map(Number);
  return { ...pack(records, Number(firsts('PRAGMA main.page_size')[0]), !index && hasRowids), lastRowid: last };
}

/** The rule of https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”: of a long record the least part lies with the others. */
function pack(records: readonly number[], pageSize: number, isTable: boolean): Omit<Sample, 'lastRowid'> {
  const [most, least] = [isTable ? pageSize - 35 : pageSize / 4 - 26, pageSize / 8 - 25];
  const total = (of: (record: number) => number): number => records.reduce((sum, record) => sum + of(record), 0);
  // Beside it lie its length and its place on the page.
  const cells = total((record) => (record > most ? least + 8 : record > 0 ? record + 3 : 0));
  const overflow = total((record) => (record > most ? Math.ceil((record - least) / pageSize) * pageSize : 0));
  // At the end of a page, half of the cell that did not fit any more is free.
  const filled = pageSize - 12 - cells / Math.max(1, records.filter(Boolean).length) / 2;
  const onPages = ((cells * pageSize) / filled + overflow) / records.length;
  return { record: total((record) => record) / records.length, onPages };
}

/** SQL for the bytes of a value in a record, its type included (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
function lengthOf(value: string): string {
  const beyond = [7, 15, 23, 31, 31, 47, 47].map((bits) => `(${value} NOT BETWEEN -${2 ** bits} AND ${2 ** bits - 1})`);
  return `CASE typeof(${value}) WHEN 'null' THEN 1 WHEN 'integer' THEN 1 + (${value} NOT IN (0, 1)) + ${beyond.join(' + ')}
    WHEN 'real' THEN 9 ELSE 1 + octet_length(${value}) + (octet_length(${value}) > 57) END`;
}
