// The lines of a diagram as paths of an SVG: round corners, and at the ends how many rows belong to how many (crow's feet).

import type { Point } from '../../../explore/diagram/boxes';
import type { DrawnRelation } from './diagramModel';

const CORNER = 7;

/** A way of right angles, with round corners. */
function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x},${first.y}`;
  let before = first;
  for (const [at, point] of rest.entries()) {
    const next = rest[at + 1];
    if (next) {
      const [reach, goes] = [towards(point, before), towards(point, next)];
      path += `L${reach.x},${reach.y}Q${point.x},${point.y} ${goes.x},${goes.y}`;
    } else {
      path += `L${point.x},${point.y}`;
    }
    before = point;
  }
  return path;
}

/** The point that is a corner's reach from a corner, or half the way to the next one where that is nearer. */
function towards(corner: Point, other: Point): Point {
  const length = Math.abs(other.x - corner.x) + Math.abs(other.y - corner.y);
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part };
}

/** A relation with its way. */
export interface Line {
  readonly relation: DrawnRelation;
  readonly points: readonly Point[];
}

/** The way of a line as a path. It begins where lines run together, so that the dashes of several lie over each other. */
export function wayOf({ points }: Line): string {
  return roundedPath(points.toReversed());
}

/**
 * The marks at the ends of a line. Where a row refers: many, or one where a key holds its columns, and none at least, which the
 * circle says. At the row that is referred to: one, with a circle where all that run together there may refer to none.
 * @param mandatory the ends, by `endOf`, at which a row has to refer to one
 */
export function marksOf(line: Line, mandatory: ReadonlySet<string>): string {
  const { relation, points } = line;
  const [start, second, before, end] = [points[0], points[1], points.at(-2), points.at(-1)];
  if (!start || !second || !before || !end) return '';
  const child = from(start, second);
  const many = `M${child(12)},${start.y}L${start.x},${start.y - 6}M${child(12)},${start.y}L${start.x},${start.y + 6}`;
  const parent = from(end, before);
  const least = mandatory.has(endOf(line)) ? bar(parent(11), end.y) : circle(parent(14), end.y);
  return (relation.single ? bar(child(7), start.y) : many) + circle(child(16), start.y) + bar(parent(6), end.y) + least;
}

/** The ends at which a row has to refer to one. */
export function mandatoryEnds(lines: readonly Line[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => (line.relation.optional ? [] : [endOf(line)])));
}

function endOf({ points }: Line): string {
  const end = points.at(-1);
  return `${end?.x} ${end?.y}`;
}

/** Places on the way out of an end, by their distance from it. */
function from(end: Point, next: Point): (distance: number) => number {
  const out = Math.sign(next.x - end.x) || 1;
  return (distance) => end.x + out * distance;
}

function bar(x: number, y: number): string {
  return `M${x},${y - 5}V${y + 5}`;
}

function circle(x: number, y: number): string {
  const R = 3.5;
  return `M${x - R},${y}a${R},${R} 0 1 0 ${R * 2},0a${R},${R} 0 1 0 ${-R * 2},0`;
}
