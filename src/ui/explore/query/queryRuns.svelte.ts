// What the console has run: results as they come, what SQLite is at, and the last queries.

import { wholeOf, type Cell, type WholeValue } from '../../../explore/data/cells';
import { readQuery, type QueryAnswer, type QueryLimits } from '../../../explore/data/query';
import { Lines } from '../../../script/position';
import type { Counted } from '../../../explore/data/rows';
import type { Side } from '../look/explorer.svelte';
import { wordsOf } from '../grid/gridRows.svelte';
import type { GridColumn, GridSource } from '../grid/gridSource';
import type { Look } from '../look/look';
import { figure } from '../../../words';

/** Rows that are kept of one result. */
const KEPT_ROWS = 10_000;
const LIMITS: QueryLimits = { rows: KEPT_ROWS, cells: { text: 2000, blob: 64 } };
const KEPT_QUERIES = 30;
const EXPLAIN = 'EXPLAIN QUERY PLAN ';

/** What is wrong with a statement, and where in the text of the console. */
export interface QueryProblem {
  readonly message: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** What came of one statement. */
export interface QueryResult {
  readonly id: number;
  /** Of which run it is, counted from 1. */
  readonly run: number;
  readonly sql: string;
  readonly side: Side;
  readonly answer: (QueryAnswer & { readonly source: GridSource }) | null;
  readonly problem: QueryProblem | null;
}

/** One run at a time. */
export class QueryRuns {
  results = $state.raw<readonly QueryResult[]>([]);
  /** The statement that runs, of how many; null where none does. */
  running = $state.raw<{ readonly at: number; readonly of: number; readonly pages: number } | null>(null);
  /** What the last run came to, in a sentence. */
  said = $state('');
  /** The last queries of this session, the latest first. */
  queries = $state.raw<readonly string[]>([]);
  /** Counts the runs; results of an earlier one stay until there are others. */
  runs = $state(0);
  #look: Look | null = null;
  #results = 0;

  /**
   * Runs the statements of a text one after the other, up to the first that fails. What was there stays until there is more.
   * @param explained asks how SQLite would carry the queries out, instead of their rows
   */
  async run(look: Look, side: Side, text: string, explained = false): Promise<void> {
    if (this.running !== null) return;
    const run = ++this.runs;
    this.queries = [text, ...this.queries.filter((query) => query !== text)].slice(0, KEPT_QUERIES);
    const lines = new Lines(text);
    const problemAt = (offset: number, message: string): QueryProblem => ({ message, offset, ...lines.at(offset) });
    const read = readQuery(text);
    if (!read.ok) {
      const { sentence, line, column } = read.error;
      const offset = offsetAt(text, line, column);
      this.#finish([
        { id: ++this.#results, run, sql: '', side, answer: null, problem: { message: sentence, offset, line, column } },
      ]);
      return;
    }
    const results: QueryResult[] = [];
    this.#look = look;
    this.said = '';
    for (const [index, { text: written, kind, start, refusal }] of read.statements.entries()) {
      const before = explained && kind === 'select' ? EXPLAIN : '';
      const sql = before + written;
      this.running = { at: index + 1, of: read.statements.length, pages: 0 };
      const found = refusal === null ? await this.#ask(look, sql) : { message: refusal, offset: 0 };
      if (found === null) {
        this.running = null;
        this.said = `Cancelled: statement ${figure(index + 1)} of ${figure(read.statements.length)} was not finished.`;
        return;
      }
      const common = { id: ++this.#results, run, sql, side };
      const failed = 'message' in found;
      results.push(
        failed
          ? {
              ...common,
              answer: null,
              problem: problemAt(start + Math.max(0, found.offset - before.length), found.message),
            }
          : { ...common, answer: { ...found, source: new KeptRows(look, found) }, problem: null },
      );
      this.results = [...results];
      if (failed) break;
    }
    this.#finish(results);
  }

  /** Ends what runs. The text and the results that are there stay. */
  cancel(): void {
    this.#look?.cancel();
  }

  #finish(results: readonly QueryResult[]): void {
    this.running = null;
    this.results = results;
    const failed = results.some(({ problem }) => problem !== null);
    const answered = results.filter(({ answer }) => answer !== null).length;
    this.said = `${figure(answered)} ${answered === 1 ? 'result' : 'results'}${failed ? ', then an error' : ''}.`;
    if (results.length === 0) this.said = 'There is no statement to run.';
  }

  /** Null where the user cancelled. */
  async #ask(
    look: Look,
    sql: string,
  ): Promise<QueryAnswer | { readonly message: string; readonly offset: number } | null> {
    const asked = await look.ask((engine) =>
      engine.query(sql, LIMITS, (progress) => {
        if (progress.stage === 'check' && this.running) this.running = { ...this.running, pages: progress.pagesRead };
      }),
    );
    if (!asked.ok) return asked.cancelled ? null : { message: asked.error.sentence, offset: 0 };
    if (asked.value.ok) return asked.value.value;
    const { error } = asked.value;
    return 'message' in error ? error : { message: error.sentence, offset: 0 };
  }
}

/** The rows of a result, which are all here. */
class KeptRows implements GridSource {
  readonly columns: readonly GridColumn[];
  readonly counted: Counted;
  readonly note: string | null;
  readonly #look: Look;
  readonly #answer: QueryAnswer;

  constructor(look: Look, answer: QueryAnswer) {
    this.#look = look;
    this.#answer = answer;
    this.columns = answer.columns.map((name) => ({ name, type: '', change: 'same' }));
    this.counted = { rows: answer.rows.length, all: true };
    this.note = answer.more ? `The first ${figure(answer.rows.length)} rows; there are more.` : null;
  }

  cell(row: number, column: number): Cell | undefined {
    return this.#answer.rows[row]?.[column];
  }

  want(): void {
    // Nothing is on its way.
  }

  async whole(row: number, column: number): Promise<WholeValue | string> {
    const cell = this.cell(row, column) ?? null;
    const isCut =
      cell !== null &&
      typeof cell === 'object' &&
      'bytes' in cell &&
      !('blob' in cell && cell.blob.length === cell.bytes);
    const { arrangement } = this.#answer;
    if (!isCut || arrangement === null) return wholeOf(cell);
    // The query runs once more, up to this row.
    const asked = await this.#look.ask((engine) => engine.wholeValue(arrangement, row, column));
    if (!asked.ok) return asked.error.sentence;
    if (!asked.value.ok) return wordsOf(asked.value.error);
    return asked.value.value ?? 'The query does not give this row any more.';
  }
}

function offsetAt(text: string, line: number, column: number): number {
  const lines = new Lines(text);
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = lines.at(middle);
    if (at.line < line || (at.line === line && at.column < column)) low = middle + 1;
    else high = middle;
  }
  return low;
}
