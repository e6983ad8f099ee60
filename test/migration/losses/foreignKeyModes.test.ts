// With foreign keys on, a script does what native sqlite3 does with them on; and what differs from a run with them off is told by the counts of both.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareForeignKeyModes } from '../../../src/migration/losses/foreignKeyModes';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES, type Choices } from '../../../src/migration/outcome';
import { runs } from '../../amount';
import {
  apply,
  askNative,
  nativeDatabase,
  migrate,
  plan,
  runScript,
  statementsOf,
  verdicts,
  withDatabase,
} from '../../databases';
import { runSqlite3 } from '../../sqlite3';

const ON: Choices = { ...DEFAULT_CHOICES, foreignKeys: 'on' };

function differences(
  bytes: Uint8Array,
  script: string,
): readonly { readonly ordinal: number; readonly sentence: string }[] {
  return withDatabase(bytes, (database) => {
    const both = [DEFAULT_CHOICES, ON].map((choices) => {
      const { outcomes } = plan(bytes, script, choices).plan;
      return compareForeignKeyModes(database, statementsOf(script), choices, outcomes, { losses: keepLosses });
    });
    expect(both[0]).toEqual(both[1]);
    return both[0] ?? [];
  });
}

const CLINIC = nativeDatabase(`
  CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE visit (id INTEGER PRIMARY KEY, pet INTEGER REFERENCES pet (id) ON DELETE CASCADE, day TEXT);
  CREATE TABLE photo (id INTEGER PRIMARY KEY, pet INTEGER REFERENCES pet ON DELETE SET NULL);
  INSERT INTO pet VALUES (1, 'Rex'), (2, 'Tom');
  INSERT INTO visit VALUES (1, 1, 'mon'), (2, 1, 'tue'), (3, 2, 'wed');
  INSERT INTO photo VALUES (1, 1), (2, 2), (3, 2);`);
const REBUILD = `CREATE TABLE pet_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO pet_new SELECT id, name FROM pet;
  DROP TABLE pet;
  ALTER TABLE pet_new RENAME TO pet;`;
const COUNTS = 'SELECT count(*) FROM visit; SELECT count(*) FROM photo WHERE pet IS NULL;';

