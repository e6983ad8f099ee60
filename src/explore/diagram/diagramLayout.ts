// Lays a diagram out: tables that relate to each other by dagre, from left to right, and such groups beside each other.

import { Graph, layout } from '@dagrejs/dagre';

/** What takes room in a diagram. */
export interface Box {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** A line between two boxes; the one that it leads to stands on the left, where there is no circle. */
export interface Link {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** A place in the diagram. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything stands. Boxes by their upper left corners; lines by what they pass on the way from `from` to `to`. */
export interface Layout {
  readonly boxes: ReadonlyMap<string, Point>;
  readonly bends: ReadonlyMap<string, readonly Point[]>;
  readonly width: number;
  readonly height: number;
}

const BETWEEN_RANKS = 84;
const BETWEEN_BOXES = 30;
const BETWEEN_GROUPS = 64;
/** Width to height of what the groups are packed into. */
const SHAPE = 1.6;
/** A group of tables that is as many times as tall as it is wide is folded. */
const TALLEST = 1.8;
/** Network simplex takes seconds for groups beyond this. */
const LARGE_GROUP = 120;

interface Group extends Layout {
  readonly first: number;
}

/** Places all boxes so that none overlaps another. The same input gives the same layout. Lines to no box are left out. */
export function layOut(boxes: readonly Box[], links: readonly Link[]): Layout {
  const order = new Map(boxes.map(({ name }, at) => [name, at]));
  const known = links.filter(({ from, to }) => from !== to && order.has(from) && order.has(to));
  const groups = groupsOf(boxes, known).map((group): Group => {
    const names = new Set(group.map(({ name }) => name));
    const [first] = group;
    const within = known.filter(({ from }) => names.has(from));
    return { ...layOutGroup(group, within), first: order.get(first?.name ?? '') ?? 0 };
  });
  return pack(groups);
}

function groupsOf(boxes: readonly Box[], links: readonly Link[]): readonly (readonly Box[])[] {
  const neighbours = new Map<string, string[]>(boxes.map(({ name }) => [name, []]));
  for (const { from, to } of links) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const byName = new Map(boxes.map((box) => [box.name, box]));
  const seen = new Set<string>();
  return boxes.flatMap(({ name }) => {
    if (seen.has(name)) return [];
    const group: Box[] = [];
    const waiting = [name];
    seen.add(name);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const box = byName.get(next);
      if (box) group.push(box);
      for (const other of neighbours.get(next) ?? []) {
        if (!seen.has(other)) waiting.push(other);
        seen.add(other);
      }
    }
    return [group];
  });
}

function layOutGroup(boxes: readonly Box[], links: readonly Link[]): Layout {
  const [only] = boxes;
  if (only && boxes.length === 1) {
    return { boxes: new Map([[only.name, { x: 0, y: 0 }]]), bends: new Map(), width: only.width, height: only.height };
  }
  const graph = new Graph({ multigraph: true });
  const ranker = boxes.length > LARGE_GROUP ? 'longest-path' : 'network-simplex';
  graph.setGraph({ rankdir: 'LR', ranksep: BETWEEN_RANKS, nodesep: BETWEEN_BOXES, edgesep: 14, ranker });
  // By numbers: dagre keeps its nodes in an object, which has no room for a table called __proto__.
  const keys = new Map(boxes.map(({ name }, at) => [name, `${at}`]));
  const keyOf = (name: string): string => keys.get(name) ?? '';
  for (const { name, width, height } of boxes) graph.setNode(keyOf(name), { width, height });
  for (const { id, from, to } of links) graph.setEdge(keyOf(to), keyOf(from), {}, id);
  layout(graph);
  const places = new Map<string, Point>();
  for (const { name, width, height } of boxes) {
    const { x = 0, y = 0 } = graph.node(keyOf(name)) as Partial<Point>;
    places.set(name, { x: x - width / 2, y: y - height / 2 });
  }
  const bends = new Map<string, readonly Point[]>();
  for (const { id, from, to } of links) {
    const { points = [] } = graph.edge(keyOf(to), keyOf(from), id) as { readonly points?: readonly Point[] };
    // The ends lie in the middle of a side; the drawing begins at the column instead.
    bends.set(id, points.slice(1, -1).reverse());
  }
  const right = boxes.map(({ name, width }) => (places.get(name)?.x ?? 0) + width);
  const bottom = boxes.map(({ name, height }) => (places.get(name)?.y ?? 0) + height);
  const laidOut = { boxes: places, bends, width: Math.max(...right), height: Math.max(...bottom) };
  return laidOut.height > laidOut.width * TALLEST ? fold(boxes, laidOut) : laidOut;
}

/** Many tables that belong to one stand above each other in a strip; here they stand in several columns instead. */
function fold(boxes: readonly Box[], { boxes: places }: Layout): Layout {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + BETWEEN_RANKS) * (height + BETWEEN_BOXES), 0);
  const room = Math.max(Math.sqrt(area / SHAPE), ...boxes.map(({ height }) => height));
  const ranks = new Map<number, (Box & Point)[]>();
  for (const box of boxes) {
    const { x, y } = places.get(box.name) ?? { x: 0, y: 0 };
    const middle = Math.round(x + box.width / 2);
    ranks.set(middle, [...(ranks.get(middle) ?? []), { ...box, x, y }]);
  }
  const folded = new Map<string, Point>();
  let [left, height] = [0, 0];
  for (const [, rank] of [...ranks].sort(([one], [other]) => one - other)) {
    const columns: Box[][] = [[]];
    let below = 0;
    for (const box of rank.sort((one, other) => one.y - other.y)) {
      if (below > 0 && below + box.height > room) {
        columns.push([]);
        below = 0;
      }
      columns.at(-1)?.push(box);
      below += box.height + BETWEEN_BOXES;
    }
    for (const column of columns) {
      let y = 0;
      for (const box of column) {
        folded.set(box.name, { x: left, y });
        y += box.height + BETWEEN_BOXES;
      }
      left += Math.max(...column.map(({ width }) => width)) + BETWEEN_RANKS;
      height = Math.max(height, y - BETWEEN_BOXES);
    }
  }
  return { boxes: folded, bends: new Map(), width: left - BETWEEN_RANKS, height };
}

/** On shelves: the largest groups first, then what is smaller beside each other, in the order of the schema. */
function pack(groups: readonly Group[]): Layout {
  const area = groups.reduce((sum, { width, height }) => sum + (width + BETWEEN_GROUPS) * (height + BETWEEN_GROUPS), 0);
  const room = Math.max(Math.sqrt(area * SHAPE), ...groups.map(({ width }) => width));
  const sorted = [...groups].sort(
    (one, other) => other.boxes.size - one.boxes.size || other.height - one.height || one.first - other.first,
  );
  const boxes = new Map<string, Point>();
  const bends = new Map<string, readonly Point[]>();
  let [x, y, shelf, width] = [0, 0, 0, 0];
  for (const group of sorted) {
    if (x > 0 && x + group.width > room) {
      y += shelf + BETWEEN_GROUPS;
      x = shelf = 0;
    }
    const [dx, dy] = [x, y];
    const moved = (point: Point): Point => ({ x: point.x + dx, y: point.y + dy });
    for (const [name, place] of group.boxes) boxes.set(name, moved(place));
    for (const [id, points] of group.bends) bends.set(id, points.map(moved));
    x += group.width + BETWEEN_GROUPS;
    width = Math.max(width, x - BETWEEN_GROUPS);
    shelf = Math.max(shelf, group.height);
  }
  return { boxes, bends, width, height: y + shelf };
}
