// A script that would lose a part without a word is refused, with the place where to look.
import { describe, expect, it } from 'vitest';
import { splitScript } from '../../src/script/split';

function refusalOf(source: string): readonly [string, number, number] | null {
  const result = splitScript(source);
  return result.ok ? null : [result.refusal.code, result.refusal.line, result.refusal.column];
}

function sentenceFor(source: string): string {
  const result = splitScript(source);
  return result.ok ? '' : result.refusal.sentence;
}

const TRIGGER = 'CREATE TRIGGER stamp AFTER INSERT ON t BEGIN\n';

const refused: readonly (readonly [claim: string, source: string, code: string, line: number, column: number])[] = [
  ['a NUL hides the rest of the script', 'SELECT 1;\n\0SELECT 2', 'nul-character', 2, 1],
  ['a NUL in a string hides the rest of it', "SELECT 1;\n SELECT 'a\0b'", 'nul-character', 2, 11],
  ['a script saved as UTF-16 holds NULs', 'S\0E\0L\0', 'nul-character', 1, 2],
  ['a string is not closed', "SELECT 1;\nSELECT 'a;\nSELECT 2;", 'unterminated-string', 2, 8],
  ['a string that ends in a doubled quote is not closed', "SELECT 'a''", 'unterminated-string', 1, 8],
  ['an apostrophe is not doubled', "SELECT 'it's';", 'unterminated-string', 1, 13],
  ['a blob is not closed', "SELECT x'00;", 'unterminated-string', 1, 8],
  ['a double quote is not closed', 'SELECT "a;\nSELECT 2', 'unterminated-identifier', 1, 8],
  ['a backtick is not closed', 'SELECT `a;\nSELECT 2', 'unterminated-identifier', 1, 8],
  ['a bracket is not closed', 'SELECT [a;\nSELECT 2', 'unterminated-identifier', 1, 8],
  ['a block comment is not closed', 'SELECT 1;\n  /* a\nSELECT 2;', 'unterminated-comment', 2, 3],
  ['a block comment is opened by the last characters', 'SELECT 1 /*', 'unterminated-comment', 1, 10],
  ['the column does not count a byte order mark', '\uFEFF/*', 'unterminated-comment', 1, 1],
  ['a lone CR after a line comment hides the next line', '-- a\rSELECT 1;\rSELECT 2;', 'cr-only-line-ends', 1, 1],
  ['a lone CR hides the rest of a statement', 'SELECT 1,\n2 -- two\r,3;\n', 'cr-only-line-ends', 2, 3],
  ['a lone CR hides lines after other comments', 'SELECT 1;\r-- a\r-- b\rSELECT 2', 'cr-only-line-ends', 2, 1],
  ['a trigger never ends', `SELECT 1;\n${TRIGGER}SELECT 1;\nSELECT 2;`, 'incomplete-trigger', 2, 1],
  ['a trigger ends within a statement', `${TRIGGER}SELECT 1`, 'incomplete-trigger', 1, 1],
  ['a trigger has no semicolon before its END', `${TRIGGER}SELECT 1 END;`, 'incomplete-trigger', 1, 1],
  ['a trigger has only the END of a CASE', `${TRIGGER}SELECT CASE WHEN 1 THEN 2 END;`, 'incomplete-trigger', 1, 1],
  ['a trigger has no semicolon after its END', `${TRIGGER}SELECT 1;\nEND\nSELECT 2;`, 'incomplete-trigger', 1, 1],
  ['a dot command', 'SELECT 1;\n.read other.sql\nSELECT 2;', 'shell-command', 2, 1],
  ['a dot command with an apostrophe', ".system don't\nSELECT 2;", 'shell-command', 1, 1],
  ['a backslash command', '\\c other\nSELECT 2;', 'shell-command', 1, 1],
  ['GO after a statement without semicolon', 'CREATE TABLE n(a)\nGO\nCREATE TABLE m(a)\nGO\n', 'shell-command', 2, 1],
  ['GO after a statement with semicolon', 'SELECT 1;\r\n  go\r\n', 'shell-command', 2, 3],
  ['GO at the end, which SQLite would take for an alias', 'SELECT a FROM t\nGO -- done', 'shell-command', 2, 1],
  ['GO with a count', 'SELECT 1;\nGO 5\n', 'shell-command', 2, 1],
  ['GO after a trigger', `${TRIGGER}SELECT 1;\nEND\nGO\nSELECT 1`, 'shell-command', 4, 1],
  ['DELIMITER', 'DELIMITER //\nCREATE TABLE n(a)//', 'shell-command', 1, 1],
  ['the first of several reasons counts', "SELECT 1;\n.open x.db\nSELECT 'a /* ", 'shell-command', 2, 1],
];

