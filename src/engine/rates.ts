// How fast this machine does what a run consists of: measured for some milliseconds, on rows of our own and on the file.

import { rowsOf, type Database } from '../database';
import type { ByteSource } from '../file/byteSource';
import { ENTRY, type Rates } from '../migration/forecast/forecast';

/** Rows, bytes of a key, and bytes of the file: as much as a scan reads at once. */
const [ROWS, KEY, READ_BYTES] = [2000, 20, 1 << 19];

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
  rowsOf(scratch, 'CREATE TABLE t (n, key)');
  const numbers = `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
  rowsOf(scratch, `INSERT INTO t ${numbers} SELECT 0, printf('%0${KEY}d', i * 7919 % 10007) FROM n`);
  const changedRow = best(() => rowsOf(scratch, 'UPDATE t SET n = n + 1')) / ROWS;
  const index = best((round) => rowsOf(scratch, `CREATE INDEX i${round} ON t (key)`));
  const length = Math.min(READ_BYTES, Math.floor(file.size / 4));
  // Elsewhere each time: what was read for an earlier forecast is in memory by now.
  const place = (round: number): number => Math.floor(((((now() * 0.618) % 1) + round) / 5) * (file.size - length));
  const readByte = best((round) => file.read(place(round), place(round) + length)) / Math.max(1, length);
  scratch.close();
  return { readByte, changedRow, sortedByte: index / (ROWS * (KEY + ENTRY) * Math.log2(ROWS)) };
}
