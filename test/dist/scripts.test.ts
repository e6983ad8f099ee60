// The lines of docs/scripts.md that need the page itself: what it does about scripts that never end, fill memory or take data away.
import { describe, expect, test } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { documentedDatabase, documentedScripts } from '../scriptTable';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const database = { name: 'people.db', content: nativeDatabase(documentedDatabase) };
const lines = documentedScripts.filter(({ section }) => section === 'In the page');

/** The same page goes on with another script, to a file that is as it should be. */
async function goesOn(visit: Visit): Promise<void> {
  await visit.useScript({ name: 'short.sql', content: 'ALTER TABLE people ADD COLUMN city;' });
  await visit.page.locator('[data-obstacle], [role=alert] [data-problem]').waitFor({ state: 'detached' });
  await visit.page.getByText('ALTER TABLE people ADD COLUMN city').first().waitFor();
  await visit.replanned();
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, 'SELECT count(*), count(city) FROM people; PRAGMA integrity_check;')).toBe('3|0\nok');
}

const TRIED: Readonly<Record<string, (visit: Visit) => Promise<void>>> = {
  async 'a statement that never ends'(visit) {
    await visit.page.getByText('Planning …').waitFor();
    await visit.cancel.click();
    expect(await visit.page.getByRole('alert').textContent()).toContain('Planning was cancelled.');
    expect(await visit.run.isDisabled()).toBe(true);
    await goesOn(visit);
  },

  async 'values that fill the memory'(visit) {
    await visit.reach('ready');
    const obstacle = visit.page.locator('[data-obstacle="1"]');
    await obstacle.waitFor();
    expect(await obstacle.textContent()).toContain('The statement needs more memory than this page can have.');
    expect(await visit.statements()).toEqual([{ ordinal: 1, verdict: 'failed', drift: false }]);
    await goesOn(visit);
  },

  async 'data that is taken away'(visit) {
    await visit.reach('ready');
    const shown = async (): Promise<void> => {
      const warning = visit.page.locator('[data-problem=takes-data-away]');
      expect(await warning.textContent()).toContain('Deletes 3 rows.');
      await visit.page
        .locator('[data-warning=lost-rows]')
        .getByText('Statement 1 drops the table people with 3 rows.')
        .waitFor();
      const row = visit.page.locator('[data-statement="1"][data-loss=table]');
      expect(await row.locator('summary').textContent()).toContain('loses 3 rows');
      await row.locator('summary').click();
      await row.getByText('it drops the table people with 3 rows.').waitFor();
    };
    await shown();
    await visit.runToTheEnd();
    expect(await visit.page.locator('[data-problem=takes-data-away]').count()).toBe(1);
    const report = await visit.downloadWith('Download report');
    expect(JSON.parse(report.bytes.toString())).toMatchObject({
      statements: [{ verdict: 'applied', loss: { kind: 'table', table: 'people', rows: 3 } }],
    });

    await visit.page.getByRole('button', { name: 'Back to the plan' }).click();
    await visit.replanned();
    await visit.useScript({ name: 'harmless.sql', content: 'CREATE TABLE n(a);' });
    await visit.page.locator('[data-problem=takes-data-away]').waitFor({ state: 'detached' });
    expect(await visit.page.locator('[data-loss]').count()).toBe(0);
  },
};

describe('A script of docs/scripts.md, in the page', () => {
  test.each(lines)('$what: $script', async ({ what, script }) => {
    const visit = await openPage();
    await visit.drop(database, { name: 'mine.sql', content: script });
    await TRIED[what]?.(visit);
  });

  test('is tried on every line', () => {
    expect(lines.map(({ what }) => what)).toEqual(Object.keys(TRIED));
  });
});

test('A statement that is refused is not put into SQLite’s mouth', async () => {
  const visit = await openPage();
  await visit.drop(database, { name: 'mine.sql', content: 'SELECT * FROM people WHERE id = :id;' });
  await visit.reach('ready');
  await visit.statement(1).getByText('Refused: the parameter :id has no value').waitFor();
  expect(await visit.statement(1).textContent()).not.toContain('SQLite says');
});

test('Settings and changed rows are told in the plan, and are the same after the run', async () => {
  const visit = await openPage();
  const script =
    'PRAGMA foreign_keys = ON;\nPRAGMA user_version = 7;\nUPDATE people SET age = 1;\nSELECT * FROM people;';
  await visit.drop(database, { name: 'mine.sql', content: script });
  await visit.reach('ready');
  const told = async (): Promise<readonly (string | null)[]> => {
    const texts: (string | null)[] = [];
    for (const ordinal of [1, 2, 3, 4]) {
      const row = visit.statement(ordinal);
      if ((await row.locator('details[open]').count()) === 0) await row.locator('summary').click();
      await row.locator('.details').waitFor();
      texts.push(await row.textContent());
    }
    return texts.map((text) => text?.replace(/ · [\d.]+ m?s/, '') ?? null);
  };
  const planned = await told();
  expect(planned[0]).toContain('Foreign keys are off while the script runs');
  expect(planned[1]).toContain('This is stored in the file.');
  expect(planned[2]).toContain('3 rows');
  expect(planned[3]).toContain('It returned 3 rows, which are not kept.');

  await visit.runToTheEnd();
  expect(await told()).toEqual(planned);
});
