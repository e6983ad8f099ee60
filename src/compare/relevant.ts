// The part of two large schemas that a migration between them can touch: SQLite reads all of a schema at each ALTER TABLE.

import { foldName, type Database } from '../database';
import type { Schema } from '../schema/schema';
import { findBrokenTriggers, findBrokenViews } from '../schema/usable';
import { parseSql, unquotedName } from '../script/tokens';
import type { Difference } from './difference';

/** So many tables and views at most are taken as a whole. */
const SMALL = 100;

/** Two schemas of one migration. */
export interface States {
  readonly current: Schema;
  readonly desired: Schema;
}

/**
 * Of two schemas what differs, and what stands on it or beneath it: views and triggers that name a table that changes, what these name, and
 * tables that refer to it. What does not compile is in it too, wherever it is, since ALTER TABLE stumbles over it. Small schemas are given back as they are.
 * @param broken what `brokenObjects` gives
 */
export function relevantPart(states: States, differences: readonly Difference[], broken: readonly string[]): States {
  const { current, desired } = states;
  if (isSmall(states)) return states;
  const known = new Set([...current.relations, ...desired.relations].map(({ name }) => foldName(name)));
  const named = new Map<string, ReadonlySet<string>>();
  const namesIn = (sql: string): ReadonlySet<string> => {
    const names = named.get(sql) ?? new Set(wordsOf(sql).filter((name) => known.has(name)));
    named.set(sql, names);
    return names;
  };
  const changed = new Set(
    differences.flatMap(({ name, nameBefore, table, object }) =>
      [object === 'index' || object === 'trigger' ? null : name, nameBefore, table].flatMap((one) =>
        one === null ? [] : foldName(one),
      ),
    ),
  );
  const triggers = new Set(differences.flatMap(({ object, name }) => (object === 'trigger' ? foldName(name) : [])));
  for (const what of broken) {
    if (what.startsWith('view ')) changed.add(foldName(what.slice('view '.length)));
    else triggers.add(foldName(what.slice('trigger '.length)));
  }
  const relations = [...new Map([...current.relations, ...desired.relations].map((one) => [one.sql, one])).values()];
  // What stands on it, be it over other views.
  const touches = (sql: string): boolean =>
    // To read all the words of all texts takes longer than all else.
    mayName(sql, changed) && [...namesIn(sql)].some((one) => changed.has(one));
  for (let size = -1; size !== changed.size;) {
    size = changed.size;
    for (const { kind, name, sql } of relations) if (kind === 'view' && touches(sql)) changed.add(foldName(name));
  }
  for (const { name, table, sql } of [...current.triggers, ...desired.triggers]) {
    if (changed.has(foldName(table)) || touches(sql)) triggers.add(foldName(name));
  }
  // What lies beneath: all that has to be there for it to compile.
  const included = new Set(changed);
  for (const { kind, name, sql } of relations) {
    if (kind === 'table' && /references/i.test(sql) && touches(sql)) included.add(foldName(name));
  }
  const include = (sql: string): void => {
    for (const name of namesIn(sql)) included.add(name);
  };
  for (const { name, table, sql } of [...current.triggers, ...desired.triggers]) {
    if (!triggers.has(foldName(name))) continue;
    included.add(foldName(table));
    include(sql);
  }
  for (let size = -1; size !== included.size;) {
    size = included.size;
    for (const { kind, name, sql } of relations) if (kind === 'view' && included.has(foldName(name))) include(sql);
  }
  const part = (schema: Schema): Schema => ({
    relations: schema.relations.filter(({ name }) => included.has(foldName(name))),
    indexes: schema.indexes.filter(({ table }) => changed.has(foldName(table))),
    triggers: schema.triggers.filter(({ name }) => triggers.has(foldName(name))),
  });
  return { current: part(current), desired: part(desired) };
}

function isSmall({ current, desired }: States): boolean {
  return Math.max(current.relations.length, desired.relations.length) <= SMALL;
}

/**
 * The views and triggers that do not compile, as `view name` and `trigger name`, of large schemas: on the way back they are the same.
 * @param database the one of `current`; it is only read
 */
export function brokenObjects(database: Database, states: States): readonly string[] {
  if (isSmall(states)) return [];
  const { current } = states;
  return [...findBrokenViews(database, current), ...findBrokenTriggers(database, current)].map(([what]) => what);
}

/** Whether one of these folded names may stand in a text, be it as a part of a word. */
function mayName(sql: string, names: ReadonlySet<string>): boolean {
  const folded = foldName(sql);
  // Where a quote is in a name, it stands there twice.
  return [...names].some((name) => /["'`]/.test(name) || folded.includes(name));
}

function wordsOf(sql: string): readonly string[] {
  return parseSql(sql).tokens.flatMap((token) => {
    const name = unquotedName(token);
    return name === null ? [] : [foldName(name)];
  });
}
