// Which migrations of a chain a database has had already, by what a tool has recorded in it.

import type { Comparison } from './checksums';
import type { ChainMigration } from './migration';
import type { History } from './history';
import type { AppliedMigration, HistoryTool } from './historyEntry';
import { tellingOf, type HistoryIndex } from './historyMatch';

/**
 * What is known of one migration. `unknown`: the table of its tool is there and does not tell whether it was applied. `unrecorded`:
 * there is no table that tells of such files.
 */
export interface Pending {
  readonly path: string;
  readonly status: 'applied' | 'pending' | 'failed' | 'unknown' | 'unrecorded';
  /** How the file differs from what was applied, as far as its tool has recorded that. */
  readonly changed: 'text' | 'line endings' | null;
  readonly notes: readonly string[];
}

type Found = Pick<Pending, 'status' | 'notes'>;

/** Tools that record only how far they have come, and what each of them does with a file that is below that. */
const HIGH_WATER: Partial<Record<HistoryTool, (migration: ChainMigration, last: AppliedMigration) => string>> = {
  Drizzle: ({ when }, { version }) =>
    `Drizzle will never run it: its time ${when} is below the last one recorded, ${version}, and no entry has its time.`,
  'golang-migrate': (_, { version }) =>
    `golang-migrate records only its last version, ${version}. It runs nothing that is below, whether that was applied or not.`,
};

/** Tools that let a user begin at a version: nobody has recorded of the files up to there that they were run. */
const BASELINE: ReadonlySet<HistoryTool> = new Set(['Flyway', 'Atlas']);

/** Whether a migration is run where the user has not chosen: what was applied is not run again, nor what may have been. */
export function isRunByDefault(status: Pending['status']): boolean {
  return status !== 'applied' && status !== 'unknown';
}

/**
 * Tells for each migration whether it has been applied, in the order in which they are given.
 * @param comparisons by path, what `compareChecksums` says; the status does not depend on it
 * @example
 * // In `database`, dbmate has recorded version 1 in schema_migrations.
 * const { migrations } = arrangeMigrations([
 *   { path: '1_people.sql', text: 'CREATE TABLE people (name TEXT);' },
 *   { path: '2_city.sql', text: 'ALTER TABLE people ADD COLUMN city TEXT;' },
 * ]);
 * tellPending(migrations, readHistory(database)).map(({ status }) => status); // ['applied', 'pending']
 */
export function tellPending(
  migrations: readonly ChainMigration[],
  histories: readonly History[],
  comparisons: ReadonlyMap<string, Comparison> = new Map(),
): readonly Pending[] {
  const telling = tellingOf(migrations, histories);
  const found = migrations.map((migration) => {
    const told = telling.map((index) => lookUp(migration, index, comparisons.has(migration.path)));
    const best = (['failed', 'applied', 'unknown', 'pending'] as const)
      .map((status) => told.find((one) => one.status === status))
      .find((one) => one !== undefined);
    return { migration, found: best ?? { status: 'unrecorded' as const, notes: [] } };
  });
  const lastApplied = found.findLastIndex(
    ({ migration, found: { status } }) => status === 'applied' && !migration.repeatable,
  );
  return found.map(({ migration: { path }, found: { status, notes } }, at) => {
    const comparison = comparisons.get(path);
    const late = status === 'pending' && at < lastApplied ? [RUNS_LATE] : [];
    return {
      path,
      status,
      changed: comparison?.changed ?? null,
      notes: [...notes, ...late, ...(comparison?.sentence ? [comparison.sentence] : [])],
    };
  });
}

function notRun(tool: HistoryTool, { version }: AppliedMigration): string {
  return `${tool} has a baseline at ${version}: it takes all up to there for applied, whether that was run or not, and runs none of it.`;
}

const RUNS_LATE = 'A later one is recorded as applied: this one would run out of its order.';

/** What one table says of one migration. */
function lookUp(migration: ChainMigration, index: HistoryIndex, isCompared: boolean): Found {
  const told = index.tellsOf(migration);
  if (told !== true) return { status: 'unknown', notes: [told] };
  // The newest says how it ended: a tool may have tried again.
  const last = index.entriesOf(migration).at(-1);
  if (last?.ok === false) return { status: 'failed', notes: ['It is recorded as failed, or as begun and not ended.'] };
  const standIn = last ? null : index.standInOf(migration);
  if (!last && !standIn) return { status: 'pending', notes: [] };
  const highWater = HIGH_WATER[index.history.tool];
  if (standIn && highWater) return { status: 'unknown', notes: [highWater(migration, standIn)] };
  const { tool } = index.history;
  const baseline = BASELINE.has(tool) ? [standIn, last].find((entry) => entry?.upTo) : null;
  if (baseline) return { status: 'applied', notes: [notRun(tool, baseline)] };
  const isOpen = migration.repeatable && !isCompared;
  return { status: 'applied', notes: isOpen ? ['It can be repeated: tick it if it has changed since.'] : [] };
}

/** What the user says of a database that no table tells of. */
export interface Said {
  /** The paths of single files that she says have been applied. */
  readonly applied: ReadonlySet<string>;
  /** The last file that has been applied, in the order of the chain: all before it have been, too. Null where she says nothing. */
  readonly standsAt: string | null;
}

/** Puts what the user says in the place of what is not known: what a table tells stays. */
export function withSaid(pending: readonly Pending[], { applied, standsAt }: Said): readonly Pending[] {
  const last = standsAt === null ? -1 : pending.findIndex(({ path }) => path === standsAt);
  return pending.map((entry, at) => {
    const isSaid = applied.has(entry.path) || (at <= last && !isTold(entry));
    return isSaid && entry.status !== 'applied' ? { ...entry, status: 'applied', notes: [] } : entry;
  });
}

/** Whether a table tells of a migration. */
export function isTold({ status }: Pending): boolean {
  return status !== 'unrecorded' && status !== 'unknown';
}

/** What is recorded as applied and matches no file of the chain: files that are missing, or a database that is ahead of them. */
export function findUnmatched(
  migrations: readonly ChainMigration[],
  histories: readonly History[],
): readonly { readonly history: History; readonly entry: AppliedMigration }[] {
  return tellingOf(migrations, histories).flatMap((index) => {
    const matched = new Set(migrations.flatMap((migration) => index.entriesOf(migration)));
    const { history } = index;
    return history.applied.filter((entry) => !matched.has(entry)).map((entry) => ({ history, entry }));
  });
}

/** The paths of the migrations that a history has recorded as applied. */
export function recordedPaths(migrations: readonly ChainMigration[], history: History): ReadonlySet<string> {
  const applied = tellPending(migrations, [history]).filter(({ status }) => status === 'applied');
  return new Set(applied.map(({ path }) => path));
}
