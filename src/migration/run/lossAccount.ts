// Who keeps account of the data that a script takes away. Doing so takes much code, which a script that takes nothing away needs not.

import type { Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement } from '../../script/statement';
import type { StatementOutcome, Loss } from '../outcome';

/** An account for one pass of a script. `before` and `after` are called around each statement, `settle` at the end. */
export interface LossAccount {
  before(statement: ParsedStatement): void;
  /** What the statement has taken away, as far as it can be told by now. */
  after(statement: ParsedStatement, outcome: Pick<StatementOutcome, 'verdict'> & { changes?: number }): Loss | null;
  /** The outcomes with what became of the losses by the end. */
  settle(outcomes: readonly StatementOutcome[]): readonly StatementOutcome[];
}

/** Opens an account for a pass of a script on a database. */
export type KeepLosses = (database: Database, statements: readonly ParsedStatement[]) => LossAccount;

/** Kinds of statement that cannot take data away, nor set anything off that does. */
const HARMLESS =
  /^(create (table|virtual table|index|view|trigger)|add column|begin|commit|select|pragma|analyze|reindex|explain)$/;

/** Whether a script may take data away: only then an account of it is worth keeping. */
export function mayLose(statements: readonly Statement[]): boolean {
  return !statements.every(({ kind }) => HARMLESS.test(kind));
}

/** For a script that takes nothing away, or where nobody asks. */
export const keepNoLosses: KeepLosses = () => ({
  before: () => undefined,
  after: () => null,
  settle: (outcomes) => outcomes,
});
