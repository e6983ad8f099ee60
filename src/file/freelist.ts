// The free pages of a file, as its freelist names them.

import { claimPage, type PageSet, type PageStep } from './btree';
import { damaged, type Damage } from './damage';
import type { PagedFile } from './pagedFile';

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
