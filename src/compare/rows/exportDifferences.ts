// Differences as a file to download, piece by piece: as the SQL that leads from one state to the other, as CSV, as JSON.

import type { RowComparison } from './comparison';
import type { DifferenceFormat } from './difference';
import { csvPieces, jsonPieces } from './differenceTable';
import { sqlPieces } from './differenceScript';

/** The pieces of an export, which are joined as they are. Throws RowsUnreadable. */
export function piecesOf(
  comparison: RowComparison,
  format: DifferenceFormat,
  table: string | null,
): Generator<string, void, void> {
  const tables = comparison.tables.filter(({ difference }) => table === null || difference.table === table);
  if (format === 'sql') return sqlPieces(comparison, tables);
  return format === 'csv' ? csvPieces(comparison, tables) : jsonPieces(comparison, tables);
}
