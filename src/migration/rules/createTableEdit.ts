// Adds clauses to the text of a CREATE TABLE, and leaves every other character of it as it is.

import { foldName } from '../../database';
import { isWord, unquotedName, type ParsedSql, type Token } from '../../script/tokens';

/** What is added. */
export type TableClause =
  /** Behind the definition of a column: `NOT NULL`, `COLLATE NOCASE`, `DEFAULT 0`. */
  | { readonly column: string; readonly clause: string }
  /** Behind PRIMARY KEY of a column: AUTOINCREMENT stands nowhere else. */
  | { readonly autoincrement: true }
  /** A constraint of the table. */
  | { readonly constraint: string }
  /** Behind the closing parenthesis: `STRICT`, `WITHOUT ROWID`. */
  | { readonly option: string };

/** The text with the clause; null where it has no place in it (CREATE TABLE … AS SELECT, no such column). */
export function withClause({ text: createTable, tokens }: ParsedSql, clause: TableClause): string | null {
  const items = itemsOf(tokens);
  if (items === null) return null;
  const { list, close } = items;
  const insert = (at: number, text: string): string => createTable.slice(0, at) + text + createTable.slice(at);
  if ('option' in clause) {
    const behind = tokens.slice(tokens.indexOf(close) + 1).filter(({ kind }) => kind !== 'semicolon');
    const end = behind.at(-1)?.end ?? close.end;
    return insert(end, behind.length > 0 ? `, ${clause.option}` : ` ${clause.option}`);
  }
  if ('constraint' in clause) return insert(list.at(-1)?.at(-1)?.end ?? close.start, `, ${clause.constraint}`);
  if ('column' in clause) {
    const item = list.find(([first]) => first && foldName(unquotedName(first) ?? '') === foldName(clause.column));
    const end = item?.at(-1)?.end;
    return end === undefined ? null : insert(end, ` ${clause.clause}`);
  }
  for (const item of list) {
    const at = item.findIndex((token, place) => isWord(token, 'PRIMARY') && isWord(item[place + 1] ?? null, 'KEY'));
    if (at < 0) continue;
    const key = item[at + 1];
    const order = item[at + 2] ?? null;
    const end = isWord(order, 'ASC') || isWord(order, 'DESC') ? order?.end : key?.end;
    return at > 0 && end !== undefined ? insert(end, ' AUTOINCREMENT') : null;
  }
  return null;
}

/** The definitions between the outer parentheses, and the closing one; null where a SELECT makes the table. */
function itemsOf(tokens: readonly Token[]): { readonly list: readonly Token[][]; readonly close: Token } | null {
  const open = tokens.findIndex(({ text }) => text === '(');
  const as = tokens.findIndex((token) => isWord(token, 'AS'));
  if (open < 0 || (as >= 0 && as < open)) return null;
  const list: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(open + 1)) {
    if (token.text === ')' && depth === 0) return { list, close: token };
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (token.text === ',' && depth === 0) list.push([]);
    else list.at(-1)?.push(token);
  }
  return null;
}
