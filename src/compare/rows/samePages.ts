// Which pages of two files have the same bytes: found by reading both, or known of the result of a run, which left them alone.

import { readInto, type ByteSource } from '../../file/byteSource';
import { HEADER_SIZE, type Header } from '../../file/header';
import { findOwners } from '../../file/pageOwner';

/** A database file: its bytes and what its header says of them. */
export interface DatabaseFile {
  readonly source: ByteSource;
  readonly header: Header;
}

/** What is known of the pages of two files. Numbers begin with 1. */
export interface SamePages {
  /** Whether a page has the same bytes in both. */
  readonly isSame: (page: number) => boolean;
  /** Whether rows on such a page of a b-tree may go on in overflow pages that are not the same; false only where that is known. */
  readonly mayGoOn: (page: number, root: number) => boolean;
  /** In an overflow chain: the page that follows one that is the same. */
  readonly nextOf: (page: number) => number;
  /** Rows on such a page of a b-tree; null where nobody has counted. */
  readonly rowsOn: (page: number) => number | null;
}

/** Of files that have other pages altogether. */
export const NO_SAME_PAGES: SamePages = {
  isSame: () => false,
  mayGoOn: () => true,
  nextOf: () => 0,
  rowsOn: () => null,
};

const BYTES_AT_ONCE = 4 << 20;
const SAME = 1;
const GOES_ON = 2;

/** Whether pages of the two can be compared at all. */
export function haveLikePages({ header: one }: DatabaseFile, { header: other }: DatabaseFile): boolean {
  return one.pageSize === other.pageSize && one.reservedBytes === other.reservedBytes;
}

/** Reads two files from end to end and compares them page by page. */
export function comparePages(
  before: DatabaseFile,
  after: DatabaseFile,
  onPages: (done: number, total: number) => void,
): SamePages {
  if (!haveLikePages(before, after)) return NO_SAME_PAGES;
  const { pageSize, reservedBytes } = before.header;
  const pages = Math.floor(Math.min(before.source.size, after.source.size) / pageSize);
  const flags = new Uint8Array(pages + 1);
  const next = new Uint32Array(pages + 1);
  const rows = new Uint16Array(pages + 1);
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / pageSize));
  const [ours, theirs] = [new Int32Array((atOnce * pageSize) / 4), new Int32Array((atOnce * pageSize) / 4)];
  const bytes = new Uint8Array(ours.buffer);
  const view = new DataView(ours.buffer);
  const otherBytes = new Uint8Array(theirs.buffer);
  const words = pageSize / 4;
  for (let first = 0; first < pages; first += atOnce) {
    onPages(first, pages);
    const count = Math.min(atOnce, pages - first);
    const start = first * pageSize;
    readInto(before.source, bytes, 0, start, count * pageSize);
    readInto(after.source, otherBytes, 0, start, count * pageSize);
    for (let index = 0; index < count; index++) {
      const from = index * words;
      let at = from;
      while (at < from + words && ours[at] === theirs[at]) at++;
      if (at < from + words) continue;
      const page = first + index + 1;
      const offset = index * pageSize;
      next[page] = view.getUint32(offset);
      const head = page === 1 ? offset + HEADER_SIZE : offset;
      rows[page] = view.getUint16(head + 3);
      const goesOn = mayOverflow(bytes, offset, head, pageSize - reservedBytes);
      flags[page] = goesOn ? SAME | GOES_ON : SAME;
    }
  }
  return {
    isSame: (page) => ((flags[page] ?? 0) & SAME) !== 0,
    mayGoOn: (page) => ((flags[page] ?? 0) & GOES_ON) !== 0,
    nextOf: (page) => next[page] ?? 0,
    rowsOn: (page) => rows[page] ?? 0,
  };
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
    nextOf: (at) => {
      readInto(source, number, 0, (at - 1) * header.pageSize, 4);
      return new DataView(number.buffer).getUint32(0);
    },
    rowsOn: () => null,
  };
}
