// Tells reading in order from jumping about, and so how much of a file to read at once.

/** How many walks are told apart: the pages of one table are asked for between those of others. */
const WALKS = 16;
/** A step over at most so many blocks belongs to the same walk: pages of others lie between. */
const LARGEST_STEP = 8;
/** How many times as much is read whenever a walk has come to what was not read yet. */
const GROWTH = 8;

/**
 * Follows the blocks that are asked for. A walk through a file, forwards or backwards (as `PRAGMA integrity_check` goes
 * through each b-tree), gets longer and longer reads; all else gets single blocks. That it reads blocks that its steps go
 * over costs less than to ask for each block alone.
 */
export class Walks {
  /** For each walk: the block that was asked for last, when, and how many were read for it last. */
  readonly #block = new Float64Array(WALKS).fill(-Infinity);
  readonly #usedAt = new Float64Array(WALKS);
  readonly #length = new Float64Array(WALKS);
  #current = 0;
  #backwards = false;
  #now = 0;

  /** Whether the last step of the walk that was followed last went towards the file's beginning. */
  get backwards(): boolean {
    return this.#backwards;
  }

  /** Takes note of a block that is asked for. */
  follow(block: number): void {
    this.#now++;
    let stalest = 0;
    for (let walk = 0; walk < WALKS; walk++) {
      const step = block - (this.#block[walk] ?? 0);
      if (step <= LARGEST_STEP && step >= -LARGEST_STEP) {
        this.#moveTo(walk, block, step < 0);
        return;
      }
      if ((this.#usedAt[walk] ?? 0) < (this.#usedAt[stalest] ?? 0)) stalest = walk;
    }
    this.#length[stalest] = 0;
    this.#moveTo(stalest, block, false);
  }

  /**
   * How many blocks to read from the one on that was followed last; whoever asks reads them.
   * @param most of this many or fewer
   * @param room for what is read ahead, in blocks: walks that go on at the same time share it
   */
  nextLength(most: number, room: number): number {
    const share = Math.floor(room / this.#goingOn(room));
    const length = Math.max(1, Math.min(most, share, (this.#length[this.#current] ?? 0) * GROWTH));
    this.#length[this.#current] = length;
    return length;
  }

  /** Walks with more than a block read ahead that were followed not so long ago; the current one counts in any case. */
  #goingOn(blocks: number): number {
    let count = 1;
    for (let walk = 0; walk < WALKS; walk++) {
      const isRecent = (this.#usedAt[walk] ?? 0) > this.#now - 2 * blocks;
      if (walk !== this.#current && isRecent && (this.#length[walk] ?? 0) > 1) count++;
    }
    return count;
  }

  #moveTo(walk: number, block: number, backwards: boolean): void {
    this.#block[walk] = block;
    this.#usedAt[walk] = this.#now;
    this.#current = walk;
    this.#backwards = backwards;
  }
}
