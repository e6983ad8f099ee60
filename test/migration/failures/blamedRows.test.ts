// The rows to blame are all of those that native SQLite finds, and no others; the query that shows them works on the dropped file.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { rowsOf } from '../../../src/database';
import type { Failure } from '../../../src/migration/outcome';
import { failureHelp } from '../../../src/migration/failures/failures';
import { keepNoLosses } from '../../../src/migration/run/lossAccount';
import { planMigration } from '../../../src/migration/run/plan';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { runMigration } from '../../../src/migration/run/run';
import { apply, askNative, nativeDatabase, plan, statementsOf, withDatabase } from '../../databases';

const VALUES = [
  ...['NULL', '0', '1', '2', '-1', '5', '1.0', '1.5', '2.5', '9007199254740993', '9007199254740992.0', "''"],
  ...["'a'", "'A'", "'a '", "'b'", "'1'", "'01'", "'1.0'", "'1.5'", "'1e0'", "' 1'", "'1x'", "x'61'", "x'31'"],
] as const;
const TYPES = ['', 'INT', 'INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB'] as const;
const COLLATIONS = ['', 'COLLATE NOCASE', 'COLLATE RTRIM'] as const;

const values = fc.array(fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom(...VALUES)), {
  minLength: 1,
  maxLength: 12,
});
const column = fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...COLLATIONS));

function sourceOf(rows: readonly (readonly [string, string])[], types = ''): string {
  return `CREATE TABLE src(k ${types}, v ${types}); INSERT INTO src VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')};`;
}

function failureOf(bytes: Uint8Array, script: string): Failure | null {
  return plan(bytes, script).plan.outcomes.find(({ verdict }) => verdict === 'failed')?.failure ?? null;
}

/** What is said of the rows is what native counts, and the query shows as many of them on the dropped file. */
function expectBlamed(bytes: Uint8Array, script: string, oracle: string, message: RegExp, mayBeUntold = false): void {
  const count = Number(askNative(bytes, oracle));
  const failure = failureOf(bytes, script);
  if (count === 0) {
    expect(failure).toBeNull();
    return;
  }
  expect(failure?.message).toMatch(message);
  if (mayBeUntold && !failure?.rows) return;
  expect(failure?.rows?.count).toBe(count);
  expect(failure?.rows?.exact).toBe(true);
  expect(failure?.explanation).toContain(count === 1 ? '1 row ' : `${count} rows `);
  const { query } = failure?.rows ?? {};
  // What no query can compare as the table does is counted in a copy of it.
  if (mayBeUntold && query === null) return;
  expect(withDatabase(bytes, (database) => rowsOf(database, query ?? '').length)).toBe(count);
}

const RUNS = runs(5, 600);

