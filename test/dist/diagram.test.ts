// The diagram as a visitor meets it: tables and relations of both sides, by mouse and by keyboard, and as files to keep.
import { describe, expect, it } from 'vitest';
import { amount } from '../amount';
import { askNative } from '../databases';
import { findViolations } from './axe';
import { countDrawnByTask } from './drawing';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, type Visit } from './visit';

const openPage = receiveVisits();
/** Tables of a large schema. */
const MANY = amount(150, 300);

async function openDiagram(visit: Visit): Promise<void> {
  await visit.reach('ready');
  await visit.page.locator('nav [data-view=diagram]').click();
  await visit.page.locator('[data-entity]').first().waitFor();
}

const entity = (visit: Visit, name: string) => visit.page.locator(`[data-entity=${name}]`);

describe('The diagram', () => {
  it('has the tables of each side, and marks in words what the migration adds and alters', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await openDiagram(visit);

    expect(await visit.page.locator('[data-entity]').count()).toBe(11);
    expect(await entity(visit, 'otc_rejects').getAttribute('data-change')).toBe('added');
    expect(await entity(visit, 'otc_raw').getAttribute('aria-label')).toMatch(/^otc_raw, table, altered, 14 columns, /);

    await visit.page.getByText('before', { exact: true }).click();
    await entity(visit, 'otc_rejects').waitFor({ state: 'detached' });
    expect(await visit.page.locator('[data-entity]').count()).toBe(5);
    expect(await visit.page.locator('[data-entity][data-change=same]').count()).toBe(5);
  });

  it('suggests relations that nobody declared, says so, and leaves them out on demand', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await openDiagram(visit);
    const summary = visit.page.locator('[data-diagram-summary]');
    const [, number = ''] = /0 foreign keys, (\d+) suggested/.exec((await summary.textContent()) ?? '') ?? [];

    await visit.page.getByText('Relations as a list').click();
    const items = visit.page.locator('[data-relation-item=suggested]');
    await items.nth(Number(number) - 1).waitFor();
    expect(await items.count()).toBe(Number(number));
    expect(await items.filter({ hasText: 'otc_rejects.execution_id' }).textContent()).toMatch(
      /executions\.id.*suggested/,
    );

    await visit.page.getByLabel('Suggested relations').uncheck();
    await summary.filter({ hasText: '0 suggested' }).waitFor();
    expect(await visit.page.locator('[data-line]').count()).toBe(0);
  });

  it('is read and walked through by the keyboard alone', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await openDiagram(visit);
    const focused = visit.page.locator(':focus');
    await visit.page.locator('[data-entity][tabindex="0"]').focus();

    await visit.page.keyboard.press('End');
    const last = await focused.getAttribute('data-entity');
    await visit.page.keyboard.press('Home');
    const first = await focused.getAttribute('data-entity');
    expect(first).not.toBe(last);
    await visit.page.keyboard.press('ArrowRight');
    const next = await focused.getAttribute('data-entity');
    expect(next).not.toBe(first);

    await visit.page.keyboard.press('Space');
    expect(await focused.getAttribute('aria-pressed')).toBe('true');
    await visit.page.keyboard.press('Escape');
    expect(await focused.getAttribute('aria-pressed')).toBe('false');
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('nav [data-view=schema][aria-current=page]').waitFor();
  });

  it('shows all columns of a long table when asked', async () => {
    const visit = await openPage({ viewport: { width: 1700, height: 1400 } });
    await visit.openSample('populated');
    await visit.reach('ready');
    const columns = Array.from({ length: 30 }, (_, at) => `c${at}`).join(', ');
    await visit.useScript({ name: 'long.sql', content: `CREATE TABLE long(${columns});` });
    await visit.replanned();
    await openDiagram(visit);
    const long = entity(visit, 'long');
    await long.locator('[data-more]').filter({ hasText: '… 18 more' }).waitFor();
    await long.locator('[data-more]').click();
    await long.locator('[data-more]').filter({ hasText: 'show fewer' }).waitFor();
    expect(await long.locator('text', { hasText: /^c\d+$/ }).count()).toBe(30);

    await long.press('e');
    await long.locator('[data-more]').filter({ hasText: '… 18 more' }).waitFor();
  });

  it('is kept as an SVG that stands alone, and as a PNG of twice its size', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await openDiagram(visit);
    const svg = await visit.downloadWith('Save SVG');
    expect(svg.name).toBe('spine.after.svg');
    const text = svg.bytes.toString('utf8');
    expect(text).not.toMatch(/url\((?!#)|href|@import|<script/);
    // A page of its own: by the policy of the built one, no text may be parsed in it.
    const reader = await visit.page.context().newPage();
    const read = await reader.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
      const texts = [...parsed.querySelectorAll('.name')].map((element) => element.textContent);
      return { wrong: parsed.querySelector('parsererror')?.textContent ?? null, texts };
    }, text);
    await reader.close();
    expect(read.wrong).toBeNull();
    expect(read.texts).toHaveLength(11);

    const [, width = ''] = /width="([\d.]+)"/.exec(text) ?? [];
    const png = await visit.downloadWith('Save PNG');
    expect(png.name).toBe('spine.after.png');
    expect(png.bytes.readUInt32BE(16)).toBe(Math.round(Math.round(Number(width)) * 2));
  });

  it('takes names for what they are: none is markup', async () => {
    const visit = await openPage();
    const name = `<img src=x onerror=alert(1)>&"'`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await visit.openSample('populated');
    await visit.reach('ready');
    // A sample brings its own script along.
    await visit.useScript({ name: 'odd.sql', content: `CREATE TABLE ${quoted} (${quoted} TEXT);` });
    await visit.replanned();
    await openDiagram(visit);
    expect(await visit.page.locator('[data-entity] img, [data-entity] image').count()).toBe(0);
    const svg = await visit.downloadWith('Save SVG');
    expect(svg.bytes.toString('utf8')).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;');
  });
});

