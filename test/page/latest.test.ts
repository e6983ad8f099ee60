// What is drawn of a progress that comes faster than it can be drawn.

import { latestNowAndThen } from '../../src/ui/state/progress';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('The first report is shown at once, then the latest one at each interval, and the last one always', () => {
  const shown: number[] = [];
  const report = latestNowAndThen((value: number) => shown.push(value), 50);

  report(1);
  expect(shown).toEqual([1]);
  report(2);
  report(3);
  vi.advanceTimersByTime(49);
  expect(shown).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(shown).toEqual([1, 3]);
  report(4);
  vi.advanceTimersByTime(50);
  expect(shown).toEqual([1, 3, 4]);
  vi.advanceTimersByTime(500);
  expect(shown).toEqual([1, 3, 4]);
  report(5);
  expect(shown).toEqual([1, 3, 4, 5]);
});
