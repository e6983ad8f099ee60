// Copy-on-write pages: a writable view of a file that is only ever read. Base bytes come on demand from the source,
// written pages lie over them in memory, and forgetting the overlay is undo.

/** Where the base bytes come from: a dropped File, a buffer, a file descriptor, another overlay. */
export interface ByteSource {
  /** Size in bytes. It never changes. */
  readonly size: number;
  /** The bytes from `start` up to `end` (exclusive, at most `size`), as a view or a copy that nobody else writes. */
  read(start: number, end: number): Uint8Array;
}

/** A source over bytes that are in memory already. They must not be changed as long as the source is in use. */
export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** Run of bytes of the result: either the source's own, untouched, or bytes that were written. */
export type Segment =
  | { readonly from: 'source'; readonly start: number; readonly end: number }
  | { readonly from: 'overlay'; readonly bytes: Uint8Array };

/**
 * A file of fixed-size pages over a source. Invariant: a page is in `written` or it is, byte for byte, the source's own
 * (bytes past the source's end read as zero).
 */
export class Overlay implements ByteSource {
  readonly source: ByteSource;
  readonly pageSize: number;
  #size: number;
  /** Where the source's bytes stop counting: truncating and growing again must not bring old bytes back. */
  #sourceEnd: number;
  readonly #written = new Map<number, Uint8Array>();

  /**
   * @param source the base; it is never written
   * @param pageSize bytes of one copied unit; the page size of the database, so that a changed unit is a changed page
   */
  constructor(source: ByteSource, pageSize: number) {
    this.source = source;
    this.pageSize = pageSize;
    this.#size = source.size;
    this.#sourceEnd = source.size;
  }

  /** Size in bytes as it is now, appended pages included. */
  get size(): number {
    return this.#size;
  }

  /** Numbers of the written pages (0-based), ascending. */
  get writtenPages(): readonly number[] {
    return [...this.#written.keys()].sort((a, b) => a - b);
  }

  /** Bytes held by written pages. */
  get writtenBytes(): number {
    return this.#written.size * this.pageSize;
  }

  read(start: number, end: number): Uint8Array {
    const stop = Math.min(end, this.#size);
    const first = Math.floor(start / this.pageSize);
    if (stop <= start) return new Uint8Array(0);
    if (stop <= (first + 1) * this.pageSize) return this.#readWithinPage(first, start, stop);
    const result = new Uint8Array(stop - start);
    for (let position = start; position < stop;) {
      const page = Math.floor(position / this.pageSize);
      const until = Math.min(stop, (page + 1) * this.pageSize);
      result.set(this.#readWithinPage(page, position, until), position - start);
      position = until;
    }
    return result;
  }

  /** Writes bytes at a position; the file grows when they end past its size. */
  write(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = position + done;
      const page = Math.floor(at / this.pageSize);
      const offset = at - page * this.pageSize;
      const length = Math.min(this.pageSize - offset, bytes.length - done);
      this.#pageToWrite(page, length).set(bytes.subarray(done, done + length), offset);
      done += length;
    }
    this.#size = Math.max(this.#size, position + bytes.length);
  }

  /** Cuts the file to `size` bytes, or grows it with zeros. */
  resize(size: number): void {
    if (size < this.#size) {
      const kept = Math.ceil(size / this.pageSize);
      for (const page of this.#written.keys()) if (page >= kept) this.#written.delete(page);
      const inLastPage = size - (kept - 1) * this.pageSize;
      if (kept > 0 && inLastPage < this.pageSize) this.#written.get(kept - 1)?.fill(0, inLastPage);
      this.#sourceEnd = Math.min(this.#sourceEnd, size);
    }
    this.#size = size;
  }

  /** The file as runs of the source and of written pages, in order: what a result is put together from. */
  segments(): readonly Segment[] {
    const segments: Segment[] = [];
    let position = 0;
    const sourceUntil = (end: number): void => {
      if (position < Math.min(end, this.#sourceEnd)) {
        segments.push({ from: 'source', start: position, end: Math.min(end, this.#sourceEnd) });
      }
      const gap = end - Math.max(position, this.#sourceEnd);
      if (gap > 0) segments.push({ from: 'overlay', bytes: new Uint8Array(gap) });
      position = Math.max(position, end);
    };
    for (const page of this.writtenPages) {
      const start = page * this.pageSize;
      sourceUntil(start);
      const bytes = this.#written.get(page)?.subarray(0, this.#size - start) ?? new Uint8Array(0);
      segments.push({ from: 'overlay', bytes });
      position = start + bytes.length;
    }
    sourceUntil(this.#size);
    return segments;
  }

  #readWithinPage(page: number, start: number, end: number): Uint8Array {
    const written = this.#written.get(page);
    if (written) return written.subarray(start - page * this.pageSize, end - page * this.pageSize);
    if (end <= this.#sourceEnd) return this.source.read(start, end);
    const result = new Uint8Array(end - start);
    if (start < this.#sourceEnd) result.set(this.source.read(start, this.#sourceEnd));
    return result;
  }

  #pageToWrite(page: number, length: number): Uint8Array {
    const written = this.#written.get(page);
    if (written) return written;
    const fresh = new Uint8Array(this.pageSize);
    // A page that is overwritten whole need not be read first.
    if (length < this.pageSize) {
      const start = page * this.pageSize;
      const end = Math.min(start + this.pageSize, this.#size);
      if (end > start) fresh.set(this.#readWithinPage(page, start, end));
    }
    this.#written.set(page, fresh);
    return fresh;
  }
}
