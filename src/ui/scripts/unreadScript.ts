// How a script would read that is neither UTF-8 nor UTF-16 that says so: offered in other encodings, with the lines by which to choose.

import { decodedAs, isUtf32, joinOf, markOf, utf16Of, type Join, type Utf16 } from '../state/encodings';
import { counted } from '../../words';

/** An encoding in which a script can be read that is no UTF-8. `mixed`: UTF-8, and Windows-1252 where it is none. `joined`: UTF-16 from a place on, or up to it. */
type Encoding = 'windows-1252' | 'mixed' | 'joined' | Utf16;

/** What a script would be in an encoding. */
interface Reading {
  readonly encoding: Encoding;
  /** What people call it. */
  readonly name: string;
  readonly text: string;
  /** The first lines for which the encoding counts, as they would read. */
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** How many such lines there are beside these. */
  readonly more: number;
}

/** What is said of a script that is not read as it is. */
export interface Unread {
  /** What is wrong with it, in sentences that begin behind its name. */
  readonly why: string;
  /** How it may be read, the likely one first. */
  readonly readings: readonly Reading[];
}

const NAMES: Readonly<Record<Exclude<Encoding, 'joined'>, string>> = {
  'windows-1252': 'Windows-1252',
  mixed: 'UTF-8, and as Windows-1252 where it is none',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
};

/** Windows-1252 from 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); elsewhere it is Unicode. Not every decoder has it. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Lines of a preview, and characters of each. */
const SHOWN_LINES = 3;
const SHOWN_CHARACTERS = 120;
/** As many arguments as any engine takes. */
const BYTES_AT_ONCE = 4096;

const COMPARE = 'Compare these lines of it with what you wrote: a wrong choice changes letters, and what runs.';

/** What is said of a script of which `decodeScript` gives nothing. */
export function explainUnread(bytes: Uint8Array): Unread {
  if (isUtf32(bytes)) return { why: 'is in UTF-32, which the page does not read. Save it as UTF-8.', readings: [] };
  const join = joinOf(bytes);
  if (join) return explainJoined(bytes, join);
  // Any bytes are Windows-1252, also those of UTF-16: that would be no help.
  const utf16 = markOf(bytes) ?? utf16Of(bytes);
  return utf16 === null ? explainBytes(bytes) : explainUtf16(bytes, utf16);
}

/** What is said of two files in one. */
function explainJoined(bytes: Uint8Array, { at, utf16, isFirst }: Join): Unread {
  const parts = [bytes.subarray(0, at), bytes.subarray(at)] as const;
  const wide = new TextDecoder(utf16).decode(parts[isFirst ? 0 : 1]);
  const other = parts[isFirst ? 1 : 0];
  const plain = decodedAs('utf-8', other);
  const [first, second] = isFirst ? [wide, plain ?? ''] : [plain ?? asWindows1252(other), wide];
  const line = first.split('\n').length;
  const narrow = NAMES[plain === null ? 'windows-1252' : 'mixed'].split(',')[0] ?? '';
  const [begins, goesOn] = isFirst ? [NAMES[utf16], narrow] : [narrow, NAMES[utf16]];
  const text = first + second;
  const lines = text.split('\n');
  const written = [...lines.keys()].filter((place) => place >= line - 1 && lines[place]?.trim() !== '');
  return {
    why: `begins in ${begins} and goes on in ${goesOn} in line ${line}: a program has written behind what was there. ${COMPARE}`,
    readings: [
      { encoding: 'joined', name: `${begins}, and as ${goesOn} from line ${line}`, text, ...linesAt(lines, written) },
    ],
  };
}

function explainUtf16(bytes: Uint8Array, encoding: Utf16): Unread {
  if (bytes.length % 2 === 1) {
    const why = 'is not in UTF-8, nor whole in the UTF-16 that it begins as. It may have been cut off.';
    return { why, readings: [] };
  }
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  const lines = text.split('\n');
  const halves = halvesIn(bytes, encoding);
  const read = { encoding, name: NAMES[encoding], text };
  if (halves.length === 0) {
    const written = lines.flatMap((line, at) => (line.trim() === '' || line === '\uFEFF' ? [] : [at]));
    return { why: `is not in UTF-8. ${COMPARE}`, readings: [{ ...read, lines: shown(lines, written), more: 0 }] };
  }
  const isOne = halves.length === 1;
  const what = isOne ? 'half a character' : counted(halves.length, 'half character');
  const why = `has ${what} (a surrogate of UTF-16 without the other one). SQLite cannot keep ${isOne ? 'it' : 'them'}: � would stand in ${isOne ? 'its place' : 'their places'}. ${COMPARE}`;
  return { why, readings: [{ ...read, ...linesAt(lines, placesIn(lines, halves)) }] };
}

