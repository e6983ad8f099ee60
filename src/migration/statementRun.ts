// Runs one statement to its verdict; the same code for the plan's rehearsal and for the run.

import { rowsOf, type Database } from '../database';
import type { Statement, StatementKind } from '../script/statement';
import { foldName } from '../schema/schema';
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
  /** Ordinals of statements whose outcome or figures depend on the rows that are there when their turn comes. */
  readonly rowReaders: readonly number[];
  /** A rehearsal: what costs much and decides nothing is left out. */
  readonly rehearsing: boolean;
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
  const taken = findOtherKind(context.shadow, statement);
  if (taken) return failed(taken);
  if (isConnectionSetting(statement)) {
    return { verdict: 'unchanged', note: 'This setting cannot change inside a transaction, so it was left out.' };
  }
  return context.rehearsing ? rehearse(context, statement) : execute(context, statement);
}

/** As `execute`, except that indexes which decide nothing are made on the shadow only, until a statement needs them. */
function rehearse(context: StatementContext, statement: Statement): Result {
  const { database, shadow } = context;
  if (mayWait(shadow, statement)) return runOnShadow(context, statement);
  const waiting = indexesOnlyIn(shadow, database);
  if (waiting.size === 0) return execute(context, statement);
  const ofWaiting = statement.name !== null && waiting.has(foldName(statement.name));
  if (ofWaiting && (statement.kind === 'drop index' || statement.kind === 'create index')) {
    return runOnShadow(context, statement);
  }
  if (needsIndexes(statement)) {
    for (const sql of waiting.values()) database.execute(sql);
    return execute(context, statement);
  }
  // An index that is not there cannot refuse a change of what it stands on; the shadow has it.
  const refused = isSchemaChange(statement) ? tryOnShadow(shadow, statement) : null;
  return refused === null ? execute(context, statement) : failed(explainFailure(statement, refused));
}

/** A statement that only concerns an index which waits: what it does to the shadow is what it would do to the database. */
function runOnShadow(context: StatementContext, statement: Statement): Result {
  const versionBefore = schemaVersion(context.shadow);
  const outcome = context.shadow.execute(statement.text);
  if (!outcome.ok) return failed(explainFailure(statement, outcome.error.message));
  if (statement.conditional && schemaVersion(context.shadow) === versionBefore) {
    return { verdict: 'unchanged', drift: driftOf(context, statement) };
  }
  return { verdict: 'applied', note: noteOn(statement) };
}

function tryOnShadow(shadow: Database, statement: Statement): string | null {
  if (isAddColumn(statement)) return null;
  shadow.execute('SAVEPOINT attempt');
  const outcome = shadow.execute(statement.text);
  shadow.execute('ROLLBACK TO attempt');
  shadow.execute('RELEASE attempt');
  return outcome.ok ? null : outcome.error.message;
}

function execute(context: StatementContext, statement: Statement): Result {
  const { database } = context;
  const versionBefore = schemaVersion(database);
  const outcome =
    context.rehearsing && statement.kind === 'analyze'
      ? analyzeNothing(context, statement)
      : database.execute(statement.text);
  if (outcome.ok) {
    if (statement.conditional && isSchemaChange(statement) && schemaVersion(database) === versionBefore) {
      return { verdict: 'unchanged', drift: driftOf(context, statement) };
    }
    follow(context, statement);
    return { verdict: 'applied', changes: outcome.value.changes, note: noteOn(statement) };
  }
  const { message } = outcome.error;
  if (!inTransaction(database)) return failed(explainLostTransaction(message));
  if (isAddColumn(statement)) {
    if (message.toLowerCase().startsWith('duplicate column name:') && hasColumn(database, statement)) {
      return { verdict: 'skipped', drift: driftOf(context, statement) };
    }
    if (message === NON_CONSTANT_DEFAULT && !context.choices.strict && !isOnTemporaryTable(database, statement)) {
      return adapt(context, statement);
    }
  }
  return failed(explainFailure(statement, message));
}

/** Statistics decide nothing, and gathering them reads every row: only the tables for them are made. */
function analyzeNothing({ database, shadow }: StatementContext, statement: Statement): ReturnType<Database['execute']> {
  const onShadow = shadow.execute(statement.text);
  return onShadow.ok ? database.execute('ANALYZE main.sqlite_schema') : onShadow;
}

