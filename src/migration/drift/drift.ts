// Drift: a statement finds something of its name there, and what is there is not what the statement asks for.

import { quoteIdentifier, rowsOf, type Database, type Outcome, foldName } from '../../database';
import { TokenCursor } from '../../script/cursor';
import type { ParsedStatement } from '../../script/parsedStatement';
import { isWord, parseSql, withoutEnd, type ParsedSql } from '../../script/tokens';
import { columnAspects, indexAspects, readTable, shownCheck, storedText, type Aspect } from './columnAspects';
import { bodyOf, haveSameWords, inOneLine, isDoubleQuoted, spell } from '../../script/spelling';
import { findConstants } from './stringConstant';
import { columnOrder, tableAspects, virtualAspects, virtualAspectsOf } from './tableAspects';
import { isOnTemporaryTable } from '../../schema/read';
import { trial } from '../../schema/shadow';
import type { Drift } from '../outcome';

/**
 * Compares what is there with what a skipped or unchanged statement asks for.
 * @param shadow the schema as it is at this statement; it is used for trials that are rolled back
 * @param additions the ADD COLUMN statements of the script on a table of this name: the columns of those after it are asked for too
 * Gives null where both agree. What is asked for and cannot be made, for a comparison, is drift as well. Temporary objects are
 * not compared: a script can only meet those that it made itself.
 */
export function findDrift(
  shadow: Database,
  statement: ParsedStatement,
  additions: readonly ParsedStatement[],
): Drift | null {
  const { kind, name, table, column } = statement;
  if (name === null || statement.temporary) return null;
  if (kind === 'add column' && table !== null && column !== null) {
    return isOnTemporaryTable(shadow, statement) ? null : columnDrift(shadow, statement, table, column);
  }
  const type = /^create (?:virtual )?(table|index|view|trigger)/.exec(kind)?.[1];
  const stored = type === undefined ? null : storedText(shadow, type, name);
  if (stored === null) return null;
  const there = parseSql(stored);
  // The common case is told without a trial. Of the same words, too, an index may be one on a string.
  if (type !== 'index' && haveSameWords(there, statement)) return null;
  if (kind === 'create index') return indexDrift(shadow, statement, name, there);
  if (kind === 'create virtual table') {
    return compare(`table ${name}`, virtualAspects(shadow, name) ?? [], virtualAspectsOf(statement));
  }
  if (type === 'table') return tableDrift(shadow, statement, name, there, additions);
  return textDrift(shadow, statement, `${type ?? ''} ${name}`, there);
}

function compare(subject: string, there: readonly Aspect[], asked: readonly Aspect[]): Drift | null {
  const byKey = (aspects: readonly Aspect[]): ReadonlyMap<string, Aspect> =>
    new Map(aspects.map((aspect) => [aspect.key, aspect]));
  const [left, right] = [byKey(there), byKey(asked)];
  const differences = [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const [one, other] = [left.get(key), right.get(key)];
    if ((one?.same ?? 'none') === (other?.same ?? 'none')) return [];
    return [{ aspect: (one ?? other)?.name ?? key, there: one?.shown ?? 'none', asked: other?.shown ?? 'none' }];
  });
  return differences.length === 0 ? null : { subject, differences };
}

/** Drift of which no more can be said than both texts, and why the one that is asked for cannot be made. */
function whole(subject: string, there: ParsedSql, asked: ParsedSql, why = ''): Drift {
  const difference = {
    aspect: 'definition',
    there: inOneLine(there.tokens),
    asked: `${inOneLine(asked.tokens)}${why}`,
  };
  return { subject, differences: [difference] };
}

function cannot(message: string): string {
  return ` (cannot be made here: ${message})`;
}

