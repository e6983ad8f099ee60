// Files whose pages do not hold together: reading them ends, throws nothing, and says which page is wrong.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../amount';
import { PageSet, walkBtree } from '../../src/file/btree';
import type { Damage } from '../../src/file/damage';
import { findOwners, type PageOwner } from '../../src/file/pageOwner';
import { PagedFile } from '../../src/file/pagedFile';
import { allPages, bytesOf, dbstat, filled, rootsOf, stored, type Stored } from './storage';

const PAGE_SIZE = 512;

/** A sound database for every mode of auto_vacuum, with every kind of page but one: 1 has no free pages. */
const SOUND = [0, 1, 2].map((autoVacuum) => {
  const script = `${filled('a', 300, 'i % 40 + 10')} CREATE INDEX i ON a(body, n); ${filled('large', 12, 3000)}
    CREATE TABLE w(a PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO w SELECT id || '.' || body, n FROM a;
    INSERT INTO w SELECT id || '/' || body, 1 FROM large; ${filled('gone', 40, 20_000)} DROP TABLE gone;`;
  const bytes = bytesOf({ pageSize: PAGE_SIZE, reservedBytes: 0, autoVacuum }, script);
  const database = stored(bytes);
  return { bytes, roots: rootsOf(database), pages: dbstat(database), header: database.header };
});

function sound(autoVacuum: number): (typeof SOUND)[number] {
  const found = SOUND[autoVacuum];
  if (!found) throw new RangeError(`There is no mode ${autoVacuum}`);
  return found;
}

/** The first page of a kind that a table has. */
function pageOf(autoVacuum: number, table: string, type: string): number {
  return sound(autoVacuum).pages.find((page) => page.name === table && page.type === type)?.page ?? 0;
}

interface Wrong {
  /** Place in the file. */
  readonly at: number;
  readonly byte: number;
}

function withBytes(autoVacuum: number, wrong: readonly Wrong[]): Stored {
  const bytes = sound(autoVacuum).bytes.slice();
  for (const { at, byte } of wrong) bytes[at] = byte;
  return stored(bytes);
}

/** The damage that ended the search for the owners of all pages, or null. */
function damageIn(owners: ReadonlyMap<number, PageOwner>): Damage | null {
  for (const owner of owners.values()) if (owner.kind === 'unknown' && owner.damage) return owner.damage;
  return null;
}

/** The pages that a walk over a b-tree comes by, counted, and the damage that ended it. */
function walk({ reader, header }: Pick<Stored, 'reader' | 'header'>, root: number) {
  let [pages, damage] = [0, null as Damage | null];
  for (const step of walkBtree(new PagedFile(reader, header), root, new PageSet())) {
    if (step.kind === 'damage') damage = step.damage;
    else pages += step.kind === 'leaves' ? step.pages.length : 1;
  }
  return { pages, damage };
}

