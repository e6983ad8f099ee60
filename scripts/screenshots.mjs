// Takes pictures of the built page in its states, light and dark, narrow and wide, into docs/screenshots. README.md and docs/guide.md
// show some of them, by their names. A word as argument (`light`, `wide`) takes only those with the word in their names.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import initSqlJs from 'sql.js';
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

const { Database } = await initSqlJs();
/** @param {string} name @param {string} sql */
function databaseOf(name, sql) {
  const database = new Database();
  database.run(sql);
  return { name, mimeType: '', buffer: Buffer.from(database.export()) };
}
/** @param {string} name @param {string} text */
const scriptOf = (name, text) => ({ name, mimeType: '', buffer: Buffer.from(text) });
const SHOP = `CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id), total REAL);
  INSERT INTO customers VALUES (1, 'Ann', 'IE'), (2, 'Bo', 'SE'), (3, 'Cy', 'SE');
  INSERT INTO orders VALUES (1, 1, 9.5), (2, 2, 12), (3, 3, 4);`;
const shop = databaseOf('shop.db', SHOP);
const steps = [
  scriptOf('1_phone.sql', 'ALTER TABLE customers ADD COLUMN phone TEXT;'),
  scriptOf('2_tags.sql', 'CREATE TABLE tags(id INTEGER PRIMARY KEY, name TEXT);'),
  scriptOf('3_by_customer.sql', 'CREATE INDEX orders_by_customer ON orders(customer_id);'),
];
const target = databaseOf(
  'wanted.db',
  `${SHOP} ALTER TABLE customers RENAME COLUMN country TO land; CREATE TABLE tags(name);`,
);

/**
 * By state of the user's own file: what is dropped, and what is there when the state has come.
 * @type {Record<string, { files: readonly ReturnType<typeof scriptOf>[], come: string }>}
 */
const own = {
  'no-migration': { files: [shop], come: '[data-panel=schema] [data-shown]' },
  folder: { files: [shop, ...steps], come: '[data-rehearsal=done]' },
  many: {
    files: [shop, databaseOf('other.db', SHOP), databaseOf('empty.db', 'CREATE TABLE t(a);'), ...steps],
    come: '[data-batch=ready]',
  },
  blocked: {
    files: [shop, scriptOf('unique.sql', 'CREATE UNIQUE INDEX one ON customers(country);')],
    come: '[data-obstacle]',
  },
  loss: {
    files: [shop, scriptOf('remove.sql', "DELETE FROM customers WHERE country = 'SE';")],
    come: '[data-rehearsal=done]',
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
  await page.evaluate(() => scrollTo(0, 0));
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
  for (const [state, { files, come }] of Object.entries(own)) {
    await page.goto(address);
    await page.getByLabel('Open a SQLite file').setInputFiles([...files]);
    await page.locator(come).first().waitFor();
    await picture(state, false);
  }
  // The last of them is run: a check fails, since orders stay without their customers.
  await page.getByRole('button', { name: 'Run migration' }).click();
  await page.locator('main[data-state=done]').waitFor();
  await page.locator('[data-check-state=waiting], [data-check-state=running]').first().waitFor({ state: 'detached' });
  await picture('withheld', false);
  await page.locator('[data-view=compare]').click();
  await page.getByLabel('Open a target').setInputFiles(target);
  await page.locator('[data-question]').first().waitFor();
  await picture('compare', false);
  await page.close();
}

await browser.close();
await server.close();
