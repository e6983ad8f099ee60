// Words that SQLite cannot read and that are easily mended: IF EXISTS of a column, a comma before the closing parenthesis, a missing semicolon.

import { isWord, type ParsedSql, type Token } from '../../script/tokens';
import type { Explanation, Said } from './explanation';

/** Where SQLite cannot read a statement for one word or sign of it. */
export const SLIPS: readonly Explanation[] = [
  { pattern: /^near "EXISTS": syntax error/i, explain: ({ statement }) => explainExists(statement) },
  { pattern: /^near "\)": syntax error/, explain: ({ statement }) => explainComma(statement) },
  { pattern: /^near "(\w+)": syntax error/, explain: ({ statement }, [, word]) => explainSemicolon(statement, word) },
];

function instead(text: string): Pick<Said, 'mend'> {
  return { mend: { before: [], instead: text, after: [] } };
}

/** ADD COLUMN IF NOT EXISTS and DROP COLUMN IF EXISTS of PostgreSQL and MariaDB. */
function explainExists({ kind, text, tokens, table }: ParsedSql & { kind: string; table: string | null }): Said | null {
  const at = tokens.findIndex((token) => isWord(token, 'IF'));
  const end = tokens.findIndex((token) => isWord(token, 'EXISTS'));
  const [first, last] = [tokens[at], tokens[end]];
  if (!first || !last || !/^(add|drop) column$/.test(kind)) return null;
  const isAdded = kind === 'add column';
  const words = isAdded ? 'IF NOT EXISTS' : 'IF EXISTS';
  const plain = text.slice(0, first.start) + text.slice(last.end).trimStart();
  return {
    explanation: `SQLite has no ${words} for a column.`,
    wayOut: isAdded
      ? `Leave the words out. Here a column that ${table ?? 'the table'} has already is skipped; with another program the statement then fails.`
      : `Leave the words out, or the statement, where ${table ?? 'the table'} does not have the column.`,
    ...instead(plain),
  };
}

/** A comma behind the last of a list. */
function explainComma({ text, tokens }: ParsedSql): Said | null {
  const at = tokens.findIndex((token, place) => token.text === ',' && tokens[place + 1]?.text === ')');
  const comma = tokens[at];
  if (!comma) return null;
  return {
    explanation: 'A comma stands before the closing parenthesis, and SQLite expects one more item behind it.',
    wayOut: 'Take the comma out.',
    ...instead(text.slice(0, comma.start) + text.slice(comma.end)),
  };
}

/** Words that begin a statement, and stand at the beginning of a line where a semicolon is missing before them. */
const BEGINS = /^(create|drop|alter|insert|update|delete|pragma|select|replace|analyze|vacuum)$/i;

function explainSemicolon({ text, tokens }: ParsedSql, word = ''): Said | null {
  const startsLine = ({ start }: Token): boolean => /\n[ \t]*$/.test(text.slice(0, start));
  const at = tokens.findIndex((token, place) => place > 0 && isWord(token, word) && startsLine(token));
  const token = tokens[at];
  const before = tokens[at - 1];
  if (!token || !before || !BEGINS.test(word)) return null;
  return {
    explanation: `${word} begins another statement, and no semicolon stands before it.`,
    wayOut: `Write a semicolon before ${word}.`,
    ...instead(`${text.slice(0, before.end)};${text.slice(before.end)}`),
  };
}
