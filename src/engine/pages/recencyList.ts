// Which of many numbers was not used for longest.

/** An ordered set of whole numbers from 0 up to a bound (exclusive), oldest first. Every method takes the same short time. */
export class RecencyList {
  /** The ring's fixed point: the oldest number follows it, the newest stands before it. */
  readonly #head: number;
  /** Neighbours of every number in the ring; -1 where it is not in it. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #size = 0;

  constructor(bound: number) {
    this.#head = bound;
    this.#next = new Int32Array(bound + 1).fill(-1);
    this.#previous = new Int32Array(bound + 1).fill(-1);
    this.#next[bound] = this.#previous[bound] = bound;
  }

  get size(): number {
    return this.#size;
  }

  /** The number that was added for longest; -1 where there is none. */
  get oldest(): number {
    const oldest = this.#next[this.#head] ?? -1;
    return oldest === this.#head ? -1 : oldest;
  }

  has(number: number): boolean {
    return this.#next[number] !== -1;
  }

  /** Adds a number that is not in the list, as the newest. */
  add(number: number): void {
    const newest = this.#previous[this.#head] ?? this.#head;
    this.#next[newest] = number;
    this.#previous[number] = newest;
    this.#next[number] = this.#head;
    this.#previous[this.#head] = number;
    this.#size++;
  }

  /** Takes a number out that is in the list. */
  delete(number: number): void {
    const next = this.#next[number] ?? this.#head;
    const previous = this.#previous[number] ?? this.#head;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#next[number] = -1;
    this.#size--;
  }
}
