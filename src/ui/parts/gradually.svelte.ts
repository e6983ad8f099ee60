// Shows a long list a part at a time, so that no task holds the page up: what is new is drawn in slices, each a task of
// its own, with frames and the user's clicks between them.

import { flushSync, tick, untrack } from 'svelte';

/** Rows that are drawn between two looks at the clock. */
const ROWS_AT_A_TIME = 20;
/** Parts that are drawn together with the change that brought them: what a large window shows of a list, or more. */
const PARTS_AT_ONCE = 3;
/** A slice begins no further part after this time, which leaves half a frame to the browser. */
const SLICE_MILLISECONDS = 8;
/** Nor does it after so many parts: the browser has yet to lay them out, which the clock does not see. */
const PARTS_IN_A_SLICE = 5;

/** Parts of which each comes and goes without the others being gone through: Svelte compares all items of a list as one comes. */
export const PARTS_OF_A_SHELF = 64;

/** Some neighbouring rows of a list. */
export interface Portion {
  readonly rows: readonly unknown[];
  /** How many of the rows are to be seen; the others are hidden. */
  readonly seen: number;
}

/** Cuts a list into what one portion each holds. */
export function cutIntoPortions<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  const count = Math.ceil(rows.length / ROWS_AT_A_TIME);
  return Array.from({ length: count }, (_, at) => rows.slice(at * ROWS_AT_A_TIME, (at + 1) * ROWS_AT_A_TIME));
}

/** One part of a list as it is drawn now. */
class Part<Value> {
  value = $state.raw() as Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** Some neighbouring parts. Only the last shelf of a list is not full. */
class Shelf<Value> {
  parts = $state.raw<readonly Part<Value>[]>([]);
}

/**
 * What is drawn of a list: follows what is wanted, the first parts at once and the others in slices, in their order.
 * Invariant: the parts before the one whose turn it is show what is wanted now, the others what was wanted before.
 */
export class Gradual<Value> {
  wanted = $state.raw<readonly Value[]>([]);
  /** What is drawn, in order. While `busy`, there may be fewer or more parts than are wanted. */
  shelves = $state.raw<readonly Shelf<Value>[]>([]);
  /** Whether a part is still to be drawn, changed or taken away. */
  busy = $state(false);
  readonly #partsAtOnce: number;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: { readonly index: number; readonly resolve: () => void }[] = [];

  /** Made while a component is, and follows `wanted` until that component is gone. A part that is the same costs nothing. */
  constructor(wanted: () => readonly Value[], partsAtOnce = PARTS_AT_ONCE) {
    this.#partsAtOnce = partsAtOnce;
    $effect.pre(() => {
      const values = wanted();
      untrack(() => this.#follow(values));
    });
    $effect(() => () => {
      clearTimeout(this.#timer);
      this.#tell(Infinity);
    });
  }

  /** All parts that are drawn, for a list that has few. */
  get parts(): readonly Part<Value>[] {
    return this.shelves.flatMap(({ parts }) => parts);
  }

  /** How many parts are drawn. */
  get count(): number {
    const last = this.shelves.at(-1);
    return last ? (this.shelves.length - 1) * PARTS_OF_A_SHELF + last.parts.length : 0;
  }

  /** Settles when the part of this index is drawn as it is wanted, or when the list is gone. */
  async reach(index: number): Promise<void> {
    // What was changed just now is not wanted before the effects have run.
    await tick();
    await new Promise<void>((resolve) => {
      this.#waiting.push({ index, resolve });
      this.#tell(this.#turn);
    });
  }

  #follow(values: readonly Value[]): void {
    clearTimeout(this.#timer);
    this.wanted = values;
    this.#turn = 0;
    for (let step = 0; step < this.#partsAtOnce; step++) this.#step();
    this.#goOn();
  }

  #goOn(): void {
    this.#tell(this.#turn);
    if (this.busy) this.#timer = setTimeout(() => this.#slice());
  }

  #slice(): void {
    const end = performance.now() + SLICE_MILLISECONDS;
    let parts = 0;
    do {
      this.#step();
      // Drawing is what takes the time, so it has to be done before the clock is looked at.
      flushSync();
    } while (this.busy && ++parts < PARTS_IN_A_SLICE && performance.now() < end);
    this.#goOn();
  }

  /** Draws or changes the part whose turn it is; after the last one, takes one away that is too many. */
  #step(): void {
    const { wanted } = this;
    if (this.#turn < wanted.length) {
      const value = wanted[this.#turn] as Value;
      const part = this.shelves[Math.floor(this.#turn / PARTS_OF_A_SHELF)]?.parts[this.#turn % PARTS_OF_A_SHELF];
      if (part) part.value = value;
      else this.#push(new Part(value));
      this.#turn++;
    } else if (this.count > wanted.length) {
      this.#pop();
    }
    this.busy = this.#turn < wanted.length || this.count > wanted.length;
  }

  #push(part: Part<Value>): void {
    let last = this.shelves.at(-1);
    if (!last || last.parts.length === PARTS_OF_A_SHELF) this.shelves = [...this.shelves, (last = new Shelf<Value>())];
    last.parts = [...last.parts, part];
  }

  #pop(): void {
    const last = this.shelves.at(-1);
    if (!last) return;
    last.parts = last.parts.slice(0, -1);
    if (last.parts.length === 0) this.shelves = this.shelves.slice(0, -1);
  }

  #tell(turn: number): void {
    const reached = this.#waiting.filter(({ index }) => index < turn);
    this.#waiting = this.#waiting.filter(({ index }) => index >= turn);
    for (const { resolve } of reached) resolve();
  }
}
