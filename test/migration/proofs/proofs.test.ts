// Every proof can fail: databases damaged on purpose after a run, and scripts that do what a proof is there to notice.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { quoteText, rowsOf, type Database } from '../../../src/database';
import { hashContent } from '../../../src/migration/proofs/contentHash';
import { PROOF_CODES } from '../../../src/migration/proofs/proof';
import { readSchema } from '../../../src/schema/read';
import { nativeDatabase, nodeHasher, notPassed, proofsOf, withDatabase } from '../../databases';

const shop = nativeDatabase(`
  CREATE TABLE orders(id INTEGER PRIMARY KEY AUTOINCREMENT, item, price REAL);
  INSERT INTO orders(item, price) VALUES ('a', 1.5), ('b', 2.5), ('c', NULL);
  CREATE TABLE lines(orders_id REFERENCES orders(id), n INT NOT NULL);
  INSERT INTO lines VALUES (1, 1), (2, 5);
  CREATE UNIQUE INDEX lines_n ON lines(n);
  CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
  INSERT INTO keyed VALUES ('x', 1);
  CREATE VIEW items AS SELECT item, price FROM orders;
  CREATE TRIGGER kept AFTER DELETE ON orders BEGIN SELECT 1; END;`);
const QUIET = "ALTER TABLE orders ADD COLUMN at DEFAULT (datetime('now')); CREATE INDEX IF NOT EXISTS i ON orders(at)";

test('a run that does what it should passes every proof, in their order', () => {
  const proofs = proofsOf(shop, QUIET);
  expect(notPassed(proofs)).toEqual([]);
  expect([...proofs.keys()]).toEqual(PROOF_CODES);
});

describe('a result that was damaged is found out', () => {
  test.each([
    [
      'a row is gone',
      ['DELETE FROM orders WHERE id = 3'],
      ['row-counts: fail', 'content: fail', 'written-values: fail'],
    ],
    [
      'a row is added',
      ["INSERT INTO keyed VALUES ('y', 2)"],
      ['row-counts: fail', 'content: fail', 'written-values: fail'],
    ],
    ['a value differs', ['UPDATE orders SET price = 1 WHERE id = 1'], ['content: fail', 'written-values: fail']],
    [
      'a value has another type',
      ['UPDATE orders SET item = CAST(item AS BLOB) WHERE id = 1'],
      ['content: fail', 'written-values: fail'],
    ],
    ['a rowid differs', ['UPDATE lines SET rowid = 7 WHERE n = 5'], ['content: fail', 'written-values: fail']],
    ['a table is gone', ['DROP TABLE keyed'], ['row-counts: fail', 'content: fail', 'schema-as-specified: fail']],
    ['a counter is set back', ['UPDATE sqlite_sequence SET seq = 1'], ['sequences: fail']],
    ['a counter is gone', ['DELETE FROM sqlite_sequence'], ['sequences: fail']],
    ['an index was made', ['CREATE INDEX more ON lines(n)'], ['schema-as-specified: fail']],
    ['a trigger is gone', ['DROP TRIGGER kept'], ['schema-as-specified: fail']],
    ['the version is changed', ['PRAGMA user_version = 3'], ['settings: fail']],
    ['the application id is changed', ['PRAGMA application_id = 3'], ['settings: fail']],
    [
      'a parent is gone',
      ['UPDATE lines SET orders_id = 9 WHERE n = 5'],
      ['content: fail', 'written-values: fail', 'foreign-keys: fail'],
    ],
    ['what the script made is gone', ['DROP INDEX i'], ['schema-as-specified: fail', 'second-run: fail']],
    [
      'an index leads to a row that is not there',
      [
        'PRAGMA writable_schema = ON',
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_keyed_1' OR name = 'i') WHERE name = 'lines_n'",
      ],
      ['row-counts: fail', 'integrity-after: fail', 'integrity-reopened: fail'],
    ],
  ])('%s', (_what, damage, expected) => {
    expect(notPassed(proofsOf(shop, QUIET, damage))).toEqual(expected);
  });
});

