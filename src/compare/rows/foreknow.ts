// What pages tell of the rows of a table without asking SQLite: records of the same bytes are the same rows, all others may differ.

import type { Column, Relation } from '../../schema/schema';
import { varint, afterVarint } from '../../file/btreePage';
import type { PagedFile } from '../../file/pagedFile';
import { pagedFileOf, pagesOfTree, TreeDamaged, type DatabaseFile } from '../../file/treePages';
import type { KnownRows, TablePairSides } from './compareTable';
import { binaryString, type ExactRow } from './exactRow';
import { haveLikePages, NO_SAME_PAGES, type SamePages } from './samePages';
import type { RowPlace, TableSide } from './tableSide';
import { areSameRecords, goesOnAlike, TreeCursor, type TreeRecord } from './treeRows';

/** Two files, and what is known of their pages. */
export interface TwoFiles {
  readonly before: DatabaseFile;
  readonly after: DatabaseFile;
  readonly pages: SamePages;
}

/** Records that have found no equal yet are held in memory; of more than these only SQLite tells which are the same. */
const MOST_UNMATCHED = 200_000;
const MOST_UNMATCHED_CHARACTERS = 48 << 20;

/**
 * Finds the rows of a table that may differ. Null where pages do not tell: the columns lie in other places, texts are in another
 * encoding, the pages are damaged, or too much of the table differs.
 * @param onPage is called for each page that is read
 */
export function foreknow(table: TablePairSides, files: TwoFiles, onPage: () => void): KnownRows | null {
  const { before, after } = files;
  if (!haveLikePages(before, after) || before.header.encoding !== after.header.encoding) return null;
  if (!areReadAlike(table)) return null;
  try {
    const found = compareTrees(table, files, onPage);
    return found && placed(table, found);
  } catch (error) {
    if (error instanceof TreeDamaged) return null;
    throw error;
  }
}

/** What decides how the bytes of a record are read as a column. */
const READ_BY = ['type', 'defaultValue', 'primaryKey', 'generated'] as const satisfies (keyof Column)[];

/** Whether the same record means the same values of the columns that are compared: they lie in the same places. */
function areReadAlike({ match, rowidColumns }: TablePairSides): boolean {
  const { before, after, columns, columnsAfter } = match;
  if (before.withoutRowid !== after.withoutRowid) return false;
  const [ours, theirs] = [columns.map(placeIn(before)), columnsAfter.map(placeIn(after))];
  if (ours.some((place, at) => place !== theirs[at])) return false;
  // The columns of a key lie first.
  const last = before.withoutRowid ? Math.max(before.columns.length, after.columns.length) : Math.max(-1, ...ours) + 1;
  for (let at = 0; at < last; at++) {
    const [one, other] = [before.columns[at], after.columns[at]];
    if (!one || !other || READ_BY.some((aspect) => one[aspect] !== other[aspect])) return false;
  }
  const [alias, aliasAfter] = rowidColumns;
  return (alias === null) === (aliasAfter === null);
}

function placeIn({ columns }: Relation): (name: string) => number {
  return (name) => columns.findIndex((column) => column.name === name);
}

/** Records that are on one side only, and how many are on both. */
interface LoneRecords {
  readonly before: readonly LoneRecord[];
  readonly after: readonly LoneRecord[];
  readonly same: number | null;
}

/** By its rowid, or by its key as it is stored. */
type LoneRecord = number | bigint | ExactRow;

