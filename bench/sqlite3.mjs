// The native sqlite3 program: as a contestant, and as the judge of all results.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { findSqlite3 } from '../scripts/sqlite3.mjs';
import { peakMemory } from './memory.mjs';

const MEMORY_EVERY_MILLISECONDS = 5;

/**
 * @typedef {object} NativeRun
 * @property {number} milliseconds from its start to its end
 * @property {number | null} peakBytes the most memory that it held, as far as it was seen; null where it was not
 * @property {string} output
 */

/** sqlite3 ended with an error; the message is what it said. */
export class Sqlite3Error extends Error {}

/**
 * The answer to a query, line by line.
 * @param {string} path
 * @param {string} sql
 */
export async function ask(path, sql) {
  const { output } = await runSqlite3(['-readonly', path, sql]);
  return output.split('\n').filter((line) => line !== '');
}

/**
 * Runs sqlite3 in its default settings, save that it stops at the first error. Throws Sqlite3Error.
 * @param {string[]} programArguments
 * @param {string} [input] what it reads from its standard input
 * @returns {Promise<NativeRun>}
 */
export function runSqlite3(programArguments, input = '') {
  return start(programArguments, 'pipe', input);
}

/**
 * `sqlite3 database < script`. Throws Sqlite3Error.
 * @param {string} database
 * @param {string} script path of the script
 * @returns {Promise<NativeRun>}
 */
export async function runScript(database, script) {
  const descriptor = openSync(script, 'r');
  try {
    return await start([database], descriptor, null);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * @param {string[]} programArguments
 * @param {'pipe' | number} stdin
 * @param {string | null} input
 * @returns {Promise<NativeRun>}
 */
function start(programArguments, stdin, input) {
  const program = findSqlite3();
  if (program === null) throw new Error('sqlite3 was not found: `node scripts/setup.mjs test` gets it.');
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, ['-batch', '-bail', ...programArguments], { stdio: [stdin, 'pipe', 'pipe'] });
    /** @type {{ output: Buffer[], errors: Buffer[] }} */
    const { output, errors } = { output: [], errors: [] };
    /** @type {number | null} */
    let peakBytes = null;
    // The high-water mark is gone with the process, so the last one seen counts.
    const look = () => {
      if (child.pid !== undefined) peakBytes = peakMemory(child.pid) ?? peakBytes;
    };
    const watch = setInterval(look, MEMORY_EVERY_MILLISECONDS);
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => output.push(chunk));
    child.stderr?.on('data', (/** @type {Buffer} */ chunk) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const milliseconds = performance.now() - begun;
      clearInterval(watch);
      const said = Buffer.concat(errors).toString().trim();
      if (code === 0 && said === '') resolve({ milliseconds, peakBytes, output: Buffer.concat(output).toString() });
      else reject(new Sqlite3Error(said === '' ? `sqlite3 ended with code ${String(code)}` : said));
    });
    if (input !== null) {
      // A sqlite3 that has stopped at an error no longer reads.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    }
  });
}
