// Folders in shapes that applications have made for themselves: how they are ordered, what is left out, and that they run to what native sqlite3 makes of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { arrangeMigrations } from '../../src/chain/folder';
import { safeAnswers } from '../../src/chain/needs';
import { readName } from '../../src/chain/migrationName';
import type { MigrationFile } from '../../src/chain/migration';
import { runArranged, runNatively } from './running';

function filesOf(files: Readonly<Record<string, string>>): readonly MigrationFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

const PEOPLE = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);';
const CITY = 'ALTER TABLE people ADD COLUMN city TEXT;';
const INDEX = 'CREATE INDEX by_city ON people (city);';
const DROP = 'DROP TABLE people;';
/** What would be noticed if it were run. */
const NO_SQL = 'ENGINE = InnoDB;';

interface Shape {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly order: readonly string[];
  readonly leftOut: readonly string[];
  readonly tool?: string;
  /** What is run of it, where that is not the files as they stand. */
  readonly run?: readonly string[];
}

const shapes: readonly Shape[] = [
  {
    what: 'versions as folders, with numbers that begin anew in each',
    files: {
      'm/0.2/00__people.sql': PEOPLE,
      'm/0.10/01__index.sql': INDEX,
      'm/0.10/00__city.sql': CITY,
      'm/0.9/00__n.sql': '',
    },
    order: ['m/0.2/00__people.sql', 'm/0.9/00__n.sql', 'm/0.10/00__city.sql', 'm/0.10/01__index.sql'],
    leftOut: [],
  },
  {
    what: 'versions as folders, with names alone',
    files: { 'm/v1.0.0/people.sql': PEOPLE, 'm/v1.10.0/index.sql': INDEX, 'm/v1.2.0/city.sql': CITY },
    order: ['m/v1.0.0/people.sql', 'm/v1.2.0/city.sql', 'm/v1.10.0/index.sql'],
    leftOut: [],
  },
  {
    what: 'years as folders, with dates that have them already',
    files: { '2025/20250102_city.sql': CITY, '2024/20241201_people.sql': PEOPLE, '2026/20260101_index.sql': INDEX },
    order: ['2024/20241201_people.sql', '2025/20250102_city.sql', '2026/20260101_index.sql'],
    leftOut: [],
  },
  {
    what: 'a day and a time behind a dash',
    files: { '20220329-050000.sql': CITY, '20220329-040000.sql': PEOPLE, '20220329-061000.pre.sql': INDEX },
    order: ['20220329-040000.sql', '20220329-050000.sql', '20220329-061000.pre.sql'],
    leftOut: [],
  },
  {
    what: 'names to which only a number is added',
    files: {
      'people_migration.sql': PEOPLE,
      'people_migration_1.sql': CITY,
      'people_migration_2.sql': INDEX,
      'tags_migration.sql': 'CREATE TABLE tags (name TEXT);',
    },
    order: ['people_migration.sql', 'people_migration_1.sql', 'people_migration_2.sql', 'tags_migration.sql'],
    leftOut: [],
  },
  {
    what: 'the databases that SQLDelight keeps of its versions',
    files: { 'm/1.sqm': PEOPLE, 'm/2.sqm': CITY, 'databases/1.db': '' },
    order: ['m/1.sqm', 'm/2.sqm'],
    leftOut: ['databases/1.db'],
    tool: 'sqldelight',
  },
  {
    what: 'scripts that drop what the one beside them makes',
    files: {
      'people.sql': PEOPLE,
      'people-drop.sql': DROP,
      'setup_tags.sql': 'CREATE TABLE tags (name TEXT);',
      'drop_tags.sql': NO_SQL,
      'drop_pets.sql': 'DROP TABLE IF EXISTS pets;',
    },
    order: ['drop_pets.sql', 'people.sql', 'setup_tags.sql'],
    leftOut: ['drop_tags.sql', 'people-drop.sql'],
  },
  {
    what: 'SQL of another kind beside the folder of migrations',
    files: { 'app/migrations/1_people.sql': PEOPLE, 'app/migrations/city.sql': CITY, 'app/list.sql': NO_SQL },
    order: ['app/migrations/1_people.sql', 'app/migrations/city.sql'],
    leftOut: ['app/list.sql'],
  },
  {
    what: 'the database behind the ending',
    files: { '1_a.sql': PEOPLE, '2_b.sql.postgres': NO_SQL, '2_b.sql.sqlite': CITY, '3_c.sql.sqlite': INDEX },
    order: ['1_a.sql', '2_b.sql.sqlite', '3_c.sql.sqlite'],
    leftOut: ['2_b.sql.postgres'],
  },
  {
    what: 'the database in front of the name',
    files: {
      'mysql.1_people.sql': NO_SQL,
      'sqlite.1_people.sql': PEOPLE,
      'sqlite.2_city.sql': CITY,
      'postgres.2_city.sql': NO_SQL,
    },
    order: ['sqlite.1_people.sql', 'sqlite.2_city.sql'],
    leftOut: ['mysql.1_people.sql', 'postgres.2_city.sql'],
  },
  {
    what: 'the database and the version behind other words',
    files: {
      'shop-mysql-update-to-1.9.sql': NO_SQL,
      'shop-mysql-update-to-2.0.sql': NO_SQL,
      'shop-sqlite-update-to-2.0.sql': PEOPLE,
      'shop-sqlite-update-to-10.0.sql': CITY,
    },
    order: ['shop-sqlite-update-to-2.0.sql', 'shop-sqlite-update-to-10.0.sql'],
    leftOut: ['shop-mysql-update-to-1.9.sql', 'shop-mysql-update-to-2.0.sql'],
  },
  {
    what: 'a day among days with a time',
    files: { '20250221_index.sql': INDEX, '20250221101010_city.sql': CITY, '20240101101010_people.sql': PEOPLE },
    order: ['20240101101010_people.sql', '20250221101010_city.sql', '20250221_index.sql'],
    leftOut: [],
  },
  {
    what: 'folders that Prisma orders by their whole names',
    files: {
      '20250221_index/migration.sql': INDEX,
      '20250221101010_city/migration.sql': CITY,
      '20240101101010_people/migration.sql': PEOPLE,
    },
    order: ['20240101101010_people/migration.sql', '20250221101010_city/migration.sql', '20250221_index/migration.sql'],
    leftOut: [],
    tool: 'prisma',
  },
  {
    what: 'many files of one number',
    files: {
      '0001_b_city.up.sql': CITY,
      '0001_a_people.up.sql': PEOPLE,
      '0002_index.up.sql': INDEX,
      '0002_index.down.sql': DROP,
    },
    order: ['0001_a_people.up.sql', '0001_b_city.up.sql', '0002_index.up.sql'],
    leftOut: ['0002_index.down.sql'],
    tool: 'golang-migrate',
  },
  {
    what: 'the way at the end of the name, behind a line',
    files: {
      '1_people_up.sql': PEOPLE,
      '1_people_down.sql': DROP,
      '2-city-up.sql': CITY,
      '2-city-down.sql': DROP,
      '3_index.sql': INDEX,
    },
    order: ['1_people_up.sql', '2-city-up.sql', '3_index.sql'],
    leftOut: ['1_people_down.sql', '2-city-down.sql'],
  },
  {
    what: 'a dot too many',
    files: { '1_people.up..sql': PEOPLE, '1_people.down..sql': DROP, '2_city..up.sql': CITY, '3_index.up.sql': INDEX },
    order: ['1_people.up..sql', '2_city..up.sql', '3_index.up.sql'],
    leftOut: ['1_people.down..sql'],
    tool: 'golang-migrate',
  },
  {
    what: 'a V in front and dots between',
    files: {
      'V0001.People.up.sql': PEOPLE,
      'V0010.Index.up.sql': INDEX,
      'V0002.City.up.sql': CITY,
      'V0002.City.down.sql': DROP,
    },
    order: ['V0001.People.up.sql', 'V0002.City.up.sql', 'V0010.Index.up.sql'],
    leftOut: ['V0002.City.down.sql'],
    tool: 'golang-migrate',
  },
  {
    what: 'from one version to the next, and back',
    files: { 'm/0_to_1.sql': PEOPLE, 'm/1_to_2.sql': CITY, 'm/2_to_10.sql': INDEX, 'm/2_to_1.sql': DROP },
    order: ['m/0_to_1.sql', 'm/1_to_2.sql', 'm/2_to_10.sql'],
    leftOut: ['m/2_to_1.sql'],
  },
  {
    what: 'a word and a number',
    files: { 'patch1.sql': PEOPLE, 'patch10.sql': INDEX, 'patch2.sql': CITY },
    order: ['patch1.sql', 'patch2.sql', 'patch10.sql'],
    leftOut: [],
  },
  {
    what: 'a folder for each database',
    files: {
      'm/sqlite/1_people.sql': PEOPLE,
      'm/sqlite/2_city.sql': CITY,
      'm/mysql/1_people.sql': NO_SQL,
      'm/postgres/3_x.sql': NO_SQL,
    },
    order: ['m/sqlite/1_people.sql', 'm/sqlite/2_city.sql'],
    leftOut: ['m/mysql/1_people.sql', 'm/postgres/3_x.sql'],
  },
  {
    what: 'several databases in one folder, of which some files are for SQLite and an empty one counts',
    files: {
      '1_people.up.sql': PEOPLE,
      '1_people.mysql.up.sql': NO_SQL,
      '2_city.up.sql': NO_SQL,
      '2_city.sqlite3.up.sql': CITY,
      '2_city.sqlite3.down.sql': DROP,
      '2_city.cockroach.up.sql': NO_SQL,
      '3_engine.up.sql': NO_SQL,
      '3_engine.sqlite3.up.sql': '',
      '4_index_postgres.sql': NO_SQL,
      '4_index_sqlite.sql': INDEX,
      '5_key.autocommit.up.sql': NO_SQL,
      '5_key.sqlite.up.sql': '',
      '5_key.cockroach.autocommit.up.sql': NO_SQL,
      '6_tidy.autocommit.up.sql': 'VACUUM;',
      '7_role_postgres.sql': NO_SQL,
    },
    order: [
      '1_people.up.sql',
      '2_city.sqlite3.up.sql',
      '3_engine.sqlite3.up.sql',
      '4_index_sqlite.sql',
      '5_key.sqlite.up.sql',
      '6_tidy.autocommit.up.sql',
    ],
    leftOut: [
      '1_people.mysql.up.sql',
      '2_city.cockroach.up.sql',
      '2_city.sqlite3.down.sql',
      '2_city.up.sql',
      '3_engine.up.sql',
      '4_index_postgres.sql',
      '5_key.autocommit.up.sql',
      '5_key.cockroach.autocommit.up.sql',
      '7_role_postgres.sql',
    ],
    tool: 'golang-migrate',
  },
  {
    what: 'Diesel’s folders, of which the text before the first _ decides, as text',
    files: {
      '2024-01-02_city/up.sql': CITY,
      '2024-01-01-120000_people/up.sql': PEOPLE,
      '20240301000000_index/up.sql': INDEX,
    },
    order: ['2024-01-01-120000_people/up.sql', '2024-01-02_city/up.sql', '20240301000000_index/up.sql'],
    leftOut: [],
    tool: 'diesel',
  },
  {
    what: 'numbers behind other words',
    files: { 'app_version_2.sql': CITY, 'app_version_10.sql': INDEX, 'app_version_1.sql': PEOPLE },
    order: ['app_version_1.sql', 'app_version_2.sql', 'app_version_10.sql'],
    leftOut: [],
  },
  {
    what: 'two numbers behind an update, for two databases',
    files: {
      'db_update_sqlite_9_10.sql': CITY,
      'db_update_sqlite_8_9.sql': PEOPLE,
      'db_update_sqlite_10_11.sql': INDEX,
      'db_update_sqlite_9_8.sql': DROP,
      'db_update_mysql_8_9.sql': NO_SQL,
    },
    order: ['db_update_sqlite_8_9.sql', 'db_update_sqlite_9_10.sql', 'db_update_sqlite_10_11.sql'],
    leftOut: ['db_update_mysql_8_9.sql', 'db_update_sqlite_9_8.sql'],
  },
  {
    what: 'a folder and a journal of Drizzle for each database',
    files: {
      'd/mysql/0000_x.sql': NO_SQL,
      'd/mysql/meta/_journal.json': '{"entries":[{"idx":0,"when":1,"tag":"0000_x"}]}',
      'd/sqlite/0000_b.sql': PEOPLE,
      'd/sqlite/0001_a.sql': CITY,
      'd/sqlite/meta/_journal.json':
        '{"entries":[{"idx":0,"when":1,"tag":"0000_b"},{"idx":1,"when":2,"tag":"0001_a"}]}',
    },
    order: ['d/sqlite/0000_b.sql', 'd/sqlite/0001_a.sql'],
    leftOut: ['d/mysql/0000_x.sql'],
    tool: 'drizzle',
  },
  {
    what: 'a schema and a folder for each database',
    files: {
      's/mysql.sql': NO_SQL,
      's/sqlite.sql': 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, city TEXT);',
      's/m/mysql/20250101.sql': NO_SQL,
      's/m/sqlite/20250101.sql': PEOPLE,
      's/m/sqlite/20260101.sql': CITY,
    },
    order: ['s/m/sqlite/20250101.sql', 's/m/sqlite/20260101.sql'],
    leftOut: ['s/m/mysql/20250101.sql', 's/mysql.sql', 's/sqlite.sql'],
  },
  {
    what: 'ways in any order, as sql-migrate has them',
    files: {
      '1_a.sql': `-- +migrate Down\n${DROP}\n-- +migrate Up\n${PEOPLE}\n`,
      '2_b.sql': `-- +migrate Up\n${CITY}\n-- +migrate Down\nSELECT 1;\n-- +migrate Up\n${INDEX}\n`,
    },
    order: ['1_a.sql', '2_b.sql'],
    leftOut: [],
    tool: 'sql-migrate',
    run: [PEOPLE, CITY, INDEX],
  },
  {
    what: 'columns that SQLDelight gives a class of Kotlin',
    files: {
      '1.sqm': `import com.a.B;\nimport c.D\n;\n${PEOPLE}\nCREATE TABLE pets (
  kind TEXT AS com.a.B NOT NULL CHECK (kind <> CAST(1 AS TEXT)), -- AS it is
  tags TEXT AS Map<String, List<kotlin.Int>>, n INTEGER AS Boolean DEFAULT 0,
  twice INTEGER GENERATED ALWAYS AS (n * 2), more AS (n));`,
      '2.sqm': `ALTER TABLE people ADD COLUMN city TEXT AS VALUE;\nCREATE TABLE copied AS SELECT name AS n FROM people;`,
      'seed.sql': NO_SQL,
    },
    order: ['1.sqm', '2.sqm'],
    leftOut: ['seed.sql'],
    tool: 'sqldelight',
    run: [
      `${PEOPLE}\nCREATE TABLE pets (
  kind TEXT NOT NULL CHECK (kind <> CAST(1 AS TEXT)), -- AS it is
  tags TEXT, n INTEGER DEFAULT 0,
  twice INTEGER GENERATED ALWAYS AS (n * 2), more AS (n));`,
      `${CITY}\nCREATE TABLE copied AS SELECT name AS n FROM people;`,
    ],
  },
  {
    what: 'programs that load the files of SQL',
    files: {
      'm/20260101-people.js': '',
      'm/sqls/20260101-people-up.sql': PEOPLE,
      'm/sqls/20260101-people-down.sql': DROP,
    },
    order: ['m/sqls/20260101-people-up.sql'],
    leftOut: ['m/20260101-people.js', 'm/sqls/20260101-people-down.sql'],
  },
];

