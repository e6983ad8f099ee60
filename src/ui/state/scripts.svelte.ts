// The scripts that can be planned: the migrations of the catalog, and one of the user's own; and which one is chosen.

import type { CatalogEntry, Migration, Sample } from '../../catalog/catalog';
import { SvelteMap } from 'svelte/reactivity';
import type { OwnScripts } from './ownScripts.svelte';
import type { ChosenScript } from './chosenScript';
import { loadMigrations, type Migrations } from './migrationFiles';
import type { Problem } from './problem';

/** Where the browser keeps which migration was used last: its id, and nothing else. */
const LAST_USED = 'drydock.migration';

/**
 * The choice of scripts. The one of the catalog that was used last, else its first, is chosen as soon as it is loaded, unless the
 * user was quicker.
 */
export class Scripts {
  /** What the user brought; it stays at hand while a migration of the catalog is chosen. */
  own = $state.raw<OwnScripts | null>(null);
  catalog = $state.raw<readonly CatalogEntry[]>([]);
  samples = $state.raw<readonly Sample[]>([]);
  /** What is wrong with the catalog or with one of its migrations. */
  problem = $state.raw<Problem | null>(null);
  /** Settles when the catalog has been read, be it well or not. */
  readonly loaded: Promise<void>;
  /** Values that were given for scripts, for as long as the page is open. */
  readonly #values = new SvelteMap<string, string>();
  #migrations: Migrations['loaded'] | null = null;
  #choice = $state.raw<Migration | 'own' | null>(null);
  /** Nobody has chosen it: it is what the page proposes. */
  isProposed = $state(false);
  /** What is to be run: of the user's own scripts as they are ticked and written now, nothing where none of it is to be run. */
  readonly chosen: ChosenScript | null = $derived.by(() => {
    if (this.#choice === 'own') return this.own?.chosen ?? null;
    if (this.#choice === null) return null;
    const { entry, script } = this.#choice;
    return { id: entry.id, title: entry.title, summary: entry.summary, text: script };
  });

  constructor() {
    this.loaded = this.#load();
  }

  /** Chooses a migration of the catalog; false where there is none of this id. */
  choose(id: string): boolean {
    const migration = this.#migrations?.get(id);
    if (migration) this.chooseMigration(migration);
    if (migration) remember(id);
    return migration !== undefined;
  }

  chooseMigration(migration: Migration): void {
    this.isProposed = false;
    this.#choice = migration;
  }

  /** Takes what the user brought and chooses it. */
  takeOwn(own: OwnScripts): void {
    own.shareValues(this.#values);
    this.own = own;
    this.#choice = 'own';
  }

  /** Chooses what the user brought before, if anything. */
  chooseOwn(): void {
    if (this.own) this.#choice = 'own';
  }

  /** What the user brought cannot be read: nothing takes its place. */
  chooseNothing(): void {
    this.own = null;
    this.#choice = 'own';
  }

  /** Whether what the user brought is chosen. */
  get isOwn(): boolean {
    return this.#choice === 'own';
  }

  /** Why nothing of what is chosen can be planned; null where something can, or where nothing is chosen. */
  get ownProblem(): Problem | null {
    return this.#choice === 'own' ? (this.own?.problem ?? null) : null;
  }

  /** The migration that is chosen; null for the user's own script, which brings nothing along. */
  get migration(): Migration | null {
    return this.#choice === 'own' ? null : this.#choice;
  }

  /** The migration that a sample belongs to. */
  migrationOf(sample: Sample): Migration | undefined {
    return [...(this.#migrations?.values() ?? [])].find(({ companion }) => companion.samples.includes(sample));
  }

  async #load(): Promise<void> {
    const { catalog, loaded, problem } = await loadMigrations();
    const help = 'You can still use a .sql file of your own.';
    if (problem) this.problem = { code: 'catalog', sentence: problem.message, help };
    this.#migrations = loaded;
    this.catalog = catalog.migrations.filter(({ id }) => loaded.has(id));
    this.samples = [...loaded.values()].flatMap(({ companion }) => companion.samples);
    const [first] = loaded.values();
    const usual = loaded.get(lastUsed() ?? '') ?? first;
    if (!usual || this.#choice !== null) return;
    this.chooseMigration(usual);
    this.isProposed = true;
  }
}

function lastUsed(): string | null {
  try {
    return localStorage.getItem(LAST_USED);
  } catch {
    // A browser may keep nothing for a page; the first is chosen then.
    return null;
  }
}

function remember(id: string): void {
  try {
    localStorage.setItem(LAST_USED, id);
  } catch {
    // As above.
  }
}
