// The steps of a generated script that change the schema, or fail.
import type { Dice } from './dice';
import {
  anyIndex,
  anyTable,
  anyTrigger,
  anyType,
  anyView,
  constantDefault,
  freshName,
  written,
  type Known,
  type KnownColumn,
  type KnownTable,
} from './generatedSchemas';
import { schemaStep, type Make, type Taken } from './generatedStep';

/** A change of one table by `change`, which gives what is then known of it. */
function onTable(
  dice: Dice,
  known: Known,
  change: (table: KnownTable) => { sql: string; plain?: string; then?: Partial<KnownTable> } | null,
): Taken | null {
  if (known.tables.length === 0) return null;
  const table = dice.of(known.tables);
  const made = change(table);
  if (!made) return null;
  const tables = known.tables.map((one) => (one === table ? { ...one, ...made.then } : one));
  return schemaStep(made.sql, { ...known, tables }, made.plain);
}

/** Defaults that are not constant, with what they come to, by the STRICT type that takes them. */
const EXPRESSIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  INT: [
    ['(1 + 2)', '3'],
    ['(abs(-9007199254740993))', '9007199254740993'],
  ],
  TEXT: [
    [`('x' || 'y')`, `'xy'`],
    [`(datetime('2020-02-03'))`, `'2020-02-03 00:00:00'`],
    [`(upper('it''s'))`, `'IT''S'`],
  ],
  REAL: [['(0.25 * 2)', '0.5']],
  BLOB: [['(zeroblob(2))', `x'0000'`]],
};

