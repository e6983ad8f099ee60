// What the values of a column mean, as the companion of a migration says, beside the column that holds them.

import type { ReferenceTable } from '../../catalog/meaning';
import { findRelation, type Schema } from '../../schema/schema';
import { foldName } from '../../database';

/** Where a schema stands with the column that reference values belong to. */
export type ReferencePresence = 'there' | 'no table' | 'no column' | 'none meant';

/** Whether a schema has the column that reference values belong to. */
export function presenceOf({ describes }: ReferenceTable, schema: Schema): ReferencePresence {
  if (describes === null) return 'none meant';
  const relation = findRelation(schema, describes.table);
  if (!relation) return 'no table';
  const wanted = foldName(describes.column);
  return relation.columns.some(({ name }) => foldName(name) === wanted) ? 'there' : 'no column';
}
