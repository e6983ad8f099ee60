// The worker's side: loads the engine and answers calls.

import { makeApi } from './api';
import { loadSha256 } from './sha256';
import type { AnswerMessage, CallMessage } from './message';
import { loadEngine, wasmUrl } from './sqljs';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const api = Promise.all([loadEngine(wasmUrl), loadSha256()]).then(([engine, sha256]) => makeApi(engine, sha256));
// A failed load is told to whoever calls; here it must only not count as unhandled.
api.catch(() => undefined);

scope.onmessage = async ({ data }: MessageEvent<CallMessage>) => {
  const { id, method, callbackAt } = data;
  const answer = (message: AnswerMessage): void => scope.postMessage(message);
  const values = [...data.arguments];
  if (callbackAt !== null) values[callbackAt] = throttled((value) => answer({ id, kind: 'report', value }));
  try {
    const methods: Record<string, unknown> = await api;
    answer({ id, kind: 'result', value: await (methods[method] as (...values: unknown[]) => unknown)(...values) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    answer({ id, kind: 'error', name, message });
  }
};

const REPORT_EVERY_MILLISECONDS = 30;

/** Checks report each batch of rows: more often than a screen is drawn, reports only cost time. */
function throttled(report: (value: unknown) => void): (value: { readonly stage?: string }) => void {
  let last = 0;
  let stage: string | undefined;
  return (value) => {
    const now = performance.now();
    if (value.stage === stage && value.stage !== 'statements' && now - last < REPORT_EVERY_MILLISECONDS) return;
    last = now;
    stage = value.stage;
    report(value);
  };
}
