// The words for what a statement will do or did: verdicts, and what goes with them.

import type { Meaning } from '../functions/meaning';

/**
 * `applied`: it changed the database as written. `adapted`: it changed the database by another way to the same schema.
 * `skipped`: ADD COLUMN whose column is there. `unchanged`: it asks for what is there already (IF NOT EXISTS), for the
 * transaction that the run is, or for what has no effect here (a PRAGMA). `failed`: it stopped the run. `not run`: it stands after a failed one.
 */
export type Verdict = 'applied' | 'adapted' | 'skipped' | 'unchanged' | 'failed' | 'not run';

/** All verdicts, in the order in which counts of them are shown. */
export const VERDICTS: readonly Verdict[] = ['applied', 'adapted', 'skipped', 'unchanged', 'failed', 'not run'];

/** The word that people read for a verdict. */
export function wordOf(verdict: Verdict): string {
  return verdict === 'adapted' ? 'rewritten' : verdict;
}

/** Why a statement failed: SQLite's own message (or ours where we refused it), what it means, and a way out. */
export interface Failure {
  readonly message: string;
  readonly explanation: string;
  readonly wayOut: string;
  /** The message is ours: the statement was refused before SQLite was asked. */
  readonly refused?: true;
  /** It is not the statement that SQLite refused, but to commit all of them. */
  readonly atCommit?: true;
  /** It is a limit of the SQLite in this page that the statement meets, and the script may run in another one. */
  readonly limit?: true;
  /** The rows to blame, where it is a constraint that they break. */
  readonly rows?: BlamedRows;
  /** Statements with which it runs, where they can be written. */
  readonly mend?: Mend;
  /** The views, triggers and indexes that SQLite stopped at, the first one first. */
  readonly stoppedAt?: readonly SchemaObject[];
  /** SQLite's message that names the collation which is missing, where its message at the statement does not. */
  readonly lacking?: string;
}

/** Rows that keep a statement from running. */
export interface BlamedRows {
  readonly count: number;
  /** False where no more were counted than `count`. */
  readonly exact: boolean;
  readonly columns: readonly string[];
  /** The first of them: values as SQL literals, long ones cut. */
  readonly sample: readonly (readonly string[])[];
  /** A query that gives them on the database as it is before the script; null where there is none that does. */
  readonly query: string | null;
}

/** What to write into a script around a statement, or in place of it. */
export interface Mend {
  readonly before: readonly string[];
  /** Null where the statement stays. */
  readonly instead: string | null;
  readonly after: readonly string[];
}

/** A part of a schema that holds no rows of its own. */
export interface SchemaObject {
  readonly kind: 'view' | 'trigger' | 'index';
  readonly name: string;
}

/** What became of one statement; of the plan and of the run alike. */
export interface StatementOutcome {
  /** 1-based, as in the script. */
  readonly ordinal: number;
  readonly verdict: Verdict;
  /** A sentence on what happened beyond the verdict's plain meaning, or null. */
  readonly note: string | null;
  /** The SQL that ran instead of the statement, where it was adapted; else null. */
  readonly executed: readonly string[] | null;
  /** Rows that INSERT, UPDATE, DELETE changed, or that existing rows were given a value for. */
  readonly changes: number;
  /** Rows that triggers and the actions of foreign keys changed beside those. */
  readonly byTriggers?: number;
  /** Of an UPDATE: how many values of the file it changes, NULL being none. There may be more where it is not exact; left out for none. */
  readonly overwritten?: { readonly values: number; readonly exact: boolean };
  readonly milliseconds: number;
  readonly failure: Failure | null;
  /** What is there differs from what the script asks for (only with `skipped` and `unchanged`). */
  readonly drift: Drift | null;
  /** What it takes away for good of the data that was in the file before the script; null for nothing. */
  readonly loss: Loss | null;
  /** Of columns that are dropped, or left behind by a rebuild: where the script has copied their values to, as `are in t.b`. */
  readonly keptIn?: readonly { readonly column: string; readonly where: string }[];
  /** Words in double quotes that name nothing, so that SQLite takes them for strings. */
  readonly constants?: readonly string[];
  /** Of a table that is rebuilt with the same values: how many rows get another rowid. */
  readonly renumbered?: number;
  /** Of a table that is rebuilt: how many rows the copy has more than the table when that is dropped. */
  readonly repeated?: number;
}

/** What a user chooses before a run. */
export interface Choices {
  /** What existing rows get in a new column with a non-constant default. */
  readonly existingRows: 'null' | 'upgrade time';
  /** Stop where SQLite refuses a non-constant default, as the plain runner does. */
  readonly strict: boolean;
  /** Whether SQLite enforces foreign keys while the script runs (https://sqlite.org/foreignkeys.html#fk_enable). */
  readonly foreignKeys: 'off' | 'on';
  /** What stands for functions and collations that SQLite does not have; left out for nothing. */
  readonly meanings?: readonly Meaning[];
}

/** Nothing is invented for rows that were there, tables that hold rows are upgraded, and foreign keys are as SQLite has them by itself. */
export const DEFAULT_CHOICES: Choices = { existingRows: 'null', strict: false, foreignKeys: 'off' };

/** How a script is cut into transactions, where it does not run in one. */
export interface OwnTransactions {
  /** Ordinals of the statements before which the run begins a transaction, as the tool whose files these are does. */
  readonly begins: ReadonlySet<number>;
  /** By the ordinal of the last statement of a file: whether the run commits there, or the file has ended its transactions itself. */
  readonly ends: ReadonlyMap<number, 'commit' | 'closed'>;
}

/** How many outcomes have each verdict. */
export function countVerdicts(outcomes: readonly StatementOutcome[]): Readonly<Record<Verdict, number>> {
  const counts = { applied: 0, adapted: 0, skipped: 0, unchanged: 0, failed: 0, 'not run': 0 };
  for (const outcome of outcomes) counts[outcome.verdict]++;
  return counts;
}

/** Where the two shapes differ, aspect by aspect, in words and SQL that can be shown side by side. */
export interface Drift {
  /** What is compared: `column t.a`, `index i`, `table t`. */
  readonly subject: string;
  readonly differences: readonly Difference[];
}

/** One aspect in which the shapes differ; `none` where one side has nothing there. */
interface Difference {
  readonly aspect: string;
  readonly there: string;
  readonly asked: string;
}

/**
 * What a statement takes of the data that was in the file before the script. `table`: DROP TABLE, with all rows. `column`:
 * DROP COLUMN, or a rebuild that leaves the column behind. `rows`: DELETE. `replaced rows`: OR REPLACE, which deletes the
 * row that has the key. `rebuild`: the table is made anew without rows that it had. `values`: it is made anew with other
 * values in rows that it had.
 */
export interface Loss {
  readonly kind: 'table' | 'column' | 'rows' | 'replaced rows' | 'rebuild' | 'values';
  /** The table's name when it happens. */
  readonly table: string;
  /** With `column` and `values`: its name, or their names, as far as they are known. */
  readonly column: string | null;
  /** How many rows go; with `column`, how many values that are not NULL. */
  readonly rows: number;
  /** False where no more were counted: more than `rows`, or none could be counted at all where that is 0. */
  readonly exact: boolean;
  /** It is not the statement itself that takes them, but what it sets off: triggers, or the actions of foreign keys. */
  readonly through?: 'triggers' | 'foreign keys';
  /** It had more, and `rows` are those that are in none of the places which the script copies them to. */
  readonly of?: { readonly all: number; readonly places: readonly string[] };
  /** What the same statement takes beside that. */
  readonly also?: readonly Loss[];
}
