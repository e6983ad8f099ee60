// A look at the b-tree of a table by a few of its pages: about how large it is, and which rows lie on some of its leaves.

import { childrenOf, leafCellsOf, readBtreePage, type LeafCell } from './btreePage';
import { damaged, type Intact } from './damage';
import type { PagedFile } from './pagedFile';

/** The size of a b-tree of rows; estimated where it has more pages than were read. */
export interface TreeSize {
  readonly leaves: number;
  /** Leaves and interior pages, without overflow pages. */
  readonly pages: number;
  readonly rows: number;
}

/** Its size, and rows from all over it, in their order. */
export interface TreeSample extends TreeSize {
  readonly cells: readonly LeafCell[];
}

/** SQLite's own limit (BTCURSOR_MAX_DEPTH). */
const DEEPEST = 20;
/** The multiples of the golden ratio fall everywhere between whole numbers. */
const GOLDEN = 0.6180339887;

/**
 * Reads `pagesOfLevel` pages at most of each level of a b-tree, evenly spread over it, and takes about `rows` of the rows on them.
 * All leaves lie at the same depth, so each level has as many pages as the one above it has children.
 */
export function sampleTree(file: PagedFile, root: number, pagesOfLevel: number, rows: number): Intact<TreeSample> {
  let [level, count, interior]: [readonly number[], number, number] = [[root], 1, 0];
  for (let depth = 1; depth <= DEEPEST; depth++) {
    const children: number[] = [];
    const leaves: (readonly LeafCell[])[] = [];
    for (const page of level) {
      if (!file.mayPointTo(page)) return damaged(page, 'points out of place');
      const read = readBtreePage(file, page);
      if (!read.ok) return read;
      const below = read.value.leaf ? leafCellsOf(read.value) : childrenOf(read.value);
      if (!below.ok) return below;
      if (read.value.leaf) leaves.push(below.value as readonly LeafCell[]);
      else children.push(...(below.value as readonly number[]));
    }
    if (leaves.length > 0 && children.length > 0) return damaged(root, 'uneven depth');
    if (leaves.length > 0) {
      const found = leaves.reduce((sum, leaf) => sum + leaf.length, 0);
      // Of each leaf the same share: where rows are long there are few of them.
      const cells = leaves.flatMap((leaf, at) =>
        spread(leaf, Math.ceil((leaf.length * rows) / Math.max(1, found)), at),
      );
      return {
        ok: true,
        value: { leaves: count, pages: count + interior, rows: Math.round((found * count) / leaves.length), cells },
      };
    }
    interior += count;
    count = Math.round((count * children.length) / level.length);
    level = spread(children, pagesOfLevel, 0);
  }
  return damaged(root, 'too deep');
}

/**
 * Of a list at most `most`, one from anywhere in each of equal shares of it: every second row, say, may be of another kind than its
 * neighbours. The same `seed` gives the same ones.
 */
function spread<Item>(list: readonly Item[], most: number, seed: number): readonly Item[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_none, share) =>
    Math.floor(((share + (((share + seed) * GOLDEN) % 1)) * list.length) / most),
  ).flatMap((at) => list.slice(at, at + 1));
}
