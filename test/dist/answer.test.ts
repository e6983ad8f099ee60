// The first screen after a drop answers: what happens, what is lost, what stands in the way; and a place on the page has an address.
import { expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { findViolations } from './axe';
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

it('A database that no published migration is for is no error: its schema is shown, with the ways to a script; its own script is answered in two sentences', async () => {
  const visit = await openPage();
  const { page } = visit;
  await visit.pick(notes);
  await visit.reach('ready');
  await visit.replanned();
  await page.locator('[data-view=schema][aria-current=page]').waitFor();
  await page.locator('[data-panel=schema] [data-shown]').getByText('title').first().waitFor();
  expect(new URL(page.url()).hash).toBe('#schema');
  expect(await page.locator(HEADING).textContent()).toBe('No migration is chosen for this database');
  expect(await page.locator('.message.bad').count()).toBe(0);
  expect(await visit.run.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Choose a migration' }).press('Enter');
  expect(await page.locator('[data-script]').getAttribute('aria-expanded')).toBe('true');
  expect(await findViolations(page)).toEqual([]);
  // Who goes back is not led there again.
  await page.goBack();
  await page.locator('[data-view=work][aria-current=page]').waitFor();
  await page.getByRole('button', { name: 'Look at its schema' }).click();
  await page.locator('[data-panel=schema]').waitFor();

  await visit.useScript({ name: 'add.sql', content: 'CREATE TABLE tags(name); ALTER TABLE notes ADD COLUMN body;' });
  await page.locator(HEADING).getByText('Adds 1 table and 1 column.').waitFor();
  await page.locator('[data-view=work][aria-current=page]').waitFor();
  await page.locator('[data-answer]').getByText('No row is deleted or changed.').waitFor();
  expect(await page.locator('[data-problem=takes-data-away]').count()).toBe(0);

  await visit.useScript({ name: 'remove.sql', content: 'DELETE FROM notes WHERE id = 1;' });
  await page.getByRole('button', { name: 'Run migration, deleting 1 row' }).waitFor();
  const said = await page.locator('[data-problem=takes-data-away]').textContent();
  expect(said?.replace(/\s+/g, ' ').trim()).toBe(
    'Deletes 1 row. No other row is changed. The dropped file keeps them.',
  );
  await page.getByRole('button', { name: 'Show these rows' }).press('Enter');
  await page.locator('[data-panel=query] [data-result=rows]').getByText('one', { exact: true }).waitFor();
  expect(await page.locator('[data-panel=query] [data-facts]').textContent()).toContain('1 row');
});

it.each([
  { width: 1280, height: 900, files: 1, shown: '[data-table=t2] button' },
  { width: 390, height: 844, files: 1, shown: '[data-key=run]' },
  { width: 390, height: 844, files: 40, shown: '[data-key=run]' },
])(
  'The first screen holds the answer, the risks, the button and what is next: $width pixels wide, files $files',
  async (at) => {
    const visit = await openPage({ viewport: at });
    const { page } = visit;
    const tables = ['t0', 't1', 't2', 't3', 't4'];
    const content = nativeDatabase(
      tables.map((name) => `CREATE TABLE ${name}(a); INSERT INTO ${name} VALUES (1);`).join(''),
    );
    await visit.pick(
      { name: 'five.db', content },
      { name: '1_gone.sql', content: tables.map((name) => `DELETE FROM ${name};`).join('\n') },
      ...Array.from({ length: at.files - 1 }, (_, more) => ({
        name: `${more + 2}_made.sql`,
        content: `CREATE TABLE more_${more}(a);`,
      })),
    );
    await visit.reach('ready');
    await page.locator('[data-rehearsal=done]').waitFor();
    for (const what of [
      HEADING,
      '[data-problem=takes-data-away]',
      '[data-warning=lost-rows]',
      '[data-key=run]',
      at.shown,
    ]) {
      const box = await page.locator(what).first().boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0), what).toBeLessThan(at.height);
    }
    // What is left out of sight is a press away.
    expect(await page.locator('[data-warning=lost-rows]').count()).toBe(5);
    await page.getByRole('button', { name: 'Show all 5 warnings' }).click();
    await page.locator('[data-warning=lost-rows]').last().waitFor();
  },
);

