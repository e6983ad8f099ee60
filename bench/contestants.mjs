// How each contestant migrates a database once: what it is given, what is timed, and where its result is.
import { constants, copyFileSync, rmSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from 'playwright';
import { warm } from './databases.mjs';
import { isDrydock } from './options.mjs';
import { composeScript } from './script.mjs';
import { runScript, runSqlite3, Sqlite3Error } from './sqlite3.mjs';
import { timesOf } from './times.mjs';
import { Visit, VisitFailed } from './visit.mjs';

/** @typedef {import('./databases.mjs').BenchDatabase} BenchDatabase */
/** @typedef {import('./options.mjs').Contestant} Contestant */
/** @typedef {import('./site.mjs').Site} Site */
/** @typedef {import('./visit.mjs').Peaks} Peaks */

/**
 * @typedef {object} Success
 * @property {true} ok
 * @property {import('./times.mjs').Times} times
 * @property {Memory} memory
 * @property {number} writtenBytes how much larger the result is
 * @property {number | null} longestTask of the page's main thread, from the drop to the end of all that was measured, in
 *   milliseconds; null for native
 * @property {AfterReading} [read] what it takes who reads the plan before running it; Drydock alone has one
 */

/**
 * @typedef {object} AfterReading milliseconds from the click, which comes five seconds after the plan
 * @property {number} toResult until the result can be downloaded
 * @property {number} toChecks until all checks that are made by themselves are made as well
 */

const READING_MILLISECONDS = 5000;

/** @typedef {{ ok: false, reason: string }} Failure */

/**
 * @typedef {object} Memory the most that was held, in bytes; null where this system does not tell, or there is no such thing
 * @property {number | null} peak by the renderer until the end, with the proofs; by sqlite3 itself, for native
 * @property {number | null} peakAtResult by the renderer until the result was there
 * @property {number | null} browserPeak by the browser's own process until the end
 */

/**
 * @typedef {object} Start what a page is before a file is dropped
 * @property {Peaks | null} peaks
 * @property {Buffer[]} fetched the files that it fetched until then, and WASM that it fetched later
 * @property {number | null} deviceMemory gigabytes, as the browser tells the page
 */

/**
 * @typedef {object} Job
 * @property {BenchDatabase} database
 * @property {string} folder for copies, profiles and downloads; it must be there
 * @property {string} script path of the rivals' script; it is there once Drydock has run
 * @property {number} patience milliseconds for each step of a run
 * @property {((path: string) => Promise<void>) | null} keep is given the result, which is gone afterwards
 */

/**
 * `sqlite3 copy < script`. Copying, and writing the copy out to the disk, is not timed.
 * @param {Job} job
 * @returns {Promise<Success | Failure>}
 */
export async function runNative({ database, folder, script, keep }) {
  const copy = join(folder, 'native.db');
  try {
    copyFileSync(database.path, copy, constants.COPYFILE_FICLONE);
    const file = await open(copy);
    await file.sync();
    await file.close();
    const schema = await runSqlite3(['-readonly', copy, '.schema']);
    await warm(copy);
    const { milliseconds: total, peakBytes } = await runScript(copy, script);
    const writtenBytes = (await stat(copy)).size - database.bytes;
    await keep?.(copy);
    return {
      ok: true,
      times: { schema: schema.milliseconds, plan: null, run: total, total, withProofs: null },
      memory: { peak: peakBytes, peakAtResult: null, browserPeak: null },
      writtenBytes,
      longestTask: null,
    };
  } catch (error) {
    if (!(error instanceof Sqlite3Error)) throw error;
    return { ok: false, reason: error.message };
  } finally {
    rmSync(copy, { force: true });
  }
}

/**
 * Migrates in a page. `site` serves Drydock's page, or the rivals' page for any other contestant.
 * @param {Exclude<Contestant, 'native'>} contestant
 * @param {Site} site
 * @param {Job} job
 * @returns {Promise<{ start: Start | null, outcome: Success | Failure }>}
 */
export async function runInBrowser(contestant, site, job) {
  const { database, patience } = job;
  const drydock = isDrydock(contestant);
  await warm(database.path);
  site.fetched.clear();
  const address = drydock ? site.address : `${site.address}?rival=${encodeURIComponent(contestant)}`;
  const visit = await Visit.begin(join(job.folder, 'visit'));
  /** @type {Start | null} */
  let start = null;
  try {
    await visit.goTo(address);
    start = await look(visit, site);
    const first = new Set(site.fetched.keys());
    if (!drydock) await giveScript(visit, await readFile(job.script, 'utf8'));
    if (drydock) await visit.pressAt('plan-shown', 'Run migration');
    await visit.drop(database.path);
    await visit.reach('result-ready', patience);
    const peaksAtResult = visit.peaks();
    if (drydock) await visit.reach('proofs-done', patience);
    const [peaks, marks] = [visit.peaks(), await visit.marks()];
    const longestTask = await visit.longestTask('drop');
    const result = await visit.download('Download upgraded database', patience);
    const writtenBytes = (await stat(result)).size - database.bytes;
    for (const [path, content] of site.fetched) {
      if (path.endsWith('.wasm') && !first.has(path)) start.fetched.push(content);
    }
    const report = drydock ? await readReport(visit, job) : null;
    await job.keep?.(result);
    const memory = {
      peak: peaks?.renderer ?? null,
      peakAtResult: peaksAtResult?.renderer ?? null,
      browserPeak: peaks?.browser ?? null,
    };
    return { start, outcome: { ok: true, times: timesOf(marks, report), memory, writtenBytes, longestTask } };
  } catch (error) {
    if (visit.dead) return { start, outcome: { ok: false, reason: 'the tab crashed' } };
    if (!(error instanceof VisitFailed || error instanceof errors.TimeoutError)) throw error;
    const [reason = ''] = error.message.split('\n');
    return { start, outcome: { ok: false, reason } };
  } finally {
    await visit.close();
  }
}

/**
 * Migrates once more, as somebody does who reads the plan for five seconds before running it: what the page does meanwhile counts.
 * @param {Site} site of Drydock's page
 * @param {Job} job
 * @returns {Promise<AfterReading>}
 */
export async function runAfterReading(site, { database, folder, patience }) {
  await warm(database.path);
  const visit = await Visit.begin(join(folder, 'reading'));
  try {
    await visit.goTo(site.address);
    await visit.drop(database.path);
    await visit.reach('plan-shown', patience);
    await new Promise((resolve) => setTimeout(resolve, READING_MILLISECONDS));
    await visit.page.evaluate(() => {
      const run = document.querySelector('[data-key=run]');
      if (run instanceof HTMLElement) run.click();
    });
    await visit.reach('proofs-done', patience);
    const marks = await visit.marks();
    const at = (/** @type {string} */ name) => marks[name] ?? NaN;
    return {
      toResult: at('result-ready') - at('run-started'),
      toChecks: at('proofs-done') - at('run-started'),
    };
  } finally {
    await visit.close();
  }
}

/** @param {Visit} visit @param {Site} site @returns {Promise<Start>} */
async function look(visit, site) {
  const deviceMemory = await visit.page.evaluate(() => {
    const { deviceMemory: gigabytes } = /** @type {{ deviceMemory?: number }} */ (navigator);
    return gigabytes ?? null;
  });
  return { peaks: visit.peaks(), fetched: [...site.fetched.values()], deviceMemory };
}

/** @param {Visit} visit @param {string} script */
async function giveScript(visit, script) {
  await visit.page.evaluate((text) => {
    document.documentElement.dataset.script = text;
  }, script);
}

/**
 * Writes the script for the others; gives the time that the statements and the commit took.
 * @param {Visit} visit
 * @param {Job} job
 */
async function readReport(visit, { script, patience }) {
  const path = await visit.download('Download report', patience);
  /** @type {{ milliseconds: number, statements: import('./script.mjs').ReportedStatement[] }} */
  const report = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(script, composeScript(report.statements));
  return { run: report.milliseconds };
}
