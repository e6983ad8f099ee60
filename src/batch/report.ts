// The report on many files: what became of each, with the report of its run, as one JSON text.

import { reportAsJson, type ReportedInput, type ReportSource } from '../migration/report/report';
import type { Difference } from '../compare/difference';
import type { Choices } from '../migration/outcome';

/**
 * What became of a file. `upgraded`: there is a result, and no proof failed. `withheld`: there was one, and a proof failed.
 * `failed`: the run stopped and was rolled back. `lost`: the file was changed or deleted since, and its result with it. `refused`: it
 * was not opened. `up to date`: all of the script is recorded in it as applied, or the file is as the target is. `stops`: by its plan it would stop, or no script was found that leads to the target, so it was not run. `wants answers`: it asks what only the user knows. `wants consent`: it waits for a tick. `not run`: nobody
 * asked for it, or it was cancelled.
 */
export const FILE_OUTCOMES = [
  'upgraded',
  'withheld',
  'failed',
  'lost',
  'refused',
  'up to date',
  'stops',
  'wants answers',
  'wants consent',
  'not run',
] as const;
export type FileOutcome = (typeof FILE_OUTCOMES)[number];

/** One file of many, as the report has it. */
export interface FileReport {
  readonly input: ReportedInput;
  readonly outcome: FileOutcome;
  /** What there is to say of it; empty where the outcome says all. */
  readonly sentence: string;
  /** What to do about it. */
  readonly help: string;
  /** Its name in the archive that the report lies in; null where it is not in there, or there is none. */
  readonly archived: string | null;
  /** How it differed from the target; null where there is none, or it was not compared. */
  readonly differences: readonly Pick<Difference, 'kind' | 'object' | 'name' | 'nameBefore'>[] | null;
  /** Null where nothing was run. */
  readonly run: ReportSource | null;
}

/** What a report on many files is made of. */
export interface ManyReport {
  readonly script: string;
  /** What each file was led to by a script of its own; null where all were run with one script. */
  readonly target: string | null;
  readonly choices: Choices;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly files: readonly FileReport[];
}

/** The number of the report's format; it changes when a field changes its meaning. */
const FORMAT = 1;

/** The report as JSON text, indented. The report of each run has the form that it has for a single file. */
export function reportOfMany({ files, ...facts }: ManyReport): string {
  const counts = FILE_OUTCOMES.map((outcome) => [outcome, files.filter((file) => file.outcome === outcome).length]);
  const report = {
    format: FORMAT,
    tool: 'SQLite Drydock',
    of: 'many files',
    ...facts,
    counts: Object.fromEntries(counts) as Readonly<Record<FileOutcome, number>>,
    files: files.map(({ input, run, ...file }) => ({
      ...input,
      ...file,
      run: run === null ? null : (JSON.parse(reportAsJson(run)) as object),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
