// What a column or an index is, aspect by aspect, in words and SQL that can be compared and shown side by side.

import { rowsOf, type Database, type Row, foldName } from '../../database';
import { parseSql, unquotedName } from '../../script/tokens';
import { indexClauses } from '../../script/clauses';
import { inOneLine, spell, withoutParentheses } from '../../script/spelling';
import {
  readTableDefinition,
  type CheckDefinition,
  type ColumnDefinition,
  type ForeignKeyDefinition,
  type TableDefinition,
} from '../../schema/tableDefinition';

/** One aspect of something. `same` is what it is compared by, where that is not how it is shown. */
export interface Aspect {
  /** The words that the page uses. */
  readonly name: string;
  readonly shown: string;
  readonly same: string;
  /** What tells aspects apart: the name without its case, unless more of it counts. */
  readonly key: string;
}

/** An aspect that is compared by what it shows, names and keywords without their case. */
export function aspect(name: string, shown: string, same = foldName(shown), key = foldName(name)): Aspect {
  return { name, shown, same, key };
}

/** A table of `main`, with all that its aspects are told from. */
export interface TableFacts {
  readonly name: string;
  readonly definition: TableDefinition;
  /** Folded names of its columns, in order, and those of the rowid. */
  readonly names: ReadonlySet<string>;
  /** Rows of PRAGMA table_xinfo, in order: name, type, notnull, dflt_value, pk, hidden. */
  readonly columns: readonly Row[];
  /** The same by folded name, and what the text says of each column. */
  readonly byName: ReadonlyMap<string, { readonly row: Row; readonly definition: ColumnDefinition | undefined }>;
}

/** The facts of a table; null where `main` has none of the name, or its columns cannot be read (an unknown module). */
export function readTable(database: Database, name: string): TableFacts | null {
  const sql = storedText(database, 'table', name);
  const columns = database.query(
    `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid`,
    [name],
  );
  if (sql === null || !columns.ok) return null;
  const names = new Set(columns.value.map((row) => foldName(String(row[0]))));
  for (const rowid of ['rowid', 'oid', '_rowid_']) names.add(rowid);
  const definition = readTableDefinition(parseSql(sql));
  const defined = new Map(definition.columns.map((column) => [foldName(column.name), column] as const).reverse());
  const byName = new Map(
    columns.value
      .map((row) => [foldName(String(row[0])), row] as const)
      .map(([folded, row]) => [folded, { row, definition: defined.get(folded) }]),
  );
  return { name, definition, names, columns: columns.value, byName };
}

/** The text of an object of `main` as SQLite stores it; null where there is none of the name. */
export function storedText(database: Database, type: string, name: string): string | null {
  const [object] = rowsOf(
    database,
    `SELECT coalesce(sql, '') FROM main.sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE`,
    [type, name],
  );
  return object ? String(object[0]) : null;
}

/** Aspects of a column that stand in one line with it where its table is shown. Null where the table has no such column. */
export function columnClauses(table: TableFacts, column: string): readonly Aspect[] | null {
  const wanted = foldName(column);
  const found = table.byName.get(wanted);
  if (!found) return null;
  const { definition } = found;
  const [, type, notNull, defaultText, primaryKey, hidden] = found.row;
  const conflict = definition?.notNullConflict ?? null;
  const generated = hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : 'no';
  const clauses = [
    aspect('type', shownType(String(type), generated !== 'no')),
    aspect(
      'NOT NULL',
      notNull === 1 ? `NOT NULL${conflict === null ? '' : ` ON CONFLICT ${conflict}`}` : 'may be NULL',
    ),
    shownDefault(definition?.defaultValue ?? null, defaultText === null ? null : String(defaultText)),
    aspect('primary key', primaryKey === 0 ? 'no' : `column ${String(primaryKey)} of it`),
    aspect('generated', generated),
    aspect('collation', definition?.collation ?? 'BINARY'),
  ];
  if (definition?.expression) {
    const expression = spell(withoutParentheses(definition.expression), table.names);
    clauses.push(aspect('expression', expression, expression));
  }
  return clauses;
}

/** A type as SQLite keeps it, which is with all comments and blanks, and with a GENERATED ALWAYS that comments take apart. */
function shownType(type: string, isGenerated: boolean): string {
  const words = inOneLine(parseSql(type).tokens).toUpperCase();
  const own = isGenerated ? words.replace(/ ?\bGENERATED( ALWAYS)?$/, '') : words;
  return own.replace(/ ?([(),]) ?/g, '$1') || 'none';
}

/** DEFAULT NULL is what a column has without any; a bare or quoted word is a string (https://sqlite.org/quirks.html). */
function shownDefault(value: ColumnDefinition['defaultValue'], stored: string | null): Aspect {
  const text = stored === null ? null : inOneLine(parseSql(stored).tokens);
  const inside = withoutParentheses(value ?? []);
  const [only, ...more] = inside;
  const name = only && more.length === 0 && only.kind === 'name' ? unquotedName(only) : null;
  const word = only?.kind === 'word' && more.length === 0 ? foldName(only.text) : null;
  if (text === null || word === 'null') return aspect('default', 'none');
  if (name !== null) return aspect('default', text, `'${name.replaceAll("'", "''")}'`);
  if (only && word !== null && !/^(true|false|current_\w+)$/.test(word)) {
    return aspect('default', text, `'${only.text}'`);
  }
  return aspect('default', text, inside.length === 0 ? text : spell(inside, new Set()));
}

