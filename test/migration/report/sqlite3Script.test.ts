// The script to take home: native sqlite3 runs it on a copy of the input and gets the database that the page gives.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readHeader } from '../../../src/file/header';
import { readTransactions } from '../../../src/migration/run/transaction';
import { writeNativeScript } from '../../../src/migration/report/sqlite3Script';
import type { Choices } from '../../../src/migration/outcome';
import { readSchema } from '../../../src/schema/read';
import { migration021, nativeDatabase, plan, runScript, statementsOf, withDatabase } from '../../databases';
import { nativeContents } from '../../fixtures/contents';
import { fixture, UPGRADE } from '../../fixtures/fixture';
import { runSqlite3 } from '../../sqlite3';

const folder = mkdtempSync(join(tmpdir(), 'drydock-native-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const KEEP_NULL: Choices = { existingRows: 'null', strict: false, foreignKeys: 'off' };

/** The script for a database, from its plan or from its run. */
function scriptFor(
  bytes: Uint8Array,
  script: string,
  { from = 'run', choices = KEEP_NULL }: { readonly from?: 'plan' | 'run'; readonly choices?: Choices } = {},
): { readonly sql: string; readonly output: Uint8Array } {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error(header.error);
  const run = runScript(bytes, script, choices);
  const before = withDatabase(bytes, readSchema);
  const { outcomes, after } =
    from === 'run' ? { outcomes: run.outcomes, after: run.run.after } : plan(bytes, script, choices).plan;
  const sql = writeNativeScript({
    database: 'spine.db',
    result: 'spine.upgrade.sql',
    script: 'upgrade.sql',
    statements: statementsOf(script),
    outcomes,
    before,
    schemaCookie: header.value.schemaCookie,
    after,
    rows: new Map(),
    choices,
    ownTransactions: readTransactions(statementsOf(script)).own,
  });
  return { sql, output: run.output };
}

/** Runs a script on a copy of a database with the sqlite3 command; gives what it said and the bytes after. */
function runNative(bytes: Uint8Array, sql: string): { readonly errors: string; readonly bytes: Uint8Array } {
  const path = join(folder, 'copy.db');
  writeFileSync(path, bytes);
  const { stderr } = runSqlite3(['-bail', path], { input: sql });
  return { errors: stderr, bytes: new Uint8Array(readFileSync(path)) };
}

function sample(name: string): Uint8Array {
  return nativeDatabase(readFileSync(`public/migrations/samples/${name}.sql`, 'utf8'));
}

describe.each(['otc-base', 'otc-base-narrow'])('For the sample %s', (name) => {
  test.each(['plan', 'run'] as const)(
    'the script of the %s gives the schema text and the rows of the download',
    (from) => {
      const input = sample(name);
      const { sql, output } = scriptFor(input, migration021, { from });
      const native = runNative(input, sql);
      expect(native.errors).toBe('');
      expect(nativeContents(native.bytes)).toEqual(nativeContents(output));
      expect(nativeContents(native.bytes)).not.toEqual(nativeContents(input));
    },
  );
});

describe.each([
  'page-size-512',
  'utf16be',
  'auto-vacuum-full',
  'free-pages',
  'application-id',
  'sequence',
  'without-rowid',
  'strict',
  'generated',
  'fts5',
  'rtree',
])('For the fixture %s', (name) => {
  test('the script gives the schema text and the rows of the download', () => {
    const input = fixture(name).database;
    const { sql, output } = scriptFor(input, UPGRADE);
    const native = runNative(input, sql);
    expect(native.errors).toBe('');
    expect(nativeContents(native.bytes)).toEqual(nativeContents(output));
  });
});

test.each([
  'PRAGMA foreign_keys = ON; BEGIN; DELETE FROM parent WHERE id = 1; COMMIT; VACUUM; CREATE TABLE more (a);',
  'COMMIT; PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM parent WHERE id = 1; COMMIT; PRAGMA foreign_keys = ON; BEGIN',
  'BEGIN; DELETE FROM parent; ROLLBACK; PRAGMA page_size = 1024; VACUUM; INSERT INTO parent VALUES (9)',
])('The script for one with transactions of its own has them too, and gives the rows of the download: %s', (script) => {
  const input = nativeDatabase(`CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1), (2);
    CREATE TABLE child (parent_id REFERENCES parent ON DELETE CASCADE); INSERT INTO child VALUES (1), (1), (2);`);
  const { sql, output } = scriptFor(input, script, { choices: { ...KEEP_NULL, foreignKeys: 'on' } });
  const native = runNative(input, sql);
  expect(native.errors).toBe('');
  expect(nativeContents(native.bytes)).toEqual(nativeContents(output));
});

const POPULATED = `
  CREATE TABLE "a ""quoted"" name"(id INTEGER PRIMARY KEY, "odd
name" TEXT) ;
  INSERT INTO "a ""quoted"" name" VALUES (1, 'one'), (2, 'go
/
.quit');
  CREATE TABLE log(line TEXT);
  CREATE TRIGGER on_update AFTER UPDATE ON "a ""quoted"" name" BEGIN INSERT INTO log VALUES ('fired'); END;`;
const AWKWARD = `
  -- .quit
  ALTER TABLE "a ""quoted"" name" ADD COLUMN since TEXT NOT NULL DEFAULT (datetime('now')) /* the last word is a comment */
  ;
  ALTER TABLE "a ""quoted"" name" ADD COLUMN id INTEGER;
  SELECT * FROM log;
  PRAGMA user_version = 7;
  CREATE TABLE IF NOT EXISTS log(line TEXT);
  INSERT INTO log VALUES ('go
.quit
/
;');
  CREATE VIEW v AS SELECT 'a;b' AS c -- ends in a comment`;

describe('Names, texts and comments that a shell could trip over', () => {
  test('arrive as they are, a backfill fires no trigger, and what is not needed is left out by name', () => {
    const input = nativeDatabase(POPULATED);
    const { sql, output } = scriptFor(input, AWKWARD, {
      choices: { existingRows: 'upgrade time', strict: false, foreignKeys: 'off' },
    });
    const native = runNative(input, sql);
    expect(native.errors).toBe('');
    expect(nativeContents(native.bytes)).toEqual(nativeContents(output));
    expect(readHeader(native.bytes)).toMatchObject({ value: { userVersion: 7 } });
    for (const line of [
      '2 is left out (skipped)',
      '3 is left out (it only returns rows)',
      '5 is left out (unchanged)',
    ]) {
      expect(sql).toContain(`-- Statement ${line}: `);
    }
  });
});

describe('A database that the script was not written for', () => {
  test.each([
    ['has another table', 'CREATE TABLE more(a);'],
    ['was changed and changed back', 'CREATE TABLE more(a); DROP TABLE more;'],
    ['lacks a trigger', 'DROP TRIGGER on_update;'],
  ])('is refused before anything is changed: it %s', (_why, change) => {
    const { sql } = scriptFor(nativeDatabase(POPULATED), AWKWARD);
    const other = nativeDatabase(POPULATED + change);
    const native = runNative(other, sql);
    expect(native.errors).toContain('this script is for another database');
    expect(Buffer.compare(native.bytes, other)).toBe(0);
  });
});

describe('A statement that fails on rows that have come since', () => {
  test('undoes all of it', () => {
    const base = 'CREATE TABLE t(a); INSERT INTO t VALUES (1), (2);';
    const { sql } = scriptFor(nativeDatabase(base), 'CREATE TABLE u(b); CREATE UNIQUE INDEX once ON t(a);');
    const since = nativeDatabase(`${base} INSERT INTO t VALUES (2);`);
    const native = runNative(since, sql);
    expect(native.errors).toContain('UNIQUE constraint failed: t.a');
    expect(nativeContents(native.bytes)).toEqual(nativeContents(since));
  });
});

describe('The checks in the comments', () => {
  test('give, asked of the upgraded database, what stands beside them', () => {
    const input = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2); CREATE TABLE u(b);');
    const before = withDatabase(input, readSchema);
    const statements = statementsOf('ALTER TABLE t ADD COLUMN b; INSERT INTO u VALUES (1);');
    const { outcomes, after } = plan(input, 'ALTER TABLE t ADD COLUMN b; INSERT INTO u VALUES (1);').plan;
    const rows = new Map([
      ['t', 2],
      ['u', 0],
    ]);
    const names = { database: "it's.db", result: 'x.sql', script: 'x.sql' };
    const sql = writeNativeScript({
      ...names,
      statements,
      outcomes,
      before,
      after,
      schemaCookie: 2,
      rows,
      choices: KEEP_NULL,
      ownTransactions: null,
    });
    expect(sql).toContain('-- ' + `    SELECT count(*) FROM "t";  gives 2`);
    expect(sql).not.toContain('SELECT count(*) FROM "u"');
    // The command that the comment gives, read by a shell.
    const command = /^-- +(sqlite3 .*backup.*)$/m.exec(sql)?.[1] ?? '';
    writeFileSync(join(folder, "it's.db"), input);
    execFileSync('sh', ['-c', command], { cwd: folder });
    expect(nativeContents(new Uint8Array(readFileSync(join(folder, 'before-the-upgrade.db'))))).toEqual(
      nativeContents(input),
    );
  });
});

test('Comments before the semicolon are in the stored schema as native sqlite3 keeps them', () => {
  const input = nativeDatabase('CREATE TABLE t (a);');
  const script = `CREATE TABLE u (a TEXT) STRICT -- one
    ;
    CREATE INDEX i ON t (a)  -- two
    ;
    CREATE INDEX j ON t (a)   ;
    CREATE VIEW v AS SELECT 1 /* three */ ;
    CREATE TRIGGER w AFTER INSERT ON t BEGIN SELECT 1; END -- four
    ;
    CREATE TABLE copy AS SELECT 1 /* five */ ;
    ALTER TABLE t ADD COLUMN b TEXT /* six */ ;
    ALTER TABLE t RENAME COLUMN a TO c -- seven
    ;`;
  const native = runNative(input, script);
  expect(native.errors).toBe('');
  const { sql, output } = scriptFor(input, script);
  expect(nativeContents(output)).toEqual(nativeContents(native.bytes));
  expect(nativeContents(runNative(input, sql).bytes)).toEqual(nativeContents(output));
  const unended = 'CREATE INDEX k ON t (a) -- nine';
  expect(nativeContents(scriptFor(input, unended).output)).toEqual(nativeContents(runNative(input, unended).bytes));
});
