// The transactions of a run: one for the whole script, or those that the script brings; and the statements that no script may run.

import { foldName, type Database } from '../../database';
import { readPragma } from '../../script/pragma';
import type { Statement } from '../../script/statement';
import type { ParsedStatement } from '../../script/parsedStatement';
import { hasWords, type ParsedSql } from '../../script/tokens';
import type { Failure, OwnTransactions } from '../outcome';

/** Whether the transaction is still there. There is no such question in SQL; but BEGIN fails exactly inside of one. */
export function inTransaction(database: Database): boolean {
  if (!database.execute('BEGIN').ok) return true;
  database.execute('ROLLBACK');
  return false;
}

/** The transactions of a script: those that it brings, or the one that the run puts around all of it. */
export interface Transactions {
  /** Null where the whole script runs in one transaction. */
  readonly own: OwnTransactions | null;
  /** With one transaction: ordinals of the BEGIN and COMMIT by which a file wraps itself in the one that there is already. */
  readonly wrappers: ReadonlySet<number>;
}

/**
 * Reads which transactions a script brings. It has some of its own where a file closes or opens one in its midst, asks to be run outside
 * of one, vacuums, or sets outside of its own what cannot be set inside; then every other file gets a transaction to itself, as tools
 * give it one. A file whose first word is a COMMIT, and whose last is a BEGIN, stands in the transaction that its tool opens.
 */
export function readTransactions(statements: readonly ParsedStatement[]): Transactions {
  const files = statements.reduce<ParsedStatement[][]>((all, statement) => {
    const file = all.at(-1);
    if (file?.[0]?.file === statement.file) file.push(statement);
    else all.push([statement]);
    return all;
  }, []);
  const sorts = files.map(sortOf);
  if (!sorts.includes('own') && !sorts.includes('within')) {
    return { own: null, wrappers: new Set(files.flatMap((file) => wrapperOf(file))) };
  }
  const begins = new Set<number>();
  const ends = new Map<number, 'commit' | 'closed'>();
  for (const [at, file] of files.entries()) {
    const [first, last] = [file[0], file.at(-1)];
    if (!first || !last) continue;
    const around = sorts[at] === 'plain' || sorts[at] === 'within';
    if (around) begins.add(first.ordinal);
    ends.set(last.ordinal, around ? 'commit' : 'closed');
  }
  return { own: { begins, ends }, wrappers: new Set() };
}

/** `own`: its transactions are its own. `within`: it leaves the one that its tool opens, and opens another for it to close. */
function sortOf(file: readonly ParsedStatement[]): 'plain' | 'wrapped' | 'own' | 'within' {
  if (file.some(({ outside, kind, tokens }) => outside === true || (kind === 'vacuum' && !hasWords(tokens, 'INTO'))))
    return 'own';
  const control = file.filter(controlsWhole);
  const [first, last] = [control[0], control.at(-1)];
  if (!first || !last) return 'plain';
  if (first.kind !== 'begin' && last.kind === 'begin') return 'within';
  const [begin, commit] = wrapperOf(file);
  const setsOutside = file.some(
    ({ kind, name, ordinal, tokens }) =>
      kind === 'pragma' &&
      foldName(name ?? '') === 'foreign_keys' &&
      readPragma(tokens)?.value != null &&
      (ordinal < (begin ?? 0) || ordinal > (commit ?? 0)),
  );
  return begin === undefined || setsOutside ? 'own' : 'wrapped';
}

function controlsWhole({ kind }: Statement): boolean {
  return kind === 'begin' || kind === 'commit' || kind === 'rollback';
}

/** The BEGIN and the COMMIT around a file, where only PRAGMA and SELECT stand outside of them, and nothing else controls transactions. */
function wrapperOf(statements: readonly Statement[]): readonly number[] {
  const control = statements.filter(controlsWhole);
  const [begin, commit] = control;
  if (control.length !== 2 || begin?.kind !== 'begin' || commit?.kind !== 'commit') return [];
  const outside = statements.filter(({ ordinal }) => ordinal < begin.ordinal || ordinal > commit.ordinal);
  const harmless = outside.every(({ kind }) => kind === 'pragma' || kind === 'select');
  return harmless ? [begin.ordinal, commit.ordinal] : [];
}

/** A file that leaves a transaction open: what its tool, or the sqlite3 command, would throw away or stumble over. */
export function failOpenEnd(file: string | null): Failure {
  const script = file ?? 'the script';
  return {
    message: `${script} ends inside a transaction`,
    explanation:
      'A BEGIN or SAVEPOINT has no COMMIT or RELEASE that belongs to it. SQLite would take back all since then when the connection is closed.',
    wayOut: 'Add the COMMIT at the end, or remove the BEGIN.',
    refused: true,
  };
}

/** A file that closes the transaction of its tool and opens no other: the tool's own COMMIT would fail. */
export function failClosedEnd(file: string | null): Failure {
  return {
    message: `${file ?? 'the script'} ends outside of the transaction that its tool expects`,
    explanation:
      'It commits the transaction that the tool has opened around it, and the tool would find none left to commit at the end.',
    wayOut: 'End it with a BEGIN, as it began with a COMMIT.',
    refused: true,
  };
}

/** Why a statement is not run at all, or null for one that may run. It is refused before it can do anything. */
export function refuseStatement(statement: ParsedStatement): Failure | null {
  const reason = refuseKind(statement) ?? refuseParameters(statement);
  return reason && { ...reason, refused: true };
}

function refuseKind(statement: ParsedStatement): Failure | null {
  switch (statement.kind) {
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
      if (!hasWords(statement.tokens, 'INTO')) return null;
      return {
        message: 'VACUUM INTO is not available',
        explanation: 'It would write another file, and a script cannot reach any other file here.',
        wayOut: 'Remove the statement, and copy the upgraded file with sqlite3 if you want it.',
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
  if (/^\$\w*\$/.test(first.text))
    return {
      message: `${first.text} quotes a text in PostgreSQL only`,
      explanation:
        'The statement is written for PostgreSQL, where a text or the body of a function may stand between such marks.',
      wayOut: 'Take the files that the application has for SQLite, or write the statement as SQLite has it.',
    };
  const [, cast] = /^::?(\w+)$/.exec(first.text) ?? [];
  if (cast !== undefined && (first.text.startsWith('::') || statement.text.charAt(first.start - 1) === ':'))
    return {
      message: `::${cast} converts a value in PostgreSQL only`,
      explanation: 'The statement is written for PostgreSQL, where two colons stand between a value and a type.',
      wayOut: `Write CAST(… AS ${cast.toUpperCase()}) around the value, or leave the type out.`,
    };
  const others = parameters.length === 1 ? '' : `, the first of ${parameters.length} in this statement`;
  return {
    message: `the parameter ${first.text} has no value`,
    explanation: `A script gives ${first.text} no value${others}; SQLite would use NULL without an error.`,
    wayOut: 'Write the value itself there. If it is meant as text or as a name, put it in quotes.',
  };
}
