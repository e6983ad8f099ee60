// What EXPLAIN QUERY PLAN says, as a tree (https://sqlite.org/eqp.html).

import type { QueryAnswer } from './query';

/** One step of a plan, with those that it rests on. */
export interface PlanStep {
  readonly id: number;
  /** SQLite's own words. */
  readonly detail: string;
  /** What it means for the time that it takes; empty where there is nothing to say. */
  readonly note: string;
  /** It reads all rows, or sorts by itself: an index might save that. */
  readonly costly: boolean;
  readonly steps: readonly PlanStep[];
}

/** The plan that a query gave, or null where it gave something else. */
export function planOf({ columns, rows }: Pick<QueryAnswer, 'columns' | 'rows'>): readonly PlanStep[] | null {
  if (columns.join() !== 'id,parent,notused,detail') return null;
  const listed = rows.map(([id, parent, , detail]) => ({
    id: Number(id),
    parent: Number(parent),
    detail: typeof detail === 'string' ? detail : '',
  }));
  const below = (parent: number): readonly PlanStep[] =>
    listed
      .filter((one) => one.parent === parent)
      .map(({ id, detail }) => ({ id, detail, ...meaningOf(detail), steps: id === parent ? [] : below(id) }));
  return below(0);
}

function meaningOf(detail: string): { readonly note: string; readonly costly: boolean } {
  if (detail.startsWith('SCAN CONSTANT ROW')) return { note: '', costly: false };
  if (/^SCAN .* USING COVERING INDEX/.test(detail)) return { note: 'reads all of an index', costly: false };
  if (/^SCAN .* USING INDEX/.test(detail)) return { note: 'reads all rows, in the order of an index', costly: false };
  if (/^SCAN .* VIRTUAL TABLE/.test(detail)) return { note: 'asks a virtual table', costly: false };
  if (detail.startsWith('SCAN')) return { note: 'reads all rows', costly: true };
  if (/^SEARCH .* USING AUTOMATIC/.test(detail)) return { note: 'builds an index for this query alone', costly: true };
  if (/^SEARCH .* USING INTEGER PRIMARY KEY/.test(detail)) return { note: 'finds rows by their rowid', costly: false };
  if (/^SEARCH .* USING COVERING INDEX/.test(detail))
    return { note: 'finds values in an index, without the table', costly: false };
  if (detail.startsWith('SEARCH')) return { note: 'finds rows by an index', costly: false };
  if (detail.startsWith('USE TEMP B-TREE FOR')) return { note: 'sorts what it has found', costly: true };
  if (detail.startsWith('CORRELATED')) return { note: 'is done once for each row', costly: true };
  return { note: '', costly: false };
}
