// The built page without a network, after it was visited once; and when a newer build of it comes.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { askNative } from '../databases';
import { dist, serveDist, sharedChromium, type ServedPage } from './browser';
import { Visit } from './visit';

vi.setConfig({ testTimeout: 60_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await sharedChromium();
});

/** Waits until a service worker keeps the page. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  });
}

describe('The built page', () => {
  it('works with the network cut after the first visit: schema, plan, run, proofs, the explorer and the download', async () => {
    const served: ServedPage = await serveDist('/tools/drydock/');
    const context = await browser.newContext({ acceptDownloads: true });
    try {
      const page = await context.newPage();
      await page.goto(served.address);
      await kept(page);
      await served.close();
      await context.setOffline(true);

      await page.reload();
      const visit = new Visit(page);
      await visit.openSample('populated');
      await visit.reach('ready');
      for (const view of ['schema', 'diagram', 'data', 'query', 'checks']) {
        await page.locator(`[data-view=${view}]`).click();
        await page.locator(`[data-panel=${view}]`).getByText('Opening …').waitFor({ state: 'detached' });
        expect(await page.locator('[data-problem=view-not-loaded]').count()).toBe(0);
      }
      await page.locator('[data-view=work]').click();
      await visit.runToTheEnd();
      expect((await visit.proofs()).filter(({ result }) => result !== 'pass')).toEqual([]);
      const { bytes } = await visit.downloadWith('Download upgraded database');
      expect(askNative(bytes, 'PRAGMA integrity_check;')).toBe('ok');
      rmSync(visit.folder, { recursive: true });
    } finally {
      await context.close();
    }
  });

  it('offers a newer build, and goes over to it when it is asked to, not before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drydock-build-'));
    cpSync(dist, folder, { recursive: true });
    const served = await serveDist('/', folder);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(served.address);
      await kept(page);
      const offer = page.locator('[data-problem=update]');
      const worker = readFileSync(join(folder, 'service-worker.js'), 'utf8');
      writeFileSync(
        join(folder, 'service-worker.js'),
        worker.replace(/version\\":\\"\w+/, String.raw`version\":\"newer`),
      );
      const index = readFileSync(join(folder, 'index.html'), 'utf8');
      writeFileSync(join(folder, 'index.html'), index.replace('content="Upgrade a', 'content="Newer: upgrade a'));
      const isNewer = (): Promise<boolean> =>
        page
          .locator('meta[content^="Newer: "]')
          .count()
          .then((count) => count > 0);

      await page.reload();
      expect(await isNewer()).toBe(false);
      await offer.waitFor();
      await page.reload();
      expect(await isNewer()).toBe(false);
      await offer.waitFor();
      await offer.getByRole('button', { name: 'Load it now' }).click();
      await page.locator('meta[content^="Newer: "]').waitFor({ state: 'attached' });
      expect(await offer.count()).toBe(0);
      // What the older build kept is gone.
      expect(await page.evaluate(() => caches.keys())).toEqual(['sqlite-drydock-newer']);
    } finally {
      await context.close();
      await served.close();
      rmSync(folder, { recursive: true });
    }
  });
});
