// Rows that a new CHECK or a new foreign key does not allow, and what becomes of them. SQLite would refuse the first when they are
// copied, and say nothing of the second.

import { foldName, quoteIdentifier } from '../database';
import type { Column, Relation } from '../schema/schema';
import { readTableDefinition, type ForeignKeyDefinition } from '../schema/tableDefinition';
import { inOneLine, spell } from '../script/spelling';
import { parseSql, unquotedName, type Token } from '../script/tokens';
import { counted } from '../words';
import { withNames } from './duplicates';
import type { Interview } from './interview';
import type { Loss } from './migration';
import type { PairedRelation } from './pairing';
import { nameInId } from './question';
import { rowidColumn } from './rebuild';
import type { CopiedTable } from './rowCopy';
import type { RowFacts } from './rowFacts';

/** What is done with the rows that break a constraint. In its SQL `@table` stands for the table, and columns have the names of the target. */
export interface Mending {
  /** Which rows these are. */
  readonly broken: string;
  /** The column that gets another value in them; null where they are left out. */
  readonly column: string | null;
  /** SQL; empty where they are left out. */
  readonly value: string;
  readonly loss: Loss;
}

/** A table before and after. */
type ChangedTable = Pick<CopiedTable, 'before' | 'after' | 'origin'>;

/** A table before and after, and what is asked of its rows. */
interface Asked {
  readonly table: ChangedTable;
  readonly interview: Interview;
  readonly facts: RowFacts;
}

const DELETE_ROWS = 'delete rows';

/** What becomes of rows that the CHECKs do not allow which only the new table has; of a CHECK over new columns nothing is asked. */
export function askChecks(table: ChangedTable, interview: Interview, facts: RowFacts): readonly Mending[] {
  const { before, after } = table;
  const names = new Set([...before.columns, ...after.columns].map(({ name }) => foldName(name)));
  const conditionsOf = ({ sql }: Relation): readonly (readonly Token[])[] =>
    readTableDefinition(parseSql(sql)).checks.map(({ condition }) => condition);
  const had = new Set(conditionsOf(before).map((condition) => spell(condition, names)));
  return conditionsOf(after)
    .filter((condition) => !had.has(spell(condition, names)))
    .flatMap((condition) => askCheck(condition, { table, interview, facts }) ?? []);
}

function askCheck(condition: readonly Token[], { table, interview, facts }: Asked): Mending | null {
  const { before, after, origin } = table;
  const used = columnsIn(condition, after);
  const there = new Set(before.columns.map(({ name }) => foldName(name)));
  if (used.length === 0 || used.some(({ name }) => !there.has(foldName(name)))) return null;
  const text = inOneLine(condition);
  const broken = `(${text}) IS FALSE`;
  const old = withNames(broken, origin.columnOf);
  const count = facts.where(origin.table, old);
  if (count === null || count === 0) return null;
  const settable = used.filter(
    (column) => column.generated === null && !column.hidden && rowidColumn(after) !== column.name,
  );
  const answer = interview.ask(
    {
      id: `check of ${nameInId(after.name)} (${text})`,
      kind: 'check',
      table: after.name,
      column: null,
      sentence: `${after.name} gets CHECK (${text}), and there are rows that break it. What becomes of them?`,
      evidence: [
        `${counted(count, 'row breaks', 'rows break')} it, of ${counted(facts.rows(origin.table) ?? count, 'row')}.`,
        ...facts.samples(origin.table, old),
      ],
      options: [
        ...settable.map(({ name }) => ({
          value: `set ${nameInId(name)}`,
          label: `They get another value of ${name}`,
          expression: `SQL for ${name}, as NULL, or an expression over the columns`,
        })),
        { value: DELETE_ROWS, label: 'Delete these rows', expression: null },
      ],
    },
    null,
    DELETE_ROWS,
  );
  if (answer === null) return null;
  const rows = `${counted(count, 'row')} of ${after.name} that ${count === 1 ? 'breaks' : 'break'} CHECK (${text})`;
  if (answer === DELETE_ROWS) return deletion(broken, rows, { table: origin.table, count });
  const set = settable.find(({ name }) => answer.startsWith(`set ${nameInId(name)} `));
  if (!set) return null;
  return replacement({ broken, column: set.name, value: answer.slice(`set ${nameInId(set.name)} `.length) }, rows, {
    table: origin.table,
    column: origin.columnOf(set.name),
    count,
  });
}

/**
 * What becomes of rows that refer to no row, by the foreign keys that only the new table has.
 * @param relations all tables of both schemas: the parent may have had another name
 */
export function askReferences(
  table: ChangedTable,
  relations: readonly PairedRelation[],
  interview: Interview,
  facts: RowFacts,
): readonly Mending[] {
  const keysOf = ({ sql }: Relation): readonly ForeignKeyDefinition[] => readTableDefinition(parseSql(sql)).foreignKeys;
  const said = ({ columns, parent, parentColumns }: ForeignKeyDefinition): string =>
    JSON.stringify([columns, foldName(parent), parentColumns]);
  const had = new Set(keysOf(table.before).map(said));
  return keysOf(table.after)
    .filter((key) => !had.has(said(key)))
    .flatMap((key) => askReference(key, relations, { table, interview, facts }) ?? []);
}

