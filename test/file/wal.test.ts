// A database joined with its log is, byte for byte, what native SQLite makes of the two.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../amount';
import { sourceOfBytes } from '../../src/file/byteSource';
import { LaidOut } from '../../src/file/layout';
import { readWal, type Wal, type WalOutcome } from '../../src/file/wal';
import { layOutWal } from '../../src/file/walJoin';
import {
  copiedWhileOpen,
  framesOf,
  numberAt,
  recoveredNatively,
  same,
  withLogChecksums,
  withNumbers,
  type Pair,
} from './sidecars';

/** In milliseconds, for tests that start many processes: the machine may be busy. */
const PATIENCE = 60_000;

/** A log is kept until it is told to move. */
const start = (pageSize: number): string =>
  `PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(a INTEGER PRIMARY KEY, b);`;
const insert = (rows: number, size: number): string =>
  `INSERT INTO t(b) SELECT printf('%.*c', ${size}, char(97 + value % 26)) FROM generate_series(1, ${rows});`;

/** What is recovered from a log that can be read. */
function walOf(log: Uint8Array): Wal {
  const wal = readWal(sourceOfBytes(log));
  if (!wal.ok) throw new Error(wal.error.sentence);
  return wal.value;
}

/** The database after all that its log has committed, or why SQLite does not use the log. */
function joined({ database, sidecar }: Pair): WalOutcome<Uint8Array> {
  const [databaseBytes, logBytes] = [sourceOfBytes(database), sourceOfBytes(sidecar)];
  const wal = readWal(logBytes);
  if (!wal.ok) return wal;
  const laidOut = layOutWal(wal.value, logBytes, databaseBytes);
  if (!laidOut.ok) return laidOut;
  const { layout } = laidOut.value;
  return { ok: true, value: new LaidOut(layout, databaseBytes, logBytes).read(0, layout.size).slice() };
}

/** The code of the problem with a pair, null where there is none. */
function problemOf(pair: Pair): string | null {
  const result = joined(pair);
  return result.ok ? null : result.error.code;
}

/** The codes of the notes on a pair that can be joined. */
function notesOn({ database, sidecar }: Pair): readonly string[] {
  const joined = layOutWal(walOf(sidecar), sourceOfBytes(sidecar), sourceOfBytes(database));
  if (!joined.ok) throw new Error(joined.error.sentence);
  return joined.value.notes.map(({ code }) => code);
}

/** How the joined files differ from those that SQLite leaves, in words. */
function differences(pairs: readonly Pair[]): readonly string[] {
  const recovered = recoveredNatively('-wal', pairs);
  return pairs.flatMap((pair, index) => {
    const native = recovered[index];
    const result = joined(pair);
    const refused = !result.ok && result.error.sqlite === 'refuses';
    const found: string[] = [];
    if (native === undefined || !same(result.ok ? result.value : pair.database, native.database))
      found.push(`pair ${index}: other bytes`);
    if (refused !== native?.kept) found.push(`pair ${index}: SQLite ${native?.kept ? 'refuses' : 'takes'} the log`);
    return found;
  });
}

/** The database after native SQLite has moved the log into it. */
function moved(pair: Pair): Uint8Array {
  const [recovered] = recoveredNatively('-wal', [pair]);
  if (recovered === undefined || recovered.kept) throw new Error('SQLite did not take the log');
  return recovered.database;
}

const plain = copiedWhileOpen('-wal', `${start(512)} ${insert(50, 100)} UPDATE t SET b = 'new' WHERE a = 3;`);
const frames = framesOf(plain.sidecar);
const lastFrame = frames.at(-1) ?? 0;
const withCommitSize = (pages: number): Pair => ({
  ...plain,
  sidecar: withLogChecksums(withNumbers(plain.sidecar, { [lastFrame + 4]: pages }), 'little'),
});

