// What a plan comes to, in two sentences: what it does to the schema, and what to the rows that are there.

import { foldName } from '../../database';
import { compareSchemas } from '../../schema/compare';
import { findRelation, isInternal, type Relation, type Schema } from '../../schema/schema';
import type { ParsedStatement } from '../../script/parsedStatement';
import { readInsert, readUpdate } from '../../script/writeClauses';
import { counted } from '../../words';
import { Lineage } from '../losses/lineage';
import type { Loss, StatementOutcome } from '../outcome';
import { pairTables, type TablePair } from '../proofs/tablePairs';

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
  const applied = done.map(({ statement }) => statement);
  const pairs = pairTables(before, after, applied, ['table', 'virtual table']);
  for (const pair of pairs) {
    if (pair.after && pair.before.name !== pair.after.name) add('renamed', 'table');
    for (const column of pair.columns) if (column.before !== column.after) add('renamed', 'column');
  }
  const renamed = underNewNames(before, pairs);
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
