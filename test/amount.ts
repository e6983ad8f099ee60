// How much is tried: `npm test` takes a fixed part of what `npm run test:long` tries in full. That one says so by DRYDOCK_TESTS=long.

/** Whether this is the long run. */
export const isLong = process.env.DRYDOCK_TESTS === 'long';

/** A number of generated cases, or of anything else that more of says more. */
export function amount(short: number, long: number): number {
  return isLong ? long : short;
}

/** The same for fast-check, which then makes the same cases each time; ten times as many in the long run, if no more are asked for. */
export function runs(short: number, long = 10 * short): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: amount(short, long), seed: 1 };
}

/** All of a list in the long run; else every so many of it, beginning with the first, and the last one too. */
export function part<Item>(all: readonly Item[], every: number): readonly Item[] {
  return isLong ? all : all.filter((_, at) => at % every === 0 || at === all.length - 1);
}
