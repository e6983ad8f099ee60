// What the command line asks of a benchmark.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Who is measured, in the order of the table. The first two always run: the others' times and script come from them. The third is the page as on a machine
 * whose browser tells of 4 GB, where memory goes before time.
 */
export const contestants = /** @type {const} */ ([
  'native',
  'drydock',
  'drydock 4 GB',
  'sql.js',
  'sqlite-wasm memory',
  'sqlite-wasm OPFS',
]);

/** @typedef {typeof contestants[number]} Contestant */

/** @param {Contestant} contestant @returns {contestant is 'drydock' | 'drydock 4 GB'} */
export function isDrydock(contestant) {
  return contestant === 'drydock' || contestant === 'drydock 4 GB';
}

/**
 * @typedef {object} Options
 * @property {number[]} sizes sizes of the databases, in megabytes of 10^6 bytes
 * @property {number} runs how often each contestant runs on a database; large ones have fewer, see runsOn()
 * @property {Contestant[]} contestants
 * @property {string} folder where the databases are kept, and where copies and browser profiles lie for a while
 * @property {string} dist the built page
 * @property {boolean} write whether the table is written into docs/benchmarks.md
 * @property {string | null} json where the raw figures are written
 */

/** A command line that cannot be followed; its message says why. */
export class UsageError extends Error {}

export const usage = `npm run bench -- [options]
  --sizes 10,100      sizes of the databases in MB (default: 10,100,500,1000,3000)
  --runs 3            runs for each contestant and size (default: 3; from 1,000 MB on 2 at most, from 2,000 MB on 1)
  --quick             the same as --sizes 10,100 --runs 1
  --only sql.js       who is measured beside native and drydock, separated by commas (default: all):
                      ${contestants.slice(2).join(', ')}; none for nobody
  --dir folder        where the databases are kept (default: a folder of the system's for temporary files)
  --dist folder       the built page (default: dist)
  --write             writes the table into docs/benchmarks.md, between <!-- bench --> and <!-- /bench -->
  --json file         writes the raw figures`;

/**
 * Reads the arguments that follow the name of the program. Throws UsageError.
 * @param {string[]} words
 * @returns {Options}
 */
export function readOptions(words) {
  const { quick, only, dir, dist, write, json, ...given } = parse(words);
  const sizes = given.sizes ?? (quick ? '10,100' : '10,100,500,1000,3000');
  const runs = given.runs ?? (quick ? '1' : '3');
  return {
    sizes: sizes.split(',').map((size) => wholeNumber(size, '--sizes')),
    runs: wholeNumber(runs, '--runs'),
    contestants: only === undefined ? [...contestants] : chosen(only.split(',')),
    folder: dir ?? join(tmpdir(), 'sqlite-drydock-bench'),
    dist: dist ?? 'dist',
    write,
    json: json ?? null,
  };
}

/**
 * How often each contestant runs on a database of this size: what takes long varies little.
 * @param {number} megabytes
 * @param {number} runs
 */
export function runsOn(megabytes, runs) {
  if (megabytes >= 2000) return 1;
  return megabytes >= 1000 ? Math.min(2, runs) : runs;
}

/** @param {string[]} words */
function parse(words) {
  try {
    return parseArgs({
      args: words,
      options: {
        sizes: { type: 'string' },
        runs: { type: 'string' },
        only: { type: 'string' },
        dir: { type: 'string' },
        dist: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} text @param {string} option */
function wholeNumber(text, option) {
  if (!/^[1-9]\d{0,5}$/.test(text.trim())) throw new UsageError(`${option}: ${text} is not a whole number above 0`);
  return Number(text);
}

/** @param {string[]} names @returns {Contestant[]} */
function chosen(names) {
  const stranger = names.find((name) => name !== 'none' && !contestants.some((contestant) => contestant === name));
  if (stranger !== undefined) throw new UsageError(`--only: there is no contestant ${stranger}`);
  return contestants.filter((contestant, index) => index < 2 || names.includes(contestant));
}
