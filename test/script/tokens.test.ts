// Tokens are where SQLite's own tokenizer puts them.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { isBlank, tokenise, unquotedName, type Token } from '../../src/script/tokens';
import { loadSqlite, openOracle, type Oracle } from './oracle';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await openOracle();
});
afterAll(() => {
  oracle.close();
});

/** The words that may follow CREATE; after it SQLite complains of any other token, and quotes it in full. */
const MAY_FOLLOW_CREATE = /^(TABLE|TEMP|TEMPORARY|UNIQUE|INDEX|VIEW|TRIGGER|VIRTUAL)$/i;

/** The error that SQLite has if this token comes next and is what we say it is. */
function errorExpectedAt(token: Token | undefined): string {
  if (token === undefined) return 'incomplete input';
  if (token.kind === 'illegal') return `unrecognized token: "${token.text}"`;
  if (token.kind !== 'unterminated') return `near "${token.text}": syntax error`;
  if (!token.text.startsWith('/*')) return `unrecognized token: "${token.text}"`;
  // The one place where it depends on what follows: a comment that is opened by the last two characters is none.
  return token.text === '/*' ? 'near "/": syntax error' : 'incomplete input';
}

function differenceInTokens(source: string): string | null {
  const tokens = tokenise(source);
  if (tokens.map(({ text }) => text).join('') !== source) return 'the tokens are not the text';
  for (const [index, token] of tokens.entries()) {
    if (source.slice(token.start, token.end) !== token.text) return `token ${String(index)} is not at its place`;
    const next = tokens.slice(index).find((candidate) => !isBlank(candidate));
    if (next !== undefined && MAY_FOLLOW_CREATE.test(next.text)) continue;
    const expected = errorExpectedAt(next);
    const actual = oracle.error(`CREATE/**/${source.slice(token.start)}`);
    if (actual !== expected) return `${JSON.stringify(token.text)}: SQLite says ${String(actual)}, not ${expected}`;
  }
  return null;
}

describe('a token ends where SQLite says', () => {
  const texts = [
    'a\uFEFFb',
    '\uFEFFa',
    '1\uFEFF',
    ' \v\fa',
    'a\v',
    '\va',
    "x'00'",
    "x'0'",
    "x'0g;'';'",
    "X'",
    "'a''b'",
    "'a",
    '"a""b"',
    '`a``b`',
    '[a]b]',
    '[a;b',
    '1e5',
    '1e',
    '1e+',
    '1e+5x',
    '1.',
    '.5',
    '1.e5',
    '1_000',
    '1__0',
    '0x1F',
    '0x',
    '0xG',
    '0x1_',
    '1a',
    '1.2.3',
    '12_',
    '.5.5',
    '?',
    '?12a',
    ':a',
    '::a',
    '@a',
    '$a::b(c;d)',
    '$a(',
    '$a(b c)',
    '$(a)',
    '#',
    '#a',
    '#1',
    '$',
    'a$b',
    '$$a',
    ':a:b',
    '$a::(b)',
    '$a(b))',
    '->',
    '->>',
    '-->',
    '<>',
    '<=',
    '<<',
    '>>',
    '>=',
    '=',
    '==',
    '===',
    '!=',
    '!',
    '|',
    '||',
    '|||',
    '/*/',
    '/*/*/',
    '/**/',
    '/* -- */x',
    '-- /*\n*/',
    '/*',
    '/* x',
    '-',
    '--',
    '\u00a0a',
    'é;',
    '😀',
    '{',
    '}',
    '\\',
    '^',
    '\u0001',
    'a.b',
    'xx',
    "xx'00'",
    "nx'00'",
    '\r\n\t',
  ];
  it.each(texts)('%j', (text) => {
    expect(differenceInTokens(text)).toBeNull();
    expect(differenceInTokens(`(${text} ;`)).toBeNull();
  });

  it('in any text', () => {
    const piece = fc.oneof(
      fc.constantFrom(...texts),
      fc.constantFrom(...Array.from('\'"`[]();-/*\n\r \t\v$@:#?.,_xX0123456789eE+<>=!|&~%{}\\\uFEFF\u00e9')),
      fc.constantFrom('SELECT', 'END', "x'", '--', '/*', '*/', '\r\n', '::', "''"),
      fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (source) => {
        expect(differenceInTokens(source)).toBeNull();
      }),
      runs(10_000),
    );
  });
});

describe('the name of an identifier', () => {
  it('is what SQLite calls a column of that name', async () => {
    const engine = await loadSqlite();
    const database = new engine.Database();
    for (const text of [
      'plain',
      '"a b"',
      '"a""b"',
      '`a``b`',
      '[a"b]',
      "'it''s'",
      '"[a]"',
      '[[a]',
      '""""',
      'ünï$1',
      '""',
    ]) {
      const [token] = tokenise(text);
      const [result] = database.exec(`SELECT 1 AS ${text}`);
      expect(token === undefined ? undefined : unquotedName(token)).toBe(result?.columns[0]);
    }
    database.close();
  });

  it('is null for what is no identifier', () => {
    expect(tokenise("1 x'00' ?1 ; + 'open").map(unquotedName)).toEqual(Array.from({ length: 11 }, () => null));
  });
});
