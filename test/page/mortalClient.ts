// An engine that dies over a question, as one does that runs out of memory.
import { EngineClient } from '../../src/engine/worker/client';
import type { CallMessage } from '../../src/engine/worker/message';

/** Its first worker does not hear the first call of this method, and dies when it is told to. */
export function clientThatDiesAt(method: CallMessage['method']): {
  readonly client: EngineClient;
  readonly die: () => void;
} {
  let asked: Worker | null = null;
  const client = new EngineClient('runs', () => {
    const worker = new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module' });
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: CallMessage) => {
      if (message.method !== method || asked) post(message);
      else asked = worker;
    };
    return worker;
  });
  const die = (): void => {
    if (!asked) throw new Error(`${method} was not asked`);
    asked.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
  };
  return { client, die };
}
