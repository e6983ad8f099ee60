// Runs the migration between two generated schemas in native sqlite3, and looks at all that it has to keep.
import { expect } from 'vitest';
import type { Migration } from '../../src/compare/migration';
import type { Question } from '../../src/compare/question';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import type { Schema } from '../../src/schema/schema';
import { askNative, askNativeUntilError, nativeDatabase, withDatabase } from '../databases';
import {
  alterationsOf,
  keyColumns,
  quoted,
  rowsOf,
  statementsOf,
  type Model,
  type ModelTable,
  type Pair,
} from './generatedSchemas';

/** Prints the text of each object. */
export const OBJECTS = `SELECT type || ' ' || name || char(10) || coalesce(sql, '') FROM sqlite_schema
  WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name`;

/** Writes the migration, answers what it asks, runs it twice, and looks at what came of it. */
export function checkMigration(pair: Pair, sqliteVersion: number, spelling: boolean): void {
  const { bytes, target, desired } = databasesOf(pair);
  const migration = written(pair, bytes, desired, { sqliteVersion, spelling });
  const report = `${migration.sql}\n${migration.unreached.differences.map(({ name, after }) => `${name}: ${after ?? ''}`).join('\n')}`;
  expect(
    migration.questions.filter(({ answer }) => answer === null),
    report,
  ).toEqual([]);
  expect(migration.unreached.differences, report).toEqual([]);
  expect(migration.complete, report).toBe(true);

  const values = valuesQueries(pair, migration);
  const before = askNative(bytes, values.before.join('\n'));
  const [there, wished] = [bytes, target].map((database) => plain(askNative(database, `${OBJECTS};`), spelling));
  for (const keys of ['ON', 'OFF']) {
    const script = `PRAGMA foreign_keys = ${keys};\n${migration.sql}`;
    const told = nativeOutput(
      bytes,
      `${script}
.print ---
${values.after.join('\n')}
.print ---
PRAGMA integrity_check; ${values.checksKeys ? 'PRAGMA foreign_key_check;' : ''}
.print ---
${OBJECTS};
.print ---
${migration.back.sql}
.print ---
${OBJECTS};`,
    );
    const [, after, integrity, objects, , back] = `\n${told}\n`.split('---').map((part) => part.trim());
    expect(after, script).toBe(before);
    expect(integrity, script).toBe('ok');
    expect(plain(objects ?? '', spelling), script).toBe(wished);
    expect(plain(back ?? '', spelling), migration.back.sql).toBe(there);
  }
}

/** What native sqlite3 prints; where it stops, the script is told with its message. */
function nativeOutput(bytes: Uint8Array, script: string): string {
  try {
    return askNative(bytes, script);
  } catch (error) {
    throw new Error(`${String(error)}\n${script}`, { cause: error });
  }
}

/** Where SQLite alone gives the target by ALTER TABLE, no table is rebuilt. Says whether it was such a pair. */
export function checkMinimal(pair: Pair): boolean {
  const alterations = alterationsOf(pair);
  const { bytes, target, desired } = databasesOf(pair);
  if (alterations.length === 0) return false;
  const altered = askNativeUntilError(bytes, `${alterations.join(';\n')};\n${OBJECTS};`);
  if (altered.trim() !== askNative(target, `${OBJECTS};`)) return false;
  for (const spelling of [true, false]) {
    const { rebuilds, sql } = written(pair, bytes, desired, { sqliteVersion: 37, spelling });
    expect(rebuilds, `${alterations.join(';\n')};\n${sql}`).toEqual([]);
  }
  return true;
}

function databasesOf(pair: Pair) {
  const [was, wished] = [statementsOf(pair.current), statementsOf(pair.desired)];
  const marks = `UPDATE sqlite_sequence SET seq = 100 + seq;`;
  const hasMarks = pair.current.tables.some(({ key }) => key === 'autoincrement');
  const script = (statements: readonly string[]): string => statements.map((sql) => `${sql}\n;\n`).join('');
  const bytes = nativeDatabase(script([...was.tables, ...rowsOf(pair.current), hasMarks ? marks : '', ...was.others]));
  const target = nativeDatabase(script([...wished.tables, ...wished.others, 'PRAGMA user_version = 1']));
  return { bytes, target, desired: withDatabase(target, readSchema) };
}

