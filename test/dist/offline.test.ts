// The built page without a network, after it was visited once; and when a newer build of it comes.
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
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

/** Waits until exactly these builds are kept. */
async function keptIs(page: Page, names: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await page.evaluate(() => caches.keys())).toEqual(names), { timeout: 20_000 });
}

/** Puts a newer build in the place of the one in a folder: no file of its assets has the name that it had before. */
function deployNewer(folder: string): void {
  const assets = join(folder, 'assets');
  const newNames = new Map(readdirSync(assets).map((name) => [name, name.replace(/-([\w-]{8})\./, '-Newer$1.')]));
  const texts = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(({ name }) =>
    /\.(js|css|html)$/.test(name),
  );
  for (const { parentPath, name } of texts) {
    const path = join(parentPath, name);
    let text = readFileSync(path, 'utf8').replace(/version\\":\\"\w+/, String.raw`version\":\"newer`);
    for (const [old, newer] of newNames) text = text.replaceAll(old, newer);
    writeFileSync(path, text.replace('content="Upgrade a', 'content="Newer: upgrade a'));
  }
  for (const [old, newer] of newNames) renameSync(join(assets, old), join(assets, newer));
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

      const visit = new Visit(page);
      await page.reload();
      // What is on this machine already is made ready before anyone says that a file is about to come.
      for (const part of [/\/Plan-/, /\/SchemaTree-/, /\/latePlan-/])
        await vi.waitFor(() => expect(visit.requests).toContainEqual(expect.stringMatching(part)), { timeout: 20_000 });
      await visit.openSample('populated');
      await visit.reach('ready');
      for (const view of ['schema', 'diagram', 'data', 'query', 'checks']) {
        await page.locator(`[data-view=${view}]`).click();
        await page.locator(`[data-panel=${view}]`).locator('[data-loading]').waitFor({ state: 'detached' });
        expect(await page.locator('[data-problem=view-not-loaded]').count()).toBe(0);
      }
      await page.locator('[data-view=work]').click();
      await visit.runToTheEnd();
      expect((await visit.proofs()).filter(({ result }) => result !== 'pass')).toEqual([]);
      const { bytes } = await visit.downloadWith('Download upgraded database');
      expect(askNative(bytes, 'PRAGMA integrity_check;')).toBe('ok');

      // The second engine is kept as well.
      await page.getByRole('button', { name: 'Open another file' }).click();
      await visit.pick({ name: 'text.db', content: nativeDatabase('CREATE VIRTUAL TABLE f USING fts5(a);') });
      await page.locator('[data-fact=engine]').getByText('sqlite-wasm').waitFor();
      rmSync(visit.folder, { recursive: true });
    } finally {
      await context.close();
    }
  });

  it('offers a newer build and goes over to it when it is asked to, not before; another tab works on with the old one, whose files go when that is closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drydock-build-'));
    cpSync(dist, folder, { recursive: true });
    const served = await serveDist('/', folder);
    const context = await browser.newContext({ acceptDownloads: true });
    try {
      const [one, other, third] = [await context.newPage(), await context.newPage(), await context.newPage()];
      await one.goto(served.address);
      await kept(one);
      await other.goto(served.address);
      await third.goto(served.address);
      const visit = new Visit(other);
      // A tab behind another one draws once a second.
      await other.bringToFront();
      await visit.openSample('populated');
      await visit.reach('ready');
      await visit.runToTheEnd();

      deployNewer(folder);
      await one.bringToFront();
      const offer = one.locator('[data-problem=update]');
      for (let time = 0; time < 2; time++) {
        await one.reload();
        await offer.waitFor();
        expect(await one.locator('meta[content^="Newer: "]').count()).toBe(0);
      }
      await offer.getByRole('button', { name: 'Load it now' }).click();
      await one.locator('meta[content^="Newer: "]').waitFor({ state: 'attached' });
      await one.locator('[data-sample]').first().waitFor();
      expect(await offer.count()).toBe(0);

      await other.bringToFront();
      for (const view of ['schema', 'data', 'query']) {
        await other.locator(`[data-view=${view}]`).click();
        await other.locator(`[data-panel=${view}]`).locator('h2').first().waitFor();
      }
      await other.locator('[data-view=query]').click();
      await other.locator('[data-editor=full]').waitFor();
      await other.getByRole('button', { name: 'Run', exact: true }).click();
      await other.locator('[data-panel=query] [role=grid]').first().waitFor();
      await other.locator('[data-view=work]').click();
      const { bytes } = await visit.downloadWith('Download upgraded database');
      expect(askNative(bytes, 'PRAGMA integrity_check;')).toBe('ok');
      expect(visit.troubles).toEqual([]);
      expect(await one.evaluate(() => caches.keys())).toHaveLength(2);

      // The offer does what it says in a tab that is not the first, too.
      await third.bringToFront();
      await third.getByRole('button', { name: 'Load it now' }).click();
      await third.locator('meta[content^="Newer: "]').waitFor({ state: 'attached' });
      expect(await one.evaluate(() => caches.keys())).toHaveLength(2);
      await other.close({ runBeforeUnload: false });
      await one.reload();
      await keptIs(one, ['sqlite-drydock-newer']);
      rmSync(visit.folder, { recursive: true });
    } finally {
      await context.close();
      await served.close();
      rmSync(folder, { recursive: true });
    }
  });
});
