// What a diagram shows of two schemas: tables with rows of a fixed height, and relations between them, marked by the change.

import { areasOf, type Areas } from '../../../explore/diagram/areas';
import {
  declaredRelations,
  suggestedRelations,
  tablesOf,
  type TableRelation,
} from '../../../explore/diagram/relations';
import type { Box, Link } from '../../../explore/diagram/boxes';
import { compareSchemas, type Change, type ComparedRelation } from '../../../schema/compare';
import type { SchemaDetails } from '../../../schema/details';
import type { Relation, Schema } from '../../../schema/schema';
import type { Side } from '../look/explorer.svelte';
import { foldName } from '../../../database';

/** A schema with what SQLite makes of it. */
export interface DescribedSchema {
  readonly schema: Schema;
  readonly details: SchemaDetails;
}

/** How much of a table is drawn: from afar its name, its keys and changes, and all. */
export type Level = 'names' | 'keys' | 'columns';

/** From far to near. */
export const LEVELS: readonly Level[] = ['names', 'keys', 'columns'];

/** Which relations are suggested where none is declared: those that leave little doubt, or all. */
export type Suggestions = 'none' | 'strong' | 'all';

/** What of the schema is drawn. */
export interface ModelOptions {
  readonly level: Level;
  readonly suggestions: Suggestions;
  /** Tables of which all columns are shown. */
  readonly expanded: readonly string[];
  /** Only what the migration changes, with what relates to it. */
  readonly changesOnly: boolean;
  readonly areas: Areas;
}

/** One column of an entity. */
export interface EntityRow {
  readonly name: string;
  readonly type: string;
  readonly primaryKey: boolean;
  readonly foreignKey: boolean;
  readonly notNull: boolean;
  readonly change: Change;
}

/** One table of the diagram. */
export interface Entity extends Box {
  readonly kind: string;
  readonly change: Change;
  /** Those that are drawn. */
  readonly rows: readonly EntityRow[];
  readonly columns: readonly EntityRow[];
  readonly expandable: boolean;
  /** Where the names of the columns begin, beside the marks of the keys. */
  readonly indent: number;
}

/** A relation of the diagram. */
export interface DrawnRelation extends TableRelation {
  readonly change: Change;
}

/** All of it, before it is laid out. */
export interface DiagramModel {
  readonly entities: readonly Entity[];
  readonly relations: readonly DrawnRelation[];
  /** Whether the migration changes anything, drawn or not. */
  readonly changes: boolean;
}

export const HEAD = 36;
export const ROW = 22;
export const FOOT = 26;
/** Height of a table of which only the name is drawn, with a line below it. */
const NAME_ONLY = 58;
const PAD = 8;
/** From one end of a line to the other, where both are at the name of the same table. */
const LOOP = 12;
/** Columns that a table shows at first, unless there are a few more. */
const FEW = 20;
/** Width of a letter of the drawing, which is set in 13 pixels of a monospaced font. */
export const LETTER = 7.9;
const [NARROWEST, WIDEST] = [180, 460];
/** Width of a table of which only the name is drawn, with its rows and its change beside each other. */
const WITH_WORD = 226;
const TYPE_LETTERS = 14;

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

/** The letters that a row has room for beside its marks: of its name, and of its type. */
export function roomOf(
  { width, indent }: Entity,
  { name, type }: EntityRow,
): { readonly name: string; readonly type: string } {
  const letters = Math.floor((width - indent - 12) / LETTER);
  const shownType = shortened(type, TYPE_LETTERS);
  return { name: shortened(name, Math.max(4, letters - shownType.length - 1)), type: shownType };
}

/** The middle of a row, from the top of its table. */
export function rowY(at: number): number {
  return HEAD + at * ROW + ROW / 2 + 3;
}

/** What is known of two schemas before anything is chosen. Large schemas take a while, so each part can be made by itself. */
export interface Basis {
  readonly sides: Readonly<Record<Side, DescribedSchema>>;
  readonly compared: ReadonlyMap<string, ComparedRelation>;
  readonly declared: Readonly<Record<Side, readonly TableRelation[]>>;
  readonly suggested: Readonly<Record<Side, readonly TableRelation[]>>;
}

