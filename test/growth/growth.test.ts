// Twice as many tables, statements or files are at most twice as much work: what SQLite is asked is counted, and what is looked at.
import { describe, expect, it, vi } from 'vitest';
import { KINDS } from '../../bench/growth/inputs';
import { archiveNames } from '../../src/batch/archiveNames';
import { arrangeMigrations } from '../../src/chain/folder';
import { factsOf } from '../../src/engine/engineFacts';
import { inspect } from '../../src/engine/inspection';
import { declaredRelations, suggestedRelations } from '../../src/explore/diagram/relations';
import { findCauses } from '../../src/explore/schema/causes';
import { readHeader } from '../../src/file/header';
import { keepLosses } from '../../src/migration/losses/lossLedger';
import { DEFAULT_CHOICES, type StatementOutcome } from '../../src/migration/outcome';
import { findRowChanges } from '../../src/migration/proofs/rowChanges';
import { pairTables } from '../../src/migration/proofs/tablePairs';
import { watchRules } from '../../src/migration/rules/rules';
import { planMigration } from '../../src/migration/run/plan';
import { runMigration } from '../../src/migration/run/run';
import { compareSchemas } from '../../src/schema/compare';
import { describeSchema } from '../../src/schema/details';
import { readSchema } from '../../src/schema/read';
import type { Relation, Schema } from '../../src/schema/schema';
import { makeShadow } from '../../src/schema/shadow';
import { findUnusable } from '../../src/schema/usable';
import type { Statement } from '../../src/script/statement';
import { splitScript } from '../../src/script/split';
import { engine, nativeDatabase, overlayOf, statementsOf } from '../databases';
import { noting, watched } from './counting';

const TOOLS = { losses: keepLosses, now: () => 0, onStatement: () => undefined };

/** What SQLite is asked while the work on a kind of this size is done, without the checks. */
function askedFor(name: string, size: number): readonly string[] {
  const kind = KINDS.find((one) => one.name === name);
  if (!kind) throw new Error(`There is no kind ${name}`);
  const { database: sql, script } = kind.subject(size);
  const bytes = nativeDatabase(sql);
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('The database has no header');
  const split = splitScript(script);
  if (!split.ok) throw new Error(split.refusal.sentence);
  const { statements } = split;
  const asked: string[] = [];
  const database = noting(engine.open(overlayOf(bytes)), asked);
  const { schema } = inspect(
    database,
    readSchema(database),
    { name, size: bytes.length, header: header.value, findings: [] },
    factsOf(engine),
  );
  const plan = planMigration(database, statements, DEFAULT_CHOICES, TOOLS);
  expect(plan.obstacle).toBeNull();
  expect(runMigration(database, statements, DEFAULT_CHOICES, TOOLS).committed).toBe(true);
  database.close();
  const scratch = noting(engine.memory(), asked);
  describeSchema(scratch, schema);
  scratch.close();
  return asked;
}

describe('What SQLite is asked is at most twice as much', () => {
  it.each([
    ['tables', 100],
    ['indexes', 200],
    ['triggers', 80],
    ['triggers with a missing function', 80],
    ['views, each of the view before', 40],
    ['views', 80],
    ['statements', 200],
    ['statements that change and delete', 200],
    ['statements that ask for what is there', 100],
    ['statements on tables of their own', 50],
    ['files of a chain', 100],
  ])('for twice as many: %s', (name, size) => {
    const [once, twice] = [askedFor(name, size), askedFor(name, 2 * size)];
    expect(twice.length).toBeLessThanOrEqual(2 * once.length);
  });

  it('and the list of all tables, which costs as much as there are tables, is asked for equally often', () => {
    const lists = (size: number): number =>
      askedFor('tables', size).filter((sql) => sql.includes('pragma_table_list')).length;
    expect(lists(100)).toBeGreaterThan(0);
    expect(lists(200)).toBe(lists(100));
  });

  it('and the list of all tables is not made for each line of the schema of which a copy is made', () => {
    const database = engine.open(overlayOf(nativeDatabase('CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID;')));
    const asked: string[] = [];
    makeShadow(noting(database, asked)).close();
    const listing = asked.filter((sql) => sql.includes('pragma_table_list'));
    expect(listing).toHaveLength(1);
    const plan = database.query(`EXPLAIN QUERY PLAN ${listing.join('')}`);
    database.close();
    expect(JSON.stringify(plan)).toContain('LIST SUBQUERY');
    expect(JSON.stringify(plan)).not.toMatch(/CORRELATED|JOIN/);
  });

  it('and of views that lie one beneath the other only the upper ones are compiled', () => {
    const compiled = askedFor('views, each of the view before', 200).filter((sql) =>
      sql.startsWith('SELECT * FROM main'),
    );
    expect(compiled.length).toBeLessThan(30);
  });
});

