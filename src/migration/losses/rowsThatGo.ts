// Which rows a DELETE takes, as a query on the database before the script.

import { foldName, quoteIdentifier } from '../../database';
import type { Statement } from '../../script/statement';
import { parseSql } from '../../script/tokens';
import { readDelete } from '../../script/writeClauses';
import type { StatementOutcome } from '../outcome';

/**
 * A query that gives, of the database before the script, the rows that a statement deletes; null where it is no DELETE, cannot be read,
 * or may find other rows by then: what comes before it is about the same table too, or it asks other tables, which may have changed.
 * @example
 * queryForDeleted(statementsOf('DELETE FROM note WHERE id > 1'), outcomes, 1); // 'SELECT * FROM "note" WHERE id > 1'
 */
export function queryForDeleted(
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
  ordinal: number,
): string | null {
  const statement = statements[ordinal - 1];
  if (statement?.kind !== 'delete' || statement.name === null) return null;
  const own = foldName(statement.name);
  const isOwn = (name: string | null): boolean => name !== null && foldName(name) === own;
  const before = statements.slice(0, ordinal - 1);
  if (before.some(({ name, table, newName }) => isOwn(name) || isOwn(table) || isOwn(newName))) return null;
  const isReached = outcomes
    .slice(0, ordinal - 1)
    .some(({ loss, byTriggers = 0 }) => byTriggers > 0 || loss?.also?.some(({ table }) => isOwn(table)));
  const read = isReached ? null : readDelete(parseSql(statement.text));
  if (!read || (before.length > 0 && /\bselect\b/i.test(read.where ?? ''))) return null;
  return `SELECT * FROM ${quoteIdentifier(statement.name)}${read.alias}${read.where === null ? '' : ` WHERE ${read.where}`}`;
}
