// The one transaction of a run, and the statements of a script that would interfere with it.

import type { Database } from '../../database';
import type { Statement } from '../../script/statement';
import type { ParsedStatement } from '../../script/parsedStatement';
import { hasWords, type ParsedSql } from '../../script/tokens';
import type { Failure } from '../outcome';

/** Whether the transaction is still there. There is no such question in SQL; but BEGIN fails exactly inside of one. */
export function inTransaction(database: Database): boolean {
  if (!database.execute('BEGIN').ok) return true;
  database.execute('ROLLBACK');
  return false;
}

/**
 * The ordinals of the BEGIN and the COMMIT by which a script, or a file of one, wraps itself in one transaction, which the run
 * already is. Only PRAGMA and SELECT may stand outside of them, and no other transaction control in the file; else it has none.
 */
export function findWrappers(statements: readonly Statement[]): ReadonlySet<number> {
  const files = new Map<string | null, Statement[]>();
  for (const statement of statements) {
    const file = files.get(statement.file);
    if (file) file.push(statement);
    else files.set(statement.file, [statement]);
  }
  return new Set([...files.values()].flatMap(wrapperOf));
}

function wrapperOf(statements: readonly Statement[]): readonly number[] {
  const control = statements.filter(({ kind }) => kind === 'begin' || kind === 'commit' || kind === 'rollback');
  const [begin, commit] = control;
  if (control.length !== 2 || begin?.kind !== 'begin' || commit?.kind !== 'commit') return [];
  const outside = statements.filter(({ ordinal }) => ordinal < begin.ordinal || ordinal > commit.ordinal);
  const harmless = outside.every(({ kind }) => kind === 'pragma' || kind === 'select');
  return harmless ? [begin.ordinal, commit.ordinal] : [];
}

/** Why a statement is not run at all, or null for one that may run. It is refused before it can do anything. */
export function refuseStatement(statement: ParsedStatement): Failure | null {
  const reason = refuseKind(statement) ?? refuseParameters(statement);
  return reason && { ...reason, refused: true };
}

function refuseKind(statement: ParsedStatement): Failure | null {
  switch (statement.kind) {
    case 'begin':
      return {
        message: 'cannot start a transaction within a transaction',
        explanation: 'The whole script runs as one transaction, so that it is applied entirely or not at all.',
        wayOut:
          'Remove this BEGIN and the COMMIT that belongs to it. One BEGIN … COMMIT around the whole script may stay.',
      };
    case 'commit':
    case 'rollback':
      return {
        message: `${statement.text.split(/\W/, 1)[0]?.toUpperCase() ?? ''} would end the transaction of the run`,
        explanation: 'What comes after it could no longer be undone, so the run stops here and nothing is kept.',
        wayOut: 'Remove the statement. One BEGIN … COMMIT around the whole script may stay.',
      };
    case 'attach':
      return {
        message: 'ATTACH is not available',
        explanation:
          'There are no other files here: the script works on the database that you opened and on nothing else.',
        wayOut: 'Remove the ATTACH, or put what it brings into the script as INSERT statements.',
      };
    case 'detach':
      return {
        message: 'DETACH is not available',
        explanation: 'Nothing is attached: the script works on the database that you opened and on nothing else.',
        wayOut: 'Remove the DETACH.',
      };
    case 'vacuum':
      if (hasWords(statement.tokens, 'INTO')) {
        return {
          message: 'VACUUM INTO is not available',
          explanation: 'It would write another file, and a script cannot reach any other file here.',
          wayOut: 'Remove the statement, and copy the upgraded file with sqlite3 if you want it.',
        };
      }
      return {
        message: 'cannot VACUUM from within a transaction',
        explanation: 'The whole script runs as one transaction, and SQLite does not vacuum inside of one.',
        wayOut: 'Remove the VACUUM, and run it with sqlite3 on the upgraded file if you want it.',
      };
    default:
      return null;
  }
}

/** A program gives its parameters values; SQLite runs a statement whose parameters were given none with NULL in their place. */
function refuseParameters(statement: ParsedSql): Failure | null {
  // Most statements have no such character anywhere, and some are megabytes long.
  if (!/[?:@$]/.test(statement.text)) return null;
  // A # is no parameter to SQLite but a syntax error, which it tells itself.
  const parameters = statement.tokens.filter((token) => token.kind === 'variable' && !token.text.startsWith('#'));
  const [first] = parameters;
  if (!first) return null;
  const others = parameters.length === 1 ? '' : `, the first of ${parameters.length} in this statement`;
  return {
    message: `the parameter ${first.text} has no value`,
    explanation: `A script gives ${first.text} no value${others}; SQLite would use NULL without an error.`,
    wayOut: 'Write the value itself there. If it is meant as text or as a name, put it in quotes.',
  };
}
