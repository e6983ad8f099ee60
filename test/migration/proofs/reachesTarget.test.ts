// The check that a result has the schema that its script was written to reach.
import { describe, expect, test } from 'vitest';
import { makeProof } from '../../../src/migration/proofs/makeProof';
import type { Proof } from '../../../src/migration/proofs/proof';
import { readSchema } from '../../../src/schema/read';
import { nativeDatabase, nodeHasher, runScript, withDatabase, withEvidence } from '../../databases';

const people = nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT);
  CREATE INDEX by_name ON people(name); INSERT INTO people VALUES (1, 'Ann');`);

/** The check of a script that was written to reach the schema that other statements make. */
function check(script: string, target: string | null): Proof {
  const made = runScript(people, script);
  const tools = { hasher: nodeHasher(), thoroughness: 'full', onCheck: () => undefined } as const;
  if (target === null) return withEvidence(made, (evidence) => makeProof('reaches-target', evidence, tools));
  const schema = withDatabase(nativeDatabase(target), (database) => JSON.stringify(readSchema(database)));
  const desired = { name: 'target.db', schema };
  return withEvidence({ ...made, desired }, (evidence) => makeProof('reaches-target', evidence, tools));
}

describe('The result of a script that was written to reach a schema', () => {
  test('is as desired to the letter', () => {
    const proof = check(
      'ALTER TABLE people ADD COLUMN city TEXT;',
      'CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, city TEXT); CREATE INDEX by_name ON people(name);',
    );
    expect(proof.result).toBe('pass');
    expect(proof.sentence).toBe('The result has the schema of target.db: 2 objects, equal to the letter.');
  });

  test('is as desired where nothing but case, quotes, blanks, comments or the order of objects differs', () => {
    const proof = check(
      'ALTER TABLE people RENAME TO persons;',
      `create table [persons] (id integer primary key, -- the number
         name TEXT); create  index BY_NAME ON "persons" ( "name" );`,
    );
    expect(proof.result).toBe('pass');
    expect(proof.sentence).toContain('2 of them in another spelling');
  });

  test.each([
    ['lacks a table', 'DROP TABLE people', 'table people: missing'],
    ['lacks an index', 'DROP INDEX by_name', 'index by_name: missing'],
    ['has a view too many', 'CREATE VIEW v AS SELECT 1', 'view v: not in target.db'],
    ['has a trigger too many', 'CREATE TRIGGER t AFTER INSERT ON people BEGIN SELECT 1; END', 'trigger t: not in'],
    [
      'has another column',
      'ALTER TABLE people RENAME COLUMN name TO title',
      'table people: another definition; index by_name: another definition',
    ],
    [
      'has an index that became unique',
      'DROP INDEX by_name; CREATE UNIQUE INDEX by_name ON people(name)',
      'index by_name: another definition',
    ],
  ])('is not as desired where it %s', (_what, script, told) => {
    const proof = check(
      script,
      'CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON people(name);',
    );
    expect(proof.result).toBe('fail');
    expect(proof.details.join('; ')).toContain(told);
  });

  test('keeps strings and quoted names apart', () => {
    const proof = check(
      `CREATE TABLE a(b TEXT DEFAULT 'x');`,
      `CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON people(name);
       CREATE TABLE a(b TEXT DEFAULT 'X');`,
    );
    expect(proof.details).toEqual(['table a: another definition']);
  });

  test('is nothing to check where the script was written by other means', () => {
    expect(check('DROP INDEX by_name', null).result).toBe('not applicable');
  });
});
