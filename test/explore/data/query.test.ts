// The console: what it refuses, what a query gives, and where an error lies; native sqlite3 is the oracle.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import { decoderOf } from '../../../src/engine/looking';
import { GLANCE, type Cell } from '../../../src/explore/data/cells';
import { readQuery, runQuery, type QueryAnswer, type QueryFailure } from '../../../src/explore/data/query';
import type { Outcome } from '../../../src/database';
import { askNative, nativeDatabase, withDatabase } from '../../databases';

const bytes = nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, age INT);
  INSERT INTO people VALUES (1, 'Ann', 30), (2, 'Bob', NULL), (3, 'Cem', 52);
  CREATE TABLE visits(person INT, day TEXT); INSERT INTO visits VALUES (1, 'Monday'), (3, 'Friday');
  CREATE INDEX by_day ON visits(day);`);

function run(text: string, rows = 100): Outcome<QueryAnswer, QueryFailure> {
  return withDatabase(bytes, (database) =>
    runQuery(database, text, { rows, cells: GLANCE }, decoderOf(database), () => 0),
  );
}

function answer(text: string, rows?: number): QueryAnswer {
  const outcome = run(text, rows);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

function shown(cell: Cell): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

describe('A query', () => {
  it.each([
    'SELECT * FROM people',
    'SELECT p.name, v.day FROM people p LEFT JOIN visits v ON v.person = p.id ORDER BY p.id DESC',
    'SELECT count(*), max(age), group_concat(name) FROM people',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i, i * i AS square FROM n',
    "VALUES (1, 'a'), (2, 'b')",
    'SELECT name FROM people UNION SELECT day FROM visits ORDER BY 1 DESC',
    'SELECT age, row_number() OVER (ORDER BY age DESC) AS place FROM people ORDER BY id -- the end',
    'SELECT 1 WHERE 0',
    'PRAGMA table_info(people)',
    'PRAGMA user_version',
    'EXPLAIN QUERY PLAN SELECT * FROM people WHERE id = 1',
  ])('gives the rows and the names of columns that sqlite3 gives: %s', (sql) => {
    const { columns, rows, more } = answer(sql);
    const native = askNative(bytes, `.mode list\n.headers on\n.separator "|" "\\n"\n.nullvalue NULL\n${sql}\n;`).split(
      '\n',
    );
    expect(more).toBe(false);
    if (sql.startsWith('EXPLAIN')) {
      expect([columns.at(-1), rows[0]?.at(-1)]).toEqual([
        'detail',
        'SEARCH people USING INTEGER PRIMARY KEY (rowid=?)',
      ]);
    } else {
      const written = rows.map((row) => row.map((cell) => shown(cell)).join('|'));
      const header = rows.length > 0 ? [columns.join('|')] : [''];
      expect([...header, ...written]).toEqual(native);
    }
  });

  it('may have columns of one name, and evaluates what is random once for a row', () => {
    expect(answer('SELECT 1 AS a, 2 AS a').columns).toEqual(['a', 'a:1']);
    const { rows } = answer('SELECT random() AS r, 1 AS one FROM people');
    expect(new Set(rows.map(([r]) => r)).size).toBe(3);
  });

  it('without an end gives the rows that are kept, and says that there are more', () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    const { rows, more } = answer(endless, 50);
    expect([rows.length, rows.at(-1), more]).toEqual([50, [50], true]);
    expect(answer('SELECT * FROM people', 3)).toMatchObject({ more: false });
  });

  it('cannot write, whatever it is called: SQLite itself refuses', () => {
    for (const sql of [
      'DELETE FROM people',
      'CREATE TEMP TABLE x(a)',
      "INSERT INTO visits VALUES (1, 'x') RETURNING day",
    ]) {
      expect(run(sql)).toEqual({ ok: false, error: { message: 'attempt to write a readonly database', offset: 0 } });
    }
  });
});

describe('The console refuses', () => {
  it.each([
    ['DELETE FROM people', 'DELETE would change the database'],
    ['WITH x AS (SELECT 1) UPDATE people SET age = 1', 'UPDATE would change'],
    ['CREATE TABLE x(a)', 'CREATE TABLE would change'],
    ['DROP TABLE people', 'DROP TABLE would change'],
    ["ATTACH 'other.db' AS o", 'no other file'],
    ['BEGIN', 'no transaction'],
    ['VACUUM', 'VACUUM would change'],
    ['PRAGMA user_version = 7', 'can be asked here, but not set'],
    ['PRAGMA journal_mode = WAL', 'can be asked here, but not set'],
    ['PRAGMA optimize', 'does something'],
    ['EXPLAIN PRAGMA user_version = 7', 'carry this PRAGMA out'],
    ['SELECT :name', 'parameter :name'],
  ])('%s, in a sentence', (sql, sentence) => {
    const read = readQuery(`SELECT 1;\n  ${sql}; SELECT 2`);
    if (!read.ok) throw new Error(read.error.sentence);
    expect(read.statements.map(({ refusal }) => refusal)).toEqual([null, expect.stringContaining(sentence), null]);
    expect(read.statements[1]).toMatchObject({ line: 2, column: 3 });
  });

  it('what cannot be taken apart, with its place', () => {
    expect(readQuery("SELECT 1;\nSELECT 'open")).toMatchObject({ ok: false, error: { line: 2, column: 8 } });
    expect(readQuery('.tables')).toMatchObject({ ok: false, error: { line: 1, column: 1 } });
  });

  it('nothing that only asks', () => {
    for (const sql of [
      'PRAGMA table_info(people)',
      'PRAGMA integrity_check',
      'PRAGMA foreign_keys',
      'EXPLAIN DELETE FROM people',
    ]) {
      const read = readQuery(sql);
      expect(read.ok && read.statements.map(({ refusal }) => refusal)).toEqual([null]);
    }
  });
});

describe('An error lies', () => {
  it.each([
    ['SELECT name FORM people WHERE age', 'people'],
    ['SELECT name FROM people WHERE WHERE age', 'WHERE age'],
    ['SELECT age, nme FROM people', 'nme FROM'],
    ["SELECT 'nme', p.nme FROM people p", 'p.nme FROM'],
    ['SELECT * FROM poeple', 'poeple'],
    ['SELECT lenght(name) FROM people', 'lenght'],
    ['SELECT id FROM people, visits, people', 'id FROM'],
    ['SELECT 1 +', ''],
    ['SELECT a # b', '#'],
    ['SELEC 1', 'SELEC'],
  ])('where SQLite stumbled: %s', (sql, at) => {
    const outcome = run(sql);
    expect(outcome.ok).toBe(false);
    const rest = outcome.ok ? '' : sql.slice(outcome.error.offset);
    expect(rest.startsWith(at) && (at !== '' || rest === '')).toBe(true);
  });

  it('somewhere in the statement, whatever is written', () => {
    const words = fc.constantFrom(
      'SELECT',
      'FROM',
      'people',
      'name',
      '(',
      ')',
      ',',
      "'x'",
      '1',
      'WHERE',
      'nope',
      '.',
      '*',
      'f(',
      'AS',
    );
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 9 }), (parts) => {
        const sql = parts.join(' ');
        const outcome = run(sql);
        if (!outcome.ok) expect(outcome.error.offset).toBeLessThanOrEqual(sql.length);
      }),
      runs(150),
    );
  });
});
