// What there is to say of the numbers in a row of files: those that are missing, and those that several files have.

import { canonicalVersion, isVersion, type MigrationName } from './migrationName';
import { isCalledSchema } from './wholeSchema';

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

/** Files that have one number, in their order. */
export interface SharedNumber {
  /** As the first of them writes it. */
  readonly version: string;
  readonly paths: readonly string[];
}

/** The numbers that several files of an ordered chain have; `isText`: 01 and 1 are two. */
export function sharedNumbers(
  migrations: readonly { readonly version: string; readonly path: string }[],
  isText = false,
): readonly SharedNumber[] {
  const groups = new Map<string, { version: string; paths: string[] }>();
  for (const { version, path } of migrations) {
    if (!isVersion(version)) continue;
    const number = isText ? version : canonicalVersion(version);
    const group = groups.get(number);
    if (group) group.paths.push(path);
    else groups.set(number, { version, paths: [path] });
  }
  return [...groups.values()].filter(({ paths }) => paths.length > 1);
}

/** A name that ends in a number: `people_update_1.sql`, `update1.sql`. */
const COUNTED = /^(.*?[a-z])[-_. ]?\d+\.[a-z]+$/i;

/**
 * Puts a file without a number before those that are called the same with a number behind: `people_update.sql` before
 * `people_update_1.sql`. Of what is called a whole schema it is asked whether a history begins with it.
 */
export function countFromTheFirst<File extends { readonly path: string; readonly name: MigrationName }>(
  files: readonly File[],
): readonly File[] {
  const counted = new Set(
    files.flatMap(({ path, name }) => (name.version === '' ? [] : (COUNTED.exec(path)?.[1] ?? []))),
  );
  return files.map((file) => {
    const isFirst = file.name.version === '' && counted.has(file.path.replace(/\.[a-z]+$/i, ''));
    return isFirst && !isCalledSchema(file.path) ? { ...file, name: { ...file.name, version: '0' } } : file;
  });
}
