// Whether the parts of a schema can be used: which views, triggers and tables this engine can compile.

import { quoteIdentifier, type Database, type Outcome, foldName } from '../database';
import type { Relation, Schema, Trigger } from './schema';
import { parseSql } from '../script/tokens';
import { makeShadow } from './shadow';

/**
 * What this engine lacks for a schema, or the schema itself: SQLite's message for each table, view and trigger that cannot
 * be used in full, by `table name`, `virtual table name`, `view name`, `trigger name`. No row is read for it.
 */
export function findUnusable(database: Database, schema: Schema): ReadonlyMap<string, string> {
  const tables = schema.relations
    .filter(({ kind }) => kind !== 'view')
    .flatMap((relation): [string, string][] => {
      const message = relation.unreadable ?? whyUnusable(database, schema, relation);
      return message === null ? [] : [[`${relation.kind} ${relation.name}`, message]];
    });
  return new Map([...tables, ...findBrokenViews(database, schema), ...findBrokenTriggers(database, schema)]);
}

/** Compiling an INSERT resolves all that belongs to a table: defaults, checks, computed columns, indexes; and its triggers. */
function whyUnusable(database: Database, schema: Schema, { kind, name }: Relation): string | null {
  if (kind === 'virtual table' || /^sqlite_/i.test(name)) return null;
  const table = quoteIdentifier(name);
  const insert = database.compile(`INSERT INTO main.${table} DEFAULT VALUES`);
  if (insert.ok) return null;
  const hasTriggers = schema.triggers.some((trigger) => foldName(trigger.table) === foldName(name));
  if (!hasTriggers) return insert.error.message;
  // The complaint may be about a trigger; these two fire none.
  const own = [`PRAGMA main.integrity_check(${table})`, `SELECT * FROM main.${table}`]
    .map((sql) => database.compile(sql))
    .find((outcome) => !outcome.ok);
  return own?.ok === false ? own.error.message : null;
}

/** SQLite's message for each view that does not compile, by `view name`. */
export function findBrokenViews(database: Database, { relations }: Schema): readonly (readonly [string, string])[] {
  return relations.flatMap(({ kind, name }) => {
    if (kind !== 'view') return [];
    const compiled = database.compile(`SELECT * FROM main.${quoteIdentifier(name)}`);
    return compiled.ok ? [] : [[`view ${name}`, compiled.error.message] as const];
  });
}

/** SQLite's message for each trigger that does not compile, by `trigger name`. */
export function findBrokenTriggers(database: Database, schema: Schema): readonly (readonly [string, string])[] {
  // Made only where it is needed: a trigger among others is looked at in a copy of the schema without them.
  let shadow: Database | null = null;
  const alone = (trigger: Trigger): Outcome<undefined> => {
    const compiled = compileTrigger(database, schema, trigger);
    const siblings = schema.triggers.filter(
      (other) => other !== trigger && foldName(other.table) === foldName(trigger.table),
    );
    if (compiled.ok || siblings.length === 0) return compiled;
    shadow ??= makeShadow(database);
    return compileWithout(shadow, schema, trigger, siblings);
  };
  const broken = schema.triggers.flatMap((trigger) => {
    const compiled = alone(trigger);
    return compiled.ok ? [] : [[`trigger ${trigger.name}`, compiled.error.message] as const];
  });
  (shadow as Database | null)?.close();
  return broken;
}

/** One broken trigger keeps a statement from being compiled, and would hide what became of the others that it fires. */
function compileWithout(
  shadow: Database,
  schema: Schema,
  trigger: Trigger,
  siblings: readonly Trigger[],
): Outcome<undefined> {
  shadow.execute('SAVEPOINT alone');
  for (const { name } of siblings) shadow.execute(`DROP TRIGGER main.${quoteIdentifier(name)}`);
  const compiled = compileTrigger(shadow, schema, trigger);
  shadow.execute('ROLLBACK TO alone');
  shadow.execute('RELEASE alone');
  return compiled;
}

/** SQLite compiles a trigger when a statement that would fire it is compiled. */
function compileTrigger(database: Database, schema: Schema, trigger: Trigger): Outcome<undefined> {
  const words = parseSql(trigger.sql).tokens.map((token) => token.text.toUpperCase());
  const event = words.find((word) => word === 'INSERT' || word === 'UPDATE' || word === 'DELETE');
  const table = `main.${quoteIdentifier(trigger.table)}`;
  if (event === 'INSERT') return database.compile(`INSERT INTO ${table} DEFAULT VALUES`);
  if (event === 'DELETE') return database.compile(`DELETE FROM ${table}`);
  const relation = schema.relations.find(({ name }) => foldName(name) === foldName(trigger.table));
  const columns = relation?.columns.filter((column) => column.generated === null) ?? [];
  const assignments = columns.map(({ name }) => `${quoteIdentifier(name)} = NULL`).join(', ');
  return database.compile(`UPDATE ${table} SET ${assignments}`);
}
