// How long the checks of a result take that run automatically: coarse, from the bytes that they read.

import { DEAR_BYTES } from '../proofs/agenda';
import type { Rates } from './forecast';

/** Milliseconds for a byte of the file and of what is written, with all checks and without the slow ones, where a byte is sorted in `SORTED_BYTE`. */
const [ALL, SPARING, SORTED_BYTE] = [30e-6, 12e-6, 2e-6];
/** Workers that begin, and checks that hardly depend on the file. */
const LEAST = 250;

/**
 * Foretells it, in milliseconds.
 * @param runs milliseconds of the statements: up to some size, the checks run them once more
 */
export function checkingTime(fileBytes: number, bytesToWrite: number, runs: number, { sortedByte }: Rates): number {
  const isAll = fileBytes <= DEAR_BYTES;
  const byte = (isAll ? ALL : SPARING) * (sortedByte / SORTED_BYTE);
  return LEAST + (fileBytes + bytesToWrite) * byte + (isAll ? runs : 0);
}
