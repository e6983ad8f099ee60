// What the names of migration files say: the version, what it is called, and which way it goes.

import { withoutDialect } from './dialects';

/** The way that a file goes. `baseline` stands for earlier migrations; `repeatable` runs after all that have versions. */
type Direction = 'up' | 'down' | 'repeatable' | 'undo' | 'baseline';

/** A name taken apart. */
export interface MigrationName {
  /** As written, `2` or `1.2.3`; empty where the name has none. Of a file that goes from one version to another, the latter. */
  readonly version: string;
  readonly title: string;
  readonly direction: Direction;
  /** False where the word may as well belong to the title, as in `7_count_down.sql`: the files beside it decide then. */
  readonly isDirectionSure: boolean;
  /** The convention that the name follows; null where it is only a number, or nothing. */
  readonly convention: 'flyway' | 'golang-migrate' | 'prisma' | 'diesel' | null;
}

const FLYWAY: Readonly<Record<string, Direction>> = { V: 'up', U: 'undo', B: 'baseline', R: 'repeatable' };

/** What holds a migration: SQL, which SQLDelight keeps in files of its own ending; or the database that it is for stands behind. */
export const SQL_FILE = /\.(?:sql(?:\.(?:sqlite3?|postgres(?:ql)?|pgsql|mysql|mariadb))?|sqm)$/i;

/** Longer digits are no version: of a hostile table megabytes of them would have to be compared. */
const MOST_DIGITS = 100;

/** A day written with `-` or `_`, and a time behind it: Diesel's and Laravel's way. One number, as those tools see it too. */
const DATED = /^(\d{4})([-_])(\d{2})\2(\d{2})(?:[-_T](\d{2,9}(?:[-_]\d{2}){0,2}))?(?:[-_. ]+(.*))?$/;
/** A day in digits, and a time behind a `-` or a `T`. With a `_` the time is a title to the tools that read the number before it. */
const TIMED = /^(\d{8})[-T](\d{6}|\d{4})(?:[-_. ]+(.*))?$/;
const NUMBERED = /^v?(\d+(?:\.\d+)*)(?:[-_. ]+(.*))?$/i;
/** A number behind a word that says no more than that it is a migration. */
const COUNTED =
  /^(?:migrations?|migrate|patch|update|upgrade(?:[-_. ]?to)?|version|ver|schema|step|delta|change|rev|revision|up|do|deploy)[-_. ]*v?(\d+(?:\.\d+)*)(?:[-_. ]+(.*))?$/i;
/** The same behind other words, and then without a title: `database_version_15`, `shop_upgrade_v3`. What adds a version is no such name. */
const COUNTED_BEHIND =
  /^(?!(?:add|alter|change|create|delete|drop|fix|insert|make|remove|rename|set)[-_. ])(?:[a-z]+[-_. ]+)+(?:migrations?|patch|update|upgrade|version|schema|step|revision)[-_. ]*v?(\d+(?:\.\d+)*)()$/i;
/** The version that a script leads to, behind other words: `shop-update-to-2.0`. */
const LEADS_TO =
  /^(?:[a-z][a-z0-9]*[-_. ]+)*?(?:update|upgrade|migrate|migration)[-_. ]*to[-_. ]*v?(\d+(?:\.\d+)*)(?:[-_. ]+(.*))?$/i;
/** From one version to another: `1_to_2`, `v1-to-v2`, `upgrade_from_1.9_to_2.0_people`. */
const RANGE =
  /^(?:[a-z]+(?:[-_. ]+[a-z]+)*[-_. ]*)?v?(\d+(?:\.\d+)*)[-_. ]*to[-_. ]*v?(\d+(?:\.\d+)*)(?:[-_. ]+(.*))?$/i;

/** The same without a word between them: `db_update_9_10`. A year and a month are no such two: `update_2024_05`. */
const STEP =
  /^(?:[a-z]+[-_. ]+)*?(?:update|upgrade|migrate|migration)[-_. ]+v?(?!\d{4}[-_]\d{1,2}$)(\d+)[-_]v?(\d+)()$/i;

const DOWN = 'down|undo|rollback|revert|downgrade';
/** At the end of a name: behind a dot it says which way, behind anything else it may. `x.up..sql` has a dot too many. */
const WAY_BEHIND = new RegExp(`^(.*?)([._-]+)(up|do|${DOWN})$`, 'i');
/** Between dots: `7_people.down.db`. golang-migrate takes what follows for an ending of any sort (its source/parse.go). */
const WAY_BETWEEN = new RegExp(`^(\\d.*)\\.(up|do|${DOWN})\\.[a-z0-9]+$`, 'i');
/** Behind the number: `7.undo.people`, `7_down_people`. */
const WAY_WITHIN = new RegExp(`^(v?\\d+(?:\\.\\d+)*)([._-])(up|do|${DOWN})(?:[._-]+(.*))?$`, 'i');
/** In front of the number: `down_7_people`. */
const DOWN_IN_FRONT = new RegExp(`^(?:${DOWN})[-_. ]*(v?\\d.*)$`, 'i');
/** A folder of the files that go down. */
const DOWN_FOLDER = new RegExp(`^(?:${DOWN})s?$`, 'i');

