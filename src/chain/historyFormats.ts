// How each migration tool's table is told from others, and what a row of it says.

import { readPlain } from './plainHistory';
import {
  entry,
  isTrue,
  textOf,
  timeOf,
  type AppliedMigration,
  type HistoryRow,
  type HistoryTool,
} from './historyEntry';

/** How the table of a tool is told and read. */
export interface HistoryFormat {
  readonly tool: HistoryTool;
  /** The table's name, in small letters. */
  readonly table: RegExp;
  /** Columns without which it is another table. */
  readonly needs: readonly string[];
  /** Columns of which one says that the table is another tool's. */
  readonly not?: readonly string[];
  /** A table that has to be there too. */
  readonly beside?: string;
  readonly order?: string;
  /** What a row says; null where it stands for no migration. */
  readonly read: (row: HistoryRow) => AppliedMigration | null;
  /** Whether a row takes back what earlier ones say of its version. Of formats with this, the last row of a version counts. */
  readonly takesBack?: (row: HistoryRow) => boolean;
  readonly notes?: (rows: readonly HistoryRow[]) => readonly string[];
}

/**
 * How each tool writes its table, from its own sources: dbmate (pkg/driver/sqlite), Rails (ActiveRecord::SchemaMigration),
 * golang-migrate (database/sqlite3), goose (internal/dialects/sqlite3.go), Flyway (SQLiteDatabase.getRawCreateScript and
 * api/CoreMigrationType, api/migration/baseline/BaselineMigrationType), refinery (refinery_core/src/traits/mod.rs), Alembic (runtime/migration.py), Django (db/migrations/recorder.py), Knex (lib/migrations), Prisma
 * (schema-engine, sql-schema-connector), Drizzle (sqlite-core/dialect.ts), Atlas (cmd/atlas/internal/migrate and sql/migrate), sqlx
 * (sqlx-sqlite/src/migrate.rs), Room (RoomMasterTable), GRDB (DatabaseMigrator), sql-migrate (migrate.go), Diesel
 * (diesel_migrations). The first that fits is taken.
 */
