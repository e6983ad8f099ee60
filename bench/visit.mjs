// One visit to a page in a Chromium of its own: a file is dropped, the migration runs, and the times are the page's own.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { chromiumArguments, findChromium } from '../scripts/chromium.mjs';
import { peakMemoryOfChromium } from './memory.mjs';

/** @typedef {import('playwright').Page} Page */
/** @typedef {{ renderer: number, browser: number }} Peaks bytes */
/** @typedef {Record<string, number>} Marks milliseconds, by the name of the User Timing mark */

/** @typedef {{ longTasks?: PerformanceEntry[] }} WithLongTasks */

/** The page said, or showed by its end, that there will be no result. */
export class VisitFailed extends Error {}

/** It takes anyone at least so long to find a file in a dialog. */
const CHOOSING_MILLISECONDS = 3000;

const ANSWER_PATIENCE = 60_000;
const LOOK_AT_MEMORY_EVERY = 500;

export class Visit {
  /** Work that a download or a profile leaves behind is in here. */
  #folder;
  #context;
  /** Rejects when the page's process dies. */
  #crashed;
  /** @type {Peaks | null} */
  #peaks = null;
  /** Chromium sets its own high-water marks back every few minutes, so they are looked at all the time. */
  #watch;
  /** Whether it has died. */
  dead = false;
  page;

