// Differences as CSV, a line for each value, and as JSON, an object for each row.

import type { Cell } from '../../explore/data/cells';
import { exportHead, exportRows, exportTail } from '../../explore/data/exportRows';
import type { ComparedTable, RowComparison } from './comparison';
import type { DifferingRow } from './difference';

const COLUMNS = ['table', 'change', 'row', 'column', 'before', 'after'];

/**
 * A line for each value of a row that was added or removed, and for each that was changed. `row` is the key of the row as a JSON object,
 * its rowid where there is no key, and its number among the differing rows of the table where there is neither.
 */
export function* csvPieces(comparison: RowComparison, tables: readonly ComparedTable[]): Generator<string, void, void> {
  yield exportHead('csv', COLUMNS);
  for (const table of tables) {
    const { difference } = table;
    let number = 0;
    for (const row of comparison.wholeRows(table)) {
      number++;
      const places = row.kind === 'changed' ? row.changed : difference.columns.map((_, at) => at);
      const name = keyText(table, row) ?? row.rowid ?? `${number}`;
      const lines = places.map((at): Cell[] => [
        ...[difference.table, row.kind, name, difference.columns[at] ?? ''],
        ...[row.before?.[at] ?? null, row.after?.[at] ?? null],
      ]);
      yield exportRows('csv', COLUMNS, lines, false);
    }
  }
}

/** `{"table":…,"change":…,"rowid":…,"before":{…},"after":{…},"columns":[…]}`: `columns` are those that were changed. */
export function* jsonPieces(
  comparison: RowComparison,
  tables: readonly ComparedTable[],
): Generator<string, void, void> {
  yield exportHead('json', COLUMNS);
  let rows = 0;
  for (const table of tables) {
    const { columns, table: name } = table.difference;
    for (const row of comparison.wholeRows(table)) {
      const members = [
        `"table":${JSON.stringify(name)}`,
        `"change":"${row.kind}"`,
        ...(row.rowid === null ? [] : [`"rowid":${row.rowid}`]),
        `"before":${row.before ? objectOf(columns, row.before) : 'null'}`,
        `"after":${row.after ? objectOf(columns, row.after) : 'null'}`,
        ...(row.kind === 'changed' ? [`"columns":${JSON.stringify(row.changed.map((at) => columns[at] ?? ''))}`] : []),
      ];
      yield `${rows++ === 0 ? '\n' : ',\n'}{${members.join(',')}}`;
    }
  }
  yield exportTail('json', rows);
}

function keyText({ sides }: ComparedTable, row: DifferingRow): string | null {
  const { key, columns } = sides.match;
  const cells = row.before ?? row.after ?? [];
  if (key.length === 0) return null;
  return objectOf(
    key.map((at) => columns[at] ?? ''),
    key.map((at) => cells[at] ?? null),
  );
}

function objectOf(names: readonly string[], cells: readonly Cell[]): string {
  return exportRows('json', names, [cells], true).trimStart();
}
