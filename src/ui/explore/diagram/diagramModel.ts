// What a diagram shows of two schemas: boxes with rows of a fixed height, and relations between them, marked by the change.

import {
  declaredRelations,
  suggestedRelations,
  tablesOf,
  type TableRelation,
} from '../../../explore/diagram/relations';
import type { Point } from '../../../explore/diagram/diagramLayout';
import { compareSchemas, type Change } from '../../../schema/compare';
import type { SchemaDetails } from '../../../schema/details';
import type { Schema } from '../../../schema/schema';
import type { Side } from '../look/explorer.svelte';
import { foldName } from '../../../database';

/** A schema with what SQLite makes of it. */
export interface DescribedSchema {
  readonly schema: Schema;
  readonly details: SchemaDetails;
}

/** One column of an entity. */
export interface EntityRow {
  readonly name: string;
  readonly type: string;
  /** Part of the primary key, of a foreign key, or neither. */
  readonly mark: 'PK' | 'FK' | '';
  readonly change: Change;
}

/** One table of the diagram. */
export interface Entity {
  readonly name: string;
  readonly kind: string;
  readonly change: Change;
  readonly rows: readonly EntityRow[];
  /** Columns that are not among the rows until it is expanded. */
  readonly more: number;
  readonly expandable: boolean;
  readonly width: number;
  readonly height: number;
}

/** A relation of the diagram. */
export interface DrawnRelation extends TableRelation {
  readonly change: Change;
}

/** All of it, before it is laid out. */
export interface DiagramModel {
  readonly entities: readonly Entity[];
  readonly relations: readonly DrawnRelation[];
}

export const HEAD = 34;
export const ROW = 20;
const FOOT = 22;
const PAD = 6;
/** Columns that a table shows at first. */
const FEW = 12;
/** Width of a letter of the drawing, which is set in 12 pixels of a monospaced font. */
const LETTER = 7.3;
const [NARROWEST, WIDEST] = [170, 400];

/** The entities of a model by their names. */
export function entitiesByName({ entities }: DiagramModel): ReadonlyMap<string, Entity> {
  return new Map(entities.map((entity) => [entity.name, entity]));
}

/** How many relations each entity has, by its name; one to itself counts once. */
export function countRelations({ relations }: DiagramModel): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const { from, to } of relations) {
    for (const name of new Set([from, to])) numbers.set(name, (numbers.get(name) ?? 0) + 1);
  }
  return numbers;
}

