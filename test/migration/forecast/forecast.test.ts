// A forecast of a run is near to what the run then writes, tells what takes longer, says what it cannot tell, and hardly reads the file.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DamagedDatabase } from '../../../src/database';
import type { Forecast } from '../../../src/migration/forecast/forecast';
import { DEFAULT_CHOICES, type Choices } from '../../../src/migration/outcome';
import { migration021, migrationFile, nativeDatabase } from '../../databases';
import { foretell, run } from './trial';

const BACKFILL: Choices = { existingRows: 'upgrade time', strict: false, foreignKeys: 'off' };
/** A machine on which nothing has to be measured. */
const MACHINE = { readByte: 1e-6, sortedByte: 2e-6, changedRow: 5e-4 };

/** `n(i)`: the numbers from 1 on. */
const numbers = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

/** Tables with and without rowids, an index and foreign rows: short and long values, numbers, NULL. */
function database(rows: number, pageSize = 4096): Uint8Array {
  return nativeDatabase(`PRAGMA page_size = ${pageSize};
    CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, n INT, body TEXT, r REAL, nil);
    INSERT INTO t ${numbers(rows)} SELECT i, printf('%010d', i * 7919 % 100003), i * 7919 % 100003,
      substr(hex(zeroblob(200)), 1, i * 7919 % 300), i * 1.0, NULL FROM n;
    CREATE TABLE w(k TEXT, l INT, v TEXT, PRIMARY KEY(k, l)) WITHOUT ROWID;
    INSERT INTO w SELECT a, id, substr(body, 1, 50) FROM t;
    CREATE INDEX old ON t(n);
    CREATE TABLE log(x); CREATE TRIGGER noted AFTER UPDATE OF nil ON t BEGIN INSERT INTO log VALUES (new.id); END;`);
}

const SCRIPTS: Readonly<Record<string, readonly [script: string, choices?: Choices]>> = {
  'an index': ['CREATE INDEX i ON t(a)'],
  'an index on several columns': ['CREATE UNIQUE INDEX i ON t(n DESC, a, r, nil)'],
  'an index on long values': ['CREATE INDEX i ON t(body)'],
  'an index on an expression': ['CREATE UNIQUE INDEX i ON t(upper(a) || id)'],
  'a partial index': ['CREATE INDEX i ON t(a) WHERE n % 4 = 0'],
  'an index on a table without rowids': ['CREATE INDEX i ON w(v, length(v) COLLATE NOCASE) WHERE l % 2'],
  'an index that is made again': ['DROP INDEX old; CREATE INDEX old ON t(n, a)'],
  'a table rebuild': [
    `CREATE TABLE t2(id INTEGER PRIMARY KEY, a TEXT UNIQUE, n INT, body TEXT); INSERT INTO t2 SELECT id, a, n, body FROM t;
     DROP TABLE t; ALTER TABLE t2 RENAME TO t; CREATE INDEX i ON t(n)`,
  ],
  'a table made of another': ['CREATE TABLE c AS SELECT a, n + 1 AS m FROM t; CREATE INDEX i ON c(m)'],
  'INSERT SELECT': [
    'CREATE TABLE w2(k TEXT, l INT, PRIMARY KEY(k, l)) WITHOUT ROWID; INSERT INTO w2 SELECT k, l FROM w WHERE l % 3',
  ],
  'INSERT SELECT into a table that has rows': ['INSERT INTO t(a, n, body) SELECT v, l, k FROM w'],
  'UPDATE of all rows': [`UPDATE t SET body = body || '!'`],
  'UPDATE of all rows, twice': [`UPDATE t SET r = r + 1; UPDATE t SET r = r + 2`],
  'UPDATE of every third row': [`UPDATE t SET body = 'x' WHERE id % 3 = 0`],
  'UPDATE of a tenth that lies together': ['UPDATE t SET r = 0 WHERE id < 400'],
  'UPDATE of an indexed column': ['UPDATE t SET n = n + 1'],
  'DELETE of half of the rows': ['DELETE FROM t WHERE id % 2'],
  'a column with a value for every row': [`ALTER TABLE t ADD COLUMN z TEXT DEFAULT (datetime('now'))`, BACKFILL],
  'a column that rows need not have, and its index': [
    `ALTER TABLE t ADD COLUMN z TEXT DEFAULT (datetime('now')); CREATE INDEX i ON t(z)`,
  ],
  'DROP COLUMN': ['ALTER TABLE t DROP COLUMN a'],
  'other names, then an index': ['ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME a TO b; CREATE INDEX i ON u(b)'],
  'what is taken back': ['SAVEPOINT s; DROP TABLE t; ROLLBACK TO s; RELEASE s; CREATE INDEX i ON t(n)'],
};
/** Where only some rows are changed it is not known on how many pages they lie. */
const SOME_ROWS = /every third|a tenth|half|that has rows/;

