// Drift: a statement finds something of its name there, and what is there is not what the statement asks for.

import { quoteIdentifier, rowsOf, type Database, type SqlValue } from '../database';
import type { Statement } from '../script/statement';
import { foldName } from '../schema/schema';
import { isBlank, isWord, tokenise, unquotedName } from '../script/tokens';

/** Where the two shapes differ, aspect by aspect, in words and SQL that can be shown side by side. */
export interface Drift {
  /** What is compared: `column t.a`, `index i`, `table t`. */
  readonly subject: string;
  readonly differences: readonly Difference[];
}

/** One aspect in which the shapes differ; `none` where one side has nothing there. */
export interface Difference {
  readonly aspect: string;
  readonly there: string;
  readonly asked: string;
}

/**
 * Compares what is there with what a skipped or unchanged statement asks for.
 * @param shadow the schema as it is at this statement; it is used for trials that are rolled back
 * @param later the statements after it: columns that they add to a table are asked for too
 * Gives null where both agree, or where what is asked for cannot be built for a comparison.
 */
export function findDrift(shadow: Database, statement: Statement, later: readonly Statement[]): Drift | null {
  if (statement.name === null) return null;
  const { kind, name } = statement;
  if (kind === 'add column' && statement.table !== null && statement.column !== null) {
    return columnDrift(shadow, statement.text, statement.table, statement.column);
  }
  if (/^create (table|index)$/.test(kind) && hasSameWords(shadow, statement.text, name)) return null;
  if (kind === 'create index') return indexDrift(shadow, statement.text, name);
  if (kind === 'create table') return tableDrift(shadow, statement, name, later);
  if (kind === 'create view' || kind === 'create trigger') return textDrift(shadow, statement, name);
  return null;
}

/** Runs a trial on the shadow and takes it back. Gives null when the trial cannot be made. */
function trial<Value>(shadow: Database, changes: readonly string[], read: () => Value): Value | null {
  shadow.execute('SAVEPOINT trial');
  try {
    return changes.every((sql) => shadow.execute(sql).ok) ? read() : null;
  } finally {
    shadow.execute('ROLLBACK TO trial');
    shadow.execute('RELEASE trial');
  }
}

type Aspects = ReadonlyMap<string, string>;

function compareAspects(subject: string, there: Aspects | null, asked: Aspects | null): Drift | null {
  if (!there || !asked) return null;
  const differences = [...new Set([...there.keys(), ...asked.keys()])]
    .map((aspect) => ({ aspect, there: there.get(aspect) ?? 'none', asked: asked.get(aspect) ?? 'none' }))
    .filter((difference) => difference.there !== difference.asked);
  return differences.length === 0 ? null : { subject, differences };
}

function columnDrift(shadow: Database, sql: string, table: string, column: string): Drift | null {
  const there = trial(shadow, [], () => columnAspects(shadow, table, column));
  const moved = `ALTER TABLE ${quoteIdentifier(table)} RENAME COLUMN ${quoteIdentifier(column)} TO ${quoteIdentifier(`${column} there`)}`;
  const asked = trial(shadow, [moved, sql], () => columnAspects(shadow, table, column));
  return compareAspects(`column ${table}.${column}`, there, asked);
}

function columnAspects(database: Database, table: string, column: string): Aspects | null {
  const [row] = rowsOf(
    database,
    'SELECT type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE',
    [table, column],
  );
  if (!row) return null;
  return new Map([...describeColumn(row), ['collation', collationOf(database, table, column)]]);
}

function describeColumn([type, notNull, defaultValue, primaryKey, hidden]: readonly SqlValue[]): [string, string][] {
  return [
    ['type', type === '' ? 'none' : String(type).toUpperCase()],
    ['NOT NULL', notNull === 1 ? 'NOT NULL' : 'may be NULL'],
    ['default', defaultValue === null ? 'none' : String(defaultValue)],
    ['primary key', primaryKey === 0 ? 'no' : `column ${String(primaryKey)} of it`],
    ['generated', hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : 'no'],
  ];
}

