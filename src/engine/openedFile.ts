// A database file that is open: any number of connections stand over its one source, each with pages of its own.

import type { Database } from '../database';
import type { Header } from '../file/header';
import { sourceOfBlob } from './blob';
import { Overlay } from './overlay';
import type { ByteSource } from '../file/byteSource';
import { ReadCache } from './readCache';
import type { Engine } from './sqljs';

/** A connection, and the pages that it writes. */
export interface Connected {
  readonly database: Database;
  readonly overlay: Overlay;
}

const WAL = 2;
const FILE_FORMAT_VERSIONS = 18;

/** The source of a dropped file, or of a result: read on demand, and kept up to a limit. */
export function cachedSource(file: Blob, cacheBytes: number): ReadCache {
  return new ReadCache(sourceOfBlob(file), cacheBytes);
}

/** A file whose header has been read. */
export class OpenedFile {
  readonly file: Blob;
  readonly source: ByteSource;
  readonly header: Header;
  readonly #engine: Engine;

  constructor(engine: Engine, file: Blob, source: ByteSource, header: Header) {
    this.#engine = engine;
    this.file = file;
    this.source = source;
    this.header = header;
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
