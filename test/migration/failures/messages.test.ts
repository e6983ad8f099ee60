// For each message of SQLite that a script can meet: it is explained, the explanation names what it is about, and no help anywhere
// takes rows away.
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/migration/outcome';
import { EXPLANATIONS, failureHelp } from '../../../src/migration/failures/failures';
import { NESTED_TOO_DEEP, STAND_IN_USED } from '../../../src/migration/failures/limits';
import { VIRTUAL_TABLES } from '../../../src/migration/failures/virtualTables';
import { planMigration } from '../../../src/migration/run/plan';
import { keepNoLosses } from '../../../src/migration/run/lossAccount';
import { DEFAULT_CHOICES, type Choices } from '../../../src/migration/outcome';
import { nativeDatabase, statementsOf, withDatabase } from '../../databases';
import { fixture } from '../../fixtures/fixture';

const base = nativeDatabase(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INT NOT NULL UNIQUE, c REAL CONSTRAINT positive CHECK (c > 0));
  INSERT INTO t VALUES (1, 'x', 1, 1.5), (2, 'X', 2, 2.5);
  CREATE TABLE u(k TEXT PRIMARY KEY, g AS (upper(k)), plain);
  INSERT INTO u(k, plain) VALUES ('p', 1);
  CREATE TABLE s(n INT, m TEXT) STRICT;
  CREATE TABLE parent(p, q); CREATE TABLE child(c REFERENCES parent(p)); INSERT INTO parent VALUES (1, 1);
  CREATE TABLE owner(o INTEGER PRIMARY KEY); CREATE TABLE pet(owner REFERENCES owner(o)); INSERT INTO owner VALUES (1); INSERT INTO pet VALUES (1);
  CREATE TABLE ref(x REFERENCES owner); CREATE TABLE w(a PRIMARY KEY, b) WITHOUT ROWID;
  CREATE TABLE computed(a, b, d AS (b + 1), CHECK (a <> b)); INSERT INTO computed VALUES (1, 2);
  CREATE TABLE one(a); CREATE TABLE j(doc TEXT); INSERT INTO j VALUES ('{');
  CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW vv(x, y) AS SELECT a FROM one;
  CREATE INDEX ib ON t(a, c); CREATE INDEX later ON computed(a) WHERE b > 0;
  CREATE TABLE keep(a); INSERT INTO keep VALUES (1);
  CREATE TRIGGER keeper BEFORE DELETE ON keep BEGIN SELECT RAISE(ABORT, 'rows of keep stay'); END;
  CREATE TRIGGER tr AFTER INSERT ON one BEGIN SELECT a FROM t; END;
  CREATE TABLE deep(a); CREATE TRIGGER again AFTER INSERT ON deep BEGIN INSERT INTO deep VALUES (new.a + 1); END;`);

/** One of whose tables is overwritten. */
function damagedDatabase(): Uint8Array {
  const bytes = nativeDatabase('PRAGMA page_size = 512; CREATE TABLE one(a); INSERT INTO one VALUES (1);');
  return bytes.fill(0xff, 512);
}

/** One whose table has a key with a collation that is missing, which SQLite does not name. */
function unnamedCollation(): Uint8Array {
  return nativeDatabase(`CREATE TABLE tag(name TEXT PRIMARY KEY, n INT) WITHOUT ROWID; CREATE TABLE names(name, n); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'TEXT COLLATE own') WHERE name = 'tag';`);
}

/** The failure that a script ends in. */
function failureOf(
  script: string,
  {
    foreignKeys = false,
    bytes = base,
    choices = DEFAULT_CHOICES,
  }: { foreignKeys?: boolean; bytes?: Uint8Array; choices?: Choices } = {},
): Failure | null {
  return withDatabase(bytes, (database) => {
    const tools = { losses: keepNoLosses, help: failureHelp };
    const chosen = { ...choices, foreignKeys: foreignKeys ? 'on' : 'off' } as const;
    const { outcomes } = planMigration(database, statementsOf(script), chosen, tools);
    return outcomes.find(({ verdict }) => verdict === 'failed')?.failure ?? null;
  });
}

/** What fails, the message, and what the explanation or the way out has to name. */
const CASES: readonly (readonly [string, RegExp, RegExp])[] = [
  // Keys.
  [
    'INSERT INTO t VALUES (1, 2, 3, 4)',
    /^UNIQUE constraint failed: t\.id/,
    /2 rows .* id as another row.* in t already/,
  ],
  [
    'CREATE UNIQUE INDEX ui ON t(a COLLATE NOCASE)',
    /^UNIQUE constraint failed: t\.a/,
    /2 rows of t .* the index ui is unique/,
  ],
  ['CREATE UNIQUE INDEX ui ON t(lower(a))', /^UNIQUE constraint failed: index 'ui'/, /2 rows of t .*lower\(a\)/],
  ['UPDATE t SET b = b + 1', /^UNIQUE constraint failed: t\.b/, /For a moment, two rows of t/],
  ['UPDATE t SET b = 5', /^UNIQUE constraint failed: t\.b/, /2 rows have the same value in b/],
  // Transactions.
  ['BEGIN; BEGIN; COMMIT', /^cannot start a transaction within a transaction/, /open already .* SAVEPOINT/],
  ['DELETE FROM one; COMMIT', /^cannot commit - no transaction is active/, /No transaction is open .* BEGIN/],
  ['DELETE FROM one; ROLLBACK', /^cannot rollback - no transaction is active/, /No transaction is open .* BEGIN/],
  ['BEGIN; VACUUM; COMMIT', /^cannot VACUUM from within a transaction/, /behind the COMMIT/],
  // Constraints of a row.
  ["INSERT INTO t(id, a) VALUES (9, 'n')", /^NOT NULL constraint failed: t\.b/, /gives b no value.*1 row/],
  ['UPDATE t SET b = NULL WHERE id = 1', /^NOT NULL constraint failed: t\.b/, /1 row would be NULL in b/],
  [
    'INSERT INTO t VALUES (9, 1, 9, -1), (10, 1, 10, -2)',
    /^CHECK constraint failed: positive/,
    /2 rows .* t \(positive\): c > 0/,
  ],
  ["INSERT INTO s VALUES ('x', 1)", /^cannot store TEXT value in INT column s\.n/, /1 row .* s\.n/],
  ["INSERT INTO t VALUES ('nine', 'n', 9, 9)", /^datatype mismatch/, /1 row .* id .* t/],
  ["SELECT 1 LIMIT 'x'", /^datatype mismatch/, /whole numbers/],
  ['ALTER TABLE t ADD COLUMN d CHECK (d < 0) DEFAULT 3', /^CHECK constraint failed$/, /2 rows of t .* new column d/],
  [
    'ALTER TABLE t ADD COLUMN d AS (nullif(a, a)) NOT NULL',
    /^NOT NULL constraint failed$/,
    /2 rows of t .* NOT NULL .* d/,
  ],
  ['ALTER TABLE t ADD CONSTRAINT big CHECK (b > 1)', /^constraint failed/, /1 row of t breaks the CHECK/],
  [
    'UPDATE u SET plain = NULL; ALTER TABLE u ALTER COLUMN plain SET NOT NULL',
    /^constraint failed/,
    /1 row of u breaks the NOT NULL/,
  ],
  // Schema objects in the way.
  ['ALTER TABLE t DROP COLUMN a', /^error in (view|index) /, /(view v|index ib) broken/],
  ['DROP VIEW v; DROP VIEW vv; DROP TRIGGER tr; ALTER TABLE t DROP COLUMN c', /^error in /, /ib|CHECK \(c > 0\)/],
  ['DROP VIEW vv; ALTER TABLE computed DROP COLUMN b', /^error in /, /computed|later/],
  [
    'DROP INDEX later; DROP VIEW vv; ALTER TABLE computed DROP COLUMN b',
    /^error in table computed after drop column/,
    /CHECK \(a <> b\)|generated column d/,
  ],
  ['ALTER TABLE s ADD COLUMN z', /^error in table s after add column: missing datatype/, /s is STRICT.*z has no type/],
  [
    'ALTER TABLE s ADD COLUMN z BIGINT',
    /^error in table s after add column: unknown datatype/,
    /z has the type BIGINT/,
  ],
  ['DROP VIEW vv; ALTER TABLE w RENAME COLUMN a TO b', /duplicate column name: b/, /column b already/],
  // ALTER TABLE.
  ['ALTER TABLE t ADD COLUMN d TEXT -- why\n', /incomplete input/, /before the comment/],
  ['ALTER TABLE t ADD COLUMN d NOT NULL', /^Cannot add a NOT NULL column/, /t holds rows.* d a default/s],
  ['ALTER TABLE t ADD COLUMN d UNIQUE', /^Cannot add a UNIQUE column/, /Add d without UNIQUE/],
  ['ALTER TABLE t ADD COLUMN d PRIMARY KEY', /^Cannot add a PRIMARY KEY column/, /Add d without PRIMARY KEY/],
  ['ALTER TABLE t ADD COLUMN d AS (b) STORED', /^cannot add a STORED column/, /Make d VIRTUAL/],
  ['ALTER TABLE t DROP COLUMN id', /^cannot drop PRIMARY KEY column/, /id belongs to the primary key of t/],
  ['ALTER TABLE t DROP COLUMN b', /^cannot drop UNIQUE column/, /b belongs to a UNIQUE constraint of t/],
  [
    'CREATE TABLE solo(a); ALTER TABLE solo DROP COLUMN a',
    /^cannot drop column "a": no other columns/,
    /a is the only one/,
  ],
  ['ALTER TABLE v DROP COLUMN a', /^cannot drop column from view/, /v is a view/],
  ['ALTER TABLE t DROP CONSTRAINT nope', /^no such constraint: nope/, /t has no constraint named nope/],
  ['ALTER TABLE t RENAME TO u', /^there is already another table or index/, /u is the name/],
  // What is written.
  ["INSERT INTO u(k, g) SELECT k || '2', g FROM u", /^cannot INSERT into generated column "g"/, /value of g in u/],
  ['UPDATE u SET g = 1', /^cannot UPDATE generated column "g"/, /value of g/],
  ['INSERT INTO one SELECT * FROM t', /^table one has 1 column/, /columns of one|1 of one/],
  ['INSERT INTO t VALUES (1)', /^table t has 4 columns but 1 values/, /4 of t/],
  ['INSERT INTO t(a, b) VALUES (1)', /^1 values for 2 columns/, /names 2 columns and gives 1/],
  ['UPDATE t SET (a, b) = (1, 2, 3)', /^2 columns assigned 3 values/, /2 columns and gives 3/],
  ['INSERT INTO one VALUES (1), (1, 2)', /^all VALUES must have/, /not equally long/],
  ['INSERT INTO one VALUES (1) ON CONFLICT (a) DO NOTHING', /ON CONFLICT clause does not match/, /unique index/],
  ['INSERT INTO v VALUES (1, 1)', /^cannot modify v because it is a view/, /v is a view/],
  ['WITH x(a, b) AS (SELECT 1) SELECT * FROM x', /^table x has 1 values for 2 columns/, /x is given 2 names/],
  ['INSERT INTO one VALUES (1) RETURNING one.*', /^RETURNING may not use/, /RETURNING takes/],
  ['DELETE FROM keep', /^rows of keep stay/, /trigger keeper of keep/],
  [
    'PRAGMA recursive_triggers = ON; INSERT INTO deep VALUES (1)',
    /^triggers nested too deep|^too many levels of trigger/,
    /sets off a trigger/,
  ],
  // Names.
  ['INSERT INTO T_s VALUES (1)', /^no such table: T_s/, /no table T_s.* It has t\./],
  ['DROP TABLE one; INSERT INTO one VALUES (1)', /^no such table: one/, /statement 1 has dropped it/],
  ['ALTER TABLE one RENAME TO two; UPDATE one SET a = 1', /^no such table: one|^error in/, /statement 1|vv|tr/],
  [
    'DROP VIEW vv; DROP TRIGGER tr; ALTER TABLE t RENAME TO t2; UPDATE t SET a = 1',
    /^no such table: t/,
    /statement 3 has renamed it/,
  ],
  [
    'CREATE VIEW lost AS SELECT * FROM nowhere; SELECT * FROM lost',
    /^no such table: main\.nowhere/,
    /names the table nowhere/,
  ],
  ['UPDATE t SET zz = 1', /^no such column: zz/, /column zz .* t has the columns id, a, b and c/],
  ['INSERT INTO t(zz) VALUES (1)', /^table t has no column named zz/, /column zz .* t has the columns/],
  ['SELECT "zz" COLLATE nope FROM t ORDER BY 1', /^no such collation sequence: nope/, /collation sequence nope/],
  ['SELECT a FROM t, one', /^ambiguous column name: a/, /column a\./],
  ['CREATE VIRTUAL TABLE f USING fts5(a)', /^no such module: fts5/, /module fts5/],
  ['SELECT soundex_of(1)', /^no such function: soundex_of/, /function soundex_of/],
  ['DROP INDEX nope', /^no such index: nope/, /no index nope/],
  ['DROP TRIGGER nope', /^no such trigger: nope/, /no trigger nope/],
  ['DROP VIEW v; DROP VIEW v', /^no such view: v/, /no view v: statement 1 has dropped it/],
  ['SELECT * FROM t INDEXED BY nope', /^no such index: nope/, /no index nope/],
  ['RELEASE nope', /^no such savepoint: nope/, /savepoint nope/],
  ['SELECT sum(b) OVER nope FROM t', /^no such window: nope/, /window nope/],
  ['CREATE TABLE other.x(a)', /^unknown database other/, /name other/],
  ['DROP VIEW t', /^use DROP TABLE to delete table t/, /t is a table/],
  ['DROP TABLE v', /^use DROP VIEW to delete view v/, /v is a view/],
  ['ALTER TABLE sqlite_schema RENAME TO x', /may not be altered/, /sqlite_master/],
  ['DROP INDEX sqlite_autoindex_u_1', /^index associated with/, /part of a UNIQUE or PRIMARY KEY/],
  ['REINDEX nope', /^unable to identify/, /REINDEX/],
  ['SELECT * FROM t(1)', /^'t' is not a function/, /t is a table/],
  // Definitions.
  ['CREATE TABLE t(a)', /^table t already exists/, /named t is in the database already/],
  ['CREATE VIEW v AS SELECT 1', /^(table|view) v already exists/, /named v/],
  ['CREATE INDEX ib ON t(b)', /^index ib already exists/, /index ib/],
  ['CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END', /^trigger tr already exists/, /trigger tr/],
  ['CREATE INDEX u ON t(b)', /^there is already a table named u/, /named u/],
  ['CREATE TABLE ib(a)', /^there is already an index named ib/, /named ib/],
  ['CREATE TABLE x(a, a)', /^duplicate column name: a/, /column a twice/],
  ['CREATE TABLE x(a) STRICT', /^missing datatype for x\.a/, /x\.a has no type/],
  ['CREATE TABLE x(a SERIAL) STRICT', /^unknown datatype for x\.a/, /type SERIAL/],
  ['CREATE TABLE x(a) ENGINE', /^unknown table option: ENGINE/, /ENGINE is no option/],
  ['CREATE TABLE x(a) WITHOUT ROWID', /^PRIMARY KEY missing on table x/, /x has none/],
  ['CREATE TABLE x(a PRIMARY KEY, b PRIMARY KEY)', /more than one primary key/, /more than once in x/],
  ['CREATE TABLE x(a INT PRIMARY KEY AUTOINCREMENT)', /^AUTOINCREMENT is only allowed/, /INTEGER PRIMARY KEY/],
  ['CREATE TABLE x(a INTEGER PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID', /^AUTOINCREMENT not allowed/, /WITHOUT ROWID/],
  ['CREATE TABLE x(a, b DEFAULT (a))', /^default value of column \[b\]/, /default of b/],
  ['CREATE TABLE x(a, b DEFAULT 1 AS (a))', /generated column/, /b|generated column/],
  ['CREATE TABLE x(a AS (1) PRIMARY KEY, b)', /^generated columns cannot be part/, /primary key/],
  ['CREATE TABLE x(a AS (1))', /^must have at least one/, /columns of the table are generated/],
  [
    'CREATE TABLE x(a, b AS (c), c AS (b)); INSERT INTO x(a) VALUES (1)',
    /^generated column loop on "[bc]"/,
    /column [bc] is computed/,
  ],
  ['CREATE TABLE x(a REFERENCES t(a, b))', /^foreign key on a/, /column a .* columns of t/],
  ['CREATE TABLE x(a, FOREIGN KEY (a) REFERENCES t(a, b))', /^number of columns in foreign key/, /FOREIGN KEY/],
  ['CREATE TABLE x(a, FOREIGN KEY (b) REFERENCES t)', /^unknown column "b" in foreign key/, /column b/],
  ['CREATE TABLE x(a, UNIQUE (lower(a)))', /^expressions prohibited/, /columns only/],
  [
    'CREATE TABLE x(a UNIQUE ON CONFLICT IGNORE, UNIQUE (a) ON CONFLICT REPLACE)',
    /^conflicting ON CONFLICT/,
    /ON CONFLICT/,
  ],
  ['CREATE INDEX x ON t(a NULLS LAST)', /^unsupported use of NULLS LAST/, /NULLS LAST/],
  ['CREATE INDEX x ON t(random())', /prohibited in index expressions/, /index expressions/],
  ['CREATE TABLE x(a CHECK ((SELECT 1)))', /^subqueries prohibited in CHECK/, /CHECK constraints/],
  ['CREATE TABLE sqlite_x(a)', /^object name reserved/, /sqlite_x/],
  ['CREATE TEMP TABLE main.x(a)', /^temporary table name must be/, /TEMP/],
  ['CREATE TEMP TRIGGER main.x AFTER INSERT ON t BEGIN SELECT 1; END', /^temporary trigger may not/, /TEMP/],
  [
    'CREATE TRIGGER x BEFORE INSERT ON v BEGIN SELECT 1; END',
    /^cannot create BEFORE trigger on view: v/,
    /v is a view/,
  ],
  ['CREATE TRIGGER x INSTEAD OF INSERT ON t BEGIN SELECT 1; END', /^cannot create INSTEAD OF trigger/, /t is a table/],
  [
    'CREATE TRIGGER x AFTER INSERT ON sqlite_schema BEGIN SELECT 1; END',
    /^cannot create trigger on system/,
    /ordinary tables/,
  ],
  [
    'CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO main.one VALUES (1); END',
    /^qualified table names/,
    /without a schema/,
  ],
  [
    'CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM one NOT INDEXED; END',
    /NOT INDEXED clause is not allowed/,
    /NOT INDEXED/,
  ],
  ['SELECT RAISE(ABORT, 1)', /^RAISE\(\) may only/, /RAISE/],
  ['SELECT * FROM vv', /^expected 2 columns for 'vv' but got 1/, /vv is given names for 2/],
  [
    'CREATE VIEW a1 AS SELECT * FROM a2; CREATE VIEW a2 AS SELECT * FROM a1; SELECT * FROM a1',
    /^view a\d is circularly defined/,
    /view a\d reads itself/,
  ],
  // Queries and expressions.
  ['SELECT * FROM t NATURAL JOIN one ON 1', /^a NATURAL join/, /NATURAL/],
  ['SELECT * FROM t JOIN one USING (b)', /^cannot join using column b/, /USING names b/],
  ['SELECT * FROM t ON 1', /a JOIN clause is required/, /ON stands/],
  ['SELECT * FROM t INNER LEFT JOIN one', /^unknown join type/, /join tables/],
  ['SELECT 1 UNION SELECT 1, 2', /^SELECTs to the left and right of UNION/, /around UNION/],
  ['SELECT 1 ORDER BY 1 UNION SELECT 2', /^ORDER BY clause should come after UNION/, /ORDER BY stands before UNION/],
  ['SELECT a FROM t ORDER BY 2', /ORDER BY term out of range/, /from 1 to 1/],
  ['SELECT a FROM t UNION SELECT b FROM t ORDER BY c', /ORDER BY term does not match/, /ORDER BY/],
  ['SELECT (SELECT 1, 2)', /^sub-select returns 2 columns/, /gives 2 columns/],
  ['SELECT 1 IN ((1, 2))', /IN\(\.\.\.\) element|row value misused/, /IN|Several values/],
  ['SELECT (1, 2)', /^row value misused/, /Several values/],
  ['SELECT a FROM t WHERE max(b) > 1', /^misuse of aggregate/, /max\(\)/],
  ['SELECT a FROM t GROUP BY count(*)', /^aggregate functions are not allowed/, /grouped/],
  ['SELECT count(DISTINCT a, b) FROM t', /^wrong number of arguments|^DISTINCT aggregates/, /count\(\)|DISTINCT/],
  ['SELECT group_concat(DISTINCT a, b) FROM t', /^DISTINCT aggregates/, /DISTINCT/],
  ['SELECT abs()', /^wrong number of arguments to function abs/, /abs\(\)/],
  ['SELECT abs(1) OVER ()', /may not be used as a window function/, /abs\(\)/],
  ['SELECT ntile(0) OVER () FROM t', /^argument of ntile/, /1 or more/],
  ['WITH r AS (SELECT * FROM r) SELECT * FROM r', /^circular reference: r/, /WITH names r/],
  ['WITH r AS (SELECT 1), r AS (SELECT 2) SELECT * FROM r', /^duplicate WITH table name: r/, /defines r twice/],
  ['SELECT *', /^no tables specified/, /names no table/],
  ['SELECT abs(-9223372036854775807 - 1)', /^integer overflow/, /largest integer/],
  ['SELECT 0x11111111111111111', /^hex literal too big/, /0x11111111111111111/],
  ["SELECT json_extract(doc, '$.a') FROM j", /^malformed JSON/, /no JSON/],
  ["SELECT json_extract('{}', 'x')", /^bad JSON path: 'x'/, /'x' is no path/],
  ["SELECT json_object('a', x'ff00')", /^JSON cannot hold BLOB values/, /a BLOB, which JSON cannot hold/],
  ["SELECT json_object('a')", /^json_object\(\) requires/, /JSON function/],
  ["SELECT 'a' LIKE 'b' ESCAPE 'cc'", /^ESCAPE expression/, /ESCAPE/],
  ["SELECT * FROM t WHERE a MATCH 'x'", /^unable to use function MATCH/, /MATCH works/],
  ['SELEC 1', /syntax error/, /begins at line 1/],
  ['CREATE TABLE {{ tenant "x" }} (a)', /unrecognized token/, /a template.*tenant "x"/],
  ['-- all of it\n!! people.sql', /unrecognized token/, /puts the file people\.sql/],
  ['CREATE TABLE x (a varchar(LONGEST))', /near "LONGEST": syntax error/, /LONGEST .* size of the type varchar/],
  ['CREATE TABLE x (a varchar(max))', /near "max": syntax error/, /written for SQL Server/],
  ['ALTER TABLE %songs ADD COLUMN z', /syntax error/, /cannot read/],
  ['ALTER TABLE %songs% ADD COLUMN z', /syntax error/, /a template.*%songs%/],
  ['CREATE FUNCTION f() AS $$ SELECT 1 $$', /quotes a text in PostgreSQL only/, /written for PostgreSQL/],
  ["SELECT setval('s', 1)", /^no such function: setval/, /written for PostgreSQL: setval is a function/],
  ["SELECT value FROM split('a,b', ',')", /^no such table: split/, /table-valued function/],
  ['CREATE INDEX i ON gone (a)', /^no such table: (?:main\.)?gone/, /no table gone/],
  ['INSERT INTO gone (a) VALUES (1)', /^no such table: gone/, /no table gone/],
  ['SELECT * FROM gone, (SELECT 1)', /^no such table: gone/, /no table gone/],
  ["CREATE TYPE mood AS ENUM ('sad')", /syntax error/, /written for PostgreSQL: SQLite has no CREATE TYPE/],
  ['CREATE TABLE x (a BIGINT GENERATED BY DEFAULT AS IDENTITY)', /syntax error/, /PostgreSQL.*AS IDENTITY/],
  ['ALTER TABLE t ALTER COLUMN a TYPE TEXT', /syntax error/, /PostgreSQL.*type of a column/],
  ['CREATE TABLE x (a DEFAULT now())', /near "\(": syntax error/, /no function now\(\)/],
  [
    'CREATE TEXT SEARCH CONFIGURATION c (COPY = english)',
    /syntax error/,
    /written for PostgreSQL: SQLite has no CREATE TEXT SEARCH/,
  ],
  ['ALTER TABLE t ALTER COLUMN "a" TO "a" text NOT NULL', /syntax error/, /written for libSQL \(Turso\)/],
  ['CREATE TABLE n (a) {#if new} WITHOUT ROWID {#endif}', /unrecognized token/, /a template: .* place of \{#if new\}/],
  ['ALTER TABLE t ADD COLUMN IF NOT EXISTS z', /near "EXISTS": syntax error/, /no IF NOT EXISTS for a column/],
  ['CREATE TABLE x (a,)', /near "\)": syntax error/, /comma stands before/],
  ['ALTER TABLE t DROP FOREIGN KEY k', /syntax error/, /written for MySQL: SQLite has no DROP FOREIGN KEY/],
  ["SELECT 'CREATE TYPE', FROM t", /syntax error/, /cannot read/],
  ['INSERT INTO t(a) SELECT a FROM t ON CONFLICT (a) DO NOTHING', /near "DO": syntax error/, /Write WHERE true/],
  ['DELETE FROM t LIMIT 1', /near "LIMIT": syntax error/, /ORDER BY and LIMIT in DELETE/],
  ['CREATE TABLE x (a INT, order INT)', /near "order": syntax error/, /a word of SQL.*double quotes/],
  ['ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)', /syntax error/, /cannot add a constraint UNIQUE.*CREATE UNIQUE INDEX/],
  ['ALTER TABLE t ADD COLUMN y, ADD COLUMN z', /syntax error/, /makes one change in each statement/],
  ['ALTER TABLE t MODIFY COLUMN a INT', /syntax error/, /cannot change the type of a column.* table rebuild/s],
  ['ALTER TABLE t ALTER COLUMN a TYPE INT', /syntax error/, /cannot change the type of a column/],
  ['UPDATE t SET a = other.z FROM u AS other', /^no such column: other\.z/, /u has the columns k, g and plain/],
  ['INSERT INTO t(a) SELECT other.z FROM u other', /^no such column: other\.z/, /u has the columns k, g and plain/],
  ['INSERT INTO t VALUES (1', /^incomplete input/, /begins at line 1/],
  ['SELECT @ 1', /^unrecognized token/, /begins at line 1/],
  ['CREATE TABLE x(a, b AS (a) DEFAULT 1)', /generated column/, /generated column/],
  [
    "CREATE TABLE x(a CHECK (a > date('now'))); INSERT INTO x VALUES (1)",
    /^non-deterministic use of date/,
    /date\(\) is used/,
  ],
  ['CREATE INDEX temp.x ON t(a)', /TEMP index/, /TEMP/],
  ['CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO one VALUES (1) RETURNING a; END', /RETURNING/, /RETURNING/],
  [
    `CREATE TABLE x(${Array.from({ length: 2001 }, (_, at) => `c${at}`).join(', ')})`,
    /^too many columns on x/,
    /x has more columns/,
  ],
  ['SELECT * FROM t AS p JOIN t AS q ON 1 FULL JOIN t AS r USING (a)', /^ambiguous reference to a/, /column a/],
  ['SELECT (1, 2) IN ((1, 2), (1, 2, 3))', /^IN\(\.\.\.\) element/, /IN/],
  ['SELECT a FROM t HAVING 1', /^HAVING clause/, /HAVING/],
  [`SELECT max(${Array.from({ length: 2000 }, () => 1).join(', ')})`, /^too many arguments/, /max is called/],
  ['SELECT row_number() FILTER (WHERE 1) OVER () FROM t', /^FILTER clause/, /window/],
  [
    'WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT sum(x) FROM r) SELECT * FROM r',
    /^recursive aggregate/,
    /RECURSIVE/,
  ],
  ["SELECT 'a' LIKE hex(zeroblob(30000))", /too complex/, /pattern/],
  [Array.from({ length: 600 }, () => 'SELECT 1').join(' UNION '), /^too many terms in compound/, /larger/],
  ['UPDATE t SET a = 1 FROM t', /^target object\/alias/, /names t/],
  [
    'CREATE VIRTUAL TABLE f USING fts3(a); INSERT INTO f VALUES (1) ON CONFLICT (a) DO NOTHING',
    /^UPSERT not implemented/,
    /f is a virtual/,
  ],
  [
    'CREATE VIRTUAL TABLE f USING fts3(a); ALTER TABLE f ADD COLUMN b',
    /f is a virtual table|virtual tables may not/,
    /ordinary table/,
  ],
  ['CREATE VIRTUAL TABLE f USING fts3(a); ALTER TABLE f RENAME COLUMN a TO b', /virtual table/, /virtual table/],
  // Full-text tables.
  ['CREATE VIRTUAL TABLE f USING fts4(a, tokenize=far)', /^unknown tokenizer: far/, /the tokenizer far/],
  ['CREATE VIRTUAL TABLE f USING fts4(a, far=1)', /^unrecognized parameter: far/, /no option far/],
  [
    "CREATE VIRTUAL TABLE f USING fts4(a); SELECT * FROM f WHERE f MATCH '\"'",
    /^malformed MATCH/,
    /MATCH is not written/,
  ],
  // Limits.
  ['SELECT zeroblob(2000000000)', /^string or blob too big/, /1,000,000,000 bytes/],
  ['PRAGMA query_only = ON; UPDATE t SET a = 1', /^attempt to write a readonly/, /query_only/],
  ['PRAGMA max_page_count = 1; INSERT INTO one VALUES (zeroblob(90000))', /disk is full/, /Statement 1 sets/],
];

/** With foreign keys on. */
const WITH_KEYS: typeof CASES = [
  ['INSERT INTO pet VALUES (7), (8)', /^FOREIGN KEY constraint failed/, /2 rows of pet .* owner/],
  ['UPDATE pet SET owner = 9', /^FOREIGN KEY constraint failed/, /1 row of pet .* owner/],
  ['DELETE FROM owner', /^FOREIGN KEY constraint failed/, /1 row of pet .* owner/],
  ['UPDATE owner SET o = 5', /^FOREIGN KEY constraint failed/, /1 row of pet .* owner/],
  ['INSERT INTO child VALUES (1)', /^foreign key mismatch/, /child refers to parent \(p\)/],
  ['ALTER TABLE t ADD COLUMN d REFERENCES owner DEFAULT 1', /^Cannot add a REFERENCES column/, /row of t/],
];

function textOf({ explanation, wayOut, mend }: Failure): readonly string[] {
  return [explanation, wayOut, ...(mend?.before ?? []), mend?.instead ?? '', ...(mend?.after ?? [])];
}

describe.each([
  [false, CASES],
  [true, WITH_KEYS],
] as const)('a statement that fails, foreign keys %s', (foreignKeys, cases) => {
  test.each(cases)('%s', (script, message, named) => {
    const failure = failureOf(script, { foreignKeys });
    expect(failure?.message).toMatch(message);
    expect(`${failure?.explanation ?? ''} ${failure?.wayOut ?? ''}`).toMatch(named);
    expect(failure?.explanation).not.toBe('SQLite refused the statement with this message.');
    expect(failure?.explanation).toMatch(/\.$/);
    expect(failure?.wayOut).toMatch(/\.$/);
    const said = `${failure?.explanation ?? ''} ${failure?.wayOut ?? ''}`;
    expect(said).not.toMatch(/\$\d|undefined|null\b|NaN|\b1 rows\b|\b(?:[02-9]|\d\d) row\b/);
    for (const text of failure ? textOf(failure) : []) expect(text).not.toMatch(/drop (the )?table/i);
  });
});

/** The statements with which it is said to run, in the place of the failed one. */
function mended(script: string, { mend }: Failure): string {
  const statements = statementsOf(script).map(({ text }) => text);
  const failed = statements.pop() ?? '';
  return [...statements, ...(mend?.before ?? []), mend?.instead ?? failed, ...(mend?.after ?? [])].join(';\n');
}

describe('a script with the statements that are to mend it', () => {
  const mendable = CASES.filter(([script]) => failureOf(script)?.mend !== undefined);

  test.each(mendable)('%s', (script) => {
    const failure = failureOf(script);
    // What has to be rewritten by hand says so.
    if (!failure || failure.mend?.after.some((sql) => sql.startsWith('--'))) return;
    const again = failureOf(mended(script, failure));
    expect(again?.message ?? 'runs').not.toBe(failure.message);
  });
});

test('a foreign key to a virtual table whose module is not here is explained like one to a table without the key', () => {
  const failure = failureOf('CREATE TABLE child(c REFERENCES remote); INSERT INTO child VALUES (1)', {
    foreignKeys: true,
    bytes: fixture('unknown-module').database,
  });
  expect(failure?.message).toMatch(/^foreign key mismatch/);
  expect(failure?.explanation).toContain('child refers to remote, which has no primary key that fits');
});

test('every explanation is met by a script of these', () => {
  const damaged = failureOf('SELECT * FROM one', { bytes: damagedDatabase() });
  expect(damaged?.explanation).toContain('damaged');
  const strict = failureOf("ALTER TABLE t ADD COLUMN d DEFAULT (datetime('now'))", {
    choices: { ...DEFAULT_CHOICES, strict: true },
  });
  expect(strict?.wayOut).toContain('strict');
  const unnamed = failureOf('INSERT INTO names SELECT name, n FROM tag', { bytes: unnamedCollation() });
  expect(unnamed?.explanation).toContain('own');
  const messages = [
    ...CASES.map(([script]) => failureOf(script)?.message ?? ''),
    damaged?.message ?? '',
    strict?.message ?? '',
    unnamed?.message ?? '',
    ...WITH_KEYS.map(([script]) => failureOf(script, { foreignKeys: true })?.message ?? ''),
  ];
  // Those are met in virtualTables.test.ts, and that of stand-ins in functions.test.ts.
  const elsewhere = [...VIRTUAL_TABLES, NESTED_TOO_DEEP, STAND_IN_USED];
  const others = EXPLANATIONS.filter((explanation) => !elsewhere.includes(explanation));
  const unmet = others.filter(({ pattern }) => !messages.some((message) => pattern.test(message)));
  expect(unmet.map(({ pattern }) => pattern.source)).toEqual([]);
});
