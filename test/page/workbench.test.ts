// The page's state with the real engine behind it: what follows what, and that late answers are dropped.
import { part } from '../amount';
import { beforeAll, beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import type { WorkbenchState } from '../../src/ui/state/screen.svelte';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { databaseOf, ENDLESS, NO_ROOM, scriptOf, tableOf } from './databases';
import { clientThatDiesAt } from './mortalClient';
import { asked, settled, standing, watchChecks, type WatchedChecks } from './watchedChecks';

let client: EngineClient;
let workbench: Workbench;

beforeAll(() => {
  // The page of a test lies deeper than the page itself; the migrations lie where they lie for both.
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

beforeEach(() => {
  client = new EngineClient();
  workbench = new Workbench(client, undefined, NO_ROOM);
});

afterEach(() => {
  client.cancel();
});

/** Waits for a state that is reached without a call to wait for. */
async function reach(state: WorkbenchState): Promise<void> {
  await vi.waitUntil(() => workbench.state === state, { timeout: 10_000, interval: 5 });
}

describe('The workbench', () => {
  it('goes from empty over inspecting to ready, over running to done, and back', async () => {
    expect(workbench.state).toBe('empty');
    const file = await databaseOf(tableOf(10));

    const opening = workbench.take([scriptOf('ALTER TABLE t ADD COLUMN c;'), file]);
    await reach('inspecting');
    expect(workbench.canRun).toBe(false);
    await opening;
    expect(workbench.state).toBe('ready');
    expect(workbench.scripts.chosen).toMatchObject({ id: null, title: 'script.sql' });
    expect(workbench.canRun).toBe(true);

    const running = workbench.run();
    expect(workbench.state).toBe('running');
    expect(workbench.canRun).toBe(false);
    await running;
    expect(workbench.state).toBe('done');
    expect(workbench.finished?.committed).toBe(true);

    await workbench.backToPlan();
    expect(workbench.state).toBe('ready');
    expect(workbench.finished).toBeNull();
    workbench.startOver();
    expect(workbench.state).toBe('empty');
    expect(workbench.inspection).toBeNull();
  });

  it('refuses a file that is no database by its name, and takes the next one', async () => {
    await workbench.take([scriptOf('SELECT 1;'), new File(['text'], 'text.db')]);
    expect(workbench.state).toBe('refused');
    expect(workbench.refusal?.sentence).toContain('text.db');

    await workbench.take([await databaseOf(tableOf(1))]);
    expect(workbench.state).toBe('ready');
    expect(workbench.refusal).toBeNull();
  });

  it('shows the file that was dropped last, also when an earlier one is still being read', async () => {
    const first = await databaseOf(tableOf(1000), 'first.db');
    const second = await databaseOf(tableOf(2), 'second.db');
    const script = scriptOf('SELECT 1;');

    await Promise.all([workbench.take([script, first]), workbench.take([script, second])]);

    expect(workbench.state).toBe('ready');
    expect(workbench.inspection?.name).toBe('second.db');
    await expect.poll(() => workbench.rows.get('t'), { timeout: 10_000 }).toBe(2);
  });

  it('cannot run what fails in the plan, and can once another choice mends it', async () => {
    await workbench.take([
      scriptOf('ALTER TABLE t ADD COLUMN c DEFAULT CURRENT_TIMESTAMP;'),
      await databaseOf(tableOf(5)),
    ]);
    expect(workbench.canRun).toBe(true);

    await workbench.decide({ strict: true });
    expect(workbench.planned?.plan.obstacle?.ordinal).toBe(1);
    expect(workbench.canRun).toBe(false);

    await workbench.decide({ strict: false, existingRows: 'upgrade time' });
    expect(workbench.planned?.plan.outcomes[0]?.verdict).toBe('adapted');
    expect(workbench.canRun).toBe(true);
  });

  it('is ready again as soon as planning or a run is cancelled', async () => {
    void workbench.take([scriptOf(ENDLESS), await databaseOf(tableOf(5))]);
    await vi.waitUntil(() => workbench.planning, { timeout: 10_000, interval: 5 });
    workbench.cancel();
    expect(workbench.state).toBe('ready');
    expect(workbench.scriptProblem?.code).toBe('cancelled');

    await workbench.take([scriptOf('CREATE INDEX i ON t(b);')]);
    expect(workbench.canRun).toBe(true);
    const running = workbench.run();
    workbench.cancel();
    expect(workbench.state).toBe('ready');
    await running;
    expect(workbench.finished).toBeNull();

    await workbench.run();
    expect(workbench.state).toBe('done');
  });

  it('does not take a file while a run is on', async () => {
    await workbench.take([scriptOf('CREATE INDEX i ON t(b);'), await databaseOf(tableOf(5), 'first.db')]);
    const second = await databaseOf(tableOf(1), 'second.db');
    const running = workbench.run();

    await workbench.take([second, scriptOf('SELECT 1;', 'second.sql')]);

    expect(workbench.state).toBe('running');
    await running;
    expect(workbench.state).toBe('done');
    expect(workbench.inspection?.name).toBe('first.db');
    expect(workbench.scripts.chosen?.title).toBe('script.sql');
  });

  it('says that the engine stopped when it dies during a run, and runs the same file afterwards', async () => {
    const workers: Worker[] = [];
    const mortal = new EngineClient('runs', () => {
      const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module' });
      workers.push(worker);
      return worker;
    });
    workbench = new Workbench(mortal);
    await workbench.take([scriptOf('CREATE INDEX i ON t(b);'), await databaseOf(tableOf(5))]);

    const running = workbench.run();
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
    await running;

    expect(workbench.state).toBe('ready');
    expect(workbench.notice).toMatchObject({ code: 'engine-stopped' });
    expect(workbench.notice?.sentence).toContain('out of memory');
    await workbench.run();
    expect(workbench.state).toBe('done');
    expect(workers).toHaveLength(2);
    mortal.cancel();
  });

  it('goes on saying so when it dies while what was applied is being read, and plans what is pending when asked', async () => {
    const { client: mortal, die } = clientThatDiesAt('histories');
    workbench = new Workbench(mortal, undefined, NO_ROOM);
    const recorded =
      "CREATE TABLE schema_migrations(version TEXT PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1');";
    const chain = [scriptOf('CREATE TABLE one(a);', '1_one.sql'), scriptOf('CREATE TABLE two(a);', '2_two.sql')];
    const taken = workbench.take([...chain, await databaseOf(recorded)]);
    await vi.waitUntil(() => workbench.inspection !== null, { timeout: 10_000, interval: 2 });
    die();
    await taken;
    expect(workbench.scriptProblem?.code).toBe('engine-stopped');

    // The checks of the file come by themselves, and what is said stays.
    await vi.waitUntil(() => workbench.checks.states.get('sha256-input')?.state === 'made', {
      timeout: 10_000,
      interval: 5,
    });
    // A worker answers in the order in which it was asked.
    await mortal.engine.describe(workbench.inspection?.schema ?? { relations: [], indexes: [], triggers: [] });
    expect([workbench.state, workbench.scriptProblem?.code]).toEqual(['ready', 'engine-stopped']);
    await workbench.planAgain();
    expect(workbench.planned?.statements.map(({ text }) => text)).toEqual([
      'CREATE TABLE two(a)',
      `INSERT INTO "schema_migrations" (version) VALUES ('2')`,
    ]);
    mortal.cancel();
  });

  it('opens the same file on “Try again” when it dies while it opens it', async () => {
    const { client: mortal, die } = clientThatDiesAt('open');
    workbench = new Workbench(mortal, undefined, NO_ROOM);
    const taken = workbench.take([scriptOf('CREATE INDEX i ON t(b);'), await databaseOf(tableOf(5))]);
    await reach('inspecting');
    die();
    await taken;
    expect([workbench.state, workbench.refusal?.code]).toEqual(['refused', 'engine-stopped']);

    workbench.refusal?.retry?.();
    await reach('ready');
    expect(workbench.canRun).toBe(true);
    mortal.cancel();
  });
});

/** How all checks stand that are made of a file and its plan. */
const FILE_CHECKED = {
  forecast: 'made',
  'foreign-key-modes': 'made',
  rows: 'made',
  'integrity-before': 'made',
  'sha256-input': 'made',
};

describe('While the result of a run is being proved', () => {
  let watched: WatchedChecks;

  beforeEach(async () => {
    watched = watchChecks();
    workbench = new Workbench(client, watched.client, NO_ROOM);
    await workbench.take([scriptOf('CREATE INDEX IF NOT EXISTS i ON t(b);'), await databaseOf(tableOf(50))]);
  });

  afterEach(() => watched.end());

  /** Waits for all checks of the file: they begin a little after its plan, the forecast first. */
  async function checked(): Promise<void> {
    const { checks } = workbench;
    await vi.waitUntil(() => checks.states.get('forecast')?.state === 'made', { timeout: 10_000, interval: 5 });
    await settled(checks);
  }

  /** Starts a run and waits until a check of its result is asked for, which is then held up. */
  async function runUntil(question: string): Promise<{ readonly ended: Promise<void> }> {
    watched.decide((one) => (one === question ? 'held' : 'asked'));
    const ended = workbench.run();
    await asked(watched, question);
    watched.decide(() => 'asked');
    return { ended };
  }

  it('the checks come after the plan, and the result is there before they are done', async () => {
    expect(workbench.planned).not.toBeNull();
    await checked();
    expect(standing(workbench.checks)).toEqual(FILE_CHECKED);
    await runUntil('prove content');
    expect([workbench.state, workbench.proving]).toEqual(['running', true]);
    expect(workbench.finished?.file?.size).toBeGreaterThan(0);
  });

  it('skipping ends the run with its result, and what was skipped can be made', async () => {
    const { ended } = await runUntil('prove content');
    workbench.skipProofs();
    await ended;

    expect(workbench.state).toBe('done');
    expect(workbench.finished?.committed).toBe(true);
    expect(standing(workbench.checks)).toMatchObject({ pages: 'made', content: 'skipped', 'second-run': 'skipped' });
    workbench.checks.ask('content');
    await settled(workbench.checks);
    expect(standing(workbench.checks)).toMatchObject({ content: 'made', 'second-run': 'skipped' });
  });

  it.each(part(['prove integrity-before', 'prove content', 'hash result'], 2))(
    'cancelling at “%s” forgets the result, and neither the plan nor the checks of the file are lost',
    async (question) => {
      const { ended } = await runUntil(question);
      workbench.cancel();
      expect([workbench.state, workbench.finished, workbench.proving]).toEqual(['ready', null, false]);
      await ended;
      await checked();
      expect(standing(workbench.checks)).toEqual(FILE_CHECKED);

      await workbench.run();
      expect(workbench.state).toBe('done');
      expect(workbench.checks.proofs.map(({ code, result }) => [code, result])).toEqual(
        PROOF_CODES.map((code) => [code, 'pass']),
      );
    },
  );

  it('going back to the plan while a check is made that was asked for leaves nothing half done', async () => {
    await workbench.run();
    watched.decide((one) => (one === 'prove content' ? 'held' : 'asked'));
    watched.questions.length = 0;
    workbench.checks.ask('content');
    await asked(watched, 'prove content');
    watched.decide(() => 'asked');

    await workbench.backToPlan();
    await checked();

    expect(workbench.state).toBe('ready');
    expect(standing(workbench.checks)).toEqual(FILE_CHECKED);
  });

  it('another file cannot be dropped, and after it nothing of the old one shows', async () => {
    const next = await databaseOf('CREATE TABLE other(a);', 'next.db');
    const { ended } = await runUntil('prove content');
    await workbench.take([next]);
    expect([workbench.state, workbench.inspection?.name]).toEqual(['running', 'test.db']);
    workbench.skipProofs();
    await ended;

    await workbench.take([next]);
    await checked();
    expect(workbench.inspection?.name).toBe('next.db');
    expect([...workbench.rows]).toEqual([['other', 0]]);
    expect(workbench.checks.proofs.map(({ code }) => code)).toEqual(['integrity-before']);
  });
});