/**
 * All aspects of a column: its clauses, and the constraints that are about it alone, wherever they are written.
 * @param shadow where the primary key of a table that it refers to is looked up
 * @param asked conditions that count as the column's own where the table has them at all
 */
export function columnAspects(
  table: TableFacts,
  column: string,
  shadow: Database,
  asked: readonly string[] = [],
): readonly Aspect[] | null {
  const clauses = columnClauses(table, column);
  if (clauses === null) return null;
  const { definition } = table;
  const wanted = foldName(column);
  const isAlone = (columns: readonly string[]): boolean => columns.length === 1 && columns[0] === wanted;
  const checks = definition.checks
    .filter((check) => columnOfCheck(check, table.names) === wanted || asked.includes(shownCheck(check, table.names)))
    .map((check) => shownCheck(check, table.names));
  const unique = definition.uniques.find(({ columns }) => isAlone(columns));
  const references = definition.foreignKeys.filter(({ columns }) => isAlone(columns));
  const { primaryKey } = definition;
  const ofKey = primaryKey?.columns.includes(wanted) === true;
  const list = (name: string, items: readonly string[]): Aspect => {
    const sorted = [...new Set(items)].sort().join('; ');
    return aspect(name, sorted || 'none', name === 'CHECK' ? sorted : foldName(sorted));
  };
  return [
    ...clauses,
    aspect('AUTOINCREMENT', ofKey && definition.autoincrement ? 'yes' : 'no'),
    aspect('ON CONFLICT of the primary key', (ofKey ? primaryKey.conflict : null) ?? 'none'),
    aspect('UNIQUE', unique ? onConflict(unique.conflict) : 'no'),
    list('CHECK', checks),
    list(
      'REFERENCES',
      references.map((key) => shownForeignKey(key, shadow)),
    ),
  ];
}

/** `yes`, or the clause that says what becomes of a row that breaks the constraint. */
export function onConflict(conflict: string | null): string {
  return conflict === null ? 'yes' : `ON CONFLICT ${conflict}`;
}

/** The one column that a CHECK is about: the one that it is written at, or the only one that it names. */
function columnOfCheck({ column, condition }: CheckDefinition, names: ReadonlySet<string>): string | null {
  const named = new Set(
    condition.map((token) => foldName(unquotedName(token) ?? '')).filter((name) => names.has(name)),
  );
  return named.size === 1 ? ([...named][0] ?? null) : column;
}

/** The condition of a CHECK, in its parentheses. */
export function shownCheck({ condition }: CheckDefinition, names: ReadonlySet<string>): string {
  return `( ${spell(withoutParentheses(condition), names)} )`;
}

/** What a foreign key refers to, and what then happens. */
export function shownForeignKey(key: ForeignKeyDefinition, shadow: Database): string {
  const columns = key.parentColumns ?? primaryKeyOf(shadow, key.parent);
  const parent = `${key.parent} (${columns === null ? 'primary key' : columns.join(', ')})`;
  const deferred = key.deferred ? ' DEFERRABLE INITIALLY DEFERRED' : '';
  return `${parent} ON UPDATE ${key.onUpdate} ON DELETE ${key.onDelete}${deferred}`;
}

function primaryKeyOf(database: Database, table: string): readonly string[] | null {
  const key = database.query(`SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0 ORDER BY pk`, [table]);
  return key.ok && key.value.length > 0 ? key.value.map(([name]) => foldName(String(name))) : null;
}

/** A key of an index as PRAGMA index_xinfo has it: `name`, null for an expression, with its order and collation. */
export function shownKey([name, descending, collation]: Row, usual = 'BINARY'): string {
  const other = String(collation).toUpperCase() === usual ? '' : ` COLLATE ${String(collation).toUpperCase()}`;
  return `${name === null ? '(expression)' : String(name)}${other}${descending === 1 ? ' DESC' : ''}`;
}

/** The aspects of an index that a CREATE INDEX made; null where there is none of the name. */
export function indexAspects(database: Database, name: string): readonly Aspect[] | null {
  const [object] = rowsOf(
    database,
    `SELECT tbl_name, coalesce(sql, '') FROM main.sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE`,
    [name],
  );
  if (!object) return null;
  const [tableName, sql] = [String(object[0]), String(object[1])];
  const names = readTable(database, tableName)?.names ?? new Set<string>();
  const clauses = indexClauses(parseSql(sql));
  const keys = rowsOf(
    database,
    `SELECT name, "desc", coll FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno`,
    [name],
  );
  const [unique] = rowsOf(database, `SELECT "unique" FROM pragma_index_list(?, 'main') WHERE name = ? COLLATE NOCASE`, [
    tableName,
    name,
  ]);
  const spelled = (text: string): string => spell(withoutParentheses(parseSql(text).tokens), names);
  // An expression has no name to compare by: its words have to do.
  const expressions = keys.flatMap(([column], at) => (column === null ? spelled(clauses?.keys[at] ?? '') : []));
  const where = clauses?.where ? spelled(clauses.where) : 'none';
  const listed = expressions.length === 0 ? 'none' : `( ${expressions.join(', ')} )`;
  return [
    aspect('table', tableName),
    aspect('columns', keys.map((key) => shownKey(key)).join(', ')),
    aspect('unique', unique?.[0] === 1 ? 'UNIQUE' : 'no'),
    aspect('WHERE', where, where),
    aspect('expressions', listed, listed),
  ];
}
