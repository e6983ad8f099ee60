// Copy-on-write pages: a writable view of a file that is only ever read. Base bytes come on demand from the source,
// written pages lie over them in memory, and forgetting the overlay is undo.

import { copyBytes, readInto, type ByteArray, type ByteSource } from '../../file/byteSource';
import { ChunkedBytes, zeroPieces } from './chunkedBytes';
import { PageStore } from './pageStore';

/** SQLite appends page after page. Only in a damaged file does it find the number of a page that is so far past the end. */
const FARTHEST_GAP = 2 ** 32;

/** Run of bytes of the result: either the source's own, untouched, or bytes that were written. */
export type Segment =
  | { readonly from: 'source'; readonly start: number; readonly end: number }
  | { readonly from: 'overlay'; readonly bytes: Uint8Array };

/**
 * A file of fixed-size pages over a source. Invariants: a page of the source is in `#written` or it is, byte for byte,
 * the source's own (zero from `#sourceEnd` on). Bytes past the source's last page are in `#appended`. What memory holds
 * past the file's end is zero, so that growing brings no old bytes back.
 */
export class Overlay implements ByteSource {
  readonly source: ByteSource;
  readonly pageSize: number;
  /** Where the appended pages start: the end of the source's last page, which the source may not fill. */
  readonly #appendedFrom: number;
  readonly #written: PageStore;
  readonly #appended = new ChunkedBytes();
  #size: number;
  /** Where the source's bytes stop counting: truncating and growing again must not bring old bytes back. */
  #sourceEnd: number;
  #bytesRead = 0;
  #bytesWritten = 0;

  /**
   * @param source the base; it is never written
   * @param pageSize bytes of one copied unit; the page size of the database, so that a changed unit is a changed page
   */
  constructor(source: ByteSource, pageSize: number) {
    this.source = source;
    this.pageSize = pageSize;
    this.#written = new PageStore(pageSize);
    this.#size = source.size;
    this.#sourceEnd = source.size;
    this.#appendedFrom = Math.ceil(source.size / pageSize) * pageSize;
  }

