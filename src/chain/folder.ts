// The files of a folder of migrations, in the order in which the tool that it is for would run them.

import type { Sections } from './markedText';
import { compareVersions, isSameVersion, readName, SQL_FILE, type MigrationName, isVersion } from './migrationName';
import { readSections } from './sections';

/** The tools whose folders are told from a row of numbered files. */
export type ChainTool =
  | 'dbmate'
  | 'goose'
  | 'sql-migrate'
  | 'golang-migrate'
  | 'flyway'
  | 'drizzle'
  | 'prisma'
  | 'diesel'
  | 'atlas'
  | 'sqldelight';

/** A file as it was dropped. */
export interface MigrationFile {
  /** Within the folder that was dropped, with slashes; the name where it came alone. */
  readonly path: string;
  readonly text: string;
}

/** One step of a chain. */
export interface ChainMigration {
  readonly path: string;
  /** The tool that the folder is for. */
  readonly tool: ChainTool | null;
  /** As written in the name, a date without its dashes; empty where the name has none. */
  readonly version: string;
  readonly title: string;
  /** What is run: as long as the file's text, with white space for what is not, so that every place is that of the file. */
  readonly text: string;
  /** It asks to be run outside of a transaction. */
  readonly outside?: true;
  readonly repeatable: boolean;
  /** Milliseconds since 1970 by which Drizzle tells migrations apart; null in any other folder. */
  readonly when: number | null;
  readonly warnings: readonly string[];
}

/** The paths of files, by which one of thousands is known. */
export function pathsIn(files: readonly { readonly path: string }[]): ReadonlySet<string> {
  return new Set(files.map(({ path }) => path));
}

/** A folder, put in order. */
export interface Arranged {
  /** Null for files that are numbered, or only named. */
  readonly tool: ChainTool | null;
  readonly migrations: readonly ChainMigration[];
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
  /** What has to be corrected before all of it can run. */
  readonly problems: readonly { readonly path: string; readonly sentence: string }[];
}

interface Candidate extends MigrationFile {
  readonly name: MigrationName;
  readonly sections: Sections;
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  down: 'it takes its migration back',
  undo: 'it takes its migration back',
  baseline: 'a baseline stands for migrations that a database which holds data has had already',
};

/** A file of Atlas that stands for all before it (https://atlasgo.io/versioned/checkpoint). */
const CHECKPOINT = /^(?:--[^\n]*\n)*?-- atlas:checkpoint\b/;

/**
 * Puts files in order: by the numbers in their names, compared as numbers; by Drizzle's journal where there is one; what has no
 * number comes last, by its path. Files that go down, and those that are no SQL, are left out and said to be.
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
export function arrangeMigrations(files: readonly MigrationFile[]): Arranged {
  const sorted = [...files].sort(byPath);
  const leftOut: { path: string; why: string }[] = [];
  const candidates: Candidate[] = [];
  for (const file of sorted) {
    // One file that comes alone is meant to be run, whatever it is called.
    if (!SQL_FILE.test(file.path) && files.length > 1) {
      if (!BESIDE.test(file.path)) leftOut.push({ path: file.path, why: 'it is no .sql or .sqm file' });
      continue;
    }
    const candidate = { ...file, name: readName(file.path), sections: readSections(file.text) };
    const why = LEFT_OUT[CHECKPOINT.test(file.text) ? 'baseline' : candidate.name.direction];
    if (why !== undefined) leftOut.push({ path: file.path, why });
    else candidates.push(candidate);
  }
  const tool = toolOf(candidates, sorted);
  const journal = tool === 'drizzle' ? journalOf(sorted, leftOut) : null;
  const listed = candidates.filter(({ path }) => journal === null || journal.has(tagOf(path)));
  for (const { path } of candidates) {
    if (journal === null || journal.has(tagOf(path))) continue;
    leftOut.push({ path, why: 'the journal of Drizzle, meta/_journal.json, does not name it' });
  }
  const came = new Set([...candidates, ...leftOut].map(({ path }) => tagOf(path)));
  for (const tag of journal?.keys() ?? []) {
    if (came.has(tag)) continue;
    leftOut.push({ path: `${tag}.sql`, why: 'the journal of Drizzle names it, but it did not come with the others' });
  }
  const numbered = listed.some(({ name }) => name.version !== '');
  const unwarned = listed.map((candidate) => migrationOf(candidate, { tool, journal, numbered }));
  unwarned.sort((one, other) => compareMigrations(one, other, journal));
  const gaps = describeGaps(unwarned);
  const migrations = unwarned.map((migration, at) => {
    const more = [gaps[at] ?? null, tool === 'sqldelight' && at === 0 ? BY_USER_VERSION : null];
    return { ...migration, warnings: [...migration.warnings, ...more.filter((warning) => warning !== null)] };
  });
  return { tool, migrations, leftOut, problems: findProblems(listed, migrations, { tool, journal, files: sorted }) };
}

/** https://sqldelight.github.io/sqldelight, "Migrations": a file is named by the version that it upgrades from. */
const BY_USER_VERSION =
  'SQLDelight decides by user_version which files it runs: a file whose number is below it has been applied. That is not compared here, so leave out what has been applied.';

