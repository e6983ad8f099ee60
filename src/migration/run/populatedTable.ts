// ADD COLUMN with a non-constant default on a table that holds rows. SQLite refuses it; this is the one way by which the
// run reaches the same schema text that the statement gives on an empty table, without touching a row unless asked to.

import { quoteIdentifier, quoteText, rowsOf, type Database, type Outcome } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement } from '../../script/statement';
import { hasWords, parseSql } from '../../script/tokens';
import type { FrozenDefaults } from './frozenDefaults';
import type { Choices, Failure } from '../outcome';

/** What SQLite says of an ADD COLUMN whose default is not a constant, when the table has rows (alter.c). */
export const NON_CONSTANT_DEFAULT = 'Cannot add a column with non-constant default';

/** What an adaptation did. */
export interface Adaptation {
  /** The SQL that ran instead of the statement, in order. */
  readonly executed: readonly string[];
  /** The literal that existing rows were given, or null where they were left NULL. */
  readonly value: string | null;
  /** Rows that were given the value. */
  readonly changes: number;
}

/**
 * Adds the column to a table that holds rows.
 * @param shadow has run the statement already: it holds the schema text to reach
 * @param rehearsing the backfill is left out where it cannot fail, so that a plan does not write every row
 * Gives what ran, or why it cannot be: it is then for the caller to roll back.
 */
export function addColumnToPopulatedTable(
  database: Database,
  shadow: Database,
  statement: ParsedStatement & { readonly table: string; readonly column: string },
  choices: Choices,
  frozen: FrozenDefaults,
  rehearsing: boolean,
): Outcome<Adaptation, Failure> {
  const executed: string[] = [];
  let changes = 0;
  const run = (sql: string): void => {
    const outcome = database.execute(sql);
    if (!outcome.ok) throw new Refusal(outcome.error.message);
    executed.push(sql);
    changes = outcome.value.changes;
  };
  try {
    const target = readTarget(shadow, statement.table, statement.column);
    const [table, column] = [quoteIdentifier(target.table), quoteIdentifier(target.column)];
    const value = choices.existingRows === 'upgrade time' || target.notNull ? frozen.get(target.expression) : undefined;
    if (target.notNull && (value === undefined || value === 'NULL')) {
      return { ok: false, error: explainNoValue(database, statement, target.expression) };
    }
    if (value === undefined && choices.existingRows === 'upgrade time') {
      throw new Refusal(`its default ${target.expression} cannot be computed`);
    }
    // Its type is of no consequence, as the schema text replaces it at once; only STRICT tables want one.
    run(`ALTER TABLE main.${table} ADD COLUMN ${column}${target.strict ? ' ANY' : ''}`);
    const kept = value === undefined ? [] : triggersOf(database, target.table);
    if (value !== undefined) refuseTemporaryTriggers(database, target.table);
    run('PRAGMA writable_schema = ON');
    run(
      `UPDATE main.sqlite_schema SET sql = ${target.literal} WHERE type = 'table' AND name = ${quoteText(target.table)}`,
    );
    if (changes !== 1) throw new Refusal(`sqlite_schema holds ${changes} tables named ${target.table}`);
    for (const { rowid, idle } of kept) run(`UPDATE main.sqlite_schema SET sql = ${idle} WHERE rowid = ${rowid}`);
    reloadSchema(database, run);
    let backfilled = 0;
    if (value !== undefined) {
      const update = `UPDATE main.${table} SET ${column} = ${value}`;
      if (rehearsing && !backfillMayFail(target.sql, target.strict)) {
        const compiled = database.compile(update);
        if (!compiled.ok) throw new Refusal(compiled.error.message);
        executed.push(update);
      } else {
        run(update);
        backfilled = changes;
      }
    }
    if (kept.length > 0) {
      // The triggers get their own text back: they must not fire for the backfill, nor be written anew.
      run('PRAGMA writable_schema = ON');
      for (const { rowid, text } of kept) run(`UPDATE main.sqlite_schema SET sql = ${text} WHERE rowid = ${rowid}`);
      reloadSchema(database, run);
    }
    if (value === undefined && hasWords(statement.tokens, 'CHECK')) {
      const check = database.query(
        `SELECT 1 FROM pragma_quick_check(${quoteText(target.table)}, 'main') WHERE quick_check GLOB 'CHECK*'`,
      );
      if (!check.ok) throw new Refusal(check.error.message);
      const broken = check.value;
      if (broken.length > 0) return { ok: false, error: explainCheck(statement) };
    }
    return { ok: true, value: { executed, value: value ?? null, changes: backfilled } };
  } catch (error) {
    database.execute('PRAGMA writable_schema = RESET');
    if (error instanceof Refusal) return { ok: false, error: explainRefusal(statement, error.message) };
    throw error;
  }
}

/** SQLite refused a step of the adaptation; it ends as a failure of the statement. */
class Refusal extends Error {}

