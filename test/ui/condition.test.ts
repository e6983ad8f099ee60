// The bar of the file says of its condition no more than is known: only a file without a fault is called checked.
import { expect, test } from 'vitest';
import { proof, type ProofResult } from '../../src/migration/proofs/proof';
import type { CheckKey, CheckState } from '../../src/ui/state/check';
import { conditionOf } from '../../src/ui/file/condition';

test.each<[result: ProofResult, tone: string, words: string]>([
  ['pass', 'good', 'integrity checked'],
  ['warn', 'warn', 'faults found'],
  ['fail', 'bad', 'damaged'],
])('integrity_check that gives “%s”', (result, tone, words) => {
  const made: CheckState = { state: 'made', proof: proof('integrity-before', result, ''), thoroughness: 'full' };
  expect(conditionOf([], new Map<CheckKey, CheckState>([['integrity-before', made]]))).toMatchObject({ tone, words });
});

test('a check that is on, or was not made, is no result', () => {
  const words = (state: CheckState): string => conditionOf([], new Map([['integrity-before', state] as const])).words;
  expect(words({ state: 'waiting' })).toBe('checking …');
  expect(words({ state: 'skipped' })).toBe('integrity not checked');
});
