// The pointer map of an auto_vacuum file: what each page is, and which page points to it.

import { damaged, type Intact } from './damage';
import { POINTER_MAP_ENTRY, type PagedFile } from './pagedFile';

/** What the pointer map says of a page. `parent` is the page that points to it; for a root or a free page it is 0. */
export interface PointerMapEntry {
  readonly kind: 'root' | 'freelist' | 'overflow' | 'b-tree';
  readonly parent: number;
}

/** The types of entries: a chain's first page has one that differs from those of its further pages. */
const KINDS: readonly (PointerMapEntry['kind'] | undefined)[] = [
  undefined,
  'root',
  'freelist',
  'overflow',
  'overflow',
  'b-tree',
];

/**
 * The pointer map of a file that has one (https://sqlite.org/fileformat2.html, 1.8 “Pointer Map or Ptrmap Pages”). Keeps the
 * map pages that it has read: five bytes for each page of the file at most.
 */
export class PointerMap {
  readonly #file: PagedFile;
  readonly #maps = new Map<number, DataView>();

  constructor(file: PagedFile) {
    this.#file = file;
  }

  /** The entry of a page that is neither the first nor a pointer map nor the lock-byte page. */
  entryOf(page: number): Intact<PointerMapEntry> {
    const mapPage = this.#file.pointerMapOf(page);
    let map = this.#maps.get(mapPage);
    if (map === undefined) {
      const read = this.#file.read(mapPage);
      if (!read.ok) return read;
      const { buffer, byteOffset, byteLength } = read.value;
      map = new DataView(buffer.slice(byteOffset, byteOffset + byteLength));
      this.#maps.set(mapPage, map);
    }
    const at = POINTER_MAP_ENTRY * (page - mapPage - 1);
    const [kind, parent] = [KINDS[map.getUint8(at)], map.getUint32(at + 1)];
    if (kind === undefined) return damaged(mapPage, 'pointer map entry');
    const hasParent = kind === 'overflow' || kind === 'b-tree';
    if (hasParent && parent !== 1 && !this.#file.mayPointTo(parent)) return damaged(mapPage, 'points out of place');
    return { ok: true, value: { kind, parent } };
  }
}
