// The plan foretells the run: the same verdicts and the same schema, on generated scripts, without changing a byte.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Choices } from '../../src/migration/verdict';
import {
  bytesOf,
  essence,
  migrate,
  migration021,
  migrationFile,
  nativeDatabase,
  plan,
  verdicts,
  withoutRootPages,
} from '../databases';

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)';
const populated = nativeDatabase(`
  CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b, c INT);
  INSERT INTO t(a, b, c) ${NUMBERS} SELECT 'a' || (i % 7), CASE i % 5 WHEN 0 THEN NULL ELSE 'not json' END, i FROM n;
  CREATE TABLE u(x TEXT PRIMARY KEY, y REAL NOT NULL DEFAULT 1) WITHOUT ROWID;
  INSERT INTO u ${NUMBERS} SELECT 'x' || i, i / 2.0 FROM n;
  CREATE TABLE e(a, b, g AS (a || b));
  CREATE INDEX t_a ON t(a);
  CREATE VIEW v AS SELECT a, b FROM t;
  CREATE TRIGGER t_updated AFTER UPDATE ON t BEGIN INSERT INTO e(a, b) VALUES (new.a, 'updated'); END;`);

/** Plans and runs a script; fails unless both agree and the plan has changed nothing. Gives the verdicts. */
function agree(script: string, choices: Choices, bytes = populated): readonly string[] {
  const planned = plan(bytes, script, choices);
  const { result } = migrate(bytes, script, choices);
  expect(essence(planned.plan.outcomes)).toEqual(essence(result.outcomes));
  expect(bytesOf(planned.overlay)).toEqual(bytes);
  if (result.committed) expect(withoutRootPages(planned.plan.after)).toEqual(withoutRootPages(result.after));
  const failed = result.outcomes.find(({ verdict }) => verdict === 'failed');
  expect(planned.plan.obstacle?.ordinal).toBe(failed?.ordinal);
  return verdicts(result.outcomes);
}

const DEFAULT: Choices = { existingRows: 'null', strict: false };
const STAMP: Choices = { existingRows: 'upgrade time', strict: false };
const STRICT: Choices = { existingRows: 'null', strict: true };

const table = fc.constantFrom('t', 't', 'u', 'e', 'n1', 'n2');
const column = fc.constantFrom('a', 'b', 'c', 'd', 'x');
const index = fc.constantFrom('i1', 'i2', 't_a');
const exists = fc.constantFrom('', 'IF NOT EXISTS ');
const gone = fc.constantFrom('', 'IF EXISTS ');
const place = fc.constantFrom('(a)', '(a, b)', '(c DESC)', '(d)', '(id)', "(b ->> '$.a')", '(abs(c))', '("missing")');
const partial = fc.constantFrom('', '', ' WHERE a > 3', " WHERE b ->> '$' = 1", ' WHERE d IS NOT NULL');
const definition = fc.constantFrom(
  'TEXT',
  "TEXT DEFAULT 'x'",
  "TEXT DEFAULT (datetime('now'))",
  'NOT NULL DEFAULT CURRENT_TIMESTAMP',
  'INT NOT NULL',
  'INT DEFAULT (1 + 2) CHECK (d > 2)',
  'DEFAULT (random()) CHECK (d IS NOT NULL)',
  'UNIQUE',
  'AS (a || 1)',
);
const words = (parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));

const statement = fc.oneof(
  words(['CREATE TABLE ', exists, table, '(id INTEGER PRIMARY KEY, a TEXT, b)']),
  words(['CREATE TABLE ', exists, table, ' AS SELECT a, b, 1 AS c FROM ', table, ' LIMIT 3']),
  words(['CREATE TEMP TABLE ', exists, 'n1(a, b)']),
  words(['DROP TABLE ', gone, table]),
  words(['ALTER TABLE ', table, ' ADD COLUMN ', column, ' ', definition]),
  words(['ALTER TABLE ', table, ' ADD COLUMN ', column, ' ', definition]),
  words(['ALTER TABLE ', table, ' DROP COLUMN ', column]),
  words(['ALTER TABLE ', table, ' RENAME TO ', table]),
  words(['ALTER TABLE ', table, ' RENAME COLUMN ', column, ' TO ', column]),
  words(['CREATE INDEX ', exists, index, ' ON ', table, place, partial]),
  words(['CREATE INDEX ', exists, index, ' ON ', table, place, partial]),
  words(['CREATE UNIQUE INDEX ', exists, index, ' ON ', table, place, partial]),
  words(['DROP INDEX ', gone, index]),
  words(['CREATE VIEW ', exists, fc.constantFrom('v', 'w', 'n2'), ' AS SELECT a FROM ', table]),
  words(['DROP VIEW ', gone, fc.constantFrom('v', 'w')]),
  words(['CREATE TRIGGER ', exists, 'g AFTER INSERT ON ', table, ' BEGIN UPDATE u SET y = y + 1; END']),
  words(['DROP TRIGGER ', gone, fc.constantFrom('g', 't_updated')]),
  words(['INSERT INTO ', table, '(a, b) SELECT a, b FROM ', table]),
  words(['INSERT OR ROLLBACK INTO u VALUES (', fc.constantFrom("'x1'", "'new'"), ', 1)']),
  words(['UPDATE ', table, ' SET ', column, ' = ', fc.constantFrom('1', 'NULL', column)]),
  words(['DELETE FROM ', table, ' WHERE ', column, ' ', fc.constantFrom('IS NULL', "= 'a1'", 'IS NOT NULL')]),
  words(['SELECT a FROM ', table, fc.constantFrom('', ' INDEXED BY i1', ' NOT INDEXED')]),
  words([fc.constantFrom('SAVEPOINT s', 'RELEASE s', 'ROLLBACK TO s')]),
  words([fc.constantFrom('PRAGMA user_version = 7', 'PRAGMA foreign_keys = ON', 'ANALYZE', 'REINDEX', 'ANALYZE t')]),
);

describe('the plan has the same verdicts and the same schema as the run', () => {
  test('whatever', { timeout: 600000 }, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 9 }),
        fc.constantFrom(DEFAULT, DEFAULT, STAMP, STRICT),
        fc.boolean(),
        (statements, choices, wrapped) => {
          const script = [...(wrapped ? ['BEGIN', ...statements, 'COMMIT'] : statements)].join(';\n');
          for (const verdict of agree(script, choices)) seen.add(verdict);
        },
      ),
      { numRuns: 2500 },
    );
    expect([...seen].sort()).toEqual(['adapted', 'applied', 'failed', 'not run', 'skipped', 'unchanged']);
  });
});
