// Runs one statement to its verdict; the same code for the plan's rehearsal and for the run.

import { rowsOf, type Database } from '../database';
import type { Statement } from '../script/statement';
import { isWord, tokenise } from '../script/tokens';
import { findDrift } from './drift';
import { explainFailure, explainLostTransaction } from './explain';
import { addColumnToPopulatedTable, NON_CONSTANT_DEFAULT, type FrozenDefaults } from './populated';
import { inTransaction, refuseStatement } from './transaction';
import type { Choices, Failure, StatementOutcome, Verdict } from './verdict';

/** What the statements of one script share while they run. */
export interface StatementContext {
  readonly database: Database;
  /** The same schema without rows; every statement runs there too. */
  readonly shadow: Database;
  readonly statements: readonly Statement[];
  readonly choices: Choices;
  readonly frozen: FrozenDefaults;
  /** Ordinals of the BEGIN and COMMIT around the script. */
  readonly wrapper: ReadonlySet<number>;
  /** In a rehearsal: the indexes that were not built, by name in lower case, with the SQL that makes them. */
  readonly deferred: Map<string, string> | null;
}

type Result = Pick<StatementOutcome, 'verdict'> &
  Partial<Omit<StatementOutcome, 'ordinal' | 'milliseconds' | 'verdict'>>;

/**
 * Runs a statement on the database and its shadow, inside the open transaction.
 * Gives its verdict with all that belongs to it, time aside; after `failed` the caller rolls back.
 */
export function runStatement(context: StatementContext, statement: Statement): Result {
  if (context.wrapper.has(statement.ordinal)) {
    return { verdict: 'unchanged', note: 'The run is one transaction already, so this was left out.' };
  }
  const refused = refuseStatement(statement);
  if (refused) return failed(refused);
  const taken = findOtherKind(context.database, statement);
  if (taken) return failed(taken);
  if (context.deferred && mayWait(context, statement, context.deferred))
    return defer(context, statement, context.deferred);
  if (statement.kind === 'drop index' && statement.name !== null && context.deferred?.delete(fold(statement.name))) {
    context.shadow.execute(statement.text);
    return { verdict: 'applied' };
  }
  if (context.deferred?.size && needsIndexes(statement)) {
    for (const sql of context.deferred.values()) context.database.execute(sql);
    context.deferred.clear();
  }
  return execute(context, statement);
}

function execute(context: StatementContext, statement: Statement): Result {
  const { database, shadow } = context;
  const onShadow = shadow.execute(statement.text);
  const versionBefore = schemaVersion(database);
  // Statistics do not depend on the outcome of anything else, and gathering them reads every row.
  const outcome = context.deferred && statement.kind === 'analyze' ? onShadow : database.execute(statement.text);
  if (outcome.ok) {
    if (context.deferred?.size && !onShadow.ok && isSchemaChange(statement)) {
      return failed(explainFailure(statement, onShadow.error.message));
    }
    const nothingToDo = statement.conditional && schemaVersion(database) === versionBefore;
    if (nothingToDo && isSchemaChange(statement)) {
      return { verdict: 'unchanged', drift: driftOf(context, statement) };
    }
    return { verdict: 'applied', changes: outcome.value.changes, note: noteOn(statement) };
  }
  const { message } = outcome.error;
  if (!inTransaction(database)) return failed(explainLostTransaction(message));
  if (isAddColumn(statement)) {
    if (message.toLowerCase().startsWith('duplicate column name:') && hasColumn(database, statement)) {
      return { verdict: 'skipped', drift: driftOf(context, statement) };
    }
    if (message === NON_CONSTANT_DEFAULT && onShadow.ok && !context.choices.strict) return adapt(context, statement);
  }
  return failed(explainFailure(statement, message));
}

function adapt(context: StatementContext, statement: Statement & { table: string; column: string }): Result {
  const { database, shadow, choices, frozen, deferred } = context;
  const adapted = addColumnToPopulatedTable(database, shadow, statement, choices, frozen, deferred !== null);
  if (!adapted.ok) return failed(adapted.error);
  const { executed, value, changes } = adapted.value;
  const rows =
    value === null
      ? 'Rows that were there read NULL; new rows get the default.'
      : choices.existingRows === 'upgrade time'
        ? `Rows that were there get ${value}.`
        : `Rows that were there get ${value}, since the column is NOT NULL.`;
  const note = `The table holds rows, so the column was added in another way, to the same schema. ${rows}`;
  return { verdict: 'adapted', note, executed, changes };
}

