// How tables relate to each other: by foreign keys that are declared, and by names that only suggest it.

import type { IndexDetails, SchemaDetails } from '../../schema/details';
import { isInternal, type Relation, type Schema } from '../../schema/schema';
import { foldName } from '../../database';

/** Rows of one table that belong to rows of another. */
export interface TableRelation {
  /** The same for the same relation in another schema. */
  readonly id: string;
  readonly kind: 'declared' | 'suggested';
  readonly from: string;
  readonly fromColumns: readonly string[];
  readonly to: string;
  readonly toColumns: readonly string[];
  /** Why it is suggested; empty where it is declared. */
  readonly reason: string;
  /** Whether it is declared, or its names leave little doubt. */
  readonly strong: boolean;
  /** A row may belong to none: one of its columns takes NULL. */
  readonly optional: boolean;
  /** Only one row can belong to another: a key holds its columns. */
  readonly single: boolean;
  /** What happens to it when the row that it refers to is deleted or changed; empty where nothing is declared. */
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** A relation as it is found, before its table is looked at. */
type Found = Omit<TableRelation, 'optional' | 'single'>;

interface Key {
  readonly table: string;
  readonly columns: readonly string[];
}

/** The tables that a diagram has: no views, and none of those that SQLite or a virtual table keeps for itself. */
export function tablesOf(schema: Schema): readonly Relation[] {
  return schema.relations.filter(({ kind, name }) => /^(virtual )?table$/.test(kind) && !isInternal(name));
}

/** The foreign keys between the tables of a schema; one whose parent is not there is left out, and what is declared twice is one. */
export function declaredRelations(schema: Schema, details: SchemaDetails): readonly TableRelation[] {
  const tables = tablesOf(schema);
  const names = new Map(tables.map(({ name }) => [foldName(name), name]));
  const found = details.foreignKeys.flatMap(({ table, columns, parent, parentColumns, onDelete, onUpdate }) => {
    const [from, to] = [names.get(foldName(table)), names.get(foldName(parent))];
    if (from === undefined || to === undefined) return [];
    const toColumns = parentColumns.map((name) => name ?? '').filter(Boolean);
    const declared = relation('declared', { table: from, columns }, { table: to, columns: toColumns }, '', true);
    return [{ ...declared, onDelete, onUpdate }];
  });
  return counted([...new Map(found.map((one) => [one.id, one])).values()], tables, details);
}

/** How many rows can belong to how many, by the NOT NULLs and the keys of the table that refers. */
function counted(
  found: readonly Found[],
  tables: readonly Relation[],
  details: SchemaDetails,
): readonly TableRelation[] {
  const keys = new Set(keysOf(tables, details).map(({ table, columns }) => keyId(table, columns)));
  const takesNull = new Set(
    tables.flatMap(({ name, columns }) => columns.flatMap((one) => (canBeNull(one) ? columnId(name, one.name) : []))),
  );
  return found.map((one) => ({
    ...one,
    optional: one.fromColumns.some((name) => takesNull.has(columnId(one.from, name))),
    single: keys.has(keyId(one.from, one.fromColumns)),
  }));
}

/** That a primary key takes NULL where it is no rowid is a peculiarity of SQLite that no model means (https://sqlite.org/quirks.html). */
function canBeNull({ notNull, primaryKey }: Relation['columns'][number]): boolean {
  return !notNull && primaryKey === 0;
}

function keyId(table: string, columns: readonly string[]): string {
  return JSON.stringify([foldName(table), ...columns.map(foldName).sort()]);
}

/**
 * Relations that names suggest and no foreign key declares: `x_id` and a table of things called x, a key of one column that
 * another table names too, and keys of several columns that another table has all of.
 */
export function suggestedRelations(
  schema: Schema,
  details: SchemaDetails,
  declared: readonly TableRelation[],
): readonly TableRelation[] {
  const tables = tablesOf(schema);
  const keys = keysOf(tables, details);
  const taken = new Set(declared.flatMap(({ from, fromColumns }) => fromColumns.map((name) => columnId(from, name))));
  const found = [...byTableName(tables, details, keys, taken)];
  for (const { from, fromColumns } of found) taken.add(columnId(from, fromColumns[0] ?? ''));
  found.push(...bySharedColumn(tables, keys, taken), ...byCompositeKey(tables, keys));
  const known = new Set(declared.map(({ id }) => id.replace('declared', 'suggested')));
  const others = [...new Map(found.map((one) => [one.id, one])).values()].filter(({ id }) => !known.has(id));
  return counted(others, tables, details);
}

function relation(kind: TableRelation['kind'], from: Key, to: Key, reason: string, strong: boolean): Found {
  const side = ({ table, columns }: Key): string => foldName(`${table}(${columns.join(',')})`);
  const id = `${kind} ${side(from)} ${side(to)}`;
  const [fromColumns, toColumns] = [from.columns, to.columns];
  return {
    id,
    kind,
    from: from.table,
    fromColumns,
    to: to.table,
    toColumns,
    reason,
    strong,
    onDelete: '',
    onUpdate: '',
  };
}

function columnId(table: string, column: string): string {
  return foldName(`${table}.${column}`);
}

/** Primary and unique keys, in the order of the tables. An index with a WHERE keeps nothing unique. */
function keysOf(tables: readonly Relation[], details: SchemaDetails): readonly Key[] {
  const unique = new Map<string, IndexDetails[]>();
  for (const index of details.indexes) {
    const table = foldName(index.table);
    if (index.unique && !index.partial) add(unique, table, index);
  }
  return tables.flatMap(({ name: table, columns }) => {
    const primary = columns.filter(({ primaryKey }) => primaryKey > 0);
    const ordered = [...primary].sort((one, other) => one.primaryKey - other.primaryKey).map(({ name }) => name);
    const others = (unique.get(foldName(table)) ?? []).flatMap((index) => {
      const names = index.columns.flatMap(({ name }) => name ?? []);
      return names.length === index.columns.length ? [names] : [];
    });
    return [...(ordered.length > 0 ? [ordered] : []), ...others].map((key) => ({ table, columns: key }));
  });
}

/** `execution_id` and `parent_execution_id` belong to the key of `execution` or `executions`. */
function byTableName(
  tables: readonly Relation[],
  details: SchemaDetails,
  keys: readonly Key[],
  taken: ReadonlySet<string>,
): readonly Found[] {
  const affinities = affinitiesOf(details);
  const single = new Map<string, Key>();
  for (const key of keys) {
    const name = foldName(key.table);
    if (key.columns.length === 1 && !single.has(name)) single.set(name, key);
  }
  return tables.flatMap(({ name: table, columns }) =>
    columns.flatMap(({ name: column, primaryKey }) => {
      const stem = /^(.+)_id$/.exec(foldName(column))?.[1];
      if (stem === undefined || taken.has(columnId(table, column))) return [];
      const to = targetOf(stem, single);
      const isItself = to !== undefined && foldName(to.table) === foldName(table) && primaryKey > 0;
      if (to === undefined || isItself) return [];
      const one = affinities.get(columnId(table, column));
      const alike = one === affinities.get(columnId(to.table, to.columns[0] ?? ''));
      return [relation('suggested', { table, columns: [column] }, to, `${column} names ${to.table}`, alike)];
    }),
  );
}

function affinitiesOf({ tables }: SchemaDetails): ReadonlyMap<string, string> {
  return new Map(
    tables.flatMap(({ name, columns }) => columns.map((one) => [columnId(name, one.name), one.affinity] as const)),
  );
}

function targetOf(stem: string, single: ReadonlyMap<string, Key>): Key | undefined {
  const words = stem.split('_');
  for (let at = 0; at < words.length; at++) {
    const name = words.slice(at).join('_');
    const several = [name, `${name}s`, `${name}es`, ...(name.endsWith('y') ? [`${name.slice(0, -1)}ies`] : [])];
    const found = several.flatMap((one) => single.get(one) ?? [])[0];
    if (found) return found;
  }
  return undefined;
}

/**
 * A column whose name says more than `id`, in several tables. It belongs to the table where it is a key; an `x_id` that is a
 * key nowhere, to the first that has it.
 */
function bySharedColumn(
  tables: readonly Relation[],
  keys: readonly Key[],
  taken: ReadonlySet<string>,
): readonly Found[] {
  const keyed = new Map<string, Key>();
  for (const key of keys) {
    const [column = ''] = key.columns;
    if (key.columns.length === 1 && column.includes('_') && !keyed.has(foldName(column)))
      keyed.set(foldName(column), key);
  }
  const holders = new Map<string, Key[]>();
  for (const { name: table, columns } of tables) {
    for (const { name: column } of columns) {
      const shared = foldName(column);
      if (!keyed.has(shared) && !shared.endsWith('_id')) continue;
      if (!taken.has(columnId(table, column))) add(holders, shared, { table, columns: [column] });
    }
  }
  return [...holders].flatMap(([shared, all]) => {
    const key = keyed.get(shared);
    const to = key ?? all[0];
    if (to === undefined) return [];
    const reason = `both have ${to.columns.join(', ')}`;
    const others = all.filter((from) => from.table !== to.table);
    return others.map((from) => relation('suggested', from, to, reason, key !== undefined));
  });
}

/** Of keys that several tables have, the first table stands for all; of keys within keys, only the largest count. */
function byCompositeKey(tables: readonly Relation[], keys: readonly Key[]): readonly Found[] {
  const distinct = new Map<string, Key>();
  for (const key of keys) {
    const name = key.columns.map(foldName).sort().join();
    if (key.columns.length > 1 && !distinct.has(name)) distinct.set(name, key);
  }
  const composite = [...distinct.values()].map((key, at) => ({ ...key, at, names: key.columns.map(foldName) }));
  // A table that has all columns of a key has the one that the fewest keys have: only by that one each key is looked for.
  const common = new Map<string, number>();
  for (const { names } of composite) for (const name of names) common.set(name, (common.get(name) ?? 0) + 1);
  const byRarest = new Map<string, (typeof composite)[number][]>();
  for (const key of composite) {
    const [rarest = ''] = key.names.toSorted((one, other) => (common.get(one) ?? 0) - (common.get(other) ?? 0));
    add(byRarest, rarest, key);
  }
  return tables.flatMap(({ name: table, columns }) => {
    const there = new Map(columns.map(({ name }) => [foldName(name), name]));
    const whole = [...there.keys()]
      .flatMap((name) => byRarest.get(name) ?? [])
      .filter((key) => key.table !== table && key.names.every((name) => there.has(name)))
      .sort((one, other) => one.at - other.at);
    const largest = whole.filter(({ names }) => !whole.some((other) => isWithin(names, other.names)));
    return largest.map((to) => {
      const from = { table, columns: to.names.map((name) => there.get(name) ?? name) };
      return relation('suggested', from, to, `both have the key ${to.columns.join(', ')}`, false);
    });
  });
}

function add<Value>(lists: Map<string, Value[]>, name: string, value: Value): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}

function isWithin(names: readonly string[], others: readonly string[]): boolean {
  return names.length < others.length && names.every((name) => others.includes(name));
}
