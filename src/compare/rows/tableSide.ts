// One table of one state, as rows with their types: all of them, those of a list of rowids or keys, in order where they have rowids.

import { quoteIdentifier, type Database, type Row, type SqlValue } from '../../database';
import type { Decode } from '../../explore/data/cells';
import type { Relation } from '../../schema/schema';
import { exactRow, exactSql, keyOf, sizeOf, type ExactRow } from './exactRow';
import { literal } from './literal';
import { addressOf, type Address } from './tableMatch';

/** By what a row is found again: its rowid, its key, or itself where it has neither. */
export type RowPlace = number | bigint | ExactRow;

/** A row, and where it was found. */
export interface PlacedRow {
  readonly place: RowPlace;
  readonly row: ExactRow;
}

/** SQLite could not read rows of a table; the message is its own. */
export class RowsUnreadable extends Error {
  override readonly name = 'RowsUnreadable';
}

const SMALLEST_BATCH = 16;
/** Keys stand in an expression as deep as there are of them, and SQLite's limit is 1,000. */
const LARGEST_BATCH = 500;
const BYTES_AT_ONCE = 1 << 20;

/** A table of an open database, of which some columns are read. */
export class TableSide {
  readonly address: Address;
  readonly relation: Relation;
  readonly decode: Decode;
  readonly #database: Database;
  readonly #columns: readonly string[];
  readonly #table: string;
  /** Texts come as text, to be compared with those of a database in another encoding. */
  readonly #asText: boolean;

  /**
   * @param columns that are read
   * @param decode the bytes of a text of this database
   * @param asText whether texts come decoded, which makes those of two encodings comparable; else as their bytes
   */
  constructor(
    database: Database,
    relation: Relation,
    columns: readonly string[],
    { decode, asText }: { readonly decode: Decode; readonly asText: boolean },
  ) {
    this.#database = database;
    this.relation = relation;
    this.#columns = columns;
    this.decode = decode;
    this.#asText = asText;
    this.#table = `main.${quoteIdentifier(relation.name)}`;
    this.address = addressOf(database, relation);
  }

  /** How many rows there are. */
  count(): number {
    return Number(this.#query(`SELECT count(*) FROM ${this.#table}`)[0]?.[0] ?? 0);
  }

  /**
   * Shows all rows, or those of a list of places, one by one.
   * @param places (places in the list of columns) are the columns that are read; left out, all
   */
  visit(of: readonly RowPlace[] | null, visitor: (found: PlacedRow) => void, places?: readonly number[]): void {
    if (this.address.kind === 'none' && places) {
      // Where a row is its own place, all of it is read.
      this.visit(of, ({ place, row }) => visitor({ place, row: part(row, places) }));
      return;
    }
    const columns = places ? places.map((at) => this.#columns[at] ?? '') : this.#columns;
    if (of === null) {
      const order = this.address.kind === 'rowid' ? `NOT INDEXED ORDER BY ${this.address.name}` : '';
      this.#visit(`SELECT ${this.#selected(columns)} FROM ${this.#table} ${order}`, columns.length, visitor);
      return;
    }
    if (this.address.kind === 'none') {
      for (const place of of) visitor({ place, row: place as ExactRow });
      return;
    }
    let batch = SMALLEST_BATCH;
    for (let at = 0; at < of.length;) {
      const asked = of.slice(at, at + batch);
      at += asked.length;
      let bytes = 0;
      this.#visit(
        `SELECT ${this.#selected(columns)} FROM ${this.#table} WHERE ${this.#among(asked)}`,
        columns.length,
        (found) => {
          bytes += sizeOf(found.row);
          visitor(found);
        },
      );
      batch = nextBatch(batch, bytes, asked.length);
    }
  }

  /** The rows of a list of places, in its order. */
  at(of: readonly RowPlace[]): readonly ExactRow[] {
    if (this.address.kind === 'none') return of as readonly ExactRow[];
    const found = new Map<string, ExactRow>();
    this.visit(of, ({ place, row }) => found.set(nameOf(place), row));
    return of.map((place) => {
      const row = found.get(nameOf(place));
      if (!row) throw new RowsUnreadable('a row was not found again by its key');
      return row;
    });
  }

  /** All rows, or those of an ascending list of rowids, in the order of their rowids; only for tables that have them. */
  *inOrder(of: readonly RowPlace[] | null): Generator<PlacedRow, void, void> {
    const name = this.address.kind === 'rowid' ? this.address.name : '';
    let batch = SMALLEST_BATCH;
    let condition = '1';
    for (let at = 0; of === null || at < of.length;) {
      const asked = of?.slice(at, at + batch) ?? null;
      if (asked) condition = this.#among(asked);
      at += batch;
      const rows: PlacedRow[] = [];
      this.#visit(
        `SELECT ${this.#selected(this.#columns)} FROM ${this.#table} NOT INDEXED
         WHERE ${condition} ORDER BY ${name} LIMIT ${batch}`,
        this.#columns.length,
        (found) => rows.push(found),
      );
      const bytes = rows.reduce((sum, { row }) => sum + sizeOf(row), 0);
      yield* rows;
      const last = rows.at(-1);
      if (asked === null) {
        if (rows.length < batch || last === undefined) return;
        condition = `${name} > ${nameOf(last.place)}`;
      }
      batch = nextBatch(batch, bytes, rows.length);
    }
  }

