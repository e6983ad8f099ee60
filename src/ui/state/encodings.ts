// How the bytes of a script read: as UTF-8, or as UTF-16 that says so; and how they would in other encodings, which is only offered.

/** An encoding in which a script can be read that is no UTF-8. */
export type Encoding = 'windows-1252' | 'utf-16le' | 'utf-16be';

/** What a script would be in an encoding. */
interface Reading {
  readonly encoding: Encoding;
  /** What people call it. */
  readonly name: string;
  readonly text: string;
  /** The first lines that are no UTF-8, as they would read. */
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

const NAMES: Readonly<Record<Encoding, string>> = {
  'windows-1252': 'Windows-1252',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
};

/** Lines of a preview, and characters of each. */
const SHOWN_LINES = 3;
const SHOWN_CHARACTERS = 120;
/** Bytes by which UTF-16 is told: half of those of a Latin letter are zero, and SQL is mostly such letters. */
const BYTES_TO_TELL = 4096;
const LEAST_ZEROS = 0.25;

/** The text of a script; null where it is neither UTF-8 nor UTF-16 that says so, since a guess would change what runs. */
export function decodeScript(bytes: Uint8Array): string | null {
  const marked = markOf(bytes);
  if (marked === null && utf16Of(bytes) !== null) return null;
  return decodedAs(marked ?? 'utf-8', bytes);
}

/** The encodings that a script may be in, the likely one first. */
export function readingsOf(bytes: Uint8Array): readonly Reading[] {
  const utf16 = markOf(bytes) ?? utf16Of(bytes);
  // Any bytes are Windows-1252, also those of a UTF-16 that was cut in a letter: that would be no help.
  const likely: readonly Encoding[] = utf16 === null ? ['windows-1252'] : [utf16];
  return likely.flatMap((encoding) => {
    const text = decodedAs(encoding, bytes);
    if (text === null) return [];
    const lines = encoding === 'windows-1252' ? linesWithoutUtf8(bytes, text) : firstLines(text);
    return [{ encoding, name: NAMES[encoding], text, lines }];
  });
}

function decodedAs(encoding: Encoding | 'utf-8', bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What a byte order mark says. */
function markOf(bytes: Uint8Array): Encoding | null {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : null;
}

/** What the places of the zeros say: no script in another encoding has any. */
function utf16Of(bytes: Uint8Array): Encoding | null {
  const zeros = [0, 0];
  const start = bytes.subarray(0, BYTES_TO_TELL);
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [big = 0, little = 0] = zeros;
  if (Math.max(big, little) < (start.length / 2) * LEAST_ZEROS || big === little) return null;
  return little > big ? 'utf-16le' : 'utf-16be';
}

/** Of an encoding with one byte for each character: the lines whose bytes are no UTF-8. */
function linesWithoutUtf8(bytes: Uint8Array, text: string): Reading['lines'] {
  const found: { number: number; text: string }[] = [];
  let start = 0;
  for (let number = 1; start < text.length && found.length < SHOWN_LINES; number++) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    if (decodedAs('utf-8', bytes.subarray(start, end)) === null) {
      const line = text.slice(start, end).trimEnd();
      // The first character that is no ASCII is in what is shown, however long the line is.
      const from = Math.max(0, line.search(/[^\0-\x7f]/) - SHOWN_CHARACTERS / 2);
      found.push({ number, text: cut(line, from) });
    }
    start = end + 1;
  }
  return found;
}

function firstLines(text: string): Reading['lines'] {
  const lines = text.replace(/^\uFEFF/, '').split('\n', SHOWN_LINES * 10);
  return lines
    .map((line, at) => ({ number: at + 1, text: cut(line.trimEnd(), 0) }))
    .filter((line) => line.text !== '')
    .slice(0, SHOWN_LINES);
}

function cut(line: string, from: number): string {
  const shown = line.slice(from, from + SHOWN_CHARACTERS);
  return `${from > 0 ? '…' : ''}${shown}${from + shown.length < line.length ? '…' : ''}`;
}
