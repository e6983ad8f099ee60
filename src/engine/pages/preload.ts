// Reads a file into its cache in one go, in large slices: faster than asking for it piece by piece while SQLite waits.

import type { ReadCache } from './readCache';

/** What is asked for at once. In Chromium smaller slices take longer, and larger ones are no faster. */
const SLICE_BYTES = 32 << 20;
/** So many slices are on their way: one is read while another one is handed over. More of them gain nothing. */
const SLICES_AT_ONCE = 2;

/**
 * Fills the cache with the file from its beginning, until all of it is there, no more finds room, or it is stopped. The
 * slices are not copied: the cache keeps them as they are. A file that cannot be read is left to whoever needs a page of it,
 * and then learns why.
 */
export class Preload {
  /** Resolves when no more will be read; never rejects. */
  readonly ended: Promise<void>;
  /** Is told how many bytes have been read, each time a slice has come. */
  onBytes: (done: number) => void = () => undefined;
  readonly #file: Blob;
  readonly #cache: ReadCache;
  readonly #sliceBytes: number;
  /** Where the next slice begins; at no byte of the file when it is stopped. */
  #next = 0;
  #done = 0;

  /** @param sliceBytes bytes of a slice, a multiple of the cache's blocks */
  constructor(file: Blob, cache: ReadCache, sliceBytes = SLICE_BYTES) {
    this.#file = file;
    this.#cache = cache;
    this.#sliceBytes = sliceBytes;
    this.ended = Promise.all(Array.from({ length: SLICES_AT_ONCE }, () => this.#readOn())).then(() => undefined);
  }

  /** Asks for no further slice, and takes none. */
  stop(): void {
    this.#next = Infinity;
  }

  async #readOn(): Promise<void> {
    while (this.#next < this.#file.size) {
      const start = this.#next;
      this.#next += this.#sliceBytes;
      const bytes = await bytesOf(this.#file.slice(start, start + this.#sliceBytes));
      if (this.#next === Infinity) return;
      if (!bytes || !this.#cache.fill(start, bytes)) this.stop();
      this.#done += bytes?.length ?? 0;
      this.onBytes(this.#done);
    }
  }
}

/** The bytes of a Blob; null where they cannot be read, or where there is no memory for them. */
async function bytesOf(blob: Blob): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    return null;
  }
}
