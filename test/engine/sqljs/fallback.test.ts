// Where no overlay can stand in for a file of sql.js, the engine works on plain bytes, and gives the same results.
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { rowsOf } from '../../../src/database';
import { inspect } from '../../../src/engine/inspection';
import { OpenedFile } from '../../../src/engine/openedFile';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { makeSample } from '../../../src/engine/sample';
import { loadEngine, type Engine } from '../../../src/engine/sqljs/sqljs';
import { NO_SIDECARS } from '../../../src/file/recovery';
import { ReadCache } from '../../../src/engine/pages/readCache';
import { readHeader, type Header } from '../../../src/file/header';
import { runMigration, type RunResult } from '../../../src/migration/run/run';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import {
  askNative,
  engine as onDemand,
  essence,
  migration021,
  migrationFile,
  nativeDatabase,
  overlayOf,
  statementsOf,
} from '../../databases';
import { bytesOfMake, choices, make, scriptOf } from '../../migration/generated/generatedRuns';

const copying = await loadEngine(undefined, () => false);

function headerOf(bytes: Uint8Array): Header {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error(header.error);
  return header.value;
}

/** Runs a script as the worker does. */
function runWith(
  engine: Engine,
  bytes: Uint8Array,
  script: string,
): { run: RunResult; bytes: Uint8Array; changed: number } {
  const file = new OpenedFile(engine, new Blob([]), {
    sidecars: NO_SIDECARS,
    layers: [],
    cache: new ReadCache(sourceOfBytes(bytes), 1 << 20),
    header: headerOf(bytes),
  });
  return file.using((connected) => {
    const { database, overlay } = connected;
    const tools = { now: () => 0, onStatement: () => undefined, losses: keepLosses };
    const run = runMigration(database, statementsOf(script), DEFAULT_CHOICES, tools);
    if (run.committed) file.settle(connected);
    return { run, bytes: overlay.read(0, overlay.size), changed: overlay.changedPages().length };
  });
}

/** All that a database holds, by native sqlite3: its schema, its settings and every row. */
function dump(bytes: Uint8Array): string {
  const settings = ['page_size', 'encoding', 'auto_vacuum', 'user_version', 'application_id', 'journal_mode'];
  return askNative(bytes, `${settings.map((name) => `PRAGMA ${name};`).join(' ')} PRAGMA integrity_check;\n.dump`);
}

/** A copy without the change counter, the schema cookie and what says which SQLite wrote last. */
function withoutCounters(bytes: Uint8Array): Uint8Array {
  return bytes.slice().fill(0, 24, 28).fill(0, 40, 44).fill(0, 92, 100);
}

/** Runs a script with both engines, and compares all that can be compared. */
function expectTheSame(before: Uint8Array, script: string): void {
  const [copied, overlaid] = [runWith(copying, before, script), runWith(onDemand, before, script)];
  expect(essence(copied.run.outcomes)).toEqual(essence(overlaid.run.outcomes));
  expect(copied.run.committed).toBe(overlaid.run.committed);
  expect(dump(copied.bytes)).toBe(dump(overlaid.bytes));
  const [had, has, same] = [headerOf(before), headerOf(copied.bytes), headerOf(overlaid.bytes)];
  // SQLite counts a commit that wrote what was there already; on plain bytes nothing tells of it.
  const unchanged = Buffer.compare(withoutCounters(overlaid.bytes), withoutCounters(before)) === 0;
  expect(Buffer.compare(copied.bytes, before) === 0).toBe(unchanged);
  if (unchanged) return;
  expect(has.changeCounter).toBe(had.changeCounter + 1);
  expect(has.schemaCookie).toBe(same.schemaCookie);
  expect(has.pageCountIsValid).toBe(true);
  expect(has.pageCount * has.pageSize).toBe(copied.bytes.length);
  expect([has.writeVersion, has.readVersion]).toEqual([had.writeVersion, had.readVersion]);
}

