// How fast this machine does what a run consists of: measured for some milliseconds, on rows of our own and on the file.

import { rowsOf, type Database } from '../../database';
import type { ByteSource } from '../../file/byteSource';

/** Milliseconds that things take. Never negative; 0 where a clock is too coarse to tell. */
export interface Rates {
  /** For a byte of the file that is read in order for the first time, and for one that is in memory by then. */
  readonly firstByte: number;
  readonly heldByte: number;
  /** For a row that is looked at. */
  readonly row: number;
  /** For a row that is sorted among 2ⁿ, divided by n. */
  readonly comparison: number;
  /** For a byte of what is sorted and stored. */
  readonly sortedByte: number;
  /** For a row that is changed. */
  readonly changedRow: number;
}

const ROWS = 1500;
/** The engine's code gets faster in the first milliseconds that it runs: the best of some rounds counts. */
const ROUNDS = 3;
const SHORT = 8;
const LONG = 100;
/** Large enough to be read as a scan reads: in a browser each question to a file takes a millisecond, however small. */
const READ_BYTES = 1 << 19;

/**
 * Measures for 10 to 20 ms what a machine of today does in an empty in-memory database: looking at rows, sorting short and
 * long keys into an index, changing rows. And what three runs of half a mebibyte of the file take, read for the first and for
 * the second time. What else runs at this moment counts in; what a run of minutes warms up or fills does not.
 * @param now milliseconds since some fixed moment
 */
export function measureRates(database: Database, file: ByteSource, now: () => number): Rates {
  return { ...measureEngine(database, now), ...measureReading(file, now) };
}

function measureEngine(database: Database, now: () => number): Omit<Rates, 'firstByte' | 'heldByte'> {
  const scratch = database.scratch();
  const time = (sql: string): number => {
    const start = now();
    rowsOf(scratch, sql);
    return Math.max(0, now() - start);
  };
  try {
    rowsOf(scratch, 'CREATE TABLE t (short TEXT, long TEXT, changed)');
    rowsOf(
      scratch,
      `INSERT INTO t WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
       SELECT printf('%0${SHORT}d', i * 7919 % 10007), printf('%0${LONG}d', i * 7919 % 10007), 0 FROM n`,
    );
    let [scan, short, long, change] = [Infinity, Infinity, Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      scan = Math.min(scan, time('SELECT sum(octet_length(short)) FROM t'));
      short = Math.min(short, time('CREATE INDEX by_short ON t (short)'));
      rowsOf(scratch, 'DROP INDEX by_short');
      long = Math.min(long, time('CREATE INDEX by_long ON t (long)'));
      rowsOf(scratch, 'DROP INDEX by_long');
      change = Math.min(change, time('UPDATE t SET changed = changed + 1'));
    }
    const sortedByte = Math.max(0, long - short) / (ROWS * (LONG - SHORT));
    return {
      row: scan / ROWS,
      comparison: Math.max(0, short - scan - sortedByte * ROWS * SHORT) / (ROWS * Math.log2(ROWS)),
      sortedByte,
      changedRow: change / ROWS,
    };
  } finally {
    scratch.close();
  }
}

function measureReading(file: ByteSource, now: () => number): Pick<Rates, 'firstByte' | 'heldByte'> {
  const length = Math.min(READ_BYTES, Math.floor(file.size / 4));
  if (length === 0) return { firstByte: 0, heldByte: 0 };
  // Elsewhere each time: what was read for an earlier forecast is in memory by now.
  const begin = (now() * GOLDEN) % 1;
  const places = Array.from({ length: PLACES }, (_none, at) =>
    Math.floor(((begin + at / PLACES) % 1) * (file.size - length)),
  );
  const fastest = (): number =>
    Math.min(
      ...places.map((place) => {
        const start = now();
        file.read(place, place + length);
        return Math.max(0, now() - start) / length;
      }),
    );
  const firstByte = fastest();
  return { firstByte, heldByte: Math.min(firstByte, fastest()) };
}

const PLACES = 3;
/** Multiples of the golden ratio lie everywhere between whole numbers. */
const GOLDEN = 0.618034;
