// The scripts that can be planned: the migrations of the catalog, and one of the user's own; and which one is chosen.

import type { Outcome } from '../database';
import type { CatalogEntry, Migration, Sample } from '../migration/catalog';
import { loadMigrations, type Migrations } from './migrationFiles';
import type { Problem } from './problem';

/** The script that is planned and run. */
export interface ChosenScript {
  /** Catalog id, or null for the user's own. */
  readonly id: string | null;
  readonly title: string;
  readonly summary: string;
  readonly text: string;
}

/** The choice of scripts. The first of the catalog is chosen as soon as it is loaded, unless the user was quicker. */
export class Scripts {
  chosen = $state.raw<ChosenScript | null>(null);
  catalog = $state.raw<readonly CatalogEntry[]>([]);
  samples = $state.raw<readonly Sample[]>([]);
  /** What is wrong with the catalog or with one of its migrations. */
  problem = $state.raw<Problem | null>(null);
  /** Settles when the catalog has been read, be it well or not. */
  readonly loaded: Promise<void>;
  #migrations: Migrations['loaded'] | null = null;

  constructor() {
    this.loaded = this.#load();
  }

  /** Chooses a migration of the catalog; false where there is none of this id. */
  choose(id: string): boolean {
    const migration = this.#migrations?.get(id);
    if (migration) this.chooseMigration(migration);
    return migration !== undefined;
  }

  chooseMigration({ entry, script }: Migration): void {
    this.chosen = { id: entry.id, title: entry.title, summary: entry.summary, text: script };
  }

  /** The migration that is chosen; null for the user's own script, which brings nothing along. */
  get migration(): Migration | null {
    return this.chosen?.id == null ? null : (this.#migrations?.get(this.chosen.id) ?? null);
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
    if (first && this.chosen === null) this.chooseMigration(first);
  }
}

/** Reads a script of the user's; gives what is wrong with the file where it is not text. */
export async function readScript(file: File): Promise<Outcome<ChosenScript, Problem>> {
  const text = await readText(file);
  if (text !== null) return { ok: true, value: { id: null, title: file.name, summary: 'Your own script.', text } };
  return {
    ok: false,
    error: {
      code: 'unreadable-script',
      sentence: `${file.name} could not be read as text, so it was not used.`,
      help: 'Save it as UTF-8 and choose it again.',
    },
  };
}

/** The text of a file in UTF-8, or in UTF-16 that says so; null for any other, since a guess would change what runs. */
async function readText(file: File): Promise<string | null> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
    const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
