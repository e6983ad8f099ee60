// A write-ahead log (-wal): what of it SQLite recovers. The format is https://sqlite.org/fileformat2.html#the_write_ahead_log;
// what counts as valid is decided as SQLite's own recovery does it (walIndexRecover in its wal.c).

import { type ByteSource, ReadAhead } from './byteSource';
import { isPageSize } from './header';

/** Why bytes of a log do not count. All that follows the first frame that is not valid does not count either. */
type IgnoredBecause =
  /** Valid frames of a transaction that was not committed. */
  | 'not committed'
  /** Frames of an earlier round: the log was begun anew after a checkpoint, and they have not been overwritten yet. */
  | 'stale salt'
  /** The frame's bytes are not those that were written. */
  | 'checksum'
  /** The frame is for page 0, which does not exist. */
  | 'page number'
  /** The log ends inside a frame, or inside its header. */
  | 'torn';

/** A run of bytes that does not count. */
export interface Ignored {
  readonly why: IgnoredBecause;
  /** Whole frames in it. */
  readonly frames: number;
  readonly bytes: number;
}

/** What SQLite recovers from a log. */
export interface Wal {
  /** Bytes per page; null where the log is too short to hold a frame, so that SQLite does not read its header. */
  readonly pageSize: number | null;
  /** Valid frames, committed or not. */
  readonly frames: number;
  /** Frames up to the last commit: only these are recovered. */
  readonly committedFrames: number;
  readonly transactions: number;
  /**
   * Number of a page (1 is the first) → offset of its newest committed bytes in the log. Pages past the end of the
   * database, as the last commit left it, are not among them.
   */
  readonly pages: ReadonlyMap<number, number>;
  /** Pages of the database after the last commit; null where nothing is committed, so that the database stays as it is. */
  readonly databasePages: number | null;
  /** What does not count, in the order of the log. */
  readonly ignored: readonly Ignored[];
}

/** Why a log cannot be used. */
export interface WalProblem {
  readonly code:
    | 'not-a-log'
    | 'damaged-log-header'
    | 'unsupported-log'
    | 'empty-database'
    | 'other-page-size'
    | 'no-first-page'
    | 'pages-missing';
  readonly sentence: string;
  /** What to do next. */
  readonly help: string;
  /** `ignores`: SQLite opens the database as if the log were empty. `refuses`: it reports an error and changes nothing. */
  readonly sqlite: 'ignores' | 'refuses';
}

/** A value, or why there is none. */
export type WalOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: WalProblem };

const HEADER = 32;
/** Bytes of a frame before its page. */
const FRAME_HEADER = 24;
/** The last bit says in which byte order the checksums read the log: 0 for little-endian, 1 for big-endian. */
const MAGIC = 0x377f0682;
const VERSION = 3007000;

/**
 * Reads a log from its beginning to its end, once.
 * Gives what SQLite recovers from it. A log without a frame is no problem: it has nothing to recover.
 */
export function readWal(log: ByteSource): WalOutcome<Wal> {
  if (log.size <= HEADER) {
    const ignored: Ignored[] = log.size === 0 ? [] : [{ why: 'torn', frames: 0, bytes: log.size }];
    const nothing = { frames: 0, committedFrames: 0, transactions: 0, pages: new Map<number, number>() };
    return { ok: true, value: { pageSize: null, ...nothing, databasePages: null, ignored } };
  }
  const ahead = new ReadAhead(log);
  const header = ahead.view(0, HEADER);
  const magic = header.getUint32(0);
  const pageSize = header.getUint32(8);
  if (magic >>> 1 !== MAGIC >>> 1 || !isPageSize(pageSize)) return { ok: false, error: NOT_A_LOG };
  const checksum = new Checksum(magic === MAGIC);
  checksum.add(header, 0, 24);
  if (!checksum.is(header, 24)) return { ok: false, error: DAMAGED_HEADER };
  const version = header.getUint32(4);
  if (version !== VERSION) return { ok: false, error: unsupported(version) };
  const salts: Salts = [header.getUint32(16), header.getUint32(20)];
  return { ok: true, value: readFrames(log.size, ahead, pageSize, salts, checksum) };
}

type Salts = readonly [number, number];

