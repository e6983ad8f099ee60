// What the headings of columns tell of their values: found out for the columns in sight, one after the other, until nobody looks any more.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Arrangement } from '../../../explore/data/arrangement';
import type { Look } from '../look/look';
import { ColumnSummary } from './columnSummary.svelte';

/** The columns of the rows that are shown. */
export class ColumnProfiles {
  readonly #look: Look;
  readonly #arrangement: Arrangement;
  readonly #found = new SvelteMap<string, ColumnSummary>();
  /** In the order in which they came into sight. */
  readonly #wanted = new SvelteSet<string>();
  #asked: ColumnSummary | null = null;
  #stopped = false;

  constructor(look: Look, arrangement: Arrangement) {
    this.#look = look;
    this.#arrangement = arrangement;
  }

  /** What is known of a column so far; undefined before it is asked about. */
  of(column: string): ColumnSummary | undefined {
    return this.#found.get(column);
  }

  want(column: string): void {
    this.#wanted.add(column);
    void this.#find();
  }

  /** It is out of sight; what is known of it stays. */
  leave(column: string): void {
    this.#wanted.delete(column);
  }

  /** Ends what SQLite is at. */
  stop(): void {
    this.#stopped = true;
    this.#asked?.stop();
  }

  async #find(): Promise<void> {
    if (this.#asked) return;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const summary = new ColumnSummary(this.#look);
      this.#asked = summary;
      this.#found.set(next, summary);
      await summary.find(this.#arrangement, next);
    }
    this.#asked = null;
  }

  #next(): string | undefined {
    return this.#stopped ? undefined : [...this.#wanted].find((column) => !this.#found.has(column));
  }
}
