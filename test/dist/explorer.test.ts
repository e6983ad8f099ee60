// The explorer of the built page: the schema before and after, what changes and by which statement, and the search over names.
import { describe, expect, it } from 'vitest';
import { amount } from '../amount';
import { nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
/** Tables of a large schema. */
const MANY = amount(100, 300);

/** Opens a sample and then the view of its schema. */
async function openSchema(visit: Visit, sample = 'populated'): Promise<void> {
  await visit.openSample(sample);
  await visit.reach('ready');
  await visit.replanned();
  await visit.page.locator('[data-view=schema]').click();
  await visit.page.locator('[data-shown]').waitFor();
}

async function found(visit: Visit, typed: string): Promise<readonly string[]> {
  await visit.page.keyboard.press('Control+k');
  await visit.page.locator('[role=combobox]:focus').waitFor();
  await visit.page.keyboard.type(typed);
  await visit.page.locator('[data-found]').first().waitFor();
  const texts = await visit.page.locator('[data-found]').allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, ' ').trim());
}

it('Which tables will get batch_id, and which had it already, is answered without a click', async () => {
  const visit = await openPage();
  await visit.openSample('populated');
  await visit.reach('ready');
  await visit.replanned();
  const lines = await found(visit, 'batch_id');

  expect(lines).toContain('otc_venue_volume.batch_id column added by statement 22');
  expect(lines).toContain('otc_week_manifest.batch_id column added by statement 1');
  expect(lines.filter((line) => line.includes('.batch_id column was there'))).toEqual([
    'otc_raw.batch_id column was there',
  ]);
});

it('What is found is gone to with the keys alone', async () => {
  const visit = await openPage();
  await openSchema(visit);
  await found(visit, 'manifest_stage');
  await visit.page.keyboard.press('Escape');
  await visit.page.keyboard.press('Control+k');
  await visit.page.keyboard.type('executions.batch');
  await visit.page.keyboard.press('Enter');

  await visit.page.locator('[data-shown=executions]').waitFor();
  await visit.page.locator('tr[data-name=batch_id]:focus').waitFor();
  expect(await visit.page.getByRole('listbox').isVisible()).toBe(false);
});

it('The search takes all that is typed after its key, however fast', async () => {
  const visit = await openPage();
  await openSchema(visit);
  await found(visit, 'manifest_stage');
  await visit.page.keyboard.press('Escape');

  const selected = await visit.page.evaluate(async () => {
    const key = new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(key);
    // The next key may come with the next task: what is not done when this one ends comes too late.
    await Promise.resolve();
    return document.activeElement instanceof HTMLInputElement && document.getSelection()?.toString();
  });
  expect(selected).toBe('manifest_stage');
});

it('A change leads to its statement, and a statement to what it changes', async () => {
  const visit = await openPage();
  await openSchema(visit);
  await visit.page.locator('[data-entry=otc_venue_volume]').click();
  await visit.page.locator('tr[data-name=batch_id]').getByRole('link', { name: 'statement 22' }).click();

  const statement = visit.statement(22);
  await statement.locator('details[open]').waitFor();
  await visit.page.locator('[data-statement="22"] summary:focus').waitFor();
  expect(await statement.innerText()).toContain('batch_id');

  await statement.getByRole('button', { name: 'Show what it changes' }).click();
  await visit.page.getByText('Only what statement 22 changes.').waitFor();
  expect(await visit.page.locator('[data-entry]').allInnerTexts()).toHaveLength(1);
  expect(await visit.page.locator('tr[data-change]').count()).toBe(1);
  await visit.page.getByRole('button', { name: 'Show all changes' }).click();
  expect(await visit.page.locator('[data-entry]').count()).toBe(11);
});

it('Before, After and Changes show what is in each, and the texts side by side', async () => {
  const visit = await openPage();
  await openSchema(visit);
  const entries = (): Promise<readonly (string | null)[]> =>
    visit.page.locator('[data-entry]').evaluateAll((all) => all.map((entry) => entry.getAttribute('data-entry')));
  expect(await entries()).toHaveLength(11);
  await visit.page.getByLabel('Changes only').uncheck();
  expect(await entries()).toContain('sqlite_sequence');
  await visit.page.locator('[data-entry=otc_raw]').click();
  await visit.page.locator('[data-differs]').first().waitFor();
  expect(await visit.page.locator('ins').allInnerTexts()).toEqual([', execution_id TEXT']);

  await visit.page.locator('[data-mode=before]').click();
  expect(await entries()).not.toContain('otc_rejects');
  expect(await visit.page.locator('tr[data-name=execution_id]').count()).toBe(0);
  await visit.page.locator('[data-mode=after]').click();
  expect(await entries()).toContain('otc_rejects');
  await visit.page.locator('tr[data-name=execution_id]').waitFor();
  expect(await visit.page.locator('[data-differs]').count()).toBe(0);
});

