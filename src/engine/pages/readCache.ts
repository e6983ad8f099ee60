// A cache between a source that is slow to ask (a File) and the many overlays that lie over it: one for all of them; and how
// many bytes of the file it may keep.

import { copyBytes, type ByteArray, type ByteSource } from '../../file/byteSource';
import { discard } from './blob';
import { RecencyList } from './recencyList';
import { Walks } from './readPattern';

/** What is kept or forgotten as one. In Chromium a read of a File takes 1 ms, and so many bytes hardly more. */
const BLOCK_BYTES = 1 << 15;
/** The longest read, in blocks: 32 MB. In Chromium 500 MB take 0.6 s in such reads, 0.9 s in reads of 8 MB, 1.6 s of 1 MB. */
const LONGEST_READ = 1024;
/** With fewer, two walks through the file would push each other out. */
const FEWEST_BLOCKS = 8;

/**
 * A source that keeps what was read from another one, up to a limit. A file that fits is read once. Of a region that is
 * larger and read again and again, as much stays as fits; forgetting what was used longest ago would keep nothing of it.
 *
 * Three quarters of the room are for `#kept` blocks; what is new goes through `#recent`, a queue. A block that has to be
 * read once more gets a place among the kept ones if it was asked for since the coldest of those was, for then it comes
 * back sooner. That is the rule of LIRS (Jiang and Zhang, SIGMETRICS 2002). That use inside the queue counts for nothing
 * is 2Q's (Johnson and Shasha, VLDB 1994). When each block was asked for last is remembered for the whole file, which
 * with all else takes a thousandth of its size.
 */
