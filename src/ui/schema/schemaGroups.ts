// A comparison of two schemas that is made a few relations at a time, since that of thousands takes too long for one task.

import { compareSchemas, type ComparedRelation } from '../../schema/compare';
import { isInternal, type Index, type Relation, type Schema, type Trigger } from '../../schema/schema';
import { cutIntoPortions, type Portion } from '../parts/gradually.svelte';
import { foldName } from '../../database';

/** Some relations of both schemas. What is asked of them is compared then, and once. */
export class SchemaGroup implements Portion {
  readonly rows: readonly RelationPair[];
  readonly seen: number;
  #compared: readonly ComparedRelation[] | null = null;

  constructor(pairs: readonly RelationPair[]) {
    this.rows = pairs;
    this.seen = pairs.length;
  }

  /** The relations of both, those that were taken away among them. */
  get compared(): readonly ComparedRelation[] {
    this.#compared ??= this.rows.flatMap(({ before, after }) => compareSchemas(before, after));
    return this.#compared;
  }

  /** Whether any of them differs. */
  get changes(): boolean {
    return this.compared.some(({ change }) => change !== 'same');
  }
}

/** One relation, and with all that belongs to it as a schema of its own; an empty one where it is not there. */
interface RelationPair {
  readonly relation: Relation;
  readonly before: Schema;
  readonly after: Schema;
}

const NOTHING: Schema = { relations: [], indexes: [], triggers: [] };

/** A schema taken apart into its relations, by folded name, in its order. */
export type SchemaPieces = ReadonlyMap<string, Schema>;

/** The relations of both schemas that a user knows: those of `before` in its order, then those that are only in `after`. */
export function groupSchemas(before: SchemaPieces, after: SchemaPieces): readonly SchemaGroup[] {
  const pairs = [...new Set([...before.keys(), ...after.keys()])].flatMap((name): RelationPair[] => {
    const pair = { before: before.get(name) ?? NOTHING, after: after.get(name) ?? NOTHING };
    const relation = pair.after.relations[0] ?? pair.before.relations[0];
    const known = relation !== undefined && relation.kind !== 'shadow table' && !isInternal(relation.name);
    return known ? [{ relation, ...pair }] : [];
  });
  return cutIntoPortions(pairs).map((portion) => new SchemaGroup(portion));
}

/** Gives each relation as a schema of its own, with its indexes and triggers. */
export function takeApart(schema: Schema): SchemaPieces {
  const pieces = new Map<string, Piece>();
  for (const relation of schema.relations) {
    pieces.set(foldName(relation.name), { relations: [relation], indexes: [], triggers: [] });
  }
  for (const index of schema.indexes) pieces.get(foldName(index.table))?.indexes.push(index);
  for (const trigger of schema.triggers) pieces.get(foldName(trigger.table))?.triggers.push(trigger);
  return pieces;
}

interface Piece {
  readonly relations: readonly Relation[];
  readonly indexes: Index[];
  readonly triggers: Trigger[];
}
