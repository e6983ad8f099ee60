// Functions and collations of an application: found where SQLite stops at them, and run with the meaning that is given.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { Database } from '../../src/database';
import { loadSqliteWasm } from '../../src/engine/sqliteWasm/sqliteWasm';
import { define, loadKnownFunctions } from '../../src/engine/worker/lateFunctions';
import { KNOWN_FUNCTIONS, missingIn, type Meaning } from '../../src/functions/meaning';
import { findMissing, needsOfMeaning } from '../../src/functions/missing';
import { failureHelp } from '../../src/migration/failures/failures';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { keepNoLosses } from '../../src/migration/run/lossAccount';
import { planMigration } from '../../src/migration/run/plan';
import { runMigration } from '../../src/migration/run/run';
import { askNative, nativeDatabase, overlayOf, statementsOf, withDatabase } from '../databases';

const wasm = await loadSqliteWasm();
const known = await loadKnownFunctions();

function definedOn(database: Database, meanings: readonly Meaning[], script = ''): readonly string[] {
  const { definitions, faults } = define(meanings, known, wasm, statementsOf(script));
  for (const definition of definitions) expect(database.define(definition).ok).toBe(true);
  return faults.map(({ sentence }) => sentence);
}

/** Plans and runs a script with meanings; gives the message of what fails, or the database. */
function migrated(base: string, script: string, meanings: readonly Meaning[]): string | Uint8Array {
  const overlay = overlayOf(nativeDatabase(base));
  const database = wasm.open(overlay);
  try {
    expect(definedOn(database, meanings, script)).toEqual([]);
    const tools = { losses: keepNoLosses, help: failureHelp, now: () => 0, onStatement: () => undefined };
    const statements = statementsOf(script);
    const plan = planMigration(database, statements, DEFAULT_CHOICES, tools);
    const run = runMigration(database, statements, DEFAULT_CHOICES, tools);
    expect(run.committed).toBe(plan.obstacle === null);
    return plan.obstacle?.failure.message ?? overlay.read(0, overlay.size);
  } finally {
    database.close();
  }
}

const PEOPLE =
  "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO person (name) VALUES ('  Ann '), ('BOB');";

