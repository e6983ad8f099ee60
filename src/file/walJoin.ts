// A database joined with its write-ahead log: the file that a checkpoint of the log by SQLite would leave.

import type { ByteSource } from './byteSource';
import { HEADER_SIZE, readHeader } from './header';
import { sourceOfBytes } from './byteSource';
import { LaidOut, layOut, type Layout } from './layout';
import { assumedPageSize } from './pageSize';
import { readWal, type Wal, type WalOutcome, type WalProblem } from './wal';

/** Something about the pair of files that SQLite does not notice, or does not say. */
export interface PairNote {
  readonly code: 'log-is-older' | 'zero-pages';
  readonly sentence: string;
  readonly help: string;
}

/** The joined file, not yet read. */
export interface JoinedWal {
  /** The sidecar is the log. */
  readonly layout: Layout;
  readonly notes: readonly PairNote[];
}

/** SQLite locks the byte at this offset; the page that holds it is never written. */
const LOCK_BYTE = 0x40000000;
/** How much more than what both files hold SQLite lets a database grow: the most that a page of the lock byte takes. */
const GROWTH = 65536;

/**
 * Lays out the database after all that `wal`, as read from `log`, has committed.
 * No byte of a page is changed, so the header's bytes 18 and 19 keep the mark of WAL mode. Where nothing is committed, the
 * database is laid out as it is.
 * A problem where SQLite does not use the log beside this database.
 */
export function layOutWal(wal: Wal, log: ByteSource, database: ByteSource): WalOutcome<JoinedWal> {
  const { pageSize, databasePages, pages } = wal;
  if (pageSize === null || databasePages === null) {
    const nothing = { pageSize: 0, pages: new Map<number, number>() };
    const layout = layOut({ ...nothing, databaseSize: database.size, size: database.size });
    return { ok: true, value: { layout, notes: [] } };
  }
  // SQLite on Unix takes a file of one byte for an empty one.
  if (database.size <= 1) return { ok: false, error: EMPTY_DATABASE };
  const size = databasePages * pageSize;
  if (database.size + GROWTH + wal.committedFrames * pageSize < size) {
    return { ok: false, error: pagesMissing(databasePages, database.size, pageSize) };
  }
  const layout = layOut({ databaseSize: database.size, pageSize, pages, size });
  const firstPage = new LaidOut(layout, database, log).read(0, Math.min(pageSize, size));
  const header = readHeader(firstPage);
  if (header.ok && header.value.pageSize !== pageSize) {
    return { ok: false, error: otherPageSize(pageSize, header.value.pageSize) };
  }
  // Whoever opens the joined file refuses any first page that no database has. SQLite too, but not before it has moved the
  // log into the file, if that is possible.
  if (!header.ok && assumedPageSize(database) !== pageSize) return { ok: false, error: NO_FIRST_PAGE };
  const notes = [...notesOnFirstPage(wal, firstPage, database), ...notesOnZeros(layout, pageSize)];
  return { ok: true, value: { layout, notes } };
}

/** The database after all that its log has committed, in one piece: for files that fit into memory twice. */
export function joinWal(database: Uint8Array, log: Uint8Array): WalOutcome<Uint8Array> {
  const [databaseBytes, logBytes] = [sourceOfBytes(database), sourceOfBytes(log)];
  const wal = readWal(logBytes);
  if (!wal.ok) return wal;
  const joined = layOutWal(wal.value, logBytes, databaseBytes);
  if (!joined.ok) return joined;
  const { layout } = joined.value;
  return { ok: true, value: new LaidOut(layout, databaseBytes, logBytes).read(0, layout.size).slice() };
}

/**
 * Whether the log's first page can follow on the database's own. The change counter of the first page never goes back, and a
 * checkpoint brings to the database only what is committed; so the newest one in the log has at least what the database has.
 * (It may be the same for different pages: a connection that nobody disturbs does not count its commits one by one.)
 */
function notesOnFirstPage(wal: Wal, firstPage: Uint8Array, database: ByteSource): readonly PairNote[] {
  if (!wal.pages.has(1)) return [];
  const [before, after] = [readHeader(database.read(0, Math.min(HEADER_SIZE, database.size))), readHeader(firstPage)];
  return before.ok && after.ok && after.value.changeCounter < before.value.changeCounter ? [LOG_IS_OLDER] : [];
}

/** Pages that neither file has. The page of the lock byte needs none. */
function notesOnZeros({ segments }: Layout, pageSize: number): readonly PairNote[] {
  const zeros = segments.filter(({ from }) => from === 'zeros');
  const bytes = zeros.reduce((sum, { start, end }) => sum + end - start, 0);
  const locked = zeros.some(({ start, end }) => start <= LOCK_BYTE && LOCK_BYTE < end) ? pageSize : 0;
  const pages = Math.ceil((bytes - locked) / pageSize);
  return pages === 0 ? [] : [zeroPages(pages)];
}

const COPY_TOGETHER =
  'Copy the database and its -wal again, both at the same time and best while no program uses them.';

const EMPTY_DATABASE: WalProblem = {
  code: 'empty-database',
  sentence: 'The database file is empty. SQLite deletes the log of an empty database instead of using it.',
  help: COPY_TOGETHER,
  sqlite: 'ignores',
};

const NO_FIRST_PAGE: WalProblem = {
  code: 'no-first-page',
  sentence: 'Neither the database file nor its -wal file has the first page of a SQLite database.',
  help: `The database file is damaged or cut short. ${COPY_TOGETHER}`,
  sqlite: 'refuses',
};

function pagesMissing(pages: number, databaseSize: number, pageSize: number): WalProblem {
  const there = Math.floor(databaseSize / pageSize);
  return {
    code: 'pages-missing',
    sentence: `By its -wal file the database has ${pages} pages, but the database file has ${there}, and the log too few to make up for it. SQLite takes the database for damaged.`,
    help: `The database file is cut short, or the log belongs to another one. ${COPY_TOGETHER}`,
    sqlite: 'refuses',
  };
}

function otherPageSize(log: number, database: number): WalProblem {
  return {
    code: 'other-page-size',
    sentence: `The -wal file has pages of ${log} bytes, and the database pages of ${database}. SQLite takes the database for damaged.`,
    help: `The log belongs to another database. ${COPY_TOGETHER}`,
    sqlite: 'refuses',
  };
}

const LOG_IS_OLDER: PairNote = {
  code: 'log-is-older',
  sentence:
    'The -wal file is older than the database beside it: the database has been changed more often than its log knows.',
  help: `The log is a leftover, or belongs to another database. SQLite would use it all the same. ${COPY_TOGETHER}`,
};

function zeroPages(pages: number): PairNote {
  return {
    code: 'zero-pages',
    sentence: `The database file is cut short: ${pages} of its pages are neither in it nor in its -wal file. SQLite puts zeros in their place.`,
    help: COPY_TOGETHER,
  };
}
