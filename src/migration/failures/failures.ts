// What SQLite's messages mean for whoever wrote the script: in which place, because of which rows, and what mends it.

import { quoteIdentifier, quoteText, rowsOf, type Database } from '../../database';
import type { Failure } from '../outcome';
import { FOREIGN_KEY_REFUSAL } from '../run/commit';
import type { FailedStatement, FailureHelp } from '../run/failureHelp';
import { onlyIfFoundIn, someRows, findRows, countedRows } from './blamedRows';
import { BROKEN_CONSTRAINTS } from './brokenConstraints';
import { DATA_STATEMENTS } from './dataStatements';
import { DEFINITIONS } from './definitions';
import type { Explanation, Said } from './explanation';
import { EXPRESSIONS } from './expressions';
import { FOREIGN_KEYS } from './foreignKeys';
import { KEY_CONFLICTS } from './keyConflicts';
import { LIMITS, NESTED_TOO_DEEP, OUT_OF_ROOM } from './limits';
import { MISSING_NAMES } from './missingNames';
import { blameEarlierState, STOPPED_AT } from './stoppedAt';
import { TABLE_CHANGES } from './tableChanges';
import { OUT_OF_STEP, VIRTUAL_TABLES } from './virtualTables';

/** By cause; the first that fits decides. */
export const EXPLANATIONS: readonly Explanation[] = [
  OUT_OF_STEP,
  NESTED_TOO_DEEP,
  ...LIMITS,
  { pattern: /^.*$/s, explain: explainRaised },
  ...VIRTUAL_TABLES,
  ...KEY_CONFLICTS,
  ...BROKEN_CONSTRAINTS,
  ...FOREIGN_KEYS,
  ...STOPPED_AT,
  ...TABLE_CHANGES,
  ...DATA_STATEMENTS,
  ...MISSING_NAMES,
  ...DEFINITIONS,
  ...EXPRESSIONS,
];

/** Explains failures in full. */
export const failureHelp: FailureHelp = {
  explain(failed) {
    const said = explainLost(failed) ?? explainMessage(failed);
    return { message: failed.message, ...said };
  },

  complete(failure, original) {
    const known = blameEarlierState(failure, original);
    return known.rows ? { ...known, rows: onlyIfFoundIn(original, known.rows) } : known;
  },

  explainCommit(message, database) {
    const isForeignKey = message === FOREIGN_KEY_REFUSAL;
    const orphans = isForeignKey ? findOrphans(database) : null;
    if (isForeignKey && !orphans)
      return {
        message,
        explanation:
          'All statements ran, but SQLite refused to commit them together: a table was dropped while rows referred to it, and SQLite does not look whether another table has taken its place.',
        wayOut:
          'Run a script that rebuilds a table with foreign keys off: the check of the result then compares the foreign keys before and after.',
      };
    return {
      message,
      explanation: `The statements ran, but SQLite refused to commit them together${orphans ? `: ${orphans.sentence}` : '.'}`,
      wayOut: orphans
        ? 'Add the missing parents, or change these rows, in a statement at the end of the script.'
        : 'SQLite’s message names the reason. Nothing was changed, so the run can be tried again.',
      ...(orphans?.rows ? { rows: orphans.rows } : {}),
    };
  },
};

function explainMessage(failed: FailedStatement): Said {
  for (const { pattern, explain } of EXPLANATIONS) {
    const match = pattern.exec(failed.message);
    const said = match && explain(failed, match);
    if (said) return said;
  }
  return {
    explanation: 'SQLite refused the statement with this message.',
    wayOut: 'Try the statement with sqlite3 on a copy of the file; the database that you dropped was not changed.',
  };
}

/** An error that took the run's transaction away (OR ROLLBACK, RAISE(ROLLBACK)); null where it did not, or there was no room. */
function explainLost({ transactionLost, message }: FailedStatement): Said | null {
  if (!transactionLost || OUT_OF_ROOM.test(message)) return null;
  return {
    explanation: 'The statement’s own ROLLBACK clause ended the transaction, and with it all that the script had done.',
    wayOut: 'Use OR ABORT or RAISE(ABORT) instead, and mend the rows that set it off.',
  };
}

/** A message that a trigger of the schema gives: its words are not SQLite's. */
function explainRaised({ message, shadow, statement }: FailedStatement): Said | null {
  const written = `%${quoteText(message).replace(/[!%_]/g, '!$&')}%`;
  const [found] = rowsOf(
    shadow,
    `SELECT name, tbl_name FROM main.sqlite_schema WHERE type = 'trigger' AND sql LIKE '%raise%' AND sql LIKE ? ESCAPE '!'`,
    [written],
  );
  if (!found || !/^(insert|update|delete)$/.test(statement.kind)) return null;
  return {
    explanation: `The trigger ${String(found[0])} of ${String(found[1])} refuses the change: the message is the one that it gives.`,
    wayOut: `Change the rows as the trigger asks for. If the migration may do what it forbids, drop the trigger ${String(found[0])} before this statement and make it again after it.`,
  };
}

/** Rows without their parents, of all tables; those of the first table with such rows can be shown. */
function findOrphans(database: Database): { readonly sentence: string; readonly rows: Failure['rows'] } | null {
  const found = database.query(
    'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY min(rowid)',
  );
  const [first] = found.ok ? found.value : [];
  if (!found.ok || !first) return null;
  const [table, parent] = [String(first[0]), String(first[1])];
  const rows = someRows(
    findRows(
      database,
      `SELECT * FROM main.${quoteIdentifier(table)}\nWHERE rowid IN (SELECT rowid FROM pragma_foreign_key_check(${quoteText(table)}) WHERE parent = ${quoteText(parent)})`,
    ),
  );
  const others = found.value.length === 1 ? '' : ` ${found.value.length} foreign keys are broken; this is the first.`;
  const count = rows ? countedRows(rows) : `${String(first[2])} rows`;
  return {
    sentence: `${count} of ${table} ${rows?.count === 1 ? 'has' : 'have'} no parent in ${parent}.${others}`,
    rows: rows ?? undefined,
  };
}
