// Whose a page is: what native sqlite3's dbstat says, found with few reads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { part, runs } from '../amount';
import { findOwners, type PageOwner } from '../../src/file/pageOwner';
import {
  allPages,
  dbstat,
  everything,
  filled,
  rootsOf,
  storedDatabase,
  withHole,
  type Make,
  type Stored,
} from './storage';

const PAGE_SIZES = [512, 1024, 4096, 65536];
const AUTO_VACUUM = [0, 1, 2];
const PLAIN: Make = { pageSize: 4096, reservedBytes: 0, autoVacuum: 0 };

const MAKES = PAGE_SIZES.flatMap((pageSize): readonly Make[] => [
  { pageSize, reservedBytes: 0, autoVacuum: 0 },
  { pageSize, reservedBytes: 32, autoVacuum: 0 },
  { pageSize, reservedBytes: 0, autoVacuum: 1 },
  { pageSize, reservedBytes: 32, autoVacuum: 2 },
]);

/** Each page's owner as dbstat has it; null for pages that dbstat does not list, which are in no b-tree. */
function ownersByDbstat(database: Stored): ReadonlyMap<number, PageOwner | null> {
  const roots = rootsOf(database);
  const owners = new Map<number, PageOwner | null>(allPages(database).map((page) => [page, null]));
  for (const { page, name, type } of dbstat(database)) {
    const root = roots.get(name) ?? 1;
    owners.set(page, root === 1 ? { kind: 'schema' } : { kind: type === 'overflow' ? 'overflow' : 'b-tree', root });
  }
  return owners;
}

/** Compares the owners of all pages with dbstat's; those that it does not list must be free pages and the pointer map. */
function expectOwnersOfDbstat(database: Stored): void {
  const expected = ownersByDbstat(database);
  const found = ask(database, allPages(database));
  expect([...found.keys()].sort((a, b) => a - b)).toEqual(allPages(database));
  let [free, maps] = [0, 0];
  for (const [page, owner] of expected) {
    if (owner !== null) expect(found.get(page), `page ${page}`).toEqual(owner);
    else if (found.get(page)?.kind === 'freelist') free++;
    else {
      expect(found.get(page), `page ${page}`).toEqual({ kind: 'pointer map' });
      maps++;
    }
  }
  const [freePages, autoVacuum] = database.ask('PRAGMA freelist_count; PRAGMA auto_vacuum;').split('\n');
  expect(free).toBe(Number(freePages));
  expect(maps > 0).toBe(autoVacuum !== '0' && database.reader.pageCount > 1);
}

function ask(database: Stored, pages: Iterable<number>, maxReads?: number): ReadonlyMap<number, PageOwner> {
  return findOwners(database.reader, database.header, rootsOf(database).values(), pages, maxReads);
}

