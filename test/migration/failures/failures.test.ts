// What is said of a failure is true of it: it blames what is to blame, and its way out works here.
import { describe, expect, test } from 'vitest';
import { nativeDatabase, plan } from '../../databases';

/** What is said of the statement of a script that fails. */
function saidOf(bytes: Uint8Array, script: string): string {
  const failure = plan(bytes, script).plan.outcomes.find(({ verdict }) => verdict === 'failed')?.failure;
  return failure ? `${failure.message} ${failure.explanation} ${failure.wayOut}` : 'nothing fails';
}

describe('a change for which SQLite reads a schema that this engine lacks something for', () => {
  const searched = nativeDatabase(`CREATE TABLE t(a, b); CREATE VIRTUAL TABLE f USING fts5(a);
    CREATE TRIGGER tt AFTER INSERT ON t BEGIN INSERT INTO f VALUES (new.a); END;`);
  const collated = nativeDatabase(`CREATE TABLE t(a, b); CREATE INDEX ck ON t(a); CREATE TABLE u(a);
    PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX ck ON t(a COLLATE absent)' WHERE name = 'ck';`);

  test.each([
    [
      searched,
      'ALTER TABLE t RENAME TO t2',
      'The trigger tt needs the module fts5,',
      'the program that has the module fts5.',
    ],
    [
      searched,
      'ALTER TABLE t DROP COLUMN b',
      'The trigger tt needs the module fts5,',
      'the program that has the module fts5.',
    ],
    [
      collated,
      'ALTER TABLE t RENAME TO t2',
      'The index ck needs the collation absent,',
      'the program that has the collation absent.',
    ],
    [
      collated,
      'ALTER TABLE u RENAME TO u2',
      'The index ck needs the collation absent,',
      'the program that has the collation absent.',
    ],
  ])('%#: %s', (bytes, script, why, wayOut) => {
    const said = saidOf(bytes, script);
    expect(said).toContain(why);
    expect(said).toContain('SQLite reads the whole schema');
    expect(said).toContain(wayOut);
    expect(said).not.toMatch(/would leave|Drop the/);
  });

  test('one that would really break a view says so still', () => {
    const viewed = nativeDatabase('CREATE TABLE t(a, b); CREATE VIEW v AS SELECT b FROM t;');
    expect(saidOf(viewed, 'ALTER TABLE t DROP COLUMN b')).toContain('would leave the view v broken');
  });
});

describe('a limit that the script sets', () => {
  const full = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(20000));');

  test('is to blame where the file may not grow beyond it', () => {
    const said = saidOf(full, 'SELECT 1; PRAGMA max_page_count = 5; INSERT INTO t VALUES (zeroblob(20000))');
    expect(said).toContain('Statement 2 sets how many pages the file may have (PRAGMA max_page_count = 5)');
    expect(said).not.toContain('memory');
  });
});

describe('a column that cannot be added', () => {
  const rows = nativeDatabase("CREATE TABLE t(a); INSERT INTO t VALUES ('x'), ('X');");

  test.each([
    [
      'ALTER TABLE t ADD COLUMN c NOT NULL DEFAULT (abs(-9223372036854775807 - 1))',
      /^integer overflow .* cannot be computed/,
      /no value/,
    ],
    ['ALTER TABLE t ADD COLUMN c NOT NULL DEFAULT (nullif(1, 1))', /gives them no value/, /computed/],
    ['ALTER TABLE t ADD COLUMN c CHECK (c < 0) DEFAULT 3', /the CHECK constraint of the new column c/, /names it/],
    [
      "ALTER TABLE t ADD COLUMN c AS (nullif(a, 'x')) NOT NULL",
      /the NOT NULL constraint of the new column c/,
      /names it/,
    ],
    ['ALTER TABLE t ADD COLUMN c NOT NULL CHECK (c < 0) DEFAULT (1 + 1)', /CHECK constraint failed: c < 0/, /names it/],
    [
      'CREATE UNIQUE INDEX ju ON t(lower(a))',
      /2 rows of t have the same value in lower\(a\) as another row; the index ju is unique/,
      /equal/,
    ],
  ])('%s', (script, words, others) => {
    expect(saidOf(rows, script)).toMatch(words);
    expect(saidOf(rows, script)).not.toMatch(others);
  });
});

test('a statement that asks for random numbers says that its plan may differ, one that only names them does not', () => {
  const bytes = nativeDatabase('CREATE TABLE t(a, random);');
  const notes = plan(bytes, 'DELETE FROM t WHERE abs(random()) % 2 = 0; UPDATE t SET random = 1').plan.outcomes;
  expect(notes.map(({ note }) => note)).toEqual([
    'It asks for random numbers, so plan and run may come to different rows.',
    null,
  ]);
});
