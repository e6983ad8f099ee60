// How much of a file each worker keeps in memory.

import type { WorkerPurpose } from './message';

const GIGABYTE = 2 ** 30;
/** From so much memory on (gigabytes, as browsers tell it), room is traded for speed. */
const ROOMY = 8;
/** What is kept where memory is short or unknown. */
const BOUNDED: Readonly<Record<WorkerPurpose, number>> = { runs: 64e6, checks: 16e6 };

/**
 * Bytes of the file to keep at most. A run reads the tables that it indexes again and again, and a read of a file costs a
 * browser more than SQLite's work on it: so on a machine with room an eighth of its memory goes to that, up to 2 GiB. Checks go
 * through a file from end to end and gain little.
 * @param deviceMemory `navigator.deviceMemory`: gigabytes, undefined where the browser does not tell
 */
export function keptBytes(purpose: WorkerPurpose, deviceMemory: number | undefined): number {
  if (purpose === 'checks' || (deviceMemory ?? 0) < ROOMY) return BOUNDED[purpose];
  return Math.min(2 * GIGABYTE, ((deviceMemory ?? 0) * GIGABYTE) / 8);
}
