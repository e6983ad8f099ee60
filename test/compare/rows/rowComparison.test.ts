// Rows of two states: what is counted, and what is shown of each row that differs.
import { describe, expect, it } from 'vitest';
import { realLiteral } from '../../../src/compare/rows/literal';
import type { DifferenceKind, DifferingRow } from '../../../src/compare/rows/difference';
import type { RowComparison } from '../../../src/compare/rows/comparison';
import { askNative, engines, nativeDatabase } from '../../databases';
import { countsOf, exported, withComparison } from './pairs';

const ALL: readonly DifferenceKind[] = ['added', 'removed', 'changed'];

/** Counts of `t` after each of two scripts on an empty database. */
function counted(before: string, after: string): Promise<string> {
  return withComparison(nativeDatabase(before), nativeDatabase(after), (comparison) => countsOf(comparison, 't'));
}

function rowsOf(comparison: RowComparison, kinds = ALL): readonly DifferingRow[] {
  return comparison.rows('t', { kinds, firstRow: 0, endRow: 100 });
}

describe('Rows are matched', () => {
  it('by the primary key, wherever they lie', async () => {
    const before = `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4)`;
    const after = `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('d', 4), ('c', 30), ('a', 1), ('e', 5)`;
    expect(await counted(before, after)).toBe('+1 -1 ~1 =2 by primary key');
  });

  it('by a unique key that is NOT NULL on both sides, where there is no primary key', async () => {
    const make = (rows: string): string => `CREATE TABLE t(v, k NOT NULL UNIQUE); INSERT INTO t VALUES ${rows}`;
    expect(await counted(make(`(1, 'a'), (2, 'b')`), make(`(2, 'b'), (9, 'a')`))).toBe('+0 -0 ~1 =1 by unique key');
  });

  it('by rowid, where there is no key', async () => {
    const make = (rows: string): string => `CREATE TABLE t(a UNIQUE, b); INSERT INTO t(rowid, a, b) VALUES ${rows}`;
    expect(await counted(make('(1, 1, 1), (7, 2, 2)'), make('(7, 2, 3), (8, NULL, 1)'))).toBe('+1 -1 ~1 =0 by rowid');
  });

  it('as a whole, duplicates counted, where there is neither', async () => {
    const make = (rows: string): string => `CREATE TABLE t(rowid, _rowid_, oid); INSERT INTO t VALUES ${rows}`;
    const same = '(1, 1, 1), (1, 1, 1), (1, 1, 1)';
    expect(await counted(make(`${same}, (2, 2, 2)`), make(`(1, 1, 1), (3, 3, 3)`))).toBe('+1 -3 ~0 =1 by whole rows');
  });

  it('as a whole, where their key is NULL', async () => {
    const make = (rows: string): string => `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ${rows}`;
    expect(await counted(make(`(NULL, 1), (NULL, 1), ('a', 1)`), make(`('a', 1), (NULL, 1), (NULL, 2)`))).toBe(
      '+1 -1 ~0 =2 by primary key',
    );
  });
});

