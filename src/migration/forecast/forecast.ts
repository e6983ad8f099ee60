// The forecast of a run: what it will write and hold in memory, and how long it will take, told before it runs.

import { rowsOf } from '../../database';
import { makeMiniature } from '../../schema/miniature';
import { Estimate, type EstimateInput, type StatementForecast } from './estimate';

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
  readonly uncertain: Estimate['uncertain'];
}

/** The page and its worker without the heap (in Chromium an idle run took 117 MB in all), and the heap that sql.js begins with. */
const [IDLE_BYTES, FIRST_HEAP_BYTES] = [96e6, 22_151_168];

/**
 * Tells what a run of a planned script on a file will take. Reads some dozen pages of each table whose rows a statement works on,
 * however large the file, and tries the script on those rows.
 */
export function forecastRun(input: Omit<EstimateInput, 'miniature'>): Forecast {
  const { database, header, file, plan, cacheBytes } = input;
  const cacheSize = Number(rowsOf(database, 'PRAGMA cache_size')[0]?.[0]); // Pages; kilobytes where it is negative.
  const pageCacheBytes = cacheSize < 0 ? -cacheSize * 1024 : cacheSize * header.pageSize;
  const miniature = makeMiniature(database);
  try {
    const { statements, uncertain } = new Estimate({ ...input, miniature });
    let [read, written, most, kept, sorted, milliseconds] = [0, 0, 0, 0, 0, 0];
    for (const statement of statements) {
      read += statement.pagesToRead * header.pageSize;
      written += statement.bytesToWrite;
      kept += statement.bytesToRewrite;
      sorted = Math.max(sorted, statement.bytesToSort);
      // What finds no room in SQLite's cache is sorted in a temporary file, which is memory too until the index is built.
      most = Math.max(most, written + (statement.bytesToSort > pageCacheBytes ? statement.bytesToSort : 0));
      milliseconds += statement.milliseconds;
    }
    // The buffer of a sort is doubled as it fills up, and the smaller one is there until the larger one is.
    const working = Math.min(pageCacheBytes, read + written) + Math.min(pageCacheBytes, sorted) * 1.5;
    const heapBytes = FIRST_HEAP_BYTES + working + kept;
    const peakBytes = IDLE_BYTES + heapBytes + Math.min(cacheBytes, file.size, read) + most;
    const adapted = plan.outcomes.filter(({ verdict }) => verdict === 'adapted').map(({ ordinal }) => ordinal);
    return { statements, bytesToWrite: written, heapBytes, peakBytes, milliseconds, adapted, uncertain };
  } finally {
    miniature.close();
  }
}
