// What a table or an index stores of each row, as its schema says: the values of one record, in their order.

import { quoteIdentifier, type Database } from '../../database';
import { indexClauses } from '../../script/clauses';
import { parseSql } from '../../script/tokens';
import type { StoredValue } from './entrySizes';

/** The values of one record. */
export interface StoredRecord {
  readonly values: readonly StoredValue[];
  /** The condition of a partial index, or null. */
  readonly where: string | null;
  /** A rowid stands at the record's end. */
  readonly withRowid: boolean;
}

/** The record of a table; the rowid of one that has any stands beside it. Null where the table cannot be read. */
export function recordOfTable(schema: Database, table: string): StoredRecord | null {
  const read = schema.query(
    `SELECT x.name, x.pk = 1 AND upper(x.type) = 'INTEGER' AND NOT l.wr AND 1 = (SELECT max(pk) FROM pragma_table_xinfo(l.name))
     FROM pragma_table_list(?) AS l, pragma_table_xinfo(l.name) AS x WHERE l.schema = 'main' AND x.hidden IN (0, 3) ORDER BY x.cid`,
    [table],
  );
  if (!read.ok || read.value.length === 0) return null;
  // The rowid is not kept twice.
  const values = read.value.map(([name, isRowid]) => ({
    sql: isRowid === 1 ? 'NULL' : quoteIdentifier(String(name)),
    plain: true,
  }));
  return { values, where: null, withRowid: false };
}

/** The record of an index: its keys, and the rowid or the primary key by which it finds its row. Null where it cannot be read. */
export function recordOfIndex(schema: Database, index: string): StoredRecord | null {
  const read = schema.query(
    `SELECT x.cid, x.name, CAST(s.sql AS TEXT) FROM main.sqlite_schema AS s, pragma_index_xinfo(s.name) AS x
     WHERE s.type = 'index' AND s.name = ? COLLATE NOCASE ORDER BY x.seqno`,
    [index],
  );
  if (!read.ok || read.value.length === 0) return null;
  const text = read.value[0]?.[2];
  const clauses = typeof text === 'string' ? indexClauses(parseSql(text)) : null;
  if (typeof text === 'string' && clauses === null) return null;
  const values = read.value.flatMap(([cid, name], at): StoredValue[] => {
    if (cid === -1) return [];
    return cid === -2
      ? [{ sql: `(${clauses?.keys[at] ?? 'NULL'})`, plain: false }]
      : [{ sql: quoteIdentifier(String(name)), plain: true }];
  });
  return { values, where: clauses?.where ?? null, withRowid: values.length < read.value.length };
}

/** The indexes of a table by name, without the one that a table WITHOUT ROWID is stored in. */
export function indexesOf(schema: Database, table: string): readonly string[] {
  const read = schema.query(
    `SELECT i.name FROM pragma_index_list(?) AS i, pragma_table_list(?) AS l
     WHERE l.schema = 'main' AND NOT (l.wr AND i.origin = 'pk')`,
    [table, table],
  );
  return read.ok ? read.value.map(([name]) => String(name)) : [];
}
