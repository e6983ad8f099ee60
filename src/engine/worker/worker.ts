// The worker's side: loads the engine and answers calls.

import type { Progress } from '../answers';
import { makeApi } from './api';
import type { Kept } from './fileOfWorker';
import { keptBytes, type WorkerPurpose } from '../pages/readCache';
import type { AnswerMessage, CallMessage, RequestsMessage } from './message';
import { Engines } from '../engines';
import { loadEngine, wasmUrl } from '../sqljs/sqljs';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const { deviceMemory } = navigator as { readonly deviceMemory?: number };
const purpose: WorkerPurpose = scope.name === 'checks' || scope.name === 'looks' ? scope.name : 'runs';
const kept: Kept = {
  here: (fileBytes) => keptBytes(purpose, deviceMemory, fileBytes),
  ofRuns: (fileBytes) => keptBytes('runs', deviceMemory, fileBytes),
};
// A worker that was started from a Blob has no address that another could be relative to; this module has.
const here = import.meta.url;
const engines = new Engines({
  'sql.js': () => loadEngine(new URL(wasmUrl, here).href),
  'sqlite-wasm': async () => {
    const { loadSqliteWasm, wasmUrl } = await import('../sqliteWasm/sqliteWasm');
    return loadSqliteWasm(await bytesAt(new URL(wasmUrl, here).href));
  },
});
const api = makeApi(engines, kept);
// Needed by every call. A failed load is told to whoever calls; here it must only not count as unhandled.
const usual = engines.usual();
usual.catch(() => undefined);

async function bytesAt(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The server answers ${response.status} for ${address}`);
  return new Uint8Array(await response.arrayBuffer());
}

// A page is not told by the browser what its workers ask for.
new PerformanceObserver((list) => {
  const told: RequestsMessage = { kind: 'requests', addresses: list.getEntries().map(({ name }) => name) };
  scope.postMessage(told);
}).observe({ type: 'resource', buffered: true });

/** Calls are answered one after the other, also where one has to wait for code: the next may build on what it opens. */
let answered: Promise<void> = Promise.resolve();
scope.onmessage = ({ data }: MessageEvent<CallMessage>) => {
  answered = answered.then(() => answer(data));
};

// A call that cannot be read has nobody to answer to: the page hears of it as of a worker that died, and all its calls settle.
scope.addEventListener('messageerror', () => {
  throw new Error('A call to the engine could not be read');
});

async function answer({ id, method, callbackAt, arguments: given }: CallMessage): Promise<void> {
  const tell = (message: AnswerMessage): void => scope.postMessage(message);
  const values = [...given];
  if (callbackAt !== null) values[callbackAt] = throttled((value) => tell({ id, kind: 'report', value }));
  try {
    await usual;
    const methods: Record<string, unknown> = api;
    tell({ id, kind: 'result', value: await (methods[method] as (...values: unknown[]) => unknown)(...values) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    tell({ id, kind: 'error', name, message });
  }
}

const REPORT_EVERY_MILLISECONDS = 50;

/**
 * Checks report each batch of rows: more often than a screen is drawn, that only costs time. A new step is always told, since
 * it may be the last to be told for long.
 */
function throttled(report: (value: unknown) => void): (value: Progress) => void {
  let last = 0;
  let step = '';
  return (value) => {
    const now = performance.now();
    const nextStep = value.stage === 'statements' ? `${value.ordinal}` : value.label;
    if (nextStep === step && now - last < REPORT_EVERY_MILLISECONDS) return;
    last = now;
    step = nextStep;
    report(value);
  };
}
