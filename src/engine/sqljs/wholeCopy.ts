// What sql.js exports of a database, put into the overlay that it was opened from, with the header that SQLite would have left.

import type { Overlay } from '../pages/overlay';

/** Offsets in the header (https://www.sqlite.org/fileformat2.html#the_database_header). */
const FILE_FORMAT = 18;
const CHANGE_COUNTER = 24;
const SCHEMA_COOKIE = 40;
const VERSION_VALID_FOR = 92;
const HEADER_BYTES = 100;

/**
 * Writes the pages of an export that differ into the overlay. sql.js resets the counters of what it exports, and a reader
 * that has the old file open could then keep stale pages: the change counter goes on from the overlay's, and the schema
 * cookie is the given one. Where nothing else differs, nothing is written.
 */
export function takeExport(overlay: Overlay, exported: Uint8Array, schemaCookie: number): void {
  const before = overlay.read(0, HEADER_BYTES).slice();
  const was = new DataView(before.buffer);
  const is = new DataView(exported.buffer, exported.byteOffset);
  const setCounters = (counter: number, cookie: number): void => {
    is.setUint32(CHANGE_COUNTER, counter);
    is.setUint32(VERSION_VALID_FOR, counter);
    is.setUint32(SCHEMA_COOKIE, cookie);
  };
  exported.set(before.subarray(FILE_FORMAT, FILE_FORMAT + 2), FILE_FORMAT);
  setCounters(was.getUint32(CHANGE_COUNTER), was.getUint32(SCHEMA_COOKIE));
  // The version of the library that wrote last, behind VERSION_VALID_FOR, says nothing of the content.
  exported.set(before.subarray(VERSION_VALID_FOR), VERSION_VALID_FOR);
  const differing = [...differences(overlay, exported)];
  // A database that got shorter has another number of pages in its first; else it is bytes past its end that are missing.
  if (differing.length === 0) return;
  setCounters(was.getUint32(CHANGE_COUNTER) + 1, schemaCookie);
  if (exported.length < overlay.size) overlay.resize(exported.length);
  for (const at of new Set([0, ...differing])) overlay.write(at, exported.subarray(at, at + overlay.pageSize));
}

/** Positions of the pages of the export that are not the overlay's. */
function* differences(overlay: Overlay, exported: Uint8Array): Generator<number> {
  for (let at = 0; at < exported.length; at += overlay.pageSize) {
    const page = exported.subarray(at, at + overlay.pageSize);
    const present = overlay.read(at, at + page.length);
    if (present.length !== page.length || page.some((byte, index) => byte !== present[index])) yield at;
  }
}
