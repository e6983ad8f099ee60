// A cache between a source that is slow to ask (a File) and the many overlays that lie over it: one for all of them.

import type { ByteSource } from './overlay';

/** Bytes that are read at once: SQLite asks for a page, its neighbours are asked for next. */
const CHUNK_BYTES = 1 << 19;

/**
 * A source that keeps what was read from another one, up to a limit, and forgets what was not used for longest.
 * A file that fits is read once.
 */
export class ReadCache implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  /** Chunks in the order of their last use, oldest first. */
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #chunksKept: number;
  #last = -1;
  #lastChunk = new Uint8Array(0);

  /** @param limit bytes to keep at most; at least four chunks are kept */
  constructor(source: ByteSource, limit: number) {
    this.size = source.size;
    this.#source = source;
    this.#chunksKept = Math.max(4, Math.floor(limit / CHUNK_BYTES));
  }

  read(start: number, end: number): Uint8Array {
    const first = Math.floor(start / CHUNK_BYTES);
    const chunkStart = first * CHUNK_BYTES;
    if (end <= chunkStart + CHUNK_BYTES) return this.#chunk(first).subarray(start - chunkStart, end - chunkStart);
    const result = new Uint8Array(end - start);
    for (let position = start; position < end;) {
      const index = Math.floor(position / CHUNK_BYTES);
      const until = Math.min(end, (index + 1) * CHUNK_BYTES);
      const from = index * CHUNK_BYTES;
      result.set(this.#chunk(index).subarray(position - from, until - from), position - start);
      position = until;
    }
    return result;
  }

  #chunk(index: number): Uint8Array {
    // Most reads follow one another within a chunk.
    if (index === this.#last) return this.#lastChunk;
    let chunk = this.#chunks.get(index);
    if (chunk) {
      this.#chunks.delete(index);
    } else {
      const start = index * CHUNK_BYTES;
      chunk = this.#source.read(start, Math.min(start + CHUNK_BYTES, this.size));
      const oldest = this.#chunks.size >= this.#chunksKept ? this.#chunks.keys().next() : undefined;
      if (oldest && !oldest.done) this.#chunks.delete(oldest.value);
    }
    this.#chunks.set(index, chunk);
    this.#last = index;
    this.#lastChunk = chunk as Uint8Array<ArrayBuffer>;
    return chunk;
  }
}

/** How much of a file to keep in memory on a machine with this much of it (gigabytes, as browsers round it). */
export function cacheLimit(deviceMemory: number | undefined): number {
  return Math.round(((deviceMemory ?? 4) / 8) * (1 << 30));
}
