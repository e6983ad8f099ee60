// Foreign keys that a script breaks are told before it runs, as native sqlite3 would refuse them after it, and sound ones are left alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { askNative, nativeDatabase } from '../databases';
import { natively, said, warned, withFix } from './foreseen';

/** How the parent may keep its key unique. */
const KEYS = {
  'primary key': ['iso TEXT PRIMARY KEY', ''],
  constraint: ['iso TEXT UNIQUE', ''],
  index: ['iso TEXT', 'CREATE UNIQUE INDEX land_iso ON Land (ISO);'],
  'partial index': ['iso TEXT', 'CREATE UNIQUE INDEX land_iso ON Land (iso) WHERE iso IS NOT NULL;'],
  'index of another collation': ['iso TEXT', 'CREATE UNIQUE INDEX land_iso ON Land (iso COLLATE NOCASE);'],
  'index on two columns': ['iso TEXT', 'CREATE UNIQUE INDEX land_iso ON Land (iso, n);'],
  none: ['iso TEXT', ''],
} as const;
const soundKey = fc.constantFrom('primary key' as const, 'constraint' as const, 'index' as const);
const key = fc.oneof(soundKey, fc.constantFrom(...(Object.keys(KEYS) as (keyof typeof KEYS)[])));
const COPY = 'INSERT INTO fresh SELECT iso, n FROM land;';

/** Ways to make the parent anew, with another key. */
const ORDERS = {
  rebuild: (columns: string, index: string) =>
    `CREATE TABLE fresh (${columns}, n INT); ${COPY} DROP TABLE land; ALTER TABLE fresh RENAME TO Land; ${index}`,
  aside: (columns: string, index: string) =>
    `ALTER TABLE land RENAME TO land_1; CREATE TABLE Land (${columns}, n INT); INSERT INTO Land SELECT iso, n FROM land_1; DROP TABLE land_1; ${index}`,
  'aside, as ALTER TABLE was': (columns: string, index: string) =>
    `PRAGMA legacy_alter_table = ON; ALTER TABLE land RENAME TO land_1; CREATE TABLE Land (${columns}, n INT); INSERT INTO Land SELECT iso, n FROM land_1; DROP TABLE land_1; ${index}`,
  dropped: () => 'DROP TABLE land;',
} as const;

describe('A foreign key that is sound before', () => {
  it('is told, with the statement, where native sqlite3 refuses each change of the child after the script, and else not', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(
        soundKey,
        key,
        fc.oneof(fc.constant('rebuild' as const), fc.constantFrom(...(Object.keys(ORDERS) as (keyof typeof ORDERS)[]))),
        fc.boolean(),
        (had, has, order, hasRows) => {
          const rows = hasRows ? "INSERT INTO Land VALUES ('de', 1); INSERT INTO town VALUES (1, 'de');" : '';
          const bytes = nativeDatabase(
            `CREATE TABLE Land (${KEYS[had][0]}, n INT); ${KEYS[had][1]}
             CREATE TABLE town (id INTEGER PRIMARY KEY, land TEXT REFERENCES land (iso)); ${rows}`,
          );
          const script = ORDERS[order](KEYS[has][0], KEYS[has][1]);
          // To compile an INSERT is enough for SQLite to look the key up.
          const { error } = natively(
            bytes,
            script,
            'PRAGMA foreign_keys = ON; EXPLAIN INSERT INTO town VALUES (9, NULL);',
          );
          expect(error === '' || /no such table|foreign key mismatch/.test(error)).toBe(true);
          const result = said(bytes, script);
          const found = result.warnings.filter(({ code }) => code === 'broken-reference');
          expect(found).toHaveLength(error === '' ? 0 : 1);
          expect(result.warnings.filter(({ code }) => code === 'orphaned-rows')).toEqual([]);
          expect(result.proofs.get('foreign-keys')?.result).toBe(error === '' ? 'pass' : 'fail');
          seen.add(error === '');
        },
      ),
      runs(8, 300),
    );
    expect(seen.size).toBe(2);
  });

  it('is told with what mends it: never to delete the rows that refer to it', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE account (id INTEGER PRIMARY KEY); INSERT INTO account VALUES (1); CREATE TABLE star (account INTEGER REFERENCES account (id)); INSERT INTO star VALUES (1);',
    );
    const aside =
      'ALTER TABLE account RENAME TO account_old; CREATE TABLE account (id INTEGER PRIMARY KEY, name); INSERT INTO account (id) SELECT id FROM account_old; DROP TABLE account_old;';
    const result = said(bytes, aside);
    expect(warned(result)).toEqual(['broken-reference: table star: star (account) → account_old (id)']);
    expect(result.warnings[0]?.remedy).toContain('RENAME has written account_old into the foreign key of star');
    const refused = said(bytes, aside, { foreignKeys: 'on' }).outcomes[3]?.failure;
    expect(refused?.wayOut).toContain('Statement 1 has renamed account');
    expect(refused?.wayOut).not.toMatch(/delete/);
  });

  it('is not called broken by a script that renames its table, where it was broken before', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE note (by INTEGER REFERENCES nobody (id), x); INSERT INTO note VALUES (1, 2);',
    );
    expect(
      warned(said(bytes, 'ALTER TABLE note RENAME TO remark; ALTER TABLE remark RENAME COLUMN by TO author;')),
    ).toEqual([]);
  });
});

