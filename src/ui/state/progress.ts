// Progress in words and as a fraction.

import type { Progress } from '../../engine/answers';
import type { Forecast } from '../../migration/forecast/forecast';
import { figure } from '../../words';

/**
 * How much of the work is done, from 0 to 1; null where it cannot be told. Within a run each statement counts as the forecast
 * says, and the one that is on by its pages that were read and written, of those that are expected; without a forecast all
 * count alike.
 * @param pageSize bytes of a page of the database
 */
export function fractionOf(
  progress: Progress | null,
  forecast: Forecast | null = null,
  pageSize = 4096,
): number | null {
  if (progress === null || progress.total === 0) return null;
  if (progress.stage === 'check') return Math.min(1, progress.done / progress.total);
  const { ordinal, total, pages } = progress;
  const all = forecast?.milliseconds ?? 0;
  const current = forecast?.statements[ordinal - 1];
  if (!forecast || !current || all <= 0) return (ordinal - 1) / total;
  const past = forecast.statements.slice(0, ordinal - 1).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const expected = current.pagesToRead + current.bytesToWrite / pageSize;
  const within = expected > 0 ? Math.min(1, pages / expected) : 0;
  return Math.min(1, (past + within * current.milliseconds) / all);
}

/** What is being done, with the pages that SQLite has read and written for it so far. */
export function labelOf(progress: Progress | null): string {
  if (progress === null) return 'Starting';
  if (progress.stage === 'check') {
    const pages = progress.pagesRead > 0 ? `, ${figure(progress.pagesRead)} pages read` : '';
    return `${progress.label}${pages}`;
  }
  const { ordinal, total, pagesRead, pagesWritten } = progress;
  return `Statement ${ordinal} of ${total}, ${figure(pagesRead)} pages read, ${figure(pagesWritten)} written`;
}

/**
 * Gives a function that passes on the first value it is called with at once, and after that the latest one that was not
 * passed on yet, `milliseconds` after the one before it.
 */
export function latestNowAndThen<Value>(show: (value: Value) => void, milliseconds: number): (value: Value) => void {
  let resting = false;
  let waiting: { value: Value } | null = null;
  const pass = (value: Value): void => {
    resting = true;
    show(value);
    setTimeout(() => {
      const next = waiting;
      resting = false;
      waiting = null;
      if (next) pass(next.value);
    }, milliseconds);
  };
  return (value) => {
    if (resting) waiting = { value };
    else pass(value);
  };
}
