// The page's side of the engine: asks the worker's methods of a file, and can be cancelled at any moment.

import type { EngineApi } from './api';
import type { AnswerMessage, CallMessage, RequestsMessage } from './message';
import type { PageChanges } from '../../migration/proofs/pageProof';
import type { Schema } from '../../schema/schema';
import type { ProvableRun } from '../answers';
import { trustedAddress } from '../../trustedAddress';
import { workerAddress, workerType } from './workerAddress';
import type { WorkerPurpose } from '../pages/readCache';
import type { Sidecars } from '../../file/recovery';

/** A call was given up because the user cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** The worker died or answered with a bug: whatever it held is gone, and the next call starts a new one. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
}

/** A database to be opened, with what lies beside it. */
export interface LookedAt {
  readonly file: Blob;
  readonly name: string;
  readonly sidecars: Sidecars<Blob>;
}

type Arguments<Method extends keyof EngineApi> = Parameters<EngineApi[Method]>;
type Answer<Method extends keyof EngineApi> = Promise<Awaited<ReturnType<EngineApi[Method]>>>;
type Remote<Methods extends keyof EngineApi> = {
  readonly [Method in Methods]: (...values: Arguments<Method>) => Answer<Method>;
};

/** What needs no open file. */
export type RemoteEngine = Remote<'describe' | 'makeSample' | 'makeTarget'>;

/** So often the worker goes over what a file will need; then it is compiled as well as it gets. */
const WARMING_ROUNDS = 16;

/** The same of a worker that checks: each time takes longer, and less is won by the next. */
export const ROUNDS_OF_CHECKS = 3;

/** What is asked of the result of a run. */
export type RemoteResult = Remote<'prove' | 'hash'>;

/** What is asked of two files together. */
type OfTwo = 'compareWithTarget' | 'compareRows' | 'differingRows' | 'differingValue' | 'differencesPortion';

/** A file that another one is compared with. */
export interface ComparedWith extends LookedAt {
  /** What a run has written, where this is its result; else null. */
  readonly pages: PageChanges | null;
  /** Its schema, which is not read once more then; null where it is not known. */
  readonly schema: Schema | null;
}

/** What is asked of a file beside another one, which is open in the same worker. */
export type RemoteComparison = Remote<OfTwo> & {
  /** Opens it beside the other one, unless it is open. */
  readonly open: () => Answer<'openTarget'>;
};

/**
 * What is asked of one file. Whatever is asked, the file is open in the worker that is asked: where the worker is new, or has
 * another one open, it opens the file first. Where it cannot be opened, every answer is the refusal.
 */
export type RemoteFile = Remote<
  Exclude<keyof EngineApi, keyof RemoteEngine | OfTwo | 'warmUp' | 'open' | 'openResult' | 'openTarget'>
> & {
  /** Opens the file, unless it is open; gives what was found. */
  readonly open: () => Answer<'open'>;
  /** Asks the result of a run on this file, which is opened beside it in the same way. */
  readonly result: (run: ProvableRun) => RemoteResult;
  /** Compares the file with another one, which is opened beside it in the same way. */
  readonly against: (other: ComparedWith) => RemoteComparison;
};

/** The addresses from which workers have loaded something since the page was loaded, as far as they have told. */
export const requestsOfWorkers: string[] = [];

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly report: ((value: unknown) => void) | null;
}

/** A worker, with all that is true only while it lives: what it was asked to open, and the calls that it has to answer. */
interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  open: { readonly lookedAt: LookedAt; readonly answer: Answer<'open'> } | null;
  result: ProvableRun | null;
  target: { readonly other: ComparedWith; readonly answer: Answer<'openTarget'> } | null;
  /** How often it has gone over what a file will need, and how often it is to. */
  warmed: number;
  warmedMost: number;
  /** Why it has ended. */
  ended: Error | null;
}

/**
 * One worker at a time. Invariant: every call settles, also when its worker is terminated, dies or cannot be understood.
 * @example
 * // `file` is a File that the user dropped.
 * const client = new EngineClient();
 * const database = client.over({ file, name: 'people.db', sidecars: { log: null, journal: null } });
 * const opened = await database.open();
 * if (!opened.ok) throw new Error(opened.error.sentence);
 * const script = 'ALTER TABLE t ADD COLUMN city TEXT;';
 * const planned = await database.plan(script, DEFAULT_CHOICES);
 * const finished = await database.run(script, DEFAULT_CHOICES, (progress) => console.log(progress.stage));
 * planned.ok && planned.value.plan.outcomes[0].verdict; // 'applied'
 * finished.ok && finished.value.committed; // true
 * client.cancel(); // ends the worker and gives its memory back; whatever is asked next opens the file in a new one
 */
export class EngineClient {
  readonly #purpose: WorkerPurpose;
  readonly #start: () => Worker;
  #running: Running | null = null;
  #calls = 0;

