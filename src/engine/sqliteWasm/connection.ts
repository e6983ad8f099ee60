// A connection of sqlite-wasm: SQLite's C interface turned into outcomes. It calls what the WASM exports, since the library's
// own wrappers look at every argument anew, which a row with ten columns pays thirty times.

import type { Database, Definition, Outcome, Row, SqlValue } from '../../database';
import type { Library, Pointer } from './library';

/** Result codes, types of values and other constants of SQLite (https://sqlite.org/c3ref/constlist.html). */
const [OK, ROW] = [0, 100];
const [INTEGER, FLOAT, TEXT, BLOB] = [1, 2, 3, 4];
const [OPEN_READWRITE, OPEN_CREATE] = [2, 4];
const [UTF8, DETERMINISTIC, INNOCUOUS] = [1, 0x800, 0x200000];
/** What SQLite keeps for a group of rows: only where it lies counts here. */
const PLACE_BYTES = 8;
/** SQLite copies what is bound. */
const TRANSIENT = -1;
/** `"x"` that names no column is a string, in statements and in definitions, as in every build with SQLite's own defaults. */
const DOUBLE_QUOTED_STRINGS = [1013, 1014] as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text that is longer than a string of JavaScript can be is a RangeError in one engine, and something else in another. */
function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RangeError(`A text of ${bytes.length} bytes is too long for JavaScript`);
  }
}

/** SQLite's own refusal of a statement, which becomes an outcome. */
class Refused extends Error {}

/** What a function throws, so that its message alone becomes SQLite's: the library puts an error down as a string. */
class CallFailure extends Error {
  override toString(): string {
    return this.message;
  }
}

/** What a connection knows of where it comes from. */
export interface ConnectionTools {
  /** Opens an empty database in memory. */
  readonly scratch: () => Database;
  /** Opens the same file once more, with pages of its own. */
  readonly fork: () => Database;
  /** Throws what went wrong below SQLite. */
  readonly throwFault: () => void;
  readonly onClose: () => void;
}

/** One open database. */
export class Connection implements Database {
  readonly #library: Library;
  readonly #database: Pointer;
  readonly #tools: ConnectionTools;
  readonly #definitions: Definition[] = [];
  /** What a collation has thrown: SQLite knows no way to say that one failed, so the statement fails when it has ended. */
  #collationFault: string | null = null;
  /** Where SQLite puts a pointer that it gives. */
  readonly #place: Pointer;

  /**
   * Opens a database. Throws where there is no memory for one.
   * @param name of a file of the file system `vfs`
   */
  constructor(
    library: Library,
    { name, vfs }: { readonly name: string; readonly vfs: string | null },
    tools: ConnectionTools,
  ) {
    this.#library = library;
    this.#tools = tools;
    const { wasm, capi } = library;
    this.#place = wasm.alloc(8);
    const [path, system] = [wasm.allocCString(name), vfs === null ? 0 : wasm.allocCString(vfs)];
    const code = wasm.exports.sqlite3_open_v2(path, this.#place, OPEN_READWRITE | OPEN_CREATE, system);
    this.#database = wasm.peekPtr(this.#place);
    wasm.dealloc(path);
    if (system !== 0) wasm.dealloc(system);
    this.#tools.throwFault();
    if (code !== OK) throw new Error(`The database cannot be opened (${code}): ${this.#message()}`);
    for (const option of DOUBLE_QUOTED_STRINGS) capi.sqlite3_db_config(this.#database, option, 1, 0);
  }

  execute(sql: string, parameters?: readonly SqlValue[]): Outcome<{ readonly changes: number }> {
    const { exports } = this.#library.wasm;
    return this.#guard(() => {
      const before = exports.sqlite3_total_changes64(this.#database);
      this.#each(sql, parameters, () => undefined);
      // sqlite3_changes() keeps the count of an earlier statement; only a moved total says that it is this one's.
      const moved = exports.sqlite3_total_changes64(this.#database) !== before;
      return { changes: moved ? exports.sqlite3_changes(this.#database) : 0 };
    });
  }

  query(sql: string, parameters?: readonly SqlValue[]): Outcome<readonly Row[]> {
    return this.#guard(() => {
      const rows: Row[] = [];
      this.#each(sql, parameters, (statement, columns) => rows.push(this.#row(statement, columns)));
      return rows;
    });
  }

  visit(sql: string, parameters: readonly SqlValue[], visitor: (row: Row) => void): Outcome<undefined> {
    return this.#guard(() => {
      this.#each(sql, parameters, (statement, columns) => visitor(this.#row(statement, columns)));
      return undefined;
    });
  }

