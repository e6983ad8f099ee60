// How fast this machine does what a run consists of: measured for some milliseconds, on rows of our own and on the file.

import { rowsOf, type Database } from '../database';
import type { ByteSource } from '../file/byteSource';
import type { Rates } from '../migration/forecast/estimate';

const ROWS = 2000;
/** Bytes of a long key. */
const LONG = 40;
/** As much as a scan reads at once: in a browser each question to a file takes a millisecond, however small. */
const READ_BYTES = 1 << 19;

/**
 * Takes about 10 ms: rows are changed, and indexed by short and by long keys, in an empty database in memory, and half a mebibyte of the file is read. The
 * engine gets faster in its first milliseconds, so the best of five rounds counts.
 * @param now milliseconds since some fixed moment
 */
export function measureRates(database: Database, file: ByteSource, now: () => number): Rates {
  const best = (work: (round: number) => unknown): number =>
    [0, 1, 2, 3, 4].reduce((least, round) => {
      const start = now();
      work(round);
      return Math.min(least, Math.max(0, now() - start));
    }, Infinity);
  const scratch = database.scratch();
  try {
    rowsOf(scratch, 'CREATE TABLE t (short, long)');
    rowsOf(
      scratch,
      `INSERT INTO t WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
       SELECT 0, printf('%0${LONG}d', i * 7919 % 10007) FROM n`,
    );
    const change = best(() => rowsOf(scratch, 'UPDATE t SET short = short + 1'));
    const [short, long] = ['short', 'long'].map((key) =>
      best((round) => rowsOf(scratch, `CREATE INDEX ${key}${round} ON t (${key})`)),
    ) as [number, number];
    const length = Math.min(READ_BYTES, Math.floor(file.size / 4));
    // Elsewhere each time: what was read for an earlier forecast is in memory by now.
    const place = (round: number): number => Math.floor(((((now() * 0.618) % 1) + round) / 5) * (file.size - length));
    const read = best((round) => file.read(place(round), place(round) + length));
    return {
      readByte: read / Math.max(1, length),
      indexedRow: short / ROWS,
      sortedByte: Math.max(0, long - short) / (ROWS * LONG * Math.log2(ROWS)),
      changedRow: change / ROWS,
    };
  } finally {
    scratch.close();
  }
}
