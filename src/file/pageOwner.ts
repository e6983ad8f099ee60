// The owner of a page: the b-tree that it is part of, as a page of the tree or of an overflow chain, or what else it is.

import { PageSet, SCHEMA_ROOT, walkBtree } from './btree';
import { overflowChainsOf, readBtreePage, type BtreePage, type OverflowChain } from './btreePage';
import type { Damage } from './damage';
import { walkFreelist, walkOverflow } from './linkedPages';
import type { Header } from './header';
import { PagedFile, type PageReader } from './pagedFile';
import { PointerMap } from './pointerMap';

/** What a page is. Pages of sqlite_schema's own b-tree are `schema`, its overflow pages too. */
export type PageOwner =
  | { readonly kind: 'b-tree' | 'overflow'; readonly root: number }
  | { readonly kind: 'schema' | 'freelist' | 'pointer map' | 'lock byte' }
  /** Nothing that was read points to it; `damage` is what ended the search, if something did. */
  | { readonly kind: 'unknown'; readonly damage: Damage | null };

/**
 * Finds the owners of pages. Reads as little as it can, in this order, and stops as soon as all are known: nothing, for
 * pages that their number gives away; the freelist; the interior pages of the b-trees, a leaf's number being in the page above
 * it; the leaves, for their overflow chains. Where there is a pointer map (auto_vacuum), it is asked instead.
 *
 * On a file that passes `PRAGMA integrity_check` every page has one owner and this is it. Elsewhere a page may have two; if
 * damage is met, all pages that are not found by then are `unknown`.
 * @param roots root pages of all tables and indexes; sqlite_schema's own, 1, need not be there
 * @param pages numbers of the pages asked for; those that the file does not have are `unknown`
 * @param maxReads after so many pages that were read (one or two more) what is not found is `unknown`, without damage
 * Gives an entry for every page asked for.
 */
export function findOwners(
  reader: PageReader,
  header: Header,
  roots: Iterable<number>,
  pages: Iterable<number>,
  maxReads = Infinity,
): ReadonlyMap<number, PageOwner> {
  const search = new OwnerSearch(new PagedFile(reader, header), roots, pages, maxReads);
  search.byNumber();
  const damage =
    header.largestRootPage !== 0
      ? search.byPointerMap()
      : (search.inFreelist() ?? search.inTrees() ?? search.inOverflowChains());
  return search.result(damage);
}

/** A search in steps, each of which gives the damage that ended it, or null. */
class OwnerSearch {
  readonly #file: PagedFile;
  readonly #roots: ReadonlySet<number>;
  readonly #maxReads: number;
  readonly #owners = new Map<number, PageOwner>();
  /** Pages whose owner is not known yet. */
  readonly #wanted: Set<number>;
  /** Pages that are somebody's: one that is claimed twice is damage. */
  readonly #claimed = new PageSet();

  constructor(file: PagedFile, roots: Iterable<number>, pages: Iterable<number>, maxReads: number) {
    this.#file = file;
    this.#roots = new Set([SCHEMA_ROOT, ...roots]);
    this.#wanted = new Set(pages);
    this.#maxReads = maxReads;
  }

