// The only file that knows sql.js: opens overlays as databases and turns its exceptions into outcomes.

import initSqlJs, { type BindParams, type SqlJsStatic, type Statement } from 'sql.js';
import wasmUrl from 'sql.js/dist/sql-wasm-browser.wasm?url';
import type { Database, Definition, Outcome, Row, SqlValue } from '../../database';
import { sourceOfBytes } from '../../file/byteSource';
import { forkNothing, PRAGMAS, SeamMoved, type Engine } from '../engine';
import { Overlay } from '../pages/overlay';
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
 * Loads sql.js.
 * @param wasmUrl where its .wasm file is; left out in Node, where sql.js finds it beside itself
 * Rejects when the WASM cannot be fetched or compiled. sql.js remembers a failed load: try again in a new worker. Rejects with
 * SeamMoved where sql.js does not let an overlay stand in for a file.
 */
export async function loadEngine(wasmUrl?: string): Promise<Engine> {
  const config: SqlJsConfig = {
    ...(wasmUrl === undefined ? {} : { locateFile: () => wasmUrl }),
    // With them, a file that has an index on log(x) cannot be opened: they shadow SQLite's own deterministic functions.
    useOldExtensionFunctions: false,
  };
  const library = await initSqlJs(config);
  if (!seamHolds(library)) throw new SeamMoved('an overlay does not stand in for a file');
  const memory = (): Connection => {
    const connection = new Connection(new library.Database(), memory, forkNothing);
    // Each temporary file of a database in memory would be a file of sql.js's own, to be made and removed.
    connection.execute('PRAGMA temp_store = MEMORY');
    return connection;
  };
  const open = (overlay: Overlay, onWork?: () => void): Database => {
    const connection = new Connection(
      standInForFile(overlay, (bytes) => new library.Database(bytes), onWork),
      memory,
      () => open(overlay.copy()),
    );
    for (const pragma of PRAGMAS) connection.execute(`PRAGMA ${pragma}`);
    return connection;
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
    name: 'sql.js',
    version: version.ok ? String(version.value[0]?.[0]) : 'unknown',
    open,
    memory,
    build,
  };
}

/** Whether an overlay can stand in for a file of this sql.js: a small database grows, changes and is cut shorter through it. */
function seamHolds(library: SqlJsStatic): boolean {
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

class Connection implements Database {
  readonly #connection: SqlJsDatabase;
  readonly #memory: () => Database;
  readonly #fork: () => Database;
  readonly #definitions: Definition[] = [];
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

  define(definition: Definition): Outcome<undefined> {
    const { kind, name } = definition;
    if (kind === 'collation') return { ok: false, error: { message: `no such collation sequence: ${name}` } };
    // sql.js has aggregates, but no window functions; the other engine has both.
    if (kind === 'aggregate') return { ok: false, error: { message: `no such function: ${name}` } };
    const { arity, call } = definition;
    // sql.js knows a function by how many parameters it says it has, and cannot give an integer beyond 32 bits back.
    const given = (...values: SqlValue[]): SqlValue => {
      const result = call(...values);
      return typeof result === 'bigint' ? Number(result) : result;
    };
    return this.#guard(() => {
      this.#connection.create_function(name, Object.defineProperty(given, 'length', { value: arity }));
      this.#definitions.push(definition);
      return undefined;
    });
  }

  scratch(): Database {
    return this.#equipped(this.#memory());
  }

  fork(): Database {
    return this.#equipped(this.#fork());
  }

  #equipped(other: Database): Database {
    for (const definition of this.#definitions) other.define(definition);
    return other;
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
