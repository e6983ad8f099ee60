// What transactions and savepoints mean to whoever follows a script: which state to go back to when a part of it is taken back.

import { foldName } from '../database';
import type { Statement } from './statement';

interface Kept<State> {
  readonly name: string | null;
  readonly state: State;
}

/**
 * The open transaction and the savepoints in it, each with the state that there was when it was set
 * (https://sqlite.org/lang_savepoint.html, https://sqlite.org/lang_transaction.html).
 */
export class Savepoints<State> {
  /** A transaction has no name, and is always the first. */
  #open: readonly Kept<State>[] = [];
  readonly #mayEndFile: boolean;
  #file: string | null | undefined;
  /** The beginning of a file: a ROLLBACK that belongs to nothing in it ends the transaction that the file's tool opens there. */
  #beginning: Kept<State> | null = null;

  /** @param statements those that will be followed: where none is a ROLLBACK, no state has to be kept for one */
  constructor(statements: readonly Statement[]) {
    this.#mayEndFile = statements.some(({ kind }) => kind === 'rollback');
  }

  /**
   * Follows a statement that has run.
   * @param keep gives the state before the statement as something that later changes leave alone
   * @returns the state to go back to where the statement takes something back, else null
   */
  follow(statement: Statement, keep: () => State): { readonly state: State } | null {
    const { kind, file } = statement;
    const name = foldName(statement.name ?? '');
    if (file !== this.#file) {
      this.#file = file;
      // No transaction goes from one file to the next.
      if (this.#open[0]?.name === null) this.#open = [];
      this.#beginning = this.#mayEndFile ? { name: null, state: keep() } : null;
    }
    switch (kind) {
      case 'begin':
        this.#open = [{ name: null, state: keep() }];
        return null;
      case 'savepoint':
        this.#open = [...this.#open, { name, state: keep() }];
        return null;
      case 'commit':
        this.#open = [];
        this.#beginning = null;
        return null;
      case 'rollback': {
        const first = this.#open[0] ?? this.#beginning;
        this.#open = [];
        this.#beginning = null;
        return first;
      }
      case 'release':
      case 'rollback to': {
        const at = this.#open.findLastIndex((one) => one.name === name);
        if (at < 0) return null;
        const found = this.#open[at] ?? null;
        this.#open = this.#open.slice(0, kind === 'release' ? at : at + 1);
        return kind === 'release' ? null : found;
      }
      default:
        return null;
    }
  }
}

/** Whether a statement is about transactions or savepoints alone. */
export function controlsTransaction({ kind }: Statement): boolean {
  return /^(begin|commit|rollback|rollback to|savepoint|release)$/.test(kind);
}
