// Compares the open file with a schema, and writes the migration that leads there. Loaded when that is asked for first.

import type { Comparison } from '../compare/difference';
import type { Migration } from '../compare/migration';
import { compareStates } from '../compare/compare';
import { writeMigration } from '../compare/write';
import type { Database } from '../database';
import type { OnProgress } from './answers';
import type { OpenedFile } from './openedFile';
import type { Overlay } from './pages/overlay';

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

/** Compares, and writes the migration from the one to the other; rows of both are read for counts and for evidence only. */
export function compareWithTarget(
  opened: OpenedFile,
  target: OpenedFile,
  wish: MigrationWish,
  onProgress: OnProgress,
): ComparedSchema {
  const onWork = ({ pagesRead }: Overlay): void =>
    onProgress({ stage: 'check', label: 'comparing schemas', done: 0, total: 0, pagesRead });
  return opened.using(
    ({ database: rows }) =>
      target.using(({ database: desiredRows }) => {
        const [current, desired] = [opened.schemaBy(rows), target.schemaBy(desiredRows)];
        // Each change is tried where there is what either schema is made of: only the second engine has more than the usual one.
        const richer = opened.engine.name === 'sql.js' ? desiredRows : rows;
        const scratch = (): Database => richer.scratch();
        const answers = new Map(wish.answers);
        const comparison = compareStates(current, desired, answers);
        const migration = writeMigration({ ...wish, current, desired, scratch, rows, desiredRows, answers });
        return { comparison, migration };
      }, onWork),
    onWork,
  );
}
