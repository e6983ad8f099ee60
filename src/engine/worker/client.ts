// The page's side of the engine: calls the worker's methods, and can be cancelled at any moment.

import type { EngineApi } from './api';
import type { AnswerMessage, CallMessage } from './message';
import { trustedAddress } from '../../trustedAddress';
import { workerAddress, workerType } from './workerAddress';
import type { WorkerPurpose } from '../pages/readCache';

/** A call was given up because the user cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** The worker died or answered with a bug: whatever it held is gone, and the next call starts a new one. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
}

/** The methods of the engine as the page calls them. */
export type RemoteEngine = {
  readonly [Method in keyof EngineApi]: (
    ...values: Parameters<EngineApi[Method]>
  ) => Promise<Awaited<ReturnType<EngineApi[Method]>>>;
};

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly report: ((value: unknown) => void) | null;
}

/**
 * One worker at a time. Invariant: every call settles, also when its worker is terminated or dies.
 * @example
 * // `file` is a File that the user dropped.
 * const client = new EngineClient();
 * const opened = await client.engine.open(file, 'people.db');
 * if (!opened.ok) throw new Error(opened.error.sentence);
 * const script = 'ALTER TABLE t ADD COLUMN city TEXT;';
 * const planned = await client.engine.plan(script, DEFAULT_CHOICES);
 * const finished = await client.engine.run(script, DEFAULT_CHOICES, (progress) => console.log(progress.stage));
 * planned.ok && planned.value.plan.outcomes[0].verdict; // 'applied'
 * finished.ok && finished.value.committed; // true
 * client.cancel(); // ends the worker and gives its memory back
 */
export class EngineClient {
  readonly #start: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #calls = 0;

  /** The engine's methods. A call rejects with Cancelled or EngineFailure, never with anything else. */
  readonly engine: RemoteEngine = {
    open: (...values) => this.#call('open', values),
    countRows: (...values) => this.#call('countRows', values),
    plan: (...values) => this.#call('plan', values),
    readAhead: (...values) => this.#call('readAhead', values),
    forecast: (...values) => this.#call('forecast', values),
    histories: (...values) => this.#call('histories', values),
    run: (...values) => this.#call('run', values),
    openResult: (...values) => this.#call('openResult', values),
    prove: (...values) => this.#call('prove', values),
    hash: (...values) => this.#call('hash', values),
    describe: (...values) => this.#call('describe', values),
    rows: (...values) => this.#call('rows', values),
    countMore: (...values) => this.#call('countMore', values),
    wholeValue: (...values) => this.#call('wholeValue', values),
    exportPortion: (...values) => this.#call('exportPortion', values),
    query: (...values) => this.#call('query', values),
    checkData: (...values) => this.#call('checkData', values),
    offendingRows: (...values) => this.#call('offendingRows', values),
    layOut: (...values) => this.#call('layOut', values),
    makeSample: (...values) => this.#call('makeSample', values),
  };

  /**
   * @param purpose what the worker is for: by its name it knows how much of a file to keep in memory
   * @param start makes a worker of a name; left out, the engine's own
   */
  constructor(purpose: WorkerPurpose = 'runs', start: (purpose: WorkerPurpose) => Worker = startWorker) {
    this.#start = () => start(purpose);
  }

  /** Starts the worker, so that it is ready when the first file comes. */
  warmUp(): void {
    this.#running();
  }

  /** Ends the worker and with it all memory it held; calls that are waiting are rejected with Cancelled at once. */
  cancel(): void {
    this.#end(new Cancelled('Cancelled'));
  }

  #call<Result>(method: keyof EngineApi, values: readonly unknown[]): Promise<Result> {
    const id = ++this.#calls;
    const callbackAt = values.findIndex((value) => typeof value === 'function');
    const report = callbackAt < 0 ? null : (values[callbackAt] as (value: unknown) => void);
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, report });
      const message: CallMessage = {
        id,
        method,
        arguments: values.map((value) => (typeof value === 'function' ? null : value)),
        callbackAt: callbackAt < 0 ? null : callbackAt,
      };
      this.#running().postMessage(message);
    });
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage>) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new EngineFailure(event.message || 'The engine could not be loaded'));
    };
    this.#worker = worker;
    return worker;
  }

  #take(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.kind === 'report') {
      waiting.report?.(message.value);
    } else if (message.kind === 'result') {
      this.#waiting.delete(message.id);
      waiting.resolve(message.value);
    } else {
      // After a trap in the WASM every later statement would fail too.
      this.#end(new EngineFailure(`${message.name}: ${message.message}`));
    }
  }

  #end(reason: Error): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }
}

function startWorker(name: WorkerPurpose): Worker {
  return new Worker(trustedAddress(workerAddress()), { type: workerType, name });
}
