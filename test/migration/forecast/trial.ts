// Forecast and run of a script on a database, for tests and for bench/forecast.mjs.
import { measureRates } from '../../../src/engine/rates';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { forecastRun, type Forecast, type Rates } from '../../../src/migration/forecast/forecast';
import { watchGrowth, type Growth } from '../../../src/migration/forecast/growth';
import { keepLosses } from '../../../src/migration/losses/lossLedger';
import type { Choices } from '../../../src/migration/outcome';
import { countRows } from '../../../src/migration/proofs/measurement';
import { planMigration } from '../../../src/migration/run/plan';
import { runMigration } from '../../../src/migration/run/run';
import { watchNothing } from '../../../src/migration/warning';
import { engine, overlayOf, statementsOf } from '../../databases';

/** Milliseconds since some fixed moment. */
type Clock = () => number;

/** What the page foretells of a run, and how many pages the database read for it. */
export interface Foretold {
  readonly forecast: Forecast;
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
  const statements = statementsOf(script);
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  try {
    let growth: Growth = { pages: [], waiting: [] };
    const watch = watchGrowth(watchNothing, (told) => (growth = told));
    const { outcomes, before: schema } = planMigration(database, statements, choices, {
      losses: keepLosses,
      watch,
      now,
    });
    const rates = speed ?? measureRates(database, sourceOfBytes(bytes), () => performance.now());
    const named = schema.relations.filter(({ name, rootPage }) => rootPage > 0 && script.includes(name));
    const rows = new Map(
      named.map(({ name }) => {
        const counted = countRows(database, name);
        return [name, counted.ok ? counted.value : null];
      }),
    );
    const [before, written] = [overlay.pagesRead, overlay.writtenBytes];
    const file = { fileBytes: bytes.length, cacheBytes: 2 ** 30 };
    const forecast = forecastRun({ database, ...file, statements, outcomes, growth, rows, rates, checksAll: true });
    if (overlay.writtenBytes !== written) throw new Error('The forecast has written to the database');
    return { forecast, pagesOfDatabase: overlay.pagesRead - before };
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
