// Which statement changes what: compared with what a real engine shows when the statements are run one by one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import { rowsOf } from '../../../src/database';
import { findCauses, type Causes } from '../../../src/explore/schema/causes';
import { compareSchemas } from '../../../src/schema/compare';
import { readSchema } from '../../../src/schema/read';
import type { Schema } from '../../../src/schema/schema';
import { migration021, migrationFile, nativeDatabase, plan, statementsOf, withDatabase } from '../../databases';

const KEEP = 'CREATE TABLE keep(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX keep_b ON keep(b);';

/** The causes that a plan of a script gives, as the page has them. */
function causesOf(sql: string, script: string): Causes {
  const bytes = nativeDatabase(sql);
  const made = plan(bytes, script).plan;
  expect(made.obstacle).toBeNull();
  return findCauses(made.before, compareSchemas(made.before, made.after), statementsOf(script), made.outcomes);
}

/** `column orders.batch_id: added by 2`, of all changes. */
function said(causes: Causes): readonly string[] {
  return causes.changes.map(
    ({ kind, table, name, change, causes: by }) =>
      `${kind} ${kind === 'relation' ? name : `${table}.${name}`}: ${change} by ${by.join(', ')}`,
  );
}

/** Without its rows a database takes every statement as it is written. */
function emptied(sql: string): string {
  const tables = withDatabase(nativeDatabase(sql), (database) => readSchema(database).relations);
  return (
    sql +
    tables
      .filter(({ kind }) => kind === 'table')
      .map(({ name }) => `DELETE FROM "${name}";`)
      .join('\n')
  );
}

/** What the engine shows: after which statements something was not what it was before. By `kind table.name`. */
function observed(sql: string, script: string): ReadonlyMap<string, readonly number[]> {
  return withDatabase(nativeDatabase(sql), (database) => {
    const found = new Map<string, number[]>();
    let before = partsOf(readSchema(database));
    for (const { ordinal, text } of statementsOf(script)) {
      rowsOf(database, text);
      const after = partsOf(readSchema(database));
      for (const key of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(key) !== after.get(key)) found.set(key, [...(found.get(key) ?? []), ordinal]);
      }
      before = after;
    }
    return found;
  });
}

function partsOf({ relations, indexes, triggers }: Schema): ReadonlyMap<string, string> {
  return new Map([
    ...relations.map(({ name, sql }) => [`relation ${name}.${name}`, sql] as const),
    ...relations.flatMap(({ name, columns }) =>
      columns.map(
        (column) => [`column ${name}.${column.name}`, JSON.stringify({ ...column, documentation: null })] as const,
      ),
    ),
    ...indexes.map(({ name, table, sql }) => [`index ${table}.${name}`, String(sql)] as const),
    ...triggers.map(({ name, table, sql }) => [`trigger ${table}.${name}`, sql] as const),
  ]);
}

describe('What a statement changes is what is different after it', () => {
  it.each([
    ['the tables and columns of the migration that is shipped', 'NARROW', migration021],
    [
      'a table and its parts',
      'KEEP',
      'CREATE TABLE t(a, b); CREATE INDEX i ON t(a); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;',
    ],
    [
      'what is taken away',
      'KEEP',
      'DROP INDEX keep_b; ALTER TABLE keep DROP COLUMN b; CREATE TABLE u(x); DROP TABLE u;',
    ],
    ['a table that goes with its index', 'KEEP', 'DROP TABLE keep;'],
    [
      'a column that comes, goes and comes again',
      'KEEP',
      'ALTER TABLE keep ADD COLUMN c; ALTER TABLE keep DROP COLUMN c; ALTER TABLE keep ADD COLUMN c TEXT;',
    ],
    ['new names', 'KEEP', 'ALTER TABLE keep RENAME COLUMN b TO c; ALTER TABLE keep ADD COLUMN d;'],
    [
      'a counter that SQLite makes',
      'KEEP',
      'CREATE TABLE n(id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE m(id INTEGER PRIMARY KEY AUTOINCREMENT);',
    ],
    [
      'a full text table and its shadows',
      'KEEP',
      'CREATE TABLE a(x); CREATE VIRTUAL TABLE notes USING fts4(body); CREATE TABLE b(x);',
    ],
    ['a virtual table that goes with its shadows', 'CREATE VIRTUAL TABLE notes USING fts4(body);', 'DROP TABLE notes;'],
    ['savepoints', 'KEEP', 'SAVEPOINT s; CREATE TABLE x(a); ROLLBACK TO s; CREATE TABLE x(b); RELEASE s;'],
    [
      'names in quotes and capitals',
      'CREATE TABLE "My Table"("a b");',
      'ALTER TABLE [my table] ADD "C c"; CREATE INDEX `I` ON "MY TABLE"("c C");',
    ],
  ])('%s', (what, base, script) => {
    const sql =
      base === 'KEEP' ? KEEP : base === 'NARROW' ? emptied(migrationFile('samples/otc-base-narrow.sql')) : base;
    const again = what.includes('again');
    const causes = causesOf(sql, script);
    const seen = observed(sql, script);

    expect(causes.changes.length).toBeGreaterThan(0);
    for (const { kind, table, name, change, causes: by } of causes.changes) {
      const key = `${kind} ${table}.${name}`;
      const all = seen.get(key) ?? [];
      // What was made, taken back and made again is the work of the last one, wherever its change is that it came.
      const last = again && kind !== 'relation' && change === 'added' ? all.slice(-1) : all;
      expect(by, key).toEqual(script.startsWith('SAVEPOINT') ? all.slice(-1) : last);
    }
  });
});

