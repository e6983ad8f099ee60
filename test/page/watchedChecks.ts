// Checks whose worker is watched: what it is asked, and at which question it is held up or dies.
import { vi } from 'vitest';
import { EngineClient, type RemoteFile } from '../../src/engine/worker/client';
import { NO_SIDECARS } from '../../src/file/recovery';
import type { ProvableRun } from '../../src/engine/answers';
import type { Inspection } from '../../src/engine/inspection';
import type { CallMessage } from '../../src/engine/worker/message';
import type { ProofCode } from '../../src/migration/proofs/proof';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import type { CheckKey } from '../../src/ui/state/check';
import { Checks } from '../../src/ui/state/checks.svelte';
import { databaseOf } from './databases';

/** What becomes of a question on its way to the worker: it gets there, it never does, or the worker dies of it. */
type Fate = 'asked' | 'held' | 'fatal';

/** The worker of checks, watched. */
export interface WatchedChecks {
  readonly client: EngineClient;
  /** All questions in their order: the method, and its argument where that is a word. */
  readonly questions: string[];
  /** Workers that were started. */
  readonly workers: Worker[];
  /** Decides on the questions from now on. */
  readonly decide: (fate: (question: string) => Fate) => void;
  /** Asks the questions that have been held. */
  readonly release: () => void;
  /** Ends the worker. */
  readonly end: () => void;
}

/** A worker of checks that is asked every question, until `decide` is called. */
export function watchChecks(): WatchedChecks {
  const questions: string[] = [];
  const workers: Worker[] = [];
  const held: (() => void)[] = [];
  let fateOf: (question: string) => Fate = () => 'asked';
  const client = new EngineClient('checks', (name) => {
    const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name });
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: CallMessage) => {
      const [first] = message.arguments;
      const question = typeof first === 'string' ? `${message.method} ${first}` : message.method;
      questions.push(question);
      const fate = fateOf(question);
      if (fate === 'asked') post(message);
      if (fate === 'held') held.push(() => post(message));
      if (fate === 'fatal') {
        worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
      }
    };
    workers.push(worker);
    return worker;
  });
  return {
    client,
    questions,
    workers,
    decide: (fate) => {
      fateOf = fate;
    },
    release: () => {
      for (const ask of held.splice(0)) ask();
    },
    end: () => client.cancel(),
  };
}

/** Waits until nothing is being checked or waits to be. */
export async function settled({ states }: Checks): Promise<void> {
  const busy = (): boolean => [...states.values()].some(({ state }) => state === 'running' || state === 'waiting');
  await vi.waitUntil(() => !busy(), { timeout: 20_000, interval: 5 });
}

/** Waits until a question has been put. */
export async function asked({ questions }: WatchedChecks, question: string): Promise<void> {
  await vi.waitUntil(() => questions.includes(question), { timeout: 20_000, interval: 5 });
}

/** How each check stands, by its key. */
export function standing({ states }: Checks): Readonly<Partial<Record<CheckKey, string>>> {
  return Object.fromEntries([...states].map(([key, { state }]) => [key, state]));
}

/** A file that is open for planning and running, as it is before the page looks at its checks. */
export interface OpenedForRuns {
  readonly file: File;
  readonly opened: RemoteFile;
  readonly inspection: Inspection;
}

/** Opens a file; `size` is what it says it has. */
export async function inspect(runs: EngineClient, file: File, size = file.size): Promise<OpenedForRuns> {
  const opened = runs.over({ file, name: file.name, sidecars: NO_SIDECARS });
  const found = await opened.open();
  if (!found.ok) throw new Error(found.error.sentence);
  return { file, opened, inspection: { ...found.value, size } };
}

/** The checks of a file, of which none is made yet. */
export function checksOf({ client }: WatchedChecks, file: File): Checks {
  return new Checks({ file, sidecars: NO_SIDECARS }, client);
}

/** A file that is made of a script, opened, and being checked. */
export async function look(
  watched: WatchedChecks,
  runs: EngineClient,
  sql: string,
  size?: number,
): Promise<OpenedForRuns & { readonly checks: Checks }> {
  const opened = await inspect(runs, await databaseOf(sql), size);
  const checks = checksOf(watched, opened.file);
  checks.look(opened.inspection);
  return { ...opened, checks };
}

/** Runs a script on a file. */
export async function runOn({ opened }: Pick<OpenedForRuns, 'opened'>, script: string): Promise<ProvableRun> {
  const finished = await opened.run(script, DEFAULT_CHOICES, () => undefined);
  if (!finished.ok || !finished.value.file) throw new Error('The run has no result');
  return { ...finished.value, file: finished.value.file, script, choices: DEFAULT_CHOICES };
}

/** The proofs that were made, as `code: result`. */
export function results({ proofs }: Checks): readonly string[] {
  return proofs.map(({ code, result }) => `${code}: ${result}`);
}

/** How these proofs look among the results when they pass. */
export function passed(codes: readonly ProofCode[]): readonly string[] {
  return codes.map((code) => `${code}: pass`);
}
