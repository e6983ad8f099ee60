// Pages that are held in memory by their numbers: few or a million of them, in any order.

import type { ByteArray } from '../../file/byteSource';
import { ChunkedBytes } from './chunkedBytes';

/** Pages that follow one another in the file, and do so in memory too. */
export interface PageRun {
  readonly firstPage: number;
  /** Their bytes, in pieces of 4 MB at most. */
  readonly pieces: readonly Uint8Array[];
}

/**
 * Pages of one size, each held whole. Invariant: every page in `#slots` has a slot of its own in `#bytes`; slots below
 * `#slotsUsed` that no page has are in `#freeSlots`, and may hold anything.
 */
export class PageStore {
  readonly #pageSize: number;
  readonly #slots = new Map<number, number>();
  readonly #bytes = new ChunkedBytes();
  readonly #freeSlots: number[] = [];
  #slotsUsed = 0;

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
  }

  /** How many pages are held. */
  get count(): number {
    return this.#slots.size;
  }

  /** Bytes of memory taken. */
  get heldBytes(): number {
    return this.#bytes.heldBytes;
  }

  /** Numbers of the pages that are held, ascending. */
  get numbers(): readonly number[] {
    return [...this.#slots.keys()].sort((one, other) => one - other);
  }

  has(page: number): boolean {
    return this.#slots.has(page);
  }

  /** Copies `length` bytes of a page, from its byte `from` on, to `target` at `offset`; false where it is not held. */
  readInto(target: ByteArray, offset: number, page: number, from: number, length: number): boolean {
    const slot = this.#slots.get(page);
    if (slot === undefined) return false;
    this.#bytes.readInto(target, offset, slot * this.#pageSize + from, length);
    return true;
  }

  /** Writes `length` bytes of `source` from `offset` on into a page at its byte `from`; false where it is not held. */
  writeFrom(source: ByteArray, offset: number, length: number, page: number, from: number): boolean {
    const slot = this.#slots.get(page);
    if (slot === undefined) return false;
    this.#bytes.writeFrom(source, offset, length, slot * this.#pageSize + from);
    return true;
  }

  /** Takes a page that is not held yet, whole, from `source` at `offset`. Throws RangeError where memory ends. */
  add(page: number, source: ByteArray, offset: number): void {
    const slot = this.#freeSlots.at(-1) ?? this.#slotsUsed;
    this.#bytes.writeFrom(source, offset, this.#pageSize, slot * this.#pageSize);
    if (this.#freeSlots.pop() === undefined) this.#slotsUsed++;
    this.#slots.set(page, slot);
  }

  /** Forgets all pages from this number on. */
  cut(firstPage: number): void {
    for (const [page, slot] of this.#slots) {
      if (page < firstPage) continue;
      this.#slots.delete(page);
      this.#freeSlots.push(slot);
    }
    if (this.#slots.size > 0) return;
    this.#bytes.cut(0);
    this.#freeSlots.length = 0;
    this.#slotsUsed = 0;
  }

  /** All pages, ascending. Their pieces are views, which show later writes or not. */
  runs(): readonly PageRun[] {
    const runs: PageRun[] = [];
    const pages = this.numbers;
    for (let index = 0; index < pages.length;) {
      const firstPage = pages[index] ?? 0;
      const slot = this.#slots.get(firstPage) ?? 0;
      let count = 1;
      while (pages[index + count] === firstPage + count && this.#slots.get(firstPage + count) === slot + count) count++;
      runs.push({ firstPage, pieces: this.#bytes.pieces(slot * this.#pageSize, (slot + count) * this.#pageSize) });
      index += count;
    }
    return runs;
  }
}
