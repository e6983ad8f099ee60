// Which tables hold rows of another one that goes, and which columns of it they lack.

import { foldName } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { ALL_COLUMNS, sourcesOf } from '../../script/copiedColumns';
import type { Lineage, TrackedTable } from './lineage';
import type { Place } from './rebuildComparison';
import type { RowCounter } from './rowCounter';

/** Finds copies of tables in one pass of a script. */
export class Copies {
  readonly #counter: RowCounter;
  readonly #lineage: Lineage;
  /** By the folded name of a table: the statements that give another one this name, or write rows into it; the last one first. */
  readonly #heirs = new Map<string, ParsedStatement[]>();

  /** @param statements all of the script, also what comes later */
  constructor(counter: RowCounter, lineage: Lineage, statements: readonly ParsedStatement[]) {
    this.#counter = counter;
    this.#lineage = lineage;
    for (const statement of statements.toReversed()) {
      const { kind, table, newName } = statement;
      if (kind !== 'rename table' && kind !== 'insert') continue;
      const name = foldName((kind === 'insert' ? table : newName) ?? '');
      const others = this.#heirs.get(name);
      if (others) others.push(statement);
      else this.#heirs.set(name, [statement]);
    }
  }

  /** Takes the table that will be the heir of one which is about to lose its rows for a copy of it, if there is one. */
  noteHeir(table: TrackedTable, named: string, ordinal: number): void {
    if (table.original === foldName(named)) this.#findHeir(named, ordinal)?.holds.add(table.original);
  }

  /**
   * A table from before the script with the same columns, a backup, that gets the name of one which is dropped, or whose rows go into the
   * table that is made in its place: what the dropped one has lost by the end, it lacks.
   */
  #findHeir(named: string, ordinal: number): TrackedTable | null {
    const waiting = this.#heirs.get(foldName(named)) ?? [];
    while (waiting.length > 0 && (waiting.at(-1)?.ordinal ?? 0) <= ordinal) waiting.pop();
    const next = waiting.at(-1);
    const names =
      next?.kind === 'rename table' ? [next.table ?? ''] : sourcesOf(next?.tokens ?? []).map(({ name }) => name);
    const columns = (table: string): string => this.#counter.columnsOf(table).map(foldName).sort().join('\n');
    const wanted = columns(named);
    const name = names.find((one) => foldName(one) !== foldName(named) && columns(one) === wanted);
    const heir = name === undefined ? null : this.#lineage.find(name, 'main');
    return heir?.original === undefined || heir.original === null ? null : heir;
  }

  /** The tables of the file that hold rows of a dropped one when the script has ended. */
  now(table: TrackedTable): readonly { readonly table: TrackedTable; readonly place: Place }[] {
    return this.#lineage.copiesOf(table).filter(({ place }) => place.schema === 'main');
  }

  /** The columns with values that are in none of some tables: neither by their name, nor since they are `copied`. */
  lostColumns(
    columns: ReadonlyMap<string, number>,
    copies: readonly { readonly place: Place }[],
    copied: readonly string[],
  ): readonly (readonly [string, number])[] {
    const names = copies.flatMap(({ place }) => this.#counter.allColumnsOf(place.name).map(foldName));
    if (copied.includes(ALL_COLUMNS)) return [];
    const there = new Set([...names, ...copied]);
    return [...columns].filter(([column, values]) => values > 0 && !there.has(foldName(column)));
  }
}