/**
 * Compares two schemas and finds their relations.
 * @param pause awaited between the parts
 */
export async function basisOf(sides: Basis['sides'], pause: () => Promise<void>): Promise<Basis> {
  const { before, after } = sides;
  const isSame = before.schema === after.schema;
  const compared = new Map(
    compareSchemas(before.schema, after.schema).map((one) => [foldName(one.relation.name), one] as const),
  );
  const relations = async ({ schema, details }: DescribedSchema) => {
    await pause();
    const declared = declaredRelations(schema, details);
    await pause();
    return { declared, suggested: suggestedRelations(schema, details, declared) };
  };
  const there = await relations(after);
  const here = isSame ? there : await relations(before);
  await pause();
  return {
    sides,
    compared,
    declared: { before: here.declared, after: there.declared },
    suggested: { before: here.suggested, after: there.suggested },
  };
}

/** The model of a side. Of before, what will be removed is marked; of after, what was added or altered. */
export function modelOf(side: Side, basis: Basis, options: ModelOptions): DiagramModel {
  const { compared, sides } = basis;
  const all = markedRelations(side, basis, options.suggestions);
  const shown = (change: Change | undefined): Change =>
    change !== undefined && (side === 'before') === (change === 'removed') ? change : 'same';
  const tables = tablesOf(sides[side].schema);
  const changed = new Set([
    ...tables.flatMap(({ name }) => (shown(compared.get(foldName(name))?.change) === 'same' ? [] : name)),
    ...all.flatMap(({ change, from, to }) => (change === 'same' ? [] : [from, to])),
  ]);
  const near = new Set([
    ...changed,
    ...all.flatMap(({ from, to }) => (changed.has(from) || changed.has(to) ? [from, to] : [])),
  ]);
  const drawn = options.changesOnly && changed.size > 0 ? tables.filter(({ name }) => near.has(name)) : tables;
  const names = new Set(drawn.map(({ name }) => name));
  const relations = all.filter(({ from, to }) => names.has(from) && names.has(to));
  const foreign = new Set(
    all.flatMap(({ from, fromColumns }) => fromColumns.map((name) => foldName(`${from}.${name}`))),
  );
  const areas = areasOf(
    [...names],
    relations.map(({ from, to }) => [from, to]),
    options.areas,
  );
  const entities = drawn.map((table): Entity => {
    const comparison = compared.get(foldName(table.name));
    const changes = new Map(comparison?.columns.map(({ change, column }) => [foldName(column.name), change]));
    const change = shown(comparison?.change);
    const columns = table.columns.map((column): EntityRow => ({
      name: column.name,
      type: column.type,
      primaryKey: column.primaryKey > 0,
      foreignKey: foreign.has(foldName(`${table.name}.${column.name}`)),
      notNull: column.notNull,
      // In a table that is new as a whole, marks on all of its columns would say nothing.
      change: change === 'added' || change === 'removed' ? 'same' : shown(changes.get(foldName(column.name))),
    }));
    return entityOf(table, change, columns, areas.get(table.name) ?? null, options);
  });
  return { entities, relations, changes: changed.size > 0 };
}

