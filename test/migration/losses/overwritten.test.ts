// How many values an UPDATE writes others over is what native sqlite3 finds changed; what was NULL, or stays what it is, is not among them.
import { expect, test } from 'vitest';
import { askNative, changedNatively, nativeDatabase, plan } from '../../databases';

const FILE = nativeDatabase(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, n INTEGER, r REAL, x, s TEXT COLLATE NOCASE);
  INSERT INTO t(a, n, r, x, s) VALUES
    ('007', 7, 1.5, '5', 'Abc'), (NULL, NULL, NULL, NULL, NULL), ('7', 0, 7.0, 5, 'abc'), ('b', -3, -0.5, x'41', 'É');
  CREATE TABLE u(id INTEGER PRIMARY KEY, v); INSERT INTO u VALUES (1, 'one'), (3, 'three');
`);
const COLUMNS = ['a', 'n', 'r', 'x', 's'];

function overwritten(script: string): readonly unknown[] {
  return plan(FILE, script).plan.outcomes.map((outcome) => outcome.overwritten ?? null);
}

/** Values of a database, each as SQL literal in its place. */
function valuesOf(bytes: Uint8Array): readonly string[] {
  const all = COLUMNS.map((column) => `quote(${column})`).join(' || char(10) || ');
  return askNative(bytes, `SELECT ${all} FROM t ORDER BY id`).split('\n');
}

test.each([
  'UPDATE t SET a = CAST(a AS INTEGER)',
  'UPDATE t SET a = 7',
  "UPDATE t SET n = '7'",
  'UPDATE t SET n = n + 0',
  'UPDATE t SET s = lower(s)',
  'UPDATE t SET x = 5',
  "UPDATE t SET x = '5'",
  'UPDATE t SET r = 7 WHERE id > 1',
  'UPDATE t SET r = CAST(7 AS TEXT)',
  'UPDATE t SET a = coalesce(a, 0), n = coalesce(n, 0)',
  'UPDATE t AS other SET a = (SELECT s FROM t WHERE t.id = other.id)',
  'UPDATE t SET a = NULL, x = NULL',
  "UPDATE t SET a = 'new' WHERE a IS NULL",
  'UPDATE t SET a = (SELECT v FROM u WHERE u.id = t.id) WHERE id IN (SELECT id FROM u)',
])('%s', (script) => {
  const before = valuesOf(FILE);
  const after = valuesOf(changedNatively(FILE, script));
  const values = before.filter((value, at) => value !== 'NULL' && value !== after[at]).length;
  expect(overwritten(script)).toEqual([values === 0 ? null : { values, exact: true }]);
});

test.each([
  ['values of a column that the script adds', "ALTER TABLE t ADD COLUMN z DEFAULT 'x'; UPDATE t SET z = 1;", null],
  ['values of a copy', 'CREATE TABLE c AS SELECT * FROM t; UPDATE c SET a = 1;', null],
  ['what a ROLLBACK takes back', 'SAVEPOINT s; UPDATE t SET n = 1; ROLLBACK TO s; RELEASE s;', null],
  ['rows of a table of its own', 'CREATE TABLE o(a); INSERT INTO o VALUES (1); UPDATE o SET a = 2;', null],
  ['a table under another name', 'ALTER TABLE t RENAME TO w; UPDATE w SET n = 1;', { values: 3, exact: true }],
  [
    'an UPDATE of which that cannot be told',
    'UPDATE t SET a = u.v FROM u WHERE u.id = t.id;',
    { values: 0, exact: false },
  ],
])('%s', (_, script, wanted) => {
  expect(overwritten(script).filter(Boolean)).toEqual(wanted === null ? [] : [wanted]);
});
