// Two databases of a gigabyte that differ in a thousand rows: how long it takes to find them, and how much memory.
import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database';
import { RowComparison } from '../../../src/compare/rows/comparison';
import { foreknow } from '../../../src/compare/rows/foreknow';
import { comparePages } from '../../../src/compare/rows/comparePages';
import { Overlay } from '../../../src/engine/pages/overlay';
import { ReadCache } from '../../../src/engine/pages/readCache';
import type { ByteSource } from '../../../src/file/byteSource';
import { readHeader } from '../../../src/file/header';
import { engine } from '../../databases';
import { countsOf, stateOf } from './pairs';

const KEPT = 32e6;
const GIGABYTE = 1e9;

/** Five million rows with a key, an index and a few documents that go on in overflow pages. */
const SCRIPT = `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
  CREATE TABLE reading(id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, at TEXT NOT NULL, value REAL, note TEXT);
  CREATE TABLE station(code TEXT PRIMARY KEY, name TEXT, document BLOB) WITHOUT ROWID;
  BEGIN;
  WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5400000)
    INSERT INTO reading SELECT x, 'sensor ' || (x % 997), datetime(1600000000 + x, 'unixepoch'), x * 0.37,
      'a reading of some length, to be kept: ' || hex(x * 7919) || ' and ' || x FROM n;
  WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 40000)
    INSERT INTO station SELECT 'S' || (x * 7919 % 100003), 'station ' || x, randomblob(x % 9000) FROM n;
  CREATE INDEX reading_sensor ON reading(sensor, at);
  COMMIT;`;

const CHANGES = `BEGIN;
  UPDATE reading SET value = value + 1 WHERE id % 9000 = 1;
  DELETE FROM reading WHERE id % 30000 = 5;
  INSERT INTO reading SELECT id + 10000000, 'new', at, value, note FROM reading WHERE id % 54000 = 7;
  UPDATE station SET document = CAST(document || 'x' AS BLOB) WHERE rtrim(code, '0123456789') = 'S' AND length(document) % 300 = 1 AND length(document) > 4000;
  COMMIT;`;

/** A file that is read as it is asked for. */
function sourceOfFile(path: string): ByteSource & { readonly close: () => void } {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const readInto = (target: Uint8Array | Int8Array, offset: number, position: number, length: number): number =>
    length <= 0 ? 0 : readSync(file, target, offset, Math.min(length, size - position), position);
  return {
    size,
    readInto,
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      readInto(bytes, 0, start, bytes.length);
      return bytes;
    },
    close: () => closeSync(file),
  };
}

function fileAt(path: string) {
  const raw = sourceOfFile(path);
  const header = readHeader(raw.read(0, 100));
  if (!header.ok) throw new Error('The database has no header');
  return { raw, header: header.value };
}

describe('Two databases of a gigabyte that differ in a thousand rows', () => {
  it('are compared in ten seconds and 600 MB', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
    const [before, after] = [join(folder, 'before.db'), join(folder, 'after.db')];
    try {
      execFileSync('sqlite3', ['-bail', before], { input: SCRIPT });
      copyFileSync(before, after);
      execFileSync('sqlite3', ['-bail', after], { input: CHANGES });
      const [ours, theirs] = [fileAt(before), fileAt(after)];
      expect(Math.min(ours.raw.size, theirs.raw.size)).toBeGreaterThan(GIGABYTE * 0.95);
      const start = performance.now();
      const { pages, keptBefore, keptAfter } = await comparePages(
        { header: ours.header, size: ours.raw.size, read: (start, end) => ours.raw.read(start, end) },
        { header: theirs.header, size: theirs.raw.size, read: (start, end) => theirs.raw.read(start, end) },
        () => undefined,
      );
      const files = {
        before: { source: keptBefore.over(new ReadCache(ours.raw, KEPT)), header: ours.header },
        after: { source: keptAfter.over(new ReadCache(theirs.raw, KEPT)), header: theirs.header },
        pages,
      };
      const databases = [files.before, files.after].map(({ source, header }) =>
        engine.open(new Overlay(source, header.pageSize)),
      ) as [Database, Database];
      const comparison = RowComparison.of(
        stateOf(databases[0]),
        stateOf(databases[1]),
        (table) => foreknow(table, files, () => undefined),
        () => undefined,
      );
      const seconds = (performance.now() - start) / 1000;
      const megabytes = process.resourceUsage().maxRSS / 1000;
      console.log(`compared in ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB at most`);
      expect(countsOf(comparison, 'reading')).toBe('+100 -180 ~600 =5399220 by primary key');
      expect(countsOf(comparison, 'station')).toMatch(/^\+0 -0 ~\d+ =\d+ by primary key$/);
      expect(seconds).toBeLessThan(10);
      expect(megabytes).toBeLessThan(600);
      for (const database of databases) database.close();
      for (const { raw } of [ours, theirs]) raw.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 600_000);
});
