// What the page and its worker load only when it is needed, where that cannot be had: it is said, nothing is lost, and it can be tried again.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { copiedWhileOpen } from '../file/sidecars';
import { dist, serveDist, sharedChromium, type ServedPage } from './browser';
import { Visit } from './visit';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const assets = readdirSync(join(dist, 'assets'));
/** The files that a script of the build imports when it needs them, and the worker that is one, by the name of the part. */
const late = new Map(
  assets
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => [...readFileSync(join(dist, 'assets', name), 'utf8').matchAll(/\bimport\([`'"]\.\/([^`'"]+)/g)])
    .map(([, file = '']) => file)
    .concat(assets.filter((name) => /^elk-worker.*\.js$/.test(name)))
    .map((file) => [nameOf(file), file]),
);
/** The parts that were tried. */
const tried = new Set<string>();
/** Files that the host does not have for now. */
const missing = new Set<string>();
/** What it was asked for in vain, noted before the page can know: what the browser tells of an answer may come after what the page says of it. */
const refused: string[] = [];

const people = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; CREATE TABLE people(id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann');
   CREATE TABLE pets(id INTEGER PRIMARY KEY, owner REFERENCES people(id)); INSERT INTO pets VALUES (1, 1);
   CREATE INDEX by_owner ON pets(owner);
   CREATE TABLE "schema_migrations" (version varchar(128) primary key); INSERT INTO schema_migrations VALUES ('1');
   PRAGMA wal_checkpoint; PRAGMA wal_autocheckpoint = 0; INSERT INTO people VALUES (2, 'Bo');`,
);
const database = { name: 'people.db', content: people.database };
const script = {
  name: 'mine.sql',
  content: `ALTER TABLE people ADD COLUMN city TEXT; DELETE FROM pets;
    CREATE TABLE pets_new(id INTEGER PRIMARY KEY, owner REFERENCES people(id)); INSERT INTO pets_new SELECT * FROM pets;
    DROP TABLE pets; ALTER TABLE pets_new RENAME TO pets;`,
};

function nameOf(file: string): string {
  return file.replace(/-[\w-]{8}\.\w+$/, '');
}

let served: ServedPage;
beforeAll(async () => {
  served = await serveDist('/some/sub/path/', dist, (path, query) => {
    const isMissing = missing.has(path.replace('assets/', ''));
    if (isMissing) refused.push(path + query);
    return isMissing;
  });
});
afterAll(() => served.close());
afterEach(() => missing.clear());

it('No file of the build imports the one that workers are started from: WebKit would run it once more, and what is open would be gone', () => {
  const importing = assets.filter(
    (name) =>
      name.endsWith('.js') &&
      /(?:from|import)\s*\(?["'`][^"'`]*\bstart-/.test(readFileSync(join(dist, 'assets', name), 'utf8')),
  );
  expect(assets.filter((name) => nameOf(name) === 'start')).toHaveLength(1);
  expect(importing).toEqual([]);
});

describe('A part of the page that cannot be loaded', () => {
  /** A tab in which no service worker has kept what is missing. */
  async function arrive(query = ''): Promise<Visit> {
    const context = await (await sharedChromium()).newContext({ acceptDownloads: true, serviceWorkers: 'block' });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const visit = new Visit(page);
    await page.goto(served.address + query);
    await page.locator('[data-sample]').first().waitFor();
    return visit;
  }

  async function leave(visit: Visit): Promise<void> {
    await visit.page.context().close();
    rmSync(visit.folder, { recursive: true });
    // A request that was refused is the browser's trouble as well.
    const others = visit.troubles.filter((trouble) => !/\b404\b|^failed: .*\/assets\//.test(trouble));
    expect(others).toEqual([]);
  }

  /** Sees that a part is said to be missing, tries in vain, then with success. */
  async function miss(part: string, place: Locator, said: string, button = 'Try again'): Promise<void> {
    const file = late.get(part) ?? '';
    const message = place.filter({ hasText: said }).filter({ hasText: 'could not be loaded' });
    const again = message.getByRole('button', { name: button });
    await again.waitFor();
    // The engine asks for its parts under a second address as well, and has failed only then.
    const failures = (): number => {
      const ofPart = refused.filter((url) => url.includes(file));
      const last = ofPart.filter((url) => url.includes('again='));
      return (last.length > 0 ? last : ofPart).length;
    };
    const before = failures();
    await again.click();
    await vi.waitFor(() => expect(failures(), part).toBeGreaterThan(before), { timeout: 20_000 });
    await again.waitFor();
    // A part with a place of its own keeps its message, and counts there.
    if (/^[A-Z]/.test(said)) await message.getByText('2 attempts failed').waitFor();
    missing.delete(file);
    await again.click();
    await message.waitFor({ state: 'detached' });
    tried.add(part);
  }

  it('says so, whichever it is, and comes when it is tried again; file, plan and result are kept', async () => {
    for (const file of late.values()) missing.add(file);
    const visit = await arrive('?migration=unheard-of');
    const { page } = visit;
    const messages = page.locator('[data-problem]');
    await miss('RecentFiles', messages, 'The list of files that were opened last');
    await miss('pageLink', messages, 'opens what the address of this page asks for');
    await page.locator('[data-problem=link-migration]').waitFor();

    await visit.openSample('narrow');
    await miss('sample', messages, 'makes sample databases');
    await visit.reach('ready');

    await visit.drop(database, script);
    await miss('sortedFiles', messages, 'tells dropped files apart');
    await page.getByRole('heading', { name: database.name }).waitFor();
    await visit.reach('ready');
    await page.getByRole('button', { name: 'Requests since load' }).click();
    await miss('RequestList', messages, 'The list of requests');
    await page.getByRole('button', { name: 'Requests since load' }).click();
    await miss('SchemaTree', messages, 'The schema beside the plan');
    await miss('Plan', messages, 'The plan');
    await miss('ownScripts.svelte', messages, 'reads your scripts');
    await miss('latePlan', messages, 'plans scripts');
    await miss('lossLedger', messages, 'finds the rows and values that a script loses');
    await visit.statement(6).waitFor();
    const plan = await visit.statements();
    expect(new Set(plan.map(({ verdict }) => verdict))).toEqual(new Set(['applied']));

    await miss('history', messages, 'reads which migrations are recorded in a database');
    await miss('Recorded', messages, 'The list of what migration tools have recorded');
    await page.locator('[data-history=schema_migrations]').waitFor();
    await visit.openScripts();
    await miss('ScriptSources', messages, 'The list of ways to a script');
    await page.getByRole('button', { name: 'Write SQL' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-foreign-keys]').waitFor();
    await miss('ownParts', messages, 'The list of your scripts');
    await page.locator('[data-own-scripts]').waitFor();
    await miss('lateChecks', page.locator('[data-forecast]'), 'checks files and estimates runs');
    await page.locator('[data-forecast]').getByText('Estimated for run and checks').waitFor();
    await miss('hashers', page.locator('[data-check=sha256-input]'), 'computes hashes', 'Compute it');
    await page.locator('[data-check=sha256-input] code').waitFor();
    await page.locator('[data-check=integrity-before]').getByRole('button', { name: 'Make this check' }).click();
    await page.locator('[data-check=integrity-before][data-check-state=made]').waitFor();
    await miss('NativeScript', messages, 'The script for the sqlite3 command');
    await page.getByRole('button', { name: 'SQL for the sqlite3 command' }).waitFor();

    await visit.statement(1).locator('summary').click();
    await miss('StatementDetails', messages, 'The details of statement 1');
    await visit.statement(1).locator('pre').first().waitFor();
    await page.locator('[data-relation=people] summary').click();
    await miss('RelationDetails', messages, 'The details of people');
    await page.locator('[data-relation=people]').getByText('INTEGER PRIMARY KEY').waitFor();

    await page.locator('header').click();
    await page.keyboard.press('?');
    await miss('keys', messages, 'knows the keys');
    await page.getByRole('dialog', { name: 'Keys' }).getByRole('button', { name: 'Close' }).click();

    await page.locator('[data-view=schema]').click();
    await miss('ViewPanel', messages, 'The views');
    await miss('SchemaView', messages, 'The Schema view');
    await miss('looking', messages, 'looks into databases');
    await page.locator('[data-view=diagram]').click();
    await miss('DiagramView', messages, 'The Diagram view');
    await miss('elk-worker.min', messages, 'lays diagrams out');
    await page.locator('[data-diagram-summary]').getByText('3 tables').waitFor();
    await page.locator('[data-view=data]').click();
    await miss('DataView', messages, 'The Data view');
    await page.locator('[data-panel=data] [role=grid]').waitFor();
    await page.locator('[data-view=query]').click();
    await miss('QueryView', messages, 'The Query view');
    await page.getByRole('textbox', { name: 'SQL to run' }).fill('SELECT 41 + 1 AS answer');
    await miss('codeMirror', messages, 'The editor with colours and suggestions');
    await page.locator('[data-editor=full]').getByText('41').waitFor();
    await page.evaluate(() => (location.hash = '#checks'));
    await miss('DataChecksView', messages, 'The Data checks view');
    await page.locator('[data-view=work]').click();

    await miss('FindingActions', messages, 'What can be done about this');
    await page
      .getByLabel('Choose the -wal file')
      .setInputFiles([...visit.save([{ name: 'other-wal', content: people.sidecar }])]);
    await miss('sidecars', messages, 'reads -wal and -journal files');
    await visit.reach('ready');
    await visit.replanned();
    await visit.statement(6).waitFor();
    expect(await visit.statements()).toEqual(plan);
    await page.locator('[data-fix]').first().click();
    await miss('fixScript', messages, 'puts fixes into scripts');
    await visit.statement(plan.length + 1).waitFor();

    await visit.run.click();
    await miss('afterPlan', messages, 'The view of the run and its result');
    await visit.reach('done');
    expect((await visit.proofs()).filter(({ result }) => !['pass', 'warn', 'not applicable'].includes(result))).toEqual(
      [],
    );
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(
      askNative(bytes, 'SELECT count(*), count(city) FROM people; SELECT count(*) FROM pets INDEXED BY by_owner'),
    ).toBe('2|0\n0');
    await leave(visit);
  });

  it('is said of the second engine, when a file needs it and when a script does', async () => {
    const file = late.get('sqliteWasm') ?? '';
    missing.add(file);
    const visit = await arrive();
    const { page } = visit;
    const messages = page.locator('[data-problem]');
    await visit.pick({ name: 'text.db', content: nativeDatabase('CREATE VIRTUAL TABLE f USING fts5(a);') });
    await miss('sqliteWasm', messages, 'reads FTS5 and R-Tree tables');
    await page.locator('[data-fact=engine]').getByText('sqlite-wasm').waitFor();
    await leave(visit);

    missing.add(file);
    const other = await arrive();
    await other.drop(database, { name: 'text.sql', content: 'CREATE VIRTUAL TABLE f USING fts5(a);' });
    await miss('sqliteWasm', other.page.locator('[data-problem]'), 'reads FTS5 and R-Tree tables');
    await other.statement(1).waitFor();
    expect((await other.statements()).map(({ verdict }) => verdict)).toEqual(['applied']);
    await leave(other);
  });

  it('is said of the view Compare, of what makes the target, and of what compares schemas and rows', async () => {
    for (const part of ['CompareView', 'target', 'migrationWriting', 'comparing']) missing.add(late.get(part) ?? '');
    const visit = await arrive();
    const { page } = visit;
    const messages = page.locator('[data-problem]');
    await visit.pick(database);
    await visit.reach('ready');
    await page.locator('[data-view=compare]').click();
    await miss('CompareView', messages, 'The Compare view');
    await page.getByRole('button', { name: 'Edit the schema' }).click();
    await miss('target', messages, 'makes databases of SQL');
    await miss('migrationWriting', messages, 'compares schemas');
    await page.getByText('Nothing differs').waitFor();
    await page
      .getByLabel('Open a target')
      .setInputFiles([...visit.save([{ name: 'other.db', content: people.database }])]);
    await page.getByRole('button', { name: 'Compare the rows' }).click();
    await miss('comparing', messages, 'compares rows');
    await page.locator('[data-rows-compared]').waitFor();
    await leave(visit);
  });

  it('is said of the ways to a script where none fits, of what changes in a table, and of what reads a changed file again', async () => {
    for (const part of ['NoScriptFits', 'TableDetails', 'ReadAgain']) missing.add(late.get(part) ?? '');
    const visit = await arrive();
    const { page } = visit;
    const messages = page.locator('[data-problem=not-loaded]');
    await visit.drop(database);
    await miss('NoScriptFits', messages, 'The ways to a script for this database');
    await page.getByRole('button', { name: 'Choose a migration' }).waitFor();
    await visit.useScript({ name: 'city.sql', content: 'ALTER TABLE people ADD COLUMN city;' });
    await page.locator('[data-table=people] button').click();
    await miss('TableDetails', messages, 'What changes in the table people');
    await page.locator('[data-table-details=people]').waitFor();
    visit.save([{ name: database.name, content: Buffer.concat([database.content, Buffer.from('grown')]) }]);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await visit.reach('refused');
    await miss('ReadAgain', messages, 'What reads the file again');
    await page.getByRole('button', { name: 'Read it again' }).waitFor();
    await leave(visit);
  });

  it('is said of the rehearsal up and down', async () => {
    missing.add(late.get('roundTrips') ?? '');
    const visit = await arrive();
    const { page } = visit;
    const up = { name: '2_city.up.sql', content: 'CREATE TABLE city(name);' };
    await visit.drop(database, up, { name: '2_city.down.sql', content: 'DROP TABLE city;' });
    await page.getByRole('button', { name: 'Rehearse up and down' }).click();
    await miss('roundTrips', page.locator('[data-problem]'), 'rehearses migrations up and down');
    await page.locator('[data-round-trip="2_city.up.sql"][data-result=back]').waitFor();
    await leave(visit);
  });

  it('is said of what knows the functions of applications, and of the list that asks for them', async () => {
    for (const part of ['lateFunctions', 'MeaningNeeds']) missing.add(late.get(part) ?? '');
    const visit = await arrive();
    const { page } = visit;
    await visit.drop(database, { name: 'tidy.sql', content: 'UPDATE people SET name = tidy(name);' });
    const messages = page.locator('[data-problem]');
    await miss('lateFunctions', messages, 'knows functions of applications');
    await miss('MeaningNeeds', messages, 'The list of functions that your script needs');
    await page.locator('[data-need=function][data-name=tidy]').waitFor();
    await leave(visit);
  });

  it('is said of the table of many databases, too', async () => {
    const file = late.get('ManyFiles') ?? '';
    missing.add(file);
    const visit = await arrive();
    const other = { name: 'other.db', content: nativeDatabase('CREATE TABLE other(id)') };
    await visit.pick(database, other);
    await miss('ManyFiles', visit.page.locator('[data-problem]'), 'The table of your databases');
    await visit.page.locator('[data-batch]').getByText('other.db').waitFor();
    await leave(visit);
  });

  it('is whole when it comes: with the code that it shares with others, and with its style sheet', async () => {
    const shared = assets.filter((name) => /^(GridSide-.*\.js|DataView-.*\.css)$/.test(name));
    expect(shared).toHaveLength(2);
    const visit = await arrive();
    const { page } = visit;
    await visit.openSample('populated');
    await visit.reach('ready');
    const again = page.locator('[data-problem=view-not-loaded]').getByRole('button', { name: 'Try again' });
    for (const name of shared) missing.add(name);
    await page.locator('[data-view=data]').click();
    for (const [at, name] of shared.entries()) {
      await again.click();
      await page.getByText(`${at + 2} attempts failed`).waitFor();
      missing.delete(name);
    }
    await again.click();
    await page.locator('[data-panel=data] [role=grid]').waitFor();
    const sheets = await page.evaluate(() => [...document.styleSheets].map(({ href }) => href ?? ''));
    expect(sheets.filter((href) => href.includes('DataView-'))).toHaveLength(1);
    await leave(visit);
  });

  it('was tried above, whichever the build has: a part that is new has to say so as well', () => {
    expect([...tried].sort()).toEqual([...late.keys()].sort());
  });
});
