// What migration tools have recorded: their tables as they make them, read for what is applied, and written to as they would.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { arrangeMigrations } from '../../src/chain/folder';
import type { ChainMigration } from '../../src/chain/migration';
import { readHistory, type History } from '../../src/chain/history';
import { findUnmatched, isRunByDefault, tellPending } from '../../src/chain/pending';
import { recordingOf } from '../../src/chain/recording';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { runMigration } from '../../src/migration/run/run';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { splitScript } from '../../src/script/split';
import { askNative, digestOf, digestOfOverlay, engine, nativeDatabase, overlayOf, withDatabase } from '../databases';
import { toolFolders } from './folders';

/** The tables as the tools themselves make them. */
const TABLES = {
  dbmate: 'CREATE TABLE IF NOT EXISTS "schema_migrations" (version varchar(128) primary key)',
  rails: `CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
    CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL)`,
  golang: `CREATE TABLE IF NOT EXISTS schema_migrations (version uint64,dirty bool);
    CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON schema_migrations (version)`,
  goose: `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
    is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
    INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`,
  flyway: `CREATE TABLE "flyway_schema_history" ("installed_rank" INT NOT NULL PRIMARY KEY, "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL, "script" VARCHAR(1000) NOT NULL, "checksum" INT,
    "installed_by" VARCHAR(100) NOT NULL, "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "execution_time" INT NOT NULL, "success" BOOLEAN NOT NULL)`,
  refinery: `CREATE TABLE IF NOT EXISTS refinery_schema_history(version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255),
    checksum VARCHAR(255))`,
  prisma: `CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
    "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
  drizzle: 'CREATE TABLE "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
  sqlx: `CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)`,
  atlas: `CREATE TABLE "atlas_schema_revisions" ("version" text NOT NULL PRIMARY KEY, "description" text NOT NULL, "type" integer NOT NULL DEFAULT 2,
    "applied" integer NOT NULL DEFAULT 0, "total" integer NOT NULL DEFAULT 0, "executed_at" datetime NOT NULL, "execution_time" integer NOT NULL,
    "error" text NULL, "error_stmt" text NULL, "hash" text NOT NULL, "partial_hashes" json NULL, "operator_version" text NOT NULL)`,
  django: `CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL,
    "name" varchar(255) NOT NULL, "applied" datetime NOT NULL)`,
  alembic:
    'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))',
  knex: 'CREATE TABLE `knex_migrations` (`id` integer not null primary key autoincrement, `name` varchar(255), `batch` integer, `migration_time` datetime)',
  sqlmigrate: 'CREATE TABLE "gorp_migrations" ("id" varchar(255) not null primary key, "applied_at" datetime)',
  diesel: `CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
  npmSqlite:
    'CREATE TABLE "migrations" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up TEXT NOT NULL, down TEXT NOT NULL)',
  versions: 'CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT)',
  ids: 'CREATE TABLE migrations (id TEXT PRIMARY KEY, applied_at TEXT)',
  room: 'CREATE TABLE room_master_table (id INTEGER PRIMARY KEY,identity_hash TEXT)',
  grdb: 'CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)',
  plain:
    "CREATE TABLE _migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at TEXT NOT NULL DEFAULT (datetime('now')))",
} as const;

function databaseWith(tool: keyof typeof TABLES, rows = ''): Uint8Array {
  return nativeDatabase(`CREATE TABLE people(id); ${TABLES[tool]}; ${rows}`);
}

function historiesOf(bytes: Uint8Array): readonly History[] {
  return withDatabase(bytes, readHistory);
}

function migrationsOf(...paths: readonly string[]): readonly ChainMigration[] {
  return arrangeMigrations(paths.map((path) => ({ path, text: 'SELECT 1;' }))).migrations;
}

