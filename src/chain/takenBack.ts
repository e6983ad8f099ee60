// Which migrations are taken back so that a database stands at an earlier one: what has been applied since, the last one first.

import { quoteIdentifier, quoteText } from '../database';
import type { ScriptPart } from '../script/statement';
import type { History } from './history';
import { tellingOf } from './historyMatch';
import { partOf, type ChainMigration } from './migration';
import { isVersion } from './migrationName';
import { isRunByDefault, type Pending } from './pending';

/** What leads to a version of a chain. */
export interface Way {
  /** `none`: the database is there already. */
  readonly direction: 'up' | 'down' | 'none';
  /** What is run, in the order in which it is. */
  readonly migrations: readonly ChainMigration[];
  /** What has to be taken back and has nothing that does it. */
  readonly stuck: readonly ChainMigration[];
}

/** Where a chain is to lead: the path of the last migration that is to be applied; the empty text for none of them. */
export type Target = string;

/**
 * The way from where a database stands to a migration of the chain: up, by what is not applied of all up to it; or down, by what is applied of
 * all behind it. Repeatable migrations and steps in code are passed over.
 * @param pending in the order of the migrations
 */
export function wayTo(migrations: readonly ChainMigration[], pending: readonly Pending[], target: Target): Way {
  const last = migrations.findIndex(({ path }) => path === target);
  const moving = migrations.map(({ code, repeatable }) => code === null && !repeatable);
  // Of some tools only the newest is known for sure; they go down by those before it all the same.
  const isApplied = (at: number): boolean => !isRunByDefault(pending[at]?.status ?? 'unrecorded');
  const behind = migrations.filter((_, at) => at > last && moving[at] === true && isApplied(at)).toReversed();
  if (behind.length > 0) {
    return { direction: 'down', migrations: behind, stuck: behind.filter(({ down }) => down === null) };
  }
  const missing = migrations.filter((_, at) => at <= last && moving[at] === true && !isApplied(at));
  return { direction: missing.length > 0 ? 'up' : 'none', migrations: missing, stuck: [] };
}

/** The parts of a script that go a way. */
export function partsOfWay({ direction, migrations }: Way): readonly ScriptPart[] {
  return migrations.flatMap((migration) => {
    if (direction === 'up') return [partOf(migration)];
    return migration.down ? [migration.down] : [];
  });
}

/**
 * The SQL by which a tool's table forgets a migration that is taken back, as that tool would have it; null where it keeps it in a way that
 * only the tool can write. `migrations` are those of the chain in their order.
 */
export function forgettingOf(
  history: History,
  migration: ChainMigration,
  migrations: readonly ChainMigration[],
): ScriptPart | null {
  const sql = forget(history, migration, migrations);
  return sql === null ? null : { name: `${migration.path}, no longer recorded in ${history.table}`, text: `${sql};\n` };
}

function forget(history: History, migration: ChainMigration, migrations: readonly ChainMigration[]): string | null {
  const { tool } = history;
  const table = quoteIdentifier(history.table);
  const [index] = tellingOf(migrations, [history]);
  const [entry] = index?.entriesOf(migration) ?? [];
  switch (tool) {
    case 'dbmate':
    case 'Rails':
    case 'Diesel':
      return entry ? `DELETE FROM ${table} WHERE version = ${quoteText(entry.version)}` : null;
    case 'goose':
      return entry ? `DELETE FROM ${table} WHERE version_id = ${entry.version}` : null;
    case 'sql-migrate':
      return entry ? `DELETE FROM ${table} WHERE id = ${quoteText(entry.name)}` : null;
    case 'sqlx':
    case 'Atlas':
      return entry ? `DELETE FROM ${table} WHERE version = ${quoteText(entry.version)}` : null;
    case 'golang-migrate': {
      // Its one row says how far it has come: before the first migration there is none.
      const at = migrations.indexOf(migration);
      const before = migrations.slice(0, at).findLast(({ version }) => isVersion(version) && !version.includes('.'));
      if (!before) return `DELETE FROM ${table}`;
      return `UPDATE ${table} SET version = ${BigInt(before.version).toString()}, dirty = 0`;
    }
    default:
      return null;
  }
}