/** Within a factor; of what takes few pages, a few pages more or less. */
function expectNear(foretold: number, real: number, factor: number, pageSize = 4096): void {
  expect(foretold).toBeLessThanOrEqual(real * factor + 4 * pageSize);
  expect(foretold).toBeGreaterThanOrEqual(real / factor - 4 * pageSize);
}

function of(bytes: Uint8Array, script: string, choices = DEFAULT_CHOICES): Forecast {
  return foretell(bytes, script, choices, MACHINE).forecast;
}

describe('What a script writes is foretold within a third, and within a factor of four where some rows of a table are changed', () => {
  describe.each([1024, 4096])('with pages of %i bytes', (pageSize) => {
    const bytes = database(4000, pageSize);
    test.each(Object.entries(SCRIPTS))('%s', (what, [script, choices = DEFAULT_CHOICES]) => {
      const forecast = of(bytes, script, choices);
      expectNear(forecast.bytesToWrite, run(bytes, script, choices).written, SOME_ROWS.test(what) ? 4 : 1.34, pageSize);
      expect(forecast.uncertain).toEqual([]);
    });
  });

  test.each([
    ['rows that grow along the table', `${numbers(20_000)} SELECT i, substr(hex(zeroblob(300)), 1, i / 50) FROM n`],
    ['one long key in fifty', `${numbers(20_000)} SELECT i, substr(hex(zeroblob(300)), 1, iif(i % 50, 5, 600)) FROM n`],
    ['keys that go on in overflow pages', `${numbers(2_000)} SELECT i, hex(zeroblob(i * 7919 % 3000)) FROM n`],
    ['rowids from end to end', `${numbers(5_000)} SELECT (i - 2500) * 3600000000000000, hex(zeroblob(20)) FROM n`],
    ['rowids in clumps', `${numbers(9_000)} SELECT i % 3 * 4000000000 + i, i || ' of many' FROM n`],
  ])('and where rows are not alike: %s', (_what, rows) => {
    const bytes = nativeDatabase(`CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT); INSERT INTO t ${rows};`);
    for (const script of ['CREATE INDEX i ON t(k)', 'CREATE INDEX i ON t(substr(k, 1, 9)) WHERE id % 2'])
      expectNear(of(bytes, script).bytesToWrite, run(bytes, script, DEFAULT_CHOICES).written, 2);
  });

  test.each(['otc-base.sql', 'otc-base-narrow.sql'])('and of migration 021 on the sample %s', (sample) => {
    const bytes = nativeDatabase(migrationFile(`samples/${sample}`));
    for (const choices of [DEFAULT_CHOICES, BACKFILL]) {
      const forecast = of(bytes, migration021, choices);
      expectNear(forecast.bytesToWrite, run(bytes, migration021, choices).written, 1.34);
      expect(forecast.uncertain).toEqual([]);
    }
  });

  test('nothing is written where all is there already', () => {
    const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
    const forecast = of(bytes, 'CREATE TABLE IF NOT EXISTS t(a); ALTER TABLE t ADD COLUMN a');
    expect(forecast).toMatchObject({ bytesToWrite: 0, milliseconds: 0, uncertain: [] });
  });
});

