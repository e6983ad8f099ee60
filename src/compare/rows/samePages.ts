// Which pages of two files have the same bytes: found by reading both, or known of the result of a run, which left them alone.

import { overflowChainsOf, readBtreePage, type OverflowChain } from '../../file/btreePage';
import { readInto } from '../../file/byteSource';
import { HEADER_SIZE } from '../../file/header';
import { findOwners } from '../../file/pageOwner';
import { PagedFile } from '../../file/pagedFile';
import type { DatabaseFile } from '../../file/treePages';
import { KeptPages } from './keptPages';

/** What is known of the pages of two files. Numbers begin with 1. */
export interface SamePages {
  /** Whether a page has the same bytes in both. */
  readonly isSame: (page: number) => boolean;
  /** Whether rows on such a page of a b-tree may go on in overflow pages that are not the same; false only where that is known. */
  readonly mayGoOn: (page: number, root: number) => boolean;
  /** The overflow chains that begin on such a page; null where the page has to be read for them. */
  readonly chainsOf: (page: number) => readonly OverflowChain[] | null;
  /** In an overflow chain: the page that follows one that is the same. */
  readonly nextOf: (page: number) => number;
  /** Rows on such a page of a b-tree; null where nobody has counted. */
  readonly rowsOn: (page: number) => number | null;
}

/** Of files that have other pages altogether. */
export const NO_SAME_PAGES: SamePages = {
  isSame: () => false,
  mayGoOn: () => true,
  chainsOf: () => null,
  nextOf: () => 0,
  rowsOn: () => null,
};

/** Larger reads are hardly faster in a browser, and what they leave to the garbage collector is memory until it looks. */
const BYTES_AT_ONCE = 8 << 20;
const SAME = 1;
const GOES_ON = 2;
/** Types of the pages of b-trees that lead to others. */
const [INNER_OF_TABLE, INNER_OF_INDEX] = [5, 2];
/** Of so many pages the overflow chains are remembered; those of others are read once more. */
const MOST_CHAINS = 200_000;

/** Whether pages of the two can be compared at all. */
export function haveLikePages({ header: one }: DatabaseFile, { header: other }: DatabaseFile): boolean {
  return one.pageSize === other.pageSize && one.reservedBytes === other.reservedBytes;
}

/** What came of comparing all pages, and those of them that will be asked for again: those that differ, and the inner ones of b-trees. */
export interface ComparedPages {
  readonly pages: SamePages;
  readonly keptBefore: KeptPages;
  readonly keptAfter: KeptPages;
}

/** Reads two files from end to end and compares them page by page. */
export function comparePages(
  before: DatabaseFile,
  after: DatabaseFile,
  onPages: (done: number, total: number) => void,
): ComparedPages {
  const [keptBefore, keptAfter] = [new KeptPages(before.header.pageSize), new KeptPages(after.header.pageSize)];
  if (!haveLikePages(before, after)) return { pages: NO_SAME_PAGES, keptBefore, keptAfter };
  const { pageSize, reservedBytes } = before.header;
  const pages = Math.floor(Math.min(before.source.size, after.source.size) / pageSize);
  const flags = new Uint8Array(pages + 1);
  const next = new Uint32Array(pages + 1);
  const rows = new Uint16Array(pages + 1);
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / pageSize));
  const words = pageSize / 4;
  const chains = new Map<number, readonly OverflowChain[]>();
  let inHand = new Uint8Array(0) as Uint8Array;
  const file = new PagedFile({ pageCount: pages, read: () => inHand }, before.header);
  for (let first = 0; first < pages; first += atOnce) {
    onPages(first, pages);
    const count = Math.min(atOnce, pages - first);
    const start = first * pageSize;
    const ours = wordsOf(before.source.read(start, start + count * pageSize));
    const theirs = wordsOf(after.source.read(start, start + count * pageSize));
    const bytes = new Uint8Array(ours.buffer, ours.byteOffset, ours.byteLength);
    const otherBytes = new Uint8Array(theirs.buffer, theirs.byteOffset, theirs.byteLength);
    const view = new DataView(ours.buffer, ours.byteOffset, ours.byteLength);
    for (let index = 0; index < count; index++) {
      const from = index * words;
      let at = from;
      while (at < from + words && ours[at] === theirs[at]) at++;
      const page = first + index + 1;
      const offset = index * pageSize;
      const type = bytes[page === 1 ? offset + HEADER_SIZE : offset] ?? 0;
      const differs = at < from + words;
      if (differs || type === INNER_OF_TABLE || type === INNER_OF_INDEX) {
        const copy = bytes.slice(offset, offset + pageSize);
        keptBefore.keep(page, copy);
        keptAfter.keep(page, differs ? otherBytes.slice(offset, offset + pageSize) : copy);
      }
      if (differs) continue;
      next[page] = view.getUint32(offset);
      const head = page === 1 ? offset + HEADER_SIZE : offset;
      rows[page] = view.getUint16(head + 3);
      flags[page] = SAME;
      if (!mayOverflow(bytes, offset, head, pageSize - reservedBytes)) continue;
      flags[page] = SAME | GOES_ON;
      if (chains.size < MOST_CHAINS) {
        inHand = bytes.subarray(offset, offset + pageSize);
        const read = readBtreePage(file, page);
        const found = read.ok ? overflowChainsOf(read.value) : read;
        // Where it is no page of a b-tree, nobody will ask.
        if (found.ok) chains.set(page, found.value);
      }
    }
  }
  const samePages: SamePages = {
    isSame: (page) => ((flags[page] ?? 0) & SAME) !== 0,
    mayGoOn: (page) => ((flags[page] ?? 0) & GOES_ON) !== 0,
    chainsOf: (page) => chains.get(page) ?? null,
    nextOf: (page) => next[page] ?? 0,
    rowsOn: (page) => rows[page] ?? 0,
  };
  return { pages: samePages, keptBefore, keptAfter };
}