describe('A meaning', () => {
  it('that is an expression is computed for each row, also by an index and a computed column', () => {
    const script = `UPDATE person SET name = tidy(name, 1); CREATE INDEX by_tidy ON person (tidy(name, 0));
      ALTER TABLE person ADD COLUMN short AS (tidy(name, 0));`;
    const meaning = { kind: 'function', name: 'tidy', answer: "sql lower(trim($1)) || iif($2, '!', '')" } as const;
    const result = migrated(PEOPLE, script, [meaning]);
    expect(
      typeof result === 'string' ? result : askNative(result, 'SELECT group_concat(name) FROM person NOT INDEXED'),
    ).toBe('ann!,bob!');
  });

  it('that is no expression, or no language, is told with what is wrong with it', () => {
    const told = (kind: Meaning['kind'], answer: string): readonly string[] =>
      withDatabase(nativeDatabase(PEOPLE), (database) => definedOn(database, [{ kind, name: 'f', answer }]), wasm);
    expect(told('function', 'sql lower(')[0]).toContain('The expression for f() is not right: ');
    expect(told('function', 'sql lower(:name)')).toEqual([
      ':name is no value of f(): they are called $1, $2 and so on.',
    ]);
    expect(told('collation', 'locale no language')).toEqual([
      '“no language” is no language that the collation f could sort by.',
    ]);
  });

  it('that is a stand-in runs where no row goes through it, and fails where one does', () => {
    const script = 'UPDATE person SET name = secret(name)';
    const meaning = { kind: 'function', name: 'secret', answer: 'stand-in' } as const;
    expect(migrated('CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);', script, [meaning])).toBeInstanceOf(
      Uint8Array,
    );
    expect(migrated(PEOPLE, script, [meaning])).toBe(
      'the function secret has only a stand-in, and a row goes through it',
    );
  });

  it('of an aggregate is computed of the rows of each group, each window, and of none', () => {
    const base = 'CREATE TABLE v (g, x); INSERT INTO v VALUES (1, 2), (1, 4), (2, 5), (2, NULL), (3, NULL)';
    const script = `CREATE TABLE s AS SELECT g, spread(x) AS n, spread(x) FILTER (WHERE x > 2) AS f FROM v GROUP BY g;
      CREATE TABLE w AS SELECT spread(x) OVER (ORDER BY rowid ROWS 1 PRECEDING) AS n FROM v;
      CREATE TABLE e AS SELECT spread(x) AS n FROM v WHERE x > 100;`;
    const own = 'max(x) - min(x)';
    const native = script.replaceAll(
      /spread\(x\)((?: FILTER \([^)]*\)| OVER \([^)]*\))?)/g,
      (_, behind: string) => `max(x)${behind} - min(x)${behind}`,
    );
    const asked =
      'SELECT group_concat(quote(g) || quote(n) || quote(f)) FROM s; SELECT group_concat(quote(n)) FROM w; SELECT count(*), n FROM e';
    const result = migrated(base, script, [
      { kind: 'function', name: 'spread', answer: `sql ${own.replaceAll('x)', '$1)')}` },
    ]);
    expect(typeof result === 'string' ? result : askNative(result, asked)).toBe(
      askNative(nativeDatabase(`${base}; ${native}`), asked),
    );
  });

  it('of an aggregate may be a stand-in where no row goes through it: it gives one NULL, as an aggregate does', () => {
    const script = 'CREATE TABLE m AS SELECT stddev(x) AS m FROM v';
    const standIn = { kind: 'function', name: 'stddev', answer: 'stand-in' } as const;
    const result = migrated('CREATE TABLE v (x)', script, [standIn]);
    expect(typeof result === 'string' ? result : askNative(result, 'SELECT count(*), quote(m) FROM m')).toBe('1|NULL');
    expect(migrated('CREATE TABLE v (x); INSERT INTO v VALUES (1)', script, [standIn])).toContain('only a stand-in');
    const told = (answer: string): readonly string[] =>
      withDatabase(nativeDatabase(PEOPLE), (database) => definedOn(database, [{ ...standIn, answer }], script), wasm);
    expect(told('sql $1')).toEqual([
      'stddev() makes one value of many rows, so its expression needs an aggregate of SQLite, as in sum($1) / count(*).',
    ]);
    expect(told('known md5')[0]).toContain('makes one value of many rows');
  });

  it('of a collation orders texts in the language, and as SQLite’s own do', () => {
    const letters = "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('z'), ('ä'), ('B'), ('a');";
    const sorted = (answer: string): unknown => {
      const script = "CREATE TABLE s AS SELECT group_concat(a, '') AS a FROM (SELECT a FROM t ORDER BY a COLLATE own)";
      const result = migrated(letters, script, [{ kind: 'collation', name: 'own', answer }]);
      return typeof result === 'string' ? result : askNative(result, 'SELECT a FROM s');
    };
    expect(sorted('locale de')).toBe('aäBz');
    expect(sorted('locale sv')).toBe('aBzä');
    expect(sorted('known BINARY')).toBe(
      askNative(nativeDatabase(letters), "SELECT group_concat(a, '') FROM (SELECT a FROM t ORDER BY a)"),
    );
    expect(sorted('known NOCASE')).toBe(
      askNative(nativeDatabase(letters), "SELECT group_concat(a, '') FROM (SELECT a FROM t ORDER BY a COLLATE NOCASE)"),
    );
  });
});