describe('The table of a tool is known and read', () => {
  it.each([
    ['dbmate', 'dbmate', "INSERT INTO schema_migrations VALUES ('20260101120000')", ['20260101120000||']],
    ['rails', 'Rails', "INSERT INTO schema_migrations VALUES ('20260101120000')", ['20260101120000||']],
    ['golang', 'golang-migrate', 'INSERT INTO schema_migrations VALUES (7, 0)', ['7||']],
    ['golang', 'golang-migrate', 'INSERT INTO schema_migrations VALUES (7, 1)', ['7|||failed']],
    [
      'goose',
      'goose',
      "INSERT INTO goose_db_version(version_id, is_applied, tstamp) VALUES (1, 1, 'a'), (2, 1, 'b'), (1, 0, 'c')",
      ['2||b'],
    ],
    [
      'flyway',
      'Flyway',
      "INSERT INTO flyway_schema_history VALUES (1, '1', 'people', 'SQL', 'V1__people.sql', 5, 'me', 'then', 3, 1), (2, NULL, 'views', 'SQL', 'R__views.sql', 5, 'me', 'now', 3, 0)",
      ['1|people|then', '|views|now|failed'],
    ],
    [
      'refinery',
      'refinery',
      "INSERT INTO refinery_schema_history VALUES (2, 'pets', 'now', '9'), (1, 'people', 'then', '17')",
      ['1|people|then', '2|pets|now'],
    ],
    [
      'prisma',
      'Prisma',
      "INSERT INTO _prisma_migrations(id, checksum, finished_at, migration_name, rolled_back_at) VALUES ('a', 'x', 1767225600000, '1_a', NULL), ('b', 'x', NULL, '2_b', NULL), ('c', 'x', NULL, '3_c', 1767225600000)",
      ['|1_a|2026-01-01 00:00:00', '|2_b||failed'],
    ],
    [
      'drizzle',
      'Drizzle',
      "INSERT INTO __drizzle_migrations(hash, created_at) VALUES ('abcdefabcdefabcdef', 1767225600000)",
      ['1767225600000|abcdefabcdef|2026-01-01 00:00:00'],
    ],
    ['sqlx', 'sqlx', "INSERT INTO _sqlx_migrations VALUES (1, 'people', 'then', 1, x'00', 5)", ['1|people|then']],
    [
      'atlas',
      'Atlas',
      "INSERT INTO atlas_schema_revisions VALUES ('1', 'people', 2, 2, 2, 'then', 1, NULL, NULL, 'h', NULL, 'v'), ('2', 'pets', 2, 1, 2, 'now', 1, 'e', NULL, 'h', NULL, 'v')",
      ['1|people|then', '2|pets|now|failed'],
    ],
    [
      'django',
      'Django',
      "INSERT INTO django_migrations(app, name, applied) VALUES ('auth', '0001_initial', 'then')",
      ['|auth.0001_initial|then'],
    ],
    ['alembic', 'Alembic', "INSERT INTO alembic_version VALUES ('ae1027a6acf')", ['|ae1027a6acf|']],
    [
      'knex',
      'Knex',
      "INSERT INTO knex_migrations(name, batch, migration_time) VALUES ('1_a.js', 1, 1767225600000)",
      ['|1_a.js|2026-01-01 00:00:00'],
    ],
    [
      'flyway',
      'Flyway',
      "INSERT INTO flyway_schema_history VALUES (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '', NULL, 'me', 'a', 0, 1), (1, '3', '<< Flyway Baseline >>', 'BASELINE', '', NULL, 'me', 'b', 0, 1), (2, '4', 'x', 'SQL', 'V4__x.sql', 5, 'me', 'c', 3, 1), (3, '5', 'y', 'SQL', 'V5__y.sql', 5, 'me', 'd', 3, 1), (4, '4', 'x', 'UNDO_SQL', 'U4__x.sql', 5, 'me', 'e', 3, 1)",
      ['3|<< Flyway Baseline >>|b', '5|y|d'],
    ],
    [
      'atlas',
      'Atlas',
      "INSERT INTO atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 'x', 2, 0, 0, 'then', 1, NULL, NULL, 'h', NULL, 'v'), ('3', 'base', 1, 0, 0, 'then', 1, NULL, NULL, '', NULL, 'v')",
      ['3|base|then'],
    ],
    ['sqlmigrate', 'sql-migrate', "INSERT INTO gorp_migrations VALUES ('1_a.sql', 'then')", ['|1_a.sql|then']],
    [
      'diesel',
      'Diesel',
      "INSERT INTO __diesel_schema_migrations VALUES ('20260101120000', 'then')",
      ['20260101120000||then'],
    ],
    ['npmSqlite', 'plain', "INSERT INTO migrations VALUES (1, 'initial', 'up', 'down')", ['1|initial|']],
    ['versions', 'plain', "INSERT INTO schema_version VALUES (3, 'then')", ['3||then']],
    ['ids', 'plain', "INSERT INTO migrations VALUES ('001_a', 'then')", ['001_a||then']],
    ['room', 'Room', "INSERT INTO room_master_table VALUES (42, 'abc')", ['|schema abc|']],
    ['grdb', 'GRDB', "INSERT INTO grdb_migrations VALUES ('v1')", ['|v1|']],
    ['plain', 'plain', "INSERT INTO _migrations(name, applied_at) VALUES ('001_a.sql', 'then')", ['|001_a.sql|then']],
  ] as const)('%s as that of %s: %s', (table, tool, rows, expected) => {
    const histories = historiesOf(databaseWith(table, rows));
    expect(histories.map((history) => history.tool)).toEqual([tool]);
    const shown = histories[0]?.applied.map(
      ({ version, name, when, ok }) => `${version}|${name}|${when}${ok ? '' : '|failed'}`,
    );
    expect(shown).toEqual(expected);
    const hasNote = expected.join('').includes('failed') || tool === 'Alembic' || tool === 'Room';
    expect((histories[0]?.notes.length ?? 0) > 0).toBe(hasNote);
  });

  it('and a table that is only called like one is left alone, as is one with anything in its cells', () => {
    const odd =
      nativeDatabase(`CREATE TABLE schema_migrations(a); CREATE TABLE migrations(x, y); CREATE TABLE people(id);
      CREATE VIEW goose_db_version AS SELECT 1 id, 2 version_id, 1 is_applied;
      CREATE TABLE _sqlx_migrations(version, description, success); INSERT INTO _sqlx_migrations VALUES (x'00ff', NULL, 'maybe'), (1e300, 5, x'');`);
    expect(
      historiesOf(odd).map(({ table, applied }) => [table, applied.map(({ version, ok }) => [version, ok])]),
    ).toEqual([
      [
        '_sqlx_migrations',
        [
          ['1e+300', false],
          ['a BLOB of 2 bytes', false],
        ],
      ],
    ]);
  });
});

