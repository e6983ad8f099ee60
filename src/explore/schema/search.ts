// Finds things of a schema by their names: tables, views, columns, indexes and triggers, of before and after alike.

import type { Change, ComparedRelation } from '../../schema/compare';
import type { Relation } from '../../schema/schema';
import type { Causes } from './causes';
import { foldName } from '../../database';

/** Something with a name. */
export interface NamedThing {
  readonly kind: 'relation' | 'column' | 'index' | 'trigger';
  /** What it is, in a word: `table`, `view`, `column` … */
  readonly word: Relation['kind'] | 'column' | 'index' | 'trigger';
  /** The table that it belongs to, or is. */
  readonly table: string;
  readonly name: string;
  readonly change: Change;
  /** Ordinals of the statements that cause its change. */
  readonly causes: readonly number[];
}

/** What was found, the best first. */
export interface Found {
  readonly things: readonly NamedThing[];
  /** All that fits, of which `things` may be the first part. */
  readonly total: number;
}

/** All names of two compared schemas. Indexes without a text are left out: SQLite made up their names. */
export function listNames(compared: readonly ComparedRelation[], causes: Causes): readonly NamedThing[] {
  return compared.flatMap(({ relation, change, columns, indexes, triggers }): readonly NamedThing[] => {
    const table = relation.name;
    const thing = (kind: NamedThing['kind'], word: NamedThing['word'], name: string, changed: Change): NamedThing => ({
      kind,
      word,
      table,
      name,
      change: changed,
      causes: causes.of({ kind, table, name }),
    });
    return [
      thing('relation', relation.kind, table, change),
      ...columns.map(({ column, change: changed }) => thing('column', 'column', column.name, changed)),
      ...indexes
        .filter(({ index }) => index.sql !== null)
        .map(({ index, change: changed }) => thing('index', 'index', index.name, changed)),
      ...triggers.map(({ trigger, change: changed }) => thing('trigger', 'trigger', trigger.name, changed)),
    ];
  });
}

const KINDS: readonly NamedThing['kind'][] = ['relation', 'column', 'index', 'trigger'];

/**
 * The names that fit what was typed, the best first: the name itself, names that begin with it, names with a word that begins
 * with it, names that have it somewhere; `table.column` fits so too; last those that have all of several words. Of those that
 * fit as well, tables come before columns, indexes and triggers, and what changes before what stays.
 * @param limit so many are given at most
 */
export function searchNames(things: readonly NamedThing[], typed: string, limit: number): Found {
  const wanted = fold(typed.trim());
  if (wanted === '') return { things: [], total: 0 };
  const words = wanted.split(/\s+/);
  const fitting = things
    .map((thing, place) => ({ thing, place, rank: rankOf(thing, wanted, words) }))
    .filter(({ rank }) => rank < Infinity)
    .sort(
      (one, other) =>
        one.rank - other.rank ||
        KINDS.indexOf(one.thing.kind) - KINDS.indexOf(other.thing.kind) ||
        Number(one.thing.change === 'same') - Number(other.thing.change === 'same') ||
        one.place - other.place,
    );
  return { things: fitting.slice(0, limit).map(({ thing }) => thing), total: fitting.length };
}

function rankOf({ kind, table, name }: NamedThing, wanted: string, words: readonly string[]): number {
  const own = fold(name);
  const full = kind === 'relation' ? own : `${fold(table)}.${own}`;
  if (own === wanted || full === wanted) return 0;
  if (own.startsWith(wanted) || (wanted.includes('.') && full.startsWith(wanted))) return 1;
  const at = own.indexOf(wanted);
  if (at > 0)
    return own.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted)) || startsWord(own, wanted) ? 2 : 3;
  if (wanted.includes('.') && full.includes(wanted)) return 3;
  return words.length > 1 && words.every((word) => full.includes(word)) ? 4 : Infinity;
}

/** Whether it stands in the name behind something that is neither letter nor digit: `batch_id` in `idx_batch_id`. */
function startsWord(name: string, wanted: string): boolean {
  for (let at = name.indexOf(wanted); at > 0; at = name.indexOf(wanted, at + 1)) {
    if (!/[\p{L}\p{N}]/u.test(name.charAt(at - 1))) return true;
  }
  return false;
}

/** Whoever searches does not think of cases, whatever the letter. */
function fold(name: string): string {
  return foldName(name).toLowerCase();
}
