// One side of a migration to look at: the database as it was dropped, or the result. Its worker starts when it is asked first.

import { Cancelled, EngineClient, type RemoteEngine } from '../../../engine/worker/client';
import { NO_SIDECARS, type Sidecars } from '../../../file/recovery';
import type { Problem } from '../../state/problem';

/** A file to look at. */
export interface LookedAt {
  readonly file: Blob;
  readonly name: string;
  readonly sidecars: Sidecars<Blob>;
}

/** An answer, or why there is none. `cancelled` where the user ended it, or something newer was asked. */
export type Looked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly cancelled: boolean; readonly error: Problem };

const CANCELLED: Problem = { code: 'cancelled', sentence: 'Cancelled.', help: '' };

/**
 * A worker of its own over one file. It can be ended at any moment, with what it is busy with; the next question starts a
 * new one and opens the file again.
 */
export class Look {
  readonly #client: EngineClient;
  readonly #lookedAt: LookedAt;
  #opened: ReturnType<RemoteEngine['open']> | null = null;

  constructor(file: Blob, name: string, sidecars: Sidecars<Blob> = NO_SIDECARS, client = new EngineClient('looks')) {
    this.#lookedAt = { file, name, sidecars };
    this.#client = client;
  }

  /** Asks the engine in which the file is open. */
  async ask<Value>(question: (engine: RemoteEngine) => Promise<Value>): Promise<Looked<Value>> {
    const { file, name, sidecars } = this.#lookedAt;
    try {
      const opening = (this.#opened ??= this.#client.engine.open(file, name, sidecars));
      const opened = await opening;
      if (!opened.ok) {
        // That may succeed the next time, and is no fault of the file.
        if (opened.error.code === 'not-loaded') this.#opened = null;
        return { ok: false, cancelled: false, error: opened.error };
      }
      return { ok: true, value: await question(this.#client.engine) };
    } catch (error) {
      this.#opened = null;
      if (error instanceof Cancelled) return { ok: false, cancelled: true, error: CANCELLED };
      return { ok: false, cancelled: false, error: engineStopped(error) };
    }
  }

  /** Ends the worker, and what it is busy with. */
  cancel(): void {
    this.#opened = null;
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
    kept?.look.cancel();
    this.#open.delete(name);
    if (file === null) return null;
    const look = make(file);
    this.#open.set(name, { file, look });
    return look;
  }

  /** Ends all of them. */
  end(): void {
    for (const { look } of this.#open.values()) look.cancel();
    this.#open.clear();
  }
}
