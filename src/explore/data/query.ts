// Queries of the user: what may run on a database that is only looked at, and the rows that it gives.

import { quoteIdentifier, rowsOf, type Database, type Outcome, type Row } from '../../database';
import { explainsPragma, readPragma } from '../../script/pragma';
import { Lines, type Position } from '../../script/position';
import type { ParsedStatement } from '../../script/parsedStatement';
import { refuseShellCommand } from '../../script/refusal';
import { splitScript } from '../../script/split';
import type { Statement } from '../../script/statement';
import { parseSql } from '../../script/tokens';
import type { Arrangement } from './arrangement';
import { cellsOf, cellSql, type Cell, type CellLimits, type Decode } from './cells';
import { offsetOfError } from './errorPlace';

/** One statement of a query, with the place where it stands in the text. */
interface QueryStatement extends Position {
  readonly text: string;
  /** Offset in the text. */
  readonly start: number;
  readonly kind: Statement['kind'];
  /** Why it is not run, in a sentence; null where it is. */
  readonly refusal: string | null;
}

/** A text in statements, or why it cannot be read, with the place where that shows. */
export type ReadQuery =
  | { readonly ok: true; readonly statements: readonly QueryStatement[] }
  | { readonly ok: false; readonly error: Position & { readonly sentence: string } };

/** What a statement gave. */
export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** There are more rows than were asked for. */
  readonly more: boolean;
  readonly milliseconds: number;
  /** The query as something that rows can be read from again; null where that cannot be (a PRAGMA, an EXPLAIN). */
  readonly arrangement: Arrangement | null;
}

/** SQLite's message, and where in the statement it applies: an offset, 0 for the statement as a whole. */
export interface QueryFailure {
  readonly message: string;
  readonly offset: number;
}

/** How much of a result is kept. */
export interface QueryLimits {
  readonly rows: number;
  readonly cells: CellLimits;
}

const READ_ONLY = 'The console only reads';
/** PRAGMAs whose value says what is asked, and does not set anything (https://sqlite.org/pragma.html). */
const ASKING =
  /^(foreign_key_check|foreign_key_list|index_info|index_list|index_xinfo|integrity_check|quick_check|table_info|table_list|table_xinfo)$/;
/** PRAGMAs that do something, with a value or without. */
const DOING = /^(incremental_vacuum|optimize|shrink_memory|wal_checkpoint)$/;
/** A value takes two columns of the 2,000 that SQLite allows. */
const MOST_COLUMNS = 1000;
const NAMES = '"drydock query"';

/** Takes a text apart into the statements that it has, and says of each whether it may run. */
export function readQuery(source: string): ReadQuery {
  const split = splitScript(source);
  if (!split.ok) return { ok: false, error: split.refusal };
  // A script does without such a line; whoever types one here waits for what it prints.
  const shell = split.notes.find(({ code }) => code === 'shell-command');
  if (shell) {
    const line = source.split('\n')[shell.line - 1]?.trim() ?? '';
    return { ok: false, error: refuseShellCommand(line, 'the sqlite3 shell', shell) };
  }
  const lines = new Lines(source);
  const statements = split.statements.map((statement): QueryStatement => {
    const { text, start, kind } = statement;
    return { text, start, kind, ...lines.at(start), refusal: refuse(statement) };
  });
  return { ok: true, statements };
}

function refuse(statement: ParsedStatement): string | null {
  const { kind } = statement;
  // What is no statement at all is left to SQLite to name.
  if (kind === 'select' || kind === 'other') return refuseParameters(statement);
  if (kind === 'explain') return explainsPragma(statement.tokens) ? 'EXPLAIN would carry this PRAGMA out.' : null;
  if (kind === 'pragma') return refusePragma(statement);
  const words = kind.toUpperCase();
  if (/^(attach|detach)$/.test(kind))
    return `${words} is not available: the console sees this database and no other file.`;
  if (/^(begin|commit|rollback|rollback to|savepoint|release)$/.test(kind)) {
    return `${READ_ONLY}, so there is no transaction for ${words} to act on.`;
  }
  return `${READ_ONLY}: ${words} would change the database. What changes it belongs in a migration script.`;
}

function refuseParameters({ tokens }: ParsedStatement): string | null {
  const parameter = tokens.find(({ kind }) => kind === 'variable');
  return parameter ? `There is no value for the parameter ${parameter.text}: write the value itself.` : null;
}

function refusePragma({ tokens }: ParsedStatement): string | null {
  const words = readPragma(tokens);
  if (words === null) return null;
  const { name, value } = words;
  if (DOING.test(name)) return `${READ_ONLY}: PRAGMA ${name} does something to the database or the engine.`;
  if (value !== null && !ASKING.test(name)) return `${READ_ONLY}: PRAGMA ${name} can be asked here, but not set.`;
  return null;
}

/**
 * Runs one statement that `readQuery` does not refuse, and gives its first rows. The database is read only while it runs; it
 * is written to before that, in its temporary part, so it has to be one that is thrown away.
 */
