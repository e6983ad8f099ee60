// The page's side of the engine against the worker itself: what calls give, that each has its file open, and that every call settles.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/engine/answers';
import { Cancelled, EngineClient, EngineFailure, type RemoteFile } from '../../src/engine/worker/client';
import type { CallMessage } from '../../src/engine/worker/message';
import { NO_SIDECARS } from '../../src/file/recovery';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import clientSource from '../../src/engine/worker/client.ts?raw';
import { runExample } from '../examples';
import { databaseOf, ENDLESS, sha256, tableOf } from './databases';

const SCRIPT = "ALTER TABLE t ADD COLUMN c TEXT DEFAULT (datetime('now')); CREATE INDEX IF NOT EXISTS i ON t(b);";

let client: EngineClient;
let workers: Worker[];
/** What the worker was asked, by its methods. */
let asked: string[];

beforeEach(() => {
  workers = [];
  asked = [];
  client = new EngineClient('runs', (name) => {
    const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name });
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: CallMessage) => {
      asked.push(message.method);
      post(message);
    };
    workers.push(worker);
    return worker;
  });
});

afterEach(() => {
  client.cancel();
});

function over(file: Blob, name = 'test.db'): RemoteFile {
  return client.over({ file, name, sidecars: NO_SIDECARS });
}

async function overTable(rows: number): Promise<RemoteFile> {
  return over(await databaseOf(tableOf(rows)));
}

describe('A call', () => {
  it('gives what is in a file, what a script will do to it, and the upgraded file with its hashes', async () => {
    const file = await databaseOf(tableOf(500));
    const database = over(file);

    const opened = await database.open();
    const planned = await database.plan(SCRIPT, DEFAULT_CHOICES);
    const reports: Progress[] = [];
    const finished = await database.run(SCRIPT, DEFAULT_CHOICES, (progress) => reports.push(progress));

    if (!opened.ok || !planned.ok || !finished.ok) throw new Error('An expected answer was a refusal');
    expect(opened.value.tables).toEqual(['t']);
    expect(await database.countRows('t', () => undefined)).toEqual({ ok: true, value: 500 });
    expect(opened.value.schema.relations.map(({ name }) => name)).toEqual(['t']);
    expect(planned.value.plan.outcomes.map(({ verdict }) => verdict)).toEqual(['adapted', 'applied']);
    const { outcomes, committed, file: result, pages } = finished.value;
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['adapted', 'applied']);
    expect(committed).toBe(true);
    expect(pages).toMatchObject({ pageSize: 4096, changed: [1] });
    const told = reports.flatMap((progress) => (progress.stage === 'statements' ? [progress.ordinal] : []));
    expect([...new Set(told)]).toEqual([1, 2]);
    if (!result) throw new Error('The run has no result');

    const upgraded = database.result({ ...finished.value, file: result, script: SCRIPT, choices: DEFAULT_CHOICES });
    for (const code of PROOF_CODES) {
      const proved = await upgraded.prove(code, 'full', () => undefined);
      expect(proved).toMatchObject({ ok: true, value: { code, result: 'pass' } });
    }
    expect(await upgraded.hash('input', () => undefined)).toEqual({ ok: true, value: await sha256(file) });
    expect(await upgraded.hash('result', () => undefined)).toEqual({ ok: true, value: await sha256(result) });
    expect(asked.filter((method) => method === 'open' || method === 'openResult')).toEqual(['open', 'openResult']);
  });

  it('is made as the example in the doc comment says', async () => {
    const names = { EngineClient, DEFAULT_CHOICES, file: await databaseOf(tableOf(2)) };
    const claims = await runExample(clientSource, 'export class EngineClient', names);
    expect(claims.map(({ given }) => given)).toEqual(['applied', true]);
    expect(claims.map(({ expected }) => expected)).toEqual(['applied', true]);
  });

  it('gives a refusal as data, for a file that is no database and for a script that cannot be read', async () => {
    const text = over(new Blob(['text']), 'text.db');
    expect(await text.open()).toMatchObject({ ok: false, error: { code: 'not-sqlite' } });
    const database = await overTable(1);
    expect(await database.plan("SELECT 'open", DEFAULT_CHOICES)).toMatchObject({
      ok: false,
      error: { code: 'unterminated-string', line: 1, column: 8 },
    });
  });

  it('gives the failed statement of a run as data, without a file', async () => {
    const database = await overTable(10);

    const finished = await database.run('DROP TABLE t; SELECT * FROM t;', DEFAULT_CHOICES, () => undefined);

    expect(finished).toMatchObject({ ok: true, value: { committed: false, file: null } });
    expect(finished.ok && finished.value.outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'failed']);
  });
});