describe('What a script misses', () => {
  const asked = (base: string, script: string) =>
    withDatabase(
      nativeDatabase(base),
      (database) => {
        const statements = statementsOf(script);
        const failureOf = () =>
          planMigration(database, statements, DEFAULT_CHOICES, { losses: keepNoLosses, help: failureHelp }).obstacle
            ?.message ?? null;
        const found = findMissing(
          failureOf(),
          (standIns) => {
            for (const one of standIns) database.define(one);
            return failureOf();
          },
          statements,
        );
        return needsOfMeaning(found, [], statements);
      },
      wasm,
    );
  const script = `CREATE TABLE log (line TEXT COLLATE unicase);\nUPDATE person SET name = tidy(name);
    CREATE VIEW shown AS SELECT shout(name) FROM person; CREATE INDEX i ON person (other(name)) WHERE 0;`;

  it('is found one after the other, with where it is called and whether a row goes through it', () => {
    const needs = asked(PEOPLE, script);
    expect(needs.map(({ kind, name, proposal }) => [kind, name, proposal?.answer])).toEqual(
      expect.arrayContaining([['function', 'tidy', undefined]]),
    );
    const tidy = needs.find(({ name }) => name === 'tidy');
    expect(tidy?.sentence).toBe(
      'The script calls the function tidy, which its application brings and SQLite has not: in statement 2 (line 2). Rows of this database go through it.',
    );
  });

  it('is called an aggregate by its name, or where it is called as one, and proposed a stand-in without rows', () => {
    const [stddev] = asked(PEOPLE, 'CREATE TABLE m AS SELECT stddev(id) FROM person WHERE id > 9');
    expect(stddev?.sentence).toBe(
      'The script calls the aggregate function stddev, which its application brings and SQLite has not: in statement 1 (line 1). No row of this database goes through it. It makes one value of many rows: an SQL expression for it needs an aggregate of SQLite, as in sum($1) / count(*).',
    );
    expect(stddev?.proposal?.answer).toBe('stand-in');
    for (const call of ['f(DISTINCT id)', 'f(id) OVER ()', 'f(id) FILTER (WHERE id > 1)'])
      expect(asked(PEOPLE, `CREATE TABLE m AS SELECT ${call} FROM person`)[0]?.sentence).toMatch(
        /aggregate function f,.* Rows of this database go through it\./,
      );
    expect(asked(PEOPLE, 'UPDATE person SET name = f(name)')[0]?.sentence).toContain('calls the function f,');
  });

  it('is said to be needed by the database itself where no statement names it', () => {
    // As an application with a collation of its own leaves it.
    const base = `CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT); PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT', 'name TEXT COLLATE unicase') WHERE name = 'person';`;
    const needs = asked(base, 'DELETE FROM person WHERE name > 1;');
    expect(needs.map(({ sentence }) => sentence)).toEqual([
      'The database itself uses the collation unicase, in a table, index, view or trigger that the script works on. Its application brings the collation, and SQLite has none of that name. No row of this database goes through it.',
    ]);
  });

  it('is found where SQLite does not name it, as of the key of a table WITHOUT ROWID, and where its name has blanks', () => {
    const base = `CREATE TABLE tag (name TEXT PRIMARY KEY, n INT) WITHOUT ROWID; PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'TEXT COLLATE "my own"') WHERE name = 'tag';`;
    const script = 'CREATE TABLE plain (name TEXT, n INT); INSERT INTO plain SELECT name, n FROM tag; DROP TABLE tag;';
    expect(asked(base, script).map(({ kind, name }) => [kind, name])).toEqual([['collation', 'my own']]);
  });

  it('has a safe proposal where no row goes through it', () => {
    const needs = asked('CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);', script);
    expect(needs.filter(({ kind }) => kind === 'function').map(({ proposal }) => proposal?.answer)).toEqual(
      expect.arrayContaining(['stand-in']),
    );
    // An index is not built for a plan, and would compare by it.
    expect(needs.find(({ kind }) => kind === 'collation')?.proposal ?? null).toBeNull();
  });

  it('is found where an operator calls it, and says nothing of rows where an index would compare them', () => {
    const [regexp] = asked(PEOPLE, "DELETE FROM person WHERE name REGEXP '^x'");
    expect(regexp?.sentence).toBe(
      'The script calls the function REGEXP, which its application brings and SQLite has not: in statement 1 (line 1). Rows of this database go through it.',
    );
    const [collation] = asked(
      PEOPLE,
      "CREATE TABLE t (a COLLATE mine); CREATE INDEX i ON t (a); INSERT INTO t VALUES ('a'), ('b')",
    );
    expect(collation).toMatchObject({ kind: 'collation', name: 'mine', proposal: null });
    expect(collation?.sentence).toMatch(/in statement 1 \(line 1\)\.$/);
  });

  it('is nothing where SQLite stops for another reason', () => {
    expect(missingIn('no such table: t')).toBeNull();
    expect(asked(PEOPLE, 'UPDATE missing SET a = tidy(1)')).toEqual([]);
  });
});

describe('docs/functions.md', () => {
  const lines = readFileSync('docs/functions.md', 'utf8').split('\n');
  const examples = lines.flatMap((line) => {
    const [, call = '', gives = ''] = /^\| `([a-z0-9_]+\(.*\))` +\| `(.*?)` +\|/.exec(line) ?? [];
    return call === '' ? [] : [{ call, gives }];
  });

  it('has an example of every function of the documented set, and of no other', () => {
    const named = new Set(examples.map(({ call }) => call.slice(0, call.indexOf('('))));
    expect([...named].sort()).toEqual(Object.keys(KNOWN_FUNCTIONS).sort());
    expect(known.map(({ name }) => name).sort()).toEqual(Object.keys(KNOWN_FUNCTIONS).sort());
  });

  test.each(examples)('$call gives $gives', ({ call, gives }) => {
    const meanings = Object.keys(KNOWN_FUNCTIONS).map((name): Meaning => ({
      kind: 'function',
      name,
      answer: `known ${name}`,
    }));
    withDatabase(
      nativeDatabase(PEOPLE),
      (database) => {
        expect(definedOn(database, meanings)).toEqual([]);
        const read = database.query(`SELECT quote(${call}), quote(${call.replace(/\(.*\)$/s, '(NULL)')})`);
        if (gives === 'a new one each time') expect(String(read.ok && read.value[0]?.[0])).toMatch(/^'[0-9a-f-]{36}'$/);
        else expect(read).toEqual({ ok: true, value: [[gives, 'NULL']] });
      },
      wasm,
    );
  });
});
