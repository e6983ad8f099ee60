// A chain leads to any of its versions, up or down, with what each tool has for the way back; its table then tells where the database stands.
import { describe, expect, it } from 'vitest';
import { arrangeMigrations } from '../../src/chain/folder';
import { partOf } from '../../src/chain/migration';
import { readHistory } from '../../src/chain/history';
import { tellPending } from '../../src/chain/pending';
import { partsBack, targetsOf, wayTo } from '../../src/chain/takenBack';
import { keepNoLosses } from '../../src/migration/run/lossAccount';
import { runMigration } from '../../src/migration/run/run';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { splitScript } from '../../src/script/split';
import { askNative, engine, nativeDatabase, overlayOf } from '../databases';

type Files = Readonly<Record<string, string>>;

const made = (table: string): string => `CREATE TABLE ${table} (a);`;
const gone = (table: string): string => `DROP TABLE ${table};`;

/** Three migrations that make the tables a, b and c, as each tool has them, and its table with all of them recorded. */
const FOLDERS: readonly (readonly [tool: string, files: Files, history: string])[] = [
  [
    'dbmate',
    Object.fromEntries(
      ['a', 'b', 'c'].map((table, at) => [
        `${at + 1}_${table}.sql`,
        `-- migrate:up\n${made(table)}\n-- migrate:down\n${gone(table)}\n`,
      ]),
    ),
    `CREATE TABLE "schema_migrations" (version varchar(128) primary key); INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3');`,
  ],
  [
    'goose',
    Object.fromEntries(
      ['a', 'b', 'c'].map((table, at) => [
        `0000${at + 1}_${table}.sql`,
        `-- +goose Up\n${made(table)}\n-- +goose Down\n-- +goose StatementBegin\n${gone(table).replace(';', '')}\n-- +goose StatementEnd\n`,
      ]),
    ),
    `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
     INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1), (3, 1);`,
  ],
  [
    'sql-migrate',
    Object.fromEntries(
      ['a', 'b', 'c'].map((table, at) => [
        `${at + 1}_${table}.sql`,
        `-- +migrate Up\n${made(table)}\n-- +migrate Down\n${gone(table)}\n`,
      ]),
    ),
    `CREATE TABLE gorp_migrations (id varchar(255) not null primary key, applied_at datetime);
     INSERT INTO gorp_migrations VALUES ('1_a.sql', '2026-01-01'), ('2_b.sql', '2026-01-02'), ('3_c.sql', '2026-01-03');`,
  ],
  [
    'golang-migrate',
    Object.fromEntries(
      ['a', 'b', 'c'].flatMap((table, at) => [
        [`${at + 1}_${table}.up.sql`, made(table)],
        [`${at + 1}_${table}.down.sql`, gone(table)],
      ]),
    ),
    'CREATE TABLE schema_migrations (version uint64, dirty bool); INSERT INTO schema_migrations VALUES (3, 0);',
  ],
  [
    'sqlx',
    Object.fromEntries(
      ['a', 'b', 'c'].flatMap((table, at) => [
        [`2026010${at + 1}000000_${table}.up.sql`, made(table)],
        [`2026010${at + 1}000000_${table}.down.sql`, gone(table)],
      ]),
    ),
    `CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
       success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
     INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
       VALUES (20260101000000, 'a', 1, x'00', 1), (20260102000000, 'b', 1, x'00', 1), (20260103000000, 'c', 1, x'00', 1);`,
  ],
  [
    'diesel',
    Object.fromEntries(
      ['a', 'b', 'c'].flatMap((table, at) => [
        [`2026-01-0${at + 1}-000000_${table}/up.sql`, made(table)],
        [`2026-01-0${at + 1}-000000_${table}/down.sql`, gone(table)],
      ]),
    ),
    `CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
     INSERT INTO __diesel_schema_migrations (version) VALUES ('20260101000000'), ('20260102000000'), ('20260103000000');`,
  ],
  [
    'npm’s sqlite',
    Object.fromEntries(
      ['a', 'b', 'c'].map((table, at) => [
        `00${at + 1}-${table}.sql`,
        `-- Up\n${made(table)}\n-- Down\n${gone(table)}\n`,
      ]),
    ),
    `CREATE TABLE migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up TEXT NOT NULL, down TEXT NOT NULL);
     INSERT INTO migrations VALUES ${['a', 'b', 'c'].map((table, at) => `(${at + 1}, '${table}', '${made(table)}', '${gone(table)}')`).join(', ')};`,
  ],
];

