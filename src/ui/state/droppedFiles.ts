// A dropped database with what lies beside it, and the paths at which dropped files were found.

import type { LookedAt } from '../../engine/worker/client';
import type { Sidecars } from '../../file/recovery';

/** A database with the sidecars that were dropped along with it, before or after it. */
export interface DroppedDatabase {
  readonly file: File;
  readonly sidecars: Sidecars<File>;
}

/** A dropped database as an engine opens it. */
export function lookedAt({ file, sidecars }: DroppedDatabase): LookedAt {
  return { file, name: file.name, sidecars };
}

/** Names of what may lie beside a database. */
export const SIDECAR = /-(wal|shm|journal)$/i;

/** Whether a file belongs to a database by its name. The same letters may be written in two ways (Unicode's NFC and NFD). */
export function liesBeside(sidecar: string, database: string): boolean {
  return SIDECAR.test(sidecar) && folded(sidecar.replace(SIDECAR, '')) === folded(database);
}

/** Names that differ only in case, or in how their letters are written. */
export function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

const paths = new WeakMap<File, string>();

/** The path of a file within the folder that was dropped or picked, with slashes; its name where it came alone. */
export function pathOf(file: File): string {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** Notes the path that a file was found at. */
export function notePath(file: File, path: string): void {
  paths.set(file, path);
}