describe('A database joined with its log', () => {
  test('is what SQLite recovers, and SQLite changes no counter when it does', () => {
    expect(differences([plain])).toEqual([]);
    const wal = walOf(plain.sidecar);
    expect(wal).toMatchObject({
      pageSize: 512,
      frames: frames.length,
      committedFrames: frames.length,
      transactions: 3,
    });
    expect(wal.ignored).toEqual([]);
    expect(notesOn(plain)).toEqual([]);
  });

  test('does not have rows that were not committed', () => {
    const spilled = `PRAGMA cache_size = 2; BEGIN; ${insert(400, 100)}`;
    const pair = copiedWhileOpen('-wal', `${start(1024)} ${insert(5, 100)} ${spilled}`);
    const { frames, committedFrames, ignored } = walOf(pair.sidecar);
    expect(frames).toBeGreaterThan(committedFrames + 10);
    const uncommitted = frames - committedFrames;
    expect(ignored).toEqual([{ why: 'not committed', frames: uncommitted, bytes: uncommitted * 1048 }]);
    expect(differences([pair])).toEqual([]);
  });

  test('does not have frames that an earlier round of the log left behind', () => {
    const pair = copiedWhileOpen(
      '-wal',
      `${start(512)} ${insert(100, 100)} PRAGMA wal_checkpoint(RESTART); UPDATE t SET b = 'x' WHERE a = 1;`,
    );
    const { frames, ignored } = walOf(pair.sidecar);
    expect(ignored).toEqual([
      {
        why: 'stale salt',
        frames: framesOf(pair.sidecar).length - frames,
        bytes: pair.sidecar.length - 32 - frames * 536,
      },
    ]);
    expect(differences([pair])).toEqual([]);
  });

  test('is shorter than the database was if the log shrinks it', () => {
    const pair = copiedWhileOpen(
      '-wal',
      `${start(512)} ${insert(200, 100)} PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM t WHERE a > 9; VACUUM;`,
    );
    const { databasePages, pages } = walOf(pair.sidecar);
    expect(databasePages).toBeLessThan(pair.database.length / 512);
    expect(Math.max(...pages.keys())).toBe(databasePages);
    expect(differences([pair])).toEqual([]);
  });

  test('is read piece by piece where the log is larger than one piece', () => {
    const pair = copiedWhileOpen('-wal', `${start(65536)} ${insert(90, 60000)} ${insert(3, 60000)}`);
    expect(pair.sidecar.length).toBeGreaterThan(5 << 20);
    expect(walOf(pair.sidecar).transactions).toBe(3);
    expect(differences([pair])).toEqual([]);
  });

  test('takes no notice of a mark of rollback mode in the header of the file', () => {
    const database = plain.database.slice();
    database.fill(1, 18, 20);
    expect(differences([{ ...plain, database }])).toEqual([]);
  });

  test('begins with the first page of the log, whatever the file begins with', () => {
    const junk = [2, 100, 511, 512, 1000].map((size) => ({ ...plain, database: new Uint8Array(size).fill(65) }));
    expect(differences(junk)).toEqual([]);
    expect(junk.map(problemOf)).toEqual([null, null, null, null, null]);
  });

  test.each([
    ['stale salt', 'the first salt', { 8: 1 }],
    ['stale salt', 'the second salt', { 12: 1 }],
    ['page number', 'the number of page 0', { 0: 0 }],
  ])('ends before a frame that is not valid though its checksum is: %s for %s', (why, _what, numbers) => {
    const shifted = Object.fromEntries(Object.entries(numbers).map(([at, value]) => [Number(at) + lastFrame, value]));
    const sidecar = withLogChecksums(withNumbers(plain.sidecar, shifted), 'little');
    expect(walOf(sidecar)).toMatchObject({ frames: frames.length - 1, ignored: [{ why, frames: 1, bytes: 536 }] });
    expect(differences([{ ...plain, sidecar }])).toEqual([]);
  });

  test('ends before a frame whose checksum is wrong', () => {
    const sidecar = withNumbers(plain.sidecar, { [lastFrame + 20]: numberAt(plain.sidecar, lastFrame + 20) ^ 1 });
    expect(walOf(sidecar)).toMatchObject({ frames: frames.length - 1, ignored: [{ why: 'checksum', frames: 1 }] });
    expect(differences([{ ...plain, sidecar }])).toEqual([]);
  });

  test('is the database alone where the log has no whole frame', () => {
    const sizes = [0, 1, 31, 32, 33, 32 + 24, 32 + 535];
    const pairs = sizes.map((size) => ({ ...plain, sidecar: plain.sidecar.slice(0, size) }));
    expect(differences(pairs)).toEqual([]);
    expect(pairs.map(({ sidecar }) => walOf(sidecar).databasePages)).toEqual(sizes.map(() => null));
    // Of a log that is no longer than a header SQLite does not read that header.
    const later = withLogChecksums(withNumbers(plain.sidecar, { 4: 3007001 }), 'little').slice(0, 32);
    const unread = [later, new Uint8Array(32).fill(65)].map((sidecar) => ({ ...plain, sidecar }));
    expect(differences(unread)).toEqual([]);
    expect(unread.map(problemOf)).toEqual([null, null]);
    expect(walOf(new Uint8Array(0)).ignored).toEqual([]);
    expect(walOf(plain.sidecar.slice(0, 31)).ignored).toEqual([{ why: 'torn', frames: 0, bytes: 31 }]);
  });
});

