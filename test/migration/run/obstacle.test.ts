// What stands in the way, and what is drift: said in words that name the statement, the tables and both shapes.
import { describe, expect, test } from 'vitest';
import { apply, migration021, migrationFile, nativeDatabase, plan } from '../../databases';

const music = nativeDatabase(
  'CREATE TABLE albums(id INTEGER PRIMARY KEY); INSERT INTO albums VALUES (1); CREATE TABLE t(a);',
);
const OTC_TABLES = ['otc_raw', 'otc_venue_volume', 'otc_symbol_summary', 'otc_venue_share', 'executions'];

describe('the obstacle', () => {
  test('on a database of another kind is the tables that migration 021 would need', () => {
    const { obstacle } = plan(music, migration021).plan;
    expect(obstacle?.ordinal).toBe(4);
    expect(obstacle?.missingTables).toEqual(OTC_TABLES);
    expect(obstacle?.sentence.replace(/line \d+/, 'line 44')).toBe(
      'This database has none of the 5 tables that the migration works on, so it does not seem to be one that it is for. Statement 4 (line 44) is the first to fail.',
    );
    expect(obstacle?.help).toContain('otc_raw, otc_venue_volume, otc_symbol_summary, otc_venue_share and executions');
  });

  test('on a database that lacks one of them is that one', () => {
    const lacking = nativeDatabase(
      `${migrationFile('samples/otc-base.sql')}\nDROP VIEW otc_week_totals; DROP TABLE otc_venue_share;`,
    );
    const { obstacle } = plan(lacking, migration021).plan;
    expect(obstacle?.missingTables).toEqual(['otc_venue_share']);
    expect(obstacle?.sentence).toContain('lacks 1 of the 5 tables');
  });

  test('does not count tables that the script makes, renames, drops if they exist, or that are SQLite’s own', () => {
    const script = `CREATE TABLE n(a); INSERT INTO n VALUES (1); ALTER TABLE n RENAME TO "m m"; DELETE FROM [m m];
      DROP TABLE IF EXISTS old; CREATE VIEW v AS SELECT 1; CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN SELECT 1; END;
      DELETE FROM sqlite_sequence; UPDATE gone SET a = 1`;
    const { obstacle } = plan(nativeDatabase('CREATE TABLE s(a INTEGER PRIMARY KEY AUTOINCREMENT);'), script).plan;
    expect(obstacle?.missingTables).toEqual(['gone']);
    expect(obstacle?.ordinal).toBe(9);
  });

  test('of an empty database names the table that a statement only reads', () => {
    const { obstacle } = plan(
      nativeDatabase(''),
      'CREATE TABLE n(a); INSERT INTO n SELECT b FROM read_only; UPDATE gone SET a = 1',
    ).plan;
    expect(obstacle?.sentence).toBe(
      'Your database is empty, and the script works on the tables read_only and gone without making them: something else makes them, a program or a script that is not here. Statement 2 (line 1) is the first to fail.',
    );
    expect(obstacle?.help).toContain('the tables read_only and gone');
    const late = plan(nativeDatabase(''), 'INSERT INTO n SELECT 1; UPDATE gone SET a = 1; CREATE TABLE n(a)').plan;
    expect(late.obstacle?.sentence).toContain('works on the tables n and gone');
  });

  test('is nothing where nothing fails', () => {
    expect(plan(music, 'CREATE TABLE IF NOT EXISTS albums(id INTEGER PRIMARY KEY)').plan.obstacle).toBeNull();
  });

  test.each([
    ['ALTER TABLE t RENAME COLUMN b TO c', /^no such column/, /no column/],
    ['CREATE TABLE t(a)', /already exists$/, /in the database already/],
    ['CREATE TABLE x(a, a)', /^duplicate column name/, /twice/],
    ['INSERT INTO albums VALUES (1)', /^UNIQUE/, /unique/],
    ['ALTER TABLE albums ADD COLUMN b NOT NULL', /^Cannot add a NOT NULL column/, /rows/],
    ['CREATE VIRTUAL TABLE f USING fts5(a)', /^no such module/, /does not have/],
    ['SELEC 1', /syntax error/, /cannot read/],
    ['CREATE TABLE (', /syntax error|incomplete/, /cannot read/],
    ['CREATE INDEX i ON t(a); CREATE VIEW i AS SELECT 1', /already/, /already/],
    ['CREATE VIEW IF NOT EXISTS t AS SELECT 1', /is the name of a table already/, /asks for a view/],
    ['PRAGMA query_only = ON; DROP TABLE t', /readonly/, /refused/],
  ])('of “%s” has SQLite’s message, what it means and a way out', (script, message, meaning) => {
    const { obstacle, outcomes } = plan(music, script).plan;
    const failure = outcomes.at(-1)?.failure;
    expect(failure?.message).toMatch(message);
    expect(failure?.explanation).toMatch(meaning);
    expect(failure?.wayOut).not.toBe('');
    expect(obstacle?.sentence).toContain(failure?.message);
    expect(apply(music, script).outcomes.at(-1)?.failure).toEqual(failure);
  });
});

