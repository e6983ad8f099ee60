// The text of a CREATE TABLE in its parts: columns, constraints and options, each as it is written.

import { isWord, parseSql, unquotedName, type Token } from '../script/tokens';

/** A column, or a constraint of the table. */
export interface TableItem {
  readonly part: 'column' | 'primary key' | 'unique key' | 'check' | 'foreign key';
  /** Of a column; null for a constraint. */
  readonly column: string | null;
  /** From its first word to its last. */
  readonly text: string;
  /** Without blank ones. */
  readonly tokens: readonly Token[];
}

/** All of it. */
export interface CreateTable {
  readonly items: readonly TableItem[];
  /** `STRICT`, `WITHOUT ROWID`, in capitals. */
  readonly options: readonly string[];
}

const CONSTRAINTS = [
  ['PRIMARY', 'primary key'],
  ['UNIQUE', 'unique key'],
  ['CHECK', 'check'],
  ['FOREIGN', 'foreign key'],
] as const;

/** Takes apart the text of a table, as sqlite_schema has it. Of any other text something comes back too, and nothing is thrown. */
export function readCreateTable(sql: string): CreateTable {
  const { tokens } = parseSql(sql);
  const open = tokens.findIndex(({ text }) => text === '(');
  const items: Token[][] = [[]];
  let depth = 0;
  let at = open + 1;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token || (token.text === ')' && depth === 0)) break;
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (token.text === ',' && depth === 0) items.push([]);
    else items.at(-1)?.push(token);
  }
  const named = (part: TableItem['part'], column: string | null, own: readonly Token[]): TableItem => {
    return { part, column, text: sql.slice(own[0]?.start, own.at(-1)?.end), tokens: own };
  };
  const found = items.flatMap((own, place): readonly TableItem[] => {
    const [first] = own;
    if (!first) return [];
    if (place > 0 && startsConstraint(own)) return constraintsOf(own).map((one) => named(partOf(one), null, one));
    return [named('column', unquotedName(first), own)];
  });
  const rest = tokens.slice(at + 1).filter(({ kind }) => kind !== 'semicolon');
  const options =
    rest.length === 0
      ? []
      : rest
          .map(({ text }) => text.toUpperCase())
          .join(' ')
          .split(' , ');
  return { items: found, options };
}

function startsConstraint(tokens: readonly Token[]): boolean {
  return isWord(tokens[0] ?? null, 'CONSTRAINT') || CONSTRAINTS.some(([word]) => isWord(tokens[0] ?? null, word));
}

function partOf(tokens: readonly Token[]): TableItem['part'] {
  const first = isWord(tokens[0] ?? null, 'CONSTRAINT') ? tokens[2] : tokens[0];
  return CONSTRAINTS.find(([word]) => isWord(first ?? null, word))?.[1] ?? 'check';
}

/** Between the constraints of a table no comma is needed. */
function constraintsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [];
  let depth = 0;
  tokens.forEach((token, at) => {
    const isNamed = isWord(tokens[at - 2] ?? null, 'CONSTRAINT');
    if (depth === 0 && !isNamed && startsConstraint(tokens.slice(at))) found.push([]);
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    found.at(-1)?.push(token);
  });
  return found;
}
