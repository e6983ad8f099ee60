// What the proofs say of scripts and files that are not plain: broken views, missing parts, settings, second runs.
import { describe, expect, test } from 'vitest';
import type { ProofCode } from '../../../src/migration/proofs/proof';
import { askNative, migrate, nativeDatabase, notPassed, proofsOf } from '../../databases';

const shop = nativeDatabase(`
  CREATE TABLE a(x); INSERT INTO a VALUES (1), (2);
  CREATE TABLE b(y); INSERT INTO b VALUES (1);
  CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p);
  CREATE VIEW both_tables AS SELECT * FROM a UNION SELECT * FROM b;
  CREATE VIEW joined AS SELECT x, y FROM a JOIN b ON x = y;
  CREATE TRIGGER copy AFTER INSERT ON a BEGIN INSERT INTO b SELECT * FROM a WHERE 0; END;`);

describe('views and triggers that a new column breaks', () => {
  test.each([
    ['a view of two SELECT *', 'ALTER TABLE a ADD COLUMN z', ['view both_tables', 'trigger copy']],
    [
      'a column that is no longer unambiguous',
      'ALTER TABLE b ADD COLUMN x',
      ['view both_tables', 'view joined', 'trigger copy'],
    ],
  ])('%s', (_what, script, broken) => {
    const proof = proofsOf(shop, script).get('views-and-triggers');
    expect(proof?.result).toBe('fail');
    expect(proof?.details.map((line) => line.split(':')[0])).toEqual(broken);
  });

  test('those that did not work before either are told apart from them', () => {
    const before = nativeDatabase(
      'CREATE TABLE t(a); CREATE VIEW v AS SELECT * FROM gone; CREATE VIEW w AS SELECT a FROM t;',
    );
    const proof = proofsOf(before, 'ALTER TABLE t ADD COLUMN b').get('views-and-triggers');
    expect(proof).toMatchObject({
      result: 'unverifiable',
      details: ['view v: did not work before either, no such table: main.gone'],
    });
  });
});

test('a script that takes away what it makes, and cannot be run again, is made to run once: that is no fault', () => {
  const proof = proofsOf(
    nativeDatabase('CREATE TABLE t(id, v);'),
    'ALTER TABLE t ADD COLUMN x; CREATE TABLE n(v); INSERT INTO n SELECT id FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t',
  ).get('second-run');
  expect(proof?.result).toBe('not applicable');
});

test('counters are written as all figures are, however large, and what is no number as it is', () => {
  const bytes = nativeDatabase(
    'CREATE TABLE a(x INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (9007199254740993);',
  );
  const set = (seq: string) => proofsOf(bytes, `UPDATE sqlite_sequence SET seq = ${seq}`).get('sequences');
  expect(set('1234')?.sentence).toContain('a: 9,007,199,254,740,993 before, 1,234 after;');
  expect(set("'none1234'")?.sentence).toContain('993 before, none1234 after;');
  expect(set('9223372036854775807')?.details).toEqual([
    'a: 9,007,199,254,740,993 before, 9,223,372,036,854,775,807 after, by the script',
  ]);
});

describe('what this engine lacks makes a proof unverifiable, never a pass', () => {
  /** A file whose index needs something that only the program has that made it. */
  const needing = (index: string): Uint8Array =>
    nativeDatabase(`CREATE TABLE t(a); INSERT INTO t VALUES ('x'); CREATE INDEX i ON t(a); CREATE TABLE u(b);
      PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '${index}' WHERE name = 'i';`);

  test.each([
    // quick_check compares the order of keys, but computes none.
    [
      'a collation',
      'CREATE INDEX i ON t(a COLLATE absent)',
      'no such collation sequence: absent',
      ['integrity-before', 'integrity-after', 'integrity-reopened'],
    ],
    [
      'a function',
      'CREATE INDEX i ON t(absent(a))',
      'unknown function: absent()',
      ['integrity-before', 'integrity-reopened'],
    ],
  ])('%s', (_what, index, message, unverifiable) => {
    const { result } = migrate(needing(index), 'ALTER TABLE u ADD COLUMN c');
    expect(result.committed).toBe(true);
    const proofs = new Map(result.proofs.map((proof) => [proof.code, proof]));
    expect(notPassed(proofs)).toEqual(unverifiable.map((code) => `${code}: unverifiable`));
    for (const code of unverifiable as readonly ProofCode[]) {
      expect(proofs.get(code)?.details).toEqual([`t: not checked, ${message}`]);
    }
    expect(proofs.get('row-counts')?.sentence).toContain('1 row in 2 tables');
  });

  test('a full-text table is kept with all that stores it', () => {
    const before = nativeDatabase(`CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('one two');
      CREATE TABLE t(a); INSERT INTO t VALUES (1);`);
    const { result, bytes } = migrate(before, "ALTER TABLE t ADD COLUMN b DEFAULT (datetime('now'))");
    const proofs = new Map(result.proofs.map((proof) => [proof.code, proof]));
    expect(notPassed(proofs).filter((line) => !line.startsWith('integrity'))).toEqual([]);
    expect(proofs.get('content')?.details.at(-1)).toMatch(/^notes: a virtual table \(no such module: fts5\)/);
    expect(askNative(bytes, "SELECT body FROM notes('two'); PRAGMA integrity_check")).toBe('one two\nok');
  });

  test('a foreign key to what cannot be a parent', () => {
    const before = nativeDatabase('CREATE TABLE p(a); CREATE TABLE c(b REFERENCES p(a)); INSERT INTO c VALUES (1);');
    expect(proofsOf(before, 'CREATE TABLE t(a)').get('foreign-keys')).toMatchObject({
      result: 'unverifiable',
      sentence: expect.stringContaining('foreign key mismatch') as string,
    });
  });
});

