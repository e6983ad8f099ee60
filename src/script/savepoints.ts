// What transactions and savepoints mean to whoever follows a script: which state to go back to when a part of it is taken back.

import { foldName } from '../database';
import type { Statement } from './statement';

/**
 * The open transaction and the savepoints in it, each with the state that there was when it was set
 * (https://sqlite.org/lang_savepoint.html, https://sqlite.org/lang_transaction.html).
 */
export class Savepoints<State> {
  /** A transaction has no name, and is always the first. */
  #open: readonly { readonly name: string | null; readonly state: State }[] = [];

  /**
   * Follows a statement that has run.
   * @param keep gives the state of now as something that later changes leave alone
   * @returns the state to go back to where the statement takes something back, else null
   */
  follow(statement: Statement, keep: () => State): { readonly state: State } | null {
    const { kind } = statement;
    const name = foldName(statement.name ?? '');
    switch (kind) {
      case 'begin':
        this.#open = [{ name: null, state: keep() }];
        return null;
      case 'savepoint':
        this.#open = [...this.#open, { name, state: keep() }];
        return null;
      case 'commit':
        this.#open = [];
        return null;
      case 'rollback': {
        const [first] = this.#open;
        this.#open = [];
        return first ?? null;
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
