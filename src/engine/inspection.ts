// What is known of a file as soon as it is open: facts, findings, schema and rows.

import type { Database } from '../database';
import type { Finding } from '../file/finding';
import { findInHeader } from '../file/finding';
import type { Header } from '../file/header';
import { countRows } from '../migration/measurement';
import { readSchema } from '../schema/read';
import { isInternal, type Schema } from '../schema/schema';

/** A file as the page shows it. */
export interface Inspection {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly header: Header;
  readonly findings: readonly Finding[];
  readonly schema: Schema;
  /** Rows by table, SQLite's own and shadow tables left out; null where they cannot be counted. */
  readonly rows: ReadonlyMap<string, number | null>;
  /** Version of the SQLite that reads it. */
  readonly engineVersion: string;
}

/** Reads what the page shows of an open database. Throws where its schema cannot be read. */
export function inspect(
  database: Database,
  name: string,
  size: number,
  header: Header,
  engineVersion: string,
): Inspection {
  const schema = readSchema(database);
  const tables = schema.relations.filter(
    ({ kind, name }) => kind !== 'view' && kind !== 'shadow table' && !isInternal(name),
  );
  const rows = new Map(
    tables.map((table) => {
      const counted = countRows(database, table.name);
      return [table.name, counted.ok ? counted.value : null];
    }),
  );
  const unreadable = schema.relations.filter((relation) => relation.unreadable !== null);
  const findings: Finding[] = [
    ...findInHeader(header, size),
    ...unreadable.map((relation): Finding => ({
      code: 'unreadable-object',
      severity: 'note',
      sentence: `The ${relation.kind} ${relation.name} cannot be read here: ${relation.unreadable ?? ''}.`,
      help: 'It is carried over as it is. Check it with your own program after the upgrade.',
    })),
  ];
  return { name, size, header, findings, schema, rows, engineVersion };
}
