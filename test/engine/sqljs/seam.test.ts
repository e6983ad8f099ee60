// The seam into sql.js: an overlay of ours stands where sql.js keeps a file's bytes.
import { describe, expect, test } from 'vitest';
import { rowsOf } from '../../../src/database';
import { Overlay } from '../../../src/engine/pages/overlay';
import { sourceOfBytes, type ByteSource } from '../../../src/file/byteSource';
import { askNative, engine, nativeDatabase } from '../../databases';

function nativeAnswer(overlay: Overlay, sql: string): string {
  return askNative(overlay.read(0, overlay.size), sql);
}

const FILL = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)';

test('what SQLite writes goes into the overlay and the base stays as it was', () => {
  const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1),(2);');
  const kept = bytes.slice();
  const overlay = new Overlay(sourceOfBytes(bytes), 4096);
  const database = engine.open(overlay);
  expect(database.execute(`INSERT INTO t ${FILL} SELECT hex(randomblob(100)) FROM n`)).toEqual({
    ok: true,
    value: { changes: 20000 },
  });
  expect(rowsOf(database, 'SELECT count(*) FROM t')).toEqual([[20002]]);
  database.close();
  expect(bytes).toEqual(kept);
  expect(overlay.size).toBeGreaterThan(bytes.length);
  expect(nativeAnswer(overlay, 'PRAGMA integrity_check; SELECT count(*) FROM t')).toBe('ok\n20002');
});

test('a file that SQLite cuts shorter is cut shorter in the overlay', () => {
  const bytes = nativeDatabase(
    `PRAGMA auto_vacuum=FULL; CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT hex(zeroblob(100)) FROM n;`,
  );
  const overlay = new Overlay(sourceOfBytes(bytes), 4096);
  const database = engine.open(overlay);
  expect(database.execute('DELETE FROM t WHERE rowid > 10')).toMatchObject({ ok: true });
  expect(overlay.size).toBeLessThan(bytes.length / 10);
  expect(database.execute("INSERT INTO t VALUES ('after')")).toMatchObject({ ok: true });
  expect(rowsOf(database, 'SELECT count(*) FROM t')).toEqual([[11]]);
  database.close();
  expect(nativeAnswer(overlay, 'PRAGMA integrity_check; SELECT count(*) FROM t')).toBe('ok\n11');
});

test('a rolled back transaction that had spilled to the file leaves its bytes as they were', () => {
  const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT i FROM n;`);
  const overlay = new Overlay(sourceOfBytes(bytes), 4096);
  const database = engine.open(overlay);
  database.execute('PRAGMA cache_size=10');
  database.execute('BEGIN');
  expect(database.execute('UPDATE t SET a = hex(zeroblob(500))')).toMatchObject({ ok: true });
  expect(overlay.size).toBeGreaterThan(bytes.length);
  database.execute('ROLLBACK');
  database.close();
  expect(overlay.read(0, overlay.size)).toEqual(bytes);
});

/** Has no memory for a file above this size. */
class NarrowOverlay extends Overlay {
  most = Infinity;

  override writeFrom(...[source, offset, length, position]: Parameters<Overlay['writeFrom']>): void {
    if (position + length > this.most) throw new RangeError('Array buffer allocation failed');
    super.writeFrom(source, offset, length, position);
  }
}

test('where memory ends SQLite hears of a full disk, and its file is what it was and can be written again', () => {
  const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT i FROM n;`);
  const overlay = new NarrowOverlay(sourceOfBytes(bytes), 4096);
  const database = engine.open(overlay);
  database.execute('PRAGMA cache_size=10');
  database.execute('BEGIN');
  overlay.most = bytes.length + 500_000;
  expect(database.execute('UPDATE t SET a = hex(zeroblob(500))')).toEqual({
    ok: false,
    error: { message: 'database or disk is full' },
  });
  overlay.most = Infinity;
  database.execute('ROLLBACK');
  expect(overlay.read(0, overlay.size)).toEqual(bytes);
  expect(database.execute('UPDATE t SET a = -a')).toEqual({ ok: true, value: { changes: 20_000 } });
  database.close();
  expect(nativeAnswer(overlay, 'PRAGMA integrity_check; SELECT sum(a) FROM t')).toBe('ok\n-200010000');
});

