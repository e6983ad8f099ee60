// What the columns of a migration mean and what its data should be like: reference values and data checks, from a file of
// their own that is read when the data checks are opened. docs/companions.md documents the format.

import type { Outcome } from '../database';
import { textOf, type ReadCatalogFile } from './catalog';
import {
  identifier,
  list,
  objectIn,
  optionalList,
  optionalWords,
  parsed,
  refuse,
  wordList,
  words,
  type CatalogProblem,
  type Place,
} from './checkedJson';

/** Values that a column may hold, and what each of them means: a table to read. */
export interface ReferenceTable {
  readonly id: string;
  readonly title: string;
  /** The column whose values they are; null where they belong to none. */
  readonly describes: { readonly table: string; readonly column: string } | null;
  readonly columns: readonly string[];
  /** As many texts as there are columns; the first one is the value. */
  readonly rows: readonly (readonly string[])[];
}

/** Columns by the table that has to have them. */
export type NeededColumns = Readonly<Record<string, readonly string[]>>;

/** One query of a check: over the tables that it needs. */
export interface DataCheckPart {
  readonly id: string;
  readonly title: string;
  /** Without all of them it is not applicable. */
  readonly needs: NeededColumns;
  /** Where all of them are there, another part takes its place; null where none does. */
  readonly unless: NeededColumns | null;
  /** Gives a row for each group: the columns that name it, `status` (PASS, WARN or FAIL), then figures. */
  readonly sql: string;
  /** Gives the rows that are to blame; null where there is nothing to show. */
  readonly offending: string | null;
}

/** A condition that data has to meet. */
export interface DataCheck {
  readonly id: string;
  readonly category: string;
  /** When it passes, in words. */
  readonly condition: string;
  /** What its reader should know besides; null for nothing. */
  readonly note: string | null;
  readonly parts: readonly DataCheckPart[];
}

/** All that a migration says of its data. */
export interface Meaning {
  readonly references: readonly ReferenceTable[];
  readonly checks: readonly DataCheck[];
}

/** Checks the text of such a file and gives its contents, or the first thing that is wrong. Unknown keys are left. */
export function parseMeaning(text: string, fileName: string): Outcome<Meaning, CatalogProblem> {
  return parsed(fileName, text, (root) => ({
    references: optionalList(root, 'references', referencesOf),
    checks: optionalList(root, 'checks', checkOf),
  }));
}

/** Reads and checks the file of this name. */
export async function loadMeaning(read: ReadCatalogFile, file: string): Promise<Outcome<Meaning, CatalogProblem>> {
  const text = await textOf(read, file);
  return text.ok ? parseMeaning(text.value, file) : text;
}

function referencesOf(item: Place): ReferenceTable {
  const columns = wordList(item, 'columns');
  const rows = item.fields.rows;
  const isRow = (row: unknown): row is string[] =>
    Array.isArray(row) && row.length === columns.length && row.every((cell) => typeof cell === 'string');
  if (columns.length === 0) return refuse(item, 'columns', 'a list of at least one text');
  if (!Array.isArray(rows) || !rows.every(isRow)) {
    return refuse(item, 'rows', `a list of lists of ${String(columns.length)} texts, one for each column`);
  }
  return { id: identifier(item), title: words(item, 'title'), describes: describedBy(item), columns, rows };
}

function describedBy(item: Place): ReferenceTable['describes'] {
  if (item.fields.describes === undefined) return null;
  const described = objectIn(item, 'describes');
  return { table: words(described, 'table'), column: words(described, 'column') };
}

function checkOf(item: Place): DataCheck {
  const parts = list(item, 'parts', partOf);
  if (parts.length === 0) refuse(item, 'parts', 'a list of at least one part');
  return {
    id: identifier(item),
    category: words(item, 'category'),
    condition: words(item, 'condition'),
    note: optionalWords(item, 'note'),
    parts,
  };
}

function partOf(item: Place): DataCheckPart {
  return {
    id: identifier(item),
    title: words(item, 'title'),
    needs: neededColumns(item, 'needs'),
    unless: item.fields.unless === undefined ? null : neededColumns(item, 'unless'),
    sql: statement(item, 'sql'),
    offending: item.fields.offending === undefined ? null : statement(item, 'offending'),
  };
}

function neededColumns(item: Place, key: string): NeededColumns {
  const tables = objectIn(item, key);
  const names = Object.keys(tables.fields);
  if (names.length === 0) refuse(item, key, 'an object with at least one table');
  return Object.fromEntries(names.map((table) => [table, wordList(tables, table)]));
}

/** SQL, as one text or as its lines. */
function statement(item: Place, key: string): string {
  return Array.isArray(item.fields[key]) ? wordList(item, key).join('\n') : words(item, key);
}