describe('Every page has the owner that dbstat says', () => {
  test.each(part(MAKES, 7))('with $pageSize bytes, $reservedBytes reserved, auto_vacuum $autoVacuum', (make) => {
    const database = storedDatabase(make, everything(make.pageSize));
    expect(database.header).toMatchObject({ pageSize: make.pageSize, reservedBytes: make.reservedBytes });
    const types = new Set(
      dbstat(database).map(({ name, type }) => `${name === 'sqlite_schema' ? 'schema ' : ''}${type}`),
    );
    expect([...types].sort()).toEqual(
      ['internal', 'leaf', 'overflow', 'schema internal', 'schema leaf', 'schema overflow'].filter(
        // 86 short statements fit on one page of this size.
        (type) => make.pageSize < 65536 || type !== 'schema internal',
      ),
    );
    if (make.autoVacuum !== 1) expect(database.header.freelistPages).toBeGreaterThan(100);
    expectOwnersOfDbstat(database);
  });

  test.each(AUTO_VACUUM)('in an empty database, and in one that was vacuumed (auto_vacuum %i)', (autoVacuum) => {
    expectOwnersOfDbstat(storedDatabase({ ...PLAIN, autoVacuum }, 'PRAGMA user_version = 1;'));
    expectOwnersOfDbstat(storedDatabase({ ...PLAIN, autoVacuum }, `${everything(1024)} VACUUM;`));
  });

  test('whatever rows come and go, and whichever pages are asked for', () => {
    const change = fc.oneof(
      fc
        .record({ from: fc.nat(500), to: fc.nat(500) })
        .map(({ from, to }) => `DELETE FROM a WHERE id BETWEEN ${from} AND ${to};`),
      fc
        .record({ of: fc.integer({ min: 2, max: 9 }), length: fc.nat(9000) })
        .map(
          ({ of, length }) =>
            `UPDATE a SET body = substr(hex(zeroblob(${length})), 1, ${length}) WHERE id % ${of} = 0;`,
        ),
      fc.nat(200).map((rows) => `INSERT INTO b SELECT * FROM a LIMIT ${rows} ON CONFLICT DO NOTHING;`),
      fc.constantFrom('DROP INDEX IF EXISTS i;', 'CREATE INDEX IF NOT EXISTS i ON a(body);', 'DELETE FROM b;'),
    );
    const databases = fc.record({
      make: fc.record({
        pageSize: fc.constantFrom(512, 1024, 2048, 4096),
        reservedBytes: fc.constantFrom(0, 1, 31),
        autoVacuum: fc.constantFrom(...AUTO_VACUUM),
      }),
      rows: fc.nat(500),
      length: fc.nat(3000),
      changes: fc.array(change, { maxLength: 8 }),
      seeds: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(databases, ({ make, rows, length, changes, seeds }) => {
        const sql = `CREATE TABLE b(id, n, body, PRIMARY KEY(id, body)) WITHOUT ROWID; ${filled('a', rows, length)}`;
        const database = storedDatabase(make, `${sql} ${changes.join('\n')}`);
        expectOwnersOfDbstat(database);
        const all = ask(database, allPages(database));
        const some = seeds.map((seed) => (seed % database.reader.pageCount) + 1);
        expect(ask(database, some)).toEqual(new Map([...new Set(some)].map((page) => [page, all.get(page)])));
      }),
      runs(7, 200),
    );
  });

  test('with a row and a key of every length', () => {
    for (const reservedBytes of [0, 12]) {
      const rows = filled('a', 1600, 'i');
      const keys =
        'CREATE TABLE w(body PRIMARY KEY) WITHOUT ROWID; INSERT INTO w SELECT body FROM a; CREATE INDEX i ON a(body);';
      expectOwnersOfDbstat(storedDatabase({ pageSize: 512, reservedBytes, autoVacuum: 0 }, `${rows} ${keys}`));
    }
  });

  test('and pages that the file has not are unknown, without reading', () => {
    const database = storedDatabase(PLAIN, filled('a', 1000, 100));
    const none = [0, -1, database.reader.pageCount + 1, 2 ** 40];
    expect(ask(database, none)).toEqual(new Map(none.map((page) => [page, { kind: 'unknown', damage: null }])));
    expect(database.takeReads()).toBe(0);
  });

  test.each(AUTO_VACUUM)('and those of a table that was not named are unknown (auto_vacuum %i)', (autoVacuum) => {
    const sql = `${filled('a', 3000, 'i')} CREATE INDEX i ON a(body); ${filled('unnamed', 3000, 'i')}`;
    const database = storedDatabase({ ...PLAIN, autoVacuum }, sql);
    const unnamed = rootsOf(database).get('unnamed') ?? 0;
    const { reader, header } = database;
    const named = [...rootsOf(database).values()].filter((root) => root !== unnamed);
    const owners = findOwners(reader, header, named, allPages(database));
    for (const [page, owner] of ownersByDbstat(database)) {
      const isUnnamed = owner !== null && 'root' in owner && owner.root === unnamed;
      if (owner !== null) expect(owners.get(page)).toEqual(isUnnamed ? { kind: 'unknown', damage: null } : owner);
    }
  });

  test('and looking everywhere for a page that belongs to nobody reads little more than every page', () => {
    const database = storedDatabase(PLAIN, `${filled('a', 2000, 'i * 10')} ${filled('unnamed', 1, 1)}`);
    const [named, unnamed] = ['a', 'unnamed'].map((name) => rootsOf(database).get(name) ?? 0);
    findOwners(database.reader, database.header, [named ?? 0], [unnamed ?? 0]);
    const reads = database.takeReads();
    const owned = dbstat(database).filter(({ name }) => name === 'a');
    const countOf = (type: string): number => owned.filter((page) => page.type === type).length;
    const chains = Number(database.ask(`SELECT count(*) FROM dbstat WHERE path LIKE '%+000000';`));
    expect(chains).toBeGreaterThan(1000);
    // Interior pages twice; of a chain all but the last page, which has nothing to tell; the first leaf, for the depth,
    // two times more; and page 1, both root and leaf, three times.
    expect(reads).toBeLessThanOrEqual(2 * countOf('internal') + countOf('leaf') + countOf('overflow') - chains + 5);
  });
});

describe('The owners of a few pages are found with few reads', () => {
  const large = storedDatabase(
    PLAIN,
    `${filled('a', 100_000, 150)} CREATE INDEX i ON a(n, body); ${filled('b', 10, 10)}`,
  );
  const pages = dbstat(large);
  const interior = pages.filter(({ type }) => type === 'internal').length;
  const trees = rootsOf(large).size + 1;

  test('leaves of a table of 100,000 rows: no leaf is read for it', () => {
    const leaves = pages.filter(({ type, name }) => type === 'leaf' && name === 'a').map(({ page }) => page);
    const few = [3, 100, 1000, 2000, leaves.length - 1].map((at) => leaves[at] ?? 0);
    large.takeReads();
    const owners = ask(large, few);
    const reads = large.takeReads();
    const root = rootsOf(large).get('a');
    expect([...owners]).toEqual(few.map((page) => [page, { kind: 'b-tree', root }]));
    expect(reads).toBeLessThanOrEqual(interior + trees);
    expect(reads * 50).toBeLessThan(large.reader.pageCount);
  });

  test('all pages of all trees: one read for each interior page, and one leaf for each tree', () => {
    large.takeReads();
    ask(
      large,
      pages.map(({ page }) => page),
    );
    expect(large.takeReads()).toBeLessThanOrEqual(interior + trees);
  });

  test('page 1, roots, the pointer map: none', () => {
    const mapped = storedDatabase({ ...PLAIN, autoVacuum: 2 }, filled('a', 10_000, 500));
    const owners = ask(mapped, [1, 2, 3, 2 + 820]);
    expect([...owners.values()].map(({ kind }) => kind)).toEqual(['schema', 'pointer map', 'b-tree', 'pointer map']);
    expect(mapped.takeReads()).toBe(0);
  });

  test('free pages: the trunks of the freelist', () => {
    const database = storedDatabase(PLAIN, `${filled('a', 100, 10)} ${filled('gone', 20_000, 500)} DROP TABLE gone;`);
    const { reader, header } = database;
    const free = allPages(database).slice(-2000);
    expect(new Set([...ask(database, free).values()].map(({ kind }) => kind))).toEqual(new Set(['freelist']));
    expect(reader.pageCount).toBeGreaterThan(2000);
    // SQLite leaves six places of every trunk unused.
    expect(database.takeReads()).toBeLessThanOrEqual(Math.ceil(header.freelistPages / (4096 / 4 - 8)) + 1);
  });

  test('an overflow page whose row was written too: its row, and not the other leaves', () => {
    const database = storedDatabase(
      PLAIN,
      `${filled('a', 20_000, 1000)} ${filled('b', 300, 12_000)} ${filled('c', 20_000, 1000)}`,
    );
    const stat = dbstat(database);
    const chain = stat.findIndex(({ name, type }, at) => name === 'b' && type === 'overflow' && at > 600);
    // dbstat lists a page's chains right after it.
    const holder = stat.slice(0, chain).findLast(({ type }) => type === 'leaf');
    const [overflow, leaf] = [stat[chain]?.page ?? 0, holder?.page ?? 0];
    const owners = ask(database, [overflow, leaf]);
    const root = rootsOf(database).get('b') ?? 0;
    expect(owners).toEqual(
      new Map([
        [leaf, { kind: 'b-tree', root }],
        [overflow, { kind: 'overflow', root }],
      ]),
    );
    expect(database.takeReads()).toBeLessThan(100);
    expect(database.reader.pageCount).toBeGreaterThan(10_000);
  });

  test('an overflow page alone, where there is a pointer map: pages of that map', () => {
    const database = storedDatabase(
      { ...PLAIN, autoVacuum: 1 },
      `${filled('a', 20_000, 1000)} ${filled('b', 300, 12_000)}`,
    );
    const overflow = dbstat(database).findLast(({ type }) => type === 'overflow')?.page ?? 0;
    expect(ask(database, [overflow]).get(overflow)).toEqual({ kind: 'overflow', root: rootsOf(database).get('b') });
    expect(database.takeReads()).toBeLessThanOrEqual(Math.ceil(database.reader.pageCount / 820));
  });

  test('and the reads can be limited', () => {
    const database = storedDatabase(PLAIN, `${filled('a', 20_000, 1000)} ${filled('b', 300, 12_000)}`);
    const overflow = dbstat(database).findLast(({ type }) => type === 'overflow')?.page ?? 0;
    for (const limit of [0, 1, 10, 100, 1000]) {
      expect(ask(database, [overflow, 1], limit)).toEqual(
        new Map([
          [1, { kind: 'schema' }],
          [overflow, { kind: 'unknown', damage: null }],
        ]),
      );
      expect(database.takeReads()).toBeLessThanOrEqual(limit + 1);
    }
  });
});

describe('In a file of more than a gibibyte', () => {
  // With 1024 bytes a pointer map is due just where the page with SQLite's lock byte lies, and moves on by a page.
  const cases = [
    { pageSize: 1024, autoVacuum: 0, fixed: ['lock byte'] },
    { pageSize: 1024, autoVacuum: 1, fixed: ['lock byte', 'pointer map'] },
    { pageSize: 4096, autoVacuum: 2, fixed: ['lock byte'] },
    { pageSize: 65536, autoVacuum: 0, fixed: ['lock byte'] },
  ];

  test.each(cases)(
    'SQLite leaves out $fixed ($pageSize bytes, auto_vacuum $autoVacuum)',
    ({ pageSize, autoVacuum, fixed }) => {
      const make = { pageSize, reservedBytes: 0, autoVacuum };
      const pages = 2 ** 30 / pageSize - 2;
      const large = `INSERT INTO t VALUES (zeroblob(${10 * pageSize}));`;
      withHole(make, 'CREATE TABLE t(a); CREATE INDEX i ON t(a);', pages, large, (database) => {
        const added = Array.from({ length: database.reader.pageCount - pages }, (_none, index) => pages + 1 + index);
        const listed = new Map(dbstat(database).map(({ page, name }) => [page, rootsOf(database).get(name)]));
        const owners = ask(database, added);
        const leftOut = added.filter((page) => !listed.has(page));
        expect(leftOut.map((page) => owners.get(page)?.kind)).toEqual(fixed);
        expect(leftOut[0]).toBe(2 ** 30 / pageSize + 1);
        for (const page of added) {
          if (listed.has(page)) expect(owners.get(page)).toEqual({ kind: 'overflow', root: listed.get(page) });
        }
      });
    },
  );
});
