// Choices made by a list of numbers, so that fast-check can make a generated case smaller by making the list so.

/** Throws a die for every choice; where the numbers come to an end, each choice is the first and simplest one. */
export class Dice {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A number from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return (this.#numbers[this.#at++] ?? 0) % Math.max(1, limit);
  }

  /** True once in so many throws. */
  oneIn(chances: number): boolean {
    return this.below(chances) === chances - 1;
  }

  /** One of a list that is not empty. */
  of<Item>(list: readonly Item[]): Item {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error('There is nothing to choose from');
    return item;
  }

  /** Some of a list, at least one where there is one, in their order. */
  some<Item>(list: readonly Item[]): readonly Item[] {
    const chosen = list.filter(() => this.below(2) === 0);
    return chosen.length > 0 ? chosen : list.slice(0, 1);
  }

  /** As many as are thrown, from `least` to `most`. */
  times<Item>(least: number, most: number, make: (at: number) => Item): readonly Item[] {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, at) => make(at));
  }
}
