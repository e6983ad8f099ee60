// What a plan comes to, in two sentences: true of schemas and rows, and calm where nothing is lost.
import { describe, expect, test } from 'vitest';
import { summarisePlan, type PlanSummary } from '../../../src/migration/report/planSummary';
import { nativeDatabase, plan, statementsOf } from '../../databases';

const FILE = nativeDatabase(`
  CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, city TEXT);
  INSERT INTO people(name, city) VALUES ('Ada', 'London'), ('Linus', NULL), ('Grace', 'New York');
  CREATE INDEX people_by_name ON people(name);
  CREATE TABLE pets(id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE, name TEXT);
  INSERT INTO pets(person, name) VALUES (1, 'Byron'), (3, 'Bug');
  CREATE VIEW names AS SELECT name FROM people;
  CREATE TRIGGER greet AFTER INSERT ON people BEGIN UPDATE people SET city = 'here' WHERE id = new.id; END;
  CREATE TABLE empty(a);
`);

function summaryOf(script: string, bytes: Uint8Array = FILE): PlanSummary {
  const { before, after, outcomes, obstacle } = plan(bytes, script).plan;
  expect(obstacle).toBeNull();
  return summarisePlan({ before, after, statements: statementsOf(script), outcomes });
}

describe('the first sentence says what changes of the schema', () => {
  test.each([
    ['ALTER TABLE people ADD COLUMN age INT; CREATE INDEX a ON people(age);', 'Adds 1 column and 1 index.'],
    [
      'CREATE TABLE t(a UNIQUE); CREATE INDEX i ON t(a); CREATE VIEW v AS SELECT 1;',
      'Adds 1 table, 1 index and 1 view.',
    ],
    ['DROP TABLE empty; DROP VIEW names;', 'Removes 1 table and 1 view.'],
    ['ALTER TABLE people RENAME TO persons;', 'Renames 1 table.'],
    ['ALTER TABLE people RENAME TO a; ALTER TABLE a RENAME TO people;', 'The schema stays as it is.'],
    ['ALTER TABLE people RENAME COLUMN city TO town; ALTER TABLE people DROP COLUMN town;', 'Removes 1 column.'],
    ['ALTER TABLE people RENAME COLUMN name TO called; CREATE TABLE t(a);', 'Adds 1 table; renames 1 column.'],
    [
      'CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, CHECK (id > 0)); INSERT INTO n SELECT * FROM people; DROP TRIGGER greet; DROP VIEW names; DROP TABLE people; ALTER TABLE n RENAME TO people;',
      'Removes 1 index, 1 view and 1 trigger; alters 1 column.',
    ],
    [
      'CREATE TABLE n(a, CHECK (a > 0)); INSERT INTO n SELECT * FROM empty; DROP TABLE empty; ALTER TABLE n RENAME TO empty;',
      'Alters 1 table.',
    ],
    [
      'ALTER TABLE pets RENAME COLUMN name TO called; ALTER TABLE pets RENAME TO old; CREATE TABLE pets(id INTEGER PRIMARY KEY, person INTEGER, called TEXT); INSERT INTO pets SELECT * FROM old; DROP TABLE old;',
      'Renames 1 column; alters 1 table.',
    ],
    ['DROP VIEW names; CREATE VIEW names AS SELECT city FROM people;', 'Alters 1 view.'],
    ['UPDATE pets SET name = upper(name);', 'The schema stays as it is.'],
    ['CREATE TABLE IF NOT EXISTS people(id);', 'The schema stays as it is.'],
  ])('%s', (script, sentence) => {
    expect(summaryOf(script).schema).toBe(sentence);
  });
});

