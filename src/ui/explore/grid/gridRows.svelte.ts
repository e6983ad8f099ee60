// The rows of an arrangement as a grid needs them: read a portion at a time from the engine, kept for a while, and counted.

import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Arrangement } from '../../../explore/data/arrangement';
import { wholeOf, type Cell, type WholeValue } from '../../../explore/data/cells';
import type { Counted, RowWindow } from '../../../explore/data/rows';
import type { GridColumn, GridSource } from './gridSource';
import type { Look } from '../look/look';

const ROWS = 100;
const COLUMNS = 24;
/** Portions that are kept: what was seen last comes back at once. */
const KEPT = 150;
const SLOW_MILLISECONDS = 400;

/** Rows that are read when they come into sight. */
export class GridRows implements GridSource {
  readonly columns: readonly GridColumn[];
  readonly arrangement: Arrangement;
  counted = $state.raw<Counted>({ rows: 0, all: false });
  /** Whether the first rows are there. */
  begun = $state(false);
  /** Why there are none (any more), in a sentence or in SQLite's words. */
  failure = $state.raw<string | null>(null);
  /** The user ended what took so long. */
  cancelled = $state(false);
  /** Pages that SQLite has read for what it is at. */
  pages = $state(0);
  readonly #look: Look;
  readonly #portions = new SvelteMap<string, readonly (readonly Cell[])[]>();
  #wanted: RowWindow | null = null;
  #reading = false;
  #asked = 0;
  #stopped = false;

  /** @param known the number of rows, where it was counted before */
  constructor(look: Look, arrangement: Arrangement, columns: readonly GridColumn[], known: number | null) {
    this.#look = look;
    this.arrangement = arrangement;
    this.columns = columns;
    if (known !== null) this.counted = { rows: known, all: true };
  }

  /** Whether SQLite is at something that the user waits for. */
  get arranging(): boolean {
    return !this.begun && this.failure === null && !this.cancelled;
  }

  cell(row: number, column: number): Cell | undefined {
    return this.#portions.get(keyOf(row, column))?.[row % ROWS]?.[column % COLUMNS];
  }

  want(window: RowWindow): void {
    this.#wanted = window;
    // Whoever wants rows does not want them anew when they have come.
    untrack(() => void this.#read());
  }

  async whole(row: number, column: number): Promise<WholeValue | string> {
    const cell = this.cell(row, column);
    if (cell !== undefined && isWhole(cell)) return wholeOf(cell);
    const asked = await this.#look.ask((engine) => engine.wholeValue(this.arrangement, row, column));
    if (!asked.ok) return asked.error.sentence;
    if (!asked.value.ok) return wordsOf(asked.value.error);
    return asked.value.value ?? 'There is no such row any more.';
  }

  /** Ends what SQLite is at. */
  cancel(): void {
    this.cancelled = true;
    this.stop();
  }

  /** Nobody looks at these rows any more. */
  stop(): void {
    this.#stopped = true;
    // What is read in a moment is not worth a new engine.
    const isSlow = !this.begun || performance.now() - this.#asked > SLOW_MILLISECONDS;
    if (this.#reading && isSlow) this.#look.cancel();
  }

  /** Reads what is wanted and not there, a portion after the other; what is wanted may change meanwhile. */
  async #read(): Promise<void> {
    if (this.#reading || this.#isStopped() || this.failure !== null) return;
    this.#reading = true;
    for (let next = this.#missing(); next !== null && !this.#isStopped(); next = this.#missing()) {
      const window = next;
      this.#asked = performance.now();
      const asked = await this.#look.ask((engine) =>
        engine.rows(this.arrangement, window, (progress) => {
          if (progress.stage === 'check') this.pages = progress.pagesRead;
        }),
      );
      if (this.#isStopped()) break;
      if (!asked.ok) this.failure = asked.error.sentence;
      else if (!asked.value.ok) this.failure = wordsOf(asked.value.error);
      else this.#take(window, asked.value.value.rows, asked.value.value.counted);
      if (this.failure !== null) break;
    }
    this.#reading = false;
  }

  #take(window: RowWindow, rows: readonly (readonly Cell[])[], counted: Counted): void {
    this.#portions.set(keyOf(window.firstRow, window.firstColumn), rows);
    if (this.#portions.size > KEPT) {
      const [oldest] = this.#portions.keys();
      if (oldest !== undefined) this.#portions.delete(oldest);
    }
    const seen = window.firstRow + rows.length;
    if (counted.all || rows.length < ROWS) this.counted = { rows: counted.all ? counted.rows : seen, all: true };
    else if (!this.counted.all) this.counted = { rows: Math.max(this.counted.rows, counted.rows, seen), all: false };
    if (this.begun) return;
    this.begun = true;
    void this.#count();
  }

  /** Asked anew after each answer: meanwhile it may have changed. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Goes on counting, a moment at a time, so that rows that come into sight are read between. */
  async #count(): Promise<void> {
    while (!this.counted.all && !this.#isStopped()) {
      const asked = await this.#look.ask((engine) => engine.countMore(this.arrangement, () => undefined));
      if (this.#isStopped() || !asked.ok || !asked.value.ok) return;
      const { rows, all } = asked.value.value;
      this.counted = { rows: all ? rows : Math.max(this.counted.rows, rows), all };
    }
  }

  #missing(): RowWindow | null {
    const wanted = this.#wanted;
    if (wanted === null) return null;
    const endRow = this.begun ? Math.min(wanted.endRow, this.counted.rows) : wanted.endRow;
    for (let row = floor(wanted.firstRow, ROWS); row < endRow; row += ROWS) {
      for (let column = floor(wanted.firstColumn, COLUMNS); column < wanted.endColumn; column += COLUMNS) {
        const endColumn = Math.min(column + COLUMNS, this.columns.length);
        if (!this.#portions.has(keyOf(row, column))) {
          return { firstRow: row, endRow: row + ROWS, firstColumn: column, endColumn };
        }
      }
    }
    return null;
  }
}

function floor(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

function keyOf(row: number, column: number): string {
  return `${floor(row, ROWS)} ${floor(column, COLUMNS)}`;
}

function isWhole(cell: Cell): boolean {
  if (cell === null || typeof cell !== 'object' || 'real' in cell) return true;
  return 'blob' in cell && cell.blob.length === cell.bytes;
}

/** SQLite's message, or the sentence of what the page found. */
export function wordsOf(error: { readonly message: string } | { readonly sentence: string }): string {
  return 'message' in error ? `SQLite: ${error.message}` : error.sentence;
}
