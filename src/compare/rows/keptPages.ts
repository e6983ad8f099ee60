// Pages that were at hand and will be asked for again: a page that is read alone costs a browser as much as a thousand in a row.

import { copyBytes, readInto, type ByteSource } from '../../file/byteSource';

/** Bytes that are kept of one file at most. */
const MOST_BYTES = 24 << 20;

/** Pages of a file, by their numbers. */
export class KeptPages {
  readonly #pageSize: number;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
  }

  /** Keeps a page, as long as there is room; the bytes must not change afterwards. */
  keep(page: number, bytes: Uint8Array): void {
    if ((this.#pages.size + 1) * this.#pageSize <= MOST_BYTES) this.#pages.set(page, bytes);
  }

  /** The file with what is kept of it at hand. */
  over(source: ByteSource): ByteSource {
    const [pageSize, pages] = [this.#pageSize, this.#pages];
    const into: NonNullable<ByteSource['readInto']> = (target, offset, position, length) => {
      const index = Math.floor(position / pageSize);
      const kept = pages.get(index + 1);
      const start = position - index * pageSize;
      if (!kept || start + length > pageSize) return readInto(source, target, offset, position, length);
      copyBytes(target, offset, kept, start, start + length);
      return length;
    };
    return {
      size: source.size,
      read: (start, end) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, source.size) - start));
        into(bytes, 0, start, bytes.length);
        return bytes;
      },
      readInto: into,
    };
  }
}
