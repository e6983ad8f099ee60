// A script that brings transactions of its own does what native sqlite3 does with it, and an error anywhere leaves nothing to keep.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import { failureHelp } from '../../../src/migration/failures/failures';
import { planMigration } from '../../../src/migration/run/plan';
import { runMigration } from '../../../src/migration/run/run';
import { DEFAULT_CHOICES, type Choices } from '../../../src/migration/outcome';
import { splitScript } from '../../../src/script/split';
import type { Script } from '../../../src/script/statement';
import {
  askNative,
  askNativeUntilError,
  digestOf,
  digestOfOverlay,
  engine,
  essence,
  migrate,
  nativeDatabase,
  overlayOf,
} from '../../databases';

const KEYS_ON: Choices = { ...DEFAULT_CHOICES, foreignKeys: 'on' };

const family = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
  INSERT INTO parent VALUES (1, 'Ann'), (2, 'Bob');
  INSERT INTO child VALUES (1, 1), (2, 1), (3, 2);`;

const rebuild = `CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO new SELECT id, name FROM parent; DROP TABLE parent; ALTER TABLE new RENAME TO parent;`;

/** Plans and runs a script; the plan must foretell the run, and leave the file alone. */
function planAndRun(input: Uint8Array, script: Script, choices: Choices) {
  const split = splitScript(script);
  if (!split.ok) throw new Error(split.refusal.sentence);
  const overlay = overlayOf(input);
  const database = engine.open(overlay);
  try {
    const tools = { losses: keepLosses, help: failureHelp, now: () => 0, onStatement: () => undefined };
    const plan = planMigration(database, split.statements, choices, tools);
    expect(digestOfOverlay(overlay)).toBe(digestOf(input));
    const run = runMigration(database, split.statements, choices, tools);
    expect(essence(plan.outcomes)).toEqual(essence(run.outcomes));
    return { run, bytes: run.committed ? overlay.read(0, overlay.size) : null };
  } finally {
    database.close();
  }
}

const contents = (bytes: Uint8Array): string => askNative(bytes, '.dump\nPRAGMA user_version; PRAGMA integrity_check;');

describe('A file that leaves its tool’s transaction to switch foreign keys off', () => {
  const file = `COMMIT; PRAGMA foreign_keys = OFF; BEGIN; ${rebuild} COMMIT; PRAGMA foreign_keys = ON; BEGIN`;

  test('rebuilds a parent without losing its children, though the tool has foreign keys on', () => {
    const input = nativeDatabase(family);
    const { bytes } = planAndRun(input, file, KEYS_ON);
    const native = nativeDatabase(`${family} PRAGMA foreign_keys = ON; BEGIN; ${file}; COMMIT;`);
    expect(contents(bytes ?? input)).toBe(contents(native));
    expect(askNative(bytes ?? input, 'SELECT count(*) FROM child')).toBe('3');
  });

  test('and without the switch the same rebuild takes the children along, as it does in native sqlite3', () => {
    const { bytes } = planAndRun(nativeDatabase(family), rebuild, KEYS_ON);
    expect(askNative(bytes ?? new Uint8Array(), 'SELECT count(*) FROM child')).toBe('0');
  });

  test('is one of many: the others are transactions of their own, and the switch is back on for them', () => {
    const script = [
      { name: '1.sql', text: file },
      { name: '2.sql', text: 'DELETE FROM parent WHERE id = 1;' },
    ];
    const { run, bytes } = planAndRun(nativeDatabase(family), script, KEYS_ON);
    expect(run.outcomes.at(-1)).toMatchObject({ verdict: 'applied', changes: 1, byTriggers: 2 });
    expect(askNative(bytes ?? new Uint8Array(), 'SELECT group_concat(id) FROM child')).toBe('3');
  });

  test('is refused where it does not open another for its tool', () => {
    const script = [
      { name: '1.sql', text: `COMMIT; ${rebuild} BEGIN; COMMIT; SELECT 1; BEGIN; DELETE FROM child; COMMIT` },
      { name: '2.sql', text: 'SELECT 1' },
    ];
    const { run, bytes } = planAndRun(nativeDatabase(family), script, KEYS_ON);
    expect(bytes).toBeNull();
    expect(run.outcomes.find(({ verdict }) => verdict === 'failed')?.failure?.message).toBe(
      'cannot commit - no transaction is active',
    );
  });
});

describe('A file that asks to be run outside of a transaction', () => {
  test('has each statement for itself, with foreign keys as it sets them', () => {
    const script = [
      {
        name: '1.sql',
        text: 'PRAGMA foreign_keys = ON; DELETE FROM parent WHERE id = 1; VACUUM',
        outside: true as const,
      },
      { name: '2.sql', text: 'CREATE TABLE extra (a);' },
    ];
    const { bytes } = planAndRun(nativeDatabase(family), script, DEFAULT_CHOICES);
    const native = nativeDatabase(
      `${family} PRAGMA foreign_keys = ON; DELETE FROM parent WHERE id = 1; VACUUM; CREATE TABLE extra (a);`,
    );
    expect(contents(bytes ?? new Uint8Array())).toBe(contents(native));
  });
});

describe('A VACUUM', () => {
  const many = `${family} CREATE TABLE big (a, b); CREATE INDEX by_b ON big (b);
    WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000) INSERT INTO big SELECT x, hex(x * 7919) FROM n;
    DELETE FROM big WHERE a % 3;`;

  test.each([
    ['PRAGMA page_size = 1024; VACUUM', 'page_size', '1024'],
    ['PRAGMA page_size = 65536; VACUUM;', 'page_size', '65536'],
    ['PRAGMA auto_vacuum = FULL; VACUUM;', 'auto_vacuum', '1'],
    ['DELETE FROM big WHERE a > 900; VACUUM;', 'freelist_count', '0'],
  ])('%s is what native sqlite3 makes of it, every row is there, and no check fails', (script, name, value) => {
    const input = nativeDatabase(many);
    const { result, bytes } = migrate(input, script);
    expect(result.committed).toBe(true);
    expect(askNative(bytes, `PRAGMA ${name}`)).toBe(value);
    expect(contents(bytes)).toBe(contents(nativeDatabase(`${many} ${script}`)));
    expect(result.proofs.filter((proof) => proof.result === 'fail')).toEqual([]);
  });

  test('that gives rows other rowids is not said to change values', () => {
    const { result, bytes } = migrate(nativeDatabase(many), 'VACUUM');
    expect(askNative(bytes, 'PRAGMA integrity_check')).toBe('ok');
    expect(result.proofs.filter((proof) => proof.result === 'fail')).toEqual([]);
  });
});

describe('An error anywhere', () => {
  const script = `BEGIN; DELETE FROM child WHERE id = 1; COMMIT; VACUUM; INSERT INTO parent VALUES (1, 'again'); DELETE FROM child;`;

  test('after a COMMIT leaves nothing to keep, and says which statement it was, with the rows of the file as it was', () => {
    const input = nativeDatabase(family);
    const { run, bytes } = planAndRun(input, script, DEFAULT_CHOICES);
    expect(bytes).toBeNull();
    const failed = run.outcomes.find(({ verdict }) => verdict === 'failed');
    expect(failed?.ordinal).toBe(5);
    expect(failed?.failure?.message).toBe('UNIQUE constraint failed: parent.id');
    expect(run.outcomes.at(-1)?.verdict).toBe('not run');
  });

  test('a script that ends inside a transaction is refused at its last statement', () => {
    const { run, bytes } = planAndRun(
      nativeDatabase(family),
      'BEGIN; DELETE FROM child; COMMIT; BEGIN; DELETE FROM parent',
      DEFAULT_CHOICES,
    );
    expect(bytes).toBeNull();
    expect(run.outcomes.at(-1)?.failure?.message).toBe('the script ends inside a transaction');
  });
});

const step = fc.constantFrom(
  'BEGIN',
  'COMMIT',
  'BEGIN IMMEDIATE',
  'END',
  'ROLLBACK',
  'SAVEPOINT s',
  'RELEASE s',
  'ROLLBACK TO s',
  'PRAGMA foreign_keys = ON',
  'PRAGMA foreign_keys = OFF',
  "INSERT INTO parent VALUES (NULL, 'new')",
  'INSERT INTO child VALUES (NULL, 2)',
  'INSERT INTO child VALUES (NULL, 77)',
  'DELETE FROM parent WHERE id = (SELECT min(id) FROM parent)',
  'UPDATE parent SET id = id + 100 WHERE id = (SELECT max(id) FROM parent)',
  'CREATE TABLE extra (a)',
  'DROP TABLE extra',
  'CREATE VIEW seen AS SELECT id FROM parent',
  'CREATE UNIQUE INDEX once ON child (parent_id)',
  'PRAGMA user_version = 7',
  'VACUUM',
);

const CONTROL = /^(?:BEGIN|COMMIT|END|ROLLBACK)(?! TO)/;

/** Sequences of transactions with statements in and between them, and now and then anything at all. */
const scripts = fc.oneof(
  fc
    .array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })
    .map((parts) =>
      parts.flatMap((part, at) =>
        at % 2
          ? ['BEGIN', ...part.filter((sql) => !/^(?:BEGIN|END|COMMIT|ROLLBACK$|VACUUM|RELEASE)/.test(sql)), 'COMMIT']
          : part.filter((sql) => !CONTROL.test(sql) && !sql.endsWith(' s')),
      ),
    ),
  fc.array(step, { minLength: 2, maxLength: 14 }),
);

test('Any script with transactions of its own stops where native sqlite3 stops, and else leaves the very same database', () => {
  const input = nativeDatabase(family);
  let kept = 0;
  fc.assert(
    fc.property(scripts, (statements) => {
      const control = statements.filter((sql) => CONTROL.test(sql));
      // Without any of these it is one transaction here; and what leaves the transaction of a tool for another needs that tool.
      fc.pre(control.length > 0 || statements.includes('VACUUM'));
      fc.pre(
        statements.includes('VACUUM') ||
          control[0]?.startsWith('BEGIN') === true ||
          control.at(-1)?.startsWith('BEGIN') !== true,
      );
      const { run, bytes } = planAndRun(input, statements.join(';\n'), DEFAULT_CHOICES);
      const marked = statements.map((sql, at) => `${sql};\n.print at ${at + 1}`).join('\n');
      // BEGIN is refused where a transaction is still open.
      const native = askNativeUntilError(input, `${marked}\nBEGIN; ROLLBACK;\n.print done\n.dump\n`);
      const [progress = '', dump] = native.split('done\n');
      expect(run.committed).toBe(dump !== undefined);
      if (bytes) {
        kept++;
        expect(askNative(bytes, '.dump')).toBe(dump?.trim());
      } else {
        const reached = progress.split('\n').filter((line) => line.startsWith('at ')).length;
        expect(run.outcomes.findIndex(({ verdict }) => verdict === 'failed')).toBe(
          Math.min(reached, statements.length - 1),
        );
      }
    }),
    runs(40, 2000),
  );
  expect(kept).toBeGreaterThan(5);
});
