// An error anywhere in a script leaves the file as it was, byte for byte, and the plan says so beforehand.
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { describe, expect, test } from 'vitest';
import { amount } from '../../amount';
import { rowsOf, type Database } from '../../../src/database';
import type { Overlay } from '../../../src/engine/pages/overlay';
import { planMigration } from '../../../src/migration/run/plan';
import { transcribe } from '../../../src/migration/run/transcript';
import { DEFAULT_CHOICES, type StatementOutcome } from '../../../src/migration/outcome';
import {
  apply,
  digestOf,
  digestOfOverlay,
  engine,
  essence,
  migrate,
  migration021,
  migrationFile,
  nativeDatabase,
  overlayOf,
  statementsOf,
  verdicts,
} from '../../databases';

const GUARDS = `
  CREATE TABLE guarded(a INTEGER PRIMARY KEY, b NOT NULL ON CONFLICT ROLLBACK);
  INSERT INTO guarded VALUES (1, 1);
  CREATE TRIGGER guard BEFORE DELETE ON guarded BEGIN SELECT RAISE(ROLLBACK, 'guarded rows stay'); END;
  CREATE TRIGGER abort BEFORE UPDATE ON guarded BEGIN SELECT RAISE(ABORT, 'duplicate column name: b'); END;`;
const FEW = `DELETE FROM otc_raw WHERE rowid % 40; DELETE FROM otc_venue_volume WHERE rowid % 40;`;
const populated = nativeDatabase(`${migrationFile('samples/otc-base.sql')}\n${FEW}\n${GUARDS}\nVACUUM;`);

const FAULTS: readonly (readonly [string, string, RegExp])[] = [
  ['an INSERT of a key that is taken', 'INSERT INTO guarded VALUES (1, 2)', /^UNIQUE constraint failed: guarded\.a$/],
  ['a syntax error', 'CREATE TABEL wrong(a)', /syntax error/],
  ['a table that is not there', 'ALTER TABLE missing ADD COLUMN a', /^no such table: missing$/],
  ['RAISE(ROLLBACK) in a trigger', 'DELETE FROM guarded', /^guarded rows stay$/],
  ['INSERT OR ROLLBACK', 'INSERT OR ROLLBACK INTO guarded VALUES (1, 2)', /^UNIQUE constraint failed/],
  ['ON CONFLICT ROLLBACK of a column', 'INSERT INTO guarded VALUES (2, NULL)', /^NOT NULL constraint failed/],
  ['ATTACH', "ATTACH 'other.db' AS other", /^ATTACH/],
  ['a trigger that only says “duplicate column name”', 'UPDATE guarded SET b = 2', /^duplicate column name: b$/],
  ['a table that names a column twice', 'CREATE TABLE twice(a, a)', /^duplicate column name: a$/],
  ['a view that is queried and cannot be', 'SELECT abs(-9223372036854775808)', /^integer overflow$/],
];

/** A fault is put after each so many statements. */
const EVERY = amount(25, 1);

/** Runs a script on an open database as a run does, up to the commit, which is not made. */
function attempt(database: Database, script: string): readonly StatementOutcome[] {
  const { outcomes, complete, abandon } = transcribe(database, statementsOf(script), DEFAULT_CHOICES, {
    rehearsing: false,
    losses: keepLosses,
    now: () => 0,
  });
  if (complete) abandon();
  return outcomes;
}

function withOverlay<Value>(use: (database: Database, overlay: Overlay) => Value): Value {
  const overlay = overlayOf(populated);
  const database = engine.open(overlay);
  try {
    return use(database, overlay);
  } finally {
    database.close();
  }
}

const good = statementsOf(migration021).map(({ text }) => text);
const goodVerdicts = verdicts(apply(populated, migration021).outcomes);
const untouched = digestOf(populated);

