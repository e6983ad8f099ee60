// Numbers that are left out in a row of migrations: a file may have been forgotten.

import { isVersion } from './migrationName';

/** Beyond this many digits a number is a date, and no one counts by dates. */
const MOST_COUNTED_DIGITS = 6;

/**
 * For each migration of an ordered chain, the sentence on the numbers that are missing right before it; null where none are, or where
 * the numbers do not count one by one, as dates and tens do not. A chain may begin with any number: those before may have been applied.
 */
export function describeGaps(migrations: readonly { readonly version: string }[]): readonly (string | null)[] {
  const numbers = migrations.map(({ version }) =>
    isVersion(version) && !version.includes('.') && version.length <= MOST_COUNTED_DIGITS ? Number(version) : NaN,
  );
  const steps = numbers.map((number, at) => number - (numbers[at - 1] ?? NaN));
  const ones = steps.filter((step) => step === 1).length;
  if (ones * 2 < steps.filter((step) => step > 0).length) return migrations.map(() => null);
  return steps.map((step, at) => {
    if (!(step > 1)) return null;
    const [first, last] = [(numbers[at - 1] ?? 0) + 1, (numbers[at] ?? 0) - 1];
    return `There is no number ${first === last ? first : `${first} to ${last}`} before it.`;
  });
}
