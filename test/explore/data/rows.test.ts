// Rows as the grid gets them, against native sqlite3.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import type { Database, Outcome } from '../../../src/database';
import { decoderOf } from '../../../src/engine/looking';
import { Overlay } from '../../../src/engine/pages/overlay';
import { arrangementOf, refuseExpression, type Arrangement } from '../../../src/explore/data/arrangement';
import type { Cell } from '../../../src/explore/data/cells';
import { ArrangedRows } from '../../../src/explore/data/rows';
import { sourceOfBytes, type ByteSource } from '../../../src/file/byteSource';
import { readSchema } from '../../../src/schema/read';
import { findRelation } from '../../../src/schema/schema';
import { askNative, engine, nativeDatabase, withDatabase } from '../../databases';

function arrange(database: Database, relation: string, wanted: Partial<Arrangement> = {}): ArrangedRows {
  const found = findRelation(readSchema(database), relation);
  if (!found) throw new Error(`There is no ${relation}`);
  return must(ArrangedRows.arrange(database, { ...arrangementOf(found), ...wanted }, decoderOf(database)));
}

function must<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

function read(rows: ArrangedRows, firstRow: number, count: number, endColumn: number): readonly Cell[][] {
  return must(rows.read({ firstRow, endRow: firstRow + count, firstColumn: 0, endColumn }));
}

const NEVER = (): boolean => false;

/** Rowids with gaps, negative ones, the least and the greatest. */
const GAPS = `CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, n);
  WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 23456)
    INSERT INTO t SELECT x * 37 - 50000, 'name ' || (x * 7919 % 1000), x % 13 FROM i;
  INSERT INTO t VALUES (-9223372036854775808, 'first', NULL), (9223372036854775807, 'last', 1);`;

describe('Rows of a table', () => {
  const bytes = nativeDatabase(GAPS);

  it('are those that sqlite3 gives at the same place, wherever the place and in whatever order it is looked at', () => {
    const ids = askNative(bytes, 'SELECT id FROM t ORDER BY id').split('\n');
    withDatabase(bytes, (database) => {
      const rows = arrange(database, 't');
      fc.assert(
        fc.property(fc.array(fc.nat(ids.length + 10), { minLength: 1, maxLength: 6 }), (places) => {
          for (const at of places) {
            const got = [...read(rows, at, 50, 1), ...read(rows, at + 50, 3, 1)].map(
              ([id]) => `${id as bigint | number}`,
            );
            expect(got).toEqual(ids.slice(at, at + 53));
          }
        }),
        runs(60),
      );
    });
  });

  it('are there in their first screenful long before the table has been read', () => {
    const large = nativeDatabase(`${GAPS} CREATE TABLE wide(a, b);
      INSERT INTO wide SELECT id, hex(zeroblob(200)) FROM t;`);
    let pages = 0;
    const source = sourceOfBytes(large);
    const counting: ByteSource = {
      size: large.length,
      read(start, end) {
        pages += 1;
        return source.read(start, end);
      },
    };
    const database = engine.open(new Overlay(counting, 4096));
    try {
      expect(read(arrange(database, 'wide'), 0, 50, 2)).toHaveLength(50);
      expect(pages).toBeLessThan(large.length / 4096 / 50);
    } finally {
      database.close();
    }
  });

  it('are counted in steps, never more than there are, and at last exactly', () => {
    withDatabase(bytes, (database) => {
      const rows = arrange(database, 't');
      const steps: number[] = [];
      const counted = must(rows.count((known) => steps.push(known) === 0));
      expect(counted).toEqual({ rows: 23458, all: true });
      expect(steps.length).toBeGreaterThan(3);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(Math.max(...steps)).toBeLessThanOrEqual(23458);
    });
  });

  it.each([0, 1, 4999, 5000, 5001, 10000])('are counted as sqlite3 counts them where there are %i', (count) => {
    const some = nativeDatabase(`CREATE TABLE t(a); WITH RECURSIVE i(x) AS
      (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x <= ${count}) INSERT INTO t SELECT x FROM i WHERE x <= ${count};`);
    withDatabase(some, (database) => {
      const rows = arrange(database, 't');
      expect(must(rows.count(NEVER))).toEqual({ rows: count, all: true });
      expect(read(rows, Math.max(0, count - 1), 5, 1)).toEqual(count > 0 ? [[count]] : []);
    });
  });

  it.each([
    ['sorted', { sort: { column: 'name', descending: false } }, 'ORDER BY name, id'],
    ['sorted the other way', { sort: { column: 'n', descending: true } }, 'ORDER BY n DESC, id'],
    ['filtered', { where: 'n = 3 AND name LIKE "%5" -- fives' }, `WHERE n = 3 AND name LIKE '%5' ORDER BY id`],
    ['qualified', { where: 't.n > 11' }, 'WHERE n > 11 ORDER BY id'],
    ['searched', { contains: '12' }, `WHERE id LIKE '%12%' OR name LIKE '%12%' OR n LIKE '%12%' ORDER BY id`],
    ['searched for what LIKE knows', { contains: '1%' }, 'WHERE 0'],
    [
      'all of it',
      { sort: { column: 'name', descending: true }, where: 'n > 3', contains: '99' },
      `WHERE n > 3 AND (id LIKE '%99%' OR name LIKE '%99%' OR n LIKE '%99%') ORDER BY name DESC, id`,
    ],
  ] as const)('come %s as SQLite has it', (_how, wanted, sql) => {
    const ids = askNative(bytes, `SELECT id FROM t ${sql}`).split('\n').filter(Boolean);
    withDatabase(bytes, (database) => {
      const rows = arrange(database, 't', wanted);
      expect(rows.counted).toEqual({ rows: ids.length, all: true });
      for (const at of [0, Math.floor(ids.length / 2), Math.max(0, ids.length - 3)]) {
        expect(read(rows, at, 20, 1).map(([id]) => `${id as bigint | number}`)).toEqual(ids.slice(at, at + 20));
      }
    });
  });

  it('are not arranged by an expression that SQLite does not take, and its message comes back', () => {
    withDatabase(bytes, (database) => {
      const found = findRelation(readSchema(database), 't');
      if (!found) throw new Error('no t');
      const wanted = { ...arrangementOf(found), where: 'nme = 1' };
      expect(ArrangedRows.arrange(database, wanted, decoderOf(database))).toEqual({
        ok: false,
        error: { message: 'no such column: nme' },
      });
    });
  });

  it('are found by the rowid also where columns are called rowid, and without one where all its names are taken', () => {
    const named = nativeDatabase(`CREATE TABLE one(rowid TEXT, oid TEXT); INSERT INTO one VALUES ('a', 'b'), ('c', 'd');
      CREATE TABLE all_three(rowid, oid, _rowid_); INSERT INTO all_three VALUES (1, 2, 3), (4, 5, 6);`);
    withDatabase(named, (database) => {
      expect(read(arrange(database, 'one', { sort: { column: 'oid', descending: true } }), 0, 9, 2)).toEqual([
        ['c', 'd'],
        ['a', 'b'],
      ]);
      expect(read(arrange(database, 'all_three'), 1, 9, 3)).toEqual([[4, 5, 6]]);
      expect(read(arrange(database, 'all_three', { contains: '2' }), 0, 9, 3)).toEqual([[1, 2, 3]]);
    });
  });
});

