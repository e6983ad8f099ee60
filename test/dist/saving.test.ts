// "Save as": the result goes straight to a file that the user chooses, whole or not at all.
import { part } from '../amount';
import { createHash } from 'node:crypto';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { answerDialog, releaseDisk, savedFiles, type Answer } from './saveDialog';
import { receiveVisits, type UserFile, type Visit } from './visit';

const openPage = receiveVisits();
const script = { name: 'mine.sql', content: 'ALTER TABLE t ADD COLUMN c; CREATE INDEX i ON t(a);' };

/** A database of the user, with a table of so many rows of 100 kB. */
function databaseOf(rows: number): UserFile {
  const content = nativeDatabase(`
    CREATE TABLE t(a INTEGER, b BLOB);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO t SELECT i, randomblob(100000) FROM n;`);
  return { name: 'spine.db', content };
}

const small = databaseOf(10);
/** It takes a browser several chunks to write this one. */
const long = databaseOf(200);

/** A page that has the result of a run, and whose dialog is answered so. */
async function openUpgraded(spine: UserFile, answer?: Answer): Promise<Visit> {
  const visit = await openPage();
  await answerDialog(visit.page, answer);
  await visit.drop(spine, script);
  await visit.reach('ready');
  await visit.runToTheEnd();
  return visit;
}

function parts({ page }: Visit) {
  return {
    saveAs: page.getByRole('button', { name: 'Save as …' }),
    stop: page.getByRole('button', { name: 'Stop saving' }),
    progress: page.locator('[data-saving]'),
    saved: page.locator('[data-saved]'),
    problem: page.getByRole('alert'),
  };
}

/** That the page says no word of the saving that was tried, and has the result still. */
async function expectAsBefore(visit: Visit): Promise<void> {
  const { saveAs, progress, saved, problem } = parts(visit);
  await progress.waitFor({ state: 'detached' });
  expect(await saved.count()).toBe(0);
  expect(await problem.count()).toBe(0);
  expect(await saveAs.isEnabled()).toBe(true);
  expect(await visit.state()).toBe('done');
}

/** That saving now works, and what is saved is what is downloaded. */
async function expectSavable(visit: Visit): Promise<void> {
  await answerDialog(visit.page);
  await parts(visit).saveAs.click();
  await parts(visit).saved.waitFor();
  const { name, bytes } = await visit.downloadWith('Download upgraded database');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await savedFiles(visit.page)).toEqual({ [name]: { size: bytes.length, sha256 } });
  expect(name).toBe('spine.upgraded.db');
}

describe('A result that is saved with “Save as”', () => {
  it('shows how much of it has been written', async () => {
    const visit = await openUpgraded(long, { waitsAfter: 4e6 });
    const { saveAs, progress, saved } = parts(visit);

    await saveAs.click();
    await progress.getByText(/^[\d.]+ MB of 20\.\d MB written/).waitFor();

    // The disk takes no more than 4 MB and the rest of a chunk, and a few more chunks are on their way.
    const [written = 0] = (await progress.textContent())?.match(/[\d.]+(?= MB of)/)?.map(Number) ?? [];
    expect(written).toBeLessThan(15);
    expect(await saveAs.isDisabled()).toBe(true);
    expect(await saved.count()).toBe(0);
    await releaseDisk(visit.page);
    await saved.waitFor();
    expect(await progress.count()).toBe(0);
    expect(await saveAs.isEnabled()).toBe(true);
  });
});

describe('Saving that is given up', () => {
  it('by closing the dialog or by “Stop saving” leaves no file, and can be begun anew; what is saved then is the download, as often as one likes', async () => {
    const visit = await openUpgraded(long, { fails: 'AbortError' });
    const { saveAs, stop, problem } = parts(visit);
    await saveAs.click();
    await expectAsBefore(visit);
    expect(await savedFiles(visit.page)).toEqual({});

    await answerDialog(visit.page, { waitsAfter: 4e6 });
    await saveAs.click();
    await stop.click();
    await releaseDisk(visit.page);
    await expectAsBefore(visit);
    expect(await savedFiles(visit.page)).toEqual({});

    await expectSavable(visit);
    await expectSavable(visit);
    expect(await problem.count()).toBe(0);
  });
});

