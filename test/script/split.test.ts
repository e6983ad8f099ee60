// A script is split where SQLite would split it: inputs made by hand, each checked against SQLite as well.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lines } from '../../src/script/position';
import { splitScript, type SplitResult } from '../../src/script/split';
import type { Statement } from '../../src/script/statement';
import { openOracle, type Oracle } from './oracle';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await openOracle();
});
afterAll(() => {
  oracle.close();
});

function statementsOf(source: string): readonly Statement[] {
  const result: SplitResult = splitScript(source);
  if (!result.ok) throw new Error(result.refusal.sentence);
  return result.statements;
}

const TRIGGER = 'CREATE TRIGGER x AFTER INSERT ON t BEGIN';

/** What a user would say is true, the script, and the statements in it. */
const inputs: readonly (readonly [claim: string, source: string, ...texts: readonly string[]])[] = [
  ['an empty script has no statement', ''],
  ['blank lines are no statement', ' \t\r\n\f '],
  ['comments alone are no statement', '-- one; two\n/* three; */'],
  ['semicolons alone are no statement', ';;; ;\n;'],
  ['the last semicolon may be missing', 'SELECT 1;SELECT 2', 'SELECT 1', 'SELECT 2'],
  [
    'a comment before the semicolon belongs to the statement',
    'SELECT 1 -- a\n;SELECT 2 /* b */ ;',
    'SELECT 1 -- a\n',
    'SELECT 2 /* b */ ',
  ],
  ['a comment behind the last statement belongs to it', 'SELECT 1;SELECT 2 -- a\n', 'SELECT 1', 'SELECT 2 -- a'],
  ['semicolons may be doubled', 'SELECT 1;;;SELECT 2;;', 'SELECT 1', 'SELECT 2'],
  ['a semicolon in a string does not end a statement', "SELECT 'a;b';SELECT 2", "SELECT 'a;b'", 'SELECT 2'],
  ['a doubled quote does not end a string', "SELECT 'it''s; fine';SELECT 2", "SELECT 'it''s; fine'", 'SELECT 2'],
  ['a backslash does not escape a quote', "SELECT '\\';SELECT 2", "SELECT '\\'", 'SELECT 2'],
  ['a string of one quote is a string', "SELECT '''';SELECT ';'", "SELECT ''''", "SELECT ';'"],
  ['an empty string is a string', "SELECT '';SELECT ''", "SELECT ''", "SELECT ''"],
  ['a string may span lines', "SELECT 'a\n;b'\n;SELECT 2", "SELECT 'a\n;b'\n", 'SELECT 2'],
  ['a comment mark in a string is none', "SELECT '--';SELECT '/*';SELECT 3", "SELECT '--'", "SELECT '/*'", 'SELECT 3'],
  [
    'a semicolon in a quoted name does not end a statement',
    'SELECT "b;c" FROM "semi;colon";SELECT 2',
    'SELECT "b;c" FROM "semi;colon"',
    'SELECT 2',
  ],
  [
    'a semicolon in a bracketed name does not end a statement',
    'SELECT [b;c] FROM [semi;colon];SELECT 2',
    'SELECT [b;c] FROM [semi;colon]',
    'SELECT 2',
  ],
  [
    'a semicolon in backticks does not end a statement',
    'SELECT `b;c` FROM `semi;colon`;SELECT 2',
    'SELECT `b;c` FROM `semi;colon`',
    'SELECT 2',
  ],
  [
    'a quote in a bracketed name opens no string',
    "SELECT [d'e] FROM [semi;colon];SELECT 2",
    "SELECT [d'e] FROM [semi;colon]",
    'SELECT 2',
  ],
  [
    'a quote in backticks opens no name',
    'SELECT `f"g` FROM `semi;colon`;SELECT 2',
    'SELECT `f"g` FROM `semi;colon`',
    'SELECT 2',
  ],
  ['brackets do not nest', 'SELECT 1 AS [a[b];SELECT 2', 'SELECT 1 AS [a[b]', 'SELECT 2'],
  ['a doubled double quote stays in the name', 'SELECT 1 AS "a"";";SELECT 2', 'SELECT 1 AS "a"";"', 'SELECT 2'],
  ['a doubled backtick stays in the name', 'SELECT 1 AS `a``;`;SELECT 2', 'SELECT 1 AS `a``;`', 'SELECT 2'],
  [
    'a name in another script is a name',
    'SELECT "ünï;cödé" FROM "semi;colon";SELECT 1 AS größe',
    'SELECT "ünï;cödé" FROM "semi;colon"',
    'SELECT 1 AS größe',
  ],
  ['a blob holds no semicolon', "SELECT x'3b';SELECT X''", "SELECT x'3b'", "SELECT X''"],
  ['a bad blob ends at its next quote', "SELECT x'3;b';SELECT 2", "SELECT x'3;b'", 'SELECT 2'],
  [
    'a semicolon in a line comment does not end a statement',
    'SELECT 1 -- a;b\n, 2;SELECT 3',
    'SELECT 1 -- a;b\n, 2',
    'SELECT 3',
  ],
  [
    'an apostrophe in a line comment opens no string',
    "SELECT 1 -- it's\n;SELECT 2 -- isn't",
    "SELECT 1 -- it's\n",
    "SELECT 2 -- isn't",
  ],
  [
    'a semicolon in a block comment does not end a statement',
    'SELECT /* ; */ 1;SELECT 2',
    'SELECT /* ; */ 1',
    'SELECT 2',
  ],
  [
    'an apostrophe in a block comment opens no string',
    "SELECT /* it's */ 1;SELECT 2",
    "SELECT /* it's */ 1",
    'SELECT 2',
  ],
  ['block comments do not nest', 'SELECT 1 /* /* */;SELECT 2', 'SELECT 1 /* /* */', 'SELECT 2'],
  ['a line comment mark in a block comment is none', 'SELECT /* -- */ 1;SELECT 2', 'SELECT /* -- */ 1', 'SELECT 2'],
  ['a block comment mark in a line comment is none', 'SELECT 1 -- /*\n;SELECT 2', 'SELECT 1 -- /*\n', 'SELECT 2'],
  ['a slash star slash does not close a comment', 'SELECT 1 /*/ ; */;SELECT 2', 'SELECT 1 /*/ ; */', 'SELECT 2'],
  ['an empty block comment is a comment', 'SELECT/**/1;SELECT 2', 'SELECT/**/1', 'SELECT 2'],
  ['comments before a statement are not part of it', '-- a\n/* b */ SELECT 1;-- c\nSELECT 2', 'SELECT 1', 'SELECT 2'],
  [
    'comments after the semicolon are not part of a statement',
    'SELECT 1; /* a */ -- b\n;SELECT 2; -- c',
    'SELECT 1',
    'SELECT 2',
  ],
  ['a division is no comment', 'SELECT 4/2;SELECT 4 / *', 'SELECT 4/2', 'SELECT 4 / *'],
  ['a double minus is a comment even between numbers', 'SELECT 1--1;\n;SELECT 2', 'SELECT 1--1;\n', 'SELECT 2'],
  ['a JSON arrow is no comment', "SELECT '{}'->'a', '{}'->>'b';SELECT 2", "SELECT '{}'->'a', '{}'->>'b'", 'SELECT 2'],
  ['a Tcl variable may hold a semicolon', 'SELECT $a(x;y);SELECT 2', 'SELECT $a(x;y)', 'SELECT 2'],
  ['a Tcl variable that is not closed ends at the space', 'SELECT $a(x;y z;SELECT 2', 'SELECT $a(x;y z', 'SELECT 2'],
  ['variables end before a semicolon', 'SELECT ?1, :a, @b, $c::d;SELECT ?', 'SELECT ?1, :a, @b, $c::d', 'SELECT ?'],
  ['a byte order mark is white space', '\uFEFFSELECT 1;\uFEFFSELECT 2', 'SELECT 1', 'SELECT 2'],
  ['a byte order mark in a word is part of it', 'SELECT a\uFEFF;SELECT 2', 'SELECT a\uFEFF', 'SELECT 2'],
  ['Windows line ends are white space', 'SELECT 1 -- a;\r\n;\r\nSELECT 2;\r\n', 'SELECT 1 -- a;\r\n', 'SELECT 2'],
  ['old Mac line ends are white space', 'SELECT 1;\rSELECT\r2;\r', 'SELECT 1', 'SELECT\r2'],
  ['a form feed is white space', 'SELECT 1;\fSELECT\f2', 'SELECT 1', 'SELECT\f2'],
  ['a vertical tab is one only within white space', 'SELECT 1; \vSELECT \v2', 'SELECT 1', 'SELECT \v2'],
  [
    'an illegal character does not join statements',
    'SELECT 1 ! 2;SELECT {3};SELECT 4',
    'SELECT 1 ! 2',
    'SELECT {3}',
    'SELECT 4',
  ],
  ['a no-break space is part of a word', 'SELECT\u00a01;SELECT 2', 'SELECT\u00a01', 'SELECT 2'],
  [
    'a semicolon in a trigger does not end it',
    `${TRIGGER} SELECT 1; SELECT 2; END;SELECT 3`,
    `${TRIGGER} SELECT 1; SELECT 2; END`,
    'SELECT 3',
  ],
  [
    'the END of a CASE does not end a trigger',
    `${TRIGGER} SELECT CASE 1 WHEN 1 THEN 2 END; END;SELECT 3`,
    `${TRIGGER} SELECT CASE 1 WHEN 1 THEN 2 END; END`,
    'SELECT 3',
  ],
  [
    'a CASE in the WHEN of a trigger does not end it',
    'CREATE TRIGGER x UPDATE ON t WHEN CASE new.a WHEN 1 THEN 1 END BEGIN SELECT 1; END;SELECT 3',
    'CREATE TRIGGER x UPDATE ON t WHEN CASE new.a WHEN 1 THEN 1 END BEGIN SELECT 1; END',
    'SELECT 3',
  ],
  [
    'an END as a name does not end a trigger',
    `${TRIGGER} SELECT 1 AS end; SELECT 2 END; END;SELECT 3`,
    `${TRIGGER} SELECT 1 AS end; SELECT 2 END; END`,
    'SELECT 3',
  ],
  [
    'a quoted END does not end a trigger',
    `${TRIGGER} SELECT 1; SELECT "END"; END;SELECT 3`,
    `${TRIGGER} SELECT 1; SELECT "END"; END`,
    'SELECT 3',
  ],
  [
    'an END in a string or comment does not end a trigger',
    `${TRIGGER} SELECT '; END;'; -- ; END;\n/* ; END; */ END;SELECT 3`,
    `${TRIGGER} SELECT '; END;'; -- ; END;\n/* ; END; */ END`,
    'SELECT 3',
  ],
  [
    'a comment may stand between the END of a trigger and its semicolon',
    `${TRIGGER} SELECT 1; END /* x; */ -- y\n;SELECT 3`,
    `${TRIGGER} SELECT 1; END /* x; */ -- y\n`,
    'SELECT 3',
  ],
  [
    'the last trigger needs no final semicolon',
    `SELECT 0;${TRIGGER} SELECT 1; END`,
    'SELECT 0',
    `${TRIGGER} SELECT 1; END`,
  ],
  [
    'a temporary trigger is a trigger',
    'CREATE TEMP TRIGGER x DELETE ON t BEGIN SELECT 1; END;CREATE TEMPORARY TRIGGER y DELETE ON t BEGIN SELECT 1; END;SELECT 3',
    'CREATE TEMP TRIGGER x DELETE ON t BEGIN SELECT 1; END',
    'CREATE TEMPORARY TRIGGER y DELETE ON t BEGIN SELECT 1; END',
    'SELECT 3',
  ],
  [
    'keywords may be in any case',
    'create Trigger x after insert on t begin select 1; eNd;SELECT 3',
    'create Trigger x after insert on t begin select 1; eNd',
    'SELECT 3',
  ],
  [
    'comments may stand between CREATE and TRIGGER',
    'CREATE/**/TEMP--;\nTRIGGER x DELETE ON t BEGIN SELECT 1; END;SELECT 3',
    'CREATE/**/TEMP--;\nTRIGGER x DELETE ON t BEGIN SELECT 1; END',
    'SELECT 3',
  ],
  [
    'an explained trigger is a trigger',
    `EXPLAIN ${TRIGGER} SELECT 1; END;EXPLAIN QUERY PLAN ${TRIGGER} SELECT 1; END;SELECT 3`,
    `EXPLAIN ${TRIGGER} SELECT 1; END`,
    `EXPLAIN QUERY PLAN ${TRIGGER} SELECT 1; END`,
    'SELECT 3',
  ],
  [
    'a trigger may be called begin or end',
    'CREATE TRIGGER begin DELETE ON t BEGIN SELECT 1; END;CREATE TRIGGER end DELETE ON t BEGIN SELECT 1; END;SELECT 3',
    'CREATE TRIGGER begin DELETE ON t BEGIN SELECT 1; END',
    'CREATE TRIGGER end DELETE ON t BEGIN SELECT 1; END',
    'SELECT 3',
  ],
  [
    'all kinds of statements may stand in a trigger',
    `${TRIGGER} INSERT INTO u VALUES(1,2,3); UPDATE u SET a=';'; DELETE FROM u; REPLACE INTO u SELECT * FROM u; END;SELECT 3`,
    `${TRIGGER} INSERT INTO u VALUES(1,2,3); UPDATE u SET a=';'; DELETE FROM u; REPLACE INTO u SELECT * FROM u; END`,
    'SELECT 3',
  ],
  [
    'RAISE in a trigger is nothing special',
    `${TRIGGER} SELECT RAISE(ABORT, 'no; END;') WHERE CASE WHEN new.a THEN 1 ELSE 0 END; END;SELECT 3`,
    `${TRIGGER} SELECT RAISE(ABORT, 'no; END;') WHERE CASE WHEN new.a THEN 1 ELSE 0 END; END`,
    'SELECT 3',
  ],
  [
    'a trigger without a body ends at its semicolon',
    'CREATE TRIGGER x AFTER INSERT ON t;SELECT 2',
    'CREATE TRIGGER x AFTER INSERT ON t',
    'SELECT 2',
  ],
  [
    'a trigger with doubled semicolons is one wrong statement',
    `${TRIGGER} SELECT 1;; END;SELECT 3`,
    `${TRIGGER} SELECT 1;; END`,
    'SELECT 3',
  ],
  [
    'a transaction is two statements, not a trigger',
    'BEGIN;SELECT 1;END;SELECT 2',
    'BEGIN',
    'SELECT 1',
    'END',
    'SELECT 2',
  ],
  [
    'BEGIN … END around other statements holds nothing together',
    'BEGIN IMMEDIATE; SELECT CASE WHEN 1 THEN 2 END; END TRANSACTION',
    'BEGIN IMMEDIATE',
    'SELECT CASE WHEN 1 THEN 2 END',
    'END TRANSACTION',
  ],
  [
    'a table called trigger is no trigger',
    'CREATE TABLE "trigger"(a);SELECT 2',
    'CREATE TABLE "trigger"(a)',
    'SELECT 2',
  ],
  [
    'a quoted TRIGGER is no keyword',
    'CREATE "TRIGGER" x BEGIN SELECT 1; END;SELECT 2',
    'CREATE "TRIGGER" x BEGIN SELECT 1',
    'END',
    'SELECT 2',
  ],
  [
    'CREATE OR REPLACE TRIGGER is not SQLite’s',
    'CREATE OR REPLACE TRIGGER x BEGIN SELECT 1; END',
    'CREATE OR REPLACE TRIGGER x BEGIN SELECT 1',
    'END',
  ],
  ['EXPLAIN needs something to explain', 'EXPLAIN;SELECT 2', 'EXPLAIN', 'SELECT 2'],
  [
    'a WITH clause holds no statement of its own',
    "WITH x AS (SELECT ';'), y AS (SELECT 2) INSERT INTO t SELECT 1,2,3 FROM x;SELECT 2",
    "WITH x AS (SELECT ';'), y AS (SELECT 2) INSERT INTO t SELECT 1,2,3 FROM x",
    'SELECT 2',
  ],
  [
    'a check may hold a CASE',
    "CREATE TABLE n(a CHECK (CASE WHEN a THEN ';' END));SELECT 2",
    "CREATE TABLE n(a CHECK (CASE WHEN a THEN ';' END))",
    'SELECT 2',
  ],
  ['a statement that is not finished is left to SQLite', 'SELECT 1;SELECT (', 'SELECT 1', 'SELECT ('],
  ['a misspelt statement is left to SQLite', 'SELEKT 1;SELECT 2', 'SELEKT 1', 'SELECT 2'],
  [
    'a column may be called go',
    'SELECT a AS\ngo\nFROM t;SELECT a,\n  go\nFROM (SELECT 1 a, 2 go)',
    'SELECT a AS\ngo\nFROM t',
    'SELECT a,\n  go\nFROM (SELECT 1 a, 2 go)',
  ],
  [
    'a table may be called go',
    'INSERT INTO\ngo\nSELECT 1;DROP TABLE\ngo',
    'INSERT INTO\ngo\nSELECT 1',
    'DROP TABLE\ngo',
  ],
  ['a number may begin with a dot', 'SELECT\n.5;SELECT t\n.a FROM t', 'SELECT\n.5', 'SELECT t\n.a FROM t'],
  [
    'a word that begins with END does not end a trigger',
    `${TRIGGER} SELECT 1; ENDING; END;SELECT 3`,
    `${TRIGGER} SELECT 1; ENDING; END`,
    'SELECT 3',
  ],
  [
    'a column called go may be the last word',
    'SELECT 1 FROM (SELECT 1 a, 2 go) WHERE a <\ngo',
    'SELECT 1 FROM (SELECT 1 a, 2 go) WHERE a <\ngo',
  ],
];

