// What differs between two schemas is told object by object and part by part, and what is only spelled otherwise is told apart.
import { expect, it } from 'vitest';
import { compareStates } from '../../src/compare/compare';
import type { Comparison } from '../../src/compare/difference';
import type { Answers } from '../../src/compare/question';
import { schemaOf } from './schemas';

const compared = (current: string, desired: string, answers: Answers = new Map()): Comparison =>
  compareStates(schemaOf(current), schemaOf(desired), answers);
const told = ({ differences }: Comparison): readonly string[] =>
  differences.map(({ kind, object, name }) => `${kind} ${object} ${name}`);
const words = ({ differences }: Comparison): readonly string[] =>
  differences.flatMap(({ parts }) => parts.map((part) => part.words));

it('Objects that one schema has and the other has not are added or removed', () => {
  const comparison = compared(
    'CREATE TABLE a (x); CREATE VIEW v AS SELECT x FROM a; CREATE INDEX i ON a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;',
    'CREATE TABLE b (y, z); CREATE TABLE a (x); CREATE INDEX j ON a (x);',
  );
  expect(told(comparison)).toEqual([
    'removed view v',
    'added table b',
    'removed index i',
    'added index j',
    'removed trigger t',
  ]);
});

it('Two schemas that are the same have no difference, whatever order they are in', () => {
  const one = 'CREATE TABLE a (x); CREATE TABLE b (y); CREATE INDEX i ON a (x);';
  const other = 'CREATE TABLE b (y); CREATE TABLE a (x); CREATE INDEX i ON a (x);';
  expect(compared(one, other)).toEqual({ differences: [], spelling: [] });
});

it('What differs only in case, quotes, blanks or comments is spelled otherwise, and nothing more', () => {
  const comparison = compared(
    `CREATE TABLE t (a INTEGER primary key, b text DEFAULT 'x'); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT a FROM t;`,
    `CREATE TABLE "t" (\n  a integer PRIMARY KEY, -- the key\n  [b] TEXT DEFAULT 'x'\n); CREATE INDEX I on "t"(b); CREATE VIEW v AS select "a" from t;`,
  );
  expect(comparison.differences).toEqual([]);
  expect(comparison.spelling.map(({ object, name }) => `${object} ${name}`)).toEqual(['table t', 'view v', 'index I']);
});

it('A string in another case is no spelling, and neither is the name of a column in another case', () => {
  expect(told(compared(`CREATE TABLE t (a DEFAULT 'x')`, `CREATE TABLE t (a DEFAULT 'X')`))).toEqual([
    'altered table t',
  ]);
  expect(words(compared('CREATE TABLE t (userId)', 'CREATE TABLE t (userid)'))).toEqual([
    'column userId renamed to userid',
  ]);
});

it('Columns, keys, constraints and options of a table are told one by one', () => {
  expect(
    words(
      compared(
        'CREATE TABLE t (a INTEGER, b TEXT, gone TEXT, c TEXT DEFAULT 1, UNIQUE (a, b), CHECK (a > 0))',
        'CREATE TABLE t (a INTEGER NOT NULL, b REAL COLLATE NOCASE, c TEXT DEFAULT 2, new BLOB, UNIQUE (a, b), FOREIGN KEY (a) REFERENCES u (x)) STRICT',
      ),
    ),
  ).toEqual([
    'column gone removed',
    'CHECK (a > 0) removed',
    'column a: NOT NULL added',
    'column b: type TEXT → REAL, collation BINARY → NOCASE',
    'column c: default 1 → 2',
    'column new added',
    'FOREIGN KEY (a) REFERENCES u (x) added',
    'STRICT added',
  ]);
});

it('A column in another place is moved, and those around it are not', () => {
  expect(words(compared('CREATE TABLE t (a, b, c, d)', 'CREATE TABLE t (a, d, b, c)'))).toEqual([
    'column d in another place',
  ]);
});

it('A table or column of another name is renamed where an answer says so, and else removed and added', () => {
  const [was, is] = ['CREATE TABLE person (id, name TEXT)', 'CREATE TABLE people (id, title TEXT)'];
  expect(told(compared(was, is))).toEqual(['removed table person', 'added table people']);
  const renamed = compared(
    was,
    is,
    new Map([
      ['table person', 'rename to people'],
      ['column person.name', 'rename to title'],
    ]),
  );
  expect(told(renamed)).toEqual(['renamed table people']);
  expect(words(renamed)).toEqual(['column name renamed to title']);
});

it('What SQLite keeps for itself is not compared', () => {
  const comparison = compared(
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); ANALYZE;',
  );
  expect(told(comparison)).toEqual(['altered table t']);
  expect(words(comparison)).toEqual(['column a: PRIMARY KEY changed, AUTOINCREMENT added']);
});
