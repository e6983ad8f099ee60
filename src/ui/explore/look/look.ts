// One side of a migration to look at: the database as it was dropped, or the result. Its worker starts when it is asked first.

import { Cancelled, EngineClient, type RemoteFile } from '../../../engine/worker/client';
import { NO_SIDECARS, type Sidecars } from '../../../file/recovery';
import type { Problem } from '../../state/problem';
import { Turns, type Turn } from '../../state/turn';

/** An answer, or why there is none. `cancelled` where the user ended it, or something newer was asked. */
export type Looked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly cancelled: boolean; readonly error: Problem };

const CANCELLED: Problem = { code: 'cancelled', sentence: 'Cancelled.', help: '' };

/** What is answered within this time is not worth a new engine. */
const SLOW_MILLISECONDS = 400;

/**
 * A worker of its own over one file. It can be ended at any moment, with what it is busy with; the next question starts a
 * new one and opens the file again.
 */
export class Look {
  readonly #client: EngineClient;
  readonly #file: RemoteFile;
  /** The work of all who ask; a new engine begins a new turn, in which is asked again what is still wanted. */
  readonly #engines = new Turns();
  #engine = this.#engines.begin();
  #hasEnded = false;

  constructor(file: Blob, name: string, sidecars: Sidecars<Blob> = NO_SIDECARS, client = new EngineClient('looks')) {
    this.#client = client;
    this.#file = client.over({ file, name, sidecars });
  }

  /**
   * Asks the engine in which the file is open.
   * @param turn of whoever asks, where she may give it up
   */
  async ask<Value>(question: (file: RemoteFile) => Promise<Value>, turn?: Turn): Promise<Looked<Value>> {
    while (!this.#hasEnded) {
      const engine = this.#engine;
      try {
        return { ok: true, value: await question(this.#file) };
      } catch (error) {
        if (!(error instanceof Cancelled)) return { ok: false, cancelled: false, error: engineStopped(error) };
        // Another question was given up, and its engine with it.
        if (!engine.isCurrent && turn?.isCurrent !== false) continue;
        break;
      }
    }
    return { ok: false, cancelled: true, error: CANCELLED };
  }

  /** Ends the worker, and all that was asked of it. */
  cancel(): void {
    this.#client.cancel();
  }

  /** Nobody looks at the file any more: whatever is asked from now on is cancelled. */
  end(): void {
    this.#hasEnded = true;
    this.cancel();
  }

  /** Work is given up whose turn has ended. What it is busy with is ended unless it is there in a moment; all else is asked again. */
  async giveUp(work: Promise<unknown>): Promise<void> {
    const isThere = work.then(
      () => true,
      () => true,
    );
    const isSlow = new Promise<false>((resolve) => setTimeout(() => resolve(false), SLOW_MILLISECONDS));
    if (await Promise.race([isThere, isSlow])) return;
    this.#engine = this.#engines.begin();
    this.#client.cancel();
  }
}

function engineStopped(error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'engine',
    sentence: `The SQLite engine stopped (${reason}).`,
    help: 'Your file was not changed. Ask again: a new engine is started for it.',
  };
}

/** Holds looks by name; a look over another file than the one that is wanted is ended. */
export class Looks {
  readonly #open = new Map<string, { readonly file: Blob; readonly look: Look }>();

  /** The look of a name over a file, made where there is none yet; null where there is no file. */
  over<File extends Blob>(name: string, file: File | null, make: (file: File) => Look): Look | null {
    const kept = this.#open.get(name);
    if (file !== null && kept?.file === file) return kept.look;
    kept?.look.end();
    this.#open.delete(name);
    if (file === null) return null;
    const look = make(file);
    this.#open.set(name, { file, look });
    return look;
  }

  /** Ends all of them. */
  end(): void {
    for (const { look } of this.#open.values()) look.end();
    this.#open.clear();
  }
}