/** A column's collation is shown by an index on it and by nothing else that SQL can ask. */
function collationOf(database: Database, table: string, column: string): string {
  const make = `CREATE INDEX "collation of it" ON ${quoteIdentifier(table)} (${quoteIdentifier(column)})`;
  const read = trial(database, [make], () =>
    rowsOf(database, 'SELECT coll FROM pragma_index_xinfo(?) WHERE seqno = 0', ['collation of it']),
  );
  return String(read?.[0]?.[0] ?? 'BINARY');
}

function indexDrift(shadow: Database, sql: string, name: string): Drift | null {
  const there = trial(shadow, [], () => indexAspects(shadow, name));
  const asked = trial(shadow, [`DROP INDEX ${quoteIdentifier(name)}`, sql], () => indexAspects(shadow, name));
  return compareAspects(`index ${name}`, there, asked);
}

function indexAspects(database: Database, name: string): Aspects | null {
  const [object] = rowsOf(
    database,
    `SELECT tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE`,
    [name],
  );
  if (!object) return null;
  const [table, sql] = [String(object[0]), String(object[1])];
  const tokens = tokenise(sql).filter((token) => !isBlank(token));
  const unique = tokens[1]?.text.toUpperCase() === 'UNIQUE';
  const where = tokens.findIndex((token) => token.text.toUpperCase() === 'WHERE');
  const columns = rowsOf(
    database,
    'SELECT name, "desc", coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
    [name],
  );
  const shown = columns.map(([column, descending, collation]) =>
    [
      column === null ? '(expression)' : String(column),
      collation === 'BINARY' ? '' : ` COLLATE ${String(collation)}`,
      descending === 1 ? ' DESC' : '',
    ].join(''),
  );
  const text = (from: number, to?: number): string =>
    tokens
      .slice(from, to)
      .map((token) => token.text.toLowerCase())
      .join(' ');
  const aspects = new Map([
    ['table', table],
    ['columns', shown.join(', ')],
    ['unique', unique ? 'UNIQUE' : 'no'],
    ['WHERE', where < 0 ? 'none' : text(where + 1)],
  ]);
  // An expression has no name to compare by: its words have to do.
  const opening = tokens.findIndex((token) => token.text === '(');
  if (columns.some(([column]) => column === null)) {
    aspects.set('expressions', text(opening, where < 0 ? undefined : where));
  }
  return aspects;
}

function tableDrift(shadow: Database, statement: Statement, name: string, later: readonly Statement[]): Drift | null {
  const bare = shadow.scratch();
  try {
    if (!bare.execute(statement.text).ok) return null;
    const same = foldName(name);
    for (const next of later) {
      const adds = next.kind === 'add column' && next.table !== null && foldName(next.table) === same;
      // A column that is not there yet is no drift: that statement will add it.
      if (adds && next.column !== null && columnAspects(shadow, name, next.column)) bare.execute(next.text);
    }
    return compareAspects(`table ${name}`, tableAspects(shadow, name), tableAspects(bare, name));
  } finally {
    bare.close();
  }
}

