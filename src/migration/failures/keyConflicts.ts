// UNIQUE and PRIMARY KEY: which rows have the same key, under the collation and affinity of the index that forbids it.

import { foldName, quoteIdentifier, rowsOf } from '../../database';
import { indexClauses, namesIn } from '../../script/clauses';
import { parseSql, type ParsedSql } from '../../script/tokens';
import type { BlamedRows } from '../outcome';
import type { FailedStatement } from '../run/failureHelp';
import { countedRows, findRows } from './blamedRows';
import { IN_A_STATEMENT_BEFORE, storedSql, type Explanation, type Said } from './explanation';
import { findTarget, isEmpty, newRowsOf, type Target } from './newRows';
import { listed } from '../../words';

/** What an index forbids to be twice. */
interface Key {
  /** SQL, with COLLATE where the index has another collation than BINARY. */
  readonly terms: readonly string[];
  /** For a sentence. */
  readonly shown: string;
  /** Names of columns in them. */
  readonly columns: readonly string[];
  /** Of a partial index. */
  readonly where: string | null;
  readonly collations: readonly string[];
}

/** “UNIQUE constraint failed: …”. */
export const KEY_CONFLICTS: readonly Explanation[] = [
  { pattern: /^UNIQUE constraint failed: (.+)$/s, explain: explainConflict },
];

function explainConflict(failed: FailedStatement, match: readonly string[]): Said {
  const { statement } = failed;
  const named = /^index '(.+)'$/s.exec(match[1] ?? '')?.[1];
  const onWhat = named === undefined ? (match[1] ?? '') : `what the index ${named} is on`;
  const target = findTarget(failed);
  const key = target && (statement.kind === 'create index' ? keyOfText(statement, target) : keyOf(failed, target));
  const rows = key && findConflicts(failed, target, key);
  if (!rows || rows.count === 0) return withoutRows(failed, target, onWhat, rows !== null);
  const compared = key.collations.length === 0 ? '' : ` (compared by ${listed(key.collations)})`;
  const constant = findConstant(failed, target, key, rows);
  if (constant) return { ...constant, rows };
  const where = statement.kind === 'create index' ? ` of ${target.name}` : '';
  const both =
    rows.columns[0] === ROW ? `, counting those of the statement and those that are in ${target.name} already` : '';
  const index = statement.kind === 'create index' ? statement.name : named;
  const many = key.terms.length > 1;
  const rule =
    index == null
      ? `${key.shown} ${many ? 'together have' : 'has'} to be unique in ${target.name}`
      : `the index ${index} is unique`;
  return {
    explanation: `${countedRows(rows)}${where} ${rows.count === 1 ? 'has' : 'have'} the same ${many ? 'values' : 'value'} in ${key.shown} as another row${compared}${both}; ${rule}.`,
    wayOut: isAdded(failed, target, key)
      ? `Give ${key.shown} values that tell the rows apart, by an UPDATE before this statement, or leave UNIQUE out.`
      : 'Settle which of these rows is right, and change or delete the others in a statement before this one; or leave UNIQUE out.',
    rows,
  };
}

/** @param isUniqueInTheEnd no two rows would have the same value when the statement is done */
function withoutRows(failed: FailedStatement, target: Target | null, onWhat: string, isUniqueInTheEnd: boolean): Said {
  const { statement } = failed;
  const elsewhere =
    target !== null && !failed.message.includes(`: ${target.name}.`) && statement.kind !== 'create index';
  if (statement.kind === 'update' && target !== null && isUniqueInTheEnd) {
    return {
      explanation: `For a moment, two rows of ${target.name} would have the same value in ${onWhat}: SQLite checks each row as it is changed, not all of them at the end.`,
      wayOut:
        'Change the rows in two steps: first to values that no row has (for a number, its negative), then to the values that are meant.',
    };
  }
  const explanation = `Two rows would have the same value in ${onWhat}, which has to be unique.`;
  if (elsewhere) {
    const { name } = target;
    return {
      explanation: `${explanation} The statement works on ${name}; a trigger or a foreign key action writes the row.`,
      wayOut: `Look at what the triggers of ${name} write there, and change the rows of this statement, or those that are there already, ${IN_A_STATEMENT_BEFORE}. If the migration may do without what a trigger does, drop it before this statement and make it again after it.`,
    };
  }
  return {
    explanation,
    wayOut:
      'Look for the value with SELECT … GROUP BY … HAVING count(*) > 1, and change or delete the rows that should not have it in a statement before this one.',
  };
}

/** The rows of a table that the script filled itself with one value, of which nothing has to be settled. */
function findConstant(failed: FailedStatement, target: Target, key: Key, rows: BlamedRows): Said | null {
  const [column] = key.columns;
  if (column === undefined || rows.count < 2) return null;
  const places = key.columns.map((name) => rows.columns.findIndex((one) => foldName(one) === foldName(name)));
  const [first] = rows.sample;
  const isSame = rows.sample.every((row) => places.every((at) => at >= 0 && row[at] === first?.[at]));
  const added = isAdded(failed, target, key);
  // The rows of one value may be a part of all.
  const [all] = rowsOf(failed.database, `SELECT count(*) FROM main.${quoteIdentifier(target.name)}`);
  const times = first?.[rows.columns.indexOf(TIMES.slice(1, -1))];
  if (!isSame || !added || times !== String(all?.[0])) return null;
  const value = places.map((at) => first?.[at] ?? '').join(', ');
  return {
    explanation: `Statement ${added.ordinal} adds ${listed(key.columns)} to ${target.name}, and each of its rows has the same value there: ${value}. A unique index on it allows that value for one row only.`,
    wayOut: `Give each row a value of its own before this statement (UPDATE ${quoteIdentifier(target.name)} SET ${quoteIdentifier(column)} = …), or add the column without a default: NULL may stand in many rows. If equal values are meant, leave UNIQUE out.`,
  };
}

