// What is known of a file as soon as it is open: facts, findings and schema. No row is read for it.

import type { Database } from '../database';
import type { Finding } from '../file/finding';
import type { Header } from '../file/header';
import { isInternal, type Schema } from '../schema/schema';
import { findApart, type EngineFacts } from './engineFacts';
import { findUnusable } from '../schema/usable';

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
  /** The SQLite that reads it. */
  readonly engine: EngineFacts;
}

/** What the page shows of an open database with this schema. */
export function inspect(
  database: Database,
  schema: Schema,
  file: Pick<Inspection, 'name' | 'size' | 'header' | 'findings'>,
  engine: EngineFacts,
): Inspection {
  const tables = schema.relations
    .filter(({ kind, name }) => kind !== 'view' && kind !== 'shadow table' && !isInternal(name))
    .map((table) => table.name);
  const findings: Finding[] = [
    ...file.findings,
    ...findApart(engine),
    ...[...findUnusable(database, schema)].map(([subject, message]) => describeUnusable(subject, message)),
  ];
  return { ...file, findings, schema, tables, engine };
}

/** What SQLite says where something is missing that a program brings: the kind of thing, and its name. */
const MISSING = /^(?:no such|unknown) (module|collation|function)(?: sequence)?: (.+?)(?:\(\))?$/;

/** By the kind of thing that cannot be used: what becomes of it. */
const KEPT: Readonly<Record<string, string>> = {
  'virtual table':
    'It is carried over byte for byte, with the tables that store it; a script cannot read or change it here.',
  table: 'Its rows are carried over byte for byte. A script that adds rows to it, or needs what is missing, stops.',
  trigger: 'It is carried over as it is. A script that would fire it stops.',
};

/**
 * The finding on a part of the schema that cannot be used in full.
 * @param subject its kind and name, as in `virtual table notes`
 * @param message SQLite's own
 */
function describeUnusable(subject: string, message: string): Finding {
  const finding = { code: 'unreadable-object', severity: 'note', consent: null } as const;
  const [, what, missing] = MISSING.exec(message) ?? [];
  if (what === undefined || missing === undefined) {
    return {
      ...finding,
      sentence: `The ${subject} does not work here: ${message}.`,
      help: 'It was so before. It is left as it is; if your own program can use it, check it there after the upgrade.',
    };
  }
  const kept =
    Object.entries(KEPT).find(([kind]) => subject.startsWith(`${kind} `))?.[1] ?? 'It is carried over as it is.';
  return {
    ...finding,
    sentence: `The ${subject} needs the ${what} ${missing}, which the SQLite in this page does not have.`,
    help: `${kept} Check it with your own program after the upgrade.`,
  };
}
