// Measures the built page on large databases beside native sqlite3 and what else there is for the job in a browser.
// `npm run bench` needs no arguments; `npm run bench -- --help` names them. By default it wants about 15 GB of disk, in the
// system's folder for temporary files or where --dir says; 4.6 GB of databases are kept there for the next time.
//
// Everyone runs migration 021 on the same files, made by rows.sql. SQLite itself refuses some of its statements on tables
// that hold rows. For those, the others run the SQL that Drydock's report says it ran, so all do the same work.
//
// What is timed. Native: the process `sqlite3 copy.db < script`, in its default settings, and for the schema the process
// `sqlite3 copy.db .schema`. In a browser: from the `change` of the file input to the moment when the page holds the result
// as a Blob, by the page's own marks; its last byte has to be readable, since a Blob is made before the browser has taken
// its bytes. The engine is loaded before that, as it is when a user comes to drop a file, and the file is chosen in the browser's
// dialog, which is open for three seconds: for everyone alike. All that Drydock does automatically
// counts, the plan too. Its button is pressed by a script at the moment when the plan is there, so no wait is left out and
// none is used to get ahead. Checks are timed apart. In a visit of its own Drydock is timed once more as most people use it: the plan
// is read for five seconds, then the button is pressed. Times are divided by native's total of the same round, and the medians
// of that are shown.
//
// What is not timed. Copying the file for native (it works in place) and writing that copy out to the disk; the downloads;
// the start of the browser. Every file is read once before a run, so that nobody reads it from a cold disk. To users whose
// disk is cold or slow, all contestants will look more alike.
//
// Fairness. Each run has a Chromium and a profile of its own, no private window, and the contestants take turns. The rivals
// have Drydock's PRAGMAs (locking_mode=EXCLUSIVE, journal_mode=MEMORY, synchronous=OFF) and temp_store=MEMORY, where Drydock
// keeps temporary files of its own; native has its defaults. They are bundled by the same Vite, load in a worker, and are
// given the best way that their interface has: see the heads of rivals/*.mjs. They make no plan and no checks, and tell
// nothing about the file.
//
// What is checked. The first result of each contestant at each size is downloaded and compared with native's by native
// sqlite3: schema text, the rows of every table, quick_check. A difference ends the benchmark with exit code 1.
//
// Drydock is measured once more as on a machine whose browser tells of 4 GB: there it keeps less in memory, and takes longer.
//
// Memory is the high-water mark (VmHWM) of the renderer, which is the page with its workers. It counts the browser's own code
// and what the garbage collector has not yet taken back. Blobs live in the browser's process: that mark is in --json.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { runAfterReading, runInBrowser, runNative } from './contestants.mjs';
import { provideDatabase } from './databases.mjs';
import { DOCUMENT, layOut, putBetweenMarks } from './document.mjs';
import { faultOf, fingerprint } from './judge.mjs';
import { describeMachine } from './machine.mjs';
import { isDrydock, readOptions, runsOn, usage, UsageError } from './options.mjs';
import { onTheWire, serve } from './site.mjs';
import { markdownOf } from './table.mjs';

/** @typedef {import('./options.mjs').Contestant} Contestant */
/** @typedef {Record<'drydock' | 'drydock 4 GB' | 'rivals', import('./site.mjs').Site>} Sites */
/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./table.mjs').Findings} Findings */
/** @typedef {import('./table.mjs').SizeFindings} SizeFindings */

/** What a browser tells its page and workers of the machine, up to 8 GB and more; the page reads it once. */
const TELLS_OF_4_GB = `Object.defineProperty(navigator, 'deviceMemory', { configurable: true, value: 4 });\n`;

/** @param {string} line */
const say = (line) => {
  console.error(`bench: ${line}`);
};

if (process.argv.includes('--help')) console.log(usage);
else await begin(process.argv.slice(2));

