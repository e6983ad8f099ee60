// Makes sound SQLite files of many gigabytes in a second: blobs of zeros, whose pages are holes but for their chain.
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** The largest that there is: the fewest pages, and so the fewest bytes that have to be written. */
export const PAGE_BYTES = 65536;
/** The page at this position is used by no b-tree (https://www.sqlite.org/fileformat2.html#the_lock_byte_page). */
const LOCK_BYTE = 2 ** 30;
/** What a page of a chain holds beside the number of the next one. */
const CHAINED_BYTES = PAGE_BYTES - 4;
/** Offsets in the header of the file, which is also that of page 1. */
const CHANGE_COUNTER = 24;
const PAGE_COUNT = 28;
const VERSION_VALID_FOR = 92;
/** Kinds of b-tree pages, and the sizes of their headers. */
const INTERIOR = { kind: 5, header: 12 } as const;
const LEAF = { kind: 13, header: 8 } as const;

/** Rows of the table `recordings`. */
export interface Recordings {
  readonly rows: number;
  /** Length of each body in bytes. SQLite takes none, nor a row, of more than 1e9. */
  readonly bytes: number;
}

/** A file that was made. */
export interface SparseDatabase {
  readonly path: string;
  /** In bytes, holes included. */
  readonly size: number;
  /** Numbers of all pages, 1-based, that hold more than zeros and the number of the next page. */
  readonly fullPages: readonly number[];
}

/** What the body of a row begins and ends with; all between is zero. */
export function edgesOf(row: number): { readonly first: string; readonly last: string } {
  return { first: `recording ${row} begins`, last: `recording ${row} ends` };
}

/**
 * Makes a database of the statements by native sqlite3 and adds a table `recordings(id INTEGER PRIMARY KEY, name TEXT, body
 * BLOB)`, each row on a leaf of its own with a chain of overflow pages behind it.
 *
 * Cells and chains are as https://www.sqlite.org/fileformat2.html#b_tree_pages has them. On the disk an overflow page takes one
 * block of the file system, where there are holes: 4 kB of its 64.
 */
export function makeSparseDatabase(path: string, sql: string, { rows, bytes }: Recordings): SparseDatabase {
  const answers = execFileSync('sqlite3', ['-batch', '-bail', path], {
    input: `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA synchronous = OFF; ${sql};
      CREATE TABLE recordings(id INTEGER PRIMARY KEY, name TEXT, body BLOB);
      PRAGMA page_count; SELECT rootpage FROM sqlite_schema WHERE name = 'recordings';`,
    encoding: 'utf8',
  });
  const [pagesBefore = 0, root = 0] = answers.trim().split('\n').slice(-2).map(Number);
  const file = openSync(path, 'r+');
  try {
    let lastPage = pagesBefore;
    const nextPage = (): number => {
      lastPage += lastPage * PAGE_BYTES === LOCK_BYTE ? 2 : 1;
      return lastPage;
    };
    const put = (page: number, offset: number, part: Uint8Array): void => {
      writeSync(file, part, 0, part.length, (page - 1) * PAGE_BYTES + offset);
    };

    const leaves = Array.from({ length: rows }, nextPage);
    put(root, 0, interiorPage(leaves));
    const ends = leaves.map((leaf, at) => {
      const row = at + 1;
      const { payload, local } = recordOf(row, bytes);
      const overflow = payload - local.length;
      const chain = Array.from({ length: Math.ceil(overflow / CHAINED_BYTES) }, nextPage);
      put(leaf, 0, leafPage([varint(payload), varint(row), local, uint32(chain[0] ?? 0)]));
      chain.forEach((page, index) => put(page, 0, uint32(chain[index + 1] ?? 0)));
      const end = chain.at(-1) ?? 0;
      const last = Buffer.from(edgesOf(row).last);
      put(end, 4 + overflow - (chain.length - 1) * CHAINED_BYTES - last.length, last);
      return end;
    });

    const header = Buffer.alloc(100);
    readSync(file, header, 0, header.length, 0);
    const counter = header.readUInt32BE(CHANGE_COUNTER) + 1;
    header.writeUInt32BE(counter, CHANGE_COUNTER);
    header.writeUInt32BE(counter, VERSION_VALID_FOR);
    header.writeUInt32BE(lastPage, PAGE_COUNT);
    put(1, 0, header);
    const size = lastPage * PAGE_BYTES;
    ftruncateSync(file, size);
    const native = Array.from({ length: pagesBefore }, (_, at) => at + 1);
    return { path, size, fullPages: [...native, ...leaves, ...ends] };
  } finally {
    closeSync(file);
  }
}

/** The root: a pointer to each leaf, and the rowid of the one row on it. */
function interiorPage(leaves: readonly number[]): Uint8Array {
  const page = Buffer.alloc(PAGE_BYTES);
  let start = PAGE_BYTES;
  leaves.slice(0, -1).forEach((leaf, at) => {
    const cell = Buffer.concat([uint32(leaf), varint(at + 1)]);
    start -= cell.length;
    page.set(cell, start);
    page.writeUInt16BE(start, INTERIOR.header + at * 2);
  });
  page[0] = INTERIOR.kind;
  page.writeUInt16BE(leaves.length - 1, 3);
  page.writeUInt16BE(start, 5);
  page.writeUInt32BE(leaves.at(-1) ?? 0, 8);
  return page;
}

/** A leaf with one cell. */
function leafPage(parts: readonly Uint8Array[]): Uint8Array {
  const page = Buffer.alloc(PAGE_BYTES);
  const cell = Buffer.concat(parts);
  const start = PAGE_BYTES - cell.length;
  page[0] = LEAF.kind;
  page.writeUInt16BE(1, 3);
  page.writeUInt16BE(start, 5);
  page.writeUInt16BE(start, LEAF.header);
  page.set(cell, start);
  return page;
}

/** A row's length as a record, and as much of it as stays on the leaf: all behind is zero but for the very end. */
function recordOf(row: number, bytes: number): { readonly payload: number; readonly local: Uint8Array } {
  const name = Buffer.from(`recording ${row}`);
  // Serial types: NULL stands for the rowid; odd ones from 13 on are texts, even ones from 12 on blobs.
  const types = Buffer.concat([varint(0), varint(13 + 2 * name.length), varint(12 + 2 * bytes)]);
  const start = Buffer.concat([varint(1 + types.length), types, name, Buffer.from(edgesOf(row).first)]);
  const payload = 1 + types.length + name.length + bytes;
  // The rule for a record that does not fit; the format's description has these three as X, M and K.
  const most = PAGE_BYTES - 35;
  const least = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
  const even = least + ((payload - least) % CHAINED_BYTES);
  if (payload <= most) throw new RangeError(`A body of ${bytes} bytes has no chain`);
  const local = Buffer.alloc(even <= most ? even : least);
  local.set(start);
  return { payload, local };
}

/** An integer of one to nine bytes as SQLite writes it: seven bits in each, the most significant first. */
function varint(value: number): Uint8Array {
  const groups = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest % 128) + 128);
  return Uint8Array.from(groups);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
