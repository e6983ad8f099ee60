// What stands in the way of a run that is forecast: limits of the browser and of the machine, said before they are met.

import type { Forecast } from './forecast';

/** What is known of the browser and the machine that a run would have. Sizes are in bytes. */
export interface Machine {
  /** `navigator.deviceMemory`, in bytes; null where the browser does not tell. It is rounded, and often no more than 8 GiB. */
  readonly deviceMemory: number | null;
  /** What `navigator.storage.estimate()` says is free (quota less usage); null where the browser does not tell. */
  readonly quota: number | null;
  /** Pages are read from the file on demand; otherwise it is copied into memory as a whole. */
  readonly onDemand: boolean;
  readonly fileBytes: number;
}

/** A limit that a run comes near to, or would meet. */
export interface Limit {
  readonly code: 'memory' | 'engine-memory' | 'temporary-file' | 'storage' | 'private-window' | 'whole-file';
  /** `stop`: the run cannot come to its end here, even if the forecast is off by a fourth. */
  readonly severity: 'warn' | 'stop';
  /** What is needed and what there is, in one sentence. */
  readonly sentence: string;
  /** What works instead. */
  readonly help: string;
}

const GIB = 1 << 30;
/** WebAssembly memory of sql.js grows up to this. */
const HEAP_BYTES = 2 * GIB;
/** A file of Emscripten is an array that grows by copying itself into a larger one; from 4 GiB on it does so at every write. */
const TEMPORARY_FILE_BYTES = 4 * GIB;
/** A file that is read as a whole has to fit into one array of bytes. */
const WHOLE_FILE_BYTES = 2 * GIB;
/** Beyond it, Chromium cannot read again what a private window keeps in memory. */
const PRIVATE_RESULT_BYTES = 2e9;
/** Where the browser does not tell: it may be a telephone. */
const ASSUMED_MEMORY = 4 * GIB;
/** From here on the browser's figure may stand for any larger one. */
const MEMORY_TOLD_AT_MOST = 8 * GIB;
/** A copy of the file for the engine, one of the result, and one while either is made. */
const COPIES_OF_WHOLE_FILE = 3;
/** By so much a forecast may be too high. */
const MARGIN = 1.25;

/** Judges a forecast by what the machine has. Gives the limits that matter, those that stop the run first. */
export function judge(forecast: Forecast, machine: Machine): readonly Limit[] {
  const limits = [
    judgeWholeFile(machine),
    judgeHeap(forecast),
    judgeTemporaryFile(forecast),
    judgeMemory(forecast, machine),
    judgeStorage(forecast, machine),
    judgePrivateWindow(forecast),
  ].flatMap((limit) => limit ?? []);
  return [
    ...limits.filter(({ severity }) => severity === 'stop'),
    ...limits.filter(({ severity }) => severity === 'warn'),
  ];
}

function judgeWholeFile({ onDemand, fileBytes }: Machine): Limit | null {
  if (onDemand || fileBytes < WHOLE_FILE_BYTES) return null;
  return {
    code: 'whole-file',
    severity: 'stop',
    sentence: `Here the file has to be read into memory as a whole, and it has ${memory(fileBytes)}, where ${memory(WHOLE_FILE_BYTES)} is the end.`,
    help: 'Open the page in another browser, a current Chrome or Firefox on a desktop: there pages are read from the file as they are needed.',
  };
}

function judgeHeap(forecast: Forecast): Limit | null {
  const { heapBytes, statements } = forecast;
  if (heapBytes < HEAP_BYTES * 0.75) return null;
  const rewriting = statements.filter(({ bytesToRewrite }) => bytesToRewrite > 0).map(({ ordinal }) => ordinal);
  const left = rewriting.some((ordinal) => forecast.adapted.includes(ordinal))
    ? 'Choose that rows that are there read NULL: then no row is written. '
    : '';
  return {
    code: 'engine-memory',
    severity: heapBytes > HEAP_BYTES * MARGIN ? 'stop' : 'warn',
    sentence: `SQLite needs about ${memory(heapBytes)} of memory of its own, and a browser gives it ${memory(HEAP_BYTES)}: until the commit it keeps what rows were before ${statementsOf(rewriting)} wrote them anew.`,
    help: `${left}${nativeHelp(forecast)}`,
  };
}

