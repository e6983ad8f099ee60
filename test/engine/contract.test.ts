// The contract of an engine, held by both: what the core expects of a Database that stands over an overlay of ours.
import { describe, expect, test } from 'vitest';
import { rowsOf, type Definition, type Outcome, type Row, type SqlValue } from '../../src/database';
import { Overlay } from '../../src/engine/pages/overlay';
import { atInstant } from '../../src/engine/instant';
import { loadSqliteWasm } from '../../src/engine/sqliteWasm/sqliteWasm';
import { loadEngine } from '../../src/engine/sqljs/sqljs';
import { sourceOfBytes, type ByteSource } from '../../src/file/byteSource';
import { askNative, nativeDatabase, overlayOf } from '../databases';

function nativeAnswer(overlay: Overlay, sql: string): string {
  return askNative(overlay.read(0, overlay.size), sql);
}

const FILL = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)';

/** Has no memory for a file above this size. */
class NarrowOverlay extends Overlay {
  most = Infinity;

  override writeFrom(...[source, offset, length, position]: Parameters<Overlay['writeFrom']>): void {
    if (position + length > this.most) throw new RangeError('Array buffer allocation failed');
    super.writeFrom(source, offset, length, position);
  }
}

describe.each([await loadEngine(), await loadSqliteWasm()])('$name', (engine) => {
  test('at a given instant, SQL is told that one however it asks', () => {
    const instant = Date.UTC(2001, 1, 3, 4, 5, 6, 789);
    const database = engine.memory();
    const told = atInstant(instant, () =>
      rowsOf(
        database,
        "SELECT CURRENT_TIMESTAMP, CURRENT_DATE, CURRENT_TIME, unixepoch(), strftime('%f', 'now'), datetime('now', '+1 day')",
      ),
    );
    expect(told).toEqual([
      ['2001-02-03 04:05:06', '2001-02-03', '04:05:06', instant / 1000 - 0.789, '06.789', '2001-02-04 04:05:06'],
    ]);
    expect(rowsOf(database, 'SELECT unixepoch()')[0]?.[0]).toBeGreaterThan(1.7e9);
    database.close();
  });

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
      const bytes = nativeDatabase(
        `PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = ${autoVacuum}; CREATE TABLE t(a);`,
      );
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

  test('rows are what SQLite holds: integers of 64 bits, reals, text with NUL and with bytes that are no UTF-8, blobs, NULL', () => {
    const database = engine.memory();
    const values = [
      ['9223372036854775807', 9223372036854775807n],
      ['-9223372036854775808', -9223372036854775808n],
      ['9007199254740991', 9007199254740991],
      ['9007199254740993', 9007199254740993n],
      ['1.5', 1.5],
      ['9e999', Infinity],
      ['-0.0', -0],
      ["CAST(x'6100ff62' AS TEXT)", 'a\0\ufffdb'],
      ["CAST(x'' AS TEXT)", ''],
      ["x''", new Uint8Array(0)],
      ["x'00ff'", Uint8Array.of(0, 255)],
      ['NULL', null],
      ["'𝄞ä'", '𝄞ä'],
    ] as const;
    for (const [sql, value] of values) expect(rowsOf(database, `SELECT ${sql}`), sql).toEqual([[value]]);
    expect(rowsOf(database, "SELECT 1 AS a, 2 AS a, 'x' AS b UNION ALL SELECT 3, 4, 'y'")).toEqual([
      [1, 2, 'x'],
      [3, 4, 'y'],
    ]);
    database.close();
  });

  test('what is bound arrives as it is', () => {
    const database = engine.memory();
    const kind = (value: SqlValue): unknown => rowsOf(database, 'SELECT typeof(?1), hex(?1)', [value])[0];
    expect(kind('a\0ä')).toEqual(['text', '6100C3A4']);
    expect(kind(Uint8Array.of(1, 0, 255))).toEqual(['blob', '0100FF']);
    expect(kind(new Uint8Array(0))).toEqual(['blob', '']);
    expect(kind('')).toEqual(['text', '']);
    expect(kind(null)).toEqual(['null', '']);
    expect(kind(7)).toEqual(['integer', '37']);
    expect(kind(1.25)).toEqual(['real', '312E3235']);
    expect(rowsOf(database, 'SELECT ?1 = 1099511627776', [2 ** 40])).toEqual([[1]]);
    database.close();
  });

  test('what SQLite refuses is an outcome with its own words, when it is compiled or when it runs', () => {
    const database = engine.memory();
    const message = (outcome: Outcome<unknown>): unknown => (outcome.ok ? null : outcome.error.message);
    rowsOf(database, 'CREATE TABLE t(a UNIQUE NOT NULL)');
    rowsOf(database, 'INSERT INTO t VALUES (1)');
    expect(message(database.compile('SELEC 1'))).toBe('near "SELEC": syntax error');
    expect(message(database.compile('SELECT * FROM gone'))).toBe('no such table: gone');
    expect(message(database.compile('SELECT 1'))).toBeNull();
    expect(message(database.execute('INSERT INTO t VALUES (1)'))).toBe('UNIQUE constraint failed: t.a');
    expect(message(database.execute('INSERT INTO t VALUES (NULL)'))).toBe('NOT NULL constraint failed: t.a');
    expect(message(database.query('SELECT abs(-9223372036854775808)'))).toBe('integer overflow');
    expect(message(database.query('SELECT ?', [1, 2]))).toBe('column index out of range');
    expect(database.execute('INSERT INTO t VALUES (2), (3)')).toEqual({ ok: true, value: { changes: 2 } });
    expect(database.execute('CREATE TABLE u(a)')).toEqual({ ok: true, value: { changes: 0 } });
    expect(rowsOf(database, 'SELECT count(*) FROM t')).toEqual([[3]]);
    database.close();
  });

  test('a visitor sees each row, and what it throws is thrown', () => {
    const database = engine.memory();
    const seen: Row[] = [];
    database.visit('SELECT value FROM json_each(?)', ['[1,2,3]'], (row) => seen.push(row));
    expect(seen).toEqual([[1], [2], [3]]);
    class Mine extends Error {}
    const stop = (): void => {
      throw new Mine();
    };
    expect(() => database.visit('SELECT 1', [], stop)).toThrow(Mine);
    expect(rowsOf(database, 'SELECT 1')).toEqual([[1]]);
    database.close();
  });

  test('a word in double quotes that names nothing is a string, in statements, indexes and triggers', () => {
    const database = engine.open(overlayOf(nativeDatabase('CREATE TABLE t(a);')));
    for (const sql of [
      'INSERT INTO t VALUES ("five")',
      'CREATE INDEX i ON t("missing")',
      'CREATE VIEW v AS SELECT "text" AS b FROM t',
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = "six" WHERE a = "five"; END',
      'INSERT INTO t VALUES (1)',
    ])
      expect(database.execute(sql), sql).toMatchObject({ ok: true });
    expect(rowsOf(database, 'SELECT a, b FROM t, v')).toHaveLength(4);
    expect(rowsOf(database.scratch(), 'SELECT "x"')).toEqual([['x']]);
    database.close();
  });

  test('a journal that a script asks for is kept in memory beside the file, and undoes what it should', () => {
    const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT i FROM n;`);
    for (const mode of ['DELETE', 'PERSIST']) {
      const overlay = overlayOf(bytes);
      const database = engine.open(overlay);
      expect(rowsOf(database, `PRAGMA journal_mode = ${mode}`)).toEqual([[mode.toLowerCase()]]);
      rowsOf(database, 'PRAGMA cache_size = 10');
      for (const sql of ['BEGIN', 'UPDATE t SET a = hex(zeroblob(100))', 'ROLLBACK']) database.execute(sql);
      expect(overlay.read(0, overlay.size)).toEqual(bytes);
      expect(database.execute('UPDATE t SET a = -1')).toMatchObject({ ok: true });
      database.close();
      expect(nativeAnswer(overlay, 'PRAGMA integrity_check; SELECT sum(a) FROM t')).toBe('ok\n-20000');
    }
  });

  test('a sort that does not fit the cache goes to a temporary file, and gives an index that is whole', () => {
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)';
    const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${numbers} SELECT hex(randomblob(40)) FROM n;`);
    const overlay = overlayOf(bytes);
    const database = engine.open(overlay);
    rowsOf(database, 'PRAGMA cache_size = 50');
    expect(database.execute('CREATE INDEX i ON t(a)')).toMatchObject({ ok: true });
    database.close();
    expect(nativeAnswer(overlay, 'PRAGMA integrity_check; SELECT count(*) FROM t INDEXED BY i')).toBe('ok\n60000');
  });

  test('a fork has what is committed, the definitions too, and neither sees what is written to the other', () => {
    const database = engine.open(overlayOf(nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);')));
    database.define({ kind: 'function', name: 'seven', arity: 0, deterministic: true, call: () => 7 });
    rowsOf(database, 'INSERT INTO t VALUES (2)');
    const fork = database.fork();
    rowsOf(fork, 'INSERT INTO t VALUES (seven())');
    rowsOf(database, 'DELETE FROM t WHERE a = 1');
    expect(rowsOf(fork, 'SELECT a FROM t')).toEqual([[1], [2], [7]]);
    expect(rowsOf(database, 'SELECT a FROM t')).toEqual([[2]]);
    fork.close();
    expect(() => database.scratch().fork()).toThrow('no file');
    database.close();
  });

  test('nothing outside of the file can be reached', () => {
    const database = engine.open(overlayOf(nativeDatabase('CREATE TABLE t(a);')));
    rowsOf(database, "ATTACH ':memory:' AS other");
    rowsOf(database, 'CREATE TABLE other.x(a)');
    expect(rowsOf(database, 'PRAGMA database_list')).toHaveLength(2);
    database.close();
    const next = engine.open(overlayOf(nativeDatabase('CREATE TABLE t(a);')));
    expect(rowsOf(next, 'PRAGMA database_list')).toHaveLength(1);
    next.close();
  });

  describe('a function of the application', () => {
    const twice: Definition = {
      kind: 'function',
      name: 'twice',
      arity: 1,
      deterministic: true,
      call: (value) => (typeof value === 'string' ? value + value : null),
    };

    test('is called with the values of each row, and in the scratch databases as well', () => {
      const database = engine.open(
        overlayOf(nativeDatabase("CREATE TABLE t(a); INSERT INTO t VALUES ('ab'), (NULL);")),
      );
      expect(database.query('SELECT twice(a) FROM t')).toMatchObject({ ok: false });
      expect(database.define(twice)).toEqual({ ok: true, value: undefined });
      expect(rowsOf(database, 'SELECT twice(a) FROM t')).toEqual([['abab'], [null]]);
      const scratch = database.scratch();
      expect(rowsOf(scratch, "SELECT twice('c')")).toEqual([['cc']]);
      expect(rowsOf(scratch.scratch(), "SELECT twice('c')")).toEqual([['cc']]);
      scratch.close();
      database.close();
    });

    test('takes and gives blobs, reals and NULL, any number of them where it says so, and its exception is SQLite’s error', () => {
      const database = engine.memory();
      const seen: SqlValue[][] = [];
      const call = (...values: SqlValue[]): SqlValue => {
        seen.push(values);
        if (values.length === 0) throw new Error('nothing given');
        return values.at(-1) ?? null;
      };
      database.define({ kind: 'function', name: 'last', arity: -1, deterministic: false, call });
      expect(rowsOf(database, "SELECT last(1, x'00ff'), last('ä', 2.5), last(7, NULL)")).toEqual([
        [Uint8Array.of(0, 255), 2.5, null],
      ]);
      expect(seen).toEqual([
        [1, Uint8Array.of(0, 255)],
        ['ä', 2.5],
        [7, null],
      ]);
      const refused = database.query('SELECT last()');
      expect(refused.ok ? '' : refused.error.message).toContain('nothing given');
      expect(rowsOf(database, 'SELECT last(3)')).toEqual([[3]]);
      database.close();
    });
  });
});