/** By what they do. */
export const SCHEMA_STEPS: Readonly<Record<string, Make>> = {
  'add a column': (dice, known, number) =>
    onTable(dice, known, (table) => {
      const type = anyType(dice, table.strict);
      const name = freshName(dice, number);
      const constraint = dice.of([
        '',
        ` DEFAULT ${constantDefault(dice, type, table.strict)}`,
        ` NOT NULL DEFAULT ${constantDefault(dice, type, table.strict)}`,
        ' COLLATE NOCASE',
        ' REFERENCES nowhere(id)',
        ` CHECK (${written(dice, name)} IS NULL OR 1)`,
        ' NOT NULL',
        ' UNIQUE',
        ' PRIMARY KEY',
      ]);
      const column: KnownColumn = { name, type, generated: false, named: false };
      const sql = `ALTER TABLE ${written(dice, table.name)} ADD COLUMN ${written(dice, name)} ${type}${constraint}`;
      return { sql, then: { columns: [...table.columns, column] } };
    }),
  'add a column with a default that is not constant': (dice, known, number, fill) =>
    onTable(dice, known, (table) => {
      const type = dice.of(Object.keys(EXPRESSIONS));
      const [expression, value] = dice.of(EXPRESSIONS[type] ?? []);
      const name = freshName(dice, number);
      const declared = table.strict || dice.oneIn(2) ? type : anyType(dice, false);
      const notNull = dice.oneIn(3);
      const rest = `${notNull ? ' NOT NULL' : ''}${dice.of(['', ' COLLATE NOCASE', ' CHECK (1)'])}`;
      const head = `ALTER TABLE ${written(dice, table.name)} ADD ${dice.of(['COLUMN ', ''])}${written(dice, name)} ${declared}`;
      const column: KnownColumn = { name, type: declared, generated: false, named: true };
      return {
        sql: `${head} DEFAULT ${expression}${rest}`,
        plain: `${head}${fill || notNull ? ` DEFAULT ${value}` : ''}${rest}`,
        then: { columns: [...table.columns, column] },
      };
    }),
  'add a column that is there': (dice, known) =>
    onTable(dice, known, (table) => {
      const column = dice.of(table.columns);
      const rest = dice.of(['', ` DEFAULT (datetime('now'))`, ' NOT NULL', ` DEFAULT 5`]);
      return { sql: `ALTER TABLE ${written(dice, table.name)} ADD COLUMN ${written(dice, column.name)} ANY${rest}` };
    }),
  'add a computed column': (dice, known, number) =>
    onTable(dice, known, (table) => {
      const name = freshName(dice, number);
      const of = written(dice, dice.of(table.columns).name);
      const kind = dice.of(['VIRTUAL', '', 'STORED']);
      const column: KnownColumn = { name, type: 'ANY', generated: true, named: false };
      return {
        sql: `ALTER TABLE ${written(dice, table.name)} ADD COLUMN ${written(dice, name)} ANY AS (typeof(${of})) ${kind}`,
        then: { columns: [...table.columns, column] },
      };
    }),
  'rename a table': (dice, known, number) =>
    onTable(dice, known, (table) => {
      const name = freshName(dice, number);
      return { sql: `ALTER TABLE ${written(dice, table.name)} RENAME TO ${written(dice, name)}`, then: { name } };
    }),
  'rename a column': (dice, known, number) =>
    onTable(dice, known, (table) => {
      const [column, name] = [dice.of(table.columns), freshName(dice, number)];
      const columns = table.columns.map((one) => (one === column ? { ...one, name } : one));
      const sql = `ALTER TABLE ${written(dice, table.name)} RENAME COLUMN ${written(dice, column.name)} TO ${written(dice, name)}`;
      return { sql, then: { columns } };
    }),
  'drop a column': (dice, known) =>
    onTable(dice, known, (table) => {
      if (table.columns.length < 2) return null;
      const column = dice.of(table.columns);
      const sql = `ALTER TABLE ${written(dice, table.name)} DROP COLUMN ${written(dice, column.name)}`;
      return { sql, then: { columns: table.columns.filter((one) => one !== column) } };
    }),
  'make a table': (dice, known, number) => {
    const { sql, table } = anyTable(
      dice,
      freshName(dice, number),
      dice.of(['CREATE TABLE', 'CREATE TABLE IF NOT EXISTS']),
    );
    return schemaStep(sql, { ...known, tables: [...known.tables, table] });
  },
  'make a table that is there': (dice, known) =>
    onTable(dice, known, (table) => ({
      sql: anyTable(
        dice,
        table.name,
        dice.of(['CREATE TABLE IF NOT EXISTS', 'CREATE TABLE IF NOT EXISTS', 'CREATE TABLE']),
      ).sql,
    })),
  'copy a table': (dice, known, number) =>
    onTable(dice, known, (table) => {
      const order = table.columns.map((_, at) => at + 1).join(', ');
      return {
        sql: `CREATE TABLE ${written(dice, freshName(dice, number))} AS SELECT * FROM ${written(dice, table.name)} ORDER BY ${order}`,
      };
    }),
  'make an index': (dice, known, number) => {
    if (known.tables.length === 0) return null;
    const { name, sql } = anyIndex(
      dice,
      dice.of(known.tables),
      freshName(dice, number),
      dice.of(['', 'IF NOT EXISTS ']),
    );
    return schemaStep(sql, { ...known, indexes: [...known.indexes, name] });
  },
  'make an index that is there': (dice, known) => {
    if (known.tables.length === 0 || known.indexes.length === 0) return null;
    return schemaStep(anyIndex(dice, dice.of(known.tables), dice.of(known.indexes), 'IF NOT EXISTS ').sql, known);
  },
  'make a view': (dice, known, number) => {
    if (known.tables.length === 0) return null;
    const { name, sql } = anyView(dice, known.tables, freshName(dice, number), dice.of(['', 'IF NOT EXISTS ']));
    return schemaStep(sql, { ...known, views: [...known.views, name] });
  },
  'make a trigger': (dice, known, number) => {
    if (known.tables.length === 0) return null;
    const there = known.triggers.length > 0 && dice.oneIn(4);
    const name = there ? dice.of(known.triggers) : freshName(dice, number);
    const { sql } = anyTrigger(dice, dice.of(known.tables), name, dice.of(['', 'IF NOT EXISTS ']));
    return schemaStep(sql, { ...known, triggers: there ? known.triggers : [...known.triggers, name] });
  },
  drop: (dice, known) => {
    const kind = dice.of(['index', 'view', 'trigger', 'table'] as const);
    const names =
      kind === 'table'
        ? known.tables.map(({ name }) => name)
        : { index: known.indexes, view: known.views, trigger: known.triggers }[kind];
    if (names.length === 0) return schemaStep(`DROP ${kind} IF EXISTS ${written(dice, 'nothing')}`, known);
    const name = dice.of(names);
    const without = (list: readonly string[]): readonly string[] => list.filter((one) => one !== name);
    return schemaStep(`DROP ${kind} ${dice.of(['', 'IF EXISTS '])}${written(dice, name)}`, {
      tables: known.tables.filter((one) => kind !== 'table' || one.name !== name),
      indexes: without(known.indexes),
      views: without(known.views),
      triggers: without(known.triggers),
    });
  },
  'set a version': (dice, known) => schemaStep(`PRAGMA user_version = ${dice.below(100)}`, known),
  'go wrong': (dice, known) =>
    schemaStep(
      dice.of(['SELECT * FROM nowhere', 'CREATE TABEL t(a)', 'DROP TABLE nowhere', 'ALTER TABLE nowhere ADD COLUMN a']),
      known,
    ),
};
