// Databases together with the -wal or -journal that lies beside them while they are in use, made and recovered by native
// sqlite3; and the checksums of both formats, to make files that SQLite itself would not write.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSqlite3 } from '../sqlite3';

export type Suffix = '-wal' | '-journal';

/** A database and the file beside it. */
export interface Pair {
  readonly database: Uint8Array;
  readonly sidecar: Uint8Array;
}

/** What native sqlite3 made of a pair. */
export interface Recovered {
  readonly database: Uint8Array;
  /** The sidecar is still there: SQLite refused it. One that it used, or did not care for, it removes. */
  readonly kept: boolean;
}

/** A folder in memory where there is one: SQLite waits for the disk when it rolls back, whatever it was told before. */
const FOLDERS = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What has to be said once more in every session: nothing here has to outlive a power cut. */
const NO_WAITING = 'PRAGMA synchronous = OFF;';

/**
 * Runs a script on a new database and copies it together with its sidecar in the middle of it, by the same connection.
 * @param before what comes before the copy; a transaction may still be open
 */
export function copiedWhileOpen(suffix: Suffix, before: string): Pair {
  return inFolder((folder) => {
    const copy = `SELECT writefile('copy.db', readfile('live.db')), writefile('copy.db${suffix}', readfile('live.db${suffix}'));`;
    const run = runSqlite3(['-bail', 'live.db'], { cwd: folder, input: `${NO_WAITING}\n${before}\n${copy}\n` });
    if (run.status !== 0) throw new Error(run.stderr);
    return { database: bytesOf(join(folder, 'copy.db')), sidecar: bytesOf(join(folder, `copy.db${suffix}`)) };
  });
}

/**
 * Lets native sqlite3 open every pair, in one process: it reads the schema, moves a log into the database, and closes it.
 * @param siblings names of further files that lie in the same folder
 */
export function recoveredNatively(
  suffix: Suffix,
  pairs: readonly Pair[],
  siblings: readonly string[] = [],
): readonly Recovered[] {
  return inFolder((folder) => {
    for (const name of siblings) writeFileSync(join(folder, name), 'something');
    const path = (index: number): string => join(folder, `${index}.db`);
    pairs.forEach(({ database, sidecar }, index) => {
      writeFileSync(path(index), database);
      writeFileSync(path(index) + suffix, sidecar);
    });
    const script = pairs.map(
      (_, index) =>
        `.open ${index}.db\n${NO_WAITING}\nSELECT count(*) FROM sqlite_schema;\nPRAGMA wal_checkpoint(TRUNCATE);\n`,
    );
    runSqlite3(['-batch'], { cwd: folder, input: script.join('') });
    return pairs.map((_, index) => ({
      database: bytesOf(path(index)),
      kept: existsSync(path(index) + suffix) && readFileSync(path(index) + suffix).length > 0,
    }));
  });
}

/** Whether two runs of bytes are the same; faster than comparing them number by number. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** A copy with some numbers of 32 bits written into it, big-endian, each at its offset. */
export function withNumbers(bytes: Uint8Array, numbers: Readonly<Record<number, number>>): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const [offset, value] of Object.entries(numbers)) view.setUint32(Number(offset), value);
  return copy;
}

/** A number of 32 bits, big-endian. */
export function numberAt(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}

/** A copy of a log whose checksums are those of its bytes as they are now, in either byte order. */
export function withLogChecksums(log: Uint8Array, order: 'little' | 'big'): Uint8Array {
  const copy = withNumbers(log, { 0: order === 'little' ? 0x377f0682 : 0x377f0683 });
  const numbers: Record<number, number> = {};
  const view = new DataView(copy.buffer);
  let [one, two] = [0, 0];
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      one = (one + view.getUint32(at, order === 'little') + two) >>> 0;
      two = (two + view.getUint32(at + 4, order === 'little') + one) >>> 0;
    }
  };
  const put = (at: number): void => {
    [numbers[at], numbers[at + 4]] = [one, two];
  };
  add(0, 24);
  put(24);
  for (const frame of framesOf(copy)) {
    add(frame, frame + 8);
    add(frame + 24, frame + 24 + numberAt(copy, 8));
    put(frame + 16);
  }
  return withNumbers(copy, numbers);
}

/** Where the whole frames of a log begin. */
export function framesOf(log: Uint8Array): readonly number[] {
  const size = 24 + numberAt(log, 8);
  return Array.from({ length: Math.max(0, Math.floor((log.length - 32) / size)) }, (_, index) => 32 + index * size);
}

/** The checksum of a page in a journal. */
export function journalChecksum(page: Uint8Array, nonce: number): number {
  let sum = BigInt(nonce);
  for (let fromEnd = 200; fromEnd < page.length; fromEnd += 200) sum += BigInt(page.at(-fromEnd) ?? 0);
  return Number(BigInt.asUintN(32, sum));
}

function inFolder<Value>(use: (folder: string) => Value): Value {
  const folder = mkdtempSync(join(FOLDERS, 'drydock-sidecar-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
