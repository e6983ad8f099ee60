// The schema that all files of a batch are to have.

import type { DesiredSchema } from '../../migration/proofs/reachesTarget';
import type { Target } from '../state/target';

/** A target, and what is the same of every script that leads there. */
export interface BatchTarget {
  readonly target: Target;
  /** What the scripts are called: `to-target.sql`. */
  readonly title: string;
  /** The results are compared with it. */
  readonly desired: DesiredSchema;
  /** The second part of the oldest SQLite version that has to run the scripts: 37 for 3.37. */
  readonly sqliteVersion: number;
}

/** Takes what was opened as the target of all files. */
export function batchTargetOf(target: Target, sqliteVersion: number): BatchTarget {
  const desired = { name: target.name, schema: JSON.stringify(target.schema) };
  return { target, title: scriptName(target.name), desired, sqliteVersion };
}

function scriptName(target: string): string {
  return `to-${target.replace(/\.[^.]*$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '-')}.sql`;
}
