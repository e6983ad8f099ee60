// What is seen of a layout: tables that overlap, and lines that pass under tables.
import type { Box, Layout, Point } from '../../../src/explore/diagram/boxes';

interface Placed extends Box, Point {}

/** Boxes with their places. */
export function placed(boxes: readonly Box[], layout: Layout): readonly Placed[] {
  return boxes.map((box) => ({ ...box, ...(layout.boxes.get(box.name) ?? { x: NaN, y: NaN }) }));
}

/** Whether a box and an area have more than an edge in common. */
export function meets(one: Placed, [left, top, right, bottom]: readonly [number, number, number, number]): boolean {
  const EDGE = 0.01;
  return (
    left < one.x + one.width - EDGE && right > one.x + EDGE && top < one.y + one.height - EDGE && bottom > one.y + EDGE
  );
}

/** Pairs of tables of which one lies over the other. */
export function overlaps(boxes: readonly Box[], layout: Layout): readonly string[] {
  const all = placed(boxes, layout);
  return all.flatMap((one, at) =>
    all
      .slice(at + 1)
      .filter((other) => meets(one, [other.x, other.y, other.x + other.width, other.y + other.height]))
      .map((other) => `${one.name} and ${other.name}`),
  );
}

/** The straight parts of all lines. */
export function partsOf(
  layout: Layout,
): readonly { readonly id: string; readonly start: Point; readonly end: Point }[] {
  return [...layout.lines].flatMap(([id, points]) =>
    points.slice(1).map((end, at) => ({ id, start: points[at] ?? end, end })),
  );
}

/** Lines with the tables that they pass under. */
export function linesUnderBoxes(boxes: readonly Box[], layout: Layout): readonly string[] {
  const all = placed(boxes, layout);
  return partsOf(layout).flatMap(({ id, start, end }) => {
    const covered = [
      Math.min(start.x, end.x),
      Math.min(start.y, end.y),
      Math.max(start.x, end.x),
      Math.max(start.y, end.y),
    ] as const;
    return all.filter((box) => meets(box, covered)).map(({ name }) => `${id} under ${name}`);
  });
}
