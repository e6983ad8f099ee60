// Links to the built page: a host can offer a database or a migration with no code.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { part } from '../amount';
import { nativeDatabase } from '../databases';
import { dist, serveDist, sharedChromium, type ServedPage } from './browser';

let browser: Browser;
let served: ServedPage;
const folder = mkdtempSync(join(tmpdir(), 'drydock-host-'));

beforeAll(async () => {
  cpSync(dist, folder, { recursive: true });
  mkdirSync(join(folder, 'demo'));
  writeFileSync(join(folder, 'demo', 'team spine.db'), nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1);'));
  [browser, served] = await Promise.all([sharedChromium(), serveDist('/tools/', folder)]);
});

afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

describe('A link', () => {
  it('opens a database of the same host, and plans the migration that it names', async () => {
    const page = await browser.newPage();
    await page.goto(`${served.address}?migration=021_otc_multiweek_real_example&db=demo/team%20spine.db`);
    await page.locator('main[data-state=ready]').waitFor();
    expect(await page.locator('#file-name').textContent()).toBe('team spine.db');
    await page.locator('[data-script]').click();
    expect(await page.getByRole('combobox', { name: 'Migration' }).inputValue()).toBe('021_otc_multiweek_real_example');
    expect(await page.locator('[data-problem^=link]').count()).toBe(0);
    await page.close();
  });

  const missing = [
    ['?db=demo/none.db', 'The link asks for the database demo/none.db, which this host does not give (404).'],
    ['?db=https://example.com/x.db', 'which is not on the host of this page, so it is not fetched.'],
    ['?db=//example.com/x.db', 'which is not on the host of this page, so it is not fetched.'],
    ['?migration=none', 'The link asks for the migration none, which is not in the catalog of this page.'],
  ] as const;
  it.each(part(missing, 2))(
    'that asks for what is not there (%s) says so, and the page works',
    async (query, sentence) => {
      const page = await browser.newPage();
      const requested: string[] = [];
      page.on('request', (request) => requested.push(request.url()));
      await page.goto(served.address + query);
      await page.getByText(sentence).waitFor();
      // What the page itself made, its worker's script, is of its origin too.
      const own = [served.address, `blob:${new URL(served.address).origin}/`];
      expect(requested.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([]);
      await page.locator('[data-sample]').first().click();
      await page.locator('main[data-state=ready]').waitFor();
      await page.close();
    },
  );

  it('to a file that is no database ends in the sentence that a dropped one would', async () => {
    const page = await browser.newPage();
    await page.goto(`${served.address}?db=icon-192.png`);
    await page.locator('main[data-state=refused]').waitFor();
    await page.getByText('PNG').first().waitFor();
    await page.close();
  });
});