describe('a script is split as SQLite does', () => {
  it.each(inputs)('%s', (_claim, source, ...texts) => {
    const statements = statementsOf(source);
    expect(statements.map(({ text }) => text)).toEqual(texts);
    expect(oracle.differenceInSplit(source, statements)).toBeNull();
  });

  it('the oracle notices a split that is wrong', () => {
    const at = (source: string, ...texts: readonly string[]): string | null =>
      oracle.differenceInSplit(
        source,
        texts.map((text) => ({ text, start: source.indexOf(text) })),
      );
    expect(at('SELECT 1;SELECT 2', 'SELECT 1', 'SELECT 2')).toBeNull();
    expect(at('SELECT 1;SELECT 2', 'SELECT 1')).not.toBeNull();
    expect(at('SELECT 1;SELECT 2', 'SELECT 2')).not.toBeNull();
    expect(at('SELECT 1;SELECT 2', 'SELECT 1;SELECT 2')).not.toBeNull();
    expect(at('SELECT 1, 2', 'SELECT 1', '2')).not.toBeNull();
    expect(at("SELECT ';'", "SELECT '", "'")).not.toBeNull();
    expect(at(`${TRIGGER} SELECT 1; END`, `${TRIGGER} SELECT 1`, 'END')).not.toBeNull();
  });
});

