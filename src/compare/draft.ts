// The script of one way as it grows: each statement is tried as soon as it is written, and stands with its comment.

import type { Comparison } from './difference';
import type { Loss, Rebuild } from './migration';
import type { Trial } from './trial';

/** A statement with the comment that stands above it. */
export interface WrittenStatement {
  readonly sql: string;
  readonly table: string | null;
  readonly comment: string | null;
}

/** The statements of one way. */
export interface Written {
  readonly statements: readonly WrittenStatement[];
  readonly losses: readonly Loss[];
  readonly rebuilds: readonly Rebuild[];
  /** Foreign keys have to be off while it runs: else rows of other tables would go along with a table that is made anew. */
  readonly needsForeignKeysOff: boolean;
  readonly unreached: Comparison;
}

/** What is written so far, and the trial on which it ran. */
export class Draft {
  readonly statements: WrittenStatement[] = [];
  readonly losses: Loss[] = [];
  readonly rebuilds: Rebuild[] = [];
  /** What stands above the next statement. */
  comment: string | null = null;
  /** Whether a statement would touch rows of other tables with foreign keys on. */
  drops = false;
  readonly trial: Trial;

  constructor(trial: Trial) {
    this.trial = trial;
  }

  /** Adds a statement to the script and runs it on the trial; SQLite's message where it refuses it. */
  add(sql: string, table: string | null, comment: string | null = null): string | null {
    const message = this.trial.run(sql);
    this.keep(sql, table, comment);
    return message;
  }

  /** Adds a statement that the trial has run already. */
  keep(sql: string, table: string | null, comment: string | null = null): void {
    this.statements.push({ sql, table, comment: comment ?? this.comment });
    this.comment = null;
  }
}
