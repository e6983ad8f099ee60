// What SQLite's own checks say of a database: integrity, and rows that refer to nothing.

import { foldName, quoteIdentifier, rowsOf, type Database, type Outcome } from '../../database';
import type { DatabaseFile } from '../../file/treePages';
import type { Relation } from '../../schema/schema';
import { haveTheirEntries, type IndexTree } from './indexEntries';
import type { MadeTrees } from './writtenTrees';

/** What a check said: its complaints (none where all is well), and what it could not look at. */
export interface Integrity {
  readonly check: IntegrityCheck;
  readonly complaints: readonly string[];
  /** SQLite's messages for tables that could not be checked, by table. */
  readonly unchecked: ReadonlyMap<string, string>;
  /** Where quick_check was asked, what was found out of the indexes. */
  readonly indexes?: ComparedIndexes;
  /** Where quick_check was asked of what a run made alone, what that is. */
  readonly made?: MadeTrees;
}

/** What was found out of indexes without integrity_check of the whole, and which were as before: how many of each sort. */
export interface ComparedIndexes {
  /** Compared, entry by entry, with the rows of their tables. */
  readonly compared: number;
  /** Of tables of which SQLite was asked. */
  readonly asked: number;
  /** Neither written by the run, nor of a table that was. */
  readonly spared: number;
}

/** `integrity_check` looks at everything; `quick_check` does not look rows up in the indexes. */
export type IntegrityCheck = 'integrity_check' | 'quick_check';

/**
 * The PRAGMA of that name. Where a missing collation or function makes it stop, each table is checked by itself, so that only
 * the ones that need it stay unchecked. A virtual table whose module is missing SQLite passes over in silence: it is
 * unchecked, although the tables that store it are checked.
 */
export function checkIntegrity(
  database: Database,
  relations: readonly Relation[],
  check: IntegrityCheck = 'integrity_check',
): Integrity {
  const complaints: string[] = [];
  const whole = database.visit(`PRAGMA ${check}`, [], (row) => void complaints.push(...complaintsOf([row])));
  const virtual = relations.filter(({ kind }) => kind === 'virtual table');
  const unchecked = new Map(
    virtual.flatMap(({ name, unreadable }) => (unreadable === null ? [] : [[name, unreadable] as const])),
  );
  if (whole.ok) return { check, complaints, unchecked };
  // Damage that it has told of may be what ends it.
  if (complaints.length > 0) return { check, complaints: [...complaints, whole.error.message], unchecked: new Map() };
  for (const { name, kind } of relations) {
    if (kind === 'view' || unchecked.has(name)) continue;
    const one = database.query(`PRAGMA ${check}(${quoteIdentifier(name)})`);
    if (one.ok) complaints.push(...complaintsOf(one.value));
    else unchecked.set(name, one.error.message);
  }
  if (unchecked.size === 0) unchecked.set('the file as a whole', whole.error.message);
  return { check, complaints, unchecked };
}

/**
 * What integrity_check finds, for less: quick_check looks at all but what indexes hold, and their entries are compared with the
 * rows here. Wherever that does not find all in order, SQLite is asked, and its word counts.
 * @param quick what quick_check says
 * @param file what the database is open on
 * @param spared which indexes need no look, and which tables WITHOUT ROWID
 * @param onTable is told whose indexes are compared, and of every page that is read for it
 */
