// The plan foretells the run: the same verdicts and the same schema, on generated scripts, without changing a byte.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import type { Choices } from '../../../src/migration/outcome';
import {
  digestOf,
  digestOfOverlay,
  essence,
  migrate,
  migration021,
  migrationFile,
  nativeDatabase,
  plan,
  verdicts,
  withoutRootPages,
} from '../../databases';

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
  expect(digestOfOverlay(planned.overlay)).toBe(digestOf(bytes));
  if (result.committed) expect(withoutRootPages(planned.plan.after)).toEqual(withoutRootPages(result.after));
  const failed = result.outcomes.find(({ verdict }) => verdict === 'failed');
  expect(planned.plan.obstacle?.ordinal).toBe(failed?.ordinal);
  return verdicts(result.outcomes);
}

/** The statement that the plan says will fail. */
function obstacleOf(script: string, choices: Choices): number | undefined {
  return plan(populated, script, choices).plan.obstacle?.ordinal;
}

const DEFAULT: Choices = { existingRows: 'null', strict: false, foreignKeys: 'off' };
const STAMP: Choices = { existingRows: 'upgrade time', strict: false, foreignKeys: 'off' };
const STRICT: Choices = { existingRows: 'null', strict: true, foreignKeys: 'off' };

const table = fc.constantFrom('t', 't', 't', 't', 'u', 'e', 'e', 'n1');
const column = fc.constantFrom('a', 'b', 'c', 'd', 'd', 'f', 'x');
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
  words(['UPDATE ', table, ' SET ', column, ' = ', fc.constantFrom('1', 'NULL', 'id')]),
  words(['DELETE FROM ', table, ' WHERE ', column, ' ', fc.constantFrom('IS NULL', "= 'a1'", 'IS NOT NULL')]),
  words(['SELECT a FROM ', table, fc.constantFrom('', ' INDEXED BY i1', ' NOT INDEXED')]),
  words([fc.constantFrom('SAVEPOINT s', 'RELEASE s', 'ROLLBACK TO s')]),
  words([fc.constantFrom('PRAGMA user_version = 7', 'PRAGMA foreign_keys = ON', 'ANALYZE', 'REINDEX', 'ANALYZE t')]),
);

