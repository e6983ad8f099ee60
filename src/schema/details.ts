// What SQLite makes of a schema beyond what is declared: affinities, collations, foreign keys and the columns of indexes.

import { quoteIdentifier, rowsOf, type Database, type Row, foldName } from '../database';
import { parseSql, unquotedName } from '../script/tokens';
import { findRelation, type Index, type Relation, type Schema } from './schema';

/** What values a column prefers (https://sqlite.org/datatype3.html#determination_of_column_affinity); ANY in STRICT tables. */
export type Affinity = 'TEXT' | 'NUMERIC' | 'INTEGER' | 'REAL' | 'BLOB' | 'ANY';

/** A column as SQLite uses it. */
interface ColumnDetails {
  readonly name: string;
  readonly affinity: Affinity;
  /** By which its text is compared; null where this engine lacks it, and in views and virtual tables. */
  readonly collation: string | null;
}

/** A foreign key that is declared (PRAGMA foreign_key_list). */
export interface ForeignKey {
  readonly table: string;
  readonly columns: readonly string[];
  /** As it is written, whether or not there is such a table. */
  readonly parent: string;
  /** As many as `columns`; those of the parent's primary key where none are named. Null where that has no such column. */
  readonly parentColumns: readonly (string | null)[];
  readonly onUpdate: string;
  readonly onDelete: string;
}

/** What an index sorts by: a column, the rowid, or an expression (`name` is null for it). */
interface IndexedColumn {
  readonly name: string | null;
  readonly descending: boolean;
  readonly collation: string;
}

/** An index with what it sorts by. */
export interface IndexDetails {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  /** It has a WHERE. */
  readonly partial: boolean;
  /** By CREATE INDEX, by a UNIQUE constraint, or by a primary key. */
  readonly origin: 'index' | 'unique' | 'primary key';
  readonly columns: readonly IndexedColumn[];
}

