// A plain table of migrations, as people write one themselves: which of its columns says what.

import { entry, textOf, timeOf, type AppliedMigration, type HistoryRow } from './historyEntry';
import { foldName } from '../database';

/** Columns that have the name of a migration, the best first. */
const NAMES = ['name', 'filename', 'file_name', 'file', 'script', 'migration', 'identifier', 'title'];
/** Columns that have the time at which it was applied. */
const TIMES = [
  'applied_at',
  'applied_on',
  'applied',
  'executed_at',
  'run_at',
  'run_on',
  'created_at',
  'timestamp',
  'migrated_at',
];

/** What the columns of a plain table are for: the names of those that have a migration's number and its name, as they are spelled. */
export interface PlainColumns {
  readonly version: string | null;
  readonly name: string | null;
}

/**
 * Tells what the columns are for; null where none has a number or a name. An `id` is a number or a name of a migration only
 * where there is nothing else but a time.
 */
export function plainColumnsOf(columns: readonly { readonly name: string }[]): PlainColumns | null {
  const spelled = new Map(columns.map(({ name }) => [foldName(name), name]));
  const name = NAMES.flatMap((candidate) => spelled.get(candidate) ?? [])[0] ?? null;
  // The npm package sqlite numbers its entries as it does its files, and has both ways of each beside it.
  const numbers = spelled.has('up') && spelled.has('down') ? 'id' : 'version';
  const version = spelled.get(numbers) ?? null;
  if (name !== null || version !== null) return { version, name };
  const others = [...spelled.keys()].filter((column) => column !== 'id' && !TIMES.includes(column));
  return spelled.has('id') && others.length === 0 ? { version: spelled.get('id') ?? null, name: null } : null;
}

/** What a row of a plain table says; null where it is none. */
export function readPlain(row: HistoryRow): AppliedMigration | null {
  const columns = plainColumnsOf(Object.keys(row).map((name) => ({ name })));
  if (columns === null) return null;
  const { version, name } = columns;
  const time = TIMES.find((column) => row[column] !== undefined && row[column] !== null);
  return entry({
    version: version === null ? null : row[foldName(version)],
    name: name === null ? '' : textOf(row[name]),
    when: time === undefined ? '' : timeOf(row[time]),
  });
}
