// A database joined with its write-ahead log: the file that a checkpoint of the log by SQLite would leave.

import type { ByteSource } from './byteSource';
import { counted } from '../words';
import { HEADER_SIZE, readHeader, type Header, assumedPageSize } from './header';
import { LaidOut, layOut, type Layout } from './layout';
import type { Wal, WalOutcome, WalProblem } from './wal';

/** Something about the pair of files that SQLite does not notice, or does not say. */
export interface PairNote {
  readonly code: 'log-is-older' | 'log-unexpected' | 'zero-pages';
  readonly sentence: string;
  readonly help: string;
  /** SQLite calls what it gets from the two damaged, and cuts the database off: so they are not joined. */
  readonly ruinous: boolean;
}

/** The joined file, not yet read. */
export interface JoinedWal {
  /** The sidecar is the log. */
  readonly layout: Layout;
  readonly notes: readonly PairNote[];
}

/** SQLite locks the byte at this offset; the page that holds it is never written. */
const LOCK_BYTE = 0x40000000;
/** The mark of WAL mode in the header. */
const WAL_MODE = 2;
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
  const astray = noteOnPageCount(header, databasePages);
  const notes = astray?.ruinous
    ? [astray]
    : [noteOnZeros(layout, pageSize) ?? astray, noteOnHistory(wal, header, database)].filter((note) => note !== null);
  return { ok: true, value: { layout, notes } };
}

/** A commit that changes the number of pages writes the first page, which has that number: so the newest one has the log's. */
function noteOnPageCount(newest: ReturnType<typeof readHeader>, databasePages: number): PairNote | null {
  if (!newest.ok || !newest.value.pageCountIsValid || newest.value.pageCount === databasePages) return null;
  return otherPageCount(databasePages, newest.value);
}

/**
 * Whether the log can follow on the database. The change counter of the first page never goes back, and a
 * checkpoint brings to the database only what is committed; so the newest one in the log has at least what the database has.
 * (It may be the same for different pages: a connection that is alone does not count its commits one by one.)
 * And a database is marked as being in WAL mode before its log is begun, for as long as it has one.
 */
function noteOnHistory(wal: Wal, newest: ReturnType<typeof readHeader>, database: ByteSource): PairNote | null {
  const before = readHeader(database.read(0, Math.min(HEADER_SIZE, database.size)));
  if (!before.ok || !newest.ok) return null;
  if (wal.pages.has(1) && newest.value.changeCounter < before.value.changeCounter) return LOG_IS_OLDER;
  return before.value.readVersion === WAL_MODE ? null : LOG_UNEXPECTED;
}

/** Pages that neither file has. The page of the lock byte needs none. */
function noteOnZeros({ segments }: Layout, pageSize: number): PairNote | null {
  const zeros = segments.filter(({ from }) => from === 'zeros');
  const bytes = zeros.reduce((sum, { start, end }) => sum + end - start, 0);
  const locked = zeros.some(({ start, end }) => start <= LOCK_BYTE && LOCK_BYTE < end) ? pageSize : 0;
  const pages = Math.ceil((bytes - locked) / pageSize);
  return pages === 0 ? null : zeroPages(pages);
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
  help: `The log is a leftover, or belongs to another database; then leave it out. SQLite would use it all the same. ${COPY_TOGETHER}`,
  ruinous: false,
};

const LOG_UNEXPECTED: PairNote = {
  code: 'log-unexpected',
  sentence:
    'The database is not in WAL mode, so it should have no -wal file: this one is from an earlier time, or from another database.',
  help: 'Leave it out, unless you know that it belongs here. SQLite would use it all the same.',
  ruinous: false,
};

/** `header` is that of the newest first page. */
function otherPageCount(databasePages: number, { pageCount, pageSize }: Header): PairNote {
  const bytes = (pages: number): string => `${counted(pages, 'page')} (${counted(pages * pageSize, 'byte')})`;
  const ruinous = pageCount > databasePages;
  return {
    code: 'log-is-older',
    sentence: `The -wal file is not of this state of the database, which has ${bytes(pageCount)} by its header and ${bytes(databasePages)} by the log.${ruinous ? ' SQLite would call the database damaged, and cut it off after those; here it is shown without the log.' : ''}`,
    help: `The log is a leftover of an earlier time, or belongs to another database: leave it out. If the database is what is old, find the newer one. ${COPY_TOGETHER}`,
    ruinous,
  };
}

function zeroPages(pages: number): PairNote {
  return {
    code: 'zero-pages',
    sentence: `By its -wal file the database has ${counted(pages, 'page')} more than the two files hold: the database is older than the log, or cut short. SQLite puts zeros in their place.`,
    help: `If the database is an old copy, find the newer one, or leave the log out. ${COPY_TOGETHER}`,
    ruinous: false,
  };
}
