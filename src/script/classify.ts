// Says what kind of thing a statement does and to what, from its words alone: no database is asked.
import { TokenCursor, type Tokens } from './cursor';
import type { StatementClass, StatementKind } from './statement';

/**
 * What the words of one statement say it does. `tokens` are those of one statement (semicolons before it are passed over).
 * Names come without their quotes, in the case in which they are written. Whatever they are, an answer comes back: what
 * is no statement of SQLite is `other`, and a misspelt one may be named after its first words, as SQLite itself says
 * what is wrong with it. For CREATE, DROP and ALTER TABLE, and for INSERT, UPDATE and DELETE, `name` and `table` are the
 * same; for SAVEPOINT, RELEASE and ROLLBACK TO, `name` is the savepoint, for ATTACH and DETACH the schema.
 */
export function classify(tokens: Tokens): StatementClass {
  const cursor = new TokenCursor(tokens);
  while (cursor.peek()?.kind === 'semicolon') cursor.take();
  const first = cursor.take();
  if (first?.kind !== 'word') return of('other');

  switch (first.text.toUpperCase()) {
    case 'CREATE':
      return classifyCreate(cursor);
    case 'ALTER':
      return classifyAlter(cursor);
    case 'DROP':
      return classifyDrop(cursor);
    case 'WITH':
      return classifyWith(cursor);
    case 'ROLLBACK':
      // TRANSACTION may carry a name of its own, so TO can stand as far as two words on. It cannot be a bare name itself.
      return cursor.skipPast('TO') ? classifyNamed('rollback to', cursor, 'SAVEPOINT') : of('rollback');
    case 'SAVEPOINT':
      return of('savepoint', { name: cursor.takeName() });
    case 'RELEASE':
      return classifyNamed('release', cursor, 'SAVEPOINT');
    case 'DETACH':
      return classifyNamed('detach', cursor, 'DATABASE');
    case 'ATTACH':
      return of('attach', { name: cursor.skipPast('AS') ? cursor.takeName() : null });
    case 'PRAGMA':
      return target('pragma', cursor);
    case 'ANALYZE':
      return target('analyze', cursor);
    case 'REINDEX':
      return target('reindex', cursor);
    case 'BEGIN':
      return of('begin');
    case 'COMMIT':
    case 'END':
      return of('commit');
    case 'VACUUM':
      return of('vacuum');
    case 'EXPLAIN':
      return of('explain');
    default:
      return classifyData(first.text.toUpperCase(), cursor);
  }
}

const NOTHING: Omit<StatementClass, 'kind'> = {
  conditional: false,
  unique: false,
  temporary: false,
  schema: null,
  name: null,
  table: null,
  column: null,
  newName: null,
};

function of(kind: StatementKind, details: Partial<StatementClass> = {}): StatementClass {
  const schema = details.schema ?? null;
  const temporary = details.temporary === true || schema?.toLowerCase() === 'temp';
  return { ...NOTHING, ...details, kind, schema, temporary };
}

/** A statement whose next tokens are the name of what it works on. */
function target(kind: StatementKind, cursor: TokenCursor, details: Partial<StatementClass> = {}): StatementClass {
  return of(kind, { ...details, ...cursor.takeQualifiedName() });
}

/** The same, where that name is a table's. */
function targetTable(kind: StatementKind, cursor: TokenCursor, details: Partial<StatementClass> = {}): StatementClass {
  const qualified = cursor.takeQualifiedName();
  return of(kind, { ...details, ...qualified, table: qualified?.name ?? null });
}

function classifyNamed(kind: StatementKind, cursor: TokenCursor, optionalWord: string): StatementClass {
  cursor.takeWords(optionalWord);
  return of(kind, { name: cursor.takeName() });
}

/** SELECT, VALUES, INSERT, REPLACE, UPDATE, DELETE: the words that may also follow WITH. */
function classifyData(word: string, cursor: TokenCursor): StatementClass {
  switch (word) {
    case 'SELECT':
    case 'VALUES':
      return of('select');
    case 'INSERT':
    case 'REPLACE':
      if (cursor.takeWords('OR')) cursor.take();
      cursor.takeWords('INTO');
      return targetTable('insert', cursor);
    case 'UPDATE':
      if (cursor.takeWords('OR')) cursor.take();
      return targetTable('update', cursor);
    case 'DELETE':
      cursor.takeWords('FROM');
      return targetTable('delete', cursor);
    default:
      return of('other');
  }
}

/** WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (…), … and then the statement proper. */
function classifyWith(cursor: TokenCursor): StatementClass {
  cursor.takeWords('RECURSIVE');
  do {
    if (cursor.takeName() === null) return of('other');
    cursor.skipParentheses();
    if (!cursor.takeWords('AS')) return of('other');
    if (!cursor.takeWords('NOT', 'MATERIALIZED')) cursor.takeWords('MATERIALIZED');
    if (!cursor.skipParentheses()) return of('other');
  } while (takeComma(cursor));
  const word = cursor.take();
  return word?.kind === 'word' ? classifyData(word.text.toUpperCase(), cursor) : of('other');
}

function takeComma(cursor: TokenCursor): boolean {
  if (!cursor.atOperator(',')) return false;
  cursor.take();
  return true;
}

function classifyCreate(cursor: TokenCursor): StatementClass {
  const temporary = cursor.takeWords('TEMP') || cursor.takeWords('TEMPORARY');
  const unique = cursor.takeWords('UNIQUE');
  const virtual = cursor.takeWords('VIRTUAL');
  const what = cursor.take();
  const conditional = cursor.takeWords('IF', 'NOT', 'EXISTS');
  const details = { temporary, unique, conditional };

  switch (what?.kind === 'word' ? what.text.toUpperCase() : '') {
    case 'TABLE': {
      const table = targetTable(virtual ? 'create virtual table' : 'create table', cursor, details);
      return !virtual && cursor.atWords('AS') ? { ...table, kind: 'create table as' } : table;
    }
    case 'VIEW':
      return target('create view', cursor, details);
    case 'INDEX':
      return onTable(target('create index', cursor, details), cursor);
    case 'TRIGGER':
      return onTable(target('create trigger', cursor, details), cursor);
    default:
      return of('other');
  }
}

/** Adds the table named after ON. ON is never a bare name in SQLite, so the first one is the one that counts. */
function onTable(statement: StatementClass, cursor: TokenCursor): StatementClass {
  return { ...statement, table: cursor.skipPast('ON') ? (cursor.takeQualifiedName()?.name ?? null) : null };
}

function classifyDrop(cursor: TokenCursor): StatementClass {
  const what = cursor.take();
  const conditional = cursor.takeWords('IF', 'EXISTS');
  switch (what?.kind === 'word' ? what.text.toUpperCase() : '') {
    case 'TABLE':
      return targetTable('drop table', cursor, { conditional });
    case 'INDEX':
      return target('drop index', cursor, { conditional });
    case 'VIEW':
      return target('drop view', cursor, { conditional });
    case 'TRIGGER':
      return target('drop trigger', cursor, { conditional });
    default:
      return of('other');
  }
}

function classifyAlter(cursor: TokenCursor): StatementClass {
  if (!cursor.takeWords('TABLE')) return of('other');
  // Not SQLite's syntax, but other databases': the name is then still the right one to show.
  const conditional = cursor.takeWords('IF', 'EXISTS');
  const table = targetTable('alter table', cursor, { conditional });

  if (cursor.takeWords('ADD')) {
    if (cursor.atWords('CONSTRAINT') || cursor.atWords('CHECK')) return table;
    return columnOf(table, 'add column', cursor);
  }
  if (cursor.takeWords('DROP')) {
    if (cursor.atWords('CONSTRAINT')) return table;
    return columnOf(table, 'drop column', cursor);
  }
  if (cursor.takeWords('RENAME')) {
    const renamed = cursor.atWords('TO')
      ? ({ ...table, kind: 'rename table' } as const)
      : columnOf(table, 'rename column', cursor);
    return { ...renamed, newName: cursor.takeWords('TO') ? cursor.takeName() : null };
  }
  return table;
}

/** Adds the column named next. A first bare COLUMN is always the keyword; a column of that name needs it, or quotes. */
function columnOf(table: StatementClass, kind: StatementKind, cursor: TokenCursor): StatementClass {
  cursor.takeWords('COLUMN');
  const conditional = cursor.takeWords('IF', 'NOT', 'EXISTS') || cursor.takeWords('IF', 'EXISTS');
  return { ...table, kind, conditional: table.conditional || conditional, column: cursor.takeName() };
}
