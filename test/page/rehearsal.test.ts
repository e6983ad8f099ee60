// The rehearsal: what a run would come to is known before anyone asks for it, and whoever asks gets it at once.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import type { CallMessage } from '../../src/engine/worker/message';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { Workbench, type Ahead } from '../../src/ui/state/workbench.svelte';
import { databaseOf, NO_ROOM, scriptOf, tableOf } from './databases';
import { asked, settled, watchChecks, type WatchedChecks } from './watchedChecks';

const STAMPED = `CREATE TABLE noted(at TEXT, b TEXT); INSERT INTO noted SELECT CURRENT_TIMESTAMP, b FROM t;`;

let runs: EngineClient;
let watched: WatchedChecks;
let rehearsing: { readonly client: EngineClient; readonly workers: Worker[]; readonly calls: string[] };
let workbench: Workbench;

beforeAll(() => {
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

/** Rehearses in workers that are watched. */
function watchRehearsals(): typeof rehearsing {
  const workers: Worker[] = [];
  const calls: string[] = [];
  const client = new EngineClient('runs', (name) => {
    const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name });
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: CallMessage) => {
      calls.push(message.method);
      post(message);
    };
    workers.push(worker);
    return worker;
  });
  return { client, workers, calls };
}

function open(ahead: Partial<Ahead> = {}): void {
  const room = { refuses: () => null };
  workbench = new Workbench(runs, watched.client, { client: rehearsing.client, room, ...ahead });
}

beforeEach(() => {
  runs = new EngineClient();
  watched = watchChecks();
  rehearsing = watchRehearsals();
  open();
});

afterEach(() => {
  workbench.startOver();
  for (const client of [runs, watched.client, rehearsing.client]) client.cancel();
});

async function rehearsed(): Promise<void> {
  await vi.waitUntil(() => workbench.rehearsal?.isOver, { timeout: 20_000, interval: 5 });
  await settled(workbench.checks);
}

async function queryResult(sql: string): Promise<unknown> {
  const file = workbench.finished?.file;
  if (!file) throw new Error('There is no result');
  const looking = new EngineClient('looks');
  const sidecars = { log: null, journal: null };
  const limits = { rows: 9, cells: { text: 99, blob: 9 } };
  const answer = await looking.over({ file, name: 'result.db', sidecars }).query(sql, limits, () => undefined);
  looking.cancel();
  return answer.ok ? answer.value.rows : answer.error;
}

describe('A plan that can run', () => {
  it('is rehearsed by itself, with every check, and whoever runs it gets that very result', async () => {
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await rehearsed();
    expect([workbench.state, workbench.finished, workbench.canRun]).toEqual(['ready', null, true]);
    const { rehearsal } = workbench;
    expect(rehearsal?.finished).toMatchObject({ committed: true });
    expect(workbench.checks.proofs.map(({ code }) => code)).toEqual(PROOF_CODES);
    const { calls } = rehearsing;
    expect(calls.filter((call) => call === 'run')).toHaveLength(1);

    const running = workbench.run();
    expect([workbench.state, workbench.finished]).toEqual(['running', rehearsal?.finished]);
    await running;
    expect([workbench.state, workbench.wasRehearsed, workbench.rehearsal]).toEqual(['done', true, null]);
    expect(workbench.checks.proofs.map(({ code }) => code)).toEqual(PROOF_CODES);
    expect(calls.filter((call) => call === 'run')).toHaveLength(1);
    const at = workbench.finished?.startedAt.slice(0, 19).replace('T', ' ');
    expect(await queryResult('SELECT at, count(*) FROM noted GROUP BY at')).toEqual([[at, 20]]);
  });

  it('is joined in the middle of its rehearsal, and the statements run once', async () => {
    watched.decide((question) => (question === 'prove content' ? 'held' : 'asked'));
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await asked(watched, 'prove content');
    const running = workbench.run();
    expect([workbench.state, workbench.proving]).toEqual(['running', true]);
    watched.release();
    await running;
    expect([workbench.state, workbench.finished?.committed]).toEqual(['done', true]);
    expect(rehearsing.calls.filter((call) => call === 'run')).toHaveLength(1);
  });

  it('is run by the worker that planned it where nothing was rehearsed yet', async () => {
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await workbench.run();
    expect([workbench.state, workbench.wasRehearsed, rehearsing.workers]).toEqual(['done', false, []]);
  });

  it('says before the run which check will fail', async () => {
    await workbench.take([
      scriptOf('ALTER TABLE a ADD COLUMN z;'),
      await databaseOf(
        'CREATE TABLE a(x); CREATE TABLE b(x); CREATE VIEW both AS SELECT * FROM a UNION SELECT * FROM b;',
      ),
    ]);
    await rehearsed();
    expect(workbench.checks.proofs.filter(({ result }) => result === 'fail').map(({ code }) => code)).toEqual([
      'views-and-triggers',
    ]);
  });

  it('is not rehearsed where there is no room, and is on request', async () => {
    open({ room: NO_ROOM.room });
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await vi.waitUntil(() => workbench.checks.states.get('forecast')?.state === 'made', { timeout: 20_000 });
    await settled(workbench.checks);
    expect([workbench.rehearsal, rehearsing.workers]).toEqual([null, []]);
    expect(workbench.whyUnrehearsed).toBe('There is no room in this test.');
    workbench.rehearse();
    await rehearsed();
    expect(workbench.rehearsal?.finished?.committed).toBe(true);
  });
});

