// What is measured of a database before and after a run, so that the two can be compared.

import { encodingOf, quoteIdentifier, rowsOf, type Database, type Outcome } from '../../database';
import type { Schema } from '../../schema/schema';
import { findBrokenViews, findBrokenTriggers } from '../../schema/usable';

/** The settings of a database that a run has to keep. */
const SETTINGS = ['user_version', 'application_id', 'page_size', 'encoding', 'auto_vacuum'] as const;

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
  const settings = new Map(
    SETTINGS.map((name) => {
      const value = name === 'encoding' ? encodingOf(database) : rowsOf(database, `PRAGMA ${name}`)[0]?.[0];
      return [name, String(value)];
    }),
  );
  const counters = database.query('SELECT name, seq FROM main.sqlite_sequence');
  const sequences = new Map((counters.ok ? counters.value : []).map(([name, seq]) => [String(name), String(seq)]));
  const views = schema.relations.filter(({ kind }) => kind === 'view').map(({ name }) => `view ${name}`);
  const triggers = schema.triggers.map(({ name }) => `trigger ${name}`);
  const broken = new Map([...findBrokenViews(database, schema), ...findBrokenTriggers(database, schema)]);
  return { settings, sequences, broken, compiled: [...views, ...triggers] };
}

/** Rows of a table, or SQLite's error. SQLite counts them in an index if it can, which may need a collation that is missing. */
export function countRows(database: Database, table: string): Outcome<number> {
  const count = `SELECT count(*) FROM main.${quoteIdentifier(table)}`;
  const counted = database.query(count);
  const inTable = counted.ok ? counted : database.query(`${count} NOT INDEXED`);
  const read = inTable.ok ? inTable : counted;
  return read.ok ? { ok: true, value: Number(read.value[0]?.[0]) } : read;
}
