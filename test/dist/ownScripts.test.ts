// The user's own scripts in the built page: many files as one chain, what is recorded, and SQL that is written in place.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { receiveVisits, rehearseNothing, type UserFile, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);
const PEOPLE = 'CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO people(name) VALUES (1), (2), (3);';
const FILES: readonly UserFile[] = [
  { name: '10_index.sql', content: 'CREATE INDEX by_city ON people(city);' },
  { name: '2_city.sql', content: '-- where they live\nALTER TABLE people ADD COLUMN city TEXT;\n' },
  { name: '3_pets.sql', content: 'BEGIN;\nCREATE TABLE pets(owner REFERENCES people);\nCOMMIT;\n' },
];

function order(visit: Visit): Promise<readonly (string | null)[]> {
  return visit.page
    .locator('[data-migration]')
    .evaluateAll((all) => all.map((element) => element.getAttribute('data-migration')));
}

function migration(visit: Visit, path: string) {
  return visit.page.locator(`[data-migration="${path}"]`);
}

it('Files of SQL that are dropped with a database are ordered by their numbers, and planned and run as one', async () => {
  const visit = await openPage({ viewport: { width: 1280, height: 900 } });
  await visit.pick({ name: 'people.db', content: nativeDatabase(PEOPLE) }, ...FILES);
  await visit.reach('ready');
  await visit.page.locator('[data-own-scripts]').waitFor();
  expect(await order(visit)).toEqual(['2_city.sql', '3_pets.sql', '10_index.sql']);
  await visit.replanned();
  expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual([
    'applied',
    'unchanged',
    'applied',
    'unchanged',
    'applied',
  ]);
  expect(await visit.page.locator('[data-begins]').allTextContents()).toEqual([
    '2_city.sql',
    '3_pets.sql',
    '10_index.sql',
  ]);
  expect(await findViolations(visit.page)).toEqual([]);
  expect(await visit.scrollsSideways()).toBe(false);
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  const asked =
    'SELECT count(*), count(city) FROM people; SELECT group_concat(name) FROM sqlite_schema; PRAGMA integrity_check';
  expect(askNative(bytes, asked)).toBe('3|0\npeople,pets,by_city\nok');
});

it('A file that leaves its tool’s transaction to switch foreign keys off, and one that vacuums, do so in the page', async () => {
  const visit = await openPage();
  const base = `${PEOPLE} CREATE TABLE pets (owner INTEGER REFERENCES people (id) ON DELETE CASCADE); INSERT INTO pets VALUES (1), (3);`;
  const rebuild = `CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO new SELECT * FROM people;
    DROP TABLE people; ALTER TABLE new RENAME TO people;`;
  await visit.pick(
    { name: 'people.db', content: nativeDatabase(base) },
    {
      name: '1_rebuild.sql',
      content: `COMMIT; PRAGMA foreign_keys = OFF; BEGIN;\n${rebuild}\nCOMMIT; PRAGMA foreign_keys = ON; BEGIN;`,
    },
    { name: '2_leave.sql', content: 'DELETE FROM people WHERE id = 3;' },
    { name: '3_small.sql', content: '-- no-transaction\nPRAGMA page_size = 1024;\nVACUUM;' },
  );
  await visit.reach('ready');
  await visit.replanned();
  expect(new Set((await visit.statements()).map(({ verdict }) => verdict))).toEqual(new Set(['applied']));
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, 'SELECT group_concat(owner) FROM pets; PRAGMA page_size; PRAGMA integrity_check')).toBe(
    '1\n1024\nok',
  );
  expect(await visit.page.locator('[data-proof][data-result=fail]').count()).toBe(0);
});

it('A file that fails stops the chain with its name and line, and nothing of the others is kept; without it they run', async () => {
  const visit = await openPage();
  const wrong = { name: '5_wrong.sql', content: '\nSELECT 1;\nCREATE INDEX i ON missing(a);' };
  await visit.pick({ name: 'people.db', content: nativeDatabase(PEOPLE) }, ...FILES, wrong);
  await visit.reach('ready');
  const obstacle = visit.page.locator('[data-obstacle]');
  await obstacle.waitFor();
  expect(await obstacle.innerText()).toContain('(5_wrong.sql, line 3)');
  expect(await visit.run.isDisabled()).toBe(true);
  await migration(visit, '5_wrong.sql').getByRole('checkbox').uncheck();
  await obstacle.waitFor({ state: 'detached' });
  await visit.replanned();
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, "SELECT count(*) FROM sqlite_schema WHERE name IN ('pets', 'by_city')")).toBe('2');
});