interface Target {
  readonly sql: string;
  /** The same text as an SQL literal. */
  readonly literal: string;
  readonly table: string;
  readonly column: string;
  readonly notNull: boolean;
  readonly expression: string;
  readonly strict: boolean;
}

function readTarget(shadow: Database, table: string, column: string): Target {
  const [found] = rowsOf(
    shadow,
    `SELECT s.sql, s.name, x.name, hex(CAST(s.sql AS BLOB)), x."notnull", x.dflt_value, l.strict
     FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS x, pragma_table_list(s.name) AS l
     WHERE s.type = 'table' AND s.name = ? COLLATE NOCASE AND x.name = ? COLLATE NOCASE AND l.schema = 'main'`,
    [table, column],
  );
  if (!found)
    throw new Error(`The shadow has no column ${table}.${column}, although it ran the statement that adds it`);
  const [sql, storedTable, storedColumn, bytes, notNull, expression, strict] = found;
  return {
    sql: String(sql),
    // Text that is not valid in the file's encoding does not survive the way through JavaScript; its bytes do.
    literal: String(sql).includes('\uFFFD') ? `CAST(x'${String(bytes)}' AS TEXT)` : quoteText(String(sql)),
    table: String(storedTable),
    column: String(storedColumn),
    notNull: notNull === 1,
    expression: String(expression),
    strict: strict === 1,
  };
}

/** Makes the connection read sqlite_schema anew: without it, inserts would go by the old shape of the table. */
function reloadSchema(database: Database, run: (sql: string) => void): void {
  const version = Number(rowsOf(database, 'PRAGMA schema_version')[0]?.[0]);
  run(`PRAGMA schema_version = ${version + 1}`);
  run('PRAGMA writable_schema = RESET');
}

/**
 * The triggers of a table: their rows in sqlite_schema, their text, and the text of one that never does anything, both as
 * SQL literals. Their rows are changed in place, since an INSERT would move last_insert_rowid(), which a script may ask for.
 */
function triggersOf(
  database: Database,
  table: string,
): readonly { readonly rowid: string; readonly text: string; readonly idle: string }[] {
  const rows = rowsOf(
    database,
    `SELECT rowid, name, tbl_name, quote(sql), ${asText('sql')}
     FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid`,
    [table],
  );
  return rows.map(([rowid, name, on, text, bytes]) => {
    const head = `CREATE TRIGGER ${quoteIdentifier(String(name))} AFTER INSERT ON ${quoteIdentifier(String(on))}`;
    return {
      rowid: String(rowid),
      text: String(String(text).includes('\uFFFD') ? bytes : text),
      idle: quoteText(`${head} WHEN 0 BEGIN SELECT 0; END`),
    };
  });
}

/** Those that the script itself made cannot be set aside in the same way, and would fire for the backfill. */
function refuseTemporaryTriggers(database: Database, table: string): void {
  const found = rowsOf(
    database,
    `SELECT name FROM temp.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`,
    [table],
  );
  if (found.length > 0)
    throw new Refusal(`the temporary trigger ${String(found[0]?.[0])} would fire for existing rows`);
}

function asText(column: string): string {
  return `'CAST(x''' || hex(CAST(${column} AS BLOB)) || ''' AS TEXT)'`;
}

/** One value for all rows is refused by a CHECK, a STRICT type or a generated column that cannot be computed; else by nothing. */
function backfillMayFail(tableSql: string, strict: boolean): boolean {
  const { tokens } = parseSql(tableSql);
  return strict || hasWords(tokens, 'CHECK') || hasWords(tokens, 'AS');
}

function explainNoValue(database: Database, statement: Statement, expression: string): Failure {
  const computed = database.query(`SELECT (${expression})`);
  if (!computed.ok) {
    return {
      message: computed.error.message,
      explanation: `The new column is NOT NULL, the table holds rows, and its default ${expression} cannot be computed for them.`,
      wayOut: 'Give the column a default that SQLite can compute, or drop its NOT NULL.',
    };
  }
  return {
    message: `NOT NULL constraint failed: ${statement.table ?? ''}.${statement.column ?? ''}`,
    explanation: `The new column is NOT NULL, the table holds rows, and its default ${expression} gives them no value.`,
    wayOut: 'Give the column a default that is not NULL, or drop its NOT NULL.',
  };
}

function explainCheck(statement: Statement): Failure {
  return {
    message: 'CHECK constraint failed',
    explanation: `Rows of ${statement.table ?? 'the table'} would hold NULL in the new column, and its CHECK does not allow that.`,
    wayOut: 'Choose that existing rows get the time of the upgrade, or let the CHECK accept NULL.',
  };
}

function explainRefusal(statement: Statement, message: string): Failure {
  return {
    message,
    explanation: `The column could not be added to ${statement.table ?? 'the table'} while it holds rows.`,
    wayOut: 'SQLite’s message says why the value for existing rows is refused. Change the default or the constraint.',
  };
}
