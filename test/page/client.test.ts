// The page's side of the engine against the worker itself: what calls give, and that every call settles.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/engine/answers';
import { Cancelled, EngineClient, EngineFailure } from '../../src/engine/worker/client';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import clientSource from '../../src/engine/worker/client.ts?raw';
import { runExample } from '../examples';
import { databaseOf, ENDLESS, sha256, tableOf } from './databases';

const SCRIPT = "ALTER TABLE t ADD COLUMN c TEXT DEFAULT (datetime('now')); CREATE INDEX IF NOT EXISTS i ON t(b);";

let client: EngineClient;

beforeEach(() => {
  client = new EngineClient();
});

afterEach(() => {
  client.cancel();
});

describe('A call', () => {
  it('gives what is in a file, what a script will do to it, and the upgraded file with its hashes', async () => {
    const file = await databaseOf(tableOf(500));

    const opened = await client.engine.open(file, 'test.db');
    const planned = await client.engine.plan(SCRIPT, DEFAULT_CHOICES);
    const reports: Progress[] = [];
    const finished = await client.engine.run(SCRIPT, DEFAULT_CHOICES, (progress) => reports.push(progress));

    if (!opened.ok || !planned.ok || !finished.ok) throw new Error('An expected answer was a refusal');
    expect(opened.value.tables).toEqual(['t']);
    expect(await client.engine.countRows('t', () => undefined)).toEqual({ ok: true, value: 500 });
    expect(opened.value.schema.relations.map(({ name }) => name)).toEqual(['t']);
    expect(planned.value.plan.outcomes.map(({ verdict }) => verdict)).toEqual(['adapted', 'applied']);
    const { outcomes, committed, file: result, pages } = finished.value;
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['adapted', 'applied']);
    expect(committed).toBe(true);
    expect(pages).toMatchObject({ pageSize: 4096, changed: [1] });
    const told = reports.flatMap((progress) => (progress.stage === 'statements' ? [progress.ordinal] : []));
    expect([...new Set(told)]).toEqual([1, 2]);
    if (!result) throw new Error('The run has no result');

    const run = { ...finished.value, file: result, script: SCRIPT, choices: DEFAULT_CHOICES };
    expect(await client.engine.openResult(run)).toEqual({ ok: true, value: null });
    for (const code of PROOF_CODES) {
      const proved = await client.engine.prove(code, 'full', () => undefined);
      expect(proved).toMatchObject({ ok: true, value: { code, result: 'pass' } });
    }
    expect(await client.engine.hash('input', () => undefined)).toEqual({ ok: true, value: await sha256(file) });
    expect(await client.engine.hash('result', () => undefined)).toEqual({ ok: true, value: await sha256(result) });
  });

  it('is made as the example in the doc comment says', async () => {
    const names = { EngineClient, DEFAULT_CHOICES, file: await databaseOf(tableOf(2)) };
    const claims = await runExample(clientSource, 'export class EngineClient', names);
    expect(claims.map(({ given }) => given)).toEqual(['applied', true]);
    expect(claims.map(({ expected }) => expected)).toEqual(['applied', true]);
  });

  it('gives a refusal as data, for a file that is no database and for a script that cannot be read', async () => {
    expect(await client.engine.open(new Blob(['text']), 'text.db')).toMatchObject({
      ok: false,
      error: { code: 'not-sqlite' },
    });
    await client.engine.open(await databaseOf(tableOf(1)), 'test.db');
    expect(await client.engine.plan("SELECT 'open", DEFAULT_CHOICES)).toMatchObject({
      ok: false,
      error: { code: 'unterminated-string', line: 1, column: 8 },
    });
  });

  it('gives the failed statement of a run as data, without a file', async () => {
    await client.engine.open(await databaseOf(tableOf(10)), 'test.db');

    const finished = await client.engine.run('DROP TABLE t; SELECT * FROM t;', DEFAULT_CHOICES, () => undefined);

    expect(finished).toMatchObject({ ok: true, value: { committed: false, file: null } });
    expect(finished.ok && finished.value.outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'failed']);
  });
});

describe('Cancelling', () => {
  it('rejects every call that waits, at once, and the next call is answered by a new worker', async () => {
    await client.engine.open(await databaseOf(tableOf(10)), 'test.db');
    const endless = client.engine.plan(ENDLESS, DEFAULT_CHOICES);
    const behind = client.engine.plan('SELECT 1;', DEFAULT_CHOICES);

    client.cancel();

    await expect(endless).rejects.toThrow(Cancelled);
    await expect(behind).rejects.toThrow(Cancelled);
    const opened = await client.engine.open(await databaseOf(tableOf(3)), 'next.db');
    expect(opened.ok).toBe(true);
    expect(await client.engine.countRows('t', () => undefined)).toEqual({ ok: true, value: 3 });
  });

  it('of a run leaves the file as it was, to be opened and run again', async () => {
    const file = await databaseOf(tableOf(20_000));
    const before = await sha256(file);
    await client.engine.open(file, 'test.db');

    const cancelled = client.engine.run(SCRIPT, DEFAULT_CHOICES, ({ stage }) => {
      if (stage === 'statements') client.cancel();
    });

    await expect(cancelled).rejects.toThrow(Cancelled);
    expect(await sha256(file)).toBe(before);
    await client.engine.open(file, 'test.db');
    const finished = await client.engine.run(SCRIPT, DEFAULT_CHOICES, () => undefined);
    expect(finished.ok && finished.value.committed).toBe(true);
  });
});

describe('An engine that stops', () => {
  it('because its worker cannot be loaded rejects the call, and the next one tries another worker', async () => {
    const address = URL.createObjectURL(new Blob(['throw new Error("no engine here")'], { type: 'text/javascript' }));
    let started = 0;
    const failing = new EngineClient('runs', () => {
      started += 1;
      return new Worker(address, { type: 'module' });
    });

    await expect(failing.engine.open(new Blob(), 'a.db')).rejects.toThrow(EngineFailure);
    await expect(failing.engine.open(new Blob(), 'a.db')).rejects.toThrow('no engine here');

    expect(started).toBe(2);
    URL.revokeObjectURL(address);
  });

  it('in the middle of a call rejects it with the reason, and all other calls that wait', async () => {
    const file = await databaseOf(tableOf(1));

    const [planned, behind] = await Promise.allSettled([
      client.engine.plan('SELECT 1;', DEFAULT_CHOICES),
      client.engine.plan(ENDLESS, DEFAULT_CHOICES),
    ]);

    for (const settled of [planned, behind]) {
      expect(settled.status === 'rejected' && settled.reason).toBeInstanceOf(EngineFailure);
      expect(settled.status === 'rejected' && String(settled.reason)).toContain('No file is open in this engine');
    }
    expect((await client.engine.open(file, 'test.db')).ok).toBe(true);
  });
});