/** What is said of bytes that are no UTF-16, and of which some are no UTF-8. */
function explainBytes(bytes: Uint8Array): Unread {
  const { text: mixed, letters, others, isCut } = readMixed(bytes);
  const text = asWindows1252(bytes);
  const lines = text.split('\n');
  const read = (encoding: keyof typeof NAMES, as: string, concerned: readonly number[]): Reading => ({
    ...{ encoding, name: NAMES[encoding], text: as },
    ...linesAt(as.split('\n'), concerned),
  });
  const plain = read(
    'windows-1252',
    text,
    [...lines.keys()].filter((at) => NO_ASCII.test(lines[at] ?? '')),
  );
  const both = letters > 0 ? [read('mixed', mixed, placesIn(lines, others))] : [];
  const is = isCut
    ? 'ends in the midst of a character of UTF-8, so it may have been cut off.'
    : `is ${letters > 0 ? 'only in part' : 'not'} in UTF-8.`;
  const doubt = others.some((at) => WITHOUT_MEANING.test(text[at] ?? ''))
    ? ' Some of its bytes have no meaning in Windows-1252, so it may be in yet another encoding.'
    : '';
  const likely = letters < others.length ? [plain, ...both] : [...both, plain];
  // Nobody writes the mark of UTF-8 as letters.
  return { why: `${is}${doubt} ${COMPARE}`, readings: mixed.startsWith('\uFEFF') ? both : likely };
}

const NO_ASCII = /[^\0-\x7f]/;
/** What stands for the bytes that Windows-1252 gives no meaning. */
const WITHOUT_MEANING = /[\x81\x8d\x8f\x90\x9d]/;

/** One character for each byte. */
function asWindows1252(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += BYTES_AT_ONCE) {
    const codes = bytes.subarray(start, start + BYTES_AT_ONCE);
    text += String.fromCharCode(...codes);
  }
  return text.replaceAll(/[\x80-\x9f]/g, (one) => WINDOWS_1252[one.charCodeAt(0) - 0x80] ?? one);
}

/**
 * Bytes as UTF-8, and each that is none of it as Windows-1252.
 * `letters`: how many characters of several bytes are UTF-8; `others`: the places of the bytes that are not; `isCut`: these are the
 * beginning of a character at the end of all.
 */
function readMixed(bytes: Uint8Array): {
  readonly text: string;
  readonly letters: number;
  readonly others: readonly number[];
  readonly isCut: boolean;
} {
  let [text, letters, from] = ['', 0, 0];
  const others: number[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) continue;
    const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (decodedAs('utf-8', bytes.subarray(at, at + length)) !== null) {
      letters++;
      at += length - 1;
      continue;
    }
    others.push(at);
    text += decoder.decode(bytes.subarray(from, at)) + asWindows1252(bytes.subarray(at, at + 1));
    from = at + 1;
  }
  text += decoder.decode(bytes.subarray(from));
  const [first = 0] = others;
  const isTail = others.length > 0 && others.length === bytes.length - first;
  return { text, letters, others, isCut: isTail && letters > 0 && isBegun(bytes.subarray(first)) };
}

/** Whether bytes are the beginning of a character of UTF-8. */
function isBegun(bytes: Uint8Array): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) === '';
  } catch {
    return false;
  }
}

/** The places, in characters, of the surrogates of UTF-16 that have no other one. */
function halvesIn(bytes: Uint8Array, encoding: Utf16): readonly number[] {
  const high = encoding === 'utf-16le' ? 1 : 0;
  const kindAt = (at: number): 'first' | 'second' | null => {
    const top = (bytes[2 * at + high] ?? 0) & 0xfc;
    return top === 0xd8 ? 'first' : top === 0xdc ? 'second' : null;
  };
  const places: number[] = [];
  for (let at = 0; 2 * at < bytes.length; at++) {
    const kind = kindAt(at);
    if (kind === 'first' && kindAt(at + 1) === 'second') at++;
    else if (kind !== null) places.push(at);
  }
  return places;
}

/** The lines, counted from 0, in which places of the text lie; these are in order. */
function placesIn(lines: readonly string[], places: readonly number[]): readonly number[] {
  const found = new Set<number>();
  let [line, end] = [0, (lines[0]?.length ?? 0) + 1];
  for (const place of places) {
    while (place >= end && line < lines.length - 1) end += (lines[++line]?.length ?? 0) + 1;
    found.add(line);
  }
  return [...found];
}

function linesAt(lines: readonly string[], concerned: readonly number[]): Pick<Reading, 'lines' | 'more'> {
  return { lines: shown(lines, concerned), more: Math.max(0, concerned.length - SHOWN_LINES) };
}

function shown(lines: readonly string[], at: readonly number[]): Reading['lines'] {
  return at.slice(0, SHOWN_LINES).map((line) => ({ number: line + 1, text: cut(lines[line] ?? '') }));
}

/** The first character that is no ASCII is in what is shown, however long the line is. */
function cut(line: string): string {
  const whole = line.replace(/^\uFEFF/, '').trimEnd();
  const from = Math.max(0, whole.search(NO_ASCII) - SHOWN_CHARACTERS / 2);
  const part = whole.slice(from, from + SHOWN_CHARACTERS);
  return `${from > 0 ? '…' : ''}${part}${from + part.length < whole.length ? '…' : ''}`;
}
