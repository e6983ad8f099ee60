// Errors that come from where the script runs: room, settings, transactions.

import type { ParsedStatement } from '../../script/parsedStatement';
import { readPragma } from '../../script/pragma';
import type { FailedStatement } from '../run/failureHelp';
import { inWords, type Explanation, type Said } from './explanation';

/**
 * SQLite may answer these by taking the transaction back itself (https://sqlite.org/lang_transaction.html). “not an error” is
 * what is heard where there was no memory even to hand it the text of the statement.
 */
export const OUT_OF_ROOM = /^out of memory|database or disk is full|^not an error$/;

/** What another SQLite would run as it is. */
export const NESTED_TOO_DEEP: Explanation = {
  pattern: /^VIEWs and\/or subqueries nested too deep/,
  explain: () => ({
    explanation:
      'This is a limit of the SQLite in this page and no fault of the script: it goes through no more than 1,000 views and subqueries one within the other, and counts a view each time that one of them, or a trigger, reads it.',
    wayOut:
      'Run the script with the sqlite3 program, of which versions such as 3.40 have no such limit: below is the SQL for it. Try it on a copy first.',
    limit: true,
  }),
};

/** What a stand-in for a function or a collation says when it is used. */
export const STAND_IN_USED: Explanation = inWords(
  /^the (function|collation) (\S+) has only a stand-in/,
  'A row of this database goes through the $1 $2, for which only a stand-in was chosen.',
  'Say above what $2 is: a function of this page, or an expression.',
);

/** On what no change of a table or a row would mend. */
export const LIMITS: readonly Explanation[] = [
  { pattern: /^database or disk is full$/, explain: explainFull },
  inWords(
    OUT_OF_ROOM,
    'The statement needs more memory than this page can have.',
    'Close other tabs and try again, or run the script with sqlite3 on a machine with room.',
  ),
  inWords(
    /^string or blob too big/,
    'The statement makes a value of more than 1,000,000,000 bytes, and SQLite holds none that is larger.',
    'Check what the statement multiplies or joins together: it is rarely meant to be so much.',
  ),
  inWords(
    /^attempt to write a readonly database/,
    'The script has set PRAGMA query_only, and SQLite refused the statement because it writes.',
    'Set PRAGMA query_only = OFF before the statement, or leave the PRAGMA out.',
  ),
  inWords(
    /^(?:triggers nested too deep|too many levels of trigger recursion)/,
    'The change sets off a trigger, which sets off another, and they never come to an end.',
    'Look for a trigger that sets itself off, or set PRAGMA recursive_triggers = OFF before the statement.',
  ),
  STAND_IN_USED,
  inWords(
    /^cannot start a transaction within a transaction/,
    'A transaction is open already at this place, and SQLite has no transactions within transactions.',
    'Remove this BEGIN and the COMMIT that belongs to it, end the one before first, or write SAVEPOINT name and RELEASE name.',
  ),
  inWords(
    /^cannot (?:commit|rollback) - no transaction is active/,
    'No transaction is open at this place: none was begun, or it has ended already.',
    'Remove the statement, or put a BEGIN before what belongs together.',
  ),
  inWords(
    /^cannot VACUUM from within a transaction/,
    'A VACUUM writes the whole file anew, which SQLite does only outside of a transaction.',
    'Move the VACUUM behind the COMMIT, or before the BEGIN.',
  ),
  inWords(
    /^(?:database disk image is malformed|malformed database schema)/,
    'The statement read a part of the file that is damaged.',
    'Look at what the page says of the file itself, above, before you run a script on it.',
  ),
];

/** A statement before it may have set the limit; the same is said where a counter has come to its end. */
function explainFull({ statement, script, database }: FailedStatement): Said | null {
  const { kind, name } = statement;
  const counter = `SELECT 1 FROM main.sqlite_sequence WHERE name = ? COLLATE NOCASE AND seq >= 9223372036854775807`;
  const atEnd = kind === 'insert' ? database.query(counter, [name ?? '']) : null;
  if (atEnd?.ok && atEnd.value.length > 0) {
    return {
      explanation: `The AUTOINCREMENT counter of ${name ?? ''} is at 9,223,372,036,854,775,807, the largest rowid, so SQLite has none left for a new row.`,
      wayOut: `Give the row that has the largest rowid another one in a statement before this one, and set the counter of ${name ?? ''} in sqlite_sequence to the highest rowid that is left.`,
    };
  }
  const limit = script.slice(0, statement.ordinal - 1).findLast(limitsPages);
  return limit
    ? {
        explanation: `Statement ${limit.ordinal} sets how many pages the file may have (${limit.text}), and this statement needs more.`,
        wayOut: 'Raise the number there, or leave the PRAGMA out.',
      }
    : null;
}

function limitsPages(statement: ParsedStatement): boolean {
  const pragma = statement.kind === 'pragma' ? readPragma(statement.tokens) : null;
  return pragma?.name === 'max_page_count' && pragma.value !== null;
}
