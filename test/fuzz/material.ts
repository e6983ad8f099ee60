// What a fuzz begins with: the fixtures with what lies beside them, and scripts that real migrations are like.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A sound database and its sidecars. */
export interface Material {
  readonly name: string;
  readonly database: Uint8Array;
  readonly log: Uint8Array | null;
  readonly journal: Uint8Array | null;
}

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const migrations = fileURLToPath(new URL('../../public/migrations/', import.meta.url));
/** Larger ones make every run slow and are like the smaller ones. */
const SMALL = 140_000;

/** The databases among the fixtures. */
export function readMaterial(): readonly Material[] {
  const names = readdirSync(fixtures);
  const read = (name: string): Uint8Array | null =>
    names.includes(name) ? new Uint8Array(readFileSync(fixtures + name)) : null;
  return names
    .filter((name) => name.endsWith('.db'))
    .map((name) => ({
      name,
      database: read(name) ?? new Uint8Array(0),
      log: read(`${name}-wal`),
      journal: read(`${name}-journal`),
    }))
    .filter(({ database }) => database.length <= SMALL);
}

/** Scripts for a table of any database, named in them as `target`. */
export const STATEMENTS = [
  'ALTER TABLE target ADD COLUMN added TEXT',
  "ALTER TABLE target ADD COLUMN stamped TEXT DEFAULT (datetime('now'))",
  "ALTER TABLE target ADD COLUMN stamped_too TEXT NOT NULL DEFAULT (datetime('now'))",
  'ALTER TABLE target ADD COLUMN fixed INTEGER NOT NULL DEFAULT 7',
  'ALTER TABLE target RENAME TO renamed; ALTER TABLE renamed RENAME TO target',
  'ALTER TABLE target ADD COLUMN passing; ALTER TABLE target DROP COLUMN passing',
  'CREATE TABLE IF NOT EXISTS made(id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, v REFERENCES target)',
  'CREATE TABLE copied AS SELECT * FROM target',
  'CREATE INDEX IF NOT EXISTS made_index ON target(rowid)',
  "CREATE UNIQUE INDEX by_text ON made(v) WHERE v > 'a'",
  'CREATE VIEW IF NOT EXISTS seen AS SELECT count(*) AS n FROM target',
  'CREATE TRIGGER IF NOT EXISTS noted AFTER INSERT ON made BEGIN UPDATE made SET v = new.id; SELECT CASE 1 WHEN 1 THEN 2 END; END',
  'INSERT INTO made(v) SELECT 1 FROM target',
  'UPDATE made SET v = v + 1',
  'DELETE FROM made WHERE id > 1',
  'DELETE FROM target',
  'DROP TABLE target',
  'PRAGMA user_version = 22',
  'PRAGMA foreign_keys = ON',
  'BEGIN; COMMIT',
  'ANALYZE',
  'REINDEX',
  'CREATE VIRTUAL TABLE found USING fts3(body)',
] as const;

/** The migrations of the catalogue, which few of the databases have tables for. */
export function readCatalog(): readonly string[] {
  return readdirSync(migrations, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => readFileSync(migrations + name, 'utf8'));
}
