// The layout engine of the page, in Node: there its script is a module that brings a worker of its own along.
import { createRequire } from 'node:module';
import type { LayoutEngine } from '../../../src/explore/diagram/diagramLayout';
import type { ElkNode } from '../../../src/explore/diagram/elkGraph';

interface Answer {
  readonly data: { readonly id: number; readonly data?: ElkNode; readonly error?: unknown };
}

interface ElkWorker {
  onmessage: (answer: Answer) => void;
  postMessage(message: object): void;
}

const { Worker } = createRequire(import.meta.url)('elkjs/lib/elk-worker.min.js') as { Worker: new () => ElkWorker };

/** Lays out in this thread. */
export function layoutEngine(): LayoutEngine {
  const worker = new Worker();
  const waiting = new Map<number, (answer: Answer['data']) => void>();
  worker.onmessage = ({ data }) => waiting.get(data.id)?.(data);
  let calls = 0;
  worker.postMessage({ id: 0, cmd: 'register', algorithms: ['layered'] });
  return (graph) =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, ({ data, error }) => {
        waiting.delete(id);
        if (data) resolve(data);
        else reject(new Error(`ELK: ${JSON.stringify(error)}`));
      });
      worker.postMessage({ id, cmd: 'layout', graph });
    });
}
