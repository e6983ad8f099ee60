// NOT NULL, CHECK and types: which rows break them.

import { foldName, quoteIdentifier, rowsOf } from '../../database';
import { namesIn } from '../../script/clauses';
import { parseSql, unquotedName } from '../../script/tokens';
import { readTableDefinition } from '../../schema/tableDefinition';
import type { BlamedRows } from '../outcome';
import type { FailedStatement } from '../run/failureHelp';
import { countedRows, findRows, someRows } from './blamedRows';
import { IN_A_STATEMENT_BEFORE, type Explanation, type Said } from './explanation';
import { findTarget, newRowsOf, textOf, type NewRows, type Target, type TargetColumn } from './newRows';

/** Constraints that one row can break by itself. */
export const BROKEN_CONSTRAINTS: readonly Explanation[] = [
  { pattern: /^(?:NOT NULL|CHECK) constraint failed$|^constraint failed$/, explain: explainNewConstraint },
  { pattern: /^NOT NULL constraint failed: (.+)$/s, explain: explainNotNull },
  { pattern: /^CHECK constraint failed: (.+)$/s, explain: explainCheck },
  { pattern: /^cannot store (\w+) value in (\w+) column (.+)$/s, explain: explainType },
  { pattern: /^datatype mismatch$/, explain: explainRowid },
];

/** The rows that the statement would write and for which a condition holds; null where they cannot be told, or are none. */
function findNew(failed: FailedStatement, target: Target, asked: readonly string[], where: string): BlamedRows | null {
  const rows = newRowsOf(failed, target, { asked });
  return rows && someRows(findRows(failed.database, `${rows.clause}SELECT * FROM new\nWHERE ${where}`));
}

function withRows(rows: BlamedRows | null): Pick<Said, 'rows'> {
  return rows === null ? {} : { rows };
}

function findColumn(target: Target | null, qualified: string): TargetColumn | undefined {
  return target?.columns.find(({ name }) => `${target.name}.${name}` === qualified);
}

/** Where the row goes that is refused: another table than that of the statement is written by what the statement sets off. */
function elsewhere({ statement }: FailedStatement, name: string): string {
  return `A row would break this rule of ${name}. The statement works on ${statement.table ?? 'another table'}; a trigger or a foreign key action writes the row.`;
}

function explainNotNull(failed: FailedStatement, match: readonly string[]): Said {
  const { statement } = failed;
  const qualified = match[1] ?? '';
  const target = findTarget(failed);
  const column = findColumn(target, qualified);
  if (!target || !column) {
    const emptied = target && explainEmptied(failed, qualified);
    if (emptied) return emptied;
    return {
      explanation: target
        ? elsewhere(failed, `the column ${qualified}`)
        : `A row would be NULL in ${qualified}, which is NOT NULL.`,
      wayOut: `Give ${qualified} a value there, or let the column be NULL.`,
    };
  }
  const name = quoteIdentifier(column.name);
  const rows = findNew(failed, target, [column.name], `${name} IS NULL`);
  const written = newRowsOf(failed, target, { asked: [column.name] })?.written ?? [];
  const isLeftOut = !written.some((one) => foldName(one) === foldName(column.name));
  if (statement.kind === 'insert' && isLeftOut && column.generated === null && rows) {
    return {
      explanation: `The statement gives ${column.name} no value. The column is NOT NULL and has ${column.defaultValue === null ? 'no default' : 'a default that is NULL'}, so ${countedRows(rows)} would be NULL in it.`,
      wayOut: `Name ${column.name} in the INSERT and give it a value, or give the column a default where ${target.name} is made.`,
      rows,
    };
  }
  return {
    explanation: `${rows ? countedRows(rows) : 'A row'} would be NULL in ${column.name}, which is NOT NULL in ${target.name}.`,
    wayOut:
      column.generated !== null
        ? `${column.name} is computed, as ${column.generated}: give the columns in it values with which it is not NULL, or let it be NULL where ${target.name} is made.`
        : statement.kind === 'insert'
          ? `Write a value for these rows ${IN_A_STATEMENT_BEFORE}, put coalesce(…, value) around what the statement gives ${column.name}, or let the column be NULL.`
          : `Put coalesce(…, value) around what the statement sets ${column.name} to, or leave these rows out by WHERE.`,
    ...withRows(rows),
  };
}

