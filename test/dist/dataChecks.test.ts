// The data checks that a migration brings along, as a visitor meets them: before and after, with the rows to blame.
import { describe, expect, it } from 'vitest';
import { askNative, migrationFile, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);

async function openChecks(visit: Visit, offered = true): Promise<void> {
  if (offered) await visit.page.locator('nav [data-view=checks]').click();
  else await visit.page.evaluate(() => (location.hash = '#checks'));
  await visit.page.locator('[data-datacheck]').first().waitFor();
  await visit.page.getByRole('button', { name: 'Run again' }).waitFor();
}

/** What each check came to, as `before after`. */
async function words(visit: Visit): Promise<Readonly<Record<string, string>>> {
  const all = await visit.page
    .locator('[data-datacheck]')
    .evaluateAll((elements) =>
      elements.map((element) => [
        element.getAttribute('data-datacheck') ?? '',
        `${element.getAttribute('data-before') ?? 'not run'}, ${element.getAttribute('data-after') ?? 'not run'}`,
      ]),
    );
  return Object.fromEntries(all) as Readonly<Record<string, string>>;
}

const NAMES = [
  'no_negative_volumes',
  'no_negative_trades',
  'no_duplicate_natural_keys',
  'market_share_sum_100',
  'symbol_count_positive',
  'venue_count_positive',
  'rolling_window_complete',
];

describe('The checks of migration 021', () => {
  it('run on the database before, and on the result as soon as there is one', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await visit.reach('ready');
    await openChecks(visit);
    const expected = (after: string) =>
      Object.fromEntries(
        NAMES.map((name) => [name, `${name === 'rolling_window_complete' ? 'WARN' : 'PASS'}, ${after}`]),
      );
    expect(await words(visit)).toEqual(expected('not run'));

    await visit.page.locator('nav [data-view=work]').click();
    await visit.runToTheEnd();
    await openChecks(visit);
    expect(await words(visit)).toEqual({ ...expected('PASS'), rolling_window_complete: 'WARN, WARN' });
    expect(await visit.page.locator('[data-checks-summary]').textContent()).toBe(
      'Before: 1 warned, 6 passed. After: 1 warned, 6 passed.',
    );
  });

  it('show what is wrong with a damaged database, with the very rows that sqlite3 gives', async () => {
    const bytes = nativeDatabase(
      `${migrationFile('samples/otc-base.sql')}
       UPDATE otc_venue_volume SET share_volume = -3 WHERE id <= 150;
       UPDATE otc_venue_share SET market_share_pct = '7.5' WHERE id = 1;`,
    );
    const visit = await openPage();
    await visit.pick({ name: 'damaged.db', content: bytes });
    await visit.reach('ready');
    await openChecks(visit);
    const shown = await words(visit);
    expect([shown.no_negative_volumes, shown.market_share_sum_100]).toEqual(['FAIL, not run', 'FAIL, not run']);

    const check = visit.page.locator('[data-datacheck=no_negative_volumes]');
    await check.locator('summary').click();
    const part = check.locator('[data-part=venue]');
    await part.locator('[data-blame=before]').click();
    const rows = part.locator('[data-offending=before] tbody tr');
    await rows.first().waitFor();
    expect(await part.locator('[data-offending] p').textContent()).toContain(
      '150 rows, of which the first 100 are shown',
    );
    const texts = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent).join('|')),
    );
    const sql = `SELECT week_ending, tier, symbol, mpid, share_volume FROM otc_venue_volume WHERE share_volume < 0
                 ORDER BY week_ending, tier LIMIT 100`;
    expect(texts.toSorted()).toEqual(askNative(bytes, sql).split('\n').toSorted());
  });

  it('are not applicable to a database of something else, and say what it lacks', async () => {
    const visit = await openPage();
    await visit.pick({ name: 'cats.db', content: nativeDatabase('CREATE TABLE cats(name);') });
    await visit.reach('ready');
    await visit.replanned();
    await visit.page.locator('nav [data-view=checks]').waitFor({ state: 'detached' });
    await openChecks(visit, false);
    expect(new Set(Object.values(await words(visit)))).toEqual(new Set(['not applicable, not applicable']));
    expect(await visit.page.locator('[data-datacheck=no_negative_volumes]').textContent()).toContain(
      'Not applicable: there is no table otc_raw.',
    );
  });

  it('and the codes that its tables may hold are explained, with a way to the table', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await visit.reach('ready');
    await openChecks(visit);
    const reasons = visit.page.locator('[data-reference=rejection-reasons]');
    expect(await reasons.locator('tbody tr').count()).toBe(10);
    expect(await reasons.locator('tr', { hasText: 'NOT_FRIDAY' }).textContent()).toMatch(/INGEST.*not a Friday/);
    expect(await visit.page.locator('[data-reference=quality-checks] tbody tr').count()).toBe(7);
    await reasons.getByRole('button', { name: 'Show the table' }).click();
    await visit.page.locator('nav [data-view=schema][aria-current=page]').waitFor();
  });
});

it('A script of the user’s own brings no checks: the view is not offered, and says so where its address is followed', async () => {
  const visit = await openPage();
  await visit.openSample('populated');
  await visit.reach('ready');
  await visit.useScript({ name: 'mine.sql', content: 'CREATE TABLE mine(x);' });
  await visit.replanned();
  await visit.page.locator('nav [data-view=checks]').waitFor({ state: 'detached' });
  await visit.page.evaluate(() => (location.hash = '#checks'));
  expect(await visit.page.locator('[data-no-checks]').textContent()).toContain('mine.sql is a script of your own');
});

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide', (look) => {
  it('axe finds nothing, and nothing has to be scrolled sideways', async () => {
    const visit = await openPage(look);
    await visit.openSample('populated');
    await visit.reach('ready');
    await openChecks(visit);
    const check = visit.page.locator('[data-datacheck=rolling_window_complete]');
    await check.locator('summary').click();
    await check.locator('[data-blame=before]').click();
    await check.locator('[data-offending] tbody tr').first().waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});