describe('On a machine of a known speed', () => {
  const bytes = database(4000);
  const time = (script: string, choices?: Choices): number => of(bytes, script, choices).milliseconds;

  test('what takes more work takes more time', () => {
    const order = [
      time('CREATE TABLE x(a); CREATE INDEX ix ON x(a)'),
      time('CREATE INDEX i ON t(a) WHERE n % 4 = 0'),
      time('CREATE INDEX i ON t(a)'),
      time('CREATE INDEX i ON t(a); CREATE INDEX j ON t(body)'),
      time('CREATE INDEX i ON t(a); CREATE INDEX j ON t(body); CREATE INDEX k ON t(n); CREATE INDEX l ON w(v)'),
    ];
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(new Set(order).size).toBe(order.length);
  });

  test('a value for every row takes more time and memory than none', () => {
    const script = `ALTER TABLE t ADD COLUMN z DEFAULT (datetime('now'))`;
    const [none, all] = [of(bytes, script), of(bytes, script, BACKFILL)];
    expect(none.milliseconds).toBeLessThan(1);
    const reading = (all.statements[0]?.pagesToRead ?? 0) * 4096 * MACHINE.readByte;
    expectNear(all.milliseconds, 4000 * MACHINE.changedRow + reading, 1.1, 0);
    // Pages that the file has are kept until the commit.
    const table = Number(all.statements[0]?.bytesToRewrite);
    expectNear(table, (all.statements[0]?.pagesToRead ?? 0) * 4096, 1.2);
    expect(all.heapBytes - none.heapBytes).toBeGreaterThan(table);
    expect(all.adapted).toEqual([1]);
  });

  test('for a statement that the plan has run, the plan’s time is told where it is longer', () => {
    let milliseconds = 0;
    const { forecast } = foretell(bytes, 'UPDATE t SET n = 1', DEFAULT_CHOICES, MACHINE, () => (milliseconds += 1000));
    expect(forecast.milliseconds).toBe(1000);
  });
});

test('A sort that SQLite’s cache has no room for takes memory of its own, as long as the index is built', () => {
  const bytes = nativeDatabase(`CREATE TABLE t(a, b); INSERT INTO t ${numbers(200_000)}
    SELECT i * 7919 % 200003, printf('%0200d', i * 7919 % 200003) FROM n;`);
  const [small, large] = [of(bytes, 'CREATE INDEX i ON t(a)'), of(bytes, 'CREATE INDEX i ON t(b)')];
  const sorted = Number(large.statements[0]?.bytesToSort);
  expectNear(sorted, 200_000 * 207, 1.05);
  expectNear(small.peakBytes - small.heapBytes - bytes.length - 96e6, small.bytesToWrite, 1.05);
  expectNear(large.peakBytes - large.heapBytes - bytes.length - 96e6, large.bytesToWrite + sorted, 1.05);
});

describe('A forecast says what it cannot tell', () => {
  const bytes = database(2000);

  test.each([
    ['ANALYZE', 'It reads tables and indexes as a whole.'],
    ['UPDATE t SET nil = 1', 'What triggers write over is not counted.'],
  ])('%s', (script, why) => {
    expect(of(bytes, script).uncertain).toEqual([{ ordinal: 1, why }]);
  });

  test('and nothing of what it can tell', () => {
    const script = `CREATE TABLE x(a PRIMARY KEY, b UNIQUE); CREATE INDEX ix ON x(b); CREATE VIEW v AS SELECT * FROM t;
      CREATE TRIGGER r AFTER INSERT ON x BEGIN SELECT 1; END; INSERT INTO x VALUES (1, 2); PRAGMA user_version = 4;
      SAVEPOINT s; RELEASE s; ALTER TABLE x RENAME TO y; DROP VIEW v; DROP INDEX ix; DROP TABLE w; DELETE FROM t`;
    const forecast = of(bytes, script);
    expect(forecast.uncertain).toEqual([]);
    expectNear(forecast.bytesToWrite, run(bytes, script, DEFAULT_CHOICES).written, 1.34);
  });
});

describe('A forecast hardly reads the file', () => {
  const script = Object.values(SCRIPTS)
    .flatMap(([text]) => (text.startsWith('CREATE') && !text.includes(';') ? [text] : []))
    .map((sql, at) => sql.replace(' i ', ` i${at} `))
    .join('; ');

  test.each([2_000, 60_000])('of %i rows: so many pages at most, whatever its size', (rows) => {
    const { pagesOfDatabase } = foretell(database(rows), script, DEFAULT_CHOICES, MACHINE);
    expect(pagesOfDatabase).toBeLessThan(150);
  });

  test('not even where each value has thousands of pages', () => {
    const bytes = nativeDatabase(`PRAGMA page_size = 1024; CREATE TABLE t(a, body BLOB, n INT);
      INSERT INTO t ${numbers(12)} SELECT i, zeroblob(iif(i % 4, 3000000, 9000)), i FROM n;`);
    const indexes = 'CREATE INDEX i ON t(a); CREATE INDEX k ON t(substr(body, 3, 4))';
    const { pagesOfDatabase } = foretell(bytes, indexes, DEFAULT_CHOICES, MACHINE);
    expect(pagesOfDatabase).toBeLessThan(50);
  });
});