describe('a foreign key that leads nowhere after the run is a failure, also where no row refers to the parent', () => {
  const places = nativeDatabase(`
    CREATE TABLE country(id INTEGER PRIMARY KEY, code TEXT); CREATE UNIQUE INDEX country_code ON country(code);
    CREATE TABLE city(id INTEGER PRIMARY KEY, country TEXT REFERENCES country(code));
    CREATE TABLE town(id INTEGER PRIMARY KEY, country INTEGER REFERENCES country);`);
  test.each([
    ['its unique key is dropped', 'DROP INDEX country_code', 'country has no primary key or UNIQUE index on code'],
    [
      'its unique key is made again for some rows',
      'DROP INDEX country_code; CREATE UNIQUE INDEX some ON country(code) WHERE id > 0',
      'the UNIQUE index some of country has a WHERE, and a foreign key needs one on all rows',
    ],
    [
      'its unique key is made again in another collation',
      'DROP INDEX country_code; CREATE UNIQUE INDEX country_code ON country(code COLLATE NOCASE)',
      'the UNIQUE index country_code of country compares code by NOCASE, and the column by BINARY',
    ],
    [
      'its unique key is lost in a rebuild',
      'CREATE TABLE n(id INTEGER PRIMARY KEY, code TEXT); INSERT INTO n SELECT * FROM country; DROP TABLE country; ALTER TABLE n RENAME TO country',
      'country has no primary key or UNIQUE index on code',
    ],
    ['its table is dropped', 'DROP TABLE country', 'there is no table country'],
    [
      'its table is renamed aside and dropped',
      'ALTER TABLE country RENAME TO old; CREATE TABLE country(id INTEGER PRIMARY KEY, code TEXT UNIQUE); DROP TABLE old',
      'there is no table old',
    ],
  ])('%s', (_what, script, reason) => {
    expect(proofsOf(places, script).get('foreign-keys')).toMatchObject({
      result: 'fail',
      sentence: expect.stringContaining(reason) as string,
    });
  });

  test('but not one that led nowhere before, or whose parent keeps its key under another name', () => {
    const before = nativeDatabase(
      'CREATE TABLE a(x REFERENCES gone(y)); CREATE TABLE p(k TEXT UNIQUE); CREATE TABLE c(x REFERENCES p(k));',
    );
    expect(
      proofsOf(before, 'ALTER TABLE p RENAME TO q; ALTER TABLE q RENAME COLUMN k TO key').get('foreign-keys')?.result,
    ).not.toBe('fail');
  });
});

test('a rebuild that gives rows other rowids says so, and that every value is the same', () => {
  const docs = nativeDatabase('CREATE TABLE doc(body); INSERT INTO doc(rowid, body) VALUES (1, 1), (5, 2), (9, 3);');
  const rebuild =
    'CREATE TABLE n(body); INSERT INTO n SELECT body FROM doc; DROP TABLE doc; ALTER TABLE n RENAME TO doc';
  expect(proofsOf(docs, rebuild).get('content')).toMatchObject({
    result: 'warn',
    sentence: expect.stringContaining(
      'Every value that was there is the same, but rows got another rowid in doc.',
    ) as string,
  });
});

describe('a script that changes rows itself is a warning that names the statement', () => {
  test.each([
    ['DELETE FROM orders WHERE id = 3', ['row-counts: warn', 'content: warn']],
    ["UPDATE orders SET item = item || '!'", ['content: warn', 'second-run: not applicable']],
    ["INSERT INTO orders(item) VALUES ('d')", ['row-counts: warn', 'content: warn', 'second-run: not applicable']],
    ['DROP TABLE keyed', ['row-counts: warn', 'content: warn', 'second-run: not applicable']],
    ['ALTER TABLE lines DROP COLUMN orders_id', ['content: warn', 'second-run: not applicable']],
  ])('%s', (script, expected) => {
    const proofs = proofsOf(shop, `SELECT 1; ${script}`);
    expect(notPassed(proofs)).toEqual(expected);
    expect(proofs.get('content')?.sentence).toContain('in statement 2');
  });
});

test('what is gone is told apart from values that differ, also where it held none', () => {
  const bytes = nativeDatabase(
    'CREATE TABLE bin(a, b, c); CREATE TABLE can(a); CREATE TABLE cup(a); INSERT INTO cup VALUES (1);',
  );
  const sentence = (script: string): string => proofsOf(bytes, script).get('content')?.sentence ?? '';
  expect(sentence('ALTER TABLE bin DROP COLUMN b')).toMatch(/^The column bin\.b is gone\. The script/);
  expect(
    sentence('ALTER TABLE bin DROP COLUMN b; ALTER TABLE bin DROP COLUMN c; DROP TABLE can; UPDATE cup SET a = 2'),
  ).toMatch(/^Values differ in cup; the columns bin\.b, bin\.c are gone; the table can is gone\. The script/);
});

