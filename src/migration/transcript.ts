// Runs a whole script inside one transaction and writes down what became of each statement.

import type { Database } from '../database';
import type { Statement } from '../script/statement';
import { freezeDefaults } from './populated';
import { makeShadow } from './shadow';
import { runStatement, type StatementContext } from './statementRun';
import { findWrapper } from './transaction';
import type { Choices, StatementOutcome } from './verdict';

/** What became of a script. */
export interface Transcript {
  /** One for each statement, in order. */
  readonly outcomes: readonly StatementOutcome[];
  /** No statement failed: the transaction is open and holds all that the script did. Otherwise it is rolled back. */
  readonly complete: boolean;
}

/** What a run is asked to do beside running. */
export interface TranscriptOptions {
  /** Leave out what costs much and decides nothing: building indexes, writing a value into every row. */
  readonly rehearsing: boolean;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Called before a statement is run. */
  readonly onStatement?: (ordinal: number) => void;
}

/**
 * Begins a transaction on `database` and runs the statements in it. After a failed one everything is rolled back and the
 * rest is `not run`. When all ran, the transaction is left open: it is for the caller to commit or to roll back.
 * @param use is shown the shadow, whose schema is what the script makes of an emptied database, after the last statement
 */
export function transcribe(
  database: Database,
  statements: readonly Statement[],
  choices: Choices,
  options: TranscriptOptions,
  use: (shadow: Database) => void = () => undefined,
): Transcript {
  const shadow = makeShadow(database);
  try {
    const context: StatementContext = {
      database,
      shadow,
      statements,
      choices,
      frozen: freezeDefaults(database, statements),
      wrapper: findWrapper(statements),
      deferred: options.rehearsing ? new Map() : null,
    };
    const outcomes: StatementOutcome[] = [];
    let stopped = false;
    const begun = database.execute('BEGIN IMMEDIATE');
    if (!begun.ok) throw new Error(`The transaction of the run could not begin: ${begun.error.message}`);
    for (const statement of statements) {
      if (stopped) {
        outcomes.push({ ...BLANK, ordinal: statement.ordinal, verdict: 'not run' });
        continue;
      }
      options.onStatement?.(statement.ordinal);
      const start = options.now();
      const result = runStatement(context, statement);
      outcomes.push({ ...BLANK, ...result, ordinal: statement.ordinal, milliseconds: options.now() - start });
      stopped = result.verdict === 'failed';
    }
    if (stopped) abandon(database);
    use(shadow);
    return { outcomes, complete: !stopped };
  } finally {
    shadow.close();
  }
}

/** Takes back all that a script did. `writable_schema` is not part of a transaction, so it is switched off by hand. */
export function abandon(database: Database): void {
  database.execute('ROLLBACK');
  database.execute('PRAGMA writable_schema = RESET');
}

const BLANK = { note: null, executed: null, changes: 0, milliseconds: 0, failure: null, drift: null } as const;
