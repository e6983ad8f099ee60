// Which tables of two states belong together, which of their columns are compared, and what makes two rows the same row.

import { foldName, quoteIdentifier, quoteText, rowsOf, type Database } from '../../database';
import { findRelation, type Relation, type Schema } from '../../schema/schema';
import type { MatchedBy } from './difference';

/** How one row of a table is asked for: by its rowid, by its key (WITHOUT ROWID), or not at all, where columns have taken every name of the rowid. */
export type Address =
  | { readonly kind: 'rowid'; readonly name: string }
  | { readonly kind: 'key'; readonly columns: readonly string[] }
  | { readonly kind: 'none' };

/** A table that both states have. Columns at the same place of the lists are one column. */
export interface MatchedTable {
  readonly before: Relation;
  readonly after: Relation;
  /** The columns that are compared, as they are called before, and after. */
  readonly columns: readonly string[];
  readonly columnsAfter: readonly string[];
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  readonly matchedBy: MatchedBy;
  /** Places in `columns` of the key that rows are matched by; empty for other matches. */
  readonly key: readonly number[];
}

/** The tables whose rows can be compared; SQLite's statistics of indexes are no data of anybody's. */
function hasRows({ kind, name, unreadable }: Relation): boolean {
  return (kind === 'table' || kind === 'shadow table') && unreadable === null && !/^sqlite_stat\d/i.test(name);
}

/** The tables of both states, and those of one. */
export interface MatchedTables {
  readonly both: readonly MatchedTable[];
  readonly onlyBefore: readonly Relation[];
  readonly onlyAfter: readonly Relation[];
}

/** A state: an open database and its schema. */
export interface State {
  readonly database: Database;
  readonly schema: Schema;
}

/** Finds out which tables belong together (by name) and how their rows are matched. */
export function matchTables(before: State, after: State): MatchedTables {
  const both: MatchedTable[] = [];
  const onlyBefore: Relation[] = [];
  for (const relation of before.schema.relations.filter(hasRows)) {
    const other = findRelation(after.schema, relation.name);
    if (other && hasRows(other)) both.push(matchTable(before, relation, after, other));
    else onlyBefore.push(relation);
  }
  const onlyAfter = after.schema.relations.filter((relation) => {
    const other = findRelation(before.schema, relation.name);
    return hasRows(relation) && !(other && hasRows(other));
  });
  return { both, onlyBefore, onlyAfter };
}

function matchTable(stateBefore: State, before: Relation, stateAfter: State, after: Relation): MatchedTable {
  const theirs = new Map(plainColumns(after).map((name) => [foldName(name), name]));
  const columns = plainColumns(before).filter((name) => theirs.has(foldName(name)));
  const ours = new Set(columns.map(foldName));
  const columnsAfter = columns.map((name) => theirs.get(foldName(name)) ?? name);
  const key = findKey(keysOf(stateBefore.database, before), keysOf(stateAfter.database, after), ours);
  const haveRowids = [addressOf(stateBefore.database, before), addressOf(stateAfter.database, after)].every(
    ({ kind }) => kind === 'rowid',
  );
  const matchedBy: MatchedBy = key ?? { kind: haveRowids ? 'rowid' : 'whole rows' };
  const places = new Map(columns.map((name, at) => [foldName(name), at]));
  return {
    before,
    after,
    columns,
    columnsAfter,
    onlyBefore: plainColumns(before).filter((name) => !ours.has(foldName(name))),
    onlyAfter: plainColumns(after).filter((name) => !ours.has(foldName(name))),
    matchedBy,
    key: 'columns' in matchedBy ? matchedBy.columns.map((name) => places.get(foldName(name)) ?? 0) : [],
  };
}

/** What is computed from other columns is left out. */
function plainColumns({ columns }: Relation): readonly string[] {
  return columns.filter(({ generated }) => generated === null).map(({ name }) => name);
}

