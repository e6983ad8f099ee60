// Where bytes come from, and how runs of them are copied from one place in memory to another.

/** Bytes in memory: a buffer of ours, or a view of the engine's heap, which is signed in some engines. */
export type ByteArray = Uint8Array | Int8Array;

/** Where base bytes come from: a dropped File, a buffer, a cache, an overlay. */
export interface ByteSource {
  /** Size in bytes. It does not change as long as something lies over the source. */
  readonly size: number;
  /**
   * The bytes from `start` up to `end` (exclusive, at most `size`), as a view or a copy. Whoever asked does not write to
   * them, and is done with them before the source is written or asked again.
   */
  read(start: number, end: number): Uint8Array;
  /**
   * Copies `length` bytes from `position` on to `target` at `offset`; gives how many there were, fewer at the end.
   * A source that can do no better than `read` leaves it out.
   */
  readInto?(target: ByteArray, offset: number, position: number, length: number): number;
}

/** A source over bytes that are in memory already. They must not be changed as long as the source is in use. */
export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (start, end) => bytes.subarray(start, end),
    readInto: (target, offset, position, length) => {
      const end = Math.min(position + length, bytes.length);
      if (end <= position) return 0;
      copyBytes(target, offset, bytes, position, end);
      return end - position;
    },
  };
}

/** Copies bytes of any source as `ByteSource.readInto` does, in one step where the source knows how to. */
export function readInto(
  source: ByteSource,
  target: ByteArray,
  offset: number,
  position: number,
  length: number,
): number {
  if (source.readInto) return source.readInto(target, offset, position, length);
  const end = Math.min(position + length, source.size);
  if (end <= position) return 0;
  copyBytes(target, offset, source.read(position, end), 0, end - position);
  return end - position;
}

/** Up to this length a loop is faster than making the view that `set` needs. */
const FEW_BYTES = 24;

/** Copies the bytes of `source` from `start` up to `end` (exclusive) to `target` at `offset`. Both must hold them. */
export function copyBytes(target: ByteArray, offset: number, source: ByteArray, start: number, end: number): void {
  if (end - start <= FEW_BYTES) {
    for (let from = start, to = offset; from < end; from++, to++) target[to] = source[from] ?? 0;
  } else if (start === 0 && end === source.length) {
    target.set(source, offset);
  } else {
    target.set(source.subarray(start, end), offset);
  }
}

/** Views of a file for a reader that goes forward through it. */
export class ReadAhead {
  readonly #bytes: ByteSource;
  readonly #pieceSize: number;
  #piece: Uint8Array = new Uint8Array(0);
  /** Where the piece begins in the file. */
  #start = 0;

  /** @param pieceSize bytes that are read at once, or more where one view needs more */
  constructor(bytes: ByteSource, pieceSize = 1 << 22) {
    this.#bytes = bytes;
    this.#pieceSize = pieceSize;
  }

  /** The `length` bytes that begin at `start`; all of them must lie in the file. To be used before the next call. */
  view(start: number, length: number): DataView {
    if (start < this.#start || start + length > this.#start + this.#piece.length) {
      this.#piece = this.#bytes.read(start, Math.min(start + Math.max(length, this.#pieceSize), this.#bytes.size));
      this.#start = start;
    }
    return new DataView(this.#piece.buffer, this.#piece.byteOffset + (start - this.#start), length);
  }
}
