// The checks of a file with their real worker: what is made when, given up, skipped and asked for.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import { databaseOf, sha256, tableOf } from './databases';
import {
  asked,
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
    const { checks, questions } = watched;
    const file = await databaseOf(`${tableOf(30)} CREATE TABLE u(a);`);
    checks.take(file);
    expect([questions, standing(checks)]).toEqual([[], {}]);

    checks.look(await inspect(runs, file));
    expect(standing(checks)).toEqual({ rows: 'running', 'integrity-before': 'waiting', 'sha256-input': 'waiting' });
    await settled(checks);

    expect([...checks.rows]).toEqual([
      ['t', 30],
      ['u', 0],
    ]);
    expect(results(watched)).toEqual(passed(['integrity-before']));
    expect(checks.sha256('input')).toBe(await sha256(file));
    expect(checks.sha256('result')).toBeNull();
    expect(checks.progress).toBeNull();

    const before = questions.length;
    checks.look(await inspect(runs, file));
    expect(questions).toHaveLength(before);
  });

  it('of a large one are its rows and a quick_check; more waits to be asked for', async () => {
    const { checks } = watched;
    const { file } = await look(watched, runs, tableOf(30), LARGE);
    await settled(checks);
    expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'unasked' });
    expect(checks.proofs.map(({ sentence }) => sentence)).toEqual(['PRAGMA quick_check says ok.']);

    checks.ask('sha256-input');
    checks.ask('integrity-before');
    expect(standing(checks)).toMatchObject({ 'integrity-before': 'waiting', 'sha256-input': 'running' });
    await settled(checks);

    expect(checks.proofs.map(({ sentence }) => sentence)).toEqual(['PRAGMA integrity_check says ok.']);
    expect(results(watched)).toEqual(passed(['integrity-before']));
    expect(checks.sha256('input')).toBe(await sha256(file));
  });

  it.each([40e6, LARGE])(
    'give way to a run on a file of %i bytes, and go on after it where they were',
    async (size) => {
      const { checks, questions, workers, decide } = watched;
      decide((question) => (question === 'countRows u' ? 'held' : 'asked'));
      const { inspection } = await look(watched, runs, `${tableOf(30)} CREATE TABLE u(a);`, size);
      await asked(watched, 'countRows u');

      checks.giveWay();
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
    const { checks, questions, workers, decide, release } = watched;
    decide((question) => (question === 'prove integrity-before' ? 'held' : 'asked'));
    const { file } = await look(watched, runs, tableOf(30), LARGE);
    await asked(watched, 'prove integrity-before');
    const [worker] = workers;
    if (!worker) throw new Error('No worker was started');
    const end = vi.spyOn(worker, 'terminate');
    release();
    await settled(checks);
    await vi.waitUntil(() => end.mock.calls.length === 1);

    const before = questions.length;
    checks.ask('sha256-input');
    await settled(checks);
    expect(checks.sha256('input')).toBe(await sha256(file));
    expect(questions.slice(before)).toEqual(['open', 'hash input']);
    expect(workers).toHaveLength(2);
  });

  it('of a small file are brought to an end beside a run, but no other is begun before it is over', async () => {
    const { checks, questions, workers, decide, release } = watched;
    decide((question) => (question === 'countRows t' ? 'held' : 'asked'));
    const { inspection } = await look(watched, runs, tableOf(30));
    await asked(watched, 'countRows t');

    checks.giveWay();
    expect(standing(checks)).toMatchObject({ rows: 'running' });
    release();
    await vi.waitUntil(() => checks.states.get('rows')?.state === 'made');
    expect(standing(checks)).toMatchObject({ rows: 'made', 'integrity-before': 'waiting', 'sha256-input': 'waiting' });
    expect(questions).not.toContain('prove integrity-before');

    checks.look(inspection);
    await settled(checks);
    expect(standing(checks)).toMatchObject({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
    expect(workers).toHaveLength(1);
  });

  it('can be skipped, and be made later all the same', async () => {
    const { checks, workers, decide } = watched;
    decide((question) => (question === 'prove integrity-before' ? 'held' : 'asked'));
    const { file } = await look(watched, runs, tableOf(30));
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

  it('of an old file show nowhere once another one is there', async () => {
    const { checks } = watched;
    const first = await databaseOf(tableOf(20_000), 'first.db');
    const second = await databaseOf('CREATE TABLE other(a); INSERT INTO other VALUES (1);', 'second.db');
    const [ofFirst, ofSecond] = [await inspect(runs, first), await inspect(runs, second)];

    checks.take(first);
    checks.look(ofFirst);
    checks.take(second);
    expect(standing(checks)).toEqual({});
    checks.look(ofSecond);
    await settled(checks);
    expect([...checks.rows]).toEqual([['other', 1]]);
    expect(checks.sha256('input')).toBe(await sha256(second));

    // And once more from a point where everything of the file has been made.
    checks.take(first);
    expect([[...checks.rows], checks.proofs, checks.sha256('input')]).toEqual([[], [], null]);
    checks.look(ofFirst);
    await settled(checks);
    expect([...checks.rows]).toEqual([['t', 20_000]]);
    expect(checks.sha256('input')).toBe(await sha256(first));
  });
});
