// The forecast of a run: what it will write and hold in memory, and how long it will take, told before it runs.

import { foldName, rowsOf, type Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { unquotedName } from '../../script/tokens';
import type { StatementOutcome } from '../outcome';
import { sampleRows, type Growth } from './growth';

/** Milliseconds for a byte of the file that is read, a row that is changed, a byte of sorted index entries times log₂ of their number. */
export type Rates = Readonly<Record<'readByte' | 'changedRow' | 'sortedByte', number>>;

/** What a statement of the plan will cost; nothing at all where it is not applied. */
export interface StatementForecast {
  readonly ordinal: number;
  /** The index that it builds, or null. */
  readonly index: string | null;
  readonly pagesToRead: number;
  /** Bytes that it adds to those that lie over the file. */
  readonly bytesToWrite: number;
  /** Of those, pages of the file that it writes over: SQLite keeps what was on them in its own memory until the commit. */
  readonly bytesToRewrite: number;
  readonly bytesToSort: number;
  readonly milliseconds: number;
}

/** What a run will take. All of it is estimated. */
export interface Forecast {
  readonly statements: readonly StatementForecast[];
  /** Bytes that lie over the file at the end: what they are in a result is copied, all else of it is the file's own. */
  readonly bytesToWrite: number;
  /** What SQLite holds at most in its own memory, of which a browser gives it 2 GiB. */
  readonly heapBytes: number;
  /** Memory at the worst moment: the page, the engine, what is kept of the file, what is written by then, a temporary file. */
  readonly peakBytes: number;
  /** Time of the statements. */
  readonly milliseconds: number;
  /** Ordinals of the statements that plain SQLite refuses for tables that hold rows. */
  readonly adapted: readonly number[];
  /** The statements whose figures may be far off, or are missing; `why` is a sentence. */
  readonly uncertain: readonly { readonly ordinal: number; readonly why: string }[];
}

/** What a forecast is made from. */
export interface ForecastInput {
  /** The file's database, as it is before the run; it is only read. */
  readonly database: Database;
  /** Bytes of the file, and how many of them are kept in memory at most. */
  readonly fileBytes: number;
  readonly cacheBytes: number;
  readonly statements: readonly ParsedStatement[];
  readonly outcomes: readonly StatementOutcome[];
  readonly growth: Growth;
  /** Rows of the file's tables that the script names; null where SQLite cannot count them. */
  readonly rows: Iterable<readonly [table: string, rows: number | null]>;
  readonly rates: Rates;
}

type Cost = { -readonly [Figure in keyof StatementForecast]: StatementForecast[Figure] };

/** A table when a statement's turn comes: rows, null where not known; bytes in the file; rows of these that were changed. */
type Table = Record<'bytes' | 'changed', number> & { rows: number | null };

/** The page and its worker without the heap (in Chromium an idle run took 117 MB in all), and the heap that sql.js begins with. */
const [IDLE_BYTES, FIRST_HEAP_BYTES] = [96e6, 22_151_168];
/** How full pages are whose rows have become longer. */
const FULL = 0.85;
const NOTHING = { index: null, pagesToRead: 0, bytesToWrite: 0, bytesToRewrite: 0, bytesToSort: 0, milliseconds: 0 };
/** What sorting an entry of an index takes beside its bytes, in bytes. */
export const ENTRY = 40;
const GOES = /^(create (index|table as)|update|delete|drop column)$/;

/** Tells what a run of a planned script will take. Reads some hundred rows of each table that a statement goes through. */
export function forecastRun(input: ForecastInput): Forecast {
  const { database, fileBytes, cacheBytes, outcomes, growth, rates } = input;
  const pageSize = Number(rowsOf(database, 'PRAGMA main.page_size')[0]?.[0]);
  const sqliteCache = Number(rowsOf(database, 'PRAGMA cache_size')[0]?.[0]) * -1024; // The engine sets it, in KiB below zero.
  const doubts = new Map<number, string>();
  const tables = new Map<string, Table>();
  const named = new Set(
    input.statements.flatMap((one) => [
      ...namesOf(one, outcomes[one.ordinal - 1]),
      one.newName && foldName(one.table ?? ''),
    ]),
  );
  for (const [name, counted] of input.rows) {
    const sample = named.has(foldName(name)) ? sampleRows(database, name, null) : '';
    const known = typeof sample === 'string' ? { lastRowid: 0, onPages: NaN } : sample;
    const rows = counted ?? known.lastRowid;
    tables.set(foldName(name), { rows, bytes: counted === null ? NaN : rows * known.onPages, changed: 0 });
  }
  const statements = input.statements.map((statement) => {
    const { kind, ordinal, name, text } = statement;
    const outcome = outcomes[ordinal - 1];
    const cost: Cost = { ...NOTHING, ordinal };
    if (outcome?.verdict !== 'applied' && outcome?.verdict !== 'adapted') return cost;
    if (kind === 'create index') cost.index = name;
    const grown = kind === 'rollback to' ? 0 : (growth.pages[ordinal - 1] ?? 0) * pageSize;
    cost.milliseconds = outcome.milliseconds;
    cost.bytesToWrite = Math.max(0, grown) + (/^(create|add)/.test(kind) ? text.length : 0);
    if (/^(analyze|reindex|vacuum)$/.test(kind)) doubts.set(ordinal, 'It reads tables and indexes as a whole.');
    if ((outcome.byTriggers ?? 0) > 0) doubts.set(ordinal, 'What triggers write over is not counted.');
    if (kind === 'create table' || kind === 'create table as')
      tables.set(foldName(name ?? ''), { rows: kind === 'create table' ? 0 : null, bytes: 0, changed: 0 });
    const backfill = backfillOf(outcome);
    const isChanged = backfill !== undefined || /^(update|delete|drop column)$/.test(kind);
    for (const one of namesOf(statement, outcome)) {
      const bytes = tables.get(one)?.bytes ?? 0;
      if (Number.isNaN(bytes)) doubts.set(ordinal, 'Rows of a table that it names cannot be sampled or counted.');
      cost.pagesToRead += (bytes || 0) / pageSize;
    }
    const table = tables.get(foldName(statement.table ?? ''));
    if (!table || statement.temporary) return cost;
    if (kind === 'rename table') tables.set(foldName(statement.newName ?? ''), table);
    const rows = table.rows ?? 0;
    const changes = backfill !== undefined || kind === 'drop column' ? rows : outcome.changes;
    if (backfill !== undefined && outcome.changes === 0) {
      // The plan has left it out.
      cost.bytesToWrite += (rows * (backfill.length - backfill.lastIndexOf(' = ') - 3)) / FULL;
      cost.milliseconds += cost.pagesToRead * pageSize * rates.readByte + rows * rates.changedRow;
    }
    if (isChanged) {
      const before = bytesOfRows(table, pageSize);
      table.changed += changes;
      // Pages that are given back as a whole need not be written.
      cost.bytesToRewrite = Math.max(0, bytesOfRows(table, pageSize) - before + Math.min(0, grown));
      cost.bytesToWrite += cost.bytesToRewrite;
    }
    if (table.rows !== null) table.rows += kind === 'insert' ? changes : kind === 'delete' ? -changes : 0;
    return cost;
  });
  for (const { index, table, sample } of growth.waiting) {
    const cost = statements.findLast((one) => one.index !== null && foldName(one.index) === index);
    if (!cost) continue;
    if (typeof sample === 'string') {
      doubts.set(cost.ordinal, `Rows of ${table} cannot be sampled: ${sample}.`);
      continue;
    }
    const { record, onPages, lastRowid } = sample;
    const rows = tables.get(table)?.rows ?? lastRowid;
    cost.bytesToWrite += Math.max(pageSize, rows * onPages);
    cost.bytesToSort = rows * record;
    const sorting = rows * (record + ENTRY) * Math.log2(rows + 2) * rates.sortedByte;
    cost.milliseconds += cost.pagesToRead * pageSize * rates.readByte + sorting;
  }
  const sum = (figure: Exclude<keyof Cost, 'index'>): number => statements.reduce((all, one) => all + one[figure], 0);
  const [read, bytesToWrite] = [sum('pagesToRead') * pageSize, sum('bytesToWrite')];
  const sorted = Math.max(0, ...statements.map(({ bytesToSort }) => bytesToSort));
  // The buffer of a sort is doubled as it fills up, and the smaller one is there until the larger one is.
  const working = Math.min(sqliteCache, read + bytesToWrite) + Math.min(sqliteCache, sorted) * 1.5;
  const heapBytes = FIRST_HEAP_BYTES + working + sum('bytesToRewrite');
  // What finds no room in SQLite's cache is sorted in a temporary file, which is memory too.
  const over = bytesToWrite + (sorted > sqliteCache ? sorted : 0);
  const peakBytes = IDLE_BYTES + heapBytes + Math.min(cacheBytes, fileBytes, read) + over;
  const adapted = outcomes.filter(({ verdict }) => verdict === 'adapted').map(({ ordinal }) => ordinal);
  const uncertain = [...doubts].map(([ordinal, why]) => ({ ordinal, why }));
  return { statements, bytesToWrite, heapBytes, peakBytes, milliseconds: sum('milliseconds'), adapted, uncertain };
}

/** Bytes of the pages that rows which were changed lie on. Where these are is not known: the mean of side by side and anywhere. */
function bytesOfRows(table: Table, pageSize: number): number {
  const pages = Math.ceil((table.bytes || 0) / pageSize);
  const least = Math.min(1, table.changed / Math.max(1, table.rows ?? 0));
  const most = Math.max(least, 1 - (1 - 1 / Math.max(2, pages)) ** table.changed);
  return pages * pageSize * Math.sqrt(least * most);
}

/** All names in a statement that goes through the rows of tables, folded. */
function namesOf({ kind, text, tokens }: ParsedStatement, outcome: StatementOutcome | undefined): ReadonlySet<string> {
  const goes = kind === 'insert' ? /\bselect\b/i.test(text) : GOES.test(kind) || backfillOf(outcome) !== undefined;
  return new Set(goes ? tokens.map((token) => foldName(unquotedName(token) ?? '')) : []);
}

/** The UPDATE by which existing rows get a value in a column that is added. */
function backfillOf(outcome: StatementOutcome | undefined): string | undefined {
  return outcome?.executed?.find((sql) => /^UPDATE main\."(?!sqlite_schema")/.test(sql));
}
