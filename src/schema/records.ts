// What tables and indexes store of each row: the bytes of their records.

import { foldName, quoteIdentifier, type Database, type Row, type SqlValue } from '../database';
import { indexClauses, type IndexClauses } from '../script/clauses';
import { parseSql } from '../script/tokens';

/** What a table or an index stores. */
export interface Records {
  /** The index, folded; null for the table itself. */
  readonly index: string | null;
  /** It is a b-tree with rowids. */
  readonly hasRowids: boolean;
  /** Its columns, folded; empty for an expression. */
  readonly columns: readonly string[];
  /** Bytes of each record; none where SQLite cannot compute them. */
  readonly sizes: readonly number[];
}

/**
 * The records of a table, which come first, and of each of its indexes. Reads all rows: it is for a database with few of them.
 * @param known what need not be read again
 */
export function readRecords(database: Database, table: string, known: readonly Records[] = []): readonly Records[] {
  const quoted = quoteIdentifier(table);
  const hasRowids = database.compile(`SELECT rowid FROM main.${quoted}`).ok;
  const read = database.query(
    `SELECT NULL, name, iif(pk = 1 AND upper(type) = 'INTEGER', -1, 0), 0
     FROM pragma_table_xinfo(?1, 'main') WHERE hidden IN (0, 3)
     UNION ALL SELECT i.name, x.name, x.cid, i.partial
     FROM pragma_index_list(?1, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS x WHERE ?2 OR i.origin <> 'pk'`,
    [table, hasRowids ? 1 : 0],
  );
  const trees = new Map<SqlValue | undefined, Row[]>();
  for (const row of read.ok ? read.value : []) trees.set(row[0], [...(trees.get(row[0]) ?? []), row]);
  return [...trees].map(([name, columns]): Records => {
    const index = typeof name === 'string' ? foldName(name) : null;
    const before = known.find((one) => one.index === index);
    if (before) return before;
    // Only where it is needed: it is looked for among the texts of all objects.
    const clauses = columns.some(([, , cid, partial]) => cid === -2 || partial === 1)
      ? clausesOf(database, name)
      : null;
    const values = columns.map(([, column, cid], at) => {
      // The rowid stands at the end of an index's record, and beside that of a table.
      if (cid === -1) return index === null ? 'NULL' : 'rowid';
      return typeof column === 'string' ? quoteIdentifier(column) : `(${clauses?.keys[at] ?? 'NULL'})`;
    });
    const where = clauses?.where == null ? '' : ` WHERE ${clauses.where}`;
    const rows = database.query(`SELECT ${['1', ...values.map(bytesOf)].join(' + ')} FROM main.${quoted}${where}`);
    return {
      index,
      hasRowids: index === null && hasRowids,
      columns: columns.map(([, column]) => foldName(String(column ?? ''))),
      sizes: rows.ok ? rows.value.map(([size]) => Number(size)) : [],
    };
  });
}

function clausesOf(database: Database, index: SqlValue | undefined): IndexClauses | null {
  const sql = `SELECT CAST(sql AS TEXT) FROM main.sqlite_schema WHERE type = 'index' AND name = ?`;
  const read = database.query(sql, [index ?? null]);
  const text = read.ok ? read.value[0]?.[0] : null;
  return typeof text === 'string' ? indexClauses(parseSql(text)) : null;
}

/** SQL for the bytes of a value in a record, its type included (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
function bytesOf(value: string): string {
  const beyond = (bits: number): string => `(${value} NOT BETWEEN -${2 ** bits} AND ${2 ** bits - 1})`;
  const length = `octet_length(${value})`;
  return `CASE WHEN ${value} IS NULL THEN 1
    WHEN typeof(${value}) IN ('text', 'blob') THEN 1 + ${length} + (${length} > 57) + (${length} > 8185)
    WHEN ${value} <> CAST(${value} AS INTEGER) THEN 9 WHEN ${value} IN (0, 1) THEN 1
    ELSE 2 + ${beyond(7)} + ${beyond(15)} + ${beyond(23)} + 2 * ${beyond(31)} + 2 * ${beyond(47)} END`;
}