describe('the rows to blame are those that native SQLite finds', () => {
  test('in a copy that meets a UNIQUE key, under its collation and affinity', () => {
    fc.assert(
      fc.property(values, column, column, fc.boolean(), (rows, [kType, kCollate], [vType, vCollate], both) => {
        const bytes = nativeDatabase(sourceOf(rows));
        const columns = `k ${kType} ${kCollate}, v ${vType} ${vCollate}`;
        const key = both ? 'k, v' : 'k';
        expectBlamed(
          bytes,
          `CREATE TABLE dest(${columns}, UNIQUE (${key})); INSERT INTO dest SELECT k, v FROM src`,
          `CREATE TABLE loose(${columns}); INSERT INTO loose SELECT k, v FROM src;
           SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM loose WHERE k IS NOT NULL ${both ? 'AND v IS NOT NULL' : ''} GROUP BY ${key} HAVING n > 1)`,
          /^UNIQUE/,
        );
      }),
      RUNS,
    );
  });

  test('in an index on rows that are there, partial or on an expression', () => {
    fc.assert(
      fc.property(
        values,
        fc.constantFrom('k', 'lower(v)', 'k, v', 'v COLLATE NOCASE'),
        fc.boolean(),
        (rows, key, partial) => {
          const bytes = nativeDatabase(sourceOf(rows));
          const where = partial ? "WHERE v <> 'b'" : '';
          const given = key.split(', ').map((term) => `${term.replace(/ COLLATE.*/, '')} IS NOT NULL`);
          expectBlamed(
            bytes,
            `CREATE UNIQUE INDEX i ON src(${key}) ${where}`,
            `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM src WHERE ${[...given, ...(partial ? ["v <> 'b'"] : [])].join(' AND ')} GROUP BY ${key} HAVING n > 1)`,
            /^UNIQUE/,
          );
        },
      ),
      RUNS,
    );
  });

  test('in a copy into a column that is NOT NULL, also where the value is computed', () => {
    fc.assert(
      fc.property(values, column, fc.constantFrom('k', 'nullif(k, 1)', 'CAST(k AS INTEGER)'), (rows, [type], value) => {
        expectBlamed(
          nativeDatabase(sourceOf(rows)),
          `CREATE TABLE dest(k ${type} NOT NULL, v); INSERT INTO dest(v, k) SELECT v, ${value} FROM src`,
          `SELECT count(*) FROM src WHERE (${value}) IS NULL`,
          /^NOT NULL/,
        );
      }),
      RUNS,
    );
  });

  test('in a copy that breaks a CHECK, with defaults for what the copy leaves out', () => {
    fc.assert(
      fc.property(
        values,
        column,
        fc.constantFrom('k > 1', "k <> ''", "k <> 'a'", 'length(k) < 2', 'k <> d'),
        (rows, [type, collate], check) => {
          const bytes = nativeDatabase(sourceOf(rows));
          const loose = `CREATE TABLE loose(k ${type} ${collate}, v, d DEFAULT 1); INSERT INTO loose(k, v) SELECT k, v FROM src;`;
          const types = askNative(bytes, `${loose} SELECT count(DISTINCT typeof(k)) FROM loose WHERE k IS NOT NULL`);
          expectBlamed(
            bytes,
            `CREATE TABLE dest(k ${type} ${collate}, v, d DEFAULT 1, CONSTRAINT rule CHECK (${check})); INSERT INTO dest(k, v) SELECT k, v FROM src`,
            `${loose} SELECT count(*) FROM loose WHERE NOT (${check})`,
            /^CHECK constraint failed: rule/,
            // Numbers, text and blobs in one column may be compared otherwise in a query.
            Number(types) > 1,
          );
        },
      ),
      RUNS,
    );
  });

  test('in a copy into a STRICT table', () => {
    const allowed = { INT: "'integer'", REAL: "'real'", TEXT: "'text'", BLOB: "'blob'" } as const;
    fc.assert(
      fc.property(values, fc.constantFrom('INT', 'REAL', 'TEXT', 'BLOB'), (rows, type) => {
        expectBlamed(
          nativeDatabase(sourceOf(rows)),
          `CREATE TABLE dest(k ${type}, v ANY) STRICT; INSERT INTO dest SELECT k, v FROM src`,
          `CREATE TABLE loose(k ${type}, v); INSERT INTO loose SELECT k, v FROM src; SELECT count(*) FROM loose WHERE typeof(k) NOT IN (${allowed[type]}, 'null')`,
          /^cannot store/,
        );
      }),
      RUNS,
    );
  });

  test('in a copy into an INTEGER PRIMARY KEY', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1 }), (keys) => {
        const bytes = nativeDatabase(sourceOf(keys.map((key) => [key, '1'])));
        const loose = 'CREATE TABLE loose(k INTEGER); INSERT INTO loose SELECT k FROM src;';
        const bad = Number(
          askNative(bytes, `${loose} SELECT count(*) FROM loose WHERE typeof(k) NOT IN ('integer', 'null')`),
        );
        const failure = failureOf(
          bytes,
          'CREATE TABLE dest(id INTEGER PRIMARY KEY); INSERT INTO dest SELECT k FROM src ORDER BY typeof(k) DESC',
        );
        if (failure?.message === 'datatype mismatch') expect(failure.rows?.count).toBe(bad);
        else if (bad > 0) expect(failure?.message).toMatch(/^UNIQUE/);
      }),
      RUNS,
    );
  });

  test('in an UPDATE', () => {
    fc.assert(
      fc.property(
        values,
        fc.constantFrom("k > '1'", 'v IS NOT NULL', '1'),
        fc.constantFrom('v', 'NULL', "'a'"),
        (rows, where, value) => {
          const bytes = nativeDatabase(
            `${sourceOf(rows)} CREATE TABLE held(k NOT NULL, v); INSERT INTO held SELECT coalesce(k, 0), v FROM src;`,
          );
          expectBlamed(
            bytes,
            `UPDATE held SET k = ${value} WHERE ${where}`,
            `SELECT count(*) FROM held WHERE (${where}) AND (${value}) IS NULL`,
            /^NOT NULL/,
          );
        },
      ),
      RUNS,
    );
  });

  test('where foreign keys are on and a parent is missing, or goes', () => {
    // As text, this number has more digits in one version of SQLite than in another.
    const alike = values.map((rows) => rows.filter((row) => !row.includes('9007199254740992.0')));
    fc.assert(
      fc.property(alike, fc.constantFrom('insert', 'delete', 'update'), (rows, deed) => {
        fc.pre(rows.length > 0);
        const parents = [...new Set(rows.map(([, parent]) => parent).filter((one) => one !== 'NULL'))];
        const bytes =
          nativeDatabase(`CREATE TABLE parent(p TEXT PRIMARY KEY); CREATE TABLE child(c TEXT REFERENCES parent(p));
          INSERT OR IGNORE INTO parent VALUES ${[...parents, "'kept'"].map((one) => `(${one})`).join(', ')};
          ${deed === 'insert' ? '' : 'INSERT INTO child SELECT p FROM parent;'}
          CREATE TABLE wanted(c); INSERT INTO wanted VALUES ${rows.map(([key]) => `(${key})`).join(', ')};`);
        const script = {
          insert: 'INSERT INTO child SELECT c FROM wanted',
          delete: "DELETE FROM parent WHERE p > 'A'",
          update: "UPDATE parent SET p = p || '!' WHERE p > 'A'",
        }[deed];
        const native = Number(
          askNative(bytes, `PRAGMA foreign_keys = OFF; ${script}; SELECT count(*) FROM pragma_foreign_key_check`),
        );
        const failure = withDatabase(bytes, (database) => {
          const tools = { losses: keepNoLosses, help: failureHelp };
          const choices = { ...DEFAULT_CHOICES, foreignKeys: 'on' } as const;
          const { outcomes } = planMigration(database, statementsOf(script), choices, tools);
          return outcomes.find(({ verdict }) => verdict === 'failed')?.failure ?? null;
        });
        expect(failure?.rows?.count ?? 0).toBe(native);
      }),
      RUNS,
    );
  });
});

