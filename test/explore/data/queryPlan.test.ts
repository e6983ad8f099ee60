// The plan of a query as a tree, against what native sqlite3 draws.
import { expect, it } from 'vitest';
import { GLANCE } from '../../../src/explore/data/cells';
import { runQuery } from '../../../src/explore/data/query';
import { planOf, type PlanStep } from '../../../src/explore/data/queryPlan';
import { decoderOf } from '../../../src/engine/looking';
import { nativeDatabase, withDatabase } from '../../databases';

const bytes = nativeDatabase(
  'CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE TABLE b(y); CREATE INDEX by_y ON b(y);',
);

function plan(sql: string): readonly PlanStep[] | null {
  return withDatabase(bytes, (database) => {
    const found = runQuery(database, sql, { rows: 100, cells: GLANCE }, decoderOf(database), () => 0);
    if (!found.ok) throw new Error(found.error.message);
    return planOf(found.value);
  });
}

const drawn = (steps: readonly PlanStep[]): unknown[] =>
  steps.map(({ detail, note, costly, steps: below }) => [detail, note, costly, ...drawn(below)]);

it('has the steps below those that rest on them, and says what they mean', () => {
  const steps = plan(
    'EXPLAIN QUERY PLAN SELECT x FROM a WHERE id IN (SELECT y FROM b WHERE y > 1) UNION ALL SELECT y FROM b ORDER BY 1',
  );
  const all = JSON.stringify(drawn(steps ?? []));
  expect(all).toContain('["SEARCH a USING INTEGER PRIMARY KEY (rowid=?)","finds rows by their rowid",false]');
  expect(all).toContain('finds values in an index, without the table');
  expect(steps?.[0]?.steps.length).toBeGreaterThan(1);
});

it('names what reads all rows, and what sorts', () => {
  expect(drawn(plan('EXPLAIN QUERY PLAN SELECT * FROM a ORDER BY x') ?? [])).toEqual([
    ['SCAN a', 'reads all rows', true],
    ['USE TEMP B-TREE FOR ORDER BY', 'sorts what it has found', true],
  ]);
});

it('is null for any other rows', () => {
  expect(plan('SELECT 1 AS id, 2 AS parent')).toBeNull();
});