function entityOf(
  { name, kind }: Relation,
  change: Change,
  columns: readonly EntityRow[],
  area: string | null,
  { level, expanded }: ModelOptions,
): Entity {
  const common = { name, kind, change, columns, area };
  const title = (name.length + 1) * LETTER + 24;
  if (level === 'names') {
    const width = clamped(Math.max(title, change === 'same' ? NARROWEST : WITH_WORD));
    return { ...common, rows: [], expandable: false, indent: 0, width, height: NAME_ONLY };
  }
  const few = level === 'keys' ? columns.filter(isKeyOrChanged) : firstOf(columns);
  const expandable = few.length < columns.length;
  const rows = expandable && expanded.includes(name) ? columns : few;
  const isBoth = rows.some(({ primaryKey, foreignKey }) => primaryKey && foreignKey);
  const indent = isBoth ? 70 : rows.some(({ primaryKey, foreignKey }) => primaryKey || foreignKey) ? 46 : 24;
  const letters = Math.max(0, ...rows.map((row) => row.name.length + Math.min(row.type.length, TYPE_LETTERS) + 2));
  const head = title + (change === 'same' ? 0 : 10 * LETTER);
  const height = HEAD + (rows.length > 0 ? rows.length * ROW + PAD : 0) + (expandable ? FOOT : 0);
  return {
    ...common,
    rows,
    expandable,
    indent,
    width: clamped(Math.max(head, letters * LETTER + indent + 12)),
    height,
  };
}

function clamped(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
}

function isKeyOrChanged({ primaryKey, foreignKey, change }: EntityRow): boolean {
  return primaryKey || foreignKey || change !== 'same';
}

/** The cut shows the keys and what the migration changes, wherever they stand. */
function firstOf(rows: readonly EntityRow[]): readonly EntityRow[] {
  if (rows.length <= FEW + 3) return rows;
  const wanted = rows.filter(isKeyOrChanged).slice(0, FEW);
  const chosen = new Set([...wanted, ...rows.filter((row) => !wanted.includes(row)).slice(0, FEW - wanted.length)]);
  return rows.filter((row) => chosen.has(row));
}

function markedRelations(side: Side, basis: Basis, suggestions: Suggestions): readonly DrawnRelation[] {
  const { sides, declared, suggested } = basis;
  const all = (of: Side): readonly TableRelation[] =>
    suggestions === 'none'
      ? declared[of]
      : [...declared[of], ...suggested[of].filter(({ strong }) => strong || suggestions === 'all')];
  const here = all(side);
  if (sides.before.schema === sides.after.schema) return here.map((one) => ({ ...one, change: 'same' }));
  const elsewhere = new Set(all(side === 'before' ? 'after' : 'before').map(({ id }) => id));
  const change = side === 'before' ? 'removed' : 'added';
  return here.map((one) => ({ ...one, change: elsewhere.has(one.id) ? 'same' : change }));
}

/** The lines to lay out: from the row of the first column to that of the one it refers to, or from the head where it is not drawn. */
export function linksOf({ relations }: DiagramModel, byName: ReadonlyMap<string, Entity>): readonly Link[] {
  return relations.map(({ id, from, fromColumns, to, toColumns }) => {
    const [fromY, toY] = [portY(byName.get(from), fromColumns[0]), portY(byName.get(to), toColumns[0])];
    // A line of a table to itself has two ends, also where none of its columns is drawn.
    return { id, from, fromY: from === to && fromY === toY ? fromY + LOOP : fromY, to, toY };
  });
}

function portY(entity: Entity | undefined, column: string | undefined): number {
  const at = entity?.rows.findIndex(({ name }) => column !== undefined && foldName(name) === foldName(column)) ?? -1;
  return at >= 0 ? rowY(at) : entity?.rows.length === 0 ? entity.height / 2 : HEAD / 2;
}

/** A relation in words: its columns, and what happens when the row that is referred to goes or changes. */
export function relationWords({ from, fromColumns, to, toColumns, onDelete, onUpdate, kind, reason }: TableRelation): {
  readonly from: string;
  readonly to: string;
  readonly note: string;
} {
  const end = (table: string, columns: readonly string[]): string =>
    columns.length === 1 ? `${table}.${columns.join()}` : `${table} (${columns.join(', ')})`;
  const actions = [
    ...(onDelete === '' || onDelete === 'NO ACTION' ? [] : [`ON DELETE ${onDelete}`]),
    ...(onUpdate === '' || onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${onUpdate}`]),
  ];
  const note = kind === 'suggested' ? `suggested: ${reason}` : actions.join(', ') || 'no action';
  return { from: end(from, fromColumns), to: end(to, toColumns), note };
}
