// What is measured of a database before and after a run, so that the two can be compared.

import { quoteIdentifier, rowsOf, type Database, type Outcome } from '../../database';
import { foldName, type Relation, type Schema, type Trigger } from '../../schema/schema';
import { isBlank, tokenise } from '../../script/tokens';
import { makeShadow } from '../../schema/shadow';

/** The settings of a database that a run has to keep. */
export const SETTINGS = ['user_version', 'application_id', 'page_size', 'encoding', 'auto_vacuum'] as const;

/** The cheap part of a measurement: nothing here reads rows. */
export interface Measurement {
  readonly settings: ReadonlyMap<string, string>;
  /** AUTOINCREMENT counters by table. */
  readonly sequences: ReadonlyMap<string, string>;
  /** SQLite's message for each view and trigger that does not compile, by `view name` or `trigger name`. */
  readonly broken: ReadonlyMap<string, string>;
  /** All views and triggers, by the same names. */
  readonly compiled: readonly string[];
}

/** Measures settings, counters, and which views and triggers compile. */
export function measure(database: Database, schema: Schema): Measurement {
  const settings = new Map(SETTINGS.map((name) => [name, String(rowsOf(database, `PRAGMA ${name}`)[0]?.[0])]));
  const counters = database.query('SELECT name, seq FROM main.sqlite_sequence');
  const sequences = new Map((counters.ok ? counters.value : []).map(([name, seq]) => [String(name), String(seq)]));
  const views = schema.relations.filter(({ kind }) => kind === 'view').map(({ name }) => `view ${name}`);
  const triggers = schema.triggers.map(({ name }) => `trigger ${name}`);
  const broken = new Map([...findBrokenViews(database, schema), ...findBrokenTriggers(database, schema)]);
  return { settings, sequences, broken, compiled: [...views, ...triggers] };
}

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
function findBrokenViews(database: Database, { relations }: Schema): readonly (readonly [string, string])[] {
  return relations.flatMap(({ kind, name }) => {
    if (kind !== 'view') return [];
    const compiled = database.compile(`SELECT * FROM main.${quoteIdentifier(name)}`);
    return compiled.ok ? [] : [[`view ${name}`, compiled.error.message] as const];
  });
}

/** SQLite's message for each trigger that does not compile, by `trigger name`. */
function findBrokenTriggers(database: Database, schema: Schema): readonly (readonly [string, string])[] {
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
  const words = tokenise(trigger.sql)
    .filter((token) => !isBlank(token))
    .map((token) => token.text.toUpperCase());
  const event = words.find((word) => word === 'INSERT' || word === 'UPDATE' || word === 'DELETE');
  const table = `main.${quoteIdentifier(trigger.table)}`;
  if (event === 'INSERT') return database.compile(`INSERT INTO ${table} DEFAULT VALUES`);
  if (event === 'DELETE') return database.compile(`DELETE FROM ${table}`);
  const relation = schema.relations.find(({ name }) => foldName(name) === foldName(trigger.table));
  const columns = relation?.columns.filter((column) => column.generated === null) ?? [];
  const assignments = columns.map(({ name }) => `${quoteIdentifier(name)} = NULL`).join(', ');
  return database.compile(`UPDATE ${table} SET ${assignments}`);
}

/** What a check said: its complaints (none where all is well), and what it could not look at. */
export interface Integrity {
  readonly check: IntegrityCheck;
  readonly complaints: readonly string[];
  /** SQLite's messages for tables that could not be checked, by table. */
  readonly unchecked: ReadonlyMap<string, string>;
}

/** `integrity_check` looks at everything; `quick_check` does not look rows up in the indexes. */
export type IntegrityCheck = 'integrity_check' | 'quick_check';

/**
 * The PRAGMA of that name. Where a missing collation or function makes it stop, each table is checked by itself, so that only
 * the ones that need it stay unchecked. A virtual table whose module is missing SQLite passes over in silence: it is
 * unchecked, although the tables that store it are checked.
 */
export function checkIntegrity(
  database: Database,
  relations: readonly Relation[],
  check: IntegrityCheck = 'integrity_check',
): Integrity {
  const complaints: string[] = [];
  const whole = database.visit(`PRAGMA ${check}`, [], (row) => void complaints.push(...complaintsOf([row])));
  const virtual = relations.filter(({ kind }) => kind === 'virtual table');
  const unchecked = new Map(
    virtual.flatMap(({ name, unreadable }) => (unreadable === null ? [] : [[name, unreadable] as const])),
  );
  if (whole.ok) return { check, complaints, unchecked };
  // Damage that it has told of may be what ends it.
  if (complaints.length > 0) return { check, complaints: [...complaints, whole.error.message], unchecked: new Map() };
  for (const { name, kind } of relations) {
    if (kind === 'view' || unchecked.has(name)) continue;
    const one = database.query(`PRAGMA ${check}(${quoteIdentifier(name)})`);
    if (one.ok) complaints.push(...complaintsOf(one.value));
    else unchecked.set(name, one.error.message);
  }
  if (unchecked.size === 0) unchecked.set('the file as a whole', whole.error.message);
  return { check, complaints, unchecked };
}

function complaintsOf(rows: readonly (readonly unknown[])[]): string[] {
  // One row may hold a hundred faults, a line each, below a line that names the database.
  const lines = rows.flatMap(([text]) => String(text).split('\n'));
  return lines.filter((line) => line !== 'ok' && line !== '*** in database main ***');
}

/** Rows of a table whose parent is missing. */
export interface Violation {
  readonly table: string;
  readonly parent: string;
  /** The columns that refer to the parent; constraints have numbers, but those change when one is added. */
  readonly columns: readonly string[];
  readonly rows: number;
}

/** Foreign key violations, or SQLite's error. */
export function countViolations(database: Database): Outcome<readonly Violation[]> {
  const read = database.query(
    `SELECT v."table", v.parent, v.rows,
       (SELECT json_group_array("from") FROM pragma_foreign_key_list(v."table") WHERE id = v.fkid)
     FROM (SELECT "table", parent, fkid, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2, 3) AS v`,
  );
  if (!read.ok) return read;
  return {
    ok: true,
    value: read.value.map(([table, parent, rows, columns]) => ({
      table: String(table),
      parent: String(parent),
      columns: JSON.parse(String(columns)) as string[],
      rows: Number(rows),
    })),
  };
}

/** Rows of a table, or SQLite's error. SQLite counts them in an index if it can, which may need a collation that is missing. */
export function countRows(database: Database, table: string): Outcome<number> {
  const count = `SELECT count(*) FROM main.${quoteIdentifier(table)}`;
  const counted = database.query(count);
  const inTable = counted.ok ? counted : database.query(`${count} NOT INDEXED`);
  const read = inTable.ok ? inTable : counted;
  return read.ok ? { ok: true, value: Number(read.value[0]?.[0]) } : read;
}
