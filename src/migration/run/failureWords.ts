// What SQLite's messages mean for whoever wrote the script, and what they can do.

import { readPragma } from '../../script/pragma';
import type { ParsedStatement } from '../../script/parsedStatement';
import { startOf, type Statement } from '../../script/statement';
import { NON_CONSTANT_DEFAULT } from './populatedTable';
import type { Failure } from '../outcome';

interface Explanation {
  readonly pattern: RegExp;
  readonly explain: (statement: Statement, match: RegExpExecArray) => Omit<Failure, 'message'>;
}

/**
 * SQLite may answer these by taking the transaction back itself (https://sqlite.org/lang_transaction.html). “not an error” is
 * what is heard where there was no memory even to hand it the text of the statement.
 */
const OUT_OF_ROOM = /^out of memory|database or disk is full|^not an error$/;

const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: new RegExp(`^${NON_CONSTANT_DEFAULT}`),
    explain: (statement) => ({
      explanation: `${statement.table ?? 'The table'} holds rows, and SQLite adds a column with a default such as datetime('now') to empty tables only.`,
      wayOut: 'Turn “strict” off: the column is then added in another way, to the same schema.',
    }),
  },
  {
    pattern: /^Cannot add a NOT NULL column with default value NULL/,
    explain: (statement) => ({
      explanation: `${statement.table ?? 'The table'} holds rows, and each of them would have to be NULL in a column that forbids it.`,
      wayOut: `Give ${statement.column ?? 'the column'} a default that is not NULL, or drop its NOT NULL.`,
    }),
  },
  {
    pattern: /^no such table: (?:main\.)?(.+)$/,
    explain: (_, [, name]) => ({
      explanation: `The database has no table ${name ?? ''}, and no statement before this one makes it.`,
      wayOut:
        'Check that this is the database that the script is for, and that the migrations before this one were run on it.',
    }),
  },
  {
    pattern: /^no such column: (.+)$/,
    explain: (_, [, name]) => ({
      explanation: `There is no column ${name ?? ''} where the statement looks for it.`,
      wayOut: 'Compare the name with the schema shown here; an earlier migration may be missing.',
    }),
  },
  {
    pattern: /^(?:table|index|view|trigger|there is already an? \w+ named) .*already exists$|^there is already/,
    explain: (statement) => ({
      explanation: `Something named ${statement.name ?? 'that'} is in the database already. It may be that this migration was run before.`,
      wayOut: 'Add IF NOT EXISTS to the statement if what is there may stay, or choose another name.',
    }),
  },
  {
    pattern: /^duplicate column name: (.+)$/,
    explain: (_, [, name]) => ({
      explanation: `The statement names the column ${name ?? ''} twice. Only an ADD COLUMN is skipped for a column that exists.`,
      wayOut: 'Remove one of the two from the statement.',
    }),
  },
  {
    pattern: /^UNIQUE constraint failed: index '(.+)'$/,
    explain: (_, [, index]) => ({
      explanation: `The index ${index ?? ''} is unique, and rows have equal values of what it is on.`,
      wayOut:
        'Find them with SELECT … GROUP BY … HAVING count(*) > 1, and settle which row is right before the upgrade.',
    }),
  },
  {
    pattern: /^UNIQUE constraint failed: (.+)$/,
    explain: (_, [, columns]) => ({
      explanation: `Rows have equal values in ${columns ?? 'columns'} that have to be unique.`,
      wayOut:
        'Find them with SELECT … GROUP BY … HAVING count(*) > 1, and settle which row is right before the upgrade.',
    }),
  },
  {
    pattern: /^(NOT NULL|CHECK|FOREIGN KEY) constraint failed$/,
    explain: ({ kind, column, table }, [, constraint]) => ({
      explanation:
        kind === 'add column'
          ? `Rows of ${table ?? 'the table'} would break the ${constraint ?? ''} constraint of the new column ${column ?? ''}.`
          : `A row breaks a ${constraint ?? ''} constraint. SQLite does not say which.`,
      wayOut:
        kind === 'add column'
          ? 'Change the default or the constraint, so that what the rows get is allowed.'
          : 'Look for the row with a SELECT, and mend it in a statement before this one, or relax the constraint.',
    }),
  },
  {
    pattern: /^(NOT NULL|CHECK|FOREIGN KEY) constraint failed/,
    explain: (_, [, constraint]) => ({
      explanation: `A row breaks a ${constraint ?? ''} constraint.`,
      wayOut: 'SQLite’s message names it. Mend the rows in a statement before this one, or relax the constraint.',
    }),
  },
  {
    pattern:
      /^error in (view|trigger|index|table) (.+?)(?: after [a-z ]+)?: (?:no such|unknown) (module|function|collation)(?: sequence)?: (.+?)(?:\(\))?$/,
    explain: (_, [, kind, name, what, missing]) => ({
      explanation: `The ${kind ?? ''} ${name ?? ''} needs the ${what ?? ''} ${missing ?? ''}, which the SQLite in this page does not have. SQLite reads the whole schema for such a change, and refuses where it cannot.`,
      wayOut: `Run this script with the program that has the ${what ?? ''} ${missing ?? ''}.`,
    }),
  },
  {
    pattern: /^error in (view|trigger|index|table) (.+?)(?: after [a-z ]+)?: /,
    explain: (_, [, kind, name]) => ({
      explanation: `The change would leave the ${kind ?? ''} ${name ?? ''} broken, so SQLite refuses it.`,
      wayOut: `Drop the ${kind ?? 'object'} in a statement before this one and make it again after it.`,
    }),
  },
  {
    pattern: /^no such (module|function|collation sequence): (.+)$/,
    explain: (_, [, kind, name]) => ({
      explanation: `The statement needs the ${kind ?? ''} ${name ?? ''}, which the SQLite in this page does not have.`,
      wayOut: 'Run this script with the program that brings it, or take the statement out.',
    }),
  },
  {
    pattern: /syntax error|^incomplete input|^unrecognized token/,
    explain: (statement) => ({
      explanation: `SQLite cannot read the statement that begins at ${startOf(statement)}.`,
      wayOut: 'Check the words near the place that SQLite names. A missing semicolon before it is a common cause.',
    }),
  },
  {
    pattern: OUT_OF_ROOM,
    explain: () => ({
      explanation: 'The statement needs more memory than this page can have.',
      wayOut: 'Close other tabs and try again, or run the script with sqlite3 on a machine with room.',
    }),
  },
  {
    pattern: /^string or blob too big/,
    explain: () => ({
      explanation:
        'The statement makes a value of more than 1,000,000,000 bytes, and SQLite holds none that is larger.',
      wayOut: 'Check what the statement multiplies or joins together: it is rarely meant to be so much.',
    }),
  },
  {
    pattern: /^attempt to write a readonly database/,
    explain: () => ({
      explanation: 'The script has set PRAGMA query_only, and SQLite refused the statement because it writes.',
      wayOut: 'Set PRAGMA query_only = OFF before the statement, or leave the PRAGMA out.',
    }),
  },
  {
    pattern: /^(?:triggers nested too deep|too many levels of trigger recursion)/,
    explain: () => ({
      explanation: 'The change sets off a trigger, which sets off another, and they never come to an end.',
      wayOut: 'Look for a trigger that sets itself off, or set PRAGMA recursive_triggers = OFF before the statement.',
    }),
  },
  {
    pattern: /^no such savepoint: (.+)$/,
    explain: (_, [, name]) => ({
      explanation: `No savepoint ${name ?? ''} is open at this place: none was set, or it was released already.`,
      wayOut: `Set it with SAVEPOINT ${name ?? ''} in a statement before this one, or remove the statement.`,
    }),
  },
];

