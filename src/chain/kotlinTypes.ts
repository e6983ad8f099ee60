// What stands in a file of SQLDelight for Kotlin alone, and is no SQL: imports, and the classes of columns.

import { nextToken, type Token } from '../script/tokens';

/**
 * The text of a `.sqm` file as SQLDelight gives it to SQLite: without `import a.b.C;`, and without `AS b.C` behind the type of a column
 * (https://sqldelight.github.io/sqldelight, "Custom column types"). The lines stay what they are.
 */
export function withoutKotlin(text: string): string {
  let written = '';
  let from = 0;
  const cut = (start: number, end: number): void => {
    written += text.slice(from, start) + text.slice(start, end).replaceAll(/[^\r\n]/g, '');
    from = end;
  };
  let statement: Token[] = [];
  let offset = 0;
  for (let token = nextToken(text, offset); token !== null; token = nextToken(text, offset)) {
    offset = token.end;
    if (token.kind === 'space' || token.kind === 'comment') continue;
    statement.push(token);
    if (token.kind !== 'semicolon') continue;
    for (const [start, end] of kotlinIn(statement)) cut(start, end);
    statement = [];
  }
  for (const [start, end] of kotlinIn(statement)) cut(start, end);
  return written + text.slice(from);
}

/** The parts of a statement that are Kotlin, each from the end of what stands before it. */
function kotlinIn(tokens: readonly Token[]): readonly (readonly [start: number, end: number])[] {
  const [first] = tokens;
  if (!first) return [];
  if (is(first, 'import')) return [[first.start, tokens.at(-1)?.end ?? first.end]];
  const isTable = is(first, 'create') && tokens.slice(1, 4).some((token) => is(token, 'table'));
  if (!isTable && !is(first, 'alter')) return [];
  const found: [number, number][] = [];
  let depth = 0;
  for (let at = 1; at < tokens.length; at++) {
    const { text } = tokens[at] ?? first;
    if (text === '(') depth++;
    else if (text === ')') depth--;
    // Deeper it is of an expression; CREATE TABLE … AS SELECT has it outside of the parentheses.
    else if (depth === Number(isTable) && is(tokens[at], 'as')) {
      const end = endOfClass(tokens, at + 1);
      if (end > at + 1) found.push([tokens[at - 1]?.end ?? 0, tokens[end - 1]?.end ?? 0]);
    }
  }
  return found;
}

/** The place behind the name of a class, `a.b.C<D, E>`; the same place where none is there, as before the expression of a computed column. */
function endOfClass(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.kind === 'word' && tokens[at + 1]?.text === '.') at += 2;
  if (tokens[at]?.kind !== 'word') return from;
  at++;
  let open = 0;
  do {
    const { text = '' } = tokens[at] ?? {};
    if (/^<+$/.test(text)) open += text.length;
    else if (/^>+$/.test(text)) open -= text.length;
    if (open > 0 || /^>+$/.test(text)) at++;
  } while (open > 0 && at < tokens.length);
  return at;
}

function is(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}
