// One page of a b-tree: its header, the pages below it, and the cells that go on in overflow pages.

import { damaged, type Intact } from './damage';
import { HEADER_SIZE } from './header';
import type { PagedFile } from './pagedFile';

/** `table` for b-trees with rowids; `index` for indexes and for tables WITHOUT ROWID. */
export type BtreeKind = 'table' | 'index';

/** A page of a b-tree. Its bytes are only there until the next page is read. */
export interface BtreePage {
  readonly page: number;
  readonly kind: BtreeKind;
  readonly leaf: boolean;
  readonly cells: number;
  readonly bytes: DataView;
  /** Where the array of cell pointers begins. */
  readonly cellPointers: number;
  /** Bytes of the page that cells may take up to. */
  readonly usable: number;
}

/** The overflow chain of a cell: its first page and how many pages it has. */
export interface OverflowChain {
  readonly first: number;
  readonly pages: number;
}

/** What the first byte of the page's header says. */
const TYPES: Readonly<Record<number, { readonly kind: BtreeKind; readonly leaf: boolean }>> = {
  2: { kind: 'index', leaf: false },
  5: { kind: 'table', leaf: false },
  10: { kind: 'index', leaf: true },
  13: { kind: 'table', leaf: true },
};

/** SQLite allows no larger string, blob or row than this. */
const LARGEST_PAYLOAD = 0x7fffffff;

/**
 * Reads a page of a b-tree (https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”).
 * Damage: it is none by its type, or has more cells than a page holds.
 */
export function readBtreePage(file: PagedFile, page: number): Intact<BtreePage> {
  const read = file.read(page);
  if (!read.ok) return read;
  const { value: bytes } = read;
  const start = page === 1 ? HEADER_SIZE : 0;
  const type = TYPES[bytes.getUint8(start)];
  if (type === undefined) return damaged(page, 'not a page of this b-tree');
  const cells = bytes.getUint16(start + 3);
  const cellPointers = start + (type.leaf ? 8 : 12);
  if (cellPointers + 2 * cells > file.usable) return damaged(page, 'cells do not fit');
  return { ok: true, value: { page, ...type, cells, bytes, cellPointers, usable: file.usable } };
}

/** The pages below an interior page from left to right, as they are written there: they may be any number. */
export function childrenOf(interior: BtreePage): Intact<readonly number[]> {
  const { page, bytes, cells, cellPointers } = interior;
  const children: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const at = cellAt(interior, cell);
    if (at === null) return damaged(page, 'cells do not fit');
    children.push(bytes.getUint32(at));
  }
  children.push(bytes.getUint32(cellPointers - 4));
  return { ok: true, value: children };
}

/** The overflow chains of a page's cells. */
export function overflowChainsOf(tree: BtreePage): Intact<readonly OverflowChain[]> {
  const payloads = payloadsOf(tree);
  if (!payloads.ok) return payloads;
  return { ok: true, value: payloads.value.flatMap(({ rest }) => rest ?? []) };
}

/**
 * Whether a page, if it is one of a b-tree, has a cell that goes on in overflow pages (https://sqlite.org/fileformat2.html, 1.6 “B-tree
 * Pages”). Of other pages the answer means nothing. It makes no object, since it is asked of every page of a file.
 * @param page where the page begins in the bytes
 * @param head where its header begins there
 */
export function mayOverflow(bytes: Uint8Array, page: number, head: number, usable: number): boolean {
  const type = bytes[head] ?? 0;
  if (type !== 13 && type !== 10 && type !== 2) return false;
  const most = type === 13 ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  const pointers = head + (type === 2 ? 12 : 8);
  const cells = ((bytes[head + 3] ?? 0) << 8) | (bytes[head + 4] ?? 0);
  for (let cell = 0, at = pointers; cell < cells; cell++, at += 2) {
    let place = page + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) + (type === 2 ? 4 : 0);
    let byte = bytes[place] ?? 0;
    let size = byte & 0x7f;
    // Of more than three bytes it is larger than any page.
    for (let more = 0; byte >= 0x80 && more < 3; more++) {
      byte = bytes[++place] ?? 0;
      size = size * 128 + (byte & 0x7f);
    }
    if (byte >= 0x80 || size > most) return true;
  }
  return false;
}