it('A rebuilt table is the work of all that made it, and what it is rebuilt from is not shown', () => {
  const causes = causesOf(
    KEEP,
    `CREATE TABLE new_keep(a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT '', c);
     INSERT INTO new_keep(a, b) SELECT a, coalesce(b, '') FROM keep;
     DROP TABLE keep;
     ALTER TABLE new_keep RENAME TO keep;
     CREATE INDEX keep_c ON keep(c);`,
  );
  expect(said(causes)).toEqual([
    'relation keep: altered by 1, 3, 4',
    'column keep.b: altered by 1, 3, 4',
    'column keep.c: added by 1, 4',
    'index keep.keep_b: removed by 3',
    'index keep.keep_c: added by 5',
  ]);
  expect(causes.by(2)).toEqual([]);
  expect(causes.by(5).map(({ name }) => name)).toEqual(['keep_c']);
});

it('A rename is found in the texts that SQLite changes with it', () => {
  const sql = `CREATE TABLE old_name(a PRIMARY KEY, b); CREATE INDEX by_b ON old_name(b);
    CREATE VIEW v AS SELECT a FROM old_name; CREATE TABLE child(x REFERENCES old_name(a));`;
  const causes = causesOf(sql, 'CREATE TABLE other(z); ALTER TABLE old_name RENAME TO new_name;');
  const of = (kind: 'relation' | 'index', table: string, name = table): readonly number[] =>
    causes.of({ kind, table, name });
  expect(of('relation', 'new_name')).toEqual([2]);
  expect(of('relation', 'OLD_NAME')).toEqual([2]);
  expect(of('relation', 'v')).toEqual([2]);
  expect(of('relation', 'child')).toEqual([2]);
  expect(of('index', 'new_name', 'by_b')).toEqual([2]);
  expect(of('relation', 'other')).toEqual([1]);
});

it('What is there already is no change, and the statement that asks for it causes none', () => {
  const causes = causesOf(KEEP, 'CREATE TABLE IF NOT EXISTS keep(z); ALTER TABLE keep ADD COLUMN b TEXT;');
  expect(causes.changes).toEqual([]);
  expect(causes.by(1)).toEqual([]);
});

const name = fc.constantFrom('t', 'u', 'v');
const column = fc.constantFrom('p', 'q', 'r');
const statement = fc.oneof(
  fc.tuple(name, column).map(([table, added]) => `CREATE TABLE ${table}(k, ${added})`),
  fc.tuple(name, column).map(([table, added]) => `ALTER TABLE ${table} ADD COLUMN ${added} TEXT`),
  fc.tuple(name, column).map(([table, gone]) => `ALTER TABLE ${table} DROP COLUMN ${gone}`),
  fc.tuple(name, column, column).map(([table, old, now]) => `ALTER TABLE ${table} RENAME COLUMN ${old} TO ${now}`),
  fc.tuple(name, column).map(([table, key]) => `CREATE INDEX i_${key} ON ${table}(${key})`),
  name.map((table) => `DROP TABLE ${table}`),
  column.map((key) => `DROP INDEX i_${key}`),
);

it('In any script each change has the last statement that the engine shows to make it, and no statement that makes nothing', () => {
  const base = 'CREATE TABLE t(k, p, q); CREATE INDEX i_p ON t(p); CREATE TABLE u(k, r);';
  const bytes = nativeDatabase(base);
  let changes = 0;
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 9 }), (tried) => {
      // Only what SQLite takes is a script: the others are left out one by one.
      const taken = withDatabase(bytes, (database) => tried.filter((sql) => database.execute(sql).ok));
      fc.pre(taken.length > 0);
      const script = `${taken.join(';\n')};`;
      const made = plan(bytes, script).plan;
      fc.pre(made.obstacle === null);
      const compared = compareSchemas(made.before, made.after);
      const causes = findCauses(made.before, compared, statementsOf(script), made.outcomes);
      const seen = observed(base, script);
      for (const { kind, table, name: part, change, causes: by } of causes.changes) {
        const all = seen.get(`${kind} ${table}.${part}`) ?? [];
        expect(by, `${kind} ${table}.${part} ${change} in ${script}`).toContain(all.at(-1));
        changes++;
      }
    }),
    runs(20, 400),
  );
  expect(changes).toBeGreaterThan(0);
}, 30_000);
