// The plan: the verdict of every statement before anything runs, and the schema that the run will give.

import type { Database } from '../../database';
import { readSchema } from '../../schema/read';
import type { Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { failLast, FOREIGN_KEY_REFUSAL, isCommitRefused } from './commit';
import { plainHelp, type FailureHelp } from './failureHelp';
import type { KeepLosses } from './lossAccount';
import { findObstacle, type Obstacle } from './obstacle';
import { readTransactions } from './transaction';
import { transcribe } from './transcript';
import type { Choices, Failure, OwnTransactions, StatementOutcome } from '../outcome';
import { watchNothing, type Warning, type WatchScript } from '../warning';

/** What a script will do to a database. */
export interface Plan {
  readonly outcomes: readonly StatementOutcome[];
  readonly before: Schema;
  /** The schema after the run; that of the statements before the failed one, where one fails. */
  readonly after: Schema;
  /** What is in the way and what would help, where a statement fails. */
  readonly obstacle: Obstacle | null;
  /** The transactions that the script brings; null where it runs in one. */
  readonly ownTransactions: OwnTransactions | null;
  /** What the rules have found, in the order of the statements. */
  readonly warnings: readonly Warning[];
}

/** What a plan works with beside the database. */
export interface PlanTools {
  /** Keeps account of what the statements take away. */
  readonly losses: KeepLosses;
  /** Explains a failure; without it, SQLite's message alone is told. */
  readonly help?: FailureHelp;
  /** Watches the script for the rules; left out, there are no warnings. */
  readonly watch?: WatchScript;
  /** Milliseconds since some fixed moment. */
  readonly now?: () => number;
}

/**
 * Rehearses the script in a transaction that is rolled back, or, where it commits some of its own, on pages of its own that are
 * forgotten: the same code as the run, without building the indexes that cannot fail. What it takes is what the script's own reading and writing of rows takes.
 * @example
 * const split = splitScript('ALTER TABLE people ADD COLUMN city TEXT; DROP TABLE pets;');
 * if (!split.ok) throw new Error(split.refusal.sentence);
 * const plan = planMigration(database, split.statements, DEFAULT_CHOICES, { losses: keepNoLosses });
 * plan.outcomes.map(({ verdict }) => verdict); // ['applied', 'failed']
 * plan.outcomes[1].failure.message; // 'no such table: pets'
 */
export function planMigration(
  database: Database,
  statements: readonly ParsedStatement[],
  choices: Choices,
  { losses, help = plainHelp, watch = watchNothing, now = () => 0 }: PlanTools,
): Plan {
  const before = readSchema(database);
  let after = before;
  let warnings: readonly Warning[] = [];
  const { own: ownTransactions } = readTransactions(statements);
  const rehearsed = ownTransactions ? database.fork() : database;
  const watcher = watch({ database: rehearsed, before, statements, choices });
  const options = { rehearsing: true, losses, help, original: database, now, onStatement: watcher.before };
  let refusal = null as Failure | null;
  const transcript = transcribe(rehearsed, statements, choices, options, (shadow, outcomes, complete) => {
    after = readSchema(shadow);
    if (complete && ownTransactions === null && choices.foreignKeys === 'on' && isCommitRefused(database))
      refusal = help.explainCommit(FOREIGN_KEY_REFUSAL, database);
    warnings = watcher.end({ complete: complete && refusal === null, after, shadow, outcomes });
  });
  if (rehearsed !== database) rehearsed.close();
  else if (transcript.complete) transcript.abandon();
  const outcomes = refusal ? failLast(transcript.outcomes, help.complete(refusal, database)) : transcript.outcomes;
  const obstacle = findObstacle(before, statements, outcomes);
  return { outcomes, before, after, obstacle, ownTransactions, warnings };
}
