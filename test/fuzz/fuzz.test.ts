// A short run of the fuzz that `npm run fuzz` makes longer: damaged files and scripts, through the worker's own methods.
import { expect, test } from 'vitest';
import { refute } from './oracle';
import { Trials, type TrialOutcome } from './trial';

const TRIALS = 400;

test(
  'whatever is dropped, it ends in a proved result, in a rollback or in a sentence, and the next file works',
  { timeout: 120_000 },
  async () => {
    const trials = await Trials.begin(1);
    const outcomes: TrialOutcome[] = [];
    for (let trial = 0; trial < TRIALS; trial++) outcomes.push(await trials.make(trial));

    expect(outcomes.flatMap(({ found }) => found ?? [])).toEqual([]);
    expect(refute(outcomes.flatMap(({ claim }) => claim ?? []))).toEqual([]);
    // Each of these ends is reached, or the fuzz looks at less than it seems to.
    const ends = new Set(outcomes.map(({ end }) => end));
    expect([...ends]).toEqual(
      expect.arrayContaining(['claimed', 'committed', 'obstacle', 'refused', 'script refused']),
    );
  },
);
