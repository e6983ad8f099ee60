// The keys of the page, its title, and the word before it is left with a result that was not taken home.
import { expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const FILES = [
  { name: 'people.db', content: nativeDatabase('CREATE TABLE people(id INTEGER PRIMARY KEY);') },
  { name: 'city.sql', content: 'ALTER TABLE people ADD COLUMN city;' },
];

async function openPlan(): Promise<Visit> {
  const visit = await openPage();
  await visit.pick(...FILES);
  await visit.reach('ready');
  await visit.replanned();
  await visit.page.locator('[data-statement="1"]').waitFor();
  return visit;
}

it('Ctrl O asks for a file on every screen, Ctrl Enter runs and S saves', async () => {
  const visit = await openPage();
  const [chooser] = await Promise.all([
    visit.page.waitForEvent('filechooser'),
    visit.page.keyboard.press('ControlOrMeta+o'),
  ]);
  await chooser.setFiles([...visit.save(FILES)]);
  await visit.reach('ready');
  await visit.page.locator('[data-statement="1"]').getByText('city').waitFor();
  await visit.replanned();
  await visit.page.keyboard.press('ControlOrMeta+Enter');
  await visit.reach('done');
  const { name } = await visit.downloadBy(() => visit.page.keyboard.press('s'));
  expect(name).toBe('people.upgraded.db');
});

it('A stray Enter after a drop runs nothing', async () => {
  const visit = await openPlan();
  await visit.page.keyboard.press('Enter');
  await visit.page.keyboard.press('?');
  await visit.page.getByRole('dialog', { name: 'Keys' }).waitFor();
  expect(await visit.state()).toBe('ready');
});

it('Keys that belong to what has the focus do nothing else', async () => {
  const visit = await openPlan();
  await visit.openScripts();
  await visit.page.getByRole('button', { name: 'Write SQL' }).click();
  await visit.page.locator('[data-editor=full] .cm-content').click();
  await visit.page.keyboard.type('s?\n');
  expect(await visit.page.getByRole('dialog').count()).toBe(0);
  expect(await visit.state()).toBe('ready');
});

it('? shows the keys; there the single ones can be turned off, ? too, and a button shows the list still', async () => {
  const visit = await openPlan();
  await visit.page.keyboard.press('?');
  const dialog = visit.page.getByRole('dialog', { name: 'Keys' });
  await dialog.waitFor();
  expect(await findViolations(visit.page)).toEqual([]);
  await dialog.getByRole('checkbox').uncheck();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  await visit.page.keyboard.press('?');
  expect(await dialog.count()).toBe(0);
  const keys = visit.page.getByRole('contentinfo').getByRole('button', { name: 'Keys' });
  await keys.press('Enter');
  await dialog.waitFor();
  expect(await dialog.getByRole('checkbox').isChecked()).toBe(false);
  expect(await visit.state()).toBe('ready');
  await visit.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await keys.evaluate((element) => element === document.activeElement)).toBe(true);
});

it('The title says how the work stands', async () => {
  const visit = await openPlan();
  expect(await visit.page.title()).toBe('people.db · SQLite Drydock');
  await visit.runToTheEnd();
  expect(await visit.page.title()).toBe('Upgraded · people.db · SQLite Drydock');
});

it('Before a result that was not saved is left, the browser asks; after it was saved, it does not', async () => {
  const visit = await openPlan();
  const asked: string[] = [];
  visit.page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  expect(asked).toEqual([]);
  await visit.runToTheEnd();
  await visit.page.reload();
  expect(asked).toEqual(['beforeunload']);
  await visit.pick(...FILES);
  await visit.reach('ready');
  await visit.replanned();
  await visit.runToTheEnd();
  await visit.downloadWith('Download upgraded database');
  await visit.page.reload();
  expect(asked).toEqual(['beforeunload']);
});

it('What went wrong can be copied as text', async () => {
  const visit = await openPage({ ownContext: { permissions: ['clipboard-read', 'clipboard-write'] } });
  await visit.pick({ name: 'note.db', content: 'no database at all' });
  await visit.reach('refused');
  await visit.page.getByRole('button', { name: 'Copy as text' }).click();
  await visit.page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await visit.page.evaluate(() => navigator.clipboard.readText())).toContain('note.db');
});