describe('Saving that fails', () => {
  const failures: readonly (readonly [Answer, string])[] = [
    [{ fails: 'SecurityError' }, 'No file was chosen'],
    [{ refuses: 'NotAllowedError' }, 'Not today'],
    [{ refuses: 'QuotaExceededError' }, 'Not today'],
    [{ fullAfter: 4e6 }, 'The disk is full'],
  ];
  it('because the browser does not show its dialog, or because there is not enough room, says so, leaves no file, and can be tried again', async () => {
    const visit = await openUpgraded(long);
    const { saveAs, progress, saved, problem } = parts(visit);
    for (const [answer, reason] of part(failures, 3)) {
      await answerDialog(visit.page, answer);
      await saveAs.click();
      await problem.getByText(`could not be written (${reason})`).waitFor();

      expect(await problem.textContent()).toMatch(
        /^\s*spine\.upgraded\.db could not be written \(.*\)\. It needs 20,\d+,\d+ bytes\./,
      );
      expect(await problem.textContent()).toContain('Nothing is left of it on the disk.');
      expect(await savedFiles(visit.page)).toEqual({});
      expect(await progress.count()).toBe(0);
      expect(await saved.count()).toBe(0);
    }
    await expectSavable(visit);
    expect(await problem.count()).toBe(0);
  });

  it('because the dropped file is changed meanwhile says so and leaves no file', async () => {
    const visit = await openUpgraded(long, { waitsAfter: 4e6 });
    const { saveAs, progress, problem } = parts(visit);
    await saveAs.click();
    // The browser has begun to read the file, and would read on.
    await progress.getByText(/^[\d.]+ MB of/).waitFor();

    visit.save([long]);
    await releaseDisk(visit.page);
    await problem.waitFor();

    expect(await problem.textContent()).toContain('spine.upgraded.db could not be written');
    expect(await problem.textContent()).toContain('the file that you dropped was changed meanwhile');
    expect(await savedFiles(visit.page)).toEqual({});
  });
});

describe('The name of the dropped file', () => {
  it('is refused as a place to save to', async () => {
    const visit = await openUpgraded(small, { name: 'spine.db' });
    const { saveAs, progress, saved, problem } = parts(visit);

    await saveAs.click();
    await problem.waitFor();

    expect(await problem.textContent()).toContain('spine.db is the name of the file that you dropped');
    expect(await problem.textContent()).toContain('Choose another name');
    expect(await progress.count()).toBe(0);
    expect(await saved.count()).toBe(0);
    expect((await savedFiles(visit.page))['spine.db']?.size).toBe(0);
  });

  it('is refused with the truth where the browser has emptied that very file for it', async () => {
    const visit = await openUpgraded(small);
    const { saveAs, problem } = parts(visit);
    await answerDialog(visit.page, { name: 'spine.db' }, () => truncateSync(join(visit.folder, 'spine.db')));

    await saveAs.click();
    await problem.waitFor();
    const said = await problem.textContent();
    await visit.download.click();

    expect(said).toContain('a browser empties a file as soon as it is chosen');
    expect(said).toContain('restore it from a backup');
    expect(await visit.page.locator('[data-problem=unreadable-file]').textContent()).toContain('Drop the file again');
  });
});

describe('A browser without the dialog', () => {
  it('offers the download alone', async () => {
    const visit = await openPage();
    await visit.page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
    await visit.drop(small, script);
    await visit.reach('ready');
    await visit.runToTheEnd();

    expect(await visit.download.count()).toBe(1);
    expect(await parts(visit).saveAs.count()).toBe(0);
  });
});