describe('the plan has the same verdicts and the same schema as the run', () => {
  test('whatever the script is made of', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 14 }),
        fc.constantFrom(DEFAULT, DEFAULT, STAMP, STRICT),
        fc.boolean(),
        (statements, choices, wrapped) => {
          const wrap = (list: readonly string[]): string => (wrapped ? ['BEGIN', ...list, 'COMMIT'] : list).join(';\n');
          const going = statements.slice();
          // Random scripts fail early: the same without what fails gets further.
          for (let at = obstacleOf(wrap(going), choices); at !== undefined; at = obstacleOf(wrap(going), choices)) {
            going.splice(at - (wrapped ? 2 : 1), 1);
          }
          for (const script of [wrap(statements), wrap(going)]) {
            for (const verdict of agree(script, choices)) seen.add(verdict);
          }
        },
      ),
      runs(6, 400),
    );
    expect([...seen].sort()).toEqual(['adapted', 'applied', 'failed', 'not run', 'skipped', 'unchanged']);
  });

  test.each(['otc-base.sql', 'otc-base-narrow.sql'])('for migration 021 on %s', (base) => {
    const bytes = nativeDatabase(migrationFile(`samples/${base}`));
    expect(agree(migration021, DEFAULT, bytes)).toContain('adapted');
    expect(agree(migration021, STAMP, bytes)).toContain('adapted');
    expect(agree(migration021, STRICT, bytes)).toContain('failed');
  });

  test.each([
    [
      'rows that get one value cannot be unique in it',
      "ALTER TABLE t ADD COLUMN d NOT NULL DEFAULT (datetime('now')); CREATE UNIQUE INDEX i ON t(d)",
      ['adapted', 'failed'],
    ],
    [
      'rows that get a value are found by it',
      "ALTER TABLE t ADD COLUMN d NOT NULL DEFAULT (datetime('now')); DELETE FROM t WHERE d IS NULL",
      ['adapted', 'applied'],
    ],
    ['an index that looks into what is no JSON', "CREATE INDEX i ON t(b ->> '$.a')", ['failed']],
    ['a partial index that looks into what is no JSON', "CREATE INDEX i ON t(a) WHERE b ->> '$.a' = 1", ['failed']],
    [
      'a name taken over by a unique index',
      'CREATE INDEX i ON e(a); DROP TABLE e; CREATE UNIQUE INDEX i ON t(a)',
      ['applied', 'applied', 'failed'],
    ],
    [
      'an index whose table and column are renamed before it is used by name',
      `CREATE INDEX i ON t(c); DROP VIEW v; ALTER TABLE t RENAME TO r; ALTER TABLE r RENAME COLUMN c TO k;
       SELECT 1 FROM r INDEXED BY i WHERE k = 1`,
      ['applied', 'applied', 'applied', 'applied', 'applied'],
    ],
    [
      'an index that a savepoint takes back',
      'SAVEPOINT s; CREATE INDEX i ON t(c); ROLLBACK TO s; DROP INDEX i',
      ['applied', 'applied', 'applied', 'failed'],
    ],
    [
      'an index that a savepoint brings back',
      'CREATE INDEX i ON t(c); SAVEPOINT s; DROP INDEX i; ROLLBACK TO s; DROP INDEX i',
      ['applied', 'applied', 'applied', 'applied', 'applied'],
    ],
    [
      'a column that an index stands on',
      'DROP VIEW v; CREATE INDEX i ON t(c); ALTER TABLE t DROP COLUMN c',
      ['applied', 'applied', 'failed'],
    ],
    [
      'a table that the script fills before it gains a column',
      "CREATE TABLE n(a); INSERT INTO n VALUES (1); ALTER TABLE n ADD COLUMN b DEFAULT (datetime('now'))",
      ['applied', 'applied', 'adapted'],
    ],
    [
      'a table made of a query before it gains a column',
      "CREATE TABLE n AS SELECT 1 AS a; ALTER TABLE n ADD COLUMN b DEFAULT (datetime('now'))",
      ['applied', 'adapted'],
    ],
    [
      'a table emptied by the script before it gains a column',
      "DELETE FROM t; ALTER TABLE t ADD COLUMN d DEFAULT (datetime('now'))",
      ['applied', 'applied'],
    ],
    [
      'temporary tables and their indexes',
      'CREATE TEMP TABLE IF NOT EXISTS n(a); CREATE TEMP TABLE IF NOT EXISTS n(a); CREATE INDEX i ON n(a)',
      ['applied', 'unchanged', 'applied'],
    ],
    [
      'a temporary table that gains a column with a non-constant default',
      "CREATE TEMP TABLE t(a); INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN d DEFAULT (datetime('now'))",
      ['applied', 'applied', 'failed'],
    ],
    [
      'settings around a transaction',
      'PRAGMA foreign_keys = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN; DROP TABLE u; END; PRAGMA foreign_keys = ON',
      ['applied', 'unchanged', 'unchanged', 'applied', 'applied', 'applied', 'applied'],
    ],
    [
      'a savepoint around an adapted statement that is taken back, and the statement once more',
      "SAVEPOINT s; ALTER TABLE t ADD COLUMN d DEFAULT (random()); ROLLBACK TO s; ALTER TABLE t ADD COLUMN d DEFAULT (random()); INSERT INTO t(a) VALUES ('z')",
      ['applied', 'adapted', 'applied', 'adapted', 'applied'],
    ],
    [
      'statistics that the script makes and clears',
      'ANALYZE; DELETE FROM sqlite_stat1 WHERE 0; DROP TABLE sqlite_stat1',
      ['applied', 'applied', 'applied'],
    ],
    [
      'a temporary trigger that would fire for rows that get a value',
      'CREATE TEMP TRIGGER x AFTER UPDATE ON t BEGIN SELECT 1; END; ALTER TABLE t ADD COLUMN d NOT NULL DEFAULT (1 + 1)',
      ['applied', 'failed'],
    ],
    ['statistics of what is not there', 'ANALYZE nothing', ['failed']],
  ])('for %s', (_what, script, expected) => {
    expect(agree(script, DEFAULT)).toEqual(expected);
  });
});

describe('the plan', () => {
  const wide = nativeDatabase(`CREATE TABLE w(a, b); INSERT INTO w ${NUMBERS.replace('40', '9000')}
    SELECT hex(randomblob(300)), i FROM n;`);
  /** So that what is written shows at once, and does not wait in the cache of the connection for a commit. */
  const SPILL = 'PRAGMA cache_size = 20';
  const script = `${SPILL}; CREATE INDEX i ON w(a); CREATE INDEX IF NOT EXISTS j ON w(b, a); CREATE INDEX j2 ON w(a) WHERE b > 3`;

  test('builds no index: nothing is written, where the run writes more than the table', () => {
    const { plan: planned, overlay } = plan(wide, script);
    expect(verdicts(planned.outcomes)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(planned.after.indexes.map(({ name }) => name)).toEqual(['i', 'j', 'j2']);
    expect(overlay.writtenPages).toEqual([]);
    expect(migrate(wide, script).bytes.length).toBeGreaterThan(3 * wide.length);
  });

  test('writes no value into every row, where nothing after it looks at rows', () => {
    const add = `${SPILL}; ALTER TABLE w ADD COLUMN d TEXT NOT NULL DEFAULT (hex(randomblob(300)))`;
    expect(plan(wide, `${add}; CREATE INDEX i ON w(d)`).overlay.writtenPages).toEqual([]);
    expect(plan(wide, `${add}; SELECT count(*) FROM w`).overlay.writtenPages).not.toEqual([]);
  });

  test('of a script that fails ends with the schema before the failed statement', () => {
    const { plan: planned } = plan(populated, 'CREATE TABLE n(a); CREATE UNIQUE INDEX i ON t(a); CREATE TABLE m(a)');
    expect(planned.after.relations.map(({ name }) => name)).toContain('n');
    expect(planned.after.relations.map(({ name }) => name)).not.toContain('m');
    expect(planned.after.indexes.map(({ name }) => name)).not.toContain('i');
  });
});
