// What stands for a function or a collation that an application brings, and that no SQLite has by itself.

/**
 * What a user, or a companion file, says of one. Of a function `known NAME` (one of the documented set), `sql EXPRESSION` over its
 * values $1, $2 and so on, or `stand-in`, which fails as soon as a row goes through it. Of a collation `known BINARY` or `known NOCASE`,
 * `locale TAG` (a language, as `de` or `sv-SE`), or `stand-in`.
 */
export interface Meaning {
  readonly kind: 'function' | 'collation';
  readonly name: string;
  readonly answer: string;
}

export const STAND_IN = 'stand-in';

/** The functions of the documented set, by what they take. */
export const KNOWN_FUNCTIONS: Readonly<Record<string, string>> = {
  normalize: 'text, form',
  unaccent: 'text',
  reverse: 'text',
  regexp: 'pattern, text',
  uuid: '',
  md5: 'value',
  sha1: 'value',
  sha256: 'value',
  sha512: 'value',
  base64: 'value',
  unbase64: 'text',
  levenshtein: 'one, other',
  soundex: 'text',
};

export const KNOWN_COLLATIONS = ['BINARY', 'NOCASE'] as const;

/** Something that SQLite has missed. */
export type Missing = Pick<Meaning, 'kind' | 'name'>;

/** What a message of SQLite misses; null for any other message. */
export function missingIn(message: string): Missing | null {
  const [, call, collation] = /no such (?:function: (.+)|collation sequence: (.+))$/s.exec(message) ?? [];
  if (call !== undefined) return { kind: 'function', name: call };
  return collation === undefined ? null : { kind: 'collation', name: collation };
}

/** A meaning in words, for a report: `sql lower($1)` as the expression, `known sha256` as sha256(). */
export function describeMeaning({ kind, name, answer }: Meaning): string {
  const [, way = '', what = ''] = /^(\S+) ?([\s\S]*)$/.exec(answer) ?? [];
  const called = kind === 'function' ? `${name}()` : `the collation ${name}`;
  if (way === 'known') return `${called} is ${what}${kind === 'function' ? '()' : ''} of this page`;
  if (way === 'sql') return `${called} is the expression ${what}`;
  if (way === 'locale') return `${called} sorts as in ${what}`;
  return `${called} has a stand-in: no row goes through it`;
}