  /** The methods that need no file. A call rejects with Cancelled or EngineFailure, never with anything else. */
  readonly engine: RemoteEngine = {
    describe: (...values) => this.#ask('describe', values),
    makeSample: (...values) => this.#ask('makeSample', values),
    makeTarget: (...values) => this.#ask('makeTarget', values),
  };

  /**
   * @param purpose what the worker is for: by its name it knows how much of a file to keep in memory
   * @param start makes a worker of a name; left out, the engine's own
   */
  constructor(purpose: WorkerPurpose = 'runs', start: (purpose: WorkerPurpose) => Worker = startWorker) {
    this.#purpose = purpose;
    this.#start = () => start(purpose);
  }

  /** The methods that need a file, over this one. Calls reject as those of `engine` do. */
  over(lookedAt: LookedAt): RemoteFile {
    return {
      open: () => this.#with((running) => openIn(running, lookedAt, this.#post)),
      countRows: (...values) => this.#ask('countRows', values, lookedAt),
      plan: (...values) => this.#ask('plan', values, lookedAt),
      compareForeignKeyModes: (...values) => this.#ask('compareForeignKeyModes', values, lookedAt),
      roundTrips: (...values) => this.#ask('roundTrips', values, lookedAt),
      forecast: (...values) => this.#ask('forecast', values, lookedAt),
      histories: (...values) => this.#ask('histories', values, lookedAt),
      run: (...values) => this.#ask('run', values, lookedAt),
      prove: (...values) => this.#ask('prove', values, lookedAt),
      hash: (...values) => this.#ask('hash', values, lookedAt),
      rows: (...values) => this.#ask('rows', values, lookedAt),
      countMore: (...values) => this.#ask('countMore', values, lookedAt),
      wholeValue: (...values) => this.#ask('wholeValue', values, lookedAt),
      exportPortion: (...values) => this.#ask('exportPortion', values, lookedAt),
      query: (...values) => this.#ask('query', values, lookedAt),
      diskSizes: (...values) => this.#ask('diskSizes', values, lookedAt),
      checkData: (...values) => this.#ask('checkData', values, lookedAt),
      offendingRows: (...values) => this.#ask('offendingRows', values, lookedAt),
      result: (run) => ({
        prove: (...values) => this.#ask('prove', values, lookedAt, run),
        hash: (...values) => this.#ask('hash', values, lookedAt, run),
      }),
      against: (other) => ({
        open: () =>
          this.#with((running) => {
            openIn(running, lookedAt, this.#post).catch(() => undefined);
            return openTargetIn(running, other, this.#post);
          }),
        compareWithTarget: (...values) => this.#askOfTwo('compareWithTarget', values, lookedAt, other),
        compareRows: (...values) => this.#askOfTwo('compareRows', values, lookedAt, other),
        differingRows: (...values) => this.#askOfTwo('differingRows', values, lookedAt, other),
        differingValue: (...values) => this.#askOfTwo('differingValue', values, lookedAt, other),
        differencesPortion: (...values) => this.#askOfTwo('differencesPortion', values, lookedAt, other),
      }),
    };
  }

  /** Starts the worker, so that it need not be loaded when the first file comes. */
  start(): void {
    this.#worker();
  }

  /**
   * Has the worker run what a file will need, until something is asked of it; settles then, or when it has.
   * @param rounds how often: once saves most of what can be saved, for a file that may never come
   */
  async warmUp(rounds: 1 | typeof ROUNDS_OF_CHECKS | typeof WARMING_ROUNDS = WARMING_ROUNDS): Promise<void> {
    const running = this.#worker();
    const isAtIt = running.warmed < running.warmedMost;
    running.warmedMost = Math.max(running.warmedMost, rounds);
    if (isAtIt) return;
    while (running.warmed < running.warmedMost && running.waiting.size === 0 && !running.open) {
      try {
        await this.#post(running, 'warmUp', [this.#purpose]);
      } catch {
        // Whoever asks for something hears of it.
        return;
      }
      running.warmed++;
    }
  }

  /** Ends the worker and with it all memory it held; calls that are waiting are rejected with Cancelled at once. */
  cancel(): void {
    if (this.#running) this.#end(this.#running, new Cancelled('Cancelled'));
  }

  #ask<Method extends keyof EngineApi>(
    method: Method,
    values: Arguments<Method>,
    lookedAt: LookedAt | null = null,
    run: ProvableRun | null = null,
  ): Answer<Method> {
    return this.#with((running) => {
      if (lookedAt) openIn(running, lookedAt, this.#post).catch(() => undefined);
      if (run) openResultIn(running, run, this.#post);
      return this.#post(running, method, values);
    });
  }

