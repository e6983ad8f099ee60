// What gets into the page: names, comments, defaults and values of a database, and of a script, are shown and never run.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { nativeContents } from '../fixtures/contents';
import { FILE, HOSTILE, literal, name, openHostile, unfold, watchMarkup, whatCameAlive } from './hostile';
import { lookEverywhere, openView } from './session';
import { receiveVisits, type Visit } from './visit';

const openPage = receiveVisits();
vi.setConfig({ testTimeout: 120_000 });

const comment = (text: string): string => `/* ${text} */`;
const FIRST = HOSTILE[0] ?? '';

const database = nativeDatabase(
  HOSTILE.map((text, at) => {
    const parent = name(HOSTILE[at - 1] ?? text);
    return `CREATE TABLE ${name(text)}( ${comment(text)}
        ${name(text)} TEXT DEFAULT ${literal(text)} COLLATE NOCASE, -- a column
        id INTEGER PRIMARY KEY REFERENCES ${parent}(id), "check ${text.replaceAll('"', '""')}" TEXT
        CONSTRAINT ${name(`fits ${text}`)} CHECK (id <> ${literal(text)}));
      INSERT INTO ${name(text)} VALUES (${literal(text)}, 1, NULL), (x'00' || ${literal(text)}, 2, ${literal(text)});
      CREATE INDEX ${name(`index ${text}`)} ON ${name(text)}(${name(text)});
      CREATE VIEW ${name(`view ${text}`)} AS SELECT ${name(text)} AS ${name(`as ${text}`)} FROM ${name(text)};
      CREATE TRIGGER ${name(`trigger ${text}`)} AFTER DELETE ON ${name(text)} BEGIN SELECT ${literal(text)}; END;`;
  }).join('\n'),
);

const script = HOSTILE.map(
  (text) => `-- ${text}
    ALTER TABLE ${name(text)} ADD COLUMN ${name(`new ${text}`)} TEXT DEFAULT ${literal(text)}; ${comment(text)}
    CREATE TABLE ${name(`made ${text}`)}(${name(text)} TEXT NOT NULL DEFAULT ${literal(text)}); -- ${text}
    CREATE UNIQUE INDEX ${name(`unique ${text}`)} ON ${name(text)}(${name(text)}, id);
    UPDATE ${name(text)} SET ${name(`new ${text}`)} = ${literal(text)} WHERE id = 2;
    DELETE FROM ${name(text)} WHERE id = 1;`,
).join('\n');

