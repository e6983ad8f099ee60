// Failures that people have met when they upgraded their files: what is said of each is right, and what is offered works.
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/migration/outcome';
import { askNative, changedNatively, nativeDatabase, plan, statementsOf } from '../../databases';

function failedIn(bytes: Uint8Array, script: string): { readonly ordinal: number; readonly failure: Failure } | null {
  const failed = plan(bytes, script).plan.outcomes.find(({ verdict }) => verdict === 'failed');
  return failed?.failure ? { ordinal: failed.ordinal, failure: failed.failure } : null;
}

/** The script with what is offered around the failed statement, or in its place. */
function withMend(
  script: string,
  { ordinal, failure: { mend } }: { readonly ordinal: number; readonly failure: Failure },
): string {
  return statementsOf(script)
    .flatMap(({ ordinal: at, text }) =>
      at === ordinal ? [...(mend?.before ?? []), mend?.instead ?? text, ...(mend?.after ?? [])] : [text],
    )
    .join(';\n');
}

describe('a view that was broken before the script', () => {
  const bytes = nativeDatabase(`CREATE TABLE a(x, y); CREATE TABLE gone(z); CREATE VIEW stale AS SELECT z FROM gone;
    CREATE VIEW fine AS SELECT x FROM a; DROP TABLE gone;`);
  const script = 'ALTER TABLE a RENAME TO b; ALTER TABLE b DROP COLUMN y';

  test('is not called broken by the change', () => {
    const failed = failedIn(bytes, script);
    expect(failed?.ordinal).toBe(1);
    expect(failed?.failure.explanation).toContain(
      'The view stale was broken before this script: it reads gone, which does not exist.',
    );
    expect(failed?.failure.explanation).not.toContain('would leave');
    expect(failed?.failure.mend).toEqual({ before: ['DROP VIEW "stale"'], instead: null, after: [] });
  });

  test('is out of the way with what is offered', () => {
    const failed = failedIn(bytes, script);
    expect(failed && failedIn(bytes, withMend(script, failed))).toBeNull();
  });

  test('is told from one that the script breaks', () => {
    const failure = failedIn(bytes, 'DROP VIEW stale; ALTER TABLE a DROP COLUMN x')?.failure;
    expect(failure?.explanation).toContain('The change would leave the view fine broken');
    expect(failure?.mend?.after[0]).toMatch(/^-- no such column: x: change it to fit\nCREATE VIEW fine/);
  });

  test('names the others that were broken too', () => {
    const two =
      nativeDatabase(`CREATE TABLE a(x); CREATE VIEW one AS SELECT * FROM g1; CREATE VIEW two AS SELECT * FROM g2;
      CREATE TRIGGER three AFTER INSERT ON a BEGIN INSERT INTO g3 VALUES (1); END;`);
    const failed = failedIn(two, 'ALTER TABLE a RENAME TO b');
    expect(failed?.failure.explanation).toContain('So were the view two and the trigger three.');
    expect(failed && failedIn(two, withMend('ALTER TABLE a RENAME TO b', failed))).toBeNull();
  });
});

describe('views that read each other and stop a table rebuild', () => {
  const bytes =
    nativeDatabase(`CREATE TABLE contract(id INTEGER PRIMARY KEY, total INTEGER); INSERT INTO contract VALUES (1, 10), (2, 20);
    CREATE VIEW big AS SELECT id FROM contract WHERE total > 15; CREATE VIEW biggest AS SELECT max(id) FROM big;
    CREATE TRIGGER watch INSTEAD OF INSERT ON big BEGIN SELECT id FROM contract; END;`);
  const script = `CREATE TABLE new_contract(id INTEGER PRIMARY KEY, total REAL NOT NULL); INSERT INTO new_contract SELECT * FROM contract;
    DROP TABLE contract; ALTER TABLE new_contract RENAME TO contract`;

  test('are all named, with the statement that took their table away, and made again in order', () => {
    const failed = failedIn(bytes, script);
    expect(failed?.ordinal).toBe(4);
    expect(failed?.failure.explanation).toContain('The view big reads contract, which statement 3 has dropped.');
    expect(failed?.failure.wayOut).toMatch(/the view big.*the view biggest|the view biggest.*the view big\b/);
    expect(failed && failedIn(bytes, withMend(script, failed))).toBeNull();
    const { after } = plan(bytes, failed ? withMend(script, failed) : '').plan;
    expect(after.relations.map(({ name }) => name)).toEqual(expect.arrayContaining(['contract', 'big', 'biggest']));
    expect(after.relations.filter(({ unreadable }) => unreadable !== null)).toEqual([]);
    expect(after.triggers.map(({ name }) => name)).toEqual(['watch']);
  });
});

