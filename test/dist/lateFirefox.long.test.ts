// What is loaded late, in Firefox, which may keep it in mind that an import failed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFirefox } from '../../scripts/firefox.mjs';
import { nativeDatabase } from '../databases';
import { dist, serveDist, type ServedPage } from './browser';
import { FirefoxVisit } from './firefoxVisit';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const firefox = findFirefox();
/** Files that the host does not have for now. */
const missing = new Set<string>();
const database = {
  name: 'people.db',
  content: nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann');
    CREATE TABLE pets(id INTEGER PRIMARY KEY, owner REFERENCES people(id)); INSERT INTO pets VALUES (1, 1);`),
};
const script = { name: 'mine.sql', content: 'ALTER TABLE people ADD COLUMN city TEXT; DELETE FROM pets;' };

let served: ServedPage;
beforeAll(async () => {
  served = await serveDist('/some/sub/path/', dist, (path) => missing.has(path.replace('assets/', '')));
});
afterAll(() => served.close());

describe.skipIf(firefox === null)(
  firefox === null ? 'Firefox, which is NOT here: nothing is tested in it' : 'In Firefox',
  () => {
    it('a part of the page and one of the worker come when they are tried again', async () => {
      const visit = await FirefoxVisit.start(firefox ?? '');
      const again = '[data-problem=not-loaded] button ::-p-text(Try again)';
      try {
        await visit.page.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
        const files = readdirSync(join(dist, 'assets')).filter((name) =>
          /^(StatementDetails|LongText|lossLedger)-.*\.js$/.test(name),
        );
        expect(files).toHaveLength(3);
        for (const name of files) missing.add(name);
        await visit.page.goto(served.address);
        await visit.pick('Open a SQLite file', database, script);
        await visit.see(again);
        await visit.click(again);
        await visit.see(again);
        for (const name of files) if (name.startsWith('lossLedger')) missing.delete(name);
        await visit.click(again);
        await visit.see('[data-statement="2"][data-loss]');

        await visit.click('[data-statement="1"] summary');
        await visit.see(again);
        await visit.click(again);
        await visit.page.locator('[data-problem=not-loaded] ::-p-text(2 attempts failed)').wait();
        missing.clear();
        await visit.click(again);
        await visit.see('[data-statement="1"] pre');
        expect(
          visit.troubles.filter((trouble) => !/\b404\b|StatementDetails|LongText|lossLedger/.test(trouble)),
        ).toEqual([]);
      } finally {
        await visit.close();
      }
    });
  },
);