describe('the second sentence says what becomes of the rows', () => {
  const CALM = 'No row is deleted or changed.';
  test.each([
    ['ALTER TABLE people ADD COLUMN age INT DEFAULT 3;', CALM, null],
    ['DROP TABLE empty;', CALM, null],
    ['ALTER TABLE people ADD COLUMN age INT; UPDATE people SET age = 3;', CALM, null],
    ['CREATE TABLE t(a); INSERT INTO t VALUES (1); UPDATE t SET a = 2; DELETE FROM t;', CALM, null],
    ['DELETE FROM pets;', 'Deletes 2 rows. No other row is changed.', 'deleting 2 rows'],
    ['DROP TABLE pets;', 'Deletes 2 rows. No other row is changed.', 'deleting 2 rows'],
    [
      'UPDATE pets SET name = upper(name);',
      'Changes 2 rows, overwriting 2 values. No row is deleted.',
      'overwriting 2 values',
    ],
    [
      "UPDATE people SET city = coalesce(city, 'unknown');",
      'Changes 3 rows, overwriting no value. No row is deleted.',
      null,
    ],
    [
      'DELETE FROM pets WHERE id = 1; UPDATE pets SET name = 1;',
      'Deletes 1 row, and changes 1 row, overwriting 1 value.',
      'deleting 1 row and overwriting 1 value',
    ],
    [
      "UPDATE people SET city = 'A' WHERE id = 1; UPDATE people SET city = 'B' WHERE id < 3;",
      'Changes up to 3 rows, overwriting up to 2 values. No row is deleted.',
      'overwriting up to 2 values',
    ],
    [
      "UPDATE people SET city = 'A' WHERE id = 1; UPDATE people SET name = upper(name);",
      'Changes 3 rows, overwriting 4 values. No row is deleted.',
      'overwriting 4 values',
    ],
    [
      'UPDATE pets SET name = p.name FROM people AS p WHERE p.id = pets.person;',
      'Changes 2 rows, overwriting values. No row is deleted.',
      'overwriting values',
    ],
    ["INSERT INTO people(name) VALUES ('Alan');", 'No row is deleted. Triggers or foreign keys write 1 row.', null],
    [
      "INSERT INTO pets(id, name) VALUES (1, 'x') ON CONFLICT DO UPDATE SET name = excluded.name;",
      'Changes rows. No row is deleted.',
      null,
    ],
  ])('%s', (script, sentence, losing) => {
    expect(summaryOf(script)).toMatchObject({ rows: sentence, losing });
  });

  test('values of a column that is dropped are counted too', () => {
    const script = 'DROP TRIGGER greet; ALTER TABLE people DROP COLUMN city;';
    expect(summaryOf(script)).toMatchObject({
      rows: 'Deletes 2 values. No other row is changed.',
      losing: 'deleting 2 values',
      kept: 'The dropped file keeps them.',
    });
  });
});

describe('that rows get the time of the run is told where a statement writes it', () => {
  test.each([
    ['ALTER TABLE people ADD COLUMN age INT;', false],
    ['CREATE TABLE t(a, at DEFAULT CURRENT_TIMESTAMP);', false],
    ['CREATE TABLE t(a, at DEFAULT CURRENT_TIMESTAMP); INSERT INTO t(a) VALUES (1);', true],
    ["ALTER TABLE people ADD COLUMN at NOT NULL DEFAULT (datetime('now'));", true],
    ["ALTER TABLE people ADD COLUMN at DEFAULT (datetime('now'));", false],
    ["ALTER TABLE empty ADD COLUMN at DEFAULT (datetime('now'));", false],
    ['UPDATE people SET city = date();', true],
    ["UPDATE people SET city = 'x';", false],
    ["CREATE TRIGGER t AFTER UPDATE ON people BEGIN UPDATE empty SET a = unixepoch('now'); END;", false],
    [
      "CREATE TRIGGER t AFTER UPDATE ON people BEGIN UPDATE empty SET a = unixepoch('now'); END; UPDATE people SET city = 1;",
      true,
    ],
  ])('%s', (script, does) => {
    expect(summaryOf(script).writesTheTime).toBe(does);
  });
});