describe('an engine on plain bytes', () => {
  test('is one that says so, and that the file is copied whole', () => {
    expect([copying.onDemand, onDemand.onDemand]).toEqual([false, true]);
    const bytes = nativeDatabase('CREATE TABLE t(a);');
    const findings = [copying, onDemand].map((engine) => {
      const database = engine.open(overlayOf(bytes));
      const { findings } = inspect(
        database,
        { name: 'a.db', size: bytes.length, header: headerOf(bytes), findings: [] },
        engine,
      );
      database.close();
      return findings.map(({ code, severity }) => `${severity}: ${code}`);
    });
    expect(findings).toEqual([['note: copied-whole'], []]);
  });

  test('migrates as the other does, whatever the database and the script', () => {
    fc.assert(
      fc.property(make, choices, (database, steps) => {
        const fixed = scriptOf(database.tables.length, steps).script.replaceAll("datetime('now')", "'2026-01-01'");
        expectTheSame(bytesOfMake(database), fixed);
      }),
      runs(30),
    );
  });

  test.each(['otc-base.sql', 'otc-base-narrow.sql'])('migrates %s as the other does', (base) => {
    expectTheSame(nativeDatabase(migrationFile(`samples/${base}`)), migration021);
  });

  test('keeps the mark of a database in WAL mode', () => {
    const before = nativeDatabase('PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1);');
    expect([headerOf(before).writeVersion, headerOf(before).readVersion]).toEqual([2, 2]);
    expectTheSame(before, 'ALTER TABLE t ADD COLUMN b; CREATE INDEX i ON t(a)');
    expectTheSame(before, 'SELECT 1');
  });

  const QUIET = 'CREATE TABLE IF NOT EXISTS t(a); ALTER TABLE t ADD COLUMN a; SELECT * FROM t';
  test.each([
    ['a script that finds all there', 'DELETE', QUIET],
    ['a script that finds all there, in WAL mode', 'WAL', QUIET],
    ['a script that fails', 'DELETE', 'DELETE FROM t; CREATE TABLE more(a); SELECT * FROM missing'],
  ])('leaves every byte as it was after %s', (_what, mode, script) => {
    for (const end of ['', 'CREATE TABLE gone AS SELECT hex(zeroblob(20000)); DROP TABLE gone;']) {
      const before = nativeDatabase(
        `PRAGMA journal_mode = ${mode}; CREATE TABLE t(a); INSERT INTO t VALUES (1); ${end}`,
      );
      const { bytes, changed } = runWith(copying, before, script);
      expect(Buffer.compare(bytes, before)).toBe(0);
      expect(changed).toBe(0);
    }
  });

  test('leaves bytes past the end of a database where nothing is to do', () => {
    const database = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);');
    const before = new Uint8Array([...database, ...new Uint8Array(5000).fill(7)]);
    expect(Buffer.compare(runWith(copying, before, QUIET).bytes, before)).toBe(0);
    expect(dump(runWith(copying, before, 'INSERT INTO t VALUES (2)').bytes)).toContain('INSERT INTO t VALUES(2)');
  });

  test('writes only the pages that differ, and the first with its counters', () => {
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)';
    const before = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t ${numbers} SELECT hex(zeroblob(50)) FROM n;`);
    expect(runWith(copying, before, "UPDATE t SET a = 'x' WHERE rowid = 2500").changed).toBe(2);
    expect(runWith(copying, before, 'PRAGMA user_version = 7').changed).toBe(1);
  });

  test('does not write into the dropped bytes, and has nothing in its overlay until it is settled', () => {
    const before = nativeDatabase('CREATE TABLE t(a);');
    const kept = before.slice();
    const overlay = overlayOf(before);
    const database = copying.open(overlay);
    rowsOf(database, 'INSERT INTO t VALUES (1)');
    expect(overlay.writtenPages).toEqual([]);
    copying.settle(database);
    database.close();
    expect(overlay.writtenPages.length).toBeGreaterThan(0);
    expect(before).toEqual(kept);
  });

  test('makes the same samples', async () => {
    const texts = await Promise.all(
      [copying, onDemand].map(async (engine) => {
        const made = makeSample(engine, migrationFile('samples/otc-base-narrow.sql'), migration021, 20);
        if (!made.ok) throw new Error(made.error.sentence);
        return askNative(
          new Uint8Array(await made.value.arrayBuffer()),
          'PRAGMA integrity_check; SELECT sql FROM sqlite_schema;',
        );
      }),
    );
    expect(texts[0]).toMatch(/^ok\n/);
    expect(texts[0]).toBe(texts[1]);
  });
});
