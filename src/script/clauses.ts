// The parts of CREATE INDEX, and the names in an expression.

import { isWord, parseSql, unquotedName, type ParsedSql, type Token } from './tokens';

/** What CREATE INDEX says of its entries. */
export interface IndexClauses {
  /** The indexed columns or expressions as written, without ASC and DESC. */
  readonly keys: readonly string[];
  /** The condition of a partial index, or null. */
  readonly where: string | null;
}

/** The clauses of a CREATE INDEX; null where its words are not in the expected order. */
export function indexClauses({ text, tokens }: ParsedSql): IndexClauses | null {
  // ON is no bare name in SQLite, so the first one is the one that counts.
  const open = tokens.findIndex((token, at) => at > 0 && token.text === '(');
  const on = tokens.findIndex((token) => isWord(token, 'ON'));
  const close = closing(tokens, open);
  if (on < 0 || open < on || close < 0) return null;
  const keys = listed(text, tokens.slice(open + 1, close), (item) => {
    const last = item.at(-1) ?? null;
    return isWord(last, 'ASC') || isWord(last, 'DESC') ? item.slice(0, -1) : item;
  });
  const rest = tokens.slice(close + 1);
  const where = isWord(rest[0] ?? null, 'WHERE') ? textOf(text, rest.slice(1)) : null;
  return keys.includes('') ? null : { keys, where };
}

/** The names that an expression may mean columns by: its bare and quoted names. */
export function namesIn(expression: string): readonly string[] {
  return parseSql(expression).tokens.flatMap((token) => unquotedName(token) ?? []);
}

/** The place of the parenthesis that closes the one at `open`; -1 where there is none. */
function closing(tokens: readonly Token[], open: number): number {
  if (open < 0) return -1;
  let depth = 0;
  return tokens.findIndex((token, at) => {
    if (at < open) return false;
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    return depth === 0;
  });
}

/** The items of a list as text, commas inside of parentheses being part of an item. */
function listed(
  text: string,
  tokens: readonly Token[],
  cut: (item: readonly Token[]) => readonly Token[],
): readonly string[] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth === 0 && token.text === ',') items.push([]);
    else items.at(-1)?.push(token);
  }
  return items.map((item) => textOf(text, cut(item)));
}

function textOf(text: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end);
}