/** Bytes four by four. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/**
 * Whether a page, if it is one of a b-tree, has a cell that goes on in overflow pages (https://sqlite.org/fileformat2.html, 1.6 “B-tree
 * Pages”). Of other pages the answer means nothing.
 */
function mayOverflow(bytes: Uint8Array, page: number, head: number, usable: number): boolean {
  const type = bytes[head] ?? 0;
  if (type !== 13 && type !== 10 && type !== 2) return false;
  const most = type === 13 ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  const pointers = head + (type === 2 ? 12 : 8);
  const cells = ((bytes[head + 3] ?? 0) << 8) | (bytes[head + 4] ?? 0);
  for (let cell = 0, at = pointers; cell < cells; cell++, at += 2) {
    let place = page + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) + (type === 2 ? 4 : 0);
    let byte = bytes[place] ?? 0;
    let size = byte & 0x7f;
    // Of more than three bytes it is larger than any page.
    for (let more = 0; byte >= 0x80 && more < 3; more++) {
      byte = bytes[++place] ?? 0;
      size = size * 128 + (byte & 0x7f);
    }
    if (byte >= 0x80 || size > most) return true;
  }
  return false;
}

/** What a run did to the pages of its input, as the store of pages knows it. Page numbers begin with 1. */
export interface WrittenByRun {
  readonly pageSize: number;
  readonly inputPages: number;
  readonly resultPages: number;
  /** Pages of the input that have other bytes in the result, ascending. */
  readonly changed: readonly number[];
}

/** Where the owners of the pages of overflow chains are not found in so many pages, every row is asked whether it has one. */
const PAGES_READ_FOR_OWNERS = 50_000;

/**
 * What is known of a run's input and result without reading either: the run did not write the other pages.
 * @param roots root pages of all b-trees of the input
 */
export function pagesOfRun(
  before: DatabaseFile,
  after: DatabaseFile,
  written: WrittenByRun,
  roots: Iterable<number>,
): SamePages {
  const { header, source } = before;
  if (!haveLikePages(before, after) || written.pageSize !== header.pageSize) return NO_SAME_PAGES;
  const changed = new Set(written.changed);
  const last = Math.min(written.inputPages, written.resultPages);
  const page = new Uint8Array(header.pageSize);
  const reader = {
    pageCount: written.inputPages,
    read: (number: number) => page.subarray(0, readInto(source, page, 0, (number - 1) * page.length, page.length)),
  };
  const owners = findOwners(reader, header, roots, written.changed, PAGES_READ_FOR_OWNERS);
  const goingOn = new Set<number>();
  let isUnsure = written.resultPages < written.inputPages;
  for (const owner of owners.values()) {
    if (owner.kind === 'overflow') goingOn.add(owner.root);
    if (owner.kind === 'unknown') isUnsure = true;
  }
  const number = new Uint8Array(4);
  return {
    isSame: (at) => at <= last && !changed.has(at),
    mayGoOn: (_, root) => isUnsure || goingOn.has(root),
    chainsOf: () => null,
    nextOf: (at) => {
      readInto(source, number, 0, (at - 1) * header.pageSize, 4);
      return new DataView(number.buffer).getUint32(0);
    },
    rowsOn: () => null,
  };
}
