// Which tables a statement reads its rows from, and which column of them it writes into which column of the new rows.

import { foldName } from '../database';
import { isWord, unquotedName, type Token } from './tokens';

/** A table that rows are read from. */
export interface Source {
  /** Folded, without its schema. */
  readonly name: string;
  /** `main` or `temp`, where it is written; folded. */
  readonly schema: string | null;
  /** The name that the statement's expressions know it by, folded. */
  readonly alias: string;
  /** How many parentheses it stands in. */
  readonly depth: number;
}

/** By folded column of a source: the column that gets its values, folded, or its place among the columns that can be written. */
export type CopiedColumns = ReadonlyMap<string, string | number>;

/** Stands in it alone where all columns are copied, each into the one in the same place. */
export const ALL_COLUMNS = '*';

const ENDS_FROM = ['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT', 'SET'];
/** Words after the name of a table that are no alias of it. */
const NO_ALIAS = [
  ...ENDS_FROM,
  ...['ON', 'USING', 'JOIN', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'NATURAL', 'INDEXED', 'NOT', 'RETURNING'],
];

/** The tables after FROM and JOIN, and behind the commas between them. What WITH names is among them. */
export function sourcesOf(tokens: readonly Token[]): readonly Source[] {
  const sources: Source[] = [];
  /** For each parenthesis that is open: whether a list of tables goes on there, and whether one comes next. */
  const levels = [{ listing: false, awaiting: false }];
  for (const [at, token] of tokens.entries()) {
    const level = levels.at(-1);
    if (!level) return sources;
    const isAny = (words: readonly string[]): boolean => words.some((word) => isWord(token, word));
    if (token.text === '(') {
      // Within the list it holds a query, or a part of the list: which of both, its first word tells.
      levels.push({ listing: level.awaiting, awaiting: level.awaiting });
      level.awaiting = false;
    } else if (token.text === ')') {
      if (levels.length > 1) levels.pop();
    } else if (level.awaiting && isAny(['SELECT', 'WITH', 'VALUES'])) {
      level.listing = level.awaiting = false;
    } else if (isWord(token, 'FROM') && !isWord(tokens[at - 1] ?? null, 'DISTINCT')) {
      level.listing = level.awaiting = true;
    } else if (isWord(token, 'JOIN') || (token.text === ',' && level.listing)) {
      level.listing = level.awaiting = true;
    } else if (isAny(ENDS_FROM)) {
      level.listing = false;
    } else if (level.awaiting && tokens[at + 1]?.text !== '.' && token.text !== '.') {
      level.awaiting = false;
      const name = foldedName(token);
      if (name === null || tokens[at + 1]?.text === '(') continue;
      const named = tokens[at + (isWord(tokens[at + 1] ?? null, 'AS') ? 2 : 1)];
      const isAlias = named && !NO_ALIAS.some((word) => isWord(named, word));
      const alias = (isAlias ? foldedName(named) : null) ?? name;
      const before = tokens[at - 1]?.text === '.' ? tokens[at - 2] : undefined;
      const schema = before ? foldedName(before) : null;
      sources.push({ name, schema, alias, depth: levels.length - 1 });
    }
  }
  return sources;
}

function foldedName(token: Token): string | null {
  const name = unquotedName(token);
  return name === null ? null : foldName(name);
}

/**
 * The columns that an INSERT … SELECT or CREATE TABLE … AS SELECT copies as they are from one of its sources. None where its rows
 * are put together in another way: by WITH, or by several SELECTs.
 */
export function copiedColumns(tokens: readonly Token[], { alias }: Source): CopiedColumns {
  const start = tokens.findIndex((token) => isWord(token, 'SELECT'));
  if (start < 0 || isWord(tokens[0] ?? null, 'WITH')) return new Map();
  const into = namesBefore(tokens, start);
  const items = itemsFrom(tokens, start + 1);
  if (items === null) return new Map(into === null && isAllOf(tokens, start) ? [[ALL_COLUMNS, 0]] : []);
  return new Map(
    items.flatMap((item, at): [string, string | number][] => {
      const [first, dot, second] = item;
      const isQualified = dot?.text === '.' && second !== undefined;
      const column = isQualified ? second : first;
      const name = column ? foldedName(column) : null;
      const rest = item.slice(isQualified ? 3 : 1);
      const isPlain = rest.length === 0 || isWord(rest[0] ?? null, 'AS') || rest.length === 1;
      if (name === null || !isPlain || (isQualified && first && foldedName(first) !== alias)) return [];
      return [[name, into?.[at] ?? at]];
    }),
  );
}

/** Whether the only SELECT takes all columns of the only table: `SELECT * FROM t`, and what rows it likes. */
function isAllOf(tokens: readonly Token[], start: number): boolean {
  const [star, from] = tokens.slice(start + 1, start + 3);
  const isSeveral = tokens.some((token) =>
    ['UNION', 'EXCEPT', 'INTERSECT', 'JOIN'].some((word) => isWord(token, word)),
  );
  const sources = sourcesOf(tokens).filter(({ depth }) => depth === 0);
  return star?.text === '*' && isWord(from ?? null, 'FROM') && !isSeveral && sources.length === 1;
}

/** The names in the parenthesis that ends before `end`: the columns after INTO. */
function namesBefore(tokens: readonly Token[], end: number): readonly string[] | null {
  if (tokens[end - 1]?.text !== ')') return null;
  const open = tokens.slice(0, end).findLastIndex(({ text }) => text === '(');
  return tokens.slice(open + 1, end - 1).flatMap((token) => (token.text === ',' ? [] : (foldedName(token) ?? '')));
}

/** What SELECT gives, each with its tokens; null where there is more than one SELECT, or all columns are meant. */
function itemsFrom(tokens: readonly Token[], start: number): readonly (readonly Token[])[] | null {
  const items: Token[][] = [[]];
  let depth = 0;
  let at = start;
  if (isWord(tokens[at] ?? null, 'DISTINCT') || isWord(tokens[at] ?? null, 'ALL')) at++;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token || (depth === 0 && isWord(token, 'FROM'))) break;
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth === 0 && token.text === ',') items.push([]);
    else items.at(-1)?.push(token);
  }
  const isSeveral = ['UNION', 'EXCEPT', 'INTERSECT'].some((word) => tokens.slice(at).some((one) => isWord(one, word)));
  return isSeveral || items.some((item) => item.at(-1)?.text === '*') ? null : items;
}
