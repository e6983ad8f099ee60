// A database rolled back by its journal is, byte for byte, what native SQLite makes of the two.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../amount';
import { layOutRollback, readJournal, type Journal } from '../../src/file/journal';
import { sourceOfBytes } from '../../src/file/byteSource';
import { LaidOut } from '../../src/file/layout';
import { copiedWhileOpen, journalChecksum, recoveredNatively, same, withNumbers, type Pair } from './sidecars';

/** In milliseconds, for tests that start many processes: the machine may be busy. */
const PATIENCE = 60_000;

const insert = (rows: number, size: number): string =>
  `INSERT INTO t(b) SELECT printf('%.*c', ${size}, char(97 + value % 26)) FROM generate_series(1, ${rows});`;
/** A table of more pages than the cache will hold. */
const start = (pageSize: number): string =>
  `PRAGMA page_size = ${pageSize}; CREATE TABLE t(a INTEGER PRIMARY KEY, b); ${insert(pageSize > 4096 ? 12 : 40, 0.7 * pageSize)}`;
/** Where the header of a journal has the number of pages that the database had. */
const ORIGINAL_PAGES = 16;
/** So small a cache makes SQLite write pages into the database before the transaction ends. */
const SPILLING = 'PRAGMA cache_size = 2; BEGIN;';

function journalOf({ database, sidecar }: Pair): Journal {
  const journal = readJournal(sourceOfBytes(sidecar), sourceOfBytes(database));
  if (!journal.ok) throw new Error(journal.error.sentence);
  return journal.value;
}

/** Why nothing is rolled back, null where something is. */
function notHot({ database, sidecar }: Pair): string | null {
  const journal = readJournal(sourceOfBytes(sidecar), sourceOfBytes(database));
  return journal.ok ? null : journal.error.code;
}

/** Files that lie beside the databases: super-journals that exist. */
const SIBLINGS = ['there'];

/** What we say that SQLite leaves. */
function rolledBack({ database, sidecar }: Pair): Uint8Array {
  const [databaseBytes, journalBytes] = [sourceOfBytes(database), sourceOfBytes(sidecar)];
  const journal = readJournal(journalBytes, databaseBytes);
  if (!journal.ok) return database;
  const { superJournal } = journal.value;
  if (superJournal !== null && !SIBLINGS.includes(superJournal.replaceAll('./', ''))) return database;
  const layout = layOutRollback(journal.value, databaseBytes);
  return new LaidOut(layout, databaseBytes, journalBytes).read(0, layout.size).slice();
}

/** Which pairs become something else than what SQLite leaves, by their numbers. */
function differences(pairs: readonly Pair[]): readonly number[] {
  const native = recoveredNatively('-journal', pairs, SIBLINGS);
  return pairs.flatMap((pair, index) => {
    const left = native[index]?.database;
    return left !== undefined && same(rolledBack(pair), left) ? [] : [index];
  });
}

const hot = copiedWhileOpen(
  '-journal',
  `${start(512)} ${SPILLING} UPDATE t SET b = b || 'new' WHERE a > 20; ${insert(100, 100)}`,
);