describe('a statement knows where it stands', () => {
  it('by line, whatever the line ends', () => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const source = ['/* a', ' b */', 'SELECT', '  1', ';', '', "SELECT 'x", "y' ; SELECT 3"].join(lineEnd);
      const places = statementsOf(source).map(({ ordinal, firstLine, lastLine }) => [ordinal, firstLine, lastLine]);
      expect(places).toEqual([
        [1, 3, 4],
        [2, 7, 8],
        [3, 8, 8],
      ]);
    }
  });

  it('by offset, a byte order mark counted', () => {
    expect(statementsOf('\uFEFF SELECT 1;\r\nSELECT 2').map(({ start }) => start)).toEqual([2, 13]);
  });

  it('and a byte order mark takes no column', () => {
    const lines = new Lines('\uFEFFa\nb');
    expect([0, 1, 3].map((offset) => lines.at(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 1 },
      { line: 2, column: 1 },
    ]);
    expect([1, 2, 3].map((line) => lines.text(line))).toEqual(['a', 'b', '']);
  });

  it('and a byte order mark is worth a note', () => {
    const withMark = splitScript('\uFEFFSELECT 1');
    const without = splitScript('SELECT 1');
    expect(withMark.ok && withMark.notes.map(({ code, line, column }) => [code, line, column])).toEqual([
      ['byte-order-mark', 1, 1],
    ]);
    expect(without.ok && without.notes).toEqual([]);
  });
});

describe('migration 021', () => {
  const source = readFileSync(
    new URL('../../public/migrations/021_otc_multiweek_real_example.sql', import.meta.url),
    'utf8',
  );

  it('is 53 statements, of which 17 add a column', () => {
    const statements = statementsOf(source);
    const added = statements.filter(({ kind }) => kind === 'add column');
    expect(statements).toHaveLength(53);
    expect(added).toHaveLength(17);
    expect(oracle.differenceInSplit(source, statements)).toBeNull();
  });

  it('has the same statements with Windows line ends', () => {
    const windows = statementsOf(source.replaceAll('\n', '\r\n'));
    expect(windows.map(({ text, firstLine }) => [text.replaceAll('\r\n', '\n'), firstLine])).toEqual(
      statementsOf(source).map(({ text, firstLine }) => [text, firstLine]),
    );
  });
});