describe('Rows of a view, and of a table without rowids', () => {
  const bytes = nativeDatabase(`CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
    WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 3000)
      INSERT INTO w SELECT printf('%05d', x * 7 % 3001), CASE x % 3 WHEN 0 THEN x WHEN 1 THEN x * 0.5 ELSE 'x' || x END FROM i;
    CREATE VIEW doubled AS SELECT k, v, k || k AS twice FROM w;`);

  it.each(['w', 'doubled'])(
    'are those of sqlite3 in %s: as they lie, sorted, filtered, and settled for an export',
    (name) => {
      const ask = (tail: string): string[] => askNative(bytes, `SELECT k FROM ${name} ${tail}`).split('\n');
      withDatabase(bytes, (database) => {
        const keys = (rows: ArrangedRows, at: number): unknown[] => read(rows, at, 30, 2).map(([key]) => key);
        const lying = arrange(database, name);
        expect(keys(lying, 1500)).toEqual(ask('LIMIT 30 OFFSET 1500'));
        expect(must(lying.count(NEVER))).toEqual({ rows: 3000, all: true });
        must(lying.settle());
        expect(keys(lying, 2990)).toEqual(ask('LIMIT 30 OFFSET 2990'));
        const sorted = arrange(database, name, {
          sort: { column: 'k', descending: true },
          where: "typeof(v) = 'text'",
        });
        expect(keys(sorted, 900)).toEqual(ask(`WHERE typeof(v) = 'text' ORDER BY k DESC LIMIT 30 OFFSET 900`));
      });
    },
  );

  it('keep the type of every value when they are put side by side', () => {
    withDatabase(bytes, (database) => {
      const rows = arrange(database, 'doubled', { where: 'k < 9' });
      const types = askNative(bytes, `SELECT typeof(v) FROM doubled WHERE k < 9`).split('\n');
      const typeOf = (cell: Cell | undefined): string =>
        typeof cell === 'string' ? 'text' : typeof cell === 'number' ? 'integer' : 'real';
      expect(read(rows, 0, 5000, 2).map(([, v]) => typeOf(v))).toEqual(types);
    });
  });
});

