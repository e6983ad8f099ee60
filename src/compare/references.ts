// The table that a foreign key refers to, as the rows know it that are there before the migration.

import { foldName } from '../database';
import type { Column, Relation } from '../schema/schema';
import { readTableDefinition, type ForeignKeyDefinition } from '../schema/tableDefinition';
import { parseSql } from '../script/tokens';
import type { PairedRelation } from './pairing';

/** What a foreign key refers to. */
export interface Parent {
  /** Null where the table is new: it has no row yet. */
  readonly before: Relation | null;
  readonly after: Relation;
  /** The columns that are referred to, in the order of the key: under the names of both schemas. `before` is null of one that is new. */
  readonly columns: readonly { readonly before: Column | null; readonly after: Column }[];
}

/**
 * The parent of a foreign key; null where the target has no such table or columns.
 * @param relations all tables of both schemas
 */
export function parentOf(key: ForeignKeyDefinition, relations: readonly PairedRelation[]): Parent | null {
  const pair = relations.find(({ after }) => foldName(after?.name ?? '') === foldName(key.parent));
  const after = pair?.after;
  if (!pair || after?.kind !== 'table') return null;
  const referred =
    key.parentColumns ??
    after.columns
      .filter(({ primaryKey }) => primaryKey > 0)
      .sort((one, other) => one.primaryKey - other.primaryKey)
      .map(({ name }) => foldName(name));
  if (referred.length !== key.columns.length) return null;
  // Of a table that is the same on both sides no columns are paired.
  const isUnchanged = pair.before !== null && pair.columns.length === 0;
  const all = isUnchanged ? after.columns.map((column) => ({ before: column, after: column })) : pair.columns;
  const columns = referred.flatMap((name) => {
    const now = after.columns.find((column) => foldName(column.name) === name);
    const was = all.find((one) => foldName(one.after?.name ?? '') === name)?.before ?? null;
    return now ? [{ before: was, after: now }] : [];
  });
  return columns.length === referred.length ? { before: pair.before, after, columns } : null;
}

/**
 * What to know before rows of a table are deleted: the script runs with foreign keys off, so rows that refer to them stay. A sentence for
 * each table whose rows do.
 * @param name the table in the target
 * @param relations all tables of both schemas
 */
export function referringTo(name: string, relations: readonly PairedRelation[]): readonly string[] {
  return relations.flatMap(({ before, after }) => {
    // A table that is new has no row yet.
    if (!before || after?.kind !== 'table' || !/references/i.test(after.sql)) return [];
    const { foreignKeys } = readTableDefinition(parseSql(after.sql));
    return foreignKeys.some(({ parent }) => foldName(parent) === foldName(name))
      ? [
          `Rows of ${after.name} may refer to rows of ${name}: where those are deleted, they stay, and refer to nothing.`,
        ]
      : [];
  });
}