describe('A rehearsal', () => {
  it('is thrown away by any other choice, script, or run that is cancelled, and its worker with it', async () => {
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await rehearsed();
    const first = workbench.rehearsal;

    const deciding = workbench.decide({ existingRows: 'upgrade time' });
    expect(workbench.rehearsal).toBeNull();
    await deciding;
    await rehearsed();
    expect(workbench.rehearsal).not.toBe(first);
    expect(workbench.rehearsal?.subject.choices.existingRows).toBe('upgrade time');

    await workbench.take([scriptOf('CREATE TABLE other(a);', 'other.sql')]);
    expect(workbench.rehearsal?.subject.title ?? 'other.sql').toBe('other.sql');
    await rehearsed();
    expect(workbench.rehearsal?.planned).toBe(workbench.planned);
    expect(rehearsing.workers).toHaveLength(3);
  });

  it('that is stopped, or whose run is cancelled, does not begin again by itself', async () => {
    watched.decide((question) => (question === 'prove content' ? 'held' : 'asked'));
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await asked(watched, 'prove content');
    watched.decide(() => 'asked');
    workbench.stopRehearsing();
    expect([workbench.rehearsal, workbench.canRun]).toEqual([null, true]);
    await settled(workbench.checks);
    expect(workbench.checks.proofs.map(({ code }) => code)).toEqual(['integrity-before']);
    expect([workbench.rehearsal, workbench.whyUnrehearsed]).toEqual([null, 'It was stopped before.']);
    expect(rehearsing.workers).toHaveLength(1);

    await workbench.run();
    expect(workbench.state).toBe('done');
  });

  it('whose checks were skipped has them made when it is run', async () => {
    watched.decide((question) => (question === 'prove content' ? 'held' : 'asked'));
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await asked(watched, 'prove content');
    watched.decide(() => 'asked');
    workbench.checks.skip();
    await rehearsed();
    expect(workbench.checks.states.get('content')?.state).toBe('skipped');
    await workbench.run();
    expect([workbench.state, workbench.wasRehearsed]).toEqual(['done', true]);
    expect(workbench.checks.proofs.map(({ code }) => code)).toEqual(PROOF_CODES);
  });

  it('whose worker dies says so, and the run goes its own way', async () => {
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await vi.waitUntil(() => rehearsing.workers.length === 1, { timeout: 20_000, interval: 2 });
    rehearsing.workers[0]?.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
    await vi.waitUntil(() => workbench.rehearsal?.problem, { timeout: 20_000, interval: 2 });
    expect(workbench.rehearsal?.problem).toMatchObject({ code: 'engine-stopped' });
    expect([workbench.notice, workbench.canRun]).toEqual([null, true]);
    await workbench.run();
    expect([workbench.state, workbench.wasRehearsed, workbench.finished?.committed]).toEqual(['done', false, true]);
  });

  it('of a file that has changed since is not handed over', async () => {
    await workbench.take([scriptOf(STAMPED), await databaseOf(tableOf(20))]);
    await rehearsed();
    const file = workbench.dropped?.file;
    if (!file) throw new Error('No file is open');
    Object.defineProperty(file, 'slice', { value: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) });
    await workbench.run();
    // The file itself is still there in this test: what the run reads of it again is its own.
    expect(workbench.wasRehearsed).toBe(false);
  });

  it('is not begun before a finding is confirmed, and another answer throws it away', async () => {
    const damaged = await databaseOf(tableOf(20));
    const bytes = new Uint8Array(await damaged.arrayBuffer());
    // WAL mode without its log: rows may be missing.
    bytes.set([2, 2], 18);
    await workbench.take([scriptOf(STAMPED), new File([bytes], 'wal.db')]);
    await vi.waitUntil(() => workbench.checks.states.get('forecast')?.state === 'made', { timeout: 20_000 });
    expect([workbench.wantsConsent, workbench.rehearsal]).toEqual([true, null]);
    const code = workbench.findings.find(({ consent }) => consent !== null)?.code;
    if (!code) throw new Error('Nothing wants consent');
    workbench.agree(code, true);
    await rehearsed();
    workbench.agree(code, false);
    expect([workbench.rehearsal, workbench.canRun]).toEqual([null, false]);
  });
});
