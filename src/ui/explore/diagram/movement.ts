// How the keys go through a diagram: in the order in which it is read, and from a table to the next one on a side.

import type { Point } from '../../../explore/diagram/boxes';
import type { Entity } from './diagramModel';

/** Names in the order in which they are read: in lines from left to right. */
export function readingOrder(places: ReadonlyMap<string, Point>): readonly string[] {
  const LINE = 120;
  return [...places]
    .sort(([, one], [, other]) => Math.floor(one.y / LINE) - Math.floor(other.y / LINE) || one.x - other.x)
    .map(([name]) => name);
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where an arrow key points to, across and down; undefined for any other key. */
export function directionOf(key: string): readonly [number, number] | undefined {
  return DIRECTIONS[key];
}

/** The entity that an arrow key goes to: the nearest one on that side; undefined where there is none. */
export function neighbourOf(
  name: string,
  key: string,
  entities: readonly Entity[],
  places: ReadonlyMap<string, Point>,
): string | undefined {
  const direction = directionOf(key);
  const middles = new Map(
    entities.flatMap((entity) => {
      const place = places.get(entity.name);
      return place ? [[entity.name, { x: place.x + entity.width / 2, y: place.y + entity.height / 2 }] as const] : [];
    }),
  );
  const here = middles.get(name);
  if (!direction || !here) return undefined;
  let nearest: { readonly name: string; readonly cost: number } | undefined;
  for (const [other, { x, y }] of middles) {
    const along = (x - here.x) * direction[0] + (y - here.y) * direction[1];
    const across = Math.abs((x - here.x) * direction[1]) + Math.abs((y - here.y) * direction[0]);
    const cost = along + across * 2;
    if (along > 1 && along >= across * 0.4 && (!nearest || cost < nearest.cost)) nearest = { name: other, cost };
  }
  return nearest?.name;
}
