// The way of a line around tables: of right angles, short, with few bends, and rather not upon another line. A search on the lines that
// run beside all tables (A*, with a step for each place and direction).

import type { Point } from './boxes';

/** A table as what is in the way. */
export interface Obstacle extends Point {
  readonly width: number;
  readonly height: number;
}

/** A straight part of another line. */
export type Part = readonly [start: Point, end: Point];

/** Where a line leaves a table: at the left or right of one of its rows, measured from above. */
export interface End {
  readonly box: Obstacle;
  readonly y: number;
}

/** So far a line goes straight out of its table, for the marks at its end. */
export const OUT = 20;
/** A line keeps this far from other tables where there is room, and never comes nearer than the second. */
const BESIDE = 14;
const NEAREST = 6;
/** Where several lines leave a table, each finds one of these free. */
const BESIDE_ENDS = [OUT, 26, 32];
/** A bend is as good as so many pixels more, and a pixel upon another line as so many. */
const [BEND, UPON] = [40, 3];
/** Tables farther away than this are no marks of a way, only in its way. */
const REACH = 400;

/**
 * Finds one.
 * @param obstacles all tables, those at its ends too
 * @param others parts of lines that lead elsewhere
 * Gives all of its points, from a side of a table to a side of a table; null where there is none.
 */
export function wayAround(
  from: End,
  to: End,
  obstacles: readonly Obstacle[],
  others: readonly Part[],
): readonly Point[] | null {
  const [starts, ends] = [sidesOf(from, obstacles), sidesOf(to, obstacles)];
  const corners = [...starts, ...ends].map(({ out }) => out);
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const near = obstacles.filter(
    (box) =>
      box.x < right + REACH &&
      box.x + box.width > left - REACH &&
      box.y < bottom + REACH &&
      box.y + box.height > top - REACH,
  );
  const search = (marks: readonly Obstacle[]): readonly Point[] | null =>
    new Field(corners, marks, [from.box, to.box], obstacles, others).find(
      starts.map(({ out }) => out),
      ends.map(({ out }) => out),
    );
  const way = search(near) ?? (near.length < obstacles.length ? search(obstacles) : null);
  if (way === null) return null;
  const edgeAt = (sides: readonly Side[], point: Point | undefined): readonly Point[] =>
    sides.flatMap(({ out, edge }) => (out.x === point?.x && out.y === point.y ? [edge] : [])).slice(0, 1);
  return [...edgeAt(starts, way[0]), ...way, ...edgeAt(ends, way.at(-1))];
}

interface Side {
  readonly edge: Point;
  /** Where a line is free to turn. */
  readonly out: Point;
}

/** The sides on which a line can leave a table. */
function sidesOf({ box, y: row }: End, obstacles: readonly Obstacle[]): readonly Side[] {
  const y = box.y + row;
  const sides = [
    { edge: { x: box.x, y }, out: { x: box.x - OUT, y } },
    { edge: { x: box.x + box.width, y }, out: { x: box.x + box.width + OUT, y } },
  ];
  const isFree = ({ edge, out }: Side): boolean =>
    !obstacles.some(
      (one) =>
        one !== box &&
        one.y - NEAREST < y &&
        one.y + one.height + NEAREST > y &&
        one.x - NEAREST < Math.max(edge.x, out.x) &&
        one.x + one.width + NEAREST > Math.min(edge.x, out.x),
    );
  return sides.filter(isFree);
}

/** The places where lines beside tables cross. */
class Field {
  readonly #xs: readonly number[];
  readonly #ys: readonly number[];
  /** What a step to the right, and one down, costs from each place; Infinity through a table. */
  readonly #across: Float64Array;
  readonly #down: Float64Array;

