// What the engine answers: plans, runs and how far long work has come.

import type { Need } from '../chain/needs';
import type { Growth } from '../migration/forecast/growth';
import type { PageChanges } from '../migration/proofs/pageProof';
import type { DesiredSchema } from '../migration/proofs/reachesTarget';
import type { PlanSummary } from '../migration/report/planSummary';
import type { Plan } from '../migration/run/plan';
import type { RunResult } from '../migration/run/run';
import type { Choices } from '../migration/outcome';
import type { ScriptNote } from '../script/split';
import type { Statement, Script } from '../script/statement';
import type { EngineFacts } from './engineFacts';

/** A script, read and planned for the open database. */
export interface PlannedScript {
  readonly statements: readonly Statement[];
  readonly notes: readonly ScriptNote[];
  readonly plan: Omit<Plan, 'before'>;
  /** What the plan comes to; null where a statement fails. */
  readonly summary: PlanSummary | null;
  /** What is asked of functions and collations that the script needs and SQLite does not have, answered or not. */
  readonly needs: readonly Need[];
  /** What a forecast of the run is made from. */
  readonly growth: Growth;
  /** Comments of the script on columns that it adds, by `table.column` in lower case. */
  readonly documentation: ReadonlyMap<string, string>;
  /** Time that planning took. */
  readonly milliseconds: number;
  /** The engine that planned it, and will run it. */
  readonly engine: EngineFacts;
}

/** What a run came to, with the file to download where there is one. */
export interface FinishedRun extends Omit<RunResult, 'specified'> {
  /** The schema that the script specifies, as JSON: the page only hands it on, and a text is handed on at no cost. */
  readonly specified: string;
  /** The upgraded database; null where the script was rolled back. */
  readonly file: Blob | null;
  readonly pages: PageChanges;
  /** Bytes that the run wrote and held in memory. */
  readonly writtenBytes: number;
  readonly engine: EngineFacts;
  /** ISO 8601, UTC: the one instant that every statement was told when it asked for the time. */
  readonly startedAt: string;
  /** Time of the run as a whole, putting the file together included. */
  readonly totalMilliseconds: number;
}

/** A run whose result is to be checked: what a worker has to know of it. */
export interface ProvableRun extends Pick<FinishedRun, 'outcomes' | 'specified' | 'pages' | 'startedAt'> {
  readonly file: Blob;
  readonly script: Script;
  readonly choices: Choices;
  /** The schema that the script was written to reach; left out where it was written by other means. */
  readonly desired?: DesiredSchema;
}

/** How far long work has come. Pages are those that SQLite has read and written since the work began. */
export type Progress =
  | {
      readonly stage: 'statements';
      readonly ordinal: number;
      readonly total: number;
      /** Pages read and written for this statement so far. */
      readonly pages: number;
      readonly pagesRead: number;
      readonly pagesWritten: number;
    }
  | {
      readonly stage: 'check';
      readonly label: string;
      readonly done: number;
      /** 0 where it cannot be told. */
      readonly total: number;
      readonly pagesRead: number;
    };

/** Is told of progress; calls that come close together may be dropped. */
export type OnProgress = (progress: Progress) => void;