describe('drift', () => {
  const base = nativeDatabase(
    `
    CREATE TABLE t(a TEXT, b INT NOT NULL DEFAULT 1, c AS (a), d TEXT COLLATE NOCASE, "e e" REAL DEFAULT 1.5);
    CREATE TABLE u(a); CREATE INDEX i ON t(a); CREATE UNIQUE INDEX j ON t(b DESC) WHERE b > 1; CREATE INDEX k ON t(a || b);
    CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
    CREATE TABLE w(a, b, UNIQUE (a, b), FOREIGN KEY (a) REFERENCES t(a)) WITHOUT ROWID, STRICT;`.replace(
      '(a, b, UNIQUE',
      '(a INT PRIMARY KEY, b INT, UNIQUE',
    ),
  );

  test.each([
    ['ALTER TABLE t ADD COLUMN a TEXT', []],
    ['ALTER TABLE t ADD COLUMN A text', []],
    ['ALTER TABLE t ADD COLUMN a INT', ['type: TEXT / INT']],
    ['ALTER TABLE t ADD COLUMN b INT', ['NOT NULL: NOT NULL / may be NULL', 'default: 1 / none']],
    ['ALTER TABLE t ADD COLUMN c', ['generated: virtual / no']],
    ['ALTER TABLE t ADD COLUMN d TEXT', ['collation: NOCASE / BINARY']],
    ['ALTER TABLE t ADD COLUMN "e e" REAL DEFAULT (1.5)', []],
    ['CREATE INDEX IF NOT EXISTS i ON t(a)', []],
    ['create  index if not exists MAIN.I on T ("a" /* same */)', []],
    ['CREATE INDEX IF NOT EXISTS i ON u(a)', ['table: t / u']],
    ['CREATE UNIQUE INDEX IF NOT EXISTS i ON t(a)', ['unique: no / UNIQUE']],
    ['CREATE UNIQUE INDEX IF NOT EXISTS j ON t(b) WHERE b > 2', ['columns: b DESC / b', 'WHERE: b > 1 / b > 2']],
    ['CREATE INDEX IF NOT EXISTS k ON t(b || a)', ['expressions: ( a || b ) / ( b || a )']],
    ['CREATE INDEX IF NOT EXISTS k ON t("a" || [b])', []],
    ['CREATE VIEW IF NOT EXISTS main.v AS select A from "t"', []],
    [
      'CREATE VIEW IF NOT EXISTS v AS SELECT b FROM t',
      ['definition: CREATE VIEW v AS SELECT a FROM t / CREATE VIEW IF NOT EXISTS v AS SELECT b FROM t'],
    ],
    ['CREATE TRIGGER IF NOT EXISTS g AFTER INSERT ON t BEGIN SELECT 1; END', []],
    ['CREATE TABLE IF NOT EXISTS u(a)', []],
    ['CREATE TABLE IF NOT EXISTS u(a TEXT, b)', ['column a: no type / TEXT', 'column b: none / no type']],
    ['CREATE TABLE IF NOT EXISTS u(a); ALTER TABLE u ADD COLUMN z', []],
    [
      'CREATE TABLE IF NOT EXISTS u(a) STRICT',
      [
        'definition: CREATE TABLE u ( a ) / CREATE TABLE IF NOT EXISTS u ( a ) STRICT (cannot be made here: missing datatype for u.a)',
      ],
    ],
    ['CREATE TABLE IF NOT EXISTS u(a CHECK (a > 0 AND (a < 9)))', ['CHECK ( a > 0 and ( a < 9 ) ): none / yes']],
    ['CREATE TABLE IF NOT EXISTS u(a COLLATE NOCASE)', ['column a: no type / COLLATE NOCASE']],
    [
      'CREATE TABLE IF NOT EXISTS w(a INT PRIMARY KEY, b INT)',
      [
        'column a: INT NOT NULL primary key: column 1 of it / INT primary key: column 1 of it',
        'WITHOUT ROWID: yes / none',
        'STRICT: yes / none',
        'UNIQUE (a, b): yes / none',
        'FOREIGN KEY (a): t (a) ON UPDATE NO ACTION ON DELETE NO ACTION / none',
      ],
    ],
  ])('of “%s” is %j', (script, expected) => {
    const [outcome] = apply(base, script).outcomes;
    const shown = outcome?.drift?.differences.map(({ aspect, there, asked }) => `${aspect}: ${there} / ${asked}`) ?? [];
    expect(shown).toEqual(expected);
    expect(plan(base, script).plan.outcomes[0]?.drift).toEqual(outcome?.drift);
    expect(['skipped', 'unchanged']).toContain(outcome?.verdict);
  });
});
