// Rows that a new CHECK or a new foreign key does not allow, and what becomes of them. SQLite would refuse the first when they are
// copied, and say nothing of the second.

import { foldName, quoteIdentifier } from '../database';
import type { Column } from '../schema/schema';
import { readTableDefinition, type ForeignKeyDefinition } from '../schema/tableDefinition';
import { asWritten, spell } from '../script/spelling';
import { parseSql, type Token } from '../script/tokens';
import { counted } from '../words';
import type { NameOf } from './duplicates';
import type { Interview } from './interview';
import type { Loss } from './migration';
import { placeholderFor } from './placeholder';
import { DELETE_ROWS, nameInId } from './question';
import { rowidColumn } from './rebuild';
import { parentOf, referringTo } from './references';
import type { CopiedTable } from './copiedTable';
import type { RowFacts } from './rowFacts';
import type { HeldColumns, RowValues } from './rowValues';
import { GENERATED_SINCE } from './versions';

/** What is done with the rows that break a constraint. In its SQL `@table` stands for the table, and columns have the names of the target. */
export interface Mending {
  /** Which rows these are. */
  readonly broken: string;
  /** The column that gets another value in them; null where they are left out. */
  readonly column: string | null;
  /** SQL; empty where they are left out. */
  readonly value: string;
  /** Null where only a new column is concerned, of which nothing is lost. */
  readonly loss: Loss | null;
  /** Definitions of computed columns that the table has to get for `broken`. */
  readonly held: readonly string[];
}

/** What is asked of the rows of a table that changes. */
interface Asked {
  readonly table: CopiedTable;
  readonly values: RowValues;
  readonly interview: Interview;
  readonly facts: RowFacts;
  readonly sqliteVersion: number;
}

/** What becomes of rows that the table does not allow any more by a CHECK or a foreign key that only the new one has. */
export function askBreaches(
  table: CopiedTable,
  values: RowValues,
  interview: Interview,
  facts: RowFacts,
  sqliteVersion: number,
): readonly Mending[] {
  const { before, after } = table;
  const [had, has] = [readTableDefinition(parseSql(before.sql)), readTableDefinition(parseSql(after.sql))];
  const names = new Set([...before.columns, ...after.columns].map(({ name }) => foldName(name)));
  const checks = new Set(had.checks.map(({ condition }) => spell(condition, names)));
  const said = ({ columns, parent, parentColumns }: ForeignKeyDefinition): string =>
    JSON.stringify([columns, foldName(parent), parentColumns]);
  const keys = new Set(had.foreignKeys.map(said));
  const asked = { table, values, interview, facts, sqliteVersion };
  return [
    ...has.checks
      .map(({ condition }) => ({ condition, isNew: !checks.has(spell(condition, names)) }))
      // What was allowed may come out otherwise.
      .filter(({ condition, isNew }) => isNew || !values.named(condition).every((one) => values.isAsItWas(one)))
      .flatMap((check) => askCheck(check, asked) ?? []),
    ...has.foreignKeys.filter((key) => !keys.has(said(key))).flatMap((key) => askReference(key, asked) ?? []),
  ];
}

/** Whether it is still open what a column will hold. */
function isOpen({ name }: Column, { table, interview }: Asked): boolean {
  return interview.questions.some(
    (question) => question.answer === null && question.table === table.after.name && question.column === name,
  );
}

/** The rows that break a CHECK: which these are, how many, and some of them. */
interface BrokenRows {
  readonly broken: string;
  readonly count: number;
  readonly samples: readonly string[];
  readonly held: readonly string[];
}

function brokenRows(text: string, used: readonly Column[], asked: Asked): BrokenRows | null {
  const { table, values, facts, sqliteVersion } = asked;
  const { origin } = table;
  const found = (held: readonly [HeldColumns, HeldColumns] | null): BrokenRows | null => {
    const broken = values.over(`(${text}) IS FALSE`, used, (name) => name, held?.[0]);
    const old = values.over(`(${text}) IS FALSE`, used, origin.columnOf, held?.[1]);
    const count = broken === null || old === null ? null : facts.where(origin.table, old);
    if (broken === null || old === null || count === null) return null;
    const definitions = [...(held?.[0].values() ?? [])].map(({ definition }) => definition);
    return { broken, count, samples: count > 0 ? facts.samples(origin.table, old) : [], held: definitions };
  };
  const inexact = sqliteVersion < GENERATED_SINCE ? null : values.inexactOver(used, origin.columnOf);
  if (inexact !== null && facts.where(origin.table, inexact) !== 0) {
    const [now, then] = [values.heldColumns(used, (name) => name), values.heldColumns(used, origin.columnOf)];
    const definitions = [...(then?.values() ?? [])].map(({ definition }) => definition);
    const exact = now && then && facts.withColumns(origin.table, definitions, () => found([now, then]));
    if (exact) return exact;
  }
  return found(null);
}