describe('A database with a hot journal', () => {
  test('is as it was before the transaction', () => {
    const before = copiedWhileOpen('-journal', start(512)).database;
    expect(same(hot.database, before)).toBe(false);
    expect(same(rolledBack(hot), before)).toBe(true);
    expect(journalOf(hot)).toMatchObject({ pageSize: 512, originalPages: before.length / 512, ignored: null });
    expect(differences([hot])).toEqual([]);
  });

  test('is as it was where the journal was written in several synced parts', () => {
    const pair = copiedWhileOpen(
      '-journal',
      `${start(1024)} PRAGMA synchronous = FULL; ${SPILLING} UPDATE t SET b = 'x'; ${insert(50, 500)}`,
    );
    expect(journalOf(pair).headers).toBeGreaterThan(1);
    expect(differences([pair])).toEqual([]);
  });

  test('is empty if the transaction would have been its first', () => {
    const pair = copiedWhileOpen(
      '-journal',
      `${SPILLING} CREATE TABLE t(a INTEGER PRIMARY KEY, b); ${insert(500, 500)}`,
    );
    expect(pair.database.length).toBeGreaterThan(0);
    expect(rolledBack(pair)).toHaveLength(0);
    expect(differences([pair])).toEqual([]);
  });

  test('is read from the journal and the database as they lie', () => {
    const layout = layOutRollback(journalOf(hot), sourceOfBytes(hot.database));
    expect(new Set(layout.segments.map(({ from }) => from))).toEqual(new Set(['database', 'sidecar']));
    expect(layout.segments.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(layout.size);
  });
});

describe('A journal that is not hot', () => {
  const persisted = copiedWhileOpen('-journal', `PRAGMA journal_mode = PERSIST; ${start(512)}`);

  test.each([
    ['finished', 'a header of zeros', persisted],
    ['empty-journal', 'no bytes', { ...hot, sidecar: new Uint8Array(0) }],
    ['too-short', 'less than a sector', { ...hot, sidecar: hot.sidecar.slice(0, 511) }],
    ['not-a-journal', 'a wrong bit in the magic', { ...hot, sidecar: withNumbers(hot.sidecar, { 4: 0x20a163d6 }) }],
    ['header-not-synced', 'a page size that is none', { ...hot, sidecar: withNumbers(hot.sidecar, { 24: 513 }) }],
    ['header-not-synced', 'a sector size that is none', { ...hot, sidecar: withNumbers(hot.sidecar, { 20: 16 }) }],
    ['empty-database', 'an empty database', { ...hot, database: new Uint8Array(0) }],
    ['empty-database', 'a database of one byte', { ...hot, database: new Uint8Array(1) }],
  ])('is named: %s for %s', (code, _what, pair) => {
    expect(notHot(pair)).toBe(code);
    expect(differences([pair])).toEqual([]);
  });
});

describe('A journal of a transaction over several databases', () => {
  /** The end of a journal that names a super-journal, as SQLite writes it. */
  const naming = (name: string, { checksum = 0, length = 0 } = {}): Pair => {
    const bytes = Buffer.from(name);
    const sum = bytes.reduce((total, byte) => total + (byte < 128 ? byte : byte - 256), 0);
    const tail = new Uint8Array(Buffer.concat([Buffer.alloc(4), bytes, Buffer.alloc(16)]));
    const end = 4 + bytes.length;
    const numbers = { 0: 0x40000000 / 512 + 1, [end]: bytes.length + length, [end + 4]: (sum >>> 0) + checksum };
    const named = withNumbers(tail, { ...numbers, [end + 8]: 0xd9d505f9, [end + 12]: 0x20a163d7 });
    return { ...hot, sidecar: new Uint8Array(Buffer.concat([hot.sidecar, named])) };
  };
  const longest = './'.repeat(253) + './gone';

  test.each([
    ['there', naming('there')],
    ['gone', naming('gone')],
    ['größer', naming('größer')],
    [longest, naming(longest)],
  ])('is rolled back only if its super-journal is there: %s', (name, pair) => {
    expect(journalOf(pair)).toMatchObject({ superJournal: name, ignored: null });
    expect(differences([pair])).toEqual([]);
  });

  test.each([
    ['its checksum is wrong', naming('gone', { checksum: 1 })],
    ['its length is wrong', naming('gone', { length: 1 })],
    ['its length is none', naming('gone', { length: -4 })],
    ['it is longer than a path may be', naming(`./${longest}`)],
    ['it is no text', naming('\0gone')],
  ])('is rolled back whatever is there if the name does not count: %s', (_why, pair) => {
    expect(journalOf(pair).superJournal).toBeNull();
    expect(differences([pair])).toEqual([]);
    expect(same(rolledBack(pair), hot.database)).toBe(false);
  });
});

const place = fc.noBias(fc.nat({ max: 9999 })).map((part) => part / 10_000);
const at = (bytes: Uint8Array, part: number): number => Math.floor(part * bytes.length);

describe('Any journal', () => {
  const change = fc.oneof(
    fc.integer({ min: 1, max: 5 }).map((n) => `UPDATE t SET b = b || 'more' WHERE a % 5 < ${n};`),
    fc.integer({ min: 1, max: 4 }).map((n) => `DELETE FROM t WHERE a % 5 < ${n};`),
    fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 900 })).map(([n, size]) => insert(n, size)),
    fc.constantFrom('CREATE TABLE IF NOT EXISTS u AS SELECT * FROM t;', 'DROP TABLE IF EXISTS u;'),
  );
  const changes = fc.array(change, { minLength: 1, maxLength: 5 }).map((all) => all.join(' '));
  const life = fc
    .record({
      pageSize: fc.constantFrom(512, 1024, 4096, 65536),
      mode: fc.constantFrom('DELETE', 'PERSIST', 'TRUNCATE'),
      synchronous: fc.constantFrom('OFF', 'NORMAL', 'FULL'),
      before: changes,
      within: changes,
      end: fc.constantFrom('', '', '', 'COMMIT;', 'ROLLBACK;'),
    })
    .map(
      ({ pageSize, mode, synchronous, before, within, end }) =>
        `PRAGMA journal_mode = ${mode}; ${start(pageSize)} ${before} PRAGMA synchronous = ${synchronous}; ${SPILLING} ${within} ${end}`,
    );
  /** A file cut there, a bit of it turned, or both. */
  const damage = fc.record({ cut: fc.option(place), turned: fc.option(place), bit: fc.nat({ max: 7 }) });

  test(
    'of SQLite, whole or damaged, gives what SQLite restores from it',
    () => {
      let [restored, stopped] = [0, 0];
      fc.assert(
        fc.property(life, fc.array(damage, { minLength: 3, maxLength: 5 }), place, (script, damages, cut) => {
          const whole = copiedWhileOpen('-journal', script);
          const damaged = damages.map(({ cut, turned, bit }) => {
            const sidecar = whole.sidecar.slice(0, cut === null ? undefined : at(whole.sidecar, cut));
            const turnedAt = turned === null ? ORIGINAL_PAGES : at(sidecar, turned);
            // SQLite makes a database as large as the header says, and these three bytes say gigabytes.
            if (turnedAt < ORIGINAL_PAGES || turnedAt > ORIGINAL_PAGES + 2) {
              sidecar[turnedAt] = (sidecar[turnedAt] ?? 0) ^ (1 << bit);
            }
            return { ...whole, sidecar };
          });
          const shorter = { ...whole, database: whole.database.slice(0, at(whole.database, cut)) };
          const pairs = [whole, shorter, ...damaged];
          expect(differences(pairs)).toEqual([]);
          for (const pair of pairs) {
            if (notHot(pair) !== null) continue;
            if (!same(rolledBack(pair), pair.database)) restored++;
            if (journalOf(pair).ignored !== null) stopped++;
          }
        }),
        runs(15, 300),
      );
      // Journals that do nothing would prove nothing.
      expect(restored).toBeGreaterThan(20);
      expect(stopped).toBeGreaterThan(15);
    },
    PATIENCE,
  );

  /** A journal as no SQLite writes it: of headers and records of every kind, over pages of every kind. */
  const LOCK_BYTE_PAGE = 0x40000000 / 512 + 1;
  const record = fc.record({
    page: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 14 }) }, fc.constantFrom(0, LOCK_BYTE_PAGE)),
    fill: fc.nat({ max: 255 }),
    wrong: fc.nat({ max: 9 }).map((dice) => dice === 5),
  });
  const run = fc.record({
    magic: fc.constantFrom(true, true, true, true, false),
    count: fc.constantFrom('right', 'right', 'right', 'one less', 'one more', 'none', 'the rest', 'very many'),
    nonce: fc.integer({ min: 0, max: 0xffffffff }),
    originalPages: fc.noBias(fc.nat({ max: 12 })),
    records: fc.array(record, { maxLength: 5 }),
  });
  type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

  function written(runs: readonly Run[], pageSize: number, pageSizeField: number, sectorSize: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    const put = (bytes: Uint8Array): void => {
      parts.push(bytes);
      size += bytes.length;
    };
    for (const { magic, count, nonce, originalPages, records } of runs) {
      put(new Uint8Array(Math.ceil(size / sectorSize) * sectorSize - size));
      const counts = { right: 0, 'one less': -1, 'one more': 1 };
      const others = { none: 0, 'the rest': 0xffffffff, 'very many': 0xfffffff0 };
      const counted =
        count in counts
          ? Math.max(0, records.length + counts[count as keyof typeof counts])
          : others[count as keyof typeof others];
      const header = { 0: 0xd9d505f9, 4: magic ? 0x20a163d7 : 1, 8: counted, 12: nonce, 16: originalPages };
      put(withNumbers(new Uint8Array(sectorSize), { ...header, 20: sectorSize, 24: pageSizeField }));
      for (const { page, fill, wrong } of records) {
        const content = Uint8Array.from({ length: pageSize }, (_, index) => (fill + index * 7) & 255);
        const checksum = (journalChecksum(content, nonce) + (wrong ? 1 : 0)) >>> 0;
        const bytes = new Uint8Array(pageSize + 8);
        bytes.set(content, 4);
        put(withNumbers(bytes, { 0: page, [4 + pageSize]: checksum }));
      }
    }
    return new Uint8Array(Buffer.concat(parts));
  }
  const forged = fc
    .record({
      runs: fc.array(run, { minLength: 1, maxLength: 4 }),
      pageSize: fc.constantFrom(512, 1024, 4096),
      fieldIsZero: fc.constantFrom(false, false, false, true),
      sectorSize: fc.constantFrom(32, 512, 512, 1024, 4096),
      databaseSize: fc.nat({ max: 14 * 1024 }),
      headed: fc.boolean(),
      cut: fc.option(place),
    })
    .map(({ runs, pageSize, fieldIsZero, sectorSize, databaseSize, headed, cut }): Pair => {
      const journal = written(runs, pageSize, fieldIsZero ? 0 : pageSize, sectorSize);
      const database = new Uint8Array(databaseSize).fill(0xaa);
      if (headed) database.set([pageSize >> 8, 0].slice(0, Math.max(0, databaseSize - 16)), Math.min(databaseSize, 16));
      return { database, sidecar: journal.slice(0, cut === null ? undefined : at(journal, cut)) };
    });

  test(
    'that anybody may have made gives what SQLite restores from it',
    () => {
      let [restored, stopped] = [0, 0];
      fc.assert(
        fc.property(fc.array(forged, { minLength: 10, maxLength: 10 }), (pairs) => {
          expect(differences(pairs)).toEqual([]);
          for (const pair of pairs) {
            if (notHot(pair) !== null) continue;
            if (journalOf(pair).pages.size > 0) restored++;
            if (journalOf(pair).ignored !== null) stopped++;
          }
        }),
        runs(30, 600),
      );
      expect(restored).toBeGreaterThan(40);
      expect(stopped).toBeGreaterThan(40);
    },
    PATIENCE,
  );
});
