// Words in double quotes that name nothing: SQLite takes them for strings (https://sqlite.org/quirks.html#dblquote).

import { quoteIdentifier, type Database, type Outcome, foldName } from '../../database';
import { readTriggers } from '../../schema/read';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, unquotedName, type Token } from '../../script/tokens';
import { storedText } from './columnAspects';
import { indexClauses, namesIn } from '../../script/clauses';
import { bodyOf, isDoubleQuoted, isNamePlace } from '../../script/spelling';
import { readTableDefinition } from '../../schema/tableDefinition';
import type { Failure, StatementOutcome } from '../outcome';
import { trial } from '../../schema/shadow';
import { findBrokenTriggers } from '../../schema/usable';

/** Statements that keep expressions in the schema, or read rows by them. */
const HAS_EXPRESSIONS = /^(create (table|table as|index|view|trigger)|add column|insert|update|delete|select)$/;
/** Those that have to be made to be tried: all others are compiled alone. */
const IS_MADE = /^(create (table|index|view|trigger)|add column)$/;

/**
 * The words in double quotes that SQLite will take for strings in what the statement makes; none where something of its name
 * is there, which stays as it is.
 * @param shadow the schema before the statement
 */
export function findNewConstants(shadow: Database, statement: ParsedStatement): readonly string[] {
  const { kind, name } = statement;
  if (!mayHaveConstants(statement)) return [];
  const isThere =
    name !== null && kind.startsWith('create') && storedText(shadow, kind.replace(/^create /, ''), name) !== null;
  return isThere ? [] : findConstants(shadow, statement);
}

function mayHaveConstants({ kind, temporary, text }: ParsedStatement): boolean {
  return !temporary && HAS_EXPRESSIONS.test(kind) && text.includes('"');
}

/**
 * The failure of a CREATE INDEX of which a column or the WHERE would be a string, the same for each row, instead of the column
 * that its double quotes name; null for any other statement. SQLite would make such an index without a word.
 * @param shadow the schema before the statement
 * @param words what `findNewConstants` found in it
 */
export function findConstantIndex(
  shadow: Database,
  statement: ParsedStatement,
  words: readonly string[],
): Failure | null {
  const { kind, table } = statement;
  if (kind !== 'create index' || words.length === 0) return null;
  const constants = new Set(words.map(foldName));
  const clauses = indexClauses(statement);
  const columns = columnsFor(shadow, statement);
  const constant = [...(clauses?.keys ?? []), clauses?.where ?? ''].find((clause) => {
    const names = namesIn(clause).map(foldName);
    return names.some((word) => constants.has(word)) && !names.some((word) => columns.has(word));
  });
  const missing = constant === undefined ? undefined : namesIn(constant).find((word) => constants.has(foldName(word)));
  if (missing === undefined) return null;
  return {
    message: `no such column: ${missing}`,
    explanation: `${table ?? 'The table'} has no column ${missing}. SQLite takes a name in double quotes that it cannot find for a string, so the index would stand on the string '${missing}', which is the same for each row.`,
    wayOut: `Correct the name, or add the column in a statement before this one. If the string is meant, write it in single quotes.`,
  };
}

/**
 * A sentence on the words that `findNewConstants` found; null where there are none. They may be meant so: this is a warning.
 */
export function noteConstants(constants: readonly string[]): string | null {
  if (constants.length === 0) return null;
  const words = constants.map((word) => quoteIdentifier(word)).join(', ');
  return constants.length === 1
    ? `${words} names nothing here, so SQLite takes it for a string. If that is meant, write it in single quotes; else correct the name.`
    : `${words} name nothing here, so SQLite takes them for strings. If that is meant, write them in single quotes; else correct the names.`;
}

/** What became of a statement, with this note beside its own if it changed anything. */
export function withNote<Result extends Pick<StatementOutcome, 'verdict'> & { readonly note?: string | null }>(
  note: string | null,
  result: Result,
): Result {
  if (note === null || (result.verdict !== 'applied' && result.verdict !== 'adapted')) return result;
  return { ...result, note: [result.note ?? [], note].flat().join(' ') };
}

/**
 * The words in double quotes that SQLite takes for strings in a CREATE INDEX, TABLE, VIEW or TRIGGER, in an ADD COLUMN, or in a
 * statement that reads or writes rows.
 * It is asked itself: in backticks, a word that names nothing is an error. None where the statement cannot be tried, or makes
 * something temporary.
 */
