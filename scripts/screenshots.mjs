// Takes pictures of the built page in its states, light and dark, narrow and wide, into docs/screenshots. README.md and docs/guide.md
// show some of them, by their names. A word as argument (`light`, `wide`) takes only those with the word in their names.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { preview } from 'vite';
import { chromiumArguments, findChromium } from './chromium.mjs';

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const looks = /** @type {const} */ ([
  { name: 'light-wide', colorScheme: 'light', viewport: { width: 1360, height: 900 } },
  { name: 'dark-wide', colorScheme: 'dark', viewport: { width: 1360, height: 900 } },
  { name: 'light-narrow', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'dark-narrow', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
]);
const only = process.argv[2];

/**
 * By view: brings it to the state that the picture is of, and waits until it has come.
 * @satisfies {Record<string, (panel: import('playwright').Locator) => Promise<void>>}
 */
const filled = {
  schema: async (panel) => {
    await panel.locator('[data-mode=changes]').click();
    // What SQLite makes of the columns comes after their names.
    await panel.locator('[data-shown]').getByText('BINARY').first().waitFor();
  },
  diagram: (panel) => panel.locator('[data-entity]').first().waitFor(),
  data: (panel) => panel.locator('[data-place="0 0"]').waitFor(),
  query: async (panel) => {
    await panel.getByRole('button', { name: 'Run' }).click();
    await panel.locator('[data-place="0 0"]').waitFor();
  },
  checks: async (panel) => {
    await panel.locator('[data-datacheck]').first().waitFor();
    await panel.locator('[data-before=waiting], [data-before=running]').first().waitFor({ state: 'detached' });
  },
};

const server = await preview({ preview: { port: 0, host: '127.0.0.1' }, logLevel: 'warn' });
const address = server.resolvedUrls?.local[0];
const executablePath = findChromium();
if (address === undefined || executablePath === null)
  throw new Error('There is no server or no Chromium to take pictures with');
const browser = await chromium.launch({ executablePath, args: chromiumArguments });
mkdirSync(folder, { recursive: true });

for (const { name, ...look } of looks) {
  if (only !== undefined && !name.includes(only)) continue;
  const page = await browser.newPage({ ...look, reducedMotion: 'reduce' });
  /** @param {string} state @param {boolean} fullPage */
  const picture = async (state, fullPage = true) => {
    await page.screenshot({ path: `${folder}${state}-${name}.png`, fullPage });
  };
  await page.goto(address);
  await page.locator('[data-sample]').first().waitFor();
  await picture('empty');
  await page.locator('[data-sample]').first().click();
  await page.locator('main[data-state=ready]').waitFor();
  await page.locator('[data-fact][aria-busy=true]').waitFor({ state: 'detached' });
  await page.locator('[data-relation=otc_week_manifest] summary').first().click();
  await page.locator('[data-rehearsal=done]').waitFor();
  await page.locator('[data-check=sha256-input][data-check-state=made]').waitFor({ state: 'attached' });
  await picture('plan', false);
  await page.locator('[data-verdict=adapted] summary').first().click();
  await page.locator('[data-drift] summary').first().click();
  await picture('plan-whole');
  for (const view of /** @type {(keyof typeof filled)[]} */ (Object.keys(filled))) {
    await page.locator(`[data-view=${view}]`).click();
    await page.locator(`[data-panel=${view}]`).getByText('Opening …').waitFor({ state: 'detached' });
    await page.waitForLoadState('networkidle');
    await filled[view](page.locator(`[data-panel=${view}]`));
    await picture(view === 'schema' ? 'schema-changes' : view, false);
  }
  await page.locator('[data-view=work]').click();
  await page.getByRole('button', { name: 'Run migration' }).click();
  await page.locator('main[data-state=done]').waitFor();
  await page.locator('[data-check-state=waiting], [data-check-state=running]').first().waitFor({ state: 'detached' });
  await page.evaluate(() => scrollTo(0, 0));
  await picture('result', false);
  await page.getByRole('button', { name: 'Open another file' }).click();
  await page.getByLabel('Open a SQLite file').setInputFiles({
    name: 'backup.db.gz',
    mimeType: 'application/gzip',
    buffer: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  });
  await page.locator('main[data-state=refused]').waitFor();
  await picture('refused', false);
  await page.close();
}

await browser.close();
await server.close();
