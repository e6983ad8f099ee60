// Makes a database of SQL alone: what an open database is compared with. Loaded when that is asked for first.

import { foldName, quoteIdentifier, rowsOf, type Database, type Outcome } from '../database';
import { sourceOfBytes } from '../file/byteSource';
import { readHeader } from '../file/header';
import { keepNoLosses } from '../migration/run/lossAccount';
import { transcribe } from '../migration/run/transcript';
import { DEFAULT_CHOICES } from '../migration/outcome';
import { readSchema } from '../schema/read';
import { isInternal, type Schema } from '../schema/schema';
import type { ParsedStatement } from '../script/parsedStatement';
import type { ScriptRefusal } from '../script/refusal';
import { splitScript } from '../script/split';
import { startOf, type Script, type StatementKind } from '../script/statement';
import { areCreatedInTurn, changesBetween, inOrderOf, runChanges } from './changedTarget';
import type { Engine } from './engine';
import { Overlay } from './pages/overlay';

/** A database that was made of SQL, and its schema. */
export interface TargetDatabase {
  readonly file: Blob;
  readonly schema: Schema;
  /** Whether any of its tables has a row: a dump brings rows, a schema none. */
  readonly hasRows: boolean;
}

/** What a database was made of, so that the next one, which differs in little, need not be made anew. */
export interface MadeTarget {
  readonly engine: Engine;
  readonly statements: readonly ParsedStatement[];
  readonly bytes: Uint8Array;
  readonly schema: Schema;
  readonly hasRows: boolean;
}

/** Why SQL makes no database: the first statement that SQLite refuses, or the place that cannot be read. */
export interface TargetFault {
  readonly code: 'target';
  /** It names the line. */
  readonly sentence: string;
  /** The file of the script that it is in; null where the script is one text. */
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number;
}

/** A script that has any of these is not run inside of a transaction. */
const ALONE: ReadonlySet<StatementKind> = new Set<StatementKind>([
  ...(['begin', 'commit', 'rollback', 'savepoint', 'release', 'rollback to'] as const),
  ...(['vacuum', 'pragma', 'attach', 'detach'] as const),
]);

/** After so many statements the lines of sqlite_schema are set aside. */
const SET_ASIDE_AFTER = 50;

/** The statements of a script, by which the engine is chosen. The sqlite3 shell lists SQLite's own tables in a schema; they are left out. */
export function readTarget(script: Script): Outcome<readonly ParsedStatement[], TargetFault> {
  const split = splitScript(script);
  if (!split.ok) return { ok: false, error: faultOf(split.refusal) };
  const isOwn = ({ kind, name }: ParsedStatement): boolean => kind === 'create table' && isInternal(name ?? '');
  return { ok: true, value: split.statements.filter((statement) => !isOwn(statement)) };
}

/**
 * Runs statements on an empty database. They run as they are; where SQLite refuses one, all of them run as a migration of the page
 * would, with the adaptations that are documented, and what fails then is told.
 * @param last what was made before
 */
export function makeTarget(
  engine: Engine,
  statements: readonly ParsedStatement[],
  last: MadeTarget | null = null,
): Outcome<MadeTarget, TargetFault> {
  const changed = last?.engine === engine ? changeTarget(last, statements) : null;
  if (changed) return { ok: true, value: changed };
  let schema = null as Schema | null;
  let hasRows = false;
  const bytes = engine.build((database) => {
    if (!runPlainly(database, statements)) return;
    schema = readSchema(database);
    hasRows = isFilled(database, schema);
    // Without any object there is no first page yet.
    if (schema.relations.length === 0) database.execute('PRAGMA application_id = 0');
  });
  if (!schema) return runAdapted(engine, statements);
  // Of a virtual table that is written into sqlite_schema, only a connection that opens the file anew knows what it is.
  if (statements.some(({ kind, name }) => kind === 'pragma' && foldName(name ?? '') === 'writable_schema')) {
    schema = schemaIn(engine, bytes);
  }
  return { ok: true, value: { engine, statements, bytes, schema, hasRows } };
}

