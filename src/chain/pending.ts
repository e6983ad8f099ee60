// Which migrations of a chain a database has had already, by what a tool has recorded in it.

import type { ChainMigration } from './folder';
import type { History } from './history';
import type { AppliedMigration } from './historyEntry';
import { HistoryIndex } from './historyMatch';

/** What is known of one migration. `unknown`: no tool's table tells. */
export interface Pending {
  readonly path: string;
  readonly status: 'applied' | 'pending' | 'failed' | 'unknown';
  readonly notes: readonly string[];
}

type Found = Pick<Pending, 'status' | 'notes'>;

/**
 * Tells for each migration whether it has been applied, in the order in which they are given.
 * @example
 * // In `database`, dbmate has recorded version 1 in schema_migrations.
 * const { migrations } = arrangeMigrations([
 *   { path: '1_people.sql', text: 'CREATE TABLE people (name TEXT);' },
 *   { path: '2_city.sql', text: 'ALTER TABLE people ADD COLUMN city TEXT;' },
 * ]);
 * tellPending(migrations, readHistory(database)).map(({ status }) => status); // ['applied', 'pending']
 */
export function tellPending(migrations: readonly ChainMigration[], histories: readonly History[]): readonly Pending[] {
  const telling = tellingOf(migrations, histories);
  const found = migrations.map((migration) => {
    const told = telling.map((index) => lookUp(migration, index));
    const best = (['failed', 'applied', 'pending', 'unknown'] as const)
      .map((status) => told.find((one) => one.status === status))
      .find((one) => one !== undefined);
    return { migration, found: best ?? { status: 'unknown' as const, notes: [] } };
  });
  const lastApplied = found.findLastIndex(
    ({ migration, found: { status } }) => status === 'applied' && !migration.repeatable,
  );
  return found.map(({ migration, found: { status, notes } }, at) => ({
    path: migration.path,
    status,
    notes:
      status === 'pending' && at < lastApplied
        ? [...notes, 'A later one is recorded as applied: this one would run out of its order.']
        : notes,
  }));
}

/** The tables that tell of a chain. */
function tellingOf(migrations: readonly ChainMigration[], histories: readonly History[]): readonly HistoryIndex[] {
  return histories.map((history) => new HistoryIndex(history)).filter((index) => index.isTelling(migrations));
}

/** What one table says of one migration. */
function lookUp(migration: ChainMigration, index: HistoryIndex): Found {
  const told = index.tellsOf(migration);
  if (told !== true) return { status: 'unknown', notes: told === false ? [] : [told] };
  // The newest says how it ended: a tool may have tried again.
  const last = index.entriesOf(migration).at(-1);
  if (last?.ok === false) return { status: 'failed', notes: ['It is recorded as failed, or as begun and not ended.'] };
  if (!last && !index.standInOf(migration)) return { status: 'pending', notes: [] };
  const repeat = migration.repeatable ? ['It can be repeated: tick it if it has changed since.'] : [];
  return { status: 'applied', notes: repeat };
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
