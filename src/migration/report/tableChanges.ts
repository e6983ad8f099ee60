// What a plan changes, table by table: parts of the schema, and rows that were there, each with the statements that do it.

import { foldName } from '../../database';
import { compareSchemas } from '../../schema/compare';
import { findRelation, isInternal, type Relation, type Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { readInsert, readUpdate } from '../../script/writeClauses';
import { Lineage, type TrackedTable } from '../losses/lineage';
import type { Loss, StatementOutcome } from '../outcome';
import { pairTables, type TablePair } from '../proofs/tablePairs';

/** The parts of a schema and what happens to them, in the order in which they are told. */
export const PARTS = ['table', 'column', 'index', 'view', 'trigger'] as const;
export const VERBS = ['added', 'removed', 'renamed', 'altered'] as const;

/** Parts of a table, or it itself, to which the same happens. */
export interface PartChange {
  readonly verb: (typeof VERBS)[number];
  readonly part: (typeof PARTS)[number];
  readonly amount: number;
}

/** How many rows or values; there are more where it is not exact. */
export interface Amount {
  readonly number: number;
  readonly isExact: boolean;
  /** There may be fewer: two statements were counted that may have the same rows. */
  readonly isMost?: true;
}

/** Nothing at all. */
export const NONE: Amount = { number: 0, isExact: true };

/** What becomes of rows that were there before the script, and of values of columns that go; how many rows come. */
export interface RowChanges {
  readonly deleted: Amount;
  readonly values: Amount;
  readonly changed: Amount;
  /** Values in rows that change; NULL is none. */
  readonly overwritten: Amount;
  readonly added: Amount;
  /** Written by triggers, into whichever table. */
  readonly byTriggers: Amount;
}

/** A table or view that a script is about. */
export interface TableChange {
  /** As it is called in the end; of one that goes, as it was called. */
  readonly name: string;
  /** As it was called, where that is something else. */
  readonly formerly: string | null;
  readonly isView: boolean;
  readonly parts: readonly PartChange[];
  readonly rows: RowChanges;
  /** Ordinals of the statements that are about it, in order. Each statement is about one table at most. */
  readonly ordinals: readonly number[];
  /** Ordinals of statements about other tables that change its rows: through triggers, or the actions of foreign keys. */
  readonly through: readonly number[];
}

/** What is planned, and no statement of it fails. */
export interface Planned {
  readonly before: Schema;
  readonly after: Schema;
  readonly statements: readonly ParsedStatement[];
  readonly outcomes: readonly StatementOutcome[];
}

/** Puts two amounts together. */
export function sum(one: Amount, other: Amount): Amount {
  return {
    number: one.number + other.number,
    isExact: one.isExact && other.isExact,
    ...((one.isMost ?? other.isMost) && { isMost: true }),
  };
}

/** Puts two amounts together of which the second may be of the same rows or values as the first. */
function union(one: Amount, other: Amount): Amount {
  const both = sum(one, other);
  return one.number > 0 && other.number > 0 ? { ...both, isMost: true } : both;
}

/**
 * What a plan changes, by table, in the order of their first statements. Statements that are about none, such as a PRAGMA, are in
 * none. A table that is made anew under its name is one table, with all statements that do it.
 */
export function changesByTable(planned: Planned): readonly TableChange[] {
  const { before, after, statements, outcomes } = planned;
  const entries = followTables(planned);
  const parts = partsByTable(planned);
  const nameOf = new Map<string, string>();
  for (const { relations } of [before, after]) for (const { name } of relations) nameOf.set(foldName(name), name);
  const pairs = pairTables(before, after, doneOf(statements, outcomes), ['table', 'virtual table']);
  const formerly = new Map(
    pairs.flatMap((pair) =>
      pair.after && foldName(pair.after.name) !== foldName(pair.before.name)
        ? [[foldName(pair.after.name), pair.before.name] as const]
        : [],
    ),
  );
  return [...new Set([...entries.keys(), ...parts.keys()])].map((key): TableChange => {
    const entry = entries.get(key) ?? new Entry(key);
    const name = nameOf.get(key) ?? entry.name;
    const relation = findRelation(after, name) ?? findRelation(before, name);
    return {
      name,
      formerly: formerly.get(key) ?? null,
      isView: relation?.kind === 'view',
      parts: parts.get(key) ?? [],
      rows: entry.rows,
      ordinals: entry.ordinals,
      through: [...entry.through].filter((ordinal) => !entry.ordinals.includes(ordinal)),
    };
  });
}

/** The statements that change something. */
function doneOf(
  statements: readonly ParsedStatement[],
  outcomes: readonly StatementOutcome[],
): readonly ParsedStatement[] {
  return statements.filter((_, at) => isDone(outcomes[at]));
}

function isDone(outcome: StatementOutcome | undefined): outcome is StatementOutcome {
  return outcome?.verdict === 'applied' || outcome?.verdict === 'adapted';
}

/** What is gathered of a table while the statements are gone through. */
class Entry {
  /** As a statement writes it. */
  readonly name: string;
  readonly ordinals: number[] = [];
  readonly through = new Set<number>();
  rows: RowChanges = { deleted: NONE, values: NONE, changed: NONE, overwritten: NONE, added: NONE, byTriggers: NONE };
  /** Whether an UPDATE has changed every row: no other changes more. */
  #isWhole = false;
  /** Columns that statements before have written; null where one may have written any. */
  #written: Set<string> | null = new Set();

  constructor(name: string) {
    this.name = name;
  }

  add(what: keyof RowChanges, number: number, isExact = true): void {
    this.rows = { ...this.rows, [what]: sum(this.rows[what], { number, isExact }) };
  }

  /** Adds rows that change, and values that are overwritten: a row that two statements change is one row. */
  change(changes: Amount, overwritten: Amount, update: ReturnType<typeof readUpdate>): void {
    const { changed } = this.rows;
    const isWhole = update?.where === null;
    const rows =
      isWhole || this.#isWhole
        ? { number: Math.max(changed.number, changes.number), isExact: true }
        : union(changed, changes);
    this.#isWhole ||= isWhole;
    const columns = update?.values.map(({ column }) => foldName(column)) ?? null;
    const mayRepeat = columns === null || columns.some((column) => this.#written?.has(column) !== false);
    this.#written = columns && this.#written ? new Set([...this.#written, ...columns]) : null;
    const values = (mayRepeat ? union : sum)(this.rows.overwritten, overwritten);
    this.rows = { ...this.rows, changed: rows, overwritten: values };
  }
}

/** A table to which something happens, for as long as it is not known what it will be called in the end. */
interface Note {
  readonly table: TrackedTable | null;
  readonly name: string;
  readonly take: (entry: Entry, isCopy: boolean) => void;
}

/** Follows tables through their names, and gives what happens to each by the folded name that it has in the end. */
function followTables({ before, after, statements, outcomes }: Planned): ReadonlyMap<string, Entry> {
  const lineage = new Lineage(statements);
  const notes: Note[] = [];
  const partsOf = new Map<string, TrackedTable | null>();
  for (const { name, table } of before.indexes) partsOf.set(`index ${foldName(name)}`, lineage.find(table));
  for (const { name, table } of before.triggers) partsOf.set(`trigger ${foldName(name)}`, lineage.find(table));
  const originals = new Map(before.relations.map(({ name }) => [foldName(name), lineage.find(name)]));
  /** Rows that a DELETE takes and that are not lost: what is inserted next gives them back. */
  const comingBack = new Map<TrackedTable | null, number>();
  statements.forEach((statement, at) => {
    const { kind, ordinal } = statement;
    const outcome = outcomes[at];
    const [, does, part] = /^(create|drop) (index|trigger)$/.exec(kind) ?? [];
    const name = (part ? statement.table : TABLE_KINDS.test(kind) ? statement.name : null) ?? '';
    const find = (wanted: string): TrackedTable | null => lineage.find(wanted, part ? null : statement.schema);
    let table = name === '' ? null : find(name);
    const key = `${part ?? ''} ${foldName(statement.name ?? '')}`;
    if (does === 'drop') table = partsOf.get(key) ?? null;
    if (isDone(outcome)) {
      const isOld = (table?.holds.size ?? 0) > 0;
      const { loss, changes, byTriggers = 0 } = outcome;
      for (const one of loss ? [loss, ...(loss.also ?? [])] : []) {
        const losing = lineage.find(one.table);
        const through = losing === table ? null : ordinal;
        notes.push({ table: losing, name: one.table, take: (entry) => takeLoss(entry, one, through) });
      }
      const note = (what: keyof RowChanges, number: number, isExact = true): void => {
        notes.push({ table, name, take: (entry) => entry.add(what, number, isExact) });
      };
      if (kind === 'update' && isOld && !writesOnlyNewColumns(statement, before)) {
        const { values, exact } = outcome.overwritten ?? { values: 0, exact: true };
        const update = readUpdate(statement);
        notes.push({
          table,
          name,
          take: (entry) => entry.change({ number: changes, isExact: true }, { number: values, isExact: exact }, update),
        });
      }
      if (kind === 'delete' && isOld) {
        const lost = [loss, ...(loss?.also ?? [])].find((one) => one?.kind === 'rows' && !one.through)?.rows ?? 0;
        comingBack.set(table, Math.max(changes - lost, 0));
      }
      if (kind === 'insert') {
        const back = Math.min(comingBack.get(table) ?? 0, changes);
        comingBack.set(table, (comingBack.get(table) ?? 0) - back);
        const isUpsert = readInsert(statement)?.isUpsert === true;
        if (isUpsert && isOld) note('changed', 0, changes === 0);
        else
          notes.push({
            table,
            name,
            take: (entry, isCopy) => {
              if (!isCopy) entry.add('added', changes - back);
            },
          });
      }
      const through = (loss ? [loss, ...(loss.also ?? [])] : []).filter((one) => one.through);
      const others = byTriggers - through.reduce((rows, one) => rows + one.rows, 0);
      if (others > 0 && through.every(({ exact }) => exact)) note('byTriggers', others);
      lineage.follow(statement);
      if (does === 'create') partsOf.set(key, table);
      if (/^create (virtual )?table/.test(kind)) table = find(name);
    }
    if (table ?? (name !== '' && !part)) notes.push({ table, name, take: ({ ordinals }) => ordinals.push(ordinal) });
  });
  const ends = new Map<TrackedTable | null, string>();
  for (const { name } of after.relations) ends.set(lineage.find(name, 'main'), foldName(name));
  /** What it is called in the end; what a script makes and takes away again is part of what it was a copy of. */
  const keyOf = (table: TrackedTable | null, name: string): string => {
    const end = table && (ends.get(table) ?? table.original);
    if (table === null || end !== null) return end ?? foldName(name);
    const [origin, ...others] = table.holds;
    if (origin === undefined || others.length > 0) return foldName(name);
    return ends.get(originals.get(origin) ?? null) ?? origin;
  };
  const entries = new Map<string, Entry>();
  for (const { table, name, take } of notes) {
    const key = keyOf(table, name);
    const entry = entries.get(key) ?? new Entry(name);
    entries.set(key, entry);
    // Of a table that is made anew, the rows that are copied are those that were there.
    const isCopy =
      table?.original === null &&
      [...table.holds].some((origin) => (ends.get(originals.get(origin) ?? null) ?? origin) === key);
    take(entry, isCopy);
  }
  return entries;
}

/** Kinds of statement whose name is that of a table or view. */
const TABLE_KINDS =
  /^(create table( as)?|create virtual table|create view|drop table|drop view|alter table|rename table|(add|rename|drop) column|insert|update|delete)$/;

function takeLoss(entry: Entry, { kind, column, rows, exact }: Loss, through: number | null): void {
  // Of several columns it is not known which rows change in which.
  const isOne = column !== null && !column.includes(', ');
  if (kind === 'values') {
    entry.change({ number: rows, isExact: exact }, { number: isOne ? rows : 0, isExact: isOne && exact }, null);
  } else entry.add(kind === 'column' ? 'values' : 'deleted', rows, exact);
  if (through !== null) entry.through.add(through);
}

/** Whether an UPDATE gives values to columns only that were not there before the script: nothing is overwritten then. */
function writesOnlyNewColumns(statement: ParsedStatement, before: Schema): boolean {
  const relation = findRelation(before, statement.name ?? '');
  const known = new Set(relation?.columns.map((column) => foldName(column.name)));
  const written = readUpdate(statement)?.values;
  return relation !== undefined && written?.every(({ column }) => !known.has(foldName(column))) === true;
}

/** What happens to the parts of each table, by its folded name of the end. Tables of which nothing changes are left out. */
function partsByTable({ before, after, statements, outcomes }: Planned): ReadonlyMap<string, readonly PartChange[]> {
  const amounts = new Map<string, Map<string, PartChange>>();
  const add = (table: string, verb: PartChange['verb'] | 'same', part: PartChange['part']): void => {
    if (verb === 'same') return;
    const own = amounts.get(foldName(table)) ?? new Map<string, PartChange>();
    amounts.set(foldName(table), own);
    const key = `${verb} ${part}`;
    own.set(key, { verb, part, amount: (own.get(key)?.amount ?? 0) + 1 });
  };
  const applied = doneOf(statements, outcomes);
  // SQLite writes a new name into every definition that has the old one. Only what a statement names is altered by it.
  const named = new Set<string>();
  for (const { kind, name, newName } of applied) {
    const own = foldName(name ?? '');
    if (kind.startsWith('create') || kind === 'alter table') named.add(own);
    else if (kind === 'rename table' && named.has(own)) named.add(foldName(newName ?? ''));
  }
  const isMeant = (verb: PartChange['verb'] | 'same', name: string): boolean =>
    verb !== 'altered' || named.has(foldName(name));
  const pairs = pairTables(before, after, applied, ['table', 'virtual table']);
  for (const pair of pairs) {
    const name = pair.after?.name ?? pair.before.name;
    if (name !== pair.before.name) add(name, 'renamed', 'table');
    for (const column of pair.columns) if (column.before !== column.after) add(name, 'renamed', 'column');
  }
  const renamed = underNewNames(before, pairs);
  for (const { relation, change, columns, indexes, triggers } of compareSchemas(renamed, after)) {
    const { name } = relation;
    if (isInternal(name) || relation.kind === 'shadow table') continue;
    const changed = columns.filter((column) => column.change !== 'same');
    if (relation.kind === 'view') {
      if (isMeant(change, name)) add(name, change, 'view');
    } else if (change !== 'altered') {
      add(name, change, 'table');
    } else {
      for (const column of changed) add(name, column.change, 'column');
      const isOtherText = findRelation(renamed, name)?.sql !== relation.sql;
      if (changed.length === 0 && isOtherText && isMeant('altered', name)) add(name, 'altered', 'table');
    }
    for (const one of indexes)
      if (one.index.sql !== null && isMeant(one.change, one.index.name)) add(name, one.change, 'index');
    for (const one of triggers) if (isMeant(one.change, one.trigger.name)) add(name, one.change, 'trigger');
  }
  return new Map([...amounts].map(([table, own]) => [table, [...own.values()]]));
}

/** A schema whose tables and columns have the names that they get. */
function underNewNames(schema: Schema, pairs: readonly TablePair[]): Schema {
  const byName = new Map(pairs.map((pair) => [foldName(pair.before.name), pair]));
  const nameOf = (table: string): string => byName.get(foldName(table))?.after?.name ?? table;
  return {
    relations: schema.relations.map((relation): Relation => {
      const pair = byName.get(foldName(relation.name));
      const now = new Map(pair?.columns.map((column) => [column.before, column.after]));
      const columns = relation.columns.map((column) => ({ ...column, name: now.get(column.name) ?? column.name }));
      return { ...relation, name: nameOf(relation.name), columns };
    }),
    indexes: schema.indexes.map((index) => ({ ...index, table: nameOf(index.table) })),
    triggers: schema.triggers.map((trigger) => ({ ...trigger, table: nameOf(trigger.table) })),
  };
}