export class ReadCache implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  /** By number, as long as they are in `#kept` or in `#recent`. */
  readonly #blocks: (Uint8Array | undefined)[];
  /** When each block was asked for last, as counted by `#now`; 0 for never. */
  readonly #usedAt: Float64Array;
  readonly #kept: RecencyList;
  readonly #recent: RecencyList;
  readonly #walks = new Walks();
  #mostKept = 0;
  #mostRecent = 0;
  #now = 0;
  /** The block that was asked for last: most questions follow one another within a block. */
  #last = -1;
  #lastBytes = new Uint8Array(0) as Uint8Array;
  #heldBytes = 0;
  #hits = 0;
  #misses = 0;
  #sourceReads = 0;
  #sourceBytes = 0;

  /** @param limit bytes to keep at most, rounded up to blocks of 32 kB; at least eight of them are kept */
  constructor(source: ByteSource, limit: number) {
    this.size = source.size;
    this.#source = source;
    const blocks = Math.ceil(source.size / BLOCK_BYTES);
    this.#blocks = new Array<Uint8Array | undefined>(blocks).fill(undefined);
    this.#usedAt = new Float64Array(blocks);
    this.#kept = new RecencyList(blocks);
    this.#recent = new RecencyList(blocks);
    this.setLimit(limit);
  }

  /** Bytes of the source that are in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** How often a block was asked for that was in memory. */
  get hits(): number {
    return this.#hits;
  }

  /** How often a block was asked for that had to be read. */
  get misses(): number {
    return this.#misses;
  }

  /** How often the source was asked. */
  get sourceReads(): number {
    return this.#sourceReads;
  }

  /** Bytes that the source gave. */
  get sourceBytes(): number {
    return this.#sourceBytes;
  }

  /** Changes how many bytes are kept at most, as in the constructor; what is too much is forgotten at once. */
  setLimit(limit: number): void {
    const most = Math.max(FEWEST_BLOCKS, Math.ceil(limit / BLOCK_BYTES));
    this.#mostRecent = Math.max(FEWEST_BLOCKS / 2, Math.floor(most / 4));
    this.#mostKept = most - this.#mostRecent;
    while (this.#kept.size > this.#mostKept) this.#demoteColdest();
    while (this.#kept.size + this.#recent.size > most) this.#forget(this.#recent.oldest);
  }

  /** Forgets all bytes and gives their memory back. The counters stay, and the memory of what was asked for. */
  clear(): void {
    const forgotten: Uint8Array[] = [];
    for (const list of [this.#recent, this.#kept]) {
      while (list.size > 0) {
        const bytes = this.#forget(list.oldest);
        if (bytes) forgotten.push(bytes);
      }
    }
    this.#lastBytes = new Uint8Array(0);
    // Of a long piece that was read all blocks are forgotten here.
    for (const bytes of forgotten) discard(bytes);
  }

  /** A copy of the bytes from `start` up to `end` or to the end of the source. */
  read(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.size) - start));
    this.readInto(bytes, 0, start, bytes.length);
    return bytes;
  }

  /** Copies `length` bytes from `position` on to `target` at `offset`; gives how many there were, fewer at the end. */
  readInto(target: ByteArray, offset: number, position: number, length: number): number {
    const end = Math.min(position + length, this.size);
    for (let at = position; at < end;) {
      const index = Math.floor(at / BLOCK_BYTES);
      let start = index * BLOCK_BYTES;
      let bytes = index === this.#last ? this.#lastBytes : this.#lookUp(index);
      if (bytes) {
        this.#hits++;
      } else {
        this.#misses++;
        ({ start, bytes } = this.#readAround(index, end));
      }
      const until = Math.min(end, start + bytes.length);
      copyBytes(target, offset + at - position, bytes, at - start, until - start);
      at = until;
    }
    return Math.max(0, end - position);
  }

  /**
   * Takes bytes of the source in that were read elsewhere, as long as nothing has to be forgotten for them: whole blocks,
   * without copying them. The bytes are the cache's from now on, which writes to them when it uses their memory again.
   * Gives whether there is room for more.
   */
  fill(position: number, bytes: Uint8Array): boolean {
    for (let index = Math.ceil(position / BLOCK_BYTES); index < this.#blocks.length && this.#hasRoom(); index++) {
      const start = index * BLOCK_BYTES - position;
      const end = Math.min(start + BLOCK_BYTES, this.size - position);
      if (end > bytes.length) break;
      if (!this.#blocks[index]) this.#keep(index, bytes.subarray(start, end));
    }
    return this.#hasRoom();
  }

  #hasRoom(): boolean {
    return this.#kept.size + this.#recent.size < this.#mostKept + this.#mostRecent;
  }

  #lookUp(index: number): Uint8Array | undefined {
    this.#walks.follow(index);
    const bytes = this.#blocks[index];
    if (!bytes) return undefined;
    this.#usedAt[index] = ++this.#now;
    if (this.#kept.has(index)) {
      this.#kept.delete(index);
      this.#kept.add(index);
    }
    this.#last = index;
    this.#lastBytes = bytes;
    return bytes;
  }

  /**
   * Reads a block, with as many of its neighbours as are worth it or are asked for (those up to `end`), as far as they are
   * not here. Gives all bytes that were read, and where they start.
   */
  #readAround(index: number, end: number): { readonly start: number; readonly bytes: Uint8Array } {
    const ahead = this.#walks.nextLength(LONGEST_READ, Math.floor(0.75 * this.#mostRecent));
    const asked = Math.min(LONGEST_READ, Math.ceil(end / BLOCK_BYTES) - index);
    const { backwards } = this.#walks;
    const lowest = backwards ? Math.max(0, index - ahead + 1) : index;
    const highest = Math.min(this.#blocks.length, index + (backwards ? asked : Math.max(ahead, asked))) - 1;
    let [first, last] = [index, index];
    while (last < highest && !this.#blocks[last + 1]) last++;
    while (first > lowest && !this.#blocks[first - 1]) first--;
    const start = first * BLOCK_BYTES;
    const length = Math.min((last + 1) * BLOCK_BYTES, this.size) - start;
    const bytes = this.#source.read(start, start + length);
    if (bytes.length !== length) throw new Error(`The source gave ${bytes.length} bytes of ${length}`);
    this.#sourceReads++;
    this.#sourceBytes += length;
    // In the order in which they will be asked for.
    for (let block = index; block <= last; block++) this.#take(block, bytes, start);
    for (let block = index - 1; block >= first; block--) this.#take(block, bytes, start);
    return { start, bytes };
  }

  /** Copies a block out of bytes that start at `start`, and forgets another one where there is no room. */
  #take(index: number, bytes: Uint8Array, start: number): void {
    const part = bytes.subarray(index * BLOCK_BYTES - start, (index + 1) * BLOCK_BYTES - start);
    const forgotten = this.#hasRoom() ? undefined : this.#forget(this.#recent.oldest);
    // Its memory is used again, else a long scan would leave gigabytes to the garbage collector.
    if (forgotten?.length === part.length) forgotten.set(part);
    this.#keep(index, forgotten?.length === part.length ? forgotten : part.slice());
  }

  /** Puts a block among those that are there; there has to be room. */
  #keep(index: number, bytes: Uint8Array): void {
    const usedAt = this.#usedAt[index] ?? 0;
    if (this.#kept.size < this.#mostKept) {
      this.#kept.add(index);
    } else if (usedAt > (this.#usedAt[this.#kept.oldest] ?? 0)) {
      this.#demoteColdest();
      this.#kept.add(index);
    } else {
      this.#recent.add(index);
    }
    this.#usedAt[index] = ++this.#now;
    this.#blocks[index] = bytes;
    this.#heldBytes += bytes.length;
  }

  #demoteColdest(): void {
    const coldest = this.#kept.oldest;
    this.#kept.delete(coldest);
    this.#recent.add(coldest);
  }

  #forget(index: number): Uint8Array | undefined {
    const bytes = this.#blocks[index];
    (this.#kept.has(index) ? this.#kept : this.#recent).delete(index);
    this.#blocks[index] = undefined;
    this.#heldBytes -= bytes?.length ?? 0;
    if (index === this.#last) this.#last = -1;
    return bytes;
  }
}