function compareTrees({ match, byRowid }: TablePairSides, files: TwoFiles, onPage: () => void): LoneRecords | null {
  const { before, after, pages } = files;
  const trees = {
    before: pagesOfTree(pagedFileOf(before), match.before.rootPage),
    after: pagesOfTree(pagedFileOf(after), match.after.rootPage),
  };
  const common = commonPages(trees.before.pages, trees.after.pages, {
    pages,
    file: pagedFileOf(before),
    root: match.before.rootPage,
  });
  const isCommon = (page: number): boolean => common.has(page);
  const ours = new TreeCursor(before, trees.before, isCommon, onPage);
  const theirs = new TreeCursor(after, trees.after, isCommon, onPage);
  const { withoutRowid } = match.before;
  const keyColumns = withoutRowid ? match.before.columns.filter(({ primaryKey }) => primaryKey > 0).length : 0;
  const placeOf = (cursor: TreeCursor, record: TreeRecord): LoneRecord =>
    withoutRowid ? firstValues(cursor.wholeOf(record), keyColumns) : record.rowid;
  const found = byRowid ? mergeByRowid(ours, theirs, pages) : pairOff(ours, theirs, pages, placeOf);
  if (!found) return null;
  const rows = rowsOnCommon(trees.before, isCommon, pages);
  return { ...found, same: rows === null ? null : rows + (found.same ?? 0) };
}

/** The pages that both trees have, with the same bytes, those of overflow chains among them. */
function commonPages(
  before: readonly number[],
  after: readonly number[],
  { pages, file, root }: { readonly pages: SamePages; readonly file: PagedFile; readonly root: number },
): ReadonlySet<number> {
  if (pages === NO_SAME_PAGES) return new Set();
  const theirs = new Set(after);
  const common = new Set<number>();
  for (const page of before) {
    if (!theirs.has(page) || !pages.isSame(page)) continue;
    if (!pages.mayGoOn(page, root) || goesOnAlike(file, page, pages)) common.add(page);
  }
  return common;
}

function rowsOnCommon(
  tree: { readonly pages: readonly number[]; readonly cells: readonly number[] },
  isCommon: (page: number) => boolean,
  pages: SamePages,
): number | null {
  let rows = 0;
  for (const [at, page] of tree.pages.entries()) {
    if (!isCommon(page)) continue;
    const on = (tree.cells[at] ?? 0) >= 0 ? 1 : pages.rowsOn(page);
    if (on === null) return null;
    rows += on;
  }
  return rows;
}

/** Both sides come in the order of their rowids. */
function mergeByRowid(ours: TreeCursor, theirs: TreeCursor, pages: SamePages): LoneRecords {
  const before: (number | bigint)[] = [];
  const after: (number | bigint)[] = [];
  let same = 0;
  let [a, b] = [ours.next(), theirs.next()];
  while (a || b) {
    if (a && (!b || a.rowid < b.rowid)) {
      before.push(a.rowid);
      a = ours.next();
    } else if (b && (!a || b.rowid < a.rowid)) {
      after.push(b.rowid);
      b = theirs.next();
    } else if (a && b) {
      if (areSameRecords(pages, { cursor: ours, record: a }, { cursor: theirs, record: b })) same++;
      else {
        before.push(a.rowid);
        after.push(b.rowid);
      }
      a = ours.next();
      b = theirs.next();
    }
  }
  return { before, after, same };
}

/**
 * Takes equal records off in pairs. Both sides come in about the same order, so one that is not met at once is met soon: it is held
 * until then, and the side that is behind goes on alone. Null where too many are held.
 */
function pairOff(
  ours: TreeCursor,
  theirs: TreeCursor,
  pages: SamePages,
  placeOf: (cursor: TreeCursor, record: TreeRecord) => LoneRecord,
): LoneRecords | null {
  const [left, right] = [new Unmatched(), new Unmatched()];
  let same = 0;
  let [a, b] = [ours.next(), theirs.next()];
  while (a || b) {
    if (a && b && areSameRecords(pages, { cursor: ours, record: a }, { cursor: theirs, record: b })) {
      same++;
      a = ours.next();
      b = theirs.next();
      continue;
    }
    const [keyA, keyB] = [a && binaryString(ours.wholeOf(a)), b && binaryString(theirs.wholeOf(b))];
    if (keyB !== null && left.take(keyB)) {
      same++;
      b = theirs.next();
    } else if (keyA !== null && right.take(keyA)) {
      same++;
      a = ours.next();
    } else {
      if (a && keyA !== null) left.hold(keyA, placeOf(ours, a));
      if (b && keyB !== null) right.hold(keyB, placeOf(theirs, b));
      if (left.isFull || right.isFull) return null;
      a = a && ours.next();
      b = b && theirs.next();
    }
  }
  return { before: left.places(), after: right.places(), same };
}

