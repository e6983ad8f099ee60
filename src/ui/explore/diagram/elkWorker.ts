// The layout engine in a worker, by the messages that it takes (https://github.com/kieler/elkjs#api-documentation).

import type { ElkNode } from '../../../explore/diagram/elkGraph';
import { trustedAddress } from '../../../trustedAddress';
import { elkAddress, elkType } from './elkAddress';

/** The layout engine could not be loaded. */
export class NotLoaded extends Error {
  override readonly name = 'NotLoaded';
}

/** The worker was ended before it answered. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

interface Answer {
  readonly id: number;
  readonly data?: ElkNode;
  readonly error?: { readonly message?: string };
}

interface Waiting {
  readonly resolve: (graph: ElkNode) => void;
  readonly reject: (error: Error) => void;
}

/** One worker at a time, started when it is asked. Every call settles. */
export class ElkWorker {
  #worker: Worker | null = null;
  #calls = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Lays a graph out. Rejects with NotLoaded, Ended, or what the engine says. */
  readonly layOut = (graph: ElkNode): Promise<ElkNode> => {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#started().postMessage({ id, cmd: 'layout', graph });
    });
  };

  /** Ends the worker. */
  end(reason: Error = new Ended('Ended')): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(trustedAddress(elkAddress()), { type: elkType, name: 'layout' });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(new NotLoaded(event.message || 'The layout engine could not be loaded'));
    };
    worker.postMessage({ id: 0, cmd: 'register', algorithms: ['layered'] });
    return (this.#worker = worker);
  }

  #take({ id, data, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (data) waiting?.resolve(data);
    else waiting?.reject(new Error(error?.message ?? 'the layout engine gave no reason'));
  }
}