/** Where the payload of a cell is: its first bytes on the page, and the others, if there are any, in overflow pages. */
export interface Payload {
  /** Bytes of all of it. */
  readonly size: number;
  /** Where the bytes on the page begin and end. */
  readonly start: number;
  readonly end: number;
  readonly rest: OverflowChain | null;
}

/**
 * How many bytes of a payload lie on the page of its cell (https://sqlite.org/fileformat2.html, 1.6 “B-tree Pages”; U, P, X, M
 * and K there are the names here).
 */
export function localBytes(size: number, kind: BtreeKind, usable: number): number {
  const most = kind === 'table' ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (size <= most) return size;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wished = least + ((size - least) % (usable - 4));
  return wished <= most ? wished : least;
}

/** The payloads of a page's cells. */
export function payloadsOf(tree: BtreePage): Intact<readonly Payload[]> {
  const { page, kind, leaf, cells, bytes, usable } = tree;
  const payloads: Payload[] = [];
  // Interior cells of a table are keys that lead the way; they carry no row.
  if (kind === 'table' && !leaf) return { ok: true, value: payloads };
  for (let cell = 0; cell < cells; cell++) {
    const at = cellAt(tree, cell);
    if (at === null) return damaged(page, 'cells do not fit');
    const sizeAt = leaf ? at : at + 4;
    const size = varint(bytes, sizeAt, usable);
    if (size > LARGEST_PAYLOAD) return damaged(page, 'cells do not fit');
    let start = afterVarint(bytes, sizeAt, usable);
    if (kind === 'table') start = afterVarint(bytes, start, usable);
    const local = localBytes(size, kind, usable);
    const end = start + local;
    if (end + (size > local ? 4 : 0) > usable) return damaged(page, 'cells do not fit');
    const rest = size > local ? { first: bytes.getUint32(end), pages: Math.ceil((size - local) / (usable - 4)) } : null;
    payloads.push({ size, start, end, rest });
  }
  return { ok: true, value: payloads };
}

/** The rowid of a cell on a leaf of a table; bigint beyond 2^53. The cells of the page must be sound, as `payloadsOf` finds. */
export function rowidOf(leaf: BtreePage, cell: number): number | bigint {
  const { bytes, usable } = leaf;
  const start = afterVarint(bytes, cellAt(leaf, cell) ?? 0, usable);
  // Of seven bytes at most it is exact as a number, and not negative.
  if (afterVarint(bytes, start, usable) - start <= 7) return varint(bytes, start, usable);
  let value = 0n;
  for (let at = start; at < start + 9; at++) {
    const byte = at < usable ? bytes.getUint8(at) : 0;
    if (at === start + 8) value = (value << 8n) | BigInt(byte);
    else value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80 && at < start + 8) break;
  }
  const signed = BigInt.asIntN(64, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

/** Where a cell begins; null where no cell of 4 bytes, the shortest there is, can lie there. */
function cellAt({ bytes, cells, cellPointers, usable }: BtreePage, cell: number): number | null {
  const at = bytes.getUint16(cellPointers + 2 * cell);
  return at < cellPointers + 2 * cells || at + 4 > usable ? null : at;
}

/** A varint as a number (exact below 2^53); bytes from `end` on read as 0. */
export function varint(bytes: DataView, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = at < end ? bytes.getUint8(at) : 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return value * 256 + (start + 8 < end ? bytes.getUint8(start + 8) : 0);
}

/** The place after a varint, which has 9 bytes at most. */
export function afterVarint(bytes: DataView, start: number, end: number): number {
  let at = start;
  while (at < start + 8 && at < end && bytes.getUint8(at) >= 0x80) at++;
  return at + 1;
}
