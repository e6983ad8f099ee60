// Whether the tool that a folder of migrations is for runs it with foreign keys on.

import type { HistoryTool } from './historyEntry';
import type { ChainTool } from './tool';

/** What a tool does, and why, in a sentence. */
export interface ForeignKeyDefault {
  readonly mode: 'off' | 'on';
  readonly why: string;
}

const SQLITE: ForeignKeyDefault = {
  mode: 'off',
  why: 'The sqlite3 command and SQLite itself have foreign keys off until a program switches them on.',
};

function offByDriver(tool: string): ForeignKeyDefault {
  return {
    mode: 'off',
    why: `The driver of ${tool} leaves foreign keys off, as SQLite has them, unless the address of the database asks for them.`,
  };
}

/** Sources are in docs/foreign-keys.md. */
const DEFAULTS: Readonly<Record<ChainTool, ForeignKeyDefault>> = {
  drizzle: {
    mode: 'on',
    why: 'Drizzle runs it through better-sqlite3 or D1, which have foreign keys on. The client of libSQL (Turso) switches them off for a migration.',
  },
  prisma: {
    mode: 'on',
    why: 'Prisma has foreign keys on while it runs a migration, unless the migration switches them off.',
  },
  dbmate: offByDriver('dbmate'),
  goose: offByDriver('goose'),
  'sql-migrate': offByDriver('sql-migrate'),
  'golang-migrate': offByDriver('golang-migrate'),
  atlas: offByDriver('Atlas'),
  flyway: offByDriver('Flyway'),
  diesel: {
    mode: 'off',
    why: 'Diesel leaves foreign keys as its SQLite was built: off in that of the system, on in the one that libsqlite3-sys bundles.',
  },
  sqldelight: {
    mode: 'off',
    why: 'The drivers of SQLDelight leave foreign keys off unless the program asks for them.',
  },
};

const SQLX: ForeignKeyDefault = {
  mode: 'on',
  why: 'The database has the table of sqlx, which switches foreign keys on for each of its connections.',
};

/** Tools whose folders may look like those of another one, or of none: their own table in the database tells them. */
const BY_HISTORY: Readonly<Partial<Record<HistoryTool, ForeignKeyDefault>>> = {
  sqlx: SQLX,
  Drizzle: DEFAULTS.drizzle,
  Prisma: DEFAULTS.prisma,
};

/**
 * @param tool null for scripts of no tool
 * @param recorded the tools that have recorded migrations in the database
 * @example
 * foreignKeyDefaultOf('drizzle').mode; // 'on'
 * foreignKeyDefaultOf(null, ['sqlx']).mode; // 'on': the files of sqlx are called like those of others
 */
export function foreignKeyDefaultOf(tool: ChainTool | null, recorded: readonly HistoryTool[] = []): ForeignKeyDefault {
  // sqlx calls its files as golang-migrate does, or with a number alone.
  const [known] = tool === null || tool === 'golang-migrate' ? recorded.flatMap((one) => BY_HISTORY[one] ?? []) : [];
  return known ?? (tool === null ? SQLITE : DEFAULTS[tool]);
}