describe('A log that SQLite does not use', () => {
  test.each([
    ['not-a-log', 'another file', new Uint8Array(600).fill(65)],
    ['not-a-log', 'a page size that is none', withLogChecksums(withNumbers(plain.sidecar, { 8: 513 }), 'little')],
    ['damaged-log-header', 'a header with a wrong bit', withNumbers(plain.sidecar, { 28: 1 })],
    ['unsupported-log', 'a later version', withLogChecksums(withNumbers(plain.sidecar, { 4: 3007001 }), 'little')],
  ])('is named: %s for %s', (code, _what, sidecar) => {
    const pair = { ...plain, sidecar };
    expect(problemOf(pair)).toBe(code);
    expect(differences([pair])).toEqual([]);
  });

  test('is one that lies beside an empty database', () => {
    const pairs = [0, 1].map((size) => ({ ...plain, database: new Uint8Array(size) }));
    expect(pairs.map(problemOf)).toEqual(['empty-database', 'empty-database']);
    expect(differences(pairs)).toEqual([]);
  });

  test('is one with another page size than the database', () => {
    const other = copiedWhileOpen(
      '-wal',
      `${start(1024)} ${insert(20, 100)} PRAGMA wal_checkpoint(TRUNCATE); UPDATE t SET b = 'x' WHERE a = 1;`,
    );
    const pair = {
      database: moved(plain),
      sidecar: other.sidecar,
    };
    expect(problemOf(pair)).toBe('other-page-size');
    expect(differences([pair])).toEqual([]);
  });

  test('is one beside a file without a first page, which the log does not have either', () => {
    const pair = copiedWhileOpen(
      '-wal',
      `${start(512)} PRAGMA wal_checkpoint(PASSIVE); INSERT INTO t(b) VALUES ('x');`,
    );
    expect(walOf(pair.sidecar).pages.has(1)).toBe(false);
    const pairs = [2, 16, 17, 99].map((size) => ({ ...pair, database: pair.database.slice(0, size) }));
    expect(pairs.map(problemOf)).toEqual(['no-first-page', 'no-first-page', null, null]);
    expect(differences(pairs)).toEqual([]);
  });

  test('is one that makes the database larger than both files can', () => {
    const most = (plain.database.length + 65536 + frames.length * 512) / 512;
    const pairs = [most, most + 1].map(withCommitSize);
    // A frame that is not committed does not count.
    const [, tooLarge = plain] = pairs;
    const tail = withNumbers(plain.sidecar.slice(lastFrame), { 4: 0 });
    const longer = withLogChecksums(new Uint8Array(Buffer.concat([tooLarge.sidecar, tail])), 'little');
    expect(walOf(longer).frames).toBe(frames.length + 1);
    pairs.push({ ...plain, sidecar: longer });
    expect(pairs.map(problemOf)).toEqual([null, 'pages-missing', 'pages-missing']);
    expect(differences(pairs)).toEqual([]);
  });
});

describe('What SQLite does not notice about a log', () => {
  const database = moved(plain);

  test('is nothing where the log is all in the database already', () => {
    const pair = { database, sidecar: plain.sidecar };
    expect(notesOn(pair)).toEqual([]);
    expect(differences([pair])).toEqual([]);
  });

  test('is told where the database has changed since', () => {
    const counter = numberAt(database, 24) + 1;
    const pair = { database: withNumbers(database, { 24: counter, 92: counter }), sidecar: plain.sidecar };
    expect(notesOn(pair)).toEqual(['log-is-older']);
    expect(differences([pair])).toEqual([]);
  });

  test('is not that nothing lies where SQLite locks a byte', () => {
    const lockBytePage = 0x40000000 / 512 + 1;
    const last = (page: number): Uint8Array =>
      withLogChecksums(withNumbers(plain.sidecar, { [lastFrame]: page, [lastFrame + 4]: page }), 'little');
    const database = { size: 0x40000000, read: (from: number, to: number) => new Uint8Array(to - from) };
    const notes = [1, 2].map((pages) => {
      const sidecar = last(lockBytePage + pages);
      const joined = layOutWal(walOf(sidecar), sourceOfBytes(sidecar), database);
      if (!joined.ok) throw new Error(joined.error.sentence);
      return joined.value.notes.map(({ code }) => code);
    });
    // The first page of the log has another number of pages than its last commit says here.
    expect(notes).toEqual([['log-is-older'], ['zero-pages']]);
  });

  test('is told where pages are in neither file', () => {
    const pair = withCommitSize(40);
    expect(notesOn(pair)).toEqual(['zero-pages']);
    expect(differences([pair])).toEqual([]);
  });
});

