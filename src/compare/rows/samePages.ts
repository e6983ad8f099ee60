// Which pages of two files have the same bytes: what is known of that, and what is known of the result of a run, which left them alone.

import type { OverflowChain } from '../../file/btreePage';
import { readInto } from '../../file/byteSource';
import { findOwners } from '../../file/pageOwner';
import type { DatabaseFile } from '../../file/treePages';

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

type WithHeader = Pick<DatabaseFile, 'header'>;

/** Whether pages of the two can be compared at all. */
export function haveLikePages({ header: one }: WithHeader, { header: other }: WithHeader): boolean {
  return one.pageSize === other.pageSize && one.reservedBytes === other.reservedBytes;
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
