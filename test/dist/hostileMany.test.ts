// What gets into the page by many files: the names of scripts and of databases, and what a migration tool has recorded.
import { expect, it, vi } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { parts, planned, reportIn, runAll, unzip, withoutDialog } from './batchVisit';
import { FILE, HOSTILE, literal, name, openHostile, unfold, whatCameAlive } from './hostile';
import { receiveVisits, type UserFile } from './visit';

const openPage = receiveVisits();
vi.setConfig({ testTimeout: 120_000 });

/** Those of the texts that a disk takes as the name of a file. */
const NAMES = [FILE, ...HOSTILE].filter((text) => !text.includes('/') && text.length < 200);
const TABLE = HOSTILE[0] ?? '';
const made = (text: string): string => name(`made by ${text}`);

const scripts: readonly UserFile[] = NAMES.map((text, at) => ({
  name: `${at + 1}_${text}.sql`,
  content: `-- ${text}\nCREATE TABLE ${made(text)}(${name(text)} TEXT DEFAULT ${literal(text)});`,
}));

/** What Knex and Flyway would have written, had their scripts had such names; and a table of nobody's. */
const recorded = nativeDatabase(
  `CREATE TABLE ${name(TABLE)}(a);
   CREATE TABLE knex_migrations(id INTEGER PRIMARY KEY, name, batch, migration_time);
   CREATE TABLE flyway_schema_history(installed_rank INT, version, description, type, script, checksum, installed_by,
     installed_on, execution_time, success);
   ${HOSTILE.map(
     (text, at) => `INSERT INTO knex_migrations VALUES (NULL, ${literal(text)}, 1, ${literal(text)});
       INSERT INTO flyway_schema_history VALUES (${at}, ${literal(text)}, ${literal(text)}, 'SQL', ${literal(text)}, 1,
         ${literal(text)}, ${literal(text)}, 1, ${at % 2});`,
   ).join('\n')}`,
);

it('Scripts with hostile names, and hostile records of a tool, are shown, written in, refused and run as what they are', async () => {
  const { visit, dialogs } = await openHostile(openPage, { name: `${FILE}.db`, content: recorded }, ...scripts);
  const { page } = visit;
  await visit.reach('ready');
  await page.locator('[data-own-scripts]').waitFor();
  await page.locator('[data-history]').nth(1).waitFor();
  await visit.replanned();
  await unfold(visit);
  expect(await page.locator('[data-history=flyway_schema_history]').innerText()).toContain(TABLE);
  const begun = await page.locator('[data-begins]').allTextContents();
  expect(begun.sort()).toEqual(scripts.map((script) => script.name).sort());

  await page.getByRole('button', { name: `Edit 1_${FILE}.sql`, exact: true }).click();
  const editor = page.locator('[data-editor=full] .cm-content');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(`SELECT * FROM ${name(`no ${TABLE}`)};`);
  const obstacle = page.locator('[data-obstacle]');
  await obstacle.waitFor();
  expect(await obstacle.innerText()).toContain(FILE);
  await unfold(visit);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(`CREATE TABLE ${made('an editor')}(a); SELECT * FROM `);
  await page.keyboard.press('Control+Space');
  await page.locator('.cm-tooltip-autocomplete').getByText('<img src=x').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(`CREATE TABLE ${made('an editor')}(a);`);
  await obstacle.waitFor({ state: 'detached' });
  await visit.replanned();
  expect(await page.evaluate(whatCameAlive)).toEqual([]);

  // What the rehearsal finds moves what stands below it.
  await page.locator('[data-rehearsal][aria-busy=false]').waitFor();
  const native = await visit.downloadWith('SQL for the sqlite3 command');
  await visit.runToTheEnd();
  await visit.checked();
  await unfold(visit);
  const result = await visit.downloadWith('Download upgraded database');
  const report = await visit.downloadWith('Download report');
  expect(result.name + report.name + native.name).not.toMatch(/[<>"/\u202E]/);
  expect(await page.evaluate(whatCameAlive)).toEqual([]);
  expect(dialogs).toEqual([]);
  const tables = ['an editor', ...NAMES.slice(1)].map((text) => `SELECT count(*) FROM ${made(text)};`);
  expect(askNative(result.bytes, tables.join(' '))).toBe(tables.map(() => '0').join('\n'));
});

it('Databases with hostile names are one table of rows, run, and packed under names that any disk takes', async () => {
  const databases = NAMES.map((text, at) => ({
    name: `${text}.db`,
    // One of them cannot take the script, and one is none.
    content:
      at === 1
        ? nativeDatabase(`CREATE TABLE other(a); INSERT INTO other VALUES (${literal(text)})`)
        : at === 2
          ? text
          : nativeDatabase(`CREATE TABLE ${name(TABLE)}(a); INSERT INTO ${name(TABLE)} VALUES (${literal(text)})`),
  }));
  const script = { name: `${FILE}.sql`, content: `ALTER TABLE ${name(TABLE)} ADD COLUMN ${name(TABLE)} DEFAULT 1;` };
  const { visit, dialogs } = await openHostile(openPage, script, ...databases);
  const { page } = visit;
  await planned(visit);
  expect((await page.locator('[data-file]').count()) > 0).toBe(true);
  await unfold(visit);
  expect(await page.evaluate(whatCameAlive)).toEqual([]);
  await runAll(visit);
  await unfold(visit);
  await withoutDialog(visit);
  const zip = await visit.downloadBy(() => parts(visit).saveAll.click());
  const contents = unzip(visit, zip.bytes);
  expect([zip.name, ...contents.keys()].join('').replaceAll('upgraded/', '')).not.toMatch(/[<>"/\\\u202E]/);
  const { files } = reportIn(contents);
  expect(files.map((file) => file.name).sort()).toEqual(databases.map((database) => database.name).sort());
  const archived = files.flatMap((file) => file.archived ?? []);
  expect(new Set(archived).size).toBe(databases.length - 2);
  for (const path of archived)
    expect(askNative(contents.get(path) ?? Buffer.of(), `SELECT count(${name(TABLE)}) FROM ${name(TABLE)}`)).toBe('1');
  await page.getByRole('button', { name: `Open: ${FILE}.db`, exact: true }).click();
  await visit.reach('ready');
  expect(await page.locator('#file-name').textContent()).toBe(`${FILE}.db`);
  expect(await page.evaluate(whatCameAlive)).toEqual([]);
  expect(dialogs).toEqual([]);
});