/** Steps of a life in WAL mode. Rows are as large as a few to a page, or as some pages each. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 900 }))
      .map(([n, size]) => insert(n, size)),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 5 }).map((n) => `UPDATE t SET b = b || 'more' WHERE a % 5 < ${n};`),
  },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => `DELETE FROM t WHERE a % 5 < ${n};`) },
  fc.constant('VACUUM;'),
  fc.constant('CREATE TABLE IF NOT EXISTS u AS SELECT * FROM t;'),
  fc.constant('DROP TABLE IF EXISTS u;'),
  fc.constantFrom('PASSIVE', 'RESTART', 'TRUNCATE').map((mode) => `PRAGMA wal_checkpoint(${mode});`),
  fc.integer({ min: 20, max: 60 }).map((n) => `PRAGMA cache_size = 2; BEGIN; ${insert(n, 300)} ROLLBACK;`),
);
const life = fc.tuple(fc.constantFrom(512, 1024, 4096, 65536), fc.array(step, { minLength: 1, maxLength: 8 }));

/** A place in a file of any size, as a part of it. */
const place = fc.noBias(fc.nat({ max: 9999 })).map((part) => part / 10_000);
const at = (bytes: Uint8Array, part: number): number => Math.floor(part * bytes.length);

/** What happens to a pair of files; a place is a part of a file's size. A forged log has the right checksums all the same. */
type Damage =
  | { readonly kind: 'the log is cut'; readonly place: number }
  | { readonly kind: 'a bit of the log is wrong'; readonly place: number; readonly bit: number }
  | { readonly kind: 'the log has a tail'; readonly tail: Uint8Array }
  | { readonly kind: 'the database is cut'; readonly place: number }
  | { readonly kind: 'the log is big-endian' }
  | { readonly kind: 'a frame is for another page'; readonly place: number; readonly page: number }
  | { readonly kind: 'a frame commits'; readonly place: number; readonly pages: number };

const small = fc.nat({ max: 200 });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('the log is cut' as const), place }),
  fc.record({ kind: fc.constant('a bit of the log is wrong' as const), place, bit: fc.nat({ max: 7 }) }),
  fc.record({
    kind: fc.constant('the log has a tail' as const),
    tail: fc.uint8Array({ minLength: 1, maxLength: 2000 }),
  }),
  fc.record({ kind: fc.constant('the database is cut' as const), place }),
  fc.record({ kind: fc.constant('the log is big-endian' as const) }),
  fc.record({ kind: fc.constant('a frame is for another page' as const), place, page: small }),
  fc.record({ kind: fc.constant('a frame commits' as const), place, pages: small }),
);

function afterDamage({ database, sidecar }: Pair, damage: Damage): Pair {
  const cut = (bytes: Uint8Array, part: number) => bytes.slice(0, at(bytes, part));
  const forged = (part: number, field: number, value: number): Uint8Array => {
    const frame = framesOf(sidecar)[Math.floor(part * framesOf(sidecar).length)];
    return frame === undefined ? sidecar : withLogChecksums(withNumbers(sidecar, { [frame + field]: value }), 'little');
  };
  switch (damage.kind) {
    case 'the log is cut':
      return { database, sidecar: cut(sidecar, damage.place) };
    case 'a bit of the log is wrong': {
      const copy = sidecar.slice();
      copy[at(copy, damage.place)] = (copy[at(copy, damage.place)] ?? 0) ^ (1 << damage.bit);
      return { database, sidecar: copy };
    }
    case 'the log has a tail':
      return { database, sidecar: new Uint8Array(Buffer.concat([sidecar, damage.tail])) };
    case 'the database is cut':
      return { database: cut(database, damage.place), sidecar };
    case 'the log is big-endian':
      return { database, sidecar: withLogChecksums(sidecar, 'big') };
    case 'a frame is for another page':
      return { database, sidecar: forged(damage.place, 0, damage.page) };
    case 'a frame commits':
      return { database, sidecar: forged(damage.place, 4, damage.pages) };
  }
}

describe('Any log', () => {
  test(
    'whole, damaged or forged, gives what SQLite recovers from it',
    () => {
      let [used, ignored] = [0, 0];
      fc.assert(
        fc.property(life, fc.array(damage, { minLength: 4, maxLength: 6 }), ([pageSize, steps], damages) => {
          const whole = copiedWhileOpen('-wal', `${start(pageSize)} ${steps.join(' ')}`);
          const damaged = whole.sidecar.length === 0 ? [] : damages.map((one) => afterDamage(whole, one));
          expect(differences([whole, ...damaged])).toEqual([]);
          expect(notesOn(whole)).toEqual([]);
          for (const pair of [whole, ...damaged]) {
            const result = joined(pair);
            if (!result.ok) continue;
            if (!same(result.value, pair.database)) used++;
            if (walOf(pair.sidecar).ignored.length > 0) ignored++;
          }
        }),
        runs(25, 500),
      );
      // Logs that do nothing would prove nothing.
      expect(used).toBeGreaterThan(100);
      expect(ignored).toBeGreaterThan(50);
    },
    PATIENCE,
  );
});
