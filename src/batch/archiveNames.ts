// The names that files get in an archive: their own, made safe to unpack on any system, and no two alike.

/**
 * What leads out of a folder, what Windows does not allow in a name
 * (https://learn.microsoft.com/windows/win32/fileio/naming-a-file), and what makes a name look like another: control characters,
 * marks that change the direction of writing, halves of characters.
 */
const UNSAFE = /[\\/:*?"<>|\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Names of devices, whatever their ending is. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** SQLite would take such a file for a part of the database beside it. */
const SIDECAR = /-(wal|shm|journal)$/i;
/** Characters of a long name that are kept where a number is added: file systems allow 255 bytes. */
const KEPT_CHARACTERS = 50;

/**
 * Names for files in a folder of an archive, one for each path and in the same order.
 * @param paths as the files were dropped, with slashes where they came in folders, which are kept
 * @param folder the folder of the archive in which all of them are
 * Names that differ only in case or in the way their letters are encoded are alike: many file systems know no difference.
 */
export function archiveNames(paths: readonly string[], folder: string): readonly string[] {
  const own = paths.map((path) => {
    const parts = path.split('/').filter(Boolean).map(safeName);
    return parts.length > 0 ? parts : ['_'];
  });
  const natural = new Set(own.map((parts) => folded(parts.join('/'))));
  // A file cannot have the name of a folder.
  const taken = new Set(own.flatMap((parts) => parts.map((_, at) => folded(parts.slice(0, at).join('/')))));
  /** By a name that several files have: the first number that may be free. */
  const numbers = new Map<string, number>();
  return own.map((parts) => {
    const plain = parts.join('/');
    let name = plain;
    let copy = numbers.get(plain) ?? 2;
    for (; taken.has(folded(name)); copy++) {
      const numbered = withNumber(parts, copy);
      if (!natural.has(folded(numbered))) name = numbered;
    }
    numbers.set(plain, copy);
    taken.add(folded(name));
    return `${folder}/${name}`;
  });
}

function safeName(name: string): string {
  const plain = name.replace(UNSAFE, '_').replace(/[. ]+$/, '') || '_';
  const free = DEVICE.test(plain) ? `_${plain}` : plain;
  return SIDECAR.test(free) ? `${free}.db` : free;
}

/** `a/spine.db` becomes `a/spine (2).db`. */
function withNumber(parts: readonly string[], copy: number): string {
  const name = parts.at(-1) ?? '';
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot <= 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  const short = Array.from(stem).slice(0, KEPT_CHARACTERS).join('');
  return [...parts.slice(0, -1), `${short} (${copy})${ending}`].join('/');
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