export function findConstants(shadow: Database, statement: ParsedStatement): readonly string[] {
  if (!mayHaveConstants(statement)) return [];
  const quoted = suspects(statement);
  if (quoted.length === 0) return [];
  const columns = columnsFor(shadow, statement);
  const waiting = quoted.filter((token) => !columns.has(foldName(unquotedName(token) ?? '')));
  const found: string[] = [];
  if (waiting.length === 0 || !attempt(shadow, statement, statement.text).ok) return found;
  while (waiting.length > 0) {
    const outcome = attempt(shadow, statement, inBackticks(statement.text, waiting));
    const missing = outcome.ok ? '' : (/no such column: (.+)$/s.exec(outcome.error.message)?.[1] ?? '');
    // A point may be a part of the name.
    const named = waiting.filter((token) =>
      foldName(`.${missing}`).endsWith(foldName(`.${unquotedName(token) ?? ''}`)),
    );
    // Another complaint has nothing to do with strings.
    const [first] = named;
    if (first === undefined) return found;
    found.push(unquotedName(first) ?? '');
    for (const token of named) waiting.splice(waiting.indexOf(token), 1);
  }
  return found;
}

/** Folded names that an index, or a table's own expressions, are sure to find: the columns. Views and triggers see more. */
function columnsFor(shadow: Database, statement: ParsedStatement): ReadonlySet<string> {
  const { kind, table, column } = statement;
  if (table === null) return new Set();
  if (kind === 'create table') return new Set(readTableDefinition(statement).columns.map(({ name }) => foldName(name)));
  if (kind !== 'create index' && kind !== 'add column') return new Set();
  const read = shadow.query(`SELECT name FROM pragma_table_xinfo(?, 'main')`, [table]);
  const columns = read.ok ? read.value.map(([name]) => foldName(String(name))) : [];
  return new Set(column === null ? columns : [...columns, foldName(column)]);
}

/** The words in double quotes that stand where a string might; after the name of what is made. */
function suspects(statement: ParsedStatement): Token[] {
  const from = startOf(statement);
  if (from === null) return [];
  const all = IS_MADE.test(statement.kind) ? bodyOf(statement).tokens : statement.tokens;
  const tokens = all.filter((token) => token.start >= from);
  return tokens.filter((token, at) => isDoubleQuoted(token) && !isNamePlace(tokens, at));
}

/** Where in the statement expressions may begin; null where there are none. */
function startOf({ kind, tokens }: ParsedStatement): number | null {
  const first = (...words: readonly string[]): number | null =>
    tokens.find((token) => words.some((word) => isWord(token, word)))?.start ?? null;
  switch (kind) {
    case 'create table':
      return first('CHECK', 'AS');
    case 'add column':
      return first('CHECK', 'AS');
    case 'create index':
      return tokens.find((token) => token.text === '(')?.start ?? null;
    case 'create view':
    case 'create table as':
      return first('AS');
    case 'insert':
      return first('VALUES', 'SELECT', 'WITH');
    case 'update':
      return first('SET');
    case 'delete':
      return first('WHERE', 'RETURNING');
    case 'select':
      return 0;
    case 'create trigger':
      return first('WHEN', 'BEGIN');
    default:
      return null;
  }
}

function inBackticks(sql: string, tokens: readonly Token[]): string {
  let text = '';
  let from = 0;
  for (const token of tokens) {
    text += `${sql.slice(from, token.start)}\`${(unquotedName(token) ?? '').replaceAll('`', '``')}\``;
    from = token.end;
  }
  return text + sql.slice(from);
}

/** Makes it, with these words, and uses it; all of it is taken back. */
function attempt(shadow: Database, statement: ParsedStatement, sql: string): Outcome<undefined> {
  const { kind, name } = statement;
  if (!IS_MADE.test(kind)) return shadow.compile(sql);
  const type = kind.replace(/^create /, '');
  const there = name !== null && kind !== 'add column' && storedText(shadow, type, name) !== null;
  if (kind === 'create table') return attemptAlone(shadow, sql);
  const before = there ? [`DROP ${type.toUpperCase()} main.${quoteIdentifier(name)}`] : [];
  const made = trial(shadow, [...before, sql], (): Outcome<undefined> => {
    const used = { ok: true, value: undefined } as const;
    if (kind === 'create view') return shadow.compile(`SELECT * FROM main.${quoteIdentifier(name ?? '')}`);
    if (kind !== 'create trigger') return used;
    const [complaint] = findBrokenTriggers(shadow, readTriggers(shadow, name ?? ''));
    return complaint === undefined ? used : { ok: false, error: { message: complaint[1] } };
  });
  return made.ok ? made.value : made;
}

/** A table looks at nothing but itself. */
function attemptAlone(shadow: Database, sql: string): Outcome<undefined> {
  const bare = shadow.scratch();
  try {
    const made = bare.execute(sql);
    return made.ok ? { ok: true, value: undefined } : made;
  } finally {
    bare.close();
  }
}