/** @param {string[]} words */
async function begin(words) {
  try {
    await bench(readOptions(words));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}

/** @param {Options} options */
async function bench(options) {
  mkdirSync(options.folder, { recursive: true });
  const folder = mkdtempSync(join(resolve(options.folder), 'work-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

  const rivals = join(folder, 'rivals');
  await buildRivals(rivals);
  const sites = {
    drydock: await serve(options.dist),
    'drydock 4 GB': await serve(options.dist, TELLS_OF_4_GB),
    rivals: await serve(rivals),
  };
  /** @type {Findings} */
  const findings = { machine: describeMachine(), deviceMemory: null, beginnings: {}, sizes: [] };
  for (const megabytes of options.sizes) {
    const database = await provideDatabase(options.folder, megabytes, say);
    say(`${String(megabytes)} MB: ${JSON.stringify(database.rows)}`);
    findings.sizes.push(await measure(database, options, folder, sites, findings));
  }
  await Promise.all(Object.values(sites).map((site) => site.close()));

  const markdown = await layOut(markdownOf(findings));
  console.log(markdown);
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(findings, null, 2)}\n`);
  if (options.write) writeDocument(markdown);
  if (findings.sizes.some(({ faults }) => Object.keys(faults).length > 0)) process.exitCode = 1;
}

/**
 * Lets all take turns on one database.
 * @param {import('./databases.mjs').BenchDatabase} database
 * @param {Options} options
 * @param {string} folder
 * @param {Sites} sites
 * @param {Findings} findings what is known of a page before a file is dropped is put in here
 * @returns {Promise<SizeFindings>}
 */
async function measure(database, { runs, contestants }, folder, sites, findings) {
  /** @type {SizeFindings} */
  const size = { database, rounds: [], faults: {} };
  /** @type {Partial<Record<Contestant, import('./judge.mjs').Fingerprint>>} */
  const fingerprints = {};
  const total = runsOn(database.megabytes, runs);
  for (let number = 1; number <= total; number++) {
    /** @type {SizeFindings['rounds'][number]} */
    const round = {};
    size.rounds.push(round);
    for (const contestant of inOrder(contestants)) {
      // Who has failed on this database is not asked again.
      if (size.rounds.some((earlier) => earlier[contestant]?.ok === false)) continue;
      const job = {
        database,
        folder,
        script: join(folder, 'script.sql'),
        patience: 120_000 + database.megabytes * 250,
        keep:
          fingerprints[contestant] !== undefined
            ? null
            : async (/** @type {string} */ path) => {
                fingerprints[contestant] = await fingerprint(path);
              },
      };
      const outcome = contestant === 'native' ? await runNative(job) : await browse(contestant, job, sites, findings);
      if (contestant === 'drydock' && outcome.ok) outcome.read = await runAfterReading(sites.drydock, job);
      round[contestant] = outcome;
      const told = outcome.ok ? `${(outcome.times.total / 1000).toFixed(2)} s` : `fails: ${outcome.reason}`;
      say(`${String(database.megabytes)} MB, round ${String(number)} of ${String(total)}, ${contestant}: ${told}`);
      if (!outcome.ok && contestant === 'native') {
        throw new Error(`Native sqlite3 does not accept the script as a whole: ${outcome.reason}`);
      }
      if (!outcome.ok && !existsSync(job.script)) {
        throw new Error(`Drydock made no report, so there is no script for the others: ${outcome.reason}`);
      }
    }
  }
  const refused = size.rounds.map(({ drydock }) => drydock).find((outcome) => outcome?.ok === false);
  if (refused?.ok === false) size.faults.drydock = refused.reason;
  for (const contestant of contestants) {
    const [result, native] = [fingerprints[contestant], fingerprints.native];
    const fault = result && native ? faultOf(result, native) : null;
    if (fault === null) continue;
    size.faults[contestant] = fault;
    say(`${String(database.megabytes)} MB, ${contestant}: ${fault}`);
  }
  return size;
}

/**
 * @param {Exclude<Contestant, 'native'>} contestant
 * @param {import('./contestants.mjs').Job} job
 * @param {Sites} sites
 * @param {Findings} findings
 */
async function browse(contestant, job, sites, findings) {
  const site = isDrydock(contestant) ? sites[contestant] : sites.rivals;
  const { start, outcome } = await runInBrowser(contestant, site, job);
  if (start !== null && contestant !== 'drydock 4 GB') {
    findings.deviceMemory = start.deviceMemory;
    findings.beginnings[contestant] ??= { peaks: start.peaks, wire: onTheWire(start.fetched) };
  }
  return outcome;
}

/**
 * Drydock first: its report is what the others' script is made of.
 * @param {Contestant[]} contestants
 * @returns {Contestant[]}
 */
function inOrder(contestants) {
  return ['drydock', ...contestants.filter((contestant) => contestant !== 'drydock')];
}

/** @param {string} outDir */
async function buildRivals(outDir) {
  await build({
    root: fileURLToPath(new URL('rivals/', import.meta.url)),
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  });
}

/** @param {string} markdown */
function writeDocument(markdown) {
  const written = putBetweenMarks(readFileSync(DOCUMENT, 'utf8'), markdown);
  if (written !== null) {
    writeFileSync(DOCUMENT, written);
    return;
  }
  console.error(`${DOCUMENT} has no <!-- bench --> with a <!-- /bench --> after it: nothing was written.`);
  process.exitCode = 1;
}
