// How much of a file a worker keeps in memory.

import type { WorkerPurpose } from './message';

const GIGABYTE = 2 ** 30;
/** From so much memory on (gigabytes, as browsers tell it), room is traded for speed. */
const ROOMY = 8;
/** What is kept where memory is short or unknown, and of a file that does not find room as a whole. */
const BOUNDED: Readonly<Record<WorkerPurpose, number>> = { runs: 64e6, checks: 16e6, looks: 32e6 };

/**
 * Bytes of a file to keep at most. A run reads the tables that it indexes again and again, and a read of a file costs a
 * browser more than SQLite's work on it: so on a machine with room a file of up to an eighth of its memory, and of 2 GiB, is kept
 * whole. Checks go through a file from end to end and gain little.
 * @param deviceMemory `navigator.deviceMemory`: gigabytes, undefined where the browser does not tell
 */
export function keptBytes(purpose: WorkerPurpose, deviceMemory: number | undefined, fileBytes: number): number {
  const room = deviceMemory === undefined || deviceMemory < ROOMY ? 0 : (deviceMemory * GIGABYTE) / 8;
  const fits = fileBytes <= Math.min(2 * GIGABYTE, room);
  return purpose === 'runs' && fits ? Math.max(fileBytes, BOUNDED.runs) : BOUNDED[purpose];
}