describe('the query that shows the rows', () => {
  const bytes = nativeDatabase("CREATE TABLE a(x, y); INSERT INTO a VALUES (1, 'p'), (1, 'q'), (2, 'r');");

  test('is offered where it gives the same rows on the dropped file', () => {
    expect(failureOf(bytes, 'CREATE TABLE b(x UNIQUE); INSERT INTO b SELECT x FROM a')?.rows?.query).toContain(
      'FROM a',
    );
  });

  test.each([
    ['an earlier statement changed the rows', 'UPDATE a SET x = 7; CREATE UNIQUE INDEX i ON a(x)', 3],
    ['an earlier statement made the table', 'CREATE TABLE c AS SELECT * FROM a; CREATE UNIQUE INDEX i ON c(x)', 2],
    [
      'an earlier statement added the column',
      "ALTER TABLE a ADD COLUMN z DEFAULT ''; CREATE UNIQUE INDEX i ON a(z)",
      3,
    ],
  ])('is not, but the rows are told, where %s', (_, script, count) => {
    const rows = failureOf(bytes, script)?.rows;
    expect(rows?.count).toBe(count);
    expect(rows?.sample).toHaveLength(count);
    expect(rows?.query).toBeNull();
  });

  test('is said by the run as by the plan', () => {
    const script = 'CREATE UNIQUE INDEX i ON a(x)';
    expect(apply(bytes, script).outcomes[0]?.failure).toEqual(failureOf(bytes, script));
  });
});

test('a column that the script adds has nothing to settle: all rows have the same value', () => {
  const bytes = nativeDatabase('CREATE TABLE a(x); INSERT INTO a VALUES (1), (2);');
  const failure = failureOf(bytes, "ALTER TABLE a ADD COLUMN code TEXT DEFAULT 'n'; CREATE UNIQUE INDEX i ON a(code)");
  expect(failure?.explanation).toContain('Statement 1 adds code to a, and each of its rows has the same value there');
  expect(failure?.wayOut).not.toMatch(/settle/i);
});

test('long values are cut, and many rows are counted up to a limit', () => {
  const bytes =
    nativeDatabase(`CREATE TABLE a(x, y); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
    INSERT INTO a SELECT 1, hex(zeroblob(500)) FROM n;`);
  const failure = failureOf(bytes, 'CREATE UNIQUE INDEX i ON a(x)');
  expect(failure?.rows).toMatchObject({ count: 10_000, exact: false });
  expect(failure?.explanation).toContain('more than 10,000 rows');
  expect(failure?.rows?.sample).toHaveLength(5);
  expect(failure?.rows?.sample[0]?.[1]).toBe(`'${'0'.repeat(60)}'…`);
});

test('a commit that a deferred foreign key forbids names the rows', () => {
  const bytes = nativeDatabase(
    'CREATE TABLE p(i INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED);',
  );
  withDatabase(bytes, (database) => {
    const tools = { losses: keepNoLosses, help: failureHelp, now: () => 0, onStatement: () => undefined };
    const choices = { ...DEFAULT_CHOICES, foreignKeys: 'on' } as const;
    const statements = statementsOf('INSERT INTO c VALUES (1), (2)');
    const { committed, outcomes } = runMigration(database, statements, choices, tools);
    expect(committed).toBe(false);
    expect(outcomes[0]?.failure?.explanation).toContain('2 rows of c have no parent in p.');
    expect(outcomes[0]?.failure?.rows?.sample).toEqual([['1'], ['2']]);
  });
});
