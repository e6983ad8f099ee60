// Reads the catalog of migrations (index.json, each migration's script and its companion file) and says what is wrong
// with it in plain words. Every file comes through a reader that the caller gives, so it works in a page and in Node.

import type { Outcome } from '../database';
import {
  identifier,
  isCompanionName,
  isScriptName,
  list,
  matching,
  parsed,
  words,
  type CatalogProblem,
} from './checkedJson';
import { NO_COMPANION, parseCompanion, type Companion, type Sample } from './companion';

export type { CatalogProblem } from './checkedJson';
export type { Sample } from './companion';

/** One migration as index.json lists it. */
export interface CatalogEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** Name of the .sql file beside index.json. */
  readonly script: string;
  /** Name of the .json file beside index.json, or null where the migration has none. */
  readonly companion: string | null;
}

/** All migrations, in the order of index.json. */
export interface Catalog {
  readonly migrations: readonly CatalogEntry[];
}

/** One migration with all of its texts. */
export interface Migration {
  readonly entry: CatalogEntry;
  readonly script: string;
  readonly companion: Companion;
}

/** Gives the text of a file of the catalog's folder, by its path from there; rejects when it cannot. */
export type ReadCatalogFile = (path: string) => Promise<string>;

/** The catalog's own file name. */
const CATALOG_FILE = 'index.json';

/** Checks the text of index.json and gives the catalog, or the first thing that is wrong with it. Unknown keys are left. */
export function parseCatalog(text: string): Outcome<Catalog, CatalogProblem> {
  return parsed(CATALOG_FILE, text, (root) => {
    const migrations = list(root, 'migrations', (item) => ({
      id: identifier(item),
      title: words(item, 'title'),
      summary: words(item, 'summary'),
      script: matching(item, 'script', isScriptName, `the name of a .sql file beside ${CATALOG_FILE}`),
      companion:
        item.fields.companion === undefined
          ? null
          : matching(item, 'companion', isCompanionName, `the name of a .json file beside ${CATALOG_FILE}`),
    }));
    return { migrations };
  });
}

/** Reads and checks index.json. */
export async function loadCatalog(read: ReadCatalogFile): Promise<Outcome<Catalog, CatalogProblem>> {
  const text = await textOf(read, CATALOG_FILE);
  return text.ok ? parseCatalog(text.value) : text;
}

/** Reads the script of one migration and its companion file, if it has one. */
export async function loadMigration(
  read: ReadCatalogFile,
  entry: CatalogEntry,
): Promise<Outcome<Migration, CatalogProblem>> {
  const script = await textOf(read, entry.script);
  if (!script.ok) return script;
  if (entry.companion === null) {
    return { ok: true, value: { entry, script: script.value, companion: NO_COMPANION } };
  }
  const text = await textOf(read, entry.companion);
  if (!text.ok) return text;
  const companion = parseCompanion(text.value, entry.companion);
  return companion.ok ? { ok: true, value: { entry, script: script.value, companion: companion.value } } : companion;
}

/** Reads the script that makes a sample's database from nothing. */
export function loadSampleBase(read: ReadCatalogFile, sample: Sample): Promise<Outcome<string, CatalogProblem>> {
  return textOf(read, sample.base);
}

/** The text of a file of the catalog; an empty one is a problem. */
export async function textOf(read: ReadCatalogFile, file: string): Promise<Outcome<string, CatalogProblem>> {
  try {
    const text = await read(file);
    if (text.trim() !== '') return { ok: true, value: text };
    return { ok: false, error: { file, message: `${file} is empty` } };
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    return { ok: false, error: { file, message: `${file} could not be read: ${why}` } };
  }
}
