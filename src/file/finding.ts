// What the user should know about a file before it is used: facts of the file that a migration does not change.

import { figure } from '../words';
import type { Header } from './header';

/** Something to know about a file. */
export interface Finding {
  readonly code:
    | 'wal-alone'
    | 'log-joined'
    | 'log-not-used'
    | 'log-is-older'
    | 'log-unexpected'
    | 'zero-pages'
    | 'journal-rolled-back'
    | 'journal-not-used'
    | 'super-journal'
    | 'cut-short'
    | 'partial-page'
    | 'bytes-past-end'
    | 'damaged'
    | 'unreadable-object'
    | 'engines-apart';
  readonly severity: 'note' | 'warn' | 'bad';
  readonly sentence: string;
  readonly help: string;
  /** What the user has to confirm before a run, as a sentence of hers; null where nothing can be lost. */
  readonly consent: string | null;
}

/**
 * A database in WAL mode without its log; null where there is nothing to miss.
 * @param hasLog its -wal file is here as well
 */
export function findLogMissing(header: Header, hasLog: boolean): Finding | null {
  if (header.readVersion !== 2 || hasLog) return null;
  return {
    code: 'wal-alone',
    severity: 'warn',
    sentence:
      'The database is in WAL mode, and its -wal file is not here. Rows that were written last may be in that file only, and would be missing.',
    help: 'Drop the -wal file that lies beside the database here too, or choose it. If there is none, the program that used the database was closed properly and nothing is missing.',
    consent: 'There is no -wal file, or I can do without the rows in it',
  };
}

/**
 * What the size of a file has to say beside its header.
 * @param size in bytes; of the file as it lies on the disk, or with its journal rolled back
 */
export function findInSize(header: Header, size: number): readonly Finding[] {
  const findings: Finding[] = [];
  const expected = header.pageCount * header.pageSize;
  if (header.pageCountIsValid && size > expected) {
    findings.push({
      code: 'bytes-past-end',
      severity: 'warn',
      sentence: `The file has ${figure(size - expected)} bytes past its last page (${figure(expected)} by its header, ${figure(size)} in all). SQLite does not look at them.`,
      help: 'If you did not expect them, compare the file with its original before you go on.',
      consent: null,
    });
  }
  const rest = size % header.pageSize;
  if (!header.pageCountIsValid && rest > 0) {
    findings.push({
      code: 'partial-page',
      severity: 'warn',
      sentence: `The last page of the file is cut short: ${figure(rest)} of ${figure(header.pageSize)} bytes (${figure(size)} in all). SQLite does not look at a page that is not whole.`,
      help: 'Get a complete copy, or check that nothing is missing: the copy may have been cut off.',
      consent: 'Go on without what was in the page that is cut short',
    });
  }
  return findings;
}

/** A file of `size` bytes is shorter than its header says. Missing pages are read as zeros. */
export function cutShort(header: Header, size: number): Finding {
  const expected = header.pageCount * header.pageSize;
  return {
    code: 'cut-short',
    severity: 'bad',
    sentence: `The file is cut short: its header speaks of ${figure(expected)} bytes, and it has ${figure(size)}. What was in the other ${figure(expected - size)} is lost; what can be read of the rest is shown.`,
    help: 'Get a complete copy, or restore it from a backup. SQLite itself would not open this file.',
    consent: 'Go on with the part of the file that is here',
  };
}

/** Bytes by which a file of `size` bytes is shorter than its header says; 0 where it is not, or the header does not tell. */
export function missingBytes({ pageCountIsValid, pageCount, pageSize }: Header, size: number): number {
  return pageCountIsValid ? Math.max(0, pageCount * pageSize - size) : 0;
}
