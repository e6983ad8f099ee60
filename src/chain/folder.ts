// The files of a folder of migrations, in the order in which the tool that it is for would run them.

import { arrangeBase } from './base';
import { isStepInCode, languageOf, runsBefore, whyLeftOut } from './codeFiles';
import { findOtherDialects, isAutocommit } from './dialects';
import { millisecondsOf, readJournal, tagOf, type DrizzleJournal } from './drizzleJournal';
import { withoutKotlin } from './kotlinTypes';
import type { Sections } from './markedText';
import { pathsIn, type ChainMigration, type LeftOut, type MigrationFile } from './migration';
import { compareVersions, readName, SQL_FILE, type MigrationName } from './migrationName';
import { NO_ANSWERS, type Answers, type Need } from './needs';
import { countFromTheFirst, describeGaps } from './numbering';
import { arrangeNumbers, keyOf, settleDirections } from './order';
import { valueNeeds, withValues } from './placeholders';
import { readSections } from './sections';
import type { ChainTool } from './tool';
import { findTeardowns } from './teardowns';
import { findUnmatched } from './unmatched';
import { putInVersionFolders } from './versionFolders';
import { isCalledSchema } from './wholeSchema';

/** A folder, put in order. */
export interface Arranged {
  /** Null for files that are numbered, or only named. */
  readonly tool: ChainTool | null;
  readonly migrations: readonly ChainMigration[];
  readonly leftOut: readonly LeftOut[];
  /** What has to be corrected before all of it can run. */
  readonly problems: readonly { readonly path: string; readonly sentence: string }[];
  /** What has to be asked: how files are ordered, with what an empty database begins, which values are put in. */
  readonly needs: readonly Need[];
}

/** What is known beside the files themselves. */
export interface Circumstances {
  readonly answers?: Answers;
  /** Whether they are run on a database without tables; left out where that is not known. */
  readonly isEmpty?: boolean;
  /** The paths in the order that the user gave them; a file that is not named stays behind the one before it. */
  readonly order?: readonly string[] | null;
}

/** A file that may be a step of the chain. */
export interface Candidate extends MigrationFile {
  readonly name: MigrationName;
  readonly sections: Sections;
  /** As in `ChainMigration`. */
  readonly code: string | null;
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  down: 'it takes its migration back',
  undo: 'it takes its migration back',
  baseline: 'a baseline stands for migrations that a database which holds data has had already',
};

/** A file of Atlas that stands for all before it (https://atlasgo.io/versioned/checkpoint). */
const CHECKPOINT = /^\uFEFF?(?:--[^\n]*\n)*?-- atlas:checkpoint\b/;

/**
 * Puts files in order: by the numbers in their names, compared as numbers, and by the whole names where these are the same; by Drizzle's
 * journal where there is one; what has no number comes last, by its path. Files that go down, those for other databases and those that are
 * no SQL are left out and said to be, but for programs that have a number, which are steps too.
 * @example
 * const { tool, migrations, leftOut } = arrangeMigrations([
 *   { path: '10_pets.up.sql', text: 'CREATE TABLE pets (name TEXT);' },
 *   { path: '2_city.up.sql', text: 'ALTER TABLE people ADD COLUMN city TEXT;' },
 *   { path: '2_city.down.sql', text: 'ALTER TABLE people DROP COLUMN city;' },
 * ]);
 * tool; // 'golang-migrate'
 * migrations.map(({ path }) => path); // ['2_city.up.sql', '10_pets.up.sql']
 * leftOut; // [{ path: '2_city.down.sql', why: 'it takes its migration back' }]
 */