describe('a script that changes rows in one table does not explain a loss in another', () => {
  const pair = nativeDatabase(
    "CREATE TABLE a(x INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE b(y); INSERT INTO a VALUES (1); INSERT INTO b VALUES ('kept');",
  );

  test('a lost row in the table that it does not name fails', () => {
    const proofs = proofsOf(pair, 'INSERT INTO a DEFAULT VALUES', ['DELETE FROM b']);
    expect(notPassed(proofs)).toEqual(expect.arrayContaining(['row-counts: fail', 'content: fail']));
    expect(proofs.get('row-counts')?.sentence).toContain('differs in b, and no statement of the script');
  });

  test('a counter that moved in the table that it does not name fails', () => {
    const proofs = proofsOf(pair, "UPDATE b SET y = 'new'", ['UPDATE sqlite_sequence SET seq = 9']);
    expect(notPassed(proofs)).toEqual(expect.arrayContaining(['content: warn', 'sequences: fail']));
  });

  test('a trigger may carry a change on, so it is only a warning there', () => {
    const carry = 'CREATE TRIGGER carry AFTER INSERT ON a BEGIN DELETE FROM b; END;';
    const proofs = proofsOf(pair, `${carry} INSERT INTO a DEFAULT VALUES`);
    expect(notPassed(proofs)).toEqual(expect.arrayContaining(['row-counts: warn', 'content: warn']));
  });
});

describe('names are followed', () => {
  test.each([
    'ALTER TABLE orders RENAME TO sales',
    'ALTER TABLE orders RENAME COLUMN item TO product',
    'ALTER TABLE orders RENAME COLUMN item TO x; ALTER TABLE orders RENAME COLUMN price TO item; ALTER TABLE orders RENAME COLUMN x TO price',
    'ALTER TABLE lines RENAME TO x; ALTER TABLE keyed RENAME TO lines; ALTER TABLE x RENAME TO keyed',
    'SAVEPOINT s; ALTER TABLE keyed RENAME TO x; ROLLBACK TO s; RELEASE s; ALTER TABLE keyed RENAME COLUMN v TO w',
  ])('%s', (script) => {
    const proofs = proofsOf(shop, script);
    expect(notPassed(proofs).filter((line) => line !== 'second-run: not applicable')).toEqual([]);
    expect(proofs.get('row-counts')?.sentence).toBe('6 rows in 3 tables, before and after.');
  });

  test.each([
    ['renamed before it', 'ALTER TABLE keyed RENAME COLUMN v TO value;', 'value', ''],
    ['renamed after it', '', 'v', 'ALTER TABLE keyed RENAME COLUMN v TO value;'],
  ])('a column of a table that is rebuilt is followed where it is %s', (_when, first, name, then) => {
    const moved = `${first} ALTER TABLE keyed RENAME TO old; CREATE TABLE keyed(k TEXT PRIMARY KEY, ${name}) WITHOUT ROWID;
      INSERT INTO keyed SELECT * FROM old; DROP TABLE old; ${then}`;
    expect(proofsOf(shop, moved).get('content')).toMatchObject({ result: 'pass' });
    expect(proofsOf(shop, `${moved} UPDATE keyed SET value = 'other'`).get('content')?.result).toBe('warn');
  });

  test('a table that is rebuilt is the table that it was, and a lost row in it is named', () => {
    const rebuild = (where: string): string => `CREATE TABLE made(k TEXT PRIMARY KEY, v, w); INSERT INTO made(k, v)
      SELECT k, v FROM keyed ${where}; DROP TABLE keyed; ALTER TABLE made RENAME TO keyed`;
    expect(proofsOf(shop, rebuild('')).get('row-counts')?.result).toBe('pass');
    expect(proofsOf(shop, rebuild('WHERE 0')).get('row-counts')?.sentence).toContain('differs in keyed');
  });

  test('rows without a parent from before are no news when tables, columns and constraints change around them', () => {
    const orphaned = nativeDatabase(`CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p, q);
      INSERT INTO c VALUES (1, 2);`);
    for (const script of [
      'ALTER TABLE c ADD COLUMN r REFERENCES p(id)',
      'ALTER TABLE c RENAME TO child; ALTER TABLE p RENAME TO parent; ALTER TABLE child RENAME COLUMN p TO of',
    ]) {
      const proof = proofsOf(orphaned, script).get('foreign-keys');
      expect(proof).toMatchObject({ result: 'pass', sentence: '1 row had no parent before already; none were added.' });
    }
    expect(proofsOf(orphaned, 'INSERT INTO c VALUES (3, 4)').get('foreign-keys')?.result).toBe('fail');
  });
});

