// The page for everybody: with the keyboard alone, on a narrow screen, in light and in dark.
import { describe, expect, it } from 'vitest';
import { amount } from '../amount';
import { askNative } from '../databases';
import { receiveVisits, type Visit } from './visit';

const openPage = receiveVisits();

/** Presses Tab until the focus is on what `wanted` finds; fails where the focus goes round without meeting it. */
async function tabTo(visit: Visit, wanted: string): Promise<void> {
  const met: string[] = [];
  while (met.length < 150) {
    await visit.page.keyboard.press('Tab');
    const focused = visit.page.locator(':focus');
    if ((await focused.and(visit.page.locator(wanted)).count()) > 0) return;
    met.push(
      (await focused.count()) === 0 ? 'nothing' : await focused.evaluate((element) => element.outerHTML.slice(0, 60)),
    );
  }
  throw new Error(`Tab never came to ${wanted}, only to ${met.join('\n')}`);
}

describe('With the keyboard alone', () => {
  it('a sample is opened, run and downloaded, and a screen reader is told when it can go on', async () => {
    const visit = await openPage();
    const status = visit.page.getByRole('status');
    await visit.page.keyboard.press('Tab');
    const focused = visit.page.locator(':focus');
    expect(await focused.and(visit.page.getByLabel('Open a SQLite file')).count()).toBe(1);

    await tabTo(visit, '[data-sample=upgraded]');
    await visit.page.keyboard.press('Enter');
    await visit.reach('ready');
    expect(await status.textContent()).toContain('The plan is ready.');
    await tabTo(visit, 'button:text-is("Run migration")');
    await visit.page.keyboard.press('Enter');
    await visit.reach('done');
    expect(await status.textContent()).toContain('The migration ran.');
    await tabTo(visit, 'button:text-is("Download upgraded database")');
    const { name, bytes } = await visit.downloadBy(() => visit.page.keyboard.press('Enter'));

    expect(name).toBe('spine-upgraded.upgraded.db');
    expect(askNative(bytes, 'PRAGMA integrity_check;')).toBe('ok');
    expect(await visit.page.getByRole('list', { name: 'Checks of the result' }).count()).toBe(1);
    expect(await visit.page.getByRole('list', { name: 'Statements' }).count()).toBe(1);
  });
});

// What is how wide does not depend on the colours: one of them, and the background, in the short run.
describe.each((['dark', 'light'] as const).slice(0, amount(1, 2)))(
  'In %s on a screen 360 pixels wide',
  (colorScheme) => {
    it('nothing has to be scrolled sideways, from the first look to the proofs', async () => {
      const visit = await openPage({ colorScheme, viewport: { width: 360, height: 740 } });
      expect(await visit.scrollsSideways()).toBe(false);

      await visit.openSample('narrow');
      await visit.reach('ready');
      await visit.page.locator('[data-verdict=adapted] summary').first().click();
      await visit.page.locator('[data-relation=otc_raw] summary').first().click();
      expect(await visit.scrollsSideways()).toBe(false);

      await visit.runToTheEnd();
      await visit.page.locator('[data-passed-checks]').click();
      await visit.page.locator('[data-proof=content] summary').click();
      expect(await visit.scrollsSideways()).toBe(false);
      const background = await visit.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [brightest = 0] = (background.match(/\d+/g) ?? []).map(Number).sort((a, b) => b - a);
      expect(brightest > 128).toBe(colorScheme === 'light');

      await visit.page.getByRole('button', { name: 'Back to the plan' }).click();
      await visit.reach('ready');
      await visit.openScripts();
      await visit.useScript({
        name: '2026_rebuild_customer_subscription_history.sql',
        content: 'CREATE TABLE later(a);',
      });
      await visit.replanned();
      await visit.runToTheEnd();
      expect(await visit.scrollsSideways()).toBe(false);
    });
  },
);