  #askOfTwo<Method extends OfTwo>(
    method: Method,
    values: Arguments<Method>,
    lookedAt: LookedAt,
    other: ComparedWith,
  ): Answer<Method> {
    return this.#with((running) => {
      openIn(running, lookedAt, this.#post).catch(() => undefined);
      openTargetIn(running, other, this.#post).catch(() => undefined);
      return this.#post(running, method, values);
    });
  }

  /** Asks the worker that there is, or a new one; that there can be none is a failure like any other. */
  #with<Result>(ask: (running: Running) => Promise<Result>): Promise<Result> {
    try {
      return ask(this.#worker());
    } catch (error) {
      return Promise.reject(new EngineFailure(error instanceof Error ? error.message : String(error)));
    }
  }

  /** Calls are answered in their order, so what is posted may rest on what was posted before it. */
  readonly #post: Post = (running, method, values) => {
    const id = ++this.#calls;
    const callbackAt = values.findIndex((value) => typeof value === 'function');
    const report = callbackAt < 0 ? null : (values[callbackAt] as (value: unknown) => void);
    return new Promise((resolve, reject) => {
      if (running.ended) {
        reject(running.ended);
        return;
      }
      running.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, report });
      const message: CallMessage = {
        id,
        method,
        arguments: values.map((value) => (typeof value === 'function' ? null : value)),
        callbackAt: callbackAt < 0 ? null : callbackAt,
      };
      try {
        running.worker.postMessage(message);
      } catch (error) {
        running.waiting.delete(id);
        reject(new EngineFailure(`The call ${method} could not be sent (${String(error)})`));
      }
    });
  };

  #worker(): Running {
    if (this.#running) return this.#running;
    const worker = this.#start();
    const running: Running = {
      worker,
      waiting: new Map(),
      open: null,
      result: null,
      target: null,
      warmed: 0,
      warmedMost: 0,
      ended: null,
    };
    // What an old worker still tells, it tells its own calls, of which none waits any more.
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage | RequestsMessage>) => this.#take(running, data);
    // Not every browser knows `onmessageerror` of a worker.
    worker.addEventListener('messageerror', () => {
      this.#end(running, new EngineFailure('An answer of the engine could not be read'));
    });
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(running, new EngineFailure(event.message || 'The engine could not be loaded'));
    };
    this.#running = running;
    return running;
  }

  #take(running: Running, message: AnswerMessage | RequestsMessage): void {
    if (message.kind === 'requests') {
      requestsOfWorkers.push(...message.addresses);
      return;
    }
    const waiting = running.waiting.get(message.id);
    if (!waiting) return;
    if (message.kind === 'report') {
      waiting.report?.(message.value);
    } else if (message.kind === 'result') {
      running.waiting.delete(message.id);
      waiting.resolve(message.value);
    } else {
      // After a trap in the WASM every later statement would fail too.
      this.#end(running, new EngineFailure(`${message.name}: ${message.message}`));
    }
  }

  #end(running: Running, reason: Error): void {
    if (running.ended) return;
    running.ended = reason;
    if (this.#running === running) this.#running = null;
    running.worker.terminate();
    const waiting = [...running.waiting.values()];
    running.waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }
}

type Post = <Method extends keyof EngineApi>(
  running: Running,
  method: Method,
  values: Arguments<Method>,
) => Answer<Method>;

function openIn(running: Running, lookedAt: LookedAt, post: Post): Answer<'open'> {
  if (running.open?.lookedAt !== lookedAt) {
    const { file, name, sidecars } = lookedAt;
    // What is open beside a file is so only beside this one.
    running.result = null;
    running.target = null;
    const answer = post(running, 'open', [file, name, sidecars]);
    const open = (running.open = { lookedAt, answer });
    forgetUnloaded(answer, () => {
      if (running.open === open) running.open = null;
    });
  }
  return running.open.answer;
}

function openResultIn(running: Running, run: ProvableRun, post: Post): void {
  if (running.result === run) return;
  running.result = run;
  forgetUnloaded(post(running, 'openResult', [run]), () => {
    if (running.result === run) running.result = null;
  });
}

function openTargetIn(running: Running, other: ComparedWith, post: Post): Answer<'openTarget'> {
  if (running.target?.other !== other) {
    const { file, sidecars, pages, schema } = other;
    const answer = post(running, 'openTarget', [file, sidecars, pages, schema]);
    const target = (running.target = { other, answer });
    forgetUnloaded(answer, () => {
      if (running.target === target) running.target = null;
    });
  }
  return running.target.answer;
}

/** What could not be opened because a part of the worker could not be loaded is opened anew by the next question. */
function forgetUnloaded(answer: Answer<'open' | 'openResult' | 'openTarget'>, forget: () => void): void {
  const look = (outcome: Awaited<typeof answer>): void => {
    if (!outcome.ok && outcome.error.code === 'not-loaded') forget();
  };
  void answer.then(look, () => undefined);
}

function startWorker(name: WorkerPurpose): Worker {
  return new Worker(trustedAddress(workerAddress()), { type: workerType, name });
}
