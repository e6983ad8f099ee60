// Runs files that are put in order, by the engine of the page and by native sqlite3, for tests that compare the two.
import { expect } from 'vitest';
import { arrangeMigrations, type Circumstances } from '../../src/chain/folder';
import { partOf, type MigrationFile } from '../../src/chain/migration';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { runMigration } from '../../src/migration/run/run';
import { splitScript } from '../../src/script/split';
import { askNative, nativeDatabase, withDatabase } from '../databases';

/** The definitions of a database, in the order in which they were made. */
export const SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid";
export const EMPTY = nativeDatabase('PRAGMA user_version = 1;');

/** What the engine of the page makes of files that are arranged and run as one. */
export function runArranged(
  files: readonly MigrationFile[],
  circumstances: Circumstances = {},
): readonly (readonly unknown[])[] {
  const parts = arrangeMigrations(files, circumstances)
    .migrations.filter(({ code }) => code === null)
    .map(partOf);
  const split = splitScript(parts);
  if (!split.ok) throw new Error(split.refusal.sentence);
  return withDatabase(EMPTY, (database) => {
    const run = runMigration(database, split.statements, DEFAULT_CHOICES, {
      now: () => 0,
      onStatement: () => undefined,
      losses: keepLosses,
    });
    expect(run.outcomes.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    const rows = database.query(SCHEMA);
    return rows.ok ? rows.value : [];
  });
}

/** What native sqlite3 makes of the same SQL. */
export function runNatively(texts: readonly string[]): unknown {
  const native = nativeDatabase(texts.map((text) => `${text}\n;`).join('\n'));
  return JSON.parse(askNative(native, `SELECT json_group_array(json_array(type, name, sql)) FROM (${SCHEMA})`));
}
