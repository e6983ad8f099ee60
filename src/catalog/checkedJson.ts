// Reads a JSON file of the catalog's folder by what it has to be. The first thing that is wrong is told by file and field.
// The names of other files in it must not lead out of that folder.

import type { Outcome } from '../database';

/** Why the catalog, or a file that it names, cannot be used: one sentence that says where and what. */
export interface CatalogProblem {
  /** The file at fault, relative to the catalog's folder. */
  readonly file: string;
  readonly message: string;
}

/** An object of the file that is being checked, and where it stands there (empty for the outermost one). */
export interface Place {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The format number that this version reads, in index.json and in companion files alike. */
const FORMAT = 1;

// The checks below stop at the first thing that is wrong by throwing; `parsed` alone catches it and makes it an outcome.
class Refusal extends Error {}

/** Reads a file of this format; gives what `check` makes of it, or the sentence of the first `refuse` in there. */
export function parsed<Value>(
  file: string,
  text: string,
  check: (root: Place) => Value,
): Outcome<Value, CatalogProblem> {
  try {
    const root = placeOf(jsonOf(text), '');
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

function placeOf(value: unknown, where: string): Place {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { where, fields: value as Readonly<Record<string, unknown>> };
  }
  throw new Refusal(`${where === '' ? 'the outermost value' : where} must be an object, but it is ${shown(value)}`);
}

/** A list of objects that differ in their `id`. */
export function list<Item extends { readonly id: string }>(
  holder: Place,
  key: string,
  itemOf: (item: Place) => Item,
): readonly Item[] {
  const values: unknown = holder.fields[key];
  if (!Array.isArray(values)) return refuse(holder, key, 'a list');
  const places = new Map<string, string>();
  return values.map((value: unknown, index) => {
    const item = placeOf(value, `${pathOf(holder, key)}[${String(index)}]`);
    const result = itemOf(item);
    const first = places.get(result.id);
    if (first !== undefined) throw new Refusal(`${item.where}.id is ${shown(result.id)}, which ${first} has already`);
    places.set(result.id, item.where);
    return result;
  });
}

/** A list as `list` has it, that may be left out; then it is empty. */
export function optionalList<Item extends { readonly id: string }>(
  holder: Place,
  key: string,
  itemOf: (item: Place) => Item,
): readonly Item[] {
  return holder.fields[key] === undefined ? [] : list(holder, key, itemOf);
}

/** The object of a field. */
export function objectIn(holder: Place, key: string): Place {
  return placeOf(holder.fields[key], pathOf(holder, key));
}

/** A text for which `fits` holds; `wanted` says in words what that is. */
export function matching(holder: Place, key: string, fits: (text: string) => boolean, wanted: string): string {
  const value = holder.fields[key];
  return typeof value === 'string' && fits(value) ? value : refuse(holder, key, wanted);
}

/** A text that is not blank. */
export function words(holder: Place, key: string): string {
  return matching(holder, key, (text) => text.trim() !== '', 'a text that is not empty');
}

/** A text that is not blank, or null where the field is left out. */
export function optionalWords(holder: Place, key: string): string | null {
  return holder.fields[key] === undefined ? null : words(holder, key);
}

/** A list of texts that are not blank. */
export function wordList(holder: Place, key: string): readonly string[] {
  const value = holder.fields[key];
  const fits = Array.isArray(value) && value.every((item) => typeof item === 'string' && item.trim() !== '');
  return fits ? (value as string[]) : refuse(holder, key, 'a list of texts that are not empty');
}

/** The field `id`. */
export function identifier(holder: Place): string {
  return matching(holder, 'id', (text) => /^[\w-]+$/.test(text), 'a name of letters, digits, _ and -');
}

/** Stops the reading: the field has to be `wanted`, and is not. */
export function refuse(holder: Place, key: string, wanted: string): never {
  const value = holder.fields[key];
  const found = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
  throw new Refusal(`${pathOf(holder, key)} must be ${wanted}, but ${found}`);
}

function pathOf(holder: Place, key: string): string {
  return holder.where === '' ? key : `${holder.where}.${key}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** The name of a .sql file. */
export function isScriptName(text: string): boolean {
  return isFileName(text) && isScriptPath(text);
}

/** The name of a .json file. */
export function isCompanionName(text: string): boolean {
  return isFileName(text) && text.endsWith('.json');
}

/** The path of a .sql file in the catalog's folder or below it. */
export function isScriptPath(text: string): boolean {
  return text.endsWith('.sql') && text.split('/').every(isFileName);
}

/**
 * Only what means the same as a file name, as a part of a URL and on every system: nothing absolute, no `..`, no scheme, no
 * query, no escape.
 */
export function isFileName(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u.test(text) && !/[. ]$/.test(text);
}
