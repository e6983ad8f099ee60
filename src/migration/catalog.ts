// Reads the catalog of migrations (index.json, each migration's script and its companion file) and says what is wrong
// with it in plain words. Every file comes through a reader that the caller gives, so it works in a page and in Node.

import type { Outcome } from '../database';

/** Why the catalog, or a file that it names, cannot be used: one sentence that says where and what. */
export interface CatalogProblem {
  /** The file at fault, relative to the catalog's folder. */
  readonly file: string;
  readonly message: string;
}

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

/** A database to try a migration on, made from nothing by a script. */
export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The file name that the sample's database goes by. */
  readonly file: string;
  /** Path, from the catalog's folder, of the script that makes and fills the database. */
  readonly base: string;
  /** How many of the migration's statements, counted from its first, have been run on it afterwards. */
  readonly through: number | 'all';
}

/** What a migration brings along beside its script. */
export interface Companion {
  readonly samples: readonly Sample[];
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
export const CATALOG_FILE = 'index.json';

/** The format number that this version reads, in index.json and in companion files alike. */
const FORMAT = 1;

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

/** Checks the text of a companion file and gives its contents, or the first thing that is wrong. Unknown keys are left. */
export function parseCompanion(text: string, fileName: string): Outcome<Companion, CatalogProblem> {
  return parsed(fileName, text, (root) => {
    const samples = list(root, 'samples', (item) => ({
      id: identifier(item),
      title: words(item, 'title'),
      description: words(item, 'description'),
      file: matching(item, 'file', isFileName, 'a plain file name'),
      base: matching(
        item,
        'base',
        isScriptPath,
        `the path of a .sql file in the folder of ${CATALOG_FILE} or below it`,
      ),
      through: statementCount(item, 'through'),
    }));
    return { samples };
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
    return { ok: true, value: { entry, script: script.value, companion: { samples: [] } } };
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

async function textOf(read: ReadCatalogFile, file: string): Promise<Outcome<string, CatalogProblem>> {
  try {
    const text = await read(file);
    if (text.trim() !== '') return { ok: true, value: text };
    return { ok: false, error: { file, message: `${file} is empty` } };
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    return { ok: false, error: { file, message: `${file} could not be read: ${why}` } };
  }
}

// The checks below stop at the first thing that is wrong by throwing; `parsed` alone catches it and makes it an outcome.
class Refusal extends Error {}

/** An object of the file that is being checked, and where it stands there (empty for the outermost one). */
interface Place {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function parsed<Value>(file: string, text: string, check: (root: Place) => Value): Outcome<Value, CatalogProblem> {
  try {
    const root = place(jsonOf(text), '');
    if (root.fields.format !== FORMAT) refuse(root, 'format', `the number ${String(FORMAT)}`);
    return { ok: true, value: check(root) };
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    return { ok: false, error: { file, message: `${file}: ${reason.message}` } };
  }
}

function jsonOf(text: string): unknown {
  try {
    // A byte order mark is no part of JSON, though editors put it there.
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (reason) {
    throw new Refusal(`this is not valid JSON: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

function place(value: unknown, where: string): Place {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { where, fields: value as Readonly<Record<string, unknown>> };
  }
  throw new Refusal(`${where === '' ? 'the outermost value' : where} must be an object, but it is ${shown(value)}`);
}

function list<Item extends { readonly id: string }>(
  holder: Place,
  key: string,
  itemOf: (item: Place) => Item,
): readonly Item[] {
  const values: unknown = holder.fields[key];
  if (!Array.isArray(values)) return refuse(holder, key, 'a list');
  const places = new Map<string, string>();
  return values.map((value: unknown, index) => {
    const item = place(value, `${pathOf(holder, key)}[${String(index)}]`);
    const result = itemOf(item);
    const first = places.get(result.id);
    if (first !== undefined) throw new Refusal(`${item.where}.id is ${shown(result.id)}, which ${first} has already`);
    places.set(result.id, item.where);
    return result;
  });
}

function matching(holder: Place, key: string, fits: (text: string) => boolean, wanted: string): string {
  const value = holder.fields[key];
  return typeof value === 'string' && fits(value) ? value : refuse(holder, key, wanted);
}

function words(holder: Place, key: string): string {
  return matching(holder, key, (text) => text.trim() !== '', 'a text that is not empty');
}

function identifier(holder: Place): string {
  return matching(holder, 'id', (text) => /^[\w-]+$/.test(text), 'a name of letters, digits, _ and -');
}

function statementCount(holder: Place, key: string): number | 'all' {
  const value = holder.fields[key];
  if (value === 'all') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(holder, key, 'a whole number from 0 up, or "all"');
}

function isScriptName(text: string): boolean {
  return isFileName(text) && isScriptPath(text);
}

function isCompanionName(text: string): boolean {
  return isFileName(text) && text.endsWith('.json');
}

function isScriptPath(text: string): boolean {
  return text.endsWith('.sql') && text.split('/').every(isFileName);
}

// Only what means the same as a file name, as a part of a URL and on every system: nothing absolute, no `..`, no scheme,
// no query, no escape. That keeps a catalog from reaching outside its folder.
function isFileName(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u.test(text) && !/[. ]$/.test(text);
}

function pathOf(holder: Place, key: string): string {
  return holder.where === '' ? key : `${holder.where}.${key}`;
}

function refuse(holder: Place, key: string, wanted: string): never {
  const value = holder.fields[key];
  const found = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
  throw new Refusal(`${pathOf(holder, key)} must be ${wanted}, but ${found}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
