// Words in double quotes that name no column: SQLite takes them for strings, in each row alike.

import { quoteIdentifier, quoteText } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { counted } from '../../words';
import type { FixEdit, Found, Rule } from '../warning';

/** A word in double quotes that is a string. */
export const doubleQuotedString: Rule = {
  code: 'double-quoted-string',
  name: 'A name in double quotes is a string',
  why: 'Where a word in double quotes names no column, SQLite takes it for a string, without an error (https://sqlite.org/quirks.html#dblquote). A misspelled column is then the same text in each row.',
  safeWay: 'Write strings in single quotes, and correct the names of columns.',
  watch: ({ statements }) =>
    statements.some(({ text }) => text.includes('"'))
      ? {
          end: ({ outcomes }) =>
            outcomes.flatMap(({ ordinal, constants = [], changes }): readonly Found[] =>
              constants.map((word) => {
                const statement = statements[ordinal - 1];
                const edit = statement ? inSingleQuotes(statement, word) : null;
                const rows = changes > 0 ? `, the same in ${counted(changes, 'row')}` : '';
                return {
                  ordinal,
                  severity: 'warning',
                  subject: `word ${word}`,
                  sentence: `${quoteIdentifier(word)} names no column here, so SQLite takes it for the string ${quoteText(word)}${rows}.`,
                  remedy: `If a column is meant, correct its name, or add it in a statement before this one. If the string is meant, write it in single quotes.`,
                  fix: edit === null ? null : { label: 'Write it in single quotes', edits: [edit] },
                };
              }),
            ),
        }
      : null,
};

/** The statement with the word in single quotes; null where it stands in double ones more than once. */
function inSingleQuotes({ ordinal, text, tokens }: ParsedStatement, word: string): FixEdit | null {
  const quoted = tokens.filter((token) => token.text === quoteIdentifier(word));
  const [only] = quoted;
  if (!only || quoted.length > 1) return null;
  return { place: 'instead', ordinal, sql: `${text.slice(0, only.start)}${quoteText(word)}${text.slice(only.end)};` };
}
