// Compares two files page by page, from end to end: which pages have the same bytes, and what those tell of their rows.

import { mayOverflow, overflowChainsOf, readBtreePage, type OverflowChain } from '../../file/btreePage';
import { HEADER_SIZE, type Header } from '../../file/header';
import { PagedFile } from '../../file/pagedFile';
import { KeptPages } from './keptPages';
import { haveLikePages, NO_SAME_PAGES, type SamePages } from './samePages';

/** A file that is read from end to end. */
export interface ReadThrough {
  readonly header: Header;
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end` (exclusive). They are there until the next but one are asked for. */
  readonly read: (start: number, end: number) => Promise<Uint8Array> | Uint8Array;
}

/** What came of comparing all pages, and those of them that will be asked for again: those that differ, and the inner ones of b-trees. */
export interface ComparedPages {
  readonly pages: SamePages;
  readonly keptBefore: KeptPages;
  readonly keptAfter: KeptPages;
}

/** Of each file so much is compared at once, while as much of both is read. */
const BYTES_AT_ONCE = 16 << 20;
const SAME = 1;
const GOES_ON = 2;
/** Types of the pages of b-trees that lead to others. */
const [INNER_OF_TABLE, INNER_OF_INDEX] = [5, 2];
/** Of so many pages the overflow chains are remembered; those of others are read once more. */
const MOST_CHAINS = 200_000;

/** Reads two files from end to end and compares them page by page. Throws what a read throws. @param bytesAtOnce of each file */
export async function comparePages(
  before: ReadThrough,
  after: ReadThrough,
  onPages: (done: number, total: number) => void,
  bytesAtOnce = BYTES_AT_ONCE,
): Promise<ComparedPages> {
  const { header } = before;
  const { pageSize } = header;
  const pages = haveLikePages(before, after) ? Math.floor(Math.min(before.size, after.size) / pageSize) : 0;
  const comparison = new PageComparison(header, pages);
  const atOnce = Math.max(1, Math.floor(bytesAtOnce / pageSize));
  const readFrom = (first: number): Promise<readonly [Uint8Array, Uint8Array]> => {
    const [start, end] = [first * pageSize, Math.min(first + atOnce, pages) * pageSize];
    const both = Promise.all([before.read(start, end), after.read(start, end)]);
    // Who waits for it is told; nobody does any more where the round before failed.
    both.catch(() => undefined);
    return both;
  };
  let next = pages > 0 ? readFrom(0) : null;
  for (let first = 0; next; first += atOnce) {
    onPages(first, pages);
    const [ours, theirs]: readonly [Uint8Array, Uint8Array] = await next;
    next = first + atOnce < pages ? readFrom(first + atOnce) : null;
    comparison.add(first, ours, theirs);
  }
  const { keptBefore, keptAfter } = comparison;
  return { pages: pages > 0 ? comparison.samePages() : NO_SAME_PAGES, keptBefore, keptAfter };
}

/** What is known of the pages that were compared so far. */
class PageComparison {
  readonly keptBefore: KeptPages;
  readonly keptAfter: KeptPages;
  readonly #header: Header;
  readonly #flags: Uint8Array;
  readonly #next: Uint32Array;
  readonly #rows: Uint16Array;
  readonly #chains = new Map<number, readonly OverflowChain[]>();

  constructor(header: Header, pages: number) {
    this.#header = header;
    this.#flags = new Uint8Array(pages + 1);
    this.#next = new Uint32Array(pages + 1);
    this.#rows = new Uint16Array(pages + 1);
    this.keptBefore = new KeptPages(header.pageSize);
    this.keptAfter = new KeptPages(header.pageSize);
  }

  /** Compares as many pages of both, from the one with the index `first` on. */
  add(first: number, before: Uint8Array, after: Uint8Array): void {
    const { pageSize, reservedBytes } = this.#header;
    const [ours, theirs] = [wordsOf(before), wordsOf(after)];
    const bytes = new Uint8Array(ours.buffer, ours.byteOffset, ours.byteLength);
    const view = new DataView(ours.buffer, ours.byteOffset, ours.byteLength);
    const words = pageSize / 4;
    for (let offset = 0, from = 0, page = first + 1; offset < bytes.length; offset += pageSize, from += words, page++) {
      let at = from;
      while (at < from + words && ours[at] === theirs[at]) at++;
      const differs = at < from + words;
      const head = page === 1 ? offset + HEADER_SIZE : offset;
      const type = bytes[head] ?? 0;
      if (differs || type === INNER_OF_TABLE || type === INNER_OF_INDEX) {
        const copy = bytes.slice(offset, offset + pageSize);
        this.keptBefore.keep(page, copy);
        this.keptAfter.keep(page, differs ? after.slice(offset, offset + pageSize) : copy);
      }
      if (differs) continue;
      this.#flags[page] = SAME;
      this.#next[page] = view.getUint32(offset);
      this.#rows[page] = view.getUint16(head + 3);
      if (mayOverflow(bytes, offset, head, pageSize - reservedBytes)) {
        this.#noteChains(page, bytes.subarray(offset, offset + pageSize));
      }
    }
  }

  /** What all pages tell, once they are compared. */
  samePages(): SamePages {
    const [flags, next, rows, chains] = [this.#flags, this.#next, this.#rows, this.#chains];
    return {
      isSame: (page) => ((flags[page] ?? 0) & SAME) !== 0,
      mayGoOn: (page) => ((flags[page] ?? 0) & GOES_ON) !== 0,
      chainsOf: (page) => chains.get(page) ?? null,
      nextOf: (page) => next[page] ?? 0,
      rowsOn: (page) => rows[page] ?? 0,
    };
  }

  #noteChains(page: number, bytes: Uint8Array): void {
    this.#flags[page] = SAME | GOES_ON;
    if (this.#chains.size >= MOST_CHAINS) return;
    const read = readBtreePage(new PagedFile({ pageCount: page, read: () => bytes }, this.#header), page);
    const found = read.ok ? overflowChainsOf(read.value) : read;
    // Where it is no page of a b-tree, nobody will ask.
    if (found.ok) this.#chains.set(page, found.value);
  }
}

/** Bytes four by four. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
