// The queries that a user saves, by the name of the file: while the page is open, and in this browser only where that is wanted.

import { SvelteMap } from 'svelte/reactivity';

const KEY = 'drydock.queries ';

/** Those of the file that is open. */
export class SavedQueries {
  /** The latest first. */
  all = $state.raw<readonly string[]>([]);
  /** Whether this browser keeps them. */
  kept = $state(false);
  /** The browser keeps nothing for the page, or has no room for more. */
  refused = $state(false);
  #file = '';
  readonly #ofSession = new SvelteMap<string, readonly string[]>();

  /** From now on, those of a file of this name. */
  open(file: string): void {
    this.#file = file;
    const kept = readKept(file);
    this.kept = kept !== null;
    this.refused = false;
    this.all = kept ?? this.#ofSession.get(file) ?? [];
  }

  /** Whether a text is among them. */
  has(query: string): boolean {
    return this.all.includes(query.trim());
  }

  add(query: string): void {
    const added = query.trim();
    if (added !== '') this.#set([added, ...this.all.filter((one) => one !== added)]);
  }

  remove(query: string): void {
    this.#set(this.all.filter((one) => one !== query));
  }

  /** Has this browser keep them, or forget them. */
  keep(wanted: boolean): void {
    this.#ofSession.set(this.#file, this.all);
    this.kept = writeKept(this.#file, wanted ? this.all : null) && wanted;
    this.refused = wanted && !this.kept;
  }

  #set(all: readonly string[]): void {
    this.all = all;
    if (this.kept) this.keep(true);
    else this.#ofSession.set(this.#file, all);
  }
}

/** What the browser keeps for files of a name; null for nothing. */
function readKept(file: string): readonly string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY + file) ?? 'null');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : null;
  } catch {
    // A browser may keep nothing for a page, and something else may have written there.
    return null;
  }
}

/** Whether the browser keeps them now; null for none. */
function writeKept(file: string, queries: readonly string[] | null): boolean {
  try {
    if (queries === null) localStorage.removeItem(KEY + file);
    else localStorage.setItem(KEY + file, JSON.stringify(queries));
    return true;
  } catch {
    // As above, or there is no more room.
    return false;
  }
}