function columnDrift(shadow: Database, statement: ParsedStatement, name: string, column: string): Drift | null {
  const table = readTable(shadow, name);
  if (table === null) return null;
  const subject = `column ${name}.${column}`;
  const wanted = foldName(column);
  const others = table.columns.map(([other]) => String(other)).filter((other) => foldName(other) !== wanted);
  const bare = shadow.scratch();
  try {
    // ADD COLUMN refuses some clauses that CREATE TABLE takes; for a column that is there it never comes to that.
    const columns = [...others.map(quoteIdentifier), definitionIn(statement)].join(', ');
    const made = make(bare, name, `CREATE TABLE ${quoteIdentifier(name)} (${columns})`);
    const like = made.ok ? readTable(bare, name) : null;
    const asked = like && columnAspects(like, column, shadow);
    if (!asked) {
      // A table's text stands for its column's: where the asked one cannot be made, nothing is taken apart.
      const there = parseSql(storedText(shadow, 'table', name) ?? column);
      return whole(subject, there, statement, made.ok ? '' : cannot(made.error.message));
    }
    const checks = like.definition.checks.map((check) => shownCheck(check, like.names));
    const there = columnAspects(table, column, shadow, checks) ?? [];
    const isGenerated = [there, asked].every((aspects) => aspects.some((aspect) => aspect.name === 'expression'));
    const counts = (aspect: Aspect): boolean => isGenerated || aspect.name !== 'expression';
    return compare(subject, there.filter(counts), asked.filter(counts));
  } finally {
    bare.close();
  }
}

/**
 * Makes a table to look at. Where this engine lacks a collation or a function for it, the text is written into the schema,
 * which SQLite then reads as it reads one that another program made.
 */
function make(bare: Database, name: string, createTable: string): Outcome<unknown> {
  const made = bare.execute(createTable);
  if (made.ok || !/^no such (collation sequence|function)/.test(made.error.message)) return made;
  const { tokens } = bodyOf(parseSql(createTable));
  const text = `CREATE TABLE ${quoteIdentifier(name)} ${createTable.slice(tokens[0]?.start)}`;
  bare.execute(`CREATE TABLE ${quoteIdentifier(name)} (x)`);
  bare.execute('PRAGMA writable_schema = ON');
  bare.execute('UPDATE sqlite_schema SET sql = ?', [text]);
  bare.execute('PRAGMA writable_schema = RESET');
  return bare.query('SELECT 1 FROM sqlite_schema').ok ? { ok: true, value: null } : made;
}

/** The definition in ALTER TABLE … ADD [COLUMN] definition. */
function definitionIn(addColumn: ParsedSql): string {
  const cursor = new TokenCursor(addColumn.tokens);
  cursor.takeWords('ALTER', 'TABLE');
  cursor.takeQualifiedName();
  cursor.takeWords('ADD');
  cursor.takeWords('COLUMN');
  const text = withoutEnd(addColumn);
  return text.slice(cursor.peek()?.start ?? text.length);
}

function indexDrift(shadow: Database, statement: ParsedStatement, name: string, stored: ParsedSql): Drift | null {
  const subject = `index ${name}`;
  const constants = findConstants(shadow, statement).map((constant) => ({
    aspect: quoteIdentifier(constant),
    there: 'the same string for each row',
    asked: `a column that ${statement.table ?? 'the table'} does not have`,
  }));
  if (constants.length === 0 && haveSameWords(stored, statement)) return null;
  const there = indexAspects(shadow, name) ?? [];
  const asked = trial(shadow, [`DROP INDEX main.${quoteIdentifier(name)}`, statement.text], () =>
    indexAspects(shadow, name),
  );
  const drift = asked.ok
    ? compare(subject, there, asked.value ?? [])
    : whole(subject, stored, statement, cannot(asked.error.message));
  const differences = [...(drift?.differences ?? []), ...constants];
  return differences.length === 0 ? null : { subject, differences };
}

