// Words in double quotes that name no column: SQLite takes them for strings, in each row alike.

import { quoteIdentifier, quoteText } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isDoubleQuoted } from '../../script/spelling';
import { hasWords, isWord, unquotedName, type Token } from '../../script/tokens';
import { counted } from '../../words';
import type { StatementOutcome } from '../outcome';
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
            outcomes.flatMap((outcome): readonly Found[] => {
              const statement = statements[outcome.ordinal - 1];
              if (!statement || outcome.verdict === 'failed' || outcome.verdict === 'not run') return [];
              return [...misnamed(statement, outcome), ...defaults(statement, outcome)];
            }),
        }
      : null,
};

function misnamed(
  statement: ParsedStatement,
  { ordinal, constants = [], changes }: StatementOutcome,
): readonly Found[] {
  return constants.map((word) => {
    const edit = replaced(statement, ({ text }) => text === quoteIdentifier(word), quoteText(word));
    return {
      ordinal,
      severity: 'warning',
      subject: `word ${word}`,
      sentence: `${quoteIdentifier(word)} names no column here, so SQLite takes it for the string ${quoteText(word)}${inRows(statement, word, changes)}.`,
      remedy: `If a column is meant, correct its name, or add it in a statement before this one. If the string is meant, write it in single quotes.`,
      fix: edit === null ? null : { label: 'Write it in single quotes', edits: [edit] },
    };
  });
}

/** In how many rows the string stands, where it is a value of each row that is written. */
function inRows({ kind, tokens }: ParsedStatement, word: string, changes: number): string {
  if (changes === 0) return '';
  const verb = kind === 'insert' ? 'writes' : kind === 'delete' ? 'deletes' : kind === 'update' ? 'changes' : undefined;
  const elsewhere = verb === undefined ? '' : `; the statement ${verb} ${counted(changes, 'row')}`;
  const isCompound = ['VALUES', 'UNION', 'EXCEPT', 'INTERSECT', 'CONFLICT'].some((one) => hasWords(tokens, one));
  if ((kind !== 'insert' && kind !== 'update') || isCompound) return elsewhere;
  const from = tokens.findIndex((token) => isWord(token, kind === 'insert' ? 'SELECT' : 'SET'));
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const [before, token, after] = [tokens[at - 1] ?? null, tokens[at], tokens[at + 1] ?? null];
    if (!token || (depth === 0 && (isWord(token, 'FROM') || isWord(token, 'WHERE')))) break;
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth > 0 || token.text !== quoteIdentifier(word)) continue;
    const begins = before?.text === ',' || before?.text === '=' || isWord(before, 'SELECT');
    const ends = after === null || after.text === ',' || ['AS', 'FROM', 'WHERE'].some((one) => isWord(after, one));
    if (begins && ends) return `, the same in ${counted(changes, 'row')}`;
  }
  return elsewhere;
}

/** After DEFAULT, SQLite looks for no column: what stands in quotes is a string, also where it is spelled as a keyword. */
function defaults(statement: ParsedStatement, { ordinal, verdict }: StatementOutcome): readonly Found[] {
  const { kind, tokens } = statement;
  if ((kind !== 'create table' && kind !== 'add column') || !/^(applied|adapted)$/.test(verdict)) return [];
  const words = tokens.filter((token, at) => isDoubleQuoted(token) && isWord(tokens[at - 1] ?? null, 'DEFAULT'));
  return words.map((token): Found => {
    const word = unquotedName(token) ?? '';
    const isKeyword = /^(current_(time|date|timestamp)|null|true|false)$/i.test(word);
    const label = isKeyword ? 'Write it without quotes' : 'Write it in single quotes';
    const edit = replaced(statement, (one) => one.start === token.start, isKeyword ? word : quoteText(word));
    return {
      ordinal,
      severity: isKeyword ? 'warning' : 'note',
      subject: `default ${word}`,
      sentence: `DEFAULT ${token.text} is the string ${quoteText(word)}${isKeyword ? `, and not ${word}` : ''}: in quotes SQLite takes it as it is written.`,
      remedy: isKeyword
        ? `Write DEFAULT ${word} without quotes; or in single quotes, if the string is meant.`
        : 'Write the string in single quotes: so it is read alike by every build of SQLite.',
      fix: edit === null ? null : { label, edits: [edit] },
    };
  });
}

/** The statement with another text for a word; null where the word stands in it more than once. */
function replaced(
  { ordinal, text, tokens }: ParsedStatement,
  isMeant: (token: Token) => boolean,
  by: string,
): FixEdit | null {
  const [only, ...others] = tokens.filter(isMeant);
  if (!only || others.length > 0) return null;
  return { place: 'instead', ordinal, sql: `${text.slice(0, only.start)}${by}${text.slice(only.end)};` };
}
