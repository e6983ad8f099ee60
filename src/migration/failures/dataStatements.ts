// INSERT and UPDATE whose columns and values do not fit each other.

import { foldName, quoteIdentifier } from '../../database';
import { isWord, type ParsedSql, type Token } from '../../script/tokens';
import type { FailedStatement } from '../run/failureHelp';
import { inWords, type Explanation, type Said } from './explanation';
import { findTarget } from './newRows';
import { readInsert } from '../../script/writeClauses';
import { listed } from '../../words';

/** On what is written. */
export const DATA_STATEMENTS: readonly Explanation[] = [
  { pattern: /^cannot INSERT into generated column "(.+)"/s, explain: explainGenerated },
  inWords(
    /^cannot UPDATE generated column "(.+)"/s,
    'The value of $1 is computed from other columns of its row, so it cannot be set.',
    'Take $1 out of the SET, and set the columns that it is computed from.',
  ),
  { pattern: /^table (.+) has (\d+) columns? but (\d+) values were supplied/s, explain: explainCount },
  inWords(
    /^(\d+) values? for (\d+) columns?/,
    'The INSERT names $2 columns and gives $1 values.',
    'Give as many values as columns, in the same order.',
  ),
  inWords(
    /^(\d+) columns? assigned (\d+) values?/,
    'SET (…) = (…) names $1 columns and gives $2 values.',
    'Give as many values as columns, in the same order.',
  ),
  inWords(
    /^all VALUES must have the same number of terms/,
    'The rows after VALUES are not equally long.',
    'Look for the row with a comma or a value too many or too few.',
  ),
  inWords(
    /^table (.+) has (\d+) values for (\d+) columns/s,
    '$1 is given $3 names for its columns, and $2 values.',
    'Name as many columns as there are values.',
  ),
  inWords(
    /ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint/,
    'ON CONFLICT names columns on which there is no primary key, UNIQUE constraint or unique index with just these columns.',
    'Name the columns of one that is there, or make a unique index on these before this statement. A partial index needs its WHERE in the clause too.',
  ),
  inWords(
    /^UPSERT not implemented for virtual table "(.+)"/s,
    '$1 is a virtual table, and those have no ON CONFLICT DO.',
    'Use INSERT OR REPLACE, or delete the rows before.',
  ),
  inWords(
    /^RETURNING may not use "TABLE\.\*" wildcards/,
    'RETURNING takes * alone, without a table before it.',
    'Leave RETURNING out: nobody reads its rows in a script.',
  ),
  inWords(
    /^target object\/alias may not appear in FROM clause: (.+)$/s,
    'UPDATE … FROM names $1, which is the table that it updates, once more.',
    'Leave it out of FROM, or give it another alias there.',
  ),
];

function explainGenerated(failed: FailedStatement, [, column = '']: readonly string[]): Said {
  const { statement } = failed;
  const target = findTarget(failed);
  const generated = target?.columns.filter((one) => one.generated !== null).map(({ name }) => name) ?? [column];
  const sql = target ? withoutColumns(statement, generated) : null;
  return {
    explanation: `The value of ${column} in ${target?.name ?? 'the table'} is computed from other columns of its row, so an INSERT cannot give it one.`,
    wayOut: `Leave ${listed(generated)} out of both lists: the columns after INTO, and what SELECT or VALUES gives. SQLite computes the values anew, so none is lost.`,
    ...runsInstead(failed, sql),
  };
}

/** The INSERT without these columns in either list; null where the two lists cannot be told. */
function withoutColumns(insert: ParsedSql, columns: readonly string[]): string | null {
  const { text, tokens } = insert;
  const folded = new Set(columns.map(foldName));
  const names = readInsert(insert)?.columns ?? null;
  const open = tokens.findIndex((token) => token.text === '(');
  const select = tokens.findIndex((token, at) => at > open && isWord(token, 'SELECT'));
  if (names === null || open < 0 || select < 0 || isWord(tokens[0] ?? null, 'WITH')) return null;
  const wanted = names.flatMap((name, at) => (folded.has(foldName(name)) ? [] : [at]));
  const named = itemsAfter(tokens, open + 1);
  const items = itemsAfter(tokens, select + 1);
  if (named.length !== names.length || items.length !== names.length) return null;
  const keep = (all: readonly Item[]): string =>
    wanted.map((at) => text.slice(all[at]?.start ?? 0, all[at]?.end ?? 0)).join(', ');
  const [firstName, lastName, firstItem, lastItem] = [named[0], named.at(-1), items[0], items.at(-1)];
  if (!firstName || !lastName || !firstItem || !lastItem) return null;
  return `${text.slice(0, firstName.start)}${keep(named)}${text.slice(lastName.end, firstItem.start)}${keep(items)}${text.slice(lastItem.end)}`;
}

interface Item {
  readonly start: number;
  readonly end: number;
}

/** The items of a list up to the parenthesis that closes it, or to FROM. */
function itemsAfter(tokens: readonly Token[], from: number): readonly Item[] {
  const items: Item[] = [];
  let depth = 0;
  let first: Token | null = null;
  for (let at = from; at <= tokens.length; at++) {
    const token = tokens[at];
    const isEnd = depth === 0 && (token === undefined || token.text === ')' || isWord(token, 'FROM'));
    if (isEnd || (depth === 0 && token?.text === ',')) {
      const last = tokens[at - 1];
      if (!first || !last) return [];
      items.push({ start: first.start, end: last.end });
      if (isEnd) return items;
      first = null;
      continue;
    }
    first ??= token ?? null;
    depth += token?.text === '(' ? 1 : token?.text === ')' ? -1 : 0;
  }
  return items;
}

function explainCount(failed: FailedStatement, [, table = '', has = '', given = '']: readonly string[]): Said {
  const target = findTarget(failed);
  const written = target?.columns.filter(({ generated }) => generated === null).map(({ name }) => name) ?? [];
  const clauses = readInsert(failed.statement);
  const [, source] =
    /^SELECT\s+\*\s+FROM\s+("(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|\w+)\s*$/i.exec(clauses?.source ?? '') ?? [];
  const from = source === undefined ? null : findTarget(failed, source.replace(/^["`[]|["`\]]$/g, ''));
  const common = written.filter((name) => from?.columns.some((one) => foldName(one.name) === foldName(name)));
  const names = common.map(quoteIdentifier).join(', ');
  const sql =
    from && source !== undefined && common.length > 0
      ? `INSERT INTO ${quoteIdentifier(table)}(${names}) SELECT ${names} FROM ${source}`
      : null;
  const left = from?.columns.filter(({ name }) => !common.some((one) => foldName(one) === foldName(name))) ?? [];
  return {
    explanation: `The INSERT names no columns, so it has to give a value for each of the ${has} of ${table}, and it gives ${given}.`,
    wayOut: `Name the columns in the INSERT, and give as many values in the same order.${sql === null ? '' : ' Below are the columns that both tables have.'}${sql !== null && left.length > 0 ? ` ${listed(left.map(({ name }) => name))} of ${from?.name ?? ''} would not be copied.` : ''}`,
    ...runsInstead(failed, sql),
  };
}

/** A statement in place of the failed one, where the schema takes it. */
function runsInstead({ shadow }: FailedStatement, sql: string | null): Pick<Said, 'mend'> {
  return sql !== null && shadow.compile(sql).ok ? { mend: { before: [], instead: sql, after: [] } } : {};
}