/** A value as it is written in SQL, and the cell that has to come of it. */
const value: fc.Arbitrary<readonly [string, Cell]> = fc.oneof(
  fc.constant(['NULL', null] as const),
  fc.maxSafeInteger().map((n) => [String(n), n] as const),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }).map((n) => [String(n), n] as const),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => {
    const hex = Buffer.from(text).toString('hex');
    return [`CAST(x'${hex}' AS TEXT)`, text] as const;
  }),
  fc
    .uint8Array({ maxLength: 24 })
    .map((blob) => [`x'${Buffer.from(blob).toString('hex')}'`, { blob, bytes: blob.length }] as const),
);

describe('Values', () => {
  it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])('come as they are in a database in %s', (encoding) => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), (values) => {
        // In UTF-16 no text is made of bytes.
        const sql = values.map(([text, cell]) =>
          typeof cell === 'string' && encoding !== 'UTF-8'
            ? `'${cell.replaceAll("'", "''").replaceAll('\0', '')}'`
            : text,
        );
        const wanted = values.map(([, cell]) =>
          typeof cell === 'string' && encoding !== 'UTF-8' ? cell.replaceAll('\0', '') : cell,
        );
        const rows = sql.map((text) => `INSERT INTO t VALUES (${text});`).join('\n');
        const bytes = nativeDatabase(`PRAGMA encoding = '${encoding}'; CREATE TABLE t(a); ${rows}`);
        withDatabase(bytes, (database) => {
          expect(read(arrange(database, 't'), 0, 99, 1).map(([cell]) => cell)).toEqual(wanted);
        });
      }),
      runs(8),
    );
  });

  it('that are long come as their beginning and their size, and whole when they are asked for', () => {
    const long = 'é'.repeat(100_000);
    const bytes = nativeDatabase(`CREATE TABLE t(a, b); INSERT INTO t VALUES ('${long}', zeroblob(5000));`);
    withDatabase(bytes, (database) => {
      const rows = arrange(database, 't');
      expect(read(rows, 0, 1, 2)).toEqual([
        [
          { start: 'é'.repeat(200), bytes: 200_000 },
          { blob: new Uint8Array(24), bytes: 5000 },
        ],
      ]);
      expect(must(rows.value(0, 0))?.text).toBe(long);
      expect(must(rows.value(0, 1))?.blob).toEqual(new Uint8Array(5000));
      expect(must(rows.value(7, 1))).toBeNull();
    });
  });

  it('tell a real from an integer, with the digits of SQLite, and empty from NULL', () => {
    const bytes = nativeDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (1), (1.0), (0.1), (9e999), (1e100), (''), (x''), (NULL);`,
    );
    withDatabase(bytes, (database) => {
      expect(read(arrange(database, 't'), 0, 99, 1).map(([cell]) => cell)).toEqual([
        1,
        { real: '1.0' },
        { real: '0.1' },
        { real: 'Inf' },
        { real: '1.0e+100' },
        '',
        { blob: new Uint8Array(), bytes: 0 },
        null,
      ]);
    });
  });

  it('of 1,500 columns are all there', () => {
    const names = Array.from({ length: 1500 }, (_, at) => `c${at}`);
    const bytes = nativeDatabase(
      `CREATE TABLE t(${names.join(', ')}); INSERT INTO t VALUES (${names.map((_, at) => at).join(', ')});`,
    );
    withDatabase(bytes, (database) => {
      expect(read(arrange(database, 't'), 0, 2, 1500)).toEqual([names.map((_, at) => at)]);
      expect(arrange(database, 't', { contains: '1499' }).counted.rows).toBe(1);
    });
  });
});

describe('A filter', () => {
  it.each([
    ['a = 1', null],
    ['a IN (SELECT \')\' || "(") -- )', null],
    ['a = 1; DROP TABLE t', expect.stringContaining('semicolon')],
    ['1) UNION SELECT (1', expect.stringContaining('nothing opens')],
    ['(a = 1', expect.stringContaining('nothing closes')],
    ["a = 'open", expect.stringContaining('never closed')],
    ['a = ?1', expect.stringContaining('?1')],
  ])('%s is one expression or refused in a sentence', (text, refusal) => {
    expect(refuseExpression(text)).toEqual(refusal);
  });
});
