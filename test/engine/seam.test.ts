// The seam into sql.js: an overlay of ours stands where sql.js keeps a file's bytes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rowsOf } from '../../src/database';
import { Overlay, sourceOfBytes } from '../../src/engine/overlay';
import { loadEngine } from '../../src/engine/sqljs';

const engine = await loadEngine();
const folder = mkdtempSync(join(tmpdir(), 'drydock-seam-'));

function nativeDatabase(name: string, sql: string): Uint8Array {
  const path = join(folder, name);
  execFileSync('sqlite3', [path], { input: sql });
  return new Uint8Array(readFileSync(path));
}

function nativeAnswer(overlay: Overlay, sql: string): string {
  const path = join(folder, 'answer.db');
  writeFileSync(path, overlay.read(0, overlay.size));
  return execFileSync('sqlite3', ['-batch', path, sql], { encoding: 'utf8' }).trim();
}

const FILL = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)';

test('what SQLite writes goes into the overlay and the base stays as it was', () => {
  const bytes = nativeDatabase('write.db', 'CREATE TABLE t(a); INSERT INTO t VALUES (1),(2);');
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
    'vacuum.db',
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
  const bytes = nativeDatabase('spill.db', `CREATE TABLE t(a); INSERT INTO t ${FILL} SELECT i FROM n;`);
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

test('two databases stand over one file: one before, one after', () => {
  const bytes = nativeDatabase('two.db', 'CREATE TABLE t(a); INSERT INTO t VALUES (1);');
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
  engine.open(new Overlay(sourceOfBytes(nativeDatabase('trace.db', 'CREATE TABLE t(a)')), 4096)).close();
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect(Math.random).toBe(random);
});
