// What stands in the way of a migration, said once for the whole plan.

import { foldName } from '../../database';
import { findRelation, type Schema } from '../../schema/schema';
import { neededTables } from '../../script/neededTables';
import { startOf, type Statement } from '../../script/statement';
import type { Failure, StatementOutcome } from '../outcome';

/** Why a plan cannot be run. */
export interface Obstacle {
  /** Ordinal of the statement that fails. */
  readonly ordinal: number;
  readonly sentence: string;
  readonly help: string;
  /** Of the statement. */
  readonly failure: Failure;
  /** What SQLite says of it, with the name of what it misses. */
  readonly message: string;
  /** Tables that the script works on and that are neither in the database nor made by the script. */
  readonly missingTables: readonly string[];
  /** The database has none of the tables that the script works on: the script seems to be for another one. */
  readonly isForAnother: boolean;
}

/** The obstacle of a plan; null where no statement fails. */
export function findObstacle(
  schema: Schema,
  statements: readonly Statement[],
  outcomes: readonly StatementOutcome[],
): Obstacle | null {
  const failed = outcomes.find((outcome) => outcome.verdict === 'failed');
  const statement = failed && statements[failed.ordinal - 1];
  if (!failed?.failure || !statement) return null;
  const message = failed.failure.lacking ?? failed.failure.message;
  const missingTables = findMissingTables(schema, statements);
  const where = `Statement ${statement.ordinal} (${startOf(statement)})`;
  if (missingTables.length === 0 || !failed.failure.message.startsWith('no such table')) {
    return {
      ordinal: failed.ordinal,
      sentence: `${where} will fail: ${failed.failure.message}. ${failed.failure.explanation}`,
      help: failed.failure.wayOut,
      failure: failed.failure,
      message,
      missingTables,
      isForAnother: false,
    };
  }
  const needed = neededTables(statements);
  const none = missingTables.length === needed.length;
  if (schema.relations.length === 0) {
    const lacking = withTableRead(missingTables, statements, failed.failure.message);
    const them = lacking.length === 1 ? 'it' : 'them';
    return {
      ordinal: failed.ordinal,
      failure: failed.failure,
      message,
      sentence: `Your database is empty, and the script works on ${listSome(lacking)} without making ${them}: something else makes ${them}, a program or a script that is not here. ${where} is the first to fail.`,
      help: `It would have to have ${list(lacking)}. Open a database that has them, or run the script that makes them first.`,
      missingTables,
      isForAnother: true,
    };
  }
  return {
    ordinal: failed.ordinal,
    failure: failed.failure,
    message,
    sentence: none
      ? `This database has none of the ${needed.length === 1 ? 'table' : `${needed.length} tables`} that the migration works on, so it does not seem to be one that it is for. ${where} is the first to fail.`
      : `This database lacks ${missingTables.length} of the ${needed.length} tables that the migration works on. ${where} is the first to fail.`,
    help: `It would have to have ${list(missingTables)}. Open the database that this migration was written for, or run the migrations that make these tables first.`,
    missingTables,
    isForAnother: none,
  };
}

function findMissingTables(schema: Schema, statements: readonly Statement[]): readonly string[] {
  return neededTables(statements).filter((table) => !findRelation(schema, table));
}

/** The tables, with the one that SQLite misses before them: a statement may only read it, and those that are read are not looked for. */
function withTableRead(
  missing: readonly string[],
  statements: readonly Statement[],
  message: string,
): readonly string[] {
  const [, table] = /^no such table: (?:main\.)?(.+)$/.exec(message) ?? [];
  if (table === undefined) return missing;
  const folded = foldName(table);
  const isMade = statements.some(
    ({ kind, name, newName }) =>
      (kind.startsWith('create ') && foldName(name ?? '') === folded) || foldName(newName ?? '') === folded,
  );
  return isMade || missing.some((one) => foldName(one) === folded) ? missing : [table, ...missing];
}

/** Names that a sentence lists. */
const LISTED = 3;

function listSome(names: readonly string[]): string {
  const more = names.length - LISTED;
  if (more <= 0) return list(names);
  return `the tables ${names.slice(0, LISTED).join(', ')} and ${more} more`;
}

function list(names: readonly string[]): string {
  if (names.length < 2) return `the table ${names.join('')}`;
  return `the tables ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
