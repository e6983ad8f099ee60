// Workers whose answers are held until they are let through, in whatever order. Behind them are real ones, which serve one after
// another of these: to start a real one takes as long as hundreds of answers.
import type { AnswerMessage, CallMessage } from '../../src/engine/worker/message';

/** An answer on its way to the page. */
interface Held {
  readonly to: HeldWorker;
  readonly answer: AnswerMessage;
}

/** All of one test: the answers that are on their way, and the real workers. */
export class HeldWorkers {
  /** Answers that the page has not heard yet. */
  readonly held: Held[] = [];
  /** Every call that was made of a worker that runs, with the file that was open in it. */
  readonly runs: { readonly file: Blob | null; readonly script: unknown; readonly choices: unknown }[] = [];
  readonly #free: Worker[] = [];
  #calls = 0;
  #unanswered = 0;
  readonly #quiet: (() => void)[] = [];

  /** A worker as an EngineClient wants it. */
  start = (name: string): Worker => {
    const real =
      this.#free.pop() ??
      new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name: 'runs' });
    return new HeldWorker(this, real, name) as unknown as Worker;
  };

  /** Settles when the real workers have answered all that they were asked. */
  async quiet(): Promise<void> {
    if (this.#unanswered > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
    await nextTask();
  }

  /** Lets an answer through: one of those that are held, counted round. */
  async release(at: number): Promise<void> {
    const [next] = this.held.splice(at % Math.max(1, this.held.length), 1);
    next?.to.hear(next.answer);
    await nextTask();
    await this.quiet();
  }

  /** Lets all answers through, and those to what is asked because of them, in the order in which they were given. */
  async releaseAll(): Promise<void> {
    await this.quiet();
    while (this.held.length > 0) await this.release(0);
  }

  /** Asks a real worker; its answer is held, unless the worker that asked has ended by then. */
  async ask(from: HeldWorker, real: Worker, message: CallMessage): Promise<void> {
    const id = ++this.#calls;
    this.#unanswered += 1;
    const answer = await new Promise<AnswerMessage>((resolve) => {
      const hear = ({ data }: MessageEvent<AnswerMessage>): void => {
        if (data.id !== id || data.kind === 'report') return;
        real.removeEventListener('message', hear);
        resolve(data);
      };
      real.addEventListener('message', hear);
      real.postMessage({ ...message, id });
    });
    this.#unanswered -= 1;
    if (!from.hasEnded) this.held.push({ to: from, answer: { ...answer, id: message.id } });
    if (this.#unanswered === 0) for (const resolve of this.#quiet.splice(0)) resolve();
  }

  /** Takes a real worker back; what it still answers is heard by nobody. */
  free(of: HeldWorker, real: Worker): void {
    this.#free.push(real);
    const left = this.held.filter(({ to }) => to !== of);
    this.held.splice(0, Infinity, ...left);
  }

  /** Ends the real workers. */
  end(): void {
    for (const real of this.#free.splice(0)) real.terminate();
  }
}

/** Has nothing open when it is new, whatever the real worker behind it was asked before. */
class HeldWorker extends EventTarget {
  onmessage: ((event: MessageEvent<AnswerMessage>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  hasEnded = false;
  readonly #all: HeldWorkers;
  readonly #real: Worker;
  readonly #name: string;
  #open: Blob | null = null;

  constructor(all: HeldWorkers, real: Worker, name: string) {
    super();
    this.#all = all;
    this.#real = real;
    this.#name = name;
  }

  postMessage(message: CallMessage): void {
    const [first, second] = message.arguments;
    if (message.method === 'open') this.#open = first as Blob;
    const needsNone = ['open', 'makeSample', 'describe'].includes(message.method);
    if (!needsNone && this.#open === null)
      throw new Error(`${message.method} was asked of a worker that has no file open`);
    if (message.method === 'run') this.#all.runs.push({ file: this.#open, script: first, choices: second });
    void this.#all.ask(this, this.#real, message);
  }

  hear(data: AnswerMessage): void {
    this.onmessage?.(new MessageEvent('message', { data }));
  }

  /** Dies, as the page hears of a worker that ran out of memory. */
  die(): void {
    this.onerror?.(new ErrorEvent('error', { message: `${this.#name} died`, cancelable: true }));
  }

  terminate(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#all.free(this, this.#real);
  }
}

/** Kills a worker that was started here. */
export function kill(worker: Worker | undefined): void {
  (worker as unknown as HeldWorker | undefined)?.die();
}

/** A turn of the event loop, which no fake clock holds up. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
