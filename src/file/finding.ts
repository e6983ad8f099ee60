// What the user should know about a file before it is used: facts of the file that a migration does not change.

import type { Header } from './header';

/** Something to know about a file. */
export interface Finding {
  readonly code: 'wal-alone' | 'bytes-past-end' | 'unreadable-object' | 'copied-whole';
  readonly severity: 'note' | 'warn';
  readonly sentence: string;
  readonly help: string;
}

/** Findings from the header and the size of the file alone. `size` is in bytes. */
export function findInHeader(header: Header, size: number): readonly Finding[] {
  const findings: Finding[] = [];
  if (header.readVersion === 2) {
    findings.push({
      code: 'wal-alone',
      severity: 'warn',
      sentence:
        'The database is in WAL mode. Rows that were written last may still be in the -wal file beside it, and that file is not here.',
      help: 'If the program that uses it was closed properly, nothing is missing. To be certain, run PRAGMA wal_checkpoint(TRUNCATE) on the original and drop it again.',
    });
  }
  if (header.pageCountIsValid) {
    const expected = header.pageCount * header.pageSize;
    if (size > expected) {
      findings.push({
        code: 'bytes-past-end',
        severity: 'warn',
        sentence: `The file has ${figure(size - expected)} bytes past its last page (${figure(expected)} by its header, ${figure(size)} in all). SQLite does not look at them.`,
        help: 'If you did not expect them, compare the file with its original before you go on.',
      });
    }
  }
  return findings;
}

/** Bytes by which a file of `size` bytes is shorter than its header says; 0 where it is not, or the header does not tell. */
export function missingBytes({ pageCountIsValid, pageCount, pageSize }: Header, size: number): number {
  return pageCountIsValid ? Math.max(0, pageCount * pageSize - size) : 0;
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}