describe('Values are the same', () => {
  const make = (value: string): string => `CREATE TABLE t(id INTEGER PRIMARY KEY, v COLLATE NOCASE);
    INSERT INTO t VALUES (1, ${value})`;

  it.each([
    ['an integer and a real', '1', '1.0'],
    ['a number and its digits', '1', `'1'`],
    ['a text and a blob of the same bytes', `'a'`, `x'61'`],
    ['texts that their collation takes for one', `'a'`, `'A'`],
    ['0.0 and -0.0', '0.0', '-0.0'],
    ['integers that JavaScript cannot tell apart', '9007199254740992', '9007199254740993'],
    ['reals that SQLite prints alike', '0.3', '0.1 + 0.2'],
    ['texts that end alike before a NUL', `'a'`, `'a' || char(0) || 'b'`],
    ['bytes that are no text', `CAST(x'ff' AS TEXT)`, `CAST(x'fe' AS TEXT)`],
    ['infinities', '9e999', '-9e999'],
    ['the empty text and NULL', `''`, 'NULL'],
  ])('only by type and bytes: not %s', async (_, one, other) => {
    expect(await counted(make(one), make(other))).toBe('+0 -0 ~1 =0 by primary key');
    expect(await counted(make(one), make(one))).toBe('+0 -0 ~0 =1 by primary key');
  });

  it('if their texts are, whatever the encoding of the database', async () => {
    const text = `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'é😀'), (2, 'b')`;
    const [before, after] = [
      nativeDatabase(text),
      nativeDatabase(`PRAGMA encoding = 'UTF-16le'; ${text}; UPDATE t SET v = 'c' WHERE id = 2`),
    ];
    const engine = await engines.usual();
    const on = [engine, engine] as const;
    expect(await withComparison(before, after, (comparison) => countsOf(comparison, 't'), { on })).toBe(
      '+0 -0 ~1 =1 by primary key',
    );
  });
});

describe('Two engines', () => {
  it('read the rows of the two sides, each its own file', async () => {
    const chosen = async (need: 'sql.js' | 'sqlite-wasm') => {
      const needs = need === 'sql.js' ? [] : [{ engine: need, what: '', where: '' }];
      const loaded = await engines.choose({ file: [], schema: needs, script: [] });
      if (!loaded.ok) throw new Error(loaded.error.sentence);
      return loaded.value.engine;
    };
    const [sqlJs, sqliteWasm] = [await chosen('sql.js'), await chosen('sqlite-wasm')];
    const make = (rows: string): Uint8Array =>
      nativeDatabase(`CREATE TABLE t(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
      CREATE TABLE u(v); INSERT INTO t VALUES ${rows}; INSERT INTO u SELECT v FROM t;`);
    const before = make(`('a', 9007199254740993), ('b', -0.0), ('c', x'ff'), ('d', CAST(x'ff' AS TEXT))`);
    const after = make(`('a', 9007199254740992), ('b', 0.0), ('c', CAST(x'ff' AS TEXT)), ('d', CAST(x'ff' AS TEXT))`);
    for (const on of [
      [sqlJs, sqlJs],
      [sqlJs, sqliteWasm],
      [sqliteWasm, sqlJs],
      [sqliteWasm, sqliteWasm],
    ] as const) {
      const found = await withComparison(
        before,
        after,
        (comparison) => [countsOf(comparison, 't'), exported(comparison, 'sql')],
        { on },
      );
      expect(found[0]).toBe('+0 -0 ~3 =1 by primary key');
      expect(askNative(before, `${found[1] ?? ''} SELECT quote(v), typeof(v) FROM t; SELECT quote(v) FROM u;`)).toBe(
        askNative(after, `SELECT quote(v), typeof(v) FROM t; SELECT quote(v) FROM u;`),
      );
    }
  });
});

