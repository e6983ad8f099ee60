// The migration that is written leads from the one schema to the other, asks what it cannot know, and has a way back.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compareStates } from '../../src/compare/compare';
import type { Migration, MigrationInput } from '../../src/compare/migration';
import { readAnswers } from '../../src/compare/question';
import { textOfSchema } from '../../src/compare/schemaText';
import { USUAL_VERSION } from '../../src/compare/versions';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { apply, askNative, nativeDatabase, withDatabase } from '../databases';
import { runExample } from '../examples';
import { schemaOf } from './schemas';

it('The example of writing a migration is true', async () => {
  const source = readFileSync('src/compare/write.ts', 'utf8');
  const bytes = nativeDatabase(
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT); INSERT INTO orders VALUES (1, 'Ann');",
  );
  const desired = schemaOf('CREATE TABLE orders (id INTEGER PRIMARY KEY, client TEXT)');
  const claims = await withDatabase(bytes, (database) =>
    runExample(source, 'export function writeMigration', { writeMigration, readSchema, database, desired }),
  );
  expect(claims).toHaveLength(3);
  for (const { expression, given, expected } of claims) expect(given, expression).toEqual(expected);
});

/** A migration without rows, unless a database is given. */
function migrationOf(
  current: string,
  desired: string,
  options: Partial<Pick<MigrationInput, 'answers' | 'sqliteVersion' | 'spelling'>> = {},
): { readonly migration: Migration; readonly bytes: Uint8Array } {
  const bytes = nativeDatabase(`${current};`);
  const migration = withDatabase(bytes, (database) =>
    writeMigration({
      ...{ current: readSchema(database), desired: schemaOf(desired), scratch: () => database.scratch() },
      ...{ rows: database, desiredRows: null, answers: new Map(), sqliteVersion: USUAL_VERSION, spelling: false },
      ...options,
    }),
  );
  return { migration, bytes };
}

const own = ({ statements }: Migration): readonly string[] =>
  statements.map(({ sql }) => sql).filter((sql) => !/^(BEGIN|COMMIT|PRAGMA)/.test(sql));

it.each([
  ['b TEXT NOT NULL UNIQUE', "value 'x'", false],
  ['b TEXT NOT NULL UNIQUE', "value lower('X') -- for all", false],
  ['b TEXT NOT NULL UNIQUE', 'value a', true],
  ['b TEXT NOT NULL UNIQUE', 'value row_number() OVER ()', true],
  ['b INTEGER NOT NULL, UNIQUE (b, p)', 'value 7', false],
  // The other new column tells the rows apart.
  ['b INTEGER NOT NULL, c INTEGER NOT NULL, UNIQUE (b, c)', 'value 7', true],
])('A new column in a unique key gets no value that is the same in all rows: %s, %s', (column, answer, isTaken) => {
  const { migration, bytes } = migrationOf(
    'CREATE TABLE t (a, p); INSERT INTO t VALUES (1, 2), (3, 2)',
    `CREATE TABLE t (a, p, ${column})`,
    {
      answers: new Map([
        ['value for t.b', answer],
        ['value for t.c', 'value row_number() OVER ()'],
      ]),
    },
  );
  const question = migration.questions.find(({ id }) => id === 'value for t.b');
  expect([question?.answered, migration.complete]).toEqual([isTaken, isTaken]);
  if (isTaken)
    expect(askNative(bytes, `${migration.sql} SELECT count(b) FROM t; PRAGMA integrity_check`)).toBe('2\nok');
  else
    expect(question?.evidence.at(-1)).toMatch(
      /^By .* all rows would have the same value, which the unique key does not allow\.$/,
    );
});

it('An answer is kept in the script and found again in it', () => {
  const answers = new Map([
    ['column "my table".a', 'rename to b'],
    ['value for "my table".c', "value 'x = y'"],
  ]);
  const { migration } = migrationOf(
    `CREATE TABLE "my table" (a TEXT); INSERT INTO "my table" VALUES ('x')`,
    'CREATE TABLE "my table" (b TEXT, c INTEGER NOT NULL)',
    { answers },
  );
  expect(migration.complete).toBe(true);
  expect(readAnswers(migration.sql)).toEqual(answers);
});

