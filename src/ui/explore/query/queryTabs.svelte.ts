// The queries that are written side by side: each with its text, its side and its results.

import type { Side } from '../look/explorer.svelte';
import { QueryRuns } from './queryRuns.svelte';

/** One query. */
export class QueryTab {
  readonly id: number;
  text = $state('');
  side = $state<Side>('before');
  readonly runs = new QueryRuns();

  constructor(id: number, text: string) {
    this.id = id;
    this.text = text;
  }
}

/** All of them; there is always one, and one is shown. */
export class QueryTabs {
  all = $state.raw<readonly QueryTab[]>([]);
  shown: QueryTab;
  #opened = 1;

  /** @param text of the first query */
  constructor(text: string) {
    const first = new QueryTab(1, text);
    this.all = [first];
    this.shown = $state.raw(first);
  }

  show(tab: QueryTab): void {
    this.shown = tab;
  }

  /** Opens one more, and shows it. */
  open(text: string): void {
    const tab = new QueryTab(++this.#opened, text);
    this.all = [...this.all, tab];
    this.shown = tab;
  }

  /** Closes one with its results, and ends what it runs. */
  close(tab: QueryTab): void {
    const at = this.all.indexOf(tab);
    const others = this.all.filter((one) => one !== tab);
    const next = others[Math.max(0, at - 1)];
    if (!next) return;
    tab.runs.cancel();
    this.all = others;
    if (this.shown === tab) this.shown = next;
  }
}
