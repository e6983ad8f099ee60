// A table that is moved by hand: it lies where it is put, or at the nearest free place, and the lines that it concerns go around all tables.

import { BETWEEN_BOXES } from './elkGraph';
import type { Area, Box, Layout, Link, Point } from './boxes';
import { straightened } from './racks';
import { OUT, wayAround, type Obstacle, type Part } from './wayAround';

/** Room beside a table, where lines of both neighbours turn. */
const ASIDE = OUT * 2 + 8;
/** From one place that is tried to the next. */
const STEP = 12;
/** Of an area around its tables; the first above them, for its name. */
const [ABOVE, AROUND] = [40, 20];

/**
 * The layout with one table elsewhere. All others stay, unless it is put above or left of all of them: then all go along.
 * @param pause awaited between lines: a table may have many
 */
export async function withMoved(
  layout: Layout,
  boxes: readonly Box[],
  links: readonly Link[],
  name: string,
  to: Point,
  pause: () => Promise<void>,
): Promise<Layout> {
  const place = placeFor(layout, boxes, name, to);
  if (!place) return layout;
  const others = placedOf(boxes, layout.boxes).filter((one) => one.name !== name);
  const places = new Map([...layout.boxes, [name, { x: place.x, y: place.y }]]);
  const all = new Map([...others, place].map((one) => [one.name, one]));
  const concerned = links.filter(
    (link) =>
      link.from === name || link.to === name || partsOf(layout.lines.get(link.id)).some((part) => meets(part, place)),
  );
  const lines = new Map(layout.lines);
  for (const { id } of concerned) lines.delete(id);
  const ends = new Map(links.map((link) => [link.id, `${link.to} ${link.toY}`]));
  const obstacles = [...all.values()];
  for (const { id, from, fromY, to: parent, toY } of concerned) {
    const [one, other] = [all.get(from), all.get(parent)];
    if (!one || !other) continue;
    const elsewhere = [...lines].flatMap(([of, points]) => (ends.get(of) === ends.get(id) ? [] : partsOf(points)));
    const way = wayAround({ box: one, y: fromY }, { box: other, y: toY }, obstacles, elsewhere);
    lines.set(id, straightened(way ?? layout.lines.get(id) ?? []));
    await pause();
  }
  const areas = layout.areas.map((area) => (area.name === place.area ? grown(area, place) : area));
  return measured({ ...layout, boxes: places, lines, areas, junctions: branchesOf(lines, ends) }, boxes);
}

type Placed = Box & Obstacle;

/** Where a table that is put somewhere comes to lie: there, or at the nearest place with room for it; undefined where it is none of the boxes. */
export function placeFor(layout: Layout, boxes: readonly Box[], name: string, to: Point): Placed | undefined {
  const box = boxes.find((one) => one.name === name);
  const others = placedOf(boxes, layout.boxes).filter((one) => one.name !== name);
  return box && freePlace({ ...box, x: Math.round(to.x), y: Math.round(to.y) }, others);
}

function placedOf(boxes: readonly Box[], places: ReadonlyMap<string, Point>): readonly Placed[] {
  return boxes.flatMap((box) => {
    const place = places.get(box.name);
    return place ? [{ ...box, ...place }] : [];
  });
}

/** The nearest place at which a box has room, in widening squares around where it is wanted. */
function freePlace(wanted: Placed, others: readonly Placed[]): Placed {
  for (let ring = 0; ; ring++) {
    let nearest: { readonly place: Placed; readonly distance: number } | null = null;
    for (let at = 0; at < Math.max(1, ring * 8); at++) {
      const [across, down] = onSquare(at, ring);
      const place = { ...wanted, x: wanted.x + across * STEP, y: wanted.y + down * STEP };
      const distance = Math.hypot(across, down);
      if (nearest && nearest.distance <= distance) continue;
      if (!others.some((other) => isClose(place, other))) nearest = { place, distance };
    }
    if (nearest) return nearest.place;
  }
}

/** The places on the edge of a square around 0, counted from its upper left corner. */
function onSquare(at: number, ring: number): readonly [number, number] {
  if (ring === 0) return [0, 0];
  const [side, along] = [Math.floor(at / (ring * 2)), (at % (ring * 2)) - ring];
  if (side === 0) return [along, -ring];
  if (side === 1) return [ring, along];
  return side === 2 ? [-along, ring] : [-ring, -along];
}

