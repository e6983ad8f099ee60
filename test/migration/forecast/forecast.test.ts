// A forecast of a run is near to what the run then writes and reads, says what it cannot tell, and hardly reads the file.
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DamagedDatabase } from '../../../src/database';
import { readHeader } from '../../../src/file/header';
import { forecastRun, type Forecast } from '../../../src/migration/forecast/forecast';
import { planMigration } from '../../../src/migration/run/plan';
import { runMigration } from '../../../src/migration/run/run';
import { DEFAULT_CHOICES, type Choices } from '../../../src/migration/outcome';
import {
  askNative,
  engine,
  migration021,
  migrationFile,
  nativeDatabase,
  overlayOf,
  statementsOf,
} from '../../databases';

const BACKFILL: Choices = { existingRows: 'upgrade time', strict: false };
const CACHE = { cacheBytes: 1 << 30 };

/** Bytes that SQLite's own memory has grown by; it never shrinks. */
let heapGrowth = 0;
const grow = Reflect.get(WebAssembly.Memory.prototype, 'grow');
WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number) {
  heapGrowth += pages * 65536;
  return grow.call(this, pages);
};

interface Foretold {
  readonly forecast: Forecast;
  /** How often the file was asked for bytes, and pages that the database read. */
  readonly reads: number;
  readonly pagesOfDatabase: number;
}

function foretell(bytes: Uint8Array, script: string, choices: Choices = DEFAULT_CHOICES): Foretold {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error(header.error);
  const statements = statementsOf(script);
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    const plan = planMigration(database, statements, choices, { losses: keepLosses });
    const [before, written] = [overlay.pagesRead, overlay.writtenBytes];
    let reads = 0;
    const read = (start: number, end: number): Uint8Array => {
      reads++;
      return bytes.subarray(start, end);
    };
    const file = { size: bytes.length, read };
    const input = { database, header: header.value, file, statements, plan, ...CACHE };
    const forecast = forecastRun(input, () => performance.now());
    expect(overlay.writtenBytes).toBe(written);
    return { forecast, reads, pagesOfDatabase: overlay.pagesRead - before };
  } finally {
    database.close();
  }
}

/** Bytes that a run of the script writes and reads. */
function run(bytes: Uint8Array, script: string, choices: Choices = DEFAULT_CHOICES): { written: number; read: number } {
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    const before = overlay.pagesRead;
    const tools = { now: () => 0, onStatement: () => undefined, losses: keepLosses };
    const { committed, outcomes } = runMigration(database, statementsOf(script), choices, tools);
    if (!committed) throw new Error(outcomes.find(({ failure }) => failure)?.failure?.message);
    return { written: overlay.writtenBytes, read: (overlay.pagesRead - before) * overlay.pageSize };
  } finally {
    database.close();
  }
}

/** Within a factor; of what takes few pages, a few pages more or less. */
function expectNear(foretold: number, real: number, factor: number, pageSize: number): void {
  expect(foretold).toBeLessThanOrEqual(real * factor + 3 * pageSize);
  expect(foretold).toBeGreaterThanOrEqual(real / factor - 3 * pageSize);
}

/** `n(i)`: the numbers from 1 on. */
const numbers = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

