// Which indexes a rehearsal need not build, and which statements it has to build them for after all.

import { rowsOf, type Database, foldName } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { StatementKind } from '../../script/statement';
import { hasWords, isWord, type ParsedSql } from '../../script/tokens';
import { isOnTemporaryTable } from '../../schema/read';

/**
 * In a rehearsal, an index on plain columns is not built: only the shadow tells what becomes of the statement. One that is
 * unique, or computes something of each row, may fail for a row.
 */
export function mayWait(shadow: Database, statement: ParsedStatement): boolean {
  if (statement.kind !== 'create index' || statement.unique || statement.table === null) return false;
  if (statement.temporary || computesOverRows(statement)) return false;
  const found = shadow.query(
    `SELECT count(*), sum(x.hidden IN (2, 3)) FROM main.sqlite_schema AS s, pragma_table_xinfo(s.name) AS x
     WHERE s.type = 'table' AND s.name = ? COLLATE NOCASE`,
    [statement.table],
  );
  const [columns, generated] = (found.ok ? found.value[0] : undefined) ?? [];
  return Number(columns) > 0 && generated === 0 && !isOnTemporaryTable(shadow, statement);
}

const PATTERNS = ['LIKE', 'GLOB', 'MATCH', 'REGEXP'] as const;

/** A parenthesis inside the column list or after WHERE, a pattern, or a look into JSON: these may raise an error on some row. */
function computesOverRows({ tokens }: ParsedSql): boolean {
  if (tokens.filter(({ text }) => text === '(').length > 1) return true;
  return tokens.some((token) => token.text.startsWith('->') || PATTERNS.some((word) => isWord(token, word)));
}

/** The indexes that a rehearsal has not built. What both schemas say of them is asked anew only after one may have changed. */
export class WaitingIndexes {
  /** Where no index was ever left out, nothing has to be asked. */
  #any = false;
  /** The statement that is being run was left out. */
  #isAdded = false;
  #known: { readonly indexes: Map<string, string>; readonly catalogueIsRead: boolean } | null = null;

  /** An index was not built. */
  add(): void {
    this.#any = this.#isAdded = true;
  }

  /** All of them were built. */
  clear(): void {
    this.#any = false;
    this.#known = null;
  }

  /** A statement has run: on a large schema it would take long to ask anew after each. */
  note(shadow: Database, { kind, name, conditional }: ParsedStatement): void {
    const isAdded = this.#isAdded;
    this.#isAdded = false;
    if (this.#known === null || (LEAVES_INDEXES.test(kind) && !/^sqlite_/i.test(name ?? ''))) return;
    // What IF NOT EXISTS passes over may be built.
    if (!isAdded || conditional || name === null) this.#known = null;
    else for (const [index, sql] of indexesIn(shadow, name)) this.#known.indexes.set(index, sql);
  }

  /** By name, with the SQL that makes them. */
  indexes(shadow: Database, database: Database): ReadonlyMap<string, string> {
    return this.#any ? this.#know(shadow, database).indexes : NONE;
  }

  /** Whether the outcome of a statement depends on an index that is not unique, by its own words or those of a view or trigger. */
  areNeeded(shadow: Database, database: Database, statement: ParsedStatement): boolean {
    if (statement.kind === 'reindex') return true;
    const seesRows = !BLIND_TO_ROWS.has(statement.kind) && statement.kind !== 'add column';
    if (seesRows && this.#know(shadow, database).catalogueIsRead) return true;
    return statement.tokens.some((token) => isWord(token, 'INDEXED') || CATALOGUE.test(token.text));
  }

  #know(shadow: Database, database: Database) {
    this.#known ??= { indexes: indexesOnlyIn(shadow, database), catalogueIsRead: looksIntoCatalogue(shadow) };
    return this.#known;
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Statements after which the same indexes have the same texts, and no view or trigger looks into the catalogue that did not before. */
const LEAVES_INDEXES =
  /^(insert|update|delete|select|create table( as)?|add column|drop (view|trigger)|begin|commit|savepoint|release)$/;

/** The indexes that a plan has made on the shadow only: their texts by folded name. */
export function indexesOnlyIn(shadow: Database, database: Database): Map<string, string> {
  const built = new Set(indexesIn(database).map(([name]) => name));
  return new Map(indexesIn(shadow).filter(([name]) => !built.has(name)));
}

/** The indexes of statements, or the one of a name: their texts by folded name. */
function indexesIn(database: Database, name: string | null = null): readonly (readonly [string, string])[] {
  return rowsOf(
    database,
    `SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
     ${name === null ? '' : 'AND name = ? COLLATE NOCASE'} ORDER BY rowid`,
    name === null ? [] : [name],
  ).map(([index, sql]) => [foldName(String(index)), String(sql)]);
}

const CATALOGUE = /^["'`[]?(?:sqlite_(?:schema|master)|pragma_)/i;

function looksIntoCatalogue(shadow: Database): boolean {
  const views = rowsOf(
    shadow,
    `SELECT 1 FROM main.sqlite_schema WHERE type IN ('view', 'trigger')
     AND (sql LIKE '%sqlite!_schema%' ESCAPE '!' OR sql LIKE '%sqlite!_master%' ESCAPE '!' OR sql LIKE '%pragma!_%' ESCAPE '!')
     LIMIT 1`,
  );
  return views.length > 0;
}

/** Ordinals of statements for which it matters what stands in rows: they may fail for a row, or count rows. */
export function findRowReaders(statements: readonly ParsedStatement[]): readonly number[] {
  return statements
    .filter((statement) => {
      const { kind, unique } = statement;
      if (kind === 'create index') return unique || computesOverRows(statement);
      if (kind === 'add column') return hasWords(statement.tokens, 'CHECK') || hasWords(statement.tokens, 'AS');
      return !BLIND_TO_ROWS.has(kind);
    })
    .map(({ ordinal }) => ordinal);
}

const BLIND_TO_ROWS: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'create table',
  'create view',
  'create trigger',
  'drop table',
  'drop index',
  'drop view',
  'drop trigger',
  'rename table',
  'rename column',
  'pragma',
  'begin',
  'commit',
  'savepoint',
  'release',
]);
