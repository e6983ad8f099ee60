// A rollback journal (-journal): what SQLite restores from it. The format is https://sqlite.org/fileformat2.html#the_rollback_journal;
// where reading stops is decided as SQLite's own rollback does it (hasHotJournal and pager_playback in its pager.c).

import { type ByteSource, ReadAhead } from './byteSource';
import { layOut, type Layout } from './layout';
import { readSuperJournal } from './superJournal';
import { assumedPageSize, isPageSize } from './header';

/** Why reading stopped before the end of a journal. */
type StoppedBecause =
  /** What follows is not counted by a header: it was not synced, and its pages were not yet changed in the database. */
  | 'not counted'
  | 'checksum'
  /** A record for page 0, which does not exist, or for the page of the lock byte, which is never written. */
  | 'page number'
  /** The journal ends inside a record. */
  | 'torn';

/** A hot journal: the database beside it is in the middle of a transaction that SQLite rolls back. */
export interface Journal {
  readonly pageSize: number;
  /** Pages of the database before the transaction. The file is cut, or extended, to as many. */
  readonly originalPages: number;
  /** Number of a page (1 is the first) → offset in the journal of its bytes before the transaction. */
  readonly pages: ReadonlyMap<number, number>;
  /** Headers that were read; each begins a run of records. */
  readonly headers: number;
  /**
   * Name of the super-journal of a transaction over several databases, as it stands in the journal; null without one.
   * SQLite rolls back only if a file of that name exists and has bytes, and otherwise takes the transaction for committed.
   */
  readonly superJournal: string | null;
  /** Bytes that are not used, and why reading stopped before them; null where all was read. */
  readonly ignored: { readonly why: StoppedBecause; readonly bytes: number } | null;
}

/** Why nothing is rolled back. SQLite then leaves the database as it is, byte for byte. */
interface NotHot {
  readonly code: 'empty-journal' | 'finished' | 'empty-database' | 'too-short' | 'not-a-journal' | 'header-not-synced';
  readonly sentence: string;
  /** What to do next; empty where nothing has to be done. */
  readonly help: string;
}

/** A value, or why nothing is rolled back. */
export type JournalOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: NotHot };

const COPY_TOGETHER =
  'Copy the database and its -journal again, both at the same time and best while no program uses them.';

const MAGIC = [0xd9d505f9, 0x20a163d7] as const;
const HEADER = 28;
/** SQLite looks for the first header in as many bytes as its own sectors have: 512 wherever a write leaves the sectors beside it alone. */
const FIRST_SECTOR = 512;
/** SQLite locks the byte at this offset of a database; the number of its page stands before the name of a super-journal. */
const LOCK_BYTE = 0x40000000;

/**
 * Reads a journal from its beginning to its end, once; of the database only the first bytes, at most.
 * Gives what SQLite would restore, or why it would restore nothing.
 */
export function readJournal(journal: ByteSource, database: ByteSource): JournalOutcome<Journal> {
  const ahead = new ReadAhead(journal);
  if (journal.size === 0) return notHot('empty-journal');
  // SQLite on Unix takes a file of one byte for an empty one.
  if (database.size <= 1) return notHot('empty-database');
  if (ahead.view(0, 1).getUint8(0) === 0) return notHot('finished');
  if (journal.size < FIRST_SECTOR) return notHot('too-short');
  const header = ahead.view(0, HEADER);
  if (!hasMagic(header)) return notHot('not-a-journal');
  const shape: Shape = {
    // Before version 3.5.8 SQLite did not write it here.
    pageSize: header.getUint32(24) || assumedPageSize(database),
    sectorSize: header.getUint32(20),
    originalPages: header.getUint32(16),
  };
  if (!isSectorSize(shape.sectorSize) || !isPageSize(shape.pageSize)) {
    return notHot('header-not-synced');
  }
  const superJournal = readSuperJournal(journal);
  const { headers, pages, end, why } = playBack(ahead, journal.size, shape);
  const bytes = journal.size - (superJournal?.bytes ?? 0) - end;
  const value: Journal = {
    pageSize: shape.pageSize,
    originalPages: shape.originalPages,
    pages,
    headers,
    superJournal: superJournal?.name ?? null,
    ignored: bytes > 0 ? { why, bytes } : null,
  };
  return { ok: true, value };
}

