// Lays a diagram out: tables in layers from left to right, what is referred to on the left, and lines of right angles that pass beside
// all tables and end at the columns that they are about. The layers are the work of a layout engine that whoever calls brings along.

import {
  AREA,
  BETWEEN_BOXES,
  FEWER_ATTEMPTS,
  FIXED_PORTS,
  LAYERED,
  MOST_FOR_ALL_ATTEMPTS,
  MOST_FOR_SHORTEST,
  portSide,
  SHORTEST_LINES,
  WITH_AREAS,
  type ElkEdge,
  type ElkNode,
  type ElkPort,
} from './elkGraph';
import type { Area, Box, Layout, Link, Point } from './boxes';
import { FEWEST_OF_A_RACK, gridOf, rackOf, straightened, type Rack } from './racks';

/** The layout engine: takes a graph and gives it back with places. */
export type LayoutEngine = (graph: ElkNode) => Promise<ElkNode>;

/** Width to height of tables that belong to nothing. */
const SHAPE = 1.7;
const BETWEEN_PARTS = 64;

/** Places all boxes so that none overlaps another. The same input gives the same layout. Lines to no box are left out. */
export async function layOut(boxes: readonly Box[], links: readonly Link[], engine: LayoutEngine): Promise<Layout> {
  const names = new Set(boxes.map(({ name }) => name));
  const known = links.filter(({ from, to }) => names.has(from) && names.has(to));
  const { nodes, loose } = nodesOf(boxes, known);
  const linked = nodes.length === 0 ? NOTHING : await laidOut(nodes, known, engine);
  if (loose.length === 0) return linked;
  const grid = gridOf(loose, ratioBeside(loose, linked), BETWEEN_BOXES);
  const below = linked.height === 0 ? 0 : linked.height + BETWEEN_PARTS;
  const places = [...grid.boxes].map(([name, place]) => [name, moved(place, { x: 0, y: below })] as const);
  return {
    ...linked,
    boxes: new Map([...linked.boxes, ...places]),
    width: Math.max(linked.width, grid.width),
    height: below + grid.height,
  };
}

const NOTHING: Layout = { boxes: new Map(), lines: new Map(), junctions: [], areas: [], width: 0, height: 0 };

/** Tables without relations are as wide as those with some, but no strip. */
function ratioBeside(loose: readonly Box[], { width, height }: Layout): number {
  const area = loose.reduce(
    (sum, box) => sum + (box.width + BETWEEN_BOXES) * (box.height + BETWEEN_BOXES),
    width * height,
  );
  const wanted = Math.max(width, Math.sqrt(area * SHAPE));
  return Math.max(SHAPE, (wanted * wanted) / (area - width * height));
}

/** What is one thing for the layout engine: a box, or a rack of them. */
interface Placeable {
  readonly area: string | null;
  readonly width: number;
  readonly height: number;
  readonly rack: Rack | null;
  readonly names: readonly string[];
}

function nodesOf(
  boxes: readonly Box[],
  links: readonly Link[],
): { readonly nodes: readonly Placeable[]; readonly loose: readonly Box[] } {
  const touching = new Map<string, Link[]>(boxes.map(({ name }) => [name, []]));
  for (const link of links) for (const name of new Set([link.from, link.to])) touching.get(name)?.push(link);
  const racks = new Map<string, Box[]>();
  const nodes: Placeable[] = [];
  const loose: Box[] = [];
  for (const box of boxes) {
    const own = touching.get(box.name) ?? [];
    const [first] = own;
    const isLeaf = first && own.every(({ from, to, toY }) => from === box.name && to === first.to && toY === first.toY);
    if (!first && box.area === null) loose.push(box);
    else if (!first) add(racks, JSON.stringify([box.area]), box);
    else if (isLeaf && first.to !== box.name) add(racks, JSON.stringify([box.area, first.to, first.toY]), box);
    else nodes.push(alone(box));
  }
  for (const some of racks.values()) {
    const own = some.flatMap(({ name }) => touching.get(name) ?? []);
    if (own.length > 0 && some.length < FEWEST_OF_A_RACK) nodes.push(...some.map(alone));
    else
      nodes.push(
        together(some, own.length > 0 ? rackOf(some, own, BETWEEN_BOXES) : gridOf(some, SHAPE, BETWEEN_BOXES)),
      );
  }
  return { nodes, loose };
}

function alone({ name, area, width, height }: Box): Placeable {
  return { area, width, height, rack: null, names: [name] };
}

function together(boxes: readonly Box[], rack: Rack): Placeable {
  return {
    area: boxes[0]?.area ?? null,
    width: rack.width,
    height: rack.height,
    rack,
    names: boxes.map(({ name }) => name),
  };
}

async function laidOut(nodes: readonly Placeable[], links: readonly Link[], engine: LayoutEngine): Promise<Layout> {
  const graph = new Graph(nodes);
  for (const link of links) graph.connect(link);
  return graph.read(await engine(graph.written()), links);
}

/** The graph for the engine. Its nodes have numbers: names of tables may be anything. */
class Graph {
  readonly #nodes: readonly Placeable[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ports: readonly Map<string, ElkPort>[];
  readonly #edges = new Map<string, ElkEdge>();
  readonly #areas: readonly string[];