export function arrangeMigrations(
  files: readonly MigrationFile[],
  { answers = NO_ANSWERS, isEmpty = false, order = null }: Circumstances = {},
): Arranged {
  const sorted = [...files].sort(byPath);
  const leftOut: LeftOut[] = [];
  const directions = settleDirections(findCandidates(sorted, leftOut), answers);
  const candidates: Candidate[] = [];
  /** What takes the others back, by what they have in common. */
  const downs = new Map<string, Candidate>();
  for (const candidate of directions.files) {
    const { path, text, name } = candidate;
    const why = LEFT_OUT[CHECKPOINT.test(text) ? 'baseline' : name.direction];
    if (why !== undefined) leftOut.push({ path, why });
    else candidates.push(candidate);
    if (/^(down|undo)$/.test(name.direction)) downs.set(keyOf(candidate), candidate);
  }
  const own = withoutOtherDialects(sorted);
  const tool = toolOf(candidates, own);
  const steps = tool === 'flyway' ? withoutCallbacks(candidates, leftOut) : candidates;
  const journal = tool === 'drizzle' ? journalOf(own, leftOut) : null;
  const passedOver = passedOverOf(steps, tool, journal !== null);
  const matching = steps.filter(({ path }) => !passedOver.has(path) || isCalledSchema(path));
  const listed = listedBy(journal, matching, leftOut);
  const numbered = listed.some(({ name }) => name.version !== '');
  const about = { tool, journal, numbered, answers, downs };
  const ordered = listed
    .map((candidate) => migrationOf(candidate, about))
    .sort((one, other) => compareMigrations(one, other, journal));
  const numbers = arrangeNumbers(ordered, { tool, hasJournal: journal !== null, isOrdered: order !== null }, answers);
  const gaps = describeGaps(ordered);
  const warned = ordered.map((migration, at) => {
    const more = [
      numbers.notes.get(migration.path),
      gaps[at],
      tool === 'sqldelight' && at === 0 ? BY_USER_VERSION : null,
      tool === 'dbmate' ? orderedAsText(migration, ordered[at - 1]) : null,
    ];
    return { ...migration, warnings: [...migration.warnings, ...more.filter((warning) => warning != null)] };
  });
  const based = arrangeBase(reordered(warned, order), { answers, isEmpty });
  const isBase = (path: string): boolean => based.needs.some(({ kind, name }) => kind === 'base' && name === path);
  const isRun = ({ path }: { readonly path: string }): boolean => !passedOver.has(path) || isBase(path);
  const values = valueNeeds(listed.filter(isRun), tool);
  const told = pathsIn(based.leftOut);
  const unmatched = [...passedOver].flatMap(([path, why]) => (told.has(path) || isBase(path) ? [] : [{ path, why }]));
  return {
    tool,
    migrations: based.migrations.filter(isRun),
    leftOut: [...leftOut, ...based.leftOut, ...unmatched],
    problems: findProblems(
      listed.filter(({ path }) => !passedOver.has(path)),
      { tool, files: own },
    ),
    needs: [...based.needs, ...directions.needs, ...numbers.needs, ...values],
  };
}

/** The files that are SQL, or steps in code, and for SQLite; the others are left out. */
function findCandidates(files: readonly MigrationFile[], leftOut: LeftOut[]): readonly Candidate[] {
  const sql = new Set(files.filter(({ path }) => SQL_FILE.test(path)).map(({ path }) => path));
  // One file that comes alone is meant to be run, whatever it is called.
  const steps = files.filter(({ path }) => files.length === 1 || sql.has(path) || isStepInCode(path, sql));
  const taken = pathsIn(steps);
  for (const { path } of files) {
    if (!taken.has(path) && !BESIDE.test(path)) leftOut.push({ path, why: whyLeftOut(path) });
  }
  const others = steps.length > 1 ? findOtherDialects(steps.map(({ path }) => path)) : new Map<string, string>();
  const teardowns = findTeardowns([...sql].filter((path) => readName(path).version === ''));
  const candidates = steps.flatMap((file): Candidate[] => {
    const why = others.get(file.path) ?? (teardowns.has(file.path) ? LEFT_OUT.down : undefined);
    if (why !== undefined) leftOut.push({ path: file.path, why });
    if (why !== undefined) return [];
    const isSql = sql.has(file.path) || files.length === 1;
    const text = /\.sqm$/i.test(file.path) ? withoutKotlin(file.text) : file.text;
    const read = isSql ? readSections(text) : NO_SQL;
    const sections = isSql && isAutocommit(file.path) ? { ...read, outside: true as const } : read;
    return [{ ...file, name: readName(file.path), sections, code: isSql ? null : languageOf(file.path) }];
  });
  return putInVersionFolders(countFromTheFirst(candidates));
}

/** Without what lies in a folder for another database: a journal or a lock there is of another history. */
function withoutOtherDialects(files: readonly MigrationFile[]): readonly MigrationFile[] {
  const others = findOtherDialects(files.map(({ path }) => path));
  return files.filter(({ path }) => !others.has(path));
}

/** What the tool does not run by the names of the files. A whole schema among it may still be what the history begins with. */
function passedOverOf(
  candidates: readonly Candidate[],
  tool: ChainTool | null,
  hasJournal: boolean,
): ReadonlyMap<string, string> {
  const isInFolders = !hasJournal && candidates.some(({ name }) => name.convention === 'prisma');
  const sql = candidates.filter(({ code }) => code === null);
  return findUnmatched([...pathsIn(sql)], tool, isInFolders);
}

/** Files that Flyway runs around all others, each time (https://documentation.red-gate.com/fd/callback-events-277579008.html). */
const CALLBACK =
  /(?:^|\/)(?:(?:before|after)(?:Each)?(?:Migrate|Undo|Clean|Info|Validate|Baseline|Repair|Repeatables|Versioned|Connect|CreateSchema)\w*|createSchema)\.sql$/;

