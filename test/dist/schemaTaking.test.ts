// The schema as a whole: its definitions and its document as files, and what each part takes of the file.
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { receiveVisits, rehearseNothing } from './visit';

const openPage = receiveVisits(rehearseNothing);
const bytes = nativeDatabase(`CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
  CREATE TABLE person(id INTEGER PRIMARY KEY, city_id INT REFERENCES city(id), photo BLOB);
  CREATE INDEX by_city ON person(city_id); CREATE VIEW names AS SELECT name FROM city;
  INSERT INTO person(photo) VALUES (zeroblob(50000));`);

it('The schema is saved as a script that makes it anew, and as a document; its parts are measured', async () => {
  const visit = await openPage();
  await visit.pick({ name: 'people.db', content: bytes });
  await visit.reach('ready');
  await visit.page.locator('nav [data-view=schema]').click();
  const script = await visit.downloadWith('Save .sql');
  const schemaOf = 'SELECT type, name, sql FROM sqlite_schema ORDER BY name';
  expect(askNative(nativeDatabase(script.bytes.toString('utf8')), schemaOf)).toBe(askNative(bytes, schemaOf));
  expect((await visit.downloadWith('Save as Markdown')).bytes.toString('utf8')).toContain(
    '- `city_id` → `city` (`id`)',
  );
  const document = await visit.downloadWith('Save as HTML');
  expect(document.name).toBe('people.before.html');
  const reader = await visit.page.context().newPage();
  await reader.setContent(document.bytes.toString('utf8'));
  expect(await reader.title()).toBe('people.db');
  await reader.locator('li', { hasText: 'city_id →' }).getByRole('link', { name: 'city' }).waitFor();
  expect(await findViolations(reader)).toEqual([]);
  await reader.close();

  await visit.page.getByRole('button', { name: 'Sizes on disk' }).click();
  const first = visit.page.locator('[data-disk-size]').first();
  await first.waitFor();
  const counted =
    "SELECT count(*) || ' pages, ' || sum(pagetype = 'overflow') || ' of long values' FROM dbstat WHERE name = 'person'";
  // What is drawn in parts has no text before it is drawn.
  const shown = async (): Promise<string> => (await first.innerText()).replace(/\s+/g, ' ');
  await expect.poll(shown).toContain(askNative(bytes, counted));
  expect(await visit.page.locator('[data-disk-size]').count()).toBe(5);
  expect(await findViolations(visit.page)).toEqual([]);
});
