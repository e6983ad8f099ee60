// Page sizes: which there are, and the one that SQLite takes a file to have before it has read its first page.

import type { ByteSource } from './byteSource';

/** What SQLite assumes where a file does not say. */
const DEFAULT_PAGE_SIZE = 4096;
/** Where the header has the page size; one of 65536 stands there as 1. */
const PLACE = 16;

/** Whether a database may have pages of so many bytes. */
export function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65536 && (size & (size - 1)) === 0;
}

/** The page size that stands in a database file itself, whatever else does (sqlite3BtreeOpen in SQLite's btree.c). */
export function assumedPageSize(database: ByteSource): number {
  const [high = 0, low = 0] = database.read(Math.min(PLACE, database.size), Math.min(PLACE + 2, database.size));
  const size = (high << 8) | (low << 16);
  return isPageSize(size) ? size : DEFAULT_PAGE_SIZE;
}
