// Rows to look at, a window at a time: of a table, a view or a query, as they lie, or sorted and filtered by SQLite.

import { quoteIdentifier, type Database, type Outcome, type Row } from '../../database';
import { clausesOf, type Arrangement } from './arrangement';
import {
  cellsOf,
  cellSql,
  GLANCE,
  WHOLE,
  wholeOf,
  type Cell,
  type CellLimits,
  type Decode,
  type WholeValue,
} from './cells';

/** How many rows are known to be there, and whether these are all. */
export interface Counted {
  readonly rows: number;
  readonly all: boolean;
}

/** Which rows and columns, by their places; the ends are exclusive. */
export interface RowWindow {
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstColumn: number;
  readonly endColumn: number;
}

/** SQLite allows 2,000 columns in a result, and a value takes two. */
const COLUMNS_AT_ONCE = 500;
/** Rows from one rowid that is remembered to the next. */
const STRIDE = 5000;
const PLACES = '"drydock places"';
/** Its columns have names that no column of the user's has. */
const N = '"drydock place"';
const R = '"drydock rowid"';

/**
 * Rows in one arrangement. As they lie, a row is found by rowids that are remembered while the rows are counted. What is sorted
 * or filtered is arranged once, in a temporary table: of rowids, or of the rows where those have none.
 */
export class ArrangedRows {
  readonly #database: Database;
  readonly #of: Arrangement;
  readonly #decode: Decode;
  #arranged: 'as it lies' | 'by rowid' | 'copied';
  #counted: Counted = { rows: 0, all: false };
  /** The rowid of every STRIDEth row, as text: as a number it may not be exact. */
  readonly #strides: string[] = [];
  /** Where the rows that were read last ended. */
  #next: { readonly row: number; readonly after: string } | null = null;

  private constructor(database: Database, of: Arrangement, decode: Decode) {
    this.#database = database;
    this.#of = of;
    this.#decode = decode;
    this.#arranged = 'as it lies';
  }

  /** Arranges the rows, which may take as long as a sort of all of them; or gives SQLite's error. */
  static arrange(database: Database, of: Arrangement, decode: Decode): Outcome<ArrangedRows> {
    const rows = new ArrangedRows(database, of, decode);
    const tried = database.compile(`SELECT 1 FROM ${of.from} WHERE (\n${of.where || '1'}\n)`);
    if (!tried.ok) return tried;
    const done = of.sort || of.where || of.contains ? rows.#arrange() : ({ ok: true } as const);
    return done.ok ? { ok: true, value: rows } : done;
  }

  /** What is known of the number of rows. */
  get counted(): Counted {
    return this.#counted;
  }

  /** Goes on counting until there is no more to count, or `enough` says so; it is asked now and then. */
  count(enough: (rows: number) => boolean): Outcome<Counted> {
    while (!this.#counted.all && !enough(this.#counted.rows)) {
      const failed = this.#of.rowid === null || this.#arranged !== 'as it lies' ? this.#countAll() : this.#stride();
      if (failed) return failed;
    }
    return { ok: true, value: this.#counted };
  }

  /** The cells of a window, a row each; fewer rows where the rows end. */
  read(window: RowWindow, limits: CellLimits = GLANCE): Outcome<readonly Cell[][]> {
    const rows: Cell[][] = [];
    for (let from = window.firstColumn; from < window.endColumn; from += COLUMNS_AT_ONCE) {
      const columns = this.#columns.slice(from, Math.min(window.endColumn, from + COLUMNS_AT_ONCE));
      const selected = columns.map((column) => cellSql(column, limits)).join(', ');
      const read = this.#select(selected, window.firstRow, window.endRow - window.firstRow);
      if (!read.ok) return read;
      read.value.forEach((row, at) => (rows[at] ??= []).push(...cellsOf(row, this.#decode)));
    }
    return { ok: true, value: rows };
  }

  /** One value as a whole. */
  value(row: number, column: number): Outcome<WholeValue | null> {
    const read = this.read({ firstRow: row, endRow: row + 1, firstColumn: column, endColumn: column + 1 }, WHOLE);
    if (!read.ok) return read;
    const cell = read.value[0]?.[0];
    return { ok: true, value: cell === undefined ? null : wholeOf(cell) };
  }

  /** Puts rows that can only be counted through side by side, so that any of them is found at once. */
  settle(): Outcome<unknown> {
    return this.#of.rowid === null && this.#arranged === 'as it lies' ? this.#copy() : { ok: true, value: null };
  }

  get #columns(): readonly string[] {
    const { columns, alias } = this.#of;
    return this.#arranged === 'copied'
      ? columns.map((_, at) => `c${at}`)
      : columns.map((name) => `${alias}.${quoteIdentifier(name)}`);
  }

  #arrange(): Outcome<unknown> {
    const { from, alias, rowid } = this.#of;
    if (rowid === null) return this.#copy();
    this.#database.execute(`DROP TABLE IF EXISTS temp.${PLACES}`);
    const made = this.#database.execute(`CREATE TEMP TABLE ${PLACES}(${N} INTEGER PRIMARY KEY, ${R} INTEGER)`);
    if (!made.ok) return made;
    this.#arranged = 'by rowid';
    return this.#fill(`INSERT INTO temp.${PLACES}(${R}) SELECT ${alias}.${rowid} FROM ${from} ${clausesOf(this.#of)}`);
  }

  /** Columns without a type keep every value as it is. */
  #copy(): Outcome<unknown> {
    const { from, alias, columns } = this.#of;
    this.#database.execute(`DROP TABLE IF EXISTS temp.${PLACES}`);
    const places = columns.map((_, at) => `c${at}`).join(', ');
    const made = this.#database.execute(`CREATE TEMP TABLE ${PLACES}(${N} INTEGER PRIMARY KEY, ${places})`);
    if (!made.ok) return made;
    const names = columns.map((name) => `${alias}.${quoteIdentifier(name)}`).join(', ');
    const filled = this.#fill(
      `INSERT INTO temp.${PLACES}(${places}) SELECT ${names} FROM ${from} ${clausesOf(this.#of)}`,
    );
    if (filled.ok) this.#arranged = 'copied';
    return filled;
  }