/** Reads the frames that follow a header. The checksum is that of the header, and goes on through all frames. */
function readFrames(size: number, ahead: ReadAhead, pageSize: number, salts: Salts, checksum: Checksum): Wal {
  const frameSize = FRAME_HEADER + pageSize;
  const wholeFrames = Math.floor((size - HEADER) / frameSize);
  const pages = new Map<number, number>();
  /** Page numbers of the frames since the last commit. */
  let pending: number[] = [];
  let [frames, committedFrames, transactions] = [0, 0, 0];
  let databasePages: number | null = null;
  let broken: IgnoredBecause = 'torn';
  for (; frames < wholeFrames; frames++) {
    const frame = ahead.view(HEADER + frames * frameSize, frameSize);
    const fault = faultOf(frame, salts, checksum);
    if (fault !== null) {
      broken = fault;
      break;
    }
    pending.push(frame.getUint32(0));
    const pagesAfterCommit = frame.getUint32(4);
    if (pagesAfterCommit === 0) continue;
    pending.forEach((page, index) => pages.set(page, HEADER + (committedFrames + index) * frameSize + FRAME_HEADER));
    pending = [];
    committedFrames = frames + 1;
    transactions++;
    databasePages = pagesAfterCommit;
  }
  for (const page of pages.keys()) if (page > (databasePages ?? 0)) pages.delete(page);

  const uncommitted = frames - committedFrames;
  const ignored: Ignored[] = [
    { why: 'not committed', frames: uncommitted, bytes: uncommitted * frameSize },
    { why: broken, frames: wholeFrames - frames, bytes: size - HEADER - frames * frameSize },
  ];
  const counts = { frames, committedFrames, transactions };
  return { pageSize, ...counts, pages, databasePages, ignored: ignored.filter(({ bytes }) => bytes > 0) };
}

/** Why a frame is not valid, or null if it is; then the checksum has gone on to the end of it. */
function faultOf(frame: DataView, [salt1, salt2]: Salts, checksum: Checksum): IgnoredBecause | null {
  if (frame.getUint32(8) !== salt1 || frame.getUint32(12) !== salt2) return 'stale salt';
  if (frame.getUint32(0) === 0) return 'page number';
  checksum.add(frame, 0, 8);
  checksum.add(frame, FRAME_HEADER, frame.byteLength);
  return checksum.is(frame, 16) ? null : 'checksum';
}

/** The running checksum of a log (fileformat2.html, 4.2 “Checksum Algorithm”): two sums of 32 bits that feed each other. */
class Checksum {
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** Goes on over the bytes from `start` up to `end`, a multiple of 8. */
  add(view: DataView, start: number, end: number): void {
    const littleEndian = this.#littleEndian;
    let [first, second] = [this.#first, this.#second];
    for (let at = start; at < end; at += 8) {
      first = (first + view.getInt32(at, littleEndian) + second) | 0;
      second = (second + view.getInt32(at + 4, littleEndian) + first) | 0;
    }
    [this.#first, this.#second] = [first, second];
  }

  /** Whether the two sums stand at this place. They are big-endian in every log. */
  is(view: DataView, at: number): boolean {
    return view.getInt32(at) === this.#first && view.getInt32(at + 4) === this.#second;
  }
}

const NOT_A_LOG: WalProblem = {
  code: 'not-a-log',
  sentence: 'The -wal file is not a write-ahead log of SQLite: it does not begin like one.',
  help: 'Check which file lies beside the database, and drop that one. SQLite would open the database without it.',
  sqlite: 'ignores',
};

const DAMAGED_HEADER: WalProblem = {
  code: 'damaged-log-header',
  sentence:
    'The header of the -wal file is damaged: its checksum does not match. SQLite takes such a log for an empty one, and everything in it is lost.',
  help: 'Copy the database and its -wal again, both at the same time and best while no program uses them.',
  sqlite: 'ignores',
};

function unsupported(version: number): WalProblem {
  return {
    code: 'unsupported-log',
    sentence: `The -wal file has format version ${version}. The only one that SQLite ever published is ${VERSION}, and it does not open a database beside another one.`,
    help: 'Run PRAGMA wal_checkpoint(TRUNCATE) with the program that wrote the log, and drop the database again.',
    sqlite: 'refuses',
  };
}