/** ON DELETE SET NULL, or ON UPDATE, of a column that is NOT NULL: the action of the foreign key contradicts its column. */
function explainEmptied({ statement, shadow }: FailedStatement, qualified: string): Said | null {
  const event = statement.kind === 'update' ? 'update' : 'delete';
  const [found] = rowsOf(
    shadow,
    `SELECT s.name, f."from" FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name, 'main') AS f
     WHERE s.type = 'table' AND s.name || '.' || f."from" = ? AND f."table" = ? COLLATE NOCASE AND f.on_${event} = 'SET NULL'`,
    [qualified, statement.table ?? ''],
  );
  if (!found) return null;
  const [child, column] = found.map(String);
  return {
    explanation: `Rows of ${child ?? ''} refer to rows that the statement ${event === 'delete' ? 'deletes' : 'gives another key'}. ON ${event.toUpperCase()} SET NULL would make ${column ?? ''} NULL there, and it is NOT NULL.`,
    wayOut: `Change or delete these rows of ${child ?? ''} ${IN_A_STATEMENT_BEFORE}, or let ${column ?? ''} be NULL where ${child ?? ''} is made.`,
  };
}

function explainCheck(failed: FailedStatement, match: readonly string[]): Said {
  const said = match[1] ?? '';
  const target = findTarget(failed);
  const checks = (target?.definition.checks ?? []).map(({ name, condition }) => ({
    name,
    text: textOf(target?.sql ?? '', condition),
  }));
  const check =
    checks.find(({ name, text }) => (name ?? text) === said) ??
    checks.find(({ text }) => inLine(text) === inLine(said)) ??
    // SQLite takes a condition that begins with a quoted name for a quoted name, and shows that alone.
    checks.find(
      ({ name, text }) => name === null && startsQuoted(text, said) && target && findBreaking(failed, target, text),
    ) ??
    checks.find(({ name, text }) => name === null && startsQuoted(text, said));
  if (!target || !check) {
    return {
      explanation: target ? elsewhere(failed, `CHECK (${said})`) : `A row breaks the CHECK constraint ${said}.`,
      wayOut: `Change the row ${IN_A_STATEMENT_BEFORE}, or change the CHECK.`,
    };
  }
  const rows = findBreaking(failed, target, check.text);
  const named = check.name === null ? '' : ` (${check.name})`;
  return {
    explanation:
      `${rows ? countedRows(rows) : 'A row'} would break the CHECK of ${target.name}${named}: ${check.text}`.replace(
        /\.?$/,
        '.',
      ),
    wayOut: `Change the values ${IN_A_STATEMENT_BEFORE} or in this one, or let the CHECK accept them where ${target.name} is made.`,
    ...withRows(rows),
  };
}

/** Words and signs by which values are compared with others, for which the affinity of a column counts. */
const COMPARES = /[<>=]|\b(?:IN|IS|BETWEEN|CASE)\b/i;

/** More are not written to a table to be looked at. */
const MOST_STORED = 200_000;

/**
 * The rows that break a CHECK which compares values of several types in one column: no expression has the affinity of the column and
 * leaves each value as it is, so they are put into a temporary table with the same columns. The rows have no query then.
 */
