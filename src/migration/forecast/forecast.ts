// The forecast of a run: what it will write and hold in memory, and how long it will take, told before it runs.

import { foldName, rowsOf, type Database } from '../../database';
import type { ParsedStatement } from '../../script/parsedStatement';
import { unquotedName } from '../../script/tokens';
import type { Plan } from '../run/plan';
import { checkingTime } from './checking';
import { sampleRows, type Growth } from './growth';

/** Milliseconds for a byte of the file that is read, a row that is changed, a byte of sorted index entries times log₂ of their number. */
export type Rates = Readonly<Record<'readByte' | 'changedRow' | 'sortedByte', number>>;

/** What a statement of the plan will cost; nothing at all where it is not applied. */
export interface StatementForecast {
  readonly ordinal: number;
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
  readonly milliseconds: number;
  /** What the checks of the result that run automatically take after it: a coarse figure. */
  readonly checkMilliseconds: number;
  /** Ordinals of the statements that plain SQLite refuses for tables that hold rows. */
  readonly adapted: readonly number[];
  /** The statements whose figures may be far off, or are missing; `why` is a sentence. */
  readonly uncertain: readonly { readonly ordinal: number; readonly why: string }[];
}

interface ForecastInput extends Readonly<Record<'fileBytes' | 'cacheBytes', number>> {
  /** The file's, as it is before the run; it is only read, and at most `cacheBytes` of it are kept in memory. */
  readonly database: Database;
  readonly statements: readonly ParsedStatement[];
  readonly outcomes: Plan['outcomes'];
  readonly growth: Growth;
  /** Rows of the file's tables that the script names; null where SQLite cannot count them. */
  readonly rows: Iterable<readonly [table: string, rows: number | null]>;
  readonly rates: Rates;
  /** Whether the slow checks of the result run automatically, too. */
  readonly checksAll: boolean;
}

type Cost = { -readonly [Figure in keyof StatementForecast]: StatementForecast[Figure] };

/** A table when a statement's turn comes: rows, null where not known; bytes in the file; rows of these that were changed. */
type Table = Record<'bytes' | 'changed', number> & { rows: number | null };

/** The page and its worker without the heap (in Chromium an idle run took 117 MB in all), and the heap that sql.js begins with. */
const [IDLE_BYTES, FIRST_HEAP_BYTES] = [96e6, 22_151_168];
const NOTHING = { index: null, pagesToRead: 0, bytesToWrite: 0, bytesToRewrite: 0, bytesToSort: 0, milliseconds: 0 };
export const ENTRY = 40; // Sorting an entry of an index takes as long as so many bytes more.
const DOUBT = 'Rows of a table that it names cannot be read.';