describe('the content hash', () => {
  const VALUES: readonly string[] = [
    ...['NULL', '0', "'0'", '0.0', '-0.0', "x'30'", '1', '1.0', "'1'", "'1.0'", "x'31'", "''", "x''", "'NULL'", "','"],
    ...['9007199254740993', '9007199254740992', '9007199254740992.0', '9223372036854775807', '-9223372036854775808'],
    ...[
      '9e999',
      '-9e999',
      '0.1',
      '0.10000000000000002',
      '5e-324',
      '1.7976931348623157e308',
      "'9.0e+999'",
      '-1',
      '-1.0',
    ],
    ...["'a'", "'a' || char(0)", "'a' || char(0) || 'b'", "x'61'", "x'6100'", "'ß'", "'A'", "'t1:a'", "'n'", "'i1'"],
  ];
  const INVALID = ["CAST(x'ff' AS TEXT)", "CAST(x'fe' AS TEXT)", "CAST(x'efbfbd' AS TEXT)", "CAST(x'c3' AS TEXT)"];
  const PLAIN = 'CREATE TABLE t(a, b)';

  /** The hash of a table with one row of these values. */
  function hashOf(database: Database, values: readonly string[]): string {
    rowsOf(database, 'DELETE FROM t');
    rowsOf(database, `INSERT INTO t(a, b) VALUES (${values.join(', ')})`);
    const [table] = readSchema(database).relations;
    const hash = table ? hashContent(database, table, ['a', 'b'], nodeHasher()) : undefined;
    if (!hash?.ok) throw new Error('the table could not be hashed');
    return hash.value;
  }

  test.each([
    ['UTF-8', PLAIN, [...VALUES, ...INVALID]],
    ['UTF-16le', PLAIN, VALUES],
    ['UTF-16be', PLAIN, VALUES],
    ['UTF-8', 'CREATE TABLE t(k INT PRIMARY KEY DEFAULT 1, a, b) WITHOUT ROWID', [...VALUES, ...INVALID]],
    ['UTF-8', 'CREATE TABLE t(rowid DEFAULT 1, oid, _rowid_, a, b)', [...VALUES, ...INVALID]],
  ])('tells all values apart (%s, %s)', (encoding, ddl, values) => {
    withDatabase(nativeDatabase(`PRAGMA encoding = '${encoding}'; ${ddl};`), (database) => {
      const byHash = new Map(values.map((value) => [hashOf(database, [value, 'NULL']), value]));
      expect([...byHash.values()]).toEqual(values);
      expect(hashOf(database, [values[0] ?? '', 'NULL'])).toBe([...byHash.keys()][0]);
    });
  });

  test('tells apart what is in one column and what is in the next', () => {
    withDatabase(nativeDatabase(`${PLAIN};`), (database) => {
      const text = fc.string({ unit: fc.constantFrom(',', ';', 't', '1', ':', 'N', "'"), maxLength: 3 }).map(quoteText);
      fc.assert(
        fc.property(fc.tuple(text, text), fc.tuple(text, text), (one, other) => {
          expect(hashOf(database, one) === hashOf(database, other)).toBe(one.join() === other.join());
        }),
        runs(100),
      );
    });
  });

  test.each(['a', 'a DESC, b', 'b, a DESC', 'b COLLATE NOCASE, a', 'a, b, c'])(
    'of a table without rowid is the same whatever indexes it has (key: %s)',
    (key) => {
      const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)';
      const bytes = nativeDatabase(`CREATE TABLE t(a, b TEXT, c, PRIMARY KEY(${key})) WITHOUT ROWID;
        INSERT INTO t ${numbers} SELECT i * 7919 % 1009, char(65 + i % 50) || i, -i FROM n;`);
      withDatabase(bytes, (database) => {
        const hashes = ['SELECT 1', 'CREATE INDEX x ON t(c, b, a)', 'CREATE INDEX y ON t(b DESC, c, a)', 'ANALYZE'].map(
          (sql) => {
            rowsOf(database, sql);
            const [table] = readSchema(database).relations;
            const hash = table ? hashContent(database, table, ['a', 'b', 'c'], nodeHasher()) : undefined;
            return hash?.ok ? hash.value : 'not hashed';
          },
        );
        expect(new Set(hashes).size).toBe(1);
        expect(hashes[0]).toMatch(/^SHA-256 /);
      });
    },
  );

  test('is of every row of many, in their order', () => {
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1700)';
    const bytes = nativeDatabase(`${PLAIN}; INSERT INTO t ${numbers} SELECT i % 3, i FROM n;`);
    for (const row of [1, 500, 501, 1000, 1699, 1700]) {
      const damage = [`UPDATE t SET a = a + 1 WHERE rowid = ${row}`];
      expect(notPassed(proofsOf(bytes, 'SELECT 1', damage))).toEqual(['content: fail', 'written-values: fail']);
    }
    const swap = ['UPDATE t SET b = 501 - b WHERE b < 501'];
    expect(notPassed(proofsOf(bytes, 'SELECT 1', swap))).toEqual(['content: fail', 'written-values: fail']);
  });
});
