// Comments beside columns are shown as their documentation, and no comment is shown beside the wrong one.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAddedColumnDocumentation, readDocumentation } from '../../src/script/documentation';
import { splitScript } from '../../src/script/split';
import { loadSqlite } from './oracle';

function columnsOf(sql: string): Record<string, string> {
  return Object.fromEntries(readDocumentation(sql).columns);
}

function addedIn(source: string): Record<string, string> {
  const result = splitScript(source);
  if (!result.ok) throw new Error(result.refusal.sentence);
  return Object.fromEntries(readAddedColumnDocumentation(source, result.statements));
}

describe('the documentation of a column is', () => {
  it.each<[string, string, Record<string, string>]>([
    ['the comment after its comma', 'CREATE TABLE t(\n a INT, -- the a\n b INT\n)', { a: 'the a' }],
    [
      'the comment before its comma',
      'CREATE TABLE t(\n a INT -- the a\n, b INT -- the b\n)',
      { a: 'the a', b: 'the b' },
    ],
    [
      'a block comment on its line',
      'CREATE TABLE t(\n a INT, /* the a */\n b /* the b */ INT\n)',
      { a: 'the a', b: 'the b' },
    ],
    ['a block comment before it on its line', 'CREATE TABLE t(\n a INT,\n /* the b */ b INT\n)', { b: 'the b' }],
    [
      'under its name in lower case',
      'CREATE TABLE t(\n "My Id" INT, -- one\n [B;c] INT, -- two\n `D` INT -- three\n)',
      { 'my id': 'one', 'b;c': 'two', d: 'three' },
    ],
    ['not a comment before a comma at the start of a line', 'CREATE TABLE t(\n a INT\n /* x */, b INT\n)', {}],
    [
      'not a heading',
      'CREATE TABLE t(\n -- Key\n a INT, -- the a\n\n -- Lineage\n b INT,\n /* Rest */\n c INT\n)',
      { a: 'the a' },
    ],
    [
      'continued by lines that begin at the same place',
      'CREATE TABLE t(\n a INT, -- one\n        -- two\n        -- three\n -- Lineage\n b INT\n)',
      { a: 'one two three' },
    ],
    ['not continued after other lines', 'CREATE TABLE t(\n a INT, -- one\n\n        -- two\n b INT\n)', { a: 'one' }],
    [
      'all comments in a definition of several lines',
      'CREATE TABLE t(\n a INT -- one\n  NOT NULL, -- two\n b INT\n)',
      { a: 'one two' },
    ],
    [
      'found though the type has parentheses',
      "CREATE TABLE t(\n a DECIMAL(1,2) DEFAULT (datetime('now')), -- the a\n b TEXT CHECK (b IN ('x', ',')) -- the b\n)",
      { a: 'the a', b: 'the b' },
    ],
    [
      'not the comment of a constraint',
      'CREATE TABLE t(\n a INT, -- the a\n b INT,\n PRIMARY KEY (a), -- key\n UNIQUE(b), -- u\n CHECK (a > 1), -- c\n FOREIGN KEY (a) REFERENCES t(a), -- f\n CONSTRAINT x CHECK (1) -- x\n)',
      { a: 'the a' },
    ],
    ['not a mere rule', 'CREATE TABLE t(\n a INT, -- ------\n b INT -- ?\n)', {}],
    [
      'the text of the comment, marks within it included',
      'CREATE TABLE t(\n a INT, --- it\'s -- "x, y" (z\n b INT, -- * all\n c INT -- -1: none\n)',
      { a: 'it\'s -- "x, y" (z', b: '* all', c: '-1: none' },
    ],
    [
      'one line, though a block comment has several',
      'CREATE TABLE t(\n a INT, /* one\n * two\r\n   three */\n b INT)',
      { a: 'one two three' },
    ],
    [
      'the same with Windows line ends',
      'CREATE TABLE t(\r\n a INT, -- the a\r\n        -- and more\r\n b INT -- the b\r\n)',
      { a: 'the a and more', b: 'the b' },
    ],
    ['not what follows the list', 'CREATE TABLE t(\n a INT\n) -- x\n STRICT, WITHOUT ROWID -- y', {}],
    ['not found in other statements', 'CREATE INDEX i ON t(\n a -- the a\n)', {}],
    ['not found in broken ones', 'CREATE TABLE t(\n a INT, -- the a\n (,,)', { a: 'the a' }],
  ])('%s', (_claim, sql, expected) => {
    expect(columnsOf(sql)).toEqual(expected);
  });

  it.each([
    'CREATE TABLE t AS SELECT 1 -- x',
    'CREATE VIRTUAL TABLE t USING fts5(\n a, -- x\n)',
    '',
    ')(',
    'CREATE TABLE',
    'CREATE TABLE t(',
    "CREATE TABLE t('",
  ])('none in %j', (sql) => {
    expect(readDocumentation(sql)).toEqual({ table: null, columns: new Map() });
  });
});

