// Entries of indexes compared with rows: all is well where SQLite says so, whatever values there are; where not, or where it cannot be told, SQLite is asked.
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { readHeader } from '../../../src/file/header';
import { haveTheirEntries } from '../../../src/migration/proofs/indexEntries';
import { readSchema } from '../../../src/schema/read';
import { runs } from '../../amount';
import { askNative, nativeDatabase, withDatabase } from '../../databases';

/** Whether all indexes of table `t` have the entries of its rows. */
function comesOut(bytes: Uint8Array): boolean {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('The database has no header');
  const file = { source: sourceOfBytes(bytes), header: header.value };
  return withDatabase(bytes, (database) => {
    const table = readSchema(database).relations.find(({ name }) => name === 't');
    const trees = database.query("SELECT name, rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 't'");
    if (!table || !trees.ok) throw new Error('There is no table');
    const indexes = trees.value.map(([name, root]) => ({ name: String(name), root: Number(root) }));
    expect(indexes.length).toBeGreaterThan(0);
    return haveTheirEntries(database, file, table, indexes, () => undefined);
  });
}

const ROWS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)';

test.each([
  [
    'texts in orders of SQLite’s own',
    `CREATE TABLE t(a COLLATE NOCASE, b COLLATE RTRIM); INSERT INTO t ${ROWS} SELECT char(64 + i % 60) || i, 'x' || substr('    ', 1, i % 5) FROM n; CREATE INDEX i ON t(a DESC, b); CREATE INDEX j ON t(b, a COLLATE BINARY);`,
  ],
  [
    'the rowid by another name',
    `CREATE TABLE t(k INTEGER PRIMARY KEY, a); INSERT INTO t ${ROWS} SELECT i * 7919 % 503 - 250, i % 7 FROM n; CREATE INDEX i ON t(k); CREATE INDEX j ON t(a, k DESC);`,
  ],
  [
    'a key that only looks like the rowid',
    `CREATE TABLE t(k INTEGER PRIMARY KEY DESC, a); INSERT INTO t ${ROWS} SELECT i, i % 7 FROM n; CREATE INDEX i ON t(a, k);`,
  ],
  [
    'whole numbers in a column of floating point',
    `CREATE TABLE t(a REAL, b NUMERIC); INSERT INTO t ${ROWS} SELECT i / 4.0, CASE WHEN i % 2 THEN i ELSE i / 8.0 END FROM n; CREATE INDEX i ON t(a, b); CREATE INDEX j ON t(b);`,
  ],
  [
    'columns that came later',
    `CREATE TABLE t(a); INSERT INTO t ${ROWS} SELECT i FROM n; ALTER TABLE t ADD COLUMN b; ALTER TABLE t ADD COLUMN c; UPDATE t SET c = 'x' WHERE a % 3 = 0; CREATE INDEX i ON t(b); CREATE INDEX j ON t(c, b);`,
  ],
  [
    'long keys',
    `CREATE TABLE t(a, b); INSERT INTO t ${ROWS} SELECT hex(zeroblob(i * 13 % 4000)) || i, zeroblob(i) FROM n; CREATE INDEX i ON t(a); CREATE UNIQUE INDEX j ON t(b, a);`,
  ],
  [
    'long rows',
    `CREATE TABLE t(big, a); INSERT INTO t ${ROWS} SELECT zeroblob(i * 30), i % 9 FROM n; CREATE INDEX i ON t(a);`,
  ],
  [
    'UTF-16',
    `PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(a UNIQUE, b); INSERT INTO t ${ROWS} SELECT 'ä' || i, 'ö' FROM n; CREATE INDEX i ON t(b, a);`,
  ],
  [
    'stored columns beside computed ones',
    `CREATE TABLE t(a, v AS (a + 1) VIRTUAL, s AS (a * 2) STORED, b); INSERT INTO t(a, b) ${ROWS} SELECT i, -i FROM n; CREATE INDEX i ON t(s); CREATE INDEX j ON t(b, a);`,
  ],
  [
    'NULLs in a unique index',
    `CREATE TABLE t(a UNIQUE, b); INSERT INTO t ${ROWS} SELECT CASE WHEN i % 3 THEN i END, i FROM n;`,
  ],
  ['no rows', 'CREATE TABLE t(a PRIMARY KEY, b); CREATE INDEX i ON t(b);'],
])('%s', (_what, sql) => {
  const bytes = nativeDatabase(sql);
  expect(askNative(bytes, 'PRAGMA integrity_check')).toBe('ok');
  expect(comesOut(bytes)).toBe(true);
});

test.each([
  ['an expression', 'CREATE INDEX i ON t(a + 1)'],
  ['some of the rows', 'CREATE INDEX i ON t(a) WHERE a > 2'],
  ['a column that is computed', 'ALTER TABLE t ADD COLUMN v AS (a + 1); CREATE INDEX i ON t(v)'],
  ['a column that came later with a default', "ALTER TABLE t ADD COLUMN d DEFAULT 'x'; CREATE INDEX i ON t(d)"],
  [
    'another column than it was built on',
    "CREATE INDEX i ON t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(b)' WHERE name = 'i'",
  ],
  [
    'another order than it was built in',
    "CREATE INDEX i ON t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(a DESC)' WHERE name = 'i'",
  ],
  [
    'rows that are no longer unique',
    "CREATE INDEX i ON t(b); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX i ON t(b)' WHERE name = 'i'",
  ],
])('SQLite is asked of an index on %s', (_what, sql) => {
  expect(comesOut(nativeDatabase(`CREATE TABLE t(a, b); INSERT INTO t ${ROWS} SELECT i, i % 2 FROM n; ${sql};`))).toBe(
    false,
  );
});

const value = fc.oneof(
  fc.constant('NULL'),
  fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
  fc.integer({ min: -300, max: 300 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((number) => number.toExponential()),
  fc.constantFrom(
    '0.0',
    '-0.0',
    '1.0',
    '9007199254740993',
    "x'00'",
    "''",
    "'a'",
    "'A '",
    "'ä'",
    "'😀'",
    "CAST(x'ff' AS TEXT)",
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => `x'${Buffer.from(bytes).toString('hex')}'`),
);
const type = fc.constantFrom('', 'TEXT', 'INTEGER', 'REAL', 'NUMERIC', 'BLOB');

it('Whatever SQLite finds right is right', () => {
  const asked = { yes: 0, no: 0 };
  fc.assert(
    fc.property(
      fc.tuple(type, type),
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 30 }),
      ([a, b], rows) => {
        const bytes = nativeDatabase(
          `CREATE TABLE t(a ${a}, b ${b}); INSERT INTO t VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')};
         CREATE INDEX i ON t(a, b DESC); CREATE INDEX j ON t(b);`,
        );
        asked[comesOut(bytes) ? 'no' : 'yes']++;
      },
    ),
    runs(15, 500),
  );
  // Numbers beyond 2^53 beside fractions are left to SQLite.
  expect(asked.no).toBeGreaterThan(4 * asked.yes);
});