  /**
   * @param {string} folder
   * @param {import('playwright').BrowserContext} context
   * @param {Page} page
   */
  constructor(folder, context, page) {
    this.#folder = folder;
    this.#context = context;
    this.page = page;
    this.#crashed = new Promise((_resolve, reject) => {
      page.once('crash', () => {
        this.dead = true;
        reject(new VisitFailed('the tab crashed'));
      });
    });
    this.#crashed.catch(() => undefined);
    this.#watch = setInterval(() => this.peaks(), LOOK_AT_MEMORY_EVERY);
  }

  /**
   * Starts a Chromium with an empty profile in `folder`, which must not exist. It is as a user has it, not a private
   * window: there, Blobs and the origin's own files would be kept in memory. Whoever asked for it closes it.
   * @param {string} folder
   */
  static async begin(folder) {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error('No Chromium was found: `node scripts/setup.mjs test` gets one.');
    const downloadsPath = join(folder, 'downloads');
    mkdirSync(downloadsPath, { recursive: true });
    const context = await chromium.launchPersistentContext(profileIn(folder), {
      executablePath,
      args: chromiumArguments,
      downloadsPath,
    });
    const visit = new Visit(folder, context, context.pages()[0] ?? (await context.newPage()));
    visit.page.setDefaultTimeout(ANSWER_PATIENCE);
    return visit;
  }

  /**
   * Opens a page, and waits until it has loaded all that it loads by itself. Throws VisitFailed when it cannot take a file.
   * @param {string} address
   */
  async goTo(address) {
    await this.page.goto(address, { waitUntil: 'networkidle' });
    await this.page.evaluate(noteLongTasks);
    await this.page.locator('main:is([data-state=empty], [data-state=refused])').waitFor();
    const problem = this.page.locator('main[data-state=refused] [data-problem]');
    if ((await problem.count()) > 0) throw new VisitFailed(shortened(await problem.first().innerText()));
  }

  /** The most memory that the processes of this Chromium held so far; null where the system does not tell. */
  peaks() {
    const now = peakMemoryOfChromium(profileIn(this.#folder));
    if (now === null) return this.#peaks;
    this.#peaks = {
      renderer: Math.max(now.renderer, this.#peaks?.renderer ?? 0),
      browser: Math.max(now.browser, this.#peaks?.browser ?? 0),
    };
    return this.#peaks;
  }

  /**
   * Chooses a file in the browser's dialog, which is open for a moment before one is found.
   * @param {string} path
   */
  async drop(path) {
    const dialog = this.page.waitForEvent('filechooser');
    await this.page.getByText('Open a SQLite file', { exact: true }).first().click();
    const chooser = await dialog;
    await this.page.waitForTimeout(CHOOSING_MILLISECONDS);
    await chooser.setFiles(path);
  }

  /**
   * Waits for a User Timing mark without asking again and again. Throws VisitFailed when the page refuses the file, ends
   * a run without a result, dies, or takes longer than `patience` milliseconds.
   * @param {string} name
   * @param {number} patience
   */
  async reach(name, patience) {
    const marked = this.page.evaluate(waitForMark, name).then((failure) => {
      if (failure !== null) throw new VisitFailed(shortened(failure));
    });
    await this.#within(marked, patience, `no "${name}"`);
  }

  /**
   * Has a button pressed by the page itself at the moment when it sets a mark, so that no time is lost between the two.
   * @param {string} mark
   * @param {string} button what stands on it
   */
  async pressAt(mark, button) {
    await this.page.evaluate(
      ([name, label]) => {
        new PerformanceObserver((list, observer) => {
          if (list.getEntriesByName(name ?? '').length === 0) return;
          observer.disconnect();
          for (const found of document.querySelectorAll('button')) if (found.innerText === label) found.click();
        }).observe({ type: 'mark' });
      },
      [mark, button],
    );
  }

  /** When the page reached what, in milliseconds since it was opened. @returns {Promise<Marks>} */
  marks() {
    return this.page.evaluate(() =>
      Object.fromEntries(performance.getEntriesByType('mark').map(({ name, startTime }) => [name, startTime])),
    );
  }

  /**
   * The longest task that held the page's main thread up since a mark, in milliseconds. Chromium tells of those from 50 ms on:
   * 0 stands for anything shorter.
   * @param {string} mark
   */
  longestTask(mark) {
    return this.page.evaluate((name) => {
      const since = performance.getEntriesByName(name, 'mark')[0]?.startTime ?? Infinity;
      const { longTasks = [] } = /** @type {WithLongTasks} */ (globalThis);
      const late = longTasks.filter(({ startTime, duration }) => startTime + duration > since);
      return Math.max(0, ...late.map(({ duration }) => duration));
    }, mark);
  }

  /**
   * Presses a button that starts a download; gives the path of the downloaded file, which goes with the visit.
   * @param {string} button
   * @param {number} patience milliseconds
   */
  async download(button, patience) {
    const started = this.page.waitForEvent('download', { timeout: patience });
    const [download] = await this.#within(
      Promise.all([started, this.page.getByRole('button', { name: button, exact: true }).click()]),
      patience,
      'no download',
    );
    return this.#within(download.path(), patience, 'no end of the download');
  }

  async close() {
    clearInterval(this.#watch);
    await this.#context.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * @template Value
   * @param {Promise<Value>} work
   * @param {number} patience
   * @param {string} lacking what there would be none of
   * @returns {Promise<Value>}
   */
  async #within(work, patience, lacking) {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((_resolve, reject) => {
      const seconds = String(Math.round(patience / 1000));
      timer = setTimeout(() => reject(new VisitFailed(`${lacking} within ${seconds} s`)), patience);
    });
    try {
      return await /** @type {Promise<Value>} */ (Promise.race([work, late, this.#crashed]));
    } finally {
      clearTimeout(timer);
      // It goes on, and fails when the visit ends.
      work.catch(() => undefined);
    }
  }
}

/** @param {string} text */
function shortened(text) {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

/** @param {string} folder */
function profileIn(folder) {
  return join(folder, 'profile');
}

/** Runs in the page: from now on its long tasks are kept. */
function noteLongTasks() {
  /** @type {PerformanceEntry[]} */
  const longTasks = [];
  Object.assign(globalThis, { longTasks });
  new PerformanceObserver((list) => longTasks.push(...list.getEntries())).observe({ type: 'longtask' });
}

/**
 * Runs in the page: resolves with null when the mark is there, or with why it will not come. Drydock and the pages of the
 * others tell by the same handle how the work stands: a run that is neither running nor done has been given up.
 * @param {string} mark
 * @returns {Promise<string | null>}
 */
function waitForMark(mark) {
  return new Promise((resolve) => {
    const main = document.querySelector('main');
    const begun = main?.dataset.state;
    const look = () => {
      if (performance.getEntriesByName(mark, 'mark').length > 0) resolve(null);
      const state = main?.dataset.state;
      const givenUp = state === 'refused' || (begun === 'running' && state === 'ready');
      const problem = main?.querySelector('[data-problem]');
      if (givenUp) resolve(problem instanceof HTMLElement ? problem.innerText : `the page is ${state}`);
    };
    new PerformanceObserver(look).observe({ type: 'mark', buffered: true });
    new MutationObserver(look).observe(document.body, { subtree: true, attributeFilter: ['data-state'] });
    look();
  });
}
