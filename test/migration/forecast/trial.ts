// Forecast and run of a script on a database, for tests and for bench/forecast.mjs.
import { measureRates } from '../../../src/engine/rates';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { readHeader } from '../../../src/file/header';
import { forecastRun, type Forecast } from '../../../src/migration/forecast/forecast';
import type { Rates } from '../../../src/migration/forecast/estimate';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import type { Choices } from '../../../src/migration/outcome';
import { planMigration } from '../../../src/migration/run/plan';
import { runMigration } from '../../../src/migration/run/run';
import { engine, overlayOf, statementsOf } from '../../databases';

/** Milliseconds since some fixed moment. */
type Clock = () => number;

/** What the page foretells of a run, how often it asked the file for a page, and how many pages the database read for it. */
export interface Foretold {
  readonly forecast: Forecast;
  readonly reads: number;
  readonly pagesOfDatabase: number;
}

/**
 * @param speed of a machine; without it that of this one is measured
 * @param now measures the plan
 */
export function foretell(
  bytes: Uint8Array,
  script: string,
  choices: Choices,
  speed: Rates | null,
  now: Clock = () => 0,
): Foretold {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error(header.error);
  const statements = statementsOf(script);
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    const plan = planMigration(database, statements, choices, { losses: keepLosses, now });
    const [before, written] = [overlay.pagesRead, overlay.writtenBytes];
    let reads = 0;
    const read = (start: number, end: number): Uint8Array => {
      reads++;
      return bytes.subarray(start, end);
    };
    const rates = speed ?? measureRates(database, sourceOfBytes(bytes), () => performance.now());
    const file = { size: bytes.length, read };
    const forecast = forecastRun({
      database,
      header: header.value,
      file,
      cacheBytes: 2 ** 30,
      statements,
      plan,
      rates,
    });
    if (overlay.writtenBytes !== written) throw new Error('The forecast has written to the database');
    return { forecast, reads, pagesOfDatabase: overlay.pagesRead - before };
  } finally {
    database.close();
  }
}

/** Bytes that lie over the file after a run, and the time that it took. */
export function run(
  bytes: Uint8Array,
  script: string,
  choices: Choices,
  now: Clock = () => 0,
): { readonly written: number; readonly milliseconds: number } {
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    const tools = { now, onStatement: () => undefined, losses: keepLosses };
    const { committed, outcomes, milliseconds } = runMigration(database, statementsOf(script), choices, tools);
    if (!committed) throw new Error(outcomes.find(({ failure }) => failure)?.failure?.message);
    return { written: overlay.writtenBytes, milliseconds };
  } finally {
    database.close();
  }
}
