// Has SQLite run one statement as it is written, and says what came of it beside the rows that it changed.

import { quoteIdentifier, rowsOf, type Database, type Outcome } from '../../database';
import { hasVirtualTables, virtualTableText } from '../../schema/virtualTables';
import { readPragma } from '../../script/pragma';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, type ParsedSql } from '../../script/tokens';
import { counted } from '../../words';

/** What a statement that SQLite accepted did. */
export interface Execution {
  /** Rows that INSERT, UPDATE or DELETE changed themselves. */
  readonly changes: number;
  /** Rows that triggers and the actions of foreign keys changed beside those. */
  readonly byTriggers?: number;
  /** What it did or gave beside that, in a sentence, or null. */
  readonly note: string | null;
}

/** Runs a statement; its rows are counted and not kept. Or SQLite's error. */
export function executeStatement(database: Database, statement: ParsedStatement): Outcome<Execution> {
  switch (statement.kind) {
    case 'select':
      return select(database, statement.text);
    case 'explain':
      return noted(
        database,
        statement.text,
        'It only describes how SQLite would run a statement; its rows are not kept.',
      );
    case 'insert':
    case 'update':
    case 'delete':
      return change(database, statement);
    case 'drop table':
      return drop(database, statement);
    case 'pragma':
      return readPragma(statement.tokens)?.name === 'default_cache_size'
        ? keepingCache(database, statement.text)
        : noted(database, statement.text, null);
    case 'vacuum':
      return noted(database, statement.text, VACUUM_NOTE);
    case 'rollback':
      return noted(database, statement.text, 'It takes back all that was done since its transaction began.');
    case 'create table as':
      return noted(database, statement.text, !statement.temporary && usesChance(statement) ? BY_CHANCE : null);
    default:
      return noted(database, statement.text, null);
  }
}

/** What a VACUUM does (https://sqlite.org/lang_vacuum.html). */
export const VACUUM_NOTE = 'It writes the whole file anew, without the pages that are free.';

function noted(database: Database, sql: string, note: string | null): Outcome<Execution> {
  const outcome = database.execute(sql);
  // What CREATE VIRTUAL TABLE writes into the tables that store it are no rows of anybody's.
  return outcome.ok ? { ok: true, value: { changes: 0, note } } : outcome;
}

function select(database: Database, sql: string): Outcome<Execution> {
  let rows = 0;
  const visited = visit(database, sql, () => rows++);
  if (visited) {
    const note =
      rows === 0
        ? 'It returned no rows.'
        : `It returned ${counted(rows, 'row')}, which ${rows === 1 ? 'is' : 'are'} not kept.`;
    return { ok: true, value: { changes: 0, note } };
  }
  // It is either wrong, or a value in it is too large for JavaScript: SQLite alone tells which.
  return noted(database, sql, 'It returned rows, which are not kept.');
}

/** Whether all rows could be shown to `visitor`. */
function visit(database: Database, sql: string, visitor: () => void): boolean {
  try {
    return database.visit(sql, [], visitor).ok;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function change(database: Database, statement: ParsedStatement): Outcome<Execution> {
  const before = totalChanges(database);
  const outcome = database.execute(statement.text);
  if (!outcome.ok) return outcome;
  const { changes } = outcome.value;
  const more = totalChanges(database) - before - changes;
  // A virtual table has no triggers: what is written beside its rows is where it stores them.
  const byTriggers = more > 0 && virtualTableText(database, statement.table ?? '') === null ? more : 0;
  const notes = [
    ...(byTriggers > 0
      ? [
          `${setOffIn(database)} changed ${counted(byTriggers, changes > 0 ? 'more row' : 'row')}${hasVirtualTables(database) ? ', those counted in which virtual tables are stored' : ''}.`,
        ]
      : []),
    ...(usesChance(statement) ? [BY_CHANCE] : []),
    ...(hasReturning(statement) ? ['The rows that RETURNING gives are not kept.'] : []),
  ];
  return { ok: true, value: { changes, byTriggers, note: notes.length === 0 ? null : notes.join(' ') } };
}

/** Where foreign keys are enforced, SQLite deletes the rows first, with all that the keys of other tables do then. */
function drop(database: Database, statement: ParsedStatement): Outcome<Execution> {
  const { name, schema, text } = statement;
  if (name === null || !enforcesForeignKeys(database) || !isReferredTo(database, name, schema))
    return noted(database, text, null);
  const table = `${schema === null ? '' : `${quoteIdentifier(schema)}.`}${quoteIdentifier(name)}`;
  const rows = database.query(`SELECT count(*) FROM ${table}`);
  const before = totalChanges(database);
  const outcome = database.execute(text);
  if (!outcome.ok) return outcome;
  const byTriggers = Math.max(0, totalChanges(database) - before - (rows.ok ? Number(rows.value[0]?.[0]) : 0));
  const note = byTriggers > 0 ? `Foreign keys changed ${counted(byTriggers, 'row')} of other tables.` : null;
  return { ok: true, value: { changes: 0, byTriggers, note } };
}

/** Whether a foreign key refers to a table, its own ones included. A table that is referred to stands in the text of the other. */
function isReferredTo(database: Database, name: string, schema: string | null): boolean {
  const isPlain = /^[\w ]+$/.test(name);
  const found = database.query(
    `SELECT 1 FROM ${schema === null ? 'main' : quoteIdentifier(schema)}.sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f
     WHERE s.type = 'table' AND s.sql LIKE '%references%' AND (?2 OR instr(lower(s.sql), lower(?1)) > 0)
       AND f."table" = ?1 COLLATE NOCASE LIMIT 1`,
    [name, isPlain ? '' : '1'],
  );
  return !found.ok || found.value.length > 0;
}

/** Whether foreign keys are enforced on a connection. */
export function enforcesForeignKeys(database: Database): boolean {
  return rowsOf(database, 'PRAGMA foreign_keys')[0]?.[0] === 1;
}

/** What a statement may set off beside what it does itself. */
function setOffIn(database: Database): string {
  return enforcesForeignKeys(database) ? 'Triggers or foreign keys' : 'Triggers';
}

/** What a plan cannot foretell. */
const BY_CHANCE = 'It asks for random numbers, so plan and run may come to different rows.';

function usesChance(statement: ParsedSql): boolean {
  // Most have the word nowhere, and some are megabytes long.
  if (!/random/i.test(statement.text)) return false;
  const { tokens } = statement;
  return tokens.some(
    (token, at) => (isWord(token, 'RANDOM') || isWord(token, 'RANDOMBLOB')) && tokens[at + 1]?.text === '(',
  );
}

/** Of the connection since it was opened, triggers' included (https://sqlite.org/c3ref/total_changes.html). */
function totalChanges(database: Database): number {
  return Number(rowsOf(database, 'SELECT total_changes()')[0]?.[0]);
}

/** RETURNING may also be a name; as the clause it stands outside of parentheses and is no part of a name. */
function hasReturning(statement: ParsedSql): boolean {
  if (!/returning/i.test(statement.text)) return false;
  let depth = 0;
  return statement.tokens.some((token) => {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    return depth === 0 && isWord(token, 'RETURNING');
  });
}

/** The PRAGMA writes into the file how large a cache it would like, and makes this connection's so large. */
function keepingCache(database: Database, sql: string): Outcome<Execution> {
  const size = rowsOf(database, 'PRAGMA cache_size')[0]?.[0];
  const outcome = noted(database, sql, null);
  database.execute(`PRAGMA cache_size = ${String(size)}`);
  return outcome;
}
