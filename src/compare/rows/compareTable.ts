// Compares the rows of one table of two states: which were added, removed or changed, by where they are found again.

import { differingValues, keyOf } from './exactRow';
import type { MatchedTable } from './tableMatch';
import type { RowPlace, TableSide } from './tableSide';

/** The rows that differ. At one place of both lists stands one row: null before for an added, null after for a removed one. */
export interface DifferingPlaces {
  readonly before: readonly (RowPlace | null)[];
  readonly after: readonly (RowPlace | null)[];
}

/** A table that is compared, on both sides. */
export interface TablePairSides {
  readonly match: MatchedTable;
  readonly before: TableSide;
  readonly after: TableSide;
  /** Rowids identify the rows: the table is matched by rowid, or by the column that is the rowid on both sides. */
  readonly byRowid: boolean;
  /** The column that is the rowid before, and after; null where there is none. */
  readonly rowidColumns: readonly [string | null, string | null];
}

/** Rows that may differ; all others are known to be the same. Null for all rows of the table. */
export interface Candidates {
  readonly before: readonly RowPlace[] | null;
  readonly after: readonly RowPlace[] | null;
}

/** What is known of the rows of a table without asking SQLite: those that may differ, and of how many others it is known that they do not. */
export interface KnownRows {
  readonly before: readonly RowPlace[];
  readonly after: readonly RowPlace[];
  /** Null where nobody has counted them. */
  readonly same: number | null;
}

/** So many keys are held in memory at once; more go in several rounds over the table. */
const KEYS_AT_ONCE = 400_000;
const WHOLE_ROWS_AT_ONCE = 100_000;
const ROWS_AT_ONCE = 200;

/**
 * Finds the rows that differ among the candidates.
 * @param onRow is called for each row that is looked at
 * Throws RowsUnreadable.
 */
export function compareRows(sides: TablePairSides, candidates: Candidates, onRow: () => void): DifferingPlaces {
  if (sides.byRowid) return compareByRowid(sides, candidates, onRow);
  const found = new Found();
  const size = Math.max(
    candidates.before?.length ?? sides.before.count(),
    candidates.after?.length ?? sides.after.count(),
  );
  const rounds = Math.max(1, Math.ceil(size / (sides.match.key.length > 0 ? KEYS_AT_ONCE : WHOLE_ROWS_AT_ONCE)));
  for (let round = 0; round < rounds; round++) {
    const mine = (key: string): boolean => rounds === 1 || hashOf(key) % rounds === round;
    if (sides.match.key.length > 0) compareByKey(sides, candidates, { mine, found, onRow });
    else compareWhole(sides, candidates, { mine, found, onRow });
  }
  return found;
}

class Found implements DifferingPlaces {
  readonly before: (RowPlace | null)[] = [];
  readonly after: (RowPlace | null)[] = [];

  add(before: RowPlace | null, after: RowPlace | null): void {
    this.before.push(before);
    this.after.push(after);
  }
}

/** Both sides come in the order of their rowids. */
function compareByRowid({ before, after }: TablePairSides, candidates: Candidates, onRow: () => void): DifferingPlaces {
  const found = new Found();
  const [ours, theirs] = [before.inOrder(candidates.before), after.inOrder(candidates.after)];
  let [a, b] = [ours.next(), theirs.next()];
  while (!a.done || !b.done) {
    onRow();
    const mine = a.done ? null : a.value;
    const other = b.done ? null : b.value;
    // Integers of both sorts compare by their value.
    if (mine && (!other || mine.place < other.place)) {
      found.add(mine.place, null);
      a = ours.next();
    } else if (other && (!mine || other.place < mine.place)) {
      found.add(null, other.place);
      b = theirs.next();
    } else if (mine && other) {
      if (differingValues(mine.row, other.row).length > 0) found.add(mine.place, other.place);
      a = ours.next();
      b = theirs.next();
    }
  }
  return found;
}

/** One round: of the rows whose key is `mine`. */
interface Round {
  readonly mine: (key: string) => boolean;
  readonly found: Found;
  readonly onRow: () => void;
}

/**
 * Rows with NULL in their key, and rows whose key is there twice (a damaged index, sqlite_sequence), have no key: they are compared as
 * a whole, as those of a table without one.
 */
function compareByKey(sides: TablePairSides, candidates: Candidates, { mine, found, onRow }: Round): void {
  const { before, after, match } = sides;
  const known = new Map<string, RowPlace | 'met'>();
  const keyless: { readonly before: RowPlace[]; readonly after: RowPlace[] } = { before: [], after: [] };
  before.visit(
    candidates.before,
    ({ place, row }) => {
      onRow();
      const key = keyOf(row);
      if (!mine(key)) return;
      if (row.types.includes('n') || known.has(key)) keyless.before.push(place);
      else known.set(key, place);
    },
    match.key,
  );
  const pairs: { readonly before: RowPlace[]; readonly after: RowPlace[] } = { before: [], after: [] };
  const added: RowPlace[] = [];
  after.visit(
    candidates.after,
    ({ place, row }) => {
      onRow();
      const key = keyOf(row);
      if (!mine(key)) return;
      const ours = row.types.includes('n') ? 'met' : known.get(key);
      if (ours === 'met') {
        keyless.after.push(place);
      } else if (ours === undefined) {
        added.push(place);
      } else {
        known.set(key, 'met');
        pairs.before.push(ours);
        pairs.after.push(place);
      }
    },
    match.key,
  );
  for (let at = 0; at < pairs.before.length; at += ROWS_AT_ONCE) {
    const [places, placesAfter] = [pairs.before.slice(at, at + ROWS_AT_ONCE), pairs.after.slice(at, at + ROWS_AT_ONCE)];
    const theirs = after.at(placesAfter);
    for (const [index, row] of before.at(places).entries()) {
      const other = theirs[index];
      if (other && differingValues(row, other).length > 0) found.add(places[index] ?? null, placesAfter[index] ?? null);
    }
  }
  for (const place of known.values()) if (place !== 'met') found.add(place, null);
  for (const place of added) found.add(null, place);
  compareWhole(sides, keyless, { mine: () => true, found, onRow });
}

/** Rows that are equal are taken off in pairs; what is left was removed, or added. */
function compareWhole({ before, after }: TablePairSides, candidates: Candidates, { mine, found, onRow }: Round): void {
  const left = new Map<string, RowPlace[]>();
  before.visit(candidates.before, ({ place, row }) => {
    onRow();
    const key = keyOf(row);
    if (!mine(key)) return;
    const places = left.get(key);
    if (places) places.push(place);
    else left.set(key, [place]);
  });
  const added: RowPlace[] = [];
  after.visit(candidates.after, ({ place, row }) => {
    onRow();
    const key = keyOf(row);
    if (!mine(key)) return;
    if (left.get(key)?.pop() === undefined) added.push(place);
  });
  for (const places of left.values()) for (const place of places) found.add(place, null);
  for (const place of added) found.add(null, place);
}

/** A number that is spread evenly over texts (FNV-1a, 32 bits). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
