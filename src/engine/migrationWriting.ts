// Compares the open file with a schema, and writes the migration that leads there. Loaded when that is asked for first.

import type { Comparison } from '../compare/difference';
import type { Migration } from '../compare/migration';
import { compareStates } from '../compare/compare';
import { writeMigration } from '../compare/write';
import { readSchema } from '../schema/read';
import type { Schema } from '../schema/schema';
import type { OnProgress } from './answers';
import type { Engine } from './engine';
import type { OpenedFile } from './openedFile';

/** How a migration is to be written. */
export interface MigrationWish {
  /** By the id of their question. */
  readonly answers: readonly (readonly [id: string, answer: string])[];
  /** The second part of the oldest SQLite version that has to run it: 37 for 3.37. */
  readonly sqliteVersion: number;
  /** Whether what differs only in spelling is changed too. */
  readonly spelling: boolean;
}

/** How a file differs from a schema, and what leads from the one to the other. */
export interface ComparedSchema {
  readonly comparison: Comparison;
  readonly migration: Migration;
}

/**
 * Compares, and writes the migration; rows are read for counts and for evidence only.
 * @param engine it has what the desired schema is made of
 */
export function compareWithSchema(
  opened: OpenedFile,
  { desired, engine }: { readonly desired: Schema; readonly engine: Engine },
  wish: MigrationWish,
  onProgress: OnProgress,
): ComparedSchema {
  return opened.using(
    ({ database }) => {
      const current = readSchema(database);
      // Each change is tried where there is what either schema is made of: only the second engine has more than the usual one.
      const scratch = () => (opened.engine.name === 'sql.js' ? engine.memory() : database.scratch());
      const answers = new Map(wish.answers);
      const comparison = compareStates(current, desired, answers);
      const migration = writeMigration({
        ...wish,
        current,
        desired,
        scratch,
        rows: database,
        desiredRows: null,
        answers,
      });
      return { comparison, migration };
    },
    ({ pagesRead }) => onProgress({ stage: 'check', label: 'comparing schemas', done: 0, total: 0, pagesRead }),
  );
}