/** What tools put beside their scripts, which is read for what it says and is none itself. */
const BESIDE = /(^|\/)(atlas\.sum|_journal\.json|migration_lock\.toml)$/;

function toolOf(candidates: readonly Candidate[], files: readonly MigrationFile[]): ChainTool | null {
  const marked = candidates.find(({ sections }) => sections.tool !== null)?.sections.tool;
  const named = candidates.find(({ name }) => name.convention !== null)?.name.convention;
  const has = (name: string): boolean => files.some(({ path }) => path === name || path.endsWith(`/${name}`));
  if (marked) return marked;
  // Drizzle has folders like those of Prisma since its version 1, with a snapshot in each.
  if (has('_journal.json') || (named === 'prisma' && has('snapshot.json'))) return 'drizzle';
  if (named) return named;
  if (candidates.some(({ path }) => /\.sqm$/i.test(path))) return 'sqldelight';
  return has('atlas.sum') ? 'atlas' : null;
}

/** Drizzle's journal; null where there is none, or none that can be read, so that the numbers in the names decide. */
function journalOf(files: readonly MigrationFile[], leftOut: { path: string; why: string }[]): DrizzleJournal | null {
  const file = files.find(({ path }) => /(^|\/)_journal\.json$/.test(path));
  if (!file) return null;
  const journal = readJournal(file.text);
  const why = 'it could not be read, so the numbers in the names of the files give the order';
  if (journal === null) leftOut.push({ path: file.path, why });
  return journal;
}

/** The name by which Drizzle's journal calls a file. */
function tagOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.sql$/i, '');
}

function migrationOf(
  { path, name, sections }: Candidate,
  about: { readonly tool: ChainTool | null; readonly journal: DrizzleJournal | null; readonly numbered: boolean },
): ChainMigration {
  const { version, title, direction } = name;
  const repeatable = direction === 'repeatable';
  const warnings = [...sections.warnings];
  if (about.numbered && version === '' && !repeatable) {
    warnings.push('Its name has no number, so it runs after those that have one.');
  }
  if (about.tool === 'flyway' && /\$\{[^}\n]*\}/.test(sections.up)) {
    warnings.push('It holds ${…}, in whose place Flyway would put a value. Here it stays as it is.');
  }
  const when = about.tool === 'drizzle' ? (about.journal?.get(tagOf(path))?.when ?? millisecondsOf(version)) : null;
  const { up: text, outside } = sections;
  return { path, tool: about.tool, version, title, text, repeatable, when, warnings, ...(outside && { outside }) };
}

/** The time in the name of a folder, as Drizzle reads it since its version 1; null where it has none. */
function millisecondsOf(version: string): number | null {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version) ?? [];
  if (year === '') return null;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