describe.each(shapes)('A folder with $what', ({ files, order, leftOut, tool, run }) => {
  const arranged = arrangeMigrations(filesOf(files));

  it('is put in its order, and what is no migration up for SQLite is left out with a reason', () => {
    expect(arranged.migrations.map(({ path }) => path)).toEqual(order);
    expect(arranged.leftOut.map(({ path }) => path).sort()).toEqual(leftOut);
    expect(arranged.leftOut.every(({ why }) => why.length > 10)).toBe(true);
    expect(arranged.problems).toEqual([]);
    expect(arranged.needs).toEqual([]);
    expect(arranged.tool).toBe(tool ?? null);
  });

  it('runs to the schema that native sqlite3 makes of the same SQL', () => {
    expect(runArranged(filesOf(files))).toEqual(runNatively(run ?? order.map((path) => files[path] ?? '')));
  });

  it('is put in the same order however it was dropped', () => {
    const all = filesOf(files);
    fc.assert(
      fc.property(fc.shuffledSubarray([...all], { minLength: all.length }), (shuffled) => {
        expect(arrangeMigrations(shuffled)).toEqual(arranged);
      }),
      runs(20),
    );
  });
});

describe('A file that its tool does not run, by its name', () => {
  const GOOSE = `-- +goose Up\n${PEOPLE}`;
  const DBMATE = `-- migrate:up\n${PEOPLE}`;
  it.each([
    ['dbmate', { '1_people.sql': DBMATE, 'seed.sql': NO_SQL, 'sub/x1.sql': NO_SQL }, ['seed.sql', 'sub/x1.sql']],
    ['goose', { '1_people.sql': GOOSE, '2-x.sql': NO_SQL, 'seed.sql': NO_SQL }, ['2-x.sql', 'seed.sql']],
    [
      'golang-migrate',
      { '1_people.up.sql': PEOPLE, 'seed.up.sql': NO_SQL, 'queries.sql': NO_SQL },
      ['queries.sql', 'seed.up.sql'],
    ],
    ['flyway', { 'V1__people.sql': PEOPLE, '2_x.sql': NO_SQL, 'seed.sql': NO_SQL }, ['2_x.sql', 'seed.sql']],
    [
      'diesel',
      { '2026-01-01_people/up.sql': PEOPLE, '2026-01-01_people/drop.sql': NO_SQL },
      ['2026-01-01_people/drop.sql'],
    ],
    ['prisma', { '20260101_people/migration.sql': PEOPLE, '0001_x.sql': NO_SQL }, ['0001_x.sql']],
    [
      'drizzle',
      { '20260101_people/migration.sql': PEOPLE, '20260101_people/snapshot.json': '', '0001_x.sql': NO_SQL },
      ['0001_x.sql', '20260101_people/snapshot.json'],
    ],
  ] as const)('is left out of a folder of %s with a reason', (tool, files, leftOut) => {
    const arranged = arrangeMigrations(filesOf(files));
    expect(arranged.tool).toBe(tool);
    expect(arranged.leftOut.map(({ path }) => path).sort()).toEqual(leftOut);
    expect(arranged.problems).toEqual([]);
    expect(runArranged(filesOf(files))).toEqual(runNatively([PEOPLE]));
  });

  it('is run where it would run none of them: the folder is of something else with the same marks', () => {
    const { migrations } = arrangeMigrations(filesOf({ 'people.sql': DBMATE, 'seed.sql': '-- migrate:up\nSELECT 1;' }));
    expect(migrations).toHaveLength(2);
  });

  it('may be a whole schema, which stands beside the history without its marks', () => {
    const files = {
      'db/create_main_db.sql': PEOPLE,
      'db/m/1_city.sql': `-- +goose Up\n${CITY}`,
      'db/create_logs.sql': NO_SQL,
    };
    const { needs, problems, leftOut } = arrangeMigrations(filesOf(files), { isEmpty: true });
    expect(problems).toEqual([]);
    expect(needs).toMatchObject([{ kind: 'base', name: 'db/create_main_db.sql', proposal: { answer: 'use' } }]);
    expect(leftOut.map(({ path }) => path).sort()).toEqual(['db/create_logs.sql', 'db/create_main_db.sql']);
    const answers = safeAnswers(needs, new Map());
    expect(runArranged(filesOf(files), { isEmpty: true, answers })).toEqual(runNatively([PEOPLE, CITY]));
    expect(arrangeMigrations(filesOf(files)).migrations.map(({ path }) => path)).toEqual(['db/m/1_city.sql']);
  });
});

