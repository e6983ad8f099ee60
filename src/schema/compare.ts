// Compares two schemas: what a migration adds, alters and takes away.

import type { Index, Relation, Schema, Trigger } from './schema';
import { foldName } from '../database';

/** Whether an object is in both schemas with the same text, or how it differs. */
export type Change = 'added' | 'altered' | 'removed' | 'same';

/** A relation of either schema, its columns marked; of an altered one, the shape after the change. */
export interface ComparedRelation {
  readonly change: Change;
  readonly relation: Relation;
  readonly columns: readonly { readonly change: Change; readonly column: Relation['columns'][number] }[];
  readonly indexes: readonly { readonly change: Change; readonly index: Index }[];
  readonly triggers: readonly { readonly change: Change; readonly trigger: Trigger }[];
}

/** Compares by name. Gives every relation of both, those of `before` first and in its order, then the added ones. */
export function compareSchemas(before: Schema, after: Schema): readonly ComparedRelation[] {
  const pairs = pairByName(before.relations, after.relations);
  const [partsBefore, partsAfter] = [partsByTable(before), partsByTable(after)];
  return pairs.map(({ change, value }): ComparedRelation => {
    const was = partsBefore.get(foldName(value.name));
    const is = partsAfter.get(foldName(value.name));
    const columns = pairByName(was?.columns ?? [], is?.columns ?? [], sameColumn);
    const indexes = pairByName(was?.indexes ?? [], is?.indexes ?? []);
    const triggers = pairByName(was?.triggers ?? [], is?.triggers ?? []);
    const touched = [...columns, ...indexes, ...triggers].some((item) => item.change !== 'same');
    return {
      change: change === 'same' && touched ? 'altered' : change,
      relation: value,
      columns: columns.map((pair) => ({ change: pair.change, column: pair.value })),
      indexes: indexes.map((pair) => ({ change: pair.change, index: pair.value })),
      triggers: triggers.map((pair) => ({ change: pair.change, trigger: pair.value })),
    };
  });
}

/** What belongs to each relation, by its folded name. */
interface Parts {
  readonly columns: Relation['columns'];
  readonly indexes: Index[];
  readonly triggers: Trigger[];
}

function partsByTable(schema: Schema): ReadonlyMap<string, Parts> {
  const parts = new Map<string, Parts>();
  for (const { name, columns } of schema.relations) parts.set(foldName(name), { columns, indexes: [], triggers: [] });
  for (const index of schema.indexes) parts.get(foldName(index.table))?.indexes.push(index);
  for (const trigger of schema.triggers) parts.get(foldName(trigger.table))?.triggers.push(trigger);
  return parts;
}

function pairByName<Item extends { readonly name: string }>(
  before: readonly Item[],
  after: readonly Item[],
  same: (one: Item, other: Item) => boolean = sameText,
): readonly { readonly change: Change; readonly value: Item }[] {
  const afterByName = new Map(after.map((item) => [foldName(item.name), item]));
  const beforeNames = new Set(before.map((item) => foldName(item.name)));
  return [
    ...before.map((item) => {
      const other = afterByName.get(foldName(item.name));
      const change: Change = !other ? 'removed' : same(item, other) ? 'same' : 'altered';
      return { change, value: other ?? item };
    }),
    ...after
      .filter((item) => !beforeNames.has(foldName(item.name)))
      .map((item) => ({ change: 'added' as const, value: item })),
  ];
}

function sameText(one: object, other: object): boolean {
  return 'sql' in one && 'sql' in other && one.sql === other.sql;
}

function sameColumn(one: Relation['columns'][number], other: Relation['columns'][number]): boolean {
  return (
    one.type === other.type &&
    one.notNull === other.notNull &&
    one.defaultValue === other.defaultValue &&
    one.primaryKey === other.primaryKey &&
    one.generated === other.generated
  );
}