test('two databases stand over one file: one before, one after', () => {
  const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
  const source = sourceOfBytes(bytes);
  const before = engine.open(new Overlay(source, 4096));
  const after = engine.open(new Overlay(source, 4096));
  after.execute('CREATE TABLE u(b)');
  expect(rowsOf(before, 'SELECT name FROM sqlite_schema')).toEqual([['t']]);
  expect(rowsOf(after, 'SELECT name FROM sqlite_schema')).toEqual([['t'], ['u']]);
  before.close();
  expect(rowsOf(after, 'SELECT a FROM t')).toEqual([[1]]);
  after.close();
});

test('integers beyond 2^53 are read exactly', () => {
  const database = engine.memory();
  expect(rowsOf(database, 'SELECT 9223372036854775807, 42')).toEqual([[9223372036854775807n, 42]]);
  database.close();
});

test('opening a database leaves nothing behind in JavaScript', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const random = Math.random;
  engine.open(new Overlay(sourceOfBytes(nativeDatabase('CREATE TABLE t(a)')), 4096)).close();
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect(Math.random).toBe(random);
});

test('VACUUM makes the file smaller, and another page size makes it another file', () => {
  const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT hex(zeroblob(100)) FROM n;`);
  const overlay = new Overlay(sourceOfBytes(bytes), 4096);
  const database = engine.open(overlay);
  expect(database.execute('DELETE FROM t WHERE rowid % 10')).toMatchObject({ ok: true });
  expect(overlay.size).toBe(bytes.length);
  expect(database.execute('VACUUM')).toMatchObject({ ok: true });
  expect(overlay.size).toBeLessThan(bytes.length / 5);
  rowsOf(database, 'PRAGMA page_size = 1024');
  expect(database.execute('VACUUM')).toMatchObject({ ok: true });
  database.close();
  expect(nativeAnswer(overlay, 'PRAGMA integrity_check; PRAGMA page_size; SELECT count(*) FROM t')).toBe(
    'ok\n1024\n2000',
  );
});

test.each([512, 1024, 2048, 4096, 8192, 16384, 32768, 65536])(
  'values of all sizes are read and written through pages of %i bytes',
  (pageSize) => {
    const sizes = [0, 1, 8, 100, pageSize - 1, pageSize, pageSize + 1, 100_000];
    const values = sizes.map((size, at) => `(${at}, CAST(printf('%.*c', ${size}, '${at}') AS BLOB))`).join(', ');
    const bytes = nativeDatabase(
      `PRAGMA page_size = ${pageSize}; CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES ${values};`,
    );
    const overlay = new Overlay(sourceOfBytes(bytes), pageSize);
    const database = engine.open(overlay);
    const summary = 'SELECT k, length(v), hex(v) FROM t ORDER BY k';
    const read = rowsOf(database, summary).map((row) => row.join('|'));
    expect(read.join('\n')).toBe(askNative(bytes, summary));
    expect(database.execute('INSERT INTO t SELECT k + 100, v FROM t')).toMatchObject({ ok: true });
    expect(database.execute('DELETE FROM t WHERE k < 100')).toMatchObject({ ok: true });
    database.close();
    const written = nativeAnswer(overlay, `PRAGMA integrity_check; ${summary.replace('k,', 'k - 100,')}`);
    expect(written).toBe(`ok\n${read.join('\n')}`);
  },
);

describe('a file of 10 GB that is cut shorter', () => {
  const PAGE = 65536;
  const PAGES = 152_600;

  /** A small database whose header says that it has many pages; between its own and the end there are only zeros. */
  function hugeSource(autoVacuum: string): ByteSource {
    const bytes = nativeDatabase(`PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = ${autoVacuum}; CREATE TABLE t(a);`);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(28, PAGES);
    return {
      size: PAGES * PAGE,
      read: (start, end) => {
        if (end - start > 1 << 22) throw new Error(`${end - start} bytes were asked for at once`);
        const part = new Uint8Array(end - start);
        part.set(bytes.subarray(Math.min(start, bytes.length), Math.min(end, bytes.length)));
        return part;
      },
    };
  }

  /** Bytes of memory outside of the heap. */
  const held = (): number => process.memoryUsage().arrayBuffers;

  test.each([
    ['because a transaction that had made it grow is rolled back', 'NONE', ['ROLLBACK']],
    ['because auto_vacuum gives pages back when it is committed', 'FULL', ['COMMIT', 'DELETE FROM t']],
  ])('%s takes no memory, and goes on working', (_why, autoVacuum, end) => {
    const overlay = new Overlay(hugeSource(autoVacuum), PAGE);
    expect(overlay.size).toBeGreaterThan(10e9);
    const database = engine.open(overlay);
    const before = held();
    rowsOf(database, 'PRAGMA cache_size = 10');
    database.execute('BEGIN');
    expect(database.execute(`INSERT INTO t ${FILL} SELECT zeroblob(1000) FROM n`)).toMatchObject({ ok: true });
    expect(overlay.size).toBeGreaterThan((PAGES + 100) * PAGE);
    for (const sql of end) expect(database.execute(sql)).toMatchObject({ ok: true });
    expect(overlay.size).toBe(PAGES * PAGE);
    expect(held() - before).toBeLessThan(200e6);
    expect(overlay.heldBytes).toBeLessThan(20e6);
    expect(database.execute('INSERT INTO t VALUES (zeroblob(200000))')).toMatchObject({ ok: true });
    expect(rowsOf(database, 'SELECT length(a) FROM t')).toEqual([[200_000]]);
    expect(rowsOf(database, 'PRAGMA page_count')[0]?.[0]).toBeGreaterThan(PAGES);
    database.close();
  });
});

test('other databases of the engine are left as they are while an overlay is open', () => {
  const bytes = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
  const overlay = new Overlay(sourceOfBytes(bytes), 4096);
  const database = engine.open(overlay);
  const built = engine.build((other) => rowsOf(other, "CREATE TABLE made AS SELECT 'other' AS a"));
  const memory = engine.memory();
  rowsOf(memory, 'CREATE TABLE m(a)');
  rowsOf(database, 'INSERT INTO t VALUES (2)');
  expect(askNative(built, 'SELECT a FROM made')).toBe('other');
  expect(rowsOf(memory, 'SELECT name FROM sqlite_schema')).toEqual([['m']]);
  memory.close();
  database.close();
  expect(nativeAnswer(overlay, 'SELECT a FROM t; SELECT name FROM sqlite_schema')).toBe('1\n2\nt');
});

test('what is being read and written is told of in the middle of a statement', () => {
  const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT hex(zeroblob(100)) FROM n;`);
  const overlay = new Overlay(sourceOfBytes(bytes), 4096);
  const seen: number[] = [];
  const database = engine.open(overlay, () => seen.push(overlay.pagesRead));
  seen.length = 0;
  rowsOf(database, 'SELECT count(*) FROM t WHERE a IS NULL');
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  database.close();
});

test('a source that can no longer be read ends the call with its own error', () => {
  class Gone extends Error {}
  const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT hex(zeroblob(100)) FROM n;`);
  let gone = false;
  const source: ByteSource = {
    size: bytes.length,
    read: (start, end) => {
      if (gone) throw new Gone('the file was changed');
      return bytes.subarray(start, end);
    },
  };
  const database = engine.open(new Overlay(source, 4096));
  expect(rowsOf(database, 'SELECT name FROM sqlite_schema')).toEqual([['t']]);
  gone = true;
  expect(() => database.query('SELECT count(*) FROM t')).toThrow(Gone);
});