/** What the first header says for the whole journal. */
interface Shape {
  readonly pageSize: number;
  /** Every header begins at a multiple of it, and takes as many bytes. */
  readonly sectorSize: number;
  readonly originalPages: number;
}

interface Playback {
  readonly pages: ReadonlyMap<number, number>;
  readonly headers: number;
  /** Where the last record that counts ends, and why reading stopped there. */
  readonly end: number;
  readonly why: StoppedBecause;
}

/** Goes through all headers and their records, as far as they are whole. */
function playBack(ahead: ReadAhead, size: number, { pageSize, sectorSize, originalPages }: Shape): Playback {
  const recordSize = pageSize + 8;
  const lockBytePage = LOCK_BYTE / pageSize + 1;
  const pages = new Map<number, number>();
  let [headers, at] = [0, 0];
  const stopped = (why: StoppedBecause): Playback => ({ pages, headers, end: at, why });
  for (;;) {
    const headerStart = Math.ceil(at / sectorSize) * sectorSize;
    if (headerStart + sectorSize > size) return stopped('not counted');
    const header = ahead.view(headerStart, HEADER);
    if (!hasMagic(header)) return stopped('not counted');
    headers++;
    // Where the records are not counted 0xffffffff stands here: they go on to the end of the file.
    const counted = header.getUint32(8);
    const nonce = header.getUint32(12);
    at = headerStart + sectorSize;
    for (let record = 0; record < counted; record++) {
      if (at + recordSize > size) return stopped('torn');
      const view = ahead.view(at, recordSize);
      const page = view.getUint32(0);
      if (page === 0 || page === lockBytePage) return stopped('page number');
      // A page that the database did not have is not restored, and its checksum is not looked at.
      if (page <= originalPages) {
        if (checksumOf(view, pageSize, nonce) !== view.getUint32(4 + pageSize)) return stopped('checksum');
        pages.set(page, at + 4);
      }
      at += recordSize;
    }
  }
}

/** The nonce plus every 200th byte of a record's page, counted from its end; it wraps at 32 bits. */
function checksumOf(record: DataView, pageSize: number, nonce: number): number {
  let sum = nonce;
  for (let at = pageSize - 200; at > 0; at -= 200) sum += record.getUint8(4 + at);
  return sum >>> 0;
}

/**
 * Lays out the database as it was before the transaction of a journal, which is the sidecar.
 * A file that was cut by less than a page is not extended, unless by a page that is restored (pager_truncate). Zeros in the
 * layout mean that the database, or the journal's header, is damaged: SQLite fills up to any size that stands there.
 */
export function layOutRollback({ pageSize, originalPages, pages }: Journal, database: ByteSource): Layout {
  const original = originalPages * pageSize;
  let size = database.size > original || database.size + pageSize <= original ? original : database.size;
  for (const page of pages.keys()) size = Math.max(size, page * pageSize);
  return layOut({ databaseSize: database.size, pageSize, pages, size });
}

function hasMagic(header: DataView): boolean {
  return header.getUint32(0) === MAGIC[0] && header.getUint32(4) === MAGIC[1];
}

function isSectorSize(size: number): boolean {
  return size >= 32 && size <= 65536 && (size & (size - 1)) === 0;
}

const SENTENCES: Readonly<Record<NotHot['code'], readonly [sentence: string, help: string]>> = {
  'empty-journal': ['The -journal file is empty: the last transaction was finished.', ''],
  finished: ['The -journal file is marked as done: the last transaction was finished.', ''],
  'empty-database': [
    'The database file is empty. SQLite deletes the journal of an empty database instead of using it.',
    COPY_TOGETHER,
  ],
  'too-short': [
    `The -journal file is too short to say anything: it ends inside its first ${FIRST_SECTOR} bytes. SQLite leaves the database as it is.`,
    COPY_TOGETHER,
  ],
  'not-a-journal': [
    'The -journal file is not a rollback journal of SQLite, or its beginning is damaged. SQLite leaves the database as it is.',
    'Check which file lies beside the database. If it should be its journal, copy both again.',
  ],
  'header-not-synced': [
    'The header of the -journal file has a page size or a sector size that SQLite never uses. SQLite leaves the database as it is.',
    COPY_TOGETHER,
  ],
};

function notHot(code: NotHot['code']): { readonly ok: false; readonly error: NotHot } {
  const [sentence, help] = SENTENCES[code];
  return { ok: false, error: { code, sentence, help } };
}