it('What a tool has recorded as applied is shown and not run again, and what is run can be recorded in its table', async () => {
  const visit = await openPage();
  const recorded = `${PEOPLE} CREATE TABLE "schema_migrations" (version varchar(128) primary key);
    INSERT INTO schema_migrations VALUES ('20260101000000');`;
  await visit.pick(
    { name: 'people.db', content: nativeDatabase(recorded) },
    {
      name: '20260101000000_people.sql',
      content: '-- migrate:up\nCREATE TABLE people(id);\n-- migrate:down\nDROP TABLE people;\n',
    },
    {
      name: '20260202000000_city.sql',
      content: '-- migrate:up\nALTER TABLE people ADD COLUMN city TEXT;\n-- migrate:down\nDROP TABLE people;\n',
    },
  );
  await visit.reach('ready');
  await visit.page.locator('[data-history=schema_migrations]').waitFor();
  expect(await migration(visit, '20260101000000_people.sql').getAttribute('data-status')).toBe('applied');
  expect(await migration(visit, '20260202000000_city.sql').getAttribute('data-status')).toBe('pending');
  await visit.replanned();
  // It is what the tool itself would do, so it is part of the plan.
  expect(await visit.page.getByLabel('Record what is run in schema_migrations').isChecked()).toBe(true);
  expect(await visit.statements()).toHaveLength(2);
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(
    askNative(bytes, 'SELECT group_concat(version) FROM schema_migrations; SELECT count(*), count(city) FROM people'),
  ).toBe('20260101000000,20260202000000\n3|0');
});

it('A folder that is picked is read with its paths: each migration of Prisma lies in a folder of its own', async () => {
  const visit = await openPage();
  const folder = join(visit.folder, 'migrations');
  const files = {
    'migration_lock.toml': 'provider = "sqlite"\n',
    '20260101000000_init/migration.sql': 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);\n',
    '20260202000000_city/migration.sql': 'ALTER TABLE "User" ADD COLUMN "city" TEXT;\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await visit.pick({ name: 'empty.db', content: nativeDatabase('CREATE TABLE t(a)') });
  await visit.reach('ready');
  await visit.page.getByLabel('A folder …').setInputFiles(folder);
  await visit.page.locator('[data-own-scripts=prisma]').waitFor();
  expect((await order(visit)).map((path) => path?.split('/').at(-2))).toEqual([
    '20260101000000_init',
    '20260202000000_city',
  ]);
  await visit.replanned();
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, "SELECT group_concat(name) FROM pragma_table_info('User')")).toBe('id,city');
});

it('SQL that is written in the page is planned as it is typed, and its errors are marked; a statement that never ends does not hold it up', async () => {
  const visit = await openPage();
  await visit.pick({ name: 'people.db', content: nativeDatabase(PEOPLE) });
  await visit.reach('ready');
  await visit.replanned();
  await visit.page.getByRole('button', { name: 'Write SQL' }).click();
  const editor = visit.page.locator('[data-editor=full] .cm-content');
  await editor.click();
  await visit.page.keyboard.insertText('ALTER TABLE people ADD COLUMN city;\nCREATE INDEX i ON nowhere(a);');
  await visit.page.locator('[data-obstacle="2"]').waitFor();
  await visit.page.locator('.cm-lintRange-error').waitFor();
  await visit.page.keyboard.press('ControlOrMeta+a');
  await visit.page.keyboard.insertText(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;',
  );
  await visit.page.getByText('Planning …').waitFor();
  await visit.page.keyboard.press('ControlOrMeta+a');
  await visit.page.keyboard.insertText('ALTER TABLE people ADD COLUMN town;');
  await visit.page.getByText('ADD COLUMN town').nth(1).waitFor();
  await visit.replanned();
  expect(await findViolations(visit.page)).toEqual([]);
  expect(await visit.page.locator('.cm-lintRange').count()).toBe(0);
  // What the rules warn of is marked as it is typed, too.
  await visit.page.locator('[data-editor=full] .cm-content').click();
  await visit.page.keyboard.press('ControlOrMeta+End');
  await visit.page.keyboard.insertText('\nDELETE FROM people WHERE rowid = 1;');
  await visit.page.locator('[data-warning=lost-rows]').waitFor();
  await visit.page.locator('.cm-lintRange-warning').hover();
  await visit.page.locator('.cm-tooltip-lint').getByText('(lost-rows)').waitFor();
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, 'SELECT count(*), count(town) FROM people')).toBe('2|0');
});

