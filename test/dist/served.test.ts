// The built page, served from a folder below a host's top, as any static host would serve it.
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveDist, sharedChromium, type ServedPage } from './browser';

describe('The built page', () => {
  let browser: Browser;
  let served: ServedPage;

  beforeAll(async () => {
    [browser, served] = await Promise.all([sharedChromium(), serveDist('/some/sub/path/')]);
  });

  afterAll(() => served.close());

  it('loads below a sub-path, whole, and asks no other host for anything', async () => {
    const page = await browser.newPage();
    const requested: string[] = [];
    const troubles: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    page.on('response', (response) => {
      if (!response.ok()) troubles.push(`${response.status()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => troubles.push(`failed: ${request.url()}`));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });

    await page.goto(served.address, { waitUntil: 'networkidle' });

    expect(await page.title()).toMatch(/^SQLite Drydock\b/);
    expect(troubles).toEqual([]);
    expect(requested.length).toBeGreaterThan(1);
    const elsewhere = requested.filter((url) => !url.startsWith(served.address) && !/^(data|blob):/.test(url));
    expect(elsewhere).toEqual([]);
    await page.close();
  });
});
