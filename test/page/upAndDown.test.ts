// Migrations up, down, there and back in the page: what the rehearsal finds, when it is no longer shown, and which version a chain leads to.
import { mount, unmount } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import App from '../../src/ui/app/App.svelte';
import '../../src/ui/theme.css';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { databaseOf, ENDLESS, scriptOf } from './databases';

let client: EngineClient;
let workbench: Workbench;
let app: ReturnType<typeof mount>;

beforeAll(() => {
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

beforeEach(() => {
  client = new EngineClient();
  workbench = new Workbench(client);
  app = mount(App, { target: document.body, props: { workbench } });
});

afterEach(async () => {
  await unmount(app);
  workbench.startOver();
  client.cancel();
});

const PEOPLE =
  "CREATE TABLE person(name TEXT, email TEXT); INSERT INTO person VALUES ('Ann', 'ann@x'), ('Bob', 'bob@x');";
const FOLDER = {
  '1_city.up.sql': 'CREATE TABLE city(name TEXT);',
  '1_city.down.sql': 'DROP TABLE city;',
  '2_email.up.sql': 'ALTER TABLE person DROP COLUMN email;',
  '2_email.down.sql': 'ALTER TABLE person ADD COLUMN email TEXT;',
  '3_index.up.sql': 'CREATE INDEX by_name ON person(name);',
  '3_index.down.sql': 'DROP INDEX by_nome;',
  '4_view.up.sql': 'CREATE VIEW names AS SELECT name FROM person;',
};

async function open(files: Readonly<Record<string, string>>, database = PEOPLE): Promise<void> {
  const scripts = Object.entries(files).map(([name, text]) => scriptOf(text, name));
  await workbench.take([await databaseOf(database), ...scripts]);
}

/** Waits for a button by the words on it. */
function button(words: string): Promise<HTMLButtonElement> {
  const wanted = (): HTMLButtonElement | undefined =>
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim().startsWith(words));
  return vi.waitUntil(wanted, { timeout: 20_000, interval: 5 });
}

/** What the page shows of each file that was rehearsed. */
function results(): readonly (readonly (string | null)[])[] {
  return [...document.querySelectorAll('[data-round-trip]')].map((row) => [
    row.getAttribute('data-round-trip'),
    row.getAttribute('data-result'),
    [...row.querySelectorAll('li, .trip > p:not(.name)')].map(({ textContent }) => textContent.trim()).join(' '),
  ]);
}

it('One click tells of each file what does not come back; a file that is edited since takes that away', async () => {
  await open(FOLDER);
  (await button('Rehearse up and down')).click();
  await expect.poll(() => results().length, { timeout: 20_000 }).toBe(4);
  expect(results()).toEqual([
    ['1_city.up.sql', 'back', ''],
    ['2_email.up.sql', 'differs', '1 thing is not as before: The column person.email had 2 values and has 0 now.'],
    ['3_index.up.sql', 'fails', '3_index.down.sql, line 1: no such index: by_nome.'],
    ['4_view.up.sql', 'no way back', ''],
  ]);
  expect(document.querySelector('[aria-labelledby=round-trip] [role=status]')?.textContent).toContain(
    'Of 4 files, 1 comes back whole, 1 leaves something that is not as before, 1 fails, 1 has nothing that takes it back.',
  );
  expect(workbench.rehearsed).toHaveLength(4);
  const edited = 'ALTER TABLE person ADD COLUMN email TEXT DEFAULT 1;';
  await workbench.changeOwn((own) => own.edit('2_email.down.sql', edited));
  expect(results()).toEqual([]);
  expect(workbench.rehearsed).toBeNull();
});

it('A rehearsal that never ends is stopped, and neither the plan nor the run waits for it', async () => {
  await open({ '1_city.up.sql': FOLDER['1_city.up.sql'], '1_city.down.sql': `INSERT INTO city ${ENDLESS}` });
  (await button('Rehearse up and down')).click();
  const stop = await button('Stop the rehearsal');
  expect(workbench.canRun).toBe(true);
  stop.click();
  await button('Rehearse up and down');
  (await button('Rehearse up and down')).click();
  await button('Stop the rehearsal');
  await workbench.run();
  expect(workbench.finished?.committed).toBe(true);
  expect(workbench.rehearsed).toBeNull();
});

const DBMATE = {
  '1_city.sql': '-- migrate:up\nCREATE TABLE city(name TEXT);\n-- migrate:down\nDROP TABLE city;\n',
  '2_land.sql': '-- migrate:up\nCREATE TABLE land(name TEXT);\n-- migrate:down\nDROP TABLE land;\n',
  '3_road.sql': '-- migrate:up\nCREATE TABLE road(name TEXT);\n-- migrate:down\nDROP TABLE road;\n',
};
const APPLIED = `${PEOPLE} CREATE TABLE city(name TEXT); CREATE TABLE land(name TEXT);
  CREATE TABLE schema_migrations(version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1'), ('2');`;

async function choose(version: string): Promise<void> {
  const select = await vi.waitUntil(() => document.querySelector<HTMLSelectElement>('[data-target]'), {
    timeout: 20_000,
    interval: 5,
  });
  select.value = version;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await vi.waitUntil(() => !workbench.planning, { timeout: 20_000, interval: 5 });
}

/** The statements that would run. */
function planned(): readonly string[] {
  return workbench.planned?.statements.map(({ text }) => text) ?? [];
}

it('A chain leads down to any of its versions, and is no longer recorded as applied; ticking goes back to what is ticked', async () => {
  await open(DBMATE, APPLIED);
  await choose('down ');
  expect(document.querySelectorAll('[data-taken-back]')).toHaveLength(2);
  await workbench.changeOwn((own) => (own.records = false));
  expect(planned()).toEqual(['DROP TABLE land', 'DROP TABLE city']);
  await workbench.changeOwn((own) => (own.records = true));
  expect(planned()).toEqual([
    'DROP TABLE land',
    `DELETE FROM "schema_migrations" WHERE version = '2'`,
    'DROP TABLE city',
    `DELETE FROM "schema_migrations" WHERE version = '1'`,
  ]);
  await choose('down 1_city.sql');
  expect(planned()).toHaveLength(2);
  await workbench.changeOwn((own) => {
    own.records = false;
    own.pick('2_land.sql', true);
  });
  expect(workbench.scripts.own?.target).toBeNull();
  expect(planned()).toEqual(['CREATE TABLE land(name TEXT)', 'CREATE TABLE road(name TEXT)']);
});

it('A version whose files have no way down is not planned, and they are named', async () => {
  await open({ ...DBMATE, '2_land.sql': '-- migrate:up\nCREATE TABLE land(name TEXT);\n' }, APPLIED);
  await choose('down ');
  expect(planned()).toEqual([]);
  expect(workbench.scriptProblem).toMatchObject({
    code: 'no-way-back',
    sentence: '2_land.sql has nothing that takes it back, so nothing is planned.',
  });
});

it('A rehearsal knows what stands for the functions of an application, and is no longer shown when something else does', async () => {
  await open({
    '1_hash.up.sql': 'UPDATE person SET email = shuffled(email);',
    '1_hash.down.sql': 'UPDATE person SET email = shuffled(email);',
  });
  await workbench.decide({ meanings: [{ kind: 'function', name: 'shuffled', answer: 'known reverse' }] });
  (await button('Rehearse up and down')).click();
  await expect.poll(results, { timeout: 20_000 }).toEqual([['1_hash.up.sql', 'back', '']]);
  await workbench.decide({ meanings: [{ kind: 'function', name: 'shuffled', answer: 'known md5' }] });
  expect(results()).toEqual([]);
});
