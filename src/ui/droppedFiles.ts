// Tells the files of one drop apart: the database, what lies beside it, the script, and what cannot be used.

import { NO_SIDECARS, type Sidecars } from '../file/recovery';
import type { Problem } from './problem';

/** A database with the sidecars that were dropped along with it, or after it. */
export interface DroppedDatabase {
  readonly file: File;
  readonly sidecars: Sidecars<File>;
}

/** The files of one drop. */
export interface DroppedFiles {
  /** To be opened; null where the drop has nothing to do with a database. */
  readonly database: DroppedDatabase | null;
  readonly script: File | undefined;
  /** What to say of files that are not used; nothing that was dropped is passed over in silence. */
  readonly leftOut: Problem | null;
}

const SIDECAR = /-(wal|shm|journal)$/i;
/** What is in shared memory is in the log as well. */
const SHARED_MEMORY = /-shm$/i;

/**
 * Takes the first script and the first database, and the sidecars that belong to it by their names, as SQLite goes by them.
 * @param open the database that is open: sidecars that are dropped alone may belong to it
 */
export function sortFiles(files: readonly File[], open: DroppedDatabase | null): DroppedFiles {
  const script = files.find(({ name }) => /\.sql$/i.test(name));
  const others = files.filter(({ name }) => !/\.sql$/i.test(name));
  const dropped = others.find(({ name }) => !SIDECAR.test(name));
  const base = dropped ?? open?.file;
  const known = dropped || !open ? NO_SIDECARS : open.sidecars;
  const beside = (ending: string): File | undefined =>
    base && others.find(({ name }) => liesBeside(name, base.name) && name.toLowerCase().endsWith(ending));
  const [log, journal] = [beside('-wal'), beside('-journal')];
  const database = databaseOf(base, dropped, { log: log ?? known.log, journal: journal ?? known.journal }, others);
  const used = new Set([script, database?.file, log, journal]);
  const left = files.filter((file) => !used.has(file) && !(base && SHARED_MEMORY.test(file.name)));
  return { database, script, leftOut: left.length === 0 ? null : explainLeftOut(left, base?.name, script?.name) };
}

/** Whether a file belongs to a database by its name. */
export function liesBeside(sidecar: string, database: string): boolean {
  return SIDECAR.test(sidecar) && sidecar.replace(SIDECAR, '').toLowerCase() === database.toLowerCase();
}

function databaseOf(
  base: File | undefined,
  dropped: File | undefined,
  sidecars: Sidecars<File>,
  others: readonly File[],
): DroppedDatabase | null {
  const isNew = dropped !== undefined || others.some((file) => file === sidecars.log || file === sidecars.journal);
  if (base && isNew) return { file: base, sidecars };
  // A sidecar alone counts as a database, to be refused with a word on what it is.
  const [alone] = others;
  return base || !alone ? null : { file: alone, sidecars: NO_SIDECARS };
}

function explainLeftOut(left: readonly File[], database: string | undefined, script: string | undefined): Problem {
  const names = left.map(({ name }) => name).join(', ');
  const was = left.length === 1 ? 'was' : 'were';
  if (database !== undefined && left.every(({ name }) => SIDECAR.test(name))) {
    return {
      code: 'left-out',
      sentence: `${names} ${was} not read: by ${left.length === 1 ? 'its name it belongs' : 'their names they belong'} to another database than ${database}.`,
      help: `SQLite looks for ${database}-wal and ${database}-journal. If the file belongs to this database, give it that name and drop it again.`,
    };
  }
  const opened = [database, script].filter((name) => name !== undefined).join(' and ');
  return {
    code: 'left-out',
    sentence: `Only ${opened} ${database !== undefined && script !== undefined ? 'were' : 'was'} opened; ${names} ${was} not read.`,
    help: 'Drop one database, with what lies beside it, and one script at a time.',
  };
}