  compile(sql: string): Outcome<undefined> {
    return this.#guard(() => {
      this.#library.wasm.exports.sqlite3_finalize(this.#prepare(sql));
      return undefined;
    });
  }

  define(definition: Definition): Outcome<undefined> {
    return this.#guard(() => {
      this.#must(this.#codeOf(definition));
      this.#definitions.push(definition);
      return undefined;
    });
  }

  scratch(): Database {
    return this.#equipped(this.#tools.scratch());
  }

  fork(): Database {
    return this.#equipped(this.#tools.fork());
  }

  close(): void {
    this.#library.capi.sqlite3_close_v2(this.#database);
    this.#library.wasm.dealloc(this.#place);
    this.#tools.onClose();
  }

  /** The bytes of the database as a file. */
  serialise(): Uint8Array {
    return this.#library.capi.sqlite3_js_db_export(this.#database);
  }

  #equipped(other: Database): Database {
    for (const definition of this.#definitions) other.define(definition);
    return other;
  }

  #codeOf(definition: Definition): number {
    if (definition.kind === 'collation') return this.#defineCollation(definition);
    return definition.kind === 'function' ? this.#defineFunction(definition) : this.#defineAggregate(definition);
  }

  #defineAggregate({ name, call }: Definition & { readonly kind: 'aggregate' }): number {
    const { capi } = this.#library;
    /** The rows of each group that is not ended, by the place that SQLite keeps for it. */
    const groups = new Map<Pointer, SqlValue[][]>();
    const rowsOf = (context: Pointer): SqlValue[][] => {
      const place = capi.sqlite3_aggregate_context(context, PLACE_BYTES);
      const known = groups.get(place) ?? [];
      groups.set(place, known);
      return known;
    };
    const step = (context: Pointer, ...values: SqlValue[]): void => void rowsOf(context).push(values);
    const value = (context: Pointer): SqlValue => {
      try {
        return call(rowsOf(context));
      } catch (error) {
        throw new CallFailure(messageOf(error));
      }
    };
    const end = (context: Pointer): SqlValue => {
      try {
        return value(context);
      } finally {
        groups.delete(capi.sqlite3_aggregate_context(context, PLACE_BYTES));
      }
    };
    const inverse = (context: Pointer): void => void rowsOf(context).shift();
    const flags = UTF8 | INNOCUOUS;
    return capi.sqlite3_create_window_function(this.#database, name, -1, flags, 0, step, end, value, inverse, 0);
  }

  #defineFunction({ name, arity, deterministic, call }: Definition & { readonly kind: 'function' }): number {
    // Innocuous: a view or a check of the file may call it, whatever PRAGMA trusted_schema says.
    const flags = UTF8 | INNOCUOUS | (deterministic ? DETERMINISTIC : 0);
    const { capi } = this.#library;
    const given = (_context: Pointer, ...values: SqlValue[]): SqlValue => {
      try {
        return call(...values);
      } catch (error) {
        throw new CallFailure(messageOf(error));
      }
    };
    return capi.sqlite3_create_function_v2(this.#database, name, arity, flags, 0, given, 0, 0, 0);
  }

  #defineCollation({ name, compare }: Definition & { readonly kind: 'collation' }): number {
    const { capi, wasm } = this.#library;
    const textAt = (at: Pointer, length: number): string => decoder.decode(wasm.heap8u().subarray(at, at + length));
    const given = (_data: Pointer, length: number, at: Pointer, otherLength: number, otherAt: Pointer): number => {
      try {
        return compare(textAt(at, length), textAt(otherAt, otherLength));
      } catch (error) {
        this.#collationFault = messageOf(error);
        return 0;
      }
    };
    return capi.sqlite3_create_collation_v2(this.#database, name, UTF8, 0, given, 0);
  }

  /** Runs a statement to its end and shows each of its rows. */
  #each(
    sql: string,
    parameters: readonly SqlValue[] | undefined,
    visitor: (statement: Pointer, columns: number) => void,
  ): void {
    const { exports } = this.#library.wasm;
    const statement = this.#prepare(sql);
    try {
      parameters?.forEach((value, index) => this.#must(this.#bind(statement, index + 1, value)));
      const columns = exports.sqlite3_column_count(statement);
      let code = exports.sqlite3_step(statement);
      while (code === ROW) {
        visitor(statement, columns);
        code = exports.sqlite3_step(statement);
      }
      this.#must(exports.sqlite3_reset(statement));
      if (this.#collationFault !== null) throw new Refused(this.#collationFault);
    } finally {
      this.#collationFault = null;
      exports.sqlite3_finalize(statement);
    }
  }

  #prepare(sql: string): Pointer {
    const { wasm } = this.#library;
    wasm.pokePtr(this.#place, 0);
    const code = this.#withBytes(encoder.encode(`${sql}\0`), (at, length) =>
      wasm.exports.sqlite3_prepare_v2(this.#database, at, length, this.#place, 0),
    );
    this.#must(code);
    const statement = wasm.peekPtr(this.#place);
    if (statement === 0) throw new TypeError(`Nothing to prepare in: ${sql}`);
    return statement;
  }

  /** As sql.js binds: numbers that 32 bits hold as integers, others as reals. A bigint is an integer. */
  #bind(statement: Pointer, at: number, value: SqlValue): number {
    const { exports } = this.#library.wasm;
    if (value === null) return exports.sqlite3_bind_null(statement, at);
    if (typeof value === 'bigint') return exports.sqlite3_bind_int64(statement, at, value);
    if (typeof value === 'number') {
      return value === (value | 0)
        ? exports.sqlite3_bind_int64(statement, at, BigInt(value))
        : exports.sqlite3_bind_double(statement, at, value);
    }
    if (typeof value === 'string') {
      return this.#withBytes(encoder.encode(value), (place, length) =>
        exports.sqlite3_bind_text(statement, at, place, length, TRANSIENT),
      );
    }
    return this.#withBytes(value, (place, length) =>
      exports.sqlite3_bind_blob(statement, at, place, length, TRANSIENT),
    );
  }

  /** Hands bytes to SQLite for as long as `use` runs. */
  #withBytes(bytes: Uint8Array, use: (at: Pointer, length: number) => number): number {
    const { wasm } = this.#library;
    // Of no bytes SQLite would take the address for a missing value.
    const at = wasm.alloc.impl(Math.max(1, bytes.length));
    if (at === 0) throw new Refused('out of memory');
    try {
      wasm.heap8u().set(bytes, at);
      return use(at, bytes.length);
    } finally {
      wasm.dealloc(at);
    }
  }

  /** Reads the current row; integers that JavaScript's numbers hold exactly come as numbers, others as bigint. */
  #row(statement: Pointer, columns: number): Row {
    const { exports } = this.#library.wasm;
    const row: SqlValue[] = [];
    for (let column = 0; column < columns; column++) {
      const type = exports.sqlite3_column_type(statement, column);
      if (type === INTEGER) {
        const value = exports.sqlite3_column_double(statement, column);
        row.push(Number.isSafeInteger(value) ? value : exports.sqlite3_column_int64(statement, column));
      } else if (type === FLOAT) row.push(exports.sqlite3_column_double(statement, column));
      else if (type === TEXT) {
        const at = exports.sqlite3_column_text(statement, column);
        row.push(decode(this.#bytes(at, exports.sqlite3_column_bytes(statement, column))));
      } else if (type === BLOB) {
        const at = exports.sqlite3_column_blob(statement, column);
        row.push(this.#bytes(at, exports.sqlite3_column_bytes(statement, column)).slice());
      } else row.push(null);
    }
    return row;
  }

  #bytes(at: Pointer, length: number): Uint8Array {
    return this.#library.wasm.heap8u().subarray(at, at + length);
  }

  #must(code: number): void {
    if (code === OK) return;
    this.#tools.throwFault();
    throw new Refused(this.#message());
  }

  #message(): string {
    const { wasm } = this.#library;
    return wasm.cstrToJs(wasm.exports.sqlite3_errmsg(this.#database));
  }

  #guard<Value>(work: () => Value): Outcome<Value> {
    try {
      return { ok: true, value: work() };
    } catch (error) {
      // All else (a WASM trap, a source that cannot be read) is the end of this connection and not an answer to the statement.
      if (error instanceof Refused) return { ok: false, error: { message: error.message } };
      throw error;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
