// The schema that somebody wants, in the built page: edited in place or opened, with its questions; written, run, checked, and equal by native sqlite3.
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);

const PEOPLE = `CREATE TABLE people(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, born INTEGER);
  CREATE TABLE pets(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people(id) ON DELETE CASCADE, kind TEXT);
  CREATE INDEX by_name ON people(name);`;
const WANTED = `CREATE TABLE people(id INTEGER PRIMARY KEY AUTOINCREMENT, full_name TEXT NOT NULL, born INTEGER CHECK (born > 1800));
CREATE TABLE pets(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people(id) ON DELETE CASCADE, kind TEXT);
CREATE TABLE visits(id INTEGER PRIMARY KEY, pet INTEGER REFERENCES pets(id));
CREATE INDEX by_name ON people(full_name);`;
const people = {
  name: 'people.db',
  content: nativeDatabase(`${PEOPLE}
    INSERT INTO people(name, born) VALUES ('Ann', 1980), ('Bo', NULL); INSERT INTO pets VALUES (1, 1, 'dog'), (2, 1, 'cat');`),
};
const SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name";

/** The differences that are shown. */
function differences({ page }: Visit): Promise<readonly string[]> {
  return page
    .locator('[data-difference]')
    .evaluateAll((all) =>
      all.map((element) => `${element.getAttribute('data-difference')} ${element.getAttribute('data-object')}`),
    );
}

/** Waits until as many objects differ. */
async function differing({ page }: Visit, count: number): Promise<void> {
  await page.locator(`[data-compared="${count}"]`).waitFor();
}

async function compare(visit: Visit): Promise<void> {
  await visit.pick(people);
  await visit.reach('ready');
  await visit.page.locator('[data-view=compare]').click();
}

