// Sentences of a plan that a closer look at fresh cases has found untrue or missing, each held against native sqlite3.
import { describe, expect, it } from 'vitest';
import { nativeDatabase, withDatabase } from '../databases';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { compareForeignKeyModes } from '../../src/migration/losses/foreignKeyModes';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { summarisePlan } from '../../src/migration/report/planSummary';
import { planMigration } from '../../src/migration/run/plan';
import { readSchema } from '../../src/schema/read';
import { statementsOf } from '../databases';
import { natively, said, warned } from './foreseen';

/** The sentence on rows of a plan, and what is told of the other way with foreign keys. */
function summed(bytes: Uint8Array, script: string, foreignKeys: 'on' | 'off'): { rows: string; modes: string } {
  const statements = statementsOf(script);
  const choices = { ...DEFAULT_CHOICES, foreignKeys };
  return withDatabase(bytes, (database) => {
    const before = readSchema(database);
    const { outcomes, after } = planMigration(database, statements, choices, { losses: keepLosses });
    const { rows } = summarisePlan({ before, after, statements, outcomes });
    const modes = compareForeignKeyModes(database, statements, choices, outcomes, { losses: keepLosses });
    return { rows, modes: modes.map(({ sentence }) => sentence).join(' ') };
  });
}

const FAMILY = `CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO p VALUES (1, 'a'), (2, 'b');
  CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE CASCADE); INSERT INTO c VALUES (1, 1), (2, 2);
  CREATE TABLE g (id INTEGER PRIMARY KEY, c INT REFERENCES c ON DELETE CASCADE); INSERT INTO g VALUES (1, 1), (2, 1), (3, 2);`;

describe('What foreign keys do beside a statement', () => {
  it('is told once for each table', () => {
    const script =
      'CREATE TABLE n (id INTEGER PRIMARY KEY, n); INSERT INTO n SELECT * FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;';
    for (const mode of ['on', 'off'] as const)
      expect(summed(nativeDatabase(FAMILY), script, mode).modes).toBe(
        'With foreign keys on, statement 3 deletes 2 rows of c through foreign keys, and deletes 3 rows of g through foreign keys; with foreign keys off they stay as they are.',
      );
  });

  it('is no reason to say that no other row is changed, nor called the doing of triggers that are not there', () => {
    const emptied = nativeDatabase(FAMILY.replace('REFERENCES p ON DELETE CASCADE', 'REFERENCES p ON DELETE SET NULL'));
    expect(natively(emptied, 'PRAGMA foreign_keys = ON; DELETE FROM p;', 'SELECT count(p) FROM c').text).toBe('0');
    expect(summed(emptied, 'DELETE FROM p;', 'on').rows).toBe('Deletes 2 rows. Foreign keys write 2 rows.');
    expect(summed(emptied, 'DELETE FROM p;', 'off').rows).toBe('Deletes 2 rows. No other row is changed.');
    const logged = nativeDatabase(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'); CREATE TRIGGER l AFTER DELETE ON t BEGIN UPDATE t SET s = 'changed'; END;",
    );
    expect(summed(logged, 'DELETE FROM t WHERE id = 1;', 'off').rows).toBe('Deletes 1 row. Triggers write 1 row.');
  });

  it('is explained where SET NULL meets NOT NULL', () => {
    const bytes = nativeDatabase(
      FAMILY.replace('p INT REFERENCES p ON DELETE CASCADE', 'p INT NOT NULL REFERENCES p ON DELETE SET NULL'),
    );
    const failure = said(bytes, 'DELETE FROM p WHERE id = 1;', { foreignKeys: 'on' }).outcomes[0]?.failure;
    expect(failure?.explanation).toContain('ON DELETE SET NULL would make p NULL there, and it is NOT NULL');
  });
});

describe('A rename', () => {
  const bytes = nativeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 2, 3);');
  const told = (script: string): readonly string[] =>
    said(bytes, script).warnings.flatMap(({ code, sentence }) => (code.startsWith('renamed') ? sentence : []));

  it('is told by the name that is left at the end, and not at all where that is the old one', () => {
    const column = (from: string, to: string): string => `ALTER TABLE t RENAME COLUMN ${from} TO ${to};`;
    expect(told(column('a', 'x') + column('x', 'a'))).toEqual([]);
    expect(told(column('a', 'A'))).toEqual([]);
    expect(told(column('a', 'x') + column('x', 'y'))).toEqual([
      'The column a of t is called y after the script: a program that uses the old name fails.',
    ]);
    expect(told(column('a', 'x') + column('b', 'a') + column('x', 'b'))).toEqual([
      'The column a of t is called b after the script: a program that uses the old name reads another column.',
      'The column b of t is called a after the script: a program that uses the old name reads another column.',
    ]);
    expect(told('ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO v;')).toEqual([
      'The table t is called v after the script: a program that uses the old name fails.',
    ]);
  });
});