export function runQuery(
  database: Database,
  text: string,
  limits: QueryLimits,
  decode: Decode,
  now: () => number,
): Outcome<QueryAnswer, QueryFailure> {
  const compiled = database.compile(text);
  if (!compiled.ok) return { ok: false, error: located(database, text, compiled.error.message) };
  const arrangement = arrangementOfQuery(database, text);
  rowsOf(database, 'PRAGMA query_only = ON');
  const start = now();
  const read = arrangement
    ? readCells(database, arrangement, limits, decode)
    : readPlainly(database, text, limits.rows);
  const milliseconds = now() - start;
  if (!read.ok) return { ok: false, error: { message: read.error.message, offset: 0 } };
  const { rows, more } = read.value;
  const columns = arrangement ? arrangement.names : namesOf(database, text, rows[0]?.length ?? 0);
  return { ok: true, value: { columns, rows, more, milliseconds, arrangement: arrangement?.of ?? null } };
}

function located(database: Database, text: string, message: string): QueryFailure {
  const compile = (part: string): string | null => {
    const tried = database.compile(part);
    return tried.ok ? null : tried.error.message;
  };
  return { message, offset: offsetOfError(text, message, compile) };
}

/** A query as rows that have columns of known names; null for what gives rows but is no query. */
function arrangementOfQuery(
  database: Database,
  text: string,
): { readonly of: Arrangement; readonly names: readonly string[] } | null {
  // SQLite tells the names of a query's columns as those of a view.
  if (!database.execute(`CREATE TEMP VIEW ${NAMES} AS ${text}`).ok) return null;
  const listed = database.query('SELECT name FROM pragma_table_xinfo(?) ORDER BY cid', ['drydock query']);
  database.execute(`DROP VIEW temp.${NAMES}`);
  if (!listed.ok || listed.value.length === 0 || listed.value.length >= MOST_COLUMNS) return null;
  const names = listed.value.map(([name]) => String(name));
  const columns = names.map((_, at) => `c${at}`);
  // With a limit of its own the query stays apart: its expressions are evaluated once for a row, random() too.
  const from = `(WITH q(${columns.join(', ')}) AS (\n${text}\n) SELECT * FROM q LIMIT -1) AS r`;
  return { of: { from, alias: 'r', columns, rowid: null, sort: null, where: '', contains: '' }, names };
}

interface ReadRows {
  readonly rows: readonly (readonly Cell[])[];
  readonly more: boolean;
}

function readCells(
  database: Database,
  { of }: { readonly of: Arrangement },
  { rows: most, cells }: QueryLimits,
  decode: Decode,
): Outcome<ReadRows> {
  const selected = of.columns.map((name) => cellSql(quoteIdentifier(name), cells)).join(', ');
  const rows: Cell[][] = [];
  const read = database.visit(`SELECT ${selected} FROM ${of.from} LIMIT ${most + 1}`, [], (row) => {
    rows.push(cellsOf(row, decode));
  });
  return read.ok ? { ok: true, value: { rows: rows.slice(0, most), more: rows.length > most } } : read;
}

/** Thrown by a visitor that has seen enough. */
class Enough extends Error {
  override readonly name = 'Enough';
}

/** For what SQLite lets stand in no other statement: PRAGMA and EXPLAIN, which give short texts and numbers. */
function readPlainly(database: Database, text: string, most: number): Outcome<ReadRows> {
  const rows: Row[] = [];
  try {
    const read = database.visit(text, [], (row) => {
      if (rows.length === most) throw new Enough();
      rows.push(row);
    });
    if (!read.ok) return read;
  } catch (error) {
    if (error instanceof Enough) return { ok: true, value: { rows: rows.map(plainCells), more: true } };
    throw error;
  }
  return { ok: true, value: { rows: rows.map(plainCells), more: false } };
}

function plainCells(row: Row): readonly Cell[] {
  return row.map((value) => (value instanceof Uint8Array ? { blob: value, bytes: value.length } : value));
}

/** Of the columns of a PRAGMA or an EXPLAIN (https://sqlite.org/eqp.html, https://sqlite.org/opcode.html). */
function namesOf(database: Database, text: string, width: number): readonly string[] {
  const pragma = readPragma(parseSql(text).tokens);
  const listed = pragma
    ? rowsOf(database, 'SELECT name FROM pragma_table_xinfo(?) WHERE NOT hidden ORDER BY cid', [
        `pragma_${pragma.name}`,
      ])
    : [];
  if (listed.length > 0) return listed.map(([name]) => String(name));
  if (/^explain/i.test(text) && width === 4) return ['id', 'parent', 'notused', 'detail'];
  if (/^explain/i.test(text) && width === 8) return ['addr', 'opcode', 'p1', 'p2', 'p3', 'p4', 'p5', 'comment'];
  return Array.from({ length: width }, (_, at) => (width === 1 ? (pragma?.name ?? 'value') : `column ${at + 1}`));
}
