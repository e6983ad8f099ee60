// Many files with their real workers: an engine that dies over one of them, and a result that is taken back.
import { afterEach, expect, it, vi } from 'vitest';
import type { History } from '../../src/chain/history';
import { EngineClient } from '../../src/engine/worker/client';
import type { CallMessage } from '../../src/engine/worker/message';
import { NO_SIDECARS } from '../../src/file/recovery';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { Batch } from '../../src/ui/batch/batch.svelte';
import { databaseOf, tableOf } from './databases';

const script = { id: 'mine', title: 'mine.sql', summary: '', text: 'ALTER TABLE t ADD COLUMN c;' };
/** Every file takes several workers, one after another. */
vi.setConfig({ testTimeout: 60_000 });
let batch: Batch;

afterEach(() => batch.close());

/** Many files with the script planned for each; the worker dies of every call for which `isFatal` says so. */
async function planFor(names: readonly string[], isFatal: (call: CallMessage) => boolean = () => false): Promise<void> {
  const client = new EngineClient('runs', (name) => {
    const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name });
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: CallMessage) => {
      if (isFatal(message)) {
        worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
      } else {
        post(message);
      }
    };
    return worker;
  });
  batch = new Batch(client);
  const files = await Promise.all(names.map((name) => databaseOf(tableOf(20), name)));
  batch.take(files.map((file) => ({ file, sidecars: NO_SIDECARS })));
  await batch.planAll(script, DEFAULT_CHOICES);
}

/** Two files of a chain, on databases of which one has run neither, one the first, and one both. */
async function planChain(): Promise<void> {
  const parts = [
    { name: '1_c.sql', text: 'ALTER TABLE t ADD COLUMN c;' },
    { name: '2_d.sql', text: 'ALTER TABLE t ADD COLUMN d;' },
  ];
  const history = 'CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, dirty INTEGER);';
  const applied = (version: number): string =>
    `${tableOf(3)} ${history} INSERT INTO schema_migrations VALUES (${version}, 0);`;
  const files = [await databaseOf(tableOf(3)), await databaseOf(applied(1)), await databaseOf(applied(2))];
  batch = new Batch();
  batch.take(files.map((file) => ({ file, sidecars: NO_SIDECARS })));
  const textFor = (histories: readonly History[]) => parts.slice(Number(histories[0]?.applied.at(-1)?.version ?? 0));
  await batch.planAll({ ...script, text: parts, textFor }, DEFAULT_CHOICES);
}

const states = (): readonly string[] => batch.files.map(({ state }) => state);

it(
  'An engine that dies in the run of one file leaves it without a result, and the others are upgraded',
  { timeout: 60_000 },
  async () => {
    let runs = 0;
    await planFor(['one.db', 'two.db', 'three.db'], ({ method }) => method === 'run' && ++runs === 2);
    expect(states()).toEqual(['ready', 'ready', 'ready']);

    await batch.runAll();

    expect(states()).toEqual(['upgraded', 'ready', 'upgraded']);
    const [, died] = batch.files;
    expect(died?.result).toBeNull();
    expect(died?.problem?.sentence).toContain('stopped (out of memory)');
    await batch.runAll();
    expect(states()).toEqual(['upgraded', 'upgraded', 'upgraded']);
    expect(died?.problem).toBeNull();
  },
);

it('An engine that dies in the plan of one file leaves it without a plan, and the others have theirs', async () => {
  let plans = 0;
  await planFor(['one.db', 'two.db', 'three.db'], ({ method }) => method === 'plan' && ++plans === 2);

  expect(states()).toEqual(['ready', 'waiting', 'ready']);
  expect(batch.unplanned).toHaveLength(1);
  await batch.planRest();
  expect(states()).toEqual(['ready', 'ready', 'ready']);
});

it('A result is taken back when a proof that is asked for later fails', async () => {
  await planFor(['one.db', 'two.db']);
  await batch.runAll();
  const [file] = batch.files;
  const { checks } = file ?? {};
  const proof = checks?.proofs.find(({ code }) => code === 'content');
  if (!file || !checks || !proof) throw new Error('There is no proof of the values');
  expect(batch.upgraded).toHaveLength(2);

  checks.states.set('content', {
    state: 'made',
    thoroughness: 'full',
    proof: { ...proof, result: 'fail', sentence: 'A value is gone.' },
  });

  expect(file.state).toBe('withheld');
  expect(file.result).toBeNull();
  expect(file.problem?.sentence).toContain('A value is gone.');
  expect(batch.upgraded).toHaveLength(1);
});

it('A run is over at once when it is cancelled, and no answer that comes late brings a result', async () => {
  await planFor(['one.db', 'two.db']);
  const running = batch.runAll();
  expect(batch.stage).toBe('running');

  batch.cancelAll();

  expect(batch.stage).toBe('ready');
  await running;
  expect(states()).toEqual(['ready', 'ready']);
  expect(batch.upgraded).toEqual([]);
});

it('Of a chain each file gets what is not recorded in it as applied, and one that has all of it is left alone', async () => {
  await planChain();
  expect(states()).toEqual(['ready', 'ready', 'up to date']);
  expect(batch.files.map(({ plan }) => plan?.statements.map(({ file }) => file))).toEqual([
    ['1_c.sql', '2_d.sql'],
    ['2_d.sql'],
    undefined,
  ]);

  await batch.runAll();

  expect(states()).toEqual(['upgraded', 'upgraded', 'up to date']);
  expect(batch.files.map(({ finished }) => finished?.outcomes.length)).toEqual([2, 1, undefined]);
});
