// Data that a script takes away is foretold: which rows and values go, by native sqlite3's own count, and nothing more is said.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeLoss, labelLoss, summariseLosses, type Loss } from '../../src/migration/loss';
import { reportAsJson, reportAsMarkdown, type ReportSource } from '../../src/migration/report';
import { DEFAULT_CHOICES, type StatementOutcome } from '../../src/migration/verdict';
import { apply, askNative, nativeDatabase, plan, statementsOf, verdicts } from '../databases';

const SCHEMA = 'CREATE TABLE t(id INTEGER PRIMARY KEY, k UNIQUE, v); CREATE TABLE other(k, v);';

/** What is lost, in the plan and in the run, which must agree. */
function lossesOf(bytes: Uint8Array, script: string): readonly (Loss | null)[] {
  const planned = plan(bytes, script).plan.outcomes;
  const ran = apply(bytes, script).outcomes;
  expect(verdicts(ran)).not.toContain('failed');
  const lost = ran.map(({ loss }) => loss);
  expect(planned.map(({ loss }) => loss)).toEqual(lost);
  expect(planned.map(({ note }) => note)).toEqual(ran.map(({ note }) => note));
  return lost;
}

/** How many rows of a table native sqlite3 deletes for a statement: with this PRAGMA, triggers fire for REPLACE as well. */
function deletedNatively(bytes: Uint8Array, table: string, statement: string): number {
  const counting = `PRAGMA recursive_triggers = ON; CREATE TEMP TABLE gone(x);
    CREATE TEMP TRIGGER count AFTER DELETE ON main.${table} BEGIN INSERT INTO gone VALUES (1); END;`;
  return Number(askNative(bytes, `${counting} ${statement}; SELECT count(*) FROM gone;`));
}

const small = fc.integer({ min: 0, max: 9 });
const rows = fc.uniqueArray(fc.tuple(small, small, fc.option(small)), { selector: ([id]) => id, maxLength: 10 });
const literal = (value: number | null): string => (value === null ? 'NULL' : String(value));
const list = (all: readonly (readonly [number, number, number | null])[]): string =>
  all.map(([id, k, v]) => `(${id}, ${k}, ${literal(v)})`).join(', ');
const filled = (all: readonly (readonly [number, number, number | null])[]): Uint8Array =>
  nativeDatabase(`${SCHEMA} ${all.length > 0 ? `INSERT OR IGNORE INTO t VALUES ${list(all)};` : ''}`);