function isClose(one: Obstacle, other: Obstacle): boolean {
  return (
    one.x < other.x + other.width + ASIDE &&
    one.x + one.width + ASIDE > other.x &&
    one.y < other.y + other.height + BETWEEN_BOXES &&
    one.y + one.height + BETWEEN_BOXES > other.y
  );
}

function partsOf(points: readonly Point[] = []): readonly Part[] {
  return points.slice(1).map((end, at) => [points[at] ?? end, end]);
}

/** Whether a straight part comes so near to a table that it may not be told from its edge. */
function meets([start, end]: Part, { x, y, width, height }: Obstacle): boolean {
  const NEAR = 4;
  return (
    Math.min(start.x, end.x) < x + width + NEAR &&
    Math.max(start.x, end.x) > x - NEAR &&
    Math.min(start.y, end.y) < y + height + NEAR &&
    Math.max(start.y, end.y) > y - NEAR
  );
}

function grown(area: Area, { x, y, width, height }: Obstacle): Area {
  const [left, top] = [Math.min(area.x, x - AROUND), Math.min(area.y, y - ABOVE)];
  const right = Math.max(area.x + area.width, x + width + AROUND);
  const bottom = Math.max(area.y + area.height, y + height + AROUND);
  return { ...area, x: left, y: top, width: right - left, height: bottom - top };
}

/** Where lines to one place part: from there some line goes in each of three directions. */
function branchesOf(lines: ReadonlyMap<string, readonly Point[]>, ends: ReadonlyMap<string, string>): readonly Point[] {
  const groups = new Map<string, (readonly Point[])[]>();
  for (const [id, points] of lines) {
    const end = ends.get(id) ?? '';
    const group = groups.get(end);
    if (group) group.push(points);
    else groups.set(end, [points]);
  }
  const found = new Map<string, Point>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    // By the row or column of pixels in which they lie: a hub has hundreds of lines.
    const rows = new Map<number, Part[]>();
    const columns = new Map<number, Part[]>();
    for (const part of group.flatMap(partsOf)) {
      const [start, end] = part;
      if (start.x === end.x) columns.set(start.x, [...(columns.get(start.x) ?? []), part]);
      else rows.set(start.y, [...(rows.get(start.y) ?? []), part]);
    }
    for (const point of new Map(group.flat().map((one) => [`${one.x} ${one.y}`, one])).values()) {
      const near = [...(rows.get(point.y) ?? []), ...(columns.get(point.x) ?? [])];
      if (new Set(near.flatMap((part) => directionsFrom(point, part))).size > 2)
        found.set(`${point.x} ${point.y}`, point);
    }
  }
  return [...found.values()];
}

/** Where a straight part leads from a point that lies on it. */
function directionsFrom({ x, y }: Point, [start, end]: Part): readonly string[] {
  if (start.x === x && end.x === x) {
    const [low, high] = [Math.min(start.y, end.y), Math.max(start.y, end.y)];
    return low <= y && y <= high ? [...(low < y ? ['up'] : []), ...(y < high ? ['down'] : [])] : [];
  }
  const [low, high] = [Math.min(start.x, end.x), Math.max(start.x, end.x)];
  if (start.y !== y || end.y !== y || x < low || x > high) return [];
  return [...(low < x ? ['left'] : []), ...(x < high ? ['right'] : [])];
}

/** As large as all that is in it, and from 0 on. */
function measured(layout: Layout, boxes: readonly Box[]): Layout {
  const corners = [
    ...placedOf(boxes, layout.boxes),
    ...layout.areas,
    ...[...layout.lines.values()].flat().map((point) => ({ ...point, width: 0, height: 0 })),
  ];
  const least = (numbers: readonly number[]): number => numbers.reduce((low, one) => Math.min(low, one), Infinity);
  const [left, top] = [least(corners.map(({ x }) => x)), least(corners.map(({ y }) => y))];
  const width = -least(corners.map((one) => -(one.x + one.width))) - left;
  const height = -least(corners.map((one) => -(one.y + one.height))) - top;
  const along = <One extends Point>(one: One): One => ({ ...one, x: one.x - left, y: one.y - top });
  return {
    boxes: new Map([...layout.boxes].map(([name, place]) => [name, along(place)])),
    lines: new Map([...layout.lines].map(([id, points]) => [id, points.map(along)])),
    junctions: layout.junctions.map(along),
    areas: layout.areas.map(along),
    width,
    height,
  };
}
