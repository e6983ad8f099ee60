// What leaves the page, which is nothing, and what gets into it: names and values of a database are shown, never run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { dist } from './browser';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
const HOSTILE = `<img src=x onerror="document.title='owned'">`;

it('A whole session asks for nothing but the files of the page itself', async () => {
  const visit = await openPage();
  await visit.openSample('populated');
  await visit.reach('ready');
  // The worker of the checks is the last part of the page to be loaded.
  await visit.checked();
  expect(visit.requests.length).toBeGreaterThan(5);

  await visit.runToTheEnd();
  await visit.downloadWith('Download upgraded database');
  await visit.downloadWith('Download report');

  // That no other host is asked is watched for in every visit. Here: nothing is asked for but files that the build has, by their
  // bare addresses, so that none of them can tell anything.
  const folder = new URL('.', visit.page.url()).href;
  const isOwn = (url: string): boolean => url.startsWith(folder) && existsSync(join(dist, url.slice(folder.length)));
  expect(visit.requests.filter((url) => !url.startsWith('blob:') && !isOwn(url))).toEqual([]);
  expect(await visit.page.context().cookies()).toEqual([]);
  const kept = await visit.page.evaluate(async () => [localStorage.length, (await indexedDB.databases()).length]);
  expect(kept).toEqual([0, 0]);
});

it('Names that are markup are shown as they are, wherever they come from, and run no script', async () => {
  const quoted = HOSTILE.replaceAll('"', '""');
  const content = nativeDatabase(`
    CREATE TABLE "${quoted}"("${quoted}" TEXT DEFAULT '${HOSTILE.replaceAll("'", "''")}'); -- ${HOSTILE}
    INSERT INTO "${quoted}" VALUES ('a');
    CREATE INDEX "index ${quoted}" ON "${quoted}"("${quoted}");
    CREATE VIEW "view ${quoted}" AS SELECT 1;`);
  const script = `ALTER TABLE "${quoted}" ADD COLUMN "new ${quoted}" TEXT; /* ${HOSTILE} */ DROP TABLE "no ${quoted}";`;
  const name = `${HOSTILE}.db`;
  const visit = await openPage();
  const title = await visit.page.title();

  await visit.drop({ name, content }, { name: `${HOSTILE}.sql`, content: script });
  await visit.reach('ready');
  for (const summary of await visit.page.locator('summary').all()) await summary.click();
  await visit.page.locator('[data-statement="2"] summary').click();

  expect(await visit.page.getByRole('heading', { name, exact: true }).count()).toBe(1);
  expect(await visit.page.locator('[data-relation]').first().textContent()).toContain(HOSTILE);
  await visit.statement(2).getByText(`no such table: no ${HOSTILE}`).waitFor();
  expect(await visit.page.locator('[data-column]').first().textContent()).toContain(HOSTILE);

  const runnable = { name: 'fine.sql', content: `ALTER TABLE "${quoted}" ADD COLUMN "new ${quoted}" TEXT;` };
  await visit.useScript(runnable);
  await visit.page.locator('[data-obstacle]').waitFor({ state: 'detached' });
  await visit.runToTheEnd();
  for (const summary of await visit.page.locator('[data-proof] summary').all()) await summary.click();

  expect(await visit.page.locator('[data-proof=row-counts]').textContent()).toContain(HOSTILE);
  expect(await visit.page.locator('img').count()).toBe(0);
  expect(await visit.page.title()).toBe(title);
});
