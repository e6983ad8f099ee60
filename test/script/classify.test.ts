// What a statement is said to do is what its words say, and what SQLite does when it runs it.
import fc from 'fast-check';
import type { SqlJsStatic } from 'sql.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { classify } from '../../src/script/classify';
import type { StatementClass } from '../../src/script/statement';
import { parseSql } from '../../src/script/tokens';
import { loadSqlite } from './oracle';

let engine: SqlJsStatic;
beforeAll(async () => {
  engine = await loadSqlite();
});

const NOTHING = {
  conditional: false,
  unique: false,
  temporary: false,
  schema: null,
  name: null,
  table: null,
  column: null,
  newName: null,
};
const classified = (sql: string): StatementClass => classify(parseSql(sql).tokens);
const onTable = (name: string): Partial<StatementClass> => ({ name, table: name });

const cases: readonly (readonly [text: string, expected: Partial<StatementClass>])[] = [
  ['CREATE TABLE orders(a)', { kind: 'create table', ...onTable('orders') }],
  [
    'create table if not exists main.orders(a)',
    { kind: 'create table', ...onTable('orders'), schema: 'main', conditional: true },
  ],
  ['CREATE TABLE "or""ders"(a)', { kind: 'create table', ...onTable('or"ders') }],
  ['CREATE TABLE [or ders](a)', { kind: 'create table', ...onTable('or ders') }],
  ['CREATE TABLE `or``ders`(a)', { kind: 'create table', ...onTable('or`ders') }],
  ["CREATE TABLE 'or''ders'(a)", { kind: 'create table', ...onTable("or'ders") }],
  ['CREATE/**/TABLE--x\n"main" . [orders](a)', { kind: 'create table', ...onTable('orders'), schema: 'main' }],
  ['CREATE TABLE t(a CHECK (a AS b))', { kind: 'create table', ...onTable('t') }],
  ['CREATE TEMP TABLE t(a)', { kind: 'create table', ...onTable('t'), temporary: true }],
  ['CREATE TEMPORARY TABLE t(a)', { kind: 'create table', ...onTable('t'), temporary: true }],
  ['CREATE TABLE Temp.t(a)', { kind: 'create table', ...onTable('t'), temporary: true, schema: 'Temp' }],
  ['CREATE TABLE temporary.t(a)', { kind: 'create table', ...onTable('t'), schema: 'temporary' }],
  ['CREATE TABLE t AS SELECT 1', { kind: 'create table as', ...onTable('t') }],
  [
    'CREATE TEMP TABLE IF NOT EXISTS x.t AS WITH y AS (SELECT 1) SELECT * FROM y',
    { kind: 'create table as', ...onTable('t'), temporary: true, conditional: true, schema: 'x' },
  ],
  [
    'CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(a)',
    { kind: 'create virtual table', ...onTable('f'), conditional: true },
  ],
  ['CREATE INDEX i ON t(a)', { kind: 'create index', name: 'i', table: 't' }],
  [
    'CREATE UNIQUE INDEX IF NOT EXISTS main.i ON [t;](a)',
    { kind: 'create index', name: 'i', table: 't;', unique: true, conditional: true, schema: 'main' },
  ],
  ['CREATE VIEW v(a) AS SELECT 1', { kind: 'create view', name: 'v' }],
  [
    'CREATE TEMP VIEW IF NOT EXISTS v AS SELECT 1',
    { kind: 'create view', name: 'v', temporary: true, conditional: true },
  ],
  ['CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END', { kind: 'create trigger', name: 'r', table: 't' }],
  [
    'CREATE TEMP TRIGGER IF NOT EXISTS r INSTEAD OF UPDATE OF a, "on" ON main."v w" WHEN 1 BEGIN SELECT 1; END',
    { kind: 'create trigger', name: 'r', table: 'v w', temporary: true, conditional: true },
  ],
  ['ALTER TABLE t ADD COLUMN c TEXT', { kind: 'add column', ...onTable('t'), column: 'c' }],
  ['ALTER TABLE t ADD c', { kind: 'add column', ...onTable('t'), column: 'c' }],
  [
    'alter table main.t add [a b] TEXT DEFAULT 1',
    { kind: 'add column', ...onTable('t'), schema: 'main', column: 'a b' },
  ],
  [
    'ALTER TABLE t ADD COLUMN IF NOT EXISTS c TEXT',
    { kind: 'add column', ...onTable('t'), column: 'c', conditional: true },
  ],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)', { kind: 'alter table', ...onTable('t') }],
  ['ALTER TABLE t ADD CHECK (a > 1)', { kind: 'alter table', ...onTable('t') }],
  ['ALTER TABLE t DROP CONSTRAINT c', { kind: 'alter table', ...onTable('t') }],
  ['ALTER TABLE t ALTER COLUMN a SET NOT NULL', { kind: 'alter table', ...onTable('t') }],
  ['ALTER TABLE t ALTER a DROP NOT NULL', { kind: 'alter table', ...onTable('t') }],
  ['ALTER TABLE t RENAME TO u', { kind: 'rename table', ...onTable('t'), newName: 'u' }],
  ['ALTER TABLE t RENAME COLUMN a TO b', { kind: 'rename column', ...onTable('t'), column: 'a', newName: 'b' }],
  ['ALTER TABLE t RENAME "TO" TO b', { kind: 'rename column', ...onTable('t'), column: 'TO', newName: 'b' }],
  [
    'ALTER TABLE temp.t DROP COLUMN a',
    { kind: 'drop column', ...onTable('t'), column: 'a', schema: 'temp', temporary: true },
  ],
  ['ALTER TABLE t DROP a', { kind: 'drop column', ...onTable('t'), column: 'a' }],
  ['DROP TABLE t', { kind: 'drop table', ...onTable('t') }],
  ['DROP TABLE IF EXISTS main."t"', { kind: 'drop table', ...onTable('t'), schema: 'main', conditional: true }],
  ['DROP INDEX i', { kind: 'drop index', name: 'i' }],
  ['DROP VIEW IF EXISTS v', { kind: 'drop view', name: 'v', conditional: true }],
  ['DROP TRIGGER temp.r', { kind: 'drop trigger', name: 'r', schema: 'temp', temporary: true }],
  ['INSERT INTO t VALUES(1)', { kind: 'insert', ...onTable('t') }],
  ['INSERT OR ROLLBACK INTO main.t SELECT 1', { kind: 'insert', ...onTable('t'), schema: 'main' }],
  ['REPLACE INTO `t` VALUES(1)', { kind: 'insert', ...onTable('t') }],
  ['UPDATE t SET a=1', { kind: 'update', ...onTable('t') }],
  ['UPDATE OR IGNORE temp."t u" AS x SET a=1', { kind: 'update', ...onTable('t u'), schema: 'temp', temporary: true }],
  ['DELETE FROM t', { kind: 'delete', ...onTable('t') }],
  ['WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x', { kind: 'insert', ...onTable('t') }],
  [
    "WITH RECURSIVE x(a, b) AS NOT MATERIALIZED (SELECT ')', (1)), y AS MATERIALIZED (VALUES(1)) UPDATE t SET a=1",
    { kind: 'update', ...onTable('t') },
  ],
  ['WITH replace AS (SELECT 1) DELETE FROM t', { kind: 'delete', ...onTable('t') }],
  ['WITH x AS (DELETE FROM t) SELECT 1', { kind: 'select' }],
  ['WITH x AS (SELECT 1) VALUES(1)', { kind: 'select' }],
  ['WITH x AS (SELECT 1', { kind: 'other' }],
  ['WITH', { kind: 'other' }],
  ['SELECT 1', { kind: 'select' }],
  ['VALUES(1)', { kind: 'select' }],
  ['BEGIN EXCLUSIVE TRANSACTION', { kind: 'begin' }],
  ['COMMIT', { kind: 'commit' }],
  ['END TRANSACTION', { kind: 'commit' }],
  ['ROLLBACK', { kind: 'rollback' }],
  ['ROLLBACK TRANSACTION', { kind: 'rollback' }],
  ['ROLLBACK TO s', { kind: 'rollback to', name: 's' }],
  ['rollback transaction to savepoint "s"', { kind: 'rollback to', name: 's' }],
  ['ROLLBACK TRANSACTION x TO s', { kind: 'rollback to', name: 's' }],
  ['SAVEPOINT s', { kind: 'savepoint', name: 's' }],
  ['RELEASE s', { kind: 'release', name: 's' }],
  ['RELEASE SAVEPOINT s', { kind: 'release', name: 's' }],
  ['PRAGMA foreign_keys = ON', { kind: 'pragma', name: 'foreign_keys' }],
  ['PRAGMA main.table_info(t)', { kind: 'pragma', name: 'table_info', schema: 'main' }],
  ["ATTACH 'x' AS y", { kind: 'attach', name: 'y' }],
  ["ATTACH DATABASE 'a' || 'b' AS 'y'", { kind: 'attach', name: 'y' }],
  ['DETACH DATABASE y', { kind: 'detach', name: 'y' }],
  ['VACUUM', { kind: 'vacuum' }],
  ["VACUUM main INTO 'x'", { kind: 'vacuum' }],
  ['ANALYZE main.t', { kind: 'analyze', name: 't', schema: 'main' }],
  ['REINDEX', { kind: 'reindex' }],
  ['EXPLAIN INSERT INTO t VALUES(1)', { kind: 'explain' }],
  ['EXPLAIN QUERY PLAN SELECT 1', { kind: 'explain' }],
  [';; DROP TABLE t', { kind: 'drop table', ...onTable('t') }],
  ['"CREATE" TABLE t(a)', { kind: 'other' }],
  ['CREATE "TABLE" t(a)', { kind: 'other' }],
  ['CREATE', { kind: 'other' }],
  ['ALTER TABLE', { kind: 'alter table' }],
  ['ALTER DATABASE x', { kind: 'other' }],
  ['GRANT ALL', { kind: 'other' }],
  ['', { kind: 'other' }],
];

