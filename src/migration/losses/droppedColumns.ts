// What a DROP COLUMN takes: the values that the file held there, but for those that the script has copied to another place.

import { foldName } from '../../database';
import { unquotedName, type ParsedSql } from '../../script/tokens';
import { counted, figure } from '../../words';
import type { ColumnCopies, KeptColumns } from './columnCopies';
import { entry, type Entry, type Pending, type Successor } from './entry';
import type { TrackedTable } from './lineage';
import type { Figure, RowCounter } from './rowCounter';

/** Keeps account of columns that are dropped. */
export class DroppedColumns {
  readonly #counter: RowCounter;
  readonly #columnCopies: ColumnCopies;
  /** Values of columns before the script overwrote them, where it may drop the column later; by folded name. */
  readonly #held = new Map<TrackedTable, Map<string, Figure>>();

  constructor(counter: RowCounter, columnCopies: ColumnCopies) {
    this.#counter = counter;
    this.#columnCopies = columnCopies;
  }

  /** What a DROP COLUMN is about to take; null for nothing. */
  before(table: TrackedTable, named: string, column: string): Pending | null {
    const read = this.#counter.ask('SELECT hidden FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE', [
      named,
      column,
    ]);
    // A virtual column is computed: it holds nothing.
    if (read?.[0] === 2) return null;
    const now = this.#counter.countColumn(named, column);
    const held = this.#held.get(table)?.get(foldName(column));
    const figure = held && held.rows > now.rows ? held : now;
    if (figure.rows === 0 && figure.exact) return null;
    const kept = figure.exact ? this.#columnCopies.find(table, named, column) : null;
    const found = entry(table, { kind: 'column', table: named, column, ...figure });
    return kept ? { ...found, kept: new Map([[foldName(column), kept]]) } : found;
  }

  /** Counts the values of the columns that an UPDATE names, once: those are what the file held. */
  beforeOverwriting(table: TrackedTable, named: string, { tokens }: ParsedSql): void {
    const words = new Set(tokens.map((token) => foldName(unquotedName(token) ?? '')));
    const held = this.#held.get(table) ?? new Map<string, Figure>();
    this.#held.set(table, held);
    for (const column of this.#counter.columnsOf(named)) {
      const folded = foldName(column);
      if (words.has(folded) && !held.has(folded)) held.set(folded, this.#counter.countColumn(named, column));
    }
  }

  /** The values that a column held before the script overwrote them; 0 where it did not. */
  heldBefore(table: TrackedTable, column: string): number {
    return this.#held.get(table)?.get(foldName(column))?.rows ?? 0;
  }
}

/** What a dropped column has lost by the end, where its values were copied; null where the copies are gone. */
export function keptOf({ loss, kept }: Entry, keptColumns: KeptColumns): Successor | null {
  const [found] = kept?.values() ?? [];
  const places = found ? keptColumns.placesOf(found) : null;
  if (!found || places === null) return null;
  const { names, stay } = places;
  const there = found.values - found.missing;
  const lost = loss.rows - there;
  const [all, where] = [counted(loss.rows, 'value'), `${names.join(' or ')}, with the same type and bytes`];
  const isOne = lost === 0 || there === 1;
  const be = stay ? (isOne ? 'is' : 'are') : isOne ? 'was' : 'were';
  const which = lost > 0 ? `Of its ${all}, ${figure(there)}` : loss.rows === 1 ? 'Its value' : `Each of its ${all}`;
  const note = `${which} ${be} in ${where}${stay ? '' : ', until that was dropped too'}.`;
  const keptIn = [{ column: loss.column ?? '', where: `${stay ? 'are' : 'were'} in ${names.join(' or ')}` }];
  const left = lost > 0 ? { ...loss, rows: lost, of: { all: loss.rows, places: names } } : null;
  return { loss: left, note, renumbered: 0, keptIn };
}