test('both are the same version of SQLite', async () => {
  expect((await loadSqliteWasm()).version).toBe((await loadEngine()).version);
});

describe('the definitions that sqlite-wasm alone can have', async () => {
  const engine = await loadSqliteWasm();
  const swedish: Definition = { kind: 'collation', name: 'swedish', compare: new Intl.Collator('sv').compare };

  test('a collation orders texts, indexes among them, and sql.js says that it has none', async () => {
    const sqljs = (await loadEngine()).memory();
    expect(sqljs.define(swedish)).toEqual({ ok: false, error: { message: 'no such collation sequence: swedish' } });
    sqljs.close();

    const database = engine.open(overlayOf(nativeDatabase('CREATE TABLE t(a);')));
    expect(database.define(swedish)).toEqual({ ok: true, value: undefined });
    rowsOf(database, 'CREATE INDEX i ON t(a COLLATE swedish)');
    rowsOf(database, "INSERT INTO t VALUES ('ö'), ('a'), ('å'), ('z'), ('ä')");
    expect(
      rowsOf(database, 'SELECT group_concat(a) FROM (SELECT a FROM t INDEXED BY i ORDER BY a COLLATE swedish)'),
    ).toEqual([['a,z,å,ä,ö']]);
    expect(rowsOf(database, 'PRAGMA integrity_check')).toEqual([['ok']]);
    expect(rowsOf(database.scratch(), "SELECT 'z' < 'å' COLLATE swedish")).toEqual([[1]]);
    database.close();
  });

  test('a deterministic function may stand in an index, a check and a computed column; integers are exact', () => {
    const database = engine.open(overlayOf(nativeDatabase('CREATE TABLE t(a);')));
    const call = (value: SqlValue): SqlValue => (typeof value === 'bigint' ? value - 1n : value);
    database.define({ kind: 'function', name: 'less', arity: 1, deterministic: true, call });
    for (const sql of ['CREATE INDEX i ON t(less(a))', 'CREATE TABLE u(a CHECK (less(a) > 0), b AS (less(a)) STORED)'])
      expect(database.execute(sql), sql).toMatchObject({ ok: true });
    rowsOf(database, 'INSERT INTO u VALUES (9223372036854775807)');
    expect(rowsOf(database, 'SELECT b FROM u')).toEqual([[9223372036854775806n]]);
    database.define({ kind: 'function', name: 'varying', arity: 0, deterministic: false, call: () => 1 });
    expect(database.execute('CREATE INDEX j ON t(varying())')).toMatchObject({ ok: false });
    database.close();
  });
});