describe('A table is read without harm', () => {
  it('however much is in a cell, or in all of it', () => {
    const many = databaseWith(
      'versions',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
       INSERT INTO schema_version SELECT i, CASE i WHEN 7 THEN printf('%.*c', 5000000, 'x') WHEN 8 THEN zeroblob(5000000) END FROM n`,
    );
    const [history] = historiesOf(many);
    expect(history?.applied).toHaveLength(20_000);
    expect(history?.notes).toEqual(['Only the first 20000 entries were read.']);
    expect(history?.applied[6]?.when).toBe('x'.repeat(1_000));
    expect(history?.applied[7]?.when).toBe('a BLOB of 1000 bytes');
    const paths = Array.from({ length: 2_000 }, (_, at) => `${at + 19_001}_x.sql`);
    expect(tellPending(migrationsOf(...paths), history ? [history] : []).map(({ status }) => status)).toEqual(
      paths.map((_, at) => (at < 1_000 ? 'applied' : 'pending')),
    );
  });

  it('where a version is millions of digits, or a column of the table computes', () => {
    const odd = nativeDatabase(`CREATE TABLE schema_migrations(version PRIMARY KEY, twice AS (version || version));
      INSERT INTO schema_migrations VALUES (replace(hex(zeroblob(2000000)), '0', '9')), ('1'), (NULL), (-1);
      CREATE TABLE "MIGRATIONS"("Name" COLLATE NOCASE, "a""b'c");
      INSERT INTO "MIGRATIONS" VALUES ('<b>1_a.sql</b>', 1), ('1_a.sql', 2)`);
    const histories = historiesOf(odd);
    expect(histories.map(({ table, applied }) => [table, applied.length])).toEqual([
      ['MIGRATIONS', 2],
      ['schema_migrations', 4],
    ]);
    expect(tellPending(migrationsOf('1_a.sql', '2_b.sql'), histories).map(({ status }) => status)).toEqual([
      'applied',
      'pending',
    ]);
  });

  it('and nothing is written', () => {
    const bytes = databaseWith('goose');
    const overlay = overlayOf(bytes);
    const database = engine.open(overlay);
    expect(readHistory(database)).toHaveLength(1);
    database.close();
    expect(digestOfOverlay(overlay)).toBe(digestOf(bytes));
  });
});

describe('Pending is told from applied', () => {
  const tell = (bytes: Uint8Array, migrations: readonly ChainMigration[]): readonly string[] =>
    tellPending(migrations, historiesOf(bytes)).map(({ status, notes }) => status + (notes.length > 0 ? ' +' : ''));

  it.each([
    [
      'dbmate',
      "INSERT INTO schema_migrations VALUES ('1'), ('3')",
      ['1_a.sql', '2_b.sql', '3_c.sql', '4_d.sql'],
      ['applied', 'pending +', 'applied', 'pending'],
    ],
    [
      'golang',
      'INSERT INTO schema_migrations VALUES (2, 0)',
      ['1_a.up.sql', '2_b.up.sql', '10_c.up.sql'],
      ['unknown +', 'applied', 'pending'],
    ],
    [
      'golang',
      'INSERT INTO schema_migrations VALUES (2, 1)',
      ['1_a.up.sql', '2_b.up.sql', '10_c.up.sql'],
      ['unknown +', 'failed +', 'pending'],
    ],
    [
      'goose',
      'INSERT INTO goose_db_version(version_id, is_applied) VALUES (1, 1)',
      ['00001_a.sql', '00002_b.sql'],
      ['applied', 'pending'],
    ],
    [
      'flyway',
      "INSERT INTO flyway_schema_history VALUES (1, '1.2', 'a', 'SQL', 's', 5, 'me', 't', 3, 1), (2, NULL, 'all views', 'SQL', 's', 5, 'me', 't', 3, 1)",
      ['V1.2__a.sql', 'V1.10__b.sql', 'R__all_views.sql', 'R__other.sql'],
      ['applied', 'pending', 'applied +', 'pending'],
    ],
    [
      'prisma',
      "INSERT INTO _prisma_migrations(id, checksum, finished_at, migration_name) VALUES ('a', 'x', 1, '20260101_a')",
      ['20260101_a/migration.sql', '20260102_b/migration.sql'],
      ['applied', 'pending'],
    ],
    [
      'plain',
      "INSERT INTO _migrations(name) VALUES ('001_a'), ('002_b.sql')",
      ['001_a.sql', '002_b.sql', '003_c.sql'],
      ['applied', 'applied', 'pending'],
    ],
    ['alembic', "INSERT INTO alembic_version VALUES ('1')", ['1_a.sql'], ['unrecorded']],
    // SQLDelight runs what is not below user_version, and says nothing by 0; of other folders user_version says nothing.
    [
      'ids',
      'PRAGMA user_version = 3',
      ['1.sqm', '2.sqm', '3.sqm', '10.sqm'],
      ['applied', 'applied', 'pending', 'pending'],
    ],
    ['room', 'PRAGMA user_version = 1', ['1.sqm', '2.sqm'], ['pending', 'pending']],
    ['room', 'SELECT 1', ['1.sqm', '2.sqm'], ['unrecorded', 'unrecorded']],
    ['room', 'PRAGMA user_version = 3', ['1_a.sql', '2_b.sql'], ['unrecorded', 'unrecorded']],
    // What is not of the table's tool, or has no number to go by, is not guessed.
    ['goose', 'SELECT 1', ['V1__a.sql', 'V2__b.sql'], ['unrecorded', 'unrecorded']],
    ['flyway', 'SELECT 1', ['1_a.sql'], ['unrecorded']],
    ['prisma', 'SELECT 1', ['1_a.sql'], ['unrecorded']],
    [
      'refinery',
      "INSERT INTO refinery_schema_history VALUES (1, 'a', 'then', '17'), (3, 'c', 'then', '9')",
      ['V1__a.sql', 'V2__b.sql', 'U3__c.sql', 'V4__d.sql'],
      ['applied', 'pending +', 'applied', 'pending'],
    ],
    ['refinery', 'SELECT 1', ['1_a.sql'], ['unrecorded']],
    ['drizzle', "INSERT INTO __drizzle_migrations(hash, created_at) VALUES ('h', 1)", ['0000_a.sql'], ['unrecorded']],
    ['dbmate', "INSERT INTO schema_migrations VALUES ('1')", ['1_a.sql', 'b.sql'], ['applied', 'unknown +']],
    [
      'plain',
      "INSERT INTO _migrations(name) VALUES ('CreatePeople1690000000'), ('2014_10_12_000000_create_users')",
      ['001_a.sql'],
      ['unrecorded'],
    ],
    ['plain', '', ['001_a.sql'], ['pending']],
    [
      'flyway',
      "INSERT INTO flyway_schema_history VALUES (1, '3', 'x', 'BASELINE', '', NULL, 'me', 't', 0, 1), (2, '5', 'y', 'SQL', 's', 5, 'me', 't', 3, 0)",
      ['V1__a.sql', 'V3__b.sql', 'V4__c.sql', 'V5__d.sql'],
      ['applied +', 'applied +', 'pending', 'failed +'],
    ],
    // A file B2__… that began an empty database: what is below it was never run there.
    [
      'flyway',
      "INSERT INTO flyway_schema_history VALUES (1, '2', 'base', 'SQL_BASELINE', 's', 5, 'me', 't', 3, 1), (2, '3', 'c', 'SQL', 's', 5, 'me', 't', 3, 1)",
      ['B2__base.sql', 'V1__a.sql', 'V2__b.sql', 'V3__c.sql', 'V4__d.sql'],
      ['applied +', 'applied +', 'applied', 'pending'],
    ],
    [
      'atlas',
      "INSERT INTO atlas_schema_revisions VALUES ('20260102', 'base', 1, 0, 0, 'then', 1, NULL, NULL, '', NULL, 'v')",
      ['20260101_a.sql', '20260102_b.sql', '20260103_c.sql'],
      ['applied +', 'applied +', 'pending'],
    ],
    [
      'sqlx',
      "INSERT INTO _sqlx_migrations VALUES (1, 'a', 't', 1, x'00', 5), (2, 'b', 't', 0, x'00', 5)",
      ['0001_a.up.sql', '0002_b.up.sql', '0003_c.up.sql'],
      ['applied', 'failed +', 'pending'],
    ],
    ['golang', 'INSERT INTO schema_migrations VALUES (-1, 1)', ['1_a.up.sql'], ['pending']],
    [
      'diesel',
      "INSERT INTO __diesel_schema_migrations(version) VALUES ('20260101120000')",
      ['2026-01-01-120000_a/up.sql', '2026-01-02-120000_b/up.sql'],
      ['applied', 'pending'],
    ],
    [
      'npmSqlite',
      "INSERT INTO migrations VALUES (1, 'same', '', '')",
      ['001-same.sql', '002-same.sql'],
      ['applied', 'pending'],
    ],
    // One version alone may be the newest, or all.
    [
      'versions',
      "INSERT INTO schema_version VALUES (2, 't')",
      ['1_a.sql', '2_b.sql', '3_c.sql'],
      ['unknown +', 'applied', 'pending'],
    ],
    [
      'versions',
      "INSERT INTO schema_version VALUES (1, 't'), (3, 't')",
      ['1_a.sql', '2_b.sql', '3_c.sql'],
      ['applied', 'pending +', 'applied'],
    ],
    ['ids', "INSERT INTO migrations VALUES ('001_a', 't')", ['001_a.sql', '002_b.sql'], ['applied', 'pending']],
    [
      'knex',
      "INSERT INTO knex_migrations(name, batch) VALUES ('1_a.sql', 1)",
      ['1_a.sql', '2_b.sql'],
      ['applied', 'pending'],
    ],
    ['knex', "INSERT INTO knex_migrations(name, batch) VALUES ('1_a.js', 1)", ['1_a.sql'], ['unrecorded']],
  ] as const)('%s, %s', (table, rows, paths, expected) => {
    expect(tell(databaseWith(table, rows), migrationsOf(...paths))).toEqual(expected);
  });

  it('by the times of Drizzle’s journal', () => {
    const { migrations } = arrangeMigrations([
      { path: '0000_a.sql', text: 'SELECT 1;' },
      { path: '0001_b.sql', text: 'SELECT 2;' },
      {
        path: 'meta/_journal.json',
        text: JSON.stringify({
          entries: [
            { when: 1000, tag: '0000_a' },
            { when: 2000, tag: '0001_b' },
          ],
        }),
      },
    ]);
    const bytes = databaseWith('drizzle', "INSERT INTO __drizzle_migrations(hash, created_at) VALUES ('h', 1000)");
    expect(tell(bytes, migrations)).toEqual(['applied', 'pending']);
  });

  it('by the last time that Drizzle has recorded: a file below it without an entry of its own is unknown', () => {
    const times = fc.uniqueArray(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_030 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(times, times, (recorded, files) => {
        const entries = files.map((when, at) => ({ when, tag: `${String(at).padStart(4, '0')}_x` }));
        const { migrations } = arrangeMigrations([
          ...entries.map(({ tag }) => ({ path: `drizzle/${tag}.sql`, text: 'SELECT 1;' })),
          { path: 'drizzle/meta/_journal.json', text: JSON.stringify({ entries }) },
        ]);
        const rows = recorded.map((when) => `('h${when}', ${when})`).join(', ');
        const bytes = databaseWith('drizzle', `INSERT INTO __drizzle_migrations(hash, created_at) VALUES ${rows}`);
        const told = tellPending(migrations, historiesOf(bytes));
        const last = Number(
          askNative(bytes, 'SELECT created_at FROM __drizzle_migrations ORDER BY created_at DESC LIMIT 1'),
        );
        expect(told.map(({ status }) => status)).toEqual(
          files.map((when) => (recorded.includes(when) ? 'applied' : last < when ? 'pending' : 'unknown')),
        );
        for (const [at, { status, notes }] of told.entries()) {
          if (status !== 'unknown') continue;
          expect(notes).toEqual([
            `Drizzle will never run it: its time ${files[at]} is below the last one recorded, ${last}, and no entry has its time.`,
          ]);
        }
      }),
      { numRuns: 25, seed: 16 },
    );
  });

  it('by goose as pending, and with a word, where a longer number of a later day is recorded', () => {
    const bytes = databaseWith(
      'goose',
      'INSERT INTO goose_db_version(version_id, is_applied) VALUES (20240701090000, 1), (2024070215040505, 1)',
    );
    const paths = ['20240701090000_first.sql', '2024070215040505_two_digits_more.sql', '20240801090000_later.sql'];
    expect(migrationsOf(...paths).map(({ path }) => path)).toEqual([paths[0], paths[2], paths[1]]);
    expect(tell(bytes, migrationsOf(...paths))).toEqual(['applied', 'pending +', 'applied']);
  });

  it('but not by the table of another tool than the files say they are for', () => {
    const atlas = toolFolders.find(({ tool }) => tool === 'atlas')?.files ?? [];
    const bytes = databaseWith('dbmate', "INSERT INTO schema_migrations VALUES ('20260101000000')");
    expect(tell(bytes, arrangeMigrations(atlas).migrations)).toEqual(['unrecorded', 'unrecorded', 'unrecorded']);
  });

  it('by the times in the names of Drizzle’s folders since its version 1, one by one', () => {
    const files = ['20260101120000_a', '20260102120000_b', '20260103120000_c'].flatMap((name) => [
      { path: `drizzle/${name}/migration.sql`, text: 'SELECT 1;' },
      { path: `drizzle/${name}/snapshot.json`, text: '{}' },
    ]);
    const { tool, migrations } = arrangeMigrations(files);
    expect(tool).toBe('drizzle');
    const bytes = nativeDatabase(`CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL,
      created_at numeric, name text, applied_at TEXT);
      INSERT INTO __drizzle_migrations(hash, created_at, name) VALUES
        ('h', strftime('%s', '2026-01-01 12:00:00') * 1000, NULL), ('h', 5, '20260103120000_c')`);
    expect(tell(bytes, migrations)).toEqual(['applied', 'pending +', 'applied']);
  });

  it('as native sqlite3 tells it from the same numbers, whatever they are', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(numbers, numbers, fc.nat(3), (recorded, files, zeros) => {
        const rows = recorded.map((number) => `('${number}')`).join(', ');
        const bytes = databaseWith('dbmate', `INSERT INTO schema_migrations VALUES ${rows}`);
        const paths = files.map((number) => `${'0'.repeat(zeros)}${number}_x.sql`);
        const expected = askNative(
          bytes,
          `WITH files(n) AS (VALUES ${files.map((number) => `(${number})`).join(', ')}),
             known(n) AS (SELECT n FROM files WHERE n IN (SELECT CAST(version AS INTEGER) FROM schema_migrations))
           SELECT group_concat(CASE WHEN n IN known THEN 'applied'
             WHEN n < (SELECT max(n) FROM known) THEN 'pending +' ELSE 'pending' END, ',')
           FROM (SELECT n FROM files ORDER BY n)`,
        );
        expect(tell(bytes, migrationsOf(...paths)).join(',')).toBe(expected);
      }),
      runs(20),
    );
  });

  it('and what is recorded but has no file is told, also where one entry stands for all before it', () => {
    const golang = historiesOf(databaseWith('golang', 'INSERT INTO schema_migrations VALUES (9, 0)'));
    expect(findUnmatched(migrationsOf('1_a.up.sql'), golang).map(({ entry }) => entry.version)).toEqual(['9']);
    expect(findUnmatched(migrationsOf('1_a.up.sql', '9_b.up.sql'), golang)).toEqual([]);
  });

  it('by text where dbmate wrote it: 1 is not its 001, and its files stand in the order of their names', () => {
    const files = ['001_a.sql', '2_b.sql', '10_c.sql'].map((path) => ({ path, text: '-- migrate:up\nSELECT 1;' }));
    const { migrations, needs } = arrangeMigrations([...files, { path: '1_d.sql', text: files[0]?.text ?? '' }]);
    expect(migrations.map(({ path }) => path)).toEqual(['001_a.sql', '10_c.sql', '1_d.sql', '2_b.sql']);
    expect(migrations[2]?.warnings).toEqual([
      'dbmate orders files by their names as texts, so this one comes after 10_c.sql.',
    ]);
    expect(needs).toEqual([]);
    const told = (recorded: string) =>
      tellPending(migrations, historiesOf(databaseWith('dbmate', `INSERT INTO schema_migrations VALUES ${recorded}`)));
    expect(told("('001'), ('10')").map(({ status }) => status)).toEqual(['applied', 'applied', 'unknown', 'pending']);
    expect(told("('1')")[0]?.notes).toEqual([
      'schema_migrations has 1, and dbmate compares texts: 001 is another version to it, so it would run this file.',
    ]);
  });

  it('and what SQLDelight runs sets user_version, as its own drivers do', () => {
    const bytes = databaseWith('ids', 'PRAGMA user_version = 2');
    const [history] = historiesOf(bytes).filter(({ tool }) => tool === 'SQLDelight');
    const [, second] = migrationsOf('1.sqm', '2.sqm');
    const [plain] = migrationsOf('2_a.sql');
    if (!history || !second || !plain) throw new Error('no history');
    expect(recordingOf(history, second)).toEqual({
      ok: true,
      value: { name: '2.sqm, recorded in user_version', text: 'PRAGMA user_version = 3;\n' },
    });
    expect(recordingOf(history, plain).ok).toBe(false);
  });

  it('and what is recorded but has no file is told', () => {
    const histories = historiesOf(databaseWith('dbmate', "INSERT INTO schema_migrations VALUES ('1'), ('9')"));
    expect(findUnmatched(migrationsOf('1_a.sql'), histories).map(({ entry }) => entry.version)).toEqual(['9']);
  });
});

describe('A chain on a database that has had the first of it', () => {
  it.each([
    ['dbmate', 'dbmate', "INSERT INTO schema_migrations VALUES ('20260101120000')"],
    ['goose', 'goose', 'INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 1)'],
    ['golang-migrate', 'golang', 'INSERT INTO schema_migrations VALUES (1, 0)'],
    ['sql-migrate', 'sqlmigrate', "INSERT INTO gorp_migrations VALUES ('1_people.sql', 'then')"],
    ['diesel', 'diesel', "INSERT INTO __diesel_schema_migrations(version) VALUES ('20260101120000')"],
    ['plain', 'plain', "INSERT INTO _migrations(name) VALUES ('001_people')"],
  ] as const)('of %s: what is pending runs, is recorded, and nothing is pending then', (tool, table, applied) => {
    const folder = toolFolders.find((one) => one.tool === tool);
    const { migrations } = arrangeMigrations(folder?.files ?? []);
    const [first] = migrations;
    const input = nativeDatabase(`${first?.text ?? ''};\n${TABLES[table]}; ${applied};`);
    const histories = historiesOf(input);
    const told = tellPending(migrations, histories);
    expect(told.map(({ status }) => status)).toEqual(['applied', ...migrations.slice(1).map(() => 'pending')]);
    const parts = migrations.slice(1).flatMap((migration) => [
      { name: migration.path, text: migration.text },
      ...histories.flatMap((history) => {
        const recording = recordingOf(history, migration);
        return recording.ok ? [recording.value] : [];
      }),
    ]);
    const split = splitScript(parts);
    if (!split.ok) throw new Error(split.refusal.sentence);
    const overlay = overlayOf(input);
    const database = engine.open(overlay);
    const tools = { now: () => 0, onStatement: () => undefined, losses: keepLosses };
    expect(runMigration(database, split.statements, DEFAULT_CHOICES, tools).committed).toBe(true);
    database.close();
    const output = overlay.read(0, overlay.size);
    const after = tellPending(migrations, historiesOf(output));
    // golang-migrate keeps its last version alone.
    const before = tool === 'golang-migrate' ? 'unknown' : 'applied';
    expect(after.map(({ status }) => status)).toEqual([...migrations.slice(1).map(() => before), 'applied']);
    expect(after.filter(({ status }) => isRunByDefault(status))).toEqual([]);
    expect(findUnmatched(migrations, historiesOf(output))).toEqual([]);
    const asked = 'SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE sql NOT NULL ORDER BY name)';
    expect(askNative(output, asked)).toContain('people,people_named,pets,renamed');
  });
});

describe('What is run is recorded as the tool would have', () => {
  it.each([
    [
      'dbmate',
      "INSERT INTO schema_migrations VALUES ('001')",
      '002_b.sql',
      'SELECT group_concat(version) FROM schema_migrations',
      '001,002',
    ],
    [
      'rails',
      "INSERT INTO schema_migrations VALUES ('1')",
      '2_b.sql',
      'SELECT group_concat(version) FROM schema_migrations',
      '1,2',
    ],
    [
      'goose',
      '',
      '00002_b.sql',
      'SELECT group_concat(version_id || is_applied || (tstamp IS NOT NULL)) FROM goose_db_version',
      '011,211',
    ],
    ['golang', 'INSERT INTO schema_migrations VALUES (1, 0)', '2_b.up.sql', 'SELECT * FROM schema_migrations', '2|0'],
    ['golang', '', '2_b.up.sql', 'SELECT * FROM schema_migrations', '2|0'],
    ['sqlmigrate', '', 'db/2_b.sql', 'SELECT id, julianday(applied_at) > 2460000 FROM gorp_migrations', '2_b.sql|1'],
    [
      'diesel',
      "INSERT INTO __diesel_schema_migrations(version) VALUES ('20260101120000')",
      '2026-01-02-120000_b/up.sql',
      'SELECT group_concat(version) FROM __diesel_schema_migrations',
      '20260101120000,20260102120000',
    ],
    [
      'versions',
      'INSERT INTO schema_version(version) VALUES (1), (2)',
      '003_c.sql',
      'SELECT group_concat(version) FROM schema_version',
      '1,2,3',
    ],
    [
      'plain',
      "INSERT INTO _migrations(name) VALUES ('001_a.sql')",
      '002_b.sql',
      'SELECT group_concat(name) FROM _migrations',
      '001_a.sql,002_b.sql',
    ],
    [
      'plain',
      "INSERT INTO _migrations(name) VALUES ('001_a')",
      '002_b.sql',
      'SELECT group_concat(name) FROM _migrations',
      '001_a,002_b',
    ],
  ] as const)('%s, %s: %s', (table, rows, path, asked, expected) => {
    const bytes = databaseWith(table, rows);
    const [history] = historiesOf(bytes);
    const text = table === 'sqlmigrate' ? '-- +migrate Up\nSELECT 1;' : 'SELECT 1;';
    const [migration] = arrangeMigrations([{ path, text }]).migrations;
    if (!history || !migration) throw new Error('nothing to record');
    const recording = recordingOf(history, migration);
    const written = nativeDatabase(
      `CREATE TABLE people(id); ${TABLES[table]}; ${rows}; ${recording.ok ? recording.value.text : ''}`,
    );
    expect(askNative(written, asked)).toBe(expected);
    const after = withDatabase(written, readHistory);
    expect(tellPending([migration], after)[0]?.status).toBe('applied');
  });

  it.each([
    ['flyway', 'V2__b.sql'],
    ['prisma', '2_b/migration.sql'],
    ['sqlx', '2_b.sql'],
    ['drizzle', '2_b.sql'],
    ['atlas', '2_b.sql'],
    ['plain', '2_b.sql'],
    ['dbmate', 'b.sql'],
    ['golang', '2_b.up.sql', 'INSERT INTO schema_migrations VALUES (1, 1)'],
    ['golang', '2_b.up.sql', 'INSERT INTO schema_migrations VALUES (3, 0)'],
    ['versions', '2_b.sql', 'INSERT INTO schema_version(version) VALUES (1)'],
    ['npmSqlite', '002-b.sql', "INSERT INTO migrations VALUES (1, 'a', '', '')"],
    ['plain', '2_b.sql', "INSERT INTO _migrations(name) VALUES ('CreatePeople')"],
    ['ids', 'b.sql'],
  ] as const)('not for %s and %s, with a reason', (table, path, rows?: string) => {
    const [history] = historiesOf(databaseWith(table, rows));
    const [migration] = migrationsOf(path);
    if (!history || !migration) throw new Error('nothing to record');
    const recording = recordingOf(history, migration);
    expect(recording.ok).toBe(false);
    expect(recording.ok ? '' : recording.error).toMatch(/\.$/);
  });
});