type Key = Extract<MatchedBy, { readonly columns: readonly string[] }>;

/** The first key of the state before, the primary key being the first of all, that is one after as well. */
function findKey(before: readonly Key[], after: readonly Key[], compared: ReadonlySet<string>): Key | null {
  const nameOf = ({ columns }: Key): string => JSON.stringify(columns.map(foldName).sort());
  const known = new Set(after.map(nameOf));
  return (
    before.find((key) => known.has(nameOf(key)) && key.columns.every((name) => compared.has(foldName(name)))) ?? null
  );
}

/**
 * The keys of a table whose columns are NOT NULL, or are those of the primary key: rows with NULL in it are told apart when they
 * are read. sqlite_sequence has one without saying so (https://sqlite.org/autoinc.html).
 */
function keysOf(database: Database, relation: Relation): readonly Key[] {
  if (foldName(relation.name) === 'sqlite_sequence') return [{ kind: 'unique key', columns: ['name'] }];
  const primary = relation.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => name);
  const required = new Set(relation.columns.filter(({ notNull }) => notNull).map(({ name }) => foldName(name)));
  const unique = uniqueIndexes(database, relation.name).flatMap(({ columns, whole }): Key[] => {
    const names = columns.flatMap((name) => name ?? []);
    const isKey = whole && names.length === columns.length && names.every((name) => required.has(foldName(name)));
    return isKey ? [{ kind: 'unique key', columns: names }] : [];
  });
  return primary.length > 0 ? [{ kind: 'primary key', columns: primary }, ...unique] : unique;
}

/** A unique index: its columns, null for an expression, and whether it has all rows of the table. */
interface UniqueIndex {
  readonly columns: readonly (string | null)[];
  readonly whole: boolean;
}

/** The unique indexes of a table, those of its constraints among them. */
export function uniqueIndexes(database: Database, table: string): readonly UniqueIndex[] {
  const list = rowsOf(
    database,
    `SELECT name, partial FROM pragma_index_list(${quoteText(table)}, 'main') WHERE "unique" = 1`,
  );
  return list.map(([name, partial]) => {
    const columns = rowsOf(
      database,
      `SELECT name FROM pragma_index_xinfo(${quoteText(String(name))}, 'main') WHERE key = 1 ORDER BY seqno`,
    );
    return { columns: columns.map(([column]) => (typeof column === 'string' ? column : null)), whole: partial === 0 };
  });
}

/** How the rows of a table are asked for. */
export function addressOf(database: Database, relation: Relation): Address {
  if (relation.withoutRowid) {
    const key = relation.columns.filter(({ primaryKey }) => primaryKey > 0);
    return { kind: 'key', columns: key.sort((a, b) => a.primaryKey - b.primaryKey).map(({ name }) => name) };
  }
  const taken = new Set(relation.columns.map(({ name }) => foldName(name)));
  const name = ['rowid', '_rowid_', 'oid'].find((candidate) => !taken.has(candidate));
  if (name !== undefined) return { kind: 'rowid', name };
  const alias = rowidColumn(database, relation);
  return alias === null ? { kind: 'none' } : { kind: 'rowid', name: quoteIdentifier(alias) };
}

/**
 * The column that is the rowid: a primary key of one column whose declared type is INTEGER, and that has no index of its own
 * (https://sqlite.org/lang_createtable.html#rowid); null where the table has none.
 */
export function rowidColumn(database: Database, { name, columns, withoutRowid }: Relation): string | null {
  const key = columns.filter(({ primaryKey }) => primaryKey > 0);
  const [only] = key;
  if (withoutRowid || key.length !== 1 || only?.type.toUpperCase() !== 'INTEGER') return null;
  const indexed = rowsOf(database, `SELECT 1 FROM pragma_index_list(${quoteText(name)}, 'main') WHERE origin = 'pk'`);
  return indexed.length > 0 ? null : only.name;
}
