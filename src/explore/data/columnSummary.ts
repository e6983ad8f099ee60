// Questions about the values of one column, in the rows that an arrangement shows: how many, how different, how they are spread.

import { quoteIdentifier } from '../../database';
import { clausesOf, type Arrangement } from './arrangement';
import type { Cell } from './cells';
import { literalOf } from './exportRows';

/** Values that are counted one by one, the most frequent first. */
const FACETS = 10;
/** Bars of a histogram. */
export const BINS = 24;

/** One row: rows, values that are not NULL, different ones, numbers, the least and the greatest value. */
export function countsSql(of: Arrangement, column: string): string {
  return `${valuesOf(of, column)}
SELECT count(*), count(x), count(DISTINCT x), sum(typeof(x) IN ('integer', 'real')), min(x), max(x) FROM v`;
}

/** A row for each of the most frequent values, with its number of rows; NULL is one of them. */
export function facetsSql(of: Arrangement, column: string): string {
  return `${valuesOf(of, column)}
SELECT x, count(*) FROM v GROUP BY x ORDER BY 2 DESC, 1 LIMIT ${FACETS}`;
}

/** A row for each bar that has values: its place from 0, and how many values. For a column whose values are numbers that differ. */
export function histogramSql(of: Arrangement, column: string): string {
  return `${valuesOf(of, column)}, e(least, most) AS (SELECT min(x), max(x) FROM v)
SELECT min(CAST((x - least) * ${BINS}.0 / (most - least) AS INTEGER), ${BINS - 1}), count(*) FROM v, e
WHERE x IS NOT NULL GROUP BY 1 ORDER BY 1`;
}

function valuesOf(of: Arrangement, column: string): string {
  const filter = clausesOf({ ...of, sort: null, rowid: null });
  return `WITH v(x) AS (SELECT ${of.alias}.${quoteIdentifier(column)} FROM ${of.from} ${filter})`;
}

/**
 * What holds for the rows in which a column has this value; null for a value that is not there as a whole. A real is compared by its
 * digits: it has more than SQLite shows.
 */
export function conditionOf(column: string, cell: Cell): string | null {
  const name = quoteIdentifier(column);
  if (cell === null) return `${name} IS NULL`;
  if (typeof cell === 'object') {
    if ('real' in cell) return `CAST(${name} AS TEXT) = '${cell.real}'`;
    if ('start' in cell || cell.blob.length < cell.bytes) return null;
  }
  return `${name} = ${literalOf(cell)}`;
}

/** Both of two conditions, of which the first may be none. */
export function narrowed(where: string, condition: string): string {
  if (where.trim() === '') return condition;
  return `(${where}) AND ${condition}`;
}