/** What can be read of a name in a box; names have no upper limit. */
export function shortened(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, Math.max(1, letters - 1))}…` : text;
}

/** The letters that a row has room for beside its mark: of its name, and of its type. */
export function roomOf({ width }: Entity, { name, type }: EntityRow): { readonly name: string; readonly type: string } {
  const letters = Math.floor((width - 56) / LETTER);
  const shownType = shortened(type, 14);
  return { name: shortened(name, Math.max(4, letters - shownType.length - 1)), type: shownType };
}

/** The model of a side. Of before, what will be removed is marked; of after, what was added or altered. */
export function modelOf(
  side: Side,
  sides: Readonly<Record<Side, DescribedSchema>>,
  options: { readonly suggestions: boolean; readonly expanded: readonly string[] },
): DiagramModel {
  const { schema } = sides[side];
  const compared = new Map(
    compareSchemas(sides.before.schema, sides.after.schema).map((one) => [foldName(one.relation.name), one]),
  );
  const relations = markedRelations(side, sides, options.suggestions);
  const foreign = new Set(
    relations.flatMap(({ kind, from, fromColumns }) =>
      kind === 'declared' ? fromColumns.map((name) => foldName(`${from}.${name}`)) : [],
    ),
  );
  const shown = (change: Change): Change => ((side === 'before') === (change === 'removed') ? change : 'same');
  const entities = tablesOf(schema).map(({ name, kind, columns }): Entity => {
    const comparison = compared.get(foldName(name));
    const changes = new Map(comparison?.columns.map(({ change, column }) => [foldName(column.name), change]));
    const change = shown(comparison?.change ?? 'same');
    const rows = columns.map((column): EntityRow => {
      const isForeign = foreign.has(foldName(`${name}.${column.name}`));
      return {
        name: column.name,
        type: column.type,
        mark: column.primaryKey > 0 ? 'PK' : isForeign ? 'FK' : '',
        // In a table that is new as a whole, marks on all of its columns would say nothing.
        change:
          change === 'added' || change === 'removed' ? 'same' : shown(changes.get(foldName(column.name)) ?? 'same'),
      };
    });
    // The cut shows the keys and what the migration adds, wherever they stand.
    const expandable = rows.length > FEW + 1;
    const kept = options.expanded.includes(name) || !expandable ? rows : firstOf(rows);
    const letters = Math.max(
      ...kept.map((row) => row.name.length + Math.min(row.type.length, 14) + 2),
      name.length + 10,
    );
    return {
      name,
      kind,
      change,
      rows: kept,
      more: rows.length - kept.length,
      expandable,
      width: Math.round(Math.min(WIDEST, Math.max(NARROWEST, letters * LETTER + 62))),
      height: HEAD + kept.length * ROW + PAD + (expandable ? FOOT : 0),
    };
  });
  return { entities, relations };
}

function firstOf(rows: readonly EntityRow[]): readonly EntityRow[] {
  const wanted = rows.filter(({ mark, change }) => mark !== '' || change !== 'same').slice(0, FEW);
  const chosen = new Set([...wanted, ...rows.filter((row) => !wanted.includes(row)).slice(0, FEW - wanted.length)]);
  return rows.filter((row) => chosen.has(row));
}

function markedRelations(
  side: Side,
  sides: Readonly<Record<Side, DescribedSchema>>,
  suggestions: boolean,
): readonly DrawnRelation[] {
  const all = ({ schema, details }: DescribedSchema): readonly TableRelation[] => {
    const declared = declaredRelations(schema, details);
    return suggestions ? [...declared, ...suggestedRelations(schema, details, declared)] : declared;
  };
  const here = all(sides[side]);
  if (sides.before.schema === sides.after.schema) return here.map((one) => ({ ...one, change: 'same' }));
  const elsewhere = new Set(all(sides[side === 'before' ? 'after' : 'before']).map(({ id }) => id));
  const change = side === 'before' ? 'removed' : 'added';
  return here.map((one) => ({ ...one, change: elsewhere.has(one.id) ? 'same' : change }));
}

/** Where a line meets an entity: at the row of its column, or at the head where that is not shown. */
function portOf(entity: Entity, place: Point, column: string | undefined): number {
  const at = entity.rows.findIndex(({ name }) => column !== undefined && foldName(name) === foldName(column));
  return place.y + (at < 0 ? HEAD / 2 : HEAD + at * ROW + ROW / 2);
}

const REACH = 46;

/** The line of a relation, as the path of an SVG: from the column that refers to the column that is referred to. */
export function pathOf(
  { fromColumns, toColumns }: DrawnRelation,
  [from, fromPlace]: readonly [Entity, Point],
  [to, toPlace]: readonly [Entity, Point],
  bends: readonly Point[],
): string {
  const start = portOf(from, fromPlace, fromColumns[0]);
  const end = portOf(to, toPlace, toColumns[0]);
  const [fromRight, toRight] = [fromPlace.x + from.width, toPlace.x + to.width];
  if (fromPlace.x > toRight) return curve([{ x: fromPlace.x, y: start }, ...bends, { x: toRight, y: end }]);
  if (toPlace.x > fromRight) return curve([{ x: fromRight, y: start }, ...bends, { x: toPlace.x, y: end }]);
  // One above the other, or a table and itself: around the right.
  const out = Math.max(fromRight, toRight) + REACH;
  return `M${fromRight},${start}C${out},${start} ${out},${end} ${toRight},${end}`;
}

function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x},${first.y}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.x + point.x) / 2;
    path += `C${middle},${last.y} ${middle},${point.y} ${point.x},${point.y}`;
    last = point;
  }
  return path;
}

/** Names in the order in which they are read: in lines from left to right. */
export function readingOrder(places: ReadonlyMap<string, Point>): readonly string[] {
  const LINE = 120;
  return [...places]
    .sort(([, one], [, other]) => Math.floor(one.y / LINE) - Math.floor(other.y / LINE) || one.x - other.x)
    .map(([name]) => name);
}

/** The entity that an arrow key goes to: the nearest one on that side; undefined where there is none. */
export function neighbourOf(
  name: string,
  key: string,
  entities: readonly Entity[],
  places: ReadonlyMap<string, Point>,
): string | undefined {
  const directions: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const direction = directions[key];
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
