// Words in double quotes that name nothing: SQLite takes them for strings (https://sqlite.org/quirks.html#dblquote).

import { quoteIdentifier, type Database, type Outcome, foldName } from '../../database';
import { readTriggers } from '../../schema/read';
import type { Statement } from '../../script/statement';
import { isWord, tokenise, unquotedName, type Token } from '../../script/tokens';
import { readTable, storedText } from './columnAspects';
import { indexClauses, namesIn } from '../../script/clauses';
import { bodyOf, isDoubleQuoted, isNamePlace } from '../../script/spelling';
import { readTableDefinition } from './tableDefinition';
import { trial } from '../../schema/trial';
import type { Failure, StatementOutcome } from '../outcome';
import { findBrokenTriggers } from '../../schema/usable';

/**
 * The failure of a CREATE INDEX of which a column or the WHERE would be a string, the same for each row, instead of the column
 * that its double quotes name; null for any other statement. SQLite would make such an index without a word.
 * @param shadow the schema before the statement
 */
export function findConstantIndex(shadow: Database, statement: Statement): Failure | null {
  const { kind, name, table } = statement;
  if (kind !== 'create index' || name === null || table === null || !statement.text.includes('"')) return null;
  // What is there already is not made: that is for drift.
  if (storedText(shadow, 'index', name) !== null) return null;
  const constants = new Set(findConstants(shadow, statement).map(foldName));
  if (constants.size === 0) return null;
  const clauses = indexClauses(statement.text);
  const columns = columnsFor(shadow, statement);
  const constant = [...(clauses?.keys ?? []), clauses?.where ?? ''].find((clause) => {
    const names = namesIn(clause).map(foldName);
    return names.some((word) => constants.has(word)) && !names.some((word) => columns.has(word));
  });
  const missing = constant === undefined ? undefined : namesIn(constant).find((word) => constants.has(foldName(word)));
  if (missing === undefined) return null;
  return {
    message: `no such column: ${missing}`,
    explanation: `${table} has no column ${missing}. SQLite takes a name in double quotes that it cannot find for a string, so the index would stand on the string '${missing}', which is the same for each row.`,
    wayOut: `Correct the name, or add the column in a statement before this one. If the string is meant, write it in single quotes.`,
  };
}

/**
 * A sentence on the words in double quotes that SQLite will take for strings in what the statement makes; null where there are
 * none. They may be meant so: this is a warning.
 * @param shadow the schema before the statement
 */
export function noteConstants(shadow: Database, statement: Statement): string | null {
  const { kind, conditional, name } = statement;
  // What is there stays as it is.
  if (conditional && name !== null && storedText(shadow, kind.replace(/^create /, ''), name) !== null) return null;
  const constants = findConstants(shadow, statement);
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
 * The words in double quotes that SQLite takes for strings in a CREATE INDEX, TABLE, VIEW or TRIGGER or in an ADD COLUMN.
 * It is asked itself: in backticks, a word that names nothing is an error. None where the statement cannot be tried, or makes
 * something temporary.
 */
export function findConstants(shadow: Database, statement: Statement): readonly string[] {
  if (statement.temporary) return [];
  const columns = columnsFor(shadow, statement);
  const waiting = suspects(statement).filter((token) => !columns.has(foldName(unquotedName(token) ?? '')));
  const found: string[] = [];
  if (waiting.length === 0 || !attempt(shadow, statement, statement.text).ok) return found;
  while (waiting.length > 0) {
    const outcome = attempt(shadow, statement, inBackticks(statement.text, waiting));
    const missing = outcome.ok ? null : /no such column: (?:.*\.)?(.+)$/.exec(outcome.error.message)?.[1];
    const named = waiting.filter((token) => foldName(unquotedName(token) ?? '') === foldName(missing ?? ''));
    // Another complaint has nothing to do with strings.
    const [first] = named;
    if (first === undefined) return found;
    found.push(unquotedName(first) ?? '');
    for (const token of named) waiting.splice(waiting.indexOf(token), 1);
  }
  return found;
}

/** Folded names that an index, or a table's own expressions, are sure to find: the columns. Views and triggers see more. */
function columnsFor(shadow: Database, { kind, table, column, text }: Statement): ReadonlySet<string> {
  if (!text.includes('"') || table === null) return new Set();
  if (kind === 'create table') return new Set(readTableDefinition(text).columns.map(({ name }) => foldName(name)));
  if (kind !== 'create index' && kind !== 'add column') return new Set();
  const columns = readTable(shadow, table)?.columns.map(([name]) => foldName(String(name))) ?? [];
  return new Set(column === null ? columns : [...columns, foldName(column)]);
}

/** The words in double quotes that stand where a string might; after the name of what is made. */
function suspects(statement: Statement): Token[] {
  if (!statement.text.includes('"')) return [];
  const from = startOf(statement);
  if (from === null) return [];
  const tokens = bodyOf(statement.text).tokens.filter((token) => token.start >= from);
  return tokens.filter((token, at) => isDoubleQuoted(token) && !isNamePlace(tokens, at));
}

/** Where in the statement expressions may begin; null where there are none, or it is no statement that keeps any. */
function startOf({ kind, text }: Statement): number | null {
  const tokens = tokenise(text);
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
      return first('AS');
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
function attempt(shadow: Database, statement: Statement, sql: string): Outcome<undefined> {
  const { kind, name } = statement;
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
