// Two states whose rows are compared: counts by table, the rows that differ, and single values of them.

import { encodingOf, foldName } from '../../database';
import {
  GLANCE,
  WHOLE,
  wholeOf,
  type Cell,
  type CellLimits,
  type Decode,
  type WholeValue,
} from '../../explore/data/cells';
import { compareRows, type DifferingPlaces, type KnownRows, type TablePairSides } from './compareTable';
import type {
  DifferenceKind,
  DifferenceWindow,
  DifferingRow,
  OnCompared,
  RowCounts,
  TableDifference,
} from './difference';
import { cellOf, differingValues, type ExactRow } from './exactRow';
import { matchTables, rowidColumn, type MatchedTable, type State } from './tableMatch';
import { RowsUnreadable, TableSide } from './tableSide';

/** A state, and how the texts of its database are read. */
export interface DecodedState extends State {
  readonly decode: Decode;
}

/**
 * Tells what is known of the rows of a table without asking SQLite, null for nothing: then all of them are read.
 * @param onPage is to be called for each page that is read
 */
export type Foreknow = (table: TablePairSides, onPage: () => void) => KnownRows | null;

/** A table that was compared. */
export interface ComparedTable {
  readonly difference: TableDifference;
  readonly sides: TablePairSides;
  readonly places: DifferingPlaces;
}

/** A row that differs, as it is stored on both sides. */
export interface ExactDifference {
  readonly kind: DifferenceKind;
  /** Where it stands in the lists of the table's places. */
  readonly index: number;
  readonly before: ExactRow | null;
  readonly after: ExactRow | null;
  readonly changed: readonly number[];
}

const NO_COUNTS: RowCounts = { added: 0, removed: 0, changed: 0, same: 0 };
const ROWS_AT_ONCE = 100;
/** Of so many rows, and pages, one is told of. */
const ROWS_TOLD = 1000;
const PAGES_TOLD = 256;

/**
 * A comparison of the rows of two open databases.
 * @example
 * const comparison = RowComparison.of(before, after, () => null, () => undefined);
 * comparison.tables[0].difference.counts; // { added: 1, removed: 0, changed: 2, same: 40 }
 * comparison.rows('city', { kinds: ['changed'], firstRow: 0, endRow: 100 });
 */
export class RowComparison {
  readonly before: DecodedState;
  readonly after: DecodedState;
  readonly tables: readonly ComparedTable[];
  /** Of all tables, those of one side among them. */
  readonly differences: readonly TableDifference[];

  private constructor(
    states: { readonly before: DecodedState; readonly after: DecodedState },
    tables: readonly ComparedTable[],
    lone: readonly TableDifference[],
  ) {
    this.before = states.before;
    this.after = states.after;
    this.tables = tables;
    this.differences = [...tables.map(({ difference }) => difference), ...lone];
  }

  /** Compares all tables. What cannot be read of one is its obstacle. */
  static of(before: DecodedState, after: DecodedState, foreknow: Foreknow, onCompared: OnCompared): RowComparison {
    const { both, onlyBefore, onlyAfter } = matchTables(before, after);
    const asText = encodingOf(before.database) !== encodingOf(after.database);
    const tables = both.map((match): ComparedTable => {
      const rowidColumns = [
        rowidColumn(before.database, match.before),
        rowidColumn(after.database, match.after),
      ] as const;
      const sides: TablePairSides = {
        match,
        rowidColumns,
        before: new TableSide(before.database, match.before, match.columns, { decode: before.decode, asText }),
        after: new TableSide(after.database, match.after, match.columnsAfter, { decode: after.decode, asText }),
        byRowid: isByRowid(match, rowidColumns),
      };
      return compareTable(sides, foreknow, onCompared);
    });
    const count = (state: DecodedState, side: 'before' | 'after', relations: typeof onlyBefore): TableDifference[] =>
      relations.map((relation) => countLone(state, side, relation));
    return new RowComparison({ before, after }, tables, [
      ...count(before, 'before', onlyBefore),
      ...count(after, 'after', onlyAfter),
    ]);
  }

  /** A table that both states have, by its name before; null for any other. */
  table(name: string): ComparedTable | null {
    return this.tables.find(({ difference }) => foldName(difference.table) === foldName(name)) ?? null;
  }

  /** A window of the rows of a table that differ. Throws RowsUnreadable. */
  rows(name: string, { kinds, firstRow, endRow }: DifferenceWindow): readonly DifferingRow[] {
    const table = this.table(name);
    if (!table) return [];
    const wanted = new Set(kinds);
    const asked: number[] = [];
    let row = 0;
    for (let index = 0; index < table.places.before.length && row < endRow; index++) {
      if (!wanted.has(kindAt(table.places, index))) continue;
      if (row >= firstRow) asked.push(index);
      row++;
    }
    const rows: DifferingRow[] = [];
    for (const difference of exactDifferences(table, asked)) rows.push(shown(this, table, difference, GLANCE));
    return rows;
  }

  /** A row of a table that differs with whole values, by its number among all of them. Throws RowsUnreadable. */
  *wholeRows(table: ComparedTable): Generator<DifferingRow, void, void> {
    const all = table.places.before.map((_, index) => index);
    for (const difference of exactDifferences(table, all)) yield shown(this, table, difference, WHOLE);
  }