describe('A schema of hundreds of tables', () => {
  /** Tables that are drawn together. */
  const AT_ONCE = 60;
  const tables = Array.from({ length: MANY }, (_, at) => {
    const columns = Array.from({ length: 14 }, (_column, column) => `column_${column} TEXT`).join(', ');
    const parent = at === 0 ? '' : `, parent INTEGER REFERENCES table_${Math.floor((at - 1) / 3)}(id)`;
    return `CREATE TABLE table_${at}(id INTEGER PRIMARY KEY, ${columns}${parent});`;
  });

  it('is drawn a few at a time, and only what is in sight', async () => {
    const visit = await openPage();
    const path = `${visit.folder}/many.db`;
    expect(askNative(new Uint8Array(), `${tables.join('\n')}\nVACUUM INTO '${path}';`)).toBe('');
    await visit.page.getByLabel('Open a SQLite file').setInputFiles([path]);
    await visit.reach('ready');
    const takeCounts = await countDrawnByTask(visit, '[data-entity]');
    await visit.page.locator('nav [data-view=diagram]').click();
    await visit.page
      .locator('[data-entity]')
      .nth(MANY - 1)
      .waitFor();
    expect(await visit.page.locator('[data-diagram-summary]').textContent()).toContain(`${MANY - 1} foreign keys`);
    const drawn = await takeCounts();
    expect(drawn.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(MANY);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(AT_ONCE);

    // What is out of sight is not drawn, and so not moved.
    await visit.page.getByRole('button', { name: 'Larger' }).click({ clickCount: 4, delay: 60 });
    await visit.page.locator('[data-entity]').nth(AT_ONCE).waitFor({ state: 'detached' });
    await visit.page.getByRole('button', { name: 'Fit' }).click();
    await visit.page
      .locator('[data-entity]')
      .nth(MANY - 1)
      .waitFor();
  });
});

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide', (look) => {
  it('axe finds nothing, and nothing has to be scrolled sideways', async () => {
    const visit = await openPage(look);
    await visit.openSample('populated');
    await openDiagram(visit);
    await visit.page.getByText('Relations as a list').click();
    await visit.page.locator('[data-relation-item]').first().waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});
