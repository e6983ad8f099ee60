// Reads a dropped database anew by its handles, as it is now.

import type { DroppedDatabase } from '../state/droppedFiles';
import { handleOf, noteHandle } from '../state/fileHandles';

/** Whether the browser gave handles of a dropped file and of all that was read along with it. */
export function canReadAgain({ file, sidecars }: DroppedDatabase): boolean {
  return [file, sidecars.log, sidecars.journal].every((one) => one === null || handleOf(one) !== null);
}

/** A dropped database as it is now; null where it is not there any more. */
export async function readAgain({ file, sidecars }: DroppedDatabase): Promise<DroppedDatabase | null> {
  const again = await readAnew(file);
  // A log that is gone was taken into the file meanwhile.
  const [log, journal] = await Promise.all([sidecars.log, sidecars.journal].map(async (one) => one && readAnew(one)));
  return again && { file: again, sidecars: { log: log ?? null, journal: journal ?? null } };
}

async function readAnew(file: File): Promise<File | null> {
  const handle = handleOf(file);
  if (!handle) return null;
  try {
    const anew = await handle.getFile();
    // A file that is gone may be found out only when it is read.
    await anew.slice(0, 1).arrayBuffer();
    noteHandle(anew, handle);
    return anew;
  } catch {
    return null;
  }
}
