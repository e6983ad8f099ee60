// Bytes in memory that grow by gigabytes without ever being copied to a larger place: an array of chunks.

import { copyBytes, type ByteArray } from '../../file/byteSource';

/** Large enough that gigabytes are few pieces, small enough that the last one wastes little. */
const CHUNK_BYTES = 4 << 20;
/** The first chunk starts small and doubles, so that a small database does not take a large chunk. */
const FIRST_BYTES = 16 << 10;

/**
 * An endless array of bytes, all zero at first. It takes memory for chunks in which something was written.
 * Positions are in bytes and may be beyond 2^32.
 */
export class ChunkedBytes {
  /** A chunk that is missing, and what lies past the end of the first one, is zero. */
  readonly #chunks: (Uint8Array | undefined)[] = [];
  #heldBytes = 0;

  /** Bytes of memory that the chunks take. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Copies `length` bytes from `position` on to `target` at `offset`. */
  readInto(target: ByteArray, offset: number, position: number, length: number): void {
    for (let done = 0; done < length;) {
      const index = Math.floor((position + done) / CHUNK_BYTES);
      const from = position + done - index * CHUNK_BYTES;
      const until = Math.min(CHUNK_BYTES, from + length - done);
      const chunk = this.#chunks[index];
      const held = Math.max(from, Math.min(until, chunk?.length ?? 0));
      if (chunk && held > from) copyBytes(target, offset + done, chunk, from, held);
      if (until > held) target.fill(0, offset + done + held - from, offset + done + until - from);
      done += until - from;
    }
  }

  /** Writes `length` bytes of `source` from `offset` on at `position`. Throws RangeError where there is no memory left. */
  writeFrom(source: ByteArray, offset: number, length: number, position: number): void {
    for (let done = 0; done < length;) {
      const index = Math.floor((position + done) / CHUNK_BYTES);
      const from = position + done - index * CHUNK_BYTES;
      const until = Math.min(CHUNK_BYTES, from + length - done);
      const chunk = this.#chunks[index];
      const writable = chunk && chunk.length >= until ? chunk : this.#grownChunk(index, until);
      copyBytes(writable, from, source, offset + done, offset + done + until - from);
      done += until - from;
    }
  }

  /** Makes all bytes from `length` on zero, and gives the memory of the chunks that lie wholly there back. */
  cut(length: number): void {
    const kept = Math.ceil(length / CHUNK_BYTES);
    for (let index = this.#chunks.length - 1; index >= kept; index--) {
      this.#heldBytes -= this.#chunks[index]?.length ?? 0;
    }
    if (this.#chunks.length > kept) this.#chunks.length = kept;
    this.#chunks[kept - 1]?.fill(0, length - (kept - 1) * CHUNK_BYTES);
  }

  /**
   * The bytes from `start` up to `end`, in order and in pieces of 4 MB at most: views of the chunks, which show later
   * writes or not.
   */
  pieces(start: number, end: number): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let position = start; position < end;) {
      const index = Math.floor(position / CHUNK_BYTES);
      const from = position - index * CHUNK_BYTES;
      const until = Math.min(CHUNK_BYTES, end - index * CHUNK_BYTES);
      const held = this.#chunks[index]?.subarray(from, until);
      if (held && held.length > 0) pieces.push(held);
      pieces.push(...zeroPieces(until - from - (held?.length ?? 0)));
      position += until - from;
    }
    return pieces;
  }

  #grownChunk(index: number, length: number): Uint8Array {
    const old = this.#chunks[index];
    let size = index > 0 ? CHUNK_BYTES : Math.max(FIRST_BYTES, old?.length ?? 0);
    while (size < length) size *= 2;
    const chunk = new Uint8Array(size);
    if (old) chunk.set(old);
    this.#chunks[index] = chunk;
    this.#heldBytes += size - (old?.length ?? 0);
    return chunk;
  }
}

/** So many zero bytes, in pieces that share one memory. */
export function zeroPieces(length: number): readonly Uint8Array[] {
  if (length <= 0) return [];
  const zeros = new Uint8Array(Math.min(length, CHUNK_BYTES));
  return Array.from({ length: Math.ceil(length / CHUNK_BYTES) }, (_, index) =>
    zeros.subarray(0, Math.min(CHUNK_BYTES, length - index * CHUNK_BYTES)),
  );
}