describe('A table rebuild with DROP TABLE', () => {
  it('deletes the rows of other tables with foreign keys on, and the plan says how many, as native sqlite3 does', () => {
    expect(askNative(CLINIC, `PRAGMA foreign_keys = ON; BEGIN; ${REBUILD} COMMIT; ${COUNTS}`)).toBe('0\n3');
    expect(differences(CLINIC, REBUILD)).toEqual([
      {
        ordinal: 3,
        sentence:
          'With foreign keys on, statement 3 deletes 3 rows of visit through foreign keys, and changes 3 more rows through foreign keys; with foreign keys off they stay as they are.',
      },
    ]);

    const { outcomes, bytes } = apply(CLINIC, REBUILD, ON);
    expect(verdicts(outcomes)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(askNative(bytes, COUNTS)).toBe('0\n3');
    expect(outcomes[2]?.loss).toEqual({
      ...{ kind: 'rows', table: 'visit', column: null, rows: 3, exact: true, through: 'foreign keys' },
    });
    expect(plan(CLINIC, REBUILD, ON).plan.outcomes.map(({ loss }) => loss)).toEqual(outcomes.map(({ loss }) => loss));
  });

  it('is told of a single row as of one', () => {
    const { bytes: one } = apply(CLINIC, 'DELETE FROM visit WHERE id > 1; DROP TABLE photo;');
    expect(askNative(one, `PRAGMA foreign_keys = ON; ${REBUILD} SELECT count(*) FROM visit;`)).toBe('0');
    expect(differences(one, REBUILD).map(({ sentence }) => sentence)).toEqual([
      'With foreign keys on, statement 3 deletes 1 row of visit through foreign keys; with foreign keys off it stays as it is.',
    ]);
  });

  it('leaves them alone with foreign keys off', () => {
    expect(askNative(CLINIC, `BEGIN; ${REBUILD} COMMIT; ${COUNTS}`)).toBe('3\n0');
    const { bytes } = apply(CLINIC, REBUILD);
    expect(askNative(bytes, COUNTS)).toBe('3\n0');
  });

  it('passes the checks in either mode: what the keys delete is told, and no fault', () => {
    for (const choices of [DEFAULT_CHOICES, ON]) {
      const { proofs } = migrate(CLINIC, REBUILD, choices).result;
      expect(proofs.length).toBeGreaterThan(0);
      expect(proofs.filter(({ result }) => result === 'fail')).toEqual([]);
    }
  });
});

it('A row without its parent is refused with foreign keys on, at the statement that native sqlite3 refuses', () => {
  const script = "INSERT INTO visit VALUES (4, 9, 'thu'); UPDATE pet SET name = 'x';";
  expect(differences(CLINIC, script)).toEqual([
    {
      ordinal: 1,
      sentence:
        'With foreign keys on, statement 1 fails: FOREIGN KEY constraint failed. With foreign keys off it runs.',
    },
  ]);
  expect(verdicts(plan(CLINIC, script, ON).plan.outcomes)).toEqual(['failed', 'not run']);
});

it('A RENAME under legacy_alter_table takes foreign keys along only with keys on, as native sqlite3 does it, and it is told', () => {
  const script = `PRAGMA legacy_alter_table = ON; ALTER TABLE pet RENAME TO pet_old; ALTER TABLE visit RENAME TO stay;
    PRAGMA legacy_alter_table = OFF; ALTER TABLE pet_old RENAME TO animal;`;
  const parents = 'SELECT group_concat("table") FROM pragma_foreign_key_list(\'stay\');';
  const natively = (mode: string): string => askNative(CLINIC, `PRAGMA foreign_keys = ${mode}; ${script} ${parents}`);
  expect([natively('ON'), natively('OFF')]).toEqual(['animal', 'pet']);
  expect(differences(CLINIC, script)).toEqual([
    {
      ordinal: 2,
      sentence:
        'With foreign keys on, statement 2 makes the foreign key visit (pet) → pet (id) refer to pet_old, and 1 foreign key more likewise; with foreign keys off and legacy_alter_table it stays as it is.',
    },
  ]);
  // Without it they follow in either case.
  expect(differences(CLINIC, 'ALTER TABLE pet RENAME TO animal')).toEqual([]);
});

it('Nothing is said where keys make no difference, and a database without any costs no plan', () => {
  expect(differences(CLINIC, 'UPDATE visit SET day = lower(day); ALTER TABLE pet ADD COLUMN age')).toEqual([]);
  expect(differences(nativeDatabase('CREATE TABLE t (a); INSERT INTO t VALUES (1);'), 'DROP TABLE t')).toEqual([]);
});

it('PRAGMA foreign_keys is left out, and its note says what holds', () => {
  const note = (choices: Choices): string | null | undefined =>
    plan(CLINIC, 'PRAGMA foreign_keys = OFF; DELETE FROM pet', choices).plan.outcomes[0]?.note;
  expect(note(DEFAULT_CHOICES)).toContain('Foreign keys are off while the script runs');
  expect(note(ON)).toContain('Foreign keys are on while the script runs');
});

describe('Whatever the actions and the statements', () => {
  const action = fc.constantFrom('', 'CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION');
  const table = fc.constantFrom('a', 'b', 'c');
  const statement = fc.oneof(
    fc.record({ from: table, id: fc.nat(4) }).map(({ from, id }) => `DELETE FROM ${from} WHERE id <= ${id}`),
    table.map((name) => `DROP TABLE ${name}`),
    fc.record({ of: table, id: fc.nat(4) }).map(({ of, id }) => `UPDATE ${of} SET id = id + 10 WHERE id = ${id}`),
    fc
      .record({ into: table, id: fc.nat(6), up: fc.option(fc.nat(6)) })
      .map(({ into, id, up }) => `INSERT OR REPLACE INTO ${into} (id, up) VALUES (${id}, ${up ?? 'NULL'})`),
  );
  const schema = fc.record({
    onDelete: fc.array(action, { minLength: 3, maxLength: 3 }),
    onUpdate: fc.array(action, { minLength: 3, maxLength: 3 }),
  });
  const rows = fc.array(fc.tuple(fc.nat(5), fc.option(fc.nat(5))), { maxLength: 6 });

  it('rows and failures are those of native sqlite3, in either mode, in the plan and in the run', () => {
    fc.assert(
      fc.property(
        schema,
        fc.tuple(rows, rows, rows),
        fc.array(statement, { minLength: 1, maxLength: 4 }),
        ({ onDelete, onUpdate }, filled, script) => {
          const parents = ['c', 'a', 'b'];
          const made = ['a', 'b', 'c'].map((name, at) => {
            const [gone = '', changed = ''] = [onDelete[at], onUpdate[at]];
            const actions = `${gone && ` ON DELETE ${gone}`}${changed && ` ON UPDATE ${changed}`}`;
            const values = (filled[at] ?? []).map(
              ([id, up]) => `INSERT OR IGNORE INTO ${name} VALUES (${id}, ${up ?? 'NULL'});`,
            );
            return `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, up INTEGER DEFAULT 1 REFERENCES ${parents[at] ?? ''} (id)${actions}); ${values.join(' ')}`;
          });
          const bytes = nativeDatabase(made.join('\n'));
          const content = (after: Uint8Array): string =>
            ['a', 'b', 'c']
              .map((name) => {
                const there = askNative(after, `SELECT count(*) FROM sqlite_schema WHERE name = '${name}'`) === '1';
                return there ? askNative(after, `SELECT * FROM ${name} ORDER BY id`) : 'gone';
              })
              .join('\n--\n');
          for (const mode of ['off', 'on'] as const) {
            const choices: Choices = { ...DEFAULT_CHOICES, foreignKeys: mode };
            const { run, output } = runScript(bytes, `${script.join(';\n')};`, choices);
            const { outcomes } = run;
            const native = nativeAfter(bytes, mode, script);
            expect(run.committed, mode).toBe(native !== null);
            expect(content(output)).toBe(content(native ?? bytes));
            if (native === null) continue;
            const planned = plan(bytes, `${script.join(';\n')};`, choices).plan.outcomes;
            expect(planned.map(({ verdict, loss }) => [verdict, loss])).toEqual(
              outcomes.map(({ verdict, loss }) => [verdict, loss]),
            );
          }
        },
      ),
      runs(12, 500),
    );
  });
});

/** The database after native sqlite3 has run the statements in one transaction; null where it refused one, or the commit. */
function nativeAfter(bytes: Uint8Array, mode: 'off' | 'on', script: readonly string[]): Uint8Array | null {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-keys-'));
  const path = join(folder, 'copy.db');
  writeFileSync(path, bytes);
  const input = `PRAGMA foreign_keys = ${mode}; BEGIN; ${script.join(';\n')}; COMMIT;`;
  const { status } = runSqlite3(['-bail', path], { input });
  const after = status === 0 ? readFileSync(path) : null;
  rmSync(folder, { recursive: true });
  return after;
}
