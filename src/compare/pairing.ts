// Which table and column of the current schema is which of the target: by name, and by what the user has said of renames.

import { foldName } from '../database';
import { affinityOf } from '../schema/details';
import { isInternal, type Column, type Relation, type Schema } from '../schema/schema';
import { isWord, parseSql } from '../script/tokens';
import { nameInId, type Answers } from './question';

/** What begins the answer that something was renamed; its new name follows. */
const RENAME = 'rename to ';
/** The answer that it was not. */
export const DROP = 'drop';
/** The answer that it was not, where the target has a table of this name, be it with other columns. */
export const STAYS = 'stays';

/** A table, or a view, of either schema or both. */
export interface PairedRelation {
  readonly before: Relation | null;
  readonly after: Relation | null;
  /** Of a table of both that is not the same to the letter, all columns of both; none else. */
  readonly columns: readonly PairedColumn[];
  /** Whether it is the same one is asked, and not answered yet. */
  readonly isOpen?: boolean;
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
  /** The target has a table of this name, which it is where it is none of the candidates. */
  readonly stays: boolean;
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
  const candidates: RenameCandidate[] = [];
  const { renamed, questions } = pairTables(was, byName, answers);
  const open = new Set<Relation>();
  for (const { table, names, stays } of questions) {
    const id = renameId(table.name, null);
    candidates.push({ id, table, column: null, candidates: names, target: null, stays });
    if (stays && !renamed.has(table) && answers.get(id) !== STAYS) open.add(table);
  }
  const isGiven: ReadonlySet<Relation> = new Set(renamed.values());
  const taken = new Set(isGiven);
  const relations = was.map((before): PairedRelation => {
    const same = byName.get(foldName(before.name));
    const after = renamed.get(before) ?? (same && isGiven.has(same) ? undefined : same);
    if (after?.kind !== before.kind) return { before, after: null, columns: [] };
    taken.add(after);
    if (open.has(before)) return { before, after, columns: [], isOpen: true };
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

/** A table that may have another name now. */
interface MovedTable {
  readonly table: Relation;
  /** The likeliest first. */
  readonly names: readonly string[];
  readonly stays: boolean;
}

/**
 * Which tables have other names, by the answers, and which may have. Names may be exchanged, or handed on: a name that both schemas have is
 * asked about too, where the table that has it in the target is far more like another one.
 */
function pairTables(was: readonly Relation[], byName: ReadonlyMap<string, Relation>, answers: Answers) {
  const own = new Map(was.map((table) => [foldName(table.name), table]));
  const isTable = ({ kind }: Relation): boolean => kind === 'table' || kind === 'virtual table';
  const sameNamed = (table: Relation): Relation | null => {
    const same = byName.get(foldName(table.name));
    return same?.kind === table.kind ? same : null;
  };
  const likenessOfOwn = new Map<Relation, number>();
  const likenessToOwn = (table: Relation): number => {
    const same = sameNamed(table);
    const known = likenessOfOwn.get(table) ?? (same ? (same.sql === table.sql ? 1 : likenessOf(table, same)) : 0);
    likenessOfOwn.set(table, known);
    return known;
  };
  const tables = was.filter(isTable);
  const moving = tables.filter(
    (table) => sameNamed(table) === null || (table.kind === 'table' && likenessToOwn(table) < 0.5),
  );
  const renamed = new Map<Relation, Relation>();
  const wishedFor = new Map(
    tables.flatMap((table) => {
      const to = byName.get(foldName(renamedTo(answers.get(renameId(table.name, null))) ?? ''));
      return to?.kind === table.kind && foldName(to.name) !== foldName(table.name) ? [[table, to] as const] : [];
    }),
  );
  const given = new Set<Relation>();
  for (const [table, to] of wishedFor) {
    const other = own.get(foldName(to.name));
    if (given.has(to) || (other && !moving.includes(other) && !wishedFor.has(other))) continue;
    renamed.set(table, to);
    given.add(to);
  }
  const free = [...byName.values()].filter((relation) => {
    const other = own.get(foldName(relation.name));
    return isTable(relation) && !given.has(relation) && (!other || moving.includes(other));
  });
  const asked = tables.filter((table) => moving.includes(table) || renamed.has(table));
  const questions = asked.flatMap((table): readonly MovedTable[] => {
    const same = sameNamed(table);
    const to = renamed.get(table);
    const likely = free
      .filter((one) => one !== same && one.kind === table.kind && moduleOf(one) === moduleOf(table))
      .map((other) => {
        const there = own.get(foldName(other.name));
        const likeness = likenessOf(table, other);
        const least = there
          ? Math.max(likenessToOwn(there), likenessToOwn(table)) + FAR_MORE
          : likenessToOwn(table) + (same ? FAR_MORE : 0);
        return { name: other.name, likeness, least: Math.max(least, 0.5) };
      })
      .filter(({ likeness, least }) => likeness >= least)
      .sort((one, other) => other.likeness - one.likeness);
    const names = [...(to ? [to.name] : []), ...likely.map(({ name }) => name)];
    return names.length > 0 ? [{ table, names, stays: same !== null && !given.has(same) }] : [];
  });
  return { renamed, questions };
}

/** So much likelier has another table to be than the one of the same name. */
const FAR_MORE = 0.3;

/** The module of a virtual table, folded; of a table none. */
function moduleOf({ sql, kind }: Relation): string | null {
  if (kind !== 'virtual table') return null;
  const { tokens } = parseSql(sql);
  const using = tokens.findIndex((token) => isWord(token, 'USING'));
  return foldName(tokens[using + 1]?.text ?? '');
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
    return [
      { id: renameId(before.name, column.name), table: before, column, candidates: names, target: after, stays: false },
    ];
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
  const shown = ({ columns }: Relation): readonly Column[] => columns.filter(({ hidden }) => !hidden);
  const [own, others] = [shown(one), shown(other)];
  const names = new Map(others.map((column) => [foldName(column.name), column]));
  const most = Math.max(own.length, others.length, 1);
  const points = own.map((column, place) => {
    const same = names.get(foldName(column.name));
    if (same) return affinityOf(same.type) === affinityOf(column.type) ? 1 : 0.75;
    const beside = others[place];
    return beside && affinityOf(beside.type) === affinityOf(column.type) ? 0.4 : 0;
  });
  return points.reduce<number>((sum, point) => sum + point, 0) / most;
}
