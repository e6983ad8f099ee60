// Which engine a file and a script are given to: told by their texts, before anything is opened.
import { describe, expect, test } from 'vitest';
import type { EngineName } from '../../src/engine/engine';
import { Engines, needsOfFile, withScript } from '../../src/engine/engines';
import { loadSqliteWasm } from '../../src/engine/sqliteWasm/sqliteWasm';
import { sourceOfBlob } from '../../src/engine/pages/blob';
import { makeApi } from '../../src/engine/worker/api';
import { sourceOfBytes, type ByteSource } from '../../src/file/byteSource';
import { readHeader, type Header } from '../../src/file/header';
import { readSchemaTexts } from '../../src/file/schemaTexts';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { rowsOf } from '../../src/database';
import { askNative, chosenFor, engine, engines, nativeDatabase, overlayOf, statementsOf } from '../databases';
import { blobOfBytes, installMemoryBlobs } from '../fuzz/memoryBlob';

function headerOf(bytes: Uint8Array): Header {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error(header.error);
  return header.value;
}

const PLAIN = 'CREATE TABLE t(a);';
const FTS5 = 'CREATE VIRTUAL TABLE f USING fts5(a);';
const FTS4 = 'CREATE VIRTUAL TABLE g USING fts4(a);';
const UTF16 = "PRAGMA encoding = 'UTF-16le';";

describe('The engine', () => {
  test.each<readonly [string, string, string, EngineName, readonly string[], readonly string[]]>([
    ['of a plain file', PLAIN, 'SELECT 1', 'sql.js', [], []],
    ['of a full-text table', FTS5, 'SELECT 1', 'sqlite-wasm', ['the module fts5'], []],
    [
      'of an R-Tree',
      'CREATE VIRTUAL TABLE [r t] USING "rtree_i32"(id, a, b);',
      '',
      'sqlite-wasm',
      ['the module rtree_i32'],
      [],
    ],
    ['of an older full-text table', FTS4, '', 'sql.js', ['the module fts4'], []],
    [
      'of a view that calls median()',
      `${PLAIN} CREATE VIEW v AS SELECT percentile(a, 5) FROM t;`,
      '',
      'sqlite-wasm',
      ['the function percentile'],
      [],
    ],
    [
      'of a script that makes one',
      PLAIN,
      `${PLAIN.replace('t(', 'u(')} create virtual table if not exists main.f using FTS5(a)`,
      'sqlite-wasm',
      ['the module fts5'],
      [],
    ],
    [
      'of a script that asks how pages are used',
      PLAIN,
      'SELECT * FROM dbstat',
      'sqlite-wasm',
      ['the table dbstat'],
      [],
    ],
    [
      'of a script that only names it',
      PLAIN,
      "SELECT 'CREATE VIRTUAL TABLE x USING fts5(a)' -- median(a)",
      'sql.js',
      [],
      [],
    ],
    [
      'of a dump, which writes it into the schema',
      PLAIN,
      `INSERT INTO sqlite_schema VALUES ('table', 'f', 'f', 0, 'CREATE VIRTUAL TABLE f USING fts5(a)')`,
      ...(['sqlite-wasm', ['the module fts5'], []] as const),
    ],
    ['of a table called median', PLAIN, 'CREATE TABLE median(a); INSERT INTO median(a) VALUES (1)', 'sql.js', [], []],
    [
      'of UTF-16 with a full-text table in the script',
      `${UTF16} ${PLAIN}`,
      FTS5,
      'sql.js',
      ['texts in UTF-16'],
      ['the module fts5'],
    ],
    [
      'of both kinds of full-text table in one file',
      FTS4 + FTS5,
      '',
      'sql.js',
      ['the module fts4'],
      ['the module fts5'],
    ],
    [
      'of an older one that the script leaves alone',
      FTS4,
      FTS5,
      'sqlite-wasm',
      ['the module fts5'],
      ['the module fts4'],
    ],
  ])('%s', async (_what, database, script, name, chosenFor, lacks) => {
    const bytes = nativeDatabase(database);
    const needs = withScript(needsOfFile(sourceOfBytes(bytes), headerOf(bytes)), statementsOf(script));
    const chosen = await engines.choose(needs);
    if (!chosen.ok) throw new Error(chosen.error.sentence);
    const { facts } = chosen.value;
    expect(facts.name).toBe(name);
    expect(facts.chosenFor.map(({ what }) => what)).toEqual(chosenFor);
    expect(facts.lacks.map(({ what }) => what)).toEqual(lacks);
    expect(facts.apart === null).toBe(lacks.length === 0);
    for (const what of lacks) expect(facts.apart?.sentence).toContain(`${name} is used, which lacks ${what} (for `);
    expect(facts.words).toMatch(chosenFor.length === 0 ? /^[\d.]+ \(sql\.js\)$/ : / for the |, for texts in UTF-16/);
  });

  test('that cannot be loaded is said to be missing, and is asked for again', async () => {
    let tries = 0;
    const flaky = new Engines({
      'sql.js': () => Promise.resolve(engine),
      'sqlite-wasm': () => (++tries === 1 ? Promise.reject(new Error('no connection')) : loadSqliteWasm()),
    });
    installMemoryBlobs();
    const everything = (size: number): number => size;
    const api = makeApi(flaky, { here: everything, ofRuns: everything });
    const file = blobOfBytes(nativeDatabase(FTS5));
    const first = await api.open(file, 'f.db');
    expect(first.ok ? null : first.error.code).toBe('not-loaded');
    const second = await api.open(file, 'f.db');
    expect(second.ok && second.value.engine.name).toBe('sqlite-wasm');
    expect(tries).toBe(2);
  });
});

