// ADD COLUMN with a non-constant default on tables that hold rows: the schema that an empty table gets, and the rows kept.
import { part } from '../../amount';
import { describe, expect, test } from 'vitest';
import type { Choices } from '../../../src/migration/outcome';
import { isFine } from '../../../src/migration/proofs/proof';
import { apply, askNative, digestOf, essence, migrate, nativeDatabase, plan, verdicts } from '../../databases';

const NULLS: Choices = { existingRows: 'null', strict: false, foreignKeys: 'off' };
const STAMP: Choices = { existingRows: 'upgrade time', strict: false, foreignKeys: 'off' };

/** What it is, its name as SQL, the statements that make and fill it, and an INSERT of one more row. */
const TABLES: readonly (readonly [string, string, string, string])[] = [
  ['plain', 't', "CREATE TABLE t(a); INSERT INTO t VALUES (1), (NULL), (x'00')", 'INSERT INTO t(a) VALUES (2)'],
  [
    'with a name and columns that need quotes',
    '"we ""ird; \'name\'"',
    `CREATE TABLE "we ""ird; 'name'"("sel ect" TEXT, [check] INT, \`default\` DEFAULT (1 + 1));
     INSERT INTO "we ""ird; 'name'" VALUES ('a', 1, 2)`,
    `INSERT INTO "we ""ird; 'name'"("check") VALUES (2)`,
  ],
  [
    'with a name beyond ASCII',
    'Größe_表',
    "CREATE TABLE Größe_表(ä TEXT, 列 INT); INSERT INTO Größe_表 VALUES ('ß', 1)",
    'INSERT INTO Größe_表(列) VALUES (2)',
  ],
  [
    'with comments in its DDL',
    'c',
    "CREATE TABLE c( -- first; (no end)\n  a INT, /* , b ) */ b TEXT -- it's last\n); INSERT INTO c VALUES (1, 'x')",
    'INSERT INTO c(a) VALUES (2)',
  ],
  [
    'with constraints of the table',
    'k',
    `CREATE TABLE k(a INT, b INT, PRIMARY KEY (a), UNIQUE (b, a), CONSTRAINT positive CHECK (a > 0),
       FOREIGN KEY (b) REFERENCES k(a)); INSERT INTO k VALUES (1, 1), (2, 99)`,
    'INSERT INTO k(a) VALUES (3)',
  ],
  [
    'with AUTOINCREMENT',
    's',
    'CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO s VALUES (500, 1); INSERT INTO s(a) VALUES (2); DELETE FROM s WHERE id = 501',
    'INSERT INTO s(a) VALUES (3)',
  ],
  [
    'WITHOUT ROWID',
    'w',
    "CREATE TABLE w(a TEXT PRIMARY KEY DESC, b) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('b', 2)",
    "INSERT INTO w(a) VALUES ('c')",
  ],
  [
    'STRICT',
    'st',
    "CREATE TABLE st(a INT, b ANY) STRICT; INSERT INTO st VALUES (1, 'x')",
    'INSERT INTO st(a) VALUES (2)',
  ],
  [
    'STRICT and WITHOUT ROWID',
    'sw',
    'CREATE TABLE sw(a INT PRIMARY KEY) STRICT, WITHOUT ROWID; INSERT INTO sw VALUES (1), (2)',
    'INSERT INTO sw(a) VALUES (3)',
  ],
  [
    'with generated columns',
    'g',
    'CREATE TABLE g(a INT, v AS (a + 1), s INT AS (a * 2) STORED NOT NULL); INSERT INTO g VALUES (1), (2)',
    'INSERT INTO g(a) VALUES (3)',
  ],
  [
    'with triggers, indexes and views',
    'x',
    `CREATE TABLE log(line); CREATE TABLE x(a, b);
     CREATE TRIGGER x1 AFTER UPDATE ON x BEGIN INSERT INTO log VALUES ('updated'); END;
     CREATE INDEX x_expression ON x(a || b); CREATE UNIQUE INDEX x_partial ON x(a) WHERE b > 1;
     CREATE TRIGGER "x 2" BEFORE UPDATE OF a ON X BEGIN SELECT RAISE(ABORT, 'it''s fixed;'); END;
     CREATE VIEW all_x AS SELECT * FROM x; CREATE TRIGGER x3 BEFORE INSERT ON x BEGIN INSERT INTO log VALUES (new.a); END;
     INSERT INTO x VALUES (1, 2), (3, 4); DELETE FROM log`,
    'INSERT INTO x(a) VALUES (5)',
  ],
  [
    'whose columns took all names of the rowid',
    'r',
    'CREATE TABLE r(rowid TEXT, oid, _rowid_ REAL); INSERT INTO r VALUES (1, 2, 3), (4, 5, 6)',
    'INSERT INTO r(oid) VALUES (7)',
  ],
  [
    'with odd rowids',
    'n',
    'CREATE TABLE n(a); INSERT INTO n(rowid, a) VALUES (-9223372036854775808, 1), (0, 2), (9007199254740993, 3)',
    'INSERT INTO n(a) VALUES (4)',
  ],
];

