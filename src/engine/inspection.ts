// What is known of a file as soon as it is open: facts, findings and schema. No row is read for it.

import type { Database } from '../database';
import type { Finding } from '../file/finding';
import type { Header } from '../file/header';
import { findUnusable } from '../migration/proofs/measurement';
import { describeUnusable } from '../migration/unusable';
import { readSchema } from '../schema/read';
import { isInternal, type Schema } from '../schema/schema';
import type { Engine } from './sqljs/sqljs';

/** A file as the page shows it. */
export interface Inspection {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly header: Header;
  readonly findings: readonly Finding[];
  readonly schema: Schema;
  /** The tables whose rows are worth counting: SQLite's own and shadow tables are left out. Counting reads the file. */
  readonly tables: readonly string[];
  /** Version of the SQLite that reads it. */
  readonly engineVersion: string;
}

const COPIED: Finding = {
  code: 'copied-whole',
  severity: 'note',
  sentence: 'This build of SQLite cannot read the file page by page, so the whole of it is copied into memory.',
  help: 'Everything works as usual for files of up to some hundred megabytes; larger ones may not fit.',
  consent: null,
};

/** Reads what the page shows of an open database. Throws where its schema cannot be read. */
export function inspect(
  database: Database,
  file: Pick<Inspection, 'name' | 'size' | 'header' | 'findings'>,
  engine: Pick<Engine, 'version' | 'onDemand'>,
): Inspection {
  const schema = readSchema(database);
  const tables = schema.relations
    .filter(({ kind, name }) => kind !== 'view' && kind !== 'shadow table' && !isInternal(name))
    .map((table) => table.name);
  const findings: Finding[] = [
    ...file.findings,
    ...(engine.onDemand ? [] : [COPIED]),
    ...[...findUnusable(database, schema)].map(([subject, message]) => describeUnusable(subject, message)),
  ];
  return { ...file, findings, schema, tables, engineVersion: engine.version };
}
