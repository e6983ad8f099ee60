// How long the checks of a result take that run automatically: coarse, from the bytes that they read.

/** Milliseconds for a byte of the file and of what is written, with all checks and without the slow ones, where a byte is sorted in `SORTED_BYTE`. */
const [ALL, SPARING, SORTED_BYTE] = [20e-6, 10e-6, 2e-6];
/** Workers that begin, and checks that hardly depend on the file. */
const LEAST = 600;

/**
 * Foretells it, in milliseconds.
 * @param bytes of the file, and those that the run writes
 * @param runs milliseconds of the statements: where the slow checks are made, they are run once more
 * @param sortedByte milliseconds for a byte that is sorted, as a measure of the machine
 */
export function checkingTime(bytes: number, runs: number, isAll: boolean, sortedByte: number): number {
  return LEAST + bytes * (isAll ? ALL : SPARING) * (sortedByte / SORTED_BYTE) + (isAll ? runs : 0);
}
