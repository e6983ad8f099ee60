// Which table and column of the current schema is which of the target: by name, and by what the user has said of renames.

import { foldName } from '../database';
import { affinityOf } from '../schema/details';
import { isInternal, type Column, type Relation, type Schema } from '../schema/schema';
import { nameInId, type Answers } from './question';

/** What begins the answer that something was renamed; its new name follows. */
const RENAME = 'rename to ';
/** The answer that it was not. */
export const DROP = 'drop';

/** A table, or a view, of either schema or both. */
export interface PairedRelation {
  readonly before: Relation | null;
  readonly after: Relation | null;
  /** Of a table of both that is not the same to the letter, all columns of both; none else. */
  readonly columns: readonly PairedColumn[];
}

/** A column of either side or both. */
export interface PairedColumn {
  readonly before: Column | null;
  readonly after: Column | null;
}

/** Something that is gone, with what may be its new name. */
export interface RenameCandidate {
  /** The id of the question. */
  readonly id: string;
  readonly table: Relation;
  /** Null where it is about the table itself. */
  readonly column: Column | null;
  /** New names, the likeliest first; those that are spoken for are not among them. */
  readonly candidates: readonly string[];
  /** The table under its name in the target; of a table that is gone null. */
  readonly target: Relation | null;
}

/** Pairs, and what may be a rename, be it answered or not. */
export interface Pairing {
  readonly relations: readonly PairedRelation[];
  readonly candidates: readonly RenameCandidate[];
}

/** The answer that something was renamed. */
export function renameTo(name: string): string {
  return RENAME + name;
}

/** The new name in an answer; null where it is none of a rename. */
function renamedTo(answer: string | undefined): string | null {
  return answer?.startsWith(RENAME) === true ? answer.slice(RENAME.length) : null;
}

/** The id of the question whether a table, or a column of it, was renamed. */
export function renameId(table: string, column: string | null): string {
  return column === null ? `table ${nameInId(table)}` : `column ${nameInId(table)}.${nameInId(column)}`;
}

/** Whether an object of this kind and name is compared. */
export function isCompared({ kind, name }: Pick<Relation, 'kind' | 'name'>): boolean {
  return kind !== 'shadow table' && !isInternal(name);
}

/** Pairs the tables and views of two schemas, and the columns of tables. */
export function pairSchemas(current: Schema, desired: Schema, answers: Answers): Pairing {
  const [was, wished] = [current.relations.filter(isCompared), desired.relations.filter(isCompared)];
  const byName = new Map(wished.map((relation) => [foldName(relation.name), relation]));
  const known = new Set(was.map(({ name }) => foldName(name)));
  const free = new Map([...byName].filter(([name, { kind }]) => !known.has(name) && kind === 'table'));
  const candidates: RenameCandidate[] = [];
  const renamed = new Map<Relation, Relation>();
  const gone = was.filter(({ name, kind }) => {
    const same = byName.get(foldName(name));
    return kind === 'table' && same?.kind !== 'table';
  });
  for (const table of gone) {
    const id = renameId(table.name, null);
    const to = free.get(foldName(renamedTo(answers.get(id)) ?? ''));
    if (to) {
      renamed.set(table, to);
      free.delete(foldName(to.name));
    }
  }
  for (const table of gone) {
    const to = renamed.get(table);
    const likely = [...free.values()]
      .map((other) => ({ name: other.name, likeness: likenessOf(table, other) }))
      .filter(({ likeness }) => likeness >= 0.5)
      .sort((one, other) => other.likeness - one.likeness);
    const names = [...(to ? [to.name] : []), ...likely.map(({ name }) => name)];
    const id = renameId(table.name, null);
    if (names.length > 0) candidates.push({ id, table, column: null, candidates: names, target: null });
  }
  const taken = new Set(renamed.values());
  const relations = was.map((before): PairedRelation => {
    const after = renamed.get(before) ?? byName.get(foldName(before.name));
    if (after?.kind !== before.kind) return { before, after: null, columns: [] };
    taken.add(after);
    if (before.kind !== 'table' || (before.sql === after.sql && before.name === after.name))
      return { before, after, columns: [] };
    const paired = pairColumns(before, after, answers);
    candidates.push(...paired.candidates);
    return { before, after, columns: paired.columns };
  });
  const added = wished.filter((relation) => !taken.has(relation));
  return {
    relations: [...relations, ...added.map((after) => ({ before: null, after, columns: [] }))],
    candidates,
  };
}

function pairColumns(before: Relation, after: Relation, answers: Answers) {
  const byName = new Map(after.columns.map((column) => [foldName(column.name), column]));
  const known = new Set(before.columns.map(({ name }) => foldName(name)));
  const free = new Map([...byName].filter(([name]) => !known.has(name)));
  const pairs = new Map<Column, Column>();
  for (const column of before.columns) {
    const same = byName.get(foldName(column.name));
    const to = same ?? free.get(foldName(renamedTo(answers.get(renameId(before.name, column.name))) ?? ''));
    if (!to) continue;
    pairs.set(column, to);
    free.delete(foldName(to.name));
  }
  const candidates = before.columns.flatMap((column, place): readonly RenameCandidate[] => {
    if (byName.has(foldName(column.name)) || column.generated !== null) return [];
    const to = pairs.get(column);
    const likely = [...free.values()]
      .filter((other) => other.generated === null)
      .map((other) => {
        const sameType = foldName(other.type) === foldName(column.type);
        const sameAffinity = affinityOf(other.type) === affinityOf(column.type);
        const samePlace = after.columns.indexOf(other) === place;
        return { name: other.name, points: (sameType ? 2 : 0) + (sameAffinity ? 1 : 0) + (samePlace ? 1 : 0) };
      })
      .filter(({ points }) => points > 0)
      .sort((one, other) => other.points - one.points);
    const names = [...(to ? [to.name] : []), ...likely.map(({ name }) => name)];
    if (names.length === 0) return [];
    return [{ id: renameId(before.name, column.name), table: before, column, candidates: names, target: after }];
  });
  const paired = new Set(pairs.values());
  const columns = [
    ...before.columns.map((column): PairedColumn => ({ before: column, after: pairs.get(column) ?? null })),
    ...after.columns.filter((column) => !paired.has(column)).map((column) => ({ before: null, after: column })),
  ];
  return { columns, candidates };
}

/** The part of all their columns that two tables have in common, by name and affinity; half as much by affinity and place alone. */
function likenessOf(one: Relation, other: Relation): number {
  const names = new Map(other.columns.map((column) => [foldName(column.name), column]));
  const most = Math.max(one.columns.length, other.columns.length, 1);
  const points = one.columns.map((column, place) => {
    const same = names.get(foldName(column.name));
    if (same) return affinityOf(same.type) === affinityOf(column.type) ? 1 : 0.75;
    const beside = other.columns[place];
    return beside && affinityOf(beside.type) === affinityOf(column.type) ? 0.4 : 0;
  });
  return points.reduce<number>((sum, point) => sum + point, 0) / most;
}
