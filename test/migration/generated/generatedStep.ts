// A step of a generated script: one statement, or some that belong together, and what is known afterwards.
import type { Dice } from './dice';
import type { Known } from './generatedSchemas';

/** One statement of a script. */
export interface Step {
  readonly sql: string;
  /**
   * A statement that plain SQLite takes, and by which the same rows are to be read: where `sql` adds a column with a default
   * that is not constant. Else it is `sql`.
   */
  readonly plain: string;
  /** It changes rows, and no schema. */
  readonly aboutRows: boolean;
}

/** Statements that belong together, and what the database is known to hold after them, if they succeed. */
export interface Taken {
  readonly steps: readonly Step[];
  readonly then: Known;
}

/** Makes a step of one kind; null where the database has nothing to do it to. */
export type Make = (dice: Dice, known: Known, number: number, fill: boolean) => Taken | null;

/** A statement that changes the schema; `plain` where SQLite takes it in another form only. */
export const schemaStep = (sql: string, then: Known, plain = sql): Taken => ({
  steps: [{ sql, plain, aboutRows: false }],
  then,
});
/** A statement that changes rows. */
export const rowStep = (sql: string, then: Known): Taken => ({ steps: [{ sql, plain: sql, aboutRows: true }], then });
