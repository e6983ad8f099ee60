// What the rows of a database say to a change of its schema: how many there are, and which of them it concerns.

import { quoteIdentifier, quoteText, type Database, type Row, type SqlValue } from '../database';
import type { Affinity } from '../schema/details';

/** So many rows are shown of those that a question is about, and so many columns of each. */
const SHOWN = 3;
const COLUMNS = 5;
/** A value that is longer is cut. */
const CHARACTERS = 40;

/** Values of a column, by what becomes of them under another type. */
export interface Conversion {
  /** Not NULL. */
  readonly values: number;
  /** Text that SQLite makes a number of, and that is not the same text when it is read back: 007, 1.10. */
  readonly rewritten: number;
  /** Text that is no number, or a blob, under a type of numbers. */
  readonly unfit: number;
  /** Values that SQLite changes, or keeps as what they are though the type is another one. */
  readonly otherSort: number;
  /** Values that a STRICT table refuses beside the unfit ones: blobs as text, text as blobs, fractions as integers. */
  readonly misfit: number;
}

/** Counts rows; each question is asked once. A count is null where there is no database, or SQLite cannot tell. */
export class RowFacts {
  readonly #database: Database | null;
  readonly #known = new Map<string, readonly (number | null)[]>();

  constructor(database: Database | null) {
    this.#database = database;
  }

  /** Whether there are rows to look at. */
  get known(): boolean {
    return this.#database !== null;
  }

  /** The rows of a table. */
  rows(table: string): number | null {
    return this.#ask(`SELECT count(*) FROM main.${quoteIdentifier(table)}`)[0] ?? null;
  }

  /** Whether a table is known to have no row. */
  isEmpty(table: string): boolean {
    return this.#ask(`SELECT count(*) FROM (SELECT 1 FROM main.${quoteIdentifier(table)} LIMIT 1)`)[0] === 0;
  }

  /** The values of a column that are not NULL. */
  values(table: string, column: string): number | null {
    return this.#ask(`SELECT count(${quoteIdentifier(column)}) FROM main.${quoteIdentifier(table)}`)[0] ?? null;
  }

  /** The rows that have NULL in a column. */
  nulls(table: string, column: string): number | null {
    const name = quoteIdentifier(column);
    return this.#ask(`SELECT count(*) FROM main.${quoteIdentifier(table)} WHERE ${name} IS NULL`)[0] ?? null;
  }

  /** The rows that fulfil a condition. */
  where(table: string, condition: string): number | null {
    return this.#ask(`SELECT count(*) FROM main.${quoteIdentifier(table)} WHERE ${condition}`)[0] ?? null;
  }

  /** Whether several rows of a table are known to get one value by an expression, and none of them another one beside NULL. */
  isSameInAll(table: string, expression: string): boolean {
    const given = `SELECT (${expression}\n) AS given FROM main.${quoteIdentifier(table)}`;
    const [sorts, rows] = ['DISTINCT', ''].map((which) =>
      this.#ask(`SELECT count(*) FROM (SELECT ${which} given FROM (${given}) WHERE given IS NOT NULL LIMIT 2)`),
    );
    return sorts?.[0] === 1 && rows?.[0] === 2;
  }

  /**
   * Asks something of a table that has some more computed columns meanwhile; null where SQLite cannot compute them. The connection has
   * pages of its own, and it is rolled back.
   */
  withColumns<Value>(table: string, definitions: readonly string[], ask: () => Value): Value | null {
    const run = (sql: string): boolean => this.#database?.execute(sql).ok === true;
    if (!run('SAVEPOINT computed')) return null;
    const add = `ALTER TABLE main.${quoteIdentifier(table)} ADD COLUMN`;
    const value = definitions.every((definition) => run(`${add} ${definition}`)) ? ask() : null;
    run('ROLLBACK TO computed');
    run('RELEASE computed');
    return value;
  }

  /**
   * The rows that are one too many for a unique key: all but one of each that have the same values and no NULL.
   * @param columns as they stand in a GROUP BY, with their collation
   */
  duplicates(table: string, columns: readonly string[], condition = '1'): number | null {
    const filled = columns.map((column) => `(${column}) IS NOT NULL`).join(' AND ');
    const groups = `SELECT count(*) AS n FROM main.${quoteIdentifier(table)} WHERE ${filled} AND (${condition}) GROUP BY ${columns.join(', ')}`;
    return this.#ask(`SELECT coalesce(sum(n - 1), 0) FROM (${groups})`)[0] ?? null;
  }