function findStored(failed: FailedStatement, target: Target, rows: NewRows, check: string): BlamedRows | null {
  const { database } = failed;
  const [counting] = rowsOf(database, `${rows.clause}SELECT count(*) FROM new`);
  if (!counting || Number(counting[0]) > MOST_STORED) return null;
  const columns = rows.columns.map((name) => {
    const type = target.columns.find((one) => foldName(one.name) === foldName(name))?.type ?? '';
    const collation = target.definition.columns.find((one) => foldName(one.name) === foldName(name))?.collation ?? null;
    return `${quoteIdentifier(name)} ${type}${collation === null ? '' : ` COLLATE ${quoteIdentifier(collation)}`}`;
  });
  const table = `temp.${quoteIdentifier('drydock new rows')}`;
  if (!database.execute(`CREATE TEMP TABLE ${quoteIdentifier('drydock new rows')} (${columns.join(', ')})`).ok)
    return null;
  const isFilled = database.execute(`INSERT INTO ${table} ${rows.clause}SELECT * FROM new`).ok;
  const found = isFilled ? someRows(findRows(database, `SELECT * FROM ${table}\nWHERE NOT (${check})`)) : null;
  database.execute(`DROP TABLE ${table}`);
  return found && { ...found, query: null };
}

/** The rows that break a CHECK; null where SQLite might compare their values otherwise than here. */
function findBreaking(failed: FailedStatement, target: Target, check: string): BlamedRows | null {
  const rows = newRowsOf(failed, target, { asked: namesIn(check), compared: true });
  if (rows === null) return null;
  if (rows.mixed && COMPARES.test(check)) {
    // What typeof() gives is compared as the text that it is, whatever the column.
    const compared = namesIn(check.replace(/\btypeof\s*\(\s*(?:"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|\w+)\s*\)/gi, "''"));
    if (newRowsOf(failed, target, { asked: compared, compared: true })?.mixed !== false)
      return findStored(failed, target, rows, check);
  }
  return someRows(findRows(failed.database, `${rows.clause}SELECT * FROM new\nWHERE NOT (${check})`));
}

function startsQuoted(condition: string, name: string): boolean {
  const [first] = parseSql(condition).tokens;
  return first?.kind === 'name' && unquotedName(first) === name;
}

function inLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Conditions that a value breaks the type of a column in a STRICT table, after its affinity was applied. */
const BREAKS: Readonly<Record<string, (value: string) => string>> = {
  INTEGER: (value) => notInteger(value),
  REAL: (value) => `typeof(${value}) NOT IN ('integer', 'real', 'null')`,
  TEXT: (value) => `typeof(${value}) NOT IN ('text', 'null')`,
  BLOB: (value) => `typeof(${value}) NOT IN ('blob', 'null')`,
};

function notInteger(value: string): string {
  return `${value} IS NOT NULL AND (typeof(${value}) NOT IN ('integer', 'real') OR CAST(${value} AS INTEGER) <> ${value})`;
}

function explainType(failed: FailedStatement, [, stored, type, qualified]: readonly string[]): Said {
  const target = findTarget(failed);
  const column = findColumn(target, qualified ?? '');
  const breaks = BREAKS[column?.affinity ?? ''];
  const rows =
    target && column && breaks ? findNew(failed, target, [column.name], breaks(quoteIdentifier(column.name))) : null;
  const table = (qualified ?? '').slice(0, (qualified ?? '').lastIndexOf('.'));
  return {
    explanation: `${rows ? countedRows(rows) : 'A row'} would have a value in ${qualified ?? ''} that is not ${type ?? ''}; the first is ${stored ?? ''}. ${table} is STRICT, so it takes values of the declared types only.`,
    wayOut: `Look at the values and change them ${IN_A_STATEMENT_BEFORE}, or declare the column as ANY, which keeps each value as it is. CAST(… AS ${type === 'INT' ? 'INTEGER' : (type ?? '')}) does not stop at text that is no number: it makes 0 of it.`,
    ...withRows(rows),
  };
}

function explainRowid(failed: FailedStatement): Said {
  const target = findTarget(failed);
  const keys = target?.columns.filter(({ primaryKey, type }) => primaryKey > 0 && /^integer$/i.test(type)) ?? [];
  const [key] = keys;
  const writes = failed.statement.kind === 'insert' || failed.statement.kind === 'update';
  if (!writes || !target || !key || keys.length !== 1 || target.withoutRowid) {
    return {
      explanation:
        'A value is of another type than the place allows: a rowid, LIMIT and OFFSET take whole numbers only.',
      wayOut: 'Look for the value that is no whole number, and correct it or the place where it is written to.',
    };
  }
  const rows = findNew(failed, target, [key.name], notInteger(quoteIdentifier(key.name)));
  return {
    explanation: `${rows ? countedRows(rows) : 'A row'} would have a value in ${key.name} that is no whole number. ${key.name} is the INTEGER PRIMARY KEY of ${target.name}, which takes nothing else.`,
    wayOut: `Declare ${key.name} with the type that the values have (TEXT PRIMARY KEY), or give these rows whole numbers ${IN_A_STATEMENT_BEFORE}, with all that refers to them.`,
    ...withRows(rows),
  };
}

/** A constraint that is added to a table with rows: ADD COLUMN, ADD CHECK, SET NOT NULL. */
function explainNewConstraint(failed: FailedStatement, [message]: readonly string[]): Said {
  const { statement, database } = failed;
  const target = findTarget(failed);
  const column = statement.column ?? '';
  const added = addedConstraint(statement.text);
  const isColumn = statement.kind === 'add column';
  const what = /^[A-Z]/.test(message ?? '')
    ? (message ?? '').replace(/ constraint.*/, '')
    : added?.isNotNull
      ? 'NOT NULL'
      : 'CHECK';
  const rows = target && added && someRows(findRows(database, brokenBy(target, added, isColumn ? column : null)));
  const count = rows ? countedRows(rows) : 'Rows';
  return {
    explanation: isColumn
      ? `${count} of ${target?.name ?? 'the table'} would break the ${what} constraint of the new column ${column}.`
      : `${count} of ${target?.name ?? 'the table'} ${rows?.count === 1 ? 'breaks' : 'break'} the ${what} constraint that the statement adds.`,
    wayOut: isColumn
      ? 'Change the default or the constraint, so that what the rows get is allowed.'
      : `Change these rows ${IN_A_STATEMENT_BEFORE}, or let the constraint allow them.`,
    ...withRows(rows),
  };
}

interface AddedConstraint {
  readonly isNotNull: boolean;
  /** That holds for the rows to blame. */
  readonly broken: string;
  /** What a new column has in the rows that are there; null where none is added. */
  readonly value: string | null;
}

/** Reads what follows ADD as the definition of a column or a constraint of a table. */
function addedConstraint(text: string): AddedConstraint | null {
  const setNotNull = /\bALTER\s+(?:COLUMN\s+)?("(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|\w+)\s+SET\s+NOT\s+NULL\s*$/i.exec(
    text,
  );
  if (setNotNull) return { isNotNull: true, broken: `${setNotNull[1] ?? ''} IS NULL`, value: null };
  const body = /\bADD\s+(?:COLUMN\s+)?(.*)$/is.exec(text)?.[1] ?? '';
  const sql = `CREATE TABLE t(${/^(?:CONSTRAINT|CHECK)\b/i.test(body) ? `c, ${body}` : body})`;
  const { columns, checks } = readTableDefinition(parseSql(sql));
  const [column] = columns;
  if (!column) return null;
  const value = textOf(sql, column.expression ?? column.defaultValue) || 'NULL';
  const isNotNull = checks.length === 0;
  const broken = isNotNull
    ? `${quoteIdentifier(column.name)} IS NULL`
    : checks.map(({ condition }) => `NOT (${textOf(sql, condition)})`).join(' OR ');
  return { isNotNull, broken, value };
}

function brokenBy({ name }: Target, { broken, value }: AddedConstraint, column: string | null): string {
  const table = `main.${quoteIdentifier(name)}`;
  if (column === null) return `SELECT * FROM ${table}\nWHERE ${broken}`;
  return `WITH new AS (SELECT *, (${value ?? 'NULL'}) AS ${quoteIdentifier(column)} FROM ${table})\nSELECT * FROM new\nWHERE ${broken}`;
}