/** The migration, with the answers that the generator knows. */
function written(
  pair: Pair,
  bytes: Uint8Array,
  desired: Schema,
  { sqliteVersion, spelling }: { readonly sqliteVersion: number; readonly spelling: boolean },
): Migration {
  return withDatabase(bytes, (database) => {
    const answers = new Map<string, string>();
    for (;;) {
      const migration = writeMigration({
        ...{ current: readSchema(database), desired, answers: new Map(answers) },
        ...{ rows: database, desiredRows: null, sqliteVersion, spelling },
        scratch: () => database.scratch(),
      });
      const open = migration.questions.filter(({ id, answer }) => answer === null && !answers.has(id));
      if (open.length === 0) return migration;
      for (const question of open) answers.set(question.id, answerTo(question, pair));
    }
  });
}

function answerTo({ kind, table, column, options }: Question, { desired }: Pair): string {
  const now = (name: string): ModelTable | undefined => desired.tables.find(({ was }) => was === name);
  switch (kind) {
    case 'rename table': {
      const to = now(table)?.name;
      return to === undefined || !options.some(({ value }) => value === `rename to ${to}`) ? 'drop' : `rename to ${to}`;
    }
    case 'rename column': {
      const to = now(table)?.columns.find(({ was }) => was === column)?.name;
      return to === undefined || !options.some(({ value }) => value === `rename to ${to}`) ? 'drop' : `rename to ${to}`;
    }
    case 'conversion':
      return options.some(({ value }) => value === 'cast') && isStrict(desired, table) ? 'cast' : 'copy';
    case 'new value':
    case 'null rows': {
      const type =
        desired.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)?.type ?? '';
      return `value ${/TEXT|CHAR/.test(type) ? `'filled'` : type === 'BLOB' ? `x'fe'` : '77'}`;
    }
    default:
      return options[0]?.value ?? '';
  }
}

function isStrict({ tables }: Model, table: string): boolean {
  return tables.some(({ name, strict }) => name === table && strict);
}

/** Queries that print each value that is to stay, under its old and under its new name. */
function valuesQueries({ current, desired }: Pair, { losses, questions }: Migration) {
  const [before, after]: [string[], string[]] = [[], []];
  const droppedAs = new Set(questions.filter(({ answer }) => answer === 'drop').map(({ id }) => id));
  for (const now of desired.tables) {
    const was = current.tables.find(({ name }) => name === now.was);
    if (!was || droppedAs.has(`table ${quoted(was.name)}`)) continue;
    if (losses.some(({ table, column }) => table === was.name && column === null)) continue;
    const columns = now.columns.flatMap((column) => {
      const old = was.columns.find(({ name }) => name === column.was);
      if (old?.type !== column.type || old.notNull !== column.notNull || was.strict !== now.strict) return [];
      if (column.computed !== null || old.computed !== null) return [];
      return droppedAs.has(`column ${quoted(was.name)}.${quoted(old.name)}`) ? [] : [[old.name, column.name] as const];
    });
    const keys = keyColumns(was);
    const rowid = was.withoutRowid || now.withoutRowid ? [] : ['rowid'];
    const mark = was.key === 'autoincrement' && now.key === 'autoincrement';
    for (const [side, list, table] of [
      [0, before, was],
      [1, after, now],
    ] as const) {
      const exact = (name: string): string =>
        `CASE typeof(${quoted(name)}) WHEN 'real' THEN quote(${quoted(name)}) ELSE typeof(${quoted(name)}) || hex(${quoted(name)}) END`;
      const read = [...rowid, ...keys, ...columns.map((names) => exact(names[side]))].join(', ');
      const order = keys.length > 0 ? keys.join(', ') : 'rowid';
      list.push(`SELECT ${read === '' ? 'count(*)' : read} FROM ${quoted(table.name)} ORDER BY ${order};`);
      if (mark) list.push(`SELECT seq FROM sqlite_sequence WHERE name = '${table.name}';`);
    }
  }
  return { before, after, checksKeys: !losses.some(({ column }) => column === null) };
}

/** Texts as they are; where spelling does not count, without case, quotes, blanks and comments. */
export function plain(texts: string, spelling: boolean): string {
  if (spelling) return texts;
  return (
    texts
      .replaceAll(/--[^\n]*(\n|$)/g, ' ')
      // A module writes the names of the tables that store it in these quotes, and ALTER TABLE in the usual ones.
      .replaceAll(/CREATE TABLE '(\w*)'/g, 'CREATE TABLE $1')
      .replaceAll(/["`[\]]/g, '')
      .replaceAll(/\s+/g, '')
      .toLowerCase()
  );
}
