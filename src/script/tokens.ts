// Reads SQL text as tokens, by the rules of SQLite's own tokenizer (tokenize.c), so that a boundary found here is SQLite's.

/** The kinds of token. */
export const TOKEN_KINDS = [
  ...(['word', 'name', 'string', 'blob', 'number', 'variable', 'operator', 'semicolon'] as const),
  ...(['space', 'comment', 'illegal', 'unterminated'] as const),
] as const;

/**
 * What a token is. `word` is a keyword or a bare identifier (SQLite lets most keywords serve as names), `name` an
 * identifier in "", `` or []. `unterminated` is a string, name, blob or block comment that the text ends inside of.
 */
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** One token; `start` and `end` are offsets in UTF-16 code units, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BYTE_ORDER_MARK = 0xfeff;

/** The four that begin white space. A vertical tab does not, but it may stand inside white space: SQLite has two tables. */
const SPACE_START = /[ \t\n\f\r]/;
const SPACES = /[ \t\n\v\f\r]*/y;
const DIGIT = /[0-9]/;
const DIGITS = /[0-9]*/y;
const DIGITS_AND_SEPARATORS = /[0-9_]*/y;
const HEX_DIGITS = /[0-9a-fA-F]*/y;
const HEX_DIGITS_AND_SEPARATORS = /[0-9a-fA-F_]*/y;
/** All of Unicode beyond ASCII may stand in a bare identifier. */
const BARE_START = /[A-Za-z_\u0080-\uFFFF]/;
const BARE_REST = /[A-Za-z0-9_$\u0080-\uFFFF]*/y;
const VARIABLE_KEY = /[^ \t\n\v\f\r)]*/y;

const TWO_CHARACTER_OPERATORS: ReadonlySet<string> = new Set(['==', '<=', '<>', '<<', '>=', '>>', '!=', '||', '->']);
const ONE_CHARACTER_OPERATORS = '()+-*/%=<>|,&~.';

/**
 * The token that begins at `offset` of `source`, or null at the end of the text. Every character belongs to exactly one
 * token, so reading on from `end` covers the whole text. Never throws. A NUL, at which SQLite would stop reading, is an
 * illegal character here.
 */
export function nextToken(source: string, offset: number): Token | null {
  if (offset >= source.length) return null;
  const { kind, end } = scan(source, offset);
  return { kind, text: source.slice(offset, end), start: offset, end };
}

/** All tokens of `source` in order, blank ones too; their texts joined are `source`. For whole scripts prefer `nextToken`: it keeps nothing. */
export function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  for (let token = nextToken(source, 0); token !== null; token = nextToken(source, token.end)) tokens.push(token);
  return tokens;
}

