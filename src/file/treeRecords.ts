// All records of a b-tree in their order, one after the other and as they lie on their pages.

import { localBytes, type BtreeKind } from './btreePage';
import { readInto } from './byteSource';
import { readVarint, lastVarint } from './record';
import { ALL_CELLS, pagedFileOf, pagesOfTree, TreeDamaged, type DatabaseFile, type TreePages } from './treePages';

const LEAVES: Readonly<Record<BtreeKind, number>> = { table: 13, index: 10 };
const INTERIOR_OF_INDEX = 2;

/** A walk over the records of a b-tree. The bytes of a record stay until the walk has come to the page after next. */
export class TreeRecords {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the record begins in `bytes`, and where what lies there of it ends. */
  start = 0;
  end = 0;
  /** The two halves of the rowid, in a table that has one. */
  rowidHigh = 0;
  rowidLow = 0;
  readonly #of: DatabaseFile;
  readonly #kind: BtreeKind;
  readonly #tree: TreePages;
  readonly #usable: number;
  readonly #pageCount: number;
  readonly #onPage: () => void;
  /** The page that the walk is on, and the one before it. */
  #page: Uint8Array;
  #last: Uint8Array;
  #at = -1;
  #cell = 0;
  #cells = 0;
  #pointers = 0;
  #size = 0;

  /** Reads the interior pages of the tree. Throws TreeDamaged. */
  constructor(of: DatabaseFile, root: number, kind: BtreeKind, onPage: () => void) {
    const file = pagedFileOf(of);
    this.#of = of;
    this.#kind = kind;
    this.#tree = pagesOfTree(file, root);
    this.#usable = file.usable;
    this.#pageCount = file.pageCount;
    this.#onPage = onPage;
    this.#page = new Uint8Array(of.header.pageSize);
    this.#last = new Uint8Array(of.header.pageSize);
  }

  /** Goes to the next record; false where there are no more. Throws TreeDamaged. */
  next(): boolean {
    while (this.#cell >= this.#cells) if (!this.#nextPage()) return false;
    const bytes = this.#page;
    const pointer = this.#pointers + 2 * this.#cell++;
    let at = ((bytes[pointer] ?? 0) << 8) | (bytes[pointer + 1] ?? 0);
    if (bytes[0] === INTERIOR_OF_INDEX) at += 4;
    at = readVarint(bytes, at);
    const size = (this.#size = lastVarint());
    if (this.#kind === 'table') at = this.#readRowid(bytes, at);
    this.bytes = bytes;
    this.start = at;
    this.end = at + localBytes(size, this.#kind, this.#usable);
    if (this.end > this.#usable) throw new TreeDamaged('cells do not fit');
    return true;
  }

  /** Whether the record goes on in overflow pages. */
  get goesOn(): boolean {
    return this.#size > this.end - this.start;
  }

  /** Puts the record together where it goes on in overflow pages: `bytes` has all of it then. Throws TreeDamaged. */
  assemble(): void {
    const local = this.end - this.start;
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset);
    if (this.#size > this.#pageCount * this.#usable || this.end + 4 > this.#usable)
      throw new TreeDamaged('cells do not fit');
    const whole = new Uint8Array(this.#size);
    whole.set(this.bytes.subarray(this.start, this.end));
    const page = new Uint8Array(this.#usable);
    let next = view.getUint32(this.end);
    for (let at = local; at < this.#size;) {
      if (next < 2 || next > this.#pageCount) throw new TreeDamaged('overflow chain ends early');
      this.#read(next, page);
      const length = Math.min(this.#size - at, this.#usable - 4);
      whole.set(page.subarray(4, 4 + length), at);
      next = new DataView(page.buffer).getUint32(0);
      at += length;
    }
    [this.bytes, this.start, this.end] = [whole, 0, whole.length];
  }

  #readRowid(bytes: Uint8Array, start: number): number {
    let high = 0;
    let low = 0;
    for (let at = start; at < start + 8; at++) {
      const byte = bytes[at] ?? 0;
      high = (high << 7) | (low >>> 25);
      low = (low << 7) | (byte & 0x7f);
      if (byte < 0x80) {
        this.rowidHigh = high;
        this.rowidLow = low;
        return at + 1;
      }
    }
    this.rowidHigh = (high << 8) | (low >>> 24);
    this.rowidLow = (low << 8) | (bytes[start + 8] ?? 0);
    return start + 9;
  }

  #nextPage(): boolean {
    const { pages, cells } = this.#tree;
    if (++this.#at >= pages.length) return false;
    const page = pages[this.#at] ?? 0;
    [this.#page, this.#last] = [this.#last, this.#page];
    this.#read(page, this.#page);
    this.#onPage();
    const bytes = this.#page;
    const [type, cell] = [bytes[0], cells[this.#at] ?? ALL_CELLS];
    if (type !== (cell === ALL_CELLS ? LEAVES[this.#kind] : INTERIOR_OF_INDEX))
      throw new TreeDamaged(`page ${page}: not a page of this b-tree`);
    const count = ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0);
    this.#pointers = cell === ALL_CELLS ? 8 : 12;
    if (this.#pointers + 2 * count > this.#usable) throw new TreeDamaged(`page ${page}: cells do not fit`);
    this.#cell = cell === ALL_CELLS ? 0 : cell;
    this.#cells = cell === ALL_CELLS ? count : cell + 1;
    return true;
  }

  #read(page: number, into: Uint8Array): void {
    const { source, header } = this.#of;
    const length = readInto(source, into, 0, (page - 1) * header.pageSize, into.length);
    if (length < into.length) throw new TreeDamaged(`page ${page}: cut short`);
  }
}
