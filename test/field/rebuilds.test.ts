// A table rebuild that changes values, rowids or counters is told with native sqlite3's own figures, and one that keeps them is not warned of.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { nativeDatabase } from '../databases';
import { natively, said, warned } from './foreseen';

const TYPES = ['TEXT', 'INTEGER', 'REAL', 'NUMERIC', 'BLOB', '', 'DECIMAL(8,2)', 'STRING', 'TEXT COLLATE NOCASE'];
const VALUES = [
  "'0031'",
  "'7'",
  "'1e3'",
  "'9007199254740993'",
  "'2.50'",
  "'Ab '",
  "'x'",
  "''",
  'NULL',
  '12',
  '1.0',
  '0.5',
  "x'3031'",
];
const type = fc.constantFrom(...TYPES);
const value = fc.constantFrom(...VALUES);

/** Rows of `old` that are in `now` under the same key with the same types and bytes in both columns: so many are not. */
const differing = (first: string): string =>
  `SELECT count(*) FROM kept AS k JOIN reading AS r ON r.nr = k.nr
   WHERE quote(k.a) || typeof(k.a) <> quote(r.${first}) || typeof(r.${first}) OR quote(k.b) || typeof(k.b) <> quote(r.b) || typeof(r.b)`;

describe('A rebuild that gives columns another type', () => {
  it('is told with the rows whose values SQLite converts, under the old name of the column or a new one', () => {
    let changed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 }),
        fc.tuple(type, type, type, type),
        fc.constantFrom('a', 'Renamed'),
        fc.constantFrom('new first', 'aside', 'comma join'),
        (rows, [a, b, newA, newB], name, order) => {
          const filled = rows.map(([one, other], at) => `(${at + 1}, ${one}, ${other})`).join(', ');
          const bytes = nativeDatabase(
            `CREATE TABLE Reading (nr INTEGER PRIMARY KEY, a ${a}, b ${b}); INSERT INTO Reading VALUES ${filled};
             CREATE TABLE unit (u); INSERT INTO unit VALUES (1);
             CREATE TABLE kept (nr, a, b); INSERT INTO kept SELECT * FROM Reading;`,
          );
          const made = `(nr INTEGER PRIMARY KEY, "${name}" ${newA}, b ${newB})`;
          const into = `(nr, "${name}", b) SELECT nr, a, "b" FROM`;
          const script =
            order === 'aside'
              ? `ALTER TABLE reading RENAME TO old_reading; CREATE TABLE Reading ${made}; INSERT INTO Reading ${into} old_reading; DROP TABLE old_reading;`
              : `CREATE TABLE fresh ${made}; INSERT INTO fresh ${into} ${order === 'comma join' ? 'unit, reading' : 'reading'}; DROP TABLE reading; ALTER TABLE fresh RENAME TO Reading;`;
          const rowsChanged = Number(natively(bytes, script, differing(name)).text);
          const result = said(bytes, script);
          const losses = result.outcomes.flatMap(({ loss }) => (loss ? [[loss.kind, loss.table, loss.rows]] : []));
          expect(losses).toEqual(rowsChanged === 0 ? [] : [['values', 'Reading', rowsChanged]]);
          expect(result.warnings.some(({ code }) => code === 'changed-values')).toBe(rowsChanged > 0);
          changed += rowsChanged;
        },
      ),
      runs(9, 400),
    );
    expect(changed).toBeGreaterThan(0);
  });

  it('names no row as lost, where keys fall together that were different before', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE part (code TEXT PRIMARY KEY, made TEXT) WITHOUT ROWID; INSERT INTO part VALUES ('5', 'a'), ('05', 'b'), ('k', 'c');",
    );
    const result = said(
      bytes,
      'CREATE TABLE p (code INTEGER, made TEXT); INSERT INTO p SELECT code, made FROM part; DROP TABLE part; ALTER TABLE p RENAME TO part;',
    );
    expect(result.outcomes[2]?.loss).toMatchObject({ kind: 'values', rows: 2, column: 'code' });
    expect(result.outcomes[2]?.loss?.also).toBeUndefined();
  });
});

