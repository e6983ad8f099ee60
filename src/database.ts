// The one interface between the core and an engine: everything the core asks of SQLite goes through it.

/** A value as SQLite holds it. Integers come as bigint only where a query asks for exact integers. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** One row of a result, in column order. */
export type Row = readonly SqlValue[];

/** What SQLite said when it would not run a statement: its own message, unchanged. */
export interface SqlError {
  readonly message: string;
}

/** An expected outcome: a value, or the reason there is none. */
export type Outcome<Value, Reason = SqlError> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Reason };

/**
 * What an application gives to SQL: a function of values, or an order of texts. Functions get and give values as queries do, and
 * what one throws is SQLite's error at the statement that called it.
 */
export type Definition =
  | {
      readonly kind: 'function';
      readonly name: string;
      /** How many values it takes; -1 for any number. */
      readonly arity: number;
      /** The same values give the same result always: without that, no index, check or computed column may call it. */
      readonly deterministic: boolean;
      readonly call: (...values: readonly SqlValue[]) => SqlValue;
    }
  | {
      readonly kind: 'aggregate';
      readonly name: string;
      /** What a group or window of rows gives, each with the values that it is called with; of no rows too. Any number of values. */
      readonly call: (rows: readonly (readonly SqlValue[])[]) => SqlValue;
    }
  | {
      readonly kind: 'collation';
      readonly name: string;
      /** Negative, 0 or positive, as the first text comes before the other one, is equal to it, or comes after it. */
      readonly compare: (one: string, other: string) => number;
    };

/** One open SQLite database. All calls are synchronous; one statement at a time. */
export interface Database {
  /**
   * Runs one statement to its end and throws its rows away.
   * Gives the number of rows that INSERT, UPDATE or DELETE changed (0 for any other statement), or SQLite's error.
   */
  execute(sql: string, parameters?: readonly SqlValue[]): Outcome<{ readonly changes: number }>;

  /** Runs one statement and gives all of its rows (integers beyond 2^53 as bigint), or SQLite's error. */
  query(sql: string, parameters?: readonly SqlValue[]): Outcome<readonly Row[]>;

  /** Runs one statement and shows its rows to `visitor` one by one, for results too large to hold; or SQLite's error. */
  visit(sql: string, parameters: readonly SqlValue[], visitor: (row: Row) => void): Outcome<undefined>;

  /** Compiles one statement without running it: ok, or the error that SQLite finds at that stage. */
  compile(sql: string): Outcome<undefined>;

  /**
   * Makes a function or a collation known to this connection, and to the scratch databases that it makes; one of the same name (and
   * number of values) is replaced. It has to be there before a statement is compiled that needs it. An error says that this
   * engine cannot have it: sql.js has no collations, and its functions are never deterministic.
   * @example
   * database.define({ kind: 'function', name: 'twice', arity: 1, deterministic: true, call: (text) => `${text}${text}` });
   * database.define({ kind: 'collation', name: 'swedish', compare: new Intl.Collator('sv').compare });
   */
  define(definition: Definition): Outcome<undefined>;

  /**
   * A new, empty in-memory database of the same engine, for rehearsals, with the same definitions. Whoever asked for it closes it.
   */
  scratch(): Database;

  /**
   * Another connection to the file as it is when no transaction is open, with pages of its own: neither sees what is written to the
   * other from then on. Whoever asked for it closes it. Throws for a database in memory, which has no file.
   */
  fork(): Database;

  /** Gives back all that the database holds. No call may follow. */
  close(): void;
}

/** SQLite found that the bytes of the database are not what they should be: nothing more can be learned from it here. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase';
}

/** SQLITE_CORRUPT and SQLITE_NOTADB in SQLite's words (sqlite3ErrStr in main.c, corruptSchema in prepare.c). */
const DAMAGE = /^(database disk image is malformed|malformed database schema|file is not a database)/;

/**
 * The rows of a query that has no expected failure (PRAGMAs and catalogue reads of our own).
 * Throws DamagedDatabase when the file does not allow it; any other refusal would be a bug and is thrown as such.
 */
export function rowsOf(database: Database, sql: string, parameters?: readonly SqlValue[]): readonly Row[] {
  const outcome = database.query(sql, parameters);
  if (!outcome.ok) {
    const { message } = outcome.error;
    throw DAMAGE.test(message) ? new DamagedDatabase(message) : new Error(`${message} (in: ${sql})`);
  }
  return outcome.value;
}

/** The text encoding of a database, in SQLite's spelling. A SQLite that was built without UTF-16 has no such PRAGMA. */
export function encodingOf(database: Database): string {
  return String(rowsOf(database, 'PRAGMA encoding')[0]?.[0] ?? 'UTF-8');
}

/** An identifier as SQL text, in double quotes. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string as an SQL literal, in single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQLite compares it: only ASCII letters lose their case. */
export function foldName(name: string): string {
  // JavaScript folds more letters than SQLite does, but none more in ASCII, and that far faster than one by one.
  return /[\u0080-\uFFFF]/.test(name)
    ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : name.toLowerCase();
}
