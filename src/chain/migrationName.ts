// What the names of migration files say: the version, what it is called, and which way it goes.

/** The way that a file goes. `baseline` stands for earlier migrations; `repeatable` runs after all that have versions. */
type Direction = 'up' | 'down' | 'repeatable' | 'undo' | 'baseline';

/** A name taken apart. */
export interface MigrationName {
  /** As written, `2` or `1.2.3`; empty where the name has none. */
  readonly version: string;
  readonly title: string;
  readonly direction: Direction;
  /** The convention that the name follows; null where it is only a number, or nothing. */
  readonly convention: 'flyway' | 'golang-migrate' | 'prisma' | 'diesel' | null;
}

const FLYWAY: Readonly<Record<string, Direction>> = { V: 'up', U: 'undo', B: 'baseline', R: 'repeatable' };

/** What holds a migration: SQL, which SQLDelight keeps in files of its own ending. */
export const SQL_FILE = /\.(sql|sqm)$/i;

/** Longer digits are no version: of a hostile table megabytes of them would have to be compared. */
const MOST_DIGITS = 100;

/** A day written with `-` or `_`, and a time behind it: Diesel's and Laravel's way. One number, as those tools see it too. */
const DATED = /^(\d{4})([-_])(\d{2})\2(\d{2})(?:[-_T](\d{2,9}(?:[-_]\d{2}){0,2}))?(?:[-_. ]+(.*))?$/;
const NUMBERED = /^v?(\d+(?:\.\d+)*)(?:[-_. ]+(.*))?$/i;

/**
 * Reads the name of a file by its path. Conventions: Flyway's `V1_2__title.sql`, `R__title.sql`
 * (https://documentation.red-gate.com/flyway, "Migrations"), `1_title.up.sql` of golang-migrate and sqlx, a folder
 * `20260101120000_title` with a `migration.sql` of Prisma or an `up.sql` of Diesel, and for all others a number at the beginning.
 */
export function readName(path: string): MigrationName {
  const segments = path.split('/');
  const file = segments.at(-1) ?? path;
  const inFolder = /^(?:(migration)|(up)|down)\.sql$/i.exec(file);
  const folder = inFolder && readNumber(segments.at(-2) ?? '');
  if (inFolder && folder && folder.version !== '') {
    const convention = inFolder[1] === undefined ? 'diesel' : 'prisma';
    return { ...folder, direction: convention === 'prisma' || inFolder[2] !== undefined ? 'up' : 'down', convention };
  }
  const flyway = /^(?:([VUB])(\d+(?:[._]\d+)*)|(R))__(.*)\.sql$/.exec(file);
  if (flyway) {
    const [, letter, version = '', repeatable, title = ''] = flyway;
    const direction = FLYWAY[letter ?? repeatable ?? 'V'] ?? 'up';
    return { version: version.replaceAll('_', '.'), title: words(title), direction, convention: 'flyway' };
  }
  const stem = file.replace(SQL_FILE, '');
  const [, name = stem, way] = /^(?:(.*)\.)?(up|down)$/i.exec(stem) ?? [];
  return {
    ...readNumber(name),
    direction: way?.toLowerCase() === 'down' ? 'down' : 'up',
    convention: way === undefined || way === stem ? null : 'golang-migrate',
  };
}

function readNumber(name: string): { readonly version: string; readonly title: string } {
  const dated = DATED.exec(name);
  if (dated) {
    const [, year = '', , month = '', day = '', time = '', title = ''] = dated;
    return { version: year + month + day + time.replaceAll(/\D/g, ''), title: words(title) };
  }
  const [, version = '', title = ''] = NUMBERED.exec(name) ?? [undefined, '', name];
  return version.length > MOST_DIGITS ? { version: '', title: words(name) } : { version, title: words(title) };
}

/** Compares versions by their numbers, `2` before `10` and `1.2` before `1.10`; what has none comes last. */
export function compareVersions(one: string, other: string): number {
  if (one === '' || other === '') return Number(one === '') - Number(other === '');
  const [left, right] = [one.split('.'), other.split('.')];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = BigInt(left[at] ?? 0) - BigInt(right[at] ?? 0);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** Whether two versions are the same number: `001` and `1`, `1.0` and `1`. */
export function isSameVersion(one: string, other: string): boolean {
  return isVersion(one) && isVersion(other) && canonicalVersion(one) === canonicalVersion(other);
}

/** A version in the one way of writing that all the same ones share: `1.2` for `01.2.0`. */
export function canonicalVersion(version: string): string {
  const parts = version.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length > 1 && parts.at(-1) === '0') parts.pop();
  return parts.join('.');
}

/** Whether a text is a version that can be compared. */
export function isVersion(text: string): boolean {
  return text.length <= MOST_DIGITS && /^\d+(\.\d+)*$/.test(text);
}

function words(title: string): string {
  return title.replaceAll(/[_-]+/g, ' ').trim();
}