/** Tells what a run of a planned script will take. Reads some hundred rows of each table that a statement goes through. */
export function forecastRun(input: ForecastInput): Forecast {
  const { database, fileBytes, cacheBytes, outcomes, growth, rates } = input;
  const pageSize = Number(rowsOf(database, 'PRAGMA main.page_size')[0]?.[0]);
  // The engine sets it, in KiB below zero.
  const sqliteCache = Number(rowsOf(database, 'PRAGMA cache_size')[0]?.[0]) * -1024;
  const doubts = new Map<number, string>();
  const tables = new Map<string, Table>();
  for (const [name, counted] of input.rows) {
    const { onPages, lastRowid } = sampleRows(database, name);
    const rows = counted ?? lastRowid;
    tables.set(foldName(name), { rows, bytes: rows === 0 ? 0 : rows * onPages, changed: 0 });
  }
  const statements = input.statements.map((statement) => {
    const { kind, ordinal, name, text } = statement;
    const outcome = outcomes[ordinal - 1];
    const cost: Cost = { ...NOTHING, ordinal };
    if (outcome?.verdict !== 'applied' && outcome?.verdict !== 'adapted') return cost;
    if (kind === 'create index') cost.index = name;
    const grown = kind.startsWith('rollback') ? 0 : (growth.pages[ordinal - 1] ?? 0) * pageSize;
    cost.milliseconds = outcome.milliseconds;
    cost.bytesToWrite = Math.max(0, grown) + (/^(create|add)/.test(kind) ? text.length : 0);
    if (/^(analyze|reindex|vacuum)$/.test(kind)) doubts.set(ordinal, 'It reads tables and indexes as a whole.');
    if (kind === 'vacuum') {
      // It writes the file anew beside it, and then over it; the plan leaves it out.
      cost.bytesToWrite = cost.bytesToRewrite = cost.bytesToSort = fileBytes;
      cost.pagesToRead = fileBytes / pageSize;
      cost.milliseconds = 2 * fileBytes * rates.readByte;
      return cost;
    }
    if ((outcome.byTriggers ?? 0) > 0) doubts.set(ordinal, 'What triggers write over is not counted.');
    const made = kind === 'create table' ? { rows: 0 } : kind === 'create table as' ? { rows: null } : null;
    if (made) tables.set(foldName(name ?? ''), { ...made, bytes: 0, changed: 0 });
    // The UPDATE by which existing rows get a value in a column that is added.
    const backfill = outcome.executed?.find((sql) => /^UPDATE main\."(?!sqlite_schema")/.test(sql));
    const isChanged = backfill !== undefined || /^(update|delete|drop column)$/.test(kind);
    const goes = isChanged || /^create (index|table as)$/.test(kind) || (kind === 'insert' && /\bselect\b/i.test(text));
    const names = goes ? statement.tokens.map((token) => foldName(unquotedName(token) ?? '')) : [];
    const bytes = [...new Set(names)].map((one) => tables.get(one)?.bytes ?? 0);
    if (bytes.some(Number.isNaN)) doubts.set(ordinal, DOUBT);
    cost.pagesToRead = bytes.reduce((all, one) => all + (one || 0) / pageSize, 0);
    const table = tables.get(foldName(statement.table ?? ''));
    if (!table || statement.temporary) return cost;
    if (kind === 'rename table') tables.set(foldName(statement.newName ?? ''), table);
    const rows = table.rows ?? 0;
    const changes = backfill !== undefined || kind === 'drop column' ? rows : outcome.changes;
    if (backfill !== undefined && outcome.changes === 0) {
      // The plan has left it out. Pages whose rows become longer are split, and are not full then.
      cost.bytesToWrite += (rows * (backfill.length - backfill.lastIndexOf(' = ') - 3)) / 0.85;
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
  for (const waiting of growth.waiting) {
    const sample = waiting.sample ?? sampleRows(database, waiting.table, waiting);
    const cost = statements.findLast((one) => one.index !== null && foldName(one.index) === waiting.index);
    const rows = tables.get(waiting.table)?.rows ?? sample.lastRowid;
    if (!cost) continue;
    if (rows > 0 && Number.isNaN(sample.onPages)) doubts.set(cost.ordinal, DOUBT);
    cost.bytesToWrite += Math.max(pageSize, rows * sample.onPages || 0);
    cost.bytesToSort = rows * sample.record || 0;
    const sorting = (cost.bytesToSort + rows * ENTRY) * Math.log2(rows + 2) * rates.sortedByte;
    cost.milliseconds += cost.pagesToRead * pageSize * rates.readByte + sorting;
  }
  const sum = (figure: Exclude<keyof Cost, 'index'>): number => statements.reduce((all, one) => all + one[figure], 0);
  const [read, bytesToWrite] = [sum('pagesToRead') * pageSize, sum('bytesToWrite')];
  const sorted = Math.max(0, ...statements.map(({ bytesToSort }) => bytesToSort));
  // The buffer of a sort is doubled as it fills up, and the smaller one is there until the larger one is.
  const working = Math.min(sqliteCache, read + bytesToWrite) + Math.min(sqliteCache, sorted) * 1.5;
  const heapBytes = FIRST_HEAP_BYTES + working + sum('bytesToRewrite');
  // What finds no room in SQLite's cache is sorted in a temporary file, which is memory too.
  const held = bytesToWrite + (sorted > sqliteCache ? sorted : 0);
  const peakBytes = IDLE_BYTES + heapBytes + Math.min(cacheBytes, fileBytes, read) + held;
  const adapted = outcomes.filter(({ verdict }) => verdict === 'adapted').map(({ ordinal }) => ordinal);
  const uncertain = [...doubts].map(([ordinal, why]) => ({ ordinal, why }));
  const milliseconds = sum('milliseconds');
  const checkMilliseconds = checkingTime(fileBytes + bytesToWrite, milliseconds, input.checksAll, rates.sortedByte);
  return { statements, bytesToWrite, heapBytes, peakBytes, milliseconds, checkMilliseconds, adapted, uncertain };
}

/** Bytes of the pages that rows which were changed lie on. Where these are is not known: the mean of side by side and anywhere. */
function bytesOfRows(table: Table, pageSize: number): number {
  const pages = Math.ceil((table.bytes || 0) / pageSize);
  const least = Math.min(1, table.changed / Math.max(1, table.rows ?? 0));
  const most = Math.max(least, 1 - (1 - 1 / Math.max(2, pages)) ** table.changed);
  return pages * pageSize * Math.sqrt(least * most);
}
