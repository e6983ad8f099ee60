// Columns and values of the Data view: what is told of them, where they lead, and what is taken along.
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const CITIES = `CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO city VALUES (1, 'Graz'), (2, 'Wien');
  CREATE TABLE person(id INTEGER PRIMARY KEY, city_id INT REFERENCES city(id), note TEXT, twice INT AS (id * 2));
  INSERT INTO person(city_id, note) VALUES (1, '{"a":[1,2]}'), (2, 'x'), (2, NULL), (NULL, 'NULL');`;
const bytes = nativeDatabase(CITIES);

async function openPeople(visit: Visit): Promise<void> {
  await visit.pick({ name: 'people.db', content: bytes });
  await visit.reach('ready');
  await visit.page.locator('nav [data-view=data]').click();
  await visit.page.getByLabel('Table or view').selectOption('person');
  await visit.page.locator('[data-rows="4"]').waitFor();
}

const cell = (visit: Visit, row: number, column: number) => visit.page.locator(`[data-place="${row} ${column}"]`);

describe('In the Data view', () => {
  it('a column tells its values, of which a click keeps the rows, and the filter is seen as SQL', async () => {
    const visit = await openPage();
    await openPeople(visit);
    await visit.page.getByRole('button', { name: 'Values of columns' }).click();
    const profile = visit.page.locator('[data-profile=city_id]');
    await profile.getByText('2 different').waitFor();
    await profile.getByText('25 % NULL').waitFor();
    await profile.click();
    const summary = visit.page.locator('[data-column-summary=city_id]');
    await summary.locator('[data-facet]').nth(2).waitFor();
    expect(await summary.locator('dd').allTextContents()).toEqual(['4', '1 (25 %)', '2', '1', '2']);
    expect((await summary.locator('[data-facet]').first().innerText()).split(/\s+/)).toEqual(['2', '2']);
    await summary.locator('[data-facet]').first().click();
    await visit.page.locator('[data-rows="2"]').waitFor();
    expect(await visit.page.getByRole('textbox', { name: 'Where' }).inputValue()).toBe('"city_id" = 2');
  });

  it('a value of a foreign key leads to its row and back, with the filter that was there', async () => {
    const visit = await openPage();
    await openPeople(visit);
    await visit.page.getByRole('textbox', { name: 'Where' }).fill('id < 4');
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('[data-rows="3"]').waitFor();
    await cell(visit, 1, 1).click();
    await visit.page.locator('[data-go=city]').click();
    await cell(visit, 0, 1).filter({ hasText: 'Wien' }).waitFor();
    await visit.page.locator('[data-back]').click();
    await visit.page.locator('[data-rows="3"]').waitFor();
    expect(await visit.page.getByRole('textbox', { name: 'Where' }).inputValue()).toBe('id < 4');
  });

  it('columns are hidden and moved, and what is exported as INSERT fills a table of native sqlite3 alike', async () => {
    const visit = await openPage();
    await openPeople(visit);
    const whole = await visit.downloadBy(() => visit.page.getByRole('button', { name: 'INSERT' }).click());
    const script = Buffer.from(whole.bytes).toString();
    const empty = CITIES.replace(/INSERT INTO person[^;]*;/, '');
    const all = 'SELECT id, city_id, note, twice FROM person';
    expect(askNative(nativeDatabase(empty + script), all)).toBe(askNative(bytes, all));

    await visit.page.locator('[data-columns] summary').click();
    await visit.page.getByRole('checkbox', { name: 'city_id' }).uncheck();
    await visit.page.locator('[data-column=city_id]').waitFor({ state: 'detached' });
    await visit.page.getByRole('button', { name: 'Move note to the left' }).click();
    await visit.page.locator('[data-column=note][data-place="-1 0"]').waitFor();
    const csv = await visit.downloadBy(() => visit.page.getByRole('button', { name: 'CSV' }).click());
    expect(Buffer.from(csv.bytes).toString().split('\r\n')[0]).toBe('note,id,twice');
  });

  it('a value that is JSON is shown with a line for each part, or as it is stored', async () => {
    const visit = await openPage();
    await openPeople(visit);
    await cell(visit, 0, 2).dblclick();
    const value = visit.page.getByRole('region', { name: 'Value' });
    await value.filter({ hasText: '"a": [' }).waitFor();
    await visit.page.getByLabel('As it is stored').check();
    await value.filter({ hasText: '{"a":[1,2]}' }).waitFor();
  });
});
