// The 100-byte header of a SQLite database file, read from its bytes (https://sqlite.org/fileformat2.html#the_database_header).

import type { ByteSource } from './byteSource';

/** Bytes of the header. */
export const HEADER_SIZE = 100;

const MAGIC = Array.from('SQLite format 3\0', (character) => character.charCodeAt(0));
const ENCODINGS = ['UTF-8', 'UTF-16le', 'UTF-16be'] as const;

/** Text encoding of a database, in SQLite's own spelling. */
type TextEncoding = (typeof ENCODINGS)[number];

/** What the header says. Offsets and meaning are those of the published file format. */
export interface Header {
  /** Bytes per page: 512 to 65536, a power of two. */
  readonly pageSize: number;
  /** 2 for write-ahead logging, 1 for a rollback journal (bytes 18 and 19). */
  readonly writeVersion: number;
  readonly readVersion: number;
  /** Unused bytes at the end of every page. */
  readonly reservedBytes: number;
  /** File change counter. */
  readonly changeCounter: number;
  /** Pages of the file as the header has it; only to be believed where `pageCountIsValid`. */
  readonly pageCount: number;
  /** The change counter equals version-valid-for, so that SQLite goes by `pageCount` and not by the file's size. */
  readonly pageCountIsValid: boolean;
  /** The first trunk page of the freelist; 0 where no page is free. */
  readonly freelistTrunk: number;
  readonly freelistPages: number;
  readonly schemaCookie: number;
  readonly schemaFormat: number;
  /** 0 where auto-vacuum is off. */
  readonly largestRootPage: number;
  readonly encoding: TextEncoding;
  readonly userVersion: number;
  readonly incrementalVacuum: boolean;
  readonly applicationId: number;
}

/** Why bytes are not the header of a SQLite database. */
export type HeaderProblem = 'empty' | 'too short' | 'no SQLite signature' | 'page size' | 'encoding' | 'format version';

/**
 * Reads a header from the first bytes of a file (100 at least).
 * Gives the header, or the first thing about it that no SQLite database has.
 */
export function readHeader(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: Header } | { readonly ok: false; readonly error: HeaderProblem } {
  if (bytes.length === 0) return { ok: false, error: 'empty' };
  if (bytes.length < MAGIC.length || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    return { ok: false, error: 'no SQLite signature' };
  }
  if (bytes.length < HEADER_SIZE) return { ok: false, error: 'too short' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const storedPageSize = view.getUint16(16);
  const pageSize = storedPageSize === 1 ? 65536 : storedPageSize;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) return { ok: false, error: 'page size' };
  const [writeVersion, readVersion] = [view.getUint8(18), view.getUint8(19)];
  if (readVersion > 2 || readVersion < 1) return { ok: false, error: 'format version' };
  // 0 stands in a database that has no table yet; SQLite takes it for UTF-8.
  const encoding = ENCODINGS[Math.max(view.getUint32(56), 1) - 1];
  if (!encoding) return { ok: false, error: 'encoding' };
  return {
    ok: true,
    value: {
      pageSize,
      writeVersion,
      readVersion,
      reservedBytes: view.getUint8(20),
      changeCounter: view.getUint32(24),
      pageCount: view.getUint32(28),
      pageCountIsValid: view.getUint32(28) !== 0 && view.getUint32(24) === view.getUint32(92),
      freelistTrunk: view.getUint32(32),
      freelistPages: view.getUint32(36),
      schemaCookie: view.getUint32(40),
      schemaFormat: view.getUint32(44),
      largestRootPage: view.getUint32(52),
      encoding,
      userVersion: view.getInt32(60),
      incrementalVacuum: view.getUint32(64) !== 0,
      applicationId: view.getInt32(68),
    },
  };
}

/** What SQLite assumes where a file does not say. */
const DEFAULT_PAGE_SIZE = 4096;
/** Where the header has the page size; one of 65536 stands there as 1. */
const PLACE = 16;

/** Whether a database may have pages of so many bytes. */
export function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65536 && (size & (size - 1)) === 0;
}

/** The page size that stands in a database file itself, whatever else does (sqlite3BtreeOpen in SQLite's btree.c). */
export function assumedPageSize(database: ByteSource): number {
  const [high = 0, low = 0] = database.read(Math.min(PLACE, database.size), Math.min(PLACE + 2, database.size));
  const size = (high << 8) | (low << 16);
  return isPageSize(size) ? size : DEFAULT_PAGE_SIZE;
}
