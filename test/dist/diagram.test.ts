// The diagram as a visitor meets it: tables and relations of both sides, by mouse and by keyboard, and as files to keep.
import { describe, expect, it } from 'vitest';
import { amount } from '../amount';
import { nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { countDrawnByTask } from './drawing';
import { LOOKS_OF_VIEW } from './looks';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
/** Tables of a large schema. */
const MANY = amount(100, 300);

async function openDiagram(visit: Visit): Promise<void> {
  await visit.reach('ready');
  await visit.page.locator('nav [data-view=diagram]').click();
  await visit.page.locator('[data-entity]').first().waitFor();
}

/** Opens a database that is made of SQL. */
async function openDatabase(visit: Visit, sql: string): Promise<void> {
  await visit.pick({ name: 'some.db', content: nativeDatabase(sql) });
  await openDiagram(visit);
}

const entity = (visit: Visit, name: string) => visit.page.locator(`[data-entity=${name}]`);

describe('The diagram', () => {
  it('has the tables of each side, and marks in words what the migration adds and alters', async () => {
    // All of them are drawn where all of them are in sight.
    const visit = await openPage({ viewport: { width: 3000, height: 1400 } });
    await visit.openSample('populated');
    await openDiagram(visit);

    expect(await visit.page.locator('[data-entity]').count()).toBe(11);
    const { width = 0 } = (await visit.page.locator('[data-panel=diagram]').boundingBox()) ?? {};
    expect(width).toBeGreaterThan(2800);
    expect(await visit.scrollsSideways()).toBe(false);
    expect(await entity(visit, 'otc_rejects').getAttribute('data-change')).toBe('added');
    expect(await entity(visit, 'otc_raw').getAttribute('aria-label')).toMatch(/^otc_raw, table, altered, 14 columns, /);

    await visit.page.getByText('before', { exact: true }).click();
    await entity(visit, 'otc_rejects').waitFor({ state: 'detached' });
    expect(await visit.page.locator('[data-entity]').count()).toBe(5);
    expect(await visit.page.locator('[data-entity][data-change=same]').count()).toBe(5);
  });

  it('suggests likely relations where none is declared, says so, and leaves them out on demand', async () => {
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

    await visit.page.getByRole('combobox', { name: 'Relations' }).selectOption('foreign keys');
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

    const dimmed = visit.page.locator('[data-line].dimmed');
    await visit.page.keyboard.press('Space');
    await dimmed.first().waitFor();
    await visit.page.keyboard.press('Escape');
    await dimmed.first().waitFor({ state: 'detached' });
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
    await visit.page.locator('[data-level=columns]').check({ force: true });
    await visit.page.getByLabel('Find a table or column').fill('long');
    await visit.page.keyboard.press('Enter');
    const long = entity(visit, 'long');
    await long.locator('[data-more]').filter({ hasText: '… 10 more' }).waitFor();
    await long.press('e');
    await long.locator('[data-more]').filter({ hasText: 'show fewer' }).waitFor();
    expect(await long.locator('text', { hasText: /^c\d+$/ }).count()).toBe(30);

    await long.press('e');
    await long.locator('[data-more]').filter({ hasText: '… 10 more' }).waitFor();
  });

  it('suggests nothing where foreign keys are declared, and tells the columns and actions of the one that is pointed at', async () => {
    const visit = await openPage();
    await openDatabase(
      visit,
      `CREATE TABLE makers(id INTEGER PRIMARY KEY, name); CREATE TABLE owners(id INTEGER PRIMARY KEY);
       CREATE TABLE cars(id INTEGER PRIMARY KEY, owner_id INT, maker_id INT REFERENCES makers(id) ON DELETE CASCADE);`,
    );
    expect(await visit.page.locator('[data-diagram-summary]').textContent()).toContain(
      '1 foreign key, 0 suggested relations',
    );
    await entity(visit, 'cars').hover();
    const told = visit.page.locator('[data-diagram-told]');
    await told.filter({ hasText: 'cars.maker_id → makers.id ON DELETE CASCADE' }).waitFor();
    await visit.page.getByRole('combobox', { name: 'Relations' }).selectOption('and likely ones');
    await visit.page.locator('[data-line=suggested]').waitFor();
  });

  it('draws as much of each table as the window has room for, and more or less of it on demand', async () => {
    const visit = await openPage();
    await openDatabase(
      visit,
      'CREATE TABLE a(id INTEGER PRIMARY KEY, b, c); CREATE TABLE d(a_id REFERENCES a(id), e);',
    );
    const level = visit.page.locator('[data-level]:checked');
    const rows = entity(visit, 'a').locator('.row');
    expect([await level.getAttribute('data-level'), await rows.count()]).toEqual(['columns', 3]);
    await visit.page.locator('[data-level=keys]').check({ force: true });
    await rows.nth(2).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(1);
    await visit.page.locator('[data-level=names]').check({ force: true });
    await rows.first().waitFor({ state: 'detached' });
    await visit.page.getByRole('button', { name: 'Fit' }).click();
    await rows.nth(2).waitFor();
  });

  it('has tables moved by mouse and by keyboard, which stay there while the same is shown, until it is laid out again', async () => {
    const visit = await openPage();
    await openDatabase(visit, 'CREATE TABLE a(id INTEGER PRIMARY KEY, b); CREATE TABLE d(a_id REFERENCES a(id), e);');
    const at = async (name: string) => {
      const { x, y, width, height } = (await entity(visit, name).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      return { x: x + width / 2, y: y + height / 2 };
    };
    const [a, d] = [await at('a'), await at('d')];
    await visit.page.mouse.move(d.x, d.y);
    await visit.page.mouse.down();
    await visit.page.mouse.move(d.x + 100, d.y + 120, { steps: 3 });
    await visit.page.mouse.up();
    const again = visit.page.getByRole('button', { name: 'Lay out again' });
    await again.waitFor();
    const moved = await at('d');
    // To a whole pixel.
    expect(Math.hypot(moved.x - d.x - 100, moved.y - d.y - 120)).toBeLessThan(1.5);
    expect(await at('a')).toEqual(a);
    // It was no click.
    expect(await visit.page.locator('[data-line].dimmed').count()).toBe(0);
    await entity(visit, 'd').press('Shift+ArrowRight');
    await expect.poll(async () => Math.round((await at('d')).x - moved.x)).toBe(40);

    await visit.page.locator('[data-level=names]').check({ force: true });
    await again.waitFor({ state: 'detached' });
    await visit.page.locator('[data-level=columns]').check({ force: true });
    await again.click();
    await again.waitFor({ state: 'detached' });
    const back = await at('d');
    expect(Math.round(back.y - (await at('a')).y)).toBe(Math.round(d.y - a.y));
  });

  it('goes nearer by the wheel with Ctrl, and past what is drawn large shows more of each table', async () => {
    const visit = await openPage();
    await openDatabase(
      visit,
      'CREATE TABLE a(id INTEGER PRIMARY KEY, b, c); CREATE TABLE d(a_id REFERENCES a(id), e);',
    );
    await visit.page.locator('[data-level=names]').check({ force: true });
    await entity(visit, 'a').locator('.row').first().waitFor({ state: 'detached' });
    await entity(visit, 'a').hover();
    await visit.page.mouse.wheel(0, -100);
    await visit.page.keyboard.down('Control');
    for (let turn = 0; turn < 8; turn++) await visit.page.mouse.wheel(0, -120);
    await visit.page.keyboard.up('Control');
    await visit.page.locator('[data-level=keys]:checked').waitFor();
    expect(await entity(visit, 'a').locator('.row').count()).toBe(1);
  });

  it('puts tables into areas by the first word of their names', async () => {
    const visit = await openPage();
    await visit.openSample('populated');
    await openDiagram(visit);
    await visit.page.getByLabel('Areas').selectOption('by first word');
    await visit.page.locator('[data-area=otc]').waitFor({ state: 'attached' });
    expect(await visit.page.locator('[data-area]').count()).toBe(1);
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

    const mermaid = await visit.downloadWith('Save Mermaid');
    expect(mermaid.name).toBe('spine.after.mmd');
    expect(mermaid.bytes.toString('utf8').match(/^ {2}"\w+" \{$/gm)).toHaveLength(11);
    const dbml = await visit.downloadWith('Save DBML');
    expect(dbml.bytes.toString('utf8').match(/^Table "/gm)).toHaveLength(11);
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

  it('is drawn a few at a time, only what is in sight, never too small to be read, and the map goes to the rest', async () => {
    const visit = await openPage();
    await visit.pick({ name: 'many.db', content: nativeDatabase(tables.join('\n')) });
    await visit.reach('ready');
    const takeCounts = await countDrawnByTask(visit, '[data-entity]');
    await visit.page.locator('nav [data-view=diagram]').click();
    const map = visit.page.locator('[data-diagram-map]');
    await map.waitFor();
    expect(await visit.page.locator('[data-diagram-summary]').textContent()).toContain(`${MANY - 1} foreign keys`);
    expect(await map.locator('.table').count()).toBe(MANY);
    const inSight = await visit.page.locator('[data-entity]').count();
    expect(inSight).toBeLessThan(MANY);
    expect(Math.max(...(await takeCounts()))).toBeLessThanOrEqual(AT_ONCE);
    const size = await visit.page
      .locator('[data-entity] .name')
      .first()
      .evaluate((text) => (text as SVGTextElement).getBoundingClientRect().height);
    expect(size).toBeGreaterThanOrEqual(11);

    const first = await visit.page.locator('[data-entity]').first().getAttribute('data-entity');
    const box = await map.boundingBox();
    if (!box) throw new Error('The map has no place');
    await map.click({ position: { x: box.width - 3, y: box.height - 3 } });
    await visit.page.locator(`[data-entity=${first}][tabindex="-1"]`).waitFor({ state: 'detached' });
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
