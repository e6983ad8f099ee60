// Rows that a new unique key does not allow, and which of them stay.

import { foldName, quoteIdentifier } from '../database';
import type { Index, Relation } from '../schema/schema';
import { readTableDefinition } from '../schema/tableDefinition';
import { asWritten } from '../script/spelling';
import { hasWords, parseSql, unquotedName } from '../script/tokens';
import { counted } from '../words';
import type { Interview } from './interview';
import type { Loss } from './migration';
import type { PairedRelation } from './pairing';
import { nameInId } from './question';
import { rowidOf } from './rebuild';
import { referringTo } from './references';
import type { CopiedTable } from './copiedTable';
import type { RowFacts } from './rowFacts';

/** A unique key, of the table or by an index. */
export interface UniqueKey {
  /** As in GROUP BY: columns or expressions, with their collation. */
  readonly columns: readonly string[];
  /** The WHERE of an index. */
  readonly condition: string | null;
}

/** Which rows go for a key, as a condition over the table, and how many. */
export interface Deduplication {
  readonly condition: string;
  readonly loss: Loss;
}

/** The keys of a table that are declared in its text. */
export function declaredKeys({ sql }: Relation): readonly UniqueKey[] {
  const { columns, uniques, primaryKey } = readTableDefinition(parseSql(sql));
  const keys = primaryKey === null ? uniques : [...uniques, primaryKey];
  return keys.map((key) => ({
    columns: key.columns.map((name) => {
      const column = columns.find((one) => foldName(one.name) === name);
      const collation = column?.collation ?? 'BINARY';
      return `${quoteIdentifier(column?.name ?? name)} COLLATE ${quoteIdentifier(collation)}`;
    }),
    condition: null,
  }));
}