describe('the documentation of a table is', () => {
  it.each([
    [
      'the comment after the opening parenthesis',
      'CREATE TABLE t ( -- all the ts\n -- Key\n a INT -- the a\n)',
      'all the ts',
    ],
    ['the comment before it', 'CREATE TABLE t -- all\n/* the ts */ (\n a INT -- the a\n)', 'all the ts'],
    ['continued below', 'CREATE TABLE t ( -- all\n                 -- the ts\n a INT\n)', 'all the ts'],
    ['not a heading', 'CREATE TABLE t (\n -- Key\n a INT\n)', null],
    ['not the comment of a first column on the same line', 'CREATE TABLE t (a INT, -- the a\n b INT)', null],
  ])('%s', (_claim, sql, expected) => {
    expect(readDocumentation(sql).table).toBe(expected);
  });
});

describe('after ALTER TABLE ADD COLUMN', () => {
  it.each([
    ['as last columns', 'CREATE TABLE t(\n a INT, -- the a\n b INT -- the b\n)'],
    ['before a constraint', 'CREATE TABLE t(\n a INT, -- the a\n b INT, -- the b\n PRIMARY KEY (a) -- key\n)'],
    [
      'before a constraint, with the comma below',
      'CREATE TABLE t(\n a INT -- the a\n,b INT -- the b\n,PRIMARY KEY (a)\n)',
    ],
  ])('the comments stay with their columns: %s', async (_claim, sql) => {
    const engine = await loadSqlite();
    const database = new engine.Database();
    database.run(`${sql}; ALTER TABLE t ADD COLUMN c TEXT; ALTER TABLE t ADD d`);
    const stored = database.exec("SELECT sql FROM sqlite_schema WHERE name = 't'")[0]?.values[0]?.[0];
    database.close();
    expect(columnsOf(String(stored))).toEqual({ a: 'the a', b: 'the b' });
  });

  it('a table of one line of columns is not mistaken for one', () => {
    expect(columnsOf('CREATE TABLE t(\n x INT, y INT, -- the y\n PRIMARY KEY (x)\n)')).toEqual({ y: 'the y' });
  });

  it('a table that always had two columns on its last line is not mistaken for one', () => {
    expect(columnsOf('CREATE TABLE t(\n x INT, y INT, -- the y\n a INT, b INT, -- the b\n PRIMARY KEY (a)\n)')).toEqual(
      { y: 'the y', b: 'the b' },
    );
  });
});

describe('the documentation of an added column is', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'the comment after its statement',
      'ALTER TABLE T ADD COLUMN C TEXT; -- the c\nALTER TABLE t ADD d;',
      { 't.c': 'the c' },
    ],
    ['the comment before the semicolon', 'ALTER TABLE t ADD c TEXT -- the c\n;', { 't.c': 'the c' }],
    [
      'each its own on one line',
      'ALTER TABLE t ADD c; /* the c */ ALTER TABLE "t u" ADD "d e" TEXT; -- the d',
      { 't.c': 'the c', 't u.d e': 'the d' },
    ],
    [
      'continued below',
      'ALTER TABLE t ADD c; -- one\n                     -- two\n-- Rest\nSELECT 1;',
      { 't.c': 'one two' },
    ],
    ['not the comment on the next line', 'ALTER TABLE t ADD c;\n-- not\nALTER TABLE t ADD d;', {}],
    ['not what follows another statement', 'ALTER TABLE t ADD c; SELECT 1; -- not', {}],
    ['not what follows a renaming', 'ALTER TABLE t RENAME a TO c; -- not', {}],
    ['found without semicolon at the end', 'ALTER TABLE t ADD c -- the c', { 't.c': 'the c' }],
  ])('%s', (_claim, source, expected) => {
    expect(addedIn(source)).toEqual(expected);
  });
});

describe('migration 021', () => {
  const source = readFileSync(
    new URL('../../public/migrations/021_otc_multiweek_real_example.sql', import.meta.url),
    'utf8',
  );

  it('documents each column that has a comment on its line, and no other', () => {
    const result = splitScript(source);
    const tables = result.ok ? result.statements.filter(({ kind }) => kind === 'create table') : [];
    let found = 0;
    for (const { text } of tables) {
      const withComment = [...text.matchAll(/^ +(\w+) .*, *-- (.+)$/gm)].map(([, column, words]) => [column, words]);
      expect(columnsOf(text)).toMatchObject(Object.fromEntries(withComment));
      found += withComment.length;
    }
    expect(tables.length).toBeGreaterThan(4);
    expect(found).toBeGreaterThan(30);
  });
});
