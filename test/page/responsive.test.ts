// Long plans and schemas on the page: drawn a few rows in each task, whole in the end, and with everything where it was.
import { mount, tick, unmount } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import App from '../../src/ui/app/App.svelte';
import '../../src/ui/theme.css';
import type { CallMessage } from '../../src/engine/worker/message';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { databaseOf, NO_ROOM, scriptOf } from './databases';

/** Rows that are drawn together with the change that brings them. */
const AT_ONCE = 60;
/** Rows that a slice draws where one look at the clock is enough to end it. */
const IN_A_SLICE = 20;
const INSERTS = Array.from({ length: 700 }, (_, at) => `INSERT INTO t(b) VALUES ('row ${at + 1}')`);

let client: EngineClient;
let worker: Worker | undefined;
/** The run that the worker was asked for and never hears of: its reports are the test's. */
let runAsked: CallMessage | undefined;
let workbench: Workbench;
let app: ReturnType<typeof mount>;

beforeAll(() => {
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

beforeEach(() => {
  client = new EngineClient('runs', (name) => {
    const started = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name });
    const post = started.postMessage.bind(started);
    started.postMessage = (message: CallMessage) => {
      if (message.method === 'run') runAsked = message;
      else post(message);
    };
    worker = started;
    return started;
  });
  workbench = new Workbench(client, undefined, NO_ROOM);
  app = mount(App, { target: document.body, props: { workbench } });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await unmount(app);
  workbench.startOver();
  client.cancel();
});

/** Whatever is drawn seems to take a second, so that every slice ends as early as it can. */
function makeTheMachineSlow(): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
}

function all(selector: string): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(selector)];
}

/** Waits until the lists are as they are wanted. What draws a plan is loaded with the first one. */
async function settle(): Promise<void> {
  await tick();
  const isSettled = (): boolean =>
    all('[data-statement]').length > 0 && all('[role=list][aria-busy=true]').length === 0;
  await vi.waitUntil(isSettled, { timeout: 20_000, interval: 5 });
}

/**
 * Counts, for each task, the elements of a selector that were added, taken away or changed, until the page is settled. A
 * task's changes are told together, after its end.
 */
async function countByTask(selector: string, act: () => unknown): Promise<readonly number[]> {
  const counts: number[] = [];
  const observer = new MutationObserver((records) => {
    const touched = new Set<Node>();
    for (const { type, target, addedNodes, removedNodes } of records) {
      for (const node of type === 'attributes' ? [target] : [...addedNodes, ...removedNodes]) {
        if (!(node instanceof Element)) continue;
        if (node.matches(selector)) touched.add(node);
        if (type === 'childList') for (const inner of node.querySelectorAll(selector)) touched.add(inner);
      }
    }
    if (touched.size > 0) counts.push(touched.size);
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  await act();
  await settle();
  observer.disconnect();
  return counts;
}

async function openLongPlan(script = INSERTS): Promise<void> {
  const database = await databaseOf('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 2);');
  await workbench.take([scriptOf(script.join(';\n')), database]);
  expect(workbench.state).toBe('ready');
}

it('A long plan is drawn a few statements in each task, and is whole and in order in the end', async () => {
  makeTheMachineSlow();

  const counts = await countByTask('[data-statement]', () => openLongPlan());

  expect(counts[0]).toBe(AT_ONCE);
  expect(Math.max(...counts.slice(1))).toBe(IN_A_SLICE);
  expect(all('[data-statement]').map(({ dataset }) => Number(dataset.statement))).toEqual(
    INSERTS.map((_, at) => at + 1),
  );
  expect(all('.headline').map(({ textContent }) => textContent)).toEqual(INSERTS);
});

it('The place of statements that are not drawn yet is kept, and the page says that it is busy', async () => {
  makeTheMachineSlow();
  await openLongPlan();
  const list = document.querySelector('[role=list][aria-label=Statements]');

  expect(list?.getAttribute('aria-busy')).toBe('true');
  const growing = list?.getBoundingClientRect().height ?? 0;
  await settle();
  const whole = list?.getBoundingClientRect().height ?? 0;

  expect(list?.getAttribute('aria-busy')).toBe('false');
  expect(whole).toBeGreaterThan(10_000);
  expect(Math.abs(growing / whole - 1)).toBeLessThan(0.05);
});

it('What is read in a list stays where it is in the window while the list grows, whatever comes above it', async () => {
  makeTheMachineSlow();
  await openLongPlan();
  const row = document.getElementById('statement-50');
  row?.scrollIntoView();
  await new Promise(requestAnimationFrame);
  const before = row?.getBoundingClientRect().top ?? NaN;

  for (const sentence of ['A sentence.', 'A much longer sentence. '.repeat(50)]) {
    workbench.notice = { code: 'test', sentence, help: '' };
    await new Promise(requestAnimationFrame);
  }
  await settle();
  await new Promise(requestAnimationFrame);

  expect(scrollY).toBeGreaterThan(0);
  expect(Math.abs((row?.getBoundingClientRect().top ?? NaN) - before)).toBeLessThan(2);
});

it('A filter hides and shows a few statements in each task', async () => {
  await openLongPlan([...INSERTS, 'CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b TEXT)']);
  await settle();
  makeTheMachineSlow();
  const filter = document.querySelector<HTMLElement>('[data-count=unchanged]');

  const counts = await countByTask('[data-statement]', () => filter?.click());

  expect(counts).toEqual([AT_ONCE, ...Array.from({ length: 32 }, () => IN_A_SLICE)]);
  expect(all('[data-statement]:not([hidden])').map(({ id }) => id)).toEqual(['statement-701']);
  filter?.click();
  await settle();
  expect(all('[data-statement]:not([hidden])')).toHaveLength(701);
});

it('A shorter script takes the statements of a longer one away a few in each task', async () => {
  await openLongPlan();
  await settle();
  makeTheMachineSlow();

  const counts = await countByTask('[data-statement]', () =>
    workbench.take([scriptOf(INSERTS.slice(0, 70).join(';\n'), 'shorter.sql')]),
  );

  expect(Math.max(...counts)).toBeLessThanOrEqual(AT_ONCE);
  expect(all('[data-statement]')).toHaveLength(70);
});

it('The statement that is being run is marked without a change to any other', async () => {
  await openLongPlan();
  await settle();
  void workbench.run();
  expect(workbench.state).toBe('running');
  await settle();
  const progress = { stage: 'statements', total: 700, pages: 0, pagesRead: 0, pagesWritten: 0 } as const;

  const counts = await countByTask('[data-statement]', async () => {
    for (const ordinal of [1, 350, 351, 700]) {
      const data = { id: runAsked?.id, kind: 'report', value: { ...progress, ordinal } };
      worker?.dispatchEvent(new MessageEvent('message', { data }));
      await vi.waitUntil(
        () =>
          all('.current')
            .map(({ id }) => id)
            .includes(`statement-${ordinal}`),
        { timeout: 20_000 },
      );
    }
  });

  expect(counts).toEqual([1, 2, 2, 2]);
});

it('A statement that was opened stays open when a choice changes the plan, and closes when another takes its place', async () => {
  await openLongPlan();
  await settle();
  const [, , third] = all('[data-statement] details') as readonly HTMLDetailsElement[];
  third?.querySelector('summary')?.click();
  await vi.waitUntil(() => third?.querySelector('pre'), { timeout: 20_000 });

  await workbench.decide({ existingRows: 'upgrade time' });
  await settle();
  expect(third?.open).toBe(true);

  await workbench.take([scriptOf(INSERTS.toReversed().join(';\n'), 'other.sql')]);
  await settle();
  expect(third?.open).toBe(false);
});

it('A statement of a megabyte is drawn in blocks, reads as it was written, and is copied as it was written', async () => {
  const beginning = "INSERT INTO t(b) VALUES ('";
  const values = Array.from({ length: 30_000 }, (_, at) => `('number ${at}')`).join(',');
  const lines = '\n-- a line of its own'.repeat(2000);
  // The place where a block would end is in the middle of a character.
  const text = `${beginning}${'x'.repeat(3999 - beginning.length)}𝄞'),${values}${lines}\nRETURNING b`;
  await openLongPlan([text, 'SELECT 1']);
  makeTheMachineSlow();

  const counts = await countByTask('pre span', async () => {
    document.querySelector<HTMLElement>('[data-statement] summary')?.click();
    await vi.waitUntil(() => document.querySelector('pre[aria-busy=false]'), { timeout: 20_000, interval: 5 });
  });

  expect(counts[0]).toBe(3);
  expect(Math.max(...counts.slice(1))).toBe(1);
  const pre = document.querySelector('pre');
  expect(pre?.textContent).toBe(text);
  expect(Math.max(...all('pre span').map(({ textContent }) => textContent.length))).toBeLessThanOrEqual(4000);
  expect(all('pre span').filter(({ textContent }) => /\p{Surrogate}/u.test(textContent))).toEqual([]);
  if (pre) getSelection()?.selectAllChildren(pre);
  const clipboardData = new DataTransfer();
  pre?.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }));
  expect(clipboardData.getData('text/plain')).toBe(pre?.textContent);
});

