// What of a file the tools hash: it with its line ends made one, without them, or along with all files before it.

const LF = 10;
const CR = 13;

/** A text with all its lines ending in LF, and in CRLF. A CR alone is no line end to git, which is what changes them. */
export function lineEndsOf(bytes: Uint8Array): { readonly lf: Uint8Array; readonly crlf: Uint8Array } {
  const lf = bytes.filter((byte, at) => !(byte === CR && bytes[at + 1] === LF));
  const ends = lf.reduce((count, byte) => count + Number(byte === LF), 0);
  const crlf = new Uint8Array(lf.length + ends);
  let to = 0;
  for (const byte of lf) {
    if (byte === LF) crlf[to++] = CR;
    crlf[to++] = byte;
  }
  return { lf, crlf };
}

/** Whether some of its lines end in CRLF, or all of them. */
export function hasCarriageReturns(bytes: Uint8Array): boolean {
  return bytes.includes(CR);
}

/** A text in UTF-8 as Flyway hashes it: without a byte order mark, and without any line end. */
export function withoutLineEnds(bytes: Uint8Array): Uint8Array {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return (hasMark ? bytes.subarray(3) : bytes).filter((byte) => byte !== LF && byte !== CR);
}

/** A file that Atlas lists in atlas.sum by its name alone (sql/migrate/dir.go, directiveSum). */
const IGNORED = /^[ -~]*atlas:sum +ignore *\r?(?:\n|$)/;

/**
 * The hashes that Atlas has for the files of a folder (https://atlasgo.io/concepts/migration-directory-integrity; sql/migrate/dir.go,
 * NewHashFile): of each file in the order of the names, SHA-256 in Base64 over the names and the texts of all files up to it. Empty
 * where the files come from several folders, so that it is not known which of them belong together.
 */
export function atlasHashes(
  files: ReadonlyMap<string, Uint8Array>,
  sha256: (bytes: Uint8Array) => Uint8Array,
): ReadonlyMap<string, string> {
  const paths = [...files.keys()].filter((path) => path.endsWith('.sql')).sort();
  const folders = new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1)));
  const [folder] = folders;
  const hashes = new Map<string, string>();
  // What is hashed so far; names are ASCII, as Atlas makes them.
  let hashed = new Uint8Array();
  if (folders.size !== 1 || folder === undefined || paths.some((path) => /[^ -~]/.test(path))) return hashes;
  for (const path of paths) {
    const bytes = files.get(path) ?? new Uint8Array();
    const name = Uint8Array.from(path.slice(folder.length), (letter) => letter.charCodeAt(0));
    const isIgnored = IGNORED.test(String.fromCharCode(...bytes.subarray(0, 200)));
    hashed = joined(hashed, name, isIgnored ? new Uint8Array() : bytes);
    if (!isIgnored) hashes.set(path, base64Of(sha256(hashed)));
  }
  return hashes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes in Base64; the core has no function of the browser for it. */
function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const bits = (one << 16) | (two << 8) | three;
    const digits = [18, 12, 6, 0].map((shift) => DIGITS[(bits >> shift) & 63] ?? '').join('');
    text += digits.slice(0, Math.min(3, bytes.length - at) + 1).padEnd(4, '=');
  }
  return text;
}
