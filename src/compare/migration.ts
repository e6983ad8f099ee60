// What leads from one schema to another: the script, the way back, and what whoever runs it has to know. The types.

import type { Database } from '../database';
import type { Schema } from '../schema/schema';
import type { Comparison } from './difference';
import type { Answers, Question } from './question';

/** What a migration is written from. */
export interface MigrationInput {
  readonly current: Schema;
  /** The schema that is wished for. */
  readonly desired: Schema;
  /** A new, empty database in memory, on which is tried what SQLite makes of each change. It is closed here. */
  readonly scratch: () => Database;
  /** The database of `current` with its rows, for counts and evidence: it is only read. Null where there is none. */
  readonly rows: Database | null;
  /** The database of `desired`, where there is one: it is only read, for evidence. */
  readonly desiredRows: Database | null;
  readonly answers: Answers;
  /** The second part of the oldest SQLite version that has to run the script: 37 for 3.37. */
  readonly sqliteVersion: number;
  /** Whether what differs only in spelling is to be changed too: then the texts end equal to the letter. */
  readonly spelling: boolean;
}

/** Data that is not there any more afterwards. */
export interface Loss {
  readonly table: string;
  /** Null where all of the table goes. */
  readonly column: string | null;
  /** How many rows, or values that are not NULL; null where there are no rows to count. */
  readonly count: number | null;
  readonly sentence: string;
}

/** A statement of the script, with why it is there. */
export interface MigrationStatement {
  readonly sql: string;
  /** The table or view that it is about; null for those about the whole script. */
  readonly table: string | null;
  /** The second part of the lowest SQLite version that it needs: 35 for 3.35. 0 for any. */
  readonly needs: number;
}

/** Why a table is made anew. */
export interface Rebuild {
  readonly table: string;
  readonly reason: string;
}

/** The way back, as a script of its own. */
export interface WayBack {
  readonly sql: string;
  /** What it does not bring back, one sentence each. */
  readonly cannotRestore: readonly string[];
}

/** A migration. */
export interface Migration {
  /** Empty where nothing is to be done. Where questions are open it is a draft, and says so. */
  readonly sql: string;
  /** No question is open, and the script leads to the target: it may be run. */
  readonly complete: boolean;
  /** All that were asked, answered or not, in the order of the script. */
  readonly questions: readonly Question[];
  readonly losses: readonly Loss[];
  readonly statements: readonly MigrationStatement[];
  readonly rebuilds: readonly Rebuild[];
  /** The second part of the lowest SQLite version that runs all of it. */
  readonly needs: number;
  readonly back: WayBack;
  /** What still differs from the target after the script, as far as SQLite could try it. */
  readonly unreached: Comparison;
}