describe('Whatever is asked first, a file', () => {
  it('is opened for it, once, and the same after another file was asked in the same worker', async () => {
    const [one, other] = [await overTable(10), await overTable(20)];
    const rows = (file: RemoteFile) => file.countRows('t', () => undefined);

    expect(await Promise.all([rows(one), rows(one), rows(other), rows(one)])).toEqual(
      [10, 10, 20, 10].map((value) => ({ ok: true, value })),
    );
    expect(asked.filter((method) => method === 'open')).toHaveLength(3);
    expect(workers).toHaveLength(1);
  });

  it('that is refused gives its refusal to every question, and the worker lives', async () => {
    const text = over(new Blob(['text']), 'text.db');
    const refusal = { ok: false, error: { code: 'not-sqlite' } };
    expect(await text.plan('SELECT 1', DEFAULT_CHOICES)).toMatchObject(refusal);
    expect(await text.histories()).toMatchObject(refusal);
    expect(await text.run('SELECT 1', DEFAULT_CHOICES, () => undefined)).toMatchObject(refusal);
    expect(await text.countRows('t', () => undefined)).toMatchObject(refusal);
    expect(await text.hash('input', () => undefined)).toMatchObject(refusal);
    expect(workers).toHaveLength(1);
  });

  it('is open again in a new worker, with the result of a run beside it', async () => {
    const database = await overTable(30);
    const finished = await database.run(SCRIPT, DEFAULT_CHOICES, () => undefined);
    if (!finished.ok || !finished.value.file) throw new Error('The run has no result');
    const run = { ...finished.value, file: finished.value.file, script: SCRIPT, choices: DEFAULT_CHOICES };
    const upgraded = database.result(run);
    for (const end of [() => client.cancel(), () => die(workers.at(-1))]) {
      end();
      const proved = await upgraded.prove('row-counts', 'full', () => undefined);
      expect(proved).toMatchObject({ ok: true, value: { result: 'pass' } });
    }
    expect(workers).toHaveLength(3);
  });
});

function die(worker: Worker | undefined): void {
  worker?.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
}

describe('Cancelling', () => {
  it('rejects every call that waits, at once, and the next call is answered by a new worker', async () => {
    const database = await overTable(10);
    const endless = database.plan(ENDLESS, DEFAULT_CHOICES);
    const behind = database.plan('SELECT 1;', DEFAULT_CHOICES);

    client.cancel();

    await expect(endless).rejects.toThrow(Cancelled);
    await expect(behind).rejects.toThrow(Cancelled);
    expect(await database.countRows('t', () => undefined)).toEqual({ ok: true, value: 10 });
    const next = await overTable(3);
    expect(await next.countRows('t', () => undefined)).toEqual({ ok: true, value: 3 });
  });

  it('of a run leaves the file as it was, to be run again', async () => {
    const file = await databaseOf(tableOf(20_000));
    const before = await sha256(file);
    const database = over(file);

    const cancelled = database.run(SCRIPT, DEFAULT_CHOICES, ({ stage }) => {
      if (stage === 'statements') client.cancel();
    });

    await expect(cancelled).rejects.toThrow(Cancelled);
    expect(await sha256(file)).toBe(before);
    const finished = await database.run(SCRIPT, DEFAULT_CHOICES, () => undefined);
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
    const database = failing.over({ file: new Blob(), name: 'a.db', sidecars: NO_SIDECARS });

    await expect(database.open()).rejects.toThrow(EngineFailure);
    await expect(database.open()).rejects.toThrow('no engine here');

    expect(started).toBe(2);
    URL.revokeObjectURL(address);
  });

  it('because there can be no worker at all rejects the call', async () => {
    const none = new EngineClient('runs', () => {
      throw new Error('not allowed here');
    });
    const database = none.over({ file: new Blob(), name: 'a.db', sidecars: NO_SIDECARS });
    await expect(database.open()).rejects.toThrow(EngineFailure);
    await expect(database.plan('SELECT 1', DEFAULT_CHOICES)).rejects.toThrow('not allowed here');
  });

  it.each([
    ['it dies', () => new ErrorEvent('error', { message: 'out of memory', cancelable: true }), 'out of memory'],
    ['its answer cannot be read', () => new MessageEvent('messageerror'), 'could not be read'],
  ])(
    'in the middle of a call, since %s, rejects it with the reason, and all other calls that wait',
    async (_, event, reason) => {
      const database = await overTable(1);
      await database.open();
      const calls = [database.plan(ENDLESS, DEFAULT_CHOICES), database.plan('SELECT 1;', DEFAULT_CHOICES)];

      workers.at(-1)?.dispatchEvent(event());

      for (const settled of await Promise.allSettled(calls)) {
        expect(settled.status === 'rejected' && settled.reason).toBeInstanceOf(EngineFailure);
        expect(settled.status === 'rejected' && String(settled.reason)).toContain(reason);
      }
      expect((await database.open()).ok).toBe(true);
    },
  );

  it('does not hear of a call that cannot be sent, which is rejected alone', async () => {
    const database = await overTable(1);
    await database.open();
    const unsendable = { existingRows: 'null', strict: false, foreignKeys: 'off', more: () => undefined } as const;
    await expect(database.plan('SELECT 1;', unsendable)).rejects.toThrow(EngineFailure);
    expect((await database.plan('SELECT 1;', DEFAULT_CHOICES)).ok).toBe(true);
    expect(workers).toHaveLength(1);
  });

  it('late, after another has taken its place, takes nothing from that one', async () => {
    const database = await overTable(5);
    await database.open();
    client.cancel();
    const counting = database.countRows('t', () => undefined);
    die(workers[0]);
    expect(await counting).toEqual({ ok: true, value: 5 });
    die(workers[0]);
    expect(await database.countRows('t', () => undefined)).toEqual({ ok: true, value: 5 });
    expect(workers).toHaveLength(2);
  });
});