/** Column definitions whose defaults SQLite refuses on a table that has rows; the first four are NOT NULL. */
const DEFINITIONS: readonly string[] = [
  "TEXT NOT NULL DEFAULT (datetime('now'))",
  'TEXT NOT NULL DEFAULT CURRENT_DATE',
  'INTEGER CONSTRAINT there NOT NULL ON CONFLICT ABORT DEFAULT (abs(-7)) CHECK (c2 > 1)',
  'INT NOT NULL DEFAULT (random())',
  "TEXT -- when it was seen;\n DEFAULT (datetime('now'))",
  'TEXT DEFAULT CURRENT_TIMESTAMP',
  'INTEGER DEFAULT (1 + 2)',
  "TEXT COLLATE NOCASE DEFAULT ('x' || /* ) */ 'it''s')",
  'INTEGER DEFAULT (random()) CHECK (c8 <> 1 AND c3 <> 1)',
  'INTEGER REFERENCES k(a) DEFAULT (1 + 1)',
  'REAL DEFAULT (1.0 / 3)',
  "BLOB DEFAULT (CAST('a' || 'b' AS BLOB))",
  'TEXT DEFAULT (char(97, 0, 98))',
  'TEXT DEFAULT current_time NULL',
];

const addAll = (table: string): string =>
  DEFINITIONS.map((definition, at) => `ALTER TABLE ${table} ADD COLUMN "c${at}" ${definition};`).join('\n');

/** The rows of the table with the columns that it had, the counters, and where each b-tree begins. */
function oldContent(bytes: Uint8Array, table: string, columns: string): string {
  const ddl = askNative(bytes, 'SELECT sql FROM sqlite_schema');
  const rowid = /WITHOUT ROWID|rowid/.test(ddl) ? '' : 'rowid, ';
  const counters = ddl.includes('sqlite_sequence') ? 'SELECT * FROM sqlite_sequence;' : '';
  return askNative(
    bytes,
    `SELECT ${rowid}${columns} FROM ${table}; ${counters} SELECT type, name, rootpage FROM sqlite_schema;`,
  );
}

describe.each(part(TABLES, 3))('a table %s', (_what, table, make, insert) => {
  const before = nativeDatabase(`${make};`);
  const columns = askNative(
    before,
    `SELECT group_concat('quote("' || name || '")') FROM pragma_table_xinfo(${table.startsWith('"') ? `'we "ird; ''name'''` : `'${table}'`})`,
  );
  const dropTriggers = make.includes('log') ? 'DROP TRIGGER x1; DROP TRIGGER "x 2"; DROP TRIGGER x3;' : '';
  const itsText = `SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%c13%';`;
  const specified = askNative(before, `${dropTriggers} DELETE FROM ${table}; ${addAll(table)} ${itsText}`);

  test.each([NULLS, STAMP])('gets the schema of the emptied table, and keeps all it had (%o)', (choices) => {
    const { outcomes, bytes } = apply(before, addAll(table), choices);
    expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(new Set(verdicts(outcomes))).toEqual(new Set(['adapted']));
    expect(askNative(bytes, itsText)).toBe(specified);
    expect(askNative(bytes, 'PRAGMA integrity_check')).toBe('ok');
    expect(oldContent(bytes, table, columns)).toBe(oldContent(before, table, columns));
    const other = `SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' ORDER BY rowid`;
    expect(askNative(bytes, other)).toBe(askNative(before, other));
    if (make.includes('log')) expect(askNative(bytes, 'SELECT count(*) FROM log')).toBe('0');

    const filled = DEFINITIONS.map((_, at) => (choices === STAMP || at < 4 ? '1' : '0'));
    const values = DEFINITIONS.map((_, at) => `count(DISTINCT c${at})`).join();
    expect(askNative(bytes, `SELECT ${values} FROM ${table}`)).toBe(filled.join('|'));

    const mark = DEFINITIONS.map((_, at) => `c${at} IS NOT NULL`).join(' AND ');
    const rows = Number(askNative(before, `SELECT count(*) FROM ${table}`));
    const whole = choices === STAMP ? rows + 1 : 1;
    expect(askNative(bytes, `${insert}; SELECT count(*) FROM ${table} WHERE ${mark}`)).toBe(String(whole));
  });

  test('gets it in the plan and in strict mode as foretold, and every proof passes', () => {
    const { result } = migrate(before, addAll(table), NULLS);
    expect(result.proofs.filter((proof) => !isFine(proof))).toEqual([]);
    expect(plan(before, addAll(table), NULLS).plan.after.relations.map(({ sql }) => sql)).toEqual(
      result.after.relations.map(({ sql }) => sql),
    );
    const strict = apply(before, addAll(table), { existingRows: 'null', strict: true, foreignKeys: 'off' });
    expect(strict.outcomes[0]?.failure?.message).toBe('Cannot add a column with non-constant default');
    expect(digestOf(strict.bytes)).toBe(digestOf(before));
  });
});

