// Rows that a new CHECK or a new foreign key does not allow are counted, shown and asked about, and native sqlite3 does what was answered.
import { describe, expect, it } from 'vitest';
import type { Migration } from '../../src/compare/migration';
import { USUAL_VERSION } from '../../src/compare/versions';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { askNative, nativeDatabase, withDatabase } from '../databases';
import { schemaOf } from './schemas';

function migrationOf(bytes: Uint8Array, desired: string, answers: Readonly<Record<string, string>> = {}): Migration {
  return withDatabase(bytes, (rows) =>
    writeMigration({
      ...{
        current: readSchema(rows),
        desired: schemaOf(desired),
        scratch: () => rows.scratch(),
        rows,
        desiredRows: null,
      },
      ...{ answers: new Map(Object.entries(answers)), sqliteVersion: USUAL_VERSION, spelling: false },
    }),
  );
}

/** What native sqlite3 has in a table once the migration has run with foreign keys on. */
function rowsAfter(bytes: Uint8Array, { sql, complete }: Migration, query: string): string {
  expect(complete, sql).toBe(true);
  return askNative(bytes, `PRAGMA foreign_keys = ON;\n${sql}\n${query}`);
}

describe('A new CHECK that rows break', () => {
  const people = nativeDatabase(`CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER);
    INSERT INTO people VALUES (1, 'Ann', 1980), (2, 'Bo', 1700), (3, 'Cy', NULL), (4, 'Di', 12);`);
  const desired =
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER CHECK ("year born" > 1800))';
  const id = 'check of people ("year born" > 1800)';

  it('is asked about, with the rows counted and some of them shown', () => {
    const { questions, complete } = migrationOf(people, desired);
    expect(complete).toBe(false);
    expect(questions).toMatchObject([{ id, kind: 'check', table: 'people', answer: null }]);
    expect(questions[0]?.evidence).toEqual([
      '2 rows break it, of 4 rows.',
      "One of them: id 2, name 'Bo', year born 1700.",
      "One of them: id 4, name 'Di', year born 12.",
    ]);
    expect(questions[0]?.options.map(({ value }) => value)).toEqual(['set "year born"', 'delete rows']);
  });

  it('they get the value that was written, or are deleted, and what goes is told', () => {
    const set = migrationOf(people, desired, { [id]: 'set "year born" "year born" + 1900' });
    expect(rowsAfter(people, set, 'SELECT * FROM people;')).toBe('1|Ann|1980\n2|Bo|3600\n3|Cy|\n4|Di|1912');
    expect(set.losses).toMatchObject([{ table: 'people', column: 'year born', count: 2 }]);
    const deleted = migrationOf(people, desired, { [id]: 'delete rows' });
    expect(rowsAfter(people, deleted, 'SELECT * FROM people;')).toBe('1|Ann|1980\n3|Cy|');
    expect(deleted.losses.map(({ sentence }) => sentence)).toEqual([
      '2 rows of people that break CHECK ("year born" > 1800) are deleted.',
    ]);
    expect(deleted.back.cannotRestore[0]).toContain('are deleted. The way back does not bring that back.');
  });

  it('is asked about with a column that is renamed along with it', () => {
    const renamed = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, born INTEGER, CHECK (born > 1800))';
    const answers = { 'column people."year born"': 'rename to born', 'check of people (born > 1800)': 'set born NULL' };
    const migration = migrationOf(people, renamed, answers);
    expect(rowsAfter(people, migration, 'SELECT quote(born) FROM people;')).toBe('1980\nNULL\nNULL\nNULL');
  });

  it('nothing is asked where no row breaks it, where it is over a new column, or where it was there', () => {
    for (const wished of [
      'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER CHECK ("year born" < 3000))',
      'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER, more CHECK (more > 1))',
    ]) {
      expect(migrationOf(people, wished)).toMatchObject({ questions: [], complete: true });
    }
    const checked = nativeDatabase(
      'CREATE TABLE t (a CHECK (a > 1), b); PRAGMA ignore_check_constraints = 1; INSERT INTO t VALUES (0, 1);',
    );
    expect(migrationOf(checked, 'CREATE TABLE t (a, b DEFAULT 1, CHECK (a>1))').questions).toEqual([]);
  });
});

