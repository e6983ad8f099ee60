// Files that are programs and not SQL: which of them have a place in the order of a history.

import { readName, SQL_FILE } from './migrationName';

/** The languages in which tools let people write a migration. */
const LANGUAGES: Readonly<Record<string, string>> = {
  go: 'Go',
  js: 'JavaScript',
  cjs: 'JavaScript',
  mjs: 'JavaScript',
  jsx: 'JavaScript',
  ts: 'TypeScript',
  cts: 'TypeScript',
  mts: 'TypeScript',
  coffee: 'CoffeeScript',
  py: 'Python',
  rb: 'Ruby',
  php: 'PHP',
  java: 'Java',
  kt: 'Kotlin',
  kts: 'Kotlin',
  scala: 'Scala',
  groovy: 'Groovy',
  clj: 'Clojure',
  cs: 'C#',
  fs: 'F#',
  rs: 'Rust',
  ex: 'Elixir',
  exs: 'Elixir',
  pl: 'Perl',
  lua: 'Lua',
  swift: 'Swift',
  dart: 'Dart',
  sh: 'a shell script',
  ps1: 'PowerShell',
};

/** Tests and declarations stand beside the program that they are of. */
const NO_PROGRAM = /(?:_test\.go|_test\.py|[._-](?:test|spec)\.[a-z]+|\.d\.[cm]?ts)$/i;

/** What a program is written in; null where a file is none. */
export function languageOf(path: string): string | null {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return LANGUAGES[ending] ?? null;
}

/**
 * Whether a file is a program with a place among the SQL files: its name has a number, and it goes up. A program that does no more than
 * load an SQL file of its name has none, as db-migrate writes them (https://db-migrate.readthedocs.io, "--sql-file").
 * @param sql paths of the SQL files that came with it
 */
export function isStepInCode(path: string, sql: ReadonlySet<string>): boolean {
  if (languageOf(path) === null || NO_PROGRAM.test(path)) return false;
  const { version, direction } = readName(path);
  if (version === '' || direction === 'down' || direction === 'undo') return false;
  return !sql.has(loadedBy(path));
}

/** The SQL file that db-migrate makes along with a program: `sqls/20260101-people-up.sql` beside `20260101-people.js`. */
function loadedBy(path: string): string {
  const from = path.lastIndexOf('/') + 1;
  return `${path.slice(0, from)}sqls/${path.slice(from).replace(/\.[a-z]+$/i, '')}-up.sql`;
}

/** Whether the program runs before the SQL file of the same number, by a word in its name. */
export function runsBefore(path: string): boolean {
  return /(?:^|[^a-z])pre(?:[^a-z]|migrat)/i.test(path.slice(path.lastIndexOf('/') + 1));
}

/** Why a file that is no SQL is left out. */
export function whyLeftOut(path: string): string {
  if (languageOf(path) !== null) return 'it is a program and has no number, so it has no place in the order';
  if (/(?:^|\/)\d+\.db$/.test(path))
    return 'it is a database, as SQLDelight keeps one of each version: open it to run the files from that version on';
  if (/\.(?:db3?|s3db|sqlite3?)$/i.test(path)) return 'it is a database, and another one is open';
  return SQL_FILE.test(path) ? 'it is left out' : 'it is no .sql or .sqm file';
}
