// How much of a file a worker keeps in memory.

const GIGABYTE = 2 ** 30;
/** From so much memory on (gigabytes, as browsers tell it), room is traded for speed. */
const ROOMY = 8;
/** What is kept where memory is short or unknown, and of a file that does not find room as a whole. */
const BOUNDED: Readonly<Record<WorkerPurpose, number>> = { runs: 64e6, checks: 16e6, looks: 32e6 };

/**
 * Bytes of a file to keep at most. A run reads the tables that it indexes again and again, and a read of a file costs a
 * browser more than SQLite's work on it: so on a machine with room a file of up to an eighth of its memory, and of 2 GiB, is kept
 * whole. Checks hold the file and its result beside each other, and so keep half as much of each: an integrity_check looks every
 * row up in every index, which with 16 MB at hand takes twice as long.
 * @param deviceMemory `navigator.deviceMemory`: gigabytes, undefined where the browser does not tell
 */
export function keptBytes(purpose: WorkerPurpose, deviceMemory: number | undefined, fileBytes: number): number {
  const room = deviceMemory === undefined || deviceMemory < ROOMY ? 0 : (deviceMemory * GIGABYTE) / 8;
  const most = Math.min(2 * GIGABYTE, room);
  if (purpose === 'looks' || fileBytes > most) return BOUNDED[purpose];
  return Math.max(BOUNDED[purpose], purpose === 'runs' ? fileBytes : Math.min(fileBytes, most / 2));
}

/** What a worker is for, and its name: planning and running, the checks beside them, or what the explorer shows. */
export type WorkerPurpose = 'runs' | 'checks' | 'looks';
