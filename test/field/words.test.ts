// Words of a script that mean something else than they seem to: names in double quotes, comment signs in text, dumps, texts that are times.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { askNative, nativeDatabase } from '../databases';
import { natively, said, warned, withFix } from './foreseen';

const DUMP = '.dump';

describe('A word in double quotes', () => {
  const bytes = nativeDatabase(
    "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT, \"$.x\" TEXT); INSERT INTO guest VALUES (1, 'a', '{}'), (2, 'b', '{}'); CREATE TABLE seen (n, m);",
  );

  it('is told as a string where native sqlite3 finds no column of its name, in whatever statement it stands', () => {
    const word = fc.constantFrom('name', 'NAME', 'nam', 'rowid', '$.x', '$.y', "it's", 'guest', 'id');
    const statement = fc.constantFrom(
      (one: string) => `UPDATE guest SET name = ${one} WHERE id = 1`,
      (one: string) => `DELETE FROM guest WHERE name = ${one}`,
      (one: string) => `INSERT INTO seen SELECT id, ${one} FROM guest AS g WHERE g.id > 1`,
      (one: string) => `INSERT INTO seen (n) SELECT coalesce(${one}, 1) FROM guest`,
      (one: string) => `WITH s AS (SELECT id AS name FROM guest) INSERT INTO seen SELECT ${one}, 1 FROM s WHERE false`,
      (one: string) => `CREATE VIEW w AS SELECT id FROM guest WHERE ${one} > 'c'`,
      (one: string) => `CREATE TRIGGER t AFTER INSERT ON seen BEGIN UPDATE guest SET name = ${one}; END`,
    );
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(word, statement, (text, write) => {
        const quoted = write(`"${text}"`);
        // In backticks it is a name, or an error. A view and a trigger are only looked at when they are used.
        const use =
          { CREATE_VIEW: 'SELECT * FROM w;', CREATE_TRIG: 'INSERT INTO seen VALUES (1, 2);' }[
            quoted.slice(0, 11).replace(' ', '_')
          ] ?? 'SELECT 1;';
        const { error } = natively(bytes, `${write(`\`${text}\``)};`, use);
        const isString = error.includes('no such column');
        const result = said(bytes, quoted);
        const found = result.warnings.filter(({ code }) => code === 'double-quoted-string');
        expect(found.map(({ subject }) => subject)).toEqual(isString ? [`word ${text}`] : []);
        seen.add(isString);
      }),
      runs(20, 200),
    );
    expect(seen.size).toBe(2);
  });

  it('is only said to be the same in rows where it is a value of each', () => {
    const sentences = (script: string): readonly string[] =>
      said(bytes, script).warnings.map(({ sentence }) => sentence);
    expect(sentences('UPDATE guest SET name = "nick"')).toEqual([expect.stringContaining(', the same in 2 rows')]);
    expect(sentences('INSERT INTO seen VALUES (1, "a"), (2, "b")')).toEqual([
      expect.stringContaining('; the statement writes 2 rows'),
      expect.stringContaining('; the statement writes 2 rows'),
    ]);
    expect(sentences('INSERT INTO seen SELECT 1, name FROM guest WHERE name <> "zz"')).toEqual([
      expect.stringContaining('; the statement writes 2 rows'),
    ]);
  });

  it('after DEFAULT of several columns is told once, and written in single quotes at each', () => {
    const script = 'CREATE TABLE post (a TEXT DEFAULT "", b TEXT DEFAULT "", c TEXT DEFAULT "x");';
    const { warnings } = said(bytes, script);
    expect(warnings.map(({ sentence }) => sentence)).toEqual([
      `DEFAULT "" is the string '', 2 times: in quotes SQLite takes it as it is written.`,
      `DEFAULT "x" is the string 'x': in quotes SQLite takes it as it is written.`,
    ]);
    expect(warnings[0] && withFix(script, warnings[0])).toBe(
      `CREATE TABLE post (a TEXT DEFAULT '', b TEXT DEFAULT '', c TEXT DEFAULT "x");`,
    );
  });

  it('after DEFAULT is a string also where it is spelled as a keyword', () => {
    const result = said(bytes, 'CREATE TABLE log (at TEXT DEFAULT "current_timestamp", kind TEXT DEFAULT "new")');
    expect(result.warnings.map(({ severity, subject }) => [severity, subject])).toEqual([
      ['warning', 'default current_timestamp'],
      ['note', 'default new'],
    ]);
    expect(askNative(result.bytes, 'INSERT INTO log DEFAULT VALUES; SELECT at, kind FROM log;')).toBe(
      'current_timestamp|new',
    );
  });
});

describe('A script with comment signs, semicolons and quotes in every place', () => {
  it('gives what native sqlite3 makes of it', () => {
    const text = fc.constantFrom("'-- a'", "'/* b */; c'", "'d''; --'", "'END;'", "x'2d2d'");
    const gap = fc.constantFrom(' ', ' /* ; -- */ ', ' -- it\'s; "x"\n', '\n/* a\n -- b */\n');
    const name = fc.constantFrom('"a--b"', '[c/*d*/]', '`e;f`');
    fc.assert(
      fc.property(fc.array(fc.tuple(text, gap, name), { minLength: 1, maxLength: 5 }), (parts) => {
        const bytes = nativeDatabase(
          'CREATE TABLE note (id INTEGER PRIMARY KEY, "a--b" TEXT, [c/*d*/] TEXT, `e;f` TEXT);',
        );
        const script = parts
          .map(([value, space, column], at) =>
            at % 3 === 2
              ? `CREATE TRIGGER t${at}${space}AFTER UPDATE ON note BEGIN${space}UPDATE note SET ${column} = CASE WHEN new.id = ${at} THEN ${value}${space}ELSE ${column} END; END;`
              : at % 3 === 1
                ? `UPDATE${space}note SET ${column}${space}= ${value};${space}`
                : `${space}INSERT INTO note (id, ${column})${space}VALUES (${at}, ${value});`,
          )
          .join('\n');
        expect(askNative(said(bytes, script).bytes, DUMP)).toBe(natively(bytes, script, DUMP).text);
      }),
      runs(8, 150),
    );
  });
});

describe('A dump that is run as a script', () => {
  it('gives the database that was dumped, with nothing to warn of', () => {
    const value = fc.constantFrom(
      '9223372036854775807',
      '-9223372036854775808',
      '1e999',
      '-1e999',
      "'line' || char(10) || 'two;'",
      "'it''s'",
      "x'00ff'",
      'NULL',
      '0.1 + 0.2',
      "''",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 5 }), fc.boolean(), (rows, counts) => {
        const inserts = rows.map(([a, b]) => `INSERT INTO "t 1" (a, "b;") VALUES (${a}, ${b});`).join('\n');
        const source = nativeDatabase(
          `CREATE TABLE "t 1" (id INTEGER PRIMARY KEY ${counts ? 'AUTOINCREMENT' : ''}, a, "b;" TEXT DEFAULT 'x;y'); ${inserts} DELETE FROM "t 1" WHERE id > 3;
           CREATE VIEW "v;" AS SELECT a FROM "t 1"; CREATE UNIQUE INDEX i ON "t 1" (id, a);
           CREATE TRIGGER t AFTER DELETE ON "t 1" BEGIN SELECT 'gone;'; END; CREATE VIRTUAL TABLE words USING fts4 (body);`,
        );
        const dump = askNative(source, DUMP);
        const result = said(nativeDatabase('CREATE TABLE already (x);'), dump);
        expect(result.committed).toBe(true);
        expect(warned(result)).toEqual([]);
        expect([...result.proofs.values()].filter((proof) => proof.result === 'fail')).toEqual([]);
        expect(askNative(result.bytes, DUMP).replace(/^CREATE TABLE already\(?.*\n/m, '')).toBe(dump);
      }),
      runs(6, 60),
    );
  });
});

describe('Texts that are turned into times', () => {
  it('give the same numbers as native sqlite3', () => {
    const time = fc.constantFrom(
      "'2021-04-22 11:49:49.409+00:00'",
      "'1969-12-31 23:59:59.999'",
      "'2024-02-29'",
      "'no time'",
      "'9999-12-31T23:59:59Z'",
      '1619092189409',
      'NULL',
      "x'3230'",
    );
    const script =
      "UPDATE beat SET at = CAST(round((julianday(at) - 2440587.5) * 86400000) AS INTEGER) WHERE typeof(at) = 'text'; UPDATE beat SET s = strftime('%s', at / 1000, 'unixepoch');";
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 8 }), (times) => {
        const bytes = nativeDatabase(
          `CREATE TABLE beat (id INTEGER PRIMARY KEY, at, s); INSERT INTO beat (at) VALUES ${times.map((one) => `(${one})`).join(', ')};`,
        );
        expect(askNative(said(bytes, script).bytes, DUMP)).toBe(natively(bytes, script, DUMP).text);
      }),
      runs(6, 60),
    );
  });
});
