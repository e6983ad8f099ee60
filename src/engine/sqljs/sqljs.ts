// The only file that knows sql.js: opens overlays as databases and turns its exceptions into outcomes.

import initSqlJs, { type BindParams, type SqlJsStatic, type Statement } from 'sql.js';
import wasmUrl from 'sql.js/dist/sql-wasm-browser.wasm?url';
import type { Database, Outcome, Row, SqlValue } from '../../database';
import { takeExport } from './wholeCopy';
import { Overlay } from '../pages/overlay';
import { sourceOfBytes } from '../../file/byteSource';
import { standInForFile } from './seam';

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

/**
 * The overlay is the undo, so nothing has to reach a disk, and one connection owns the file. A sort is kept in memory of up
 * to the size of the cache and then goes, a run at a time, to a temporary file, which is memory as well, but none of the
 * heap's, which never shrinks; with temp_store = MEMORY each entry would be an allocation of its own.
 */
const PRAGMAS = [
  'locking_mode = EXCLUSIVE',
  'journal_mode = MEMORY',
  'synchronous = OFF',
  'temp_store = FILE',
  'cache_size = -32768',
] as const;

/** A loaded engine: opens databases over overlays, and empty ones in memory. */
export interface Engine {
  /**
   * Opens the database whose bytes the overlay holds. What SQLite writes goes into the overlay.
   * @param onWork is called now and then while SQLite reads and writes, also in the middle of a statement
   */
  open(overlay: Overlay, onWork?: () => void): Database;
  /**
   * Puts what a database holds into its overlay, once its transaction is committed. Where the engine works on the overlay's
   * own pages it is there already.
   */
  settle(database: Database): void;
  /** A new, empty database in memory. */
  memory(): Database;
  /** The bytes of a new database, after `fill` has put into it what it should hold. */
  build(fill: (database: Database) => void): Uint8Array;
  /** Version of SQLite, as it names itself. */
  readonly version: string;
  /** Whether databases are read page by page from their overlays; otherwise each is copied into memory as a whole. */
  readonly onDemand: boolean;
}

/**
 * Loads sql.js.
 * @param wasmUrl where its .wasm file is; left out in Node, where sql.js finds it beside itself
 * @param seamHolds tells whether sql.js lets an overlay stand in for a file; where not, the engine works on plain bytes
 * Rejects when the WASM cannot be fetched or compiled. sql.js remembers a failed load: try again in a new worker.
 */
export async function loadEngine(
  wasmUrl?: string,
  seamHolds: (library: SqlJsStatic) => boolean = checkSeam,
): Promise<Engine> {
  const config: SqlJsConfig = {
    ...(wasmUrl === undefined ? {} : { locateFile: () => wasmUrl }),
    // With them, a file that has an index on log(x) cannot be opened: they shadow SQLite's own deterministic functions.
    useOldExtensionFunctions: false,
  };
  const library = await initSqlJs(config);
  const onDemand = seamHolds(library);
  const memory = (): Connection => {
    const connection = new Connection(new library.Database(), memory, forkNothing);
    // Each temporary file of a database in memory would be a file of sql.js's own, to be made and removed.
    connection.execute('PRAGMA temp_store = MEMORY');
    return connection;
  };
  const open = (overlay: Overlay, onWork?: () => void): Database => {
    const fork = (): Database => open(overlay.copy());
    const connection = onDemand
      ? new Connection(
          standInForFile(overlay, (bytes) => new library.Database(bytes), onWork),
          memory,
          fork,
        )
      : new CopiedConnection(library, overlay, memory, fork);
    for (const pragma of PRAGMAS) connection.execute(`PRAGMA ${pragma}`);
    return connection;
  };
  const settle = (database: Database): void => {
    if (database instanceof CopiedConnection) database.settle();
  };
  const build = (fill: (database: Database) => void): Uint8Array => {
    const plain = new library.Database();
    const connection = new Connection(plain, memory, forkNothing);
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
  return {
    open,
    settle,
    memory,
    build,
    version: version.ok ? String(version.value[0]?.[0]) : 'unknown',
    onDemand,
  };
}

/** Whether an overlay can stand in for a file of this sql.js: a small database grows, changes and is cut shorter through it. */
function checkSeam(library: SqlJsStatic): boolean {
  const plain = new library.Database();
  try {
    plain.run('PRAGMA auto_vacuum = FULL');
    plain.run('CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(20000)), (1)');
    const bytes = plain.export();
    const overlay = new Overlay(sourceOfBytes(bytes), 4096);
    const database = standInForFile(overlay, (placeholder) => new library.Database(placeholder));
    database.run('DELETE FROM t WHERE a <> 1');
    const shorter = overlay.size < bytes.length;
    database.run('INSERT INTO t VALUES (zeroblob(50000))');
    database.close();
    const grown = overlay.size > bytes.length;
    const written = new library.Database(overlay.read(0, overlay.size));
    const [result] = written.exec('SELECT sum(length(a)) FROM t');
    written.close();
    return shorter && grown && result?.values[0]?.[0] === 50001;
  } catch {
    return false;
  } finally {
    plain.close();
  }
}

function forkNothing(): never {
  throw new Error('A database in memory has no file that could be opened again');
}

class Connection implements Database {
  readonly #connection: SqlJsDatabase;
  readonly #memory: () => Database;
  readonly #fork: () => Database;
  #totalChanges: Statement | undefined;

  constructor(connection: SqlJsDatabase, memory: () => Database, fork: () => Database) {
    this.#connection = connection;
    this.#memory = memory;
    this.#fork = fork;
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

  fork(): Database {
    return this.#fork();
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

/** A database that is copied into memory as a whole, where sql.js does not let an overlay stand in for its file. */
class CopiedConnection extends Connection {
  readonly #plain: SqlJsDatabase;
  readonly #overlay: Overlay;

  constructor(library: SqlJsStatic, overlay: Overlay, memory: () => Database, fork: () => Database) {
    const plain = new library.Database(overlay.read(0, overlay.size));
    super(plain, memory, fork);
    this.#plain = plain;
    this.#overlay = overlay;
  }

  settle(): void {
    const [cookie] = this.#plain.exec('PRAGMA schema_version');
    takeExport(this.#overlay, this.#plain.export(), Number(cookie?.values[0]?.[0]));
  }
}
