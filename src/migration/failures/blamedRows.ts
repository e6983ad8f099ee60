// Finds rows by a query: how many there are, and the first of them.

import { quoteIdentifier, type Database } from '../../database';
import { counted, figure } from '../../words';
import type { BlamedRows } from '../outcome';

/** More are not counted. */
const MOST = 10_000;
const SHOWN = 5;
/** Of a value. */
const CHARACTERS = 60;
const BYTES = 16;
/** A longer query is of no use in an editor: it is an INSERT with all its values. */
const LONGEST_QUERY = 20_000;
const NAMES = 'drydock rows';

/** The rows that a query gives, which may be none, with the first `shown` of them; null where SQLite refuses it. */
export function findRows(database: Database, query: string, shown = SHOWN): BlamedRows | null {
  const columns = columnsOf(database, query);
  if (columns === null) return null;
  const names = columns.map((_, at) => `c${at}`);
  const values = names.map(literal).join(', ');
  const sample: string[][] = [];
  let count = 0;
  const sql = `WITH q(${names.join(', ')}) AS (\n${query}\n) SELECT ${values} FROM q LIMIT ${MOST + 1}`;
  const read = database.visit(sql, [], (row) => {
    if (sample.length < shown) sample.push(row.map(String));
    count++;
  });
  if (!read.ok) return null;
  const exact = count <= MOST;
  return { count: Math.min(count, MOST), exact, columns, sample, query: query.length > LONGEST_QUERY ? null : query };
}

/** Null instead of none. */
export function someRows(rows: BlamedRows | null): BlamedRows | null {
  return rows === null || rows.count === 0 ? null : rows;
}

/** The same rows, with a query only if it gives them on this database too. */
export function onlyIfFoundIn(database: Database, rows: BlamedRows): BlamedRows {
  if (rows.query === null) return rows;
  const found = findRows(database, rows.query);
  return JSON.stringify(found) === JSON.stringify(rows) ? rows : { ...rows, query: null };
}

/** `1 row`, `12 rows`, `more than 10,000 rows`. */
export function countedRows({ count, exact }: BlamedRows): string {
  return exact ? counted(count, 'row') : `more than ${figure(count)} rows`;
}

/** SQLite tells the names of a query's columns as those of a view. */
function columnsOf(database: Database, query: string): readonly string[] | null {
  return describeColumns(database, query)?.map(({ name }) => name) ?? null;
}

/** Name and type of a query's columns; the type is empty for what is no column of a table. Null where SQLite refuses it. */
export function describeColumns(
  database: Database,
  query: string,
): readonly { readonly name: string; readonly type: string }[] | null {
  const view = quoteIdentifier(NAMES);
  if (!database.execute(`CREATE TEMP VIEW ${view} AS ${query}`).ok) return null;
  const listed = database.query('SELECT name, type FROM pragma_table_xinfo(?) ORDER BY cid', [NAMES]);
  database.execute(`DROP VIEW temp.${view}`);
  return listed.ok && listed.value.length > 0
    ? listed.value.map(([name, type]) => ({ name: String(name), type: String(type) }))
    : null;
}

/** A value as an SQL literal of a bounded length. */
function literal(value: string): string {
  const cut = (length: number): string =>
    `CASE WHEN length(${value}) > ${length} THEN quote(substr(${value}, 1, ${length})) || '…' ELSE quote(${value}) END`;
  return `CASE typeof(${value}) WHEN 'text' THEN ${cut(CHARACTERS)} WHEN 'blob' THEN ${cut(BYTES)} ELSE quote(${value}) END`;
}
