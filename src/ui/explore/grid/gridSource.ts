// What a grid draws: columns, and rows that may still be on their way.

import type { Cell, WholeValue } from '../../../explore/data/cells';
import type { Counted, RowWindow } from '../../../explore/data/rows';
import type { Change } from '../../../schema/compare';

/** A column of a grid. */
export interface GridColumn {
  readonly name: string;
  /** Declared type; empty where there is none. */
  readonly type: string;
  readonly change: Change;
}

/** Rows for a grid. What it reads of them is reactive. */
export interface GridSource {
  readonly columns: readonly GridColumn[];
  readonly counted: Counted;
  /** What there is to say of the number of rows beyond it. */
  readonly note?: string | null;
  /** The value at a place; undefined while it is on its way. */
  cell(row: number, column: number): Cell | undefined;
  /** Tells what is to be seen now. */
  want(window: RowWindow): void;
  /** A value as a whole, or a sentence that says why it is not there. */
  whole(row: number, column: number): Promise<WholeValue | string>;
}

/** Widths in pixels, by the names of the columns and what the first rows hold. */
export function widthsOf(source: GridSource, textOf: (cell: Cell) => string): readonly number[] {
  const rows = Math.min(source.counted.rows, SAMPLED_ROWS);
  return source.columns.map(({ name, type, change }, column) => {
    let characters = Math.max(name.length + (change === 'same' ? 2 : 10), type.length);
    for (let row = 0; row < rows; row++) {
      const cell = source.cell(row, column);
      if (cell !== undefined) characters = Math.max(characters, textOf(cell).length);
    }
    return Math.round(Math.min(MOST, Math.max(LEAST, characters * CHARACTER + PADDING)));
  });
}

const SAMPLED_ROWS = 50;
const CHARACTER = 7.9;
const PADDING = 26;
const LEAST = 72;
const MOST = 340;
