// A run of the fuzz that `npm run fuzz` makes as long as is wanted: damaged files and scripts, through the worker's own methods.
import { expect, test } from 'vitest';
import { amount } from '../amount';
import { makeApi } from '../../src/engine/worker/api';
import { engines, nativeDatabase } from '../databases';
import { blobOfBytes, installMemoryBlobs } from './memoryBlob';
import { refute } from './oracle';
import { Trials, type TrialOutcome } from './trial';

const TRIALS = amount(50, 4000);

test('whatever is dropped, it ends in a proved result, in a rollback or in a sentence, and the next file works', async () => {
  const trials = await Trials.begin(1);
  const outcomes: TrialOutcome[] = [];
  for (let trial = 0; trial < TRIALS; trial++) outcomes.push(await trials.make(trial));

  expect(outcomes.flatMap(({ found }) => found ?? [])).toEqual([]);
  expect(refute(outcomes.flatMap(({ claim }) => claim ?? []))).toEqual([]);
  // Each of these ends is reached, or the fuzz looks at less than it seems to.
  const ends = new Set(outcomes.map(({ end }) => end));
  expect([...ends]).toEqual(expect.arrayContaining(['claimed', 'committed', 'obstacle', 'refused', 'script refused']));
});

test('a file that lacks nothing but free pages at its end is not called sound: SQLite does not open it', async () => {
  installMemoryBlobs();
  const whole = nativeDatabase(`CREATE TABLE t(a); CREATE TABLE big(b); INSERT INTO t VALUES (1);
    INSERT INTO big VALUES (zeroblob(40000)); DROP TABLE big;`);
  const bytes = (): number => 1 << 20;
  const api = makeApi(engines, { here: bytes, ofRuns: bytes });
  const soundness = async (file: Uint8Array): Promise<unknown> => {
    const opened = await api.open(blobOfBytes(file), 'a.db');
    const codes = opened.ok && opened.value.findings.map(({ code }) => code);
    const proof = await api.prove('integrity-before', 'full', () => undefined);
    return [codes, proof.ok && proof.value.result];
  };
  expect(await soundness(whole)).toEqual([[], 'pass']);
  expect(await soundness(whole.subarray(0, whole.length - 5000))).toEqual([['cut-short'], 'fail']);
});
