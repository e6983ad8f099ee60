// Rows that REPLACE deletes because they have the key of another one, which SQLite does not count.

import { foldName, type Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { ParsedSql } from '../../script/tokens';
import { entry, type Pending } from './entry';
import { hasReplaceClause } from './firedTriggers';
import type { TrackedTable } from './lineage';
import type { Figure, RowCounter } from './rowCounter';

/** Statements after which every table has the text that it had. */
const KEEPS_TABLES = /^(select|begin|commit|savepoint|release|(create|drop) (index|view|trigger))$/;
const CHANGES_ONE_TABLE = /^(create (virtual )?table( as)?|add column)$/;

/** Counts them in one pass of a script. */
export class ReplacedRows {
  readonly #database: Database;
  readonly #counter: RowCounter;
  #countedBefore: Figure | null = null;
  /** The rows that a table was left with by the statement before, where they were counted. */
  #countedAfter: { readonly table: TrackedTable; readonly rows: number } | null = null;
  #left: { readonly table: TrackedTable; readonly rows: number } | null = null;
  /** Whether the own text of a table replaces rows, null for what is no table; by folded name, known until it may have changed. */
  #replacing: Map<string, boolean | null> | null = null;

  constructor(database: Database, counter: RowCounter) {
    this.#database = database;
    this.#counter = counter;
  }

  /** Whether the statement may replace rows of the table that it names. */
  get isCounting(): boolean {
    return this.#countedBefore !== null;
  }

  /** A statement begins. */
  begin(): void {
    this.#countedBefore = null;
    this.#left = this.#countedAfter;
    this.#countedAfter = null;
  }

  /** A statement that writes no rows may change the text of tables. */
  follow({ kind, name }: ParsedStatement): void {
    if (CHANGES_ONE_TABLE.test(kind)) this.#replacing?.delete(foldName(name ?? ''));
    else if (!KEEPS_TABLES.test(kind)) this.#replacing = null;
  }

  /** Counts the rows of a table before a statement that may replace some. */
  before(table: TrackedTable, named: string, statement: ParsedStatement): void {
    if (!this.replaces(statement.name ?? '', statement)) return;
    const known = this.#left?.table === table ? { rows: this.#left.rows, exact: true } : null;
    this.#countedBefore = known ?? this.#counter.count(named, this.#counter.limit());
  }

  /**
   * The rows that are missing after it.
   * @param added how many it says that it has added
   */
  after(table: TrackedTable, named: string, added: number): Pending | null {
    const had = this.#countedBefore;
    if (had === null) return null;
    const loss = { kind: 'replaced rows', table: named, column: null } as const;
    if (!had.exact) return entry(table, { ...loss, rows: 0, exact: false });
    const left = this.#counter.count(named, Infinity).rows;
    this.#countedAfter = { table, rows: left };
    const rows = had.rows + added - left;
    return rows > 0 ? entry(table, { ...loss, rows, exact: true }) : null;
  }

  /** Whether a table or the statement replaces rows of it. What is replaced through a view is for its triggers. */
  replaces(table: string, statement: ParsedSql | null = null): boolean {
    // All at once: to find one, SQLite goes through all of them.
    this.#replacing ??= this.#readReplacing();
    let replacing = this.#replacing.get(foldName(table));
    if (replacing === undefined) {
      replacing = this.#readReplacing(table).get(foldName(table)) ?? null;
      this.#replacing.set(foldName(table), replacing);
    }
    return replacing === true || (replacing === false && statement !== null && hasReplaceClause(statement));
  }

  #readReplacing(table: string | null = null): Map<string, boolean | null> {
    const read = this.#database.query(
      `SELECT name, CASE WHEN instr(lower(sql), 'conflict') THEN sql END FROM main.sqlite_schema
       WHERE type = 'table'${table === null ? '' : ' AND name = ? COLLATE NOCASE'}`,
      table === null ? [] : [table],
    );
    const replaces = (sql: unknown): boolean => typeof sql === 'string' && /\bon\s+conflict\s+replace\b/i.test(sql);
    return new Map((read.ok ? read.value : []).map(([name, sql]) => [foldName(String(name)), replaces(sql)]));
  }
}