describe('the rows that a statement deletes are counted as native sqlite3 counts them', () => {
  const statement = fc.oneof(
    fc
      .tuple(fc.constantFrom('<', '>', '=', 'IS NOT'), small)
      .map(([sign, value]) => `DELETE FROM t WHERE v ${sign} ${value}`),
    fc.constant('DELETE FROM t'),
    rows.filter((all) => all.length > 0).map((all) => `INSERT OR REPLACE INTO t VALUES ${list(all)}`),
    rows.filter((all) => all.length > 0).map((all) => `REPLACE INTO main.t(id, k, v) VALUES ${list(all)}`),
    fc.integer({ min: 1, max: 4 }).map((factor) => `UPDATE OR REPLACE t SET k = k % ${factor}`),
    fc.constantFrom("UPDATE t SET v = replace(v, '1', '2')", 'INSERT OR IGNORE INTO t VALUES (1, 2, 3)'),
  );

  test('whatever the rows and the statement are', { timeout: 60_000 }, () => {
    let replaced = 0;
    fc.assert(
      fc.property(rows, statement, (all, sql) => {
        const bytes = filled(all);
        const deleted = deletedNatively(bytes, 't', sql);
        const [loss] = lossesOf(bytes, sql);
        expect(loss?.rows ?? 0).toBe(deleted);
        if (loss) expect(loss).toMatchObject({ table: 't', exact: true, column: null });
        if (loss?.kind === 'replaced rows') replaced++;
      }),
      { numRuns: 150 },
    );
    expect(replaced).toBeGreaterThan(10);
  });

  test('also where one statement after the other replaces rows', () => {
    const script =
      'REPLACE INTO t VALUES (1, 1, 9); REPLACE INTO t VALUES (1, 2, 9), (5, 5, 5); REPLACE INTO t VALUES (6, 5, 5)';
    const bytes = filled([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(lossesOf(bytes, script).map((loss) => loss?.rows ?? 0)).toEqual([1, 2, 1]);
  });
});

describe('a table that is built anew', () => {
  const ORDERS = {
    'the new one first': (columns: string, where: string) =>
      `CREATE TABLE fresh(${columns}); INSERT INTO fresh SELECT ${columns} FROM t ${where}; DROP TABLE t; ALTER TABLE fresh RENAME TO t`,
    'the old one renamed': (columns: string, where: string) =>
      `ALTER TABLE t RENAME TO old; CREATE TABLE t(${columns}); INSERT INTO t(${columns}) SELECT ${columns} FROM old ${where}; DROP TABLE old`,
    'by a query': (columns: string, where: string) =>
      `CREATE TABLE fresh AS SELECT ${columns} FROM main.t ${where}; DROP TABLE t; ALTER TABLE fresh RENAME TO t`,
    'by way of a temporary table': (columns: string, where: string) =>
      `CREATE TEMP TABLE kept AS SELECT ${columns} FROM t ${where}; DROP TABLE t; CREATE TABLE t(${columns}); INSERT INTO t SELECT * FROM kept; DROP TABLE kept`,
  } as const;

  test('loses what it holds no longer, in any order of the steps', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(...Object.values(ORDERS)),
        fc.constantFrom('id, k, v', 'id, k', 'v, k, id'),
        fc.option(small),
        (all, build, columns, limit) => {
          const bytes = filled(all);
          const script = build(columns, limit === null ? '' : `WHERE k < ${limit}`);
          const count = (sql: string, of: Uint8Array): number => Number(askNative(of, `SELECT ${sql} FROM t`));
          const missing = count('count(*)', bytes) - count('count(*)', apply(bytes, script).bytes);
          const values = columns.includes('v') ? 0 : count('count(v)', bytes);
          const found = lossesOf(bytes, script).filter((loss) => loss !== null);
          const expected =
            missing > 0
              ? [{ kind: 'rebuild', table: 't', column: null, rows: missing, exact: true }]
              : values > 0
                ? [{ kind: 'column', table: 't', column: 'v', rows: values, exact: true }]
                : [];
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  const three = filled([
    [1, 1, 1],
    [2, 2, null],
    [3, 3, 3],
  ]);
  const rebuild =
    'CREATE TABLE fresh(id, k, v); INSERT INTO fresh SELECT * FROM t; DROP TABLE t; ALTER TABLE fresh RENAME TO t;';

  test.each([
    ['and then emptied says so once', `${rebuild} DELETE FROM t`, [null, null, null, null, 'deletes 3 rows of t']],
    [
      'and then dropped has lost all',
      `${rebuild} DROP TABLE t`,
      [null, null, 'drops the table t with 3 rows', null, null],
    ],
    [
      'is not one that gets rows from elsewhere',
      'DROP TABLE t; CREATE TABLE t(id, k, v); INSERT INTO t SELECT k, v, 1 FROM other',
      ['drops the table t with 3 rows', null, null],
    ],
    [
      'is not one whose rows went to a table of another name',
      'INSERT INTO other SELECT k, v FROM t; DROP TABLE t',
      [null, 'drops the table t with 3 rows'],
    ],
    [
      'inside a savepoint that is taken back loses nothing',
      `SAVEPOINT s; ${rebuild} DELETE FROM t; ROLLBACK TO s`,
      [null, null, null, null, null, null, null],
    ],
    [
      'after a savepoint was taken back is judged by what came after it',
      `SAVEPOINT s; DROP TABLE t; ROLLBACK TO s; DELETE FROM t WHERE id = 1; RELEASE s`,
      [null, null, null, 'deletes 1 row of t', null],
    ],
    [
      'keeps the values of a column that gets another name',
      'CREATE TABLE fresh(id, k, value); INSERT INTO fresh SELECT id, k, v FROM t; DROP TABLE t; ALTER TABLE fresh RENAME TO t',
      [null, null, null, null],
    ],
  ])('%s', (_what, script, expected) => {
    expect(lossesOf(three, script).map((loss) => loss && describeLoss(loss))).toEqual(expected);
  });
});

describe('a large table', () => {
  const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)';
  const large = nativeDatabase(`CREATE TABLE big(a, b); INSERT INTO big ${NUMBERS} SELECT i, 'b' || i FROM n;`);

  test('is not counted to its end before it is dropped', () => {
    const [loss] = lossesOf(large, 'DROP TABLE big');
    expect(loss).toEqual({ kind: 'table', table: 'big', column: null, rows: (32 << 20) / 4096, exact: false });
    expect(loss && describeLoss(loss)).toBe('drops the table big with more than 8,192 rows');
    expect(loss && describeLoss(loss, 20_000)).toBe('drops the table big with 20,000 rows');
    expect(loss && labelLoss(loss)).toBe('loses over 8,192 rows');
  });

  test('that the script copies is counted, since the copy costs as much', () => {
    const rebuilt = (where: string): string =>
      `CREATE TABLE n(a, b); INSERT INTO n SELECT * FROM big ${where}; DROP TABLE big; ALTER TABLE n RENAME TO big`;
    expect(lossesOf(large, rebuilt(''))).toEqual([null, null, null, null]);
    const [, , loss] = lossesOf(large, rebuilt('WHERE a > 5'));
    expect(loss).toMatchObject({ kind: 'rebuild', rows: 5, exact: true });
  });

  test('of which less than half is copied has lost more than was counted', () => {
    const [, loss] = lossesOf(
      large,
      'CREATE TABLE n AS SELECT * FROM big LIMIT 10; DROP TABLE big; ALTER TABLE n RENAME TO big',
    );
    expect(loss).toMatchObject({ kind: 'rebuild', rows: 8182, exact: false });
  });

  test('whose rows may be replaced is not counted twice', () => {
    const indexed = nativeDatabase(
      `CREATE TABLE big(a PRIMARY KEY, b); INSERT INTO big ${NUMBERS} SELECT i, i FROM n;`,
    );
    const [loss] = lossesOf(indexed, 'REPLACE INTO big VALUES (1, 1)');
    expect(loss && describeLoss(loss)).toBe('may replace rows of big that have the same key');
  });
});

describe('what is taken away', () => {
  const script = 'DELETE FROM t;\nDROP TABLE\n  other;\nALTER TABLE t DROP COLUMN v';
  const bytes = nativeDatabase(`${SCHEMA} INSERT INTO t VALUES (1, 1, 1); INSERT INTO other VALUES (1, 2), (3, 4);`);
  const { outcomes } = apply(bytes, script);
  const statements = statementsOf(script);
  const source = (of: readonly StatementOutcome[]): ReportSource => ({
    input: { name: 'a.db', size: 1, sha256: null },
    output: { name: 'a.upgraded.db', size: 1, sha256: null },
    script: 'a.sql',
    choices: DEFAULT_CHOICES,
    engineVersion: '3',
    startedAt: '2026-01-01T00:00:00Z',
    milliseconds: 1,
    totalMilliseconds: 1,
    writtenBytes: 1,
    statements,
    outcomes: of,
    proofs: [],
    notMade: [],
    findings: [],
    pages: null,
  });

  test('is summed up in a sentence that names statements and lines', () => {
    expect(summariseLosses(statements, outcomes)).toBe(
      'This script takes data away: statement 1 (line 1) deletes 1 row of t; statement 2 (line 2) drops the table other with 2 rows.',
    );
  });

  test('is not said of a script that stops, nor of one that takes nothing', () => {
    const stopped = apply(bytes, 'DELETE FROM t; SELECT * FROM missing').outcomes;
    expect(stopped[0]?.loss?.rows).toBe(1);
    expect(summariseLosses(statements, stopped)).toBeNull();
    expect(summariseLosses(statements, apply(bytes, 'CREATE TABLE n(a); DROP TABLE n').outcomes)).toBeNull();
  });

  test('is listed up to a length that is still read', () => {
    const many = Array.from(
      { length: 8 },
      (_, at) => `INSERT INTO t VALUES (${at + 2}, ${at + 2}, 1); DELETE FROM t WHERE id = ${at + 2}`,
    );
    const long = many.join(';\n');
    expect(summariseLosses(statementsOf(long), apply(bytes, long).outcomes)).toMatch(/; and 3 more statements\.$/);
  });

  test('stands in both reports', () => {
    const markdown = reportAsMarkdown(source(outcomes));
    expect(markdown).toContain('## What the script takes away');
    expect(markdown).toContain('**Takes data away:** it drops the table other with 2 rows.');
    const json = JSON.parse(reportAsJson(source(outcomes))) as { statements: { loss: Loss | null }[] };
    expect(json.statements.map(({ loss }) => loss?.kind ?? null)).toEqual(['rows', 'table', null]);
    expect(reportAsMarkdown(source(outcomes.map((outcome) => ({ ...outcome, loss: null }))))).not.toContain('away');
  });
});
