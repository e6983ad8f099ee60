// The archive of many results as it is saved: whole or not at all, and never over a file that it is read from.
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { dropMany, parts, reportIn, row, runAll, sound, states, unzip } from './batchVisit';
import { answerDialog, releaseDisk, savedFiles, type Answer } from './saveDialog';
import { receiveVisits, type UserFile, type Visit } from './visit';

const openPage = receiveVisits();
const addColumn = { name: 'mine.sql', content: 'ALTER TABLE t ADD COLUMN c;' };
const ARCHIVE = 'upgraded-databases.zip';
const three = [sound('one.db', 1), sound('two.db', 2), sound('three.db', 3)];
/** It takes a browser several chunks to write these. */
const heavy: readonly UserFile[] = ['one.db', 'two.db', 'three.db'].map((name) => ({
  name,
  content: nativeDatabase(`CREATE TABLE t(a, b);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
      INSERT INTO t SELECT i, randomblob(100000) FROM n;`),
}));

/** A page that has the results of a run, and whose dialog is answered so. */
async function openUpgraded(files: readonly UserFile[], answer?: Answer): Promise<Visit> {
  const visit = await openPage();
  await answerDialog(visit.page, answer);
  await dropMany(visit, addColumn, ...files);
  await runAll(visit);
  return visit;
}

/** The bytes of the archive that was saved. */
async function savedArchive({ page }: Visit): Promise<Buffer> {
  const base64 = await page.evaluate(async (name) => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle(name)).getFile();
    const read = new FileReader();
    const done = new Promise((resolve) => read.addEventListener('load', resolve));
    read.readAsDataURL(file);
    await done;
    return (read.result as string).split(',')[1] ?? '';
  }, ARCHIVE);
  return Buffer.from(base64, 'base64');
}

/** That saving works now, and gives all files. */
async function expectSavable(visit: Visit): Promise<void> {
  await answerDialog(visit.page);
  await parts(visit).saveAll.click();
  await parts(visit).saved.waitFor();
  const contents = unzip(visit, await savedArchive(visit));
  expect([...contents.keys()]).toEqual(['upgraded/one.db', 'upgraded/two.db', 'upgraded/three.db', 'report.json']);
  expect(reportIn(contents).counts.upgraded).toBe(3);
}

describe('The archive of all results', () => {
  it('is streamed: little of it has been read while the disk is slow; it can be stopped, and no file is left where the disk is full', async () => {
    const visit = await openUpgraded(heavy, { waitsAfter: 2e6 });
    const { saveAll, saving, stopSaving } = parts(visit);
    await saveAll.click();
    await saving.getByText(/^\s*[\d.]+ MB of 18\.\d MB written/).waitFor();

    const [written = 0] = (await saving.textContent())?.match(/[\d.]+(?= MB of)/)?.map(Number) ?? [];
    expect(written).toBeLessThan(12);
    await stopSaving.click();
    await releaseDisk(visit.page);
    await saving.waitFor({ state: 'detached' });

    expect(await savedFiles(visit.page)).toEqual({});
    await answerDialog(visit.page, { fullAfter: 2e6 });
    await saveAll.click();
    await parts(visit).alert.waitFor();
    expect(await parts(visit).alert.textContent()).toContain('The archive could not be written (The disk is full).');
    expect(await savedFiles(visit.page)).toEqual({});
    await expectSavable(visit);
  });

  it('leaves no file where the dialog is not shown, is closed, or the browser refuses to write, and can be saved again', async () => {
    const visit = await openUpgraded(three, { fails: 'SecurityError' });
    const { saveAll, alert } = parts(visit);
    await saveAll.click();
    await alert.getByText('The archive could not be written (No file was chosen).').waitFor();

    await answerDialog(visit.page, { refuses: 'NotAllowedError' });
    await saveAll.click();
    await alert.getByText('The archive could not be written (Not today).').waitFor();
    expect(await savedFiles(visit.page)).toEqual({});

    await answerDialog(visit.page, { fails: 'AbortError' });
    await saveAll.click();
    await expectSavable(visit);
    expect(await alert.count()).toBe(0);
  });

  it('is not written where a file changes while it is being written, and that file is named', async () => {
    const visit = await openUpgraded(heavy, { waitsAfter: 1e6 });
    await parts(visit).saveAll.click();
    await parts(visit).saving.waitFor();

    utimesSync(join(visit.folder, 'three.db'), 1, 1);
    await releaseDisk(visit.page);
    await parts(visit).alert.waitFor();

    expect(await parts(visit).alert.textContent()).toContain('three.db was changed or deleted meanwhile');
    expect(await savedFiles(visit.page)).toEqual({});
    expect(await states(visit)).toEqual({ 'one.db': 'upgraded', 'two.db': 'upgraded', 'three.db': 'lost' });
    await answerDialog(visit.page);
    await parts(visit).saveAll.click();
    await parts(visit).saved.waitFor();
    const contents = unzip(visit, await savedArchive(visit));
    expect([...contents.keys()]).toEqual(['upgraded/one.db', 'upgraded/two.db', 'report.json']);
  });
});

describe('Results that are not saved', () => {
  it('are asked about before they are gone, by the page and by the browser, and not once they are saved', async () => {
    const visit = await openUpgraded(three);
    const { leaving, panel } = parts(visit);
    const otherFiles = visit.page.getByRole('button', { name: 'Other files' });
    const asked = (): Promise<boolean> =>
      visit.page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
    await visit.downloadWith('Download upgraded two.db');

    expect(await asked()).toBe(true);
    await otherFiles.click();
    expect(await leaving.textContent()).toContain('2 upgraded files are not saved.');
    await visit.page.getByRole('button', { name: 'Stay here' }).click();
    expect(await leaving.count()).toBe(0);
    await visit.page.getByRole('button', { name: 'Open: one.db' }).click();
    await leaving.waitFor();
    await visit.page.getByRole('button', { name: 'Stay here' }).click();
    await expectSavable(visit);
    expect(await asked()).toBe(false);
    await otherFiles.click();

    await panel.waitFor({ state: 'detached' });
    expect(await visit.state()).toBe('empty');
  });
});

describe('The report', () => {
  it('can be had without the archive, as where that would be written over a database that was dropped, and names no file of one', async () => {
    const visit = await openUpgraded(three, { name: 'two.db' });
    await parts(visit).saveAll.click();
    await parts(visit).alert.waitFor();
    expect(await parts(visit).alert.textContent()).toContain('two.db is the name of one of the files that you dropped');

    const { name, bytes } = await visit.downloadWith('Download report');

    expect(name).toBe('report.json');
    const report = reportIn(new Map([['report.json', bytes]]));
    expect(report.files.map(({ archived, outcome }) => [archived, outcome])).toEqual(
      three.map(() => [null, 'upgraded']),
    );
    expect(report.files[0]?.run?.output?.name).toBe('one.upgraded.db');
    expect(
      await row(visit, 'one.db')
        .getByRole('button', { name: /^Download/ })
        .count(),
    ).toBe(1);
  });
});
