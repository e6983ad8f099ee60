// What the explorer asks of an open file. Loaded when the explorer is opened first.

import { encodingOf, rowsOf, type Database, type Outcome, type SqlError } from '../database';
import type { Arrangement } from '../explore/data/arrangement';
import { decodeUtf8 } from '../explore/data/invalidText';
import { EXACT, WHOLE, type Cell, type Decode, type WholeValue } from '../explore/data/cells';
import { exportRows, type ExportedPortion, type ExportForm } from '../explore/data/exportRows';
import {
  findOffending,
  runDataCheck,
  type DataCheckAnswer,
  type DataCheckFault,
  type NamedPart,
  type OffendingRows,
} from '../explore/checks/dataChecks';
import { runQuery, type QueryAnswer, type QueryFailure, type QueryLimits } from '../explore/data/query';
import { ArrangedRows, type Counted, type RowWindow } from '../explore/data/rows';
import { pagedFileOf } from '../file/treePages';
import { sizesOfTrees } from '../file/treeSizes';
import { describeSchema, type SchemaDetails } from '../schema/details';
import type { Schema } from '../schema/schema';
import type { OnProgress } from './answers';
import type { OpenedFile } from './openedFile';
import type { Engine } from './engine';

/** Rows of a window, with what is known of the number of all. */
export interface LookedAtRows {
  readonly rows: readonly (readonly Cell[])[];
  readonly counted: Counted;
}

/** A portion of an export takes about this long, so that other questions find their turn. */
const PORTION_MILLISECONDS = 90;
const PORTION_CHARACTERS = 1 << 20;
const ROWS_AT_ONCE = 2000;

/** What SQLite makes of a schema, which may be that of a plan. */
export function describe(engine: Engine, schema: Schema): SchemaDetails {
  const scratch = engine.memory();
  try {
    return describeSchema(scratch, schema);
  } finally {
    scratch.close();
  }
}

/** Runs one statement on pages of its own, which are forgotten: whatever it does, the file and the next query do not see it. */
export function query(
  opened: OpenedFile,
  text: string,
  limits: QueryLimits,
  onProgress: OnProgress,
): Outcome<QueryAnswer, QueryFailure> {
  return opened.using(
    ({ database }) => runQuery(database, text, limits, decoderOf(database), () => performance.now()),
    ({ pagesRead }) => onProgress({ stage: 'check', label: 'query', done: 0, total: 0, pagesRead }),
  );
}

/** Runs a part of a data check, on pages of its own. */
export function checkData(
  opened: OpenedFile,
  named: NamedPart,
  onProgress: OnProgress,
): Outcome<DataCheckAnswer, DataCheckFault> {
  return runDataCheck((use) => throwaway(opened, use, onProgress), named, decoderOf);
}

/** The rows that a part of a data check blames. */
export function offendingRows(
  opened: OpenedFile,
  named: NamedPart,
  onProgress: OnProgress,
): Outcome<OffendingRows, DataCheckFault> {
  return findOffending((use) => throwaway(opened, use, onProgress), named, decoderOf);
}

function throwaway<Value>(opened: OpenedFile, use: (database: Database) => Value, onProgress: OnProgress): Value {
  return opened.using(
    ({ database }) => use(database),
    ({ pagesRead }) => onProgress({ stage: 'check', label: 'data check', done: 0, total: 0, pagesRead }),
  );
}

/** What a table or an index takes of the file, in pages. */
export interface PartSize {
  readonly name: string;
  readonly kind: 'table' | 'index' | 'schema';
  readonly pages: number;
  /** Those of them that hold the ends of long values. */
  readonly overflow: number;
}

/** What each part takes, the largest first. */
export interface DiskSizes {
  readonly parts: readonly PartSize[];
  readonly pageSize: number;
  readonly pageCount: number;
  readonly free: number;
  /** All of the file was counted: it is not damaged. */
  readonly whole: boolean;
}

/** Counts the pages of each table and index, by the b-trees of the file. */
export function diskSizes(opened: OpenedFile, onProgress: OnProgress): DiskSizes {
  const named = opened.using(({ database }) =>
    rowsOf(database, 'SELECT rootpage, name, type FROM sqlite_schema WHERE rootpage > 0'),
  );
  const file = pagedFileOf(opened);
  const tell = (pagesRead: number): void =>
    onProgress({ stage: 'check', label: 'sizes', done: 0, total: 0, pagesRead });
  const { trees, free, damage } = sizesOfTrees(
    file,
    named.map(([root]) => Number(root)),
    tell,
  );
  const names = new Map(named.map(([root, name, type]) => [Number(root), { name: String(name), type }]));
  const parts = [...trees].map(([root, { pages, overflow }]): PartSize => {
    const known = names.get(root);
    const kind = known === undefined ? 'schema' : known.type === 'index' ? 'index' : 'table';
    return { name: known?.name ?? 'sqlite_schema', kind, pages: pages + overflow, overflow };
  });
  return {
    parts: parts.sort((one, other) => other.pages - one.pages),
    pageSize: opened.header.pageSize,
    pageCount: file.pageCount,
    free,
    whole: damage === null,
  };
}