describe('A row that differs', () => {
  const before = nativeDatabase(`CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c);
    INSERT INTO t VALUES (1, 'x', 0.3, x'00'), (2, 'y', 1, 1), (3, 'z', 1, 1)`);
  const after = nativeDatabase(`CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c);
    INSERT INTO t VALUES (1, 'x', 0.1 + 0.2, x'00'), (3, 'z', 1, 1), (9007199254740993, 'w', NULL, 1)`);

  it('is shown cell by cell, before and after, with as many digits as tell them apart', async () => {
    await withComparison(before, after, (comparison) => {
      const [changed] = rowsOf(comparison, ['changed']);
      expect(changed).toEqual({
        kind: 'changed',
        before: [1, 'x', { real: '0.3' }, { blob: Uint8Array.of(0), bytes: 1 }],
        after: [1, 'x', { real: '0.30000000000000004' }, { blob: Uint8Array.of(0), bytes: 1 }],
        changed: [2],
        rowid: '1',
      });
      expect(rowsOf(comparison, ['removed']).map((row) => row.before?.[0])).toEqual([2]);
      expect(rowsOf(comparison, ['added']).map((row) => row.after?.[0])).toEqual([9007199254740993n]);
    });
  });

  it('is exported as SQL, CSV and JSON', async () => {
    await withComparison(before, after, (comparison) => {
      expect(exported(comparison, 'sql'))
        .toBe(`-- Makes the rows of the open database those of the one that it was compared with.
BEGIN;
DELETE FROM "t" WHERE "id" = 2;
UPDATE "t" SET "b" = (1351079888211149.0 / 4503599627370496) WHERE "id" = 1;
INSERT INTO "t"("id", "a", "b", "c") VALUES (9007199254740993, 'w', NULL, 1);
COMMIT;
`);
      expect(exported(comparison, 'csv').split('\r\n')).toContain('t,changed,"{""id"":1}",b,0.3,0.30000000000000004');
      const parsed = JSON.parse(exported(comparison, 'json')) as readonly { readonly change: string }[];
      expect(parsed.map(({ change }) => change).sort()).toEqual(['added', 'changed', 'removed']);
    });
  });
});

describe('What only one side has', () => {
  it('is told: tables with their rows, and columns', async () => {
    const before = nativeDatabase(
      'CREATE TABLE t(id INTEGER PRIMARY KEY, a, gone); CREATE TABLE old(x); INSERT INTO old VALUES (1), (2)',
    );
    const after = nativeDatabase('CREATE TABLE t(new, A, id INTEGER PRIMARY KEY); CREATE TABLE fresh(x)');
    await withComparison(before, after, (comparison) => {
      const [t, ...lone] = comparison.differences;
      expect(t).toMatchObject({ columns: ['id', 'a'], columnsOnlyBefore: ['gone'], columnsOnlyAfter: ['new'] });
      expect(lone.map(({ table, side, counts }) => [table, side, counts.removed])).toEqual([
        ['old', 'before', 2],
        ['fresh', 'after', 0],
      ]);
    });
  });

  it('keeps what it has in a column of its own, when a row is written anew', async () => {
    const before = nativeDatabase(
      `CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE, kept); INSERT INTO t VALUES (1, 1, 'k'), (2, 2, 'l')`,
    );
    const after = nativeDatabase(
      `CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE); INSERT INTO t VALUES (1, 2), (2, 1)`,
    );
    const script = await withComparison(before, after, (comparison) => exported(comparison, 'sql'));
    expect(askNative(before, `${script} SELECT * FROM t;`)).toBe('1|2|k\n2|1|l');
  });
});

describe('Rows that others refer to', () => {
  it('take no others with them, when they are written anew', async () => {
    const make = (rows: string): string => `CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE);
      CREATE TABLE c(t REFERENCES t(id) ON DELETE CASCADE, v); INSERT INTO t VALUES ${rows}; INSERT INTO c VALUES (1, 'kept')`;
    const [before, after] = [nativeDatabase(make('(1, 1), (2, 2)')), nativeDatabase(make('(1, 2), (2, 1)'))];
    const script = await withComparison(before, after, (comparison) => exported(comparison, 'sql'));
    expect(
      askNative(before, `PRAGMA foreign_keys = ON; ${script} SELECT * FROM t; SELECT * FROM c; PRAGMA foreign_keys;`),
    ).toBe('1|2\n2|1\n1|kept\n1');
  });
});

describe('A real as SQL', () => {
  it.each([1, 0.1, 2.5, 1e22, 100, 1 / 3])('is as short as can be read in one way only: %d', (value) => {
    const written = realLiteral(value);
    expect(askNative(nativeDatabase('CREATE TABLE t(a)'), `SELECT printf('%!.26g', ${written})`)).toBe(
      askNative(nativeDatabase('CREATE TABLE t(a)'), `SELECT printf('%!.26g', ${value})`),
    );
    if (value !== 1 / 3) expect(written.length).toBeLessThan(8);
  });
});
