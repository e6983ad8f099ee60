// What is used of @sqlite.org/sqlite-wasm, SQLite's own build, and how it is loaded. Its published declarations know no parameter of
// its start, and take 64-bit integers, which are bigint here, for numbers.

import load from '@sqlite.org/sqlite-wasm';
import wasmUrl from '@sqlite.org/sqlite-wasm/sqlite3.wasm?url';

/** Address of the WASM that belongs to it. */
export { wasmUrl };

/** An address in the WASM's memory; 0 is none. */
export type Pointer = number;

/** A structure of C in the WASM's memory (https://sqlite.org/wasm/doc/trunk/c-structs.md); its members have a `$` before their names. */
interface Struct {
  readonly pointer: Pointer;
}

/** See https://sqlite.org/c3ref/vfs.html. */
export interface VfsStruct extends Struct {
  $iVersion: number;
  $szOsFile: number;
  $mxPathname: number;
  $xRandomness: Pointer;
  $xSleep: Pointer;
  $xCurrentTime: Pointer;
  $xCurrentTimeInt64: Pointer;
}

/** See https://sqlite.org/c3ref/io_methods.html. */
export interface IoMethodsStruct extends Struct {
  $iVersion: number;
}

type Method = (...values: never[]) => number;

/** A value that crosses between SQL and JavaScript. */
type Value = string | number | bigint | Uint8Array | null;

/** SQLite's functions as they are exported: all arguments and results are numbers, 64-bit integers bigint. */
export interface Exports {
  sqlite3_open_v2(name: Pointer, database: Pointer, flags: number, vfs: Pointer): number;
  sqlite3_prepare_v2(database: Pointer, sql: Pointer, bytes: number, statement: Pointer, tail: Pointer): number;
  sqlite3_step(statement: Pointer): number;
  sqlite3_reset(statement: Pointer): number;
  sqlite3_finalize(statement: Pointer): number;
  sqlite3_errmsg(database: Pointer): Pointer;
  sqlite3_changes(database: Pointer): number;
  sqlite3_total_changes64(database: Pointer): bigint;
  sqlite3_column_count(statement: Pointer): number;
  sqlite3_column_type(statement: Pointer, column: number): number;
  sqlite3_column_double(statement: Pointer, column: number): number;
  sqlite3_column_int64(statement: Pointer, column: number): bigint;
  sqlite3_column_text(statement: Pointer, column: number): Pointer;
  sqlite3_column_blob(statement: Pointer, column: number): Pointer;
  sqlite3_column_bytes(statement: Pointer, column: number): number;
  sqlite3_bind_null(statement: Pointer, at: number): number;
  sqlite3_bind_double(statement: Pointer, at: number, value: number): number;
  sqlite3_bind_int64(statement: Pointer, at: number, value: bigint): number;
  sqlite3_bind_text(statement: Pointer, at: number, value: Pointer, bytes: number, free: Pointer): number;
  sqlite3_bind_blob(statement: Pointer, at: number, value: Pointer, bytes: number, free: Pointer): number;
}

/** The C interface of SQLite as JavaScript (https://sqlite.org/wasm/doc/trunk/api-c-style.md). */
interface Capi {
  readonly sqlite3_vfs: new (pointer?: Pointer) => VfsStruct;
  readonly sqlite3_io_methods: new () => IoMethodsStruct;
  readonly sqlite3_file: { readonly structInfo: { readonly sizeof: number } };
  sqlite3_vfs_find(name: string | null): Pointer;
  sqlite3_close_v2(database: Pointer): number;
  sqlite3_db_config(database: Pointer, option: number, on: number, result: Pointer): number;
  sqlite3_create_function_v2(
    database: Pointer,
    name: string,
    arity: number,
    flags: number,
    data: Pointer,
    call: (context: Pointer, ...values: Value[]) => Value,
    step: Pointer,
    final: Pointer,
    destroy: Pointer,
  ): number;
  sqlite3_create_window_function(
    database: Pointer,
    name: string,
    arity: number,
    flags: number,
    data: Pointer,
    step: (context: Pointer, ...values: Value[]) => void,
    final: (context: Pointer) => Value,
    value: (context: Pointer) => Value,
    inverse: (context: Pointer, ...values: Value[]) => void,
    destroy: Pointer,
  ): number;
  /** The place that SQLite keeps for a group of rows: the same for all calls that are of it. */
  sqlite3_aggregate_context(context: Pointer, bytes: number): Pointer;
  sqlite3_create_collation_v2(
    database: Pointer,
    name: string,
    flags: number,
    data: Pointer,
    compare: (data: Pointer, length: number, text: Pointer, otherLength: number, otherText: Pointer) => number,
    destroy: Pointer,
  ): number;
  sqlite3_js_db_export(database: Pointer): Uint8Array;
}

/** Memory of the WASM (https://sqlite.org/wasm/doc/trunk/api-wasm.md). */
interface Wasm {
  readonly exports: Exports;
  /** Throws where there is no memory left; `impl` gives 0 then. */
  readonly alloc: { (bytes: number): Pointer; readonly impl: (bytes: number) => Pointer };
  dealloc(at: Pointer): void;
  /** To be asked for anew after each call that may allocate. */
  heap8u(): Uint8Array;
  peekPtr(at: Pointer): Pointer;
  pokePtr(at: Pointer, value: Pointer): void;
  poke32(at: Pointer, value: number): void;
  poke64(at: Pointer, value: bigint): void;
  /** The string in C that begins there. */
  cstrToJs(at: Pointer): string;
  /** A string in C with a NUL at its end, for as long as nobody frees it. */
  allocCString(text: string): Pointer;
}

/** The library, started. */
export interface Library {
  readonly version: { readonly libVersion: string };
  readonly capi: Capi;
  readonly wasm: Wasm;
  readonly vfs: {
    installVfs(parts: {
      readonly io: { readonly struct: IoMethodsStruct; readonly methods: Readonly<Record<string, Method>> };
      readonly vfs: {
        readonly struct: VfsStruct;
        readonly methods: Readonly<Record<string, Method>>;
        readonly name: string;
      };
    }): unknown;
  };
}

/** The file systems that it would offer beside ours. */
const UNUSED = { kvvfs: true, opfs: true, 'opfs-vfs': true, 'opfs-sahpool': true, 'opfs-wl': true };

/**
 * Starts the library.
 * @param wasm the bytes of its WASM; left out in Node, where it finds them beside itself
 */
export function startLibrary(wasm?: Uint8Array): Promise<Library> {
  // It is read once and then deleted (sqlite3ApiBootstrap).
  Object.assign(globalThis, { sqlite3ApiConfig: { disable: { vfs: UNUSED } } });
  const quiet = (): void => undefined;
  const start = load as unknown as (options: object) => Promise<Library>;
  return start({ print: quiet, printErr: quiet, ...(wasm && { wasmBinary: wasm }) });
}
