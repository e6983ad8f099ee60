// A time that is estimated is told no finer than it is known.
import { expect, test } from 'vitest';
import { roughly } from '../../src/words';

test.each([
  [0, 'under a second'],
  [999, 'under a second'],
  [1000, 'about 1 s'],
  [9400, 'about 9 s'],
  [12_400, 'about 10 s'],
  [22_700, 'about 25 s'],
  [44_000, 'about 40 s'],
  [56_000, 'about 1 minute'],
  [200_000, 'about 3 minutes'],
])('%i ms: %s', (milliseconds, words) => {
  expect(roughly(milliseconds)).toBe(words);
});
