// How many pages rows and index entries take, and some of them lie on (https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”).

import type { BtreeKind } from './btreePage';

/**
 * The pages of a b-tree with so many entries, whose records are like those of a sample, if each page is filled before the next one
 * is begun; its root alone where there are none. `pages` has interior and overflow pages too.
 * @param sizes bytes of the sample's records
 */
export function packTree(
  kind: BtreeKind,
  sizes: readonly number[],
  entries: number,
  usable: number,
): { readonly leaves: number; readonly pages: number } {
  if (entries < 1 || sizes.length === 0) return { leaves: 1, pages: 1 };
  const most = kind === 'table' ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const rowid = kind === 'table' ? Math.ceil(Math.log2(entries + 2) / 7) : 0;
  let [sum, squares, overflow] = [0, 0, 0];
  for (const size of sizes) {
    const wished = least + ((size - least) % (usable - 4));
    const local = size <= most ? size : wished <= most ? wished : least;
    overflow += Math.ceil((size - local) / (usable - 4));
    // Before the record its size and rowid, after it the first overflow page, and a pointer to all of that.
    const cell = local + (size < 128 ? 1 : 2) + rowid + (size > local ? 4 : 0) + 2;
    sum += cell;
    squares += cell * cell;
  }
  const mean = sum / sizes.length;
  // What is left at a page's end: of cells that are alike a remainder, else half of the one that did not fit any more.
  const room = usable - 8;
  const each = squares * sizes.length === sum * sum ? Math.floor(room / mean) : (room - squares / sum / 2) / mean;
  // An index has an entry on interior pages between any two leaves.
  const leaves = Math.ceil(entries / (Math.max(1, each) + (kind === 'index' ? 1 : 0)));
  const children = Math.max(2, (usable - 12) / (kind === 'table' ? rowid + 6 : mean + 4));
  let pages = leaves + Math.round((overflow / sizes.length) * entries);
  for (let level = leaves; level > 1; pages += level) level = Math.ceil(level / children);
  return { leaves, pages };
}

/** On how many of the leaves of a b-tree some of its rows lie: side by side, and if they come from anywhere in it. */
export function leavesOfRows(
  leaves: number,
  rows: number,
  some: number,
): { readonly least: number; readonly most: number } {
  const least = leaves * Math.min(1, some / Math.max(1, rows));
  return { least, most: Math.max(least, leaves * (1 - (1 - 1 / Math.max(1, leaves)) ** some)) };
}