describe('An index', () => {
  it('of all rows that have a value serves a foreign key, and so does one on a name with a blank', () => {
    const bytes = nativeDatabase('CREATE TABLE p (id INTEGER PRIMARY KEY);');
    const made = (where: string): string =>
      `CREATE TABLE c ("my p" INT REFERENCES p, d INT); CREATE INDEX ci ON c ("my p") ${where};`;
    const codes = (where: string) => said(bytes, made(where)).warnings.map(({ code }) => code);
    expect([codes(''), codes('WHERE "my p" IS NOT NULL'), codes('WHERE d = 0')]).toEqual([
      [],
      [],
      ['unindexed-foreign-key'],
    ]);
    // SQLite opens the index, by its page, to look for children.
    const explained = 'PRAGMA foreign_keys = ON; EXPLAIN DELETE FROM p WHERE id = 1;';
    expect(natively(bytes, made('WHERE "my p" IS NOT NULL'), explained).text).toMatch(/OpenRead +\d+ +4 /);
  });
});

describe('NOT NULL of a key', () => {
  it('that is lost is told, since SQLite takes NULL in a key that is no rowid', () => {
    const bytes = nativeDatabase("CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, v); INSERT INTO t VALUES ('a', 1);");
    const rebuilt = (key: string): string =>
      `CREATE TABLE n (${key}, v); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`;
    const script = rebuilt('k TEXT PRIMARY KEY');
    expect(natively(bytes, `${script} INSERT INTO t VALUES (NULL, 2);`, 'SELECT count(*) FROM t').text).toBe('2');
    expect(warned(said(bytes, script))).toEqual(['lost-constraint: table t: NOT NULL of the column k']);
    const numbered = nativeDatabase('CREATE TABLE t (k INTEGER NOT NULL PRIMARY KEY, v); INSERT INTO t VALUES (1, 1);');
    expect(warned(said(numbered, rebuilt('k INTEGER PRIMARY KEY')))).toEqual([]);
  });
});

describe('Help', () => {
  const bytes = nativeDatabase(
    `CREATE TABLE o (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, twice AS (name || name));
     INSERT INTO t VALUES (1, 'A B'), (2, 'a b'), (3, 'c');
     CREATE TABLE last (id INTEGER PRIMARY KEY AUTOINCREMENT, n); INSERT INTO last VALUES (9223372036854775807, 1);`,
  );
  const failureOf = (script: string, foreignKeys: 'on' | 'off' = 'off') => {
    const { failure, ordinal } =
      said(bytes, script, { foreignKeys }).outcomes.find(({ verdict }) => verdict === 'failed') ?? {};
    return { ...failure, ordinal };
  };
  /** What native sqlite3 says to the statement with its mend. */
  const mended = (script: string, foreignKeys: 'on' | 'off' = 'off'): string | undefined => {
    const { mend } = failureOf(script, foreignKeys);
    const all = mend && [...mend.before, mend.instead ?? script, ...mend.after].join(';\n');
    return all === undefined
      ? undefined
      : natively(bytes, `PRAGMA foreign_keys = ${foreignKeys};\n${all};`, 'SELECT 1').error;
  };

  it('says that all rows have one value only where all have it', () => {
    const index = 'CREATE UNIQUE INDEX i ON t (slug);';
    const filled = failureOf(`ALTER TABLE t ADD COLUMN slug; UPDATE t SET slug = lower(name); ${index}`);
    expect(filled.explanation).toBe('2 rows of t have the same value in slug as another row; the index i is unique.');
    expect(failureOf(`ALTER TABLE t ADD COLUMN slug DEFAULT ''; ${index}`).explanation).toContain('each of its rows');
  });

  it('offers what runs: for a reference that is NOT NULL, a column that another is computed of, a default of other databases', () => {
    for (const [script, mode] of [
      ['ALTER TABLE t ADD COLUMN o INT NOT NULL DEFAULT 0 REFERENCES o (id)', 'on'],
      ['ALTER TABLE t DROP COLUMN name', 'off'],
      ['CREATE TABLE e (id INT, at TIMESTAMP DEFAULT now())', 'off'],
      ['CREATE TABLE e (id TEXT DEFAULT gen_random_uuid(), n)', 'off'],
      ["CREATE TABLE e (at DEFAULT strftime('%s', 'now') NOT NULL)", 'off'],
    ] as const)
      expect([script, mended(`${script};`, mode)]).toEqual([script, '']);
  });

  it('tells a counter at its end from a lack of room', () => {
    expect(failureOf('INSERT INTO last (n) VALUES (2);').explanation).toContain('AUTOINCREMENT counter of last');
  });
});

