// How many values of the file an UPDATE writes others over, counted before it runs.

import { foldName, quoteIdentifier } from '../../database';
import type { ParsedSql } from '../../script/tokens';
import { readAssignments, readUpdate } from '../../script/writeClauses';
import type { Figure, RowCounter } from './rowCounter';

/** To count is to read what the UPDATE reads itself, but not without end. */
const MOST_ROWS = 1_000_000;

/**
 * Counts the values that an UPDATE of a table of the file changes: NULL is none, and neither is one that stays what it is. Not exact with 0
 * where that cannot be told, as for an UPDATE that reads other tables by FROM.
 * @param added folded names of columns that were not there before the script
 */
export function countOverwritten(
  counter: RowCounter,
  table: string,
  statement: ParsedSql,
  added: ReadonlySet<string> | undefined,
): Figure {
  const set = readAssignments(statement) ?? [];
  if (set.length > 0 && set.every(({ column }) => added?.has(foldName(column)))) return { rows: 0, exact: true };
  const update = readUpdate(statement);
  if (!update) return { rows: 0, exact: false };
  const old = update.values.filter(({ column }) => !added?.has(foldName(column)));
  if (old.length === 0) return { rows: 0, exact: true };
  // The new value is compared as the column would store it, which an affinity of its own (CAST) would forestall; to the letter.
  const terms = old.map(({ column, value }) => {
    const name = quoteIdentifier(column);
    return `(${name} IS NOT NULL AND ${name} COLLATE BINARY IS NOT +(${value}))`;
  });
  const where = update.where === null ? '' : ` WHERE ${update.where}`;
  const counted = counter.ask(
    `SELECT count(*), total(n) FROM (SELECT ${terms.join(' + ')} AS n FROM main.${quoteIdentifier(table)}${update.alias}${where} LIMIT ${MOST_ROWS + 1})`,
  );
  if (counted === null) return { rows: 0, exact: false };
  return { rows: Number(counted[1]), exact: Number(counted[0]) <= MOST_ROWS };
}
