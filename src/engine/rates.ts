// How fast this machine does what a run consists of: measured for some milliseconds, on rows of our own and on the file.

import { rowsOf, type Database } from '../database';
import type { ByteSource } from '../file/byteSource';
import type { Rates } from '../migration/forecast/forecast';

/** Rows, bytes of a long key, and bytes of the file: as much as a scan reads at once. */
const [ROWS, LONG, READ_BYTES] = [2000, 40, 1 << 19];

/**
 * Takes about 10 ms: changes and indexes rows in an empty database, and reads from the file. The engine gets faster in its first
 * milliseconds, so the best of five rounds counts.
 * @param now milliseconds since some fixed moment
 */
export function measureRates(database: Database, file: ByteSource, now: () => number): Rates {
  const scratch = database.scratch();
  const best = (work: (round: number) => unknown): number =>
    [0, 1, 2, 3, 4].reduce((least, round) => {
      const start = now();
      work(round);
      return Math.min(least, Math.max(0, now() - start));
    }, Infinity);
  const index = (key: string): number => best((round) => rowsOf(scratch, `CREATE INDEX ${key}${round} ON t (${key})`));
  try {
    rowsOf(scratch, 'CREATE TABLE t (short, long)');
    rowsOf(
      scratch,
      `INSERT INTO t WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
       SELECT 0, printf('%0${LONG}d', i * 7919 % 10007) FROM n`,
    );
    const changedRow = best(() => rowsOf(scratch, 'UPDATE t SET short = short + 1')) / ROWS;
    const [indexedRow, longRow] = [index('short') / ROWS, index('long') / ROWS];
    const length = Math.min(READ_BYTES, Math.floor(file.size / 4));
    // Elsewhere each time: what was read for an earlier forecast is in memory by now.
    const place = (round: number): number => Math.floor(((((now() * 0.618) % 1) + round) / 5) * (file.size - length));
    const readByte = best((round) => file.read(place(round), place(round) + length)) / Math.max(1, length);
    return {
      readByte,
      indexedRow,
      sortedByte: Math.max(0, longRow - indexedRow) / (LONG * Math.log2(ROWS)),
      changedRow,
    };
  } finally {
    scratch.close();
  }
}
