// What a plan warns of beside its verdicts: by rule, for a statement, with the safe way and where possible a fix.

import type { Database } from '../database';
import type { Schema } from '../schema/schema';
import type { ParsedStatement } from '../script/parsedStatement';
import type { Choices, StatementOutcome } from './outcome';

/** A change of the script that does away with a warning. It is put into a copy of the script, as text that is planned anew. */
export interface Fix {
  /** What the button says: `Add the statements that restore it`. */
  readonly label: string;
  readonly edits: readonly FixEdit[];
}

/** SQL, each statement with its semicolon, that stands before or after a statement, in its place, or at the script's end. */
export type FixEdit =
  | { readonly place: 'before' | 'after' | 'instead'; readonly ordinal: number; readonly sql: string }
  | { readonly place: 'end'; readonly sql: string };

/** What a rule has found. */
export interface Found {
  /** The statement that brings it about. */
  readonly ordinal: number;
  /** `warning`: something is lost, broken or changed that one would not expect. `note`: it is good to know, and nothing is wrong. */
  readonly severity: 'warning' | 'note';
  /** The object that it is about: `trigger log_change`, `table account`. With the code and the statement it is found once. */
  readonly subject: string;
  /** What will happen, to what, with figures of this very database. */
  readonly sentence: string;
  /** The safe way, for this very case. */
  readonly remedy: string;
  readonly fix: Fix | null;
}

/** What a rule has found, with its code. */
export interface Warning extends Found {
  /** Stable name of the rule, such as `lost-trigger`: what `-- drydock:ignore` and docs/rules.md call it. */
  readonly code: string;
  /** The reason that the script gives for silencing it (`-- drydock:ignore CODE reason`); null where it does not. */
  readonly ignored: string | null;
}

/** What a rule can look at before the first statement runs. */
export interface ScriptStart {
  /** The database, before the script. */
  readonly database: Database;
  readonly before: Schema;
  readonly statements: readonly ParsedStatement[];
  readonly choices: Choices;
}

/** What a rule can look at after the last statement. */
export interface ScriptEnd {
  /** All statements ran: the transaction is open and holds what they did. Otherwise everything is rolled back already. */
  readonly complete: boolean;
  /** The schema that the script gives; that of the statements before the failed one, where one fails. */
  readonly after: Schema;
  /** A copy of that schema without rows. Views and triggers may be compiled on it; what is changed there has to be taken back. */
  readonly shadow: Database;
  readonly outcomes: readonly StatementOutcome[];
}

/** Watches one pass of a script for one rule. */
export interface Watch {
  /**
   * Called before each statement runs, in the order of the script.
   * @param shadow the schema as it is then, without rows; what is changed there has to be taken back
   */
  readonly before?: (statement: ParsedStatement, shadow: Database) => void;
  /** Called once after the last statement. */
  readonly end: (end: ScriptEnd) => readonly Found[];
}

/** A rule of the plan. The same words stand in docs/rules.md. */
export interface Rule {
  readonly code: string;
  /** What it finds, in a few words: `A trigger is lost`. */
  readonly name: string;
  /** Why that matters. */
  readonly why: string;
  /** What to do in general. */
  readonly safeWay: string;
  /** Begins to watch a script; null where it cannot find anything in it, which costs nothing. */
  readonly watch: (start: ScriptStart) => Watch | null;
}

/** Watches a script for all rules. */
export interface Watcher {
  readonly before: (statement: ParsedStatement, shadow: Database) => void;
  readonly end: (end: ScriptEnd) => readonly Warning[];
}

/** Begins to watch a script. Rules are much code, which is not needed before a script is planned: so they are handed in. */
export type WatchScript = (start: ScriptStart) => Watcher;

/** For a pass of a script that nobody wants warnings of. */
export const watchNothing: WatchScript = () => ({ before: () => undefined, end: () => [] });