/** A text of SQL with those of its tokens that mean something; their offsets are places in `text`. */
export interface ParsedSql {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Reads SQL that is no statement of a script, such as a text in sqlite_schema. A statement has its tokens already. */
export function parseSql(text: string): ParsedSql {
  return { text, tokens: tokenise(text).filter((token) => !isBlank(token)) };
}

/** A text as far as its last token that means something: without a comment behind it. */
export function withoutEnd({ text, tokens }: ParsedSql): string {
  return text.slice(0, tokens.at(-1)?.end);
}

/** True for tokens that mean nothing to SQLite: white space and comments. */
export function isBlank(token: Token): boolean {
  return token.kind === 'space' || token.kind === 'comment';
}

/** True if the token is this unquoted word, in any case. `word` is given in capitals. */
export function isWord(token: Token | null, word: string): boolean {
  return token?.kind === 'word' && token.text.length === word.length && token.text.toUpperCase() === word;
}

/** True if these unquoted words, given in capitals, stand in the tokens, one right after the other. */
export function hasWords(tokens: readonly Token[], ...words: readonly string[]): boolean {
  return tokens.some((_, at) => words.every((word, ahead) => isWord(tokens[at + ahead] ?? null, word)));
}

/**
 * The name that a token stands for, without its quotes: of a bare word, of "…", `…` and […], and of a string, which SQLite
 * takes for a name where one is expected. Null for every other token.
 */
export function unquotedName(token: Token): string | null {
  if (token.kind === 'word') return token.text;
  if (token.kind !== 'name' && token.kind !== 'string') return null;
  const quote = token.text.charAt(0);
  const inside = token.text.slice(1, -1);
  return quote === '[' ? inside : inside.replaceAll(quote + quote, quote);
}

interface Scanned {
  readonly kind: TokenKind;
  readonly end: number;
}

function scan(source: string, start: number): Scanned {
  const first = source.charAt(start);
  const second = source.charAt(start + 1);

  if (SPACE_START.test(first)) return { kind: 'space', end: skip(source, start + 1, SPACES) };
  // Only where a token begins: within a word or after a digit its bytes are identifier characters like any others.
  if (first.charCodeAt(0) === BYTE_ORDER_MARK) return { kind: 'space', end: start + 1 };
  if ((first === 'x' || first === 'X') && second === "'") return scanBlob(source, start);
  if (BARE_START.test(first)) return { kind: 'word', end: skip(source, start + 1, BARE_REST) };
  if (DIGIT.test(first) || (first === '.' && DIGIT.test(second))) return scanNumber(source, start);
  if (first === ';') return { kind: 'semicolon', end: start + 1 };

  switch (first) {
    case "'":
      return scanQuoted(source, start, 'string');
    case '"':
    case '`':
      return scanQuoted(source, start, 'name');
    case '[':
      return upTo(source, ']', start + 1, 'name');
    case '?':
      return { kind: 'variable', end: skip(source, start + 1, DIGITS) };
    case '$':
    case '@':
    case ':':
    case '#':
      return scanVariable(source, start);
    case '-':
      // Only a line feed ends the comment: a carriage return alone does not.
      if (second === '-') return { kind: 'comment', end: indexOrEnd(source, '\n', start + 2) };
      if (second === '>' && source.charAt(start + 2) === '>') return { kind: 'operator', end: start + 3 };
      break;
    case '/':
      if (second === '*') return upTo(source, '*/', start + 2, 'comment');
      break;
  }
  if (TWO_CHARACTER_OPERATORS.has(first + second)) return { kind: 'operator', end: start + 2 };
  return { kind: ONE_CHARACTER_OPERATORS.includes(first) ? 'operator' : 'illegal', end: start + 1 };
}

/** The end of what the pattern, which is sticky and matches everywhere, matches from `offset` on. */
function skip(source: string, offset: number, characters: RegExp): number {
  characters.lastIndex = offset;
  characters.test(source);
  return characters.lastIndex;
}

function indexOrEnd(source: string, text: string, from: number): number {
  const index = source.indexOf(text, from);
  return index < 0 ? source.length : index;
}

function upTo(source: string, closing: string, from: number, kind: TokenKind): Scanned {
  const index = source.indexOf(closing, from);
  return index < 0 ? { kind: 'unterminated', end: source.length } : { kind, end: index + closing.length };
}

/** A string or a quoted name, in which the quote is written twice to stand for itself. */
function scanQuoted(source: string, start: number, kind: TokenKind): Scanned {
  const quote = source.charAt(start);
  for (let from = start + 1; ;) {
    const index = source.indexOf(quote, from);
    if (index < 0) return { kind: 'unterminated', end: source.length };
    if (source.charAt(index + 1) !== quote) return { kind, end: index + 1 };
    from = index + 2;
  }
}

/** x'…': no doubled quotes here, the next quote ends it whatever stands before. */
function scanBlob(source: string, start: number): Scanned {
  const digitsEnd = skip(source, start + 2, HEX_DIGITS);
  const wellFormed = source.charAt(digitsEnd) === "'" && (digitsEnd - start) % 2 === 0;
  return upTo(source, "'", digitsEnd, wellFormed ? 'blob' : 'illegal');
}

function scanNumber(source: string, start: number): Scanned {
  let end: number;
  if (/^0[xX][0-9a-fA-F]/.test(source.slice(start, start + 3))) {
    end = skip(source, start + 3, HEX_DIGITS_AND_SEPARATORS);
  } else {
    end = skip(source, start, DIGITS_AND_SEPARATORS);
    if (source.charAt(end) === '.') end = skip(source, end + 1, DIGITS_AND_SEPARATORS);
    const exponent = /^[eE][+-]?[0-9]/.exec(source.slice(end, end + 3));
    if (exponent !== null) end = skip(source, end + exponent[0].length, DIGITS_AND_SEPARATORS);
  }
  // "12abc" is one token that SQLite does not recognise, not a number followed by a name.
  const wordEnd = skip(source, end, BARE_REST);
  return wordEnd > end ? { kind: 'illegal', end: wordEnd } : { kind: 'number', end };
}

/** $name, @name, :name, #name, and Tcl's $a::b(key): the key may hold any character but white space, even a semicolon. */
function scanVariable(source: string, start: number): Scanned {
  let end = start + 1;
  let characters = 0;
  while (end < source.length) {
    const inside = skip(source, end, BARE_REST);
    if (inside > end) {
      characters += inside - end;
      end = inside;
    } else if (source.charAt(end) === '(' && characters > 0) {
      const keyEnd = skip(source, end + 1, VARIABLE_KEY);
      if (source.charAt(keyEnd) === ')') return { kind: 'variable', end: keyEnd + 1 };
      return { kind: 'illegal', end: keyEnd };
    } else if (source.startsWith('::', end)) {
      end += 2;
    } else {
      break;
    }
  }
  return { kind: characters > 0 ? 'variable' : 'illegal', end };
}