it('A view has an address: Back leads to the one before, and an address that was sent opens the view', async () => {
  const visit = await openPage();
  const { page } = visit;
  await visit.pick(notes);
  await visit.reach('ready');
  await page.locator('[data-view=work]').click();
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

it('The plan is listed by table, above its statements: with the keyboard alone, what changes in a table, which rows go, and its SQL', async () => {
  const visit = await openPage();
  const { page } = visit;
  const script = {
    name: 'mine.sql',
    content:
      'CREATE TABLE tags(name); ALTER TABLE notes ADD COLUMN body; DELETE FROM notes WHERE id = 1; PRAGMA foreign_keys = 0;',
  };
  await visit.pick(notes, script);
  await visit.reach('ready');
  const table = page.locator('[data-table=notes]');
  await table.getByText('1 of 2 rows deleted').waitFor();
  expect((await table.textContent())?.replace(/\s+/g, ' ').trim()).toBe('› notes +1 column 1 of 2 rows deleted');
  // Whose rows go comes first.
  expect(
    await page.locator('[data-table]').evaluateAll((all) => all.map((one) => one.getAttribute('data-table'))),
  ).toEqual(['notes', 'tags']);

  await table.getByRole('button').focus();
  await page.keyboard.press('Enter');
  const details = page.locator('[data-table-details=notes]');
  await details.getByText('ALTER TABLE notes ADD COLUMN body', { exact: true }).waitFor();
  await details.getByRole('group', { name: 'After' }).getByText('body').waitFor();
  expect(await findViolations(page)).toEqual([]);
  // All statements are there as well, in their order; one that a filter hides is shown to who goes to it.
  expect((await visit.statements()).map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4]);
  await page.locator('[data-count=unchanged]').click();
  expect(await visit.statement(3).isVisible()).toBe(false);
  await details.getByRole('link', { name: 'Statement 3' }).press('Enter');
  await visit.statement(3).waitFor();
  expect(await visit.statement(3).getAttribute('data-loss')).toBe('rows');

  await visit.runToTheEnd();
  await details.waitFor();
});

it('The script is a chip that opens the ways to another: Escape closes them, and the focus is where it was', async () => {
  const visit = await openPage();
  const { page } = visit;
  await visit.pick(notes);
  await visit.reach('ready');
  await visit.replanned();
  const chip = page.locator('[data-script]');
  await chip.focus();
  await page.keyboard.press('Enter');
  expect(await chip.getAttribute('aria-expanded')).toBe('true');
  await page.getByRole('combobox', { name: 'Migration' }).waitFor();
  await page.getByRole('group', { name: 'Choose another script' }).getByRole('button', { name: 'Write SQL' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  expect(await chip.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await chip.getAttribute('aria-expanded')).toBe('false');
  await chip.press('Enter');
  await page.locator('h2').first().click();
  expect(await chip.getAttribute('aria-expanded')).toBe('false');
});

interface Shift {
  readonly value: number;
  readonly what: readonly string[];
}

it.each([
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
])(
  'Nothing, not even late damage, pushes away what is read, from drop to result: $width pixels wide',
  async (viewport) => {
    const visit = await openPage({ viewport });
    const { page } = visit;
    await page.evaluate(() => {
      const shifts: Shift[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, hadRecentInput, sources } = entry as PerformanceEntry & {
            readonly value: number;
            readonly hadRecentInput: boolean;
            readonly sources: readonly { readonly node: Node | null }[];
          };
          // What follows a click at once is what was asked for.
          if (!hadRecentInput) shifts.push({ value, what: sources.map(({ node }) => node?.textContent?.trim() ?? '') });
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const slow =
      'CREATE TABLE n(i); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000) INSERT INTO n SELECT i FROM n;';
    const whole =
      nativeDatabase(`CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT); INSERT INTO notes(title) VALUES ('one'), ('two');
    CREATE TABLE ballast(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO ballast SELECT printf('%030d', i) FROM n;`);
    const damaged = whole.map((byte, at) => (at >= whole.length - 4096 && at < whole.length - 3000 ? 0x55 : byte));
    await visit.drop(
      { name: 'notes.db', content: damaged },
      { name: 'slow.sql', content: `DELETE FROM notes WHERE id = 1; ${slow}` },
    );
    await visit.reach('ready');
    await visit.replanned();
    await page.locator('[data-finding=damaged]').waitFor();
    await visit.runToTheEnd();
    await visit.checked();
    const shifts = await page.evaluate(() => (globalThis as unknown as { readonly shifts: readonly Shift[] }).shifts);
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    expect(sum, JSON.stringify(shifts)).toBeLessThanOrEqual(0.05);
  },
);