describe('Rows that lose their parent with foreign keys off', () => {
  it('are told with the count and the statement of native foreign_key_check, also where a trigger takes the parent', () => {
    const change = fc.constantFrom(
      'DELETE FROM team WHERE id = 1;',
      'UPDATE team SET id = id + 10 WHERE id = 2;',
      'INSERT INTO player VALUES (50, 99);',
      'INSERT INTO player VALUES (51, 3);',
      'DELETE FROM league;',
      "REPLACE INTO team (id, name) VALUES (7, 'c');",
      'DELETE FROM player WHERE team = 2;',
      'ALTER TABLE player RENAME TO member; ALTER TABLE member RENAME TO player;',
    );
    fc.assert(
      fc.property(fc.uniqueArray(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = nativeDatabase(
          `CREATE TABLE league (id INTEGER); CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
           CREATE TABLE player (id INTEGER PRIMARY KEY, team INTEGER REFERENCES team ON DELETE CASCADE);
           CREATE TRIGGER fold AFTER DELETE ON league BEGIN DELETE FROM team WHERE id = 3; END;
           INSERT INTO league VALUES (1); INSERT INTO team VALUES (1, 'a'), (2, 'b'), (3, 'c');
           INSERT INTO player VALUES (1, 1), (2, 2), (3, 2), (4, 3), (5, 77);`,
        );
        const script = changes.join('\n');
        const orphans = Number(natively(bytes, script, 'SELECT count(*) FROM pragma_foreign_key_check;').text) - 1;
        const found = said(bytes, script).warnings.filter(({ code }) => code === 'orphaned-rows');
        expect(found.map(({ sentence }) => /^(\d+) rows? of player/.exec(sentence)?.[1])).toEqual(
          orphans > 0 ? [String(orphans)] : [],
        );
      }),
      runs(8, 200),
    );
  });
});

describe('A commit', () => {
  it('that deferred foreign keys refuse natively is foreseen by the plan, and no other', () => {
    const seen = new Set<boolean>();
    const statement = fc.constantFrom(
      'DELETE FROM room WHERE id = 1;',
      'DELETE FROM bed WHERE room = 1;',
      'INSERT INTO bed VALUES (8, 5);',
      'INSERT INTO room VALUES (5);',
      'INSERT INTO room SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM room WHERE id = 1);',
      'CREATE TABLE fresh (id INTEGER PRIMARY KEY); INSERT INTO fresh SELECT * FROM room; DROP TABLE room; ALTER TABLE fresh RENAME TO room;',
      'SAVEPOINT s; INSERT INTO bed VALUES (9, 66); ROLLBACK TO s; RELEASE s;',
    );
    fc.assert(
      fc.property(fc.uniqueArray(statement, { minLength: 1, maxLength: 4 }), fc.boolean(), (statements, byPragma) => {
        const deferrable = byPragma ? '' : 'DEFERRABLE INITIALLY DEFERRED';
        const bytes = nativeDatabase(
          `CREATE TABLE room (id INTEGER PRIMARY KEY); CREATE TABLE bed (id INTEGER PRIMARY KEY, room INTEGER REFERENCES room ${deferrable});
             INSERT INTO room VALUES (1), (2); INSERT INTO bed VALUES (1, 1), (2, 2);`,
        );
        const script = `${byPragma ? 'PRAGMA defer_foreign_keys = ON;' : ''} ${statements.join('\n')}`;
        const { error } = natively(bytes, `PRAGMA foreign_keys = ON; BEGIN; ${script} COMMIT;`, 'SELECT 1;');
        // The plan and the run agree: `said` asks for that.
        const result = said(bytes, script, { foreignKeys: 'on' });
        expect(result.committed).toBe(error === '');
        const refused = result.outcomes.at(-1)?.failure;
        expect(refused?.message).toBe(error === '' ? undefined : 'FOREIGN KEY constraint failed');
        seen.add(error === '');
      }),
      runs(8, 300),
    );
    expect(seen.size).toBe(2);
  });
});

describe('What stays with a table that is renamed aside', () => {
  it('is told by object, and the statements that are offered make it about the new table natively', () => {
    const bytes = nativeDatabase(
      `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'a'); CREATE TABLE trail (what);
       CREATE INDEX item_name ON item (name); CREATE VIEW names AS SELECT name FROM item;
       CREATE TRIGGER follow AFTER INSERT ON item BEGIN INSERT INTO trail VALUES (new.name); END;
       CREATE TRIGGER back AFTER DELETE ON trail BEGIN DELETE FROM item WHERE name = old.what; END;`,
    );
    let script =
      'ALTER TABLE item RENAME TO item_2024; CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item SELECT * FROM item_2024;';
    const before = said(bytes, script);
    expect(warned(before)).toEqual([
      'left-on-renamed-table: index item_name',
      'left-on-renamed-table: trigger back',
      'left-on-renamed-table: trigger follow',
      'left-on-renamed-table: view names',
    ]);
    while (warned(said(bytes, script)).length > 0) {
      const [first] = said(bytes, script).warnings;
      if (!first) break;
      script = withFix(script, first);
    }
    const after = said(bytes, script);
    expect(
      askNative(after.bytes, "SELECT count(*) FROM sqlite_schema WHERE type <> 'table' AND sql LIKE '%item_2024%';"),
    ).toBe('0');
  });
});
