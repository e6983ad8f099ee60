// What the rivals use of @sqlite.org/sqlite-wasm. Its own declarations come and go with its releases.

declare module '@sqlite.org/sqlite-wasm' {
  /** An address in the WASM's memory; some releases give it as bigint. */
  type Pointer = number | bigint;

  export interface Database {
    readonly pointer: Pointer;
    checkRc(code: number): this;
    exec(sql: string): this;
    close(): void;
  }

  export interface Capi {
    readonly SQLITE_DESERIALIZE_FREEONCLOSE: number;
    readonly SQLITE_DESERIALIZE_RESIZEABLE: number;
    readonly SQLITE_FCNTL_SIZE_LIMIT: number;
    readonly SQLITE_SERIALIZE_NOCOPY: number;
    sqlite3_deserialize(
      database: Pointer,
      schema: string,
      at: Pointer,
      bytes: number,
      capacity: number,
      flags: number,
    ): number;
    sqlite3_file_control(database: Pointer, schema: string, operation: number, argument: Pointer): number;
    sqlite3_serialize(database: Pointer, schema: string, size: Pointer, flags: number): Pointer;
  }

  export interface Wasm {
    /** Throws where there is no memory left. */
    alloc(bytes: number): Pointer;
    dealloc(at: Pointer): void;
    heap8u(): Uint8Array;
    poke(at: Pointer, value: bigint, type: 'i64'): void;
    peek(at: Pointer, type: 'i64'): bigint;
  }

  /** See "opfs-sahpool" in https://sqlite.org/wasm/doc/trunk/persistence.md. */
  export interface Pool {
    readonly OpfsSAHPoolDb: new (name: string) => Database;
    importDb(name: string, next: () => Promise<Uint8Array | undefined>): Promise<number>;
    pauseVfs(): void;
  }

  export interface Sqlite3 {
    readonly version: { readonly libVersion: string };
    readonly capi: Capi;
    readonly wasm: Wasm;
    readonly oo1: { readonly DB: new (name: string) => Database };
    /** Since 3.43. */
    readonly installOpfsSAHPoolVfs?: (options: {
      readonly directory: string;
      readonly clearOnInit: boolean;
    }) => Promise<Pool>;
  }

  export default function load(): Promise<Sqlite3>;
}
