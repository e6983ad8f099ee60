// What the account of losses holds of a statement that takes data away, until it is known what became of it.

import { foldName } from '../../database';
import type { Loss, StatementOutcome } from '../outcome';
import type { KeptColumn } from './columnCopies';
import type { TrackedTable } from './lineage';

/** What a statement has taken away. */
export interface Entry {
  readonly ordinal: number;
  readonly loss: Loss;
  readonly table: TrackedTable;
  /** Of a table that is dropped and made anew: its columns with how many values they hold. */
  readonly columns: ReadonlyMap<string, number>;
  /** The same: the rows that its copies hold when it is dropped. */
  readonly copied?: ReadonlyMap<TrackedTable, number>;
  /** By folded column: where its values were copied to, as it is dropped, or its table. */
  readonly kept?: ReadonlyMap<string, KeptColumn>;
  /** Of a table whose rows go into several others: how many of them are in none, and the others. */
  readonly divided?: { readonly nowhere: number; readonly among: readonly TrackedTable[] };
  /** Of a table whose rows a DELETE takes while copies of it are there: the table. What it was then is `table`. */
  readonly emptied?: TrackedTable;
  /** The same, where it takes so many of its rows and not all. */
  readonly part?: number;
}

/** What is about to be taken away. */
export type Pending = Omit<Entry, 'ordinal'>;

/** What became of a dropped table by the end. */
export interface Successor {
  readonly loss: Loss | null;
  readonly note: string;
  readonly renumbered: number;
  readonly repeated?: number;
  /** Of columns that are gone: where their values are. */
  readonly keptIn?: StatementOutcome['keptIn'];
}

export function entry(table: TrackedTable, loss: Loss): Pending {
  return { table, loss, columns: new Map() };
}

/** The first of several losses, with the others beside it; null where there is none. */
export function withOthers([first, ...others]: readonly Loss[]): Loss | null {
  if (!first) return null;
  return others.length === 0 ? first : { ...first, also: others };
}

export function isSame(one: string | null, other: string): boolean {
  return one !== null && foldName(one) === foldName(other);
}
