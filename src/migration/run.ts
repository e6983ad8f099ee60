// The run: checks before, one transaction for the whole script, commit, proofs.

import type { Database } from '../database';
import { readSchema } from '../schema/read';
import type { Schema } from '../schema/schema';
import type { Statement } from '../script/statement';
import type { Hasher } from './contentHash';
import type { Proof } from './proof';
import { transcribe } from './transcript';
import type { Choices, StatementOutcome } from './verdict';
import { proveRun, takeBaseline } from './verify';

/** How far a run has come. */
export type RunProgress =
  | { readonly stage: 'before' | 'after'; readonly label: string; readonly done: number; readonly total: number }
  | { readonly stage: 'statements'; readonly ordinal: number; readonly total: number };

/** What a run works with beside the two databases. */
export interface RunTools {
  readonly hasher: Hasher;
  /** Opens the bytes that will be downloaded once more. */
  readonly reopen: () => Database;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  readonly onProgress: (progress: RunProgress) => void;
}

/** What a run came to. */
export interface RunResult {
  readonly outcomes: readonly StatementOutcome[];
  /** The script was committed: there is a result. Otherwise all of it was rolled back. */
  readonly committed: boolean;
  /** Empty where nothing was committed. */
  readonly proofs: readonly Proof[];
  readonly before: Schema;
  readonly after: Schema;
  /** Time of the statements and the commit, proofs not counted. */
  readonly milliseconds: number;
}

/**
 * Runs a script on a database that nobody else writes to.
 * @param before a second connection to the same file as it was, for the proofs
 * @param database the connection on which the script runs
 */
export function runMigration(
  before: Database,
  database: Database,
  statements: readonly Statement[],
  choices: Choices,
  tools: RunTools,
): RunResult {
  const { now, onProgress } = tools;
  const onCheckBefore = (label: string, done: number, total: number): void =>
    onProgress({ stage: 'before', label, done, total });
  const baseline = takeBaseline(before, onCheckBefore);
  let specified = baseline.schema;
  const start = now();
  const { outcomes, complete, abandon } = transcribe(
    database,
    statements,
    choices,
    {
      rehearsing: false,
      now,
      onStatement: (ordinal) => onProgress({ stage: 'statements', ordinal, total: statements.length }),
    },
    (shadow) => {
      specified = readSchema(shadow);
    },
  );
  const nothing = { committed: false, proofs: [], before: baseline.schema, after: baseline.schema } as const;
  if (!complete) return { outcomes, ...nothing, milliseconds: now() - start };
  const commit = database.execute('COMMIT');
  const milliseconds = now() - start;
  if (!commit.ok) {
    abandon();
    return { outcomes: failLast(outcomes, commit.error.message), ...nothing, milliseconds };
  }
  const after = readSchema(database);
  const proofs = proveRun(
    { before, baseline, after: database, reopen: tools.reopen, statements, outcomes, choices, specified },
    tools.hasher,
    (label, done, total) => onProgress({ stage: 'after', label, done, total }),
  );
  return { outcomes, committed: true, proofs, before: baseline.schema, after, milliseconds };
}

/** A commit that SQLite refuses (no memory left, a deferred foreign key) undoes all; the last statement has to say so. */
function failLast(outcomes: readonly StatementOutcome[], message: string): readonly StatementOutcome[] {
  return outcomes.map((outcome, at) =>
    at < outcomes.length - 1
      ? outcome
      : {
          ...outcome,
          verdict: 'failed',
          failure: {
            message,
            explanation: 'All statements ran, but SQLite refused to commit them together.',
            wayOut: 'SQLite’s message names the reason. Nothing was changed, so the run can be tried again.',
          },
        },
  );
}
