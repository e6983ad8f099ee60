// Cases in which a proof, a plan or an adaptation once said something that was not so.
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { describe, expect, test } from 'vitest';
import { planMigration } from '../../../src/migration/run/plan';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { askNative, migrate, nativeDatabase, notPassed, proofsOf, statementsOf, withDatabase } from '../../databases';

const UPGRADE_TIME = { existingRows: 'upgrade time', strict: false, foreignKeys: 'off' } as const;
const TABLE = "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1,'x'),(2,'y'),(3,'z');";

describe('a proof', () => {
  test('does not blame the run for tables of statistics that PRAGMA optimize makes', () => {
    const many = nativeDatabase(`CREATE TABLE t(b, c); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
      WHERE i < 20000) INSERT INTO t SELECT i, i FROM n;`);
    const proofs = proofsOf(many, "CREATE INDEX i ON t(b); UPDATE t SET c = 1 WHERE b = '77'; PRAGMA optimize;");
    expect(proofs.get('schema-as-specified')?.result).toBe('pass');
  });

  test('sees a trigger that newly breaks beside one that was broken before', () => {
    const shop = nativeDatabase(`${TABLE} CREATE TABLE l(x);
      CREATE TRIGGER a1 AFTER INSERT ON t BEGIN INSERT INTO nowhere VALUES (1); END;
      CREATE TRIGGER a2 AFTER INSERT ON t BEGIN INSERT INTO l VALUES (1); END;`);
    const proofs = proofsOf(shop, 'ALTER TABLE l ADD COLUMN y;');
    expect(notPassed(proofs)).toContain('views-and-triggers: fail');
    expect(proofs.get('views-and-triggers')?.sentence).toContain('trigger a2');
  });

  test('does not withhold a script that takes back a savepoint', () => {
    const script = `SAVEPOINT s; ALTER TABLE t ADD COLUMN d DEFAULT (datetime('now')); ROLLBACK TO s; RELEASE s;
      ALTER TABLE t ADD COLUMN e DEFAULT (datetime('now'));`;
    expect(notPassed(proofsOf(nativeDatabase(TABLE), script))).toEqual([]);
  });

  test('of values does not grow without bound with the rows of a batch', () => {
    const heavy = nativeDatabase(`CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
      WHERE i < 40) INSERT INTO t SELECT CAST(i AS TEXT) || zeroblob(400000) FROM n;`);
    expect(notPassed(proofsOf(heavy, 'CREATE TABLE IF NOT EXISTS u(a);'))).toEqual([]);
  });
});

describe('an adaptation', () => {
  test('leaves last_insert_rowid() to the script', () => {
    const base = nativeDatabase(`${TABLE} CREATE TABLE ch(p);
      CREATE TRIGGER u AFTER UPDATE ON t BEGIN INSERT INTO ch VALUES ('fired'); END;`);
    const script = `INSERT INTO t(a, b) VALUES (500, 'new'); ALTER TABLE t ADD COLUMN d DEFAULT (datetime('now'));
      INSERT INTO ch VALUES (last_insert_rowid());`;
    const { result, bytes } = migrate(base, script, UPGRADE_TIME);
    expect(result.outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'adapted', 'applied']);
    expect(askNative(bytes, 'SELECT p FROM ch; SELECT count(d) FROM t; PRAGMA integrity_check;')).toBe('500\n4\nok');
    const triggers = "SELECT rowid, name, sql FROM sqlite_schema WHERE type = 'trigger'";
    expect(askNative(bytes, triggers)).toBe(askNative(base, triggers));
  });

  test('gives existing rows a default that holds a NUL whole', () => {
    const script = "ALTER TABLE t ADD COLUMN d TEXT DEFAULT ('a' || char(0) || '''b');";
    const { bytes } = migrate(nativeDatabase(TABLE), script, UPGRADE_TIME);
    expect(askNative(bytes, 'INSERT INTO t(b) VALUES (0); SELECT DISTINCT typeof(d), hex(d) FROM t;')).toBe(
      'text|61002762',
    );
  });
});

describe('a plan', () => {
  const verdictsOf = (script: string): readonly (readonly string[])[] => {
    const base = nativeDatabase(TABLE);
    const plan = withDatabase(base, (database) =>
      planMigration(database, statementsOf(script), DEFAULT_CHOICES, { losses: keepLosses }),
    );
    return [plan.outcomes, migrate(base, script).result.outcomes].map((all) => all.map(({ verdict }) => verdict));
  };

  test('builds an index whose WHERE holds a pattern, since that may fail for a row', () => {
    const [planned, ran] = verdictsOf("CREATE INDEX i ON t(a) WHERE b LIKE 'x' ESCAPE 'ab';");
    expect(planned).toEqual(ran);
  });

  test('builds the indexes that a view or a trigger may count', () => {
    const base = nativeDatabase(`${TABLE} CREATE VIEW objs AS SELECT name FROM sqlite_master;`);
    const script = 'CREATE INDEX i ON t(b); INSERT INTO t(b) SELECT name FROM objs;';
    const plan = withDatabase(base, (database) =>
      planMigration(database, statementsOf(script), DEFAULT_CHOICES, { losses: keepLosses }),
    );
    const ran = migrate(base, script).result.outcomes;
    expect(plan.outcomes.map(({ changes }) => changes)).toEqual(ran.map(({ changes }) => changes));
    expect(ran[1]?.changes).toBe(3);
  });

  test('gathers statistics where the script reads them', () => {
    const base = nativeDatabase(`${TABLE} CREATE INDEX i ON t(b);`);
    const script = 'ANALYZE; INSERT INTO t(b) SELECT stat FROM sqlite_stat1;';
    const plan = withDatabase(base, (database) =>
      planMigration(database, statementsOf(script), DEFAULT_CHOICES, { losses: keepLosses }),
    );
    expect(plan.outcomes.map(({ changes }) => changes)).toEqual([0, 1]);
    expect(migrate(base, script).result.outcomes.map(({ changes }) => changes)).toEqual([0, 1]);
  });

  test('names no value that only the run can know', () => {
    const script = statementsOf("ALTER TABLE t ADD COLUMN d DEFAULT (datetime('now'));");
    const plan = withDatabase(nativeDatabase(TABLE), (database) =>
      planMigration(database, script, UPGRADE_TIME, { losses: keepLosses }),
    );
    expect(plan.outcomes[0]?.note).toContain('the value that the default has when the run begins');
  });

  test('shows drift of a column also where a view is broken already', () => {
    const base = nativeDatabase(`${TABLE} CREATE VIEW bad AS SELECT * FROM nowhere;`);
    const script = statementsOf('ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 5;');
    const plan = withDatabase(base, (database) =>
      planMigration(database, script, DEFAULT_CHOICES, { losses: keepLosses }),
    );
    expect(plan.outcomes[0]).toMatchObject({ verdict: 'skipped' });
    expect(plan.outcomes[0]?.drift?.differences.map(({ aspect }) => aspect)).toEqual(['type', 'NOT NULL', 'default']);
  });
});
