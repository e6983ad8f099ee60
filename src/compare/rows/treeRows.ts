// The rows of a table as they lie in its b-tree: the records on those of its pages that are asked for.

import {
  overflowChainsOf,
  payloadsOf,
  readBtreePage,
  rowidOf,
  type BtreePage,
  type OverflowChain,
  type Payload,
} from '../../file/btreePage';
import type { PagedFile } from '../../file/pagedFile';
import { ALL_CELLS, pagedFileOf, TreeDamaged, type DatabaseFile, type TreePages } from '../../file/treePages';
import type { SamePages } from './samePages';

/** A record of a table. Its bytes are there until the cursor goes on. */
export interface TreeRecord {
  /** In a table with rowids. */
  readonly rowid: number | bigint;
  readonly payload: Payload;
  readonly bytes: DataView;
}

/** The records of one side, in their order, on the pages that the other side does not have just so. */
export class TreeCursor {
  readonly #file: PagedFile;
  /** Overflow pages are read beside the page that the cursor is on. */
  readonly #beside: PagedFile;
  readonly #tree: TreePages;
  readonly #common: (page: number) => boolean;
  readonly #onPage: () => void;
  #at = -1;
  #page: BtreePage | null = null;
  #payloads: readonly Payload[] = [];
  #cell = 0;
  #end = 0;

  /** @param common whether the other side has a page as well, with all that its rows have in overflow pages */
  constructor(of: DatabaseFile, tree: TreePages, common: (page: number) => boolean, onPage: () => void) {
    this.#file = pagedFileOf(of);
    this.#beside = pagedFileOf(of);
    this.#tree = tree;
    this.#common = common;
    this.#onPage = onPage;
  }

  /** Bytes of a page without those reserved at its end. */
  get usable(): number {
    return this.#file.usable;
  }

  /** The next record, or null where there are no more. Throws TreeDamaged. */
  next(): TreeRecord | null {
    while (this.#cell >= this.#end) if (!this.#nextPage()) return null;
    const page = this.#page;
    const payload = this.#payloads[this.#cell];
    if (!page || !payload) throw new TreeDamaged('cells do not fit');
    const rowid = page.kind === 'table' ? rowidOf(page, this.#cell) : 0;
    this.#cell++;
    return { rowid, payload, bytes: page.bytes };
  }

  /** The whole payload of the record that `next` gave last. */
  wholeOf({ payload, bytes }: TreeRecord): Uint8Array {
    const whole = new Uint8Array(payload.size);
    const local = payload.end - payload.start;
    whole.set(new Uint8Array(bytes.buffer, bytes.byteOffset + payload.start, local));
    let page = payload.rest?.first ?? 0;
    for (let at = local; at < payload.size;) {
      const read = this.overflow(page);
      const length = Math.min(payload.size - at, this.#file.usable - 4);
      whole.set(new Uint8Array(read.buffer, read.byteOffset + 4, length), at);
      page = read.getUint32(0);
      at += length;
    }
    return whole;
  }

  /** A page of an overflow chain, until the next one is asked for. Throws TreeDamaged. */
  overflow(page: number): DataView {
    const read = this.#beside.mayPointTo(page) ? this.#beside.read(page) : null;
    if (!read?.ok) throw new TreeDamaged('overflow chain ends early');
    return read.value;
  }

  #nextPage(): boolean {
    const { pages, cells } = this.#tree;
    do {
      if (++this.#at >= pages.length) return false;
    } while (this.#common(pages[this.#at] ?? 0));
    this.#onPage();
    const read = readBtreePage(this.#file, pages[this.#at] ?? 0);
    if (!read.ok) throw new TreeDamaged(read.error.reason);
    const payloads = payloadsOf(read.value);
    if (!payloads.ok) throw new TreeDamaged(payloads.error.reason);
    this.#page = read.value;
    this.#payloads = payloads.value;
    const cell = cells[this.#at] ?? ALL_CELLS;
    this.#cell = cell === ALL_CELLS ? 0 : cell;
    this.#end = cell === ALL_CELLS ? payloads.value.length : cell + 1;
    return true;
  }
}

/** Whether two records have the same bytes, those in overflow pages among them. */
export function areSameRecords(
  { isSame }: SamePages,
  ours: { readonly cursor: TreeCursor; readonly record: TreeRecord },
  theirs: { readonly cursor: TreeCursor; readonly record: TreeRecord },
): boolean {
  const [a, b] = [ours.record.payload, theirs.record.payload];
  if (a.size !== b.size) return false;
  const local = a.end - a.start;
  if (local !== b.end - b.start || !areEqual(ours.record.bytes, a.start, theirs.record.bytes, b.start, local))
    return false;
  let [page, other] = [a.rest?.first ?? 0, b.rest?.first ?? 0];
  for (let left = a.size - local; left > 0;) {
    const view = ours.cursor.overflow(page);
    const length = Math.min(left, ours.cursor.usable - 4);
    if (page === other && isSame(page)) {
      page = other = view.getUint32(0);
    } else {
      const otherView = theirs.cursor.overflow(other);
      if (!areEqual(view, 4, otherView, 4, length)) return false;
      [page, other] = [view.getUint32(0), otherView.getUint32(0)];
    }
    left -= length;
  }
  return true;
}

function areEqual(one: DataView, start: number, other: DataView, otherStart: number, length: number): boolean {
  let at = 0;
  for (; at + 4 <= length; at += 4) if (one.getInt32(start + at) !== other.getInt32(otherStart + at)) return false;
  for (; at < length; at++) if (one.getUint8(start + at) !== other.getUint8(otherStart + at)) return false;
  return true;
}

/** Whether no row of a page that is the same goes on in an overflow page that is not. */
export function goesOnAlike(file: PagedFile, page: number, { chainsOf, isSame, nextOf }: SamePages): boolean {
  const chains = chainsOf(page) ?? chainsOn(file, page);
  return chains.every(({ first, pages }) => {
    let at = first;
    for (let left = pages; left > 0; left--) {
      if (!isSame(at)) return false;
      at = nextOf(at);
    }
    return true;
  });
}

function chainsOn(file: PagedFile, page: number): readonly OverflowChain[] {
  const read = readBtreePage(file, page);
  const chains = read.ok ? overflowChainsOf(read.value) : read;
  if (!chains.ok) throw new TreeDamaged(chains.error.reason);
  return chains.value;
}
