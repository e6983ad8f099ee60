// Compares the rows of the open file with those of another file that is open beside it. Loaded when that is asked for first.

import { rowsOf, type Outcome } from '../database';
import type { WholeValue } from '../explore/data/cells';
import type { ExportedPortion } from '../explore/data/exportRows';
import { RowComparison, type DecodedState } from '../compare/rows/comparison';
import type { DifferenceFormat, DifferenceWindow, DifferingRow, RowsCompared } from '../compare/rows/difference';
import { piecesOf } from '../compare/rows/exportDifferences';
import { foreknow, type TwoFiles } from '../compare/rows/foreknow';
import { comparePages, type ReadThrough } from '../compare/rows/comparePages';
import { pagesOfRun } from '../compare/rows/samePages';
import { RowsUnreadable } from '../compare/rows/tableSide';
import type { ByteSource } from '../file/byteSource';
import type { PageChanges } from '../migration/proofs/pageProof';
import { readSchema } from '../schema/read';
import type { OnProgress } from './answers';
import { decoderOf } from './looking';
import type { Connected, OpenedFile } from './openedFile';
import { readerAhead } from './pages/blob';

/** A portion of an export takes about this long, so that other questions find their turn. */
const PORTION_MILLISECONDS = 90;
const PORTION_CHARACTERS = 1 << 20;

/** Pieces of an export that are written one after the other. */
interface Writing {
  readonly key: string;
  readonly pieces: Generator<string, void, void>;
  written: number;
}

/** What is exported: all differences, or those of one table, in a form. */
export interface DifferenceForm {
  readonly format: DifferenceFormat;
  /** Null for all tables. */
  readonly table: string | null;
}

/** What was found, and what is told of it. */
interface FoundDifferences {
  readonly comparison: RowComparison;
  readonly answer: RowsCompared;
}

/** Both files, and a connection to each. */
interface OpenedFiles {
  readonly files: TwoFiles;
  readonly connections: readonly [Connected, Connected];
}

/** Two open files whose rows are compared. What was found is kept, so that it can be looked at. */
export class RowComparing {
  readonly #files: readonly [OpenedFile, OpenedFile];
  readonly #written: PageChanges | null;
  #connections: readonly Connected[] = [];
  #tell: OnProgress = () => undefined;
  #label = 'comparing rows';
  #found: Promise<FoundDifferences> | null = null;
  #writing: Writing | null = null;

  /** @param written pages that a run has written, where the second file is its result: all others are the same */
  constructor(before: OpenedFile, after: OpenedFile, written: PageChanges | null) {
    this.#files = [before, after];
    this.#written = written;
  }