describe('Whatever bytes are wrong', () => {
  // Behind the file's header, and mostly where the structure is: the heads of pages, with their first pointers.
  const pages = Math.min(...SOUND.map(({ bytes }) => bytes.length / PAGE_SIZE));
  const places = fc.oneof(
    fc.integer({ min: 100, max: pages * PAGE_SIZE - 1 }),
    fc.tuple(fc.integer({ min: 1, max: pages - 1 }), fc.nat(24)).map(([page, at]) => page * PAGE_SIZE + at),
    fc.integer({ min: 32, max: 39 }),
    fc.integer({ min: 52, max: 55 }),
  );
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 5, 10, 13, 255));
  const wrong = fc.record({ at: places, byte });
  const mode = fc.constantFrom(0, 1, 2);

  test('every page gets an owner or is unknown, and no page is read again and again', () => {
    let damages = 0;
    fc.assert(
      fc.property(mode, fc.array(wrong, { minLength: 1, maxLength: 12 }), (autoVacuum, all) => {
        const database = withBytes(autoVacuum, all);
        const { roots } = sound(autoVacuum);
        const owners = findOwners(database.reader, database.header, roots.values(), allPages(database));
        expect(owners.size).toBe(database.reader.pageCount);
        // Once in its tree and once for its overflow chains, each time perhaps as the leaf that tells the depth as well.
        expect(database.takeReads()).toBeLessThanOrEqual(4 * database.reader.pageCount);
        const damage = damageIn(owners);
        if (damage === null) return;
        damages++;
        expect(allPages(database)).toContain(damage.page);
      }),
      runs(500, 10_000),
    );
    expect(damages).toBeGreaterThan(50);
  });

  test('every b-tree is walked to its end, or to a page that is wrong', () => {
    fc.assert(
      fc.property(mode, fc.array(wrong, { maxLength: 12 }), (autoVacuum, all) => {
        const database = withBytes(autoVacuum, all);
        for (const root of [1, ...sound(autoVacuum).roots.values()]) {
          const walked = walk(database, root);
          expect(database.takeReads()).toBeLessThanOrEqual(database.reader.pageCount);
          expect(walked.pages).toBeLessThanOrEqual(database.reader.pageCount);
          if (walked.damage !== null) expect(allPages(database)).toContain(walked.damage.page);
        }
      }),
      runs(250, 5000),
    );
  });

  test('and if all of them are', () => {
    const noise = fc.uint8Array({ minLength: PAGE_SIZE, maxLength: PAGE_SIZE });
    const anyType = fc.tuple(noise, fc.constantFrom(2, 5, 10, 13)).map(([bytes, type]) => {
      bytes.set([type, 0, 0, 0, (bytes[4] ?? 0) % 16]);
      return bytes;
    });
    fc.assert(
      fc.property(mode, fc.array(fc.oneof(noise, anyType), { minLength: 1, maxLength: 20 }), (autoVacuum, all) => {
        const reader = { pageCount: all.length, read: (page: number) => all[page - 1] ?? new Uint8Array() };
        const { header } = sound(autoVacuum);
        const roots = all.map((_page, index) => index);
        expect(findOwners(reader, header, roots, [1, 2, 3]).size).toBe(3);
        for (const root of roots) walk({ reader, header }, root);
      }),
      runs(50, 1000),
    );
  });

  test('what integrity_check finds in order is found in order, with the owners of dbstat', () => {
    let inOrder = 0;
    // Half of them in the text of a row, where no b-tree takes notice.
    const harmless = fc.record({
      at: fc.integer({ min: 4, max: PAGE_SIZE - 1 }),
      byte: fc.integer({ min: 32, max: 126 }),
    });
    const either = fc.oneof(
      wrong.map((one) => ({ ...one, inText: false })),
      harmless.map((one) => ({ ...one, inText: true })),
    );
    fc.assert(
      fc.property(mode, either, (autoVacuum, { at, byte, inText }) => {
        const text = pageOf(autoVacuum, 'large', 'overflow') - 1;
        const database = withBytes(autoVacuum, [{ at: inText ? text * PAGE_SIZE + at : at, byte }]);
        if (!passesIntegrityCheck(database)) return;
        inOrder++;
        const roots = rootsOf(database);
        const owners = findOwners(database.reader, database.header, roots.values(), allPages(database));
        expect(damageIn(owners)).toBeNull();
        for (const { page, name } of dbstat(database)) {
          const owner = owners.get(page);
          expect(owner && 'root' in owner ? owner.root : owner?.kind).toBe(roots.get(name) ?? 'schema');
        }
      }),
      runs(25, 500),
    );
    expect(inOrder).toBeGreaterThan(0);
  });
});