  constructor(nodes: readonly Placeable[]) {
    this.#nodes = nodes;
    this.#ids = new Map(nodes.flatMap(({ names }, id) => names.map((name) => [name, id] as const)));
    this.#ports = nodes.map(() => new Map());
    this.#areas = [...new Set(nodes.flatMap(({ area }) => area ?? []))];
  }

  /** All lines of a rack are one edge, and lines between the same two rows as well. */
  connect(link: Link): void {
    const { id, parent, child, side } = this.#endsOf(link);
    const source = this.#port(parent, 'EAST', link.toY);
    const target = this.#port(child, side, this.#yOf(link));
    this.#edges.set(id, { id, sources: [source], targets: [target] });
  }

  written(): ElkNode {
    const written = this.#nodes.map(({ width, height }, id): ElkNode => {
      const ports = [...(this.#ports[id]?.values() ?? [])];
      return { id: `${id}`, width, height, layoutOptions: FIXED_PORTS, ports };
    });
    const areas = this.#areas.map((name, at): ElkNode => {
      const children = written.filter((_, id) => this.#nodes[id]?.area === name);
      return { id: `area ${at}`, layoutOptions: AREA, children };
    });
    return {
      id: 'diagram',
      layoutOptions: {
        ...LAYERED,
        ...(areas.length > 0 ? WITH_AREAS : {}),
        ...(written.length <= MOST_FOR_SHORTEST ? SHORTEST_LINES : {}),
        ...(written.length > MOST_FOR_ALL_ATTEMPTS ? FEWER_ATTEMPTS : {}),
      },
      children: [...areas, ...written.filter((_, id) => this.#nodes[id]?.area === null)],
      edges: [...this.#edges.values()],
    };
  }

  read(graph: ElkNode, links: readonly Link[]): Layout {
    const boxes = new Map<string, Point>();
    const lines = new Map<string, readonly Point[]>();
    const areas: Area[] = [];
    const ways = new Map((graph.edges ?? []).map(({ id, sections }) => [id, wayOf(sections)]));
    const junctions = (graph.edges ?? []).flatMap(({ junctionPoints = [] }) => junctionPoints);
    const take = (node: ElkNode, { x: left, y: top }: Point): void => {
      const place = { x: left + (node.x ?? 0), y: top + (node.y ?? 0) };
      if (node.children?.length) {
        const name = this.#areas[Number(node.id.split(' ')[1])];
        if (name !== undefined) areas.push({ name, ...place, width: node.width ?? 0, height: node.height ?? 0 });
        for (const child of node.children) take(child, place);
        return;
      }
      const { rack, names } = this.#nodes[Number(node.id)] ?? { rack: null, names: [] };
      for (const name of names) boxes.set(name, moved(rack?.boxes.get(name) ?? { x: 0, y: 0 }, place));
      if (!rack) return;
      junctions.push(...rack.junctions.map((point) => moved(point, place)));
      for (const [id, points] of rack.lines)
        lines.set(
          id,
          points.map((point) => moved(point, place)),
        );
    };
    for (const child of graph.children ?? []) take(child, { x: 0, y: 0 });
    for (const link of links) {
      const within = lines.get(link.id) ?? [];
      lines.set(link.id, straightened([...within, ...(ways.get(this.#endsOf(link).id) ?? [])]));
    }
    return { boxes, lines, junctions: distinct(junctions), areas, width: graph.width ?? 0, height: graph.height ?? 0 };
  }

  /** A line of a table to itself goes around its right side. */
  #endsOf(link: Link): Readonly<{ id: string; parent: number; child: number; side: 'EAST' | 'WEST' }> {
    const [child, parent] = [this.#ids.get(link.from) ?? 0, this.#ids.get(link.to) ?? 0];
    const side = child === parent ? 'EAST' : 'WEST';
    return { id: `${parent} ${link.toY} ${child} ${side} ${this.#yOf(link)}`, parent, child, side };
  }

  #yOf({ from, fromY }: Link): number {
    return this.#nodes[this.#ids.get(from) ?? 0]?.rack?.entry ?? fromY;
  }

  #port(node: number, side: 'EAST' | 'WEST', y: number): string {
    const id = `${node} ${side} ${y}`;
    const x = side === 'EAST' ? (this.#nodes[node]?.width ?? 0) : 0;
    this.#ports[node]?.set(id, { id, x, y, width: 0, height: 0, layoutOptions: portSide(side) });
    return id;
  }
}

/** From the end to the start: edges lead to the right, and lines to what they refer to. */
function wayOf(sections: ElkEdge['sections']): readonly Point[] {
  return (sections ?? [])
    .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
    .map(({ x, y }) => ({ x, y }))
    .reverse();
}

/** Edges that part at one place each tell of it. */
function distinct(points: readonly Point[]): readonly Point[] {
  return [...new Map(points.map((point) => [`${point.x} ${point.y}`, point])).values()];
}

function moved({ x, y }: Point, by: Point): Point {
  return { x: x + by.x, y: y + by.y };
}

function add<Value>(lists: Map<string, Value[]>, name: string, value: Value): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}