  /** Some rows that fulfil a condition, each in a line: `Row 3: born 1700, name 'Ann'`. */
  samples(table: string, condition: string): readonly string[] {
    const names = this.#columns(table);
    const rows = this.#rows(
      `SELECT ${names.map((name) => `quote(${quoteIdentifier(name)})`).join(', ')} FROM main.${quoteIdentifier(table)} WHERE ${condition} LIMIT ${SHOWN}`,
    );
    return rows.map(
      (row) => `One of them: ${row.map((value, at) => `${names[at] ?? ''} ${inShort(value)}`).join(', ')}.`,
    );
  }

  /** Some of the values that several rows have. */
  duplicateSamples(table: string, columns: readonly string[], condition: string): readonly string[] {
    const filled = columns.map((column) => `(${column}) IS NOT NULL`).join(' AND ');
    const rows = this.#rows(
      `SELECT count(*), ${columns.map((column) => `quote(${column})`).join(', ')} FROM main.${quoteIdentifier(table)} WHERE ${filled} AND (${condition}) GROUP BY ${columns.join(', ')} HAVING count(*) > 1 LIMIT ${SHOWN}`,
    );
    return rows.map(
      ([count, ...values]) =>
        `${values.map(inShort).join(', ')} is there ${Number(count) === 2 ? 'twice' : `${Number(count)} times`}.`,
    );
  }

  /** What becomes of the values of a column under another affinity. */
  conversion(table: string, column: string, to: Affinity): Conversion | null {
    const name = quoteIdentifier(column);
    const sort = `typeof(${name})`;
    const isNumeric = to === 'INTEGER' || to === 'REAL' || to === 'NUMERIC';
    // The comparison applies the affinity of the left side to the right one, which makes a number of text only where all of it is one.
    const number = `CAST(${name} AS NUMERIC)`;
    const fits = `${number} = (${name} || '')`;
    const rewrittenText = `${sort} = 'text' AND ${fits} AND CAST(${number} AS TEXT) IS NOT ${name}`;
    const rounded =
      to === 'REAL' ? `(${sort} = 'integer' AND CAST(CAST(${name} AS REAL) AS INTEGER) IS NOT ${name})` : '0';
    const sorts: Readonly<Record<Affinity, string>> = {
      TEXT: `'text'`,
      INTEGER: `'integer'`,
      REAL: `'real'`,
      NUMERIC: `'real', 'integer'`,
      BLOB: `'blob'`,
      ANY: `'text', 'integer', 'real', 'blob'`,
    };
    const refused: Readonly<Partial<Record<Affinity, string>>> = {
      TEXT: `${sort} = 'blob'`,
      BLOB: `${sort} NOT IN ('null', 'blob')`,
      INTEGER: `(${sort} = 'real' OR (${sort} = 'text' AND ${fits})) AND CAST(${number} AS INTEGER) IS NOT ${number}`,
    };
    const counts = [
      isNumeric ? `(${rewrittenText}) OR ${rounded}` : '0',
      isNumeric ? `(${sort} = 'text' AND NOT ${fits}) OR ${sort} = 'blob'` : '0',
      `${sort} NOT IN ('null', ${sorts[to]})`,
      refused[to] ?? '0',
    ].map((condition) => `total(${condition})`);
    const [values, rewritten, unfit, otherSort, misfit] = this.#ask(
      `SELECT count(${name}), ${counts.join(', ')} FROM main.${quoteIdentifier(table)}`,
    );
    if (values == null) return null;
    return { values, rewritten: rewritten ?? 0, unfit: unfit ?? 0, otherSort: otherSort ?? 0, misfit: misfit ?? 0 };
  }

  #columns(table: string): readonly string[] {
    const found = this.#rows(`SELECT name FROM pragma_table_info(${quoteText(table)}, 'main') LIMIT ${COLUMNS}`);
    return found.map(([name]) => String(name));
  }

  #rows(sql: string): readonly Row[] {
    const answer = this.#database?.query(sql);
    return answer?.ok === true ? answer.value : [];
  }

  #ask(sql: string): readonly (number | null)[] {
    const known = this.#known.get(sql);
    if (known) return known;
    const answer = this.#database?.query(sql);
    const counts =
      answer?.ok === true ? (answer.value[0] ?? []).map((value) => (value === null ? null : Number(value))) : [];
    this.#known.set(sql, counts);
    return counts;
  }
}

function inShort(value: SqlValue | undefined): string {
  const text = String(value ?? 'NULL').replace(/\s+/g, ' ');
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
