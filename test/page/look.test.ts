// Looking into a file beside the work: what takes for ever is given up, and nothing else is lost or done twice with it.
import { afterEach, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import type { CallMessage } from '../../src/engine/worker/message';
import type { Arrangement } from '../../src/explore/data/arrangement';
import { NO_SIDECARS } from '../../src/file/recovery';
import { exportAll } from '../../src/ui/explore/grid/exporting';
import { Look } from '../../src/ui/explore/look/look';
import { Turns } from '../../src/ui/state/turn';
import { databaseOf, tableOf } from './databases';

const FOR_EVER = `${tableOf(5)} CREATE VIEW endless AS
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS a FROM n;`;

let look: Look | undefined;
let asked: string[] = [];

afterEach(() => {
  look?.end();
  vi.useRealTimers();
});

async function lookInto(sql: string): Promise<Look> {
  asked = [];
  const client = new EngineClient('looks', (name) => {
    const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name });
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: CallMessage) => {
      asked.push(message.method);
      post(message);
    };
    return worker;
  });
  look = new Look(await databaseOf(sql), 'test.db', NO_SIDECARS, client);
  return look;
}

function arrangementOf(name: string, columns: readonly string[], rowid: string | null): Arrangement {
  return { from: `main.${name}`, alias: name, columns, rowid, sort: null, where: '', contains: '' };
}

const rowsOf = (of: Look, name: string) =>
  of.ask((file) => {
    const window = { firstRow: 0, endRow: 5, firstColumn: 0, endColumn: 1 };
    return file.rows(arrangementOf(name, ['a'], name === 't' ? 'rowid' : null), window, () => undefined);
  });

it('An export of a view that never ends ends when it is cancelled, and what else was asked is answered', async () => {
  const of = await lookInto(FOR_EVER);
  const turns = new Turns();
  const exported = { arrangement: arrangementOf('endless', ['a'], null), names: ['a'], format: 'csv' } as const;
  const exporting = exportAll(of, exported, () => undefined, turns.begin());
  const behind = rowsOf(of, 't');

  turns.end();
  void of.giveUp(exporting);

  expect(await exporting).toBeNull();
  const rows = await behind;
  expect(rows.ok && rows.value.ok && rows.value.value.rows.length).toBe(5);
});

it('An export whose portion comes in a moment costs no engine when it is cancelled', async () => {
  // The moment does not pass before the portion is there, however busy this machine is.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const of = await lookInto(FOR_EVER);
  const turns = new Turns();
  const exported = { arrangement: arrangementOf('t', ['a'], 'rowid'), names: ['a'], format: 'csv' } as const;
  const exporting = exportAll(of, exported, () => undefined, turns.begin());
  turns.end();
  await of.giveUp(exporting);
  await rowsOf(of, 't');
  expect(await exporting).toBeNull();
  expect(asked.filter((method) => method === 'open')).toHaveLength(1);
});

it('After what was asked is cancelled, a new question opens the file once more, and only once', async () => {
  const of = await lookInto(FOR_EVER);
  const endless = rowsOf(of, 'endless');
  of.cancel();
  const next = rowsOf(of, 't');
  expect(await endless).toMatchObject({ ok: false, cancelled: true });
  expect((await next).ok).toBe(true);
  expect((await rowsOf(of, 't')).ok).toBe(true);
  expect(asked.filter((method) => method === 'open')).toHaveLength(2);
});

it('Whoever asks after a look has ended starts no engine', async () => {
  const of = await lookInto(FOR_EVER);
  of.end();
  expect(await rowsOf(of, 't')).toMatchObject({ ok: false, cancelled: true });
  expect(asked).toEqual([]);
});