describe('A rebuild that numbers rows anew', () => {
  it('is told with as many rows as have another rowid natively, and the check says rowids and not values', () => {
    let moved = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', 'ORDER BY body', 'ORDER BY rowid DESC'),
        fc.boolean(),
        (rowids, order, copied) => {
          const rows = rowids.map((rowid, at) => `(${rowid}, 'text ${(at * 7) % rowids.length}')`).join(', ');
          const bytes = nativeDatabase(
            `CREATE TABLE page (body TEXT); INSERT INTO page (rowid, body) VALUES ${rows};
             CREATE TABLE kept (id, body); INSERT INTO kept SELECT rowid, body FROM page;`,
          );
          const copy = copied
            ? 'INSERT INTO fresh (rowid, body) SELECT rowid, body'
            : 'INSERT INTO fresh (body) SELECT body';
          const script = `CREATE TABLE fresh (body TEXT, more); ${copy} FROM page ${order}; DROP TABLE page; ALTER TABLE fresh RENAME TO page;`;
          const query = 'SELECT count(*) FROM kept LEFT JOIN page ON page.rowid = id WHERE page.body IS NOT kept.body';
          const others = Number(natively(bytes, script, query).text);
          const result = said(bytes, script);
          expect(result.outcomes[2]?.renumbered ?? 0).toBe(others);
          expect(result.outcomes[2]?.loss).toBeNull();
          expect(warned(result)).toEqual(others === 0 ? [] : ['changed-rowids: rowids']);
          const content = result.proofs.get('content');
          expect(content?.result).toBe(others === 0 ? 'pass' : 'warn');
          if (others > 0)
            expect(content?.sentence).toContain(
              'Every value that was there is the same, but rows got another rowid in page',
            );
          moved += others;
        },
      ),
      runs(8, 250),
    );
    expect(moved).toBeGreaterThan(0);
  });
});

describe('An AUTOINCREMENT counter', () => {
  it('that goes back is told with the figures of sqlite_sequence, and one that is kept or raised is not', () => {
    let lowered = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(
          (into: string) =>
            `CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT); INSERT INTO n SELECT * FROM ${into}; DROP TABLE ${into}; ALTER TABLE n RENAME TO ${into};`,
          (into: string) =>
            `ALTER TABLE ${into} RENAME TO aside; CREATE TABLE ${into} (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT); INSERT INTO ${into} SELECT * FROM aside; DROP TABLE aside;`,
          (into: string) => `DELETE FROM sqlite_sequence WHERE name = '${into}';`,
          (into: string) => `INSERT INTO ${into} (t) VALUES ('more'); DELETE FROM ${into};`,
          // The table ends under another name.
          (into: string) =>
            `CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT); INSERT INTO task SELECT * FROM ${into}; DROP TABLE ${into};`,
        ),
        (rows, keptBelow, change) => {
          const values = Array.from({ length: rows }, (_, at) => `('row ${at}')`).join(', ');
          const bytes = nativeDatabase(
            `CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT); INSERT INTO job (t) VALUES ${values}; DELETE FROM job WHERE id >= ${keptBelow};`,
          );
          const script = change('job');
          const name = script.includes('task') ? 'task' : 'job';
          const now = Number(
            natively(bytes, script, `SELECT total(seq) FROM sqlite_sequence WHERE name = '${name}'`).text,
          );
          const whose =
            name === 'job' ? `job is ${rows} now and` : `job is ${rows} now, and that of task, which takes its rows,`;
          const result = said(bytes, script);
          const found = result.warnings.filter(({ code }) => code === 'lowered-counter');
          expect(found.map(({ sentence }) => sentence)).toEqual(
            now < rows
              ? [
                  `The AUTOINCREMENT counter of ${whose} will be ${now} after the script: new rows could get a rowid that a deleted row had.`,
                ]
              : [],
          );
          // The check compares the counters of tables that are still there.
          if (name === 'job') expect(result.proofs.get('sequences')?.result).toBe(now < rows ? 'warn' : 'pass');
          lowered += found.length;
        },
      ),
      runs(7, 200),
    );
    expect(lowered).toBeGreaterThan(0);
  });

  it('is told to the last digit, beyond what a number in JavaScript holds', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO job VALUES (9007199254740993); DELETE FROM job;',
    );
    const [found] = said(bytes, 'DELETE FROM sqlite_sequence;').warnings;
    expect(found?.sentence).toContain('is 9007199254740993 now');
    expect(JSON.stringify(found?.fix)).toContain('9007199254740993');
  });
});

describe('Rows that are moved into other tables', () => {
  it('are not called lost where all of them are there with all of their values, and are where they are not', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, street TEXT); INSERT INTO member VALUES (1, 'Ann', 'High St'), (2, 'Bo', NULL);",
    );
    const moved = said(bytes, 'CREATE TABLE person AS SELECT * FROM member; DROP TABLE member;');
    expect(moved.outcomes[1]).toMatchObject({ loss: null, note: 'Its 2 rows are in person, with the same values.' });
    const split = said(
      bytes,
      'CREATE TABLE place (id INTEGER PRIMARY KEY, street TEXT); INSERT INTO place SELECT id, street FROM member; CREATE TABLE m (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO m SELECT id, name FROM member; DROP TABLE member; ALTER TABLE m RENAME TO member;',
    );
    expect(split.outcomes[4]?.loss).toBeNull();
    for (const [lossy, rows] of [
      ['SELECT * FROM member WHERE id = 1', 1],
      ['SELECT id, name FROM member', 2],
      ['SELECT id, name || street AS both FROM member', 2],
    ] as const)
      expect(said(bytes, `CREATE TABLE person AS ${lossy}; DROP TABLE member;`).outcomes[1]?.loss).toMatchObject({
        kind: 'table',
        rows,
      });
  });
});
