// Values that a JSON function cannot take: which rows have them, in which column.

import { foldName, quoteIdentifier, type Database } from '../../database';
import { indexClauses, namesIn } from '../../script/clauses';
import { parseSql, unquotedName, type ParsedSql } from '../../script/tokens';
import { readDelete, readUpdate } from '../../script/writeClauses';
import { sourcesOf } from '../../script/copiedColumns';
import type { BlamedRows } from '../outcome';
import type { FailedStatement } from '../run/failureHelp';
import { countedRows, findRows, someRows } from './blamedRows';
import { IN_A_STATEMENT_BEFORE, type Explanation, type Said } from './explanation';
import { findTarget, newRowsOf, textOf, type Target } from './newRows';

/** On what JSON functions are given (https://sqlite.org/json1.html). */
export const JSON_VALUES: readonly Explanation[] = [
  { pattern: /^malformed JSON/, explain: (failed) => explainValues(failed, MALFORMED) },
  { pattern: /^JSON cannot hold BLOB values/, explain: (failed) => explainValues(failed, BLOBS) },
  { pattern: /^bad JSON path: (.+)$/s, explain: (failed, [, path]) => explainValues(failed, badPath(path ?? '')) },
];

/** What a function cannot take. */
interface Fault {
  /** Which of its arguments it may be. */
  readonly takes: (name: string, at: number) => boolean;
  /** Holds for such a value. */
  readonly where: (argument: string) => string;
  readonly what: string;
  /** For several values. */
  readonly whatAll: string;
  /** Where no row has it. */
  readonly nowhere?: string;
  readonly wayOut: (argument: string, rows: BlamedRows | null) => string;
}

const MALFORMED: Fault = {
  takes: (name, at) =>
    (at === 0 && !/^jsonb?_(array|object|quote|valid|error_position|group_(array|object))$/.test(name)) ||
    (at === 1 && name.endsWith('_patch')),
  where: (argument) => `json_error_position(${argument}) > 0`,
  what: 'that is no JSON',
  whatAll: 'that are no JSON',
  wayOut: (argument, rows) => {
    const pass = `pass over them with CASE WHEN json_valid(${argument}) THEN … END`;
    const isEmpty = rows?.sample.some((row) => row.includes("''")) === true;
    return `Change the values ${IN_A_STATEMENT_BEFORE}, or ${pass}${isEmpty ? `; an empty text is no JSON either, and NULLIF(${argument}, '') makes NULL of it` : ''}.`;
  },
};

const BLOBS: Fault = {
  takes: (name) => /^jsonb?_(array|object|quote|group_(array|object)|insert|replace|set)$/.test(name),
  where: (argument) => `typeof(${argument}) = 'blob'`,
  what: 'that is a BLOB, which JSON cannot hold',
  whatAll: 'that are BLOBs, which JSON cannot hold',
  wayOut: (argument) =>
    `Write it as text: hex(${argument}) keeps every byte, and CAST(${argument} AS TEXT) is for text that was stored as a BLOB.`,
};

/** @param path as SQLite writes it, in quotes */
function badPath(path: string): Fault {
  return {
    takes: (name, at) => at > 0 && !/_(array|object|patch|valid)$/.test(name),
    where: (argument) => `${argument} = ${path}`,
    what: `that is no path into JSON (${path})`,
    whatAll: `that are no path into JSON (${path})`,
    nowhere: `${path} is no path into JSON.`,
    wayOut: () => 'A path begins with $, as in ‘$.name’ or ‘$[0]’.',
  };
}

function explainValues(failed: FailedStatement, fault: Fault): Said {
  for (const place of placesIn(failed)) {
    for (const argument of argumentsIn(place.expression, fault)) {
      const rows = place.find(argument, fault.where(argument));
      if (rows === null) continue;
      const [would, have] = place.isNew ? [' would', 'have'] : ['', rows.count === 1 ? 'has' : 'have'];
      const values =
        rows.count === 1
          ? `a value in ${shown(argument)} ${fault.what}`
          : `values in ${shown(argument)} ${fault.whatAll}`;
      return {
        explanation: `${countedRows(rows)} of ${place.table}${would} ${have} ${values}${place.reader}.`,
        wayOut: fault.wayOut(argument, rows),
        rows,
      };
    }
  }
  return {
    explanation: fault.nowhere ?? `A JSON function was given a value ${fault.what}.`,
    wayOut: fault.wayOut('…', null),
  };
}

/** An expression in which a JSON function may be called, and how the rows are found of which it has a value. */
interface Place {
  readonly expression: ParsedSql;
  readonly table: string;
  /** The rows are those that the statement would write. */
  readonly isNew: boolean;
  /** `; the generated column a reads it`, or nothing. */
  readonly reader: string;
  readonly find: (argument: string, where: string) => BlamedRows | null;
}

function placesIn(failed: FailedStatement): readonly Place[] {
  const { statement } = failed;
  const target = findTarget(failed);
  return [
    ...placesOfStatement(failed, target),
    ...(target ? placesOfTable(failed, target) : []),
    ...triggers(failed, target),
  ].filter(({ expression }) => statement.kind !== 'other' && expression.tokens.length > 0);
}