describe('Files called U1__x.sql', () => {
  const orderOf = (...paths: readonly string[]): readonly string[] =>
    arrangeMigrations(paths.map((path) => ({ path, text: 'SELECT 1;' }))).migrations.map(({ path }) => path);

  it('take back those of Flyway that they have the version of, and go up where there are none of these, as refinery’s', () => {
    expect(orderOf('V1__a.sql', 'V2__b.sql', 'U2__b.sql', 'U1__a.sql')).toEqual(['V1__a.sql', 'V2__b.sql']);
    expect(orderOf('V1__a.sql', 'U10__c.sql', 'U3__b.sql')).toEqual(['V1__a.sql', 'U3__b.sql', 'U10__c.sql']);
    expect(orderOf('U10__c.sql', 'U3__b.sql')).toEqual(['U3__b.sql', 'U10__c.sql']);
  });
});

describe('A folder whose files are for two databases, with marks for the lines of one', () => {
  const files = {
    '1_people.sql': `-- v1: People\n\n-- only: postgres\nCREATE TYPE x;\n-- only: sqlite (line commented)\n--${PEOPLE}\n`,
    '2_city.sql': `-- v2 (compatible with v1+): City\n-- transaction: off\n\n-- only: postgres until "end only"\nx;\n${NO_SQL}\n-- end only postgres\n${CITY}\n-- only: postgres for next 2 lines\nx;\nx;`,
    '3_none.sql': `-- v3: None\n-- only: postgres\nx;\n${NO_SQL}`,
    '4_index.sql': `-- v4: Index\n${INDEX}\n-- only: sqlite until "end only" (lines commented)\n--SELECT 1;\n-- end only sqlite\n`,
  };
  const { migrations } = arrangeMigrations(filesOf(files));

  it('runs as for SQLite, each line in its place', () => {
    expect(runArranged(filesOf(files))).toEqual(runNatively([PEOPLE, CITY, INDEX]));
    for (const { path, text } of migrations) {
      expect([path, text.length]).toEqual([path, new Map(Object.entries(files)).get(path)?.length]);
    }
    expect(migrations.map(({ outside }) => outside)).toEqual([undefined, true, undefined, undefined]);
    expect(migrations.map(({ warnings }) => warnings.length)).toEqual([0, 0, 1, 0]);
  });

  it('stops where a mark has no end', () => {
    const open = `-- v1: Open\n\n-- only: sqlite until "end only"\n${PEOPLE}`;
    const { problems } = arrangeMigrations(filesOf({ '1_open.sql': open }));
    expect(problems[0]?.sentence).toBe('1_open.sql has no line "-- end only sqlite" for what begins in line 3.');
  });
});

