// The condition of the open file in two or three words: what was found of it, and how far it has been checked.

import type { Finding } from '../../file/finding';
import type { CheckKey, CheckState } from '../state/check';

/** The condition, by a code that stays, and in words. */
export interface Condition {
  readonly code: 'damaged' | 'checked' | 'checking' | 'not checked';
  readonly tone: 'good' | 'warn' | 'bad' | 'none';
  readonly words: string;
}

/** Damage first, whoever found it; then whether the check of integrity was made. */
export function conditionOf(findings: readonly Finding[], checks: ReadonlyMap<CheckKey, CheckState>): Condition {
  const has = (code: Finding['code']): boolean => findings.some((finding) => finding.code === code);
  const check = checks.get('integrity-before');
  const joined = has('log-joined') ? 'WAL joined, ' : has('journal-rolled-back') ? 'journal rolled back, ' : '';
  if (has('cut-short')) return { code: 'damaged', tone: 'bad', words: `${joined}cut short` };
  const isFaulty = check?.state === 'made' && 'proof' in check && check.proof.result === 'fail';
  if (has('damaged') || isFaulty) return { code: 'damaged', tone: 'bad', words: `${joined}damaged` };
  const isSound = check?.state === 'made' && 'proof' in check && check.proof.result === 'pass';
  if (check?.state === 'made' && !isSound) return { code: 'checked', tone: 'warn', words: `${joined}faults found` };
  if (check?.state === 'made') return { code: 'checked', tone: 'good', words: `${joined}integrity checked` };
  if (check?.state === 'waiting' || check?.state === 'running')
    return { code: 'checking', tone: 'none', words: `${joined}checking …` };
  return { code: 'not checked', tone: 'warn', words: `${joined}integrity not checked` };
}
