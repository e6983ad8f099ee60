// Data that a statement takes away for good, and the words for it.

import { startOf, type Statement } from '../../script/statement';
import { count } from '../proofs/proof';
import type { StatementOutcome } from '../outcome';

/**
 * What a statement takes of the data that was in the file before the script. `table`: DROP TABLE, with all rows. `column`:
 * DROP COLUMN, or a rebuild that leaves the column behind. `rows`: DELETE. `replaced rows`: OR REPLACE, which deletes the
 * row that has the key. `rebuild`: the table is made anew without rows that it had. `values`: it is made anew with other
 * values in rows that it had.
 */
export interface Loss {
  readonly kind: 'table' | 'column' | 'rows' | 'replaced rows' | 'rebuild' | 'values';
  /** The table's name when it happens. */
  readonly table: string;
  /** With `column`: its name, or their names. */
  readonly column: string | null;
  /** How many rows go; with `column`, how many values that are not NULL. */
  readonly rows: number;
  /** False where no more were counted: more than `rows`, or none could be counted at all where that is 0. */
  readonly exact: boolean;
  /** It is not the statement itself that takes them, but triggers that it sets off. */
  readonly byTriggers?: true;
  /** What the same statement takes beside that. */
  readonly also?: readonly Loss[];
}

/**
 * What a loss is in words, to stand after the statement: `drops the table t with 1,204 rows`.
 * @param known the rows that the table had before the script, where they were counted meanwhile
 */
export function describeLoss(loss: Loss, known?: number | null): string {
  return [describeOne(loss, known), ...(loss.also ?? []).map((one) => describeOne(one))].join(', and ');
}

function describeOne({ kind, table, column, rows, exact, byTriggers }: Loss, known?: number | null): string {
  const counted = (what: string): string => (exact ? count(rows, what) : `more than ${count(rows, what)}`);
  switch (kind) {
    case 'table':
      if (exact) return `drops the table ${table} with ${count(rows, 'row')}`;
      if (typeof known === 'number' && known > rows) return `drops the table ${table} with ${count(known, 'row')}`;
      return `drops the table ${table} with ${rows === 0 ? 'all of its rows' : counted('row')}`;
    case 'column':
      return `drops ${table}.${column ?? ''} with ${!exact && rows === 0 ? 'all of its values' : counted('value')}`;
    case 'rows':
      if (byTriggers)
        return exact || rows > 0
          ? `deletes ${counted('row')} of ${table} through triggers`
          : `may delete rows of ${table} through triggers`;
      return `deletes ${counted('row')} of ${table}`;
    case 'replaced rows':
      return exact
        ? `replaces ${count(rows, 'row')} of ${table}`
        : `may replace rows of ${table} that have the same key`;
    case 'values':
      return `rebuilds ${table} with other values in ${counted('row')}`;
    case 'rebuild':
      return `rebuilds ${table} without ${counted('row')} that it had`;
  }
}

/** The same in two or three words, for a label: `loses 1,204 rows`. */
export function labelLoss({ kind, rows, exact }: Loss): string {
  const what = kind === 'column' ? 'value' : 'row';
  if (kind === 'values') return `alters ${count(rows, 'row')}`;
  if (exact) return `loses ${count(rows, what)}`;
  return rows === 0 ? `loses ${what}s` : `loses over ${count(rows, what)}`;
}

/** A list of more is no longer read. */
const LISTED = 5;

/**
 * What a script takes away, in one sentence that names statements and lines; null where it takes nothing, or where a
 * statement fails and so all is taken back.
 * @param rows rows by table before the script, as far as they are known
 */
export function summariseLosses(
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
  rows: ReadonlyMap<string, number | null> = new Map(),
): string | null {
  if (outcomes.some(({ verdict }) => verdict === 'failed')) return null;
  const losing = outcomes.filter(({ loss }) => loss !== null);
  if (losing.length === 0) return null;
  const listed = losing.slice(0, LISTED).flatMap(({ ordinal, loss }) => {
    const statement = statements[ordinal - 1];
    return loss && statement
      ? [`statement ${ordinal} (${startOf(statement)}) ${describeLoss(loss, rows.get(loss.table))}`]
      : [];
  });
  const more = losing.length - listed.length;
  const rest = more === 0 ? '' : `; and ${count(more, 'more statement')}`;
  return `This script takes data away: ${listed.join('; ')}${rest}.`;
}
