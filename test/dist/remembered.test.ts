// What the page remembers for the next visit: which migration was used last, and nothing of any file.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { dist, serveDist, sharedChromium, type ServedPage } from './browser';
import { receiveVisits } from './visit';

const openPage = receiveVisits();

let browser: Browser;
let served: ServedPage;
const folder = mkdtempSync(join(tmpdir(), 'drydock-team-'));

beforeAll(async () => {
  cpSync(dist, folder, { recursive: true });
  const path = join(folder, 'migrations/index.json');
  const catalog = JSON.parse(readFileSync(path, 'utf8')) as { migrations: object[] };
  catalog.migrations.push({ id: '022_audit', title: '022: audit', summary: 'One table.', script: '022_audit.sql' });
  writeFileSync(path, JSON.stringify(catalog));
  writeFileSync(join(folder, 'migrations/022_audit.sql'), 'CREATE TABLE audit(a);');
  [browser, served] = await Promise.all([sharedChromium(), serveDist('/', folder)]);
});

afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

it('The migration that was chosen last is chosen on the next visit, unless a link asks for another; no file is remembered', async () => {
  const page = await browser.newPage();
  const file = { name: 'secret.db', mimeType: '', buffer: Buffer.from(nativeDatabase('CREATE TABLE hidden(a)')) };
  const choice = page.locator('select');
  const open = async (query: string): Promise<string> => {
    await page.goto(served.address + query);
    await page.getByLabel('Open a SQLite file').setInputFiles(file);
    await page.locator('main[data-state=ready]').waitFor();
    return choice.inputValue();
  };

  expect(await open('')).toBe('021_otc_multiweek_real_example');
  await page.locator('[data-script]').click();
  await choice.selectOption('022_audit');
  await page.locator('[data-statement="1"]').getByText('audit').waitFor();
  expect(await open('')).toBe('022_audit');
  expect(await open('?migration=021_otc_multiweek_real_example')).toBe('021_otc_multiweek_real_example');

  const kept = await page.evaluate(() => [Object.entries(localStorage), Object.entries(sessionStorage)]);
  expect(JSON.stringify(kept)).not.toMatch(/secret|hidden/);
  expect(kept).toEqual([[['drydock.migration', '021_otc_multiweek_real_example']], []]);
  await page.close();
});

it('Which files were dropped is kept only for whoever wants it: their names and places; and all of it is deleted again', async () => {
  const visit = await openPage();
  const { page } = visit;
  const cats = { name: 'cats.db', content: nativeDatabase('CREATE TABLE cats(name)') };
  const stores = (): Promise<number> => page.evaluate(async () => (await indexedDB.databases()).length);
  const again = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Open another file' }).click();
    await visit.reach('empty');
  };
  await visit.drop(cats);
  await visit.reach('ready');
  expect(await stores()).toBe(0);
  await again();
  await page.getByLabel('Keep a list of the files that I drop here').check();
  await visit.drop(cats);
  await visit.reach('ready');
  await again();
  await page.locator('[data-recent="cats.db"]').click();
  await visit.reach('ready');
  expect((await visit.facts()).tables).toBe('1');
  await again();
  await page.locator('[data-recent="cats.db"]').waitFor();
  expect(await page.locator('[data-recent]').count()).toBe(1);
  await page.getByLabel('Keep a list of the files that I drop here').uncheck();
  await page.locator('[data-recent]').waitFor({ state: 'detached' });
  await expect.poll(stores).toBe(0);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});
