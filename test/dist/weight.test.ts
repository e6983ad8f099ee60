// How much the built page has to load before it can be used, as a host that compresses sends it.
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveDist, sharedChromium, type ServedPage } from './browser';

/** Bytes of gzip. */
const INITIAL_SCRIPT = 60_000;
const FIRST_LOAD = 450_000;

describe('The first load', () => {
  let browser: Browser;
  let served: ServedPage;

  beforeAll(async () => {
    [browser, served] = await Promise.all([sharedChromium(), serveDist()]);
  });

  afterAll(() => served.close());

  it('is at most 450 kB with the WASM, and the page’s own script at most 60 kB: what is looked at later comes later', async () => {
    const page = await browser.newPage();
    const loaded: { readonly url: string; readonly bytes: Promise<number> }[] = [];
    page.on('response', (response) => {
      const bytes = response.body().then((body) => gzipSync(body).length);
      loaded.push({ url: response.url(), bytes });
    });
    await page.goto(served.address, { waitUntil: 'networkidle' });
    await page.locator('[data-sample]').first().waitFor();

    const files = await Promise.all(loaded.map(async ({ url, bytes }) => ({ url, bytes: await bytes })));
    const sum = (some: typeof files): number => some.reduce((total, { bytes }) => total + bytes, 0);
    // What the page starts with, and what it preloads for that: the worker has scripts of its own beside them.
    const own = await page
      .locator('script[src], link[rel=modulepreload]')
      .evaluateAll((all) =>
        all.map((element) => (element instanceof HTMLScriptElement ? element.src : (element as HTMLLinkElement).href)),
      );
    const scripts = files.filter(({ url }) => own.includes(url));
    expect(scripts.length).toBeGreaterThan(0);
    expect(files.some(({ url }) => url.endsWith('.wasm'))).toBe(true);
    expect(sum(scripts)).toBeLessThan(INITIAL_SCRIPT);
    expect(sum(files)).toBeLessThan(FIRST_LOAD);
    await page.close();
  });
});
