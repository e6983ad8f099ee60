// The checks of a file with their real worker: what is made when, given up, skipped and asked for.
import { part } from '../amount';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import { databaseOf, sha256, tableOf } from './databases';
import {
  asked,
  checksOf,
  inspect,
  look,
  passed,
  results,
  settled,
  standing,
  watchChecks,
  type WatchedChecks,
} from './watchedChecks';

const LARGE = 300e6;

let runs: EngineClient;
let watched: WatchedChecks;

beforeEach(() => {
  runs = new EngineClient();
  watched = watchChecks();
});

afterEach(() => {
  runs.cancel();
  watched.end();
});

describe('The checks of a file', () => {
  it('are its rows, its soundness and its hash, and nothing before they are looked for', async () => {
    const { questions } = watched;
    const file = await databaseOf(`${tableOf(30)} CREATE TABLE u(a);`);
    const checks = checksOf(watched, file);
    const { inspection } = await inspect(runs, file);
    expect([questions, standing(checks)]).toEqual([[], {}]);

    checks.look(inspection);
    expect(standing(checks)).toEqual({ rows: 'running', 'integrity-before': 'waiting', 'sha256-input': 'waiting' });
    await settled(checks);

    expect([...checks.rows]).toEqual([
      ['t', 30],
      ['u', 0],
    ]);
    expect(results(checks)).toEqual(passed(['integrity-before']));
    expect(checks.sha256('input')).toBe(await sha256(file));
    expect(checks.sha256('result')).toBeNull();
    expect(checks.progress).toBeNull();

    const before = questions.length;
    checks.look(inspection);
    expect(questions).toHaveLength(before);
  });

  it('of a large one are its rows and a quick_check; more waits to be asked for', async () => {
    const { checks, file } = await look(watched, runs, tableOf(30), LARGE);
    await settled(checks);
    expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'unasked' });
    expect(checks.proofs.map(({ sentence }) => sentence)).toEqual(['PRAGMA quick_check says ok.']);

    checks.ask('sha256-input');
    checks.ask('integrity-before');
    expect(standing(checks)).toMatchObject({ 'integrity-before': 'waiting', 'sha256-input': 'running' });
    await settled(checks);

    expect(checks.proofs.map(({ sentence }) => sentence)).toEqual(['PRAGMA integrity_check says ok.']);
    expect(results(checks)).toEqual(passed(['integrity-before']));
    expect(checks.sha256('input')).toBe(await sha256(file));
  });

  it.each([40e6, LARGE])(
    'give way to a run on a file of %i bytes, and go on after it where they were',
    async (size) => {
      const { questions, workers, decide } = watched;
      decide((question) => (question === 'countRows u' ? 'held' : 'asked'));
      const { checks, inspection } = await look(watched, runs, `${tableOf(30)} CREATE TABLE u(a);`, size);
      await asked(watched, 'countRows u');

      checks.giveWay(inspection);
      expect(standing(checks)).toMatchObject({ rows: 'waiting' });
      expect(checks.progress).toBeNull();
      decide(() => 'asked');
      checks.look(inspection);
      await settled(checks);

      expect([...checks.rows]).toEqual([
        ['t', 30],
        ['u', 0],
      ]);
      expect(questions.filter((question) => question.startsWith('countRows'))).toEqual([
        'countRows t',
        'countRows u',
        'countRows u',
      ]);
      expect(workers).toHaveLength(2);
    },
  );

  it('of a large file take no memory once they are made, and more can be asked for', async () => {
    const { questions, workers, decide, release } = watched;
    decide((question) => (question === 'prove integrity-before' ? 'held' : 'asked'));
    const { checks, file } = await look(watched, runs, tableOf(30), LARGE);
    await asked(watched, 'prove integrity-before');
    const [worker] = workers;
    if (!worker) throw new Error('No worker was started');
    const end = vi.spyOn(worker, 'terminate');
    release();
    await settled(checks);
    await vi.waitUntil(() => end.mock.calls.length === 1, { timeout: 20_000 });

    const before = questions.length;
    checks.ask('sha256-input');
    await settled(checks);
    expect(checks.sha256('input')).toBe(await sha256(file));
    expect(questions.slice(before)).toEqual(['open', 'hash input']);
    expect(workers).toHaveLength(2);
  });

  it('of a small file are brought to an end beside a run, but no other is begun before it is over', async () => {
    const { questions, workers, decide, release } = watched;
    decide((question) => (question === 'countRows t' ? 'held' : 'asked'));
    const { checks, inspection } = await look(watched, runs, tableOf(30));
    await asked(watched, 'countRows t');

    checks.giveWay(inspection);
    expect(standing(checks)).toMatchObject({ rows: 'running' });
    release();
    await vi.waitUntil(() => checks.states.get('rows')?.state === 'made', { timeout: 20_000 });
    expect(standing(checks)).toMatchObject({ rows: 'made', 'integrity-before': 'waiting', 'sha256-input': 'waiting' });
    expect(questions).not.toContain('prove integrity-before');

    checks.look(inspection);
    await settled(checks);
    expect(standing(checks)).toMatchObject({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
    expect(workers).toHaveLength(1);
  });

  it('can be skipped, and be made later all the same', async () => {
    const { workers, decide } = watched;
    decide((question) => (question === 'prove integrity-before' ? 'held' : 'asked'));
    const { checks, file } = await look(watched, runs, tableOf(30));
    await asked(watched, 'prove integrity-before');

    checks.skip();
    expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'skipped', 'sha256-input': 'skipped' });
    decide(() => 'asked');
    checks.ask('sha256-input');
    await settled(checks);

    expect(checks.sha256('input')).toBe(await sha256(file));
    expect(standing(checks)).toMatchObject({ 'integrity-before': 'skipped' });
    expect(workers).toHaveLength(2);
  });

  it('that are asked for while a run has the machine to itself wait for its end with the others', async () => {
    const { questions } = watched;
    const { checks, inspection } = await look(watched, runs, tableOf(30));
    await settled(checks);
    checks.giveWay(inspection);
    questions.length = 0;

    checks.ask('sha256-input');
    expect(standing(checks)).toMatchObject({ 'sha256-input': 'waiting' });
    expect(questions).toEqual([]);

    checks.look(inspection);
    await settled(checks);
    expect(questions).toEqual(['hash input']);
    expect(checks.sha256('input')).not.toBeNull();
  });

  it('of a file that is gone stop with the reason: its rows are not counted, and not said to be', async () => {
    const { questions } = watched;
    const file = await databaseOf(`${tableOf(30)} CREATE TABLE u(a);`);
    const { inspection } = await inspect(runs, file);
    // What the browser gives of a file whose bytes it can no longer read.
    const gone = new File([], file.name);
    const checks = checksOf(watched, gone);
    checks.look(inspection);
    await settled(checks);

    expect(standing(checks)).toEqual({ rows: 'stopped', 'integrity-before': 'stopped', 'sha256-input': 'stopped' });
    expect([...checks.rows]).toEqual([]);
    expect(questions.filter((question) => question.startsWith('countRows'))).toEqual(['countRows t']);
  });

  it.each(part(['countRows t', 'prove integrity-before', 'hash input'], 2))(
    'are made once more where the engine stops over them, as at “%s”',
    async (fatal) => {
      const { questions, workers, decide } = watched;
      decide((question) => (question === fatal && !questions.slice(0, -1).includes(fatal) ? 'fatal' : 'asked'));
      const { checks } = await look(watched, runs, tableOf(30));
      await settled(checks);
      expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
      expect(workers).toHaveLength(2);
    },
  );

  it('go on in a new worker that has the file open, where theirs ends between two of them', async () => {
    const { workers } = watched;
    const { checks } = await look(watched, runs, tableOf(30));
    await settled(checks);
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'killed between', cancelable: true }));

    checks.ask('integrity-before');
    checks.ask('sha256-input');
    await settled(checks);

    expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
    expect(workers).toHaveLength(2);
  });

  it('do not hear what the worker of an earlier question says after its end', async () => {
    const { workers, decide } = watched;
    decide((question) => (question === 'countRows t' ? 'held' : 'asked'));
    const { checks, inspection } = await look(watched, runs, tableOf(30), 40e6);
    await asked(watched, 'countRows t');
    checks.giveWay(inspection);
    decide(() => 'asked');
    checks.look(inspection);
    workers[0]?.dispatchEvent(new ErrorEvent('error', { message: 'a late error', cancelable: true }));
    await settled(checks);
    expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
    expect(workers).toHaveLength(2);
  });
});
