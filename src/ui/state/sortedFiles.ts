// A chunk of its own: tells the files of one drop apart, by their bytes: databases, what lies beside them, scripts, and what cannot be used.

import { isStepInCode } from '../../chain/codeFiles';
import { BYTES_TO_TELL, kindOf, type FileKind } from '../../file/kind';
import { NO_SIDECARS } from '../../file/recovery';
import { folded, liesBeside, pathOf, SIDECAR, type DroppedDatabase } from './droppedFiles';
import type { Problem } from './problem';

/** A file with what its first bytes say; `unreadable` where the browser gives none, as of a folder. */
export interface SeenFile {
  readonly file: File;
  readonly kind: FileKind | 'unreadable';
}

/** The files of one drop. */
export interface DroppedFiles {
  /** To be opened; null where the drop has nothing to do with a database. */
  readonly database: DroppedDatabase | null;
  /** All databases of a drop that has several of them; empty for any other drop. */
  readonly many: readonly DroppedDatabase[];
  readonly scripts: readonly File[];
  /** What tools put beside their scripts, such as the order in which these run. */
  readonly besideScripts: readonly File[];
  /** Sidecars without their database, which may come with the next drop. */
  readonly waiting: readonly File[];
  /** What to say of files that are not used; nothing that was dropped is passed over in silence. */
  readonly leftOut: Problem | null;
}

const LOG = '-wal';
const JOURNAL = '-journal';
/** What is in shared memory is in the log as well. */
const SHARED_MEMORY = /-shm$/i;
const SCRIPT = /\.(sql|sqm)$/i;
const DATABASE = /\.(db3?|s3db|sqlite3?)$/i;
/** What tools and projects put beside scripts: snapshots, journals, locks, programs, notes. None of it is worth a warning. */
const BESIDE_SCRIPTS =
  /^(?:\.[^.]+|readme.*|licen[cs]e.*|changelog.*|makefile|.*\.(?:json5?|ya?ml|toml|xml|sum|mod|lock|plan|conf|properties|ini|env|md|rst|adoc|keep|sq|prisma|dbml|tmpl|mako|go|[cm]?[jt]sx?|py[ci]?|rb|php|java|kts?|scala|groovy|cs|fs|rs|exs?|pl|lua|swift|dart|sh|bat|ps1|snap|map))$/i;
/** Names of files that a message lists. */
const LISTED = 5;

/** Files that are read together: to ask for thousands at once would hold the page up. */
const READ_AT_ONCE = 16;

/** Reads the first bytes of files. */
export async function lookAt(files: readonly File[]): Promise<readonly SeenFile[]> {
  const seen: SeenFile[] = [];
  for (let from = 0; from < files.length; from += READ_AT_ONCE) {
    seen.push(...(await Promise.all(files.slice(from, from + READ_AT_ONCE).map(lookAtOne))));
  }
  return seen;
}

async function lookAtOne(file: File): Promise<SeenFile> {
  try {
    return { file, kind: kindOf(await readStart(file)) };
  } catch {
    return { file, kind: 'unreadable' };
  }
}

/**
 * The first bytes of a file. As a stream, since a browser that has not read a file of a picked folder before asks the disk about
 * it as soon as a part of it is cut out, and the page stands still meanwhile: of a thousand files for half a second.
 */
async function readStart(file: File): Promise<Uint8Array> {
  const reader = file.stream().getReader();
  let start = new Uint8Array();
  while (start.length < BYTES_TO_TELL) {
    const { done, value } = await reader.read();
    if (done) break;
    start = new Uint8Array([...start, ...value.subarray(0, BYTES_TO_TELL - start.length)]);
  }
  await reader.cancel();
  return start;
}

/**
 * Takes the databases and the scripts, and the sidecars that belong to a database by their names, as SQLite goes by them. What
 * else a file is called decides only where its bytes do not.
 * @param open the database that is open: sidecars that are dropped alone may belong to it
 * @param waited sidecars of earlier drops that had no database
 */
