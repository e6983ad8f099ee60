// Compares two schemas: the objects that the one has and the other has not, or has otherwise, part by part.

import { foldName } from '../database';
import type { Index, Schema, Trigger } from '../schema/schema';
import type { Comparison, Difference } from './difference';
import { haveSameColumnNames, namesIn, spellDefinition } from './meaning';
import { pairSchemas, type PairedRelation } from './pairing';
import type { Answers } from './question';
import { compareParts } from './tableParts';

/**
 * Compares the schema that is there with the one that is wished for. Objects are paired by name (SQLite compares ASCII letters
 * without their case); a table or column of another name is the same one where an answer says so, and else it is removed here
 * and added there. Texts that differ only in case, quotes, blanks or comments are told apart from the rest; a column whose name
 * differs in case is renamed, since whoever reads rows by name sees it. Tables that SQLite keeps for itself (sqlite_sequence,
 * sqlite_stat1), indexes of constraints and the tables that store a virtual table are left out. No engine is needed.
 * @example
 * const comparison = compareStates(current, desired);
 * for (const { kind, object, name, parts } of comparison.differences) {
 *   console.log(kind, object, name, parts.map(({ words }) => words));
 * }
 */
export function compareStates(current: Schema, desired: Schema, answers: Answers = new Map()): Comparison {
  const { relations } = pairSchemas(current, desired, answers);
  let known: ReadonlySet<string> | null = null;
  const names = (): ReadonlySet<string> => (known ??= namesIn(current, desired));
  const all = [
    ...relations.flatMap((pair) => compareRelation(pair, names)),
    ...compareByName('index', current.indexes, desired.indexes, names),
    ...compareByName('trigger', current.triggers, desired.triggers, names),
  ];
  return {
    differences: all.filter(({ kind }) => kind !== 'spelling'),
    spelling: all.filter(({ kind }) => kind === 'spelling'),
  };
}

function compareRelation(pair: PairedRelation, names: () => ReadonlySet<string>): readonly Difference[] {
  const { before, after } = pair;
  const one = after ?? before;
  if (!one || one.kind === 'shadow table') return [];
  const base = {
    object: one.kind,
    name: one.name,
    nameBefore: null,
    table: null,
    before: before?.sql ?? null,
    after: after?.sql ?? null,
    parts: [],
  };
  if (!before) return [{ ...base, kind: 'added' }];
  if (!after) return [{ ...base, kind: 'removed' }];
  const isRenamed = foldName(before.name) !== foldName(after.name);
  if (!isRenamed && before.sql === after.sql) return [];
  const isSame =
    spellDefinition(before.sql, names()) === spellDefinition(after.sql, names()) &&
    (before.kind !== 'table' || haveSameColumnNames(before.sql, after.sql));
  if (!isRenamed && isSame) return [{ ...base, kind: 'spelling' }];
  const parts = before.kind === 'table' ? compareParts(pair) : [];
  return [{ ...base, kind: isRenamed ? 'renamed' : 'altered', nameBefore: isRenamed ? before.name : null, parts }];
}

function compareByName(
  object: 'index' | 'trigger',
  current: readonly (Index | Trigger)[],
  desired: readonly (Index | Trigger)[],
  names: () => ReadonlySet<string>,
): readonly Difference[] {
  const written = (list: readonly (Index | Trigger)[]): readonly (Index | Trigger)[] =>
    list.filter(({ sql }) => sql !== null);
  const wished = new Map(written(desired).map((one) => [foldName(one.name), one]));
  const there = new Set(written(current).map(({ name }) => foldName(name)));
  const base = { object, nameBefore: null, parts: [] } as const;
  return [
    ...written(current).flatMap(({ name, table, sql }): readonly Difference[] => {
      const other = wished.get(foldName(name));
      if (!other) return [{ ...base, kind: 'removed', name, table, before: sql, after: null }];
      if (other.sql === sql) return [];
      const isSame = spellDefinition(sql ?? '', names()) === spellDefinition(other.sql ?? '', names());
      const kind = isSame ? 'spelling' : 'altered';
      return [{ ...base, kind, name: other.name, table: other.table, before: sql, after: other.sql }];
    }),
    ...[...wished.values()]
      .filter(({ name }) => !there.has(foldName(name)))
      .map(({ name, table, sql }): Difference => ({ ...base, kind: 'added', name, table, before: null, after: sql })),
  ];
}
