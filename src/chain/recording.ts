// The SQL that records a migration in a tool's own table, as that tool would have; only where its format is known and simple.

import { quoteIdentifier, quoteText, type Outcome } from '../database';
import type { ChainMigration } from './migration';
import type { History } from './history';
import { compareVersions, isVersion } from './migrationName';
import { plainColumnsOf } from './plainHistory';
import type { ScriptPart } from '../script/statement';

/** Why a tool's table is not written to: it holds what only the tool can know. */
const NOT_SIMPLE: Partial<Record<History['tool'], string>> = {
  Flyway: 'Flyway keeps a checksum and a rank of each migration.',
  refinery: 'refinery keeps a checksum of each migration.',
  Prisma: 'Prisma keeps a checksum of each migration.',
  sqlx: 'sqlx keeps a checksum of each migration.',
  Drizzle: 'Drizzle keeps a hash of each migration.',
  Atlas: 'Atlas keeps hashes of each migration.',
  Alembic: 'Alembic goes by revisions of its own.',
  Django: 'Django’s migrations are programs.',
  Room: 'Room goes by a hash of the schema.',
  Knex: 'Knex’s migrations are programs.',
  GRDB: 'GRDB’s migrations are programs.',
};

/**
 * The entry for a migration as a part of the script, to be run right after it; or the sentence on why there can be none. The table has
 * to be there already: which tool it is that one wants is not guessed.
 */
export function recordingOf(history: History, migration: ChainMigration): Outcome<ScriptPart, string> {
  const why = NOT_SIMPLE[history.tool];
  if (why !== undefined) return { ok: false, error: why };
  const sql = entryOf(history, migration);
  if (sql === null) return { ok: false, error: `It is not clear what the entry for ${migration.path} would be.` };
  return { ok: true, value: { name: `${migration.path}, recorded in ${history.table}`, text: sql } };
}

function entryOf(history: History, migration: ChainMigration): string | null {
  const { tool, applied } = history;
  const { version, path, repeatable } = migration;
  const table = quoteIdentifier(history.table);
  // Some tools write the digits of the file's name, others the number that they are.
  const number = isVersion(version) && !version.includes('.') ? BigInt(version).toString() : null;
  if (repeatable) return null;
  if (tool === 'plain') return plainEntryOf(history, migration, number);
  if (tool === 'sql-migrate') {
    // It calls a migration by the whole name of its file, and has Go's driver write the time with its zone.
    const name = quoteText(path.split('/').at(-1) ?? path);
    return `INSERT INTO ${table} (id, applied_at) VALUES (${name}, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'));\n`;
  }
  if (number === null) return null;
  switch (tool) {
    case 'dbmate':
    case 'Rails':
    case 'Diesel':
      return `INSERT INTO ${table} (version) VALUES (${quoteText(version)});\n`;
    case 'SQLDelight':
      return migration.tool === 'sqldelight' ? `PRAGMA user_version = ${BigInt(number) + 1n};\n` : null;
    case 'goose':
      return `INSERT INTO ${table} (version_id, is_applied) VALUES (${number}, 1);\n`;
    case 'golang-migrate': {
      // One row for the newest; there is none before the first. What it had when it failed half way is its own to mend.
      if (applied.length > 1 || applied.some(({ ok }) => !ok)) return null;
      // A number that is below it would say that what has been applied since was not.
      if (applied.some((entry) => isVersion(entry.version) && compareVersions(version, entry.version) < 0)) return null;
      return (
        `UPDATE ${table} SET version = ${number}, dirty = 0;\n` +
        `INSERT INTO ${table} (version, dirty) SELECT ${number}, 0 WHERE NOT EXISTS (SELECT 1 FROM ${table});\n`
      );
    }
    default:
      return null;
  }
}

function plainEntryOf({ table, columns, applied }: History, { path, version }: ChainMigration, number: string | null) {
  const known = plainColumnsOf(columns);
  if (known === null) return null;
  const entries: (readonly [column: string, value: string])[] = [];
  if (known.version !== null) {
    // Of one version alone it is not known whether it is the newest, which the next would take the place of.
    if (number === null || (known.name === null && applied.length === 1)) return null;
    entries.push([known.version, versionLike(version, number, applied)]);
  }
  if (known.name !== null) {
    const spelled = spelledLike(path, applied);
    if (spelled === null) return null;
    entries.push([known.name, quoteText(spelled)]);
  }
  const rest = columns.filter(({ name }) => !entries.some(([column]) => column === name));
  // A key that is text, and of which nothing is said, would be NULL.
  if (rest.some(({ needed, primaryKey, type }) => needed || (primaryKey > 0 && type !== 'INTEGER'))) return null;
  const names = entries.map(([column]) => quoteIdentifier(column)).join(', ');
  return `INSERT INTO ${quoteIdentifier(table)} (${names}) VALUES (${entries.map(([, value]) => value).join(', ')});\n`;
}

/** The name of a file as the entries that are there write theirs; null where there is none to go by. */
function spelledLike(path: string, applied: History['applied']): string | null {
  const file = path.split('/').at(-1) ?? path;
  const last = applied.at(-1)?.name;
  if (last === undefined || !/^v?\d/i.test(last)) return null;
  return /\.sql$/i.test(last) ? file : file.replace(/\.sql$/i, '').replace(/\.up$/i, '');
}

/** `007` where the entries that are there keep their zeros, `7` where they do not. */
function versionLike(version: string, number: string, applied: History['applied']): string {
  let known = keepZeros.get(applied);
  if (known === undefined) {
    known = applied.some((entry) => /^0\d/.test(entry.version));
    keepZeros.set(applied, known);
  }
  return known ? quoteText(version) : number;
}

/** Whether a table keeps the zeros of versions: asked for each of thousands of files, and the same for all of them. */
const keepZeros = new WeakMap<History['applied'], boolean>();