function withoutCallbacks(candidates: readonly Candidate[], leftOut: LeftOut[]): readonly Candidate[] {
  return candidates.filter(({ path }) => {
    const isCallback = CALLBACK.test(path);
    if (isCallback) leftOut.push({ path, why: 'it is a callback, which Flyway runs around the migrations each time' });
    return !isCallback;
  });
}

/** What there is to run of a program. */
const NO_SQL: Sections = { tool: null, up: '', warnings: [], problem: null };

/** https://sqldelight.github.io/sqldelight, "Migrations": a file is named by the version that it upgrades from. */
const BY_USER_VERSION =
  'SQLDelight decides by user_version which files it runs: a file whose number is below it has been applied. At 0 nothing is known: it would make the whole schema instead.';

/** What tools put beside their scripts, which is read for what it says and is none itself. */
const BESIDE = /(^|\/)(atlas\.sum|_journal\.json|migration_lock\.toml)$/;

/** Whether the text of a file of a folder is read: of all others the name says enough. */
export function isReadInFolder(path: string): boolean {
  return SQL_FILE.test(path) || BESIDE.test(path);
}

function toolOf(candidates: readonly Candidate[], files: readonly MigrationFile[]): ChainTool | null {
  const marked = candidates.find(({ sections }) => sections.tool !== null)?.sections.tool;
  const named = candidates.find(({ name, code }) => code === null && name.convention !== null)?.name.convention;
  const has = (name: string): boolean => files.some(({ path }) => path === name || path.endsWith(`/${name}`));
  if (marked) return marked;
  // Drizzle has folders like those of Prisma since its version 1, with a snapshot in each.
  if (has('_journal.json') || (named === 'prisma' && has('snapshot.json'))) return 'drizzle';
  if (named) return named;
  if (candidates.some(({ path }) => /\.sqm$/i.test(path))) return 'sqldelight';
  return has('atlas.sum') ? 'atlas' : null;
}

/** Drizzle's journal; null where there is none, or none that can be read, so that the numbers in the names decide. */
function journalOf(files: readonly MigrationFile[], leftOut: LeftOut[]): DrizzleJournal | null {
  const file = files.find(({ path }) => /(^|\/)_journal\.json$/.test(path));
  if (!file) return null;
  const journal = readJournal(file.text);
  const why = 'it could not be read, so the numbers in the names of the files give the order';
  if (journal === null) leftOut.push({ path: file.path, why });
  return journal;
}

/** The files that a journal names, and all of them where there is none; where the two do not agree, it is said. */
function listedBy(
  journal: DrizzleJournal | null,
  candidates: readonly Candidate[],
  leftOut: LeftOut[],
): readonly Candidate[] {
  if (journal === null) return candidates;
  for (const { path } of candidates) {
    if (journal.has(tagOf(path))) continue;
    leftOut.push({ path, why: 'the journal of Drizzle, meta/_journal.json, does not name it' });
  }
  const came = new Set([...candidates, ...leftOut].map(({ path }) => tagOf(path)));
  for (const tag of journal.keys()) {
    if (came.has(tag)) continue;
    leftOut.push({ path: `${tag}.sql`, why: 'the journal of Drizzle names it, but it did not come with the others' });
  }
  return candidates.filter(({ path }) => journal.has(tagOf(path)));
}

function migrationOf(
  candidate: Candidate,
  about: {
    readonly tool: ChainTool | null;
    readonly journal: DrizzleJournal | null;
    readonly numbered: boolean;
    readonly answers: Answers;
    readonly downs: ReadonlyMap<string, Candidate>;
  },
): ChainMigration {
  const { path, name, sections, code } = candidate;
  const { version, title, direction } = name;
  const { tool } = about;
  const repeatable = direction === 'repeatable';
  const warnings = [...sections.warnings];
  if (about.numbered && version === '' && !repeatable && tool !== 'diesel') {
    warnings.push('Its name has no number, so it runs after those that have one.');
  }
  if (tool === 'golang-migrate' && name.convention === null && version !== '' && code === null) {
    warnings.push('Its name says neither up nor down: golang-migrate passes over such a file, and sqlx runs it.');
  }
  const when = tool === 'drizzle' ? (about.journal?.get(tagOf(path))?.when ?? millisecondsOf(version)) : null;
  const text = withValues(candidate, tool, about.answers);
  const beside = about.downs.get(keyOf(candidate));
  const within = sections.down && { name: `${path}, down`, ...sections.down };
  const down = within ?? (beside ? { name: beside.path, text: withValues(beside, tool, about.answers) } : null);
  return {
    path,
    tool,
    version,
    title,
    text,
    repeatable,
    when,
    code,
    warnings,
    down,
    ...(sections.outside && { outside: true as const }),
    ...(sections.whole && { whole: true as const }),
  };
}