describe('a statement is recognised', () => {
  it.each(cases)('%s', (text, expected) => {
    expect(classified(text)).toEqual({ ...NOTHING, ...expected });
  });

  it('whatever the text, without an exception', () => {
    const words =
      'CREATE ALTER DROP TABLE INDEX TRIGGER VIEW ADD RENAME COLUMN TO IF NOT EXISTS WITH RECURSIVE AS ON OR INTO FROM ROLLBACK SAVEPOINT ATTACH ( ) , . ; "a" [b \'c -- /* x';
    const text = fc.oneof(
      fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 12 }).map((parts) => parts.join(' ')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (sql) => {
        expect(Object.keys(classified(sql)).sort()).toEqual(['kind', ...Object.keys(NOTHING)].sort());
      }),
      runs(1200, 50_000),
    );
  });
});

describe('the column that is said to be added, dropped or renamed is the one that SQLite changes', () => {
  const columnsAfter = (sql: string): string[] => {
    const database = new engine.Database();
    database.run(`CREATE TABLE t(a, "b", [column], "if", [to]); ${sql}`);
    const names =
      database.exec("SELECT name FROM pragma_table_info('t')")[0]?.values.map(([name]) => String(name)) ?? [];
    database.close();
    return names;
  };
  const before = ['a', 'b', 'column', 'if', 'to'];

  it.each([
    'ALTER TABLE t ADD COLUMN c TEXT',
    'ALTER TABLE t ADD c TEXT',
    'ALTER TABLE t ADD column TEXT',
    'ALTER TABLE t ADD "c d"',
    'ALTER TABLE t ADD [COLUMN ] TEXT',
    "ALTER TABLE t ADD 'c''d' TEXT",
    'ALTER TABLE t ADD COLUMN key TEXT',
    'ALTER TABLE t ADD if_ TEXT',
    'ALTER TABLE t ADD COLUMN größe',
    'ALTER TABLE t ADD COLUMN`x``y`',
    'ALTER/**/TABLE t--\nADD COLUMN/* c */d INT',
    'ALTER TABLE t ADD rename',
  ])('%s', (sql) => {
    expect(columnsAfter(sql)).toEqual([...before, classified(sql).column]);
  });

  it.each([
    'ALTER TABLE t DROP COLUMN a',
    'ALTER TABLE t DROP a',
    'ALTER TABLE t DROP COLUMN column',
    'ALTER TABLE t DROP "column"',
    'ALTER TABLE t DROP if',
    'ALTER TABLE t DROP [to]',
    "ALTER TABLE t DROP COLUMN 'b'",
    'ALTER TABLE t RENAME a TO z',
    'ALTER TABLE t RENAME COLUMN column TO z',
    'ALTER TABLE t RENAME "column" TO z',
    'ALTER TABLE t RENAME if TO z',
    'ALTER TABLE t RENAME COLUMN "to" TO z',
    'ALTER TABLE t RENAME a TO "a ""new"" name"',
    'ALTER TABLE t RENAME a/* x */TO [to ] -- z',
  ])('%s', (sql) => {
    const after = columnsAfter(sql);
    const { column, newName } = classified(sql);
    expect(before.filter((name) => !after.includes(name))).toEqual([column]);
    expect(after.filter((name) => !before.includes(name))).toEqual(newName === null ? [] : [newName]);
  });
});
