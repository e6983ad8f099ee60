// Whether the tool that a folder of migrations is for runs it with foreign keys on.

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
  drizzle: { mode: 'on', why: 'Drizzle runs it through better-sqlite3, libSQL or D1, which have foreign keys on.' },
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

/**
 * @param tool null for scripts of no tool
 * @example
 * foreignKeyDefaultOf('drizzle').mode; // 'on'
 */
export function foreignKeyDefaultOf(tool: ChainTool | null): ForeignKeyDefault {
  return tool === null ? SQLITE : DEFAULTS[tool];
}