describe.each(FAULTS)('%s', (_what, fault, message) => {
  test('after any statement of migration 021 takes all of it back', () => {
    withOverlay((database, overlay) => {
      // Each fault is put after other statements, and after the last one.
      const places = good
        .map((_, at) => at + 1)
        .filter((place) => (place + fault.length) % EVERY === 0 || place === 53);
      for (const place of [0, ...places]) {
        const script = [...good.slice(0, place), fault, ...good.slice(place)].join(';\n');
        const outcomes = attempt(database, script);
        expect(verdicts(outcomes)).toEqual([
          ...goodVerdicts.slice(0, place),
          'failed',
          ...goodVerdicts.slice(place).map(() => 'not run'),
        ]);
        const failure = outcomes[place]?.failure;
        expect(failure?.message).toMatch(message);
        expect(failure?.explanation).toMatch(/\.$/);
        expect(failure?.wayOut).toMatch(/\.$/);
        expect(digestOfOverlay(overlay)).toBe(untouched);
        expect(
          essence(planMigration(database, statementsOf(script), DEFAULT_CHOICES, { losses: keepLosses }).outcomes),
        ).toEqual(essence(outcomes));
      }
      // The same connection can still do it right.
      expect(verdicts(attempt(database, migration021))).toEqual(goodVerdicts);
    });
  });
});

test('an error after each of the 53 statements takes all of it back', () => {
  withOverlay((database, overlay) => {
    for (let place = 0; place <= good.length; place++) {
      const [, fault] = FAULTS[place % FAULTS.length] ?? [];
      const outcomes = attempt(database, [...good.slice(0, place), fault, ...good.slice(place)].join(';\n'));
      expect(verdicts(outcomes).indexOf('failed')).toBe(place);
      expect(digestOfOverlay(overlay)).toBe(untouched);
    }
    expect(rowsOf(database, 'SELECT count(*) FROM guarded')).toEqual([[1]]);
  });
});

test('a failed run is not committed, has no proofs, and its schema is the one from before', () => {
  const { result, bytes } = migrate(populated, `${migration021};\nDELETE FROM guarded`);
  expect(result.committed).toBe(false);
  expect(result.proofs).toEqual([]);
  expect(result.after).toEqual(result.before);
  expect(digestOf(bytes)).toBe(untouched);
});

test('settings of the connection that a failed or planned script changed are as they were', () => {
  withOverlay((database) => {
    const names = [
      'query_only',
      'ignore_check_constraints',
      'legacy_alter_table',
      'recursive_triggers',
      'max_page_count',
    ];
    const read = () => names.map((name) => rowsOf(database, `PRAGMA ${name}`));
    const before = read();
    const script = `PRAGMA writable_schema = ON; PRAGMA case_sensitive_like = ON; PRAGMA max_page_count = 5000;
      PRAGMA ignore_check_constraints = ON; PRAGMA recursive_triggers = ON; PRAGMA legacy_alter_table = ON; PRAGMA query_only = ON`;
    expect(
      new Set(
        verdicts(planMigration(database, statementsOf(script), DEFAULT_CHOICES, { losses: keepLosses }).outcomes),
      ),
    ).toEqual(new Set(['applied']));
    expect(read()).toEqual(before);
    attempt(database, `${script}; SELECT * FROM missing`);
    expect(read()).toEqual(before);
    expect(rowsOf(database, "SELECT 'A' LIKE 'a'")).toEqual([[1]]);
    expect(database.execute("UPDATE sqlite_schema SET name = 'x' WHERE 0").ok).toBe(false);
    expect(verdicts(attempt(database, migration021))).toEqual(goodVerdicts);
  });
});

test('strict stops at the non-constant default, explains it, and changes nothing', () => {
  const { outcomes, bytes } = apply(populated, migration021, {
    existingRows: 'null',
    strict: true,
    foreignKeys: 'off',
  });
  const failed = outcomes.find(({ verdict }) => verdict === 'failed');
  expect(failed?.failure?.message).toBe('Cannot add a column with non-constant default');
  expect(failed?.failure?.wayOut).toContain('strict');
  expect(digestOf(bytes)).toBe(untouched);
});