describe('What is looked at is at most twice as much', () => {
  const schemaOf = (size: number): Schema => {
    const database = engine.open(overlayOf(nativeDatabase(KINDS[0]?.subject(size).database ?? '')));
    try {
      return readSchema(database);
    } finally {
      database.close();
    }
  };
  const updates = (size: number): readonly Statement[] =>
    statementsOf(Array.from({ length: size }, (_, at) => `UPDATE t${at + 1} SET amount = 2;`).join('\n'));
  const applied = (statements: readonly Statement[]): readonly StatementOutcome[] =>
    statements.map(({ ordinal }) => ({
      ...{ ordinal, verdict: 'applied', note: null, executed: null, changes: 1, milliseconds: 0 },
      ...{ failure: null, drift: null, loss: null },
    }));
  const atMostTwice = (count: (size: number) => number): void => {
    const [once, twice] = [count(100), count(200)];
    expect(once).toBeGreaterThan(0);
    expect(twice).toBeLessThanOrEqual(2.1 * once);
  };

  it('of statements, for which of them explain that a table has changed', () =>
    atMostTwice((size) => {
      const seen = { count: 0 };
      const statements = updates(size);
      const changes = findRowChanges(watched(statements, seen), applied(statements), schemaOf(size));
      const names = statements.map(({ table }) => [table ?? '']);
      expect(changes.explain(names)).toHaveLength(size);
      expect(names.every(([name = '']) => changes.isExplained(name))).toBe(true);
      return seen.count;
    }));

  it('of statements and tables, for which table is which one from before', () =>
    atMostTwice((size) => {
      const seen = { count: 0 };
      const [before, statements] = [schemaOf(size), updates(size)];
      const relations = watched(before.relations, seen);
      const pairs = pairTables({ ...before, relations }, { ...before, relations }, watched(statements, seen));
      expect(pairs.filter(({ after }) => after !== null)).toHaveLength(size);
      return seen.count;
    }));

  it('of tables that are dropped, for what causes each change', () =>
    atMostTwice((size) => {
      const seen = { count: 0 };
      const before = schemaOf(size);
      const after: Schema = { relations: [], indexes: [], triggers: [] };
      const statements = statementsOf(before.relations.map(({ name }) => `DROP TABLE ${name};`).join('\n'));
      const indexes = watched(
        before.relations.map(({ name }) => ({
          name: `i${name}`,
          table: name,
          sql: `CREATE INDEX i${name} ON ${name} (id)`,
        })),
        seen,
      );
      const causes = findCauses(
        { ...before, indexes },
        compareSchemas({ ...before, indexes }, after),
        watched(statements, seen),
        applied(statements),
      );
      expect(causes.changes.every((change) => change.causes.length === 1)).toBe(true);
      return seen.count;
    }));

  it('of tables whose keys have several columns, for how they relate', () =>
    atMostTwice((size) => {
      const seen = { count: 0 };
      const column = (name: string, primaryKey: number): Relation['columns'][number] => ({
        ...{ name, type: '', notNull: false, defaultValue: null, primaryKey, generated: null, hidden: false },
        documentation: null,
      });
      const relations = Array.from({ length: size }, (_, at): Relation => ({
        ...{ kind: 'table', name: `t${at}`, sql: '', unreadable: null, withoutRowid: false, strict: false },
        ...{ rootPage: at + 2, documentation: null },
        columns: watched([column(`a${at}`, 1), column('b', 2), column(`a${at + 1}`, 0)], seen),
      }));
      const schema = { relations, indexes: [], triggers: [] };
      const details = { tables: [], foreignKeys: [], indexes: [] };
      expect(suggestedRelations(schema, details, declaredRelations(schema, details))).toHaveLength(size - 1);
      return seen.count;
    }));

  it('of statements, for what the rules warn of in a plan', () => {
    const looks = (of: (at: number) => readonly [database: string, script: string], size: number): number => {
      const parts = Array.from({ length: size }, (_, at) => of(at + 1));
      const seen = { count: 0 };
      const database = engine.open(overlayOf(nativeDatabase(`BEGIN; ${parts.map(([sql]) => sql).join('\n')} COMMIT;`)));
      const script = parts.map(([, sql]) => sql).join('\n');
      const statements = statementsOf(script);
      // A proxy of a statement could not read its tokens.
      for (const statement of statements) {
        const { kind } = statement;
        Object.defineProperty(statement, 'kind', { get: () => (seen.count++, kind) });
      }
      const plain = planMigration(database, statements, DEFAULT_CHOICES, TOOLS);
      const unwatched = seen.count;
      const plan = planMigration(database, statements, DEFAULT_CHOICES, { ...TOOLS, watch: watchRules(script) });
      database.close();
      expect(plain.obstacle).toBeNull();
      expect(plan.warnings.length).toBeGreaterThanOrEqual(size);
      return seen.count - 2 * unwatched;
    };
    const kinds: readonly (readonly [string, (at: number) => readonly [string, string]])[] = [
      ['new foreign keys', (at) => ['', `CREATE TABLE n${at} (id INTEGER PRIMARY KEY, p INTEGER REFERENCES n1 (id));`]],
      [
        'tables made anew',
        (at) => [
          `CREATE TABLE t${at} (id INTEGER PRIMARY KEY, a TEXT UNIQUE); CREATE INDEX i${at} ON t${at} (a) WHERE id > 1;`,
          `CREATE TABLE n${at} (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO n${at} SELECT * FROM t${at}; DROP TABLE t${at}; ALTER TABLE n${at} RENAME TO t${at};`,
        ],
      ],
      [
        'broken views',
        (at) => [`CREATE TABLE t${at} (a); CREATE VIEW v${at} AS SELECT a FROM t${at};`, `DROP TABLE t${at};`],
      ],
      [
        'silenced rules',
        (at) => [
          `CREATE TABLE t${at} (a); INSERT INTO t${at} VALUES (1);`,
          `-- drydock:ignore lost-rows so\nDELETE FROM t${at};`,
        ],
      ],
    ];
    for (const [name, of] of kinds) expect(looks(of, 80), name).toBeLessThanOrEqual(2.3 * looks(of, 40));
  });

  it('of files of a chain, for their order and for what a journal names', () =>
    atMostTwice((size) => {
      const seen = { count: 0 };
      const files = Array.from({ length: size }, (_, at) => ({
        path: `${String(at).padStart(4, '0')}_step.sql`,
        text: 'SELECT 1;',
      }));
      const entries = files.map(({ path }, at) => ({ idx: at, when: at, tag: path.replace('.sql', '') }));
      const journal = { path: 'meta/_journal.json', text: JSON.stringify({ entries }) };
      const { migrations, leftOut } = arrangeMigrations([...watched(files, seen), journal]);
      expect([migrations.length, leftOut.length]).toEqual([size, 0]);
      return seen.count;
    }));
});

