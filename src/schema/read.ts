// Reads the schema of an open database from sqlite_schema and the table PRAGMAs.

import { rowsOf, type Database, type Outcome, type Row, foldName } from '../database';
import { readDocumentation } from '../script/documentation';
import type { Column, Index, Relation, Schema, Trigger } from './schema';
import type { Statement } from '../script/statement';

const KINDS = { table: 'table', virtual: 'virtual table', shadow: 'shadow table', view: 'view' } as const;

/**
 * Reads the schema of `main`. SQLite's own sqlite_schema is left out, its other tables (sqlite_sequence, sqlite_stat1) are in.
 * Throws when sqlite_schema itself cannot be read.
 * @param known a schema that was read before: of stored tables that are in it to the letter, little has to be read
 */
export function readSchema(database: Database, known: Schema | null = null): Schema {
  const found: Omit<Relation, keyof Facts>[] = [];
  const indexes: Index[] = [];
  const triggers: Trigger[] = [];
  const views = new Set<string>();
  const objects = rowsOf(database, 'SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_schema ORDER BY rowid');
  const stored = known?.relations.filter(({ kind, unreadable }) => kind === 'table' && unreadable === null) ?? [];
  const same = new Map(stored.map((relation) => [relation.name, relation]));
  const columnsOfTables = known === null ? readColumnsOfTables(database) : new Map<string, readonly Row[]>();
  for (const [type, rawName, rawTable, rootPage, rawSql] of objects) {
    const name = String(rawName);
    const table = String(rawTable);
    const sql = rawSql === null || rawSql === undefined ? null : String(rawSql);
    if (type === 'index') indexes.push({ name, table, sql });
    else if (type === 'trigger') triggers.push({ name, table, sql: sql ?? '' });
    else if (type === 'table' || type === 'view') {
      if (type === 'view') views.add(name);
      const columns = columnsOfTables.get(name) ?? null;
      const was = same.get(name);
      if (type === 'table' && was?.sql === sql) found.push({ ...was, rootPage: Number(rootPage) });
      else
        found.push(
          readRelation(database, { name, sql, rootPage: Number(rootPage), documented: type === 'table', columns }),
        );
    }
  }
  const facts = readFacts(database);
  const relations = found.map((relation): Relation => {
    const kind = views.has(relation.name) ? 'view' : 'table';
    return { ...relation, ...(facts.get(relation.name) ?? { kind, withoutRowid: false, strict: false }) };
  });
  return { relations, indexes, triggers };
}

function readRelation(
  database: Database,
  of: {
    readonly name: string;
    readonly sql: string | null;
    readonly rootPage: number;
    readonly documented: boolean;
    /** As SQLite lists them; null where that is not known yet. */
    readonly columns: readonly Row[] | null;
  },
): Omit<Relation, keyof Facts> {
  const { name, sql, rootPage } = of;
  const documentation = of.documented && sql !== null ? readDocumentation(sql) : null;
  const listed: Outcome<readonly Row[]> = of.columns
    ? { ok: true, value: of.columns }
    : database.query(`SELECT ${LISTED} FROM pragma_table_xinfo(?) AS x ORDER BY cid`, [name]);
  const columns = readColumns(listed, documentation?.columns ?? new Map<string, string>());
  return {
    name,
    sql: sql ?? '',
    columns: columns.ok ? columns.value : [],
    unreadable: columns.ok ? null : columns.error.message,
    rootPage,
    documentation: documentation?.table ?? null,
  };
}

/** What is known of a relation beside its text and its columns. */
type Facts = Pick<Relation, 'kind' | 'withoutRowid' | 'strict'>;

/** By name. Asked after the columns: SQLite compiles every view whose columns it does not know yet for this list. */
function readFacts(database: Database): ReadonlyMap<string, Facts> {
  const listed = rowsOf(database, 'SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = ?', ['main']);
  return new Map(
    listed.map(([name, type, withoutRowid, strict]) => [
      String(name),
      { kind: KINDS[String(type) as keyof typeof KINDS], withoutRowid: withoutRowid === 1, strict: strict === 1 },
    ]),
  );
}

/** What is asked of a column. */
const LISTED = 'x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden';

/**
 * The columns of all tables that are stored, by the name of each: to ask for each by itself takes seven times as long. Of views and
 * virtual tables one that cannot be read would be the end of it, so they are not in it.
 */
function readColumnsOfTables(database: Database): ReadonlyMap<string, readonly Row[]> {
  const columns = new Map<string, Row[]>();
  const read = database.query(
    `SELECT m.name, ${LISTED} FROM main.sqlite_schema AS m, pragma_table_xinfo(m.name) AS x
     WHERE m.type = 'table' AND m.rootpage > 0 ORDER BY m.rowid, x.cid`,
  );
  for (const [table, ...column] of read.ok ? read.value : []) {
    const name = String(table);
    const own = columns.get(name);
    if (own) own.push(column);
    else columns.set(name, [column]);
  }
  return columns;
}

function readColumns(read: Outcome<readonly Row[]>, documentation: ReadonlyMap<string, string>) {
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

/**
 * Of the schema of `main` only the triggers of a name, and what they stand on: with as much as is needed to set them off, and at
 * the cost of no other table.
 */
export function readTriggers(database: Database, name: string): Schema {
  const rows = rowsOf(
    database,
    `SELECT t.name, t.tbl_name, t.sql, r.name FROM main.sqlite_schema AS t LEFT JOIN main.sqlite_schema AS r
     ON r.name = t.tbl_name COLLATE NOCASE AND r.type IN ('table', 'view')
     WHERE t.type = 'trigger' AND t.name = ? COLLATE NOCASE`,
    [name],
  );
  const triggers = rows.map(([own, table, sql]) => ({
    name: String(own),
    table: String(table),
    sql: String(sql ?? ''),
  }));
  const relations = rows.flatMap(([, , , on]): Relation[] => {
    if (typeof on !== 'string') return [];
    const facts = { kind: 'table', withoutRowid: false, strict: false } as const;
    return [
      { ...readRelation(database, { name: on, sql: null, rootPage: 0, documented: false, columns: null }), ...facts },
    ];
  });
  return { relations, indexes: [], triggers };
}

/** Whether the table's name means a temporary table, which hides one of the file. */
export function isOnTemporaryTable(database: Database, statement: Statement): boolean {
  if (statement.temporary) return true;
  if (statement.schema !== null) return false;
  const name = statement.table ?? '';
  return rowsOf(database, 'SELECT 1 FROM temp.sqlite_schema WHERE name = ? COLLATE NOCASE', [name]).length > 0;
}