  /** Compares all tables, once; gives what was found. */
  async compare(onProgress: OnProgress): Promise<RowsCompared> {
    return (await this.#comparison(onProgress)).answer;
  }

  /** Some of the rows of a table that differ. */
  async rows(
    table: string,
    window: DifferenceWindow,
    onProgress: OnProgress,
  ): Promise<Outcome<readonly DifferingRow[]>> {
    const { comparison } = await this.#comparison(onProgress);
    return readableRows(() => comparison.rows(table, window));
  }

  /** One value of such a row as a whole, on both sides. */
  async value(
    table: string,
    window: Omit<DifferenceWindow, 'endRow'>,
    column: number,
    onProgress: OnProgress,
  ): Promise<Outcome<{ readonly before: WholeValue | null; readonly after: WholeValue | null }>> {
    const { comparison } = await this.#comparison(onProgress);
    return readableRows(() => comparison.value(table, window, column));
  }

  /** Pieces of an export from one on, as many as are written in a moment; `rows` counts pieces. */
  async portion(form: DifferenceForm, from: number, onProgress: OnProgress): Promise<Outcome<ExportedPortion>> {
    const { comparison } = await this.#comparison(onProgress);
    const key = JSON.stringify(form);
    return readableRows(() => {
      if (this.#writing?.key !== key || this.#writing.written > from) {
        this.#writing = { key, pieces: piecesOf(comparison, form.format, form.table), written: 0 };
      }
      const { pieces } = this.#writing;
      const end = performance.now() + PORTION_MILLISECONDS;
      let text = '';
      let last = false;
      while (!last && text.length < PORTION_CHARACTERS && (this.#writing.written <= from || performance.now() < end)) {
        const piece = pieces.next();
        if (piece.done) last = true;
        else if (this.#writing.written++ >= from) text += piece.value;
      }
      const rows = this.#writing.written - from;
      if (last) this.#writing = null;
      return { text, rows, last };
    });
  }

  /** Gives back what it holds. */
  close(): void {
    for (const { database } of this.#connections) database.close();
    this.#connections = [];
  }

  /** What was found, or is being found; after a failure it is looked for once more. */
  #comparison(onProgress: OnProgress): Promise<FoundDifferences> {
    this.#tell = onProgress;
    if (this.#found) return this.#found;
    const found = this.#find();
    this.#found = found;
    found.catch(() => (this.#found = null));
    return found;
  }

  async #find(): Promise<FoundDifferences> {
    const start = performance.now();
    // What an earlier attempt has opened that did not come to its end.
    this.close();
    const { files, connections } = this.#written ? this.#openResult(this.#written) : await this.#openOther();
    const [before, after] = connections;
    const comparison = RowComparison.of(
      stateOf(before),
      stateOf(after),
      (table, onPage) => foreknow(table, files, onPage),
      (table, done, total) => {
        this.#label = `comparing rows of ${table}`;
        this.#work(done, total);
      },
    );
    return { comparison, answer: { tables: comparison.differences, milliseconds: performance.now() - start } };
  }

  /** Compares all pages, and opens both files with those at hand that will be asked for again. */
  async #openOther(): Promise<OpenedFiles> {
    const [before, after] = this.#files;
    this.#label = 'comparing pages';
    const { pages, keptBefore, keptAfter } = await comparePages(throughout(before), throughout(after), (done, total) =>
      this.#work(done, total),
    );
    const sources = [keptBefore.over(before.source), keptAfter.over(after.source)] as const;
    const files = {
      before: { source: sources[0], header: before.header },
      after: { source: sources[1], header: after.header },
      pages,
    };
    return { files, connections: this.#connect(...sources) };
  }

  #openResult(written: PageChanges): OpenedFiles {
    const [before, after] = this.#files;
    const connections = this.#connect(before.source, after.source);
    const found = rowsOf(connections[0].database, 'SELECT rootpage FROM main.sqlite_schema WHERE rootpage > 0');
    const roots = found.map(([page]) => Number(page));
    return { files: { before, after, pages: pagesOfRun(before, after, written, roots) }, connections };
  }

  #connect(before: ByteSource, after: ByteSource): readonly [Connected, Connected] {
    const onWork = (): void => this.#work();
    const connections = [this.#files[0].connect(onWork, before), this.#files[1].connect(onWork, after)] as const;
    this.#connections = connections;
    return connections;
  }

  #work(done = 0, total = 0): void {
    const pagesRead = this.#connections.reduce((sum, { overlay }) => sum + overlay.pagesRead, 0);
    this.#tell({ stage: 'check', label: this.#label, done, total, pagesRead });
  }
}

/** A file to be read from end to end, of which nothing is kept. */
function throughout({ whole, header }: OpenedFile): ReadThrough {
  return { header, size: whole.size, read: readerAhead(whole) };
}

function stateOf({ database }: Connected): DecodedState {
  return { database, schema: readSchema(database), decode: decoderOf(database) };
}

/** That SQLite cannot read rows is an outcome. */
function readableRows<Value>(work: () => Value): Outcome<Value> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof RowsUnreadable) return { ok: false, error: { message: error.message } };
    throw error;
  }
}
