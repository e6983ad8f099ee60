// The free pages of a file, as its freelist names them.

import type { PageSet } from './btree';
import { damaged, type Damage } from './damage';
import type { PagedFile } from './pagedFile';

/** What a walk comes by: a free page; damage, after which it ends. */
export type FreelistStep =
  { readonly kind: 'page'; readonly page: number } | { readonly kind: 'damage'; readonly damage: Damage };

/**
 * Walks the freelist (https://sqlite.org/fileformat2.html, 1.5 “The Freelist”): trunk pages, each with an array of leaf pages. Reads the
 * trunk pages, each after it was given.
 * @param seen gets every free page. A page that is in it already is damage, which is also why every walk ends.
 */
export function* walkFreelist(file: PagedFile, seen: PageSet): Generator<FreelistStep, void, void> {
  let [holder, trunk] = [1, file.header.freelistTrunk];
  while (trunk !== 0) {
    const step = claim(file, seen, trunk, holder);
    yield step;
    if (step.kind === 'damage') return;
    const read = file.read(trunk);
    if (!read.ok) return yield failed(read);
    const { value: bytes } = read;
    const leaves = bytes.getUint32(4);
    if (leaves > file.usable / 4 - 2) return yield failed(damaged(trunk, 'freelist count'));
    const next = bytes.getUint32(0);
    for (const page of Array.from({ length: leaves }, (_, leaf) => bytes.getUint32(8 + 4 * leaf))) {
      const leaf = claim(file, seen, page, trunk);
      yield leaf;
      if (leaf.kind === 'damage') return;
    }
    [holder, trunk] = [trunk, next];
  }
}

function claim(file: PagedFile, seen: PageSet, page: number, holder: number): FreelistStep {
  if (!file.mayPointTo(page)) return failed(damaged(holder, 'points out of place'));
  if (!seen.add(page)) return failed(damaged(holder, 'points to a page in use'));
  return { kind: 'page', page };
}

function failed({ error }: { readonly error: Damage }): FreelistStep {
  return { kind: 'damage', damage: error };
}
