// How large a b-tree is: what dbstat and count(*) say, or close to it where only some leaves are read.
import { describe, expect, test } from 'vitest';
import { measureBtree, type BtreeMeasure } from '../../src/file/btreeMeasure';
import { dbstat, everything, filled, rootsOf, storedDatabase, type Make, type Stored } from './storage';

const MAKES = [512, 1024, 4096, 65536].flatMap((pageSize) =>
  [0, 2].map((autoVacuum): Make => ({ pageSize, reservedBytes: autoVacuum === 0 ? 0 : 24, autoVacuum })),
);
const PLAIN: Make = { pageSize: 4096, reservedBytes: 0, autoVacuum: 0 };

function measure(database: Stored, name: string, sampleLeaves: number): BtreeMeasure {
  const measured = measureBtree(database.reader, database.header, rootsOf(database).get(name) ?? 1, sampleLeaves);
  if (!measured.ok) throw new Error(`${measured.error.reason} on page ${measured.error.page}`);
  return measured.value;
}

/** What native sqlite3 counts: pages of each kind, levels and rows of every table and index. */
function countNatively(database: Stored): ReadonlyMap<string, object> {
  const pages = dbstat(database);
  const partial = `sql LIKE '% WHERE n < 1000'`;
  const queries =
    database.ask(`SELECT name, 'SELECT count(*) FROM ' || tbl_name || iif(${partial}, ' WHERE n < 1000', '')
    FROM sqlite_schema WHERE rootpage > 0 UNION ALL SELECT 'sqlite_schema', 'SELECT count(*) FROM sqlite_schema';`);
  const named = queries.split('\n').map((line) => line.split('|'));
  const counts = database.ask(named.map(([, query = '']) => `${query};`).join('\n')).split('\n');
  return new Map(
    named.map(([name = ''], index) => {
      const own = pages.filter((page) => page.name === name);
      const tree = own.filter(({ type }) => type !== 'overflow');
      const leaves = tree.filter(({ type }) => type === 'leaf');
      return [
        name,
        {
          pages: tree.length,
          leaves: leaves.length,
          interior: tree.length - leaves.length,
          depth: Math.max(...leaves.map(({ depth }) => depth)),
          entries: Number(counts[index]),
          overflowPages: own.length - tree.length,
        },
      ];
    }),
  );
}

describe('Measured in full, a b-tree has the pages and rows that native sqlite3 counts', { timeout: 30_000 }, () => {
  test.each(MAKES)('with $pageSize bytes, auto_vacuum $autoVacuum', (make) => {
    const database = storedDatabase(make, everything(make.pageSize));
    const expected = countNatively(database);
    expect(expected.size).toBeGreaterThan(40);
    for (const [name, figures] of expected) {
      const measured = measure(database, name, Infinity);
      expect(measured, name).toMatchObject({ ...figures, exact: true, sampledLeaves: measured.leaves });
      // The pages are counted and never estimated.
      const { pages, leaves, interior, depth } = measured;
      expect(measure(database, name, 1), name).toMatchObject({ pages, leaves, interior, depth, sampledLeaves: 1 });
    }
    const kinds = ['many', 'by_n', 'pairs', 'sqlite_schema'].map((name) => measure(database, name, 1).kind);
    expect(kinds).toEqual(['table', 'index', 'index', 'table']);
  });
});

describe('Measured by a few leaves', { timeout: 30_000 }, () => {
  const uniform = storedDatabase(
    PLAIN,
    `${filled('a', 60_000, 'i % 30 + 100')} ${filled('large', 600, 9000)} ${filled('small', 20, 10)}
     CREATE INDEX i ON a(body, n); CREATE TABLE w(n, id, PRIMARY KEY(n, id)) WITHOUT ROWID; INSERT INTO w SELECT n, id FROM a;`,
  );
  const expected = countNatively(uniform);

  test.each(['a', 'i', 'w', 'large'])('rows that are alike are estimated within 5 % (%s)', (name) => {
    const figures = expected.get(name) as { entries: number; overflowPages: number; interior: number; leaves: number };
    uniform.takeReads();
    const measured = measure(uniform, name, 8);
    expect(uniform.takeReads()).toBeLessThanOrEqual(figures.interior + 1 + 8);
    expect(figures.leaves).toBeGreaterThan(100);
    expect(measured).toMatchObject({ exact: false, sampledLeaves: 8 });
    expect(Math.abs(measured.entries / figures.entries - 1)).toBeLessThan(0.05);
    expect(Math.abs(measured.overflowPages - figures.overflowPages)).toBeLessThanOrEqual(figures.overflowPages * 0.05);
  });

  test('rows that grow along the table are estimated within 10 %, since the sample is spread over it', () => {
    const database = storedDatabase(PLAIN, filled('a', 40_000, 'i / 40'));
    const { entries, leaves } = measure(database, 'a', 40);
    expect(leaves).toBeGreaterThan(1000);
    expect(Math.abs(entries / 40_000 - 1)).toBeLessThan(0.1);
  });

  test('the sample is as large as asked for, or all leaves, and then exact; the figures are always the same', () => {
    const { leaves } = measure(uniform, 'large', 1);
    for (const wanted of [1, 2, 3, 7, 8, 64, leaves - 1, leaves, leaves + 1]) {
      const measured = measure(uniform, 'large', wanted);
      expect(measured).toMatchObject({ sampledLeaves: Math.min(wanted, leaves), exact: wanted >= leaves });
      expect(measure(uniform, 'large', wanted)).toEqual(measured);
    }
    expect(measure(uniform, 'small', 0)).toMatchObject({ entries: 20, pages: 1, depth: 1, exact: true });
  });
});