  constructor(
    corners: readonly Point[],
    marks: readonly Obstacle[],
    ownBoxes: readonly Obstacle[],
    obstacles: readonly Obstacle[],
    others: readonly Part[],
  ) {
    const beside = (start: number, size: number, far: number): readonly number[] => [start - far, start + size + far];
    this.#xs = inOrder([
      ...corners.map(({ x }) => x),
      ...marks.flatMap(({ x, width }) => beside(x, width, BESIDE)),
      ...ownBoxes.flatMap(({ x, width }) => BESIDE_ENDS.flatMap((far) => beside(x, width, far))),
    ]);
    this.#ys = inOrder([
      ...corners.map(({ y }) => y),
      ...marks.flatMap(({ y, height }) => beside(y, height, BESIDE)),
      ...ownBoxes.flatMap(({ y, height }) => BESIDE_ENDS.flatMap((far) => beside(y, height, far))),
    ]);
    const [wide, high] = [this.#xs.length, this.#ys.length];
    this.#across = new Float64Array(wide * high);
    this.#down = new Float64Array(wide * high);
    for (let row = 0; row < high; row++) {
      for (let column = 0; column < wide; column++) {
        this.#across[row * wide + column] = (this.#xs[column + 1] ?? Infinity) - this.#x(column);
        this.#down[row * wide + column] = (this.#ys[row + 1] ?? Infinity) - this.#y(row);
      }
    }
    for (const [start, end] of others) this.#dear(start, end);
    // From its own tables a line does not turn before it is out.
    for (const box of obstacles) this.#close(box, ownBoxes.includes(box) ? OUT : NEAREST);
  }

  find(starts: readonly Point[], ends: readonly Point[]): readonly Point[] | null {
    const wide = this.#xs.length;
    const placeOf = ({ x, y }: Point): number => this.#ys.indexOf(y) * wide + this.#xs.indexOf(x);
    const goals = new Set(ends.map(placeOf));
    const left = (place: number): number =>
      Math.min(
        ...ends.map(
          ({ x, y }) => Math.abs(this.#x(place % wide) - x) + Math.abs(this.#y(Math.floor(place / wide)) - y),
        ),
      );
    // Two states for each place: come to it sideways (0) or up or down (1).
    const costs = new Float64Array(this.#across.length * 2).fill(Infinity);
    const cameFrom = new Int32Array(this.#across.length * 2).fill(-1);
    const open = new Queue();
    for (const start of starts) {
      const place = placeOf(start);
      costs[place * 2] = 0;
      open.add(place * 2, left(place));
    }
    for (let state = open.take(); state !== undefined; state = open.take()) {
      const place = state >> 1;
      if (goals.has(place) && state % 2 === 0) return this.#wayTo(state, cameFrom);
      const cost = costs[state] ?? Infinity;
      for (const [next, step, direction] of this.#steps(place)) {
        const reached = next * 2 + direction;
        const total = cost + step + (direction === state % 2 ? 0 : BEND);
        if (total >= (costs[reached] ?? 0)) continue;
        costs[reached] = total;
        cameFrom[reached] = state;
        open.add(reached, total + left(next));
      }
      // A line ends as it began, sideways.
      const turned = place * 2;
      if (goals.has(place) && cost + BEND < (costs[turned] ?? 0)) {
        costs[turned] = cost + BEND;
        cameFrom[turned] = state;
        open.add(turned, cost + BEND);
      }
    }
    return null;
  }

  #steps(place: number): readonly (readonly [next: number, cost: number, direction: 0 | 1])[] {
    const wide = this.#xs.length;
    const column = place % wide;
    const steps: (readonly [number, number, 0 | 1])[] = [
      [place + 1, this.#across[place] ?? Infinity, 0],
      [place + wide, this.#down[place] ?? Infinity, 1],
      [place - wide, this.#down[place - wide] ?? Infinity, 1],
    ];
    if (column > 0) steps.push([place - 1, this.#across[place - 1] ?? Infinity, 0]);
    return steps.filter(([, cost]) => cost < Infinity);
  }

  #wayTo(state: number, cameFrom: Int32Array): readonly Point[] {
    const wide = this.#xs.length;
    const points: Point[] = [];
    for (let at = state; at >= 0; at = cameFrom[at] ?? -1) {
      const place = at >> 1;
      points.push({ x: this.#x(place % wide), y: this.#y(Math.floor(place / wide)) });
    }
    return points.reverse();
  }

  /** No line leads through a table, nor close beside it. */
  #close({ x, y, width, height }: Obstacle, beside: number): void {
    const [left, right, top, bottom] = [x - beside, x + width + beside, y - NEAREST, y + height + NEAREST];
    const wide = this.#xs.length;
    const [firstColumn, firstRow] = [firstAfter(this.#xs, left), firstAfter(this.#ys, top)];
    for (let row = firstRow; this.#y(row) < bottom; row++) {
      for (let column = Math.max(0, firstColumn - 1); this.#x(column) < right; column++)
        this.#across[row * wide + column] = Infinity;
    }
    for (let column = firstColumn; this.#x(column) < right; column++) {
      for (let row = Math.max(0, firstRow - 1); this.#y(row) < bottom; row++)
        this.#down[row * wide + column] = Infinity;
    }
  }

  /** Two lines upon each other cannot be told apart. */
  #dear(start: Point, end: Point): void {
    const wide = this.#xs.length;
    const isAcross = start.y === end.y;
    const [places, costs] = isAcross ? [this.#xs, this.#across] : [this.#ys, this.#down];
    const line = isAcross ? this.#ys.indexOf(start.y) : this.#xs.indexOf(start.x);
    if (line < 0) return;
    const [from, to] = isAcross ? [start.x, end.x] : [start.y, end.y];
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    for (let at = Math.max(0, firstAfter(places, low) - 1); (places[at] ?? Infinity) < high; at++) {
      const place = isAcross ? line * wide + at : at * wide + line;
      costs[place] = (costs[place] ?? 0) * UPON;
    }
  }

  #x(column: number): number {
    return this.#xs[column] ?? Infinity;
  }

  #y(row: number): number {
    return this.#ys[row] ?? Infinity;
  }
}

function inOrder(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** The place of the first number that is greater. */
function firstAfter(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whatever has the lowest rank is taken first (a binary heap). */
class Queue {
  readonly #items: { readonly item: number; readonly rank: number }[] = [];

  add(item: number, rank: number): void {
    const items = this.#items;
    let at = items.length;
    items.push({ item, rank });
    for (let above = (at - 1) >> 1; at > 0 && rank < this.#rank(above); above = (at - 1) >> 1) {
      this.#swap(at, above);
      at = above;
    }
  }

  take(): number | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (first === undefined || last === undefined || this.#items.length === 0) return first?.item;
    this.#items[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [at * 2 + 1, at * 2 + 2];
      const least = this.#rank(right) < this.#rank(left) ? right : left;
      if (this.#rank(least) >= last.rank) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #rank(at: number): number {
    return this.#items[at]?.rank ?? Infinity;
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#items[one], this.#items[other]];
    if (!first || !second) return;
    this.#items[one] = second;
    this.#items[other] = first;
  }
}
