// Reads the schema of an open database from sqlite_schema and the table PRAGMAs.

import { rowsOf, type Database, foldName } from '../database';
import { readDocumentation } from '../script/documentation';
import type { Column, Index, Relation, Schema, Trigger } from './schema';
import type { Statement } from '../script/statement';

const KINDS = { table: 'table', virtual: 'virtual table', shadow: 'shadow table', view: 'view' } as const;

/**
 * Reads the schema of `main`. SQLite's own sqlite_schema is left out, its other tables (sqlite_sequence, sqlite_stat1) are in.
 * Throws when sqlite_schema itself cannot be read.
 */
export function readSchema(database: Database): Schema {
  const listed = new Map(
    rowsOf(database, 'SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = ?', ['main']).map(
      ([name, type, withoutRowid, strict]) => [
        String(name),
        { type: String(type), withoutRowid: withoutRowid === 1, strict: strict === 1 },
      ],
    ),
  );
  const relations: Relation[] = [];
  const indexes: Index[] = [];
  const triggers: Trigger[] = [];
  const objects = rowsOf(database, 'SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_schema ORDER BY rowid');
  for (const [type, rawName, rawTable, rootPage, rawSql] of objects) {
    const name = String(rawName);
    const table = String(rawTable);
    const sql = rawSql === null || rawSql === undefined ? null : String(rawSql);
    if (type === 'index') indexes.push({ name, table, sql });
    else if (type === 'trigger') triggers.push({ name, table, sql: sql ?? '' });
    else if (type === 'table' || type === 'view') {
      const facts = listed.get(name) ?? { type, withoutRowid: false, strict: false };
      const documentation = type === 'table' && sql !== null ? readDocumentation(sql) : null;
      const columns = readColumns(database, name, documentation?.columns ?? new Map<string, string>());
      relations.push({
        kind: KINDS[facts.type as keyof typeof KINDS],
        name,
        sql: sql ?? '',
        columns: columns.ok ? columns.value : [],
        unreadable: columns.ok ? null : columns.error.message,
        withoutRowid: facts.withoutRowid,
        strict: facts.strict,
        rootPage: Number(rootPage),
        documentation: documentation?.table ?? null,
      });
    }
  }
  return { relations, indexes, triggers };
}

function readColumns(database: Database, relation: string, documentation: ReadonlyMap<string, string>) {
  const read = database.query(
    'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid',
    [relation],
  );
  if (!read.ok) return read;
  const columns = read.value.map(([rawName, type, notNull, defaultValue, primaryKey, hidden]): Column => {
    const name = String(rawName);
    return {
      name,
      type: String(type ?? ''),
      notNull: notNull === 1,
      defaultValue: typeof defaultValue === 'string' ? defaultValue : null,
      primaryKey: Number(primaryKey),
      generated: hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : null,
      hidden: hidden === 1,
      documentation: documentation.get(foldName(name)) ?? null,
    };
  });
  return { ok: true as const, value: columns };
}

/** Whether the table's name means a temporary table, which hides one of the file. */
export function isOnTemporaryTable(database: Database, statement: Statement): boolean {
  if (statement.temporary) return true;
  if (statement.schema !== null) return false;
  const name = statement.table ?? '';
  return rowsOf(database, 'SELECT 1 FROM temp.sqlite_schema WHERE name = ? COLLATE NOCASE', [name]).length > 0;
}