  /** One value of a row of the window `rows` gives, on both sides; null where that side has no such row. Throws RowsUnreadable. */
  value(
    name: string,
    window: Omit<DifferenceWindow, 'endRow'>,
    column: number,
  ): { readonly before: WholeValue | null; readonly after: WholeValue | null } {
    const table = this.table(name);
    const wanted = new Set(window.kinds);
    const indexes = (table?.places.before ?? []).flatMap((_, index) =>
      table && wanted.has(kindAt(table.places, index)) ? index : [],
    );
    const index = indexes[window.firstRow];
    if (!table || index === undefined) return { before: null, after: null };
    for (const { before, after } of exactDifferences(table, [index])) {
      const whole = (row: ExactRow | null, decode: Decode): WholeValue | null =>
        row && wholeOf(cellOf(row, column, WHOLE, decode));
      return { before: whole(before, this.before.decode), after: whole(after, this.after.decode) };
    }
    return { before: null, after: null };
  }
}

function compareTable(sides: TablePairSides, foreknow: Foreknow, onCompared: OnCompared): ComparedTable {
  const { match } = sides;
  const about = { table: match.before.name, side: 'both', matchedBy: match.matchedBy, columns: match.columns } as const;
  const columns = { columnsOnlyBefore: match.onlyBefore, columnsOnlyAfter: match.onlyAfter };
  try {
    let pages = 0;
    const known = foreknow(sides, () => {
      if (pages++ % PAGES_TOLD === 0) onCompared(match.before.name, 0, 0);
    });
    const rows = known ? known.before.length : sides.before.count();
    // Of a table that is read as a whole, about as many rows are read after.
    const total = rows + (known ? known.after.length : rows);
    let done = 0;
    const places = compareRows(sides, known ?? { before: null, after: null }, () => {
      if (done++ % ROWS_TOLD === 0) onCompared(match.before.name, done, total);
    });
    const kinds = { added: 0, removed: 0, changed: 0 };
    for (let index = 0; index < places.before.length; index++) kinds[kindAt(places, index)]++;
    const apart = known ? known.same : 0;
    const same = apart === null ? null : apart + rows - kinds.removed - kinds.changed;
    return { difference: { ...about, ...columns, counts: { ...kinds, same }, obstacle: null }, sides, places };
  } catch (error) {
    if (!(error instanceof RowsUnreadable)) throw error;
    const difference = { ...about, ...columns, counts: NO_COUNTS, obstacle: error.message };
    return { difference, sides, places: { before: [], after: [] } };
  }
}

/** Whether both sides can be read in the order of what rows are matched by: the rowid, under whatever name. */
function isByRowid(match: MatchedTable, [before, after]: TablePairSides['rowidColumns']): boolean {
  if (match.matchedBy.kind === 'rowid') return true;
  const [only, more] = match.key;
  if (only === undefined || more !== undefined) return false;
  return before === match.columns[only] && after === match.columnsAfter[only];
}

function countLone(state: DecodedState, side: 'before' | 'after', relation: MatchedTable['before']): TableDifference {
  const about = { table: relation.name, side, matchedBy: { kind: 'whole rows' } as const };
  const names = relation.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
  const columns = {
    columns: [],
    columnsOnlyBefore: side === 'before' ? names : [],
    columnsOnlyAfter: side === 'after' ? names : [],
  };
  try {
    const rows = new TableSide(state.database, relation, [], { decode: state.decode, asText: false }).count();
    const counts = { ...NO_COUNTS, [side === 'before' ? 'removed' : 'added']: rows };
    return { ...about, ...columns, counts, obstacle: null };
  } catch (error) {
    if (!(error instanceof RowsUnreadable)) throw error;
    return { ...about, ...columns, counts: NO_COUNTS, obstacle: error.message };
  }
}

/** What became of the row at a place of the lists. */
function kindAt({ before, after }: DifferingPlaces, index: number): DifferenceKind {
  if (before[index] === null) return 'added';
  return after[index] === null ? 'removed' : 'changed';
}

/** Reads differing rows by their numbers, in the order that is asked for. Throws RowsUnreadable. */
export function* exactDifferences(
  { sides, places }: ComparedTable,
  indexes: readonly number[],
): Generator<ExactDifference, void, void> {
  for (let at = 0; at < indexes.length; at += ROWS_AT_ONCE) {
    const asked = indexes.slice(at, at + ROWS_AT_ONCE);
    const present = (side: DifferingPlaces['before']) => asked.flatMap((index) => side[index] ?? []);
    const [ours, theirs] = [sides.before.at(present(places.before)), sides.after.at(present(places.after))];
    let [nextBefore, nextAfter] = [0, 0];
    for (const index of asked) {
      const kind = kindAt(places, index);
      const before = kind === 'added' ? null : (ours[nextBefore++] ?? null);
      const after = kind === 'removed' ? null : (theirs[nextAfter++] ?? null);
      yield { kind, index, before, after, changed: before && after ? differingValues(before, after) : [] };
    }
  }
}

function shown(
  { before, after }: RowComparison,
  { sides, places }: ComparedTable,
  { kind, index, changed, ...rows }: ExactDifference,
  limits: CellLimits,
): DifferingRow {
  const cells = (row: ExactRow | null, decode: Decode): readonly Cell[] | null =>
    row?.values.map((_, at) => cellOf(row, at, limits, decode)) ?? null;
  const place = places.before[index] ?? places.after[index] ?? null;
  const rowid = sides.byRowid && (typeof place === 'number' || typeof place === 'bigint') ? String(place) : null;
  return { kind, before: cells(rows.before, before.decode), after: cells(rows.after, after.decode), changed, rowid };
}
