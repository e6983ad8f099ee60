// Long scripts and large schemas on the built page: nothing is drawn in one long task, all is there in the end.
import { expect, it, vi } from 'vitest';
import { amount } from '../amount';
import { nativeDatabase } from '../databases';
import { countDrawnByTask } from './drawing';
import type { TabOptions } from './tab';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
/** The long lists make these tests longer than others. */
vi.setConfig({ testTimeout: 120_000 });

/** Rows that are drawn, changed or taken away together with the change that brings that about. */
const AT_ONCE = 60;
/** Rows of a slice that has to end as soon as it looks at the clock. */
const IN_A_SLICE = 20;

const small = { name: 'small.db', content: nativeDatabase('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);') };
/** 5,000 statements in the long run: of every fifty, one makes a table, three add a column and the others insert a row. */
const STATEMENTS = Array.from({ length: amount(1200, 5000) }, (_, at) => {
  const table = `new_${at - (at % 50)}`;
  if (at % 50 === 0) return `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, name TEXT)`;
  if (at % 50 < 4) return `ALTER TABLE ${table} ADD COLUMN c${at} INTEGER DEFAULT ${at}`;
  return `INSERT INTO ${table}(name) VALUES ('row ${at}')`;
});
const mixed = { name: 'mixed.sql', content: STATEMENTS.join(';\n') };

/** Opens the page on a machine on which whatever is drawn seems to take a second: every slice ends as early as it can. */
async function openSlowly(options?: TabOptions): Promise<Visit> {
  const visit = await openPage(options);
  visit.page.setDefaultTimeout(60_000);
  await visit.page.evaluate(() => {
    let now = 0;
    performance.now = () => (now += 1000);
  });
  return visit;
}

/** Waits until the lists are as they are wanted. */
async function settle(visit: Visit): Promise<void> {
  await visit.page.locator('[role=list][aria-busy=true]').first().waitFor({ state: 'detached' });
}

/** Has the link to the failing statement pressed as soon as it is there; tells whether the statement was there too. */
function pressLinkAtOnce(visit: Visit, id: string): Promise<string> {
  return visit.page.evaluate(
    (wanted) =>
      new Promise<string>((resolve) => {
        const observer = new MutationObserver(() => {
          const link = document.querySelector<HTMLElement>('[data-obstacle] a');
          if (!link) return;
          observer.disconnect();
          resolve(document.getElementById(wanted) ? 'after it was drawn' : 'before it was drawn');
          link.click();
        });
        observer.observe(document.body, { subtree: true, childList: true });
      }),
    id,
  );
}

it('A script of thousands of statements is planned and run without a task that draws more than a few of them', async () => {
  const visit = await openSlowly();
  const takeCounts = await countDrawnByTask(visit, '[data-statement]');

  await visit.drop(small, mixed);
  await visit.reach('ready');
  await settle(visit);
  const drawn = await takeCounts();
  expect(drawn[0]).toBe(AT_ONCE);
  expect(Math.max(...drawn.slice(1))).toBe(IN_A_SLICE);
  const planned = await visit.statements();
  expect(planned).toEqual(STATEMENTS.map((_, at) => ({ ordinal: at + 1, verdict: 'applied', drift: false })));
  const headlines = await visit.page.locator('.headline').evaluateAll((all) => all.map((code) => code.textContent));
  expect(headlines).toEqual(STATEMENTS);

  await visit.runToTheEnd();
  await settle(visit);
  expect(Math.max(...(await takeCounts()))).toBeLessThanOrEqual(AT_ONCE);
  expect(await visit.statements()).toEqual(planned);
});

it('A database of 1,000 tables is shown without a task that draws more than a few of them', async () => {
  const tables = Array.from({ length: 1000 }, (_, at) => `CREATE TABLE t${at}(id INTEGER PRIMARY KEY, a, b TEXT);`);
  const content = nativeDatabase(`BEGIN; ${tables.join('\n')} COMMIT;`);
  const visit = await openSlowly();
  const takeCounts = await countDrawnByTask(visit, '[data-relation]');

  await visit.drop({ name: 'many.db', content }, { name: 'one.sql', content: 'ALTER TABLE t999 ADD COLUMN c;' });
  await visit.reach('ready');
  await settle(visit);

  expect(Math.max(...(await takeCounts()))).toBe(IN_A_SLICE);
  const shown = await visit.page
    .locator('[data-relation]')
    .evaluateAll((all) => all.map((row) => [row.getAttribute('data-relation'), row.getAttribute('data-change')]));
  expect(shown).toEqual(tables.map((_, at) => [`t${at}`, at === 999 ? 'altered' : 'same']));
});

it('The link to a failing statement leads to it before it is drawn, and while a filter hides it', async () => {
  const visit = await openSlowly();
  const inserts = STATEMENTS.slice(0, 900).map((_, at) => `INSERT INTO t(b) VALUES (${at})`);
  const failing = [...inserts, 'INSERT INTO nowhere VALUES (1)', ...inserts];
  const pressed = pressLinkAtOnce(visit, 'statement-901');
  await visit.drop(small, { name: 'failing.sql', content: failing.join(';\n') });
  await visit.reach('ready');
  const failed = visit.page.locator('#statement-901');
  const isInView = (): Promise<boolean> =>
    failed.evaluate((row) => {
      const { top, height } = row.getBoundingClientRect();
      return height > 0 && top >= 0 && top < innerHeight;
    });

  expect(await pressed).toBe('before it was drawn');
  await expect.poll(isInView, { timeout: 20_000 }).toBe(true);
  await settle(visit);
  expect(await isInView()).toBe(true);

  await visit.page.evaluate(() => window.scrollTo(0, 0));
  await visit.page.locator('[data-count=applied]').click();
  await settle(visit);
  expect(await failed.isVisible()).toBe(false);
  await visit.page.locator('[data-obstacle] a').click();
  await expect.poll(isInView, { timeout: 20_000 }).toBe(true);
  expect(await failed.isVisible()).toBe(true);
});

it('What is read stays where it is in the window while the list above it grows', async () => {
  const visit = await openSlowly({ viewport: { width: 800, height: 700 } });
  await visit.drop(small, { name: 'mixed.sql', content: STATEMENTS.slice(0, 2000).join(';\n') });
  await visit.reach('ready');
  // On a narrow screen the schema stands below the statements.
  const schema = visit.page.getByRole('heading', { name: 'Schema' });
  const before = await schema.evaluate((heading) => {
    heading.scrollIntoView();
    return heading.getBoundingClientRect().top;
  });

  await settle(visit);

  const after = await schema.evaluate((heading) => heading.getBoundingClientRect().top);
  expect(Math.abs(after - before)).toBeLessThan(5);
});
