// The databases that are migrated: made by native sqlite3 from rows.sql, and kept for the next benchmark.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ask, runSqlite3 } from './sqlite3.mjs';

const rows = readFileSync(new URL('rows.sql', import.meta.url), 'utf8');

/** What rows.sql makes for each symbol, measured; it is the same for every symbol to within a hundredth. */
const BYTES_FOR_A_SYMBOL = 142_000;

/**
 * @typedef {object} BenchDatabase
 * @property {number} megabytes the size that was asked for
 * @property {string} path
 * @property {number} bytes
 * @property {Record<string, number>} rows number of rows by table
 */

/**
 * A database of about `megabytes` times 10^6 bytes in `folder`; one that is there from earlier is taken.
 * The same size and the same rows.sql give the same bytes with the same sqlite3.
 * @param {string} folder
 * @param {number} megabytes
 * @param {(line: string) => void} say
 * @returns {Promise<BenchDatabase>}
 */
export async function provideDatabase(folder, megabytes, say) {
  // Another rows.sql makes other files.
  const edition = createHash('sha256').update(rows).digest('hex').slice(0, 8);
  const path = join(folder, `otc-${String(megabytes)}MB-${edition}.db`);
  if (!existsSync(path)) {
    say(`making a database of ${String(megabytes)} MB`);
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.part`;
    rmSync(unfinished, { force: true });
    await runSqlite3([unfinished], scriptFor(megabytes));
    renameSync(unfinished, path);
  }
  return { megabytes, path, bytes: statSync(path).size, rows: await countRows(path) };
}

/**
 * Reads a file once, so that the operating system has it at hand for whoever is timed next.
 * @param {string} path
 */
export async function warm(path) {
  await finished(createReadStream(path, { highWaterMark: 1 << 22 }).resume());
}

/** @param {number} megabytes */
function scriptFor(megabytes) {
  const symbols = Math.max(3, Math.round((megabytes * 1e6) / BYTES_FOR_A_SYMBOL));
  // A file that is broken off is never used, so nothing has to reach the disk in order.
  return `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -400000;
    CREATE TEMP TABLE scale(symbols INTEGER); INSERT INTO scale VALUES (${String(symbols)});
    BEGIN; ${rows} COMMIT;`;
}

/** @param {string} path */
async function countRows(path) {
  const names = await ask(
    path,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
  );
  const counts = await ask(path, names.map((name) => `SELECT count(*) FROM "${name}"`).join(' UNION ALL '));
  return Object.fromEntries(names.map((name, index) => [name, Number(counts[index])]));
}
