// Text that is not valid UTF-8: SQLite stores any bytes as text, and none of them may be lost or hidden.
//
// Each byte that is no part of a character becomes a lone surrogate, U+DC80 to U+DCFF, which no valid text has
// (https://peps.python.org/pep-0383/). So the bytes can be had back, and a grid can mark them.

/** Decodes bytes that are valid UTF-8; null for all others. A byte order mark is part of the text. */
export type DecodeValid = (bytes: Uint8Array) => string | null;

/**
 * @param isCut an incomplete character at the end is left out
 * @example
 * decodeUtf8(Uint8Array.of(0x6b, 0xe9), false, validText); // 'k\udce9'
 */
export function decodeUtf8(bytes: Uint8Array, isCut: boolean, validText: DecodeValid): string {
  const valid = validText(bytes);
  if (valid !== null) return valid;
  let text = '';
  let start = 0;
  for (let at = 0; at < bytes.length;) {
    const length = lengthAt(bytes, at, validText);
    if (length > 0) {
      at += length;
      continue;
    }
    if (isCut && isIncomplete(bytes, at)) return text + (validText(bytes.subarray(start, at)) ?? '');
    text += (validText(bytes.subarray(start, at)) ?? '') + String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    start = at += 1;
  }
  return text + (validText(bytes.subarray(start)) ?? '');
}

/** Whether a text has bytes that are no part of a character. */
export function hasInvalidBytes(text: string): boolean {
  return /[\udc80-\udcff]/u.test(text);
}

/** What the first byte of a character begins with, by how many follow. */
const FIRST = [0, 0xc0, 0xe0, 0xf0];

/** The bytes that `decodeUtf8` made a whole text of (RFC 3629, section 3). */
export function bytesOfText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code & 0xff);
    else if (code < 0x80) bytes.push(code);
    else {
      const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      bytes.push((FIRST[more] ?? 0) | (code >> (6 * more)));
      for (let left = more - 1; left >= 0; left--) bytes.push(0x80 | ((code >> (6 * left)) & 0x3f));
    }
  }
  return Uint8Array.from(bytes);
}

/** Bytes of the character that begins here; 0 where there is none. */
function lengthAt(bytes: Uint8Array, at: number, validText: DecodeValid): number {
  const length = announced(bytes[at] ?? 0);
  if (length === 0 || at + length > bytes.length) return 0;
  return length === 1 || validText(bytes.subarray(at, at + length)) !== null ? length : 0;
}

/** How many bytes a character has by its first one (RFC 3629, section 3); 0 for what is none. */
function announced(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Whether the bytes from here to the end may be the beginning of one character. */
function isIncomplete(bytes: Uint8Array, at: number): boolean {
  const rest = bytes.subarray(at + 1);
  return at + announced(bytes[at] ?? 0) > bytes.length && rest.every((byte) => byte >= 0x80 && byte < 0xc0);
}