describe('a script is refused when', () => {
  it.each(refused)('%s', (_claim, source, code, line, column) => {
    expect(refusalOf(source)).toEqual([code, line, column]);
  });
});

describe('a script is not refused for', () => {
  it.each([
    ['a lone CR where no comment is concerned', 'SELECT 1;\rSELECT 2;\r'],
    ['a lone CR at the end of the last comment', 'SELECT 1; -- a\r'],
    ['a lone CR between comments only', 'SELECT 1;\r-- a\r--b\r\r  -- c'],
    ['a stray CR before CRLF', 'SELECT 1; -- a\r\r\nSELECT 2;'],
    ['a lone CR in a block comment', '/* a\rb */\rSELECT 1;'],
    ['an unpaired quote in a comment', '-- it\'s\nSELECT 1; /* " ` [ */'],
    ['a dot command in a comment or string', "/*\n.mode csv\n*/SELECT '\n.mode csv\nGO\n'"],
    ['a trigger that has lost its body', 'CREATE TRIGGER x AFTER INSERT ON t'],
  ])('%s', (_claim, source) => {
    expect(refusalOf(source)).toBeNull();
  });
});

describe('the sentence of a refusal', () => {
  it.each(refused)('names the place (%s)', (_claim, source, _code, line) => {
    expect(sentenceFor(source)).toMatch(new RegExp(`line ${String(line)}\\b`, 'i'));
  });

  it('names the trigger, and the END that is without a semicolon', () => {
    expect(sentenceFor(`${TRIGGER}SELECT 1;\nEND\nSELECT 2;`)).toContain('trigger stamp at line 1');
    expect(sentenceFor(`${TRIGGER}SELECT 1;\nEND\nSELECT 2;`)).toContain('the END at line 3, column 1');
  });

  it('quotes the line and names the tool', () => {
    expect(sentenceFor('  .read a.sql  \nSELECT 1')).toContain('“.read a.sql”');
    expect(sentenceFor('.open x.db')).toContain('sqlite3 shell');
    expect(sentenceFor('DELIMITER $$')).toContain('mysql');
    expect(sentenceFor(`.read ${'x'.repeat(200)}`).length).toBeLessThan(200);
  });
});

describe('a command of the sqlite3 shell that changes nothing in a database', () => {
  it.each([
    ['.timeout 5000', 1],
    ['.echo on', 1],
    ['  .headers off  ', 1],
    [".print it's done", 1],
    ['.mode csv', 1],
    ['.bail on', 1],
  ])('is left out with a note, and what stands around it runs: %s', (command) => {
    const split = splitScript(`SELECT 1;\n${command}\nSELECT 2;`);
    expect(split.ok && split.statements.map(({ text, firstLine }) => [text, firstLine])).toEqual([
      ['SELECT 1', 1],
      ['SELECT 2', 3],
    ]);
    const note = `Line 2, “${command.trim()}”, is a command of the sqlite3 shell that changes nothing in the database. It is left out.`;
    expect(split.ok && split.notes.map(({ sentence }) => sentence)).toEqual([note]);
  });

  it.each([
    '.read more.sql',
    '.import a.csv t',
    '.open other.db',
    '.restore a.db',
    '.load ext',
    '.system ls',
    '.exit',
    '.once |sh',
  ])('is not one that reads, opens or runs something else, or ends the script: %s', (command) => {
    expect(refusalOf(`SELECT 1;\n${command}\nSELECT 2;`)).toEqual(['shell-command', 2, 1]);
  });
});
