// Why SQLite would not commit: which rows the script has left without their parent, apart from those that had none before it.

import { quoteIdentifier, quoteText, type Database } from '../../database';
import type { BlamedRows, Failure } from '../outcome';
import { FOREIGN_KEY_REFUSAL } from '../run/commit';
import { countedRows, findRows } from './blamedRows';

/** More rows are not told apart from those of before. */
const MOST = 10_000;
/** Rows of each reference whose values are kept, until it is known which of them are new. */
const KEPT = 200;
const SHOWN = 5;

/** Rows of one table that refer to nothing in another one. */
interface Orphans {
  readonly table: string;
  readonly parent: string;
  /** As `foreign_key_check` names them; null for a row of a table WITHOUT ROWID. */
  readonly rowids: readonly (string | null)[];
  /** Their values, the rowid first where there is one; null where they cannot be read. */
  readonly rows: BlamedRows | null;
  /** Of all of them, on the database as it is before the commit. */
  readonly query: string;
}

/** What was found before anything was taken back, by the failure that tells of it. */
const found = new WeakMap<Failure, readonly Orphans[]>();

/** Explains why the statements could not be committed; is asked before anything is taken back. */
export function explainRefusedCommit(message: string, database: Database): Failure {
  if (message !== FOREIGN_KEY_REFUSAL)
    return {
      message,
      explanation: 'The statements ran, but SQLite refused to commit them together.',
      wayOut: 'SQLite’s message names the reason. Nothing was changed, so the run can be tried again.',
    };
  const orphans = findOrphans(database);
  if (orphans.length === 0)
    return {
      message,
      explanation:
        'All statements ran, but SQLite refused to commit them together: a table was dropped while rows referred to it, and SQLite does not look whether another table has taken its place.',
      wayOut:
        'Run a script that rebuilds a table with foreign keys off: the check of the result then compares the foreign keys before and after.',
    };
  const failure = describe(message, orphans);
  found.set(failure, orphans);
  return failure;
}

/** The failure without the rows that had no parent before the script either: SQLite does not count those. */
export function withoutEarlierOrphans(failure: Failure, original: Database): Failure {
  const orphans = found.get(failure);
  const earlier = new Set(orphans ? violationsOf(original).map(keyOf) : []);
  if (!orphans || earlier.size === 0) return failure;
  const left = orphans.flatMap((one): Orphans[] => {
    const isNew = (rowid: string | null): boolean =>
      rowid === null || !earlier.has(keyOf({ table: one.table, parent: one.parent, rowid }));
    const rowids = one.rowids.filter(isNew);
    if (rowids.length === one.rowids.length) return [one];
    if (rowids.length === 0) return [];
    const sample = one.rows?.sample.filter(([rowid = '']) => isNew(rowid)) ?? [];
    return [{ ...one, rowids, rows: one.rows && { ...one.rows, sample, count: rowids.length, query: null } }];
  });
  // Where all were there before, it is something else that SQLite counts.
  return left.length === 0 ? failure : describe(failure.message, left);
}

function describe(message: string, orphans: readonly Orphans[]): Failure {
  const [first] = orphans;
  if (!first) throw new Error('Nothing is to be described');
  const rows = first.rows && shown(first, first.rows);
  const count = rows ? countedRows(rows) : `${first.rowids.length} rows`;
  const others = orphans.length === 1 ? '' : ` ${orphans.length} foreign keys are broken; this is the first.`;
  return {
    message,
    explanation: `The statements ran, but SQLite refused to commit them together: ${count} of ${first.table} ${first.rowids.length === 1 ? 'has' : 'have'} no parent in ${first.parent}.${others}`,
    wayOut: 'Add the missing parents, or change these rows, in a statement at the end of the script.',
    ...(rows ? { rows } : {}),
  };
}

/** As many rows as are shown, without their rowids. */
function shown({ rowids, query }: Orphans, rows: BlamedRows): BlamedRows {
  const hasRowids = rowids[0] !== null;
  const own = (values: readonly string[]): readonly string[] => (hasRowids ? values.slice(1) : values);
  const sample = rows.sample.slice(0, SHOWN).map(own);
  return { ...rows, columns: own(rows.columns), sample, query: rows.query === null ? null : query };
}

interface Violation {
  readonly table: string;
  readonly parent: string;
  readonly rowid: string | null;
}

function violationsOf(database: Database): readonly Violation[] {
  const read = database.query(
    `SELECT "table", parent, CAST(rowid AS TEXT) FROM pragma_foreign_key_check LIMIT ${MOST}`,
  );
  return (read.ok ? read.value : []).map(([table, parent, rowid]) => ({
    table: String(table),
    parent: String(parent),
    rowid: rowid == null ? null : String(rowid),
  }));
}

function keyOf({ table, parent, rowid }: Violation): string {
  return [table, parent, rowid ?? ''].join('\n');
}

/** Rows without their parents, by the two tables, in the order of foreign_key_check. */
function findOrphans(database: Database): readonly Orphans[] {
  const byReference = new Map<string, Violation[]>();
  for (const violation of violationsOf(database)) {
    const key = keyOf({ ...violation, rowid: null });
    const others = byReference.get(key);
    if (others) others.push(violation);
    else byReference.set(key, [violation]);
  }
  return [...byReference.values()].flatMap((violations): Orphans[] => {
    const [first] = violations;
    if (!first) return [];
    const { table, parent } = first;
    const rest = `FROM main.${quoteIdentifier(table)}\nWHERE rowid IN (SELECT rowid FROM pragma_foreign_key_check(${quoteText(table)}) WHERE parent = ${quoteText(parent)})`;
    const rows = first.rowid === null ? null : findRows(database, `SELECT rowid AS "the rowid", * ${rest}`, KEPT);
    return [{ table, parent, rowids: violations.map(({ rowid }) => rowid), rows, query: `SELECT * ${rest}` }];
  });
}