function tableDrift(
  shadow: Database,
  statement: ParsedStatement,
  name: string,
  stored: ParsedSql,
  additions: readonly ParsedStatement[],
): Drift | null {
  const subject = `table ${name}`;
  const there = readTable(shadow, name);
  const text = statement.kind === 'create table as' ? textOfCopy(shadow, statement, name) : statement.text;
  if (there === null) return null;
  if (typeof text !== 'string') return whole(subject, stored, statement, cannot(text.message));
  const bare = shadow.scratch();
  try {
    const made = make(bare, name, text);
    if (!made.ok) return whole(subject, stored, statement, cannot(made.error.message));
    for (const addition of additions) {
      const { ordinal, column } = addition;
      if (ordinal <= statement.ordinal || column === null) continue;
      if (there.names.has(foldName(column))) bare.execute(withoutEnd(addition));
      // A column that is not there yet is no drift: that statement will add it.
      else bare.execute(`ALTER TABLE ${quoteIdentifier(name)} DROP COLUMN ${quoteIdentifier(column)}`);
    }
    const like = readTable(bare, name);
    const sides = [tableAspects(shadow, name, shadow) ?? [], tableAspects(bare, name, shadow) ?? []] as const;
    const [left, right] = like ? [columnOrder(there, like), columnOrder(like, there)] : [];
    return compare(subject, [...sides[0], ...(left ? [left] : [])], [...sides[1], ...(right ? [right] : [])]);
  } finally {
    bare.close();
  }
}

/** The text of the table that CREATE TABLE … AS would make, or why it would not. */
function textOfCopy(shadow: Database, createTableAs: ParsedSql, name: string): string | { readonly message: string } {
  const { tokens } = bodyOf(createTableAs);
  const as = tokens.find((token) => isWord(token, 'AS'));
  const copy = `${name} asked for`;
  const select = createTableAs.text.slice(as?.start ?? createTableAs.text.length);
  const made: Outcome<string | null> = trial(shadow, [`CREATE TABLE main.${quoteIdentifier(copy)} ${select}`], () =>
    storedText(shadow, 'table', copy),
  );
  if (!made.ok) return made.error;
  const columns = made.value?.slice(bodyOf(parseSql(made.value)).tokens[0]?.start);
  return `CREATE TABLE ${quoteIdentifier(name)} ${columns ?? ''}`;
}

function textDrift(shadow: Database, statement: ParsedSql, subject: string, there: ParsedSql): Drift | null {
  const names = namesFor(shadow, statement, there);
  const same = spellDefinition(there, names) === spellDefinition(statement, names);
  return same ? null : whole(subject, there, statement);
}

/** A view or trigger without what goes without saying: BEFORE, and FOR EACH ROW. */
function spellDefinition(sql: ParsedSql, names: ReadonlySet<string>): string {
  const { tokens } = bodyOf(sql);
  const spelled = spell(tokens, names);
  if (!/^(insert|update|delete|before|after|instead)\b/.test(spelled)) return spelled;
  return spelled.replace(/^(?=insert|update|delete)/, 'before ').replace(/ for each row (?=when |begin )/, ' ');
}

/** Whatever may be meant by a word in double quotes in a view or trigger: any column, and any name that the texts use bare. */
function namesFor(shadow: Database, ...texts: readonly ParsedSql[]): ReadonlySet<string> {
  // To go through all columns of all tables takes long, and only words in double quotes are spelled by their names.
  if (!texts.some((sql) => bodyOf(sql).tokens.some(isDoubleQuoted))) return new Set();
  const tables = rowsOf(shadow, `SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')`);
  const names = tables.flatMap(([table]) => {
    const columns = shadow.query(`SELECT name FROM pragma_table_xinfo(?, 'main')`, [table ?? null]);
    return [table, ...(columns.ok ? columns.value.map(([column]) => column) : [])];
  });
  const bare = texts.flatMap((sql) => bodyOf(sql).tokens.flatMap(({ kind, text }) => (kind === 'word' ? text : [])));
  return new Set([...names.map(String), ...bare].map(foldName));
}
