// Runs one statement to its verdict; the same code for the plan's rehearsal and for the run.

import { rowsOf, type Database, type Outcome, foldName } from '../../database';
import { explainsPragma } from '../../script/pragma';
import type { ParsedStatement } from '../../script/parsedStatement';
import type { Statement } from '../../script/statement';
import { mayWait, type WaitingIndexes } from './deferredIndexes';
import { findDrift } from '../drift/drift';
import { executeStatement, VACUUM_NOTE, type Execution } from './execution';
import type { FailureHelp } from './failureHelp';
import type { FrozenDefaults } from './frozenDefaults';
import { findOtherKind } from './nameClash';
import { addColumnToPopulatedTable, NON_CONSTANT_DEFAULT } from './populatedTable';
import { rulePragma } from './pragmas';
import { findConstantIndex, findNewConstants, noteConstants, withNote } from '../drift/stringConstant';
import { inTransaction, refuseStatement } from './transaction';
import type { Choices, Failure, StatementOutcome, Verdict } from '../outcome';
import { isOnTemporaryTable } from '../../schema/read';

/** What the statements of one script share while they run. */
export interface StatementContext {
  readonly database: Database;
  /** The same schema without rows; every statement runs there too. */
  readonly shadow: Database;
  readonly statements: readonly ParsedStatement[];
  readonly choices: Choices;
  readonly help: FailureHelp;
  readonly frozen: FrozenDefaults;
  /** Ordinals of the BEGIN and COMMIT around the script, or around a file of it, where the run is one transaction. */
  readonly wrappers: ReadonlySet<number>;
  /** Statements may stand outside of a transaction. */
  readonly hasOwnTransactions: boolean;
  /** Ordinals of statements whose outcome or figures depend on the rows that are there when their turn comes. */
  readonly rowReaders: readonly number[];
  /** A rehearsal: what costs much and decides nothing is left out. */
  readonly rehearsing: boolean;
  /** The indexes that a rehearsal has not built. */
  readonly waiting: WaitingIndexes;
  /** The ADD COLUMN statements of the script by the folded name of their table, in order. */
  readonly additions: ReadonlyMap<string, readonly ParsedStatement[]>;
  /** The script looks at what ANALYZE gathers. */
  readonly readsStatistics: boolean;
  /** The script makes temporary objects. */
  readonly makesTemporary: boolean;
}

type Result = Pick<StatementOutcome, 'verdict'> &
  Partial<Omit<StatementOutcome, 'ordinal' | 'milliseconds' | 'verdict'>>;

/**
 * Runs a statement on the database and its shadow.
 * Gives its verdict with all that belongs to it, time aside; after `failed` the caller rolls back.
 */
export function runStatement(context: StatementContext, statement: ParsedStatement): Result {
  if (context.wrappers.has(statement.ordinal)) {
    return { verdict: 'unchanged', note: 'The run is one transaction already, so this was left out.' };
  }
  const refused = refuseStatement(statement);
  if (refused) return failed(refused);
  const taken = findOtherKind(context.shadow, statement);
  if (taken) return failed(taken);
  const constants = findNewConstants(context.shadow, statement);
  const constantIndex = findConstantIndex(context.shadow, statement, constants);
  if (constantIndex) return failed(constantIndex);
  if (statement.kind === 'pragma') return runPragma(context, statement);
  if (statement.kind === 'explain' && explainsPragma(statement.tokens)) {
    return {
      verdict: 'unchanged',
      note: 'SQLite may carry out a PRAGMA that it should only explain, so it was left out.',
    };
  }
  const result = withNote(
    noteConstants(constants),
    context.rehearsing ? rehearse(context, statement) : execute(context, statement),
  );
  return constants.length > 0 && result.verdict === 'applied' ? { ...result, constants } : result;
}

function runPragma(context: StatementContext, statement: ParsedStatement): Result {
  const ruling = rulePragma(context.database, statement, {
    ownTransactions: context.hasOwnTransactions,
    inside: isInside(context),
    vacuums: context.statements.some(({ kind, ordinal }) => kind === 'vacuum' && ordinal > statement.ordinal),
  });
  if ('message' in ruling) return failed(ruling);
  const { runs, note } = ruling;
  if (!runs) return { verdict: 'unchanged', note };
  const result = context.rehearsing ? rehearse(context, statement) : execute(context, statement);
  return result.verdict === 'applied'
    ? { ...result, note: statement.temporary ? (result.note ?? note) : note }
    : result;
}