export function sortFiles(
  seen: readonly SeenFile[],
  open: DroppedDatabase | null,
  waited: readonly File[] = [],
): DroppedFiles {
  const readable = seen.flatMap(({ file, kind }) => (kind === 'unreadable' ? [] : [file]));
  const passedOver = open === null ? [] : databasesBesideScripts(seen, open.file);
  const files = readable.filter((file) => !passedOver.includes(file));
  const kinds = new Map(seen.map(({ file, kind }) => [file, kind]));
  const dropped = findDatabase(files, kinds);
  const base = dropped ?? open?.file;
  const near = dropped ? [...files, ...waited] : files;
  const beside = (ending: string): File | undefined =>
    base && near.find(({ name }) => liesBeside(name, base.name) && name.toLowerCase().endsWith(ending));
  const [log, journal] = [beside(LOG), beside(JOURNAL)];
  const others = files.filter((file) => file !== dropped && file !== log && file !== journal);
  const texts = others.filter((file) => kinds.get(file) !== 'database');
  const named = texts.filter(({ name }) => SCRIPT.test(name));
  const programs = named.length === 0 ? stepsInFolders(texts) : [];
  const unnamed =
    base && named.length === 0 && programs.length === 0 ? texts.find((file) => kinds.get(file) === 'sql') : undefined;
  const scripts = unnamed ? [unnamed] : [...named, ...programs];
  // A script that is called otherwise is one file, to be run as it is.
  const besideScripts =
    named.length + programs.length === 0
      ? []
      : [...others.filter((file) => !programs.includes(file) && isBeside(file, kinds.get(file))), ...passedOver];
  const many = severalDatabases(files, kinds, near);
  const known = dropped || !open ? NO_SIDECARS : open.sidecars;
  const sidecars = { log: log ?? known.log, journal: journal ?? known.journal };
  const joins = log !== undefined || journal !== undefined;
  const database = base && (dropped || joins) ? { file: base, sidecars } : unknown(others, scripts, base);
  const sidecarsOfMany = new Set(many.flatMap(({ sidecars }) => [sidecars.log, sidecars.journal]));
  const ofMany = [...many.map(({ file }) => file), ...sidecarsOfMany];
  const used = new Set([...scripts, ...besideScripts, database?.file, log, journal, ...ofMany]);
  const isPassedOver = (file: File): boolean => used.has(file) || (base !== undefined && SHARED_MEMORY.test(file.name));
  const left = [...(dropped ? near : files)].filter((file) => !isPassedOver(file));
  const unreadable = seen.filter(({ kind }) => kind === 'unreadable').map(({ file }) => file);
  const isJoined = (file: File): boolean => file === log || file === journal || sidecarsOfMany.has(file);
  const lonely = files.filter((file) => SIDECAR.test(file.name) && !isJoined(file));
  return {
    database,
    many,
    scripts,
    besideScripts,
    waiting: dropped ? lonely : [...waited, ...lonely],
    leftOut: explainLeftOut({ left, unreadable }, base?.name, [
      ...(many.length > 0 ? many.map(({ file }) => file.name) : [database?.file.name]),
      ...scripts.map(({ name }) => name),
    ]),
  };
}

/**
 * Whether a file that came with scripts is the tool's or the project's own: by its name, or since it lies in the folder that was dropped.
 * Databases and what lies beside them are told apart elsewhere.
 */
function isBeside(file: File, kind: SeenFile['kind'] | undefined): boolean {
  if (kind === 'database' || SCRIPT.test(file.name) || SIDECAR.test(file.name) || DATABASE.test(file.name))
    return false;
  return pathOf(file).includes('/') || BESIDE_SCRIPTS.test(file.name);
}

/** Programs with numbers: a history that is written in code alone. */
function stepsInFolders(files: readonly File[]): readonly File[] {
  const steps = files.filter((file) => pathOf(file).includes('/') && isStepInCode(pathOf(file), new Set()));
  return steps.length > 1 ? steps : [];
}