function tableAspects(database: Database, name: string): Aspects {
  const aspects = new Map<string, string>();
  const columns = database.query(
    'SELECT type, "notnull", dflt_value, pk, hidden, name FROM pragma_table_xinfo(?) ORDER BY cid',
    [name],
  );
  for (const row of columns.ok ? columns.value : []) {
    const shown = describeColumn(row).filter(
      ([, value]) => value !== 'none' && value !== 'no' && value !== 'may be NULL',
    );
    const words = shown.map(([aspect, value]) =>
      aspect === 'default' ? `DEFAULT ${value}` : aspect === 'primary key' ? `primary key: ${value}` : value,
    );
    const collation = collationOf(database, name, String(row[5]));
    if (collation !== 'BINARY') words.push(`COLLATE ${collation}`);
    aspects.set(`column ${String(row[5])}`, words.join(' ') || 'no type');
  }
  const [table] = rowsOf(
    database,
    'SELECT wr, strict FROM pragma_table_list WHERE schema = ? AND name = ? COLLATE NOCASE',
    ['main', name],
  );
  if (table?.[0] === 1) aspects.set('WITHOUT ROWID', 'yes');
  if (table?.[1] === 1) aspects.set('STRICT', 'yes');
  const [object] = rowsOf(
    database,
    `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    [name],
  );
  for (const clause of clausesIn(String(object?.[0] ?? ''))) aspects.set(clause, 'yes');
  const constraints = rowsOf(
    database,
    `SELECT (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
     FROM pragma_index_list(?) AS l WHERE l.origin = 'u'`,
    [name],
  );
  for (const [unique] of constraints) aspects.set(`UNIQUE (${String(unique)})`, 'yes');
  const foreignKeys = rowsOf(
    database,
    `SELECT group_concat("from", ', '), "table", group_concat(coalesce("to", 'primary key'), ', '), on_update, on_delete
     FROM pragma_foreign_key_list(?) GROUP BY id`,
    [name],
  );
  for (const [from, table, to, onUpdate, onDelete] of foreignKeys) {
    aspects.set(
      `FOREIGN KEY (${String(from)})`,
      `${String(table)} (${String(to)}) ON UPDATE ${String(onUpdate)} ON DELETE ${String(onDelete)}`,
    );
  }
  return aspects;
}

/** What no PRAGMA tells of a table: its CHECKs and AUTOINCREMENT. */
function clausesIn(createTable: string): readonly string[] {
  const tokens = tokenise(createTable).filter((token) => !isBlank(token));
  return tokens.flatMap((token, at) => {
    if (isWord(token, 'AUTOINCREMENT')) return ['AUTOINCREMENT'];
    if (!isWord(token, 'CHECK')) return [];
    let depth = 0;
    const end = tokens.findIndex(({ text }, other) => {
      if (other <= at) return false;
      depth += text === '(' ? 1 : text === ')' ? -1 : 0;
      return depth === 0;
    });
    return [`CHECK ${wordsOf(createTable.slice(tokens[at + 1]?.start, tokens[end]?.end))}`];
  });
}

function textDrift(shadow: Database, statement: Statement, name: string): Drift | null {
  const type = statement.kind === 'create view' ? 'view' : 'trigger';
  const [object] = rowsOf(shadow, 'SELECT sql FROM sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE', [
    type,
    name,
  ]);
  if (!object) return null;
  const there = String(object[0]);
  if (wordsOf(there) === wordsOf(statement.text)) return null;
  const difference = { aspect: 'definition', there: inOneLine(there), asked: inOneLine(statement.text) };
  return { subject: `${type} ${name}`, differences: [difference] };
}

/** Whether what is there was made by the very same words: the common case, told without a trial. */
function hasSameWords(shadow: Database, sql: string, name: string): boolean {
  const [object] = rowsOf(
    shadow,
    `SELECT sql FROM main.sqlite_schema WHERE type IN ('table', 'index') AND name = ? COLLATE NOCASE`,
    [name],
  );
  return typeof object?.[0] === 'string' && wordsOf(object[0]) === wordsOf(sql);
}

/**
 * What a CREATE statement says, to compare it by: without comments, case and quotes of names, and without TEMP, IF NOT
 * EXISTS and the name of the schema, which SQLite does not store.
 */
function wordsOf(sql: string): string {
  const words = tokenise(sql)
    .filter((token) => !isBlank(token))
    .map((token) => (token.kind === 'string' ? token.text : (unquotedName(token) ?? token.text).toLowerCase()));
  return words
    .join(' ')
    .replace(
      /^create (?:temp |temporary )?(table|index|unique index|view|trigger) (?:if not exists )?(?:\w+ \. )?/,
      '$1 ',
    );
}

/** A CREATE statement in one line, without comments. */
function inOneLine(sql: string): string {
  const words = tokenise(sql).filter((token) => !isBlank(token));
  return words.map((token) => token.text).join(' ');
}
