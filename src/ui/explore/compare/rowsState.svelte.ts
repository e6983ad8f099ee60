// The rows of two databases against each other: counts by table, rows a portion at a time, and files of what differs.

import type { DifferenceFormat, DifferenceKind, DifferingRow, RowsCompared } from '../../../compare/rows/difference';
import type { Outcome, SqlError } from '../../../database';
import type { Progress } from '../../../engine/answers';
import type { WholeValue } from '../../../explore/data/cells';
import type { RemoteFile } from '../../../engine/worker/client';
import { withRetry, type Problem } from '../../state/problem';
import { latestNowAndThen } from '../../state/progress';
import type { Target } from '../../state/target';
import { Turns } from '../../state/turn';
import type { Look, Looked } from '../look/look';

/** Rows that are read at once. */
const PORTION = 100;
/** How often progress is drawn. */
const SHOW_EVERY_MILLISECONDS = 100;

const TYPES: Readonly<Record<DifferenceFormat, string>> = {
  sql: 'application/sql',
  csv: 'text/csv',
  json: 'application/json',
};

/** A value of a row that differs; the row by its place among those of its kind, counted from 0. */
export interface ValuePlace {
  readonly table: string;
  readonly kind: DifferenceKind;
  readonly row: number;
  readonly column: number;
  /** Of the column. */
  readonly name: string;
}

type Comparison = ReturnType<RemoteFile['against']>;

/** What came of a question that SQLite may refuse. */
type Asked<Value> = Outcome<Value, SqlError | Problem>;

/** One comparison of one file with one target. */
export class RowsState {
  /** What was found; null before it is asked for, and where it was given up. */
  found = $state.raw<RowsCompared | null>(null);
  /** How far it has come; null where nothing is being compared. */
  progress = $state.raw<Progress | null>(null);
  failure = $state.raw<Problem | null>(null);
  /** What is said of an export. */
  said = $state('');
  isExporting = $state(false);
  readonly #look: Look;
  readonly #target: Target;
  readonly #exports = new Turns();

  constructor(look: Look, target: Target) {
    this.#look = look;
    this.#target = target;
  }

  /** Compares all tables. */
  async compare(): Promise<void> {
    this.failure = null;
    this.progress = { stage: 'check', label: 'reading both files', done: 0, total: 0, pagesRead: 0 };
    const show = latestNowAndThen((progress: Progress) => {
      if (this.progress) this.progress = progress;
    }, SHOW_EVERY_MILLISECONDS);
    const asked = await this.#ask((both) => both.compareRows(show));
    this.progress = null;
    if (!asked.ok) this.failure = asked.cancelled ? null : asked.error;
    else if (asked.value.ok) this.found = asked.value.value;
    else this.failure = withRetry(asked.value.error, () => void this.compare());
  }

  /** Gives up what takes so long. */
  cancel(): void {
    this.#look.cancel();
  }

  /** Rows of a table that differ, from one on, with whether there are more; or a sentence that says why there are none. */
  async rows(
    table: string,
    kind: DifferenceKind,
    from: number,
  ): Promise<{ readonly rows: readonly DifferingRow[]; readonly more: boolean } | string> {
    const window = { kinds: [kind], firstRow: from, endRow: from + PORTION + 1 };
    const asked = await this.#ask((both) => both.differingRows(table, window, () => undefined));
    if (!asked.ok) return asked.cancelled ? 'Cancelled.' : asked.error.sentence;
    if (!asked.value.ok) return wordsOf(asked.value);
    const rows = asked.value.value;
    return { rows: rows.slice(0, PORTION), more: rows.length > PORTION };
  }

  /** Such a value as a whole; or a sentence that says why there is none. */
  async value({
    table,
    kind,
    row,
    column,
  }: ValuePlace): Promise<Readonly<Record<'before' | 'after', WholeValue | null>> | string> {
    const at = { kinds: [kind], firstRow: row };
    const asked = await this.#ask((both) => both.differingValue(table, at, column, () => undefined));
    if (!asked.ok) return asked.cancelled ? 'Cancelled.' : asked.error.sentence;
    return asked.value.ok ? asked.value.value : wordsOf(asked.value);
  }

  /** Writes what differs into a file; null where that was given up, or could not be. */
  async write(format: DifferenceFormat, table: string | null): Promise<Blob | null> {
    const turn = this.#exports.begin();
    const parts: BlobPart[] = [];
    this.isExporting = true;
    this.said = 'Writing …';
    let from = 0;
    for (let last = false; !last;) {
      const at = from;
      const asked = await this.#ask((both) => both.differencesPortion({ format, table }, at, () => undefined));
      if (!turn.isCurrent) return null;
      const portion = asked.ok ? asked.value : asked;
      if (!portion.ok) {
        this.isExporting = false;
        this.said = wordsOf(portion);
        return null;
      }
      parts.push(new Blob([portion.value.text]));
      from += portion.value.rows;
      ({ last } = portion.value);
    }
    this.isExporting = false;
    this.said = 'Written.';
    return new Blob(parts, { type: TYPES[format] });
  }

  #ask<Value>(question: (both: Comparison) => Promise<Value>): Promise<Looked<Value>> {
    return this.#look.ask((file) => question(file.against(this.#target)));
  }
}

function wordsOf(asked: Extract<Asked<unknown>, { ok: false }>): string {
  return 'sentence' in asked.error ? asked.error.sentence : `SQLite says: ${asked.error.message}.`;
}
