// A graph as the Eclipse Layout Kernel takes it and gives it back, and what it is asked for
// (https://eclipse.dev/elk/documentation/tooldevelopers/graphdatastructure/jsonformat.html, https://eclipse.dev/elk/reference/options.html).

import type { Point } from './boxes';

type Options = Readonly<Record<string, string>>;

/** Where an edge meets a node; by the node's upper left corner. */
export interface ElkPort extends Point {
  readonly id: string;
  readonly width: 0;
  readonly height: 0;
  readonly layoutOptions: Options;
}

/** A node, or the graph itself. Places are those of the answer, by the upper left corner of what the node lies in. */
export interface ElkNode {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly layoutOptions?: Options;
  readonly ports?: readonly ElkPort[];
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
}

/** An edge between two ports, and in the answer its way, in the measure of the whole graph. */
export interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly bendPoints?: readonly Point[];
    readonly endPoint: Point;
  }[];
  readonly junctionPoints?: readonly Point[];
}

/** Room between the things of a diagram, which the drawing of the ends of lines needs. */
export const BETWEEN_BOXES = 28;

const SPACING: Options = {
  'elk.spacing.nodeNode': `${BETWEEN_BOXES}`,
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.componentComponent': '56',
  'elk.layered.spacing.nodeNodeBetweenLayers': '60',
  'elk.layered.spacing.edgeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
};

/** Layers from left to right, and lines of right angles. */
export const LAYERED: Options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.aspectRatio': '1.7',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  ...SPACING,
};

/** The shortest lines; takes too long for more nodes than this. */
export const SHORTEST_LINES: Options = { 'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX' };
export const MOST_FOR_SHORTEST = 60;

/** Fewer attempts to have lines cross less: lines come out as long, in a third of the time. Of few nodes all attempts take no time. */
export const FEWER_ATTEMPTS: Options = {
  'elk.layered.thoroughness': '1',
  'elk.layered.crossingMinimization.greedySwitch.type': 'OFF',
};
export const MOST_FOR_ALL_ATTEMPTS = 150;

/** Lines may lead from one area into another. */
export const WITH_AREAS: Options = { 'elk.hierarchyHandling': 'INCLUDE_CHILDREN' };
export const AREA: Options = { ...SPACING, 'elk.padding': '[top=40,left=20,bottom=20,right=20]' };
export const FIXED_PORTS: Options = { 'elk.portConstraints': 'FIXED_POS' };

/** The side of a node that a port is on. */
export function portSide(side: 'EAST' | 'WEST'): Options {
  return { 'elk.port.side': side };
}
