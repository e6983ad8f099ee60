// A file as numbered pages: reads them one by one, counts the reads, and knows the pages whose place alone says what they are.

import { damaged, type Intact } from './damage';
import type { Header } from './header';

/** Gives the pages of a file. What `read` throws, for a file that is gone say, goes through to the caller. */
export interface PageReader {
  /** Whole pages that the file has. */
  readonly pageCount: number;
  /**
   * All bytes of a page, 1 being the first. They are looked at before the next call only, so that one buffer will do.
   */
  read(page: number): Uint8Array;
}

/** The byte that SQLite locks; the page that holds it stays empty. */
const LOCK_BYTE = 0x40000000;
/** Bytes of one entry of a pointer map. */
export const POINTER_MAP_ENTRY = 5;

/** A file of pages as its header describes it. Page numbers begin with 1. */
export class PagedFile {
  readonly #reader: PageReader;
  readonly header: Header;
  readonly pageCount: number;
  /** Bytes of a page without those reserved at its end. */
  readonly usable: number;
  #reads = 0;

  constructor(reader: PageReader, header: Header) {
    this.#reader = reader;
    this.header = header;
    this.pageCount = reader.pageCount;
    this.usable = header.pageSize - header.reservedBytes;
  }

  /** How many pages were read so far. */
  get reads(): number {
    return this.#reads;
  }

  /** A view of the bytes of a page of this file, to be used before the next read. */
  read(page: number): Intact<DataView> {
    this.#reads++;
    const bytes = this.#reader.read(page);
    if (bytes.length < this.header.pageSize) return damaged(page, 'cut short');
    return { ok: true, value: new DataView(bytes.buffer, bytes.byteOffset, this.header.pageSize) };
  }

  /**
   * What a page is by its number alone (https://sqlite.org/fileformat2.html, 1.4 “The Lock-Byte Page” and
   * 1.8 “Pointer Map or Ptrmap Pages”); null where only what points to it tells.
   */
  placeOf(page: number): 'lock byte' | 'pointer map' | null {
    if (page === this.#lockBytePage) return 'lock byte';
    return this.header.largestRootPage !== 0 && page > 1 && this.pointerMapOf(page) === page ? 'pointer map' : null;
  }

  /** The pointer map page that has the entry of a page beyond the first, or is that page itself. */
  pointerMapOf(page: number): number {
    const pagesOfOneMap = Math.floor(this.usable / POINTER_MAP_ENTRY) + 1;
    const map = Math.floor((page - 2) / pagesOfOneMap) * pagesOfOneMap + 2;
    return map === this.#lockBytePage ? map + 1 : map;
  }

  /** Whether a pointer of a b-tree, an overflow chain or the freelist may name this page. */
  mayPointTo(page: number): boolean {
    return page > 1 && page <= this.pageCount && this.placeOf(page) === null;
  }

  get #lockBytePage(): number {
    return LOCK_BYTE / this.header.pageSize + 1;
  }
}