/**
 * The failure of a statement that SQLite refused with this message.
 * @param script all statements: one before this may have set the limit that it meets
 */
export function explainFailure(
  statement: Statement,
  message: string,
  script: readonly ParsedStatement[] = [],
): Failure {
  const before = message === 'database or disk is full' ? script.slice(0, statement.ordinal - 1) : [];
  const limit = before.findLast(limitsPages);
  if (limit) {
    return {
      message,
      explanation: `Statement ${limit.ordinal} sets how many pages the file may have (${limit.text}), and this statement needs more.`,
      wayOut: 'Raise the number there, or leave the PRAGMA out.',
    };
  }
  for (const { pattern, explain } of EXPLANATIONS) {
    const match = pattern.exec(message);
    if (match) return { message, ...explain(statement, match) };
  }
  return {
    message,
    explanation: 'SQLite refused the statement with this message.',
    wayOut: 'Try the statement with sqlite3 on a copy of the file; the database that you dropped was not changed.',
  };
}

/** The failure of a statement whose error took the run's transaction away (OR ROLLBACK, RAISE(ROLLBACK), no room left). */
export function explainLostTransaction(
  statement: Statement,
  message: string,
  script: readonly ParsedStatement[] = [],
): Failure {
  if (OUT_OF_ROOM.test(message)) return explainFailure(statement, message, script);
  return {
    message,
    explanation: 'The statement’s own ROLLBACK clause ended the transaction, and with it all that the script had done.',
    wayOut: 'Use OR ABORT or RAISE(ABORT) instead, and mend the rows that set it off.',
  };
}

function limitsPages(statement: ParsedStatement): boolean {
  const pragma = statement.kind === 'pragma' ? readPragma(statement.tokens) : null;
  return pragma?.name === 'max_page_count' && pragma.value !== null;
}
