// Counts rows and values for the account of losses, and stops where counting would cost more than it is worth.

import { quoteIdentifier, type Database, type Row } from '../../database';

/** To count rows is to read pages, a row at most one of them: counting stops where it might read more than this, in bytes. */
const BYTES_WORTH_COUNTING = 32 << 20;

/** A count that may have stopped: `exact` where it did not. */
export interface Figure {
  readonly rows: number;
  readonly exact: boolean;
}

/** Counts in one database, in which a script is running. */
export class RowCounter {
  readonly #database: Database;
  /** Rows that the script has written so far: counting as many costs no more than it has cost itself. */
  #written = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes note of rows that the script has written. */
  note(written: number): void {
    this.#written += written;
  }

  /** How far it is worth counting now, in rows. */
  limit(): number {
    const pageSize = Number(this.ask('PRAGMA main.page_size')?.[0] ?? 4096);
    return Math.max(Math.floor(BYTES_WORTH_COUNTING / pageSize), 2 * this.#written);
  }

  /** The rows of a table of the file, no more than up to a limit; not exact with 0 rows where SQLite cannot count them. */
  count(table: string, limit: number): Figure {
    const quoted = quoteIdentifier(table);
    const bounded = `(SELECT 1 FROM main.${quoted} LIMIT ${limit + 1})`;
    const counted = this.ask(`SELECT count(*) FROM ${Number.isFinite(limit) ? bounded : `main.${quoted}`}`);
    if (counted === null) return { rows: 0, exact: false };
    const rows = Number(counted[0]);
    return rows > limit ? { rows: limit, exact: false } : { rows, exact: true };
  }

  /** Values of a column that are not NULL, in as many rows as are worth counting. */
  countColumn(table: string, column: string): Figure {
    const limit = this.limit();
    const counted = this.ask(
      `SELECT count(*), count(c) FROM (SELECT ${quoteIdentifier(column)} AS c FROM main.${quoteIdentifier(table)} LIMIT ${limit + 1})`,
    );
    return { rows: Number(counted?.[1] ?? 0), exact: counted !== null && Number(counted[0]) <= limit };
  }

  /** The columns that a table stores, as they are written. */
  columnsOf(table: string): readonly string[] {
    const read = this.#database.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (0, 3)', [table]);
    return read.ok ? read.value.map(([name]) => String(name)) : [];
  }

  /** The same, and those that are computed. */
  allColumnsOf(table: string): readonly string[] {
    const read = this.#database.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1', [table]);
    return read.ok ? read.value.map(([name]) => String(name)) : [];
  }

  /** The name of a table as its definition spells it. */
  spellingOf(table: string): string {
    const sql = `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`;
    return String(this.ask(sql, [table])?.[0] ?? table);
  }

  /**
   * How many values each column of a table holds that are not NULL.
   * @param rows those of its rows that are meant, as a table
   */
  countValues(table: string, rows = `main.${quoteIdentifier(table)}`): ReadonlyMap<string, number> {
    const columns = this.columnsOf(table);
    const counts = columns.map((name) => `count(${quoteIdentifier(name)})`).join(', ');
    const row = this.ask(`SELECT ${counts} FROM ${rows}`);
    return new Map(columns.map((name, at) => [name, Number(row?.[at] ?? 0)]));
  }

  /** One row of an answer; null where there is none, or SQLite cannot give it. */
  ask(sql: string, parameters: readonly string[] = []): Row | null {
    const read = this.#database.query(sql, parameters);
    return read.ok ? (read.value[0] ?? null) : null;
  }
}
