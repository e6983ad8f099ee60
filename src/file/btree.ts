// A b-tree: a walk over its interior pages, by which the numbers of its leaves are known without reading them; and the set of
// pages that walks have met.

import { childrenOf, readBtreePage, type BtreeKind, type BtreePage } from './btreePage';
import { damaged, type Damage } from './damage';
import type { PagedFile } from './pagedFile';

/** The root page of the b-tree of sqlite_schema. */
export const SCHEMA_ROOT = 1;

/** What a walk comes by: an interior page; leaves that lie side by side, not read; damage, after which it ends. */
export type WalkStep =
  | { readonly kind: 'interior'; readonly interior: BtreePage }
  | { readonly kind: 'leaves'; readonly pages: readonly number[]; readonly depth: number }
  | { readonly kind: 'damage'; readonly damage: Damage };

/** SQLite's own limit (BTCURSOR_MAX_DEPTH): it takes a deeper tree for a damaged one. */
const DEEPEST = 20;

/**
 * Walks a b-tree from left to right; a leaf's depth is 1 where it is the root. Reads the interior pages and one leaf: all
 * leaves of a b-tree lie at the same depth (https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”), so the pages below
 * the lowest interior pages are leaves.
 * @param seen gets every page of the tree. A page that is in it already is damage, which is also why every walk ends.
 */
export function* walkBtree(file: PagedFile, root: number, seen: PageSet): Generator<WalkStep, void, void> {
  if (root !== SCHEMA_ROOT && !file.mayPointTo(root)) return yield failed(damaged(root, 'root out of place'));
  if (!seen.add(root)) return yield failed(damaged(root, 'points to a page in use'));
  let kind: BtreeKind | null = null;
  /** Known as soon as the way down the left side has met a leaf. */
  let depthOfLeaves: number | null = null;
  /** The way from above the root to where the walk is: at place `depth - 1` the pages of that depth that lie side by side. */
  const path = [{ pages: [root] as readonly number[], next: 0 }];
  for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
    if (path.length === depthOfLeaves) {
      yield { kind: 'leaves', pages: here.pages, depth: depthOfLeaves };
      path.pop();
      continue;
    }
    const page = here.pages[here.next++];
    if (page === undefined) {
      path.pop();
      continue;
    }
    const read = readBtreePage(file, page);
    if (!read.ok) return yield failed(read);
    kind ??= read.value.kind;
    if (read.value.kind !== kind) return yield failed(damaged(page, 'not a page of this b-tree'));
    if (read.value.leaf) {
      if (depthOfLeaves !== null) return yield failed(damaged(page, 'uneven depth'));
      depthOfLeaves = path.length;
      continue;
    }
    if (path.length === DEEPEST) return yield failed(damaged(page, 'too deep'));
    const children = childrenOf(read.value);
    if (!children.ok) return yield failed(children);
    for (const child of children.value) {
      if (!file.mayPointTo(child)) return yield failed(damaged(page, 'points out of place'));
      if (!seen.add(child)) return yield failed(damaged(page, 'points to a page in use'));
    }
    path.push({ pages: children.value, next: 0 });
    yield { kind: 'interior', interior: read.value };
  }
}

function failed({ error }: { readonly error: Damage }): WalkStep {
  return { kind: 'damage', damage: error };
}

/** The bits of a PageSet lie in pieces, made when a page in their range is added. Pages that one piece has room for. */
const PAGES_OF_A_PIECE = 1 << 15;

/** A set of page numbers that only grows. All pages of 10 GB in pages of 512 bytes take 2.6 MB. */
export class PageSet {
  readonly #pieces = new Map<number, Uint8Array>();

  /** Adds a page; false where it was in the set already. */
  add(page: number): boolean {
    const place = Math.floor(page / PAGES_OF_A_PIECE);
    let piece = this.#pieces.get(place);
    if (piece === undefined) this.#pieces.set(place, (piece = new Uint8Array(PAGES_OF_A_PIECE / 8)));
    const [at, bit] = [(page % PAGES_OF_A_PIECE) >> 3, 1 << (page & 7)];
    const bits = piece[at] ?? 0;
    piece[at] = bits | bit;
    return (bits & bit) === 0;
  }
}
