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
