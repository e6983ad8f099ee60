// The run of a script, and its commit.

import type { Database } from '../../database';
import { readSchema } from '../../schema/read';
import type { Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { failLast } from './commit';
import { plainHelp, type FailureHelp } from './failureHelp';
import type { KeepLosses } from './lossAccount';
import { transcribe } from './transcript';
import type { Choices, StatementOutcome } from '../outcome';

/** What a run works with beside the database. */
export interface RunTools {
  /** Keeps account of what the statements take away. */
  readonly losses: KeepLosses;
  /** Explains a failure; without it, SQLite's message alone is told. */
  readonly help?: FailureHelp;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Called before a statement is run, with its ordinal. */
  readonly onStatement: (ordinal: number) => void;
}

/** What a run came to. */
export interface RunResult {
  readonly outcomes: readonly StatementOutcome[];
  /** The script was committed: there is a result. Otherwise all of it was rolled back. */
  readonly committed: boolean;
  /** The schema that the script makes of the same database without rows: what the result has to have. */
  readonly specified: Schema;
  /** The schema of the result; that from before where nothing was committed. */
  readonly after: Schema;
  /** Time of the statements and the commit. */
  readonly milliseconds: number;
}

/**
 * Runs a script on a database that nobody else writes to, and commits it. Where a statement fails, nothing of the database may be kept: a
 * script without transactions of its own is rolled back, and what one with some has committed lies in its pages.
 * @example
 * const split = splitScript('ALTER TABLE people ADD COLUMN city TEXT; UPDATE people SET city = name;');
 * if (!split.ok) throw new Error(split.refusal.sentence);
 * const tools = { losses: keepNoLosses, now: () => performance.now(), onStatement: () => undefined };
 * const run = runMigration(database, split.statements, DEFAULT_CHOICES, tools);
 * run.committed; // true
 * run.outcomes.map(({ verdict, changes }) => `${verdict}: ${changes} rows`); // ['applied: 0 rows', 'applied: 2 rows']
 */
export function runMigration(
  database: Database,
  statements: readonly ParsedStatement[],
  choices: Choices,
  { losses, help = plainHelp, now, onStatement }: RunTools,
): RunResult {
  const start = now();
  const before = readSchema(database);
  let specified = before;
  const tell = ({ ordinal }: ParsedStatement): void => onStatement(ordinal);
  const options = { rehearsing: false, losses, help, now, onStatement: tell };
  const { outcomes, complete, open, abandon } = transcribe(database, statements, choices, options, (shadow) => {
    specified = readSchema(shadow);
  });
  const nothing = { committed: false, specified, after: before } as const;
  if (!complete) return { outcomes, ...nothing, milliseconds: now() - start };
  const commit = open ? database.execute('COMMIT') : COMMITTED;
  const milliseconds = now() - start;
  if (!commit.ok) {
    const failure = help.explainCommit(commit.error.message, database);
    abandon();
    return { outcomes: failLast(outcomes, help.complete(failure, database)), ...nothing, milliseconds };
  }
  return { outcomes, committed: true, specified, after: readSchema(database), milliseconds };
}

const COMMITTED = { ok: true, value: undefined } as const;