/** Does to the shadow's schema what the statement did to the database's. No row ever gets there. */
function follow({ database, shadow }: StatementContext, statement: Statement): void {
  const { kind, name, temporary } = statement;
  if (kind === 'create table as' && name !== null && !temporary) {
    const [made] = rowsOf(
      database,
      `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
      [name],
    );
    if (made) shadow.execute(String(made[0]));
    return;
  }
  const inSchema = /^sqlite_(schema|master)$/i.test(name ?? '');
  if (!inSchema && (kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'select')) return;
  // Limits on the size of a file, for one, are not meant for the shadow.
  if (kind === 'pragma' && !/^(writable_schema|legacy_alter_table)$/i.test(name ?? '')) return;
  shadow.execute(statement.text);
}

function adapt(context: StatementContext, statement: Statement & { table: string; column: string }): Result {
  const { database, shadow, choices, frozen, rehearsing, rowReaders } = context;
  shadow.execute('SAVEPOINT adaptation');
  const onShadow = shadow.execute(statement.text);
  if (!onShadow.ok) return failed(explainFailure(statement, onShadow.error.message));
  const unread = !rowReaders.some((ordinal) => ordinal > statement.ordinal);
  const adapted = addColumnToPopulatedTable(database, shadow, statement, choices, frozen, rehearsing && unread);
  if (!adapted.ok) shadow.execute('ROLLBACK TO adaptation');
  shadow.execute('RELEASE adaptation');
  if (!adapted.ok) return failed(adapted.error);
  const { executed, value, changes } = adapted.value;
  const rows =
    value === null
      ? 'Rows that were there read NULL; new rows get the default.'
      : choices.existingRows === 'upgrade time'
        ? `Rows that were there get ${value}.`
        : `Rows that were there get ${value}, since the column is NOT NULL.`;
  const note = `The table holds rows, so the column is added in another way, to the same schema. ${rows}`;
  return { verdict: 'adapted', note, executed, changes };
}

/**
 * In a rehearsal, an index on plain columns is not built: only the shadow tells what becomes of the statement. One that is
 * unique, or computes something of each row, may fail for a row.
 */
function mayWait(shadow: Database, statement: Statement): boolean {
  if (statement.kind !== 'create index' || statement.unique || statement.table === null) return false;
  if (statement.temporary || computesOverRows(statement.text)) return false;
  const found = shadow.query(
    `SELECT count(*), sum(x.hidden IN (2, 3)) FROM main.sqlite_schema AS s, pragma_table_xinfo(s.name) AS x
     WHERE s.type = 'table' AND s.name = ? COLLATE NOCASE`,
    [statement.table],
  );
  const [columns, generated] = (found.ok ? found.value[0] : undefined) ?? [];
  return Number(columns) > 0 && generated === 0 && !isOnTemporaryTable(shadow, statement);
}

/** A parenthesis inside the column list or after WHERE, or a look into JSON: these may raise an error on some row. */
function computesOverRows(createIndex: string): boolean {
  const tokens = tokenise(createIndex);
  return tokens.filter(({ text }) => text === '(').length > 1 || tokens.some(({ text }) => text.startsWith('->'));
}

/** The indexes that were not built yet, by name, with the SQL that makes them. */
function indexesOnlyIn(shadow: Database, database: Database): ReadonlyMap<string, string> {
  const read = (of: Database): readonly (readonly [string, string])[] =>
    rowsOf(of, `SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid`).map(
      ([name, sql]) => [foldName(String(name)), String(sql)],
    );
  const built = new Set(read(database).map(([name]) => name));
  return new Map(read(shadow).filter(([name]) => !built.has(name)));
}

const CATALOGUE = /^["'`[]?(?:sqlite_(?:schema|master)|pragma_)/i;

/** Statements whose outcome depends on an index that is not unique. */
function needsIndexes(statement: Statement): boolean {
  if (statement.kind === 'reindex') return true;
  return tokenise(statement.text).some((token) => isWord(token, 'INDEXED') || CATALOGUE.test(token.text));
}

/** Ordinals of statements for which it matters what stands in rows: they may fail for a row, or count rows. */
export function findRowReaders(statements: readonly Statement[]): readonly number[] {
  return statements
    .filter(({ kind, unique, text }) => {
      if (kind === 'create index') return unique || computesOverRows(text);
      if (kind === 'add column') return tokenise(text).some((token) => isWord(token, 'CHECK') || isWord(token, 'AS'));
      return !BLIND_TO_ROWS.has(kind);
    })
    .map(({ ordinal }) => ordinal);
}

const BLIND_TO_ROWS: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'create table',
  'create view',
  'create trigger',
  'drop table',
  'drop index',
  'drop view',
  'drop trigger',
  'rename table',
  'rename column',
  'pragma',
  'begin',
  'commit',
  'savepoint',
  'release',
]);

/** IF NOT EXISTS is silent when the name belongs to another kind of thing: that is not what the script asks for. */
function findOtherKind(shadow: Database, statement: Statement): Failure | null {
  const wanted = /^create (?:virtual )?(table|index|view|trigger)/.exec(statement.kind)?.[1];
  if (!wanted || !statement.conditional || statement.name === null || statement.temporary) return null;
  const [found] = rowsOf(
    shadow,
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

/** Whether the table's name means a temporary table, which hides one of the file. */
function isOnTemporaryTable(database: Database, statement: Statement): boolean {
  if (statement.temporary) return true;
  if (statement.schema !== null) return false;
  const name = statement.table ?? '';
  return rowsOf(database, 'SELECT 1 FROM temp.sqlite_schema WHERE name = ? COLLATE NOCASE', [name]).length > 0;
}

/** Settings of a connection that SQLite leaves or refuses to change inside a transaction. */
function isConnectionSetting({ kind, name }: Statement): boolean {
  return kind === 'pragma' && /^(foreign_keys|synchronous|journal_mode|locking_mode)$/i.test(name ?? '');
}

function isSchemaChange(statement: Statement): boolean {
  return /^(create|drop|alter|add|rename)/.test(statement.kind);
}

/** Moves on with every change of the schema, that of temporary objects included. */
function schemaVersion(database: Database): string {
  return ['main', 'temp'].map((schema) => String(rowsOf(database, `PRAGMA ${schema}.schema_version`)[0]?.[0])).join();
}

function failed(failure: Failure): Result {
  const verdict: Verdict = 'failed';
  return { verdict, failure };
}
