// What two states differ by in their rows: the types that the comparison gives, counts by table first, then rows by pages.

import type { Cell } from '../../explore/data/cells';

/** What makes a row of one state and a row of the other the same row. A key is one in both states, and no part of it may be NULL. */
export type MatchedBy =
  | { readonly kind: 'primary key' | 'unique key'; readonly columns: readonly string[] }
  | { readonly kind: 'rowid' }
  /** There is neither: rows are equal as a whole or not at all, and duplicates are counted. */
  | { readonly kind: 'whole rows' };

/** Rows by what became of them between the two states. */
export interface RowCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Null where nobody had to count them: no page of the table was written. */
  readonly same: number | null;
}

/** How the rows of one table differ. */
export interface TableDifference {
  /** Its name in the state before; in the one after where only that has it. */
  readonly table: string;
  /** Which state has the table. Of a table on one side only the rows are counted, as removed or added, and not listed. */
  readonly side: 'both' | 'before' | 'after';
  readonly matchedBy: MatchedBy;
  /** Columns whose values are compared, by their names before, in their order there: those of both sides that are not computed. */
  readonly columns: readonly string[];
  readonly columnsOnlyBefore: readonly string[];
  readonly columnsOnlyAfter: readonly string[];
  readonly counts: RowCounts;
  /** Why the rows could not be compared (a message of SQLite's, or a sentence); then all counts are 0. */
  readonly obstacle: string | null;
}

/** The rows of two states, counted. */
export interface RowsCompared {
  /** Tables that both have, in the order of the state before, then those of one side. Virtual tables are left out: the tables that store them are in. */
  readonly tables: readonly TableDifference[];
  readonly milliseconds: number;
}

/** What became of a row. */
export type DifferenceKind = 'added' | 'removed' | 'changed';

/** One row that differs. Cells stand in the order of the columns that are compared. */
export interface DifferingRow {
  readonly kind: DifferenceKind;
  /** Null for a row that was added. */
  readonly before: readonly Cell[] | null;
  /** Null for a row that was removed. */
  readonly after: readonly Cell[] | null;
  /** Places of the cells that differ; empty unless the row was changed. */
  readonly changed: readonly number[];
  /** The rowid that the row is known by, in digits; null where rows are not matched by rowid. */
  readonly rowid: string | null;
}

/** Which of the differing rows of a table are asked for. */
export interface DifferenceWindow {
  readonly kinds: readonly DifferenceKind[];
  /** Of the rows of these kinds, 0 being the first. */
  readonly firstRow: number;
  readonly endRow: number;
}

/** The forms in which differences are written. */
export type DifferenceFormat = 'sql' | 'csv' | 'json';

/** How far a comparison has come: rows looked at, of so many in all; 0 where that is not known. */
export type OnCompared = (table: string, done: number, total: number) => void;