/** The same as a run of all statements gives; null where they have to run for it. */
function changeTarget(last: MadeTarget, statements: readonly ParsedStatement[]): MadeTarget | null {
  const { engine } = last;
  const changes = changesBetween(last.statements, statements);
  if (!changes) return null;
  const overlay = overlayOver(last.bytes);
  const database = engine.open(overlay);
  try {
    if (!runChanges(database, changes)) return null;
    const schema = inOrderOf(statements, readSchema(database, last.schema));
    // Tables are created only.
    return { engine, statements, bytes: overlay.read(0, overlay.size), schema, hasRows: last.hasRows };
  } finally {
    database.close();
  }
}

function isFilled(database: Database, { relations }: Schema): boolean {
  return relations.some(({ kind, name }) => {
    if (kind !== 'table' && kind !== 'virtual table') return false;
    const row = database.query(`SELECT 1 FROM main.${quoteIdentifier(name)} LIMIT 1`);
    return row.ok && row.value.length > 0;
  });
}

function schemaIn(engine: Engine, bytes: Uint8Array): Schema {
  const database = engine.open(overlayOver(bytes));
  try {
    return readSchema(database);
  } finally {
    database.close();
  }
}

function overlayOver(bytes: Uint8Array): Overlay {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('A database that was made has no header');
  return new Overlay(sourceOfBytes(bytes), header.value.pageSize);
}

function runPlainly(database: Database, statements: readonly ParsedStatement[]): boolean {
  if (areCreatedInTurn(statements)) return runSettingAside(database, statements);
  const isAlone = statements.some(({ kind }) => ALONE.has(kind));
  // To commit each statement alone takes longer than the statement.
  if (!isAlone) database.execute('BEGIN');
  const ran = statements.every(({ text }) => database.execute(text).ok);
  if (!isAlone && ran) database.execute('COMMIT');
  // Nothing that is open can be written down; where there is nothing, SQLite says so.
  database.execute('ROLLBACK');
  return ran;
}

/**
 * The same for statements that only create. SQLite knows what it has created, and yet goes through all of sqlite_schema at each CREATE:
 * so its lines are set aside before they are many, and put back at the end.
 */
function runSettingAside(database: Database, statements: readonly ParsedStatement[]): boolean {
  const run = (...all: readonly string[]): boolean => all.every((sql) => database.execute(sql).ok);
  const setAside = (...then: readonly string[]): boolean =>
    run(
      'PRAGMA writable_schema = ON',
      'INSERT INTO temp.aside SELECT * FROM main.sqlite_schema ORDER BY rowid',
      'DELETE FROM main.sqlite_schema',
      ...then,
      // With it on, SQLite allows names that are its own.
      'PRAGMA writable_schema = OFF',
    );
  const ran =
    run('CREATE TEMP TABLE aside AS SELECT * FROM main.sqlite_schema', 'BEGIN') &&
    statements.every(({ text }, at) => run(text) && ((at + 1) % SET_ASIDE_AFTER !== 0 || setAside())) &&
    setAside('INSERT INTO main.sqlite_schema SELECT * FROM temp.aside ORDER BY rowid', 'COMMIT');
  if (!ran) run('ROLLBACK');
  run('DROP TABLE temp.aside');
  return ran;
}

function runAdapted(engine: Engine, statements: readonly ParsedStatement[]): Outcome<MadeTarget, TargetFault> {
  const empty = engine.build((database) => void database.execute('PRAGMA application_id = 0'));
  const overlay = overlayOver(empty);
  const database = engine.open(overlay);
  try {
    const options = { rehearsing: false, losses: keepNoLosses, now: () => 0 };
    const { complete, open, outcomes } = transcribe(database, statements, DEFAULT_CHOICES, options);
    const at = outcomes.findIndex(({ verdict }) => verdict === 'failed');
    const failed = statements[at];
    if (!complete && failed) {
      const { file, firstLine: line } = failed;
      const message = outcomes[at]?.failure?.message ?? '';
      return { ok: false, error: { code: 'target', sentence: `${capital(startOf(failed))}: ${message}.`, file, line } };
    }
    if (open) rowsOf(database, 'COMMIT');
    const schema = readSchema(database);
    const hasRows = isFilled(database, schema);
    return { ok: true, value: { engine, statements, bytes: overlay.read(0, overlay.size), schema, hasRows } };
  } finally {
    database.close();
  }
}

function faultOf({ sentence, line }: ScriptRefusal): TargetFault {
  return { code: 'target', sentence, file: null, line };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
