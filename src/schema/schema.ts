// A database's schema as a value: what the page shows, what two databases are compared by.

import { foldName } from '../database';

/** A column, as PRAGMA table_xinfo has it. */
export interface Column {
  readonly name: string;
  /** Declared type as written; empty where none is. */
  readonly type: string;
  readonly notNull: boolean;
  /** Text of the default expression, or null. */
  readonly defaultValue: string | null;
  /** 1-based place in the primary key; 0 where the column is not part of it. */
  readonly primaryKey: number;
  readonly generated: 'virtual' | 'stored' | null;
  /** A hidden column of a virtual table. */
  readonly hidden: boolean;
  /** Comment that stands beside the column in the stored DDL. */
  readonly documentation: string | null;
}

/** A table of any sort, or a view. */
export interface Relation {
  readonly kind: 'table' | 'virtual table' | 'shadow table' | 'view';
  readonly name: string;
  readonly sql: string;
  /** Empty with `unreadable` set where this engine cannot read them (an unknown module, a broken view). */
  readonly columns: readonly Column[];
  /** SQLite's message where the columns cannot be read, else null. */
  readonly unreadable: string | null;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  /** Root page of the b-tree; 0 for views and virtual tables. It stays the same when a table is renamed. */
  readonly rootPage: number;
  readonly documentation: string | null;
}

/** An index that a CREATE INDEX made (`sql` is its text), or one that belongs to a constraint (`sql` is null). */
export interface Index {
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
}

/** A trigger on a table or view. */
export interface Trigger {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** All of it, in the order of sqlite_schema. */
export interface Schema {
  readonly relations: readonly Relation[];
  readonly indexes: readonly Index[];
  readonly triggers: readonly Trigger[];
}

/** The relations of each schema by folded name: a schema never changes, and is asked for one after the other. */
const byName = new WeakMap<Schema['relations'], ReadonlyMap<string, Relation>>();

/** The relation of a name (SQLite compares ASCII letters without their case), or undefined. */
export function findRelation({ relations }: Pick<Schema, 'relations'>, name: string): Relation | undefined {
  let known = byName.get(relations);
  if (!known) {
    // Of two that have one name the first counts.
    known = new Map(relations.map((relation) => [foldName(relation.name), relation] as const).reverse());
    byName.set(relations, known);
  }
  return known.get(foldName(name));
}

/** The names of the columns whose values are stored, in their order. */
export function storedColumns(relation: Relation): readonly string[] {
  return relation.columns.filter((column) => column.generated !== 'virtual').map((column) => column.name);
}

/** Whether a name is one of those that SQLite keeps for itself (sqlite_sequence, sqlite_stat1, automatic indexes). */
export function isInternal(name: string): boolean {
  return /^sqlite_/i.test(name);
}