function askCheck(
  { condition, isNew }: { readonly condition: readonly Token[]; readonly isNew: boolean },
  asked: Asked,
): Mending | null {
  const { table, values, interview, facts } = asked;
  const { after, origin } = table;
  const used = values.named(condition);
  const sources = values.sourcesOf(used);
  if (used.length === 0 || sources.some((column) => isOpen(column, asked))) return null;
  const text = asWritten(condition);
  const rowsThatBreak = brokenRows(text, used, asked);
  if (!rowsThatBreak || rowsThatBreak.count === 0) return null;
  const { broken, count, samples, held } = rowsThatBreak;
  const settable = sources.filter((column) => !column.hidden && rowidColumn(after) !== column.name);
  const answer = interview.ask(
    {
      id: `check of ${nameInId(after.name)} (${text})`,
      kind: 'check',
      table: after.name,
      column: null,
      sentence: isNew
        ? `${after.name} gets CHECK (${text}), and there are rows that break it. What becomes of them?`
        : `${after.name} has CHECK (${text}), and there are rows that break it by what they get. What becomes of them?`,
      evidence: [
        `${counted(count, 'row breaks', 'rows break')} it, of ${counted(facts.rows(origin.table) ?? count, 'row')}.`,
        ...samples,
        ...referringTo(after.name, table.relations),
      ],
      options: [
        ...settable.map((column) => ({
          value: `set ${nameInId(column.name)}`,
          label: `They get another value of ${column.name}`,
          expression: `SQL for ${column.name}, as ${column.notNull ? placeholderFor(column, after, table.holds).value : 'NULL'}, or an expression over the columns`,
        })),
        { value: DELETE_ROWS, label: 'Delete these rows', expression: null },
      ],
    },
    null,
    DELETE_ROWS,
  );
  if (answer === null) return null;
  const rows = `${counted(count, 'row')} of ${after.name} that ${count === 1 ? 'breaks' : 'break'} CHECK (${text})`;
  if (answer === DELETE_ROWS) return { ...deletion(broken, rows, { table: origin.table, count }), held };
  const set = settable.find(({ name }) => answer.startsWith(`set ${nameInId(name)} `));
  if (!set) return null;
  const value = answer.slice(`set ${nameInId(set.name)} `.length);
  return { ...replacement({ broken, column: set.name, value }, { rows, count, table }), held };
}

function askReference(key: ForeignKeyDefinition, asked: Asked): Mending | null {
  const { table, values, interview, facts } = asked;
  const { after, origin, relations } = table;
  const parent = parentOf(key, relations);
  const columns = key.columns.flatMap((name) => after.columns.find((one) => foldName(one.name) === name) ?? []);
  if (!parent || columns.some((column) => isOpen(column, asked))) return null;
  const target = parent.after;
  if (parent.before && parent.columns.some((column) => column.before === null)) return null;
  const own = columns.map(({ name }) => name);
  const isSelf = foldName(target.name) === foldName(after.name);
  const areAsTheyWere = columns.every((column) => values.isAsItWas(column));
  const conditionOver = (now: boolean): string | null => {
    const nameOf: NameOf = now ? origin.columnOf : (name) => name;
    const [row, own] = areAsTheyWere
      ? ['@table', columns.map(({ name }) => quoteIdentifier(nameOf(name)))]
      : ['"row"', columns.map(({ name }) => quoteIdentifier(name))];
    const conditions = own.map((name) => `${name} IS NOT NULL`);
    // A table that is new has no row yet.
    if (parent.before) {
      const name = now
        ? `main.${quoteIdentifier(parent.before.name)}`
        : isSelf
          ? '@table'
          : quoteIdentifier(target.name);
      const same = parent.columns.map(({ before, after: to }, at) => {
        const referred = (now ? before : to)?.name ?? '';
        return `"parent".${quoteIdentifier(referred)} = ${row}.${own[at] ?? ''}`;
      });
      conditions.push(`NOT EXISTS (SELECT 1 FROM ${name} AS "parent" WHERE ${same.join(' AND ')})`);
    }
    if (areAsTheyWere) return conditions.join(' AND ');
    const taken = values.rowOf(columns, nameOf);
    return taken && `(SELECT ${conditions.join(' AND ')} FROM ${taken} AS "row")`;
  };
  const [broken, there] = [conditionOver(false), conditionOver(true)];
  if (broken === null || there === null) return null;
  const old = there.replaceAll('@table', quoteIdentifier(origin.table));
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
        ...referringTo(after.name, relations),
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
  const rows = `${counted(count, 'row')} of ${after.name} that ${count === 1 ? 'refers' : 'refer'} to no row of ${target.name}`;
  if (answer === DELETE_ROWS) return deletion(broken, rows, { table: origin.table, count });
  const cleared = nullable.find((name) => answer === `clear ${nameInId(name)}`);
  if (cleared === undefined) return null;
  return replacement({ broken, column: cleared, value: 'NULL' }, { rows, count, table });
}

function deletion(
  broken: string,
  rows: string,
  { table, count }: { readonly table: string; readonly count: number },
): Mending {
  const sentence = `${rows} ${count === 1 ? 'is' : 'are'} deleted.`;
  return { broken, column: null, value: '', held: [], loss: { table, column: null, count, sentence } };
}

function replacement(
  { broken, column, value }: Pick<Mending, 'broken' | 'value'> & { readonly column: string },
  { rows, count, table }: { readonly rows: string; readonly count: number; readonly table: CopiedTable },
): Mending {
  const isNew = !table.before.columns.some(({ name }) => foldName(name) === foldName(column));
  if (isNew) return { broken, column, value, held: [], loss: null };
  const sentence = `${rows} ${count === 1 ? 'gets' : 'get'} another value of ${column}: ${value}.`;
  const { origin } = table;
  return {
    broken,
    column,
    value,
    held: [],
    loss: { table: origin.table, column: origin.columnOf(column), count, sentence },
  };
}
