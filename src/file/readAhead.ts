// Reads a file from its beginning to its end, a large piece at a time: asking for every few bytes alone would be slow.

import type { ByteSource } from './byteSource';

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
