// Work that takes a while and may no longer be wanted when its answer comes: the one way in which this page tells.

import { Cancelled } from '../../engine/worker/client';

/** One piece of work. It holds its turn from beginning to end, and asks it before it shows what came of a question. */
export class Turn {
  readonly #isCurrent: (turn: Turn) => boolean;

  constructor(isCurrent: (turn: Turn) => boolean) {
    this.#isCurrent = isCurrent;
  }

  /** Whether what was begun with this turn is still wanted. */
  get isCurrent(): boolean {
    return this.#isCurrent(this);
  }

  /** What was awaited, be it an answer or a failure; rejects with `Cancelled` where it is no longer wanted. */
  async still<Value>(work: Promise<Value>): Promise<Value> {
    try {
      const value = await work;
      if (this.isCurrent) return value;
    } catch (error) {
      if (this.isCurrent) throw error;
    }
    throw new Cancelled('Something else is wanted by now');
  }
}

/** Pieces of work of which only the latest is wanted: to begin one, or to end it, ends the one before. */
export class Turns {
  #current: Turn | null = null;

  begin(): Turn {
    this.#current = new Turn((turn) => turn === this.#current);
    return this.#current;
  }

  end(): void {
    this.#current = null;
  }
}
