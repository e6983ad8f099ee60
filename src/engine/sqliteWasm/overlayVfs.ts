// A file system for SQLite (https://sqlite.org/vfs.html) whose databases are overlays, and whose other files, temporary ones and
// journals, are kept in chunks of memory outside the WASM's heap. Nothing reaches a disk.

import type { ByteArray } from '../../file/byteSource';
import { ChunkedBytes } from '../pages/chunkedBytes';
import type { Overlay } from '../pages/overlay';
import { WORK_BETWEEN_CALLS } from '../engine';
import type { Library, Pointer } from './library';

/** Result codes (https://sqlite.org/rescode.html). */
const OK = 0;
const CANTOPEN = 14;
const FULL = 13;
const NOTFOUND = 12;
const IOERR_READ = 10 | (1 << 8);
const IOERR_SHORT_READ = 10 | (2 << 8);
const IOERR_WRITE = 10 | (3 << 8);
const IOERR_TRUNCATE = 10 | (6 << 8);

/** SQLITE_IOCAP_POWERSAFE_OVERWRITE, which SQLite's own files have as well: without it a journal is padded to whole sectors. */
const POWERSAFE_OVERWRITE = 0x1000;
const SECTOR_BYTES = 4096;
const LONGEST_NAME = 512;

const NAME = 'overlays';

/** A file as SQLite sees it. */
interface OpenFile {
  readonly size: number;
  readInto(target: ByteArray, offset: number, position: number, length: number): number;
  writeFrom(source: ByteArray, offset: number, length: number, position: number): void;
  resize(size: number): void;
}

/** The file system, once for a library. Databases are opened by the names that it gives to their overlays. */
export class OverlayVfs {
  readonly name = NAME;
  readonly #library: Library;
  /** What can be opened by a name: overlays, and the journals beside them. */
  readonly #named = new Map<string, OpenFile>();
  /** What is open, by the address of SQLite's handle. */
  readonly #open = new Map<Pointer, OpenFile>();
  #names = 0;
  #fault: { readonly error: unknown } | null = null;

  constructor(library: Library) {
    this.#library = library;
    this.#install();
  }

  /**
   * Makes an overlay a file that can be opened.
   * @param onWork is called now and then while SQLite reads and writes it
   */
  add(overlay: Overlay, onWork: () => void = () => undefined): string {
    const name = `overlay${++this.#names}`;
    this.#named.set(name, new OverlayFile(overlay, onWork));
    return name;
  }

