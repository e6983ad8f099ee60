// The only file that knows sql.js: opens overlays as databases and turns its exceptions into outcomes.

import initSqlJs, { type BindParams, type SqlJsStatic, type Statement } from 'sql.js';
import wasmUrl from 'sql.js/dist/sql-wasm-browser.wasm?url';
import type { Database, Outcome, Row, SqlValue } from '../database';
import type { Overlay } from './overlay';

/** What @types/sql.js does not know yet of sql.js 1.16: initialisation without its old extension functions, bigint. */
interface SqlJsConfig {
  readonly locateFile?: (file: string) => string;
  readonly useOldExtensionFunctions: boolean;
}
interface BigIntStatement {
  get(parameters: null, config: { readonly useBigInt: true }): SqlValue[];
}

/** Address of the WASM that belongs to the sql.js of a browser. */
export { wasmUrl };

type SqlJsDatabase = InstanceType<SqlJsStatic['Database']>;

/** A loaded engine: opens databases over overlays, and empty ones in memory. */
export interface Engine {
  /** Opens the database whose bytes the overlay holds. What SQLite writes goes into the overlay. */
  open(overlay: Overlay): Database;
  /** A new, empty database in memory. */
  memory(): Database;
  /** The bytes of a new database, after `fill` has put into it what it should hold. */
  build(fill: (database: Database) => void): Uint8Array;
  /** Version of SQLite, as it names itself. */
  readonly version: string;
}

/**
 * Loads sql.js.
 * @param wasmUrl where its .wasm file is; left out in Node, where sql.js finds it beside itself
 * Rejects when the WASM cannot be fetched or compiled. sql.js remembers a failed load: try again in a new worker.
 */
export async function loadEngine(wasmUrl?: string): Promise<Engine> {
  const config: SqlJsConfig = {
    ...(wasmUrl === undefined ? {} : { locateFile: () => wasmUrl }),
    // With them, a file that has an index on log(x) cannot be opened: they shadow SQLite's own deterministic functions.
    useOldExtensionFunctions: false,
  };
  const library = await initSqlJs(config);
  const memory = (): SqlJsConnection => new SqlJsConnection(new library.Database(), memory);
  const open = (overlay: Overlay): Database => {
    const connection = new SqlJsConnection(openOver(library, overlay), memory);
    // The overlay is the undo, so nothing has to reach a disk; one connection owns the file.
    for (const pragma of ['locking_mode=EXCLUSIVE', 'journal_mode=MEMORY', 'synchronous=OFF', 'temp_store=MEMORY']) {
      connection.execute(`PRAGMA ${pragma}`);
    }
    return connection;
  };
  const build = (fill: (database: Database) => void): Uint8Array => {
    const plain = new library.Database();
    const connection = new SqlJsConnection(plain, memory);
    try {
      fill(connection);
      return plain.export();
    } finally {
      connection.close();
    }
  };
  const probe = memory();
  const version = probe.query('SELECT sqlite_version()');
  probe.close();
  return { open, memory, build, version: version.ok ? String(version.value[0]?.[0]) : 'unknown' };
}

let filesOpened = 0;

/**
 * Puts an overlay where sql.js keeps a file's bytes. Emscripten's MEMFS stores what `data.slice()` returns as the file's
 * contents and afterwards uses its `length`, `subarray` and `set` alone. When it truncates a file it replaces the
 * contents by a fresh array, so the property that holds them is pinned to the overlay and the replacement read as the
 * new size. MEMFS's property names are minified; the node is caught when it is stored under its file name.
 * test/engine/seam.test.ts fails when a new sql.js moves any of this.
 */
function openOver(library: SqlJsStatic, overlay: Overlay): SqlJsDatabase {
  const contents = new FileContents(overlay);
  const data = { length: overlay.size, subarray: () => data, slice: () => contents };
  // sql.js names a file after a random number below 2^32.
  const number = filesOpened++;
  const name = `dbfile_${number}`;
  let node: Record<string, unknown> | undefined;
  const random = Math.random;
  try {
    Math.random = () => (number + 0.5) / 0xffffffff;
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      set(this: object, value: Record<string, unknown>) {
        node = value;
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
      },
    });
    const database = new library.Database(data);
    const held = Object.keys(node ?? {}).find((key) => node?.[key] === contents);
    if (!node || held === undefined) throw new Error('sql.js no longer keeps a file where this engine expects it');
    Object.defineProperty(node, held, {
      get: () => contents,
      set: (replacement: Uint8Array) => contents.resizeTo(replacement.length),
    });
    return database;
  } finally {
    Math.random = random;
    Reflect.deleteProperty(Object.prototype, name);
  }
}

