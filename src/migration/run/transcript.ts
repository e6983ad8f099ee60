// Runs a whole script inside one transaction and writes down what became of each statement.

import { foldName, type Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { findRowReaders, WaitingIndexes } from './deferredIndexes';
import { plainHelp, type FailureHelp } from './failureHelp';
import { freezeDefaults } from './frozenDefaults';
import type { KeepLosses } from './lossAccount';
import { readSettings } from './pragmas';
import { makeShadow } from '../../schema/shadow';
import { readsStatistics, runStatement, type StatementContext } from './statementRun';
import { findWrappers } from './transaction';
import type { Choices, StatementOutcome } from '../outcome';

/** What became of a script. */
export interface Transcript {
  /** One for each statement, in order. */
  readonly outcomes: readonly StatementOutcome[];
  /** No statement failed: the transaction is open and holds all that the script did. Otherwise it is rolled back. */
  readonly complete: boolean;
  /** Takes back all that the script did; for a transcript that is complete and not to be kept. */
  readonly abandon: () => void;
}

/** What a run is asked to do beside running. */
export interface TranscriptOptions {
  /** Leave out what costs much and decides nothing: building indexes, writing a value into every row. */
  readonly rehearsing: boolean;
  /** Keeps account of what the statements take away. */
  readonly losses: KeepLosses;
  /** Explains a failure; without it, SQLite's message alone is told. */
  readonly help?: FailureHelp;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Called before a statement is run, with the shadow as it is then. */
  readonly onStatement?: (statement: ParsedStatement, shadow: Database) => void;
}

/**
 * Begins a transaction on `database` and runs the statements in it. After a failed one everything is rolled back and the
 * rest is `not run`. When all ran, the transaction is left open: it is for the caller to commit or to roll back.
 * @param use is shown the shadow, whose schema is what the script makes of an emptied database, after the last statement
 */
export function transcribe(
  database: Database,
  statements: readonly ParsedStatement[],
  choices: Choices,
  options: TranscriptOptions,
  use: (shadow: Database, outcomes: readonly StatementOutcome[], complete: boolean) => void = () => undefined,
): Transcript {
  const shadow = makeShadow(database);
  const settings = readSettings(database, statements);
  const help = options.help ?? plainHelp;
  const abandon = (): void => {
    database.execute('ROLLBACK');
    // Neither this nor the settings of a connection are part of a transaction.
    database.execute('PRAGMA writable_schema = RESET');
    for (const setting of settings) database.execute(setting);
    database.execute('PRAGMA foreign_keys = OFF');
  };
  try {
    const context: StatementContext = {
      database,
      shadow,
      statements,
      choices,
      help,
      frozen: freezeDefaults(database, statements),
      wrapper: findWrappers(statements),
      rowReaders: findRowReaders(statements),
      waiting: new WaitingIndexes(),
      additions: additionsOf(statements),
      readsStatistics: readsStatistics(statements),
      rehearsing: options.rehearsing,
    };
    const outcomes: StatementOutcome[] = [];
    // Inside of a transaction it cannot change.
    database.execute(`PRAGMA foreign_keys = ${choices.foreignKeys}`);
    const ledger = options.losses(database, statements);
    let stopped = false;
    const begun = database.execute('BEGIN IMMEDIATE');
    if (!begun.ok) throw new Error(`The transaction of the run could not begin: ${begun.error.message}`);
    for (const statement of statements) {
      if (stopped) {
        outcomes.push({ ...BLANK, ordinal: statement.ordinal, verdict: 'not run' });
        continue;
      }
      options.onStatement?.(statement, shadow);
      const start = options.now();
      ledger.before(statement);
      const result = runStatement(context, statement);
      const loss = ledger.after(statement, result);
      outcomes.push({ ...BLANK, ...result, loss, ordinal: statement.ordinal, milliseconds: options.now() - start });
      stopped = result.verdict === 'failed';
    }
    const settled = ledger.settle(outcomes);
    if (stopped) abandon();
    use(shadow, settled, !stopped);
    return { outcomes: stopped ? completed(settled, help, database) : settled, complete: !stopped, abandon };
  } finally {
    shadow.close();
  }
}

function additionsOf(statements: readonly ParsedStatement[]): ReadonlyMap<string, readonly ParsedStatement[]> {
  const additions = new Map<string, ParsedStatement[]>();
  for (const statement of statements) {
    if (statement.kind !== 'add column') continue;
    const table = foldName(statement.table ?? '');
    const others = additions.get(table);
    if (others) others.push(statement);
    else additions.set(table, [statement]);
  }
  return additions;
}

/** What can be told of the failure only where the database is as it was before the script. */
function completed(
  outcomes: readonly StatementOutcome[],
  help: FailureHelp,
  original: Database,
): readonly StatementOutcome[] {
  return outcomes.map((outcome) =>
    outcome.failure ? { ...outcome, failure: help.complete(outcome.failure, original) } : outcome,
  );
}

const BLANK = {
  note: null,
  executed: null,
  changes: 0,
  milliseconds: 0,
  failure: null,
  drift: null,
  loss: null,
} as const;