/** Two tables, with and without rowids, of rows that are alike. */
function uniform(rows: number, pageSize: number, autoVacuum = 0): Uint8Array {
  return nativeDatabase(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${autoVacuum};
    CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, n INT, body TEXT, r REAL, nil);
    INSERT INTO t ${numbers(rows)} SELECT i, printf('%010d', i * 7919 % 100003), i * 7919 % 100003,
      substr(hex(zeroblob(200)), 1, i * 7919 % 300), i * 1.0, NULL FROM n;
    CREATE TABLE w(k TEXT, l INT, v TEXT, PRIMARY KEY(k, l)) WITHOUT ROWID;
    INSERT INTO w SELECT a, id, substr(body, 1, 50) FROM t;`);
}

const INDEXES = [
  'CREATE INDEX i ON t(a)',
  'CREATE INDEX i ON t(n DESC, a)',
  'CREATE INDEX i ON t(r)',
  'CREATE INDEX i ON t(nil)',
  'CREATE INDEX i ON t(body)',
  'CREATE UNIQUE INDEX i ON t(id, body)',
  'CREATE UNIQUE INDEX i ON t(upper(a) || id)',
  'CREATE INDEX i ON t(a) WHERE n % 4 = 0',
  'CREATE INDEX "i" ON [t] ("upper"(body) COLLATE NOCASE ASC, n + 1 DESC) WHERE "r" > 10',
  'CREATE INDEX i ON w(v)',
  'CREATE INDEX i ON w(l, length(v))',
  'CREATE INDEX i ON w(v) WHERE l % 2',
];

/** Scripts by which the rows that an index is built from come to be others, or elsewhere, than they are in the file. */
const CHANGES: readonly (readonly [string, Choices])[] = [
  [`ALTER TABLE t ADD COLUMN z TEXT DEFAULT 'v1.0.0'; CREATE INDEX i ON t(z, a)`, DEFAULT_CHOICES],
  [`ALTER TABLE t ADD COLUMN z TEXT DEFAULT bare; CREATE INDEX i ON t(z)`, DEFAULT_CHOICES],
  [`ALTER TABLE t ADD COLUMN z TEXT DEFAULT (datetime('now')); CREATE INDEX i ON t(z)`, DEFAULT_CHOICES],
  [`ALTER TABLE t ADD COLUMN z TEXT DEFAULT (datetime('now')); CREATE INDEX i ON t(z)`, BACKFILL],
  [`ALTER TABLE t ADD COLUMN z TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP; CREATE INDEX i ON t(z)`, DEFAULT_CHOICES],
  ['ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN a TO b; CREATE INDEX i ON u(b)', DEFAULT_CHOICES],
  ['ALTER TABLE t DROP COLUMN a; CREATE INDEX i ON t(n)', DEFAULT_CHOICES],
  [
    `CREATE TABLE t2(id INTEGER PRIMARY KEY, a TEXT UNIQUE, n INT, body TEXT, r REAL, nil);
     INSERT INTO t2 SELECT * FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t; CREATE INDEX i ON t(n)`,
    DEFAULT_CHOICES,
  ],
  [
    `CREATE TABLE w2(k TEXT, l INT, v TEXT, PRIMARY KEY(k, l)) WITHOUT ROWID;
     INSERT INTO w2(l, k) SELECT l, k AS key FROM w; CREATE INDEX i ON w2(l)`,
    DEFAULT_CHOICES,
  ],
  ['CREATE TABLE c AS SELECT a, n + 1 AS m FROM main.t AS one; CREATE INDEX i ON c(m)', DEFAULT_CHOICES],
  ['SAVEPOINT s; DROP TABLE t; ROLLBACK TO s; RELEASE s; CREATE INDEX i ON t(n)', DEFAULT_CHOICES],
];

describe('The memory that SQLite itself takes is foretold', () => {
  test('within a half, for a script that writes every row anew: what they were is kept until the commit', () => {
    const bytes = nativeDatabase(`CREATE TABLE t(id INTEGER PRIMARY KEY, a, b);
      INSERT INTO t ${numbers(300_000)} SELECT i, i, printf('%0150d', i) FROM n;`);
    const script = `ALTER TABLE t ADD COLUMN z DEFAULT (datetime('now'))`;
    const { forecast } = foretell(bytes, script, BACKFILL);
    run(bytes, script, BACKFILL);
    const heap = 22_151_168 + heapGrowth;
    expect(heap).toBeGreaterThan(bytes.length * 1.5);
    expectNear(forecast.heapBytes, heap, 1.5, 0);
    expect(forecast.peakBytes).toBeGreaterThan(forecast.heapBytes + forecast.bytesToWrite);
    expect(forecast.statements[0]?.bytesToRewrite).toBeGreaterThan(bytes.length * 0.9);
    expect(forecast.adapted).toEqual([1]);
  }, 60_000);
});

describe('What a script writes is foretold within a fourth where rows are alike', () => {
  describe.each([
    [512, 0],
    [1024, 1],
    [4096, 0],
    [4096, 2],
    [65536, 0],
  ])('with pages of %i bytes, auto_vacuum %i', (pageSize, autoVacuum) => {
    const bytes = uniform(20_000, pageSize, autoVacuum);

    test.each(INDEXES)('%s', (script) => {
      const { forecast } = foretell(bytes, script);
      const { written, read } = run(bytes, script);
      expectNear(forecast.bytesToWrite, written, 1.25, pageSize);
      expectNear(forecast.bytesToRead, read, 1.25, 4 * pageSize);
      const native = askNative(bytes, `${script}; SELECT sum(pgsize) FROM dbstat WHERE name = 'i'`);
      expectNear(forecast.statements[0]?.bytesToWrite ?? 0, Number(native), 1.25, pageSize);
      expect(forecast).toMatchObject({ uncertain: [], temporaryBytes: 0 });
    });

    test.each(CHANGES)('%s', (script, choices) => {
      const { forecast } = foretell(bytes, script, choices);
      const { written } = run(bytes, script, choices);
      expectNear(forecast.bytesToWrite, written, 1.25, pageSize);
      expect(forecast.uncertain).toEqual([]);
    });
  });

  test('and where there are 300,000 of them, of which a sort needs a temporary file', () => {
    const bytes = nativeDatabase(`CREATE TABLE t(a, b);
      INSERT INTO t ${numbers(300_000)} SELECT i * 7919 % 300007, printf('%0120d', i * 7919 % 300007) FROM n;`);
    const script = 'CREATE INDEX i ON t(a); CREATE INDEX j ON t(b); CREATE INDEX k ON t(a) WHERE a % 100 = 7';
    const { forecast } = foretell(bytes, script);
    const { written, read } = run(bytes, script);
    expectNear(forecast.bytesToWrite, written, 1.05, 4096);
    // It is read for each of the indexes: SQLite keeps 32 MB.
    expect(read).toBeGreaterThan(2.9 * bytes.length);
    expect(forecast.basis).toBe('sampled');
    expectNear(forecast.bytesToRead, read, 1.05, 4096);
    expectNear(forecast.temporaryBytes, 300_000 * 127, 1.05, 0);
    expect(forecast.statements.map(({ index }) => index)).toEqual(['i', 'j', 'k']);
  }, 60_000);
});

describe('What a script writes is foretold within a factor of two where rows are not alike', () => {
  const skewed = {
    'rows that grow along the table': `INSERT INTO t ${numbers(20_000)} SELECT i, substr(hex(zeroblob(300)), 1, i / 50) FROM n`,
    'one long key in fifty': `INSERT INTO t ${numbers(20_000)} SELECT i, substr(hex(zeroblob(300)), 1, iif(i % 50, 5, 600)) FROM n`,
    'keys that go on in overflow pages': `INSERT INTO t ${numbers(2_000)} SELECT i, hex(zeroblob(i * 7919 % 3000)) FROM n`,
    'rows in the order of no key, and gaps': `INSERT INTO t ${numbers(30_000)} SELECT i * 7919 % 30011, hex(zeroblob(i % 40)) FROM n;
      DELETE FROM t WHERE id % 3 = 0 OR id BETWEEN 5000 AND 12000`,
    'rowids from end to end': `INSERT INTO t ${numbers(5_000)} SELECT (i - 2500) * 3600000000000000, hex(zeroblob(20)) FROM n`,
    'text in UTF-16': `PRAGMA encoding = 'UTF-16le'; INSERT INTO t ${numbers(9_000)} SELECT i, 'größer ' || i FROM n`,
  };
  test.each(Object.entries(skewed))('%s', (_what, insert) => {
    const [encoding = '', rows = insert] = insert.startsWith('PRAGMA') ? insert.split(/(?<=;) /, 2) : [];
    const bytes = nativeDatabase(`${encoding} CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT); ${rows};`);
    for (const script of ['CREATE INDEX i ON t(k)', 'CREATE INDEX i ON t(substr(k, 1, 9)) WHERE id % 2']) {
      const { forecast } = foretell(bytes, script);
      expectNear(forecast.bytesToWrite, run(bytes, script).written, 2, 4096);
      expect(forecast.uncertain).toEqual([]);
    }
  });
});

describe('Migration 021', () => {
  test.each([
    ['otc-base.sql', DEFAULT_CHOICES],
    ['otc-base.sql', BACKFILL],
    ['otc-base-narrow.sql', DEFAULT_CHOICES],
    ['otc-base-narrow.sql', BACKFILL],
  ])(
    'writes what was foretold, within a tenth, on the sample %s (%o)',
    (sample, choices) => {
      const bytes = nativeDatabase(migrationFile(`samples/${sample}`));
      const { forecast } = foretell(bytes, migration021, choices);
      const { written, read } = run(bytes, migration021, choices);
      expectNear(forecast.bytesToWrite, written, 1.1, 0);
      expectNear(forecast.bytesToRead, read, 1.25, 4096);
      expect(forecast.statements).toHaveLength(53);
      expect(forecast.uncertain).toEqual([]);
    },
    30_000,
  );

  test('costs nothing on a database that has it already', () => {
    const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
    const script = 'CREATE TABLE IF NOT EXISTS t(a); ALTER TABLE t ADD COLUMN a';
    const { forecast } = foretell(bytes, script);
    expect(forecast).toMatchObject({ bytesToRead: 0, bytesToWrite: 0, milliseconds: 0, basis: 'no rows' });
  });
});

describe('A forecast says what it cannot tell', () => {
  const bytes = uniform(3000, 4096);

  test.each([
    ['INSERT INTO t(a) SELECT a || n FROM t WHERE n > 5', 'Which rows it writes is not known before it runs.'],
    ['INSERT INTO t(a) SELECT DISTINCT v FROM w', 'Which rows it writes is not known before it runs.'],
    ['CREATE TABLE c AS SELECT count(*) AS n FROM t', 'Which rows it writes is not known before it runs.'],
    ['CREATE TABLE c AS SELECT t.a, w.v FROM t, w WHERE k = a', 'Which rows it writes is not known before it runs.'],
    [`UPDATE t SET a = 'x' WHERE n = 1`, 'How many rows it changes is not known before it runs.'],
    [`UPDATE t SET a = 'x'`, 'How long its rows get, and what of indexes it changes, is not known.'],
    ['DELETE FROM t', 'How many rows it takes away is not known before it runs.'],
    ['SELECT * FROM t', 'What it reads is not known before it runs.'],
    ['ANALYZE', 'It reads tables and indexes as a whole.'],
    ['PRAGMA optimize', 'It reads the file as a whole.'],
  ])('%s', (script, why) => {
    expect(foretell(bytes, script).forecast.uncertain).toEqual([{ ordinal: 1, why }]);
  });

  test.each([
    ['UPDATE t SET a = NULL WHERE n < 9; CREATE INDEX i ON t(a)', 'The script changes rows of t before it.'],
    ['INSERT INTO t(a) SELECT v FROM w WHERE l < 9; CREATE INDEX i ON t(a)', 'The script puts rows into t before it.'],
    ['ALTER TABLE t ADD COLUMN g AS (n * 2); CREATE INDEX i ON t(g)', 'G is computed.'],
    [
      `CREATE TABLE t2(a UNIQUE); CREATE TRIGGER r AFTER INSERT ON t2 BEGIN DELETE FROM w; END;
       INSERT INTO t2 SELECT a FROM t`,
      'What triggers do for each row is not known.',
    ],
  ])('of what it still estimates: %s', (script, why) => {
    const { forecast } = foretell(bytes, script);
    expect(forecast.uncertain.at(-1)?.why).toBe(why);
    expect(forecast.bytesToRead).toBeGreaterThan(0);
  });

  test('and nothing of what it can tell', () => {
    const script = `CREATE TABLE x(a PRIMARY KEY, b UNIQUE); CREATE INDEX ix ON x(b); CREATE VIEW v AS SELECT * FROM t;
      CREATE TRIGGER r AFTER INSERT ON x BEGIN SELECT 1; END; INSERT INTO x VALUES (1, 2); PRAGMA user_version = 4;
      SAVEPOINT s; RELEASE s; ALTER TABLE x RENAME TO y; DROP VIEW v; DROP INDEX ix; DROP TABLE w`;
    const { forecast } = foretell(bytes, script);
    expect(forecast.uncertain).toEqual([]);
    expectNear(forecast.bytesToWrite, run(bytes, script).written, 1.25, 4096);
  });
});

describe('A forecast hardly reads the file', () => {
  const script = INDEXES.map((sql, at) => sql.replace(/INDEX "?i"?/, `INDEX i${at}`)).join('; ');

  test.each([3_000, 300_000])(
    'of %i rows: so many pages at most, whatever its size',
    (rows) => {
      const { reads, pagesOfDatabase, forecast } = foretell(uniform(rows, 4096), script);
      expect(forecast.statements.filter(({ bytesToWrite }) => bytesToWrite > 4096)).toHaveLength(INDEXES.length);
      expect(reads).toBeLessThan(150);
      expect(pagesOfDatabase).toBeLessThan(150);
    },
    60_000,
  );

  test('not even where each value has thousands of pages', () => {
    const bytes = nativeDatabase(`PRAGMA page_size = 1024; CREATE TABLE t(a, body BLOB, n INT);
      INSERT INTO t ${numbers(12)} SELECT i, zeroblob(iif(i % 4, 3000000, 90000)), i FROM n;
      CREATE TABLE huge(a, body TEXT); INSERT INTO huge ${numbers(3)} SELECT i, hex(zeroblob(1500000)) FROM n;`);
    const scripts = `CREATE INDEX i ON t(a); CREATE INDEX j ON t(n); CREATE INDEX k ON t(substr(body, 3, 4));
      CREATE INDEX l ON t(body); CREATE INDEX m ON huge(upper(body)); CREATE INDEX n ON huge(a)`;
    const { reads, pagesOfDatabase, forecast } = foretell(bytes, scripts);
    expect(bytes.length / 1024).toBeGreaterThan(35_000);
    expect(reads).toBeLessThan(250);
    expect(pagesOfDatabase).toBeLessThan(4000);
    // Of one table no row is small enough.
    expect(forecast.uncertain).toEqual([
      { ordinal: 5, why: 'Rows of huge cannot be sampled.' },
      { ordinal: 6, why: 'Rows of huge cannot be sampled.' },
    ]);
  }, 60_000);

  test('a small table is counted and not sampled', () => {
    const { forecast } = foretell(uniform(100, 4096), 'CREATE INDEX i ON t(a)');
    expect(forecast.basis).toBe('counted');
  });
});

/** All figures of a forecast. */
function figures({ statements, uncertain, adapted, basis, ...totals }: Forecast): readonly number[] {
  expect(uncertain.length + adapted.length).toBeLessThanOrEqual(2 * statements.length);
  expect(['sampled', 'counted', 'no rows']).toContain(basis);
  const ofStatements = statements.flatMap(({ index, ...rest }) => (index === '' ? [NaN] : Object.values(rest)));
  return [...ofStatements, ...Object.values(totals)];
}

describe('A forecast is made of every database', () => {
  const ODD: Readonly<Record<string, readonly [string, string]>> = {
    'a virtual table of a module that is missing': [
      `CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('a'); CREATE TABLE t(a); INSERT INTO t VALUES (1);`,
      'CREATE INDEX i ON t(a); CREATE INDEX j ON f_content(c0); INSERT INTO t SELECT * FROM f_content',
    ],
    'a collation that is missing': [
      `CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2), (3, 4); CREATE INDEX old ON t(b);
       PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = 'CREATE INDEX old ON t(b COLLATE klingon)' WHERE name = 'old';`,
      'CREATE INDEX i ON t(a); CREATE INDEX j ON t(a) WHERE a > 1',
    ],
    'a table that has taken all names of the rowid': [
      'CREATE TABLE t(rowid TEXT, _rowid_, oid); INSERT INTO t VALUES (1, 2, 3);',
      'CREATE INDEX i ON t(oid)',
    ],
    'a primary key in another order than its column': [
      `CREATE TABLE w(a TEXT COLLATE NOCASE, b REAL, PRIMARY KEY(b DESC, a COLLATE BINARY)) WITHOUT ROWID;
       INSERT INTO w ${numbers(3000)} SELECT 'x' || i, i / 7.0 FROM n;`,
      'CREATE INDEX i ON w(a)',
    ],
    'names that need quotes': [
      `CREATE TABLE "a ""b"" ; c"("x y" TEXT, [select], \`from\` INT); INSERT INTO "a ""b"" ; c" VALUES (1, 2, 3);`,
      `CREATE INDEX "i ""j""" ON "a ""b"" ; c"("x y", [select] DESC) WHERE "from" > 1; CREATE INDEX k ON "a ""b"" ; c"('lost')`,
    ],
    'no table at all': ['PRAGMA user_version = 1;', 'CREATE TABLE t(a); CREATE INDEX i ON t(a)'],
    'tables without rows': [
      'CREATE TABLE t(a); CREATE TABLE w(a PRIMARY KEY) WITHOUT ROWID;',
      'CREATE INDEX i ON t(a); CREATE INDEX j ON w(a); INSERT INTO w SELECT * FROM t',
    ],
    'a temporary table that hides another': [
      'CREATE TABLE t(a); INSERT INTO t VALUES (1);',
      'CREATE TEMP TABLE t AS SELECT 1 AS a, 2 AS b; CREATE INDEX temp.i ON t(b)',
    ],
  };
  test.each(Object.entries(ODD))('with %s', (_what, [sql, script]) => {
    const { forecast } = foretell(nativeDatabase(sql), script);
    for (const figure of figures(forecast)) expect(figure).toBeGreaterThanOrEqual(0);
  });

  const database = uniform(2000, 1024);
  const pieces = fc.constantFrom(
    ...INDEXES.map((sql, at) => sql.replace(/INDEX "?i"?/, `INDEX IF NOT EXISTS i${at}`)),
    ...CHANGES.flatMap(([sql]) => sql.split(';')),
    'DROP TABLE IF EXISTS w',
    'DROP INDEX IF EXISTS i1',
    'INSERT INTO t(a) VALUES (1), (2)',
    'INSERT INTO w SELECT a, n, body FROM t LIMIT 4',
    'DELETE FROM t WHERE id % 2',
    'ANALYZE',
    'REINDEX',
    'CREATE TEMP TABLE c AS SELECT * FROM w',
  );

  test('no script and no damage keeps it from being made: no figure is negative, infinite or missing', () => {
    const property = fc.property(
      fc.array(pieces, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.nat({ max: 1 << 20 }), fc.nat({ max: 255 })), { maxLength: 30 }),
      (script, damage) => {
        const bytes = database.slice();
        // The schema stays, so that there is a plan at all.
        for (const [place, byte] of damage) bytes[2048 + ((place * 37) % (bytes.length - 2048))] = byte;
        try {
          const { forecast } = foretell(bytes, script.join(';\n'));
          expect(figures(forecast).filter((figure) => !Number.isFinite(figure) || figure < 0)).toEqual([]);
        } catch (error) {
          // The plan itself may find that the file is damaged; then there is nothing to foretell.
          if (!(error instanceof DamagedDatabase)) throw error;
        }
      },
    );
    fc.assert(property, { numRuns: 40 });
  }, 60_000);
});
