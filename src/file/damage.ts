// Damage: the page at which the structure of a file does not hold, and in which way.

/** A page whose bytes contradict the file format, or another page. */
export interface Damage {
  /** Number of the page that is wrong, or that points where it must not. */
  readonly page: number;
  readonly reason:
    | 'cut short'
    | 'root out of place'
    | 'not a page of this b-tree'
    | 'cells do not fit'
    | 'points out of place'
    | 'points to a page in use'
    | 'uneven depth'
    | 'too deep'
    | 'overflow chain ends early'
    | 'freelist count'
    | 'pointer map entry';
}

/** What was read from pages that hold together, or the first damage that was met. */
export type Intact<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Damage };

/** The outcome of reading a page that is damaged. */
export function damaged(page: number, reason: Damage['reason']): { readonly ok: false; readonly error: Damage } {
  return { ok: false, error: { page, reason } };
}