/** What a worker is for, and its name: planning and running, the checks beside them, or what the explorer shows. */
export type WorkerPurpose = 'runs' | 'checks' | 'looks';

const GIGABYTE = 2 ** 30;
/** From so much memory on (gigabytes, as browsers tell it), room is traded for speed. */
const ROOMY = 8;
/** What is kept where memory is short or unknown, and of a file that does not find room as a whole. */
const BOUNDED: Readonly<Record<WorkerPurpose, number>> = { runs: 64e6, checks: 16e6, looks: 32e6 };

/**
 * Bytes of a file to keep at most. A run reads the tables that it indexes again and again, and a read of a file costs a
 * browser more than SQLite's work on it: so on a machine with room a file of up to an eighth of its memory, and of 2 GiB, is kept
 * whole. Checks hold the file and its result beside each other, and so keep half as much of each: an integrity_check looks every
 * row up in every index, which with 16 MB at hand takes twice as long.
 * @param deviceMemory `navigator.deviceMemory`: gigabytes, undefined where the browser does not tell
 */
export function keptBytes(purpose: WorkerPurpose, deviceMemory: number | undefined, fileBytes: number): number {
  const room = deviceMemory === undefined || deviceMemory < ROOMY ? 0 : (deviceMemory * GIGABYTE) / 8;
  const most = Math.min(2 * GIGABYTE, room);
  if (purpose === 'looks' || fileBytes > most) return BOUNDED[purpose];
  return Math.max(BOUNDED[purpose], purpose === 'runs' ? fileBytes : Math.min(fileBytes, most / 2));
}

/** What is enough for a check that reads a file from its beginning to its end, so that it is read in long pieces. */
const READ_ONCE = 64e6;
/** Of a file up to this size, what one check has read may stay for the next. */
const SMALL_FILE = 256e6;

/** How a check reads a file: from its beginning to its end; parts of it, more than once; all of it, in any order. */
export type Reading = 'once' | 'again' | 'whole';

/**
 * Bytes of a file to keep while a check is made. One that reads something more than once (those of integrity, a second run of the statements)
 * keeps as much as `keptBytes` says; for any other what is there of a small file may stay, and of a large one it is given back: two workers check, and each would
 * keep the file and its result.
 * @param most what `keptBytes` says
 */
export function keptForCheck(
  reading: Reading,
  { size, heldBytes }: Pick<ReadCache, 'size' | 'heldBytes'>,
  most: number,
): number {
  if (reading !== 'once') return most;
  return Math.min(most, size > SMALL_FILE ? READ_ONCE : Math.max(READ_ONCE, heldBytes));
}
