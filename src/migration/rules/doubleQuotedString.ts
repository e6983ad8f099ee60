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
    // One of several may be meant as a name.
    const places = statement.tokens.filter(({ text }) => text === quoteIdentifier(word));
    const edit = places.length === 1 ? replaced(statement, places, quoteText(word)) : null;
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

/** In how many rows the string stands, where it is a value of each row that is written; else how many rows the statement changes. */
function inRows({ kind, tokens }: ParsedStatement, word: string, changes: number): string {
  if (changes === 0)
    return kind === 'update'
      ? '; the statement changes no row'
      : kind === 'delete'
        ? '; the statement deletes no row'
        : '';
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
  const found = tokens.filter((token, at) => isDoubleQuoted(token) && isWord(tokens[at - 1] ?? null, 'DEFAULT'));
  // One string may be the default of several columns.
  return [...new Set(found.map(({ text }) => text))].map((text): Found => {
    const places = found.filter((token) => token.text === text);
    const word = (places[0] && unquotedName(places[0])) ?? '';
    const isKeyword = /^(current_(time|date|timestamp)|null|true|false)$/i.test(word);
    const label = isKeyword ? 'Write it without quotes' : 'Write it in single quotes';
    return {
      ordinal,
      severity: isKeyword ? 'warning' : 'note',
      subject: `default ${word}`,
      sentence: `DEFAULT ${text} is the string ${quoteText(word)}${isKeyword ? `, and not ${word}` : ''}${places.length > 1 ? `, ${counted(places.length, 'time')}` : ''}: in quotes SQLite takes it as it is written.`,
      remedy: isKeyword
        ? `Write DEFAULT ${word} without quotes; or in single quotes, if the string is meant.`
        : 'Write the string in single quotes: so it is read alike by every build of SQLite.',
      fix: { label, edits: [replaced(statement, places, isKeyword ? word : quoteText(word))] },
    };
  });
}

/** The statement with another text in some places. */
function replaced({ ordinal, text }: ParsedStatement, places: readonly Token[], by: string): FixEdit {
  const sql = places.reduceRight((rest, { start, end }) => `${rest.slice(0, start)}${by}${rest.slice(end)}`, text);
  return { place: 'instead', ordinal, sql: `${sql};` };
}
