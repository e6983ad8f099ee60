// What pages tell of the rows of two files is what SQLite tells of them, whatever was done to one and however they lie in the other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreknow } from '../../../src/compare/rows/foreknow';
import { RowComparison } from '../../../src/compare/rows/comparison';
import { pagesOfRun } from '../../../src/compare/rows/samePages';
import { runs } from '../../amount';
import { changedNatively, engine, nativeDatabase, overlayOf, runScript } from '../../databases';
import { comparedFiles, countsOf, exported, fileOf, stateOf, withComparison, type Foreknowledge } from './pairs';

const TABLES = [
  ['rowids', 'CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER NOT NULL UNIQUE, v)', 'id'],
  ['a key of its own', 'CREATE TABLE t(id INTEGER NOT NULL, k TEXT NOT NULL PRIMARY KEY, v)', 'id'],
  ['no key', 'CREATE TABLE t(id INTEGER NOT NULL, k, v)', 'id'],
  ['no rowid', 'CREATE TABLE t(v, k REAL, id INTEGER NOT NULL, PRIMARY KEY (k, id)) WITHOUT ROWID', 'id'],
  ['no way to name a row', 'CREATE TABLE t(id, k, v, rowid, _rowid_, oid)', 'id'],
] as const;

/** Rows of which every seventh is longer than a page, and every ninth longer than several. */
function fill(count: number): string {
  return `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${count})
    INSERT INTO t(id, k, v) SELECT x, x * 7919 % 100003,
      CASE WHEN x % 9 = 0 THEN zeroblob(3000 + x) WHEN x % 7 = 0 THEN 'long ' || hex(zeroblob(400)) || x ELSE 'row ' || x END FROM n;`;
}

function made(table: string, rows = 400, more = ''): Uint8Array {
  return nativeDatabase(`PRAGMA page_size = 512; ${more} ${table}; CREATE TABLE u(x); ${fill(rows)}`);
}

/** What can be done to a row, by a number. */
const change = fc.record({
  id: fc.integer({ min: 1, max: 420 }),
  how: fc.constantFrom(
    (id: number) => `UPDATE t SET v = 'changed' WHERE id = ${id};`,
    (id: number) => `UPDATE t SET v = CAST(v AS BLOB) || 'x' WHERE id = ${id};`,
    (id: number) => `DELETE FROM t WHERE id = ${id};`,
    (id: number) => `DELETE FROM t WHERE id BETWEEN ${id} AND ${id + 30};`,
    (id: number) => `INSERT INTO t(id, k, v) VALUES (${id + 1000}, ${id} + 200000, zeroblob(${id * 20}));`,
    // The end of a value in overflow pages, and nothing else.
    (id: number) => `UPDATE t SET v = CAST(substr(v, 1, length(v) - 1) AS BLOB) || x'01' WHERE id = ${id - (id % 9)};`,
    (id: number) => `INSERT INTO u VALUES (zeroblob(${id * 10}));`,
  ),
});
const changes = fc.array(change, { minLength: 1, maxLength: 6 });

describe.each(TABLES)('A table with %s', (_, table) => {
  const before = made(table);

  it('has the same differences with and without what pages tell', async () => {
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.constantFrom('', 'VACUUM;', 'PRAGMA page_size = 1024; VACUUM;'),
        async (done, last) => {
          const script = done.map(({ id, how }) => how(id)).join('\n');
          const after = runScript(before, script);
          const pages = after.pages;
          // A rowid is anybody's after a VACUUM, where no column is it.
          const bytes = last && table.includes('KEY') ? changedNatively(after.output, last) : after.output;
          const ways: readonly Foreknowledge[] =
            bytes === after.output ? ['by pages', 'none', pages] : ['by pages', 'none'];
          const [first, ...others] = await Promise.all(
            ways.map((known) =>
              withComparison(
                before,
                bytes,
                (comparison) => ({
                  counts: countsOf(comparison, 't').replace(/=.*/, ''),
                  sql: exported(comparison, 'sql').split('\n').sort(),
                }),
                { known },
              ),
            ),
          );
          for (const other of others) expect(other).toEqual(first);
        },
      ),
      runs(8, 400),
    );
  });

  it('that differs in a few rows is read in a few rows only', async () => {
    const after = changedNatively(before, `UPDATE t SET v = 'changed' WHERE id IN (3, 200, 399);`);
    expect(await withComparison(before, after, (comparison) => countsOf(comparison, 't'))).toMatch(
      table.includes('oid') ? /^\+3 -3 ~0 =397/ : /^\+0 -0 ~3 =397/,
    );
    if (!table.includes('oid')) expect(await candidates(before, after)).toBeLessThan(7);
    expect(await candidates(before, before)).toBe(0);
  });
});

/** How many rows SQLite is asked for, on both sides together. */
async function candidates(before: Uint8Array, after: Uint8Array): Promise<number> {
  const files = await comparedFiles(fileOf(before), fileOf(after));
  const databases = [engine.open(overlayOf(before)), engine.open(overlayOf(after))] as const;
  let asked = 0;
  RowComparison.of(
    stateOf(databases[0]),
    stateOf(databases[1]),
    (sides) => {
      const known = foreknow(sides, files, () => undefined);
      asked += known ? known.before.length + known.after.length : Infinity;
      return known;
    },
    () => undefined,
  );
  for (const database of databases) database.close();
  return asked;
}

describe('Pages that a run has not written', () => {
  it('are not read', () => {
    const before = made(TABLES[0][1], 2000);
    const run = runScript(before, `UPDATE t SET v = 'changed' WHERE id = 76;`);
    let reads = 0;
    const counting = (bytes: Uint8Array) => {
      const file = fileOf(bytes);
      const { source } = file;
      return {
        ...file,
        source: { size: source.size, read: (start: number, end: number) => (reads++, source.read(start, end)) },
      };
    };
    const files = { before: counting(run.input), after: counting(run.output) };
    const roots = [2, 3, 4];
    const pages = pagesOfRun(files.before, files.after, run.pages, roots);
    const databases = [engine.open(overlayOf(run.input)), engine.open(overlayOf(run.output))] as const;
    const comparison = RowComparison.of(
      stateOf(databases[0]),
      stateOf(databases[1]),
      (sides) => foreknow(sides, { ...files, pages }, () => undefined),
      () => undefined,
    );
    expect(countsOf(comparison, 't')).toBe('+0 -0 ~1 =null by primary key');
    expect(reads).toBeLessThan(100);
    for (const database of databases) database.close();
  });
});