export function checkIntegrityByEntries(
  database: Database,
  relations: readonly Relation[],
  quick: Integrity,
  file: DatabaseFile,
  spared: Spared,
  onTable: (table: string, pages: number) => void,
): Integrity {
  if (quick.complaints.length > 0 || quick.unchecked.size > 0) return checkIntegrity(database, relations);
  const trees = treesByTable(database);
  const complaints: string[] = [];
  const unchecked = new Map<string, string>();
  const counts = { compared: 0, asked: 0, spared: 0 };
  for (const table of relations) {
    const { name, kind, withoutRowid } = table;
    if (kind === 'view' || kind === 'virtual table') continue;
    const own = trees.get(foldName(name)) ?? [];
    const concerned = own.filter((index) => !spared.index(table, index));
    counts.spared += own.length - concerned.length;
    if (concerned.length === 0 && (!withoutRowid || spared.table(table))) continue;
    let pages = 0;
    if (haveTheirEntries(database, file, table, concerned, () => onTable(name, ++pages))) {
      counts.compared += concerned.length;
      continue;
    }
    counts.asked += concerned.length;
    const one = database.query(`PRAGMA integrity_check(${quoteIdentifier(name)})`);
    if (one.ok) complaints.push(...complaintsOf(one.value));
    else unchecked.set(name, one.error.message);
  }
  const { made } = quick;
  return { check: 'integrity_check', complaints, unchecked, indexes: counts, ...(made && { made }) };
}

function treesByTable(database: Database): ReadonlyMap<string, readonly IndexTree[]> {
  const trees = new Map<string, IndexTree[]>();
  for (const [name, root, table] of rowsOf(
    database,
    `SELECT name, rootpage, tbl_name FROM main.sqlite_schema WHERE type = 'index'`,
  )) {
    const tree = { name: String(name), root: Number(root) };
    const others = trees.get(foldName(String(table)));
    if (others) others.push(tree);
    else trees.set(foldName(String(table)), [tree]);
  }
  return trees;
}

/** What of a result a check of the dropped file has looked at already: bytes that the run did not write. */
export interface Spared {
  readonly index: (table: Relation, index: IndexTree) => boolean;
  /** Whether no row of a table was written. */
  readonly table: (table: Relation) => boolean;
}

export const NONE_SPARED: Spared = { index: () => false, table: () => false };

/**
 * What a complaint is about, by SQLite's own words (src/pragma.c): `index`: entries of an index, which REINDEX makes anew from the rows.
 * `last bit`: a number that an index computes, to which another build of SQLite comes with another last bit. `row`: a row breaks a
 * constraint of its table. Else pages are damaged.
 */
export function kindOfComplaint(complaint: string): 'index' | 'last bit' | 'row' | 'damage' {
  if (/^index .* stores an imprecise floating-point value for row /.test(complaint)) return 'last bit';
  const ofIndex =
    /^(row \d+ (missing from|values differ from) index |(wrong # of entries|non-unique entry) in index |rowid not at end-of-record for row \d+ of index )/;
  if (ofIndex.test(complaint)) return 'index';
  return /^((NULL|TEXT|NUMERIC|non-\w+) value|CHECK constraint failed) in /.test(complaint) ? 'row' : 'damage';
}

function complaintsOf(rows: readonly (readonly unknown[])[]): string[] {
  // One row may hold a hundred faults, a line each, below a line that names the database.
  const lines = rows.flatMap(([text]) => String(text).split('\n'));
  return lines.filter((line) => line !== 'ok' && line !== '*** in database main ***');
}

/** Rows of a table whose parent is missing. */
export interface Violation {
  readonly table: string;
  readonly parent: string;
  /** The columns that refer to the parent; constraints have numbers, but those change when one is added. */
  readonly columns: readonly string[];
  readonly rows: number;
}

/** Foreign key violations, or SQLite's error. */
export function countViolations(database: Database): Outcome<readonly Violation[]> {
  const read = database.query(
    `SELECT v."table", v.parent, v.rows,
       (SELECT json_group_array("from") FROM pragma_foreign_key_list(v."table") WHERE id = v.fkid)
     FROM (SELECT "table", parent, fkid, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2, 3) AS v`,
  );
  if (!read.ok) return read;
  return {
    ok: true,
    value: read.value.map(([table, parent, rows, columns]) => ({
      table: String(table),
      parent: String(parent),
      columns: JSON.parse(String(columns)) as string[],
      rows: Number(rows),
    })),
  };
}