describe('The schema that is wanted', () => {
  it('is edited in place: the migration is written, run and checked, and a second comparison is empty', async () => {
    const visit = await openPage();
    const { page } = visit;
    await visit.pick(people);
    await visit.reach('ready');
    // It can be reached from where scripts are chosen.
    await visit.openScripts();
    await page.getByRole('button', { name: 'Edit the schema' }).click();
    await page.locator('[data-editor=full]').waitFor();
    await differing(visit, 0);
    const editor = page.getByRole('textbox', { name: 'The schema that you want' });

    await editor.fill(`${WANTED}\nCREATE TABEL x(y);`);
    await page.getByText('Line 5: near "TABEL": syntax error.').waitFor();
    await editor.fill(WANTED);
    await differing(visit, 3);
    expect(await differences(visit)).toEqual(['altered people', 'added visits', 'altered by_name']);
    expect(await page.getByRole('button', { name: 'Write the migration' }).isDisabled()).toBe(true);

    const question = page.locator('[data-question]').first();
    expect(await question.locator('legend').textContent()).toBe(
      'Is full_name the column name of people under a new name?',
    );
    await question.getByRole('radio').first().check();
    await page.getByText('All are answered.').waitFor();
    await page.getByRole('button', { name: 'Write the migration' }).click();
    await page.locator('[data-writing]').getByText('-- answer: column people.name = rename to full_name').waitFor();
    await visit.replanned();
    await visit.runToTheEnd();
    const proofs = await visit.proofs();
    expect(proofs.filter(({ result }) => result === 'fail' || result === 'unverifiable')).toEqual([]);
    expect(proofs.find(({ code }) => code === 'reaches-target')?.result).toBe('pass');

    await page.locator('[data-view=compare]').click();
    await differing(visit, 0);
    await page.getByText('Nothing differs between the result and the schema that you edited.').waitFor();
    await page.getByRole('button', { name: 'The result against the file before it' }).click();
    await differing(visit, 3);
    await page.locator('[data-view=work]').click();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, SCHEMA)).toBe(askNative(nativeDatabase(WANTED), SCHEMA));
    expect(
      askNative(bytes, 'SELECT * FROM people; SELECT * FROM pets; PRAGMA foreign_key_check; PRAGMA integrity_check'),
    ).toBe('1|Ann|1980\n2|Bo|\n1|1|dog\n2|1|cat\nok');
  });

  it('is that of another file: the way there is offered with the way back, which native sqlite3 runs', async () => {
    const visit = await openPage();
    const { page } = visit;
    await compare(visit);
    const target = { name: 'target.db', content: nativeDatabase(WANTED) };
    await page.getByLabel('Open a target').setInputFiles([...visit.save([target])]);
    await differing(visit, 3);
    await page.locator('[data-question]').getByRole('radio').first().check();
    await page.getByText('All are answered.').waitFor();
    await page.locator('[data-difference=altered][data-object=people] summary').click();
    await page.locator('[data-differs]').first().waitFor();
    await page.locator('[data-way-back] summary').click();
    const back = await visit.downloadWith('Download the way back');
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Write the migration' }).click();
    await visit.replanned();
    await visit.runToTheEnd();
    await visit.checked();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(back.name).toBe('to-target.back.sql');
    const all = `SELECT * FROM people; SELECT * FROM pets; ${SCHEMA};`;
    expect(askNative(bytes, `${back.bytes.toString()}\n${all}`)).toBe(askNative(people.content, all));
  });

  it('is compared in its rows too, and the SQL of what differs leads from the one to the other in native sqlite3', async () => {
    const visit = await openPage();
    const { page } = visit;
    await compare(visit);
    const other = nativeDatabase(`${PEOPLE}
      INSERT INTO people VALUES (1, 'Anna', 1980), (3, 'Cy', 9007199254740993); INSERT INTO pets VALUES (1, 1, 'dog'), (2, 1, x'00ff');`);
    await page.getByLabel('Open a target').setInputFiles([...visit.save([{ name: 'other.db', content: other }])]);
    await differing(visit, 0);
    await page.getByRole('button', { name: 'Compare the rows' }).click();
    const rows = page.locator('[data-rows-differ=people]');
    await rows.waitFor();
    for (const count of ['added', 'removed', 'changed']) expect(await rows.getAttribute(`data-${count}`)).toBe('1');
    await rows.locator('summary').click();
    const changed = rows.locator('[data-row-difference=changed]');
    await changed.waitFor();
    expect(await changed.locator('del, ins').allTextContents()).toEqual(['Ann', 'Anna']);
    await page.locator('[data-rows-differ=pets] summary').click();
    await page
      .locator('[data-rows-differ=pets]')
      .getByRole('button', { name: /cat.*00ff/ })
      .click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('[data-value-of=before] .value').textContent()).toContain('cat');
    expect(await dialog.locator('[data-value-of=after] .value').textContent()).toContain('00 ff');
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).click();
    const { bytes } = await visit.downloadWith('SQL');
    const all = 'SELECT * FROM people ORDER BY id; SELECT id, owner, quote(kind) FROM pets ORDER BY id;';
    expect(askNative(people.content, `${bytes.toString()}\n${all}`)).toBe(askNative(other, all));
  });

  it('is that of a dump, of a folder of migrations, or none, which is told', async () => {
    const visit = await openPage();
    const { page } = visit;
    await compare(visit);
    const open = async (...files: Parameters<Visit['save']>[0]): Promise<void> =>
      page.getByLabel('Open a target').setInputFiles([...visit.save(files)]);
    await open({ name: 'dump.sql', content: askNative(people.content, '.dump') });
    await differing(visit, 0);
    const rows = page.getByRole('button', { name: 'Compare the rows' });
    await rows.waitFor();
    await open(
      { name: '001_people.sql', content: PEOPLE },
      { name: '002_visits.sql', content: 'CREATE TABLE visits(id INTEGER PRIMARY KEY);' },
    );
    await differing(visit, 1);
    expect(await differences(visit)).toEqual(['added visits']);
    // These migrations make no row, so there is nothing to compare the rows of the file with.
    expect(await rows.count()).toBe(0);
    await open({ name: 'broken.sql', content: 'CREATE TABLE a(x);\nCREATE TABLE a(y);' });
    await page.locator('[data-problem=target]').getByText('Line 2: table a already exists.').waitFor();
    await open({ name: 'notes.txt', content: 'no database' });
    await page.locator('[data-problem]').getByText('notes.txt').waitFor();
  });
});
