// What is found out about one column, a question after the other; it can be stopped at any moment.

import type { Arrangement } from '../../../explore/data/arrangement';
import type { Cell } from '../../../explore/data/cells';
import { BINS, countsSql, facetsSql, histogramSql } from '../../../explore/data/columnSummary';
import { wordsOf } from '../grid/gridRows.svelte';
import type { Look } from '../look/look';

/** Numbers of rows and values, and the least and greatest. */
export interface ColumnCounts {
  readonly rows: number;
  readonly values: number;
  readonly different: number;
  readonly least: Cell;
  readonly greatest: Cell;
}

/** A part of a whole in words. */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const percent = (part / whole) * 100;
  return percent < 1 ? 'under 1 %' : `${Math.round(percent)} %`;
}

const LIMITS = { rows: 100, cells: { text: 400, blob: 24 } };

/** One column of the rows that are shown. */
export class ColumnSummary {
  counts = $state.raw<ColumnCounts | null>(null);
  facets = $state.raw<readonly { readonly value: Cell; readonly rows: number }[]>([]);
  /** How many values each bar has; empty where the column has other values than numbers. */
  bars = $state.raw<readonly number[]>([]);
  /** What is being found out; null when all is there, or nothing more comes. */
  busy = $state<string | null>(null);
  pages = $state(0);
  /** Why nothing more comes. */
  problem = $state<string | null>(null);
  readonly #look: Look;
  #stopped = false;

  constructor(look: Look) {
    this.#look = look;
  }

  /** Asks all questions. */
  async find(of: Arrangement, column: string): Promise<void> {
    const [counts] = (await this.#ask('Counting values', countsSql(of, column))) ?? [];
    if (!counts) return;
    const [rows, values, different, numbers] = counts.slice(0, 4).map(Number) as [number, number, number, number];
    const [least = null, greatest = null] = counts.slice(4);
    this.counts = { rows, values, different, least, greatest };
    const facets = await this.#ask('Counting the most frequent values', facetsSql(of, column));
    if (!facets) return;
    this.facets = facets.map(([value = null, number]) => ({ value, rows: Number(number) }));
    if (numbers === 0 || numbers !== values || different < 3) return;
    const bins = await this.#ask('Counting for the histogram', histogramSql(of, column));
    const bars = new Array<number>(BINS).fill(0);
    for (const [at, number] of bins ?? []) if (at !== null) bars[Number(at)] = Number(number);
    this.bars = bars;
  }

  /** Ends what SQLite is at. */
  stop(): void {
    this.#stopped = true;
    if (this.busy !== null) this.#look.cancel();
    this.busy = null;
  }

  async #ask(doing: string, sql: string): Promise<readonly (readonly Cell[])[] | null> {
    if (this.#stopped) return null;
    this.busy = doing;
    this.pages = 0;
    const asked = await this.#look.ask((engine) =>
      engine.query(sql, LIMITS, (progress) => {
        if (progress.stage === 'check') this.pages = progress.pagesRead;
      }),
    );
    this.busy = null;
    if (asked.ok && asked.value.ok) return asked.value.value.rows;
    if (!asked.ok) this.problem = asked.cancelled ? 'Stopped.' : asked.error.sentence;
    else if (!asked.value.ok) this.problem = wordsOf(asked.value.error);
    return null;
  }
}