/** As `execute`, except that indexes which decide nothing are made on the shadow only, until a statement needs them. */
function rehearse(context: StatementContext, statement: ParsedStatement): Result {
  const result = rehearseWithout(context, statement);
  context.waiting.note(context.shadow, statement);
  return result;
}

function rehearseWithout(context: StatementContext, statement: ParsedStatement): Result {
  const { database, shadow, waiting } = context;
  if (mayWait(shadow, statement)) {
    waiting.add();
    return runOnShadow(context, statement);
  }
  const indexes = waiting.indexes(shadow, database);
  if (indexes.size === 0) return execute(context, statement);
  const ofWaiting = statement.name !== null && indexes.has(foldName(statement.name));
  if (ofWaiting && (statement.kind === 'drop index' || statement.kind === 'create index')) {
    return runOnShadow(context, statement);
  }
  if (waiting.areNeeded(shadow, database, statement)) {
    for (const sql of indexes.values()) database.execute(sql);
    waiting.clear();
    return execute(context, statement);
  }
  // An index that is not there cannot refuse a change of what it stands on; the shadow has it.
  if (!isSchemaChange(statement) || isAddColumn(statement)) return execute(context, statement);
  const refused = runAhead(shadow, statement);
  return refused === null ? execute(context, statement, true) : explained(context, statement, refused);
}

/** A statement that only concerns an index which waits: what it does to the shadow is what it would do to the database. */
function runOnShadow(context: StatementContext, statement: ParsedStatement): Result {
  const versionBefore = statement.conditional ? schemaVersion(context.shadow, context) : null;
  const outcome = context.shadow.execute(statement.text);
  if (!outcome.ok) return explained(context, statement, outcome.error.message);
  if (statement.conditional && schemaVersion(context.shadow, context) === versionBefore) {
    return { verdict: 'unchanged', drift: driftOf(context, statement) };
  }
  return { verdict: 'applied', note: noteOn(statement) };
}

/**
 * Runs a change of the schema on the shadow before the database. It stays there, in a savepoint that is open: to take back a change
 * means that SQLite reads the whole schema anew. Or why the shadow refuses it.
 */
function runAhead(shadow: Database, { text }: Statement): string | null {
  shadow.execute('SAVEPOINT ahead');
  const outcome = shadow.execute(text);
  if (outcome.ok) return null;
  takeBack(shadow);
  return outcome.error.message;
}

function takeBack(shadow: Database): void {
  shadow.execute('ROLLBACK TO ahead');
  shadow.execute('RELEASE ahead');
}

/** @param isAhead the shadow has run the statement already, as `runAhead` does */
function execute(context: StatementContext, statement: ParsedStatement, isAhead = false): Result {
  const { database, shadow } = context;
  const wasInside = isInside(context);
  const mayPassOver = statement.conditional && isSchemaChange(statement);
  const versionBefore = mayPassOver ? schemaVersion(database, context) : null;
  const outcome =
    context.rehearsing && gathersStatistics(statement) && !context.readsStatistics
      ? gatherNothing(context, statement)
      : context.rehearsing && statement.kind === 'vacuum' && !wasInside
        ? VACUUMED
        : executeStatement(database, statement);
  // A table that a query fills is made on the shadow from what SQLite has stored of it.
  const isFollowed = isAhead && outcome.ok && statement.kind !== 'create table as';
  if (isFollowed) shadow.execute('RELEASE ahead');
  else if (isAhead) takeBack(shadow);
  if (outcome.ok) {
    if (mayPassOver && schemaVersion(database, context) === versionBefore) {
      return { verdict: 'unchanged', drift: driftOf(context, statement) };
    }
    if (!isFollowed) follow(context, statement);
    const { note, ...written } = outcome.value;
    return { verdict: 'applied', ...written, note: note ?? noteOn(statement) };
  }
  const { message } = outcome.error;
  if (wasInside && !inTransaction(database)) return explained(context, statement, message, true);
  if (isAddColumn(statement)) {
    if (message.toLowerCase().startsWith('duplicate column name:') && hasColumn(database, statement)) {
      return { verdict: 'skipped', drift: driftOf(context, statement) };
    }
    if (message === NON_CONSTANT_DEFAULT && !context.choices.strict && !isOnTemporaryTable(database, statement)) {
      return adapt(context, statement);
    }
  }
  return explained(context, statement, message);
}