describe('A new foreign key to rows that are not there', () => {
  const made = `CREATE TABLE people (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE);
    CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, code TEXT NOT NULL);
    INSERT INTO people VALUES (1, 'A'), (2, NULL); INSERT INTO pets VALUES (1, 1, 'a'), (2, 9, 'b'), (3, NULL, 'A');`;
  const pets = nativeDatabase(made);
  const people = 'CREATE TABLE people (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE)';
  const referring = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people, code TEXT NOT NULL)`;
  const id = 'reference of pets (owner) to people';

  it('is asked about, with the rows counted and some of them shown', () => {
    const { questions } = migrationOf(pets, referring);
    expect(questions).toMatchObject([{ id, kind: 'foreign key', table: 'pets', column: 'owner', answer: null }]);
    expect(questions[0]?.evidence).toEqual([
      '1 row refers to no row of people.',
      "One of them: id 2, owner 9, code 'b'.",
    ]);
    expect(questions[0]?.options.map(({ value }) => value)).toEqual(['clear owner', 'delete rows', 'leave']);
  });

  it('they refer to nothing, are deleted, or stay, as was answered', () => {
    const query = 'SELECT id, owner FROM pets; PRAGMA foreign_key_check;';
    const after = (answer: string): string => rowsAfter(pets, migrationOf(pets, referring, { [id]: answer }), query);
    expect(after('clear owner')).toBe('1|1\n2|\n3|');
    expect(after('delete rows')).toBe('1|1\n3|');
    expect(after('leave')).toBe('1|1\n2|9\n3|\npets|2|people|0');
  });

  it('goes by the collation of the parent, and offers no NULL where the column may not have it', () => {
    const wished = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, code TEXT NOT NULL REFERENCES people (code))`;
    const [question] = migrationOf(pets, wished).questions;
    expect(question?.evidence[0]).toBe('1 row refers to no row of people.');
    expect(question?.options.map(({ value }) => value)).toEqual(['delete rows', 'leave']);
    const deleted = migrationOf(pets, wished, { 'reference of pets (code) to people': 'delete rows' });
    expect(rowsAfter(pets, deleted, 'SELECT id FROM pets; PRAGMA foreign_key_check;')).toBe('1\n3');
  });

  it('to a table that is new, to one that is renamed, and to itself is asked about too', () => {
    const fresh = `CREATE TABLE shops (id INTEGER PRIMARY KEY); ${people};
      CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES shops, code TEXT NOT NULL)`;
    const toNew = migrationOf(pets, fresh, { 'reference of pets (owner) to shops': 'clear owner' });
    expect(toNew.questions[0]?.evidence[0]).toBe('2 rows refer to no row of shops, which is new and empty.');
    expect(rowsAfter(pets, toNew, 'SELECT count(owner) FROM pets; PRAGMA foreign_key_check;')).toBe('0');
    const renamed = referring.replaceAll('people', 'humans');
    const toRenamed = migrationOf(pets, renamed, {
      'table people': 'rename to humans',
      'reference of pets (owner) to humans': 'clear owner',
    });
    expect(rowsAfter(pets, toRenamed, 'SELECT quote(owner) FROM pets; PRAGMA foreign_key_check;')).toBe(
      '1\nNULL\nNULL',
    );
    const self = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES pets (id), code TEXT NOT NULL)`;
    const toItself = migrationOf(pets, self, { 'reference of pets (owner) to pets': 'delete rows' });
    expect(rowsAfter(pets, toItself, 'SELECT id FROM pets; PRAGMA foreign_key_check;')).toBe('1\n3');
  });
});
