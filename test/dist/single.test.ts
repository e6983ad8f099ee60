// The page as one HTML file, opened from the disk as a user behind locked doors opens it.
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { copiedWhileOpen } from '../file/sidecars';
import { sharedChromium } from './browser';
import { lookEverywhere } from './session';
import { visitSingleFile, type SingleVisit } from './singleFile';
import type { Visit } from './visit';

vi.setConfig({ testTimeout: 60_000 });

describe('The single file', () => {
  let browser: Browser;
  let single: SingleVisit;
  let visit: Visit;

  beforeAll(async () => {
    browser = await sharedChromium();
  });

  beforeEach(async () => {
    single = await visitSingleFile(browser);
    visit = single.visit;
  });

  afterEach(async () => {
    const { requests, troubles } = visit;
    await single.close();
    // It asks for nothing but itself and what it made in memory, and keeps to its content security policy.
    const elsewhere = requests.filter((address) => !address.startsWith('blob:'));
    expect(elsewhere).toEqual([single.address]);
    expect(troubles).toEqual([]);
  });

  it('upgrades a database of the user’s own, dropped with its log and a script, and gives the result to take home', async () => {
    const { database, sidecar } = copiedWhileOpen(
      '-wal',
      `PRAGMA journal_mode = WAL; CREATE TABLE people(id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann');
       PRAGMA wal_checkpoint; PRAGMA wal_autocheckpoint = 0; INSERT INTO people VALUES (2, 'Bo');`,
    );
    await visit.drop(
      { name: 'people.db', content: database },
      { name: 'people.db-wal', content: sidecar },
      { name: 'city.sql', content: `ALTER TABLE people ADD COLUMN city TEXT; UPDATE people SET city = 'Graz';` },
    );
    await visit.reach('ready');
    await visit.statement(2).waitFor();
    const saved = await lookEverywhere(visit, 'SELECT name FROM people');
    expect(saved.queried?.bytes.toString('utf8').split(/\r?\n/)).toContain('Bo');
    await visit.runToTheEnd();
    await visit.checked();
    const proofs = await visit.proofs();
    expect(proofs.length).toBeGreaterThan(5);
    expect(proofs.filter(({ result }) => result === 'fail' || result === 'error')).toEqual([]);
    const { name, bytes } = await visit.downloadWith('Download upgraded database');
    expect(name).toMatch(/^people.*\.db$/);
    expect(askNative(bytes, 'SELECT * FROM people; PRAGMA integrity_check; PRAGMA journal_mode')).toBe(
      '1|Ann|Graz\n2|Bo|Graz\nok\nwal',
    );
  });

  it('has the second engine in it, for databases with full-text tables', async () => {
    const content = nativeDatabase(
      "CREATE VIRTUAL TABLE note USING fts5(body); INSERT INTO note VALUES ('blue plum');",
    );
    const script = "INSERT INTO note VALUES ('green pear'); CREATE VIRTUAL TABLE place USING rtree(id, x0, x1);";
    await visit.drop({ name: 'notes.db', content }, { name: 'more.sql', content: script });
    await visit.reach('ready');
    await visit.statement(2).waitFor();
    await visit.runToTheEnd();
    await visit.checked();
    expect((await visit.proofs()).filter(({ result }) => /fail|error|unverifiable/.test(result))).toEqual([]);
    const { bytes } = await visit.downloadWith('Download upgraded database');
    const ask =
      "INSERT INTO note(note) VALUES ('integrity-check'); SELECT body FROM note('pear'); SELECT rtreecheck('place');";
    expect(askNative(bytes, ask)).toBe('green pear\nok');
  });

  it('has the catalog of migrations and the samples in it', async () => {
    await visit.openSample('populated');
    await visit.reach('ready');
    await visit.runToTheEnd();
    const proofs = await visit.proofs();
    expect(proofs.filter(({ result }) => result !== 'pass')).toEqual([]);
    const { bytes } = await visit.downloadWith('Download upgraded database');
    const sample = nativeDatabase(readFileSync('public/migrations/samples/otc-base.sql', 'utf8'));
    const count = 'SELECT count(*) FROM otc_raw';
    expect(askNative(bytes, `${count}; PRAGMA integrity_check`)).toBe(
      `${askNative(new Uint8Array(sample), count)}\nok`,
    );
  });

  it('follows a link to a migration, and says when its catalog has no such one', async () => {
    // A page of its own: one that is left while it starts its worker has that given up.
    const page = await single.context.newPage();
    await page.goto(`${single.address}?migration=022_not_there`);
    await page.locator('[data-problem=link-migration]').waitFor();
    await page.close();
    const own = visit.requests.splice(0).map((address) => address.replace('?migration=022_not_there', ''));
    visit.requests.push(...new Set(own));
  });
});