/** What the statement calls itself, for rows of the tables that it reads. */
function placesOfStatement({ database, statement }: FailedStatement, target: Target | null): readonly Place[] {
  const own =
    statement.kind === 'update' ? readUpdate(statement) : statement.kind === 'delete' ? readDelete(statement) : null;
  const read = sourcesOf(statement.tokens).map(({ name, alias }) => ({
    name,
    alias: alias === name ? '' : ` AS ${quoteIdentifier(alias)}`,
    filter: '',
  }));
  const written = target
    ? [{ name: target.name, alias: own?.alias ?? '', filter: own?.where == null ? '' : ` AND (${own.where})` }]
    : [];
  return [...written, ...read].map(({ name, alias, filter }) => ({
    expression: statement,
    table: name,
    isNew: false,
    reader: '',
    find: (_, where) => {
      const sql = `SELECT ${storedOf(database, name)} FROM main.${quoteIdentifier(name)}${alias}\nWHERE ${where}`;
      // The condition of the statement may stop at the very value.
      const [some, all] = [filter === '' ? null : findRows(database, sql + filter), findRows(database, sql)];
      return someRows(some) ?? someRows(all);
    },
  }));
}

/** What the table calls of the rows that are written to it: generated columns, CHECKs and indexes; of those that are there for a new index. */
function placesOfTable(failed: FailedStatement, target: Target): readonly Place[] {
  const { statement, shadow, database } = failed;
  const generated = target.columns.flatMap(({ name, generated: text }) =>
    text === null ? [] : [{ text, reader: `, and the generated column ${name} reads it` }],
  );
  const checks = target.definition.checks.map(({ condition }) => ({
    text: textOf(target.sql, condition),
    reader: `, and a CHECK of ${target.name} reads it`,
  }));
  const indexes = shadow.query(
    `SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL`,
    [target.name],
  );
  const keys = (indexes.ok ? indexes.value : []).flatMap(([name, sql]) =>
    (indexClauses(parseSql(String(sql)))?.keys ?? []).map((text) => ({
      text,
      reader: `, and the index ${String(name)} reads it`,
    })),
  );
  return [...generated, ...checks, ...keys].map(({ text, reader }) => ({
    expression: parseSql(text),
    table: target.name,
    isNew: statement.kind === 'insert' || statement.kind === 'update',
    reader,
    find: (argument, where) => {
      if (statement.kind === 'create index' || statement.kind === 'add column')
        return someRows(
          findRows(
            database,
            `SELECT ${storedOf(database, target.name)} FROM main.${quoteIdentifier(target.name)}\nWHERE ${where}`,
          ),
        );
      const rows = newRowsOf(failed, target, { asked: namesIn(argument) });
      return rows && someRows(findRows(database, `${rows.clause}SELECT * FROM new\nWHERE ${where}`));
    },
  }));
}

/** What triggers call of the new rows. */
function triggers(failed: FailedStatement, target: Target | null): readonly Place[] {
  const read = failed.shadow.query(
    `SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE AND sql LIKE '%json%'`,
    [target?.name ?? ''],
  );
  return (target && read.ok ? read.value : []).map(([name, sql]) => ({
    expression: parseSql(String(sql)),
    table: target?.name ?? '',
    isNew: true,
    reader: `, and the trigger ${String(name)} reads it`,
    find: (argument, where) => {
      const column = /^new\s*\.\s*(.+)$/is.exec(argument)?.[1];
      const rows = column === undefined || !target ? null : newRowsOf(failed, target, { asked: namesIn(column) });
      return rows && someRows(findRows(failed.database, `${rows.clause}SELECT * FROM new\nWHERE ${where}`));
    },
  }));
}

/** What the JSON functions and arrows of an expression are given, as it is written. */
function argumentsIn({ text, tokens }: ParsedSql, fault: Fault): readonly string[] {
  const found = new Set<string>();
  for (const [at, token] of tokens.entries()) {
    const name = foldName(token.text);
    if (token.kind === 'word' && /^jsonb?(_\w+)?$/.test(name) && tokens[at + 1]?.text === '(') {
      let depth = 0;
      let place = 0;
      let start = at + 2;
      for (let end = at + 1; end < tokens.length; end++) {
        const sign = tokens[end]?.text;
        depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
        if (depth === 0 || (depth === 1 && sign === ',')) {
          const argument = textOf(text, tokens.slice(start, end));
          if (argument !== '' && fault.takes(name, place)) found.add(argument);
          place++;
          start = end + 1;
        }
        if (depth === 0) break;
      }
    }
    // Of a -> b, what stands before the arrow.
    if ((token.text === '->' || token.text === '->>') && fault.takes('json', 0)) {
      const isQualified = tokens[at - 2]?.text === '.';
      const operand = tokens.slice(isQualified ? at - 3 : at - 1, at);
      const isName = operand.every((one) => one.text === '.' || (one.kind !== 'string' && unquotedName(one) !== null));
      if (isName && operand.length > 0) found.add(textOf(text, operand));
    }
  }
  // What names no column is the same for all rows.
  return [...found].filter((argument) =>
    parseSql(argument).tokens.some(({ kind }) => kind === 'word' || kind === 'name'),
  );
}

/** The columns of a table that are not computed: those might stop at the same value. */
function storedOf(database: Database, table: string): string {
  const read = database.query('SELECT name, hidden FROM pragma_table_xinfo(?)', [table]);
  const columns = read.ok ? read.value : [];
  const stored = columns.filter(([, hidden]) => hidden === 0);
  return stored.length === columns.length ? '*' : stored.map(([name]) => quoteIdentifier(String(name))).join(', ');
}

/** A column without its table and quotes. */
function shown(argument: string): string {
  const { tokens } = parseSql(argument);
  const names = tokens.map((token) => unquotedName(token));
  if (tokens.length === 3 && tokens[1]?.text === '.') return names[2] ?? argument;
  return tokens.length === 1 ? (names[0] ?? argument) : argument;
}