describe('settings', () => {
  test('that the script sets are no loss, and are named', () => {
    const proof = proofsOf(shop, 'PRAGMA main.User_Version = 21; PRAGMA application_id = 7').get('settings');
    expect(proof?.result).toBe('pass');
    expect(proof?.sentence).toContain('user_version, application_id changed because the script sets it');
  });
});

describe('a second run', () => {
  test.each([
    [
      'that finds all there',
      'CREATE TABLE IF NOT EXISTS n(a); ALTER TABLE a ADD COLUMN z; DROP TABLE IF EXISTS none',
      'pass',
    ],
    [
      'that makes views and triggers anew',
      `DROP VIEW IF EXISTS joined; CREATE VIEW joined AS SELECT 1 AS one;
      DROP TRIGGER IF EXISTS copy; CREATE TRIGGER copy AFTER INSERT ON a BEGIN SELECT 1; END`,
      'pass',
    ],
    ['that changes the same rows to what they are', 'UPDATE a SET x = 1 WHERE x > 1', 'pass'],
    [
      'that leaves nothing in the file',
      'CREATE TEMP TABLE n(a); SAVEPOINT s; ROLLBACK TO s; RELEASE s; PRAGMA user_version = 3',
      'pass',
    ],
    ['that would stop', 'CREATE TABLE n(a)', 'not applicable'],
    ['that would add rows again', 'INSERT INTO a VALUES (3)', 'not applicable'],
    [
      'that would build a table anew',
      'DROP TABLE IF EXISTS n; CREATE TABLE n(a); INSERT INTO n SELECT x FROM a',
      'not applicable',
    ],
    ['that would make what the script takes away', 'CREATE TABLE IF NOT EXISTS n(a); DROP TABLE n', 'not applicable'],
  ])('%s', (_what, script, result) => {
    expect(proofsOf(shop, script).get('second-run')?.result).toBe(result);
  });
});

describe('references', () => {
  test('that the script breaks are a failure', () => {
    const proof = proofsOf(shop, 'INSERT INTO c VALUES (9)').get('foreign-keys');
    expect(proof).toMatchObject({ result: 'fail', details: ['c (p) → p: 1 row, 0 before'] });
  });
});

describe('a difference is blamed on the statements that made it', () => {
  const kept = nativeDatabase(`
    CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, x); INSERT INTO a(x) VALUES (1), (2), (3);
    CREATE TABLE b(y); INSERT INTO b VALUES (1), (2);
    CREATE TABLE log(z); CREATE VIEW va AS SELECT id, x FROM a;`);

  test.each([
    [
      'a trigger that the script makes and drops',
      'CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM b; END; INSERT INTO log VALUES (1); DROP TRIGGER t',
      'row-counts',
      'warn',
      'in b, log. The script changes rows itself, in statement 2:',
    ],
    [
      'a temporary trigger on a view',
      'CREATE TEMP TRIGGER t INSTEAD OF DELETE ON va BEGIN DELETE FROM a WHERE id = old.id; END; DELETE FROM va WHERE id = 1',
      'row-counts',
      'warn',
      'in statement 2:',
    ],
    [
      'a table that is taken out of sqlite_schema',
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'b'",
      'row-counts',
      'warn',
      'in statement 2:',
    ],
    [
      'what was taken back, and what was temporary, is not blamed',
      'SAVEPOINT s; DELETE FROM b; ROLLBACK TO s; RELEASE s; CREATE TEMP TABLE t(a); INSERT INTO t VALUES (1); DELETE FROM b WHERE y = 9; DELETE FROM b WHERE y = 1; UPDATE a SET x = 0; DELETE FROM b WHERE y = 2',
      'row-counts',
      'warn',
      'in statements 8 and 10:',
    ],
    [
      'a counter that is taken away',
      'DELETE FROM sqlite_sequence',
      'sequences',
      'warn',
      'a: 3 before, none after; the script changes counters itself, in statement 1.',
    ],
    [
      'a counter that is set back',
      'SELECT 1; UPDATE sqlite_sequence SET seq = 1',
      'sequences',
      'warn',
      'a: 3 before, 1 after; the script changes counters itself, in statement 2.',
    ],
  ] as const)('%s', (_what, script, code, result, words) => {
    const proof = proofsOf(kept, script).get(code);
    expect(proof?.result).toBe(result);
    expect(proof?.sentence).toContain(words);
  });

  test.each([
    [
      'SAVEPOINT a; DELETE FROM b; ROLLBACK TO a; RELEASE a',
      'pass',
      '4 statements that leave nothing more in the file, nothing else.',
    ],
    [
      'CREATE TEMP TABLE t(a); INSERT INTO t VALUES (1); DROP TABLE t',
      'pass',
      '3 statements that leave nothing more in the file',
    ],
    [
      'ALTER TABLE b ADD COLUMN z; CREATE TABLE IF NOT EXISTS n(a); DELETE FROM b WHERE y = 1',
      'pass',
      '1 skipped, 1 unchanged, 1 statement that leaves nothing more in the file, nothing else.',
    ],
    [
      'CREATE TEMP TRIGGER t INSTEAD OF INSERT ON va BEGIN INSERT INTO b VALUES (7); END; INSERT INTO va VALUES (1, 1)',
      'not applicable',
      'statement 2 would change the result again',
    ],
    [
      'CREATE TEMP TABLE t(a); CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO b VALUES (7); END; INSERT INTO t VALUES (1)',
      'not applicable',
      'statement 3 would change the result again',
    ],
  ])('a second run of %s', (script, result, words) => {
    const proof = proofsOf(kept, script).get('second-run');
    expect(proof?.sentence).toContain(words);
    expect(proof?.result).toBe(result);
  });
});