function compareMigrations(one: ChainMigration, other: ChainMigration, journal: DrizzleJournal | null): number {
  const place = ({ path }: ChainMigration): number => journal?.get(tagOf(path))?.place ?? 0;
  return (
    place(one) - place(other) ||
    Number(one.repeatable) - Number(other.repeatable) ||
    compareVersions(one.version, other.version) ||
    byPath(one, other)
  );
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : Number(one.path > other.path);
}

/** The marks without which a tool refuses a file. */
const MARKS: Partial<Record<ChainTool, string>> = {
  dbmate: 'migrate:up',
  goose: '+goose Up',
  'sql-migrate': '+migrate Up',
};

function findProblems(
  listed: readonly Candidate[],
  migrations: readonly ChainMigration[],
  {
    tool,
    journal,
    files,
  }: {
    readonly tool: ChainTool | null;
    readonly journal: DrizzleJournal | null;
    readonly files: readonly MigrationFile[];
  },
): Arranged['problems'] {
  const problems: { path: string; sentence: string }[] = [];
  const say = (path: string, what: string): void => void problems.push({ path, sentence: `${path} ${what}.` });
  const mark = tool === null ? undefined : MARKS[tool];
  for (const { path, sections, text } of listed) {
    if (sections.problem !== null) say(path, sections.problem);
    else if (mark !== undefined && sections.tool !== tool)
      say(path, `has no line "-- ${mark}", as the other files have`);
    const delimiter = /^-- atlas:delimiter /m.exec(text);
    if (delimiter) {
      const line = text.slice(0, delimiter.index).split('\n').length;
      say(path, `sets a delimiter of its own in line ${line}, which is not followed here`);
    }
  }
  for (const [at, { version, path }] of migrations.entries()) {
    const before = migrations[at - 1];
    // These order what has the same number: by the journal, or by the rest of the name.
    if (!before || !isSameVersion(version, before.version) || journal !== null || tool === 'prisma') continue;
    say(path, `has the number of ${before.path}, so it is not known which of the two comes first`);
  }
  const lock = files.find(({ path }) => path.endsWith('migration_lock.toml'));
  const provider = /^provider\s*=\s*"([^"]*)"/m.exec(lock?.text ?? '')?.[1];
  if (lock && provider !== undefined && provider !== 'sqlite') {
    say(lock.path, `says that these migrations are for ${provider}, not for SQLite`);
  }
  return problems;
}

/** Beyond this many digits a number is a date, and no one counts by dates. */
const MOST_COUNTED_DIGITS = 6;

/**
 * For each migration of an ordered chain, the sentence on the numbers that are missing right before it; null where none are, or where
 * the numbers do not count one by one, as dates and tens do not. A chain may begin with any number: those before may have been applied.
 */
function describeGaps(migrations: readonly { readonly version: string }[]): readonly (string | null)[] {
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

/** By the file's name without `.sql`: its place in the order, and milliseconds since 1970. */
type DrizzleJournal = ReadonlyMap<string, { readonly place: number; readonly when: number }>;

/**
 * Reads a journal as drizzle-kit writes it: `{ "entries": [{ "idx": 0, "when": 1700000000000, "tag": "0000_name" }] }`
 * (https://orm.drizzle.team/docs/drizzle-kit-generate). Null where the text is none: the numbers in the names decide then.
 */
function readJournal(text: string): DrizzleJournal | null {
  try {
    const journal: unknown = JSON.parse(text);
    const entries =
      isRecord(journal) && Array.isArray(journal.entries) ? (journal.entries as readonly unknown[]) : null;
    if (entries === null) return null;
    return new Map(
      entries.flatMap((entry, place) =>
        isRecord(entry) && typeof entry.tag === 'string'
          ? [[entry.tag, { place, when: typeof entry.when === 'number' ? entry.when : 0 }] as const]
          : [],
      ),
    );
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