  /** Another overlay over the same source that holds the same bytes: those that were written are copied. */
  copy(): Overlay {
    const copy = new Overlay(this.source, this.pageSize);
    let at = 0;
    for (const segment of this.segments()) {
      if (segment.from === 'overlay') copy.write(at, segment.bytes);
      at += segment.from === 'overlay' ? segment.bytes.length : segment.end - segment.start;
    }
    copy.resize(this.#size);
    return copy;
  }

  /** Size in bytes as it is now, appended pages included. */
  get size(): number {
    return this.#size;
  }

  /** Numbers of the written pages (0-based), ascending; all that were appended count as written. */
  get writtenPages(): readonly number[] {
    const pages = [...this.#written.numbers];
    for (let start = this.#appendedFrom; start < this.#size; start += this.pageSize) pages.push(start / this.pageSize);
    return pages;
  }

  /** Bytes that lie over the source: written pages, and all that was appended after its last page. */
  get writtenBytes(): number {
    return this.#written.count * this.pageSize + Math.max(0, this.#size - this.#appendedFrom);
  }

  /** Bytes of memory taken. */
  get heldBytes(): number {
    return this.#written.heldBytes + this.#appended.heldBytes;
  }

  /** How many pages' worth of bytes was read since the overlay was made, wherever they lay. It only grows. */
  get pagesRead(): number {
    return Math.ceil(this.#bytesRead / this.pageSize);
  }

  /** How many pages' worth of bytes was written since the overlay was made, rewritten ones counted again. */
  get pagesWritten(): number {
    return Math.ceil(this.#bytesWritten / this.pageSize);
  }

  /** A copy of the bytes from `start` up to `end` or to the end of the file. */
  read(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.#size) - start));
    this.readInto(bytes, 0, start, bytes.length);
    return bytes;
  }

  /** Copies `length` bytes from `position` on to `target` at `offset`; gives how many there were, fewer at the end. */
  readInto(target: ByteArray, offset: number, position: number, length: number): number {
    const end = Math.min(position + length, this.#size);
    if (end <= position) return 0;
    this.#bytesRead += end - position;
    const shift = offset - position;
    let at = position;
    while (at < end && at < this.#appendedFrom) {
      const page = Math.floor(at / this.pageSize);
      let until = Math.min(end, (page + 1) * this.pageSize);
      if (!this.#written.readInto(target, at + shift, page, at - page * this.pageSize, until - at)) {
        // One question to the source for all of its pages that follow one another.
        while (until < end && until < this.#appendedFrom && !this.#written.has(until / this.pageSize)) {
          until = Math.min(end, until + this.pageSize);
        }
        this.#readSource(target, at + shift, at, until);
      }
      at = until;
    }
    if (at < end) this.#appended.readInto(target, at + shift, at - this.#appendedFrom, end - at);
    return end - position;
  }

  /** Writes bytes at a position; the file grows when they end past its size. */
  write(position: number, bytes: Uint8Array): void {
    this.writeFrom(bytes, 0, bytes.length, position);
  }

  /**
   * Writes `length` bytes of `source` from `offset` on at `position`; the file grows when they end past its size. Throws
   * RangeError where there is no memory left; the file is a sound one then, in which part of the bytes are written.
   */
  writeFrom(source: ByteArray, offset: number, length: number, position: number): void {
    if (position > this.#size + FARTHEST_GAP)
      throw new RangeError(`No write at ${position} in a file of ${this.#size} bytes`);
    const end = position + length;
    const shift = offset - position;
    let at = position;
    while (at < end && at < this.#appendedFrom) {
      const page = Math.floor(at / this.pageSize);
      const from = at - page * this.pageSize;
      const until = Math.min(end, (page + 1) * this.pageSize);
      if (!this.#written.writeFrom(source, at + shift, until - at, page, from)) {
        this.#addPage(page, source, at + shift, until - at, from);
      }
      at = until;
      this.#size = Math.max(this.#size, at);
    }
    if (at < end) {
      // Grown first: nothing that is written before memory ends may lie past the end of the file.
      this.#size = Math.max(this.#size, end);
      this.#appended.writeFrom(source, at + shift, end - at, at - this.#appendedFrom);
    }
    this.#bytesWritten += length;
  }

  /** Cuts the file to `size` bytes, or grows it with zeros. */
  resize(size: number): void {
    if (size < this.#size) {
      this.#appended.cut(Math.max(0, size - this.#appendedFrom));
      if (size < this.#appendedFrom) {
        this.#written.cut(Math.ceil(size / this.pageSize));
        const page = Math.floor(size / this.pageSize);
        const cutOff = new Uint8Array((page + 1) * this.pageSize - size);
        this.#written.writeFrom(cutOff, 0, cutOff.length, page, this.pageSize - cutOff.length);
      }
      this.#sourceEnd = Math.min(this.#sourceEnd, size);
    }
    this.#size = size;
  }

  /**
   * The file as runs of the source and of written bytes, in order: what a result is put together from. Written bytes are
   * views in pieces of 4 MB at most; they stand for the file until it is written again.
   */
  segments(): readonly Segment[] {
    const segments: Segment[] = [];
    let position = 0;
    const add = (pieces: readonly Uint8Array[]): void => {
      for (const piece of pieces) {
        // The file may end within its last page.
        const bytes = piece.subarray(0, Math.max(0, this.#size - position));
        if (bytes.length > 0) segments.push({ from: 'overlay', bytes });
        position += bytes.length;
      }
    };
    const addUntouched = (end: number): void => {
      const sourceUntil = Math.min(end, this.#sourceEnd);
      if (position < sourceUntil) {
        segments.push({ from: 'source', start: position, end: sourceUntil });
        position = sourceUntil;
      }
      add(zeroPieces(end - position));
    };
    for (const { firstPage, pieces } of this.#written.runs()) {
      addUntouched(firstPage * this.pageSize);
      add(pieces);
    }
    addUntouched(Math.min(this.#size, this.#appendedFrom));
    add(this.#appended.pieces(0, this.#size - this.#appendedFrom));
    return segments;
  }

  /**
   * Numbers (0-based, ascending) of the source's pages that are here and not, byte for byte, what they are in the source.
   * A page that was written with its own bytes is unchanged. Pages that were cut off are not told, but compared if the
   * file has grown again. Reads those pages of the source.
   */
  changedPages(): readonly number[] {
    const sourcePages = this.#appendedFrom / this.pageSize;
    const cutFrom = this.#sourceEnd < this.source.size ? Math.floor(this.#sourceEnd / this.pageSize) : sourcePages;
    const candidates = this.#written.numbers.filter((page) => page < cutFrom);
    for (let page = cutFrom; page < sourcePages && page * this.pageSize < this.#size; page++) candidates.push(page);
    const ours = new Int32Array(Math.ceil(this.pageSize / 4));
    const theirs = new Int32Array(ours.length);
    return candidates.filter((page) => {
      const start = page * this.pageSize;
      const length = Math.min(this.pageSize, this.source.size - start);
      if (this.#size < start + length) return true;
      // The last page may not fill the words in which pages are compared.
      ours.fill(0);
      theirs.fill(0);
      this.readInto(new Uint8Array(ours.buffer), 0, start, length);
      readInto(this.source, new Uint8Array(theirs.buffer), 0, start, length);
      for (let word = 0; word * 4 < length; word++) if (ours[word] !== theirs[word]) return true;
      return false;
    });
  }

  #readSource(target: ByteArray, offset: number, start: number, end: number): void {
    const held = Math.max(start, Math.min(end, this.#sourceEnd));
    if (held > start) readInto(this.source, target, offset, start, held - start);
    if (end > held) target.fill(0, offset + held - start, offset + end - start);
  }

  /** Takes a page of the source over into `#written`, with `length` bytes at its byte `from` already changed. */
  #addPage(page: number, source: ByteArray, offset: number, length: number, from: number): void {
    // A page that is overwritten whole need not be read first.
    if (length === this.pageSize) {
      this.#written.add(page, source, offset);
      return;
    }
    const bytes = new Uint8Array(this.pageSize);
    const start = page * this.pageSize;
    this.#readSource(bytes, 0, start, start + this.pageSize);
    copyBytes(bytes, from, source, offset, offset + length);
    this.#written.add(page, bytes, 0);
  }
}