test('every row of every table gets the same instant, and the same random value, in one run', () => {
  const before = nativeDatabase(
    'CREATE TABLE a(x); CREATE TABLE b(x); INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1);',
  );
  const clock = "DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || abs(random()))";
  const { bytes } = apply(before, `ALTER TABLE a ADD COLUMN c ${clock}; ALTER TABLE b ADD COLUMN c ${clock}`, STAMP);
  expect(askNative(bytes, 'SELECT count(DISTINCT c), count(c) FROM (SELECT c FROM a UNION ALL SELECT c FROM b)')).toBe(
    '1|3',
  );
});

test('a definition that is not valid UTF-8 is kept byte for byte', () => {
  const before = nativeDatabase(`CREATE TABLE t(a /* caf_ */); INSERT INTO t VALUES (1);
    CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT 'caf_'; END; PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = CAST(replace(CAST(sql AS BLOB), x'6361665f', x'636166e9') AS TEXT);`);
  const read = 'SELECT hex(sql) FROM sqlite_schema ORDER BY rowid';
  const script = "ALTER TABLE t ADD COLUMN b NOT NULL DEFAULT (datetime('now'))";
  expect(askNative(before, read)).toContain('636166E9');
  const emptied = askNative(before, `DELETE FROM t; ${script}; ${read}`);
  expect(askNative(apply(before, script).bytes, read)).toBe(emptied);
});

describe('where existing rows cannot have the column, the run stops with the reason, and the plan says so', () => {
  const table = 'CREATE TABLE t(a CHECK (a > 0)); INSERT INTO t VALUES (1), (2);';
  const missing = `${table} CREATE INDEX i ON t(abs(a)); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(absent(a))' WHERE name = 'i';`;
  test.each([
    ['a CHECK that NULL breaks', table, "c DEFAULT (datetime('now')) CHECK (c IS NOT NULL)", NULLS, /^CHECK/],
    ['a CHECK that the value breaks', table, 'c DEFAULT (1 + 1) CHECK (c > 2)', STAMP, /^CHECK/],
    ['a NOT NULL whose default is NULL', table, 'c NOT NULL DEFAULT (nullif(1, 1))', NULLS, /^NOT NULL/],
    ['a default that cannot be computed', table, 'c DEFAULT (abs(-9223372036854775808))', STAMP, /cannot be computed/],
    [
      'a type that STRICT refuses',
      'CREATE TABLE t(a INT) STRICT; INSERT INTO t VALUES (1);',
      "c INT DEFAULT ('a' || 'b')",
      STAMP,
      /cannot store/,
    ],
  ])('%s', (_what, make, definition, choices, message) => {
    const before = nativeDatabase(make);
    const script = `CREATE TABLE made(a); ALTER TABLE t ADD COLUMN ${definition}`;
    const { outcomes, bytes } = apply(before, script, choices);
    expect(verdicts(outcomes)).toEqual(['applied', 'failed']);
    expect(outcomes[1]?.failure?.message).toMatch(message);
    expect(digestOf(bytes)).toBe(digestOf(before));
    expect(essence(plan(before, script, choices).plan.outcomes)).toEqual(essence(outcomes));
  });

  test('an index on a function that is missing does not stand in the way of a column that may be NULL', () => {
    const before = nativeDatabase(missing);
    for (const choices of [NULLS, STAMP]) {
      const { outcomes } = apply(before, 'ALTER TABLE t ADD COLUMN c DEFAULT (1 + 1)', choices);
      expect(essence(plan(before, 'ALTER TABLE t ADD COLUMN c DEFAULT (1 + 1)', choices).plan.outcomes)).toEqual(
        essence(outcomes),
      );
    }
    const { outcomes } = apply(before, 'ALTER TABLE t ADD COLUMN c DEFAULT (1 + 1)', NULLS);
    expect(verdicts(outcomes)).toEqual(['adapted']);
  });
});
