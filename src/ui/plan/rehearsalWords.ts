// What the plan says of its rehearsal: how far it has come, what it found, and what would fail.

import { isFine, isKnownDamage, type Proof } from '../../migration/proofs/proof';
import { counted, size } from '../../words';
import type { CheckKey, CheckState } from '../state/check';
import { missingOf } from '../state/checkWords';
import type { Rehearsal } from '../state/rehearsal.svelte';

/** How a rehearsal stands; `stopped`: something other than a statement of the script ended it. */
export type RehearsalState = 'running' | 'checking' | 'done' | 'stopped';

/** How it stands. */
export function standOf({ problem, finished, isOver }: Rehearsal): RehearsalState {
  if (problem) return 'stopped';
  if (!finished) return 'running';
  return isOver ? 'done' : 'checking';
}

/** What the checks of its result came to, the worst of them. */
export type RehearsalResult = 'pass' | 'warn' | 'fail';

/** What a rehearsal came to, in words; `wrong` are its findings that need a look, the failures first, without damage that is told of the file. */
export interface Found {
  readonly result: RehearsalResult;
  readonly sentence: string;
  readonly wrong: readonly { readonly isFailure: boolean; readonly title: string; readonly sentence: string }[];
}

/** Says what a rehearsal found whose statements are done and whose result has been checked. */
export function foundBy(
  { planned, finished }: Rehearsal,
  proofs: readonly Proof[],
  states: ReadonlyMap<CheckKey, CheckState>,
): Found {
  const failed = finished?.outcomes.find(({ verdict }) => verdict === 'failed');
  if (failed) {
    const title = `Statement ${failed.ordinal}`;
    const why = failed.failure?.message ?? '';
    return {
      result: 'fail',
      sentence: `Rehearsed: the run would stop at statement ${failed.ordinal}, and nothing would be changed.`,
      wrong: [{ isFailure: true, title, sentence: `SQLite says: ${why}.` }],
    };
  }
  const count = (results: readonly Proof['result'][]): number =>
    proofs.filter(({ result }) => results.includes(result)).length;
  const [passed, warned, wrong, spared] = [
    count(['pass']),
    count(['warn', 'unverifiable']),
    count(['fail']),
    count(['not applicable']),
  ];
  const unknown = proofs.filter(
    (proof) => !isFine(proof) && !(proof.result === 'fail' && isKnownDamage(proof, proofs)),
  );
  const isOfFile = !unknown.some(({ result }) => result === 'fail');
  const missing = missingOf(states).length;
  const onRequest = [...states].filter(([key, { state }]) => state === 'unasked' && !key.startsWith('sha256')).length;
  const parts = [
    counted(planned.statements.length, 'statement'),
    `${counted(passed, 'check')} passed`,
    ...(wrong > 0 ? [`${counted(wrong, 'check')} failed${isOfFile ? ' for the damage of your file' : ''}`] : []),
    ...(warned > 0 ? [counted(warned, 'warning')] : []),
    ...(spared > 0 ? [`${spared} ${spared === 1 ? 'does' : 'do'} not apply`] : []),
    ...(onRequest > 0 ? [`${onRequest} ${onRequest === 1 ? 'runs' : 'run'} on request`] : []),
    ...(missing > 0 ? [`${missing} ${missing === 1 ? 'was' : 'were'} not made`] : []),
    `${size(finished?.writtenBytes ?? 0)} will be written`,
  ];
  const inOrder = [...unknown].sort((one, other) => Number(other.result === 'fail') - Number(one.result === 'fail'));
  return {
    result: wrong > 0 ? 'fail' : warned + missing > 0 ? 'warn' : 'pass',
    sentence: `Rehearsed: ${parts.join(', ')}.`,
    wrong: inOrder.map(({ title, sentence, result }) => ({ isFailure: result === 'fail', title, sentence })),
  };
}
