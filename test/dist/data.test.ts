// The rows of a table in the built page: a million of them, as native sqlite3 has them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { amount } from '../amount';
import { askNative, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const openRehearsed = receiveVisits();

/** All rowids even, a first row that is odd in every way, and reals that 15 digits tell. */
const MILLION = `PRAGMA page_size = 8192;
  CREATE TABLE trades(id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, price REAL, volume INTEGER, note TEXT, tag BLOB);
  WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 999999)
    INSERT INTO trades SELECT x * 2, printf('SYM%04d', x * 7919 % 5000), (x % 9973) / 8.0,
      CASE WHEN x % 17 = 0 THEN NULL ELSE 9007199254740000 + x END,
      CASE x % 5 WHEN 0 THEN '' WHEN 1 THEN 'plain' WHEN 2 THEN 'with, comma' WHEN 3 THEN 'line' || char(10) || 'break' ELSE 'say "hi"' END,
      NULL FROM i;
  INSERT INTO trades VALUES (-7, 'FIRST', 0.5, -9223372036854775808, 'a' || char(0) || '<b>b</b>', zeroblob(5000));
  CREATE VIEW dear AS SELECT id, symbol, price FROM trades WHERE price > 1246;`;
let bytes: Uint8Array;

beforeAll(() => {
  bytes = nativeDatabase(MILLION);
}, 60_000);

async function openData(visit: Visit, content = bytes): Promise<void> {
  await visit.pick({ name: 'million.db', content });
  await visit.reach('ready');
  await visit.page.locator('[data-view=data]').click();
  await visit.page.getByRole('gridcell').first().waitFor();
  expect(await visit.page.getByRole('row').count()).toBeLessThan(100);
  await counted(visit);
}

function grid(visit: Visit) {
  return visit.page.getByRole('grid', { name: /^Rows of/ });
}

async function counted(visit: Visit): Promise<string | null> {
  const rows = visit.page.locator('[data-counted=true]');
  await rows.waitFor();
  return rows.getAttribute('data-rows');
}

/** Where the value of a place is shown, once it is there. */
function place(visit: Visit, row: number, column: number, text: string | RegExp) {
  return visit.page.locator(`[data-place="${row} ${column}"]`).filter({ hasText: text });
}

/** What `sqlite3 -csv -header` writes, with the line ends of RFC 4180. */
function nativeCsv(visit: Visit, sql: string): string {
  const options = ['-csv', '-header', '-cmd', '.separator , "\\r\\n"', join(visit.folder, 'million.db'), sql];
  return execFileSync('sqlite3', options, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

describe('A table of a million rows', () => {
  it('is shown from its first row to its last, wherever one jumps, and its values are exact', async () => {
    const visit = await openPage();
    await openData(visit);
    expect(await counted(visit)).toBe('1000000');
    expect(await grid(visit).getAttribute('aria-rowcount')).toBe('1000001');
    await place(visit, 0, 3, /^\s*-9223372036854775808\s*$/).waitFor();
    await place(visit, 0, 4, 'a‹00›<b>b</b>').waitFor();
    await place(visit, 0, 5, '5.0 kB · 0000').waitFor();
    await place(visit, 1, 3, /^\s*9007199254740001\s*$/).waitFor();
    await place(visit, 5, 4, 'empty').waitFor();

    await grid(visit).focus();
    await visit.page.keyboard.press('PageDown');
    await visit.page.keyboard.press('PageDown');
    await place(visit, 17, 3, 'NULL').waitFor();
    await visit.page.keyboard.press('Control+End');
    await place(visit, 999_999, 0, /^\s*1999998\s*$/).waitFor();
    await visit.page.keyboard.press('PageUp');
    await visit.page.keyboard.press('Control+Home');
    await place(visit, 0, 0, '-7').waitFor();

    // The scroll bar, dragged to its middle.
    await grid(visit).evaluate((element) => (element.scrollTop = (element.scrollHeight - element.clientHeight) / 2));
    await visit.page
      .locator('[role=row][aria-rowindex="500002"] [role=gridcell]')
      .first()
      .filter({ hasText: '1000000' })
      .waitFor();
    // And from there by hand: what is scrolled by 30 pixels is one row.
    const seen = () => visit.page.locator('[role=rowheader]').allTextContents();
    const before = await seen();
    await grid(visit).hover();
    await visit.page.mouse.wheel(0, 300);
    await expect
      .poll(async () => Number((await seen())[0]?.replaceAll(',', '')))
      .toBe(Number(before[0]?.replaceAll(',', '')) + 10);
  });

  it('is sorted and filtered by SQLite, and what is downloaded is what sqlite3 -csv writes', async () => {
    const visit = await openPage();
    await openData(visit);
    await visit.page.locator('[data-column=symbol] button').click();
    await visit.page.locator('[data-column=symbol][aria-sort=ascending]').waitFor();
    const sorted = askNative(bytes, 'SELECT id FROM trades ORDER BY symbol, id LIMIT 3').split('\n');
    for (const [row, id] of sorted.entries()) await place(visit, row, 0, new RegExp(`^\\s*${id}\\s*$`)).waitFor();
    await visit.page.locator('[data-column=symbol] button').click();
    await visit.page.locator('[data-column=symbol][aria-sort=descending]').waitFor();
    await grid(visit).focus();
    await visit.page.keyboard.press('Control+End');
    await place(visit, 999_999, 1, 'FIRST').waitFor();

    await visit.page.getByRole('textbox', { name: 'Where' }).fill("note = 'with, comma' AND price > 1200");
    await visit.page.getByLabel('Contains').fill('SYM12');
    await visit.page.keyboard.press('Enter');
    const where = "WHERE note = 'with, comma' AND price > 1200 AND symbol LIKE '%SYM12%'";
    const number = askNative(bytes, `SELECT count(*) FROM trades ${where}`);
    await visit.page.locator(`[data-rows="${number}"][data-counted=true]`).waitFor();
    const { name, bytes: csv } = await visit.downloadBy(() => visit.page.getByRole('button', { name: 'CSV' }).click());
    expect(name).toBe('million.trades.csv');
    expect(Buffer.from(csv).toString()).toBe(
      nativeCsv(visit, `SELECT * FROM trades ${where} ORDER BY symbol DESC, id`),
    );
    const json = await visit.downloadBy(() => visit.page.getByRole('button', { name: 'JSON' }).click());
    expect(JSON.parse(Buffer.from(json.bytes).toString())).toHaveLength(Number(number));

    await visit.page.getByRole('textbox', { name: 'Where' }).fill('prise > 1');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByRole('alert').filter({ hasText: 'SQLite: no such column: prise' }).waitFor();
    // The rows that were there stay.
    expect(await counted(visit)).toBe(number);
    await visit.page.getByRole('textbox', { name: 'Where' }).fill('1); DROP TABLE trades');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByRole('alert').filter({ hasText: 'closing parenthesis' }).waitFor();
    await visit.page.getByRole('button', { name: 'Clear' }).click();
    await visit.page.locator('[data-rows="1000000"]').waitFor();
  });

  it('is downloaded as a whole as CSV, a view as well, and the export can be stopped', async () => {
    // Ids are even, and one row has none above 0.
    const rows = amount(60_000, 999_999);
    const where = `id > ${2 * (999_999 - rows)}`;
    const visit = await openPage();
    // A million rows take as long as the machine takes.
    visit.page.setDefaultTimeout(90_000);
    await openData(visit);
    await visit.page.getByRole('button', { name: 'CSV' }).click();
    await visit.page.getByRole('button', { name: 'Cancel export' }).click();
    await visit.page.getByText('The export was cancelled.').waitFor();
    await visit.page.getByRole('textbox', { name: 'Where' }).fill(where);
    await visit.page.keyboard.press('Enter');
    await visit.page.locator(`[data-rows="${rows}"]`).waitFor();
    const whole = await visit.downloadBy(() => visit.page.getByRole('button', { name: 'CSV' }).click());
    expect(Buffer.from(whole.bytes).toString() === nativeCsv(visit, `SELECT * FROM trades WHERE ${where}`)).toBe(true);

    await visit.page.getByLabel('Table or view').selectOption('dear');
    const number = askNative(bytes, 'SELECT count(*) FROM dear');
    await visit.page.locator(`[data-rows="${number}"][data-counted=true]`).waitFor();
    const view = await visit.downloadBy(() => visit.page.getByRole('button', { name: 'CSV' }).click());
    expect(Buffer.from(view.bytes).toString()).toBe(nativeCsv(visit, 'SELECT * FROM dear'));
  }, 150_000);

  it('can be left in the middle of a sort, which ends, and another one works', async () => {
    const visit = await openPage();
    await openData(visit);
    await visit.page
      .getByRole('textbox', { name: 'Where' })
      .fill('(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n) > id');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await visit.page.getByText('Cancelled: these rows').waitFor();
    await visit.page.getByRole('textbox', { name: 'Where' }).fill('id = 1000');
    await visit.page.keyboard.press('Enter');
    await place(visit, 0, 0, '1000').waitFor();
  });
});

describe('With the keyboard', () => {
  it('a cell is reached, its whole value read and copied, and a column sorted', async () => {
    const long = 'long text, '.repeat(2000);
    const visit = await openPage({ ownContext: { permissions: ['clipboard-read', 'clipboard-write'] } });
    const columns = Array.from({ length: 300 }, (_, at) => `c${at}`);
    const content = nativeDatabase(`CREATE TABLE wide(${columns.join(', ')});
      INSERT INTO wide(c0, c1, c299) VALUES (1, '${long}', 'the end'), (2, 'short', NULL), (3, NULL, x'00ff');`);
    await openData(visit, content);
    await grid(visit).focus();
    await visit.page.keyboard.press('ArrowRight');
    await visit.page.keyboard.press('Enter');
    const dialog = visit.page.getByRole('dialog');
    await dialog.getByText('22,000 characters').waitFor();
    await dialog.getByRole('button', { name: 'Copy' }).click();
    await dialog.getByText('Copied.').waitFor();
    expect(await visit.page.evaluate(() => navigator.clipboard.readText())).toBe(long);
    await visit.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await visit.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');

    await visit.page.keyboard.press('End');
    await place(visit, 0, 299, 'the end').waitFor();
    const described = await grid(visit).getAttribute('aria-activedescendant');
    expect(await visit.page.locator(`[id="${described}"]`).textContent()).toContain('the end');
    await visit.page.keyboard.press('Home');
    await visit.page.keyboard.press('ArrowUp');
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('[data-column=c0][aria-sort=ascending]').waitFor();
    expect(await grid(visit).getAttribute('aria-colcount')).toBe('301');
  });
});

describe('After the migration', () => {
  it('there are rows with the new columns, marked: those of the rehearsal, and then those of the result', async () => {
    const visit = await openRehearsed();
    await visit.openSample('narrow');
    await visit.reach('ready');
    await visit.page.locator('[data-view=data]').click();
    await grid(visit).waitFor();
    await visit.page.locator('[data-side=after]').click();
    await visit.page.getByLabel('Table or view').selectOption('otc_raw');
    // What was rehearsed is there before anyone has run it.
    await visit.page.getByRole('button', { name: 'After (rehearsed)' }).waitFor();
    await grid(visit).waitFor();
    await grid(visit).focus();
    await visit.page.keyboard.press('End');
    await visit.page.locator('[role=columnheader] .change').filter({ hasText: 'added' }).first().waitFor();
    await visit.page.locator('[data-view=work]').click();
    await visit.runToTheEnd();
    await visit.page.locator('[data-view=data]').click();
    expect(await visit.page.locator('[data-side=after]').textContent()).toBe('After');
    await grid(visit).waitFor();
    await grid(visit).focus();
    await visit.page.keyboard.press('End');
    await visit.page.locator('[role=columnheader] .change').filter({ hasText: 'added' }).first().waitFor();
  });
});

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide', (look) => {
  it('axe finds nothing', async () => {
    const visit = await openPage(look);
    await visit.openSample('populated');
    await visit.reach('ready');
    await visit.page.locator('[data-view=data]').click();
    await grid(visit).waitFor();
    await counted(visit);
    await visit.page.getByRole('button', { name: 'Values of columns' }).click();
    await visit.page.locator('[data-profile]').first().getByText('different').waitFor();
    await grid(visit).press('ArrowRight');
    await visit.page.locator('[data-about]').click();
    await visit.page.locator('[data-facet]').first().waitFor();
    await visit.page.locator('[data-columns] summary').click();
    expect(await findViolations(visit.page)).toEqual([]);
    await grid(visit).focus();
    await visit.page.keyboard.press('Enter');
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Copy' }).waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});
