// One check of a file or of a result: which there are, and how one can stand.

import type { Progress } from '../../engine/answers';
import type { Forecast } from '../../migration/forecast/forecast';
import type { ModeDifference } from '../../migration/losses/foreignKeyModes';
import type { Thoroughness } from '../../migration/proofs/agenda';
import type { Proof, ProofCode } from '../../migration/proofs/proof';

/**
 * What can be checked: what a run will take, what foreign keys change about it, the number of rows of every table, the result, the
 * hashes of both files.
 */
export type CheckKey = ProofCode | 'forecast' | 'foreign-key-modes' | 'rows' | 'sha256-input' | 'sha256-result';

/** How a check stands. `unasked`: it waits for a click, since it would take long. `stopped`: the engine gave out over it. */
export type CheckState =
  | { readonly state: 'waiting' | 'unasked' | 'skipped' }
  | { readonly state: 'running'; readonly progress: Progress }
  | { readonly state: 'stopped'; readonly reason: string }
  | { readonly state: 'made'; readonly proof: Proof; readonly thoroughness: Thoroughness }
  | { readonly state: 'made'; readonly sha256: string }
  | { readonly state: 'made'; readonly counted: true }
  | { readonly state: 'made'; readonly forecast: Forecast }
  | { readonly state: 'made'; readonly differences: readonly ModeDifference[] };

/** The checks that are of one plan. */
export const OF_PLAN = ['forecast', 'foreign-key-modes'] as const satisfies readonly CheckKey[];

/** The checks that need no result. */
export const OF_FILE: ReadonlySet<CheckKey> = new Set([...OF_PLAN, 'rows', 'integrity-before', 'sha256-input']);

const TOGETHER: Readonly<Partial<Record<CheckKey, string>>> = {
  forecast: 'your file',
  'foreign-key-modes': 'your file',
  rows: 'your file',
  'integrity-before': 'your file',
  'row-counts': 'your file',
  pages: 'bytes of both',
  'written-values': 'what was written',
  'integrity-after': 'the pages of the result',
  'integrity-reopened': 'the pages of the result',
  'sha256-input': 'bytes of your file',
  'sha256-result': 'bytes of the result',
};

/** By what a check is made from: those of which it is the same share what they have read, and so a worker. */
export function togetherWith(key: CheckKey): string {
  return TOGETHER[key] ?? 'the rows of both';
}

const LABELS: Readonly<Partial<Record<CheckKey, string>>> = {
  forecast: 'counting and sampling rows',
  'foreign-key-modes': 'a plan with the other choice of foreign keys',
  rows: 'counting rows',
  'integrity-before': 'integrity_check of your file',
  pages: 'comparing pages',
  'row-counts': 'counting rows',
  content: 'comparing values',
  'written-values': 'running the statements once more',
  'foreign-keys': 'foreign_key_check',
  'integrity-after': 'quick_check of the result',
  'integrity-reopened': 'integrity_check of the result',
  'second-run': 'a second run',
  'sha256-input': 'SHA-256 of your file',
  'sha256-result': 'SHA-256 of the result',
};

/** What is said of a check before its worker has told of it. */
export function labelOf(key: CheckKey): string {
  return LABELS[key] ?? 'looking at the schema';
}