function judgeTemporaryFile(forecast: Forecast): Limit | null {
  const { temporaryBytes } = forecast;
  if (temporaryBytes < TEMPORARY_FILE_BYTES / 2) return null;
  return {
    code: 'temporary-file',
    severity: temporaryBytes > TEMPORARY_FILE_BYTES * MARGIN ? 'stop' : 'warn',
    sentence: `The largest sort takes a temporary file of about ${memory(temporaryBytes)} in memory, and such a file works up to ${memory(TEMPORARY_FILE_BYTES)}.`,
    help: `${withoutIndexes(forecast)}${nativeHelp(forecast)}`,
  };
}

function judgeMemory(forecast: Forecast, { deviceMemory, onDemand, fileBytes }: Machine): Limit | null {
  const copies = onDemand ? 0 : COPIES_OF_WHOLE_FILE * fileBytes;
  const needed = forecast.peakBytes + copies;
  const there = deviceMemory ?? ASSUMED_MEMORY;
  if (needed <= there / 2) return null;
  // Rounded down, the figure may be almost half of what there is.
  const certain = deviceMemory !== null && deviceMemory < MEMORY_TOLD_AT_MOST && needed > 2 * there * MARGIN;
  const told =
    deviceMemory === null
      ? `this browser does not tell how much there is, so ${memory(there)} are assumed`
      : `this browser tells of ${memory(there)}`;
  const why = onDemand ? '' : ', since here the file has to be copied into memory as a whole';
  return {
    code: 'memory',
    severity: certain ? 'stop' : 'warn',
    sentence: `At its worst moment the run takes about ${memory(needed)} of memory${why}; ${told}.`,
    help: `Close other tabs and programs. ${withoutIndexes(forecast)}${nativeHelp(forecast)}`,
  };
}

function judgeStorage(forecast: Forecast, { quota }: Machine): Limit | null {
  const { bytesToWrite } = forecast;
  if (quota === null || bytesToWrite <= quota * 0.8) return null;
  return {
    code: 'storage',
    severity: 'warn',
    sentence: `The browser has to keep about ${size(bytesToWrite)} of the result until it is downloaded, and tells of ${size(quota)} that are free for pages.`,
    help: `Use a window that is not private, or make room on the disk. ${withoutIndexes(forecast)}${nativeHelp(forecast)}`,
  };
}

function judgePrivateWindow({ bytesToWrite }: Forecast): Limit | null {
  if (bytesToWrite <= PRIVATE_RESULT_BYTES) return null;
  return {
    code: 'private-window',
    severity: 'warn',
    sentence: `The result holds about ${size(bytesToWrite)} that the run writes, and a private window cannot hand back more than ${size(PRIVATE_RESULT_BYTES)}.`,
    help: 'If this window is private, open the page in one that is not.',
  };
}

/** Indexes that are worth leaving out are named up to this number. */
const INDEXES_NAMED = 3;

/** The largest indexes, where leaving them out would help. */
function withoutIndexes({ statements, bytesToWrite }: Forecast): string {
  const largest = statements
    .filter(({ index, bytesToWrite: bytes }) => index !== null && bytes * 20 > bytesToWrite)
    .sort((one, other) => other.bytesToWrite - one.bytesToWrite)
    .slice(0, INDEXES_NAMED)
    .map(({ index, bytesToWrite: bytes }) => `${index ?? ''} (${size(bytes)})`);
  return largest.length === 0 ? '' : `Or leave the largest indexes to later: ${list(largest)}. `;
}

/** The way that works for files of every size. */
function nativeHelp({ adapted }: Forecast): string {
  const native = 'Or run the script with the sqlite3 program, which works on the disk';
  if (adapted.length === 0) return `${native}.`;
  return `${native}; there ${statementsOf(adapted)} must be written in another way, since plain SQLite refuses the default where a table holds rows.`;
}

function statementsOf(ordinals: readonly number[]): string {
  if (ordinals.length === 0) return 'statements';
  return `${ordinals.length === 1 ? 'statement' : 'statements'} ${list(ordinals.map(String))}`;
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** Memory as machines have it, in powers of two: `3.2 GiB`. */
function memory(bytes: number): string {
  return bytes < GIB ? `${Math.round(bytes / (1 << 20))} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}

/** The size of a file, in powers of ten: `3.2 GB`. */
function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
