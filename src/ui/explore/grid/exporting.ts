// Writing all rows of an arrangement into a file to download: a portion at a time.

import type { Arrangement } from '../../../explore/data/arrangement';
import { exportHead, exportTail, type ExportFormat } from '../../../explore/data/exportRows';
import { wordsOf } from './gridRows.svelte';
import type { Turn } from '../../state/turn';
import type { Look } from '../look/look';

/** What is exported, and under which names its columns go. */
export interface Exported {
  readonly arrangement: Arrangement;
  readonly names: readonly string[];
  readonly format: ExportFormat;
  /** That INSERT statements fill. */
  readonly table?: string;
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  sql: 'application/sql',
};

/**
 * Asks for portions until there are no more. Memory takes what is written; a browser puts large Blobs on the disk.
 * @param onRows is told how many rows are written
 * @param turn of the export: whoever ends it ends the export
 * Gives the file, null where it is no longer wanted, or a sentence that says why there is none.
 */
export async function exportAll(
  look: Look,
  { arrangement, names, format, table = '' }: Exported,
  onRows: (rows: number) => void,
  turn: Turn,
): Promise<Blob | string | null> {
  const parts: BlobPart[] = [exportHead(format, names)];
  let rows = 0;
  for (let last = false; !last;) {
    const from = rows;
    const asked = await look.ask(
      (engine) => engine.exportPortion(arrangement, { format, names, table, from }, () => undefined),
      turn,
    );
    if (!turn.isCurrent) return null;
    if (!asked.ok) return asked.error.sentence;
    if (!asked.value.ok) return wordsOf(asked.value.error);
    const portion = asked.value.value;
    parts.push(new Blob([portion.text]));
    rows += portion.rows;
    last = portion.last;
    onRows(rows);
  }
  parts.push(exportTail(format, rows));
  return new Blob(parts, { type: TYPES[format] });
}

/** A name for the file: the database's and what is exported, without what no file system takes. */
export function exportName(database: string, what: string, format: ExportFormat): string {
  const plain = what.replace(/[^\p{L}\p{N}_.-]+/gu, '-').slice(0, 80);
  return `${database.replace(/\.[^.]*$/, '')}.${plain}.${format}`;
}