describe('The page that is wrong is named', () => {
  /** Where number `index` stands in page `page`: of 4 bytes, from `offset` on. */
  const number = (page: number, offset: number, value: number): readonly Wrong[] =>
    [24, 16, 8, 0].map((shift, index) => ({
      at: (page - 1) * PAGE_SIZE + offset + index,
      byte: (value >>> shift) & 255,
    }));
  const endOf = (autoVacuum: number): number => sound(autoVacuum).bytes.length / PAGE_SIZE;
  const root = pageOf(0, 'a', 'internal');
  const trunk = sound(0).header.freelistTrunk;
  const overflow = pageOf(0, 'large', 'overflow');
  const mapped = pageOf(2, 'large', 'overflow');
  const RIGHTMOST = 8;

  const cases: readonly (readonly [string, number, readonly Wrong[], Damage])[] = [
    [
      'a tree that goes round in a circle',
      0,
      number(root, RIGHTMOST, root),
      { page: root, reason: 'points to a page in use' },
    ],
    [
      'a child that is no page of the file',
      0,
      number(root, RIGHTMOST, endOf(0) + 1),
      { page: root, reason: 'points out of place' },
    ],
    ['a child 0', 0, number(root, RIGHTMOST, 0), { page: root, reason: 'points out of place' }],
    ['more cells than a page holds', 0, number(root, 1, 0x0000ff00), { page: root, reason: 'cells do not fit' }],
    ['a cell past the end', 0, number(root, 12, 0x01ff01ff), { page: root, reason: 'cells do not fit' }],
    [
      'an index where a table was',
      0,
      [{ at: (pageOf(0, 'a', 'leaf') - 1) * PAGE_SIZE, byte: 10 }],
      { page: pageOf(0, 'a', 'leaf'), reason: 'not a page of this b-tree' },
    ],
    [
      'a freelist that goes round in a circle',
      0,
      number(trunk, 0, trunk),
      { page: trunk, reason: 'points to a page in use' },
    ],
    ['a freelist that frees a table', 0, number(trunk, 8, root), { page: root, reason: 'points to a page in use' }],
    ['a trunk with too many leaves', 0, number(trunk, 4, PAGE_SIZE / 4 - 1), { page: trunk, reason: 'freelist count' }],
    [
      'an overflow chain that goes round in a circle',
      0,
      number(overflow, 0, overflow),
      { page: overflow, reason: 'points to a page in use' },
    ],
    [
      'an overflow chain that runs into a table',
      0,
      number(overflow, 0, root),
      { page: overflow, reason: 'points to a page in use' },
    ],
    [
      'an overflow chain that ends early',
      0,
      number(overflow, 0, 0),
      { page: overflow, reason: 'overflow chain ends early' },
    ],
    [
      'a pointer map that knows no such page',
      2,
      [{ at: PAGE_SIZE + 5 * (mapped - 3), byte: 9 }],
      { page: 2, reason: 'pointer map entry' },
    ],
    [
      'a pointer map that goes round in a circle',
      2,
      number(2, 5 * (mapped - 3) + 1, mapped),
      { page: 2, reason: 'pointer map entry' },
    ],
    [
      'a pointer map that points to itself',
      2,
      number(2, 5 * (mapped - 3) + 1, 2),
      { page: 2, reason: 'points out of place' },
    ],
  ];

  test.each(cases)('%s', (_what, autoVacuum, wrong, damage) => {
    const database = withBytes(autoVacuum, wrong);
    const { roots } = sound(autoVacuum);
    const owners = findOwners(database.reader, database.header, roots.values(), allPages(database));
    expect(damageIn(owners)).toEqual(damage);
  });

  test('a cell that leaves no room for the number of its first overflow page', () => {
    // Read at an even place these bytes are a row of 912 bytes, of which 404 lie in the cell: 408 bytes with its head.
    const leaf = pageOf(0, 'large', 'leaf');
    const filling = Array.from({ length: PAGE_SIZE - 12 }, (_none, index): Wrong => {
      return { at: (leaf - 1) * PAGE_SIZE + 12 + index, byte: index % 2 === 0 ? 0x87 : 0x10 };
    });
    const damages = [98, 100, 102, 104, 106].map((cell) => {
      const database = withBytes(0, [...number(leaf, 1, 0x00000001), ...filling, ...number(leaf, 8, cell * 0x10000)]);
      return damageIn(findOwners(database.reader, database.header, sound(0).roots.values(), allPages(database)));
    });
    // Up to 100 there is room, for a number that is no page's.
    const [astray, without] = (['points out of place', 'cells do not fit'] as const).map((reason) => ({
      page: leaf,
      reason,
    }));
    expect(damages).toEqual([astray, astray, without, without, without]);
  });

  test('a root that no page can be, or that two tables have', () => {
    const { reader, header } = stored(sound(0).bytes);
    const last = endOf(0);
    const orphan = [last + 1, 0].map((page) => damageIn(findOwners(reader, header, [page], [root])));
    expect(orphan).toEqual([last + 1, 0].map((page) => ({ page, reason: 'root out of place' })));
    expect(walk({ reader, header }, last + 1).damage).toEqual({ page: last + 1, reason: 'root out of place' });
    const leaf = pageOf(0, 'a', 'leaf');
    expect(damageIn(findOwners(reader, header, [root, leaf], [pageOf(0, 'i', 'leaf')]))).toEqual({
      page: leaf,
      reason: 'points to a page in use',
    });
  });

  test('a tree that is deeper than SQLite follows one, and a page that the file ends in', () => {
    const { header } = sound(0);
    const chain = (page: number): Uint8Array => {
      const bytes = new Uint8Array(PAGE_SIZE);
      bytes.set([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, page + 1]);
      return bytes;
    };
    const deep = walk({ reader: { pageCount: 100, read: chain }, header }, 2);
    expect(deep.damage).toEqual({ page: 21, reason: 'too deep' });
    const cut = { pageCount: 100, read: (page: number) => chain(page).subarray(0, page === 10 ? 100 : PAGE_SIZE) };
    expect(walk({ reader: cut, header }, 2).damage).toEqual({ page: 10, reason: 'cut short' });
  });
});

/** Native sqlite3 ends with an error where it cannot even read the schema. */
function passesIntegrityCheck(database: Stored): boolean {
  try {
    return database.ask('PRAGMA integrity_check(1);') === 'ok';
  } catch {
    return false;
  }
}
