// What the page says after a run, where not all is well: a result that is withheld, counts from before, a file that is gone.
import { mount, unmount } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import App from '../../src/ui/app/App.svelte';
import '../../src/ui/theme.css';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { databaseOf, NO_ROOM, scriptOf } from './databases';

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
  workbench = new Workbench(client, undefined, NO_ROOM);
  app = mount(App, { target: document.body, props: { workbench } });
});

afterEach(async () => {
  await unmount(app);
  workbench.startOver();
  client.cancel();
});

/** Waits for an element. */
function find(selector: string): Promise<HTMLElement> {
  return vi.waitUntil(() => document.querySelector<HTMLElement>(selector), { timeout: 20_000, interval: 5 });
}

/** The colour that a name of the theme stands for. */
function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

async function runScript(script: string, database: string): Promise<HTMLElement> {
  await workbench.take([scriptOf(script), await databaseOf(database)]);
  await workbench.run();
  return find('[data-outcome]');
}

it('A result that is withheld has the edge of a failure, and nobody is told to put it in place', async () => {
  const outcome = await runScript(
    'ALTER TABLE a ADD COLUMN z;',
    'CREATE TABLE a(x); CREATE TABLE b(x); CREATE VIEW both AS SELECT * FROM a UNION SELECT * FROM b;',
  );
  expect(outcome.textContent).toContain('1 check failed');
  expect(getComputedStyle(outcome).borderTopColor).toBe(colour('--bad'));
  expect(outcome.textContent).not.toContain('Put it in place');
});

it('A result without a fault has the edge of a success, and it is said where to put it', async () => {
  const outcome = await runScript('ALTER TABLE a ADD COLUMN z;', 'CREATE TABLE a(x);');
  expect(getComputedStyle(outcome).borderTopColor).toBe(colour('--good'));
  expect(outcome.textContent).toContain('Put it in place');
});

it('After a run the schema says of counts that they are those from before', async () => {
  await workbench.take([
    scriptOf('DELETE FROM a;'),
    await databaseOf('CREATE TABLE a(x); INSERT INTO a VALUES (1), (2);'),
  ]);
  await vi.waitUntil(() => workbench.rows.get('a') === 2, { timeout: 10_000, interval: 5 });
  await expect.poll(() => document.querySelector('[data-relation=a] summary')?.textContent).toMatch(/2 rows\s*$/);
  await workbench.run();
  await expect.poll(() => document.querySelector('aside')?.textContent).toContain('Rows: before the run.');
  expect(document.querySelector('[data-relation=a] summary')?.textContent).toMatch(/2 rows\s*$/);
});

it('A drop of which nothing can be used is named, and takes no result away', async () => {
  await runScript('ALTER TABLE a ADD COLUMN z;', 'CREATE TABLE a(x);');

  await workbench.take([new File(['content'], 'other.db-wal')]);

  expect(workbench.notice?.sentence).toContain('other.db-wal was not read');
  expect(workbench.state).toBe('done');
  expect(workbench.finished?.committed).toBe(true);
});

it('A file that is gone after the run is said to be so beside what was proved of it', async () => {
  const outcome = await runScript('ALTER TABLE a ADD COLUMN z;', 'CREATE TABLE a(x);');
  expect(outcome.textContent).toContain('Upgraded, and every check passed');
  const file = workbench.dropped?.file;
  if (!file) throw new Error('No file is open');
  Object.defineProperty(file, 'slice', { value: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) });

  expect(await workbench.takeResult()).toBeNull();

  expect((await find('[data-problem=lost-since]')).textContent).toContain(
    'The checks were made before your file was changed, moved or deleted.',
  );
});

it('The words at the head of the rows of a drift stay whole, however narrow the page is', async () => {
  await workbench.take([
    scriptOf(`CREATE INDEX IF NOT EXISTS i ON a(long_column_name);`),
    await databaseOf('CREATE TABLE a(x, long_column_name); CREATE INDEX i ON a(x);'),
  ]);
  const main = await find('main');
  main.style.width = '320px';
  (await find('[data-drift] summary')).click();
  const head = await find('[data-drift] th[scope=row]');
  const wide = document.createElement('span');
  wide.style.cssText = 'position: absolute; white-space: nowrap; font: inherit';
  wide.textContent = head.textContent.split(' ')[0] ?? '';
  head.append(wide);
  expect(head.clientWidth).toBeGreaterThanOrEqual(Math.floor(wide.getBoundingClientRect().width));
  wide.remove();
});
