// A schema that is edited as text: what is made of the one before is what a run of all statements makes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/database';
import { changesBetween } from '../../src/engine/changedTarget';
import { makeTarget, readTarget, type MadeTarget } from '../../src/engine/target';
import type { ParsedStatement } from '../../src/script/parsedStatement';
import { runs } from '../amount';
import { pairs, statementsOf, type Model } from '../compare/generatedSchemas';
import { engine, withDatabase } from '../databases';

function statements(script: string): readonly ParsedStatement[] {
  const read = readTarget(script);
  if (!read.ok) throw new Error(read.error.sentence);
  return read.value;
}

function made(script: string, last: MadeTarget | null = null): MadeTarget {
  const target = makeTarget(engine, statements(script), last);
  if (!target.ok) throw new Error(target.error.sentence);
  return target.value;
}

/** What differs by where pages lie is left out. */
function schemaOf({ schema }: MadeTarget) {
  return {
    ...schema,
    relations: schema.relations
      .filter(({ name }) => name !== 'sqlite_sequence')
      .map((one) => ({ ...one, rootPage: 0 })),
  };
}

function objectsOf({ bytes }: MadeTarget): readonly unknown[] {
  const objects = "SELECT type, name, sql FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY type, name";
  return withDatabase(bytes, (database) => [rowsOf(database, objects), rowsOf(database, 'PRAGMA integrity_check')]);
}

const textOf = (model: Model): string => {
  const { tables, others } = statementsOf(model);
  return [...tables, ...others].map((sql) => `${sql}\n;\n`).join('');
};

it('A text that was changed makes the same database as if there had been none before', () => {
  let changed = 0;
  fc.assert(
    fc.property(pairs, ({ current, desired }) => {
      const before = made(textOf(current));
      const [alone, after] = [made(textOf(desired)), made(textOf(desired), before)];
      expect(schemaOf(after)).toEqual(schemaOf(alone));
      expect(objectsOf(after)).toEqual(objectsOf(alone));
      if (changesBetween(before.statements, alone.statements)) changed++;
    }),
    runs(20, 2_000),
  );
  expect(changed).toBeGreaterThan(5);
});

describe('Only what has changed is made anew', () => {
  const SCHEMA =
    'CREATE TABLE a (x); CREATE TABLE b (y); CREATE INDEX i ON a (x); CREATE TRIGGER g DELETE ON b BEGIN SELECT 1; END; CREATE VIEW v AS SELECT * FROM a;';
  const changes = (after: string): readonly string[] | null => changesBetween(statements(SCHEMA), statements(after));

  it('with what stands on it', () => {
    expect(changes(SCHEMA)).toEqual([]);
    expect(changes(SCHEMA.replace('(x)', '(x, z)'))).toEqual([
      'DROP TABLE IF EXISTS "a"',
      'CREATE TABLE a (x, z)',
      'CREATE INDEX i ON a (x)',
    ]);
    expect(changes(`${SCHEMA} CREATE TABLE c (z);`)).toEqual(['CREATE TABLE c (z)']);
  });

  it('unless the order, a name, or a row could decide what comes of it', () => {
    for (const script of [
      SCHEMA.replace('CREATE TABLE a (x);', '') + 'CREATE TABLE a (x);',
      `${SCHEMA} CREATE TABLE A (z);`,
      `${SCHEMA} CREATE TABLE IF NOT EXISTS a (z);`,
      `${SCHEMA} INSERT INTO a VALUES (1);`,
      `${SCHEMA} CREATE TEMP TABLE c (z);`,
      `${SCHEMA} CREATE TABLE c AS SELECT 1;`,
    ])
      expect(changes(script), script).toBeNull();
  });

  it('and a line that is wrong is named as before', () => {
    const last = made(SCHEMA);
    for (const wrong of [
      '\nCREATE INDEX j ON a (nothing);',
      '\nCREATE INDEX j ON nothing (x);',
      '\nCREATE TABLE i (z);',
    ]) {
      const [alone, after] = [null, last].map((one) => makeTarget(engine, statements(SCHEMA + wrong), one));
      expect(after).toEqual(alone);
      expect(after).toMatchObject({ ok: false, error: { line: 2 } });
    }
  });
});
