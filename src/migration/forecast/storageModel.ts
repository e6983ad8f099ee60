// How many pages rows and index entries take: what lies on a page, what goes on in overflow pages, how full pages get.

import type { BtreeKind } from '../../file/btreePage';

/** How a b-tree comes to be filled. */
export type Filling = 'sorted' | 'row by row';

/** Pages of a b-tree. */
export interface TreePages {
  readonly leaves: number;
  readonly interior: number;
  readonly overflow: number;
  /** All of them. */
  readonly pages: number;
}

/** Header of a leaf and of an interior page. */
const [LEAF_HEADER, INTERIOR_HEADER] = [8, 12];
const CELL_POINTER = 2;
const PAGE_NUMBER = 4;

/**
 * How full pages are that were split at any place: measured on indexes to which SQLite adds a row at a time, and on
 * tables whose rows an UPDATE has made longer (test/migration/forecast.test.ts).
 */
const FULL_AFTER_SPLITS = { index: 0.7, table: 0.9 } as const;

/**
 * How much of a payload (a record, in bytes) lies on its page, and how many overflow pages it has
 * (https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”).
 */
export function layPayload(
  payload: number,
  kind: BtreeKind,
  usable: number,
): { readonly local: number; readonly overflowPages: number } {
  const most = kind === 'table' ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (payload <= most) return { local: payload, overflowPages: 0 };
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wished = least + ((payload - least) % (usable - PAGE_NUMBER));
  const local = wished <= most ? wished : least;
  return { local, overflowPages: Math.ceil((payload - local) / (usable - PAGE_NUMBER)) };
}

/**
 * The pages of a b-tree of `entries` rows or index entries whose payloads are like those of a sample.
 * `sorted`: in the order of their keys, as CREATE INDEX and an INSERT of ascending rowids add them, which fills each page
 * before the next one is begun. Gives the root page alone where there are no entries.
 * @param payloads bytes of the sample's records, without the rowid of a table
 */
export function packTree(
  kind: BtreeKind,
  payloads: readonly number[],
  entries: number,
  usable: number,
  filling: Filling,
): TreePages {
  if (entries < 1 || payloads.length === 0) return { leaves: 1, interior: 0, overflow: 0, pages: 1 };
  const rowid = kind === 'table' ? varintBytes(entries) : 0;
  let [sum, squares, overflow, smallest, largest] = [0, 0, 0, Infinity, 0];
  for (const payload of payloads) {
    const { local, overflowPages } = layPayload(payload, kind, usable);
    const chain = overflowPages > 0 ? PAGE_NUMBER : 0;
    const cell = Math.max(4, varintBytes(payload) + rowid + local + chain) + CELL_POINTER;
    sum += cell;
    squares += cell * cell;
    overflow += overflowPages;
    smallest = Math.min(smallest, cell);
    largest = Math.max(largest, cell);
  }
  const mean = sum / payloads.length;
  const room = usable - LEAF_HEADER;
  const full = filling === 'sorted' ? 1 : FULL_AFTER_SPLITS[kind];
  // What is left at a page's end: of cells that are alike a remainder, else half of the one that did not fit any more.
  const each = smallest === largest ? Math.floor(room / mean) : (room - squares / sum / 2) / mean;
  const perLeaf = Math.max(1, each * full);
  const key = kind === 'table' ? PAGE_NUMBER + rowid + CELL_POINTER : PAGE_NUMBER + mean;
  const children = Math.max(2, ((usable - INTERIOR_HEADER) / key) * full + 1);
  // An index has an entry on interior pages between any two leaves.
  const leaves = Math.ceil(kind === 'table' ? entries / perLeaf : (entries + 1) / (perLeaf + 1));
  let interior = 0;
  for (let level = leaves; level > 1;) {
    level = Math.ceil(level / children);
    interior += level;
  }
  const overflowing = Math.round((overflow / payloads.length) * entries);
  return { leaves, interior, overflow: overflowing, pages: leaves + interior + overflowing };
}

/** The leaves of a table after each of its rows has grown, of which `payload` bytes are the mean before that. */
export function leavesAfterGrowth(
  table: { readonly leaves: number; readonly entries: number },
  payload: number,
  growth: number,
  usable: number,
): number {
  if (growth <= 0) return table.leaves;
  const { local } = layPayload(Math.round(payload + growth), 'table', usable);
  const cell = varintBytes(payload) + varintBytes(table.entries) + local + CELL_POINTER;
  const needed = (table.entries * cell) / (FULL_AFTER_SPLITS.table * (usable - LEAF_HEADER));
  return Math.max(table.leaves, Math.ceil(needed));
}

/** Bytes of a number as a varint. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128 && bytes < 9; rest /= 128) bytes++;
  return bytes;
}
