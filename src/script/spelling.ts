// SQL in one spelling, so that texts which mean the same are equal: case, white space, comments and quotes do not count.

import { quoteIdentifier, quoteText, foldName } from '../database';
import { TokenCursor } from './cursor';
import { isWord, unquotedName, type ParsedSql, type Token } from './tokens';

/** Bare, these are no names but words of SQL; in quotes they are names. */
const NO_NAMES: ReadonlySet<string> = new Set([
  ...[
    'null',
    'true',
    'false',
    'current_date',
    'current_time',
    'current_timestamp',
    'not',
    'exists',
    'case',
    'distinct',
  ],
  ...['all', 'natural', 'left', 'right', 'full', 'inner', 'cross', 'outer', 'select', 'values'],
]);

const PLAIN_NAME = /^[a-z_\u0080-\uFFFF][a-z0-9_$\u0080-\uFFFF]*$/;

/** The other ways to write an operator (https://sqlite.org/lang_expr.html). */
const OTHER_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['==', '='],
  ['<>', '!='],
]);

/**
 * Tokens in one spelling, joined by spaces. None of them is blank. Names lose their case and, where they can, their quotes.
 * @param names folded names that are known where the tokens stand: SQLite takes any other word in double quotes for a
 *   string (https://sqlite.org/quirks.html#dblquote), so it is spelled as one
 */
export function spell(tokens: readonly Token[], names: ReadonlySet<string>): string {
  return tokens.map((token, at) => spellToken(token, isNamePlace(tokens, at), names)).join(' ');
}

function spellToken(token: Token, isName: boolean, names: ReadonlySet<string>): string {
  const { kind, text } = token;
  if (kind === 'operator') return OTHER_OPERATORS.get(text) ?? text;
  if (kind === 'number') return foldName(text).replaceAll('_', '');
  if (kind !== 'name') return kind === 'string' ? text : foldName(text);
  const name = unquotedName(token) ?? '';
  const folded = foldName(name);
  if (isDoubleQuoted(token) && !isName && !names.has(folded)) return quoteText(name);
  return PLAIN_NAME.test(folded) && !NO_NAMES.has(folded) ? folded : quoteIdentifier(folded);
}

/** Whether a token is a word in double quotes, the one sort of name that SQLite may take for a string. */
export function isDoubleQuoted(token: Token): boolean {
  return token.kind === 'name' && token.text.startsWith('"');
}

/** Whether only a name can stand at this place of tokens without blank ones: `x.`, `.x`, `x(…)`, `AS x`, `COLLATE x`. */
export function isNamePlace(tokens: readonly Token[], at: number): boolean {
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  if (before?.text === '.' || after?.text === '.' || after?.text === '(') return true;
  return before !== undefined && (isWord(before, 'AS') || isWord(before, 'COLLATE'));
}

/** Tokens without parentheses around all of them, however many. */
export function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let inside = tokens;
  while (inside.length > 2 && closes(inside) === inside.length - 1) inside = inside.slice(1, -1);
  return inside;
}

/** The place of the parenthesis that closes the one with which the tokens begin; -1 where they begin with none. */
function closes(tokens: readonly Token[]): number {
  if (tokens[0]?.text !== '(') return -1;
  let depth = 0;
  return tokens.findIndex(({ text }) => {
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    return depth === 0;
  });
}

/** What a CREATE statement says after the name of what it makes; UNIQUE, which stands before it, is told apart. */
export interface CreateBody {
  readonly unique: boolean;
  /** Without blank ones; their offsets are those in the whole statement. */
  readonly tokens: readonly Token[];
}

/** Takes the head off a CREATE statement: TEMP, IF NOT EXISTS, the schema and the name, of which SQLite does not store all. */
export function bodyOf({ tokens }: ParsedSql): CreateBody {
  const cursor = new TokenCursor(tokens);
  cursor.take();
  if (!cursor.takeWords('TEMP')) cursor.takeWords('TEMPORARY');
  const unique = cursor.takeWords('UNIQUE');
  cursor.takeWords('VIRTUAL');
  cursor.take();
  cursor.takeWords('IF', 'NOT', 'EXISTS');
  cursor.takeQualifiedName();
  return { unique, tokens: tokens.slice(cursor.taken) };
}

/** Whether two CREATE statements have the same words to the letter, but for blanks, their heads and the case of bare words. */
export function haveSameWords(one: ParsedSql, other: ParsedSql): boolean {
  const words = (sql: ParsedSql): string => {
    const { unique, tokens } = bodyOf(sql);
    return [unique, ...tokens.map(({ kind, text }) => (kind === 'word' ? foldName(text) : text))].join('\n');
  };
  return words(one) === words(other);
}

/** SQL in one line, without comments, with blanks where there are some. */
export function asWritten(tokens: readonly Token[]): string {
  return tokens.map(({ text, start }, at) => (at === 0 || tokens[at - 1]?.end === start ? text : ` ${text}`)).join('');
}

/** SQL in one line, without comments, with a blank between any two words or signs. */
export function inOneLine(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(' ');
}
