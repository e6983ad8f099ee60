// The plan of a job, with what it is of: it is shown and run only while that is what is wanted.

import type { Outcome } from '../../database';
import type { PlannedScript } from '../../engine/answers';
import type { RemoteFile } from '../../engine/worker/client';
import { explainEmpty, type Problem } from './problem';
import { isSame, type Subject } from './subject';

/** Why there is no plan. `ofScript`: it would be the same on any file. `passing`: it may be asked for again. */
export interface Unplanned extends Problem {
  readonly because: 'of script' | 'of file' | 'passing';
}

/** A plan with what it is of. `outcome` is null while it is being made. */
export interface JobPlan {
  readonly subject: Subject | null;
  readonly answer: ReturnType<RemoteFile['plan']> | null;
  readonly outcome: Outcome<PlannedScript, Unplanned> | null;
}

export const CANCELLED: Unplanned = {
  code: 'cancelled',
  sentence: 'Planning was cancelled.',
  help: 'Plan it again, or choose another script.',
  because: 'passing',
};

/** That there is no plan, for this reason. */
export function unplanned(subject: Subject | null, error: Unplanned): JobPlan {
  return { subject, answer: null, outcome: { ok: false, error } };
}

/** Whether a plan is of what is wanted, and need not be asked for again. */
export function isFor({ outcome, subject: of }: JobPlan, subject: Subject | null): boolean {
  const isPassing = outcome?.ok === false && outcome.error.because === 'passing';
  return isSame(of, subject) && !isPassing;
}

/** What an answer to the question for a plan comes to. */
export function outcomeOf(
  planned: Awaited<ReturnType<RemoteFile['plan']>>,
  subject: Subject | null,
): Outcome<PlannedScript, Unplanned> {
  if (!planned.ok) {
    const { code } = planned.error;
    const because = code === 'not-loaded' ? 'passing' : 'line' in planned.error ? 'of script' : 'of file';
    return { ok: false, error: { help: 'Correct the script and choose it again.', ...planned.error, because } };
  }
  if (planned.value.statements.length > 0) return planned;
  return { ok: false, error: { ...explainEmpty(subject?.title ?? ''), because: 'of script' } };
}
