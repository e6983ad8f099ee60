// Foreign keys that lead nowhere after a run: told from those of before, whose tables and columns may have another name by now.

import { foldName } from '../../database';
import type { Reference } from '../../schema/references';
import type { TablePair } from './tablePairs';

/** A reference that leads nowhere after a run, though it did lead somewhere before. */
export interface BrokenReference {
  readonly reference: Reference;
  readonly reason: string;
}

/**
 * References that were sound before a run and lead nowhere after it, rows or not: with foreign keys enforced, SQLite refuses each
 * change of either table.
 */
export function findBrokenReferences(
  before: { readonly references: readonly Reference[]; readonly unresolved: ReadonlyMap<Reference, string> },
  unresolvedAfter: ReadonlyMap<Reference, string>,
  pairs: readonly TablePair[],
): readonly BrokenReference[] {
  const sound = childKeysNow(
    before.references.filter((reference) => !before.unresolved.has(reference)),
    pairs,
  );
  return [...unresolvedAfter]
    .filter(([reference]) => sound.has(childKey(reference)))
    .map(([reference, reason]) => ({ reference, reason }));
}

/** What tells a reference from all others: the table that it stands in, and its columns. */
export function childKey({ table, columns }: Pick<Reference, 'table' | 'columns'>): string {
  return [table, ...columns.toSorted()].map(foldName).join('\n');
}

/** The same of references from before a run, by the names of after it. */
export function childKeysNow(references: readonly Reference[], pairs: readonly TablePair[]): ReadonlySet<string> {
  const byName = new Map(pairs.map((pair) => [foldName(pair.before.name), pair]));
  return new Set(
    references.map(({ table, columns }) => {
      const pair = byName.get(foldName(table));
      return childKey({ table: pair?.after?.name ?? table, columns: columns.map((name) => columnNow(pair, name)) });
    }),
  );
}

/** The name of a column after a run; the one of before where the column is gone. */
export function columnNow(pair: TablePair | undefined, name: string): string {
  return pair?.columns.find((column) => foldName(column.before) === foldName(name))?.after ?? name;
}