it('A question that nobody has answered leaves a draft, which says so', () => {
  const { migration } = migrationOf('CREATE TABLE t (a TEXT); INSERT INTO t VALUES (1)', 'CREATE TABLE t (b TEXT)');
  expect(migration.complete).toBe(false);
  expect(migration.sql).toContain('-- This is a draft: 1 question is open.');
  const [question] = migration.questions;
  expect(question).toMatchObject({ id: 'column t.a', kind: 'rename column', answer: null, answered: false });
  expect(question?.evidence).toEqual([
    'a and b have the same type: TEXT.',
    'Both are column 1 of their table.',
    't.a holds 1 value.',
  ]);
  expect(question?.options.map(({ label }) => label)).toEqual([
    'It is b now: rename it, and keep what it holds',
    'It is not: delete the column a of t with its values',
  ]);
});

it('What is lost is counted, and the way back says that it does not bring it back', () => {
  const { migration } = migrationOf(
    'CREATE TABLE t (a, b NOT NULL); INSERT INTO t VALUES (1, 2), (3, 4); CREATE TABLE u (x); INSERT INTO u VALUES (1)',
    'CREATE TABLE t (a)',
    {
      answers: new Map([
        ['loss of t.b', 'confirmed'],
        ['loss of u', 'confirmed'],
      ]),
    },
  );
  expect(migration.losses.map(({ table, column, count }) => [table, column, count])).toEqual([
    ['u', null, 1],
    ['t', 'b', 2],
  ]);
  expect(migration.back.cannotRestore).toEqual([
    'The table u is deleted with its 1 row. The way back does not bring that back.',
    'The column b of t is deleted with its 2 values. The way back does not bring that back.',
    "The column b of t gets '' in all rows: nobody knows its values any more.",
  ]);
});

it('Where spelling is wanted too, a table is rebuilt for it, and the text ends equal to the letter', () => {
  const wish = 'CREATE TABLE t (\n  a INTEGER, -- the number\n  b\n)';
  const { migration, bytes } = migrationOf('CREATE TABLE t (a integer)', wish, { spelling: true });
  expect(migration.rebuilds).toEqual([{ table: 't', reason: 'column b added' }]);
  expect(askNative(bytes, `${migration.sql} SELECT sql FROM sqlite_schema;`)).toBe(wish);
});

it('For SQLite 3.34 a column is dropped by a rebuild', () => {
  const [current, desired] = ['CREATE TABLE t (a, b)', 'CREATE TABLE t (a)'];
  expect(own(migrationOf(current, desired, { sqliteVersion: 34 }).migration)).toHaveLength(4);
  expect(migrationOf(current, desired, { sqliteVersion: 34 }).migration.needs).toBe(26);
  expect(own(migrationOf(current, desired).migration)).toEqual(['ALTER TABLE "t" DROP COLUMN "b"']);
  expect(migrationOf(current, desired).migration.needs).toBe(35);
});

it('For SQLite 3.53 NOT NULL and CHECK are changed in place', () => {
  const { migration, bytes } = migrationOf(
    'CREATE TABLE t (a INT NOT NULL, b TEXT, CONSTRAINT one CHECK (a > 0)); INSERT INTO t VALUES (1, 2)',
    `CREATE TABLE t (a INT, b TEXT NOT NULL, CHECK (b <> ''))`,
    { sqliteVersion: 53 },
  );
  expect(own(migration)).toEqual([
    'ALTER TABLE "t" ALTER COLUMN "a" DROP NOT NULL',
    'ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL',
    'ALTER TABLE "t" DROP CONSTRAINT "one"',
    `ALTER TABLE "t" ADD CHECK (b <> '')`,
  ]);
  expect(migration.needs).toBe(53);
  expect(apply(bytes, migration.sql).outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([]);
});

it('The text of a schema makes the same schema, virtual tables and comments included', () => {
  const bytes = nativeDatabase(
    `CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT); INSERT INTO t (b) VALUES ('x;y'); CREATE VIEW v AS SELECT 1 -- one
     ; CREATE VIRTUAL TABLE f USING fts4(x); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;`,
  );
  const schema = withDatabase(bytes, readSchema);
  const again = withDatabase(nativeDatabase(textOfSchema(schema)), readSchema);
  expect(compareStates(schema, again)).toEqual({ differences: [], spelling: [] });
});
