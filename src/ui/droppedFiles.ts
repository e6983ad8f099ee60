// Tells the files of one drop apart: the database, the script, and what neither is nor can be used.

import type { Problem } from './problem';

/** The files of one drop. */
export interface DroppedFiles {
  readonly database: File | undefined;
  readonly script: File | undefined;
  /** What to say of files that are not used; nothing that was dropped is passed over in silence. */
  readonly leftOut: Problem | null;
}

const SIDECAR = /-(wal|shm|journal)$/i;

/** Takes the first script and the first database. A sidecar alone counts as a database, to be refused with a word on what it is. */
export function sortFiles(files: readonly File[]): DroppedFiles {
  const script = files.find(({ name }) => /\.sql$/i.test(name));
  const others = files.filter(({ name }) => !/\.sql$/i.test(name));
  const database = others.find(({ name }) => !SIDECAR.test(name)) ?? others[0];
  const left = files.filter((file) => file !== database && file !== script);
  // What is in shared memory is in the log as well.
  const missed = left.filter(({ name }) => !/-shm$/i.test(name));
  if (missed.length === 0) return { database, script, leftOut: null };
  const opened = [database?.name, script?.name].filter((name) => name !== undefined).join(' and ');
  const log = missed.some(({ name, size }) => SIDECAR.test(name) && size > 0);
  const leftOut: Problem = {
    code: 'left-out',
    sentence: `Only ${opened} ${database && script ? 'were' : 'was'} opened; ${missed.map(({ name }) => name).join(', ')} was not read.`,
    help: log
      ? 'Rows that are only in that log are missing here. Run PRAGMA wal_checkpoint(TRUNCATE) on the original with sqlite3, and drop it again.'
      : 'Drop one database and one script at a time.',
  };
  return { database, script, leftOut };
}
