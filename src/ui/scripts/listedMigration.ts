// What the list of migrations shows of each: put together once for all rows, so that no row reads what they all share.

import { pathsIn, type ChainMigration } from '../../chain/migration';
import { answerTo, type Need } from '../../chain/needs';
import type { Pending } from '../../chain/pending';
import type { OwnScripts } from '../state/ownScripts.svelte';

/** One row of the list. */
export interface ListedMigration {
  readonly migration: ChainMigration;
  /** Its place, counted from 0. */
  readonly at: number;
  readonly status: Pending['status'];
  readonly changed: Pending['changed'];
  /** Whether any table tells of applied migrations, so that the status says something. */
  readonly isKnown: boolean;
  readonly isTaken: boolean;
  readonly isTakenBack: boolean;
  readonly isEdited: boolean;
  /** Whether the user said that it has been applied, of it alone or of all up to some file. */
  readonly isSaid: boolean;
  readonly isSaidAlone: boolean;
  /** What is asked of a step in code that stands in the way. */
  readonly step: Need | null;
  readonly isPassed: boolean;
  /** Whether the chain ends before it. */
  readonly isEnd: boolean;
  readonly notes: readonly string[];
}

/** The rows of the list, in order. */
export function listMigrations(own: OwnScripts): readonly ListedMigration[] {
  const steps = new Map(own.needs.filter(({ kind }) => kind === 'step').map((need) => [need.name, need]));
  const { endsBefore, standsAt, pending } = own;
  const back = pathsIn(own.wayBack?.migrations ?? []);
  const isKnown = own.histories.length > 0;
  const migrations = own.arranged.migrations;
  const stands = standsAt === null ? -1 : migrations.findIndex(({ path }) => path === standsAt);
  return migrations.map((migration, at) => {
    const { path, warnings } = migration;
    const entry = pending[at];
    const isSaidAlone = own.saidApplied.has(path);
    // A sentence that is true of many files in a row is said of the first of them.
    const before = pending[at - 1]?.notes ?? [];
    const notes = (entry?.notes ?? []).filter((note) => !before.includes(note));
    return {
      migration,
      at,
      status: entry?.status ?? 'unrecorded',
      changed: entry?.changed ?? null,
      isKnown,
      isTaken: own.isTaken(path),
      isTakenBack: back.has(path),
      isEdited: own.editing === path,
      isSaid: isSaidAlone || (at <= stands && !own.isTold(at)),
      isSaidAlone,
      step: steps.get(path) ?? null,
      isPassed: answerTo(own.answers, 'step', path) === 'past',
      isEnd: endsBefore === migration,
      notes: [...new Set([...warnings, ...notes])],
    };
  });
}
