// Says what a file is by its bytes, never by its name: a SQLite database, or what else somebody dropped.

import { HEADER_SIZE, readHeader, type Header } from './header';
import { begins, beginsLikeDump, looksLikeText } from './kind';

/** Why a file is not opened. */
export interface Refusal {
  /** Stable name of the reason. */
  readonly code:
    | 'empty-file'
    | 'not-sqlite'
    | 'write-ahead-log'
    | 'rollback-journal'
    | 'shared-memory'
    | 'sql-dump'
    | 'damaged-header'
    | 'unreadable-schema'
    | 'damaged'
    | 'cut-short'
    | 'unreadable-file'
    | 'result-too-large'
    | 'not-loaded';
  readonly sentence: string;
  /** What to do next. */
  readonly help: string;
}

/** Bytes at the beginning of a file that `identify` wants to see. */
export const BYTES_TO_IDENTIFY = 512;

interface Signature {
  readonly bytes: readonly number[];
  readonly what: string;
  readonly help: string;
}

const UNPACK = 'Unpack it first, and drop the database that is inside.';
const SIGNATURES: readonly Signature[] = [
  { bytes: [0x1f, 0x8b], what: 'a gzip archive', help: UNPACK },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'a zip archive', help: UNPACK },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'a Zstandard archive', help: UNPACK },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: 'an xz archive', help: UNPACK },
  { bytes: [0x42, 0x5a, 0x68], what: 'a bzip2 archive', help: UNPACK },
  { bytes: [0x89, 0x50, 0x4e, 0x47], what: 'a PNG picture', help: 'Drop a SQLite database.' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'a PDF document', help: 'Drop a SQLite database.' },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'a Parquet file', help: 'Drop a SQLite database.' },
];
const DUCKDB = { at: 8, bytes: [0x44, 0x55, 0x43, 0x4b] };
/** The version of the index, 3007000, in the byte order of the machine (https://sqlite.org/walformat.html). */
const SHARED_MEMORY = [0x00, 0x2d, 0xe2, 0x18];
const JOURNAL = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/**
 * Identifies a file.
 * @param start its first bytes (BYTES_TO_IDENTIFY, or all if it has fewer)
 * Gives the header of a SQLite database, or a refusal that says what the file is instead.
 */
export function identify(
  start: Uint8Array,
): { readonly ok: true; readonly value: Header } | { readonly ok: false; readonly error: Refusal } {
  const header = readHeader(start);
  if (header.ok) return header;
  if (header.error === 'empty') {
    return refuse(
      'empty-file',
      'The file is empty: it has no bytes, so there is nothing to upgrade.',
      'Check that the copy of the database was finished.',
    );
  }
  if (header.error !== 'no SQLite signature') {
    const what =
      header.error === 'too short'
        ? `is cut off inside its first ${HEADER_SIZE} bytes`
        : `has a header that no SQLite wrote (${header.error})`;
    return refuse(
      'damaged-header',
      `The file begins like a SQLite database but ${what}.`,
      'Get a fresh copy, or restore it from a backup.',
    );
  }
  if (begins(start, [0x37, 0x7f, 0x06]) && (start[3] === 0x82 || start[3] === 0x83)) {
    return refuse(
      'write-ahead-log',
      'This is a write-ahead log (-wal), not the database that it belongs to.',
      'Drop the database that lies beside it, and this file along with it.',
    );
  }
  if (begins(start, JOURNAL)) {
    return refuse(
      'rollback-journal',
      'This is a rollback journal (-journal), not the database that it belongs to.',
      'Drop the database that lies beside it, and this file along with it.',
    );
  }
  if (begins(start, SHARED_MEMORY) || begins(start, SHARED_MEMORY.toReversed())) {
    return refuse(
      'shared-memory',
      'This is the shared memory (-shm) of a database in WAL mode: it holds no rows, only where they are.',
      'Drop the database that lies beside it, and its -wal file.',
    );
  }
  const known = SIGNATURES.find((signature) => begins(start, signature.bytes));
  if (known) return refuse('not-sqlite', `This is ${known.what}, not a SQLite database.`, known.help);
  if (begins(start.subarray(DUCKDB.at), DUCKDB.bytes)) {
    return refuse('not-sqlite', 'This is a DuckDB database, not a SQLite database.', 'Drop a SQLite database.');
  }
  if (looksLikeText(start)) {
    if (beginsLikeDump(start)) {
      return refuse(
        'sql-dump',
        'This is an SQL dump: the statements that make a database, and not a database itself.',
        'Load it into a database with sqlite3 (sqlite3 new.db < dump.sql) and drop that. If it is a migration, drop the database along with it, or first.',
      );
    }
    return refuse(
      'not-sqlite',
      'This is a text file, not a SQLite database.',
      'Drop a SQLite database; a migration along with it, or after it.',
    );
  }
  return refuse(
    'not-sqlite',
    'This is not a SQLite database, or it is encrypted.',
    'If it is encrypted (SQLCipher, SEE), decrypt it with the program that made it and drop the plain copy.',
  );
}

function refuse(
  code: Refusal['code'],
  sentence: string,
  help: string,
): { readonly ok: false; readonly error: Refusal } {
  return { ok: false, error: { code, sentence, help } };
}
