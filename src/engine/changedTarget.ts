// A target that somebody edits: of the one before, only what has changed is made anew, since SQLite reads all of a schema at each CREATE.

import { foldName, quoteIdentifier, type Database } from '../database';
import type { Schema } from '../schema/schema';
import type { ParsedStatement } from '../script/parsedStatement';
import type { StatementKind } from '../script/statement';

const DROPPED_AS: Readonly<Partial<Record<StatementKind, string>>> = {
  'create table': 'TABLE',
  'create index': 'INDEX',
  'create view': 'VIEW',
  'create trigger': 'TRIGGER',
};

/**
 * The statements that make of a database that one script has made the one that another script makes, with objects in another order.
 * Null where that is not certain: the scripts do more than to create tables, indexes, views and triggers, each of another name, and
 * each index and trigger after what it is on. Then, too, what is wrong with the script is for a run of all of it to tell.
 */
export function changesBetween(
  before: readonly ParsedStatement[],
  after: readonly ParsedStatement[],
): readonly string[] | null {
  if (!areCreatedInTurn(before) || !areCreatedInTurn(after)) return null;
  const least = Math.min(before.length, after.length);
  let from = 0;
  while (from < least && before[from]?.text === after[from]?.text) from++;
  let behind = 0;
  while (behind < least - from && before.at(-1 - behind)?.text === after.at(-1 - behind)?.text) behind++;
  const gone = before.slice(from, before.length - behind);
  const dropped = new Set(gone.map(({ name }) => foldName(name ?? '')));
  // With a table or a view goes what is on it.
  const again = after.filter(
    (statement, at) => (at >= from && at < after.length - behind) || dropped.has(foldName(standsOn(statement) ?? '')),
  );
  return [
    ...gone
      .toReversed()
      .map(({ kind, name }) => `DROP ${DROPPED_AS[kind] ?? ''} IF EXISTS ${quoteIdentifier(name ?? '')}`),
    ...again.map(({ text }) => text),
  ];
}

/** Whether nothing is done but to create objects, one after the other. */
export function areCreatedInTurn(statements: readonly ParsedStatement[]): boolean {
  const known = new Set<string>();
  return statements.every((statement) => {
    const { kind, name, temporary, schema } = statement;
    if (name === null || DROPPED_AS[kind] === undefined || temporary || schema !== null) return false;
    const on = standsOn(statement);
    if (known.has(foldName(name)) || (on !== null && !known.has(foldName(on)))) return false;
    known.add(foldName(name));
    return true;
  });
}

/** What an index or a trigger is on; null for any other object. */
function standsOn({ kind, table }: ParsedStatement): string | null {
  return kind === 'create index' || kind === 'create trigger' ? table : null;
}

/** Runs such statements; false where SQLite refuses one of them. */
export function runChanges(database: Database, changes: readonly string[]): boolean {
  return ['BEGIN', ...changes, 'COMMIT'].every((sql) => database.execute(sql).ok);
}

/** A schema with its objects in the order in which a script creates them. */
export function inOrderOf(statements: readonly ParsedStatement[], schema: Schema): Schema {
  const places = new Map(statements.map(({ name }, at) => [foldName(name ?? ''), at]));
  const placeOf = (name: string): number => places.get(foldName(name)) ?? -1;
  return {
    relations: schema.relations.toSorted((one, other) => placeOf(one.name) - placeOf(other.name)),
    // An index of a constraint is made with its table.
    indexes: schema.indexes.toSorted(
      (one, other) =>
        placeOf(one.sql === null ? one.table : one.name) - placeOf(other.sql === null ? other.table : other.name),
    ),
    triggers: schema.triggers.toSorted((one, other) => placeOf(one.name) - placeOf(other.name)),
  };
}