/** The statement of the script that added a column of the key. */
function isAdded({ script, statement }: FailedStatement, target: Target, key: Key) {
  return script.findLast(
    ({ kind, ordinal, table, column }) =>
      kind === 'add column' &&
      ordinal < statement.ordinal &&
      foldName(table ?? '') === foldName(target.name) &&
      key.columns.some((name) => foldName(name) === foldName(column ?? '')),
  );
}

function keyOfText(createIndex: ParsedSql, target: Target): Key | null {
  const clauses = indexClauses(createIndex);
  if (clauses === null) return null;
  const columns = columnsIn(clauses.keys, target);
  return {
    terms: clauses.keys,
    shown: listed(clauses.keys.map(shownTerm)),
    columns,
    where: clauses.where,
    collations: [],
  };
}

function columnsIn(terms: readonly string[], target: Target): readonly string[] {
  const names = new Set(terms.flatMap(namesIn).map(foldName));
  return target.columns.filter(({ name }) => names.has(foldName(name))).map(({ name }) => name);
}

/** The key whose index gives this message. */
function keyOf(failed: FailedStatement, target: Target): Key | null {
  const { message } = failed;
  const rowidKey = target.columns.find(
    ({ primaryKey, name }) => primaryKey > 0 && message === conflictIn(target, [name]),
  );
  const indexes = rowsOf(failed.shadow, `SELECT name, origin FROM pragma_index_list(?) WHERE "unique"`, [target.name]);
  for (const [index, origin] of indexes) {
    const name = String(index);
    const parts = rowsOf(failed.shadow, 'SELECT name, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno', [
      name,
    ]);
    const columns = parts.map(([column]) => String(column));
    const matches = message === `UNIQUE constraint failed: index '${name}'` || message === conflictIn(target, columns);
    if (!matches) continue;
    const sql = origin === 'c' ? storedSql(failed, 'index', name) : null;
    const clauses = sql === null ? null : indexClauses(parseSql(sql));
    const terms = parts.map(([column, collation], at) => {
      const term = column === null ? (clauses?.keys[at] ?? '') : quoteIdentifier(String(column));
      return collation === 'BINARY' || column === null ? term : `${term} COLLATE ${String(collation)}`;
    });
    if (terms.includes('')) return null;
    const collations = parts.map(([, collation]) => String(collation)).filter((collation) => collation !== 'BINARY');
    const shown = listed(parts.map(([column], at) => (column === null ? (terms[at] ?? '') : String(column))));
    return {
      terms,
      shown,
      columns: columnsIn(terms, target),
      where: clauses?.where ?? null,
      collations: [...new Set(collations)],
    };
  }
  return rowidKey
    ? {
        terms: [quoteIdentifier(rowidKey.name)],
        shown: rowidKey.name,
        columns: [rowidKey.name],
        where: null,
        collations: [],
      }
    : null;
}

function conflictIn({ name }: Target, columns: readonly string[]): string {
  return `UNIQUE constraint failed: ${columns.map((column) => `${name}.${column}`).join(', ')}`;
}

/** A name as a key is written without its quotes. */
function shownTerm(term: string): string {
  const [name, ...others] = namesIn(term);
  return name !== undefined && others.length === 0 && quoteIdentifier(name) === term ? name : term;
}

/** Of the column that says which row is whose. */
const ROW = 'row';
const TIMES = '"rows with this key"';

function findConflicts(failed: FailedStatement, target: Target, key: Key): BlamedRows | null {
  const { database, statement } = failed;
  const { terms } = key;
  const values = terms.map((term) => term.replace(/ COLLATE \w+$/i, ''));
  const applies = [
    ...values.map((value) => `${value} IS NOT NULL`),
    ...(key.where === null ? [] : [`(${key.where})`]),
  ].join(' AND ');
  const repeated = (from: string): string =>
    `(\n  SELECT *, count(*) OVER (PARTITION BY ${terms.join(', ')}) AS ${TIMES}\n  FROM ${from}\n  WHERE ${applies}\n)`;
  const table = `main.${quoteIdentifier(target.name)}`;
  if (statement.kind === 'create index') {
    return findRows(database, `SELECT * FROM ${repeated(table)}\nWHERE ${TIMES} > 1\nORDER BY ${terms.join(', ')}`);
  }
  if (statement.kind === 'insert' && /\bON\s+CONFLICT\b/i.test(statement.text)) return null;
  const rows = newRowsOf(failed, target, {
    asked: [...key.columns, ...namesIn(key.where ?? '')],
    whole: true,
    compared: key.where !== null,
  });
  if (rows === null) return null;
  if (statement.kind === 'update' || isEmpty(database, target.name)) {
    const sql = `SELECT * FROM ${repeated('new')}\nWHERE ${TIMES} > 1\nORDER BY ${terms.join(', ')}`;
    return findRows(database, `${rows.clause}${sql}`);
  }
  const tuple = terms.length === 1 ? (terms[0] ?? '') : `(${terms.join(', ')})`;
  const keys = (from: string): string => `${tuple} IN (SELECT ${terms.join(', ')} FROM ${from} WHERE ${applies})`;
  const columns = rows.columns.map(quoteIdentifier).join(', ');
  const ofStatement = `SELECT 'of the statement' AS "${ROW}", ${columns} FROM ${repeated('new')}\nWHERE ${TIMES} > 1 OR ${keys(table)}`;
  const there = `SELECT 'in the table', ${columns} FROM ${table}\nWHERE (${applies}) AND ${keys('new')}`;
  return findRows(database, `${rows.clause}${ofStatement}\nUNION ALL\n${there}`);
}