  /** All owners that were found; the other pages are unknown. */
  result(damage: Damage | null): ReadonlyMap<number, PageOwner> {
    for (const page of this.#wanted) this.#owners.set(page, { kind: 'unknown', damage });
    return this.#owners;
  }

  /** Reads nothing: numbers that are no page, pages with a fixed place, roots. */
  byNumber(): void {
    for (const page of this.#wanted) {
      const place = this.#file.placeOf(page);
      if (page < 1 || page > this.#file.pageCount) this.#found(page, { kind: 'unknown', damage: null });
      else if (place !== null) this.#found(page, { kind: place });
      else if (this.#roots.has(page)) this.#found(page, ownerIn(page, 'b-tree'));
    }
  }

  /** From each page up to its root, as the pointer map has it. */
  byPointerMap(): Damage | null {
    const map = new PointerMap(this.#file);
    for (const page of this.#wanted) {
      if (this.#isOver()) return null;
      const damage = this.#climb(page, map);
      if (damage) return damage;
    }
    return null;
  }

  #climb(page: number, map: PointerMap): Damage | null {
    const way: { readonly page: number; readonly kind: 'b-tree' | 'overflow' }[] = [];
    let [at, root] = [page, this.#rootAt(page)];
    while (root === null) {
      const entry = map.entryOf(at);
      if (!entry.ok) return entry.error;
      const { kind, parent } = entry.value;
      // A tree that is not among the roots.
      if (kind === 'root') return null;
      if (kind === 'freelist') {
        if (at === page) this.#found(page, { kind });
        return at === page ? null : { page: this.#file.pointerMapOf(at), reason: 'pointer map entry' };
      }
      way.push({ page: at, kind });
      // Only who goes round in circles meets more pages than there are.
      if (way.length > this.#file.pageCount) return { page: this.#file.pointerMapOf(at), reason: 'pointer map entry' };
      [at, root] = [parent, this.#rootAt(parent)];
    }
    for (const step of way) this.#found(step.page, ownerIn(root, step.kind));
    return null;
  }

  /** The root of the tree that a page is part of, so far as that is known already. */
  #rootAt(page: number): number | null {
    const owner = this.#owners.get(page);
    return this.#roots.has(page) ? page : owner === undefined ? null : rootOf(owner);
  }

  /** The free pages, of which only the trunk pages are read. */
  inFreelist(): Damage | null {
    if (this.#isOver()) return null;
    for (const step of walkFreelist(this.#file, this.#claimed)) {
      if (step.kind === 'damage') return step.damage;
      this.#found(step.page, { kind: 'freelist' });
      if (this.#isOver()) return null;
    }
    return null;
  }

  /** The pages of all trees, of which only the interior ones are read. */
  inTrees(): Damage | null {
    for (const root of this.#roots) {
      if (this.#isOver()) return null;
      const owner = ownerIn(root, 'b-tree');
      for (const step of walkBtree(this.#file, root, this.#claimed)) {
        if (step.kind === 'damage') return step.damage;
        if (step.kind === 'interior') this.#found(step.interior.page, owner);
        else for (const page of step.pages) this.#found(page, owner);
        if (this.#isOver()) return null;
      }
    }
    return null;
  }

  /**
   * The overflow chains, once all pages of the trees are claimed. Whoever writes into a chain mostly writes its cell's page
   * as well, so those of the pages asked for that turned out to be trees' are looked at first, then the rest of their trees.
   */
  inOverflowChains(): Damage | null {
    const scanned = new Map<number, number>();
    for (const [page, owner] of this.#owners) {
      const root = rootOf(owner);
      if (root !== null) scanned.set(page, root);
    }
    for (const [page, root] of scanned) {
      if (this.#isOver()) return null;
      const damage = this.#scanPage(page, root);
      if (damage) return damage;
    }
    for (const root of new Set([...scanned.values(), ...this.#roots])) {
      if (this.#isOver()) return null;
      for (const step of walkBtree(this.#file, root, new PageSet())) {
        if (step.kind === 'damage') return step.damage;
        const pages = step.kind === 'leaves' ? step.pages : [step.interior.page];
        for (const page of pages) {
          if (scanned.has(page)) continue;
          if (this.#isOver()) return null;
          const damage = step.kind === 'leaves' ? this.#scanPage(page, root) : this.#scan(step.interior, root);
          if (damage) return damage;
        }
      }
    }
    return null;
  }

  #scanPage(page: number, root: number): Damage | null {
    const read = readBtreePage(this.#file, page);
    return read.ok ? this.#scan(read.value, root) : read.error;
  }

  /** Follows the overflow chains that begin on a page of a tree. */
  #scan(tree: BtreePage, root: number): Damage | null {
    const chains = overflowChainsOf(tree);
    if (!chains.ok) return chains.error;
    for (const chain of chains.value) {
      const damage = this.#follow(chain, tree.page, ownerIn(root, 'overflow'));
      if (damage) return damage;
    }
    return null;
  }

  #follow(chain: OverflowChain, holder: number, owner: PageOwner): Damage | null {
    for (const step of walkOverflow(this.#file, chain, holder, this.#claimed)) {
      if (step.kind === 'damage') return step.damage;
      this.#found(step.page, owner);
      if (this.#isOver()) return null;
    }
    return null;
  }

  #found(page: number, owner: PageOwner): void {
    if (this.#wanted.delete(page)) this.#owners.set(page, owner);
  }

  #isOver(): boolean {
    return this.#wanted.size === 0 || this.#file.reads >= this.#maxReads;
  }
}

function ownerIn(root: number, kind: 'b-tree' | 'overflow'): PageOwner {
  return root === SCHEMA_ROOT ? { kind: 'schema' } : { kind, root };
}

function rootOf(owner: PageOwner): number | null {
  if (owner.kind === 'schema') return SCHEMA_ROOT;
  return 'root' in owner ? owner.root : null;
}
