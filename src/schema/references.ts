// Foreign keys as references from one table to another, and which of them lead nowhere, rows or not.

import { foldName, rowsOf, type Database } from '../database';
import { parseSql } from '../script/tokens';
import { counted } from '../words';
import type { Relation, Schema } from './schema';
import { readTableDefinition } from './tableDefinition';

/** A foreign key of a table. */
export interface Reference {
  readonly table: string;
  readonly columns: readonly string[];
  readonly parent: string;
  /** Null where none are named: the primary key of the parent. */
  readonly parentColumns: readonly string[] | null;
}

/** `city (country) → country (code)`. */
export function describeReference({ table, columns, parent, parentColumns }: Reference): string {
  return `${table} (${columns.join(', ')}) → ${parent}${parentColumns === null ? '' : ` (${parentColumns.join(', ')})`}`;
}

/** All foreign keys of `main`, in the order of its tables. */
export function readReferences(database: Database, { relations }: Schema): readonly Reference[] {
  if (!relations.some(({ sql }) => /references/i.test(sql))) return [];
  const rows = rowsOf(
    database,
    `SELECT s.name, f.id, f."table", f."from", f."to" FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name, 'main') AS f
     WHERE s.type = 'table' ORDER BY s.rowid, f.id, f.seq`,
  );
  const references = new Map<
    string,
    { table: string; columns: string[]; parent: string; parentColumns: string[] | null }
  >();
  for (const [table, id, parent, column, to] of rows) {
    const key = `${String(id)} ${String(table)}`;
    const named = to === null ? null : [];
    const known = references.get(key) ?? {
      ...{ table: String(table), columns: [], parent: String(parent), parentColumns: named },
    };
    references.set(key, known);
    known.columns.push(String(column));
    if (to !== null) known.parentColumns?.push(String(to));
  }
  return [...references.values()];
}

/**
 * Why references lead nowhere: the parent is no table, lacks a column, or has no unique key on the columns that are referred to. With
 * foreign keys enforced SQLite then refuses each change of the child or of the parent, by the rules of
 * https://sqlite.org/foreignkeys.html#fk_indexes. References that are sound are not in it.
 */
export function findUnresolved(
  database: Database,
  schema: Schema,
  references: readonly Reference[],
): ReadonlyMap<Reference, string> {
  const tables = new Map(schema.relations.map((relation) => [foldName(relation.name), relation]));
  const keys = new Map<Relation, ReadonlyMap<string, string | null>>();
  const keysOf = (relation: Relation): ReadonlyMap<string, string | null> => {
    const known = keys.get(relation) ?? uniqueKeys(database, relation);
    keys.set(relation, known);
    return known;
  };
  return new Map(
    references.flatMap((reference): readonly (readonly [Reference, string])[] => {
      const { columns, parent, parentColumns } = reference;
      const relation = tables.get(foldName(parent));
      if (!relation) return [[reference, `there is no table ${parent}`]];
      if (relation.kind === 'view' || relation.kind === 'virtual table')
        return [[reference, `${parent} is a ${relation.kind}, and has no key`]];
      const key = relation.columns.filter(({ primaryKey }) => primaryKey > 0).map(({ name }) => name);
      const wanted = parentColumns ?? key;
      const there = new Set(relation.columns.map(({ name }) => foldName(name)));
      const missing = wanted.find((column) => !there.has(foldName(column)));
      if (missing !== undefined) return [[reference, `${parent} has no column ${missing}`]];
      if (wanted.length === 0) return [[reference, `${parent} has no primary key`]];
      if (wanted.length !== columns.length)
        return [
          [
            reference,
            `the primary key of ${parent} has ${counted(wanted.length, 'column')}, and ${columns.length} would be needed`,
          ],
        ];
      if (parentColumns === null) return [];
      const unfit = keysOf(relation).get(asKey(wanted));
      if (unfit === null) return [];
      return [[reference, unfit ?? `${parent} has no primary key or UNIQUE index on ${wanted.join(', ')}`]];
    }),
  );
}

function asKey(columns: readonly string[]): string {
  return columns.map(foldName).sort().join('\n');
}

/**
 * The sets of columns of the primary key and of each unique index, with the reason why a foreign key cannot refer to them: null where it can,
 * since the index is on all rows, in the columns' own collations.
 */
function uniqueKeys(database: Database, relation: Relation): ReadonlyMap<string, string | null> {
  const rows = rowsOf(
    database,
    `SELECT l.name, l.partial, x.name, x.coll FROM pragma_index_list(?, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
     WHERE l."unique" = 1 AND x.key = 1`,
    [relation.name],
  );
  const collations = new Map(
    readTableDefinition(parseSql(relation.sql)).columns.map(({ name, collation }) => [
      foldName(name),
      collation ?? 'BINARY',
    ]),
  );
  const indexes = new Map<string, { columns: string[]; unfit: string | null }>();
  for (const [index, partial, column, collation] of rows) {
    const called = `the UNIQUE index ${String(index)} of ${relation.name}`;
    const known = indexes.get(String(index)) ?? {
      columns: [],
      unfit: partial === 1 ? `${called} has a WHERE, and a foreign key needs one on all rows` : null,
    };
    indexes.set(String(index), known);
    const usual = collations.get(foldName(String(column))) ?? 'BINARY';
    if (String(collation).toUpperCase() !== usual.toUpperCase())
      known.unfit ??= `${called} compares ${String(column)} by ${String(collation)}, and the column by ${usual}`;
    // An expression has no name.
    known.columns.push(column === null ? '(' : String(column));
  }
  const key = relation.columns.filter(({ primaryKey }) => primaryKey > 0).map(({ name }) => name);
  const found = [...indexes.values()].toSorted(
    (one, other) => Number(one.unfit === null) - Number(other.unfit === null),
  );
  return new Map([
    ...found.map(({ columns, unfit }) => [asKey(columns), unfit] as const),
    ...(key.length > 0 ? [[asKey(key), null] as const] : []),
  ]);
}