/** Whether a transaction is open. */
function isInside({ database, hasOwnTransactions }: StatementContext): boolean {
  return !hasOwnTransactions || inTransaction(database);
}

function gathersStatistics({ kind, name }: Statement): boolean {
  return kind === 'analyze' || (kind === 'pragma' && foldName(name ?? '') === 'optimize');
}

/** Whether a script looks at what ANALYZE gathers. */
export function readsStatistics(statements: readonly Statement[]): boolean {
  return statements.some(({ text }) => /sqlite_stat/i.test(text));
}

/** It changes no row, and takes as long as the whole file is large. */
const VACUUMED = { ok: true, value: { changes: 0, note: VACUUM_NOTE } } as const;

/** Statistics decide nothing, and gathering them reads every row: only the tables for them are made. */
function gatherNothing({ database, shadow }: StatementContext, { kind, text }: Statement): Outcome<Execution> {
  const nothing = { ok: true, value: { changes: 0, note: null } } as const;
  if (kind === 'pragma') return nothing;
  const onShadow = shadow.execute(text);
  const made = onShadow.ok ? database.execute('ANALYZE main.sqlite_schema') : onShadow;
  return made.ok ? nothing : made;
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
  if (kind === 'vacuum') return;
  if (!inSchema && (kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'select')) return;
  // Limits on the size of a file, for one, are not meant for the shadow.
  if (kind === 'pragma' && !/^(writable_schema|legacy_alter_table|foreign_keys)$/i.test(name ?? '')) return;
  shadow.execute(statement.text);
}

function adapt(context: StatementContext, statement: ParsedStatement & { table: string; column: string }): Result {
  const { database, shadow, choices, frozen, rehearsing, rowReaders } = context;
  shadow.execute('SAVEPOINT adaptation');
  const onShadow = shadow.execute(statement.text);
  if (!onShadow.ok) return explained(context, statement, onShadow.error.message);
  const unread = (rowReaders.at(-1) ?? 0) < statement.ordinal;
  const adapted = addColumnToPopulatedTable(database, shadow, statement, choices, frozen, rehearsing && unread);
  if (!adapted.ok) shadow.execute('ROLLBACK TO adaptation');
  shadow.execute('RELEASE adaptation');
  if (!adapted.ok) return failed(adapted.error);
  const { executed, value, changes } = adapted.value;
  // The plan cannot know the moment of the run.
  const given = rehearsing ? 'the value that the default has when the run begins' : (value ?? '');
  const rows =
    value === null
      ? 'Rows that were there read NULL; new rows get the default.'
      : choices.existingRows === 'upgrade time'
        ? `Rows that were there get ${given}.`
        : `Rows that were there get ${given}, since the column is NOT NULL.`;
  const note = `The table holds rows, so the column is added in another way, to the same schema. ${rows}`;
  return { verdict: 'adapted', note, executed, changes };
}

function noteOn(statement: Statement): string | null {
  if (statement.temporary) return 'Temporary objects are not part of the file: this one is gone after the run.';
  return null;
}

function driftOf(context: StatementContext, statement: ParsedStatement): StatementOutcome['drift'] {
  const additions = context.additions.get(foldName(statement.name ?? '')) ?? [];
  return findDrift(context.shadow, statement, additions);
}

function hasColumn(database: Database, statement: ParsedStatement & { table: string; column: string }): boolean {
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

/** Moves on with every change of the schema, that of temporary objects included, where the script makes some. */
function schemaVersion(database: Database, { makesTemporary }: StatementContext): string {
  const schemas = makesTemporary ? ['main', 'temp'] : ['main'];
  return schemas.map((schema) => String(rowsOf(database, `PRAGMA ${schema}.schema_version`)[0]?.[0])).join();
}

/** The failure of a statement that SQLite refused. */
function explained(
  context: StatementContext,
  statement: ParsedStatement,
  message: string,
  transactionLost = false,
): Result {
  const { help, database, shadow, statements: script } = context;
  if (statement.kind === 'commit' && !message.startsWith('cannot commit')) {
    return failed(help.explainCommit(message, database));
  }
  return failed(help.explain({ statement, message, script, database, shadow, transactionLost }));
}

function failed(failure: Failure): Result {
  const verdict: Verdict = 'failed';
  return { verdict, failure };
}
