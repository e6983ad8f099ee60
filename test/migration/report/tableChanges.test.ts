// What a plan changes, table by table: every statement is of the table that it is about, and rows are told of the table that had them.
import { describe, expect, test } from 'vitest';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { summarisePlan } from '../../../src/migration/report/planSummary';
import type { TableChange } from '../../../src/migration/report/tableChanges';
import { partsInWords, rowsInWords } from '../../../src/migration/report/tableWords';
import { nativeDatabase, plan, statementsOf } from '../../databases';

const FILE = nativeDatabase(`
  CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, city TEXT);
  INSERT INTO people(name, city) VALUES ('Ada', 'London'), ('Linus', NULL), ('Grace', 'New York');
  CREATE INDEX people_by_name ON people(name);
  CREATE TABLE pets(id INTEGER PRIMARY KEY, person INTEGER REFERENCES people ON DELETE CASCADE, name TEXT);
  INSERT INTO pets(person, name) VALUES (1, 'Byron'), (3, 'Bug');
  CREATE VIEW names AS SELECT name FROM people;
  CREATE TABLE empty(a);
`);
const ROWS: Readonly<Record<string, number>> = { people: 3, pets: 2, empty: 0 };

function tablesOf(script: string, foreignKeys: 'on' | 'off' = 'off'): readonly TableChange[] {
  const { before, after, outcomes, obstacle } = plan(FILE, script, { ...DEFAULT_CHOICES, foreignKeys }).plan;
  expect(obstacle).toBeNull();
  return summarisePlan({ before, after, statements: statementsOf(script), outcomes }).tables;
}

/** `people (1 2): +1 column; 3 rows stay`. */
function linesOf(script: string, foreignKeys: 'on' | 'off' = 'off'): readonly string[] {
  return tablesOf(script, foreignKeys).map((table) => {
    const { name, formerly, ordinals, through } = table;
    const rows = rowsInWords(table, ROWS[formerly ?? name] ?? null);
    const by = through.length > 0 ? `, by ${through.join()}` : '';
    const was = formerly === null ? '' : `, was ${formerly}`;
    return `${name}${was} (${ordinals.join(' ')}${by}): ${[partsInWords(table.parts), rows].filter(Boolean).join('; ')}`;
  });
}

describe('Each table of a script has what changes in it, its rows and its statements', () => {
  test.each<[script: string, lines: readonly string[]]>([
    [
      'ALTER TABLE people ADD COLUMN age INT; CREATE INDEX a ON people(age); DROP INDEX people_by_name; DELETE FROM pets WHERE id = 1;',
      ['people (1 2 3): +1 column, +1 index, −1 index; 3 rows stay', 'pets (4): 1 of 2 rows deleted'],
    ],
    [
      'BEGIN; PRAGMA user_version = 3; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2); SELECT 1; COMMIT;',
      ['t (3 4): new; 2 rows added'],
    ],
    [
      `CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT, city TEXT, age INT); INSERT INTO n(id, name, city) SELECT id, name, city FROM people WHERE id > 1; DROP VIEW names;
       DROP TABLE people; ALTER TABLE n RENAME TO people; CREATE INDEX people_by_name ON people(name);`,
      ['people (1 2 4 5 6): +1 column; 1 of 3 rows deleted', 'names (3): removed'],
    ],
    [
      'CREATE TEMP TABLE kept AS SELECT * FROM pets; DELETE FROM pets; INSERT INTO pets SELECT * FROM kept; DROP TABLE kept;',
      ['pets (1 2 3 4): 2 rows stay'],
    ],
    [
      "CREATE TEMP TABLE kept AS SELECT * FROM pets WHERE id > 1; DELETE FROM pets; INSERT INTO pets SELECT * FROM kept; INSERT INTO pets(name) VALUES ('Cat');",
      ['pets (1 2 3 4): 1 of 2 rows deleted, 1 row added'],
    ],
    [
      'ALTER TABLE people RENAME TO persons; ALTER TABLE persons RENAME COLUMN city TO town; UPDATE persons SET town = 1;',
      ['persons, was people (1 2 3): renamed, 1 column renamed; 3 of 3 rows changed, 2 values overwritten'],
    ],
    ['DROP TABLE pets;', ['pets (1): removed; 2 of 2 rows deleted']],
    ['DROP TABLE empty;', ['empty (1): removed; no rows']],
    [
      'ALTER TABLE people ADD COLUMN age INT DEFAULT 3; UPDATE people SET age = 4;',
      ['people (1 2): +1 column; 3 rows stay'],
    ],
    ["INSERT INTO pets(name) VALUES ('Cat');", ['pets (1): 2 rows stay, 1 row added']],
    [
      "INSERT INTO pets(id, name) VALUES (1, 'x') ON CONFLICT DO UPDATE SET name = excluded.name;",
      ['pets (1): rows changed'],
    ],
    ['CREATE TABLE IF NOT EXISTS people(id); CREATE VIEW v AS SELECT 1;', ['people (1): 3 rows stay', 'v (2): new']],
    [
      'CREATE TABLE towns(name); INSERT INTO towns SELECT DISTINCT city FROM people;',
      ['towns (1 2): new; 3 rows added'],
    ],
  ])('%s', (script, lines) => {
    expect(linesOf(script)).toEqual(lines);
  });

  test('rows that go through a foreign key are told of the table that had them, with the statement that does it', () => {
    expect(linesOf('DELETE FROM people WHERE id = 1;', 'on')).toEqual([
      'people (1): 1 of 3 rows deleted',
      'pets (, by 1): 1 of 2 rows deleted',
    ]);
  });

  test('rows that were not counted are not said to stay', () => {
    const [people] = tablesOf('ALTER TABLE people ADD COLUMN age INT;');
    expect(people && rowsInWords(people, null)).toBe('');
  });
});
