// Which checks run automatically, and how thoroughly: it depends on what they read and on how large the file is.

import type { ProofCode } from './proof';

/**
 * `full`: all that the check can look at. `sparing`: what the pages that were not written prove is not looked at again; of the
 * soundness of the dropped file, whether each index has its rows is left out (quick_check).
 * `none`: it runs on request.
 */
export type Thoroughness = 'full' | 'sparing' | 'none';

/** Up to this many bytes the slow checks run automatically: integrity_check takes about three times what the run takes. */
export const DEAR_BYTES = 256e6;

/** Up to this many bytes SQLite looks rows up in indexes as fast as entries can be compared with them. */
const SMALL_BYTES = 32e6;

/** Up to this many bytes whole files are read automatically: seconds and not minutes. */
export const READABLE_BYTES = 4e9;

/** Whether of a file of this size index entries are compared with rows, where SQLite would look every row up in every index. */
export function comparesEntries(size: number): boolean {
  return size > SMALL_BYTES && size <= DEAR_BYTES;
}

/** The checks that look every row up in every index or run the script once more, and the hashes of whole files. */
const DEAR = new Set<ProofCode>(['integrity-reopened', 'written-values']);
/** The checks that read every page of a file. */
const READING = new Set<ProofCode>(['foreign-keys']);
/** The checks that can rest on pages that were not written. */
const SPARING = new Set<ProofCode>(['row-counts', 'pages']);

/** How a check runs automatically, for an input of this many bytes. */
export function thoroughnessUnasked(code: ProofCode, size: number): Thoroughness {
  if (code === 'content') return 'sparing';
  // Damage has to be known before a run, so where integrity_check is slow quick_check takes its place.
  if (code === 'integrity-before') return size <= DEAR_BYTES ? 'full' : size <= READABLE_BYTES ? 'sparing' : 'none';
  if (code === 'integrity-reopened') return size <= SMALL_BYTES ? 'full' : size <= DEAR_BYTES ? 'sparing' : 'none';
  if (code === 'integrity-after') return size <= DEAR_BYTES ? 'full' : size <= READABLE_BYTES ? 'sparing' : 'none';
  if (DEAR.has(code)) return size <= DEAR_BYTES ? 'full' : 'none';
  if (READING.has(code)) return size <= READABLE_BYTES ? 'full' : 'none';
  if (SPARING.has(code)) return size <= READABLE_BYTES ? 'full' : 'sparing';
  return 'full';
}

/** Whether the SHA-256 of files of this size is computed automatically. */
export function isHashedUnasked(size: number): boolean {
  return size <= DEAR_BYTES;
}
