// What a plan comes to, in two sentences: what it does to the schema, and what to the rows that are there.

import { foldName } from '../../database';
import { compareSchemas } from '../../schema/compare';
import { findRelation, isInternal, type Relation, type Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { readInsert, readUpdate } from '../../script/writeClauses';
import { counted } from '../../words';
import { Lineage } from '../losses/lineage';
import type { Loss, StatementOutcome } from '../outcome';

/** What a plan comes to. */
export interface PlanSummary {
  /** `Adds 6 tables, 17 columns and 30 indexes.` */
  readonly schema: string;
  /** `No row is deleted or changed.` */
  readonly rows: string;
  /** What goes, to stand on a button after “Run migration, ”: `deleting 527 rows`; null where no data is lost. */
  readonly losing: string | null;
}

/** What is planned, and no statement of it fails. */
interface Planned {
  readonly before: Schema;
  readonly after: Schema;
  readonly statements: readonly ParsedStatement[];
  readonly outcomes: readonly StatementOutcome[];
}

/** A statement that changes something, with what becomes of it. */
interface Done {
  readonly statement: ParsedStatement;
  readonly outcome: StatementOutcome;
}

/**
 * Sums a plan up.
 * @example
 * summarisePlan({ before, after, statements, outcomes }).schema; // 'Adds 1 table and 2 indexes.'
 */
export function summarisePlan({ before, after, statements, outcomes }: Planned): PlanSummary {
  const done = statements.flatMap((statement, at): Done[] => {
    const outcome = outcomes[at];
    return outcome?.verdict === 'applied' || outcome?.verdict === 'adapted' ? [{ statement, outcome }] : [];
  });
  return { schema: summariseSchema(before, after, done), ...summariseRows(before, done) };
}

const PARTS = ['table', 'column', 'index', 'view', 'trigger'] as const;
const VERBS = { added: 'adds', removed: 'removes', renamed: 'renames', altered: 'alters' } as const;
type Part = (typeof PARTS)[number];
type Verb = keyof typeof VERBS;

function summariseSchema(before: Schema, after: Schema, done: readonly Done[]): string {
  const amounts = new Map<string, number>();
  const add = (verb: Verb | 'same', part: Part): void => {
    const key = `${verb} ${part}`;
    amounts.set(key, (amounts.get(key) ?? 0) + 1);
  };
  // SQLite writes a new name into every definition that has the old one. Only what a statement names is altered by it.
  const named = new Set<string>();
  for (const { kind, name, newName } of done.map(({ statement }) => statement)) {
    const own = foldName(name ?? '');
    if (kind.startsWith('create') || kind === 'alter table') named.add(own);
    else if (kind === 'rename table' && named.has(own)) named.add(foldName(newName ?? ''));
  }
  const isMeant = (verb: Verb | 'same', name: string): boolean => verb !== 'altered' || named.has(foldName(name));
  const names = followNames(before, after, done);
  for (const { from, to, columns } of names.values()) {
    if (from !== to) add('renamed', 'table');
    const there = new Set(findRelation(after, to)?.columns.map((column) => column.name));
    for (const [old, now] of columns) if (old !== now && there.has(now)) add('renamed', 'column');
  }
  const renamed = underNewNames(before, names);
  for (const { relation, change, columns, indexes, triggers } of compareSchemas(renamed, after)) {
    if (isInternal(relation.name) || relation.kind === 'shadow table') continue;
    const changed = columns.filter((column) => column.change !== 'same');
    if (relation.kind === 'view') {
      if (isMeant(change, relation.name)) add(change, 'view');
    } else if (change !== 'altered') {
      add(change, 'table');
    } else {
      for (const column of changed) add(column.change, 'column');
      const isOtherText = findRelation(renamed, relation.name)?.sql !== relation.sql;
      if (changed.length === 0 && isOtherText && isMeant('altered', relation.name)) add('altered', 'table');
    }
    for (const one of indexes)
      if (one.index.sql !== null && isMeant(one.change, one.index.name)) add(one.change, 'index');
    for (const one of triggers) if (isMeant(one.change, one.trigger.name)) add(one.change, 'trigger');
  }
  const clauses = (Object.keys(VERBS) as Verb[]).flatMap((verb) => {
    const counts = PARTS.flatMap((part) => {
      const amount = amounts.get(`${verb} ${part}`) ?? 0;
      return amount === 0 ? [] : [counted(amount, part, part === 'index' ? 'indexes' : `${part}s`)];
    });
    return counts.length === 0 ? [] : [`${VERBS[verb]} ${enumerate(counts)}`];
  });
  return clauses.length === 0 ? 'The schema stays as it is.' : `${capitalised(clauses.join('; '))}.`;
}

/** What a table and its columns were called before the script, and are called after it. */
interface Names {
  readonly from: string;
  to: string;
  /** By the folded name before it: the name after it. */
  readonly columns: Map<string, string>;
}

/** By the folded name before the script: the tables that are renamed, or of which a column is. */
function followNames(before: Schema, after: Schema, done: readonly Done[]): ReadonlyMap<string, Names> {
  const byNow = new Map<string, Names>();
  const rebuilt: Names[] = [];
  const find = (name: string): Names | null => {
    const now = foldName(name);
    const known = byNow.get(now);
    if (known) return known;
    const relation = findRelation(before, name);
    if (!relation || made.has(now)) return null;
    const names = { from: relation.name, to: relation.name, columns: new Map<string, string>() };
    byNow.set(now, names);
    return names;
  };
  /** Names that do not stand for the tables that had them before the script. */
  const made = new Set<string>();
  for (const { kind, name, table, column, newName } of done.map(({ statement }) => statement)) {
    const now = foldName(table ?? name ?? '');
    if (kind === 'rename table' && newName !== null) {
      const names = find(now);
      byNow.delete(now);
      made.add(now).add(foldName(newName));
      if (!names) continue;
      names.to = newName;
      byNow.set(foldName(newName), names);
    } else if (kind === 'rename column' && newName !== null && column !== null) {
      const names = find(now);
      const first = [...(names?.columns ?? [])].find(([, to]) => foldName(to) === foldName(column))?.[0] ?? column;
      names?.columns.set(foldName(first), newName);
    } else if (kind === 'drop table') {
      const dropped = byNow.get(now);
      // A rebuild makes the table anew under the name that it had, with the names that its columns have got.
      if (dropped && findRelation(after, dropped.from)) rebuilt.push({ ...dropped, to: dropped.from });
      byNow.delete(now);
      made.add(now);
    }
  }
  for (const names of rebuilt) byNow.set(foldName(names.to), names);
  return new Map([...byNow.values()].map((names) => [foldName(names.from), names]));
}

/** A schema whose tables and columns have the names that they get. */
function underNewNames(schema: Schema, names: ReadonlyMap<string, Names>): Schema {
  if (names.size === 0) return schema;
  const nameOf = (table: string): string => names.get(foldName(table))?.to ?? table;
  return {
    relations: schema.relations.map((relation): Relation => {
      const own = names.get(foldName(relation.name));
      if (!own) return relation;
      const columns = relation.columns.map((column) => ({
        ...column,
        name: own.columns.get(foldName(column.name)) ?? column.name,
      }));
      return { ...relation, name: own.to, columns };
    }),
    indexes: schema.indexes.map((index) => ({ ...index, table: nameOf(index.table) })),
    triggers: schema.triggers.map((trigger) => ({ ...trigger, table: nameOf(trigger.table) })),
  };
}

/** How many, and whether there are more. */
class Amount {
  #number = 0;
  #isExact = true;

  add(number: number, isExact = true): void {
    this.#number += number;
    this.#isExact &&= isExact;
  }

  get isNone(): boolean {
    return this.#number === 0 && this.#isExact;
  }

  /** `527 rows`, `more than 1,000 rows`, `rows`. */
  of(what: string): string {
    if (this.#isExact) return counted(this.#number, what);
    return this.#number === 0 ? `${what}s` : `more than ${counted(this.#number, what)}`;
  }
}

function summariseRows(before: Schema, done: readonly Done[]): Pick<PlanSummary, 'rows' | 'losing'> {
  const [deleted, values, changed, others] = [new Amount(), new Amount(), new Amount(), new Amount()];
  const take = ({ kind, rows, exact }: Loss): void => {
    if (kind === 'values') changed.add(rows, exact);
    else (kind === 'column' ? values : deleted).add(rows, exact);
  };
  const lineage = new Lineage();
  for (const { statement, outcome } of done) {
    const { loss } = outcome;
    if (loss) [loss, ...(loss.also ?? [])].forEach(take);
    const isOld = (lineage.find(statement.name ?? '', statement.schema)?.holds.size ?? 0) > 0;
    if (statement.kind === 'update' && isOld && !writesOnlyNewColumns(statement, before)) changed.add(outcome.changes);
    if (statement.kind === 'insert' && isOld && readInsert(statement)?.isUpsert) changed.add(0, outcome.changes === 0);
    if (!loss) others.add(outcome.byTriggers ?? 0);
    lineage.follow(statement);
  }
  const gone = [...(deleted.isNone ? [] : [deleted.of('row')]), ...(values.isNone ? [] : [values.of('value')])];
  const losing = gone.length === 0 ? null : `deleting ${gone.join(' and ')}`;
  const clauses = [
    ...(gone.length === 0 ? [] : [`deletes ${enumerate(gone)}`]),
    ...(changed.isNone ? [] : [`changes ${changed.of('row')}`]),
  ];
  const told =
    clauses.length === 0
      ? 'No row is deleted or changed.'
      : `${capitalised(clauses.join(', and '))}.${changed.isNone ? ' No other row is changed.' : gone.length === 0 ? ' No row is deleted.' : ''}`;
  return { rows: others.isNone ? told : `${told} Triggers write ${others.of('row')}.`, losing };
}

/** Whether an UPDATE gives values to columns only that were not there before the script: nothing is overwritten then. */
function writesOnlyNewColumns(statement: ParsedStatement, before: Schema): boolean {
  const relation = findRelation(before, statement.name ?? '');
  const known = new Set(relation?.columns.map((column) => foldName(column.name)));
  const written = readUpdate(statement)?.values;
  return relation !== undefined && written?.every(({ column }) => !known.has(foldName(column))) === true;
}

function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