describe('A copy of all columns', () => {
  const bytes = nativeDatabase(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, mail TEXT, at INT); INSERT INTO t VALUES (1, 'x', 0); CREATE TRIGGER tm AFTER UPDATE OF mail ON t BEGIN SELECT 1; END;",
  );
  const rebuilt = (columns: string, then = ''): string =>
    `CREATE TABLE n (id INTEGER PRIMARY KEY, ${columns}); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; ${then}`;
  const told = (script: string): readonly string[] =>
    said(bytes, script).warnings.map(({ code, subject }) => `${code}: ${subject}`);

  it('loses none of them under another name, and changes values where that has another type', () => {
    expect(
      told(rebuilt('email TEXT, at INT', 'CREATE TRIGGER tm AFTER UPDATE OF email ON t BEGIN SELECT 1; END;')),
    ).toEqual(['renamed-column: column t.mail']);
    expect(told(rebuilt('mail TEXT, at_text TEXT'))).toContain('changed-values: table t, at, now at_text');
    expect(warned(said(bytes, rebuilt('at INT, mail TEXT')))).toContain('changed-values: table t, mail, at');
  });

  it('leaves no trigger that nothing fires without a word', () => {
    const again = 'CREATE TRIGGER tm AFTER UPDATE OF mail ON t BEGIN SELECT 1; END;';
    expect(told(rebuilt('email TEXT, at INT', again))).toContain('broken-trigger: trigger tm');
    expect(told(rebuilt('mail TEXT, at INT', again))).toEqual([]);
    expect(told('ALTER TABLE t RENAME COLUMN mail TO email;')).toEqual(['renamed-column: column t.mail']);
  });
});

describe('A temporary table of the same name', () => {
  it('is filled from the one of the file, and what is done to it adds and deletes no rows there', () => {
    const bytes = nativeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 2), (3, NULL);');
    const temporary = 'CREATE TEMP TABLE t (id, a); INSERT INTO t SELECT * FROM main.t;';
    const script = `${temporary} DELETE FROM t WHERE a IS NULL; DROP TABLE t;`;
    expect(natively(bytes, script, 'SELECT count(*) FROM t').text).toBe('2');
    const statements = statementsOf(script);
    withDatabase(bytes, (database) => {
      const before = readSchema(database);
      const { outcomes, after } = planMigration(database, statements, DEFAULT_CHOICES, { losses: keepLosses });
      const { tables } = summarisePlan({ before, after, statements, outcomes });
      expect(tables.map(({ name, rows }) => [name, rows.added.number, rows.deleted.number])).toEqual([['t', 0, 0]]);
    });
    const back = `${temporary} DELETE FROM main.t; INSERT INTO main.t SELECT * FROM temp.t; DROP TABLE temp.t;`;
    expect(warned(said(bytes, back))).toEqual([]);
  });
});

describe('A UNIQUE index that a table rebuild makes again', () => {
  it('without its collation is told, since it allows what it forbade', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT); CREATE UNIQUE INDEX te ON t (e COLLATE NOCASE); INSERT INTO t VALUES (1, 'a');",
    );
    const rebuilt = (column: string, key: string): string =>
      `CREATE TABLE n (id INTEGER PRIMARY KEY, ${column}); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; CREATE UNIQUE INDEX te ON t (${key});`;
    const script = rebuilt('e TEXT', 'e');
    expect(natively(bytes, `${script} INSERT INTO t VALUES (2, 'A');`, 'SELECT count(*) FROM t').text).toBe('2');
    expect(warned(said(bytes, script))).toEqual(['lost-index: index te']);
    expect(warned(said(bytes, rebuilt('e TEXT', 'e COLLATE NOCASE')))).toEqual([]);
    expect(warned(said(bytes, rebuilt('e TEXT COLLATE NOCASE', 'e')))).toEqual([]);
  });
});

describe('A slip that SQLite cannot read', () => {
  const bytes = nativeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY, a);');
  it.each([
    ['ALTER TABLE t ADD COLUMN IF NOT EXISTS b TEXT', 'ALTER TABLE t ADD COLUMN b TEXT'],
    ['ALTER TABLE t DROP COLUMN IF EXISTS a', 'ALTER TABLE t DROP COLUMN a'],
    ['CREATE TABLE n (id INT, a TEXT,)', 'CREATE TABLE n (id INT, a TEXT)'],
    ['CREATE TABLE n (id INT)\nCREATE INDEX i ON n (id)', 'CREATE TABLE n (id INT);\nCREATE INDEX i ON n (id)'],
  ])('is mended: %s', (script, meant) => {
    expect(natively(bytes, `${script};`, 'SELECT 1').error).toContain('syntax error');
    expect(said(bytes, `${script};`).outcomes[0]?.failure?.mend?.instead).toBe(meant);
    expect(natively(bytes, `${meant};`, 'SELECT 1').error).toBe('');
  });

  it('of PostgreSQL with two colons is told as that, and not as a parameter', () => {
    expect(said(bytes, 'UPDATE t SET a = a::int;').outcomes[0]?.failure?.wayOut).toContain('CAST(… AS INT)');
    expect(said(bytes, 'UPDATE t SET a = :int;').outcomes[0]?.failure?.message).toBe('the parameter :int has no value');
  });
});