/** The overlay in the shape in which MEMFS uses a byte array. */
class FileContents {
  /** MEMFS grows contents by copying them when this is exceeded: it never is. */
  readonly length = Number.MAX_SAFE_INTEGER;
  readonly #overlay: Overlay;
  #resizing = false;

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  resizeTo(size: number): void {
    this.#overlay.resize(size);
    this.#resizing = true;
  }

  subarray(start: number, end: number): Uint8Array {
    // After a replacement MEMFS copies the old contents into the new: they are there already.
    return this.#resizing ? new Uint8Array(0) : this.#overlay.read(start, end);
  }

  set(bytes: Uint8Array, position = 0): void {
    if (this.#resizing) this.#resizing = false;
    else this.#overlay.write(position, bytes);
  }
}

class SqlJsConnection implements Database {
  readonly #connection: SqlJsDatabase;
  readonly #memory: () => Database;
  #totalChanges: Statement | undefined;

  constructor(connection: SqlJsDatabase, memory: () => Database) {
    this.#connection = connection;
    this.#memory = memory;
  }

  execute(sql: string, parameters?: readonly SqlValue[]): Outcome<{ readonly changes: number }> {
    return this.#guard(() => {
      const before = this.#countChanges();
      this.#each(sql, parameters, () => undefined);
      // sqlite3_changes() keeps the count of an earlier statement; only a moved total says that it is this one's.
      return { changes: this.#countChanges() === before ? 0 : this.#connection.getRowsModified() };
    });
  }

  query(sql: string, parameters?: readonly SqlValue[]): Outcome<readonly Row[]> {
    return this.#guard(() => {
      const rows: Row[] = [];
      this.#each(sql, parameters, (statement) => rows.push(readRow(statement)));
      return rows;
    });
  }

  visit(sql: string, parameters: readonly SqlValue[], visitor: (row: Row) => void): Outcome<undefined> {
    return this.#guard(() => {
      this.#each(sql, parameters, (statement) => visitor(readRow(statement)));
      return undefined;
    });
  }

  compile(sql: string): Outcome<undefined> {
    return this.#guard(() => {
      this.#connection.prepare(sql).free();
      return undefined;
    });
  }

  scratch(): Database {
    return this.#memory();
  }

  close(): void {
    this.#totalChanges?.free();
    this.#connection.close();
  }

  /** Throws what sql.js throws. */
  #each(sql: string, parameters: readonly SqlValue[] | undefined, visitor: (statement: Statement) => void): void {
    const statement = this.#connection.prepare(sql);
    try {
      if (parameters?.length) statement.bind(parameters as BindParams);
      while (statement.step()) visitor(statement);
    } finally {
      statement.free();
    }
  }

  #countChanges(): unknown {
    this.#totalChanges ??= this.#connection.prepare('SELECT total_changes()');
    this.#totalChanges.step();
    const count = this.#totalChanges.get()[0];
    this.#totalChanges.reset();
    return count;
  }

  #guard<Value>(work: () => Value): Outcome<Value> {
    try {
      return { ok: true, value: work() };
    } catch (error) {
      // sql.js reports SQLite's errors as plain Errors. All else (a WASM trap, a source that cannot be read) is the end
      // of this connection and not an answer to the statement.
      if (error instanceof Error && error.constructor === Error)
        return { ok: false, error: { message: error.message } };
      throw error;
    }
  }
}

/** Reads the current row; integers that JavaScript's numbers hold exactly come as numbers, others as bigint. */
function readRow(statement: Statement): Row {
  const exact = (statement as unknown as BigIntStatement).get(null, { useBigInt: true });
  return exact.map((value) =>
    typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : value,
  );
}
