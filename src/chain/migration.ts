// One step of a chain, and the file that it is made of.

import type { ScriptPart } from '../script/statement';
import type { ChainTool } from './tool';

/** A file as it was dropped. */
export interface MigrationFile {
  /** Within the folder that was dropped, with slashes; the name where it came alone. */
  readonly path: string;
  readonly text: string;
}

/** One step of a chain. */
export interface ChainMigration {
  readonly path: string;
  /** The tool that the folder is for. */
  readonly tool: ChainTool | null;
  /** As written in the name, a date without its dashes; empty where the name has none. */
  readonly version: string;
  readonly title: string;
  /**
   * What is run: as long as the file's text, with white space for what is not, so that every place is that of the file; where values
   * were put in, the lines are. Empty for a step in code.
   */
  readonly text: string;
  /** It asks to be run outside of a transaction. */
  readonly outside?: true;
  /** It says itself that it leads from nothing to the whole schema. */
  readonly whole?: true;
  /** What takes it back, as its tool would run it; null where nothing does. */
  readonly down: ScriptPart | null;
  readonly repeatable: boolean;
  /** Milliseconds since 1970 by which Drizzle tells migrations apart; null in any other folder. */
  readonly when: number | null;
  /** What it is written in where it is a program, which only the application can run; null where it is SQL. */
  readonly code: string | null;
  readonly warnings: readonly string[];
}

/** What of a migration is a part of a script. */
export function partOf({ path: name, text, outside }: ChainMigration): ScriptPart {
  return { name, text, ...(outside && { outside }) };
}

/** The paths of files, by which one of thousands is known. */
export function pathsIn(files: readonly { readonly path: string }[]): ReadonlySet<string> {
  return new Set(files.map(({ path }) => path));
}

/** A file that is not run. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
}