/** The databases that a folder of scripts has beside them, for tests or as an example: while another one is open, they are not meant. */
function databasesBesideScripts(seen: readonly SeenFile[], open: File): readonly File[] {
  const inFolders = seen.filter(({ file }) => pathOf(file).includes('/') && !liesBeside(file.name, open.name));
  if (!inFolders.some(({ file }) => SCRIPT.test(file.name))) return [];
  const isOfOne = ({ file: { name }, kind }: SeenFile): boolean =>
    !SCRIPT.test(name) && (kind === 'database' || DATABASE.test(name) || SIDECAR.test(name));
  return inFolders.flatMap((one) => (isOfOne(one) ? [one.file] : []));
}

/** Whether a file belongs to a database of some, by its name. @param databases folded */
function isSidecarOfOne(sidecar: string, databases: ReadonlySet<string>): boolean {
  return SIDECAR.test(sidecar) && databases.has(folded(sidecar.replace(SIDECAR, '')));
}

/** What has a database's first bytes; or what has a log or a journal beside it, which may have the first page. */
function findDatabase(files: readonly File[], kinds: ReadonlyMap<File, SeenFile['kind']>): File | undefined {
  const databases = files.filter((file) => kinds.get(file) === 'database');
  const names = new Set(files.map(({ name }) => folded(name)));
  return (
    databases.find(({ name }) => !isSidecarOfOne(name, names)) ??
    databases[0] ??
    files.find(({ name }) => [LOG, JOURNAL].some((ending) => names.has(folded(name) + ending)))
  );
}

/** The databases of a drop that has two or more; what is called like one is one of them, so that it is said what it is. */
function severalDatabases(
  files: readonly File[],
  kinds: ReadonlyMap<File, SeenFile['kind']>,
  near: readonly File[],
): readonly DroppedDatabase[] {
  const paths = new Set(files.map((file) => folded(pathOf(file))));
  const isSidecar = (file: File): boolean => isSidecarOfOne(pathOf(file), paths);
  const isDatabase = (file: File): boolean =>
    kinds.get(file) === 'database' || (DATABASE.test(file.name) && kinds.get(file) !== 'sql');
  const databases = files.filter((file) => isDatabase(file) && !isSidecar(file));
  if (databases.length < 2) return [];
  // Of two files that have one path the first counts.
  const byPath = new Map(near.map((file) => [folded(pathOf(file)), file] as const).reverse());
  return databases.map((file) => {
    const beside = (ending: string): File | null => byPath.get(folded(pathOf(file)) + ending) ?? null;
    return { file, sidecars: { log: beside(LOG), journal: beside(JOURNAL) } };
  });
}

/** A drop that has no database: a file that is opened all the same, to be refused with a word on what it is. */
function unknown(others: readonly File[], scripts: readonly File[], base: File | undefined): DroppedDatabase | null {
  if (base && scripts.length > 0) return null;
  const taken = new Set(scripts);
  // What lies in a folder was not chosen by itself, and is no reason to close what is open.
  const isMeant = (file: File): boolean => base === undefined || !pathOf(file).includes('/');
  const strange = others.find(
    (file) => !taken.has(file) && !SIDECAR.test(file.name) && !SCRIPT.test(file.name) && isMeant(file),
  );
  const alone = strange ?? (base ? undefined : others.find(({ name }) => SIDECAR.test(name)));
  return alone ? { file: alone, sidecars: NO_SIDECARS } : null;
}

function explainLeftOut(
  { left, unreadable }: { readonly left: readonly File[]; readonly unreadable: readonly File[] },
  base: string | undefined,
  opened: readonly (string | undefined)[],
): Problem | null {
  const names = listed([...unreadable, ...left].map(({ name }) => name));
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
  if (taken.length === 0) {
    return {
      code: 'left-out',
      sentence: `${names} ${was} not read: ${one ? 'it is' : 'they are'} neither SQL nor a database.`,
      help: 'What is used are databases, with what lies beside them, and .sql or .sqm files.',
    };
  }
  const all = taken.length > 2 ? listed(taken) : taken.join(' and ');
  return {
    code: 'left-out',
    sentence: `Only ${all} ${taken.length > 1 ? 'were' : 'was'} opened; ${names} ${was} not read.`,
    help: 'What is used are databases, with what lies beside them, and .sql or .sqm files.',
  };
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return more <= 1 ? names.join(', ') : `${names.slice(0, LISTED).join(', ')} and ${more} others`;
}