it('Names in an archive are found at once, however many files have the same', () => {
  const normalize = vi.spyOn(String.prototype, 'normalize');
  const looks = (count: number): number => {
    normalize.mockClear();
    expect(
      new Set(
        archiveNames(
          Array.from({ length: count }, () => 'spine.db'),
          'upgraded',
        ),
      ).size,
    ).toBe(count);
    return normalize.mock.calls.length;
  };
  expect(looks(200)).toBeLessThanOrEqual(2.1 * looks(100));
  normalize.mockRestore();
});

describe('Of a schema that cannot be used in full', () => {
  const brokenIn = (sql: string): readonly string[] => {
    const database = engine.open(overlayOf(nativeDatabase(sql)));
    try {
      return [...findUnusable(database, readSchema(database))].map(([subject, message]) => `${subject}: ${message}`);
    } finally {
      database.close();
    }
  };
  const chain = (from: number, to: number, beneath: string): string =>
    Array.from({ length: to - from + 1 }, (_, at) => {
      const below = at === 0 ? beneath : `v${from + at - 1}`;
      return `CREATE VIEW v${from + at} AS SELECT a FROM ${below};`;
    }).join('\n');

  it('every view is told that reads a broken one, however many lie between', () => {
    const found = brokenIn(
      `CREATE TABLE t (a); ${chain(1, 20, 't')} ${chain(21, 60, 'missing')} ${chain(61, 100, 'v20')}`,
    );
    expect(found).toHaveLength(40);
    expect(found[0]).toBe('view v21: no such table: main.missing');
    expect(found[39]).toBe('view v60: no such table: main.missing');
  });

  it('a view is told that only has the name of what another one reads in its WITH, or of a column', () => {
    const found = brokenIn(
      `CREATE TABLE t (a); ${chain(1, 30, 't')}
       CREATE VIEW broken AS SELECT b FROM v30;
       CREATE VIEW hides AS WITH broken AS (SELECT 1 AS a) SELECT a FROM broken;
       CREATE VIEW names AS SELECT a AS broken, a IS DISTINCT FROM broken FROM (SELECT a, a AS broken FROM v30);`,
    );
    expect(found).toEqual(['view broken: no such column: b']);
  });

  it('the one broken trigger of many is told alone, and so is each that sets it off', () => {
    const found = brokenIn(
      `CREATE TABLE t (a); CREATE TABLE u (a); CREATE TABLE w (a);
       CREATE TRIGGER sound AFTER INSERT ON t BEGIN INSERT INTO w VALUES (1); END;
       CREATE TRIGGER broken AFTER INSERT ON t BEGIN SELECT missing(new.a); END;
       CREATE TRIGGER other AFTER UPDATE ON t BEGIN SELECT new.a; END;
       CREATE TRIGGER sets AFTER DELETE ON u BEGIN INSERT INTO t VALUES (1); END;
       CREATE TRIGGER keeps AFTER DELETE ON u BEGIN UPDATE t SET a = 1; END;`,
    );
    expect(found).toEqual(['trigger broken: no such function: missing', 'trigger sets: no such function: missing']);
  });
});
