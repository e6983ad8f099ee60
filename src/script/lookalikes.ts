// Characters that look like a blank, a quote or a hyphen of SQL and are letters to SQLite: word processors, chats and web pages bring them.

import type { ParsedSql, Token } from './tokens';

/** Quotes and hyphens by what is meant with them; what stands for nothing at all; the rest are blanks. Joiners are letters in some languages. */
const QUOTE = /[\u2018-\u201b\u2032\u00b4\uff07]/u;
const DOUBLE_QUOTE = /[\u201c-\u201f\u00ab\u00bb\u2033\uff02]/u;
const HYPHEN = /[\u2010-\u2015\u2212\uff0d]/u;
const NOTHING = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]/u;
const BLANK = /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const ANY = new RegExp([QUOTE, DOUBLE_QUOTE, HYPHEN, NOTHING, BLANK].map(({ source }) => source).join('|'), 'gu');

const NAMES: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u200b': 'a zero-width space',
  '\u3000': 'an ideographic space',
  '\ufeff': 'a byte order mark',
};

/** The bare words that have such a character in them. In quotes it is a letter that someone wanted. */
export function lookalikesIn({ tokens }: ParsedSql): readonly Token[] {
  return tokens.filter(({ kind, text }) => kind === 'word' && text.search(ANY) >= 0);
}

/** The characters of that kind in a text, each once, with names and codes: `a no-break space (U+00A0)`, `“ (U+201C)`. */
export function describeLookalikes(text: string): readonly string[] {
  const found = new Set(text.match(ANY) ?? []);
  return [...found].map((one) => {
    const code = `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const isSeen = QUOTE.test(one) || DOUBLE_QUOTE.test(one) || HYPHEN.test(one);
    const name = NAMES[one] ?? (isSeen ? one : BLANK.test(one) ? 'a blank' : 'a character that is not shown');
    return `${name} (${code})`;
  });
}

/** The text of a statement with what those characters look like in the place of those that stand in its bare words. */
export function withoutLookalikes(statement: ParsedSql): string {
  return lookalikesIn(statement).reduceRight(
    (text, { start, end }) => text.slice(0, start) + text.slice(start, end).replaceAll(ANY, meant) + text.slice(end),
    statement.text,
  );
}

function meant(one: string): string {
  if (QUOTE.test(one)) return "'";
  if (DOUBLE_QUOTE.test(one)) return '"';
  if (HYPHEN.test(one)) return '-';
  return NOTHING.test(one) ? '' : ' ';
}