it('A migration of the catalog can be edited as a copy, which can be taken home, while the migration stays as it was', async () => {
  const visit = await openPage();
  await visit.openSample('narrow');
  await visit.reach('ready');
  await visit.replanned();
  const before = await visit.statements();
  await visit.openScripts();
  await visit.page.getByRole('button', { name: 'Edit a copy' }).click();
  await visit.page.locator('[data-editor=full] .cm-content').click();
  await visit.page.keyboard.press('ControlOrMeta+Home');
  await visit.page.keyboard.insertText('CREATE TABLE first_of_all(a);\n');
  await visit.page.locator('[data-statement="1"]').getByText('first_of_all').waitFor();
  await visit.replanned();
  expect((await visit.statements()).length).toBe(before.length + 1);
  const script = await visit.downloadWith('Download the script');
  expect(script.bytes.toString()).toMatch(/^CREATE TABLE first_of_all\(a\);\n/);
  await visit.openScripts();
  await visit.page.locator('select').selectOption({ index: 1 });
  await visit.page.locator('[data-writing]').waitFor({ state: 'detached' });
  await visit.replanned();
  expect(await visit.statements()).toEqual(before);
});

it('What a chain asks is answered above the plan, a step in code is passed in it, and the order is changed by drag and by key', async () => {
  const visit = await openPage({ viewport: { width: 1280, height: 1400 } });
  await visit.pick(
    { name: 'people.db', content: nativeDatabase(PEOPLE) },
    { name: '1_city.sql', content: 'ALTER TABLE people ADD COLUMN city TEXT;' },
    { name: '2_owner.sql', content: 'UPDATE people SET city = ${city};' },
    { name: '2_postmigrate.go', content: 'package migrations' },
    { name: '3_pets.sql', content: '.timeout 100\nCREATE TABLE pets(a);' },
    { name: '4_toys.sql', content: 'CREATE TABLE toys(a);' },
    { name: '5_count_down.sql', content: 'DROP TABLE people;' },
  );
  await visit.reach('ready');
  const need = (kind: string) => visit.page.locator(`[data-need=${kind}]`);
  await need('order').waitFor();
  expect(await visit.page.locator('[data-problem=left-out]').count()).toBe(0);
  expect(await findViolations(visit.page)).toEqual([]);
  await visit.page.getByRole('button', { name: 'Use all safe proposals' }).click();
  await need('value').getByLabel('Value of city').fill("'Bern'");
  await visit.replanned();
  expect(await visit.statements()).toHaveLength(2);
  await need('step').getByRole('checkbox').check();
  await visit.page.locator('[data-statement="4"]').waitFor();
  expect(await order(visit)).toEqual(['1_city.sql', '2_owner.sql', '2_postmigrate.go', '3_pets.sql', '4_toys.sql']);
  const handle = (path: string) => migration(visit, path).getByRole('button', { name: `Move ${path}` });
  await handle('4_toys.sql').press('ArrowUp');
  await visit.page.getByText('The order is yours.').waitFor();
  expect((await order(visit)).slice(3)).toEqual(['4_toys.sql', '3_pets.sql']);
  await expect
    .poll(() => visit.page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toContain('Move 4_toys.sql');
  await handle('3_pets.sql').dragTo(migration(visit, '1_city.sql'));
  await expect
    .poll(() => order(visit))
    .toEqual(['3_pets.sql', '1_city.sql', '2_owner.sql', '2_postmigrate.go', '4_toys.sql']);
  await migration(visit, '4_toys.sql').getByRole('button', { name: 'Mark as applied: 4_toys.sql' }).click();
  await visit.page.locator('[data-statement="4"]').waitFor({ state: 'detached' });
  await visit.replanned();
  expect(await findViolations(visit.page)).toEqual([]);
  expect(await visit.scrollsSideways()).toBe(false);
  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  const asked = "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'; SELECT count(city) FROM people";
  expect(askNative(bytes, asked)).toBe('people,pets\n3');
});
