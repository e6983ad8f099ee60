// What an engine is: SQLite, built by somebody, working on our copy-on-write pages.

import type { Database } from '../database';
import type { Overlay } from './pages/overlay';

/** The two builds of SQLite that the page has, by the names under which they are published. */
export type EngineName = 'sql.js' | 'sqlite-wasm';

/** sql.js is not built as `sqljs/seam.ts` expects, so it cannot work on our pages. */
export class SeamMoved extends Error {
  override readonly name = 'SeamMoved';
}

/** A loaded engine: opens databases over overlays, and empty ones in memory. */
export interface Engine {
  readonly name: EngineName;
  /** Version of SQLite, as it names itself. */
  readonly version: string;
  /**
   * Opens the database whose bytes the overlay holds. What SQLite writes goes into the overlay.
   * @param onWork is called now and then while SQLite reads and writes, also in the middle of a statement
   */
  open(overlay: Overlay, onWork?: () => void): Database;
  /** A new, empty database in memory. */
  memory(): Database;
  /** The bytes of a new database, after `fill` has put into it what it should hold. */
  build(fill: (database: Database) => void): Uint8Array;
}

/**
 * What every connection to a file begins with. The overlay is the undo, so nothing has to reach a disk, and one connection owns
 * the file. A sort is kept in memory of up to the size of the cache and then goes, a run at a time, to a temporary file, which
 * is memory as well, but none of the heap's, which never shrinks; with temp_store = MEMORY each entry would be an allocation of
 * its own.
 */
export const PRAGMAS = [
  'locking_mode = EXCLUSIVE',
  'journal_mode = MEMORY',
  'synchronous = OFF',
  'temp_store = FILE',
  'cache_size = -32768',
] as const;

/** How many reads and writes pass between two calls of `onWork`. */
export const WORK_BETWEEN_CALLS = 64;

/** The `fork` of a database in memory. */
export function forkNothing(): never {
  throw new Error('A database in memory has no file that could be opened again');
}
