// What a script itself does to rows: the statements that may explain why a table is not what it was.

import { findLasting, hasWritten, writesRows } from './lasting';
import type { Schema } from '../../schema/schema';
import type { Statement } from '../../script/statement';
import type { StatementOutcome } from '../outcome';
import { foldName } from '../../database';

/** What a script itself does to rows, so that a difference may be what it asks for. */
export interface RowChanges {
  readonly statements: readonly Statement[];
  /** Those that give rows other rowids, where a table has neither an INTEGER PRIMARY KEY nor an index, and change nothing else. */
  readonly vacuums: readonly Statement[];
  /** Those of them that may have changed rows of one of some tables, in order; each table by any of the names that it had. */
  readonly explain: (tables: readonly (readonly string[])[]) => readonly Statement[];
  /** Whether there is one for a table. */
  readonly isExplained: (...names: readonly string[]) => boolean;
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
  const lasting = findLasting(statements, outcomes);
  const changing = lasting.filter((statement) => {
    const outcome = outcomes[statement.ordinal - 1];
    // A row that is passed over can still move a counter on, and what a virtual table writes is its own affair.
    if (statement.kind === 'insert' || virtual.has(foldName(statement.table ?? ''))) return true;
    if (writesRows(statement)) return outcome !== undefined && hasWritten(outcome);
    return /^(drop table|drop column|other)$/.test(statement.kind) && outcome?.verdict === 'applied';
  });
  const firing = new Set(schemas.flatMap(({ triggers }) => triggers.map(({ table }) => foldName(table))));
  const anywhere = new Set<Statement>();
  const byName = new Map<string, Statement[]>();
  for (const statement of changing) {
    const named = foldName(statement.table ?? '');
    const isAnywhere =
      statement.kind === 'other' ||
      // An UPDATE there can have the same bytes read as other values, which nobody asks for.
      (statement.kind === 'delete' && /^sqlite_(schema|master)$/.test(named)) ||
      (outcomes[statement.ordinal - 1]?.byTriggers ?? 0) > 0 ||
      // What a trigger replaces is not counted by SQLite.
      (writesRows(statement) && firing.has(named));
    if (isAnywhere) anywhere.add(statement);
    else add(byName, named, statement);
  }
  /** By each name that a table had at any time: the statements on it. */
  const reach = new Map<string, (readonly Statement[])[]>();
  const renames = renamesOf(statements, outcomes);
  for (const [name, on] of byName) for (const other of withOtherNames(name, renames)) add(reach, other, on);
  const onTable = (names: readonly string[]): readonly (readonly Statement[])[] =>
    names.flatMap((name) => ownersOf(foldName(name)).flatMap((owner) => reach.get(owner) ?? []));
  return {
    statements: changing,
    vacuums: lasting.filter(({ kind }) => kind === 'vacuum'),
    explain: (tables) => {
      const explaining = new Set([...anywhere, ...new Set(tables.flatMap(onTable))].flat());
      return changing.filter((statement) => explaining.has(statement));
    },
    isExplained: (...names) => anywhere.size > 0 || onTable(names).length > 0,
  };
}

function add<Value>(lists: Map<string, Value[]>, name: string, value: Value): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}

/** A name, and those of the virtual tables whose shadow table it may be: all of it that is before an underscore. */
function ownersOf(name: string): readonly string[] {
  return [name, ...Array.from(name.matchAll(/_/g), ({ index }) => name.slice(0, index))];
}

type Renames = readonly (readonly [from: string, to: string])[];

function renamesOf(statements: readonly Statement[], outcomes: readonly StatementOutcome[]): Renames {
  return statements
    .filter(({ kind, ordinal }) => kind === 'rename table' && outcomes[ordinal - 1]?.verdict === 'applied')
    .map(({ table, newName }) => [foldName(table ?? ''), foldName(newName ?? '')]);
}

/** The name of a table, and those that the same table had before or got later. */
function withOtherNames(name: string, renames: Renames): ReadonlySet<string> {
  const names = new Set([name]);
  // Once forwards and once backwards, each chain of renames is followed from any of its names to both of its ends.
  for (const pair of [...renames, ...renames.toReversed()]) {
    if (pair.some((one) => names.has(one))) for (const one of pair) names.add(one);
  }
  return names;
}