/**
 * Reads the name of a file by its path. Conventions: Flyway's `V1_2__title.sql`, `R__title.sql`
 * (https://documentation.red-gate.com/flyway, "Migrations"), `1_title.up.sql` of golang-migrate and sqlx, a folder
 * `20260101120000_title` with a `migration.sql` of Prisma or an `up.sql` of Diesel, and for all others a number at the beginning.
 * @param path may be of any ending: what it is a file of is not asked here
 */
export function readName(path: string): MigrationName {
  const segments = withoutDialect(path).split('/');
  const file = segments.at(-1) ?? path;
  const inFolder = /^(?:(migration)|(up)|down)\.[a-z]+$/i.exec(file);
  const folder = inFolder && readNumber(segments.at(-2) ?? '');
  if (inFolder && folder && folder.version !== '') {
    const convention = inFolder[1] === undefined ? 'diesel' : 'prisma';
    const direction = convention === 'prisma' || inFolder[2] !== undefined ? 'up' : 'down';
    return { ...folder, direction, isDirectionSure: true, convention };
  }
  const flyway = /^(?:([VUB])(\d+(?:[._]\d+)*)|(R))__(.*)\.[a-z]+$/.exec(file);
  if (flyway) {
    const [, letter, version = '', repeatable, title = ''] = flyway;
    const direction = FLYWAY[letter ?? repeatable ?? 'V'] ?? 'up';
    const name = { version: version.replaceAll('_', '.'), title: words(title) };
    return { ...name, direction, isDirectionSure: true, convention: 'flyway' };
  }
  const name = readStem(file.replace(/(?<=.)\.[a-z]+\d?$/i, '').replace(/(?<=.)\.+$/, ''));
  if (name.direction === 'down' || !segments.slice(0, -1).some((segment) => DOWN_FOLDER.test(segment))) return name;
  return { ...name, direction: 'down', isDirectionSure: true };
}

/** Reads the name of a file without its ending. */
function readStem(stem: string): MigrationName {
  const plain = { direction: 'up', isDirectionSure: true, convention: null } as const;
  if (/^(up|down)$/i.test(stem)) {
    return { ...plain, version: '', title: words(stem), direction: wayOf(stem) };
  }
  const range = RANGE.exec(stem) ?? STEP.exec(stem);
  if (range) {
    const [, from = '', to = '', title = ''] = range;
    if (!isSameVersion(from, to)) {
      const direction = compareVersions(from, to) < 0 ? 'up' : 'down';
      return { ...plain, version: to, title: words(`${from} to ${to} ${title}`), direction };
    }
  }
  const inFront = DOWN_IN_FRONT.exec(stem)?.[1];
  if (inFront !== undefined) return { ...plain, ...readNumber(inFront), direction: 'down' };
  const within = WAY_WITHIN.exec(stem);
  if (within) {
    const [, number = '', separator = '', way = '', title = ''] = within;
    const isSure = separator === '.';
    const named = isSure ? readNumber(`${number}_${title}`) : readNumber(stem);
    // `7.up.sql` is golang-migrate's, `7.do.people.sql` is not.
    const convention = isSure && title === '' && /^(up|down)$/i.test(way) ? 'golang-migrate' : null;
    if (isSure || title !== '') return { ...named, direction: wayOf(way), isDirectionSure: isSure, convention };
  }
  const between = WAY_BETWEEN.exec(stem);
  if (between) {
    const [, numbered = '', way = ''] = between;
    const convention = /^(up|down)$/i.test(way) ? 'golang-migrate' : null;
    return { ...plain, ...readNumber(numbered), direction: wayOf(way), convention };
  }
  const [, name = stem, separator = '', way = ''] = WAY_BEHIND.exec(stem) ?? [];
  if (way === '') return { ...plain, ...readNumber(stem) };
  if (!separator.includes('.')) {
    return { ...plain, ...readNumber(stem), direction: wayOf(way), isDirectionSure: false };
  }
  const convention = /^(up|down)$/i.test(way) ? 'golang-migrate' : null;
  return { ...plain, ...readNumber(name), direction: wayOf(way), convention };
}

function wayOf(word: string): 'up' | 'down' {
  return /^(up|do)$/i.test(word) ? 'up' : 'down';
}

function readNumber(name: string): { readonly version: string; readonly title: string } {
  const dated = DATED.exec(name);
  if (dated) {
    const [, year = '', , month = '', day = '', time = '', title = ''] = dated;
    return { version: year + month + day + time.replaceAll(/\D/g, ''), title: words(title) };
  }
  const timed = TIMED.exec(name);
  if (timed) {
    const [, day = '', time = '', title = ''] = timed;
    return { version: day + time, title: words(title) };
  }
  const [, version = '', title = ''] = NUMBERED.exec(name) ??
    COUNTED.exec(name) ??
    COUNTED_BEHIND.exec(name) ??
    LEADS_TO.exec(name) ?? [undefined, '', name];
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
