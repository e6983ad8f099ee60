// A key or an index that a rebuild puts something at least as strict in place of is not called lost; one that is wider now is told as that.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import { apply, askNative, nativeDatabase, statementsOf, withDatabase } from '../../databases';
import { keepNoLosses } from '../../../src/migration/run/lossAccount';
import { planMigration } from '../../../src/migration/run/plan';
import { watchRules } from '../../../src/migration/rules/rules';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import type { Warning } from '../../../src/migration/warning';

function lostIn(base: string, script: string): readonly Warning[] {
  return withDatabase(nativeDatabase(base), (database) => {
    const tools = { losses: keepNoLosses, watch: watchRules(script) };
    const { warnings } = planMigration(database, statementsOf(script), DEFAULT_CHOICES, tools);
    return warnings.filter(({ code }) => code === 'lost-index' || code === 'lost-constraint');
  });
}

const rebuilt = (definition: string, after = ''): string =>
  `CREATE TABLE new (${definition}); INSERT INTO new SELECT * FROM t; DROP TABLE t; ALTER TABLE new RENAME TO t; ${after}`;

describe('In a rebuild', () => {
  it.each([
    ['an index that another one begins with', 'CREATE INDEX i ON t (a)', 'a, b, c', 'CREATE INDEX j ON t (a, b);'],
    ['an index that a key begins with', 'CREATE INDEX i ON t (a)', 'a, b, c, PRIMARY KEY (a, b)', ''],
    ['a UNIQUE index that is a UNIQUE of the table now', 'CREATE UNIQUE INDEX i ON t (a)', 'a UNIQUE, b, c', ''],
    ['a UNIQUE index that is one on fewer columns', 'CREATE UNIQUE INDEX i ON t (a, b)', 'a, b UNIQUE, c', ''],
    [
      'a UNIQUE index that is one on what is computed from its column',
      'CREATE UNIQUE INDEX i ON t (a, b)',
      'a, b, c',
      'CREATE UNIQUE INDEX j ON t (a, lower(b));',
    ],
  ])('%s is not lost', (_what, index, definition, after) => {
    expect(lostIn(`CREATE TABLE t (a, b, c); ${index};`, rebuilt(definition, after))).toEqual([]);
  });

  it.each([
    [
      'an index of which another one has the columns in another order',
      'CREATE INDEX i ON t (a, b)',
      'CREATE INDEX j ON t (b, a);',
    ],
    [
      'an index in place of which there is one of some rows',
      'CREATE INDEX i ON t (a)',
      'CREATE INDEX j ON t (a) WHERE b;',
    ],
    [
      'a UNIQUE index in place of which there is one of some rows',
      'CREATE UNIQUE INDEX i ON t (a)',
      'CREATE UNIQUE INDEX j ON t (a) WHERE b;',
    ],
  ])('%s is lost', (_what, index, after) => {
    expect(lostIn(`CREATE TABLE t (a, b, c); ${index};`, rebuilt('a, b, c', after))).toEqual([
      expect.objectContaining({ code: 'lost-index', severity: 'warning' }),
    ]);
  });

  it('a UNIQUE that takes in more columns is a note that names them', () => {
    expect(lostIn('CREATE TABLE t (a, b, c, UNIQUE (a, b));', rebuilt('a, b, c, UNIQUE (a, b, c)'))).toEqual([
      expect.objectContaining({
        code: 'lost-constraint',
        severity: 'note',
        sentence: 'The table rebuild of t keeps a, b unique only together with c.',
      }),
    ]);
  });
});

const columns = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
/** A key, a constraint, or an index of the new table, on columns or what is computed from them. */
const uniques = fc.array(
  fc.record({ columns, as: fc.constantFrom('constraint', 'index', 'lower', 'partial', 'plain') }),
  { maxLength: 3 },
);

it('What native sqlite3 still refuses after a rebuild is never called lost, and what it takes always is', () => {
  fc.assert(
    fc.property(columns, uniques, (unique, made) => {
      const base = `CREATE TABLE t (a, b, c, UNIQUE (${unique.join()})); INSERT INTO t VALUES ('x', 'x', 'x');`;
      const constraints = made.flatMap(({ columns: on, as }) =>
        as === 'constraint' ? [`, UNIQUE (${on.join()})`] : [],
      );
      const indexes = made.flatMap(({ columns: on, as }, at) => {
        if (as === 'constraint') return [];
        const terms = as === 'lower' ? on.map((column) => `lower(${column})`) : on;
        return [
          `CREATE ${as === 'plain' ? '' : 'UNIQUE '}INDEX i${at} ON t (${terms.join()})${as === 'partial' ? ' WHERE a IS NULL' : ''};`,
        ];
      });
      const script = rebuilt(`a, b, c${constraints.join('')}`, indexes.join(' '));
      const { bytes } = apply(nativeDatabase(base), script);
      // The same values where they had to be unique, others elsewhere.
      const row = ['a', 'b', 'c'].map((column) => (unique.some((one) => one === column) ? "'x'" : "'y'")).join();
      const taken = askNative(bytes, `INSERT OR IGNORE INTO t VALUES (${row}); SELECT changes();`) === '1';
      const lost = lostIn(base, script).filter(({ code }) => code === 'lost-constraint');
      expect(lost.length).toBe(taken ? 1 : 0);
    }),
    runs(25, 400),
  );
});

describe('A foreign key without an index', () => {
  const keysIn = (base: string, script: string): readonly (readonly [number, string])[] =>
    withDatabase(nativeDatabase(base), (database) => {
      const tools = { losses: keepNoLosses, watch: watchRules(script) };
      const { warnings } = planMigration(database, statementsOf(script), DEFAULT_CHOICES, tools);
      return warnings.flatMap(({ code, ordinal, subject }) =>
        code === 'unindexed-foreign-key' ? [[ordinal, subject]] : [],
      );
    });
  const parent = 'CREATE TABLE p (id INTEGER PRIMARY KEY);';

  it('is told of the statement that brings it, under the name that its table gets', () => {
    expect(
      keysIn(
        `${parent} CREATE TABLE t (a);`,
        `ALTER TABLE t ADD COLUMN b; CREATE TABLE new (a, b REFERENCES p); DROP TABLE t; ALTER TABLE new RENAME TO t;
         ALTER TABLE t ADD COLUMN c REFERENCES p;`,
      ),
    ).toEqual([
      [2, 'table t (b)'],
      [5, 'table t (c)'],
    ]);
  });

  it('is not told where the table had it before it was rebuilt', () => {
    expect(
      keysIn(
        `${parent} CREATE TABLE t (a, b REFERENCES p (id));`,
        'CREATE TABLE new (a, b REFERENCES p); INSERT INTO new SELECT * FROM t; DROP TABLE t; ALTER TABLE new RENAME TO t;',
      ),
    ).toEqual([]);
  });
});
