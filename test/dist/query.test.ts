// The console of the built page: several results, errors with their place, and an endless query that is given up.
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const openRehearsed = receiveVisits();
const bytes = nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, age INT);
  INSERT INTO people VALUES (1, 'Ann', 30), (2, 'Bob', NULL), (3, '<i>Cem</i>', 52);
  CREATE TABLE numbers(n); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 30000)
    INSERT INTO numbers SELECT x FROM i;`);
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

async function openConsole(visit: Visit): Promise<void> {
  await visit.pick({ name: 'people.db', content: bytes });
  await visit.reach('ready');
  await visit.page.locator('[data-view=query]').click();
  await visit.page.locator('[data-editor=full]').waitFor();
}

function editor(visit: Visit) {
  return visit.page.getByRole('textbox', { name: 'SQL to run' });
}

async function write(visit: Visit, sql: string): Promise<void> {
  await editor(visit).click();
  await visit.page.keyboard.press('ControlOrMeta+a');
  await visit.page.keyboard.insertText(sql);
}

async function run(visit: Visit, sql: string): Promise<void> {
  await write(visit, sql);
  await visit.page.keyboard.press('ControlOrMeta+Enter');
}

function result(visit: Visit, place: number) {
  return visit.page.getByRole('region', { name: `Result ${place}` });
}

describe('A text of several statements', () => {
  it('gives a result for each, with its rows and time, and the first error with its place', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await run(
      visit,
      'SELECT * FROM people;\nPRAGMA table_info(people);\nSELECT 1 WHERE 0;\nSELECT name,\n  agee FROM people;\nSELECT 2',
    );
    await result(visit, 4).getByText('no such column: agee').waitFor();
    expect(await visit.page.locator('[data-result]').count()).toBe(4);
    expect(await result(visit, 1).getByRole('gridcell').allTextContents()).toEqual(
      askNative(bytes, 'SELECT * FROM people;')
        .split(/[|\n]/)
        .map((text) => text || 'NULL'),
    );
    expect(await result(visit, 1).locator('[data-facts]').textContent()).toMatch(/3 rows\s+· [\d.]+ m?s · before/);
    await result(visit, 2).getByRole('columnheader', { name: 'dflt_value' }).waitFor();
    await result(visit, 3).getByText('No rows.').waitFor();
    await result(visit, 4).getByRole('button', { name: 'Line 5, column 3' }).click();
    await visit.page.keyboard.press('Shift+End');
    expect(await visit.page.evaluate(() => getSelection()?.toString())).toBe('agee FROM people;');
  });

  it('cannot change anything: it is refused in a sentence, and what stands before it has run', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await run(visit, "SELECT 1; ATTACH 'other.db' AS other; SELECT 2");
    await result(visit, 2).getByText('the console sees this database and no other file').waitFor();
    await run(visit, 'DELETE FROM people');
    await result(visit, 1).getByText('DELETE would change the database').waitFor();
    await run(visit, 'SELECT count(*) FROM people');
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '3' }).waitFor();
  });

  it('with more rows than are kept says so, and all of them go home', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await run(visit, 'SELECT n, n * 0.5 AS half, n AS "n" FROM numbers ORDER BY n DESC');
    await result(visit, 1).getByText('more than 10,000 rows').waitFor();
    await result(visit, 1).getByText('The first 10,000 rows; there are more.').waitFor();
    const { name, bytes: csv } = await visit.downloadBy(() =>
      result(visit, 1).getByRole('button', { name: 'CSV' }).click(),
    );
    expect(name).toBe('people.query-1.csv');
    const lines = Buffer.from(csv).toString().split('\r\n');
    expect([lines.length, lines[0], lines[1], lines[30_000]]).toEqual([
      30_002,
      'n,half,n:1',
      '30000,15000.0,30000',
      '1,0.5,1',
    ]);
  });
});

describe('An endless query', () => {
  it('is given up, and the text, the results before it and the console stay', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await run(visit, 'SELECT name FROM people');
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '<i>Cem</i>' }).waitFor();
    await run(visit, ENDLESS);
    await visit.page.locator('[data-earlier]').getByText('earlier result').waitFor();
    await visit.page.keyboard.press('Escape');
    expect(await findViolations(visit.page)).toEqual([]);
    await visit.page.getByRole('button', { name: 'Cancel query' }).click();
    await visit.page.getByText('Cancelled: statement 1 of 1').waitFor();
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '<i>Cem</i>' }).waitFor();
    expect(await editor(visit).textContent()).toBe(ENDLESS);
    await run(visit, 'SELECT 42 AS answer');
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '42' }).waitFor();
    await visit.page.getByLabel('Last queries').selectOption({ label: 'SELECT name FROM people' });
    expect(await editor(visit).textContent()).toBe('SELECT name FROM people');
  });
});

describe('Several queries', () => {
  it('stand side by side, each with its text and its results, until they are closed', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await run(visit, 'SELECT 42 AS answer');
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '42' }).waitFor();
    await visit.page.getByRole('button', { name: 'New query' }).click();
    await result(visit, 1).waitFor({ state: 'detached' });
    await run(visit, 'SELECT 43 AS answer');
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '43' }).waitFor();
    await visit.page.locator('[data-query-tab="1"]').click();
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '42' }).waitFor();
    expect(await editor(visit).textContent()).toBe('SELECT 42 AS answer');
    await visit.page.getByRole('button', { name: 'Close query 1' }).click();
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '43' }).waitFor();
    expect(await visit.page.locator('[data-query-tab]').count()).toBe(1);
  });

  it('are explained, how SQLite would find their rows, and saved: by the name of the file, in this browser only if that is wanted', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await write(visit, 'SELECT name FROM people ORDER BY name');
    await visit.page.getByRole('button', { name: 'Explain' }).click();
    const steps = result(visit, 1).locator('[data-plan] > li');
    await steps.first().waitFor();
    expect((await steps.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      'SCAN people reads all rows',
      'USE TEMP B-TREE FOR ORDER BY sorts what it has found',
    ]);

    const kept = (): Promise<string | undefined> =>
      visit.page.evaluate(() => Object.keys(localStorage).find((key) => key.includes('quer')));
    await visit.page.getByText('Saved queries', { exact: true }).click();
    await visit.page.getByRole('button', { name: 'Save this query' }).click();
    await visit.page.locator('[data-saved-queries="1"]').waitFor();
    expect(await kept()).toBeUndefined();
    await visit.page.getByLabel('Keep them in this browser').check();
    await visit.page.reload();
    await openConsole(visit);
    await visit.page.getByText('Saved queries (1)').click();
    await visit.page.getByRole('button', { name: 'SELECT name FROM people ORDER BY name' }).click();
    expect(await editor(visit).textContent()).toBe('SELECT name FROM people ORDER BY name');
    await visit.page.getByText('Saved queries (1)').click();
    await visit.page.getByLabel('Keep them in this browser').uncheck();
    expect(await kept()).toBeUndefined();
  });
});

describe('The editor', () => {
  it('completes the names of tables and columns, and Tab leaves it', async () => {
    const visit = await openPage();
    await openConsole(visit);
    await write(visit, '');
    await editor(visit).pressSequentially('SELECT * FROM peo');
    await visit.page.locator('.cm-tooltip-autocomplete').getByRole('option', { name: 'people' }).waitFor();
    await visit.page.keyboard.press('Escape');
    await visit.page.locator('.cm-tooltip-autocomplete').waitFor({ state: 'detached' });
    await visit.page.keyboard.press('Tab');
    expect(await editor(visit).evaluate((element) => element === document.activeElement)).toBe(false);
    expect(await editor(visit).textContent()).toBe('SELECT * FROM peo');
  });

  it('is a plain field that runs queries where it cannot be loaded', async () => {
    const visit = await openPage();
    await visit.page.route('**/codeMirror-*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'throw 0' }),
    );
    await visit.pick({ name: 'people.db', content: bytes });
    await visit.reach('ready');
    await visit.page.locator('[data-view=query]').click();
    await editor(visit).fill('SELECT name FROM people WHERE id = 1');
    await visit.page.keyboard.press('ControlOrMeta+Enter');
    await result(visit, 1).getByRole('gridcell').filter({ hasText: 'Ann' }).waitFor();
    expect(await visit.page.locator('[data-editor=plain]').count()).toBe(1);
  });
});

describe('After the migration', () => {
  it('the result is asked, where there is one, and before that the one that was rehearsed', async () => {
    const added = "SELECT count(*) FROM pragma_table_info('otc_raw') WHERE name = 'batch_id'";
    const visit = await openRehearsed();
    await visit.openSample('narrow');
    await visit.reach('ready');
    await visit.page.locator('[data-view=query]').click();
    await visit.page.locator('[data-editor=full]').waitFor();
    await visit.page.locator('[data-panel=query] [data-side=after]').click();
    await visit.page.getByText('After (rehearsed)').waitFor();
    await visit.page.locator('[data-panel=query] button:enabled', { hasText: /^Run$/ }).waitFor();
    await run(visit, added);
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '1' }).waitFor();
    await visit.page.locator('[data-view=work]').click();
    await visit.runToTheEnd();
    await visit.page.locator('[data-view=query]').click();
    await run(visit, `${added} AND type <> ''`);
    await result(visit, 1).getByRole('gridcell').filter({ hasText: '1' }).waitFor();
  });
});

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide', (look) => {
  it('axe finds nothing', async () => {
    const visit = await openPage(look);
    await openConsole(visit);
    await run(visit, "-- all kinds\nSELECT id, 'text' AS t, 1.5, NULL FROM people;\nSELECT nme FROM people");
    await result(visit, 2).getByText('no such column: nme').waitFor();
    await visit.page.getByText('Saved queries', { exact: true }).click();
    await visit.page.getByRole('button', { name: 'Save this query' }).click();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});
