// What a script itself does to rows: the statements that may explain why a table is not what it was.

import { findLasting, hasWritten, writesRows } from './lasting';
import type { Schema } from '../../schema/schema';
import type { Statement } from '../../script/statement';
import type { StatementOutcome } from '../outcome';
import { foldName } from '../../database';

/** What a script itself does to rows, so that a difference may be what it asks for. */
export interface RowChanges {
  readonly statements: readonly Statement[];
  /** Those of them that may have changed rows of a table, by any of the names that it had. */
  readonly explain: (...names: readonly string[]) => readonly Statement[];
}

/**
 * The statements that wrote or removed rows, and the tables that they may have changed: those that they name, the shadow
 * tables of a virtual one, and any table at all where a trigger has carried a change on or where they deleted lines of sqlite_schema.
 * What ROLLBACK TO has taken back is not among them, nor what became of temporary tables alone.
 * @param schemas those before and after the run
 */
export function findRowChanges(
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
  ...schemas: readonly Schema[]
): RowChanges {
  const virtual = new Set(
    schemas.flatMap(({ relations }) =>
      relations.flatMap(({ kind, name }) => (kind === 'virtual table' ? [foldName(name)] : [])),
    ),
  );
  const changing = findLasting(statements, outcomes).filter((statement) => {
    const outcome = outcomes[statement.ordinal - 1];
    // A row that is passed over can still move a counter on, and what a virtual table writes is its own affair.
    if (statement.kind === 'insert' || virtual.has(foldName(statement.table ?? ''))) return true;
    if (writesRows(statement)) return outcome !== undefined && hasWritten(outcome);
    return /^(drop table|drop column|other)$/.test(statement.kind) && outcome?.verdict === 'applied';
  });
  const firing = new Set(schemas.flatMap(({ triggers }) => triggers.map(({ table }) => foldName(table))));
  const reach = changing.map((statement) => {
    const named = foldName(statement.table ?? '');
    const anywhere =
      statement.kind === 'other' ||
      // An UPDATE there can have the same bytes read as other values, which nobody asks for.
      (statement.kind === 'delete' && /^sqlite_(schema|master)$/.test(named)) ||
      (outcomes[statement.ordinal - 1]?.byTriggers ?? 0) > 0 ||
      // What a trigger replaces is not counted by SQLite.
      (writesRows(statement) && firing.has(named));
    return { statement, anywhere, names: withOtherNames(new Set([named]), statements, outcomes) };
  });
  const explain = (...names: readonly string[]): readonly Statement[] =>
    reach
      .filter(
        ({ anywhere, names: tables }) =>
          anywhere ||
          names
            .map(foldName)
            .some((name) => [...tables].some((table) => name === table || name.startsWith(`${table}_`))),
      )
      .map(({ statement }) => statement);
  return { statements: changing, explain };
}

/** Names of tables, and those that the same tables had before or got later. */
function withOtherNames(
  names: Set<string>,
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
): ReadonlySet<string> {
  const renames = statements
    .filter(({ kind, ordinal }) => kind === 'rename table' && outcomes[ordinal - 1]?.verdict === 'applied')
    .map(({ table, newName }) => [foldName(table ?? ''), foldName(newName ?? '')] as const);
  // Once forwards and once backwards, each chain of renames is followed from any of its names to both of its ends.
  for (const pair of [...renames, ...renames.toReversed()]) {
    if (pair.some((name) => names.has(name))) for (const name of pair) names.add(name);
  }
  return names;
}