/** Rows that stay arranged from one question to the next, for as long as the same are asked for. */
export class Shelf {
  #kept: { readonly opened: OpenedFile; readonly key: string; readonly database: Database; rows: ArrangedRows } | null =
    null;
  #tell: OnProgress = () => undefined;

  /** Reads a window of rows; they are arranged first where others were before. */
  read(opened: OpenedFile, of: Arrangement, window: RowWindow, onProgress: OnProgress): Outcome<LookedAtRows> {
    return this.#with(opened, of, onProgress, (arranged) => {
      const read = arranged.read(window);
      return read.ok ? { ok: true, value: { rows: read.value, counted: arranged.counted } } : read;
    });
  }

  /** Goes on counting for a moment. */
  count(opened: OpenedFile, of: Arrangement, onProgress: OnProgress): Outcome<Counted> {
    const end = performance.now() + PORTION_MILLISECONDS;
    return this.#with(opened, of, onProgress, (arranged) => arranged.count(() => performance.now() > end));
  }

  /** One value as a whole; null where there is no such row. */
  value(opened: OpenedFile, of: Arrangement, row: number, column: number): Outcome<WholeValue | null> {
    return this.#with(
      opened,
      of,
      () => undefined,
      (arranged) => arranged.value(row, column),
    );
  }

  /** Rows from one on, as many as are written in a moment. */
  portion(
    opened: OpenedFile,
    of: Arrangement,
    { format, names, table, from }: ExportForm,
    onProgress: OnProgress,
  ): Outcome<ExportedPortion> {
    return this.#with(opened, of, onProgress, (arranged) => {
      const settled = arranged.settle();
      if (!settled.ok) return settled;
      const end = performance.now() + PORTION_MILLISECONDS;
      let text = '';
      let row = from;
      let atOnce = ROWS_AT_ONCE;
      let last = false;
      while (!last && text.length < PORTION_CHARACTERS && (row === from || performance.now() < end)) {
        const window = { firstRow: row, endRow: row + atOnce, firstColumn: 0, endColumn: of.columns.length };
        const read = arranged.read(window, format === 'sql' ? EXACT : WHOLE);
        if (!read.ok) return read;
        const written = exportRows(format, names, read.value, row === 0, table);
        text += written;
        row += read.value.length;
        last = read.value.length < atOnce;
        // Rows of megabytes come one by one.
        const perRow = written.length / Math.max(1, read.value.length);
        atOnce = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(PORTION_CHARACTERS / Math.max(1, perRow))));
      }
      return { ok: true, value: { text, rows: row - from, last } };
    });
  }

  #with<Value>(
    opened: OpenedFile,
    of: Arrangement,
    onProgress: OnProgress,
    use: (rows: ArrangedRows) => Outcome<Value>,
  ): Outcome<Value> {
    this.#tell = onProgress;
    const key = JSON.stringify(of);
    if (this.#kept?.opened !== opened || this.#kept.key !== key) {
      const arranged = this.#arrange(opened, of, key);
      if (!arranged.ok) return arranged;
    }
    return this.#kept ? use(this.#kept.rows) : NOTHING;
  }

  #arrange(opened: OpenedFile, of: Arrangement, key: string): Outcome<unknown> {
    this.#kept?.database.close();
    this.#kept = null;
    const { database } = opened.connect(({ pagesRead }) =>
      this.#tell({ stage: 'check', label: 'arranging rows', done: 0, total: 0, pagesRead }),
    );
    let arranged: ReturnType<typeof ArrangedRows.arrange> = NOTHING;
    try {
      arranged = ArrangedRows.arrange(database, of, decoderOf(database));
    } finally {
      if (!arranged.ok) database.close();
    }
    if (arranged.ok) this.#kept = { opened, key, database, rows: arranged.value };
    return arranged;
  }
}

const NOTHING: Extract<Outcome<never>, { ok: false }> = {
  ok: false,
  error: { message: 'no rows are arranged' } satisfies SqlError,
};

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function validText(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

/** What turns this database's bytes into text, by its encoding. A byte order mark in a text is part of it. */
export function decoderOf(database: Database): Decode {
  const name = encodingOf(database);
  if (name === 'UTF-8') return (bytes, isCut) => decodeUtf8(bytes, isCut, validText);
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  return (bytes, isCut) =>
    isCut ? new TextDecoder(name, { ignoreBOM: true }).decode(bytes, { stream: true }) : decoder.decode(bytes);
}
