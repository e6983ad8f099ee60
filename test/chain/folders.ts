// Small folders of migrations in the format of each tool, all for one schema: people, then cities, then pets.
import type { MigrationFile } from '../../src/chain/migration';

/** A folder, with what it should come to. */
export interface ToolFolder {
  readonly tool: string;
  readonly files: readonly MigrationFile[];
  /** The paths in the order in which the tool runs them. */
  readonly order: readonly string[];
  readonly leftOut: readonly string[];
}

const PEOPLE = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);';
const CITY = "ALTER TABLE people ADD COLUMN city TEXT NOT NULL DEFAULT '';";
const TRIGGER = `CREATE TRIGGER people_named AFTER UPDATE OF name ON people BEGIN
  INSERT INTO renamed (id) VALUES (new.id);
END;`;
const RENAMED = 'CREATE TABLE renamed (id INTEGER);';
const PETS = 'CREATE TABLE pets (owner INTEGER REFERENCES people (id));';
const DROP = 'DROP TABLE people;';

function folder(
  tool: string,
  files: Readonly<Record<string, string>>,
  order: readonly string[],
  leftOut: readonly string[] = [],
): ToolFolder {
  return { tool, files: Object.entries(files).map(([path, text]) => ({ path, text })), order, leftOut };
}

export const toolFolders: readonly ToolFolder[] = [
  folder(
    'plain',
    {
      'db/10_pets.sql': PETS,
      'db/2_city.sql': CITY,
      'db/001_people.sql': `-- the first\n${PEOPLE}`,
      'db/3_renamed.sql': `${RENAMED}\n${TRIGGER}`,
      'db/README.md': '# how to run them',
    },
    ['db/001_people.sql', 'db/2_city.sql', 'db/3_renamed.sql', 'db/10_pets.sql'],
    ['db/README.md'],
  ),
  folder(
    'dbmate',
    {
      'db/migrations/20260101120000_people.sql': `-- migrate:up\n${PEOPLE}\n\n-- migrate:down\n${DROP}\n`,
      'db/migrations/20260102120000_city.sql': `-- migrate:up transaction:false\n${CITY}\n-- migrate:down\nDROP TABLE nothing;`,
      'db/migrations/20260103120000_renamed.sql': `-- why\n-- migrate:up\r\n${RENAMED}\r\n${TRIGGER}\r\n`,
      'db/migrations/20260104120000_pets.sql': `-- migrate:up\n${PETS}\n-- migrate:down\n`,
    },
    [
      'db/migrations/20260101120000_people.sql',
      'db/migrations/20260102120000_city.sql',
      'db/migrations/20260103120000_renamed.sql',
      'db/migrations/20260104120000_pets.sql',
    ],
  ),
  folder(
    'goose',
    {
      '00001_people.sql': `-- +goose Up\n${PEOPLE}\n\n-- +goose Down\n${DROP}\n`,
      '00002_city.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${CITY}\n`,
      '00003_renamed.sql': `-- +goose Up\n${RENAMED}\n-- +goose StatementBegin\n${TRIGGER}\n-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\n${DROP}\n-- +goose StatementEnd\n`,
      '00010_pets.sql': `-- +goose up\n${PETS}`,
    },
    ['00001_people.sql', '00002_city.sql', '00003_renamed.sql', '00010_pets.sql'],
  ),
  folder(
    'sql-migrate',
    {
      '1_people.sql': `-- +migrate Up\n${PEOPLE}\n\n-- +migrate Down\n${DROP}\n`,
      '2_city.sql': `-- +migrate Up notransaction\n${CITY}\n`,
      '3_rest.sql': `-- +migrate Up\n-- +migrate StatementBegin\n${RENAMED.slice(0, -1)}\n-- +migrate StatementEnd\n${TRIGGER}\n${PETS}\n-- +migrate Down\nDROP TABLE pets;`,
    },
    ['1_people.sql', '2_city.sql', '3_rest.sql'],
  ),
  folder(
    'diesel',
    {
      'migrations/2026-01-02-120000_city/up.sql': CITY,
      'migrations/2026-01-02-120000_city/down.sql': DROP,
      'migrations/2026-01-01-120000_people/up.sql': PEOPLE,
      'migrations/2026-01-01-120000_people/down.sql': DROP,
      'migrations/2026-01-11-120000_rest/up.sql': `${RENAMED}${TRIGGER}${PETS}`,
      'migrations/2026-01-11-120000_rest/down.sql': '',
    },
    [
      'migrations/2026-01-01-120000_people/up.sql',
      'migrations/2026-01-02-120000_city/up.sql',
      'migrations/2026-01-11-120000_rest/up.sql',
    ],
    [
      'migrations/2026-01-01-120000_people/down.sql',
      'migrations/2026-01-02-120000_city/down.sql',
      'migrations/2026-01-11-120000_rest/down.sql',
    ],
  ),
  folder(
    'golang-migrate',
    {
      '1_people.up.sql': PEOPLE,
      '1_people.down.sql': DROP,
      '2_city.up.sql': CITY,
      '2_city.down.sql': DROP,
      '3_renamed.up.sql': RENAMED + TRIGGER,
      '11_pets.up.sql': PETS,
      '11_pets.down.sql': 'DROP TABLE pets;',
    },
    ['1_people.up.sql', '2_city.up.sql', '3_renamed.up.sql', '11_pets.up.sql'],
    ['11_pets.down.sql', '1_people.down.sql', '2_city.down.sql'],
  ),
  folder(
    'flyway',
    {
      'sql/V1__people.sql': PEOPLE,
      'sql/V1.10__renamed.sql': `${RENAMED}\n${TRIGGER}`,
      'sql/V1.2__city.sql': CITY,
      'sql/V2__pets.sql': PETS,
      'sql/R__names.sql': 'DROP VIEW IF EXISTS names; CREATE VIEW names AS SELECT name FROM people;',
      'sql/U1__people.sql': DROP,
      'sql/B1__base.sql': PEOPLE,
      'sql/beforeMigrate.sql': 'SELECT 1;',
    },
    ['sql/V1__people.sql', 'sql/V1.2__city.sql', 'sql/V1.10__renamed.sql', 'sql/V2__pets.sql', 'sql/R__names.sql'],
    ['sql/B1__base.sql', 'sql/U1__people.sql', 'sql/beforeMigrate.sql'],
  ),
  folder(
    'drizzle',
    {
      'drizzle/0000_calm_fox.sql': PEOPLE,
      'drizzle/0001_odd_owl.sql': `${RENAMED.slice(0, -1)}\n--> statement-breakpoint\n${CITY}--> statement-breakpoint\n${TRIGGER}`,
      'drizzle/0002_late_cat.sql': PETS,
      'drizzle/0003_gone.sql': DROP,
      'drizzle/meta/_journal.json': JSON.stringify({
        version: '7',
        dialect: 'sqlite',
        entries: [
          { idx: 0, version: '6', when: 1767225600000, tag: '0000_calm_fox', breakpoints: true },
          { idx: 1, version: '6', when: 1767312000000, tag: '0001_odd_owl', breakpoints: true },
          { idx: 2, version: '6', when: 1767398400000, tag: '0002_late_cat', breakpoints: true },
        ],
      }),
      'drizzle/meta/0000_snapshot.json': '{}',
    },
    ['drizzle/0000_calm_fox.sql', 'drizzle/0001_odd_owl.sql', 'drizzle/0002_late_cat.sql'],
    ['drizzle/0003_gone.sql', 'drizzle/meta/0000_snapshot.json'],
  ),
  folder(
    'prisma',
    {
      'prisma/migrations/20260102000000_city/migration.sql': CITY,
      'prisma/migrations/20260101000000_people/migration.sql': `-- CreateTable\n${PEOPLE}`,
      'prisma/migrations/20260103000000_rest/migration.sql': `PRAGMA foreign_keys=OFF;\n${RENAMED}\n${TRIGGER}\n${PETS}\nPRAGMA foreign_keys=ON;`,
      'prisma/migrations/migration_lock.toml': 'provider = "sqlite"\n',
    },
    [
      'prisma/migrations/20260101000000_people/migration.sql',
      'prisma/migrations/20260102000000_city/migration.sql',
      'prisma/migrations/20260103000000_rest/migration.sql',
    ],
  ),
  folder(
    'atlas',
    {
      'migrations/20251231000000_checkpoint.sql': `-- atlas:checkpoint\n\n${PEOPLE}`,
      'migrations/20260101000000.sql': `-- create "people" table\n${PEOPLE}`,
      'migrations/20260102000000_city.sql': CITY,
      'migrations/20260103000000_rest.sql': `${RENAMED}\n${TRIGGER}\n${PETS}`,
      'migrations/atlas.sum': 'h1:abc=\n20260101000000.sql h1:def=\n',
    },
    ['migrations/20260101000000.sql', 'migrations/20260102000000_city.sql', 'migrations/20260103000000_rest.sql'],
    ['migrations/20251231000000_checkpoint.sql'],
  ),
  folder(
    'sqldelight',
    {
      'migrations/10.sqm': PETS,
      'migrations/2.sqm': `${RENAMED}\n${TRIGGER}`,
      'migrations/1.sqm': `${PEOPLE}${CITY}`,
      'migrations/People.sq': 'names: SELECT name FROM people;',
    },
    ['migrations/1.sqm', 'migrations/2.sqm', 'migrations/10.sqm'],
    ['migrations/People.sq'],
  ),
];

/** What all of the folders come to, written without any tool's marks. */
export const BY_HAND = [PEOPLE, CITY, RENAMED, TRIGGER, PETS].join('\n');
