// Tells the files of one drop apart, by their bytes: the database, what lies beside it, the script, and what cannot be used.

import { BYTES_TO_TELL, kindOf, type FileKind } from '../file/kind';
import { NO_SIDECARS, type Sidecars } from '../file/recovery';
import type { Problem } from './problem';

/** A file with what its first bytes say; `unreadable` where the browser gives none, as of a folder. */
export interface SeenFile {
  readonly file: File;
  readonly kind: FileKind | 'unreadable';
}

/** A database with the sidecars that were dropped along with it, before or after it. */
export interface DroppedDatabase {
  readonly file: File;
  readonly sidecars: Sidecars<File>;
}

/** The files of one drop. */
export interface DroppedFiles {
  /** To be opened; null where the drop has nothing to do with a database. */
  readonly database: DroppedDatabase | null;
  readonly script: File | undefined;
  /** Sidecars without their database, which may come with the next drop. */
  readonly waiting: readonly File[];
  /** What to say of files that are not used; nothing that was dropped is passed over in silence. */
  readonly leftOut: Problem | null;
}

const SIDECAR = /-(wal|shm|journal)$/i;
/** What is in shared memory is in the log as well. */
const SHARED_MEMORY = /-shm$/i;
const SCRIPT = /\.sql$/i;

/** Reads the first bytes of files. */
export function lookAt(files: readonly File[]): Promise<readonly SeenFile[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        const start = new Uint8Array(await file.slice(0, BYTES_TO_TELL).arrayBuffer());
        return { file, kind: kindOf(start) };
      } catch {
        return { file, kind: 'unreadable' };
      }
    }),
  );
}

/**
 * Takes the first database and the first script, and the sidecars that belong to the database by their names, as SQLite goes by
 * them. What else a file is called decides only where its bytes do not.
 * @param open the database that is open: sidecars that are dropped alone may belong to it
 * @param waited sidecars of earlier drops that had no database
 */
export function sortFiles(
  seen: readonly SeenFile[],
  open: DroppedDatabase | null,
  waited: readonly File[] = [],
): DroppedFiles {
  const files = seen.flatMap(({ file, kind }) => (kind === 'unreadable' ? [] : [file]));
  const kinds = new Map(seen.map(({ file, kind }) => [file, kind]));
  const dropped = findDatabase(files, kinds);
  const base = dropped ?? open?.file;
  const near = dropped ? [...files, ...waited] : files;
  const beside = (ending: string): File | undefined =>
    base && near.find(({ name }) => liesBeside(name, base.name) && name.toLowerCase().endsWith(ending));
  const [log, journal] = [beside('-wal'), beside('-journal')];
  const others = files.filter((file) => file !== dropped && file !== log && file !== journal);
  const texts = others.filter((file) => kinds.get(file) !== 'database');
  const script =
    texts.find(({ name }) => SCRIPT.test(name)) ?? (base && texts.find((file) => kinds.get(file) === 'sql'));
  const known = dropped || !open ? NO_SIDECARS : open.sidecars;
  const sidecars = { log: log ?? known.log, journal: journal ?? known.journal };
  const joins = log !== undefined || journal !== undefined;
  const database = base && (dropped || joins) ? { file: base, sidecars } : unknown(others, script, base);
  const used = new Set([script, database?.file, log, journal]);
  const isPassedOver = (file: File): boolean => used.has(file) || (base !== undefined && SHARED_MEMORY.test(file.name));
  const left = [...(dropped ? near : files)].filter((file) => !isPassedOver(file));
  const unreadable = seen.filter(({ kind }) => kind === 'unreadable').map(({ file }) => file);
  const lonely = files.filter((file) => SIDECAR.test(file.name) && file !== log && file !== journal);
  return {
    database,
    script,
    waiting: dropped ? lonely : [...waited, ...lonely],
    leftOut: explainLeftOut({ left, unreadable }, base?.name, [database?.file.name, script?.name]),
  };
}

/** Whether a file belongs to a database by its name. The same letters may be written in two ways (Unicode's NFC and NFD). */
export function liesBeside(sidecar: string, database: string): boolean {
  return SIDECAR.test(sidecar) && folded(sidecar.replace(SIDECAR, '')) === folded(database);
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** What has a database's first bytes; or what has a log or a journal beside it, which may have the first page. */
function findDatabase(files: readonly File[], kinds: ReadonlyMap<File, SeenFile['kind']>): File | undefined {
  const databases = files.filter((file) => kinds.get(file) === 'database');
  const isSidecar = ({ name }: File): boolean => files.some((other) => liesBeside(name, other.name));
  return (
    databases.find((file) => !isSidecar(file)) ??
    databases[0] ??
    files.find(({ name }) => files.some((other) => !SHARED_MEMORY.test(other.name) && liesBeside(other.name, name)))
  );
}

/** A drop that has no database: a file that is opened all the same, to be refused with a word on what it is. */
function unknown(others: readonly File[], script: File | undefined, base: File | undefined): DroppedDatabase | null {
  if (base && script) return null;
  const strange = others.find((file) => file !== script && !SIDECAR.test(file.name) && !SCRIPT.test(file.name));
  const alone = strange ?? (base ? undefined : others.find(({ name }) => SIDECAR.test(name)));
  return alone ? { file: alone, sidecars: NO_SIDECARS } : null;
}

function explainLeftOut(
  { left, unreadable }: { readonly left: readonly File[]; readonly unreadable: readonly File[] },
  base: string | undefined,
  opened: readonly (string | undefined)[],
): Problem | null {
  const names = [...unreadable, ...left].map(({ name }) => name).join(', ');
  const one = left.length + unreadable.length === 1;
  const was = one ? 'was' : 'were';
  if (names === '') return null;
  if (unreadable.length > 0 && left.length === 0) {
    return {
      code: 'left-out',
      sentence: `${names} ${was} not read: the browser gives no bytes of ${one ? 'it' : 'them'}, as of a folder.`,
      help: 'Open the folder, and drop the files that are in it.',
    };
  }
  if (base !== undefined && left.every(({ name }) => SIDECAR.test(name))) {
    return {
      code: 'left-out',
      sentence: `${names} ${was} not read: by ${one ? 'its name it belongs' : 'their names they belong'} to another database than ${base}.`,
      help: `SQLite looks for ${base}-wal and ${base}-journal. If the file belongs to this database, give it that name and drop it again.`,
    };
  }
  const taken = opened.filter((name) => name !== undefined);
  return {
    code: 'left-out',
    sentence: `Only ${taken.join(' and ')} ${taken.length > 1 ? 'were' : 'was'} opened; ${names} ${was} not read.`,
    help: 'Drop one database, with what lies beside it, and one script at a time.',
  };
}