it('A schema of many tables, and a table of many columns, are drawn a few rows in each task and are whole in the end', async () => {
  const columns = Array.from({ length: 300 }, (_, at) => `c${at}`);
  const tables = Array.from({ length: 300 }, (_, at) => `CREATE TABLE t${at}(${at === 0 ? columns.join() : 'a'});`);
  const database = await databaseOf(tables.join('\n'));
  makeTheMachineSlow();

  const counts = await countByTask('[data-relation]', () =>
    workbench.take([scriptOf('ALTER TABLE t299 ADD COLUMN b; CREATE TABLE new(a);'), database]),
  );

  expect(Math.max(...counts)).toBe(IN_A_SLICE);
  expect(all('[data-relation]').map(({ dataset }) => [dataset.relation, dataset.change])).toEqual([
    ...tables.slice(0, 299).map((_, at) => [`t${at}`, 'same']),
    ['t299', 'altered'],
    ['new', 'added'],
  ]);
  expect(document.querySelector('aside')?.textContent).toContain('Marked: what the migration will change.');

  const drawn = await countByTask('[data-column]', async () => {
    document.querySelector<HTMLElement>('[data-relation=t0] summary')?.click();
    await vi.waitUntil(() => document.querySelector('[data-column]'), { timeout: 20_000 });
  });
  expect(drawn).toEqual([AT_ONCE, ...Array.from({ length: 12 }, () => IN_A_SLICE)]);
  expect(all('[data-column]').map(({ dataset }) => dataset.column)).toEqual(columns);
});

it('The number of rows of each table comes beside it, whenever it has been counted', async () => {
  const tables = Array.from({ length: 100 }, (_, at) => `CREATE TABLE t${at}(a); INSERT INTO t${at} VALUES (1), (2);`);
  await workbench.take([scriptOf('SELECT 1;'), await databaseOf(tables.join('\n'))]);

  await vi.waitUntil(() => workbench.rows.size === 100, { timeout: 20_000, interval: 5 });
  await settle();

  const shown = all('[data-relation] summary .figures').map(({ textContent }) => textContent.trim());
  expect(shown).toEqual(tables.map(() => '2 rows'));
});
