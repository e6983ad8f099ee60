// The functions that an application often brings, as this page has them. docs/functions.md has each with an example.

import type { SqlValue } from '../../database';
import type { KnownFunction } from '../../functions/definitions';

/** A hash of bytes, in hexadecimal. */
export type Hash = (bytes: Uint8Array) => string;

const FORMS = /^(NFC|NFD|NFKC|NFKD)$/;

/**
 * All of them.
 * @param hashes by name: md5, sha1, sha256, sha512
 */
export function knownFunctions(hashes: ReadonlyMap<string, Hash>): readonly KnownFunction[] {
  const known = (name: string, call: KnownFunction['call'], deterministic = true): KnownFunction => ({
    name,
    call,
    deterministic,
  });
  return [
    // The form is NFC where none is named.
    known('normalize', (text, form = 'NFC') => textOf(text).normalize(formOf(textOf(form)))),
    known('unaccent', (text) => textOf(text).normalize('NFD').replaceAll(/\p{M}/gu, '')),
    known('reverse', (text) => Array.from(textOf(text)).reverse().join('')),
    // What `text REGEXP pattern` calls (https://sqlite.org/lang_expr.html#regexp).
    known('regexp', (pattern, text = '') => Number(new RegExp(textOf(pattern), 'u').test(textOf(text)))),
    known('uuid', () => crypto.randomUUID(), false),
    ...['md5', 'sha1', 'sha256', 'sha512'].map((name) =>
      known(name, (value) => mustHave(hashes, name)(bytesOf(value))),
    ),
    known('base64', (value) => base64(bytesOf(value))),
    known('unbase64', (text) => unbase64(textOf(text))),
    known('levenshtein', (one, other = '') => levenshtein(Array.from(textOf(one)), Array.from(textOf(other)))),
    known('soundex', (text) => soundex(textOf(text))),
  ];
}

function mustHave(hashes: ReadonlyMap<string, Hash>, name: string): Hash {
  const hash = hashes.get(name);
  if (!hash) throw new Error(`${name} is not loaded`);
  return hash;
}

function formOf(form: string): string {
  const upper = form.toUpperCase();
  if (!FORMS.test(upper)) throw new Error(`normalize() knows no form ${form}`);
  return upper;
}

function textOf(value: Exclude<SqlValue, null>): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}

function bytesOf(value: Exclude<SqlValue, null>): Uint8Array {
  return value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function unbase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0));
}

/** https://en.wikipedia.org/wiki/Levenshtein_distance, with two rows. */
function levenshtein(one: readonly string[], other: readonly string[]): number {
  let row = other.map((_, at) => at + 1);
  for (const [at, character] of one.entries()) {
    let before = at;
    let left = at + 1;
    row = row.map((above, place) => {
      const cost = Math.min(above + 1, left + 1, before + Number(character !== other[place]));
      before = above;
      left = cost;
      return cost;
    });
  }
  return row.at(-1) ?? one.length;
}

/** As SQLite's own soundex() has it (https://sqlite.org/lang_corefunc.html#soundex): `?000` for what has no letter. */
function soundex(text: string): string {
  const codes = '01230120022455012623010202';
  const letters = text.toUpperCase().replaceAll(/[^A-Z]/g, '');
  const first = letters[0];
  if (first === undefined) return '?000';
  let last = codes[first.charCodeAt(0) - 65];
  let code = '';
  for (const letter of letters.slice(1)) {
    const next = codes[letter.charCodeAt(0) - 65];
    if (next !== '0' && next !== last) code += next ?? '';
    last = next;
  }
  return (first + code).slice(0, 4).padEnd(4, '0');
}
