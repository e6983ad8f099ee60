// The parts of CREATE INDEX and of a copy of rows (INSERT … SELECT, CREATE TABLE … AS SELECT) by which their cost is told.

import { isWord, parseSql, unquotedName, type ParsedSql, type Token } from './tokens';

/** What CREATE INDEX says of its entries. */
export interface IndexClauses {
  /** The indexed columns or expressions as written, without ASC and DESC. */
  readonly keys: readonly string[];
  /** The condition of a partial index, or null. */
  readonly where: string | null;
}

/** A copy of all rows of one table into another, with nothing in between. */
export interface RowCopy {
  readonly from: string;
  /** Columns that are written, as named; null for all of them in their order. */
  readonly columns: readonly string[] | null;
  /** One expression for each of them over the columns of `from`; null for `*`. */
  readonly values: readonly string[] | null;
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

/** Functions of many rows, by which a SELECT does not give a row for each. */
const AGGREGATE =
  /^(avg|count|group_concat|json_group_\w+|jsonb_group_\w+|max|min|string_agg|sum|total|median|percentile\w*)$/i;

/**
 * The copy that an `INSERT INTO … SELECT` or `CREATE TABLE … AS SELECT` makes, where it is evident that each row of one
 * table becomes one row; null where it is not (a WHERE, a join, a function of many rows, VALUES).
 */
export function rowCopy(text: string): RowCopy | null {
  const { tokens } = parseSql(text);
  const select = tokens.findIndex((token) => isWord(token, 'SELECT'));
  const into = tokens.findIndex((token) => isWord(token, 'INTO'));
  const head = tokens.slice(0, select);
  if (select < 0 || tokens.slice(select + 1).some((token) => MANY_ROWS.some((word) => isWord(token, word))))
    return null;
  let columns: RowCopy['columns'] = null;
  if (into >= 0) {
    const open = head.findIndex((token) => token.text === '(');
    const close = closing(head, open);
    if (open >= 0) {
      columns = listed(text, head.slice(open + 1, close), (item) => item).map((name) => nameOf(name));
      if (close !== head.length - 1 || columns.includes('')) return null;
    }
  } else if (!isWord(head[0] ?? null, 'CREATE') || !isWord(head.at(-1) ?? null, 'AS')) {
    return null;
  }
  const from = tokens.findIndex((token, at) => at > select && isWord(token, 'FROM'));
  const source = qualified(tokens.slice(from + 1));
  const items = tokens.slice(select + 1, from);
  if (from < 0 || source === null || items.some((token) => AGGREGATE.test(token.text))) return null;
  if (items.length === 1 && items[0]?.text === '*') return { from: source, columns, values: null };
  const values = listed(text, items, withoutAlias);
  return values.some((value) => value === '' || value.endsWith('*')) ? null : { from: source, columns, values };
}

/** Words after which rows and results are not one to one, or not from this table alone. */
const MANY_ROWS = [
  ...['SELECT', 'DISTINCT', 'WHERE', 'JOIN', 'GROUP', 'ORDER', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT'],
  ...['VALUES', 'OVER', 'RETURNING', 'CONFLICT', 'WINDOW'],
] as const;

/** Whether an INSERT gives its rows itself, and reads none. */
export function insertsValues(insert: string): boolean {
  const { tokens } = parseSql(insert);
  const has = (word: string): boolean => tokens.some((token) => isWord(token, word));
  return (has('VALUES') || has('DEFAULT')) && !has('SELECT');
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

function withoutAlias(item: readonly Token[]): readonly Token[] {
  const as = item.findLastIndex((token) => isWord(token, 'AS'));
  // Inside of CAST( … AS … ) more than a name follows.
  return as > 0 && as === item.length - 2 ? item.slice(0, as) : item;
}

/** `table`, `schema.table`, either with AS and an alias of any name, and nothing after it. */
function qualified(tokens: readonly Token[]): string | null {
  const [first, dot, second] = tokens;
  const rest = dot?.text === '.' ? tokens.slice(3) : tokens.slice(1);
  const table = dot?.text === '.' ? second : first;
  const schema = dot?.text === '.' ? nameOf(first?.text ?? '').toLowerCase() : 'main';
  const alone = rest.length === 0 || (rest.length === 2 && isWord(rest[0] ?? null, 'AS'));
  return table === undefined || !alone || schema !== 'main' ? null : unquotedName(table);
}

function nameOf(text: string): string {
  const [token, ...rest] = parseSql(text).tokens;
  return token === undefined || rest.length > 0 ? '' : (unquotedName(token) ?? '');
}

function textOf(text: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end);
}
