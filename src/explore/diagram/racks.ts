// Tables that stand side by side in columns: those that belong to nothing, and those that all belong to one other, whose lines are one bus.

import type { Box, Link, Point } from './boxes';

/** Boxes in columns, as one thing that is as large as all of them. */
export interface Rack {
  readonly boxes: ReadonlyMap<string, Point>;
  readonly width: number;
  readonly height: number;
  /** Where the bus comes in, on the left; null where there is none. */
  readonly entry: number | null;
  /** From the column of a box to the entry. */
  readonly lines: ReadonlyMap<string, readonly Point[]>;
  readonly junctions: readonly Point[];
}

/** How boxes are to stand: as wide as the ratio or the limit asks for. */
export interface Shape {
  /** Width to height. */
  readonly ratio: number;
  readonly between: number;
  /** Left of each column, for its line. */
  readonly gutter: number;
  /** Above all columns, for the line to the gutters. */
  readonly above: number;
}

interface Column {
  readonly boxes: (Box & { readonly y: number })[];
  height: number;
}

/** Fewer than these, that belong to one other table and to nothing else, stand among all others. */
export const FEWEST_OF_A_RACK = 5;
const GUTTER = 44;

/** Boxes in columns, in their order from left to right as far as their heights allow, and no lines. */
export function gridOf(boxes: readonly Box[], ratio: number, between: number): Rack {
  const shape = { ratio, between, gutter: between, above: 0 };
  return placed(columnsOf(boxes, shape), shape, [], between);
}

/** Boxes that belong to one other one: one bus comes in, goes along the top, and down beside each column. */
export function rackOf(boxes: readonly Box[], links: readonly Link[], between: number): Rack {
  const shape = { ratio: 1, between, gutter: GUTTER, above: 20 };
  return placed(columnsOf(boxes, shape), shape, links, 0);
}

/** As many columns as come closest to the shape; each box into the column that is the shortest so far. */
function columnsOf(boxes: readonly Box[], shape: Shape): readonly Column[] {
  let best: { readonly columns: readonly Column[]; readonly distance: number } = { columns: [], distance: Infinity };
  const most = Math.min(boxes.length, Math.ceil(Math.sqrt(boxes.length) * 3));
  for (let count = 1; count <= most; count++) {
    const columns = Array.from({ length: count }, (): Column => ({ boxes: [], height: shape.above }));
    for (const box of boxes) {
      const column = columns.reduce((shortest, one) => (one.height < shortest.height ? one : shortest));
      column.boxes.push({ ...box, y: column.height });
      column.height += box.height + shape.between;
    }
    const width = columns.reduce((sum, column) => sum + shape.gutter + widthOf(column), 0);
    const height = Math.max(...columns.map((column) => column.height));
    const distance = Math.abs(Math.log(width / height / shape.ratio));
    if (distance < best.distance) best = { columns, distance };
  }
  return best.columns;
}

function widthOf({ boxes }: Column): number {
  return Math.max(...boxes.map(({ width }) => width));
}

function placed(columns: readonly Column[], shape: Shape, links: readonly Link[], indent: number): Rack {
  const places = new Map<string, Point>();
  const lines = new Map<string, readonly Point[]>();
  const junctions: Point[] = [];
  const isSingle = columns.length === 1;
  const byBox = new Map<string, Link[]>();
  for (const link of links) byBox.set(link.from, [...(byBox.get(link.from) ?? []), link]);
  let x = -indent;
  let entry: number | null = links.length === 0 ? null : shape.above / 2;
  for (const [at, column] of columns.entries()) {
    x += shape.gutter;
    const bus = x - shape.gutter / 2;
    const top = isSingle ? -shape.above : 0;
    const taps: number[] = [];
    for (const box of column.boxes) {
      const place = { x, y: box.y + top };
      places.set(box.name, place);
      for (const { id, fromY } of byBox.get(box.name) ?? []) {
        const tap = place.y + fromY;
        // A single column needs no line above it: the bus comes in where the first line leaves it.
        if (isSingle && taps.length === 0) entry = tap;
        taps.push(tap);
        const way = [
          { x, y: tap },
          { x: bus, y: tap },
          { x: bus, y: entry ?? 0 },
          { x: 0, y: entry ?? 0 },
        ];
        lines.set(id, straightened(way));
      }
    }
    const branches = [...new Set(taps)].sort((one, other) => one - other).slice(0, -1);
    junctions.push(...branches.map((y) => ({ x: bus, y })));
    if (taps.length > 0 && at < columns.length - 1) junctions.push({ x: bus, y: entry ?? 0 });
    x += widthOf(column);
  }
  const height = Math.max(...columns.map((column) => column.height)) - shape.between - (isSingle ? shape.above : 0);
  return { boxes: places, width: x, height, entry, lines, junctions };
}

/** The same way without points in the middle of a straight part. */
export function straightened(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const [before, last] = [kept.at(-2), kept.at(-1)];
    if (last?.x === point.x && last.y === point.y) continue;
    const isStraight =
      before && last && ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y));
    if (isStraight) kept.pop();
    kept.push(point);
  }
  return kept;
}
