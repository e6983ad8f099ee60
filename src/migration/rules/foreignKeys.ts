// Foreign keys that a script breaks: references that lead nowhere, and rows that lose their parent.

import { foldName, quoteIdentifier, type Database } from '../../database';
import { describeReference, findUnresolved, readReferences, type Reference } from '../../schema/references';
import type { ParsedStatement } from '../../script/parsedStatement';
import { counted } from '../../words';
import { childKey, childKeysNow } from '../proofs/brokenReferences';
import { pairTables } from '../proofs/tablePairs';
import type { Found, Rule, ScriptEnd } from '../warning';

/** A reference that leads nowhere after the script. */
export const brokenReference: Rule = {
  code: 'broken-reference',
  name: 'A foreign key leads nowhere',
  why: 'SQLite makes no complaint when a parent table goes, is renamed along with its children, or loses the unique key that a foreign key refers to. With foreign keys enforced it then refuses each change of the child, as no such table or foreign key mismatch.',
  safeWay: 'Keep the parent under its name, with a primary key or UNIQUE index on the columns that are referred to.',
  watch: ({ database, before, statements }) => {
    const earlier = [...findUnresolved(database, before, readReferences(database, before)).keys()];
    return {
      end: ({ complete, shadow, after, outcomes }) => {
        const unresolved = complete
          ? findUnresolved(shadow, after, readReferences(shadow, after))
          : new Map<Reference, string>();
        if (unresolved.size === 0) return [];
        const applied = appliedOf(statements, outcomes);
        // What was so before is not the script's doing.
        const known = childKeysNow(earlier, pairTables(before, after, applied));
        const concerning = concerningTables(applied, before);
        return [...unresolved].flatMap(([reference, reason]): readonly Found[] => {
          if (known.has(childKey(reference))) return [];
          const own = concerning([reference.table, reference.parent]);
          const statement = blame(reference, own) ?? applied.at(-1);
          if (!statement) return [];
          const { table } = reference;
          return [
            {
              ordinal: statement.ordinal,
              severity: 'warning',
              subject: `table ${table}: ${describeReference(reference)}`,
              sentence: `The foreign key ${describeReference(reference)} leads nowhere after the script: ${reason}. With foreign keys enforced, SQLite refuses each change of ${table}.`,
              remedy: remedyFor(reference, reason, after, own),
              fix: null,
            },
          ];
        });
      },
    };
  },
};

function appliedOf(
  statements: readonly ParsedStatement[],
  outcomes: ScriptEnd['outcomes'],
): readonly ParsedStatement[] {
  return statements.filter(({ ordinal }) => /^(applied|adapted)$/.test(outcomes[ordinal - 1]?.verdict ?? ''));
}

/** Gives the statements on some tables and on the indexes that these had before, in the order of the script. */
function concerningTables(
  applied: readonly ParsedStatement[],
  { indexes }: ScriptEnd['after'],
): (tables: readonly string[]) => readonly ParsedStatement[] {
  const tableOf = new Map(indexes.map(({ name, table }) => [foldName(name), foldName(table)]));
  const byTable = new Map<string, ParsedStatement[]>();
  for (const statement of applied) {
    const { kind, name, table, newName } = statement;
    const ofIndex = kind === 'drop index' ? (tableOf.get(foldName(name ?? '')) ?? null) : null;
    for (const one of new Set([name, table, newName, ofIndex].map((each) => foldName(each ?? '')))) {
      const known = byTable.get(one);
      if (known) known.push(statement);
      else byTable.set(one, [statement]);
    }
  }
  return (tables) => {
    const found = new Set(tables.flatMap((table) => byTable.get(foldName(table)) ?? []));
    return [...found].sort((one, other) => one.ordinal - other.ordinal);
  };
}

