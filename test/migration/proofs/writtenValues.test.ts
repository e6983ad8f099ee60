// What a script wrote is what its statements give: a row or a value that got into the result in any other way is found.
import { expect, test } from 'vitest';
import { nativeDatabase, notPassed, proofsOf, runScript, prove, withEvidence } from '../../databases';
import { DEFAULT_CHOICES, type Choices } from '../../../src/migration/outcome';

const shop = nativeDatabase(`
  CREATE TABLE orders(id INTEGER PRIMARY KEY, item TEXT, price REAL);
  INSERT INTO orders VALUES (1, 'a', 1.5), (2, 'b', 2.5), (3, 'c', NULL);
  CREATE TABLE log(what TEXT); INSERT INTO log VALUES ('begun');
  CREATE INDEX orders_price ON orders(price);`);

const MAKES = `
  CREATE TABLE items(name TEXT, seen TEXT DEFAULT CURRENT_TIMESTAMP); INSERT INTO items(name) SELECT item FROM orders;
  CREATE TABLE empty(a);
  CREATE TABLE copied AS SELECT * FROM orders ORDER BY price DESC;
  ALTER TABLE log ADD COLUMN at TEXT DEFAULT (datetime('now'));
  UPDATE log SET at = datetime('now');
  CREATE INDEX items_name ON items(name);
  INSERT INTO items(name) SELECT name || '!' FROM items WHERE name > '';`;

function resultOf(script: string, damage: readonly string[] = [], choices: Choices = DEFAULT_CHOICES): string {
  const made = runScript(shop, script, choices, damage);
  const [failure] = made.outcomes.flatMap((outcome) => outcome.failure ?? []);
  if (failure) throw new Error(failure.message);
  return withEvidence(made, (evidence) => prove(evidence, 'written-values').result);
}

test('what the statements give is found to be so, the time that they asked for included', () => {
  expect(resultOf(MAKES)).toBe('pass');
  expect(resultOf(MAKES, [], { ...DEFAULT_CHOICES, existingRows: 'upgrade time' })).toBe('pass');
  expect(resultOf('ALTER TABLE orders ADD COLUMN note TEXT; CREATE INDEX i ON orders(note)')).toBe('pass');
  expect(resultOf("BEGIN; INSERT INTO log VALUES ('x'); COMMIT; BEGIN; DELETE FROM orders WHERE id = 2; COMMIT;")).toBe(
    'pass',
  );
  expect(
    resultOf("DELETE FROM log; INSERT INTO log VALUES ('x'), ('y'); DELETE FROM log WHERE what = 'x'; VACUUM;"),
  ).toBe('pass');
});

test.each([
  ['a row in a table that the script made and left empty', 'INSERT INTO empty VALUES (1)'],
  ['a row in a table that it made and filled', "INSERT INTO items(name) VALUES ('z')"],
  ['a row that it put there is gone', "DELETE FROM items WHERE name = 'a'"],
  ['another value in what it copied', 'UPDATE copied SET price = 9 WHERE id = 1'],
  ['a value in a column that it added', "UPDATE log SET at = 'never'"],
  ['another time', "UPDATE items SET seen = datetime(seen, '+1 second') WHERE name = 'a'"],
  ['a value of another type', 'UPDATE copied SET item = CAST(item AS BLOB) WHERE id = 2'],
  ['another rowid', "UPDATE items SET rowid = 99 WHERE name = 'a'"],
])('%s', (_what, damage) => {
  expect(resultOf(MAKES, [damage])).toBe('fail');
});

test('a row or a value that got into what the script made passes no longer: no other check looks there', () => {
  const script = 'CREATE TABLE made(a); ALTER TABLE log ADD COLUMN extra;';
  const failed = (damage: string): readonly string[] =>
    notPassed(proofsOf(shop, script, [damage])).filter((line) => line.endsWith(': fail'));
  expect(failed('INSERT INTO made VALUES (1)')).toEqual(['written-values: fail']);
  expect(failed("UPDATE log SET extra = 'x'")).toEqual(['written-values: fail']);
});

test('an existing row that was changed is found also where a statement changes other rows of the table', () => {
  const script = "UPDATE orders SET item = 'z' WHERE id = 1;";
  expect(resultOf(script)).toBe('pass');
  expect(resultOf(script, ["UPDATE orders SET item = 'y' WHERE id = 2"])).toBe('fail');
});

test('what random() gave is not called wrong, nor right', () => {
  expect(resultOf('CREATE TABLE dice(n); INSERT INTO dice SELECT random() FROM orders;')).toBe('not applicable');
  expect(resultOf('CREATE TABLE dice(n DEFAULT (random()), id); INSERT INTO dice(id) SELECT id FROM orders;')).toBe(
    'not applicable',
  );
  // A table without such a value is compared.
  expect(resultOf('CREATE TABLE kept(n); INSERT INTO kept SELECT id FROM orders WHERE random() IS NOT NULL;')).toBe(
    'pass',
  );
});

test('backfilled values are compared, whatever the moment was', () => {
  const choices = { ...DEFAULT_CHOICES, existingRows: 'upgrade time' } as const;
  const script = "ALTER TABLE orders ADD COLUMN at TEXT DEFAULT (datetime('now'));";
  expect(resultOf(script, [], choices)).toBe('pass');
  expect(resultOf(script, ["UPDATE orders SET at = 'never' WHERE id = 2"], choices)).toBe('fail');
});
