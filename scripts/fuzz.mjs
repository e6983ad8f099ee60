// Damages files and scripts at random, for as long as is wanted: npm run fuzz -- --runs N --seed S [--only T]
// Fails on a hang, an uncaught error, a page's engine that does not work afterwards, and a result that we call proved and
// native sqlite3 finds damaged or poorer. Every run has a number; --only T makes the one of that number again.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { createServer } from 'vite';

/** After so long without an answer a run hangs. */
const PATIENCE_MILLISECONDS = 60_000;
/** Runs for one worker: the memory of WASM never shrinks. */
const RUNS_OF_WORKER = 2000;
/** Results that native sqlite3 looks at together. */
const CLAIMS_AT_ONCE = 200;

/**
 * @typedef {import('../test/fuzz/trial').TrialOutcome} TrialOutcome
 * @typedef {{ seed: number, numbers: number[] }} Order
 * @typedef {{ begun?: number, end?: string, found?: string | null }} Message
 */

/** The trials and their oracle, compiled. */
async function load() {
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  const trial = /** @type {typeof import('../test/fuzz/trial')} */ (await server.ssrLoadModule('/test/fuzz/trial.ts'));
  const oracle = /** @type {typeof import('../test/fuzz/oracle')} */ (
    await server.ssrLoadModule('/test/fuzz/oracle.ts')
  );
  return { Trials: trial.Trials, refute: oracle.refute, close: () => server.close() };
}

/**
 * What a worker does: the trials of its numbers, and every now and then a look by native sqlite3 at what was claimed.
 * @param {Order} order
 * @param {(message: Message) => void} tell
 */
async function work({ seed, numbers }, tell) {
  const { Trials, refute, close } = await load();
  const trials = await Trials.begin(seed);
  /** @type {import('../test/fuzz/trial').Claim[]} */
  let claims = [];
  const check = () => {
    for (const found of refute(claims)) tell({ found });
    claims = [];
  };
  for (const number of numbers) {
    tell({ begun: number });
    const { end, found, claim } = await trials.make(number);
    if (claim) claims.push(claim);
    if (claims.length >= CLAIMS_AT_ONCE) check();
    tell({ end, found: found === null ? null : `trial ${number}: ${found}` });
  }
  check();
  await close();
}

/**
 * One worker for some runs. Where one of them hangs, or takes the worker with it, the rest goes to a new one.
 * @param {number} seed
 * @param {number[]} numbers
 * @param {(message: Message) => void} take
 * @returns {Promise<number[]>} the runs that are left
 */
function runWorker(seed, numbers, take) {
  return new Promise((resolve) => {
    let current = numbers[0] ?? 0;
    const worker = new Worker(new URL(import.meta.url));
    worker.postMessage({ seed, numbers });
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop(`hangs for ${PATIENCE_MILLISECONDS / 1000} s`), PATIENCE_MILLISECONDS);
    };
    /** @param {number[]} rest */
    const finish = (rest) => {
      clearTimeout(timer);
      resolve(rest);
    };
    /** @param {string} what */
    const stop = (what) => {
      take({ end: 'found', found: `trial ${current}: ${what}` });
      void worker.terminate();
      finish(numbers.slice(numbers.indexOf(current) + 1));
    };
    wait();
    worker.on('message', (/** @type {Message} */ message) => {
      wait();
      if (message.begun === undefined) take(message);
      else current = message.begun;
    });
    worker.on('error', (/** @type {Error} */ error) => stop(`ended the worker: ${error.stack ?? error.message}`));
    worker.on('exit', () => finish([]));
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
    },
  });
  const [seed, runs] = [Number(values.seed), Number(values.runs)];
  const all = values.only === undefined ? Array.from({ length: runs }, (_, index) => index) : [Number(values.only)];
  /** @type {Record<string, number>} */
  const ends = {};
  /** @type {string[]} */
  const found = [];
  /** @param {Message} message */
  const take = ({ end, found: what }) => {
    if (end) ends[end] = (ends[end] ?? 0) + 1;
    if (what) {
      found.push(what);
      console.log(`\n${what}`);
    }
    const done = Object.values(ends).reduce((sum, count) => sum + count, 0);
    if (end && done % 1000 === 0) console.log(`${done} runs, ${found.length} found`);
  };
  const start = Date.now();
  console.log(`${all.length} runs with seed ${seed}`);
  /** @type {number[][]} */
  const waiting = [];
  for (let from = 0; from < all.length; from += RUNS_OF_WORKER) waiting.push(all.slice(from, from + RUNS_OF_WORKER));
  const lane = async () => {
    for (let numbers = waiting.shift(); numbers; numbers = waiting.shift()) {
      const rest = await runWorker(seed, numbers, take);
      if (rest.length > 0) waiting.push(rest);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, lane));
  const seconds = ((Date.now() - start) / 1000).toFixed(0);
  console.log(`\n${all.length} runs with seed ${seed} in ${seconds} s: ${JSON.stringify(ends)}; ${found.length} found`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

const port = parentPort;
if (isMainThread || !port) await main();
else port.once('message', (/** @type {Order} */ order) => void work(order, (message) => port.postMessage(message)));
