// Whether the parts of a schema can be used: which views, triggers and tables this engine can compile.

import { quoteIdentifier, type Database, type Outcome, foldName } from '../database';
import { findRelation, type Relation, type Schema, type Trigger } from './schema';
import { isWord, parseSql, unquotedName } from '../script/tokens';
import { makeShadow } from './shadow';

/**
 * What this engine lacks for a schema, or the schema itself: SQLite's message for each table, view and trigger that cannot
 * be used in full, by `table name`, `virtual table name`, `view name`, `trigger name`. No row is read for it.
 */
export function findUnusable(database: Database, schema: Schema): ReadonlyMap<string, string> {
  const triggered = new Set(schema.triggers.map(({ table }) => foldName(table)));
  const tables = schema.relations
    .filter(({ kind }) => kind !== 'view')
    .flatMap((relation): [string, string][] => {
      const hasTriggers = triggered.has(foldName(relation.name));
      const message = relation.unreadable ?? whyUnusable(database, relation, hasTriggers);
      return message === null ? [] : [[`${relation.kind} ${relation.name}`, message]];
    });
  return new Map([...tables, ...findBrokenViews(database, schema), ...findBrokenTriggers(database, schema)]);
}

/** Compiling an INSERT resolves all that belongs to a table: defaults, checks, computed columns, indexes; and its triggers. */
function whyUnusable(database: Database, { kind, name }: Relation, hasTriggers: boolean): string | null {
  if (kind === 'virtual table' || /^sqlite_/i.test(name)) return null;
  const table = quoteIdentifier(name);
  const insert = database.compile(`INSERT INTO main.${table} DEFAULT VALUES`);
  if (insert.ok) return null;
  if (!hasTriggers) return insert.error.message;
  // The complaint may be about a trigger; these two fire none.
  const own = [`PRAGMA main.integrity_check(${table})`, `SELECT * FROM main.${table}`]
    .map((sql) => database.compile(sql))
    .find((outcome) => !outcome.ok);
  return own?.ok === false ? own.error.message : null;
}

/**
 * SQLite's message for each view that does not compile, by `view name`. To compile a view is to compile all that it reads: of
 * views that read views, and these again views, those beneath one that compiles are not compiled once more.
 */
export function findBrokenViews(database: Database, schema: Schema): readonly (readonly [string, string])[] {
  const views = schema.relations.filter(({ kind }) => kind === 'view');
  const { read, depths } = measureViews(views);
  const sound = new Set<Relation>();
  const messages = new Map<Relation, string>();
  for (const view of views.toSorted((one, other) => (depths.get(other) ?? 0) - (depths.get(one) ?? 0))) {
    if (!sound.has(view)) {
      const compiled = database.compile(`SELECT * FROM main.${quoteIdentifier(view.name)}`);
      if (!compiled.ok) {
        messages.set(view, compiled.error.message);
        continue;
      }
    }
    for (const below of read.get(view) ?? []) if ((depths.get(below) ?? 0) > SHALLOW) sound.add(below);
  }
  return views.flatMap((view) => {
    const message = messages.get(view);
    return message === undefined ? [] : [[`view ${view.name}`, message] as const];
  });
}

/**
 * So many views may lie beneath one for it to be compiled by itself all the same: that costs little, and SQLite leaves out of a
 * view what another one that reads it does not need.
 */
const SHALLOW = 16;

/** The views that each view is sure to read, by the names after FROM and JOIN, and how many lie one beneath the other below it. */
function measureViews(views: readonly Relation[]) {
  const byName = new Map(views.map((view) => [foldName(view.name), view]));
  const read = new Map(views.map((view) => [view, viewsIn(view.sql, byName)]));
  const depths = new Map<Relation, number>();
  const depthOf = (view: Relation): number => {
    const known = depths.get(view);
    if (known !== undefined) return known;
    // A view that reads itself, which SQLite refuses, ends here.
    depths.set(view, 0);
    const depth = 1 + (read.get(view) ?? []).reduce((deepest, below) => Math.max(deepest, depthOf(below)), 0);
    depths.set(view, depth);
    return depth;
  };
  for (const view of views) depthOf(view);
  return { read, depths };
}

function viewsIn(sql: string, byName: ReadonlyMap<string, Relation>): readonly Relation[] {
  const { tokens } = parseSql(sql);
  // What WITH names hides what the schema has of that name.
  if (tokens.some((token) => isWord(token, 'WITH'))) return [];
  return tokens.flatMap((token, at) => {
    const [before, after] = [tokens[at - 2] ?? null, tokens[at + 1]];
    const reads = isWord(tokens[at - 1] ?? null, 'FROM') && !isWord(before, 'DISTINCT');
    if (!reads && !isWord(tokens[at - 1] ?? null, 'JOIN')) return [];
    if (after?.text === '.' || after?.text === '(') return [];
    return byName.get(foldName(unquotedName(token) ?? '')) ?? [];
  });
}

