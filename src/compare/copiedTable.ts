// A table whose rows are copied into what it becomes: what the questions about them are asked with.

import { foldName } from '../database';
import type { Relation } from '../schema/schema';
import type { PairedRelation } from './pairing';
import type { Holds } from './placeholder';

/** A table that is rebuilt, and what its rows may be asked by. */
export interface CopiedTable {
  /** Its columns have the names of the target already. */
  readonly before: Relation;
  readonly after: Relation;
  /** The table and the column in the database that the facts are about, which knows the old names. */
  readonly origin: { readonly table: string; readonly columnOf: (column: string) => string };
  /** The columns of unique keys that it gets, folded; true where one of these refuses a column that has the same value in all rows, whatever the others have. */
  readonly keyed: ReadonlyMap<string, boolean>;
  readonly holds: Holds;
  /** All tables of both schemas: a new column may refer to one. */
  readonly relations: readonly PairedRelation[];
}

/** The names of a table and its columns in the database that the facts are about. */
export function originOf({ before, columns }: PairedRelation): CopiedTable['origin'] {
  return {
    table: before?.name ?? '',
    columnOf: (column) =>
      columns.find(({ after }) => foldName(after?.name ?? '') === foldName(column))?.before?.name ?? column,
  };
}
