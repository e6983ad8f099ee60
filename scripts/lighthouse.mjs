// Measures a served page with Lighthouse, as a phone on a slow network would load it; as a program, the page in dist.
import lighthouse from 'lighthouse';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { preview } from 'vite';
import { chromiumArguments, findChromium } from './chromium.mjs';
import { SetupError } from './programs.mjs';

/** What each category has to reach, in points of a hundred. */
export const AIMS = { performance: 95, accessibility: 100, 'best-practices': 100 };

/** @type {readonly Category[]} */
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];

/**
 * @typedef {keyof typeof AIMS} Category
 * @typedef {{ points: Record<Category, number>, lost: string[] }} Measured points, and the audits that cost some
 */

/**
 * Loads a page in a Chromium of its own, with Lighthouse's own settings: a phone's screen, simulated slow network and processor.
 * The points for accessibility and best practices depend on the page alone, those for performance also on how busy the machine is.
 * @param {string} address
 * @returns {Promise<Measured>}
 */
export async function measure(address) {
  const executablePath = findChromium();
  if (executablePath === null) throw new SetupError('No Chromium was found: `node scripts/setup.mjs test` gets one.');
  const browser = await puppeteer.launch({ executablePath, args: chromiumArguments });
  try {
    const page = await browser.newPage();
    const outcome = await lighthouse(address, { onlyCategories: [...CATEGORIES], logLevel: 'error' }, undefined, page);
    if (outcome === undefined) throw new Error('Lighthouse gave nothing');
    const { categories, audits, runtimeError } = outcome.lhr;
    if (runtimeError !== undefined) throw new Error(runtimeError.message);
    const lost = CATEGORIES.flatMap((category) =>
      (categories[category]?.auditRefs ?? [])
        .filter(({ weight, id }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
        .map(({ id }) => [category, id, audits[id]?.displayValue ?? ''].join(' ').trim()),
    );
    /** @param {Category} category */
    const pointsOf = (category) => Math.round((categories[category]?.score ?? 0) * 100);
    return {
      points: {
        performance: pointsOf('performance'),
        accessibility: pointsOf('accessibility'),
        'best-practices': pointsOf('best-practices'),
      },
      lost,
    };
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(3);

/**
 * Measures dist some times, and prints the points and their median, as Lighthouse's authors advise.
 * @param {number} runs
 */
async function main(runs) {
  const server = await preview({ preview: { host: '127.0.0.1', port: 0 }, logLevel: 'error' });
  try {
    const [address = ''] = server.resolvedUrls?.local ?? [];
    /** @type {Measured[]} */
    const all = [];
    for (let run = 0; run < runs; run++) all.push(await measure(address));
    for (const category of CATEGORIES) {
      const aim = AIMS[category];
      const points = all.map((each) => each.points[category]).sort((one, other) => one - other);
      const median = points[Math.floor(runs / 2)] ?? 0;
      const verdict = median >= aim ? 'reached' : 'MISSED';
      console.log(
        `${category.padEnd(15)} ${String(median).padStart(3)}  aim ${aim}, ${verdict}  (${points.join(', ')})`,
      );
      if (median < aim) process.exitCode = 1;
    }
    for (const lost of new Set(all.flatMap((each) => each.lost))) console.log(`  less than full: ${lost}`);
  } finally {
    await server.close();
  }
}