  /** Forgets a file, and the journals that lie beside it. */
  remove(name: string): void {
    for (const known of this.#named.keys())
      if (known === name || known.startsWith(`${name}-`)) this.#named.delete(known);
  }

  /**
   * What went wrong below SQLite since this was asked last: a file that cannot be read any more, a lack of memory. SQLite was told
   * of an input/output error, and knows no more than that. Throws it.
   */
  throwFault(): void {
    const fault = this.#fault;
    if (!fault) return;
    this.#fault = null;
    throw fault.error;
  }

  #install(): void {
    const { capi, vfs } = this.#library;
    const usual = new capi.sqlite3_vfs(capi.sqlite3_vfs_find(null));
    const struct = new capi.sqlite3_vfs();
    struct.$iVersion = 2;
    struct.$szOsFile = capi.sqlite3_file.structInfo.sizeof;
    struct.$mxPathname = LONGEST_NAME;
    struct.$xRandomness = usual.$xRandomness;
    struct.$xSleep = usual.$xSleep;
    struct.$xCurrentTime = usual.$xCurrentTime;
    struct.$xCurrentTimeInt64 = usual.$xCurrentTimeInt64;
    const io = new capi.sqlite3_io_methods();
    // Without shared memory: one connection has a database to itself.
    io.$iVersion = 1;
    vfs.installVfs({
      io: { struct: io, methods: this.#fileMethods() },
      vfs: { struct, methods: this.#systemMethods(io.pointer), name: NAME },
    });
  }

  #systemMethods(io: Pointer) {
    const { wasm } = this.#library;
    const copyName = (name: Pointer, room: number, target: Pointer): number => {
      const heap = wasm.heap8u();
      const length = heap.indexOf(0, name) - name + 1;
      if (length > room) return CANTOPEN;
      heap.copyWithin(target, name, name + length);
      return OK;
    };
    return {
      xOpen: (_vfs: Pointer, name: Pointer, handle: Pointer, flags: number, flagsOut: Pointer): number => {
        const file = name === 0 ? new MemoryFile() : this.#find(wasm.cstrToJs(name));
        // An open file has methods, one that could not be opened has none: then SQLite does not close it.
        wasm.pokePtr(handle, file ? io : 0);
        if (!file) return CANTOPEN;
        this.#open.set(handle, file);
        if (flagsOut !== 0) wasm.poke32(flagsOut, flags);
        return OK;
      },
      xDelete: (_vfs: Pointer, name: Pointer): number => {
        this.#named.delete(wasm.cstrToJs(name));
        return OK;
      },
      xAccess: (_vfs: Pointer, name: Pointer, _flags: number, result: Pointer): number => {
        wasm.poke32(result, this.#named.has(wasm.cstrToJs(name)) ? 1 : 0);
        return OK;
      },
      xFullPathname: (_vfs: Pointer, name: Pointer, room: number, target: Pointer): number =>
        copyName(name, room, target),
      xGetLastError: (): number => OK,
    };
  }

  /** A file beside an overlay is made when it is asked for; there is nothing else that a name could mean. */
  #find(name: string): OpenFile | null {
    const known = this.#named.get(name);
    if (known) return known;
    const beside = name.lastIndexOf('-');
    if (beside < 0 || !this.#named.has(name.slice(0, beside))) return null;
    const made = new MemoryFile();
    this.#named.set(name, made);
    return made;
  }

  #fileMethods() {
    const { wasm } = this.#library;
    /** JavaScript's exceptions stay outside of SQLite, which goes on as after any failure of a disk. */
    const guarded = (code: number, work: () => number): number => {
      try {
        return work();
      } catch (error) {
        this.#fault ??= { error };
        return code;
      }
    };
    const fileOf = (handle: Pointer): OpenFile => {
      const file = this.#open.get(handle);
      if (!file) throw new Error('SQLite uses a file that is not open');
      return file;
    };
    return {
      xClose: (handle: Pointer): number => {
        this.#open.delete(handle);
        return OK;
      },
      xRead: (handle: Pointer, target: Pointer, length: number, position: bigint): number =>
        guarded(IOERR_READ, () => {
          const heap = wasm.heap8u();
          const read = fileOf(handle).readInto(heap, target, Number(position), length);
          if (read === length) return OK;
          heap.fill(0, target + read, target + length);
          return IOERR_SHORT_READ;
        }),
      xWrite: (handle: Pointer, source: Pointer, length: number, position: bigint): number =>
        guarded(IOERR_WRITE, () => {
          try {
            fileOf(handle).writeFrom(wasm.heap8u(), source, length, Number(position));
            return OK;
          } catch (error) {
            // No memory left: SQLite is told that the disk is full, and rolls back.
            if (error instanceof RangeError) return FULL;
            throw error;
          }
        }),
      xTruncate: (handle: Pointer, size: bigint): number =>
        guarded(IOERR_TRUNCATE, () => {
          fileOf(handle).resize(Number(size));
          return OK;
        }),
      xFileSize: (handle: Pointer, result: Pointer): number => {
        wasm.poke64(result, BigInt(fileOf(handle).size));
        return OK;
      },
      xSync: (): number => OK,
      xLock: (): number => OK,
      xUnlock: (): number => OK,
      xCheckReservedLock: (_handle: Pointer, result: Pointer): number => {
        wasm.poke32(result, 0);
        return OK;
      },
      xFileControl: (): number => NOTFOUND,
      xSectorSize: (): number => SECTOR_BYTES,
      xDeviceCharacteristics: (): number => POWERSAFE_OVERWRITE,
    };
  }
}

/** An overlay that tells of the work on it. */
class OverlayFile implements OpenFile {
  readonly #overlay: Overlay;
  readonly #onWork: () => void;
  #untilCall = WORK_BETWEEN_CALLS;

  constructor(overlay: Overlay, onWork: () => void) {
    this.#overlay = overlay;
    this.#onWork = onWork;
  }

  get size(): number {
    return this.#overlay.size;
  }

  readInto(target: ByteArray, offset: number, position: number, length: number): number {
    this.#count();
    return this.#overlay.readInto(target, offset, position, length);
  }

  writeFrom(source: ByteArray, offset: number, length: number, position: number): void {
    this.#count();
    this.#overlay.writeFrom(source, offset, length, position);
  }

  resize(size: number): void {
    this.#overlay.resize(size);
  }

  #count(): void {
    if (--this.#untilCall > 0) return;
    this.#untilCall = WORK_BETWEEN_CALLS;
    this.#onWork();
  }
}

/** A file of SQLite's own: the runs of a sort, a journal. */
class MemoryFile implements OpenFile {
  readonly #bytes = new ChunkedBytes();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  readInto(target: ByteArray, offset: number, position: number, length: number): number {
    const there = Math.max(0, Math.min(length, this.#size - position));
    this.#bytes.readInto(target, offset, position, there);
    return there;
  }

  writeFrom(source: ByteArray, offset: number, length: number, position: number): void {
    this.#bytes.writeFrom(source, offset, length, position);
    this.#size = Math.max(this.#size, position + length);
  }

  resize(size: number): void {
    if (size < this.#size) this.#bytes.cut(size);
    this.#size = size;
  }
}