/** SQLite's message for each trigger that does not compile, by `trigger name`. */
export function findBrokenTriggers(database: Database, schema: Schema): readonly (readonly [string, string])[] {
  const byTable = new Map<string, Trigger[]>();
  for (const trigger of schema.triggers) {
    const siblings = byTable.get(foldName(trigger.table));
    if (siblings) siblings.push(trigger);
    else byTable.set(foldName(trigger.table), [trigger]);
  }
  const messages = new Map<Trigger, string>();
  // Made only where it is needed: a trigger among others is looked at in a copy of the schema without them.
  let lone: LoneTriggers | null = null;
  for (const triggers of byTable.values()) {
    const firing = firingStatements(schema, triggers);
    const compiled = new Map([...new Set(firing.values())].map((sql) => [sql, database.compile(sql)]));
    const failing = [...firing].filter(([, sql]) => compiled.get(sql)?.ok === false);
    const [only] = failing;
    const alone = triggers.length > 1 && only ? (lone ??= new LoneTriggers(database)).compile(triggers, failing) : null;
    const outcomes = alone ?? failing.map(([trigger, sql]) => [trigger, compiled.get(sql)] as const);
    for (const [trigger, outcome] of outcomes) if (outcome?.ok === false) messages.set(trigger, outcome.error.message);
  }
  lone?.close();
  return schema.triggers.flatMap((trigger) => {
    const message = messages.get(trigger);
    return message === undefined ? [] : [[`trigger ${trigger.name}`, message] as const];
  });
}

/**
 * A shadow in which the triggers of a table are compiled one by one: one that is broken keeps a statement from being compiled, and
 * would hide what became of the others that it fires.
 */
class LoneTriggers {
  readonly #shadow: Database;

  constructor(database: Database) {
    this.#shadow = makeShadow(database);
    this.#shadow.execute('BEGIN');
    this.#emptySchema();
  }

  /** Compiles statements, each with its own one of all the triggers of a table. */
  compile(
    triggers: readonly Trigger[],
    firing: readonly (readonly [Trigger, string])[],
  ): readonly (readonly [Trigger, Outcome<undefined>])[] {
    for (const trigger of triggers) this.#drop(trigger);
    const compiled = firing.map(([trigger, sql]) => {
      const made = this.#shadow.execute(trigger.sql);
      const outcome = made.ok ? this.#shadow.compile(sql) : made;
      if (made.ok) this.#drop(trigger);
      return [trigger, outcome] as const;
    });
    for (const { sql } of triggers) this.#shadow.execute(sql);
    this.#emptySchema();
    return compiled;
  }

  /** SQLite goes by what it has read of the schema. In an empty table of it, each DROP and CREATE finds its line at once. */
  #emptySchema(): void {
    this.#shadow.execute('PRAGMA writable_schema = ON');
    this.#shadow.execute('DELETE FROM sqlite_schema');
    this.#shadow.execute('PRAGMA writable_schema = OFF');
  }

  close(): void {
    this.#shadow.close();
  }

  #drop({ name }: Trigger): void {
    this.#shadow.execute(`DROP TRIGGER main.${quoteIdentifier(name)}`);
  }
}

/** By trigger: a statement that would fire it. SQLite compiles a trigger when such a statement is compiled. */
function firingStatements(schema: Schema, triggers: readonly Trigger[]): ReadonlyMap<Trigger, string> {
  let update: string | null = null;
  return new Map(
    triggers.map((trigger) => {
      const words = parseSql(trigger.sql).tokens.map(({ text }) => text.toUpperCase());
      const event = words.find((word) => /^(INSERT|UPDATE|DELETE)$/.test(word));
      const table = `main.${quoteIdentifier(trigger.table)}`;
      if (event === 'INSERT') return [trigger, `INSERT INTO ${table} DEFAULT VALUES`];
      if (event === 'DELETE') return [trigger, `DELETE FROM ${table}`];
      return [trigger, (update ??= updateOf(schema, trigger, table))];
    }),
  );
}

function updateOf(schema: Schema, trigger: Trigger, table: string): string {
  const columns = findRelation(schema, trigger.table)?.columns.filter(({ generated }) => generated === null) ?? [];
  const assignments = columns.map(({ name }) => `${quoteIdentifier(name)} = NULL`).join(', ');
  return `UPDATE ${table} SET ${assignments}`;
}
