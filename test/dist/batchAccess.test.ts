// The table of many files for everybody: axe, narrow and wide, light and dark, with the keyboard alone.
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { findViolations } from './axe';
import {
  dropMany,
  garbage,
  parts,
  planned,
  reachFile,
  row,
  runAll,
  script,
  sound,
  withoutDialog,
  withValueTwice,
} from './batchVisit';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, type UserFile } from './visit';

const openPage = receiveVisits();
/** Cut short, so that it wants a tick. */
const short: UserFile = {
  name: 'a-very-long-name-without-any-place-to-break-it-of-a-database-that-is-cut-short.sqlite3',
  content: nativeDatabase(`CREATE TABLE t(a INTEGER, b TEXT); CREATE TABLE u(c);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO u SELECT hex(zeroblob(20)) FROM n;`).subarray(0, -8192),
};
const all = [sound('one.db', 1), short, garbage('broken.db'), withValueTwice('twice.db'), sound('two.db', 2)];

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide', (look) => {
  it('axe finds nothing and nothing is wider than the screen, in the plans, after the run and when leaving', async () => {
    const visit = await openPage(look);
    await withoutDialog(visit);
    await dropMany(visit, script, ...all);
    await row(visit, short.name).getByLabel('Go on with the part of the file that is here').waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);

    const target = {
      name: 'target.sql',
      content: 'CREATE TABLE t(a INTEGER, c TEXT); CREATE VIEW v AS SELECT a FROM t;',
    };
    await visit.page.getByLabel('Open a target').setInputFiles([...visit.save([target])]);
    await reachFile(visit, 'two.db', 'asks');
    await planned(visit);
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
    await visit.page.getByRole('button', { name: 'Run a script instead' }).click();
    await reachFile(visit, 'two.db', 'ready');
    await planned(visit);

    await runAll(visit);
    for (const summary of await visit.page.locator('[data-file] summary').all()) await summary.click();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);

    await visit.page.getByRole('button', { name: 'Other files' }).click();
    await parts(visit).leaving.waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
    await visit.page.getByRole('button', { name: 'Stay here' }).click();
    await visit.downloadWith('Download all as a zip');
    await parts(visit).saved.waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});

describe('With the keyboard alone', () => {
  it('all files are run and taken home, and a screen reader is told how it goes', async () => {
    const visit = await openPage();
    await withoutDialog(visit);
    await dropMany(visit, script, ...all);
    const status = parts(visit).panel.getByRole('status').first();
    await status.getByText('The plans are ready: 2 files of 5 can run.').waitFor({ state: 'attached' });
    expect(await visit.page.locator(':focus').textContent()).toBe('5 databases');

    // Past other files, and a target, be it a file or a folder.
    for (let stop = 0; stop < 4; stop++) await visit.page.keyboard.press('Tab');
    expect(await parts(visit).runAll.and(visit.page.locator(':focus')).count()).toBe(1);
    await visit.page.keyboard.press('Enter');
    await reachFile(visit, 'two.db', 'upgraded');
    await planned(visit);

    expect(await status.textContent()).toBe('Done: 2 of 5 files are upgraded.');
    const { name } = await visit.downloadBy(() => visit.page.keyboard.press('s'));
    expect(name).toBe('upgraded-databases.zip');
    expect(await visit.page.getByRole('table', { name: 'Databases' }).getByRole('rowheader').count()).toBe(5);
  });
});