export const HISTORY_FORMATS: readonly HistoryFormat[] = [
  {
    tool: 'golang-migrate',
    table: /^schema_migrations$/,
    needs: ['version', 'dirty'],
    // Its version is -1 where a first migration failed and was taken back.
    read: ({ version, dirty }) => entry({ version, ok: !isTrue(dirty), upTo: true }),
    notes: noteWhere(
      ({ dirty }) => isTrue(dirty),
      'golang-migrate marks the database as dirty: a migration failed half way, and it wants that mended by hand.',
    ),
  },
  {
    tool: 'Rails',
    table: /^schema_migrations$/,
    needs: ['version'],
    beside: 'ar_internal_metadata',
    order: 'version',
    read: ({ version }) => entry({ version }),
  },
  {
    tool: 'dbmate',
    table: /^schema_migrations$/,
    needs: ['version'],
    order: 'version',
    read: ({ version }) => entry({ version }),
  },
  {
    tool: 'goose',
    table: /^goose_db_version$/,
    needs: ['id', 'version_id', 'is_applied'],
    order: 'id',
    // It writes version 0 when it makes the table. Older ones write a row for each way down; newer ones take the row away.
    read: ({ version_id, tstamp }) =>
      textOf(version_id) === '0' ? null : entry({ version: version_id, when: textOf(tstamp) }),
    takesBack: ({ is_applied }) => !isTrue(is_applied),
  },
  {
    tool: 'Flyway',
    // `schema_version` was its name before version 5.
    table: /^(flyway_schema_history|schema_version)$/,
    needs: ['installed_rank', 'version', 'description', 'success'],
    order: 'installed_rank',
    read: ({ version, description, installed_on, success, type, checksum }) =>
      textOf(type) === 'SCHEMA'
        ? null
        : entry({
            version,
            name: textOf(description),
            when: textOf(installed_on),
            ok: isTrue(success),
            upTo: /(^|_)BASELINE$/.test(textOf(type)),
            checksum: textOf(type) === 'SQL' ? checksum : null,
          }),
    takesBack: ({ type, success }) => /^(UNDO_|DELETE$)/.test(textOf(type)) && isTrue(success),
    notes: noteWhere(
      ({ success }) => !isTrue(success),
      'Flyway has recorded a migration that failed, and runs nothing before that is repaired.',
    ),
  },
  {
    tool: 'refinery',
    // Its name is a setting; TrailBase, which brings a refinery of its own, has the second.
    table: /^(refinery)?_schema_history$/,
    needs: ['version', 'name', 'applied_on', 'checksum'],
    order: 'version',
    read: ({ version, name, applied_on }) => entry({ version, name: textOf(name), when: textOf(applied_on) }),
  },
  {
    tool: 'Alembic',
    table: /^alembic_version$/,
    needs: ['version_num'],
    read: ({ version_num }) => entry({ name: textOf(version_num) }),
    notes: () => ['Alembic records only the revision that the database is at, and not those before it.'],
  },
  {
    tool: 'Django',
    table: /^django_migrations$/,
    needs: ['app', 'name'],
    order: 'id',
    read: ({ app, name, applied }) => entry({ name: `${textOf(app)}.${textOf(name)}`, when: textOf(applied) }),
  },
  {
    tool: 'Knex',
    table: /^knex_migrations$/,
    needs: ['name', 'batch'],
    order: 'id',
    read: ({ name, migration_time }) => entry({ name: textOf(name), when: timeOf(migration_time) }),
  },
  {
    tool: 'Prisma',
    table: /^_prisma_migrations$/,
    needs: ['migration_name', 'finished_at', 'rolled_back_at'],
    order: 'started_at',
    read: ({ migration_name, finished_at, rolled_back_at, checksum }) =>
      rolled_back_at === null
        ? entry({ name: textOf(migration_name), when: timeOf(finished_at), ok: finished_at !== null, checksum })
        : null,
    notes: noteWhere(
      ({ finished_at, rolled_back_at }) => finished_at === null && rolled_back_at === null,
      'Prisma has recorded a migration that was begun and not ended, and deploys nothing before that is resolved.',
    ),
  },
  {
    tool: 'Drizzle',
    table: /^__drizzle_migrations$/,
    needs: ['hash', 'created_at'],
    order: 'created_at',
    // It runs what is newer than the newest entry; since its version 1, whose table has names, what has no entry.
    read: ({ hash, created_at, name }) =>
      entry({
        version: created_at,
        name: textOf(name) || textOf(hash).slice(0, 12),
        when: timeOf(created_at),
        upTo: name === undefined,
        checksum: hash,
      }),
  },
  {
    tool: 'Atlas',
    table: /^atlas_schema_revisions$/,
    needs: ['version', 'description', 'applied', 'total'],
    order: 'version',
    // A version with a dot in front is its own note; type 1 is a baseline, which stands for all before it.
    read: ({ version, description, applied, total, executed_at, type, hash }) =>
      textOf(version).startsWith('.')
        ? null
        : entry({
            version,
            name: textOf(description),
            when: textOf(executed_at),
            ok: textOf(applied) === textOf(total),
            upTo: textOf(type) === '1',
            checksum: hash,
          }),
    notes: noteWhere(
      ({ applied, total }) => textOf(applied) !== textOf(total),
      'Atlas has recorded a migration of which only a part was applied.',
    ),
  },
  {
    tool: 'sqlx',
    table: /^_sqlx_migrations$/,
    needs: ['version', 'description', 'success'],
    order: 'version',
    read: ({ version, description, installed_on, success, checksum }) =>
      entry({ version, name: textOf(description), when: textOf(installed_on), ok: isTrue(success), checksum }),
    notes: noteWhere(
      ({ success }) => !isTrue(success),
      'sqlx has recorded a migration that was begun and not ended, and runs nothing before that is mended.',
    ),
  },
  {
    tool: 'sql-migrate',
    table: /^gorp_migrations$/,
    needs: ['id', 'applied_at'],
    order: 'applied_at',
    read: ({ id, applied_at }) => entry({ name: textOf(id), when: textOf(applied_at) }),
  },
  {
    tool: 'Diesel',
    table: /^__diesel_schema_migrations$/,
    needs: ['version'],
    order: 'version',
    read: ({ version, run_on }) => entry({ version, when: textOf(run_on) }),
  },
  {
    tool: 'Room',
    table: /^room_master_table$/,
    needs: ['identity_hash'],
    read: ({ identity_hash }) => entry({ name: `schema ${textOf(identity_hash)}` }),
    notes: () => [
      'Room keeps a hash of the schema that it expects and the version in user_version. After another migration it refuses the database, unless both are set as its own would.',
    ],
  },
  {
    tool: 'GRDB',
    table: /^grdb_migrations$/,
    needs: ['identifier'],
    read: ({ identifier }) => entry({ name: textOf(identifier) }),
  },
  {
    tool: 'plain',
    table: /^(_|__|d1_|schema_|db_)?migrations?(_history)?$|^schema_(version|history)$/,
    needs: [],
    not: ['dirty', 'hash', 'checksum'],
    read: readPlain,
  },
];

function noteWhere(
  holds: (row: HistoryRow) => boolean,
  note: string,
): (rows: readonly HistoryRow[]) => readonly string[] {
  return (rows) => (rows.some(holds) ? [note] : []);
}
