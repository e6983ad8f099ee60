// The built page and the single file in Firefox, the second engine that can be had from Debian.
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findFirefox } from '../../scripts/firefox.mjs';
import { askNative, nativeDatabase } from '../databases';
import { copiedWhileOpen } from '../file/sidecars';
import { garbage, reportIn, script, sound } from './batchVisit';
import { serveDist } from './browser';
import { FirefoxVisit } from './firefoxVisit';
import { singleFile } from './singleFile';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const firefox = findFirefox();
const people = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; CREATE TABLE people(id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann');
   CREATE TABLE pets(id INTEGER PRIMARY KEY, owner REFERENCES people(id)); PRAGMA wal_checkpoint;
   PRAGMA wal_autocheckpoint = 0; INSERT INTO people VALUES (2, 'Bo'); INSERT INTO pets VALUES (1, 2);`,
);
const SCRIPT = `ALTER TABLE people ADD COLUMN city TEXT DEFAULT 'Graz'; CREATE INDEX by_name ON people(name);`;

describe.skipIf(firefox === null)(
  firefox === null ? 'Firefox, which is NOT here: nothing is tested in it' : 'In Firefox',
  () => {
    let visit: FirefoxVisit;

    beforeEach(async () => {
      visit = await FirefoxVisit.start(firefox ?? '');
    });

    afterEach(async () => {
      await visit.close();
      expect(visit.troubles).toEqual([]);
    });

    it('the built page upgrades a database with its log, shows it in every view, and works without a network', async () => {
      const served = await serveDist('/some/sub/path/');
      await visit.page.goto(served.address);
      await upgrade(visit);
      // Icons of Firefox's own are at data: addresses.
      const elsewhere = visit.requests.filter((url) => !url.startsWith(served.address) && !/^(blob|data):/.test(url));
      expect(elsewhere).toEqual([]);

      await visit.page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      await served.close();
      const again = await visit.browser.newPage();
      await again.goto(served.address);
      await again.locator('[data-sample=narrow]').click();
      await again.waitForSelector('main[data-state=ready]');
    });

    it('no text becomes markup where the page’s policy is kept, and a breach of it is noted', async () => {
      const served = await serveDist('/');
      await visit.page.goto(served.address);
      await visit.see('[data-sample]');
      // Firefox has Trusted Types from 148 on; one before takes the page without them.
      const known = await visit.page.evaluate(() => 'trustedTypes' in globalThis);
      const refused = await visit.page.evaluate(() => {
        try {
          document.body.insertAdjacentHTML('beforeend', '<b>bold</b>');
          return false;
        } catch {
          return true;
        }
      });
      expect(refused).toBe(known);
      await served.close();
      if (!known) return;
      await vi.waitUntil(() => visit.troubles.length > 0);
      expect(visit.troubles.splice(0).join()).toContain('require-trusted-types-for');
    });

    it('files of SQL are ordered by their numbers and run as one chain', async () => {
      const served = await serveDist('/');
      await visit.page.goto(served.address);
      await visit.pick(
        'Open a SQLite file',
        {
          name: 'people.db',
          content: nativeDatabase('CREATE TABLE people(name); INSERT INTO people VALUES (1), (2);'),
        },
        { name: '10_index.sql', content: 'CREATE INDEX by_city ON people(city);' },
        { name: '2_city.sql', content: 'ALTER TABLE people ADD COLUMN city;' },
      );
      await visit.see('[data-statement="2"]');
      expect(
        await visit.page.$$eval('[data-migration]', (all) => all.map((each) => each.getAttribute('data-migration'))),
      ).toEqual(['2_city.sql', '10_index.sql']);
      await visit.click('button ::-p-text(Run migration)');
      await visit.see('main[data-state=done]');
      const bytes = await visit.download('Download upgraded database', 'people.upgraded.db');
      expect(
        askNative(bytes, 'SELECT count(*), count(city) FROM people INDEXED BY by_city; PRAGMA integrity_check'),
      ).toBe('2|0\nok');
      await served.close();
    });

    it('SQL that is written in the page is planned as it is typed, and its errors are marked', async () => {
      const served = await serveDist('/');
      await visit.page.goto(served.address);
      await visit.pick('Open a SQLite file', {
        name: 'people.db',
        content: nativeDatabase('CREATE TABLE people(name)'),
      });
      await visit.see('main[data-state=ready]');
      await visit.click('[data-problem=obstacle] button ::-p-text(Write SQL)');
      await visit.click('[data-editor=full] .cm-content');
      await visit.page.keyboard.type('CREATE INDEX i ON nowhere(a);');
      await visit.see('[data-obstacle="1"]');
      await visit.see('.cm-lintRange-error');
      await visit.write('ALTER TABLE people ADD COLUMN town;');
      await visit.page.waitForSelector('[data-obstacle]', { hidden: true });
      await visit.click('button ::-p-text(Run migration)');
      await visit.see('main[data-state=done]');
      const bytes = await visit.download('Download upgraded database', 'people.upgraded.db');
      expect(askNative(bytes, "SELECT group_concat(name) FROM pragma_table_info('people')")).toBe('name,town');
      await served.close();
    });

    it('many databases are run together and come home as one archive', async () => {
      const served = await serveDist('/');
      await visit.page.goto(served.address);
      await visit.pick('Open a SQLite file', script, sound('one.db', 1), sound('two.db', 2), garbage('broken.db'));
      await visit.see('[data-batch=ready] [data-summary]');
      await visit.click('button ::-p-text(Run all)');
      await visit.see('button ::-p-text(Download all as a zip)');
      const bytes = await visit.download('Download all as a zip', 'upgraded-databases.zip');
      const path = visit.save({ name: 'downloaded.zip', content: bytes });
      execFileSync('unzip', ['-tq', path]);
      const names = execFileSync('unzip', ['-Z1', path], { encoding: 'utf8' }).trim().split('\n');
      const contents = new Map(names.map((name) => [name, execFileSync('unzip', ['-p', path, name])]));
      expect(reportIn(contents).counts).toMatchObject({ upgraded: 2, refused: 1 });
      const databases = [...contents].filter(([name]) => name.endsWith('.db'));
      expect(databases).toHaveLength(2);
      for (const [, content] of databases)
        expect(askNative(content, 'SELECT count(note) FROM t; PRAGMA integrity_check')).toBe('50\nok');
      await served.close();
    });

    it('the single file, opened from the disk, does the same', async () => {
      const path = join(visit.folder, 'upgrade databases.html');
      copyFileSync(singleFile, path);
      await visit.page.goto(pathToFileURL(path).href);
      await upgrade(visit);
      const elsewhere = visit.requests.filter((url) => !/^(blob|data):/.test(url) && url !== pathToFileURL(path).href);
      expect(elsewhere).toEqual([]);
    });
  },
);

/** The whole way of a file, and a look into every view before and after the run. */
async function upgrade(visit: FirefoxVisit): Promise<void> {
  await visit.pick(
    'Open a SQLite file',
    { name: 'people.db', content: people.database },
    { name: 'people.db-wal', content: people.sidecar },
    { name: 'city.sql', content: SCRIPT },
  );
  await visit.see('main[data-state=ready]');
  await visit.see('[data-statement="2"]');
  await lookEverywhere(visit, 'people.after.png');
  await visit.click('button ::-p-text(Run migration)');
  await visit.see('main[data-state=done]');
  await visit.page.waitForFunction(
    () =>
      document.querySelector('[data-proof]') !== null &&
      document.querySelector('[data-check-state=waiting], [data-check-state=running]') === null,
  );
  expect(await visit.count('[data-proof][data-result=pass]')).toBeGreaterThan(5);
  expect(await visit.count('[data-proof][data-result=fail], [data-proof][data-result=error]')).toBe(0);
  await lookEverywhere(visit, 'people.after.png');
  // Firefox has no dialog to save to: there is nothing that would offer it.
  expect(await visit.count('button ::-p-text(Save as …)')).toBe(0);
  const bytes = await visit.download('Download upgraded database', 'people.upgraded.db');
  expect(askNative(bytes, 'SELECT * FROM people; SELECT * FROM pets; PRAGMA integrity_check')).toBe(
    '1|Ann|Graz\n2|Bo|Graz\n1|2\nok',
  );
  const report = await visit.download('Download report', 'people.report.json');
  expect(JSON.parse(report.toString('utf8'))).toMatchObject({ output: { size: bytes.length } });
}

/** Opens every view, and takes the diagram home. */
async function lookEverywhere(visit: FirefoxVisit, picture: string): Promise<void> {
  const { page } = visit;
  await visit.open('schema', '[data-panel=schema] [data-shown]');
  await visit.open('diagram', '[data-entity]');
  const png = await visit.download('Save PNG', picture);
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  await visit.open('data', '[data-panel=data] [role=gridcell]');
  await visit.open('query', '[data-panel=query] [data-editor=full]');
  await visit.click('[data-panel=query] .cm-content');
  await visit.write('SELECT name FROM people');
  await page.keyboard.press('Escape');
  await page.keyboard.down('Control');
  await page.keyboard.press('Enter');
  await page.keyboard.up('Control');
  await visit.see('[data-panel=query] [data-result] [role=gridcell]');
  await visit.click('nav [data-view=work]');
}
