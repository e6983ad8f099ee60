// Which relations have rows to look at, and their rows as a grid needs them.

import { arrangementOf, type Arrangement } from '../../../explore/data/arrangement';
import type { Change } from '../../../schema/compare';
import type { Relation } from '../../../schema/schema';
import type { Explorer } from '../look/explorer.svelte';
import { GridRows } from '../grid/gridRows.svelte';
import type { Look } from '../look/look';
import { foldName } from '../../../database';

/** The relations of both sides, those that were there before first. */
export function relationsOf({ before, after }: Explorer): readonly Relation[] {
  const there = new Set(before?.relations.map(({ name }) => foldName(name)));
  const added = after?.relations.filter(({ name }) => !there.has(foldName(name))) ?? [];
  return [...(before?.relations ?? []), ...added];
}

/**
 * The rows of a relation, sorted and filtered.
 * @param changes how the migration changes its columns, by folded name
 * @param known how many rows it has, where they were counted
 * @param shown names of the columns that are shown, in their order; null for all
 */
export function rowsOver(
  look: Look,
  relation: Relation,
  { sort, where, contains }: Pick<Arrangement, 'sort' | 'where' | 'contains'>,
  changes: ReadonlyMap<string, Change>,
  known: number | null,
  shown: readonly string[] | null,
): GridRows {
  const columns = relation.columns
    .filter(({ hidden }) => !hidden)
    .map(({ name, type }) => ({ name, type, change: changes.get(foldName(name)) ?? 'same' }));
  const chosen = shown?.flatMap((name) => columns.find((column) => column.name === name) ?? []) ?? columns;
  const names = chosen.map(({ name }) => name);
  const arrangement = { ...arrangementOf(relation), columns: names, sort, where, contains };
  return new GridRows(look, arrangement, chosen, where || contains ? null : known);
}