  #fill(sql: string): Outcome<unknown> {
    const filled = this.#database.execute(sql);
    if (filled.ok) this.#counted = { rows: filled.value.changes, all: true };
    return filled;
  }

  #select(selected: string, first: number, rows: number): Outcome<readonly Row[]> {
    const { from, alias, rowid } = this.#of;
    const places = `temp.${PLACES}`;
    if (this.#arranged === 'copied') {
      return this.#database.query(
        `SELECT ${selected} FROM ${places} WHERE ${N} > ${first} AND ${N} <= ${first + rows} ORDER BY ${N}`,
      );
    }
    if (this.#arranged === 'by rowid') {
      const joined = `${places} AS p CROSS JOIN ${from} ON ${alias}.${rowid ?? ''} = p.${R}`;
      return this.#database.query(
        `SELECT ${selected} FROM ${joined} WHERE p.${N} > ${first} AND p.${N} <= ${first + rows} ORDER BY p.${N}`,
      );
    }
    if (rowid === null) return this.#database.query(`SELECT ${selected} FROM ${from} LIMIT ${rows} OFFSET ${first}`);
    return this.#seek(selected, first, rows);
  }

  #seek(selected: string, first: number, rows: number): Outcome<readonly Row[]> {
    const { from, alias, rowid } = this.#of;
    const id = `${alias}.${rowid ?? ''}`;
    const follows = this.#next?.row === first ? this.#next.after : null;
    let start = `${id} > ${follows ?? ''}`;
    let skipped = 0;
    if (follows === null) {
      const counted = this.count((known) => known > first);
      if (!counted.ok) return counted;
      const stride = Math.min(Math.floor(first / STRIDE), this.#strides.length - 1);
      start = stride < 0 ? '1' : `${id} >= ${this.#strides[stride] ?? ''}`;
      skipped = first - Math.max(0, stride) * STRIDE;
    }
    const read = this.#database.query(
      `SELECT ${selected}, ${id} FROM ${from} WHERE ${start} ORDER BY ${id} LIMIT ${rows} OFFSET ${skipped}`,
    );
    if (!read.ok) return read;
    const last = read.value.at(-1)?.at(-1);
    if (last !== undefined && read.value.length === rows) this.#next = { row: first + rows, after: String(last) };
    return read;
  }

  /** Counts a stride; gives SQLite's error where there is one. */
  #stride(): Extract<Outcome<never>, { ok: false }> | null {
    const { from, rowid } = this.#of;
    const id = rowid ?? '';
    const last = this.#strides.at(-1);
    const start = last === undefined ? '' : `WHERE ${id} >= ${last}`;
    const found = this.#database.query(
      `SELECT ${id} FROM ${from} ${start} ORDER BY ${id} LIMIT 1 OFFSET ${last === undefined ? 0 : STRIDE}`,
    );
    if (!found.ok) return found;
    const [next] = found.value[0] ?? [];
    if (next !== undefined) {
      this.#strides.push(String(next));
      this.#counted = { rows: (this.#strides.length - 1) * STRIDE + 1, all: false };
      return null;
    }
    const rest = this.#database.query(`SELECT count(*) FROM ${from} ${start}`);
    if (!rest.ok) return rest;
    this.#counted = { rows: Math.max(0, this.#strides.length - 1) * STRIDE + Number(rest.value[0]?.[0]), all: true };
    return null;
  }

  #countAll(): Extract<Outcome<never>, { ok: false }> | null {
    const counted = this.#database.query(`SELECT count(*) FROM ${this.#of.from}`);
    if (!counted.ok) return counted;
    this.#counted = { rows: Number(counted.value[0]?.[0]), all: true };
    return null;
  }
}
