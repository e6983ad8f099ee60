// How many pages each b-tree of a file has, those of its long values too. Reads no leaf unless there are long values.

import { PageSet, SCHEMA_ROOT, walkBtree } from './btree';
import { overflowChainsOf, readBtreePage } from './btreePage';
import type { Damage } from './damage';
import type { PagedFile } from './pagedFile';

/** Pages of a file by what they are for. */
export interface TreeSizes {
  /** By root page: pages of the tree, and of the overflow chains of its cells. */
  readonly trees: ReadonlyMap<number, { readonly pages: number; readonly overflow: number }>;
  readonly free: number;
  /** Pages in which SQLite keeps account of others, and that of the locks. */
  readonly fixed: number;
  /** What ended the count, if something did: trees after it are missing. */
  readonly damage: Damage | null;
}

/**
 * Counts the pages of all trees. Overflow pages are what is left over when trees, freelist and fixed pages are counted; only then
 * are leaves read, and only until all of those are found.
 * @param roots root pages of all tables and indexes
 * @param onReads is told now and then how many pages were read
 */
export function sizesOfTrees(file: PagedFile, roots: Iterable<number>, onReads: (pages: number) => void): TreeSizes {
  const seen = new PageSet();
  const trees = new Map<number, { pages: number; overflow: number }>();
  let fixed = 0;
  for (let page = 1; page <= file.pageCount; page++) if (file.placeOf(page) !== null) fixed++;
  const free = file.header.freelistPages;
  let rest = file.pageCount - fixed - free;
  for (const root of new Set([SCHEMA_ROOT, ...roots])) {
    // The root, whether it is a leaf or not.
    let pages = 1;
    for (const step of walkBtree(file, root, seen)) {
      if (step.kind === 'damage') return { trees, free, fixed, damage: step.damage };
      if (step.kind === 'leaves' && step.depth > 1) pages += step.pages.length;
      if (step.kind === 'interior' && step.interior.page !== root) pages++;
    }
    trees.set(root, { pages, overflow: 0 });
    rest -= pages;
    onReads(file.reads);
  }
  for (const [root, size] of trees) {
    if (rest <= 0) break;
    for (const step of walkBtree(file, root, new PageSet())) {
      if (step.kind === 'damage') return { trees, free, fixed, damage: step.damage };
      const pages = step.kind === 'leaves' ? step.pages : [step.interior.page];
      for (const page of pages) {
        const read = readBtreePage(file, page);
        const chains = read.ok ? overflowChainsOf(read.value) : read;
        if (!chains.ok) return { trees, free, fixed, damage: chains.error };
        for (const chain of chains.value) size.overflow += chain.pages;
      }
      onReads(file.reads);
    }
    rest -= size.overflow;
  }
  return { trees, free, fixed, damage: null };
}