/** Records that have found no equal, by their bytes. */
class Unmatched {
  readonly #held = new Map<string, LoneRecord[]>();
  #count = 0;
  #characters = 0;

  get isFull(): boolean {
    return this.#count > MOST_UNMATCHED || this.#characters > MOST_UNMATCHED_CHARACTERS;
  }

  hold(key: string, place: LoneRecord): void {
    const held = this.#held.get(key);
    if (held) held.push(place);
    else this.#held.set(key, [place]);
    this.#count++;
    this.#characters += key.length;
  }

  /** Takes one of these bytes off; false where there is none. */
  take(key: string): boolean {
    const held = this.#held.get(key);
    if (held?.pop() === undefined) return false;
    if (held.length === 0) this.#held.delete(key);
    this.#count--;
    this.#characters -= key.length;
    return true;
  }

  places(): readonly LoneRecord[] {
    return [...this.#held.values()].flat();
  }
}

/** Places by which SQLite finds the rows again, in their order. Null where it does not find all of them. */
function placed({ match, before, after, byRowid }: TablePairSides, found: LoneRecords): KnownRows | null {
  if (found.before.length + found.after.length === 0) return { before: [], after: [], same: found.same };
  // Rows that cannot be asked for one by one.
  if (before.address.kind === 'none') return null;
  if (!match.before.withoutRowid) {
    const inOrder = (side: readonly LoneRecord[]): readonly LoneRecord[] =>
      byRowid ? side : [...side].sort((one, other) => (one < other ? -1 : 1));
    return { before: inOrder(found.before), after: inOrder(found.after), same: found.same };
  }
  const [ours, theirs] = [asked(before, found.before), asked(after, found.after)];
  return ours && theirs && { before: ours, after: theirs, same: found.same };
}

function asked(side: TableSide, of: readonly LoneRecord[]): readonly RowPlace[] | null {
  const places: RowPlace[] = [];
  side.visit(of, ({ place }) => places.push(place), []);
  return places.length === of.length ? places : null;
}

/** The first values of a record (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
function firstValues(record: Uint8Array, count: number): ExactRow {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  let at = varint(view, 0, record.length);
  let place = afterVarint(view, 0, record.length);
  let types = '';
  const values: ExactRow['values'][number][] = [];
  for (let column = 0; column < count; column++) {
    const type = varint(view, place, record.length);
    place = afterVarint(view, place, record.length);
    const [letter, value, length] = valueAt(view, at, type);
    types += letter;
    values.push(value);
    at += length;
  }
  return { types, values };
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8] as const;

/** A value by its serial type: its letter, itself and its length in bytes. */
function valueAt(view: DataView, at: number, type: number): readonly [string, ExactRow['values'][number], number] {
  if (type === 0) return ['n', null, 0];
  if (type === 7) return ['r', view.getFloat64(at), 8];
  if (type === 8 || type === 9) return ['i', type - 8, 0];
  const length = type < 7 ? (INTEGER_BYTES[type] ?? 0) : Math.floor((type - 12) / 2);
  if (at + length > view.byteLength) throw new TreeDamaged('cells do not fit');
  if (type >= 12) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length).slice();
    return [type % 2 === 0 ? 'b' : 't', bytes, length];
  }
  let value = BigInt(view.getInt8(at));
  for (let more = 1; more < length; more++) value = (value << 8n) | BigInt(view.getUint8(at + more));
  return ['i', value, length];
}