/** What mends it, by what `findUnresolved` says. */
function remedyFor(
  { table, parent, parentColumns }: Reference,
  reason: string,
  after: ScriptEnd['after'],
  applied: readonly ParsedStatement[],
): string {
  const change = `change the foreign key of ${table} in a table rebuild`;
  if (reason.startsWith('there is no table')) {
    const aside = applied.findLast(({ kind, newName }) => kind === 'rename table' && isSame(newName, parent));
    const isReplaced = after.relations.some(({ name }) => isSame(aside?.table ?? null, name));
    if (aside && isReplaced)
      return `RENAME has written ${parent} into the foreign key of ${table}. Create the new table under another name, copy the rows, drop the old one, and rename the new one: then the foreign key keeps the name ${aside.table ?? ''}. PRAGMA legacy_alter_table = ON before the RENAME keeps it too, where foreign keys are off.`;
    const wasDropped = applied.some(({ kind, name }) => kind === 'drop table' && isSame(name, parent));
    return wasDropped
      ? `Keep the table ${parent}, or ${change}.`
      : `Create the table ${parent}, or correct its name in the foreign key of ${table}.`;
  }
  if (/ is a (view|virtual table)/.test(reason))
    return `Only a table can be referred to: ${change}, so that it names the table that holds the rows.`;
  if (reason.includes(' has no column ')) return `Keep the column, or ${change}.`;
  if (parentColumns === null)
    return `Give ${parent} the primary key that it had, or ${change}, so that it names columns with a UNIQUE index.`;
  return `Create a UNIQUE index on ${parent} (${parentColumns.join(', ')}) at the end of the script, or ${change}.`;
}

function isSame(one: string | null, other: string): boolean {
  return one !== null && foldName(one) === foldName(other);
}

/** The statement, of those on both tables, that took the parent or its key away, or made the child. */
function blame({ table, parent }: Reference, own: readonly ParsedStatement[]): ParsedStatement | undefined {
  const last = (kinds: RegExp, fits: (statement: ParsedStatement) => boolean): ParsedStatement | undefined =>
    own.findLast((statement) => kinds.test(statement.kind) && fits(statement));
  return (
    last(/^(drop (table|column)|rename table)$/, ({ name, table: of }) => isSame(name, parent) || isSame(of, parent)) ??
    last(/^drop index$/, () => true) ??
    last(/^(rename table|create (virtual )?table( as)?|create view)$/, ({ name, newName }) =>
      isSame(newName ?? name, parent),
    ) ??
    last(/^(create table|add column)$/, ({ name, table: of }) => isSame(name, table) || isSame(of, table))
  );
}

/** Beyond so many rows of a child table the check of the result tells, and the plan does not. */
const ROWS_LOOKED_AT = 100_000;

/** So many tables at most are looked at after the statements of a script, to tell which one is to blame. */
const LOOKS = 500;

