// There and back: whether what takes a migration back brings a database to what it was before, schema and rows.

import type { Database } from '../../database';
import { splitScript } from '../../script/split';
import { placeOf, type Script, type ScriptPart } from '../../script/statement';
import type { Hasher } from '../proofs/contentHash';
import type { Choices } from '../outcome';
import { keepNoLosses } from '../run/lossAccount';
import { runMigration } from '../run/run';
import { findRemains, type Remain } from './remains';

/** A migration, and what takes it back. */
export interface Step {
  readonly up: ScriptPart;
  /** Null where nothing takes it back. */
  readonly down: ScriptPart | null;
}

/** What going up and down again comes to. */
export interface RoundTrip {
  /** The name of the part that goes up. */
  readonly name: string;
  /**
   * `back`: all is as it was. `differs`: something is not, and `remains` says what. `no way back`: it has nothing that takes it back.
   * `fails`: one of the two does not run, and `failure` says where and why. `not tried`: a migration before it does not go up.
   */
  readonly result: 'back' | 'differs' | 'no way back' | 'fails' | 'not tried';
  readonly remains: readonly Remain[];
  readonly failure: string | null;
}

/** What a round trip works with. */
export interface RoundTripTools {
  /** Hashes the values of tables. */
  readonly hasher: Hasher;
  /** Told before each step, with its place from 0. */
  readonly onStep: (at: number) => void;
}

/**
 * Goes up and down again for each step, each from where the steps before it lead, and compares the schema and all rows with what was
 * there before the step. Works on forks: the database is not changed.
 * @example
 * const steps = [{ up: { name: '1.sql', text: 'CREATE INDEX i ON t (a)' }, down: { name: '1 down', text: 'SELECT 1' } }];
 * goRoundTrip(database, steps, DEFAULT_CHOICES, tools)[0].remains; // [{ subject: 'index i', sentence: 'The index i is left behind.' }]
 */
export function goRoundTrip(
  database: Database,
  steps: readonly Step[],
  choices: Choices,
  { hasher, onStep }: RoundTripTools,
): readonly RoundTrip[] {
  let reached = database.fork();
  let isStopped = false;
  const nothing = { remains: [], failure: null } as const;
  try {
    return steps.map(({ up, down }, at): RoundTrip => {
      onStep(at);
      const { name } = up;
      if (isStopped) return { name, result: 'not tried', ...nothing };
      const before = reached;
      const upgraded = before.fork();
      const failedUp = runOn(upgraded, [up], choices);
      if (failedUp !== null) {
        upgraded.close();
        isStopped = true;
        return { name, result: 'fails', remains: [], failure: failedUp };
      }
      reached = upgraded;
      try {
        if (down === null) return { name, result: 'no way back', ...nothing };
        const returned = upgraded.fork();
        try {
          const failedDown = runOn(returned, [down], choices);
          if (failedDown !== null) return { name, result: 'fails', remains: [], failure: failedDown };
          const remains = findRemains(before, returned, hasher);
          return { name, result: remains.length === 0 ? 'back' : 'differs', remains, failure: null };
        } finally {
          returned.close();
        }
      } finally {
        before.close();
      }
    });
  } finally {
    reached.close();
  }
}

/** Runs a script; gives where and why it fails, or null. */
function runOn(database: Database, script: Script, choices: Choices): string | null {
  const split = splitScript(script);
  if (!split.ok) return split.refusal.sentence;
  const tools = { losses: keepNoLosses, now: () => 0, onStatement: () => undefined };
  const { outcomes, committed } = runMigration(database, split.statements, choices, tools);
  if (committed) return null;
  const failed = outcomes.find(({ verdict }) => verdict === 'failed');
  const statement = failed && split.statements[failed.ordinal - 1];
  return failed && statement
    ? `${placeOf(statement)}: ${failed.failure?.message ?? 'It fails'}.`
    : 'It cannot be committed.';
}
