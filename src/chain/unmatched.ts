// Files that a tool does not run, since their names are not as it wants them: what lies beside the history in its folder.

import { readName } from './migrationName';
import type { ChainTool } from './tool';

/** How the names of the files are that a tool runs, and how a sentence says so. */
interface Pattern {
  /** Of the path, or of its end. */
  readonly matches: RegExp;
  readonly says: string;
}

const FLYWAY: Pattern = {
  matches: /(?:^|\/)(?:[VUB]\d+(?:[._]\d+)*|R)__[^/]*$/,
  says: 'Flyway and refinery run only files that are named like V1__people.sql',
};
const FOLDERS: Pattern = { matches: /(?:^|\/)migration\.sql$/i, says: 'only the migration.sql of each folder is run' };

/**
 * From the tools' own sources: dbmate (pkg/dbmate/db.go, migrationFileRegexp), goose (migration.go, NumericComponent), golang-migrate
 * (source/parse.go), sqlx (sqlx-core/src/migrate/source.rs), Flyway (https://documentation.red-gate.com/fd, "Migrations"), refinery
 * (refinery_core/src/util.rs), Diesel (diesel_migrations/migrations_internals/src/lib.rs), Prisma (schema-engine, migrations directory),
 * Drizzle (drizzle-orm/src/migrator.ts). sql-migrate and Atlas run every .sql file.
 */
const PATTERNS: Partial<Record<ChainTool, Pattern>> = {
  dbmate: {
    matches: /(?:^|\/)\d[^/]*\.sql$/,
    says: 'dbmate runs only files whose names begin with a number',
  },
  goose: {
    matches: /(?:^|\/)\d+_[^/]*\.(?:sql|go)$/,
    says: 'goose runs only files whose names begin with a number and a _',
  },
  'golang-migrate': {
    matches: /(?:^|\/)v?\d[^/]*$/i,
    says: 'golang-migrate and sqlx run only files whose names begin with a number',
  },
  flyway: FLYWAY,
  diesel: {
    matches: /(?:^|\/)(?:up|down)\.[a-z]+$/,
    says: 'Diesel runs only the up.sql and the down.sql of each folder',
  },
  prisma: FOLDERS,
  sqldelight: { matches: /\.sqm$/i, says: 'SQLDelight runs only .sqm files' },
};

/**
 * The paths of files that the tool passes over, each with the reason. Where it would run none of them, the folder is of something else that
 * only has its marks, and none is named.
 * @param isInFolders whether each migration is a folder of its own, as in Drizzle since its version 1
 */
export function findUnmatched(
  paths: readonly string[],
  tool: ChainTool | null,
  isInFolders: boolean,
): ReadonlyMap<string, string> {
  if (tool === null) return outsideOfMigrations(paths);
  const pattern = tool === 'drizzle' && isInFolders ? FOLDERS : PATTERNS[tool];
  const found = new Map<string, string>();
  if (pattern === undefined || !paths.some((path) => pattern.matches.test(path))) return found;
  for (const path of paths) if (!pattern.matches.test(path)) found.set(path, pattern.says);
  return found;
}

/** What has no number and lies outside of the folder `migrations` in which all numbers are: queries, pages, rows to begin with. */
function outsideOfMigrations(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const numbered = paths.filter((path) => readName(path).version !== '');
  const folder = /^(?:.*\/)?migrations?\//i.exec(numbered[0] ?? '')?.[0];
  if (folder === undefined || !numbered.every((path) => path.startsWith(folder))) return found;
  const why = `it has no number, and lies outside of ${folder.slice(0, -1)}, where all files with numbers are`;
  for (const path of paths) if (!path.startsWith(folder)) found.set(path, why);
  return found;
}
