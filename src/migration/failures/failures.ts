// What SQLite's messages mean for whoever wrote the script: in which place, because of which rows, and what mends it.

import { quoteText, rowsOf } from '../../database';
import type { FailedStatement, FailureHelp } from '../run/failureHelp';
import { onlyIfFoundIn } from './blamedRows';
import { BROKEN_CONSTRAINTS } from './brokenConstraints';
import { DATA_STATEMENTS } from './dataStatements';
import { DEFAULT_CALLS } from './defaultCalls';
import { DEFINITIONS } from './definitions';
import type { Explanation, Said } from './explanation';
import { EXPRESSIONS } from './expressions';
import { FOREIGN_KEYS } from './foreignKeys';
import { JSON_VALUES } from './jsonValues';
import { KEY_CONFLICTS } from './keyConflicts';
import { LIMITS, NESTED_TOO_DEEP, OUT_OF_ROOM } from './limits';
import { MISSING_NAMES } from './missingNames';
import { explainRefusedCommit, withoutEarlierOrphans } from './refusedCommit';
import { SLIPS } from './slips';
import { blameEarlierState, STOPPED_AT } from './stoppedAt';
import { TABLE_CHANGES } from './tableChanges';
import { UNSEEN_CHARACTERS } from './unseenCharacters';
import { OUT_OF_STEP, VIRTUAL_TABLES } from './virtualTables';

/** By cause; the first that fits decides. */
export const EXPLANATIONS: readonly Explanation[] = [
  OUT_OF_STEP,
  NESTED_TOO_DEEP,
  ...LIMITS,
  { pattern: /^.*$/s, explain: explainRaised },
  ...UNSEEN_CHARACTERS,
  ...VIRTUAL_TABLES,
  ...KEY_CONFLICTS,
  ...BROKEN_CONSTRAINTS,
  ...JSON_VALUES,
  ...FOREIGN_KEYS,
  ...STOPPED_AT,
  ...TABLE_CHANGES,
  ...DATA_STATEMENTS,
  ...MISSING_NAMES,
  ...DEFINITIONS,
  ...DEFAULT_CALLS,
  ...SLIPS,
  ...EXPRESSIONS,
];

/** Explains failures in full. */
export const failureHelp: FailureHelp = {
  explain(failed) {
    const said = explainLost(failed) ?? explainMessage(failed);
    return { message: failed.message, ...said };
  },

  complete(failure, original) {
    const known = blameEarlierState(withoutEarlierOrphans(failure, original), original);
    return known.rows ? { ...known, rows: onlyIfFoundIn(original, known.rows) } : known;
  },

  explainCommit: explainRefusedCommit,
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
