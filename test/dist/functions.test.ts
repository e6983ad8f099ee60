// A script that calls a function of its application, in the built page: it is asked what it is, and the answer runs.
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { receiveVisits, rehearseNothing } from './visit';

const openPage = receiveVisits(rehearseNothing);
const BASE =
  "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO person (name) VALUES ('  Ann'), ('BOB ');";

it('A function that SQLite does not have is asked for, and what is said of it runs and is checked', async () => {
  const visit = await openPage({ viewport: { width: 360, height: 800 }, colorScheme: 'dark' });
  const { page } = visit;
  await visit.pick(
    { name: 'people.db', content: nativeDatabase(BASE) },
    {
      name: 'tidy.sql',
      content: 'UPDATE person SET name = tidy(name);\nCREATE INDEX by_tidy ON person (tidy(name));\n',
    },
  );
  await visit.reach('ready');
  const need = page.locator('[data-need=function][data-name=tidy]');
  await need.waitFor();
  expect(await need.innerText()).toContain(
    'statement 1 (line 1) and 1 more place. Rows of this database go through it.',
  );
  expect(await visit.run.isDisabled()).toBe(true);
  await need.getByRole('combobox').selectOption('sql');
  const expression = need.getByRole('textbox');
  await expression.fill('lower(trim($1))');
  await expression.press('Enter');
  await page.locator('[data-obstacle]').waitFor({ state: 'detached' });
  await visit.replanned();
  expect(await findViolations(page)).toEqual([]);
  expect(await visit.scrollsSideways()).toBe(false);
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, 'SELECT group_concat(name) FROM person NOT INDEXED')).toBe('ann,bob');
  expect(await page.locator('[data-proof][data-result=fail]').count()).toBe(0);
});

it('Where no row goes through a function, the safe proposal lets the script run', async () => {
  const visit = await openPage();
  await visit.pick(
    { name: 'people.db', content: nativeDatabase('CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)') },
    { name: 'tidy.sql', content: 'UPDATE person SET name = tidy(name);' },
  );
  await visit.reach('ready');
  await visit.page.getByRole('button', { name: 'Use all safe proposals' }).click();
  await visit.page.locator('[data-obstacle]').waitFor({ state: 'detached' });
  await visit.replanned();
  await visit.runToTheEnd();
  await visit.downloadWith('Download upgraded database');
});
