// A file that is laid out from two: the pages of a sidecar (a write-ahead log, a rollback journal) in the places that
// they have in the database, and the database's own bytes everywhere else. No byte is copied until it is read.

import type { ByteSource } from './byteSource';

/** Run of bytes of the laid out file. */
export interface Segment {
  /** Zeros stand where neither file has anything: SQLite extends a file with them. */
  readonly from: 'database' | 'sidecar' | 'zeros';
  /** Where the run begins in the file that it is from; for zeros, in the laid out file. */
  readonly start: number;
  /** Where it ends there (exclusive). */
  readonly end: number;
}

/** A file as segments, in order and without gaps. */
export interface Layout {
  /** In bytes; the lengths of all segments together. */
  readonly size: number;
  readonly segments: readonly Segment[];
}

/** What a file is laid out from. */
export interface Parts {
  /** In bytes; it may be more or less than `size`. */
  readonly databaseSize: number;
  readonly pageSize: number;
  /** Number of a page (1 is the first) → offset of its bytes in the sidecar. No page may reach past `size`. */
  readonly pages: ReadonlyMap<number, number>;
  /** Size of the result in bytes. */
  readonly size: number;
}

/** Lays a file out: its pages from the sidecar, the rest from the database as far as that goes, then zeros. */
export function layOut({ databaseSize, pageSize, pages, size }: Parts): Layout {
  const segments: Segment[] = [];
  let done = 0;
  const fillUpTo = (place: number): void => {
    const databaseEnd = Math.min(place, databaseSize);
    if (done < databaseEnd) {
      segments.push({ from: 'database', start: done, end: databaseEnd });
      done = databaseEnd;
    }
    if (done < place) segments.push({ from: 'zeros', start: done, end: place });
    done = place;
  };
  for (const page of Float64Array.from(pages.keys()).sort()) {
    const offset = pages.get(page) ?? 0;
    fillUpTo((page - 1) * pageSize);
    segments.push({ from: 'sidecar', start: offset, end: offset + pageSize });
    done += pageSize;
  }
  fillUpTo(size);
  return { size, segments };
}

/** A laid out file as bytes that can be read. Neither of the two files is written. */
export class LaidOut implements ByteSource {
  readonly size: number;
  readonly #segments: readonly Segment[];
  /** Where each segment begins in the laid out file. */
  readonly #places: Float64Array;
  readonly #database: ByteSource;
  readonly #sidecar: ByteSource;

  constructor({ size, segments }: Layout, database: ByteSource, sidecar: ByteSource) {
    this.size = size;
    this.#segments = segments;
    this.#places = new Float64Array(segments.length);
    let place = 0;
    segments.forEach(({ start, end }, index) => {
      this.#places[index] = place;
      place += end - start;
    });
    this.#database = database;
    this.#sidecar = sidecar;
  }

  /** The bytes from `start` up to `end` (exclusive, at most `size`), as a view or a copy that nobody else writes. */
  read(start: number, end: number): Uint8Array {
    const first = this.#indexAt(start);
    if (end <= this.#placeAfter(first)) return this.#part(first, start, end);
    const result = new Uint8Array(end - start);
    for (let index = first, at = start; at < end; index++) {
      const partEnd = Math.min(end, this.#placeAfter(index));
      result.set(this.#part(index, at, partEnd), at - start);
      at = partEnd;
    }
    return result;
  }

  /** What lies between two places of the laid out file that are both in one segment. */
  #part(index: number, from: number, to: number): Uint8Array {
    const segment = this.#segments[index];
    if (segment === undefined || segment.from === 'zeros') return new Uint8Array(to - from);
    const shift = segment.start - (this.#places[index] ?? 0);
    return (segment.from === 'database' ? this.#database : this.#sidecar).read(from + shift, to + shift);
  }

  #placeAfter(index: number): number {
    return this.#places[index + 1] ?? this.size;
  }

  /** The last segment that begins at a place or before it. */
  #indexAt(place: number): number {
    let [low, high] = [0, this.#places.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#places[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