describe('the table of a rebuild that was broken off', () => {
  const rebuild = `CREATE TABLE _alembic_tmp_x(id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO _alembic_tmp_x SELECT id, a, '' FROM x;
    DROP TABLE x; ALTER TABLE _alembic_tmp_x RENAME TO x`;
  const x = "CREATE TABLE x(id INTEGER PRIMARY KEY, a TEXT); INSERT INTO x VALUES (1, 'q'), (2, 'r');";

  test.each([
    ['empty', 'CREATE TABLE _alembic_tmp_x(id INTEGER PRIMARY KEY, a TEXT, b TEXT)', '0'],
    [
      'with rows',
      "CREATE TABLE _alembic_tmp_x(id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO _alembic_tmp_x VALUES (1, 'q', '')",
      '1',
    ],
    ['of another shape', 'CREATE TABLE _alembic_tmp_x(a); INSERT INTO _alembic_tmp_x VALUES (1), (2)', '2'],
  ])('is put aside with what is offered, %s, and nothing of it is lost', (_how, leftOver, rows) => {
    const bytes = nativeDatabase(`${x} ${leftOver};`);
    const failed = failedIn(bytes, rebuild);
    expect(failed?.failure.explanation).toContain(
      'Statement 4 renames it to x, so the script makes it only for a table rebuild',
    );
    const after = changedNatively(bytes, failed ? withMend(rebuild, failed) : '');
    expect(askNative(after, 'SELECT count(*), sum(b IS NOT NULL) FROM x')).toBe('2|2');
    expect(askNative(after, 'SELECT count(*) FROM _alembic_tmp_x_left_over')).toBe(rows);
  });

  test('is looked at first where the table that it is for is gone', () => {
    const bytes = nativeDatabase('CREATE TABLE _alembic_tmp_x(id INTEGER PRIMARY KEY, a TEXT, b TEXT);');
    const failure = failedIn(bytes, rebuild)?.failure;
    expect(failure?.explanation).toContain('There is no table x.');
    expect(failure?.wayOut).toContain('the only place where the rows of x are');
    expect(failure?.mend).toBeUndefined();
  });
});

describe('a copy', () => {
  test('that meets a key under another collation shows the rows of the table that is in the file', () => {
    const bytes =
      nativeDatabase(`CREATE TABLE devices(uuid TEXT NOT NULL PRIMARY KEY, user_uuid TEXT NOT NULL, name TEXT);
      INSERT INTO devices VALUES ('d1', 'u1', 'phone'), ('d2', 'u1', 'pc'), ('D1', 'u1', 'phone again');`);
    const failed = failedIn(
      bytes,
      `CREATE TABLE devices_new(uuid TEXT NOT NULL COLLATE NOCASE, user_uuid TEXT NOT NULL, name TEXT, PRIMARY KEY (uuid, user_uuid));
       INSERT INTO devices_new SELECT uuid, user_uuid, name FROM devices; DROP TABLE devices; ALTER TABLE devices_new RENAME TO devices`,
    );
    expect(failed?.failure.rows).toMatchObject({ count: 2, exact: true });
    expect(failed?.failure.rows?.sample.map(([uuid]) => uuid)).toEqual(["'d1'", "'D1'"]);
    expect(failed?.failure.rows?.query).toContain('FROM devices');
    expect(failed?.failure.rows?.query).not.toContain('devices_new');
    expect(failed?.failure.explanation).toContain('compared by NOCASE');
  });

  test('into a generated column is offered without it', () => {
    const column = 'votes INTEGER GENERATED ALWAYS AS (likes + dislikes) VIRTUAL';
    const bytes =
      nativeDatabase(`CREATE TABLE poll(id TEXT PRIMARY KEY, likes INTEGER, dislikes INTEGER, ${column}, n INTEGER);
      INSERT INTO poll(id, likes, dislikes, n) VALUES ('p', 3, 4, 1);`);
    const script = `CREATE TABLE new_poll(id TEXT PRIMARY KEY, likes INTEGER, dislikes INTEGER, ${column}, n INTEGER);
      INSERT INTO new_poll("id", "likes", "dislikes", "votes", "n") SELECT "id", "likes", "dislikes", "votes", "n" FROM poll`;
    const failed = failedIn(bytes, script);
    expect(failed?.ordinal).toBe(2);
    expect(failed?.failure.wayOut).toContain('Leave votes out of both lists');
    expect(failed?.failure.mend?.instead).toBe(
      'INSERT INTO new_poll("id", "likes", "dislikes", "n") SELECT "id", "likes", "dislikes", "n" FROM poll',
    );
    expect(failed && failedIn(bytes, withMend(script, failed))).toBeNull();
  });
});

test('a collation that is missing is named with the table that needs it', () => {
  const bytes = nativeDatabase(`CREATE TABLE decks(id INTEGER PRIMARY KEY, name TEXT); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE TABLE decks(id INTEGER PRIMARY KEY, name TEXT COLLATE unicase CHECK (name <> ''x''))';`);
  const failure = failedIn(bytes, "INSERT INTO decks VALUES (9, 'Neu')")?.failure;
  expect(failure?.message).toBe('no such collation sequence: unicase');
  expect(failure?.explanation).toContain('The table decks needs the collation sequence unicase');
});
