// What the text of a CREATE TABLE says of columns and constraints; PRAGMAs tell a part of it only.

import { TokenCursor } from '../script/cursor';
import { unquotedName, type ParsedSql, type Token } from '../script/tokens';
import { foldName } from '../database';

/** The clauses of a column that no PRAGMA tells, or tells without their spelling. */
export interface ColumnDefinition {
  readonly name: string;
  /** ON CONFLICT of its NOT NULL, in capitals; null for none and for ABORT, which is the same. */
  notNullConflict: string | null;
  defaultValue: readonly Token[] | null;
  /** The expression of a generated column. */
  expression: readonly Token[] | null;
  /** In capitals; null where none is written. */
  collation: string | null;
}

/** PRIMARY KEY or UNIQUE, of a column or of the table. */
interface KeyDefinition {
  /** Folded names. */
  readonly columns: readonly string[];
  /** As in ColumnDefinition. */
  readonly conflict: string | null;
}

/** REFERENCES of a column, or FOREIGN KEY of the table. */
export interface ForeignKeyDefinition {
  readonly columns: readonly string[];
  readonly parent: string;
  /** Null where none are named: the parent's primary key. */
  readonly parentColumns: readonly string[] | null;
  onUpdate: string;
  onDelete: string;
  deferred: boolean;
}

/** A CHECK; `column` is the folded name of the one that it is written at, null at the table. */
export interface CheckDefinition {
  /** After CONSTRAINT; null where it has none. */
  readonly name: string | null;
  readonly column: string | null;
  readonly condition: readonly Token[];
}

/** All of it. Of names of constraints only those of a CHECK are kept: SQLite's message has nothing else. */
export interface TableDefinition {
  readonly columns: ColumnDefinition[];
  readonly uniques: KeyDefinition[];
  readonly checks: CheckDefinition[];
  readonly foreignKeys: ForeignKeyDefinition[];
  primaryKey: KeyDefinition | null;
  autoincrement: boolean;
}

/**
 * Reads a CREATE TABLE with a list of columns, by the grammar of SQLite (https://sqlite.org/lang_createtable.html). The text
 * is one that SQLite has accepted; of any other, and of one without a list, something comes back too, and nothing is thrown.
 */
export function readTableDefinition({ tokens }: ParsedSql): TableDefinition {
  const cursor = new TokenCursor(tokens);
  const definition: TableDefinition = {
    columns: [],
    uniques: [],
    checks: [],
    foreignKeys: [],
    primaryKey: null,
    autoincrement: false,
  };
  while (cursor.peek() !== null && !cursor.atOperator('(')) cursor.take();
  cursor.take();
  while (cursor.peek() !== null && !cursor.atOperator(')')) {
    const ofTable = definition.columns.length > 0 && TABLE_CLAUSES.some((word) => cursor.atWords(word));
    if (ofTable) readClauses(cursor, definition, null);
    else readColumn(cursor, definition);
    if (cursor.atOperator(',')) cursor.take();
  }
  return definition;
}