/** In a rehearsal, an index on plain columns is not built: only the shadow tells what becomes of the statement. */
function mayWait(context: StatementContext, statement: Statement, deferred: ReadonlyMap<string, string>): boolean {
  if (statement.kind !== 'create index' || statement.name === null) return false;
  if (deferred.has(fold(statement.name))) return true;
  if (statement.unique || statement.table === null || computesOverRows(statement.text)) return false;
  const generated = context.shadow.query('SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3) LIMIT 1', [
    statement.table,
  ]);
  return generated.ok && generated.value.length === 0;
}

function defer(context: StatementContext, statement: Statement, deferred: Map<string, string>): Result {
  const versionBefore = schemaVersion(context.shadow);
  const outcome = context.shadow.execute(statement.text);
  if (!outcome.ok) return failed(explainFailure(statement, outcome.error.message));
  if (schemaVersion(context.shadow) === versionBefore) {
    return { verdict: 'unchanged', drift: driftOf(context, statement) };
  }
  deferred.set(fold(statement.name ?? ''), statement.text);
  return { verdict: 'applied', note: noteOn(statement) };
}

/** A parenthesis inside the column list or after WHERE: an expression, which may raise an error on some row. */
function computesOverRows(createIndex: string): boolean {
  return tokenise(createIndex).filter((token) => token.text === '(').length > 1;
}

/** Statements whose outcome depends on an index that is not unique. */
function needsIndexes(statement: Statement): boolean {
  if (statement.kind === 'reindex') return true;
  return tokenise(statement.text).some((token) => isWord(token, 'INDEXED'));
}

/** IF NOT EXISTS is silent when the name belongs to another kind of thing: that is not what the script asks for. */
function findOtherKind(database: Database, statement: Statement): Failure | null {
  const wanted = /^create (?:virtual )?(table|index|view|trigger)/.exec(statement.kind)?.[1];
  if (!wanted || !statement.conditional || statement.name === null || statement.temporary) return null;
  const [found] = rowsOf(
    database,
    `SELECT type, tbl_name FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND (type = 'trigger') = ?`,
    [statement.name, wanted === 'trigger' ? 1 : 0],
  );
  if (!found || found[0] === wanted) return null;
  return {
    message: `${statement.name} is the name of ${article(String(found[0]))} already`,
    explanation: `The script asks for ${article(wanted)} of that name, and IF NOT EXISTS would have passed over it in silence.`,
    wayOut: `Rename or drop the ${String(found[0])} ${statement.name} first, or choose another name.`,
  };
}

function article(kind: string): string {
  return kind === 'index' ? 'an index' : `a ${kind}`;
}

function noteOn(statement: Statement): string | null {
  if (statement.temporary) return 'Temporary objects are not part of the file: this one is gone after the run.';
  if (statement.kind === 'pragma' && /^(foreign_keys|synchronous|journal_mode)$/i.test(statement.name ?? '')) {
    return 'SQLite ignores this PRAGMA inside a transaction, and the run is one.';
  }
  return null;
}

function driftOf(context: StatementContext, statement: Statement): StatementOutcome['drift'] {
  return findDrift(context.shadow, statement, context.statements.slice(statement.ordinal));
}

function hasColumn(database: Database, statement: Statement & { table: string; column: string }): boolean {
  const found = database.query('SELECT 1 FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE', [
    statement.table,
    statement.column,
  ]);
  return found.ok && found.value.length > 0;
}

function isAddColumn(statement: Statement): statement is Statement & { table: string; column: string } {
  return statement.kind === 'add column' && statement.table !== null && statement.column !== null;
}

function isSchemaChange(statement: Statement): boolean {
  return /^(create|drop|alter|add|rename)/.test(statement.kind);
}

function schemaVersion(database: Database): unknown {
  return rowsOf(database, 'PRAGMA schema_version')[0]?.[0];
}

function fold(name: string): string {
  return name.toLowerCase();
}

function failed(failure: Failure): Result {
  const verdict: Verdict = 'failed';
  return { verdict, failure };
}
