// Reads a PRAGMA statement: which one it is, and the value that it is given.
import { TokenCursor, type Tokens } from './cursor';
import { isWord } from './tokens';

/** The words of a PRAGMA (https://sqlite.org/pragma.html). */
export interface PragmaWords {
  /** The schema as written, or null. */
  readonly schema: string | null;
  /** In lower case, as SQLite compares it. */
  readonly name: string;
  /** After `=` or in parentheses, without quotes, with its sign; null where nothing is given. */
  readonly value: string | null;
}

/** The words of one statement; null where it is no PRAGMA or not written as SQLite wants one. */
export function readPragma(tokens: Tokens): PragmaWords | null {
  const cursor = new TokenCursor(tokens);
  if (!cursor.takeWords('PRAGMA')) return null;
  const qualified = cursor.takeQualifiedName();
  if (qualified === null) return null;
  const { schema } = qualified;
  const name = qualified.name.toLowerCase();
  if (cursor.peek() === null) return { schema, name, value: null };
  const inParentheses = cursor.atOperator('(');
  if (!inParentheses && !cursor.atOperator('=')) return null;
  cursor.take();
  const value = takeValue(cursor);
  if (value === null) return null;
  if (inParentheses) {
    if (!cursor.atOperator(')')) return null;
    cursor.take();
  }
  return cursor.peek() === null ? { schema, name, value } : null;
}

/** A number with or without a sign, or a name or string. */
function takeValue(cursor: TokenCursor): string | null {
  const sign = cursor.atOperator('-') ? '-' : '';
  if (sign !== '' || cursor.atOperator('+')) cursor.take();
  if (cursor.peek()?.kind === 'number') return `${sign}${cursor.take()?.text ?? ''}`;
  return sign === '' ? cursor.takeName() : null;
}

/** Whether an EXPLAIN is one of a PRAGMA. SQLite carries many of those out while it compiles them, EXPLAIN or not. */
export function explainsPragma(tokens: Tokens): boolean {
  const cursor = new TokenCursor(tokens);
  if (!cursor.takeWords('EXPLAIN')) return false;
  cursor.takeWords('QUERY', 'PLAN');
  return isWord(cursor.peek(), 'PRAGMA');
}
