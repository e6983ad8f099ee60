// Generated pairs of databases: native sqlite3 runs the SQL of their differences on the one, and has the other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import type { RowComparison } from '../../../src/compare/rows/comparison';
import { askNative, runScript } from '../../databases';
import { databaseOf, exported, hard, rowsSql, SHAPES, withComparison } from './pairs';

const row = fc.record({
  rowid: fc.integer({ min: -3, max: 12 }),
  values: fc.array(hard, { minLength: 3, maxLength: 3 }),
});
/** The rows of both sides: those that they share, and those of each. */
const rows = fc.record({
  shared: fc.array(row, { maxLength: 5 }),
  before: fc.array(row, { maxLength: 4 }),
  after: fc.array(row, { maxLength: 4 }),
});

describe('The SQL of the differences of two databases', () => {
  it.each(SHAPES.map((shape) => [shape.sql.split(';')[0] ?? '', shape] as const))(
    'makes native sqlite3 turn the one into the other: %s',
    async (_, shape) => {
      await fc.assert(
        fc.asyncProperty(rows, async ({ shared, before, after }) => {
          const ours = databaseOf(shape, [...shared, ...before]);
          const theirs = databaseOf(shape, [...after, ...shared]);
          const script = await withComparison(ours, theirs, (comparison) => exported(comparison, 'sql'));
          const query = rowsSql('t', shape.seen);
          const others = 'SELECT type, name, sql FROM sqlite_schema ORDER BY name; PRAGMA integrity_check;';
          const sequence = shape.sql.includes('AUTOINCREMENT') ? 'SELECT * FROM sqlite_sequence;' : '';
          const look = `${query}${others}${sequence}`;
          expect(askNative(ours, `${script}${look}`)).toBe(askNative(theirs, look));
        }),
        runs(5, 1000),
      );
    },
  );

  it.each(SHAPES.map((shape) => [shape.sql.split(';')[0] ?? '', shape] as const))(
    'runs in the page, and then there is no difference left: %s',
    async (_, shape) => {
      await fc.assert(
        fc.asyncProperty(rows, async ({ shared, before, after }) => {
          const ours = databaseOf(shape, [...shared, ...before]);
          const theirs = databaseOf(shape, [...after, ...shared]);
          const script = await withComparison(ours, theirs, (comparison) => exported(comparison, 'sql'));
          const { run, output } = runScript(ours, script);
          expect(run.committed).toBe(true);
          const left = await withComparison(output, theirs, (comparison) => differencesIn(comparison));
          expect(left).toEqual([]);
        }),
        runs(5, 300),
      );
    },
  );
});

/** Tables that differ. */
function differencesIn({ differences }: RowComparison): readonly string[] {
  return differences
    .filter(({ counts, obstacle }) => obstacle !== null || counts.added + counts.removed + counts.changed > 0)
    .map(({ table }) => table);
}