describe('The texts of a schema, without an engine', () => {
  const long = `/* ${'long '.repeat(5000)} */`;
  const many = Array.from(
    { length: 300 },
    (_, at) => `CREATE TABLE t${at}(a${at}, b); CREATE INDEX i${at} ON t${at}(b);`,
  );

  test.each([
    ['many of them', `PRAGMA page_size = 512; ${many.join(' ')}`],
    [
      'long ones, over many pages',
      `PRAGMA page_size = 512; CREATE TABLE long(a ${long}); CREATE VIEW v AS SELECT a ${long} FROM long;`,
    ],
    [
      'those of constraints, which have none',
      'CREATE TABLE t(a UNIQUE, b PRIMARY KEY) WITHOUT ROWID; CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END;',
    ],
    ['names of all sorts, in UTF-8', 'CREATE TABLE "größe 𝄞"(a); CREATE VIEW "v;" AS SELECT 1;'],
    ['in UTF-16', `${UTF16} CREATE TABLE "größe 𝄞"(a ${long});`],
    ['in UTF-16 the other way round', `PRAGMA encoding = 'UTF-16be'; CREATE TABLE "größe 𝄞"(a);`],
    ['with reserved bytes and a large page', 'PRAGMA page_size = 65536; CREATE TABLE t(a);'],
    ['of nothing', 'PRAGMA user_version = 1;'],
  ])('%s, are those that SQLite reads', (_what, sql) => {
    const bytes = nativeDatabase(sql);
    const header = headerOf(bytes);
    const decoder = new TextDecoder(header.encoding);
    const read = readSchemaTexts(sourceOfBytes(bytes), header, (part) => decoder.decode(part));
    const database = engine.open(overlayOf(bytes));
    const rows = rowsOf(database, 'SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid');
    database.close();
    expect(read.map(({ type, name, sql: text }) => [type, name, text])).toEqual(rows);
  });

  test('are read as far as a damaged file lets them, and that never throws', () => {
    const bytes = nativeDatabase(`PRAGMA page_size = 512; ${many.join(' ')} ${FTS5}`);
    const header = headerOf(bytes);
    for (let at = 100; at < bytes.length; at += 1511) {
      const damaged = bytes.slice();
      damaged.fill(0xff, at, at + 7);
      expect(readSchemaTexts(sourceOfBytes(damaged), header, (part) => String(part.length)).length).toBeLessThan(700);
    }
    const short: ByteSource = sourceOfBytes(bytes.subarray(0, 1200));
    expect(() => needsOfFile(short, header)).not.toThrow();
  });
});

