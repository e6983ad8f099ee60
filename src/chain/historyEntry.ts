// One entry of a migration tool's table, and how its values are read whatever a file holds in their place.

import type { SqlValue } from '../database';

/** The tools whose tables are known; of SQLDelight it is no table but user_version. `plain` is any table that is called like one and has a name or a version in each row. */
export type HistoryTool =
  | 'dbmate'
  | 'Rails'
  | 'golang-migrate'
  | 'goose'
  | 'Flyway'
  | 'refinery'
  | 'Alembic'
  | 'Django'
  | 'Knex'
  | 'Prisma'
  | 'Drizzle'
  | 'Atlas'
  | 'sqlx'
  | 'sql-migrate'
  | 'Diesel'
  | 'Room'
  | 'GRDB'
  | 'SQLDelight'
  | 'plain';

/** One entry of a tool's table. */
export interface AppliedMigration {
  /** As the tool writes it; empty where it goes by names. */
  readonly version: string;
  readonly name: string;
  /** When it was applied, as recorded; empty where that is not. */
  readonly when: string;
  /** False where the tool has recorded that it failed or was begun and not ended. */
  readonly ok: boolean;
  /** Whether it stands for all versions up to its own. */
  readonly upTo: boolean;
  /** The checksum of the file that was applied, as the tool writes it, bytes as hexadecimal digits; empty where there is none. */
  readonly checksum: string;
}

/** A row by the names of its columns, in small letters. */
export type HistoryRow = Readonly<Partial<Record<string, SqlValue>>>;

/** An entry of what a row gives; what it does not say is empty, and it is taken to have been applied. */
export function entry(given: {
  readonly version?: SqlValue | undefined;
  readonly name?: string;
  readonly when?: string;
  readonly ok?: boolean;
  readonly upTo?: boolean;
  readonly checksum?: SqlValue | undefined;
}): AppliedMigration {
  const { name = '', when = '', ok = true, upTo = false, checksum } = given;
  const written = checksum instanceof Uint8Array ? hexOf(checksum) : textOf(checksum);
  return { version: textOf(given.version), name, when, ok, upTo, checksum: written };
}

/** Bytes as hexadecimal digits, two for each. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A value as text; what a table should not hold there is no reason to fail. */
export function textOf(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return '';
  return value instanceof Uint8Array ? `a BLOB of ${value.length} bytes` : String(value);
}

/** Drivers write true as 1, '1' or 'true'. */
export function isTrue(value: SqlValue | undefined): boolean {
  return value === 1 || value === 1n || /^(1|true|t)$/i.test(textOf(value));
}

/** Milliseconds since 1970 as a time that can be read; any other value as it is. */
export function timeOf(value: SqlValue | undefined): string {
  if (typeof value !== 'number' || value < 1e11 || value > 1e14) return textOf(value);
  return new Date(value).toISOString().replace('T', ' ').slice(0, 19);
}
