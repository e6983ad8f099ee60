// A worker that dies, at statements of migration 021 in turn: nothing is half done, and the same file can be run again.
import { afterEach, expect, it, vi } from 'vitest';
import { part } from '../amount';
import { EngineClient } from '../../src/engine/worker/client';
import type { AnswerMessage } from '../../src/engine/worker/message';
import { loadSampleBase } from '../../src/catalog/catalog';
import { readMigrationFile } from '../../src/ui/state/catalogFile';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { NO_ROOM, sha256 } from './databases';

const STATEMENTS = 53;
let workbench: Workbench | undefined;

afterEach(() => workbench?.startOver());

/** Tells a worker that dies when it begins a statement of this number; null for one that lives. */
function startMortal(diesAt: () => number | null): Worker {
  const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), {
    type: 'module',
    name: 'runs',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<AnswerMessage>) => {
    const value = data.kind === 'report' ? (data.value as { stage?: string; ordinal?: number }) : {};
    if (value.stage !== 'statements' || value.ordinal !== diesAt()) return;
    worker.terminate();
    worker.dispatchEvent(new ErrorEvent('error', { message: 'it died', cancelable: true }));
  });
  return worker;
}

it(
  'at any statement it leaves the file as it was, no result, and a page that runs it afterwards',
  { timeout: 600_000 },
  async () => {
    let diesAt: number | null = null;
    const client = new EngineClient('runs', () => startMortal(() => diesAt));
    workbench = new Workbench(client, undefined, NO_ROOM);
    await workbench.scripts.loaded;
    const sample = workbench.scripts.samples[0];
    const migration = sample && workbench.scripts.migrationOf(sample);
    const base = sample && (await loadSampleBase(readMigrationFile, sample));
    if (!migration || !base?.ok) throw new Error('There is no sample');
    const made = await client.engine.makeSample(base.value, migration.script, sample.through);
    if (!made.ok) throw new Error(made.error.sentence);
    const file = new File([await made.value.arrayBuffer()], 'spine.db');
    const before = await sha256(file);
    await workbench.take([file]);
    expect(workbench.planned?.statements).toHaveLength(STATEMENTS);

    for (const ordinal of part([...Array(STATEMENTS + 1).keys()].slice(1), 9)) {
      await vi.waitUntil(() => workbench?.canRun, { timeout: 10_000, interval: 2 });
      diesAt = ordinal;
      await workbench.run();
      expect([ordinal, workbench.state, workbench.notice?.code]).toEqual([ordinal, 'ready', 'engine-stopped']);
      expect([workbench.finished, await workbench.takeResult()]).toEqual([null, null]);
    }

    expect(await sha256(file)).toBe(before);
    diesAt = null;
    await workbench.run();
    expect(workbench.state).toBe('done');
    expect(workbench.checks.proofs.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(await sha256(file)).toBe(before);
  },
);
