// Which table and column after a run is which one from before it: names may have changed in between.

import { storedColumns } from './contentHash';
import { findRelation, foldName, type Relation, type Schema } from '../schema/schema';

/** A table from before the run, and what it is after it. */
export interface TablePair {
  readonly before: Relation;
  /** Null where the run took the table away. */
  readonly after: Relation | null;
  /** Stored columns that are there before and after, under their names of either time. */
  readonly columns: readonly { readonly before: string; readonly after: string }[];
  /** Stored columns from before that are gone. */
  readonly lostColumns: readonly string[];
}

/**
 * Pairs the tables that hold rows of their own: virtual tables keep theirs in shadow tables, which are paired as well.
 * SQLite's own tables are left out: counters have a proof of their own, and statistics are SQLite's to change.
 * A table that did not keep its name is the one that kept its b-tree (ALTER TABLE … RENAME TO leaves the root page as it is);
 * a column is found by its name, else by its place if what stands there is new.
 */
export function pairTables(before: Schema, after: Schema): readonly TablePair[] {
  return before.relations
    .filter(({ kind, name }) => (kind === 'table' || kind === 'shadow table') && !/^sqlite_/i.test(name))
    .map((relation) => {
      const same = findRelation(after, relation.name);
      const moved = after.relations.find(
        (other) => other.rootPage === relation.rootPage && !findRelation(before, other.name),
      );
      return pairColumns(relation, (same?.kind === 'view' ? undefined : same) ?? moved ?? null);
    });
}

function pairColumns(before: Relation, after: Relation | null): TablePair {
  if (after === null) return { before, after, columns: [], lostColumns: storedColumns(before) };
  const afterColumns = storedColumns(after);
  const afterByName = new Map(afterColumns.map((name) => [foldName(name), name]));
  const namesBefore = new Set(before.columns.map((column) => foldName(column.name)));
  const columns: { before: string; after: string }[] = [];
  const lostColumns: string[] = [];
  storedColumns(before).forEach((name, at) => {
    const inPlace = afterColumns[at];
    const renamed = inPlace !== undefined && !namesBefore.has(foldName(inPlace)) ? inPlace : undefined;
    const found = afterByName.get(foldName(name)) ?? renamed;
    if (found === undefined) lostColumns.push(name);
    else columns.push({ before: name, after: found });
  });
  return { before, after, columns, lostColumns };
}
