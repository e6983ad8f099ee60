// Pages that name one another: the free pages of a file, and the overflow chains of its cells.

import type { PageSet } from './btree';
import type { OverflowChain } from './btreePage';
import { damaged, type Damage } from './damage';
import type { PagedFile } from './pagedFile';

/** What a walk along pages that point to one another comes by: a page; damage, after which it ends. */
export type PageStep =
  | { readonly kind: 'page'; readonly page: number }
  | { readonly kind: 'damage'; readonly damage: Damage };

/** A page to which `holder` points; damage where it is no page for that, or is in the set already. */
function claimPage(file: PagedFile, seen: PageSet, page: number, holder: number): PageStep {
  if (!file.mayPointTo(page)) return { kind: 'damage', damage: damaged(holder, 'points out of place').error };
  if (!seen.add(page)) return { kind: 'damage', damage: damaged(holder, 'points to a page in use').error };
  return { kind: 'page', page };
}

/**
 * Walks an overflow chain. Each page begins with the number of the next; the length is known, so the last page is not read.
 * @param seen gets every page. A page that is in it already is damage
 */
export function* walkOverflow(
  file: PagedFile,
  { first, pages }: OverflowChain,
  holder: number,
  seen: PageSet,
): Generator<PageStep, void, void> {
  let [from, page] = [holder, first];
  for (let left = pages; left > 0; left--) {
    if (page === 0) return yield { kind: 'damage', damage: damaged(from, 'overflow chain ends early').error };
    const step = claimPage(file, seen, page, from);
    yield step;
    if (step.kind === 'damage' || left === 1) return;
    const read = file.read(page);
    if (!read.ok) return yield { kind: 'damage', damage: read.error };
    [from, page] = [page, read.value.getUint32(0)];
  }
}

/**
 * Walks the freelist (https://sqlite.org/fileformat2.html, 1.5 “The Freelist”): trunk pages, each with an array of leaf pages. Reads the
 * trunk pages, each after it was given.
 * @param seen gets every free page. A page that is in it already is damage, which is also why every walk ends.
 */
export function* walkFreelist(file: PagedFile, seen: PageSet): Generator<PageStep, void, void> {
  let [holder, trunk] = [1, file.header.freelistTrunk];
  while (trunk !== 0) {
    const step = claimPage(file, seen, trunk, holder);
    yield step;
    if (step.kind === 'damage') return;
    const read = file.read(trunk);
    if (!read.ok) return yield failed(read);
    const { value: bytes } = read;
    const leaves = bytes.getUint32(4);
    if (leaves > file.usable / 4 - 2) return yield failed(damaged(trunk, 'freelist count'));
    const next = bytes.getUint32(0);
    for (const page of Array.from({ length: leaves }, (_, leaf) => bytes.getUint32(8 + 4 * leaf))) {
      const leaf = claimPage(file, seen, page, trunk);
      yield leaf;
      if (leaf.kind === 'damage') return;
    }
    [holder, trunk] = [trunk, next];
  }
}

function failed({ error }: { readonly error: Damage }): PageStep {
  return { kind: 'damage', damage: error };
}
