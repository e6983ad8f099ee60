// Values that a script copies to another place before it drops their column or table: told as lost only as far as they are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { askNative, nativeDatabase } from '../databases';
import { describeLoss } from '../../src/migration/losses/loss';
import { planned } from './foreseen';

const bytes = nativeDatabase(
  `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, work TEXT, k INT); INSERT INTO t VALUES (1, 'x', '1', 1), (2, NULL, NULL, 0), (3, 'X', '2', 0);
   CREATE TABLE p (id INTEGER PRIMARY KEY, t INT, bio TEXT); INSERT INTO p VALUES (7, 1, 'hi'), (8, 3, 'ho');`,
);

/** What is told of each statement that takes something away, or might. */
function told(script: string): readonly string[] {
  return planned(bytes, script).outcomes.flatMap(({ loss, note }) => [
    ...(loss ? [describeLoss(loss)] : []),
    ...(note === null ? [] : [note]),
  ]);
}

const COPY = 'ALTER TABLE t ADD COLUMN b TEXT; UPDATE t SET b = a;';
const DROP = 'ALTER TABLE t DROP COLUMN a;';

describe('Values that a script copies before it drops their column', () => {
  it.each([
    ['to another column', `${COPY} ${DROP}`, ['Each of its 2 values is in t.b, with the same type and bytes.']],
    [
      'to two columns',
      `${COPY.replace(';', '; ALTER TABLE t ADD COLUMN c;')} UPDATE t SET c = a, b = NULL WHERE k = 1; ${DROP}`,
      ['Each of its 2 values is in t.b or t.c, with the same type and bytes.'],
    ],
    [
      'in part',
      `${COPY.replace(';\n', '').replace('= a;', '= a WHERE k = 1;')} ${DROP}`,
      [
        'drops t.a with 2 values, 1 of which is not in t.b',
        'Of its 2 values, 1 is in t.b, with the same type and bytes.',
      ],
    ],
    [
      'to a list of them, by a name that changes',
      `CREATE TABLE l (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO l (n) SELECT DISTINCT a FROM t; ${DROP} ALTER TABLE l RENAME TO names; ALTER TABLE names RENAME COLUMN n TO name;`,
      ['Each of its 2 values is in names.name, with the same type and bytes.'],
    ],
    [
      'to a list that takes upper and lower case for the same',
      `CREATE TABLE l (n TEXT COLLATE NOCASE UNIQUE); INSERT OR IGNORE INTO l SELECT a FROM t WHERE a IS NOT NULL; ${DROP}`,
      [
        'drops t.a with 2 values, 1 of which is not in l.n',
        'Of its 2 values, 1 is in l.n, with the same type and bytes.',
      ],
    ],
    [
      'together with those of another column',
      `CREATE TABLE phone (t INT, n TEXT); INSERT INTO phone SELECT id, a FROM t UNION ALL SELECT id, work FROM t; ${DROP} ALTER TABLE t DROP COLUMN work;`,
      ['Each of its 2 values is in phone.n, with the same type and bytes.'].flatMap((one) => [one, one]),
    ],
    [
      'from another table',
      'ALTER TABLE t ADD COLUMN bio TEXT; UPDATE t SET bio = p.bio FROM p WHERE p.t = t.id; ALTER TABLE p DROP COLUMN bio;',
      ['Each of its 2 values is in t.bio, with the same type and bytes.'],
    ],
    [
      'from a table that goes as well',
      'ALTER TABLE t ADD COLUMN bio TEXT; UPDATE t SET bio = (SELECT bio FROM p WHERE p.t = t.id); DROP TABLE p;',
      ['drops the table p with 2 rows', 'Its values of bio are in t.bio.'],
    ],
    [
      'and back again',
      `${COPY} ${DROP} ALTER TABLE t ADD COLUMN a VARCHAR; UPDATE t SET a = b; ALTER TABLE t DROP COLUMN b;`,
      ['Each of its 2 values is in t.a, with the same type and bytes.'].flatMap((one) => [one, one]),
    ],
    [
      'to a column that goes too',
      `${COPY} ${DROP} ALTER TABLE t DROP COLUMN b;`,
      [
        'Each of its 2 values was in t.b, with the same type and bytes, until that was dropped too.',
        'drops t.b with 2 values',
      ],
    ],
    [
      'to a table that goes too',
      `CREATE TABLE l AS SELECT a FROM t; ${DROP} DROP TABLE l;`,
      ['drops t.a with 2 values'],
    ],
    [
      'in what is taken back',
      `ALTER TABLE t ADD COLUMN b; SAVEPOINT s; UPDATE t SET b = a; ROLLBACK TO s; RELEASE s; ${DROP}`,
      ['drops t.a with 2 values'],
    ],
    ['as others', `CREATE TABLE l AS SELECT upper(a) AS a FROM t WHERE k = 0; ${DROP}`, ['drops t.a with 2 values']],
    [
      'and leaves behind in a rebuild',
      `${COPY} CREATE TABLE n (id INTEGER PRIMARY KEY, work, k, b); INSERT INTO n SELECT id, work, k, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`,
      ['The table t is rebuilt: 3 rows before, 3 after. The columns that keep their names hold the same values.'],
    ],
  ])('%s', (_, script, expected) => {
    expect(told(script)).toEqual(expected);
  });

  it('are noted with where they are, and warned of by how many are not', () => {
    const warnings = (script: string): readonly string[] =>
      planned(bytes, script).warnings.flatMap(({ code, severity, sentence }) =>
        code === 'sqlite-version' ? [] : `${severity} ${code}: ${sentence}`,
      );
    expect(warnings(`${COPY} ${DROP}`)).toEqual([
      'note dropped-empty: Statement 3 drops t.a, whose values are in t.b: a program that uses it fails.',
    ]);
    expect(warnings(`${COPY.replace('= a;', '= a WHERE k = 1;')} ${DROP}`)).toEqual([
      'warning lost-column: Statement 3 drops t.a with 2 values, 1 of which is not in t.b.',
    ]);
  });

  it('are counted by type and bytes, as native sqlite3 counts them', () => {
    const value = fc.constantFrom("'1'", "'01'", '1', '1.0', "'a'", "'A'", "'a '", 'NULL', "x'61'", "'é'");
    const type = fc.constantFrom('TEXT', 'INTEGER', 'REAL', 'NUMERIC', '', 'TEXT COLLATE NOCASE', 'TEXT COLLATE RTRIM');
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 6 }),
        type,
        type,
        fc.boolean(),
        (values, from, to, apart) => {
          const rows = values.map((one, at) => `(${at}, ${one})`).join(', ');
          const made = nativeDatabase(
            `CREATE TABLE t (id INTEGER PRIMARY KEY, a ${from}); INSERT INTO t VALUES ${rows};`,
          );
          const copy = apart
            ? `CREATE TABLE u (b ${to}); INSERT INTO u SELECT a FROM t WHERE id <> 2;`
            : `ALTER TABLE t ADD COLUMN b ${to}; UPDATE t SET b = a WHERE id <> 2;`;
          const there = apart
            ? `(typeof(a) || quote(a)) IN (SELECT typeof(b) || quote(b) FROM u)`
            : `typeof(a) || quote(a) = typeof(b) || quote(b)`;
          const gone = Number(askNative(made, `${copy} SELECT total(a IS NOT NULL AND NOT (${there})) FROM t;`));
          const script = `${copy} ${DROP}`;
          const { outcomes } = planned(made, script);
          expect([script, outcomes[2]?.loss?.rows ?? 0]).toEqual([script, gone]);
        },
      ),
      runs(10),
    );
  });
});

describe('Rows that a script divides among other tables before it drops their own', () => {
  const divided = (...conditions: readonly string[]): readonly string[] =>
    told(
      `${conditions.map((one, at) => `CREATE TABLE part${at} AS SELECT * FROM t WHERE ${one};`).join(' ')} DROP TABLE t;`,
    );

  it('are lost only as far as they are in none of them', () => {
    expect(divided('k = 1', 'k = 0')).toEqual(['Each of its 3 rows is in part0 or part1, with the same values.']);
    expect(divided('k = 1', 'a IS NULL')).toEqual([
      'drops the table t with 3 rows, 1 of which is neither in part0 nor in part1',
      'Of its 3 rows, 2 are in part0 or part1, with the same values.',
    ]);
  });

  it('are there where a column went to a table of its own', () => {
    expect(
      told(
        'CREATE TABLE n (id INTEGER PRIMARY KEY, work TEXT, k INT); INSERT INTO n SELECT id, work, k FROM t; CREATE TABLE m (t INT, a TEXT); INSERT INTO m SELECT id, a FROM t WHERE a IS NOT NULL; DROP TABLE t;',
      ),
    ).toEqual(['Its 3 rows are in n, with the same values; those of a are in m.a.']);
  });
});
