// Runs a whole script, in one transaction or in those that it brings, and writes down what became of each statement.

import { foldName, type Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { findRowReaders, WaitingIndexes } from './deferredIndexes';
import { plainHelp, type FailureHelp } from './failureHelp';
import { freezeDefaults } from './frozenDefaults';
import type { KeepLosses } from './lossAccount';
import { readSettings } from './pragmas';
import { makeShadow } from '../../schema/shadow';
import { readsStatistics, runStatement, type StatementContext } from './statementRun';
import { failClosedEnd, failOpenEnd, inTransaction, readTransactions } from './transaction';
import type { Choices, Failure, StatementOutcome } from '../outcome';

/** What became of a script. */
export interface Transcript {
  /** One for each statement, in order. */
  readonly outcomes: readonly StatementOutcome[];
  /** No statement failed: the database holds all that the script did. Otherwise nothing of it may be kept. */
  readonly complete: boolean;
  /** The run's one transaction is open, to be committed or given up. Not so where the script has committed transactions of its own. */
  readonly open: boolean;
  /** Takes back what is not committed, and the settings of the script. */
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
  /** The database as it was, where whoever calls keeps it; else a connection of its own stands for it where it is needed. */
  readonly original?: Database;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Called before a statement is run, with the shadow as it is then. */
  readonly onStatement?: (statement: ParsedStatement, shadow: Database) => void;
}

/**
 * Runs the statements on `database`; after a failed one the rest is `not run`. A script without transactions of its own runs in one:
 * it is rolled back after a failed statement, and else left open, for the caller to commit or to roll back. What a script commits
 * itself stays in the database also when a later statement fails: whoever keeps its pages has to forget them then.
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
  const { own, wrappers } = readTransactions(statements);
  // A failure is explained by the database as it was, which is gone once the script has committed something.
  const original = options.original ?? (own ? database.fork() : database);
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
      wrappers,
      hasOwnTransactions: own !== null,
      rowReaders: findRowReaders(statements),
      waiting: new WaitingIndexes(),
      additions: additionsOf(statements),
      readsStatistics: readsStatistics(statements),
      makesTemporary: statements.some(({ temporary }) => temporary),
      rehearsing: options.rehearsing,
    };
    const outcomes: StatementOutcome[] = [];
    // Inside of a transaction it cannot change.
    for (const one of [database, shadow]) one.execute(`PRAGMA foreign_keys = ${choices.foreignKeys}`);
    const ledger = options.losses(database, statements);
    let stopped = false;
    if (!own) begin(database);
    for (const statement of statements) {
      if (stopped) {
        outcomes.push({ ...BLANK, ordinal: statement.ordinal, verdict: 'not run' });
        continue;
      }
      options.onStatement?.(statement, shadow);
      const start = options.now();
      ledger.before(statement);
      if (own?.begins.has(statement.ordinal)) for (const one of [database, shadow]) begin(one);
      const ran = runStatement(context, statement);
      const ends = ran.verdict === 'failed' ? undefined : own?.ends.get(statement.ordinal);
      const failure = ends === undefined ? null : endFile(context, statement, ends);
      const result = failure ? ({ verdict: 'failed', failure } as const) : ran;
      const loss = ledger.after(statement, result);
      outcomes.push({ ...BLANK, ...result, loss, ordinal: statement.ordinal, milliseconds: options.now() - start });
      stopped = result.verdict === 'failed';
    }
    const settled = ledger.settle(outcomes);
    if (stopped) abandon();
    // What a script has written into sqlite_schema itself, a connection reads only when it is told to.
    else if (statements.some(({ kind, name }) => kind === 'pragma' && foldName(name ?? '') === 'writable_schema'))
      for (const one of [database, shadow]) one.execute('PRAGMA writable_schema = RESET');
    use(shadow, settled, !stopped);
    const told = stopped ? completed(settled, help, original) : settled;
    return { outcomes: told, complete: !stopped, open: !stopped && own === null, abandon };
  } finally {
    shadow.close();
    if (original !== database && original !== options.original) original.close();
  }
}

function begin(database: Database): void {
  const begun = database.execute('BEGIN IMMEDIATE');
  if (!begun.ok) throw new Error(`The transaction of the run could not begin: ${begun.error.message}`);
}

/** After the last statement of a file: commits the transaction around it, or sees that it has left none open. Gives what is wrong. */
function endFile(
  { database, shadow, help }: StatementContext,
  { file }: ParsedStatement,
  ends: 'commit' | 'closed',
): Failure | null {
  const isOpen = inTransaction(database);
  if (ends === 'closed') return isOpen ? failOpenEnd(file) : null;
  if (!isOpen) return failClosedEnd(file);
  const commit = database.execute('COMMIT');
  shadow.execute('COMMIT');
  return commit.ok ? null : help.explainCommit(commit.error.message, database);
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
