// The checks of a result with their real worker: what is made when, skipped, asked for, lost with a worker and forgotten.
import { part } from '../amount';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import { thoroughnessUnasked } from '../../src/migration/proofs/agenda';
import { PROOF_CODES, type ProofCode } from '../../src/migration/proofs/proof';
import { databaseOf, sha256, tableOf } from './databases';
import {
  asked,
  checksOf,
  inspect,
  look,
  passed,
  results,
  runOn,
  settled,
  standing,
  watchChecks,
  type WatchedChecks,
} from './watchedChecks';

const SCRIPT = "ALTER TABLE t ADD COLUMN c TEXT DEFAULT (datetime('now')); CREATE INDEX IF NOT EXISTS i ON t(b);";
const LARGE = 300e6;
const HUGE = 5e9;

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

describe('The checks of a result', () => {
  it('are all made, also when the worker that made the result is gone', async () => {
    const looked = await look(watched, runs, tableOf(500));
    const { checks, file } = looked;
    const run = await runOn(looked, SCRIPT);
    runs.cancel();

    await checks.prove(run);

    expect(results(checks)).toEqual(passed(PROOF_CODES));
    expect(checks.sha256('input')).toBe(await sha256(file));
    expect(checks.sha256('result')).toBe(await sha256(run.file));
    expect(checks.progress).toBeNull();
  });

  it.each(part<ProofCode>(['integrity-before', 'pages', 'content', 'integrity-reopened', 'second-run'], 4))(
    'are not lost with a worker that dies each time during %s, which can be asked for again',
    async (code) => {
      const { workers, decide } = watched;
      const opened = await inspect(runs, await databaseOf(tableOf(500)));
      const checks = checksOf(watched, opened.file);
      decide((question) => (question === `prove ${code}` ? 'fatal' : 'asked'));
      checks.look(opened.inspection);
      // Else it depends on the machine whether the run ends before the checks of the file do.
      await settled(checks);
      await checks.prove(await runOn(opened, SCRIPT));

      expect(checks.states.get(code)).toEqual({
        state: 'stopped',
        reason: 'It could not be made: the SQLite engine stopped while it was made, 2 times (out of memory).',
      });
      expect(results(checks)).toEqual(passed(PROOF_CODES.filter((one) => one !== code)));
      expect([...checks.rows]).toEqual([['t', 500]]);
      expect(checks.sha256('result')).not.toBeNull();
      // A check of the file that has stopped is tried again with those of the result.
      expect(workers).toHaveLength(code === 'integrity-before' ? 5 : 3);

      decide(() => 'asked');
      checks.ask(code);
      await settled(checks);
      expect(results(checks)).toEqual(passed(PROOF_CODES));
    },
  );

  it('can be skipped in the middle, which ends the proving, and be made one by one', async () => {
    const { decide } = watched;
    const looked = await look(watched, runs, tableOf(500));
    const { checks } = looked;
    await settled(checks);
    decide((question) => (question === 'prove content' ? 'held' : 'asked'));
    const proving = checks.prove(await runOn(looked, SCRIPT));
    await asked(watched, 'prove content');

    checks.skip();
    await proving;

    // What takes longest is made first.
    const before = ['integrity-before', 'pages', 'row-counts', 'integrity-after', 'integrity-reopened'] as const;
    const skipped = PROOF_CODES.filter((code) => !before.some((one) => one === code));
    expect(results(checks)).toEqual(passed(before));
    for (const key of [...skipped, 'sha256-result'] as const) expect(checks.states.get(key)?.state).toBe('skipped');
    decide(() => 'asked');
    for (const code of skipped.toReversed()) checks.ask(code);
    await settled(checks);
    expect(results(checks)).toEqual(passed(PROOF_CODES));
    expect(checks.sha256('result')).toBeNull();
  });

  it.each([LARGE, HUGE])(
    'of a file of %i bytes are made as thoroughly as its size allows, and in full when asked for',
    async (size) => {
      const looked = await look(watched, runs, tableOf(500), size);
      const { checks } = looked;
      await checks.prove(await runOn(looked, 'CREATE TABLE IF NOT EXISTS more(a)'));

      for (const code of PROOF_CODES) {
        const thoroughness = thoroughnessUnasked(code, size);
        const expected = thoroughness === 'none' ? { state: 'unasked' } : { state: 'made', thoroughness };
        expect(checks.states.get(code), code).toMatchObject(expected);
      }
      expect(standing(checks)).toMatchObject({ rows: 'made', 'sha256-input': 'unasked', 'sha256-result': 'unasked' });

      for (const code of PROOF_CODES) checks.ask(code);
      await settled(checks);
      expect(results(checks)).toEqual(passed(PROOF_CODES));
      for (const code of PROOF_CODES) expect(checks.states.get(code), code).toMatchObject({ thoroughness: 'full' });
    },
  );

  it.each([
    ['found nothing', '', 'pass', 'sparing'],
    [
      'found faults in an index',
      "CREATE INDEX i ON t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(b)' WHERE name = 'i';",
      'warn',
      'full',
    ],
  ])(
    'look at what the run did not write only where the check of a file of 100 MB has not found it sound: it %s',
    async (_what, sql, result, how) => {
      const looked = await look(watched, runs, `${tableOf(20)} ${sql}`, 100e6);
      const { checks } = looked;
      await checks.prove(await runOn(looked, 'ALTER TABLE t ADD COLUMN c'));
      await settled(checks);
      expect(checks.states.get('integrity-before')).toMatchObject({ proof: { result } });
      expect(checks.states.get('integrity-reopened')).toMatchObject({ proof: { result }, thoroughness: how });
    },
  );

  it('are those of the latest run alone', async () => {
    const { decide } = watched;
    const looked = await look(watched, runs, tableOf(500));
    const { checks } = looked;
    await settled(checks);
    decide((question) => (question === 'prove content' ? 'held' : 'asked'));
    const first = checks.prove(await runOn(looked, SCRIPT));
    await asked(watched, 'prove content');
    decide(() => 'asked');

    const run = await runOn(looked, 'DELETE FROM t WHERE a > 400');
    await Promise.all([first, checks.prove(run)]);

    expect(checks.proofs.find(({ code }) => code === 'row-counts')?.details).toEqual(['t: 500 rows before, 400 after']);
    expect(checks.sha256('result')).toBe(await sha256(run.file));
  });

  it('are forgotten with the run; those of the file stay, and one that was being made is made', async () => {
    const { decide } = watched;
    const looked = await look(watched, runs, tableOf(500));
    const { checks, file, inspection } = looked;
    await settled(checks);
    await checks.prove(await runOn(looked, SCRIPT));

    checks.forgetRun();
    expect(standing(checks)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
    expect([checks.sha256('result'), results(checks)]).toEqual([null, passed(['integrity-before'])]);

    // The same once more while checks of the file are under way.
    decide((question) => (question === 'prove integrity-before' ? 'held' : 'asked'));
    const again = checksOf(watched, file);
    again.look(inspection);
    const proving = again.prove(await runOn(looked, SCRIPT));
    await asked(watched, 'prove integrity-before');
    again.forgetRun();
    await proving;
    decide(() => 'asked');
    again.look(inspection);
    await settled(again);

    expect(standing(again)).toEqual({ rows: 'made', 'integrity-before': 'made', 'sha256-input': 'made' });
  });

  it('of what is no database stop with the reason, and leave those of the file alone', async () => {
    const looked = await look(watched, runs, tableOf(500));
    const { checks } = looked;
    const run = await runOn(looked, SCRIPT);

    await checks.prove({ ...run, file: new Blob(['not a database, however long it may be '.repeat(20)]) });

    expect(results(checks)).toEqual(passed(['integrity-before']));
    expect(checks.states.get('content')).toMatchObject({
      state: 'stopped',
      reason: expect.stringContaining('database') as string,
    });
    expect(checks.sha256('input')).not.toBeNull();
  });
});