describe('A file that goes down', () => {
  /** With the file beside it that goes up. */
  const pairs = [
    ['7_x.down.sql', '7_x.up.sql'],
    ['7_x.DOWN.sql', '7_x.UP.sql'],
    ['7_x.down..sql', '7_x.up..sql'],
    ['7.down.sql', '7.up.sql'],
    ['7_x_down.sql', '7_x_up.sql'],
    ['7-x-down.sql', '7-x-up.sql'],
    ['7_x_down.sql', '7_x.sql'],
    ['7_down.sql', '7_up.sql'],
    ['7_down_x.sql', '7_up_x.sql'],
    ['7.undo.x.sql', '7.do.x.sql'],
    ['7_x.undo.sql', '7_x.do.sql'],
    ['7_x.down.db.sql', '7_x.up.db.sql'],
    ['7_x.v2.down.sql', '7_x.v2.up.sql'],
    ['7_x.rollback.sql', '7_x.sql'],
    ['7_x_rollback.sql', '7_x.sql'],
    ['7_x.revert.sql', '7_x.sql'],
    ['down_7_x.sql', 'up_7_x.sql'],
    ['rollback_7.sql', '7.sql'],
    ['7_x.down.sqlite3.sql', '7_x.up.sqlite3.sql'],
    ['7_x.sqlite3.down.sql', '7_x.sqlite3.up.sql'],
    ['7_x_down_sqlite.sql', '7_x_up_sqlite.sql'],
    ['V0007.X.down.sql', 'V0007.X.up.sql'],
    ['U7__x.sql', 'V7__x.sql'],
    ['down/7_x.sql', 'up/7_x.sql'],
    ['m/rollbacks/7_x.sql', 'm/7_x.sql'],
    ['7_x/down.sql', '7_x/up.sql'],
    ['8_to_7.sql', '7_to_8.sql'],
    ['v1.10-to-v1.9.sql', 'v1.9-to-v1.10.sql'],
    ['20260101-120000_x_down.sql', '20260101-120000_x_up.sql'],
    ['0.7/00__x.down.sql', '0.7/00__x.sql'],
    ['20260101120000-x-down.sql', '20260101120000-x-up.sql'],
  ] as const;

  it.each(pairs)('is never run as one that goes up: %s beside %s', (down, up) => {
    const files = filesOf({ [down]: DROP, [up]: PEOPLE, '9_last.sql': '' });
    const { migrations, leftOut } = arrangeMigrations(files);
    expect(migrations.map(({ path }) => path)).toContain(up);
    expect(migrations.map(({ path }) => path)).not.toContain(down);
    expect(leftOut).toContainEqual({ path: down, why: 'it takes its migration back' });
  });

  it('by its name alone, without one of its number that goes up, is asked about, and left out before it is answered', () => {
    const files = filesOf({ '1_people.sql': PEOPLE, '2_count_down.sql': CITY });
    const { migrations, needs } = arrangeMigrations(files);
    expect(migrations.map(({ path }) => path)).toEqual(['1_people.sql']);
    expect(needs).toMatchObject([
      { kind: 'order', name: '2_count_down.sql', proposal: { answer: 'down' }, blocks: true },
    ]);
    const answers = new Map([['order:2_count_down.sql', 'up']]);
    expect(arrangeMigrations(files, { answers }).migrations.map(({ path }) => path)).toEqual([
      '1_people.sql',
      '2_count_down.sql',
    ]);
  });

  it('is not any file with the word in its title', () => {
    const titles = [
      '7_downtime.sql',
      '7_count_down_timer.sql',
      '7_shutdown.sql',
      '7_add_rollback_table.sql',
      '7_undone.sql',
    ];
    expect(titles.map((title) => readName(title).direction)).toEqual(titles.map(() => 'up'));
  });
});

