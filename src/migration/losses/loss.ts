// Data that a statement takes away for good, and the words for it.

import { startOf, type Statement } from '../../script/statement';
import { counted, figure } from '../../words';
import type { StatementOutcome, Loss } from '../outcome';

/**
 * What a loss is in words, to stand after the statement: `drops the table t with 1,204 rows`.
 * @param known the rows that the table had before the script, where they were counted meanwhile
 */
export function describeLoss(loss: Loss, known?: number | null): string {
  return [describeOne(loss, known), ...(loss.also ?? []).map((one) => describeOne(one))].join(', and ');
}

function describeOne({ kind, table, column, rows, exact, through, of }: Loss, known?: number | null): string {
  if (of)
    return `drops ${column === null ? `the table ${table}` : `${table}.${column}`} with ${counted(of.all, column === null ? 'row' : 'value')}, ${notIn(rows, of.places)}`;
  const atLeast = (what: string): string => (exact ? counted(rows, what) : `more than ${counted(rows, what)}`);
  switch (kind) {
    case 'table':
      if (exact) return `drops the table ${table} with ${counted(rows, 'row')}`;
      if (typeof known === 'number' && known > rows) return `drops the table ${table} with ${counted(known, 'row')}`;
      return `drops the table ${table} with ${rows === 0 ? 'all of its rows' : atLeast('row')}`;
    case 'column':
      return `drops ${table}.${column ?? ''} with ${!exact && rows === 0 ? 'all of its values' : atLeast('value')}`;
    case 'rows':
      if (through)
        return exact || rows > 0
          ? `deletes ${atLeast('row')} of ${table} through ${through}`
          : `may delete rows of ${table} through ${through}`;
      return `deletes ${atLeast('row')} of ${table}`;
    case 'replaced rows':
      return exact
        ? `replaces ${counted(rows, 'row')} of ${table}`
        : `may replace rows of ${table} that have the same key`;
    case 'values':
      return `rebuilds ${table} with other values in ${atLeast('row')}${column === null ? '' : ` (${column})`}`;
    case 'rebuild':
      return `rebuilds ${table} without ${atLeast('row')} that it had`;
  }
}

/** `2 of which are not in t.b` */
function notIn(rows: number, places: readonly string[]): string {
  const are = rows === 1 ? 'is' : 'are';
  return `${figure(rows)} of which ${are} ${places.length < 2 ? `not in ${places.join('')}` : `neither in ${places.join(' nor in ')}`}`;
}

/** The same in two or three words, for a label: `loses 1,204 rows`. */
export function labelLoss({ kind, rows, exact }: Loss): string {
  const what = kind === 'column' ? 'value' : 'row';
  if (kind === 'values') return `alters ${counted(rows, 'row')}`;
  if (exact) return `loses ${counted(rows, what)}`;
  return rows === 0 ? `loses ${what}s` : `loses over ${counted(rows, what)}`;
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
  const rest = more === 0 ? '' : `; and ${counted(more, 'more statement')}`;
  const kinds = losing.flatMap(({ loss }) => (loss ? [loss, ...(loss.also ?? [])] : [])).map(({ kind }) => kind);
  const changes = kinds.includes('values');
  const verb = !changes ? 'deletes' : kinds.every((kind) => kind === 'values') ? 'changes' : 'deletes and changes';
  return `This script ${verb} data: ${listed.join('; ')}${rest}.`;
}