/** Rows that lose their parent. */
export const orphanedRows: Rule = {
  code: 'orphaned-rows',
  name: 'Rows lose their parent',
  why: 'The script runs with foreign keys off, as the sqlite3 command has them: ON DELETE and ON UPDATE do nothing, and rows stay whose parent is gone.',
  safeWay: 'Delete or change the children in the script too.',
  watch: ({ database, before, statements, choices }) => {
    const touching = statements.filter(({ kind }) => /^(drop table|rename table|delete|update|insert)$/.test(kind));
    // With foreign keys on, the statement fails, or the commit.
    if (touching.length === 0 || choices.foreignKeys === 'on') return null;
    const touched = new Set(
      touching.flatMap(({ name, table, newName }) => [name, table, newName].map((one) => foldName(one ?? ''))),
    );
    // A trigger carries a change on to any table.
    const mayCarryOn = before.triggers.length > 0 || statements.some(({ kind }) => kind === 'create trigger');
    const isTouched = ({ table, parent }: Reference): boolean =>
      mayCarryOn || [table, parent].some((one) => touched.has(foldName(one)));
    const references = readReferences(database, before).filter(isTouched);
    if (references.length === 0 && !statements.some(({ text }) => /\breferences\b/i.test(text))) return null;
    const rowsOf = new Map(childrenOf(references).map((table) => [table, countUpTo(database, table, ROWS_LOOKED_AT)]));
    const small = [...rowsOf].flatMap(([table, rows]) => (rows === null ? [] : table));
    const had = countOrphans(database, small);
    /** Which statement has last made more of them, where looking after each costs little. */
    const blamed = new Map<string, ParsedStatement>();
    let previous: { readonly statement: ParsedStatement; readonly orphans: Orphans } | null = null;
    const look = (orphans: Orphans, statement: ParsedStatement | null): void => {
      for (const [key, { rows }] of previous ? orphans : [])
        if (previous && rows > (previous.orphans.get(key)?.rows ?? 0)) blamed.set(key, previous.statement);
      previous = statement && { statement, orphans };
    };
    const rows = [...rowsOf.values()].reduce<number>((sum, one) => sum + (one ?? 0), 0);
    const isCheap = rows * touching.length <= ROWS_LOOKED_AT && small.length * touching.length <= LOOKS;
    const isTouching = new Set(touching);
    const lookBefore = (statement: ParsedStatement): void => {
      if (isTouching.has(statement)) look(countOrphans(database, small), statement);
    };
    return {
      ...(isCheap ? { before: lookBefore } : {}),
      end: ({ complete, shadow, after, outcomes }) => {
        if (!complete) return [];
        const references = readReferences(shadow, after).filter(isTouched);
        const pairs = pairTables(before, after, appliedOf(statements, outcomes));
        const names = new Map(pairs.map((pair) => [foldName(pair.before.name), pair.after?.name ?? '']));
        const nameNow = (name: string): string => names.get(foldName(name)) ?? name;
        const large = new Set([...rowsOf].flatMap(([table, rows]) => (rows === null ? nameNow(table) : [])));
        const children = childrenOf(references).filter(
          (table) => !large.has(table) && countUpTo(database, table, ROWS_LOOKED_AT) !== null,
        );
        const earlier = new Map(
          [...had.values()].map((one) => [keyOf(nameNow(one.table), nameNow(one.parent)), one.rows]),
        );
        const orphans = countOrphans(database, children);
        look(orphans, null);
        // Where the reference itself leads nowhere, that is what is said.
        const broken = new Set(
          [...findUnresolved(shadow, after, references).keys()].map((one) => keyOf(one.table, one.parent)),
        );
        return [...orphans].flatMap(([key, { table, parent, rows: has }]): readonly Found[] => {
          const more = has - (earlier.get(key) ?? 0);
          const last = touching.findLast(
            ({ ordinal, name, table: of }) =>
              outcomes[ordinal - 1]?.verdict === 'applied' &&
              [name, of].some((one) => isSame(one, table) || isSame(one, parent)),
          );
          const statement = blamed.get(key) ?? last ?? touching.at(-1);
          if (more <= 0 || !statement || broken.has(key)) return [];
          return [
            {
              ordinal: statement.ordinal,
              severity: 'warning',
              subject: `table ${table} → ${parent}`,
              sentence: `${counted(more, 'row')} of ${table} ${more === 1 ? 'has' : 'have'} no row of ${parent} to refer to after the script.`,
              remedy: `Keep or add the rows of ${parent}, or change or delete these rows of ${table}, in the script. It runs with foreign keys off, so ON DELETE and ON UPDATE do nothing.`,
              fix: null,
            },
          ];
        });
      },
    };
  },
};

function childrenOf(references: readonly Reference[]): readonly string[] {
  return [...new Set(references.map(({ table }) => table))];
}

/** The rows of a table, where they are no more than `most`; else null. */
function countUpTo(database: Database, table: string, most: number): number | null {
  const rows = database.query(`SELECT count(*) FROM (SELECT 1 FROM main.${quoteIdentifier(table)} LIMIT ${most + 1})`);
  const count = rows.ok ? Number(rows.value[0]?.[0]) : Infinity;
  return count <= most ? count : null;
}

type Orphans = ReadonlyMap<string, { readonly table: string; readonly parent: string; readonly rows: number }>;

function keyOf(table: string, parent: string): string {
  return foldName(`${table}\n${parent}`);
}

/** Rows without a parent, by child and parent. A table that is not there, or a parent without a key, cannot be looked at. */
function countOrphans(database: Database, children: readonly string[]): Orphans {
  const found = new Map<string, { table: string; parent: string; rows: number }>();
  for (const table of children) {
    const rows = database.query('SELECT parent, count(*) FROM pragma_foreign_key_check(?) GROUP BY parent', [table]);
    for (const [parent, count] of rows.ok ? rows.value : [])
      found.set(keyOf(table, String(parent)), { table, parent: String(parent), rows: Number(count) });
  }
  return found;
}
