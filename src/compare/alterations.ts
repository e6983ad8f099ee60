// The statements of ALTER TABLE that may turn one table into another: whether they do is for SQLite to say.

import { foldName, quoteIdentifier } from '../database';
import type { Relation } from '../schema/schema';
import { spell } from '../script/spelling';
import { isWord, unquotedName } from '../script/tokens';
import { readCreateTable, type TableItem } from './createTable';
import { ALTER_CONSTRAINT_SINCE, DROP_COLUMN_SINCE } from './versions';

/** Statements to try. */
export interface Alterations {
  readonly statements: readonly string[];
  /** The definitions of the columns that they add. */
  readonly added: readonly string[];
  /** The columns that they drop. Computed ones that hold nothing may be added again. */
  readonly dropped: readonly string[];
}

/** What might do; null where a change is none of those that ALTER TABLE knows in this version of SQLite. */
export function alterationsOf(before: Relation, after: Relation, sqliteVersion: number): Alterations | null {
  const table = `ALTER TABLE ${quoteIdentifier(after.name)}`;
  const [was, is] = [readCreateTable(before.sql), readCreateTable(after.sql)];
  if (was.options.join() !== is.options.join()) return null;
  const names = new Set([...before.columns, ...after.columns].map(({ name }) => foldName(name)));
  const columnsOf = (items: readonly TableItem[]): Items =>
    new Map(items.flatMap((item) => (item.column === null ? [] : [[foldName(item.column), item]])));
  const [old, wished] = [columnsOf(was.items), columnsOf(is.items)];
  const again = computedAgain([before, after], [old, wished], names);
  const dropped = computedFirst([...old].filter(([name]) => !wished.has(name) || again.has(name)));
  const added = [...wished].flatMap(([name, { text }]) => (!old.has(name) || again.has(name) ? text : []));
  if (dropped.length > 0 && sqliteVersion < DROP_COLUMN_SINCE) return null;

  const nullability: string[] = [];
  for (const [name, item] of wished) {
    const had = old.get(name);
    if (!had || again.has(name) || spell(had.tokens, names) === spell(item.tokens, names)) continue;
    const [column, earlier] = [after, before].map(({ columns }) => columns.find((one) => foldName(one.name) === name));
    if (sqliteVersion < ALTER_CONSTRAINT_SINCE || column?.notNull === earlier?.notNull) return null;
    const change = column?.notNull === true ? 'SET' : 'DROP';
    nullability.push(`${table} ALTER COLUMN ${quoteIdentifier(item.column ?? '')} ${change} NOT NULL`);
  }
  const constraints = constraintChanges(was.items, is.items, names);
  if (constraints === null || (constraints.length > 0 && sqliteVersion < ALTER_CONSTRAINT_SINCE)) return null;
  const statements = [
    ...dropped.map((name) => `${table} DROP COLUMN ${quoteIdentifier(name)}`),
    ...added.map((definition) => `${table} ADD COLUMN ${definition}`),
    ...nullability,
    ...constraints.map((change) => `${table} ${change}`),
  ];
  return statements.length === 0 ? null : { statements, added, dropped };
}

type Items = ReadonlyMap<string, TableItem>;

/**
 * Computed columns that hold nothing (VIRTUAL), and that are dropped and added to become what they are to be, or to come behind a column
 * that is added. By folded name.
 */
function computedAgain(
  tables: readonly [Relation, Relation],
  [old, wished]: readonly [Items, Items],
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  const again = new Set<string>();
  let isBehind = false;
  for (const [name, item] of wished) {
    const had = old.get(name);
    const isVirtual = tables.every(({ columns }) =>
      columns.some((column) => foldName(column.name) === name && column.generated === 'virtual'),
    );
    if (had && isVirtual && (isBehind || spell(had.tokens, names) !== spell(item.tokens, names))) again.add(name);
    if (!had || again.has(name)) isBehind = true;
  }
  return again;
}

/** The names of columns in an order in which each is dropped before those that its own definition names. */
function computedFirst(items: readonly (readonly [string, TableItem])[]): readonly string[] {
  const left = new Map(items);
  const ordered: string[] = [];
  while (left.size > 0) {
    const isNamed = (name: string): boolean =>
      [...left].some(
        ([other, { tokens }]) =>
          other !== name && tokens.slice(1).some((token) => foldName(unquotedName(token) ?? '') === name),
      );
    // None is free where definitions name one another, which SQLite does not allow.
    const next = [...left.keys()].find((name) => !isNamed(name)) ?? [...left.keys()][0] ?? '';
    ordered.push(left.get(next)?.column ?? next);
    left.delete(next);
  }
  return ordered;
}

/** Only a CHECK can be added, and only a constraint with a name removed; null where the change is another one. */
function constraintChanges(
  was: readonly TableItem[],
  is: readonly TableItem[],
  names: ReadonlySet<string>,
): readonly string[] | null {
  const spelled = ({ tokens }: TableItem): string => spell(tokens, names);
  const own = (items: readonly TableItem[]): readonly TableItem[] => items.filter(({ column }) => column === null);
  const [old, wished] = [new Set(own(was).map(spelled)), new Set(own(is).map(spelled))];
  const removed = own(was).filter((item) => !wished.has(spelled(item)));
  const added = own(is).filter((item) => !old.has(spelled(item)));
  const nameOf = ({ tokens: [first, second] }: TableItem): string | null =>
    isWord(first ?? null, 'CONSTRAINT') && second ? unquotedName(second) : null;
  if (removed.some((item) => nameOf(item) === null) || added.some(({ part }) => part !== 'check')) return null;
  return [
    ...removed.map((item) => `DROP CONSTRAINT ${quoteIdentifier(nameOf(item) ?? '')}`),
    ...added.map(({ text }) => `ADD ${text}`),
  ];
}
