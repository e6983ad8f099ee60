// How the bytes of a script read: as UTF-8, or as UTF-16 that says so.

/** UTF-16, by which byte of each two comes first. */
export type Utf16 = 'utf-16le' | 'utf-16be';

/** Bytes by which UTF-16 is told: half of those of a Latin letter are zero, and SQL is mostly such letters. */
const BYTES_TO_TELL = 4096;
const LEAST_ZEROS = 0.25;

/** The text of a script; null where it is neither UTF-8 nor UTF-16 that says so, since a guess would change what runs. */
export function decodeScript(bytes: Uint8Array): string | null {
  if (isUtf32(bytes)) return null;
  const marked = markOf(bytes);
  if ((marked === null && utf16Of(bytes) !== null) || joinOf(bytes) !== null) return null;
  return decodedAs(marked ?? 'utf-8', bytes);
}

/** The text of bytes, with its byte order mark; null where not all of them are of the encoding. */
export function decodedAs(encoding: Utf16 | 'utf-8', bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What a byte order mark says. */
export function markOf(bytes: Uint8Array): Utf16 | null {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : null;
}

/** Whether the mark is that of UTF-32: a script in UTF-16 does not begin with a NUL. */
export function isUtf32(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 4).join(' ');
  return start === '255 254 0 0' || start === '0 0 254 255';
}

/** What the places of the zeros say: no script in another encoding has any. Letters that are not Latin have none in UTF-16 either. */
export function utf16Of(bytes: Uint8Array): Utf16 | null {
  const zeros = [0, 0];
  const start = bytes.subarray(0, BYTES_TO_TELL);
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [big = 0, little = 0] = zeros;
  // In both places alike they are a filling.
  if (Math.min(big, little) * 2 >= Math.max(big, little)) return null;
  const isOften = Math.max(big, little) >= (start.length / 2) * LEAST_ZEROS;
  const isSure = Math.min(big, little) === 0 && decodedAs('utf-8', bytes) === null;
  if (!isOften && !isSure) return null;
  return little > big ? 'utf-16le' : 'utf-16be';
}

/** Two files in one: a program has written UTF-16 behind bytes of another encoding, as PowerShell's >> does, or the other way round. */
export interface Join {
  /** Where the second part begins, in bytes. */
  readonly at: number;
  readonly utf16: Utf16;
  readonly isFirst: boolean;
}

/** A shorter part may be anything. */
const LEAST_PART = 16;
const PRINTABLE = /^[\t\r\n\x20-\x7e]*;[\t\r\n\x20-\x7e]*$/;

/** Whether bytes are UTF-16 from a place on, or up to one; null where they are of one encoding. */
export function joinOf(bytes: Uint8Array): Join | null {
  const zero = bytes.indexOf(0);
  if (zero < 0) return null;
  // SQL begins with a Latin letter: of UTF-16 one of its first two bytes is zero.
  if (markOf(bytes) === null && zero > 1) {
    for (const [utf16, letter] of [['utf-16le', zero - 1] as const, ['utf-16be', zero] as const]) {
      const at = letter >= 2 && markOf(bytes.subarray(letter - 2)) === utf16 ? letter - 2 : letter;
      const rest = bytes.subarray(at);
      if (at < 1 || rest.length < LEAST_PART || rest.length % 2 === 1) continue;
      if (utf16Of(rest) === utf16 && decodedAs(utf16, rest) !== null) return { at, utf16, isFirst: false };
    }
    return null;
  }
  const begun = markOf(bytes) ?? utf16Of(bytes);
  if (begun === null) return null;
  const at = bytes.lastIndexOf(0) + (begun === 'utf-16le' ? 1 : 2);
  const rest = bytes.subarray(at);
  const isText = rest.length >= LEAST_PART && PRINTABLE.test(decodedAs('utf-8', rest) ?? '');
  return isText && at % 2 === 0 ? { at, utf16: begun, isFirst: true } : null;
}
