// The plan: the verdict of every statement before anything runs, and the schema that the run will give.

import type { Database } from '../../database';
import { readSchema } from '../../schema/read';
import type { Schema } from '../../schema/schema';
import type { Statement } from '../../script/statement';
import { plainHelp, type FailureHelp } from './failureHelp';
import type { KeepLosses } from './lossAccount';
import { findObstacle, type Obstacle } from './obstacle';
import { transcribe } from './transcript';
import type { Choices, StatementOutcome } from '../outcome';

/** What a script will do to a database. */
export interface Plan {
  readonly outcomes: readonly StatementOutcome[];
  readonly before: Schema;
  /** The schema after the run; that of the statements before the failed one, where one fails. */
  readonly after: Schema;
  /** What is in the way and what would help, where a statement fails. */
  readonly obstacle: Obstacle | null;
}

/**
 * Rehearses the script in a transaction that is rolled back: the same code as the run, without building the indexes that
 * cannot fail. What it takes is what the script's own reading and writing of rows takes.
 */
export function planMigration(
  database: Database,
  statements: readonly Statement[],
  choices: Choices,
  {
    losses,
    help = plainHelp,
    now = () => 0,
  }: { readonly losses: KeepLosses; readonly help?: FailureHelp; readonly now?: () => number },
): Plan {
  const before = readSchema(database);
  let after = before;
  const transcript = transcribe(database, statements, choices, { rehearsing: true, losses, help, now }, (shadow) => {
    after = readSchema(shadow);
  });
  if (transcript.complete) transcript.abandon();
  return {
    outcomes: transcript.outcomes,
    before,
    after,
    obstacle: findObstacle(before, statements, transcript.outcomes),
  };
}