function compareMigrations(one: ChainMigration, other: ChainMigration, journal: DrizzleJournal | null): number {
  const place = ({ path }: ChainMigration): number => journal?.get(tagOf(path))?.place ?? 0;
  const numbers =
    one.tool === 'diesel'
      ? compareTexts(dieselVersion(one), dieselVersion(other))
      : one.tool === 'prisma' || one.tool === 'dbmate' || (one.tool === null && areDayAndTime(one, other))
        ? compareTexts(nameOf(one), nameOf(other))
        : compareVersions(one.version, other.version);
  return (
    place(one) - place(other) ||
    Number(one.repeatable) - Number(other.repeatable) ||
    numbers ||
    stage(one) - stage(other) ||
    byPath(one, other)
  );
}

/**
 * By what Diesel orders its folders: the text before the first `_`, without dashes, as text
 * (https://github.com/diesel-rs/diesel, diesel_migrations/migrations_internals/src/lib.rs, version_from_string).
 */
function dieselVersion({ path }: ChainMigration): string {
  const folder = path.split('/').at(-2) ?? path;
  return (folder.split('_')[0] ?? folder).replaceAll('-', '');
}

/** The folder of Prisma's, by the whole name of which it orders, or the name of the file, by which dbmate does. */
function nameOf({ path, tool }: ChainMigration): string {
  return path.split('/').at(tool === 'prisma' ? -2 : -1) ?? path;
}

/** What is said of a file that stands behind one of a greater number. */
function orderedAsText(migration: ChainMigration, before: ChainMigration | undefined): string | null {
  if (!before || compareVersions(before.version, migration.version) <= 0) return null;
  return `dbmate orders files by their names as texts, so this one comes after ${nameOf(before)}.`;
}

const DAY = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4,9})?$/;

/** Whether one number is a day and the other one a day with a time, which as a number is always greater. */
function areDayAndTime(one: ChainMigration, other: ChainMigration): boolean {
  const isOneShort = (one.version.length === 8) !== (other.version.length === 8);
  return isOneShort && DAY.test(one.version) && DAY.test(other.version);
}

/** Among files of one number: a program runs before or after the SQL, by its name. */
function stage({ path, code }: ChainMigration): number {
  if (code === null) return 0;
  return runsBefore(path) ? -1 : 1;
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return compareTexts(one.path, other.path);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** The order that the user gave; a file that she has not placed stays behind the one before it. */
function reordered(migrations: readonly ChainMigration[], order: readonly string[] | null): readonly ChainMigration[] {
  if (order === null) return migrations;
  const places = new Map(order.map((path, at) => [path, at]));
  let last = -1;
  const placed = migrations.map((migration) => {
    last = places.get(migration.path) ?? last;
    return { migration, place: last };
  });
  return placed.sort((one, other) => one.place - other.place).map(({ migration }) => migration);
}

/** The marks without which a tool refuses a file. */
const MARKS: Partial<Record<ChainTool, string>> = {
  dbmate: 'migrate:up',
  goose: '+goose Up',
  'sql-migrate': '+migrate Up',
};

function findProblems(
  listed: readonly Candidate[],
  { tool, files }: { readonly tool: ChainTool | null; readonly files: readonly MigrationFile[] },
): Arranged['problems'] {
  const problems: { path: string; sentence: string }[] = [];
  const say = (path: string, what: string): void => void problems.push({ path, sentence: `${path} ${what}.` });
  const mark = tool === null ? undefined : MARKS[tool];
  for (const { path, sections, text } of listed.filter(({ code }) => code === null)) {
    if (sections.problem !== null) say(path, sections.problem);
    else if (mark !== undefined && sections.tool !== tool)
      say(path, `has no line "-- ${mark}", as the other files have`);
    const delimiter = /^-- atlas:delimiter /m.exec(text);
    if (delimiter) {
      const line = text.slice(0, delimiter.index).split('\n').length;
      say(path, `sets a delimiter of its own in line ${line}, which is not followed here`);
    }
  }
  const lock = files.find(({ path }) => path.endsWith('migration_lock.toml'));
  const provider = /^provider\s*=\s*"([^"]*)"/m.exec(lock?.text ?? '')?.[1];
  if (lock && provider !== undefined && provider !== 'sqlite') {
    say(lock.path, `says that these migrations are for ${provider}, not for SQLite`);
  }
  return problems;
}