/** Of all tables that this engine can make; what it cannot (an unknown module) is left out. */
export interface SchemaDetails {
  readonly tables: readonly { readonly name: string; readonly columns: readonly ColumnDetails[] }[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly indexes: readonly IndexDetails[];
}

/** The name of an index that is made and dropped again, to ask what collation each column has. */
const PROBE = 'sqlite drydock probe';
const ORIGINS: Readonly<Record<string, IndexDetails['origin']>> = { c: 'index', u: 'unique', pk: 'primary key' };

/**
 * Lets SQLite make the schema anew, empty, and asks it. Works for a schema that no file has yet, as that of a plan.
 * @param scratch a new database in memory; it is filled, and whoever made it closes it
 */
export function describeSchema(scratch: Database, schema: Schema): SchemaDetails {
  scratch.execute('PRAGMA foreign_keys = OFF');
  // One transaction: to commit each statement alone takes longer than the statement.
  scratch.execute('BEGIN');
  const indexes = new Map<string, Index[]>();
  for (const index of schema.indexes) {
    const others = indexes.get(foldName(index.table));
    if (others) others.push(index);
    else indexes.set(foldName(index.table), [index]);
  }
  const relations = schema.relations.filter(({ kind }) => kind !== 'view');
  const parts: SchemaDetails[] = [];
  for (let from = 0; from < relations.length; from += TABLES_AT_ONCE) {
    parts.push(describeTables(scratch, schema, relations.slice(from, from + TABLES_AT_ONCE), indexes));
  }
  scratch.execute('COMMIT');
  return {
    tables: parts.flatMap(({ tables }) => tables),
    foreignKeys: parts.flatMap(({ foreignKeys }) => foreignKeys),
    indexes: parts.flatMap((part) => part.indexes),
  };
}

/** SQLite goes through all of a schema to add to it, so what was asked is forgotten before it is much. */
const TABLES_AT_ONCE = 50;

function describeTables(
  scratch: Database,
  schema: Schema,
  relations: readonly Relation[],
  indexes: ReadonlyMap<string, readonly Index[]>,
): SchemaDetails {
  // A virtual table may read its columns from a table that its text names.
  const named = relations.flatMap(({ kind, sql }) => (kind === 'virtual table' ? tablesNamedIn(sql, schema) : []));
  const beside = new Set(named.filter((table) => !relations.includes(table)));
  for (const { sql } of beside) scratch.execute(sql);
  for (const { sql, kind } of relations) if (kind !== 'shadow table') scratch.execute(sql);
  const tables = relations.map(({ name, strict, columns, kind }) => {
    const names = columns.map((column) => column.name);
    const collations = kind === 'table' ? collationsOf(scratch, name, names) : new Map<string, string>();
    return {
      name,
      columns: columns.map((column): ColumnDetails => {
        const affinity = affinityOf(column.type, strict);
        return { name: column.name, affinity, collation: collations.get(foldName(column.name)) ?? null };
      }),
    };
  });
  for (const { name } of relations) {
    for (const { sql } of indexes.get(foldName(name)) ?? []) if (sql !== null) scratch.execute(sql);
  }
  const others = new Set(Array.from(beside, ({ name }) => foldName(name)));
  const isAsked = ({ table }: { readonly table: string }): boolean => !others.has(foldName(table));
  const foreignKeys = foreignKeysOf(scratch, schema).filter(isAsked);
  const details = { tables, foreignKeys, indexes: indexesOf(scratch).filter(isAsked) };
  scratch.execute('PRAGMA writable_schema = ON');
  scratch.execute('DELETE FROM sqlite_schema');
  scratch.execute('PRAGMA writable_schema = RESET');
  return details;
}

function tablesNamedIn(createVirtualTable: string, schema: Schema): readonly Relation[] {
  return parseSql(createVirtualTable).tokens.flatMap((token) => {
    const relation = findRelation(schema, unquotedName(token) ?? '');
    return relation?.kind === 'table' ? [relation] : [];
  });
}

/** The affinity that a declared type gives a column. In a STRICT table only ANY keeps values as they are. */
export function affinityOf(type: string, strict = false): Affinity {
  const declared = type.toUpperCase();
  if (strict && declared === 'ANY') return 'ANY';
  if (declared.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(declared)) return 'TEXT';
  if (declared.includes('BLOB') || declared === '') return 'BLOB';
  return /REAL|FLOA|DOUB/.test(declared) ? 'REAL' : 'NUMERIC';
}

/** By folded name. Only an index tells what collation a column has, so one is made and dropped. */
function collationsOf(scratch: Database, table: string, columns: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const probe = quoteIdentifier(PROBE);
  const ask = (names: readonly string[]): boolean => {
    const on = `${quoteIdentifier(table)} (${names.map(quoteIdentifier).join(', ')})`;
    if (names.length === 0 || !scratch.execute(`CREATE INDEX ${probe} ON ${on}`).ok) return false;
    for (const [name, collation] of rowsOf(scratch, `SELECT name, coll FROM pragma_index_xinfo(?) WHERE key`, [
      PROBE,
    ])) {
      if (name !== null) found.set(foldName(String(name)), String(collation));
    }
    scratch.execute(`DROP INDEX ${probe}`);
    return true;
  };
  // One column whose collation is missing here must not hide those of the others.
  if (!ask(columns)) for (const column of columns) ask([column]);
  return found;
}

function foreignKeysOf(scratch: Database, schema: Schema): readonly ForeignKey[] {
  const rows = rowsOf(
    scratch,
    `SELECT m.name, f.id, f."from", f."table", f."to", f.on_update, f.on_delete
     FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
     WHERE m.type = 'table' ORDER BY m.rowid, f.id, f.seq`,
  );
  const keys = new Map<string, Row[]>();
  for (const row of rows) {
    const id = `${String(row[1])} ${String(row[0])}`;
    const parts = keys.get(id);
    if (parts) parts.push(row);
    else keys.set(id, [row]);
  }
  return [...keys.values()].map((parts): ForeignKey => {
    const [table, , , parent, , onUpdate, onDelete] = (parts[0] ?? []).map(String);
    const primaryKey = (findRelation(schema, parent ?? '')?.columns ?? [])
      .filter((column) => column.primaryKey > 0)
      .sort((one, other) => one.primaryKey - other.primaryKey);
    return {
      table: table ?? '',
      columns: parts.map((part) => String(part[2])),
      parent: parent ?? '',
      parentColumns: parts.map((part, at) => (part[4] === null ? (primaryKey[at]?.name ?? null) : String(part[4]))),
      onUpdate: onUpdate ?? '',
      onDelete: onDelete ?? '',
    };
  });
}

function indexesOf(scratch: Database): readonly IndexDetails[] {
  const rows = rowsOf(
    scratch,
    `SELECT m.name, l.name, l."unique", l.partial, l.origin, x.name, x."desc", x.coll
     FROM sqlite_schema AS m, pragma_index_list(m.name) AS l, pragma_index_xinfo(l.name) AS x
     WHERE m.type = 'table' AND x.key ORDER BY m.rowid, l.seq DESC, x.seqno`,
  );
  const indexes = new Map<string, IndexDetails & { columns: IndexedColumn[] }>();
  for (const [table, name, unique, partial, origin, column, descending, collation] of rows) {
    const index = indexes.get(String(name)) ?? {
      name: String(name),
      table: String(table),
      unique: unique === 1,
      partial: partial === 1,
      origin: ORIGINS[String(origin)] ?? 'index',
      columns: [],
    };
    indexes.set(index.name, index);
    index.columns.push({
      name: column === null ? null : String(column),
      descending: descending === 1,
      collation: String(collation),
    });
  }
  return [...indexes.values()];
}
