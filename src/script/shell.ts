// Finds lines that are commands of a shell or client program: many scripts carry them, and SQLite knows none of them.
import type { Lines } from './position';
import { isBlank, isWord, nextToken, type Token } from './tokens';

/** A line that is not SQL: its text, and the program whose command it is. */
export interface ShellLine {
  readonly line: string;
  readonly tool: string;
}

const SQLITE_SHELL = 'the sqlite3 shell';
const BATCH_TOOL = 'sqlcmd and similar tools';
const BATCH_SEPARATOR = /^GO(\s+\d+)?\s*;?\s*(--.*)?$/i;

/**
 * Commands of the sqlite3 shell that change nothing in a database: how it prints, waits and tells of its work
 * (https://sqlite.org/cli.html). One that reads, opens, imports or runs something else, or ends the script, is none of them.
 */
const CHANGES_NOTHING =
  /^\.(?:bail|changes|dump|echo|eqp|explain|head(?:er|ers)?|log|mode|nullvalue|once|out(?:put)?|print|progress|prompt|scanstats|separator|show|stats|tab(?:les)?|schema|indexes|indices|databases|time(?:out|r)?|trace|version|width)\b(?!.*\|)/i;

/** Whether a command can be left out without another result. */
export function changesNothing({ line, tool }: ShellLine): boolean {
  return tool === SQLITE_SHELL && CHANGES_NOTHING.test(line);
}

/** The words that begin a statement of SQLite: after a GO they show that it was meant to end the one before. */
const STATEMENT_WORDS =
  /^(ALTER|ANALYZE|ATTACH|BEGIN|COMMIT|CREATE|DELETE|DETACH|DROP|END|EXPLAIN|INSERT|PRAGMA|REINDEX|RELEASE|REPLACE|ROLLBACK|SAVEPOINT|SELECT|UPDATE|VACUUM|VALUES|WITH)$/i;

/** Words after which a bare GO can only be a name. */
const WORDS_BEFORE_A_NAME =
  /^(ADD|AND|AS|BY|COLUMN|DISTINCT|EXISTS|FROM|IN|INDEX|INTO|JOIN|NOT|ON|OR|RETURNING|SELECT|SET|TABLE|TO|TRIGGER|UPDATE|VIEW|WHEN|WHERE|WITH)$/i;

/**
 * The shell command that `token`, the first of a statement, begins; or null. A command stands first on its line: a dot
 * command of the sqlite3 shell, a backslash command of psql, GO of sqlcmd, or DELIMITER of the mysql client. No statement
 * of SQLite begins in any of these ways.
 */
export function shellLineAt(source: string, token: Token, lines: Lines): ShellLine | null {
  const tool = toolFor(token, source.charAt(token.end));
  if (tool === null) return null;
  const line = lineOf(token, lines);
  if (!line.isFirst || (tool === BATCH_TOOL && !BATCH_SEPARATOR.test(line.text))) return null;
  return { line: line.text, tool };
}

/** Whose command may begin with this token, before a look at its line. */
function toolFor(token: Token, next: string): string | null {
  if (token.text === '.' && /[a-z]/i.test(next)) return SQLITE_SHELL;
  if (token.text === '\\' && /\S/.test(next)) return 'the psql client';
  if (isWord(token, 'DELIMITER')) return 'the mysql client';
  return isWord(token, 'GO') ? BATCH_TOOL : null;
}

/**
 * The same for a GO alone on its line inside a statement whose last token so far is `previous`: a batch separator where a
 * new statement follows, or nothing. It stays a name where it may be one, as in a list of columns.
 */
export function shellLineWithin(source: string, previous: Token, token: Token, lines: Lines): ShellLine | null {
  if (!isWord(token, 'GO')) return null;
  const line = lineOf(token, lines);
  if (!line.isFirst || !BATCH_SEPARATOR.test(line.text)) return null;
  if (previous.kind === 'operator' && previous.text !== ')') return null;
  if (previous.kind === 'word' && WORDS_BEFORE_A_NAME.test(previous.text)) return null;
  const next = nextMeaningful(source, token.end);
  if (next !== null && !(next.kind === 'word' && STATEMENT_WORDS.test(next.text))) return null;
  return { line: line.text, tool: BATCH_TOOL };
}

function lineOf(token: Token, lines: Lines): { readonly text: string; readonly isFirst: boolean } {
  const { line, column } = lines.at(token.start);
  const text = lines.text(line);
  return { text: text.trim(), isFirst: text.slice(0, column - 1).trim() === '' };
}

function nextMeaningful(source: string, offset: number): Token | null {
  let token = nextToken(source, offset);
  while (token !== null && isBlank(token)) token = nextToken(source, token.end);
  return token;
}
