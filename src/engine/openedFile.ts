// A database file that is open: any number of connections stand over its one source, each with pages of its own.

import type { Database, Outcome } from '../database';
import type { Finding } from '../file/finding';
import type { Header } from '../file/header';
import type { Refusal } from '../file/identify';
import { recover, type Layer, type SidecarReaders, type Sidecars } from '../file/recovery';
import { loadLate } from './late';
import { layeredBlob, sourceOfBlob } from './pages/blob';
import { Overlay } from './pages/overlay';
import { Preload } from './pages/preload';
import type { ByteSource } from '../file/byteSource';
import { ReadCache } from './pages/readCache';
import type { Engine } from './sqljs/sqljs';

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

/** A dropped file with what lies beside it, or a result: recovered, read on demand, and kept up to a limit. */
export function openFile(
  engine: Engine,
  file: Blob,
  { sidecars, readers }: { readonly sidecars: Sidecars<Blob>; readonly readers: SidecarReaders | null },
  cacheBytes: number,
): Outcome<{ readonly opened: OpenedFile; readonly findings: readonly Finding[] }, Refusal> {
  const sources = {
    log: sidecars.log && sourceOfBlob(sidecars.log),
    journal: sidecars.journal && sourceOfBlob(sidecars.journal),
  };
  const recovered = recover(sourceOfBlob(file), sources, readers);
  if (!recovered.ok) return recovered;
  const { source, header, layers, findings } = recovered.value;
  const cache = new ReadCache(source, cacheBytes);
  const opened = new OpenedFile(engine, file, { sidecars, layers, cache, header });
  return { ok: true, value: { opened, findings } };
}

/** What a file was recovered from, and what is kept of it. */
interface Recovery {
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
  readonly #engine: Engine;
  readonly #sidecars: Sidecars<Blob>;
  readonly #layers: readonly Layer[];
  #preload: Preload | null = null;

  constructor(engine: Engine, file: Blob, { sidecars, layers, cache, header }: Recovery) {
    this.#engine = engine;
    this.#sidecars = sidecars;
    this.#layers = layers;
    this.file = file;
    this.cache = cache;
    this.header = header;
  }

  /** The bytes of the recovered file. */
  get source(): ByteSource {
    return this.cache;
  }

  /** Whether the recovered file is the file itself, byte for byte. */
  get isPlain(): boolean {
    return this.#layers.length === 0;
  }

  /** Reads the file into the cache, from the first call on; the file must be plain. */
  preload(): Preload {
    return (this.#preload ??= new Preload(this.file, this.cache));
  }

  /** The file will not be asked for any more. */
  abandon(): void {
    this.#preload?.stop();
  }

  /** Bytes that are missing at the end of the file, by its header; zeros stand in their place. */
  get missingBytes(): number {
    const filled = this.#layers.find(({ sidecar }) => sidecar === null)?.layout.segments ?? [];
    return filled.reduce((sum, { from, start, end }) => (from === 'zeros' ? sum + end - start : sum), 0);
  }

  /** The recovered file as a Blob of slices: making it reads nothing. */
  get whole(): Blob {
    return this.#layers.reduce((below: Blob, { sidecar, layout }) => {
      const beside = sidecar && this.#sidecars[sidecar];
      return layeredBlob(layout, below, beside ?? new Blob());
    }, this.file);
  }

  /**
   * A new connection with pages of its own to write to; forgetting it undoes what it wrote.
   * @param onWork is called now and then while SQLite reads and writes, with the connection's overlay
   */
  connect(onWork?: (overlay: Overlay) => void): Connected {
    const overlay = new Overlay(this.source, this.header.pageSize);
    // Without its log, a WAL database is read like any other; the mark is put back into the result.
    if (this.header.readVersion === WAL) overlay.write(FILE_FORMAT_VERSIONS, Uint8Array.of(1, 1));
    return { database: this.#engine.open(overlay, onWork && (() => onWork(overlay))), overlay };
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

  /** Puts what a committed database holds into its overlay, with the mark of the journal mode that the file had. */
  settle({ database, overlay }: Connected): void {
    this.#engine.settle(database);
    if (this.header.readVersion === WAL) {
      overlay.write(FILE_FORMAT_VERSIONS, Uint8Array.of(this.header.writeVersion, WAL));
    }
  }
}
