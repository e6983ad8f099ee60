// Who explains a failure. Doing so takes many words and much code, which a script in which nothing fails needs not.

import type { Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Failure } from '../outcome';

/** A statement that SQLite refused, with the databases as they were before it. */
export interface FailedStatement {
  readonly statement: ParsedStatement;
  /** SQLite's. */
  readonly message: string;
  /** The whole script. */
  readonly script: readonly ParsedStatement[];
  /** Inside the run's transaction, unless the error ended it. */
  readonly database: Database;
  /** The same schema without rows. */
  readonly shadow: Database;
  /** The error ended the transaction: nothing is left of what the script did. */
  readonly transactionLost: boolean;
}

/** Explains failures. */
export interface FailureHelp {
  /** Is asked at once, before anything is taken back. */
  explain(failed: FailedStatement): Failure;
  /** Is asked when all is taken back; `original` is the database as it was before the script. */
  complete(failure: Failure, original: Database): Failure;
  /** Why SQLite would not commit; is asked before anything is taken back. */
  explainCommit(message: string, database: Database): Failure;
}

/** SQLite's message alone: for those whom nobody reads, and where the code for more cannot be loaded. */
export const plainHelp: FailureHelp = {
  explain: ({ message }) => plainly(message),
  complete: (failure) => failure,
  explainCommit: plainly,
};

function plainly(message: string): Failure {
  return {
    message,
    explanation: 'This is SQLite’s own message; the part of this page that explains it could not be loaded.',
    wayOut: 'Your file is unchanged. Correct the script by the message, or load the page again to have it explained.',
  };
}
