// What a column, an index or a table is, aspect by aspect, in words and SQL that can be compared and shown side by side.

import { quoteIdentifier, rowsOf, type Database, type SqlValue } from '../database';
import { isBlank, isWord, tokenise, unquotedName } from '../script/tokens';

/** Aspects by name, in the order in which they are shown. */
export type Aspects = ReadonlyMap<string, string>;

/** Runs a trial on the shadow and takes it back. Gives null when the trial cannot be made. */
export function trial<Value>(shadow: Database, changes: readonly string[], read: () => Value): Value | null {
  shadow.execute('SAVEPOINT trial');
  try {
    return changes.every((sql) => shadow.execute(sql).ok) ? read() : null;
  } finally {
    shadow.execute('ROLLBACK TO trial');
    shadow.execute('RELEASE trial');
  }
}

/** The aspects of a column; null where there is none of the name. */
export function columnAspects(database: Database, table: string, column: string): Aspects | null {
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

/** The aspects of an index; null where there is none of the name. */
export function indexAspects(database: Database, name: string): Aspects | null {
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

/** The aspects of a table: each column and each constraint is one. */
export function tableAspects(database: Database, name: string): Aspects {
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

/**
 * What a CREATE statement says, to compare it by: without comments, case and quotes of names, and without TEMP, IF NOT
 * EXISTS and the name of the schema, which SQLite does not store.
 */
export function wordsOf(sql: string): string {
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
