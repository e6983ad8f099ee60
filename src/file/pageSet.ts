// A set of page numbers: one bit for each, in pieces that are made when a page in their range is added.

/** Pages that one piece has room for. */
const PAGES_OF_A_PIECE = 1 << 15;

/** A set of page numbers that only grows. All pages of 10 GB in pages of 512 bytes take 2.6 MB. */
export class PageSet {
  readonly #pieces = new Map<number, Uint8Array>();

  /** Adds a page; false where it was in the set already. */
  add(page: number): boolean {
    const place = Math.floor(page / PAGES_OF_A_PIECE);
    let piece = this.#pieces.get(place);
    if (piece === undefined) this.#pieces.set(place, (piece = new Uint8Array(PAGES_OF_A_PIECE / 8)));
    const [at, bit] = [(page % PAGES_OF_A_PIECE) >> 3, 1 << (page & 7)];
    const bits = piece[at] ?? 0;
    piece[at] = bits | bit;
    return (bits & bit) === 0;
  }
}