/** The tables a, b and c that are there after a chain was led to its file at a place (-1: to none of them), and which it tells as applied. */
function leadTo(
  files: Files,
  database: Uint8Array,
  place: number,
  records: boolean,
): readonly [string, readonly string[]] {
  const { migrations } = arrangeMigrations(Object.entries(files).map(([path, text]) => ({ path, text })));
  const overlay = overlayOf(database);
  const opened = engine.open(overlay);
  try {
    const histories = readHistory(opened);
    const pending = tellPending(migrations, histories);
    const path = migrations[place]?.path ?? '';
    const target = targetsOf(migrations, pending).find((one) => one.path === path);
    const way = wayTo(migrations, pending, target ?? { direction: 'up', path });
    expect(way.stuck).toEqual([]);
    const parts =
      way.direction === 'up' ? way.migrations.map(partOf) : partsBack(way, records ? histories : [], migrations);
    const split = splitScript(parts);
    if (!split.ok) throw new Error(split.refusal.sentence);
    const tools = { losses: keepNoLosses, now: () => 0, onStatement: () => undefined };
    expect(runMigration(opened, split.statements, DEFAULT_CHOICES, tools).committed).toBe(true);
    const applied = tellPending(migrations, readHistory(opened)).flatMap(({ status }, at) =>
      status === 'pending' ? [] : [['a', 'b', 'c'][at] ?? ''],
    );
    const bytes = overlay.read(0, overlay.size);
    const sql =
      "SELECT group_concat(name, '') FROM (SELECT name FROM sqlite_schema WHERE name IN ('a', 'b', 'c') ORDER BY 1)";
    return [askNative(bytes, sql), applied];
  } finally {
    opened.close();
  }
}

describe.each(FOLDERS)('A folder of %s', (_tool, files, history) => {
  const database = nativeDatabase(`${made('a')} ${made('b')} ${made('c')} ${history}`);

  it.each([
    [1, 'ab'],
    [0, 'a'],
    [-1, ''],
  ])('leads down to its file %i, and its table tells so', (place, tables) => {
    const [there, applied] = leadTo(files, database, place, true);
    expect(there).toBe(tables);
    expect(applied.join('')).toBe(tables);
  });
});

it('A folder leads up to any of its files, and no further', () => {
  const [, files] = FOLDERS[0] ?? [];
  const empty = nativeDatabase('CREATE TABLE other (a)');
  expect(leadTo(files ?? {}, empty, 1, false)[0]).toBe('ab');
  expect(leadTo(files ?? {}, empty, 0, false)[0]).toBe('a');
});

it('What has nothing that takes it back is named, and nothing of the way is run without a word', () => {
  const { migrations } = arrangeMigrations([
    { path: '1_a.up.sql', text: made('a') },
    { path: '2_b.up.sql', text: made('b') },
    { path: '2_b.down.sql', text: gone('b') },
  ]);
  const pending = migrations.map(({ path }) => ({ path, status: 'applied' as const, changed: null, notes: [] }));
  const { stuck } = wayTo(migrations, pending, { direction: 'down', path: '' });
  expect(stuck.map(({ path }) => path)).toEqual(['1_a.up.sql']);
});

it('The versions to which there is something to do are below and above where the database stands', () => {
  const { migrations } = arrangeMigrations(
    ['1_a.sql', '2_b.sql', '3_c.go', '4_d.sql', '5_e.sql'].map((path) => ({ path, text: 'SELECT 1' })),
  );
  const standing = (...statuses: readonly ('applied' | 'pending')[]): readonly string[] => {
    const pending = migrations.map(({ path }, at) => ({
      path,
      status: statuses[at] ?? ('pending' as const),
      changed: null,
      notes: [],
    }));
    return targetsOf(migrations, pending).map(({ direction, path }) => `${direction} ${path}`.trim());
  };
  expect(standing()).toEqual(['up 1_a.sql', 'up 2_b.sql', 'up 4_d.sql', 'up 5_e.sql']);
  expect(standing('applied', 'applied', 'applied')).toEqual(['down', 'down 1_a.sql', 'up 4_d.sql', 'up 5_e.sql']);
  // One that was left out on the way is made up for without going down.
  expect(standing('applied', 'pending', 'applied', 'applied')).toEqual([
    ...['down', 'down 1_a.sql', 'down 2_b.sql'],
    ...['up 4_d.sql', 'up 5_e.sql'],
  ]);
  const all = migrations.map(({ path }) => ({ path, status: 'applied' as const, changed: null, notes: [] }));
  const way = wayTo(migrations, all, { direction: 'down', path: '2_b.sql' });
  expect(way.migrations.map(({ path }) => path)).toEqual(['5_e.sql', '4_d.sql']);
  expect(way.passed.map(({ path }) => path)).toEqual(['3_c.go']);
});

it('Flyway’s undo files and the halves of npm’s sqlite are ways back too', () => {
  const downs = (files: Files): readonly (string | undefined)[] =>
    arrangeMigrations(Object.entries(files).map(([path, text]) => ({ path, text }))).migrations.map(({ down }) =>
      down?.text.trim(),
    );
  expect(downs({ 'V1__a.sql': made('a'), 'U1__a.sql': gone('a'), 'V2__b.sql': made('b') })).toEqual([
    gone('a'),
    undefined,
  ]);
  expect(downs({ '001-a.sql': `-- Up\n${made('a')}\n-- Down\n${gone('a')}` })).toEqual([`-- Down\n${gone('a')}`]);
});
