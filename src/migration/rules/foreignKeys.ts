// Foreign keys that a script breaks: references that lead nowhere, and rows that lose their parent.

import { foldName, quoteIdentifier, type Database } from '../../database';
import { describeReference, findUnresolved, readReferences, type Reference } from '../../schema/references';
import type { ParsedStatement } from '../../script/parsedStatement';
import { counted } from '../../words';
import type { Found, Rule, ScriptEnd } from '../warning';

/** A reference that leads nowhere after the script. */
export const brokenReference: Rule = {
  code: 'broken-reference',
  name: 'A foreign key leads nowhere',
  why: 'SQLite makes no complaint when a parent table goes, is renamed along with its children, or loses the unique key that a foreign key refers to. With foreign keys enforced it then refuses each change of the child, as no such table or foreign key mismatch.',
  safeWay: 'Keep the parent under its name, with a primary key or UNIQUE index on the columns that are referred to.',
  watch: ({ database, before, statements }) => {
    const earlier = new Set([...findUnresolved(database, before, readReferences(database, before)).keys()].map(keyOf));
    return {
      end: ({ complete, shadow, after, outcomes }) => {
        if (!complete) return [];
        const unresolved = findUnresolved(shadow, after, readReferences(shadow, after));
        return [...unresolved].flatMap(([reference, reason]): readonly Found[] => {
          // What was so before is not the script's doing.
          const statement = earlier.has(keyOf(reference)) ? null : blame(reference, statements, outcomes);
          if (!statement) return [];
          const { table } = reference;
          return [
            {
              ordinal: statement.ordinal,
              severity: 'warning',
              subject: `table ${table}: ${describeReference(reference)}`,
              sentence: `The foreign key ${describeReference(reference)} leads nowhere after the script: ${reason}. With foreign keys enforced, SQLite refuses each change of ${table}.`,
              remedy: remedyFor(reference, reason, after),
              fix: null,
            },
          ];
        });
      },
    };
  },
};

function keyOf(reference: Reference): string {
  return foldName(describeReference(reference));
}

function remedyFor({ table, parent }: Reference, reason: string, after: ScriptEnd['after']): string {
  if (!reason.startsWith('there is no table'))
    return `Create the primary key or UNIQUE index of ${parent} again, or change the foreign key of ${table}.`;
  const base = after.relations.find(({ name }) => foldName(parent).startsWith(foldName(name)));
  return base
    ? `RENAME has written ${parent} into the foreign key of ${table}. Create the new table under another name, copy the rows, drop the old one, and rename the new one: then the foreign key keeps the name ${base.name}. PRAGMA legacy_alter_table = ON before the RENAME keeps it too.`
    : `Keep the table ${parent}, or change the foreign key of ${table} in a table rebuild.`;
}

/** The statement that took the parent or its key away, or made the child. */
function blame(
  { table, parent }: Reference,
  statements: readonly ParsedStatement[],
  outcomes: ScriptEnd['outcomes'],
): ParsedStatement | null {
  const applied = statements.filter(({ ordinal }) => /^(applied|adapted)$/.test(outcomes[ordinal - 1]?.verdict ?? ''));
  const about = (name: string | null): boolean => name !== null && foldName(name) === foldName(parent);
  return (
    applied.findLast(({ kind, name, table: of }) => /^drop (table|column)/.test(kind) && (about(name) || about(of))) ??
    applied.findLast(({ kind }) => kind === 'drop index') ??
    applied.findLast(
      ({ kind, name, newName }) =>
        (kind === 'rename table' || kind.startsWith('create table')) && (about(newName) || about(name)),
    ) ??
    applied.findLast(
      ({ kind, name, table: of }) =>
        /^create|^add column/.test(kind) && [name, of].some((one) => foldName(one ?? '') === foldName(table)),
    ) ??
    applied.at(-1) ??
    null
  );
}

/** Beyond so many rows of a child table the check of the result tells, and the plan does not. */
const ROWS_LOOKED_AT = 100_000;

/** Rows that lose their parent. */
export const orphanedRows: Rule = {
  code: 'orphaned-rows',
  name: 'Rows lose their parent',
  why: 'The script runs with foreign keys off, as the sqlite3 command has them: ON DELETE and ON UPDATE do nothing, and rows stay whose parent is gone.',
  safeWay: 'Delete or change the children in the script too.',
  watch: ({ database, before, statements }) => {
    const touching = statements.filter(({ kind }) => /^(drop table|rename table|delete|update|insert)$/.test(kind));
    if (touching.length === 0) return null;
    const references = readReferences(database, before);
    const touched = new Set(
      touching.flatMap(({ name, table, newName }) => [name, table, newName].map((one) => foldName(one ?? ''))),
    );
    const children = [
      ...new Set(
        references
          .filter(({ table, parent }) => touched.has(foldName(table)) || touched.has(foldName(parent)))
          .map(({ table }) => table),
      ),
    ];
    const small = children.filter((table) => hasFewRows(database, table));
    if (small.length === 0) return null;
    const had = countOrphans(database, small);
    return {
      end: ({ complete, after, outcomes }) => {
        if (!complete) return [];
        const there = small.filter((table) => after.relations.some(({ name }) => name === table));
        return [...countOrphans(database, there)].flatMap(([key, { table, parent, rows }]): readonly Found[] => {
          const more = rows - (had.get(key)?.rows ?? 0);
          const statement = touching.findLast(
            ({ ordinal, name, table: of }) =>
              outcomes[ordinal - 1]?.verdict === 'applied' &&
              [name, of].some((one) => one !== null && [table, parent].map(foldName).includes(foldName(one))),
          );
          if (more <= 0 || !statement) return [];
          return [
            {
              ordinal: statement.ordinal,
              severity: 'warning',
              subject: `table ${table} → ${parent}`,
              sentence: `${counted(more, 'row')} of ${table} ${more === 1 ? 'refers' : 'refer'} to rows of ${parent} that are gone after the script.`,
              remedy: `Delete these rows of ${table}, or change what they refer to, in the script. The script runs with foreign keys off, so ON DELETE does nothing.`,
              fix: null,
            },
          ];
        });
      },
    };
  },
};

function hasFewRows(database: Database, table: string): boolean {
  const counted = database.query(
    `SELECT count(*) FROM (SELECT 1 FROM main.${quoteIdentifier(table)} LIMIT ${ROWS_LOOKED_AT + 1})`,
  );
  return counted.ok && Number(counted.value[0]?.[0]) <= ROWS_LOOKED_AT;
}

/** Rows without a parent, by child and parent. A parent without a key cannot be looked up: that is another rule's. */
function countOrphans(
  database: Database,
  children: readonly string[],
): ReadonlyMap<string, { readonly table: string; readonly parent: string; readonly rows: number }> {
  const found = new Map<string, { table: string; parent: string; rows: number }>();
  for (const table of children) {
    const rows = database.query('SELECT parent, count(*) FROM pragma_foreign_key_check(?) GROUP BY parent', [table]);
    for (const [parent, count] of rows.ok ? rows.value : [])
      found.set(foldName(`${table}\n${String(parent)}`), { table, parent: String(parent), rows: Number(count) });
  }
  return found;
}
