// Reads a dropped file anew by its handle, as it is now.

import { handleOf, noteHandle } from '../state/fileHandles';
import type { Workbench } from '../state/workbench.svelte';

/** Whether the browser gave handles of the dropped file and of all that was read along with it. */
export function canReadAgain({ dropped }: Workbench): boolean {
  if (!dropped) return false;
  const { file, sidecars } = dropped;
  return [file, sidecars.log, sidecars.journal].every((one) => one === null || handleOf(one) !== null);
}

/** Reads the dropped file anew and plans for it what is chosen; false where it is not there any more. */
export async function readAgain(workbench: Workbench): Promise<boolean> {
  const { dropped } = workbench;
  if (!dropped || workbench.state === 'running') return false;
  const { file, sidecars } = dropped;
  const again = await readAnew(file);
  // A log that is gone was taken into the file meanwhile.
  const [log, journal] = await Promise.all([sidecars.log, sidecars.journal].map(async (one) => one && readAnew(one)));
  if (again && workbench.dropped?.file === file) {
    await workbench.open(again, { log: log ?? null, journal: journal ?? null });
  }
  return again !== null;
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