describe('Files of one number', () => {
  const twice = { '1_a.sql': PEOPLE, '01_b.sql': '', '2_c.sql': '' };

  it('run by their whole names, and a note says so', () => {
    const { migrations } = arrangeMigrations(filesOf(twice));
    expect(migrations.map(({ path, warnings }) => [path, ...warnings])).toEqual([
      ['01_b.sql', '2 files have the number 01. They run in the order of their whole names.'],
      ['1_a.sql'],
      ['2_c.sql'],
    ]);
  });

  it('are asked about where the tool takes only one of each, and run once that is answered or they are put in order', () => {
    const goose = filesOf(Object.fromEntries(Object.keys(twice).map((path) => [path, '-- +goose Up\nSELECT 1;'])));
    const { needs } = arrangeMigrations(goose);
    expect(needs).toMatchObject([
      { kind: 'order', name: '01', where: ['01_b.sql', '1_a.sql'], proposal: null, blocks: true },
    ]);
    const order = ['1_a.sql', '01_b.sql', '2_c.sql'];
    const ordered = arrangeMigrations(goose, { order });
    expect([ordered.needs, ordered.migrations.map(({ path }) => path)]).toEqual([[], order]);
  });
});

describe('A program with a number', () => {
  const files = filesOf({
    '12_people.up.sql': PEOPLE,
    '12_postmigrate.go': 'package m',
    '13_premigrate.go': 'package m',
    '13_city.up.sql': CITY,
    '0014__x.js': '',
    '15_x_test.go': '',
    '16_y.py': '',
    '16_y.down.py': '',
    '17_index.up.sql': INDEX,
    'custom.go': 'package m',
    'README.md': '',
  });

  it('is a step in code in its place, before or after the SQL of its number', () => {
    const { migrations, leftOut } = arrangeMigrations(files);
    expect(migrations.map(({ path, code }) => [path, code])).toEqual([
      ['12_people.up.sql', null],
      ['12_postmigrate.go', 'Go'],
      ['13_premigrate.go', 'Go'],
      ['13_city.up.sql', null],
      ['0014__x.js', 'JavaScript'],
      ['16_y.py', 'Python'],
      ['17_index.up.sql', null],
    ]);
    expect(leftOut.map(({ path }) => path)).toEqual(['15_x_test.go', '16_y.down.py', 'README.md', 'custom.go']);
  });
});

describe('The order that the user gives', () => {
  it('is kept, and a file that comes later stands behind the one before it', () => {
    const files = filesOf({ '1_a.sql': '', '2_b.sql': '', '3_c.sql': '' });
    const order = ['3_c.sql', '1_a.sql', '2_b.sql'];
    expect(arrangeMigrations(files, { order }).migrations.map(({ path }) => path)).toEqual(order);
    const more = [...files, ...filesOf({ '4_d.sql': '' })];
    expect(arrangeMigrations(more, { order }).migrations.map(({ path }) => path)).toEqual([
      '3_c.sql',
      '4_d.sql',
      '1_a.sql',
      '2_b.sql',
    ]);
  });
});

it('A database among the files is said to be one, and one of a version of SQLDelight is what to open', () => {
  const { leftOut } = arrangeMigrations(filesOf({ '1.sqm': PEOPLE, '1.db': '', 'test.sqlite': '' }));
  expect(leftOut.map(({ why }) => why)).toEqual([
    'it is a database, as SQLDelight keeps one of each version: open it to run the files from that version on',
    'it is a database, and another one is open',
  ]);
});
