// Whether the benchmark notices a result that is not the same database.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultOf, fingerprint } from '../../bench/judge.mjs';
import { nativeDatabase } from '../databases';

const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const base = `CREATE TABLE t(a, b TEXT); CREATE TABLE empty(a);
  INSERT INTO t SELECT value, 'row ' || value FROM generate_series(1, 500);
  CREATE INDEX i ON t(a);`;

function judged(bytes: Uint8Array) {
  const path = join(folder, 'judged.db');
  writeFileSync(path, bytes);
  return fingerprint(path);
}

describe('A result', () => {
  it('is accepted when it holds the same, however it came about', async () => {
    const other = nativeDatabase(
      `${base} DELETE FROM t WHERE a = 7; INSERT INTO t(rowid, a, b) VALUES (7, 7, 'row 7'); VACUUM;`,
    );
    expect(faultOf(await judged(other), await judged(nativeDatabase(base)))).toBe(null);
  });

  it.each([
    ['a value', "UPDATE t SET b = 'row 8' WHERE a = 7;", 'rows'],
    ['the type of a value', "UPDATE t SET a = '7' WHERE a = 7;", 'rows'],
    ['a row', 'DELETE FROM t WHERE a = 500;', 'rows'],
    ['a row too many', 'INSERT INTO empty VALUES (NULL);', 'rows'],
    ['an index', 'DROP INDEX i;', 'schema'],
    ['the letters of a statement', 'DROP INDEX i; CREATE INDEX i ON t( a );', 'schema'],
    ['a table', 'CREATE TABLE more(a);', 'schema'],
  ])('is not accepted when it differs in %s', async (_what, change, where) => {
    const fault = faultOf(await judged(nativeDatabase(base + change)), await judged(nativeDatabase(base)));
    expect(fault).toBe(`its ${where} differ${where === 'rows' ? '' : 's'} from native's`);
  });

  it.each([
    ['half of it is missing', (bytes: Uint8Array) => bytes.slice(0, bytes.length / 2)],
    ['its last page is overwritten', (bytes: Uint8Array) => bytes.slice().fill(255, bytes.length - 4096)],
    ['it is no database', (bytes: Uint8Array) => bytes.slice().fill(1, 0, 100)],
  ])('is not accepted when %s', async (_what, damage) => {
    const good = nativeDatabase(base);
    expect(faultOf(await judged(damage(good)), await judged(good))).toContain('quick_check says');
  });
});