/** The key of a unique index on a table; null of any other index. */
export function indexKey({ sql }: Index, table: Relation): UniqueKey | null {
  const parsed = parseSql(sql ?? '');
  const { tokens, text } = parsed;
  if (!hasWords(tokens.slice(0, 3), 'CREATE', 'UNIQUE', 'INDEX')) return null;
  const collations = new Map(
    readTableDefinition(parseSql(table.sql)).columns.map(({ name, collation }) => [foldName(name), collation]),
  );
  const open = tokens.findIndex((token) => token.text === '(');
  const columns: string[] = [];
  let depth = 0;
  let from = open + 1;
  let at = open + 1;
  const end = (): void => {
    const own = tokens.slice(from, at).filter(({ text: word }) => !/^(asc|desc)$/i.test(word));
    const written = text.slice(own[0]?.start, own.at(-1)?.end);
    const collation = own.length === 1 ? collations.get(foldName(written.replace(/^["'`[]|["'`\]]$/g, ''))) : null;
    columns.push(collation == null ? written : `${written} COLLATE ${quoteIdentifier(collation)}`);
    from = at + 1;
  };
  for (; at < tokens.length; at++) {
    const word = tokens[at]?.text;
    if (depth === 0 && word === ')') break;
    depth += word === '(' ? 1 : word === ')' ? -1 : 0;
    if (depth === 0 && word === ',') end();
  }
  end();
  const where = tokens[at + 2];
  return { columns, condition: where ? text.slice(where.start, tokens.at(-1)?.end) : null };
}

/** All names in a key, folded: columns, and also functions and collations. */
export function namesOfKey({ columns, condition }: UniqueKey): ReadonlySet<string> {
  const tokens = [...columns, condition ?? ''].flatMap((sql) => parseSql(sql).tokens);
  return new Set(tokens.map((token) => foldName(unquotedName(token) ?? '')));
}

/** A table that gets a key. */
export interface KeyedTable {
  /** Its columns have the names of the target already. */
  readonly before: Relation;
  readonly name: string;
  /** The table in the database that the facts are about, and the old name of a column. */
  readonly origin: CopiedTable['origin'];
  readonly relations: readonly PairedRelation[];
  /** SQL for what a column stores once the row is copied; null where that is what it has now. */
  readonly storedOf: (column: string, nameOf: NameOf) => string | null;
}

/** Gives the name that a column of the old table has where it is asked: its old one, or the one of the target. */
export type NameOf = (column: string) => string;

/** The name that the target has. */
const asNamed: NameOf = (column) => column;

/** Asks which rows stay; null where there are none too many, nobody knows, or the question is open. */
export function askDuplicates(
  key: UniqueKey,
  { before, origin, name, relations, storedOf }: KeyedTable,
  interview: Interview,
  facts: RowFacts,
): Deduplication | null {
  const stored = (sql: string, nameOf: NameOf): string =>
    replaceNames(sql, (column) => storedOf(column, nameOf) ?? nameInPlace(column, nameOf));
  const old = (sql: string): string => stored(sql, origin.columnOf);
  const count = facts.duplicates(origin.table, key.columns.map(old), key.condition === null ? '1' : old(key.condition));
  if (count === null || count === 0) return null;
  const shown = key.columns.map((column) => column.replace(/ COLLATE "?BINARY"?$/i, '').replaceAll('"', '')).join(', ');
  const answer = interview.ask(
    {
      id: `duplicates in ${nameInId(name)} (${shown})`,
      kind: 'duplicates',
      table: name,
      column: null,
      sentence: [...namesOfKey(key)].some((column) => storedOf(column, asNamed) !== null)
        ? `${shown} of ${name} is unique, and there are rows that get the same as another one when they are copied. Which stay?`
        : `${shown} of ${name} becomes unique, and there are rows that have the same as another one. Which stay?`,
      evidence: [
        `${counted(count, 'row is', 'rows are')} one too many. Rows with NULL in ${shown} are never the same.`,
        ...(key.condition === null
          ? []
          : [`Only rows count of which ${asWritten(parseSql(key.condition).tokens)} is true.`]),
        ...facts.duplicateSamples(
          origin.table,
          key.columns.map(old),
          key.condition === null ? '1' : old(key.condition),
        ),
        ...referringTo(name, relations),
      ],
      options: [
        { value: 'keep first', label: 'The first of each: delete the others', expression: null },
        { value: 'keep last', label: 'The last of each: delete the others', expression: null },
      ],
    },
    null,
    'keep first',
  );
  if (answer === null) return null;
  const columns = key.columns.map((column) => stored(column, asNamed));
  const filled = columns.map((column) => `(${column}) IS NOT NULL`).join(' AND ');
  const among = key.condition === null ? filled : `${filled} AND (${stored(key.condition, asNamed)})`;
  const sentence = `${counted(count, 'row')} of ${name} that ${count === 1 ? 'has' : 'have'} the same ${shown} as another one ${count === 1 ? 'is' : 'are'} deleted.`;
  return {
    condition: `${among} AND ${rowsToKeep(before, columns, among, answer === 'keep first')}`,
    loss: { table: origin.table, column: null, count, sentence },
  };
}

/** The condition that a row is none of those that stay; `@table` stands for the table. */
function rowsToKeep(table: Relation, columns: readonly string[], among: string, first: boolean): string {
  const group = columns.join(', ');
  const rowid = rowidOf(table);
  if (rowid !== null)
    return `${rowid} NOT IN (SELECT ${first ? 'min' : 'max'}(${rowid}) FROM @table WHERE ${among} GROUP BY ${group})`;
  const keys = table.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((one, other) => one.primaryKey - other.primaryKey)
    .map((column) => quoteIdentifier(column.name));
  const order = keys.map((name) => (first ? name : `${name} DESC`)).join(', ');
  const numbered = `SELECT ${keys.join(', ')}, row_number() OVER (PARTITION BY ${group} ORDER BY ${order}) AS place FROM @table WHERE ${among}`;
  return `(${keys.join(', ')}) NOT IN (SELECT ${keys.join(', ')} FROM (${numbered}) WHERE place = 1)`;
}

/** SQL with other names of columns in it. @param columnOf gives the name that a word stands for; its own where it stands for none */
export function withNames(sql: string, columnOf: NameOf): string {
  return replaceNames(sql, (name) => nameInPlace(name, columnOf));
}

function nameInPlace(name: string, nameOf: NameOf): string | null {
  const other = nameOf(name);
  return other === name ? null : quoteIdentifier(other);
}

/** @param sqlOf gives what is put in the place of a name; null where it stays */
function replaceNames(sql: string, sqlOf: (name: string) => string | null): string {
  return parseSql(sql)
    .tokens.toReversed()
    .reduce((text, token) => {
      const name = token.kind === 'word' || token.kind === 'name' ? unquotedName(token) : null;
      const other = name === null ? null : sqlOf(name);
      return other === null ? text : text.slice(0, token.start) + other + text.slice(token.end);
    }, sql);
}
