// The rows that a statement would leave in a table, as a query over what the statement itself reads.

import { foldName, quoteIdentifier, rowsOf, type Database } from '../../database';
import { affinityOf, type Affinity } from '../../schema/details';
import { isOnTemporaryTable } from '../../schema/read';
import { namesIn } from '../../script/clauses';
import { parseSql } from '../../script/tokens';
import { readTableDefinition, type TableDefinition } from '../../schema/tableDefinition';
import type { FailedStatement } from '../run/failureHelp';
import { describeColumns } from './blamedRows';
import { readInsert, readUpdate } from '../../script/writeClauses';

/** A column of the table that a statement writes to. */
export interface TargetColumn {
  readonly name: string;
  readonly type: string;
  readonly affinity: Affinity;
  readonly defaultValue: string | null;
  readonly primaryKey: number;
  /** Its expression; null for a column whose value is written. */
  readonly generated: string | null;
}

/** The table that a statement writes to. */
export interface Target {
  readonly name: string;
  readonly columns: readonly TargetColumn[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly sql: string;
  readonly definition: TableDefinition;
}

/** The table that the statement works on, as it is before it; null where that is no ordinary table of the file. */
export function findTarget(failed: FailedStatement, table = failed.statement.table): Target | null {
  const { shadow, statement } = failed;
  if (table === null || (table === statement.table && isOnTemporaryTable(failed.database, statement))) return null;
  const [found] = rowsOf(
    shadow,
    `SELECT s.name, s.sql, l.strict, l.wr FROM main.sqlite_schema AS s, pragma_table_list(s.name) AS l
     WHERE s.type = 'table' AND l.schema = 'main' AND l.type = 'table' AND s.name = ? COLLATE NOCASE`,
    [table],
  );
  if (typeof found?.[1] !== 'string') return null;
  const [name, sql] = [String(found[0]), found[1]];
  const strict = found[2] === 1;
  const definition = readTableDefinition(parseSql(sql));
  const expressions = new Map(
    definition.columns.map((column) => [foldName(column.name), textOf(sql, column.expression)]),
  );
  const listed = shadow.query('SELECT name, type, dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid', [
    name,
  ]);
  if (!listed.ok) return null;
  const columns = listed.value.map(([column, type, defaultValue, primaryKey, hidden]): TargetColumn => ({
    name: String(column),
    type: String(type),
    affinity: affinityOf(String(type), strict),
    defaultValue: typeof defaultValue === 'string' ? defaultValue : null,
    primaryKey: Number(primaryKey),
    generated: Number(hidden) > 1 ? (expressions.get(foldName(String(column))) ?? '') : null,
  }));
  return { name, columns, strict, withoutRowid: found[3] === 1, sql, definition };
}

/** The text of tokens that follow each other in a source. */
export function textOf(
  source: string,
  tokens: readonly { readonly start: number; readonly end: number }[] | null,
): string {
  const [first, last] = [tokens?.[0], tokens?.at(-1)];
  return first && last ? source.slice(first.start, last.end) : '';
}

/** Whether a table is, in the database as it is before the statement, without any row. */
export function isEmpty(database: Database, table: string): boolean {
  const found = database.query(`SELECT 1 FROM main.${quoteIdentifier(table)} LIMIT 1`);
  return found.ok && found.value.length === 0;
}

/** Rows as a query, that goes on after `WITH … ` with what is asked of them. */
export interface NewRows {
  /** `WITH new AS (…)`, with all that it stands on. */
  readonly clause: string;
  /** What columns `new` has. */
  readonly columns: readonly string[];
  /** The columns that the statement itself gives values for. */
  readonly written: readonly string[];
  /** A comparison in `new` may come out otherwise than in the table: values of several types have no affinity in common. */
  readonly mixed: boolean;
}

/** What the rows are wanted for. */
interface Question {
  /** Only these columns are given what the table makes of their values. */
  readonly asked: readonly string[];
  /** Of an UPDATE: also the rows that it leaves as they are. */
  readonly whole?: boolean;
  /** The columns are compared in an expression, so their affinity and collation count beside their values. */
  readonly compared?: boolean;
}

/**
 * The rows that an INSERT or UPDATE would write, with the columns that it names, and those that are asked for. Null for any
 * other statement, and where it is none that can be told by its words.
 */
export function newRowsOf(failed: FailedStatement, target: Target, question: Question): NewRows | null {
  const base =
    failed.statement.kind === 'insert' ? inserted(failed, target) : updated(failed, target, question.whole ?? false);
  return base && refine(failed.database, target, base, question);
}

interface Base {
  readonly columns: readonly string[];
  readonly sql: string;
  readonly written: readonly string[];
}

function inserted({ statement }: FailedStatement, target: Target): Base | null {
  const clauses = readInsert(statement);
  if (clauses === null) return null;
  const columns =
    clauses.columns ?? target.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
  return { columns, sql: clauses.source, written: columns };
}

function updated({ statement }: FailedStatement, target: Target, whole: boolean): Base | null {
  const clauses = statement.kind === 'update' ? readUpdate(statement) : null;
  if (clauses === null) return null;
  const { alias, where, values } = clauses;
  const stored = target.columns.filter(({ generated }) => generated === null);
  const selected = stored.map(({ name }) => {
    const set = values.findLast(({ column }) => foldName(column) === foldName(name));
    if (set === undefined) return quoteIdentifier(name);
    return whole && where !== null
      ? `CASE WHEN ${where} THEN ${set.value} ELSE ${quoteIdentifier(name)} END`
      : set.value;
  });
  const filter = whole || where === null ? '' : ` WHERE ${where}`;
  return {
    columns: stored.map(({ name }) => name),
    sql: `SELECT ${selected.join(', ')} FROM main.${quoteIdentifier(target.name)}${alias}${filter}`,
    written: values.map(({ column }) => column),
  };
}

/** Adds what SQLite does to rows on their way into the table: defaults, affinities, generated columns. */
function refine(database: Database, target: Target, base: Base, question: Question): NewRows | null {
  const { asked, compared = false } = question;
  const has = (names: readonly string[], name: string): boolean =>
    names.some((one) => foldName(one) === foldName(name));
  const generated = target.columns.filter(({ name, generated }) => generated !== null && has(asked, name));
  const needed = [...asked, ...generated.flatMap((column) => namesIn(column.generated ?? ''))];
  // Those that stand on others of their kind would need an order.
  const computed = target.columns.filter((column) => column.generated !== null).map(({ name }) => name);
  if (generated.some((column) => namesIn(column.generated ?? '').some((name) => has(computed, name)))) return null;
  const missing = target.columns.filter(
    ({ name, generated }) => generated === null && has(needed, name) && !has(base.columns, name),
  );
  const declared = base.columns.map(quoteIdentifier).join(', ');
  const converted = findConverted(database, target, base, needed, compared);
  const written = `(${declared}) AS (\n${base.sql}\n)`;
  const own = base.columns.map((name) => {
    const sql = converted.find(({ column }) => foldName(column.name) === foldName(name))?.sql;
    return sql === undefined ? quoteIdentifier(name) : `${sql} AS ${quoteIdentifier(name)}`;
  });
  const defaults = missing.map(({ name, affinity, defaultValue }) => {
    const value =
      defaultValue === null ? 'NULL' : affinity === 'TEXT' ? `CAST(${defaultValue} AS TEXT)` : `(${defaultValue})`;
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  const results = generated.map((column) => `(${column.generated ?? ''}) AS ${quoteIdentifier(column.name)}`);
  const steps: ((name: string) => string)[] = [(name) => `${name}${written}`];
  if (converted.length + missing.length > 0) {
    steps.push((name) => `${name} AS (SELECT ${[...own, ...defaults].join(', ')} FROM written)`);
  }
  const last = steps.length === 1 ? 'written' : 'stored';
  if (generated.length > 0) steps.push((name) => `${name} AS (SELECT *, ${results.join(', ')} FROM ${last})`);
  const names = ['written', 'stored'];
  const parts = steps.map((step, at) => step(at === steps.length - 1 ? 'new' : (names[at] ?? '')));
  const columns = [...base.columns, ...missing.map(({ name }) => name), ...generated.map(({ name }) => name)];
  return {
    clause: `WITH ${parts.join(',\n')}\n`,
    columns,
    written: base.written,
    mixed: converted.some(({ mixed }) => mixed),
  };
}

/** A column as `new` has it. */
interface Converted {
  readonly column: TargetColumn;
  readonly sql: string;
  readonly mixed: boolean;
}

/** The columns of which some value is another once it is stored; where they are compared, all that SQLite would compare otherwise. */
function findConverted(
  database: Database,
  target: Target,
  { columns, sql }: Base,
  asked: readonly string[],
  compared: boolean,
): readonly Converted[] {
  const described = describeColumns(database, sql);
  const candidates = columns.flatMap((name, at) => {
    const column = target.columns.find((one) => foldName(one.name) === foldName(name));
    if (!column || !asked.some((one) => foldName(one) === foldName(name))) return [];
    const type = described?.[at]?.type ?? '';
    const isAlike = column.affinity === 'ANY' || (type !== '' && affinityOf(type) === column.affinity);
    const definition = target.definition.columns.find((one) => foldName(one.name) === foldName(name));
    const collate = compared && definition?.collation ? ` COLLATE ${quoteIdentifier(definition.collation)}` : '';
    return isAlike && collate === '' ? [] : [{ column, collate, isAlike }];
  });
  if (candidates.length === 0) return [];
  // Where a plain CAST comes to the same for all values, it also says the affinity.
  const questions = candidates.flatMap(({ column }) => {
    const [stored, cast, given] = [withAffinity(column), castOf(column), quoteIdentifier(column.name)];
    return [
      `max(typeof(${stored}) <> typeof(${given}) OR (${stored}) IS NOT ${given})`,
      `max(typeof(${stored}) <> typeof(${cast}) OR (${stored}) IS NOT ${cast})`,
    ];
  });
  const answered = database.query(
    `WITH written(${columns.map(quoteIdentifier).join(', ')}) AS (\n${sql}\n) SELECT ${questions.join(', ')} FROM written`,
  );
  if (!answered.ok) return [];
  return candidates.flatMap(({ column, collate, isAlike }, at): readonly Converted[] => {
    const [changes, differs] = [answered.value[0]?.[2 * at] === 1, answered.value[0]?.[2 * at + 1] === 1];
    if (!changes && !compared) return [];
    const plain = isAlike || column.affinity === 'BLOB';
    const value = plain ? quoteIdentifier(column.name) : differs ? withAffinity(column) : castOf(column);
    return [{ column, sql: `${value}${collate}`, mixed: !plain && differs }];
  });
}

function castOf({ name, affinity }: TargetColumn): string {
  return `CAST(${quoteIdentifier(name)} AS ${affinity})`;
}

/** What a column makes of a value (https://sqlite.org/datatype3.html#type_affinity); a comparison with a number tells what looks like one. */
function withAffinity({ name, affinity }: TargetColumn): string {
  const value = quoteIdentifier(name);
  const number = `CAST(${value} AS NUMERIC)`;
  const looksNumeric = `typeof(${value}) = 'text' AND ${number} = ${value}`;
  switch (affinity) {
    case 'TEXT':
      return `CASE WHEN typeof(${value}) IN ('integer', 'real') THEN CAST(${value} AS TEXT) ELSE ${value} END`;
    case 'REAL':
      return `CASE WHEN typeof(${value}) = 'integer' OR (${looksNumeric}) THEN CAST(${number} AS REAL) ELSE ${value} END`;
    default:
      return `CASE WHEN ${looksNumeric} THEN ${number} WHEN typeof(${value}) = 'real' AND CAST(${value} AS INTEGER) = ${value} THEN CAST(${value} AS INTEGER) ELSE ${value} END`;
  }
}