function askReference(
  key: ForeignKeyDefinition,
  relations: readonly PairedRelation[],
  { table, interview, facts }: Asked,
): Mending | null {
  const { before, after, origin } = table;
  const parent = relations.find((pair) => foldName(pair.after?.name ?? '') === foldName(key.parent));
  const columns = key.columns.map((name) => before.columns.find((one) => foldName(one.name) === name));
  if (parent?.after?.kind !== 'table' || columns.some((column) => column === undefined)) return null;
  const own = columns.flatMap((column) => column?.name ?? []);
  const target = parent.after;
  const referred =
    key.parentColumns ??
    target.columns
      .filter(({ primaryKey }) => primaryKey > 0)
      .sort((one, other) => one.primaryKey - other.primaryKey)
      .map(({ name }) => foldName(name));
  if (referred.length !== own.length) return null;
  // The names that the columns of the parent have where the rows are looked at, and in the script.
  const all = isUnchanged(parent)
    ? target.columns.map((column) => ({ before: column, after: column }))
    : parent.columns;
  const pairs = referred.map((name) => all.find(({ after: now }) => foldName(now?.name ?? '') === name));
  if (parent.before && pairs.some((pair) => !pair?.before)) return null;
  const isSelf = foldName(target.name) === foldName(after.name);
  const filled = (columnOf: (name: string) => string): readonly string[] =>
    own.map((name) => `${quoteIdentifier(columnOf(name))} IS NOT NULL`);
  const missing = (
    parentName: string,
    parentColumns: readonly string[],
    columnOf: (name: string) => string,
  ): string => {
    const same = own.map(
      (name, at) => `"parent".${quoteIdentifier(parentColumns[at] ?? '')} = @table.${quoteIdentifier(columnOf(name))}`,
    );
    return `NOT EXISTS (SELECT 1 FROM ${parentName} AS "parent" WHERE ${same.join(' AND ')})`;
  };
  const same = (name: string): string => name;
  const conditions = (now: boolean): string => {
    const columnOf = now ? origin.columnOf : same;
    // A table that is new has no row yet.
    if (!parent.before) return filled(columnOf).join(' AND ');
    const name = now ? `main.${quoteIdentifier(parent.before.name)}` : isSelf ? '@table' : quoteIdentifier(target.name);
    const named = pairs.map((pair) => (now ? pair?.before : pair?.after)?.name ?? '');
    return [...filled(columnOf), missing(name, named, columnOf)].join(' AND ');
  };
  const old = conditions(true).replaceAll('@table', quoteIdentifier(origin.table));
  const count = facts.where(origin.table, old);
  if (count === null || count === 0) return null;
  const shown = own.join(', ');
  const nullable = own.filter((name) =>
    after.columns.some((one) => one.name === name && !one.notNull && one.primaryKey === 0),
  );
  const answer = interview.ask(
    {
      id: `reference of ${nameInId(after.name)} (${own.map(nameInId).join(', ')}) to ${nameInId(target.name)}`,
      kind: 'foreign key',
      table: after.name,
      column: own.length === 1 ? (own[0] ?? null) : null,
      sentence: `${shown} of ${after.name} refers to ${target.name} from now on, and there are rows that refer to none. What becomes of them?`,
      evidence: [
        `${counted(count, 'row refers', 'rows refer')} to no row of ${target.name}${parent.before ? '' : ', which is new and empty'}.`,
        ...facts.samples(origin.table, old),
      ],
      options: [
        ...nullable.map((name) => ({
          value: `clear ${nameInId(name)}`,
          label: `${name} becomes NULL in them`,
          expression: null,
        })),
        { value: DELETE_ROWS, label: 'Delete these rows', expression: null },
        { value: 'leave', label: 'Leave them as they are: the check of foreign keys will name them', expression: null },
      ],
    },
    null,
    'leave',
  );
  if (answer === null || answer === 'leave') return null;
  const broken = conditions(false);
  const rows = `${counted(count, 'row')} of ${after.name} that ${count === 1 ? 'refers' : 'refer'} to no row of ${target.name}`;
  if (answer === DELETE_ROWS) return deletion(broken, rows, { table: origin.table, count });
  const cleared = nullable.find((name) => answer === `clear ${nameInId(name)}`);
  if (cleared === undefined) return null;
  return replacement({ broken, column: cleared, value: 'NULL' }, rows, {
    table: origin.table,
    column: origin.columnOf(cleared),
    count,
  });
}

function deletion(
  broken: string,
  rows: string,
  { table, count }: { readonly table: string; readonly count: number },
): Mending {
  const sentence = `${rows} ${count === 1 ? 'is' : 'are'} deleted.`;
  return { broken, column: null, value: '', loss: { table, column: null, count, sentence } };
}

function replacement(
  { broken, column, value }: Pick<Mending, 'broken' | 'value'> & { readonly column: string },
  rows: string,
  facts: Omit<Loss, 'sentence'>,
): Mending {
  const sentence = `${rows} ${facts.count === 1 ? 'gets' : 'get'} another value of ${column}: ${value}.`;
  return { broken, column, value, loss: { ...facts, sentence } };
}

/** Of a table that is the same on both sides no columns are paired. */
function isUnchanged({ before, columns }: PairedRelation): boolean {
  return before !== null && columns.length === 0;
}

/** The columns that an expression names. */
function columnsIn(tokens: readonly Token[], { columns }: Relation): readonly Column[] {
  const named = new Set(tokens.map((token) => foldName(unquotedName(token) ?? '')));
  return columns.filter(({ name }) => named.has(foldName(name)));
}