/** All figures of a forecast. */
function figures({ statements, uncertain, adapted, ...totals }: Forecast): readonly number[] {
  expect(uncertain.length + adapted.length).toBeLessThanOrEqual(2 * statements.length);
  return [
    ...statements.flatMap(({ index, ...rest }) => (index === '' ? [NaN] : Object.values(rest))),
    ...Object.values(totals),
  ];
}

describe('A forecast is made of every database', () => {
  test.each([
    [
      'a virtual table of a module that is missing',
      `CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('a'); CREATE TABLE t(a); INSERT INTO t VALUES (1);`,
      'CREATE INDEX i ON t(a); CREATE INDEX j ON f_content(c0); INSERT INTO t SELECT * FROM f_content',
    ],
    [
      'a collation that is missing',
      `CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2), (3, 4); CREATE INDEX old ON t(b); PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = 'CREATE INDEX old ON t(b COLLATE klingon)' WHERE name = 'old';`,
      'CREATE INDEX i ON t(a); CREATE INDEX j ON t(a) WHERE a > 1',
    ],
    [
      'all names of the rowid taken',
      'CREATE TABLE t(rowid TEXT, _rowid_, oid); INSERT INTO t VALUES (1, 2, 3);',
      'CREATE INDEX i ON t(oid)',
    ],
    [
      'names that need quotes',
      `CREATE TABLE "a ""b"" ; c"("x y" TEXT, [select], \`from\` INT); INSERT INTO "a ""b"" ; c" VALUES (1, 2, 3);`,
      `CREATE INDEX "i ""j""" ON "a ""b"" ; c"("x y", [select] DESC) WHERE "from" > 1; CREATE INDEX k ON "a ""b"" ; c"('lost')`,
    ],
    ['no table at all', 'PRAGMA user_version = 1;', 'CREATE TABLE t(a); CREATE INDEX i ON t(a)'],
    [
      'tables without rows',
      'CREATE TABLE t(a); CREATE TABLE w(a PRIMARY KEY) WITHOUT ROWID;',
      'CREATE INDEX i ON t(a); CREATE INDEX j ON w(a); INSERT INTO w SELECT * FROM t',
    ],
    [
      'a temporary table that hides another',
      'CREATE TABLE t(a); INSERT INTO t VALUES (1);',
      'CREATE TEMP TABLE t AS SELECT 1 AS a, 2 AS b; CREATE INDEX temp.i ON t(b)',
    ],
    [
      'text in UTF-16, and pages that are moved',
      `PRAGMA encoding = 'UTF-16le'; PRAGMA auto_vacuum = 1; CREATE TABLE t(a); INSERT INTO t VALUES ('größer');`,
      'CREATE INDEX i ON t(a); DROP TABLE t',
    ],
  ])('with %s', (_what, sql, script) => {
    for (const figure of figures(of(nativeDatabase(sql), script))) expect(figure).toBeGreaterThanOrEqual(0);
  });

  test('no script and no damage keeps it from being made: no figure is negative, infinite or missing', () => {
    const whole = database(1000, 1024);
    const pieces = Object.values(SCRIPTS).flatMap(([script]) => script.split(';'));
    const property = fc.property(
      fc.array(fc.constantFrom(...pieces, 'ANALYZE', 'REINDEX', 'CREATE TEMP TABLE c AS SELECT * FROM w'), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.array(fc.tuple(fc.nat({ max: 1 << 20 }), fc.nat({ max: 255 })), { maxLength: 30 }),
      (script, damage) => {
        const bytes = whole.slice();
        // The schema stays, so that there is a plan at all.
        for (const [place, byte] of damage) bytes[4096 + ((place * 37) % (bytes.length - 4096))] = byte;
        try {
          expect(
            figures(of(bytes, script.join(';\n'))).filter((figure) => !Number.isFinite(figure) || figure < 0),
          ).toEqual([]);
        } catch (error) {
          // The plan itself may find that the file is damaged; then there is nothing to foretell.
          if (!(error instanceof DamagedDatabase)) throw error;
        }
      },
    );
    fc.assert(property, { numRuns: 30, seed: 15 });
  });
});
