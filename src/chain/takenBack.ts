// Which migrations are taken back so that a database stands at an earlier one: what has been applied since, the last one first.

import { foldName, quoteIdentifier, quoteText } from '../database';
import type { ScriptPart } from '../script/statement';
import type { History } from './history';
import { tellingOf } from './historyMatch';
import type { AppliedMigration } from './historyEntry';
import type { ChainMigration } from './migration';
import { isVersion } from './migrationName';
import { isRunByDefault, type Pending } from './pending';

/** Which version a chain is to lead to, and which way it goes there. */
export interface Target {
  readonly direction: 'up' | 'down';
  /** The path of the last migration that is applied then; the empty text for none of them. */
  readonly path: string;
}

/** What leads to a version of a chain. */
export interface Way {
  readonly direction: Target['direction'];
  /** What is run or taken back, in the order in which it is. */
  readonly migrations: readonly ChainMigration[];
  /** What has to be taken back and has nothing that does it. */
  readonly stuck: readonly ChainMigration[];
  /** Steps in code that have been applied behind the version, and stay so. */
  readonly passed: readonly ChainMigration[];
}

/**
 * The way from where a database stands to a migration of the chain: up, by what is not applied of all up to it; or down, by what is applied of
 * all behind it, the last one first. Repeatable migrations are passed over, and so are steps in code.
 * @param pending in the order of the migrations
 */
export function wayTo(
  migrations: readonly ChainMigration[],
  pending: readonly Pending[],
  { direction, path }: Target,
): Way {
  const last = migrations.findIndex((migration) => migration.path === path);
  if (last < 0 && path !== '') return { direction, migrations: [], stuck: [], passed: [] };
  const isApplied = appliedIn(pending);
  if (direction === 'up') {
    const missing = migrations.filter((one, at) => at <= last && isMoving(one) && !isApplied(at));
    return { direction, migrations: missing, stuck: [], passed: [] };
  }
  const behind = migrations.filter((_, at) => at > last && isApplied(at)).toReversed();
  const moving = behind.filter(isMoving);
  return {
    direction,
    migrations: moving,
    stuck: moving.filter(({ down }) => down === null),
    passed: behind.filter(({ code }) => code !== null),
  };
}

/** Every version to which there is something to do, in the order of the chain; that of none of them comes first. */
export function targetsOf(migrations: readonly ChainMigration[], pending: readonly Pending[]): readonly Target[] {
  const isApplied = appliedIn(pending);
  const highest = migrations.findLastIndex((one, at) => isMoving(one) && isApplied(at));
  const targets: Target[] = highest < 0 ? [] : [{ direction: 'down', path: '' }];
  let isMissing = false;
  for (const [at, migration] of migrations.entries()) {
    if (!isMoving(migration)) continue;
    isMissing ||= !isApplied(at);
    if (at < highest) targets.push({ direction: 'down', path: migration.path });
    else if (isMissing) targets.push({ direction: 'up', path: migration.path });
  }
  return targets;
}

/**
 * The parts of a script that take migrations back, the last one first; after each of them, what makes the tools' tables forget it.
 * @param histories those that are to forget; empty where nothing is recorded
 */
export function partsBack(
  { migrations: back }: Way,
  histories: readonly History[],
  migrations: readonly ChainMigration[],
): readonly ScriptPart[] {
  const forgetters = histories.map((history) => forgetterOf(history, migrations));
  return back.flatMap((migration) =>
    [migration.down, ...forgetters.map((forget) => forget(migration))].filter((part) => part !== null),
  );
}

function isMoving({ code, repeatable }: ChainMigration): boolean {
  return code === null && !repeatable;
}

/** Of some tools only the newest is known for sure; they go down by those before it all the same. */
function appliedIn(pending: readonly Pending[]): (at: number) => boolean {
  return (at) => !isRunByDefault(pending[at]?.status ?? 'unrecorded');
}

/**
 * Gives the SQL by which a tool's table forgets a migration that is taken back, as that tool would have it; null where it keeps it in a way
 * that only the tool can write. `migrations` are those of the chain in their order.
 */
export function forgetterOf(
  history: History,
  migrations: readonly ChainMigration[],
): (migration: ChainMigration) => ScriptPart | null {
  const [index] = tellingOf(migrations, [history]);
  return (migration) => {
    const [entry] = index?.entriesOf(migration) ?? [];
    const sql = forget(history, migration, entry, migrations);
    return sql === null
      ? null
      : { name: `${migration.path}, no longer recorded in ${history.table}`, text: `${sql};\n` };
  };
}

function forget(
  history: History,
  migration: ChainMigration,
  entry: AppliedMigration | undefined,
  migrations: readonly ChainMigration[],
): string | null {
  const { tool } = history;
  const table = quoteIdentifier(history.table);
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
    case 'plain':
      // The npm package sqlite has both ways of each migration in its table, and deletes the row by the number that its file has.
      return entry && has(history, 'up') && has(history, 'down') && /^\d+$/.test(entry.version)
        ? `DELETE FROM ${table} WHERE id = ${entry.version}`
        : null;
    default:
      return null;
  }
}

function has({ columns }: History, column: string): boolean {
  return columns.some(({ name }) => foldName(name) === column);
}
