// The first screen after a drop answers: what happens, what is lost, what stands in the way; and a place on the page has an address.
import { expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
const notes = {
  name: 'notes.db',
  content: nativeDatabase(`
    CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT);
    INSERT INTO notes(title) VALUES ('one'), ('two');
  `),
};
const HEADING = '[data-answer] h2';

it('A database that no published migration is for is no error, and its own script is answered in two sentences', async () => {
  const visit = await openPage();
  const { page } = visit;
  await visit.pick(notes);
  await visit.reach('ready');
  await visit.replanned();
  expect(await page.locator(HEADING).textContent()).toBe('No migration is chosen for this database');
  expect(await page.locator('.message.bad').count()).toBe(0);
  expect(await visit.run.isDisabled()).toBe(true);

  await visit.useScript({ name: 'add.sql', content: 'CREATE TABLE tags(name); ALTER TABLE notes ADD COLUMN body;' });
  await page.locator(HEADING).getByText('Adds 1 table and 1 column.').waitFor();
  await page.locator('[data-answer]').getByText('No row is deleted or changed.').waitFor();
  expect(await page.locator('[data-problem=takes-data-away]').count()).toBe(0);

  await visit.useScript({ name: 'remove.sql', content: 'DELETE FROM notes WHERE id = 1;' });
  await page.getByRole('button', { name: 'Run migration, deleting 1 row' }).waitFor();
  const said = await page.locator('[data-problem=takes-data-away]').textContent();
  expect(said?.replace(/\s+/g, ' ').trim()).toMatch(
    /^Deletes 1 row\. No other row is changed\. This script deletes data:/,
  );
});

it('A view has an address: Back leads to the one before, and an address that was sent opens the view', async () => {
  const visit = await openPage();
  const { page } = visit;
  await visit.pick(notes);
  await visit.reach('ready');
  await page.locator('[data-view=data]').click();
  await page.locator('[data-panel=data] [role=grid]').waitFor();
  expect(new URL(page.url()).hash).toBe('#data');
  await page.goBack();
  await page.locator('[data-view=work][aria-current=page]').waitFor();
  const other = await openPage();
  await other.page.evaluate(() => location.assign('#schema/notes'));
  await other.pick(notes);
  await other.page.locator('[data-view=schema][aria-current=page]').waitFor();
  await other.page.locator('[data-shown]').getByText('title').first().waitFor();
});