  #among(places: readonly RowPlace[]): string {
    if (this.address.kind === 'rowid') return `${this.address.name} IN (${places.map(nameOf).join(', ')})`;
    const { columns } = this.address as Extract<Address, { readonly columns: readonly string[] }>;
    return places
      .map((place) => {
        const key = place as ExactRow;
        return `(${columns.map((name, at) => `${quoteIdentifier(name)} = ${literal(key, at, this.decode)}`).join(' AND ')})`;
      })
      .join(' OR ');
  }

  /** What a place is read from, then the columns. */
  #selected(columns: readonly string[]): string {
    const { address } = this;
    const place = address.kind === 'rowid' ? address.name : address.kind === 'key' ? exactSql(address.columns) : '0';
    return `${place}, ${exactSql(columns)}`;
  }

  #visit(sql: string, columns: number, visitor: (found: PlacedRow) => void): void {
    const { address } = this;
    const start = address.kind === 'key' ? 1 + address.columns.length : 1;
    const outcome = this.#database.visit(sql, [], (values) => {
      const row = this.#row(values, start, columns);
      visitor({ place: this.#place(values, row), row });
    });
    if (!outcome.ok) throw new RowsUnreadable(outcome.error.message);
  }

  #place(values: Row, row: ExactRow): RowPlace {
    const { address } = this;
    if (address.kind === 'none') return row;
    if (address.kind === 'key') return exactRow(values, 0, address.columns.length);
    return values[0] as number | bigint;
  }

  #row(values: Row, start: number, columns: number): ExactRow {
    const row = exactRow(values, start, columns);
    if (!this.#asText) return row;
    const { types } = row;
    const decoded = row.values.map((value, at): SqlValue =>
      types[at] === 't' && value instanceof Uint8Array ? this.decode(value, false) : value,
    );
    return { types, values: decoded };
  }

  #query(sql: string): readonly Row[] {
    const outcome = this.#database.query(sql);
    if (!outcome.ok) throw new RowsUnreadable(outcome.error.message);
    return outcome.value;
  }
}

/** Values of a row at some places. */
function part({ types, values }: ExactRow, places: readonly number[]): ExactRow {
  return {
    types: places.map((at) => types[at] ?? 'n').join(''),
    values: places.map((at) => values[at] ?? null),
  };
}

/** A place as a text that no other place has. */
export function nameOf(place: RowPlace): string {
  return typeof place === 'object' ? keyOf(place) : String(place);
}

/** So many rows that they take about a megabyte. */
function nextBatch(batch: number, bytes: number, rows: number): number {
  const fits = Math.floor(BYTES_AT_ONCE / Math.max(1, bytes / Math.max(1, rows)));
  return Math.max(1, Math.min(LARGEST_BATCH, fits, batch * 4));
}