it('A file that no migration changes is shown as it is, with its foreign keys to follow', async () => {
  const visit = await openPage();
  const content = nativeDatabase(
    `
    CREATE TABLE parent ( -- Who pays
      id INTEGER PRIMARY KEY, -- Its number
      name TEXT COLLATE NOCASE NOT NULL);
    CREATE TABLE child(parent_id REFERENCES parent ON DELETE CASCADE) STRICT, WITHOUT ROWID;`.replace(
      'child(parent_id REFERENCES parent ON DELETE CASCADE) STRICT',
      'child(parent_id INTEGER PRIMARY KEY REFERENCES parent ON DELETE CASCADE) STRICT',
    ),
  );
  await visit.pick(
    { name: 'pay.db', content },
    { name: 'nothing.sql', content: 'CREATE TABLE IF NOT EXISTS parent(id);' },
  );
  await visit.reach('ready');
  await visit.replanned();
  await visit.page.locator('[data-view=schema]').click();
  await visit.page.getByText('Who pays', { exact: true }).waitFor();
  expect(await visit.page.locator('[data-mode=changes]').isDisabled()).toBe(true);
  await visit.page.locator('tr[data-name=name]').getByText('NOCASE').waitFor();
  await visit.page.locator('[data-key=child] button').click();
  await visit.page.locator('[data-shown=child]').getByText('table · STRICT · WITHOUT ROWID').waitFor();
  await visit.page.locator('[data-key=parent]').getByText('ON DELETE CASCADE').waitFor();
});

it('A schema of hundreds of tables is drawn and searched without a task that draws more than a part of them', async () => {
  const last = `table_${MANY - 1}`;
  const tables = Array.from(
    { length: MANY },
    (
      _,
      at,
    ) => `CREATE TABLE table_${at}(id INTEGER PRIMARY KEY, ${Array.from({ length: 12 }, (__, c) => `c${c} TEXT`).join(', ')});
      CREATE INDEX by_${at} ON table_${at}(c1);`,
  );
  const script = Array.from({ length: MANY }, (_, at) => `ALTER TABLE table_${at} ADD COLUMN batch_id TEXT;`);
  const visit = await openPage();
  await visit.pick(
    { name: 'many.db', content: nativeDatabase(`BEGIN; ${tables.join('')} COMMIT;`) },
    { name: 'many.sql', content: script.join('\n') },
  );
  await visit.reach('ready');
  await visit.replanned();
  await visit.page.locator('[aria-label=Statements][aria-busy=false]').waitFor();
  await visit.page.evaluate(() => {
    const drawn: number[] = [];
    (globalThis as unknown as { drawn: number[] }).drawn = drawn;
    let before = 0;
    // The changes that a task makes are told together, after its end.
    new MutationObserver(() => {
      const now = document.querySelectorAll('[data-entry]').length;
      drawn.push(now - before);
      before = now;
    }).observe(document, { subtree: true, childList: true });
  });
  await visit.page.locator('[data-view=schema]').click();
  await visit.page.locator(`[data-entry=${last}]`).waitFor({ state: 'attached' });
  expect(await visit.page.locator('[data-entry]').count()).toBe(MANY);
  await found(visit, `${last}.batch`);
  await visit.page.keyboard.press('Enter');
  await visit.page.locator(`[data-shown=${last}] tr[data-name=batch_id]`).waitFor();
  expect(await visit.page.locator('tr[data-name=batch_id]').innerText()).toContain(`statement ${MANY}`);

  const drawn = await visit.page.evaluate(() => (globalThis as unknown as { drawn: number[] }).drawn);
  expect(drawn.reduce((sum, rows) => sum + rows, 0)).toBe(MANY);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(100);
  expect(await visit.scrollsSideways()).toBe(false);
});

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide', (look) => {
  it('axe finds nothing in the schema, its changes and the search, and nothing is wider than the window', async () => {
    const visit = await openPage(look);
    await openSchema(visit);
    await visit.page.locator('[data-entry=otc_raw]').click();
    await visit.page.locator('li[data-name] summary').first().click();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
    await visit.page.locator('[data-mode=after]').click();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
    await found(visit, 'batch_id');
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});
