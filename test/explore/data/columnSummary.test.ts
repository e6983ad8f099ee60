// What is said of a column, against what native sqlite3 counts, and values as conditions and statements that give the same values again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import { rowsOf } from '../../../src/database';
import { arrangementOf } from '../../../src/explore/data/arrangement';
import { EXACT, GLANCE } from '../../../src/explore/data/cells';
import { conditionOf, countsSql, facetsSql, histogramSql, narrowed } from '../../../src/explore/data/columnSummary';
import { exportRows } from '../../../src/explore/data/exportRows';
import { runQuery } from '../../../src/explore/data/query';
import { ArrangedRows } from '../../../src/explore/data/rows';
import { readSchema } from '../../../src/schema/read';
import { decoderOf } from '../../../src/engine/looking';
import { imageAddress, indented } from '../../../src/ui/explore/grid/valuePreview';
import { askNative, nativeDatabase, withDatabase } from '../../databases';

const VALUES = `CREATE TABLE t(n INTEGER, s TEXT COLLATE NOCASE);
  WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 199)
  INSERT INTO t SELECT CASE WHEN i % 10 = 0 THEN NULL ELSE i * i END, char(65 + i % 7 + (i % 2) * 32) FROM c;`;

function asked(bytes: Uint8Array, ask: typeof countsSql, column: string, where = '') {
  return withDatabase(bytes, (database) => {
    const [relation] = readSchema(database).relations;
    if (!relation) throw new Error('there is no table');
    const sql = ask({ ...arrangementOf(relation), where }, column);
    const found = runQuery(database, sql, { rows: 100, cells: GLANCE }, decoderOf(database), () => 0);
    if (!found.ok) throw new Error(found.error.message);
    return found.value.rows;
  });
}

describe('Of a column is said', () => {
  const bytes = nativeDatabase(VALUES);

  it('how many values it has, how different, the least and the greatest, in the rows that are shown', () => {
    const native = (where: string) =>
      askNative(bytes, `SELECT count(*), count(n), count(DISTINCT n), count(n), min(n), max(n) FROM t WHERE ${where}`);
    for (const where of ['1', 'n > 1000', "s = 'b'"]) {
      expect(asked(bytes, countsSql, 'n', where)[0]).toEqual(native(where).split('|').map(Number));
    }
  });

  it('which values are the most frequent, as its collation compares them', () => {
    const found = asked(bytes, facetsSql, 's').map((row) => row[1]);
    expect(found).toEqual(
      askNative(bytes, 'SELECT count(*) FROM t GROUP BY s ORDER BY 1 DESC').split('\n').map(Number),
    );
    expect(asked(bytes, facetsSql, 'n')[0]).toEqual([null, 20]);
  });

  it('how its numbers are spread, each in one bar', () => {
    const bars = asked(bytes, histogramSql, 'n');
    expect(bars.reduce((sum, row) => sum + Number(row[1]), 0)).toBe(180);
    expect(bars.at(-1)?.[0]).toBe(23);
  });
});

describe('A value', () => {
  const cell = fc.oneof(
    fc.constant('NULL'),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((real) => `${real}e0`.replace(/e(.*)e0$/, 'e$1')),
    fc.string({ maxLength: 12 }).map((text) => `'${text.replaceAll('\0', '').replaceAll("'", "''")}'`),
    fc.constantFrom("'a' || char(0) || 'b'", "CAST(x'6be9' AS TEXT)", '9e999', '-9e999', "''", "x''"),
    fc.uint8Array({ maxLength: 8 }).map((some) => `x'${Buffer.from(some).toString('hex')}'`),
  );

  it('is found again by its condition, and is the same in the INSERT that is exported', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 12 }), (literals) => {
        const rows = literals.map((literal) => `(${literal})`).join(', ');
        const bytes = nativeDatabase(`CREATE TABLE "t ""1"(a); INSERT INTO "t ""1" VALUES ${rows};`);
        withDatabase(bytes, (database) => {
          const [relation] = readSchema(database).relations;
          if (!relation) throw new Error('there is no table');
          const arranged = ArrangedRows.arrange(database, arrangementOf(relation), decoderOf(database));
          if (!arranged.ok) throw new Error(arranged.error.message);
          const window = { firstRow: 0, endRow: literals.length, firstColumn: 0, endColumn: 1 };
          const exact = arranged.value.read(window, EXACT);
          const shown = arranged.value.read(window);
          if (!exact.ok || !shown.ok) throw new Error('the rows cannot be read');
          const dump = 'SELECT typeof(a), hex(a), quote(a) FROM "t ""1"';
          const script = exportRows('sql', ['a'], exact.value, true, 't "1');
          expect(askNative(nativeDatabase(`CREATE TABLE "t ""1"(a); ${script}`), dump)).toBe(askNative(bytes, dump));
          for (const [at, [value = null]] of shown.value.entries()) {
            const condition = conditionOf('a', value);
            const sql = `SELECT count(*) FROM "t ""1" WHERE rowid = ${at + 1} AND ${condition ?? '0'}`;
            const found = rowsOf(database, sql)[0]?.[0];
            expect([literals[at], found]).toEqual([literals[at], 1]);
          }
        });
      }),
      runs(15),
    );
  });

  it('that is not there as a whole is no condition, and a filter is kept beside another one', () => {
    expect(conditionOf('a', { start: 'long', bytes: 4000 })).toBeNull();
    expect(narrowed('', '"a" IS NULL')).toBe('"a" IS NULL');
    expect(narrowed('x = 1 OR y', '"a" IS NULL')).toBe('(x = 1 OR y) AND "a" IS NULL');
  });
});

describe('A value that is opened', () => {
  it('is JSON with a line for each part, its numbers and their order as they are', () => {
    expect(indented('{"b":12345678901234567890,"a":[1,{}, []],"c":"x, {y}: \\" z"}')).toBe(
      '{\n  "b": 12345678901234567890,\n  "a": [\n    1,\n    {},\n    []\n  ],\n  "c": "x, {y}: \\" z"\n}',
    );
    expect(indented('{"a":1')).toBeNull();
    expect(indented('12')).toBeNull();
  });

  it('keeps what any JSON says', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const shown = indented(text);
        if (shown !== null) expect(JSON.parse(shown)).toEqual(JSON.parse(text));
      }),
      runs(50),
    );
  });

  it('is a picture where its bytes are one', () => {
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1]);
    expect(imageAddress(png)).toBe(`data:image/png;base64,${Buffer.from(png).toString('base64')}`);
    expect(imageAddress(new TextEncoder().encode('BMW and others'))).toBeNull();
  });
});