describe('A database and a script that are hostile all over', () => {
  it('are shown in every view, upgraded and taken home, and nothing of them is taken for markup or run', async () => {
    const { visit, dialogs } = await openHostile(
      openPage,
      { name: `${FILE}.db`, content: database },
      { name: `${FILE}.sql`, content: script },
    );
    const { page } = visit;
    await visit.reach('ready');
    await visit.statement(5).waitFor();
    expect(await page.locator('#file-name').textContent()).toBe(`${FILE}.db`);
    await unfold(visit);
    await unfold(visit);
    expect(await page.locator('aside [data-relation]').first().textContent()).toContain(FIRST);
    const saved = await lookEverywhere(visit, `SELECT ${name(FIRST)}, ${literal(FIRST)} FROM ${name(FIRST)}`);
    expect(saved.queried?.bytes.toString('utf8')).toContain(FIRST.replaceAll('"', '""'));
    expect(await markupOf(visit, saved.svg?.bytes.toString('utf8') ?? '')).toEqual([]);

    await openView(visit, 'schema');
    for (const entry of await page.locator('[data-entry]').all()) {
      await entry.click();
      await page.locator('[data-shown]').waitFor();
    }
    // The one that is shown last is the one whose rows are looked at next; others have none.
    await page.locator(`[data-entry=${JSON.stringify(FIRST)}]`).click();
    await openView(visit, 'query');
    await queryFails(visit, `SELECT * FROM ${name(`no ${FIRST}`)}`, `no such table: no ${FIRST}`);
    await openView(visit, 'work');
    expect(await page.evaluate(whatCameAlive)).toEqual([]);

    const native = await visit.downloadWith('SQL for the sqlite3 command');
    for (const box of await page.locator('main input[type=checkbox][required], [data-consent] input').all())
      await box.check();
    await visit.runToTheEnd();
    await visit.checked();
    expect((await visit.proofs()).filter(({ result }) => result === 'fail' || result === 'error')).toEqual([]);
    await unfold(visit);
    await lookEverywhere(visit, `SELECT ${name(`new ${FIRST}`)} FROM ${name(FIRST)}`);
    const result = await visit.downloadWith('Download upgraded database');
    const report = await visit.downloadWith('Download report');
    expect(result.name + report.name + native.name).not.toMatch(/[<>"/\u202E]/);
    expect(JSON.stringify(JSON.parse(report.bytes.toString('utf8')))).toContain(JSON.stringify(FIRST).slice(1, -1));
    expect(await page.evaluate(whatCameAlive)).toEqual([]);
    expect(dialogs).toEqual([]);

    const copy = join(visit.folder, 'native.db');
    writeFileSync(copy, database);
    execFileSync('sqlite3', ['-bail', copy], { input: native.bytes });
    const [byNative, byPage] = nativeContents(new Uint8Array(readFileSync(copy)), new Uint8Array(result.bytes));
    expect(byPage).toEqual(byNative);
    expect(askNative(result.bytes, 'PRAGMA integrity_check')).toBe('ok');
  });

  it('are shown in what is refused and in what fails, too', async () => {
    const failing = HOSTILE.map((text) => `DROP TABLE ${name(`no ${text}`)};`).reverse();
    const { visit, dialogs } = await openHostile(openPage, { name: `${FILE}.db`, content: database });
    await visit.reach('ready');
    for (const [at, text] of failing.entries()) {
      await visit.useScript({ name: `${FILE}${at}.sql`, content: text });
      await visit.page.getByText(`${FILE}${at}.sql`).first().waitFor({ state: 'attached' });
      await visit.page.locator('[data-obstacle]').waitFor();
      await unfold(visit);
    }
    const migrations = HOSTILE.map((text, at) => ({
      name: `${1000 + at}_${FILE}.sql`,
      content: `-- ${text}\nCREATE TABLE ${name(`made ${text}`)}(a);`,
    }));
    await visit.drop(...migrations);
    await visit.page
      .locator('[data-migration]')
      .nth(HOSTILE.length - 1)
      .waitFor();
    await visit.statement(HOSTILE.length).waitFor();
    await unfold(visit);
    await visit.drop({ name: `${FILE}.db`, content: FIRST });
    await visit.reach('refused');
    await visit.page.getByText(FILE).first().waitFor();
    expect(await visit.page.evaluate(whatCameAlive)).toEqual([]);
    expect(dialogs).toEqual([]);
  });
});

describe('The page', () => {
  it('has a policy by which no text becomes markup or a script, not even by a mistake of its own', async () => {
    const visit = await openPage();
    const outcomes = await visit.page.evaluate((text) => {
      const attempt = (act: () => unknown): string => {
        try {
          act();
          return 'done';
        } catch (error) {
          return error instanceof Error ? error.name : String(error);
        }
      };
      return [
        attempt(() => (document.body.innerHTML = text)),
        attempt(() => document.body.insertAdjacentHTML('beforeend', text)),
        attempt(() => document.createRange().createContextualFragment(text)),
        attempt(() => (document.createElement('script').src = '/other.js')),
        attempt(() => new Worker('/other.js')),
      ];
    }, FIRST);
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'TypeError'));
    // Each attempt is told in the console.
    await expect.poll(() => visit.troubles.splice(0).length).toBe(0);
  });

  it('notes markup in its own tests, where there is some', async () => {
    const visit = await openPage({ ownContext: {} });
    await watchMarkup(visit.page.context());
    await visit.page.waitForLoadState('networkidle');
    await visit.page.reload();
    await visit.page.evaluate((address) => {
      document.body.append(document.createElement('object'));
      const link = document.createElement('a');
      link.setAttribute('href', address);
      document.body.append(link);
      return new Promise<void>((resolve) => setTimeout(resolve));
    }, 'javascript:void 0');
    expect(await visit.page.evaluate(whatCameAlive)).toHaveLength(2);
  });
});

/** What of an SVG is more than shapes and text; also what is not well formed in it. A page without a policy reads it. */
async function markupOf(visit: Visit, svg: string): Promise<readonly string[]> {
  const page = await visit.page.context().browser()?.newPage();
  if (!page) throw new Error('The browser has gone');
  const found = await page.evaluate((source) => {
    const shapes = 'svg style g rect path text tspan title line circle defs marker desc'.split(' ');
    return [...new DOMParser().parseFromString(source, 'image/svg+xml').querySelectorAll('*')]
      .filter(
        (element) =>
          !shapes.includes(element.localName) || element.getAttributeNames().some((name) => /^on|href$/.test(name)),
      )
      .map((element) => element.outerHTML.slice(0, 300));
  }, svg);
  await page.close();
  return found;
}

async function queryFails(visit: Visit, sql: string, message: string): Promise<void> {
  await visit.page.getByRole('textbox', { name: 'SQL to run' }).click();
  await visit.page.keyboard.press('ControlOrMeta+a');
  await visit.page.keyboard.insertText(sql);
  await visit.page.keyboard.press('ControlOrMeta+Enter');
  await visit.page.getByRole('region', { name: 'Result 1' }).getByText(message).waitFor();
}