describe('A file on the second engine', () => {
  installMemoryBlobs();
  const everything = (size: number): number => size;
  const script = `CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f SELECT a FROM t; ALTER TABLE t ADD COLUMN b DEFAULT (datetime('now'))`;

  test('is opened there when a script asks for it, is back on the first one for the next script, and its result is proved', async () => {
    const api = makeApi(engines, { here: everything, ofRuns: everything });
    const bytes = nativeDatabase("CREATE TABLE t(a); INSERT INTO t VALUES ('blue plum'), ('green pear');");
    const kept = bytes.slice();
    const opened = await api.open(blobOfBytes(bytes), 't.db');
    expect(opened.ok && opened.value.engine.name).toBe('sql.js');
    const planned = await api.plan(script, DEFAULT_CHOICES);
    expect(planned.ok && [planned.value.engine.name, planned.value.plan.obstacle]).toEqual(['sqlite-wasm', null]);
    const other = await api.plan('CREATE INDEX i ON t(a)', DEFAULT_CHOICES);
    expect(other.ok && other.value.engine.name).toBe('sql.js');

    const stages: string[] = [];
    const ran = await api.run(script, DEFAULT_CHOICES, ({ stage }) => stages.push(stage));
    if (!ran.ok || !('outcomes' in ran.value) || !ran.value.file) throw new Error('The run was not committed');
    expect(ran.value.engine.name).toBe('sqlite-wasm');
    expect(stages).toContain('statements');
    const { file, outcomes, specified, pages } = ran.value;
    const startedAt = new Date().toISOString();
    const run = { file, outcomes, specified, pages, startedAt, script, choices: DEFAULT_CHOICES };
    expect(await api.openResult(run)).toEqual({ ok: true, value: null });
    for (const code of ['integrity-reopened', 'row-counts', 'content', 'schema-as-specified'] as const) {
      const proof = await api.prove(code, 'full', () => undefined);
      expect(proof.ok && proof.value.result, code).toBe('pass');
    }
    expect(bytes).toEqual(kept);
    const result = sourceOfBlob(file).read(0, file.size);
    const sound = `INSERT INTO f(f) VALUES ('integrity-check'); SELECT a FROM f('plum'); SELECT count(b) FROM t;`;
    expect(askNative(result, sound)).toBe('blue plum\n0');
    // Whoever looks at the result has only its schema to go by.
    expect((await chosenFor(result)).facts.name).toBe('sqlite-wasm');
  });

  test('finds nothing left of what a worker was made ready with, be it for runs or for checks', async () => {
    const api = makeApi(engines, { here: everything, ofRuns: everything });
    for (const purpose of ['runs', 'checks'] as const) await api.warmUp(purpose);
    await expect(api.prove('pages', 'full', () => undefined)).resolves.toMatchObject({ ok: true });
    const opened = await api.open(blobOfBytes(nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);')), 't.db');
    expect(opened.ok && opened.value.tables).toEqual(['t']);
    expect(await api.countRows('t', () => undefined)).toEqual({ ok: true, value: 1 });
    await expect(api.prove('pages', 'full', () => undefined)).rejects.toThrow('No result is open');
  });

  test('leaves nothing behind where its script fails', async () => {
    const api = makeApi(engines, { here: everything, ofRuns: everything });
    const bytes = nativeDatabase(
      `CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1); ${FTS5} INSERT INTO f VALUES ('one');`,
    );
    await api.open(blobOfBytes(bytes), 't.db');
    const failing = "INSERT INTO f VALUES ('two'); DELETE FROM f WHERE rowid = 1; INSERT INTO t VALUES (1)";
    const ran = await api.run(failing, DEFAULT_CHOICES, () => undefined);
    expect(ran.ok && [ran.value.committed, ran.value.file, ran.value.pages.changed]).toEqual([false, null, []]);
  });

  test('stays open where it is opened while the other engine is still being loaded for the one before', async () => {
    let release = (): void => undefined;
    let ask = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const slow = new Engines({
      'sql.js': () => Promise.resolve(engine),
      'sqlite-wasm': async () => {
        ask();
        await held;
        return loadSqliteWasm();
      },
    });
    const api = makeApi(slow, { here: everything, ofRuns: everything });
    await api.open(blobOfBytes(nativeDatabase('CREATE TABLE first(a)')), 'first.db');
    const planning = api.plan(FTS5, DEFAULT_CHOICES);
    await asked;
    const second = nativeDatabase('CREATE TABLE second(a); INSERT INTO second VALUES (1), (2);');
    const opened = await api.open(blobOfBytes(second), 'second.db');
    release();
    const planned = await planning;

    expect(opened.ok && opened.value.schema.relations.map(({ name }) => name)).toEqual(['second']);
    const after = planned.ok ? planned.value.plan.after.relations.map(({ name }) => name) : [];
    expect(after).toEqual(expect.arrayContaining(['first', 'f']));
    expect(after).not.toContain('second');
    expect(await api.countRows('second', () => undefined)).toEqual({ ok: true, value: 2 });
    const next = await api.plan('DROP TABLE second', DEFAULT_CHOICES);
    expect(next.ok && next.value.plan.obstacle).toBeNull();
  });
});
