// A database file that is open: any number of connections stand over its one source, each with pages of its own.

import type { Database, Definition, Outcome } from '../database';
import type { Finding } from '../file/finding';
import type { Header } from '../file/header';
import type { Refusal } from '../file/identify';
import { recover, type Layer, type SidecarReaders, type Sidecars } from '../file/recovery';
import { readSchema } from '../schema/read';
import type { Schema } from '../schema/schema';
import { loadLate } from './late';
import { layeredBlob, sourceOfBlob } from './pages/blob';
import { Overlay } from './pages/overlay';
import { Preload } from './pages/preload';
import type { ByteSource } from '../file/byteSource';
import { ReadCache } from './pages/readCache';
import type { Engine } from './engine';

/** A connection, and the pages that it writes. */
export interface Connected {
  readonly database: Database;
  readonly overlay: Overlay;
}

const WAL = 2;
const FILE_FORMAT_VERSIONS = 18;

/** The code that reads sidecars, where there is one to be read; few databases have any, so it is no part of the first load. */
export async function readersFor({ log, journal }: Sidecars<Blob>): Promise<Outcome<SidecarReaders | null, Refusal>> {
  if (!log && !journal) return { ok: true, value: null };
  return loadLate('reads -wal and -journal files', () => import('../file/sidecars'));
}

/** A dropped file with what lies beside it, or a result: recovered, to be read on demand, and kept up to a limit. */
export function recoverFile(
  file: Blob,
  { sidecars, readers }: { readonly sidecars: Sidecars<Blob>; readonly readers: SidecarReaders | null },
  cacheBytes: number,
): Outcome<{ readonly recovery: Recovery; readonly findings: readonly Finding[] }, Refusal> {
  const sources = {
    log: sidecars.log && sourceOfBlob(sidecars.log),
    journal: sidecars.journal && sourceOfBlob(sidecars.journal),
  };
  const recovered = recover(sourceOfBlob(file), sources, readers);
  if (!recovered.ok) return recovered;
  const { source, header, layers, findings } = recovered.value;
  const cache = new ReadCache(source, cacheBytes);
  return { ok: true, value: { recovery: { file, sidecars, layers, cache, header }, findings } };
}

/** What a file was recovered from, and what is kept of it. */
export interface Recovery {
  readonly file: Blob;
  readonly sidecars: Sidecars<Blob>;
  readonly layers: readonly Layer[];
  readonly cache: ReadCache;
  readonly header: Header;
}

/** A file whose header has been read. */
export class OpenedFile {
  /** The file itself, without its sidecars. */
  readonly file: Blob;
  readonly header: Header;
  /** What is kept of the recovered file. */
  readonly cache: ReadCache;
  readonly engine: Engine;
  readonly #recovery: Recovery;
  readonly #definitions: readonly Definition[];
  #preload: Preload | null = null;
  #schema: Schema | null = null;

  /** @param definitions functions and collations that every connection knows */
  constructor(engine: Engine, recovery: Recovery, definitions: readonly Definition[] = []) {
    this.engine = engine;
    this.#recovery = recovery;
    this.#definitions = definitions;
    this.file = recovery.file;
    this.cache = recovery.cache;
    this.header = recovery.header;
  }

  /** The same file for another engine, or with other definitions; what was read of it stays. Connections that are open stay with theirs. */
  on(engine: Engine, definitions: readonly Definition[]): OpenedFile {
    if (engine === this.engine && definitions.length + this.#definitions.length === 0) return this;
    const other = new OpenedFile(engine, this.#recovery, definitions);
    other.#preload = this.#preload;
    return other;
  }

  /** What a run has made of this file, for the same engine and with the same definitions. */
  resultOf(recovery: Recovery): OpenedFile {
    return new OpenedFile(this.engine, recovery, this.#definitions);
  }

  /** The bytes of the recovered file. */
  get source(): ByteSource {
    return this.cache;
  }

  /** Whether the recovered file is the file itself, byte for byte. */
  get isPlain(): boolean {
    return this.#recovery.layers.length === 0;
  }

  /** Reads the file into the cache, from the first call on; the file must be plain. */
  preload(): Preload {
    return (this.#preload ??= new Preload(this.file, this.cache));
  }

  /** Gives back the memory of what is kept of the file. Whoever asks for it next has it read anew. */
  giveBack(): void {
    this.#preload?.stop();
    this.#preload = null;
    this.cache.clear();
  }

  /** The file will not be asked for any more. */
  abandon(): void {
    this.#preload?.stop();
  }

  /** Bytes that are missing at the end of the file, by its header; zeros stand in their place. */
  get missingBytes(): number {
    const filled = this.#recovery.layers.find(({ sidecar }) => sidecar === null)?.layout.segments ?? [];
    return filled.reduce((sum, { from, start, end }) => (from === 'zeros' ? sum + end - start : sum), 0);
  }

  /** The recovered file as a Blob of slices: making it reads nothing. */
  get whole(): Blob {
    const { layers, sidecars } = this.#recovery;
    return layers.reduce((below: Blob, { sidecar, layout }) => {
      const beside = sidecar && sidecars[sidecar];
      return layeredBlob(layout, below, beside ?? new Blob());
    }, this.file);
  }

  /**
   * A new connection with pages of its own to write to; forgetting it undoes what it wrote.
   * @param onWork is called now and then while SQLite reads and writes, with the connection's overlay
   * @param source the bytes of the recovered file, where somebody has some of them at hand
   */
  connect(onWork?: (overlay: Overlay) => void, source: ByteSource = this.source): Connected {
    const overlay = new Overlay(source, this.header.pageSize);
    // Without its log, a WAL database is read like any other; the mark is put back into the result.
    if (this.header.readVersion === WAL) overlay.write(FILE_FORMAT_VERSIONS, Uint8Array.of(1, 1));
    const database = this.engine.open(overlay, onWork && (() => onWork(overlay)));
    // What an engine cannot have is missing at the statement that needs it.
    for (const definition of this.#definitions) database.define(definition);
    return { database, overlay };
  }

  /** The schema of the file, which stays as it is: read by the first who asks. @param database a connection that has changed nothing */
  schemaBy(database: Database): Schema {
    return (this.#schema ??= readSchema(database));
  }

  /** Takes the schema of the file from somebody who has read it. */
  knowSchema(schema: Schema): void {
    this.#schema = schema;
  }

  /** Does something with a connection that is closed afterwards. */
  using<Value>(use: (connected: Connected) => Value, onWork?: (overlay: Overlay) => void): Value {
    const connected = this.connect(onWork);
    try {
      return use(connected);
    } finally {
      connected.database.close();
    }
  }

  /** Puts the mark of the journal mode that the file had into what a committed run has written. */
  settle({ overlay }: Connected): void {
    if (this.header.readVersion === WAL) {
      overlay.write(FILE_FORMAT_VERSIONS, Uint8Array.of(this.header.writeVersion, WAL));
    }
  }
}
