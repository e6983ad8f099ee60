// The bytes of a file as the core reads them: on demand, a piece at a time.

/** Bytes that never change while they are in use. */
export interface Bytes {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end` (exclusive, at most `size`), as a view or a copy that nobody else writes. */
  read(start: number, end: number): Uint8Array;
  /** Copies bytes from `position` on to `target` at `offset`, where the bytes can do so without another copy. */
  readInto?(target: Uint8Array, offset: number, position: number, length: number): number;
}