/** With one of these a constraint of the table begins; none can be a bare name. */
const TABLE_CLAUSES = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'] as const;
/** With one of these the type of a column is over. GENERATED ALWAYS is part of the type to SQLite's parser as well. */
const COLUMN_CLAUSES = [
  ...['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'NOT', 'NULL', 'DEFAULT', 'COLLATE', 'REFERENCES', 'AS'],
  ...['DEFERRABLE'],
] as const;

function readColumn(cursor: TokenCursor, definition: TableDefinition): void {
  const first = cursor.take();
  const name = first === null ? null : unquotedName(first);
  if (name === null) return;
  const column = { name, notNullConflict: null, defaultValue: null, expression: null, collation: null };
  definition.columns.push(column);
  while (!atEnd(cursor) && !COLUMN_CLAUSES.some((word) => cursor.atWords(word))) {
    if (!cursor.skipParentheses()) cursor.take();
  }
  readClauses(cursor, definition, column);
}

function atEnd(cursor: TokenCursor): boolean {
  return cursor.peek() === null || cursor.atOperator(',') || cursor.atOperator(')');
}

/** Reads what follows a column's type, or the constraints of the table, up to the next comma: between those none is needed. */
function readClauses(cursor: TokenCursor, definition: TableDefinition, column: ColumnDefinition | null): void {
  const own = column === null ? [] : [foldName(column.name)];
  const key = (): KeyDefinition => {
    const columns = cursor.atOperator('(') ? namesOf(takeGroup(cursor)) : own;
    if (!cursor.takeWords('ASC')) cursor.takeWords('DESC');
    return { columns, conflict: takeConflict(cursor) };
  };
  let name: string | null = null;
  while (!atEnd(cursor)) {
    if (cursor.takeWords('CONSTRAINT')) name = cursor.takeName();
    else if (cursor.takeWords('PRIMARY', 'KEY')) {
      definition.autoincrement ||= cursor.atOperator('(') && hasAutoincrement(cursor);
      definition.primaryKey = key();
      definition.autoincrement ||= cursor.takeWords('AUTOINCREMENT');
    } else if (cursor.takeWords('UNIQUE')) definition.uniques.push(key());
    else if (cursor.takeWords('CHECK')) {
      definition.checks.push({ name, column: own[0] ?? null, condition: takeGroup(cursor) });
      name = null;
      takeConflict(cursor);
    } else if (cursor.takeWords('FOREIGN', 'KEY')) {
      const columns = namesOf(takeGroup(cursor));
      if (cursor.takeWords('REFERENCES')) definition.foreignKeys.push(readReference(cursor, columns));
    } else if (cursor.takeWords('REFERENCES')) definition.foreignKeys.push(readReference(cursor, own));
    else if (!takeDeferral(cursor, definition)) readColumnClause(cursor, column);
  }
}

function readColumnClause(cursor: TokenCursor, column: ColumnDefinition | null): void {
  if (cursor.takeWords('NOT', 'NULL')) {
    const conflict = takeConflict(cursor);
    if (column) column.notNullConflict = conflict;
  } else if (cursor.takeWords('DEFAULT')) {
    const value = takeDefault(cursor);
    if (column) column.defaultValue = value;
  } else if (cursor.takeWords('COLLATE')) {
    const collation = cursor.takeName();
    if (column && collation !== null) column.collation = collation.toUpperCase();
  } else if (cursor.takeWords('AS')) {
    const expression = takeGroup(cursor);
    if (column) column.expression = expression;
  } else {
    cursor.take();
  }
}

/** A value with its sign, an expression in parentheses, or a bare word. */
function takeDefault(cursor: TokenCursor): readonly Token[] {
  if (cursor.atOperator('(')) return takeGroup(cursor);
  const tokens: Token[] = [];
  if (cursor.atOperator('+') || cursor.atOperator('-')) tokens.push(...present(cursor.take()));
  tokens.push(...present(cursor.take()));
  return tokens;
}

function present(token: Token | null): readonly Token[] {
  return token === null ? [] : [token];
}

/** The tokens of `( … )` without the outer parentheses; none where no parenthesis comes next. */
function takeGroup(cursor: TokenCursor): readonly Token[] {
  const tokens: Token[] = [];
  if (!cursor.atOperator('(')) return tokens;
  let depth = 0;
  do {
    depth += cursor.atOperator('(') ? 1 : cursor.atOperator(')') ? -1 : 0;
    tokens.push(...present(cursor.take()));
  } while (depth > 0 && cursor.peek() !== null);
  return tokens.slice(1, -1);
}

/** The folded names in a list of columns: the first token of each item. */
function namesOf(list: readonly Token[]): readonly string[] {
  return list.flatMap((token, at) => {
    const name = at === 0 || list[at - 1]?.text === ',' ? unquotedName(token) : null;
    return name === null ? [] : [foldName(name)];
  });
}

function hasAutoincrement(cursor: TokenCursor): boolean {
  let at = 0;
  for (let token = cursor.peek(at); token !== null && token.text !== ')'; token = cursor.peek(++at)) {
    if (token.kind === 'word' && token.text.toUpperCase() === 'AUTOINCREMENT') return true;
  }
  return false;
}

function takeConflict(cursor: TokenCursor): string | null {
  if (!cursor.takeWords('ON', 'CONFLICT')) return null;
  const word = cursor.take()?.text.toUpperCase() ?? null;
  return word === 'ABORT' ? null : word;
}

function readReference(cursor: TokenCursor, columns: readonly string[]): ForeignKeyDefinition {
  const parent = cursor.takeName() ?? '';
  const parentColumns = cursor.atOperator('(') ? namesOf(takeGroup(cursor)) : null;
  const reference = { columns, parent, parentColumns, onUpdate: 'NO ACTION', onDelete: 'NO ACTION', deferred: false };
  for (;;) {
    if (cursor.takeWords('MATCH')) cursor.take();
    else if (cursor.takeWords('ON', 'DELETE')) reference.onDelete = takeAction(cursor);
    else if (cursor.takeWords('ON', 'UPDATE')) reference.onUpdate = takeAction(cursor);
    else return reference;
  }
}

/** SET NULL, SET DEFAULT and NO ACTION are two words, CASCADE and RESTRICT one. */
function takeAction(cursor: TokenCursor): string {
  const first = cursor.take()?.text.toUpperCase() ?? '';
  return first === 'SET' || first === 'NO' ? `${first} ${cursor.take()?.text.toUpperCase() ?? ''}` : first;
}

/** [NOT] DEFERRABLE [INITIALLY …] belongs to the reference before it; only DEFERRABLE INITIALLY DEFERRED defers anything. */
function takeDeferral(cursor: TokenCursor, { foreignKeys }: TableDefinition): boolean {
  const not = cursor.takeWords('NOT', 'DEFERRABLE');
  if (!not && !cursor.takeWords('DEFERRABLE')) return false;
  const deferred = cursor.takeWords('INITIALLY') && cursor.take()?.text.toUpperCase() === 'DEFERRED';
  const last = foreignKeys.at(-1);
  if (last) last.deferred = deferred && !not;
  return true;
}
