// Databases that are made of SQL alone, to compare others with: of a schema, a dump, a folder; and what is told where they cannot be made.
import { describe, expect, test } from 'vitest';
import { makeTarget, readTarget, type MadeTarget, type TargetFault } from '../../src/engine/target';
import type { Outcome } from '../../src/database';
import type { Script } from '../../src/script/statement';
import { askNative, engine, nativeDatabase } from '../databases';

function made(script: Script): Outcome<MadeTarget, TargetFault> {
  const read = readTarget(script);
  return read.ok ? makeTarget(engine, read.value) : read;
}

function bytesOf(script: Script): Uint8Array {
  const target = made(script);
  if (!target.ok) throw new Error(target.error.sentence);
  return target.value.bytes;
}

const SCHEMA = 'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name';
const original = nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, at REAL);
  INSERT INTO people(name, at) VALUES ('Ann', 1.5), ('it''s; Bo', NULL); CREATE INDEX by_name ON people(name);
  CREATE VIEW v AS SELECT name FROM people; CREATE TRIGGER t AFTER INSERT ON people BEGIN SELECT 1; END; ANALYZE;`);

describe('A database that is made of SQL', () => {
  test('is what the shell dumped, with its rows', () => {
    const bytes = bytesOf(askNative(original, '.dump'));
    expect(askNative(bytes, SCHEMA)).toBe(askNative(original, SCHEMA));
    expect(askNative(bytes, 'SELECT * FROM people; SELECT * FROM sqlite_sequence')).toBe(
      askNative(original, 'SELECT * FROM people; SELECT * FROM sqlite_sequence'),
    );
  });

  test.each([
    ['CREATE TABLE a(x); CREATE VIRTUAL TABLE f USING fts4(a);', false],
    ['CREATE TABLE a(x); INSERT INTO a VALUES (1);', true],
    ["CREATE TABLE a(x); INSERT INTO a VALUES (1); ALTER TABLE a ADD COLUMN at DEFAULT (datetime('now'));", true],
    ['CREATE TABLE a(x); INSERT INTO a VALUES (1); DELETE FROM a; CREATE VIEW v AS SELECT 1;', false],
    ['CREATE TABLE a AS SELECT 1 AS x;', true],
  ])('is known to have rows, or none: %s', (script, hasRows) => {
    expect(made(script)).toMatchObject({ value: { hasRows } });
  });

  test('has the schema that the shell prints, which lists tables that only SQLite itself may make', () => {
    const printed = askNative(original, '.schema');
    expect(printed).toContain('CREATE TABLE sqlite_sequence');
    const own = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name";
    // The columns of a view, which the shell writes before the semicolon, are a part of its text from then on.
    expect(askNative(bytesOf(printed), own).replace('\n/* v(name) */', '')).toBe(askNative(original, own));
  });

  test('is as the page’s own run would leave a chain, also where plain SQLite refuses a statement', () => {
    const bytes = bytesOf([
      { name: '1.sql', text: 'CREATE TABLE a(x); INSERT INTO a VALUES (1);' },
      { name: '2.sql', text: "ALTER TABLE a ADD COLUMN at TEXT DEFAULT (datetime('now'));" },
    ]);
    expect(askNative(bytes, 'SELECT x, at IS NULL FROM a')).toBe('1|1');
  });

  test('has the virtual tables that the shell writes into sqlite_schema', () => {
    const text = nativeDatabase("CREATE VIRTUAL TABLE f USING fts4(a); INSERT INTO f VALUES ('one word');");
    const target = made(askNative(text, '.dump'));
    if (!target.ok) throw new Error(target.error.sentence);
    expect(target.value.schema.relations.find(({ name }) => name === 'f')?.kind).toBe('virtual table');
    const bytes = target.value.bytes;
    expect(askNative(bytes, "SELECT * FROM f WHERE f MATCH 'word'")).toBe('one word');
  });

  test('is the same where a schema is large: SQLite takes its objects for sound, and goes on with them', () => {
    const tables = Array.from({ length: 25 }, (_, at) =>
      [
        `CREATE TABLE t${at}(id INTEGER PRIMARY KEY${at % 7 === 0 ? ' AUTOINCREMENT' : ''}, a TEXT UNIQUE, p REFERENCES t${at + 1}(id));`,
        `CREATE INDEX i${at} ON t${at}(a, p); CREATE TABLE w${at}(k PRIMARY KEY, v) WITHOUT ROWID;`,
        `CREATE VIEW v${at} AS SELECT * FROM t${at}; CREATE TRIGGER g${at} AFTER INSERT ON t${at} BEGIN DELETE FROM w${at}; END;`,
      ].join('\n'),
    ).join('\n');
    const bytes = bytesOf(tables);
    const asked = 'SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid; PRAGMA integrity_check;';
    expect(askNative(bytes, asked)).toBe(askNative(nativeDatabase(tables), asked));
    expect(askNative(bytes, "INSERT INTO t24(a) VALUES ('x'); SELECT a FROM v24; PRAGMA integrity_check")).toBe(
      'x\nok',
    );
    expect(made(`${tables}\nCREATE VIEW sqlite_own AS SELECT 1;`).ok).toBe(false);
    expect(made(`${tables}\nCREATE TABLE T3(x);`).ok).toBe(false);
  });

  test('may be empty', () => {
    expect(askNative(bytesOf('-- nothing yet'), 'SELECT count(*) FROM sqlite_schema')).toBe('0');
  });

  test.each([
    ['CREATE TABLE a(x);\nCREATE TABLE a(y);', 'Line 2: table a already exists.', 2],
    ['CREATE TABLE a(x);\n\nCREATE INDEX i ON a(absent);', 'Line 3: no such column: absent.', 3],
    ['CREATE TABLE a(x);\nCREATE TABEL b(y)', 'Line 2: near "TABEL": syntax error.', 2],
    [`CREATE TABLE a(x);\nSELECT 'open`, 'is never closed', 2],
  ])('is not made of %j, and the line is told', (script, sentence, line) => {
    const target = made(script);
    if (target.ok) throw new Error('It was made');
    expect(target.error).toMatchObject({ code: 'target', file: null, line });
    expect(target.error.sentence).toContain(sentence);
  });

  test('is not made of a folder with a fault, and the file is told', () => {
    const target = made([
      { name: '1_a.sql', text: 'CREATE TABLE a(x);' },
      { name: '2_b.sql', text: '\nDROP TABLE b;' },
    ]);
    expect(target).toMatchObject({
      error: { file: '2_b.sql', line: 2, sentence: '2_b.sql, line 2: no such table: b.' },
    });
  });
});
