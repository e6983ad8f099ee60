// What a statement costs, and what it is told from; the cost of reading a table as a whole.

import { rowsOf, type Database } from '../../database';
import type { PagedFile } from '../../file/pagedFile';
import type { Relation } from '../../schema/schema';
import type { Origin } from './origins';
import type { Rates } from './rates';
import type { TableSample } from './tableSample';

/** What a statement costs. Figures are estimates. */
export interface Cost {
  readonly pagesRead: number;
  /** Pages that lie in memory after it and did not before. */
  readonly pagesWritten: number;
  /** Of those, the ones that the file had: SQLite keeps what was on them until the commit. */
  readonly pagesRewritten: number;
  readonly sortedBytes: number;
  readonly milliseconds: number;
  /** Half a sentence on why the figures cannot be told, or rest on rows that may be others; null where they can. */
  readonly why: string | null;
}

/** What the costs of a script's statements are told from. */
export interface CostContext {
  readonly database: Database;
  readonly file: PagedFile;
  /** The schema without rows, on which the statement was made. */
  readonly shadow: Database;
  readonly rates: Rates;
  /** SQLite's cache_size: pages that it has in its own memory. A sort of more is written to temporary files and read again. */
  readonly pageCacheBytes: number;
  /** How many pages of each level of a b-tree may be read. */
  readonly pagesOfLevel: number;
  /** A table's sample, or half a sentence on why there is none. */
  readonly sampleOf: (relation: Relation) => TableSample | string;
  /** What it takes to read so many pages of a table of the file, after all that was read before. */
  readonly reading: (relation: Relation, pages: number) => Pick<Cost, 'pagesRead' | 'milliseconds'>;
  /** Tables of the file all of whose rows a statement before has written. */
  readonly rewritten: Set<Relation>;
}

/** What PRAGMA cache_size says, in bytes: it counts pages, or kilobytes where it is negative. */
export function readPageCacheBytes(database: Database, pageSize: number): number {
  const size = Number(rowsOf(database, 'PRAGMA cache_size')[0]?.[0]);
  return size < 0 ? -size * 1024 : size * pageSize;
}

/** The cost of a statement that works on no rows. */
export const NOTHING: Cost = {
  pagesRead: 0,
  pagesWritten: 0,
  pagesRewritten: 0,
  sortedBytes: 0,
  milliseconds: 0,
  why: null,
};

/** A cost that is not known; `why` is half a sentence. */
export function unknown(why: string): Cost {
  return { ...NOTHING, why };
}

/** A sample of the table of the file that holds these rows; a cost that says it all where there is none. */
export function sampled(context: CostContext, origin: Origin | undefined): TableSample | Cost {
  if (!origin) return unknown('its table is not one of the file');
  if (origin.source === null) return { ...NOTHING, why: origin.doubt };
  const sample = context.sampleOf(origin.source);
  return typeof sample === 'string' ? unknown(sample) : sample;
}

/** Every row of a table is looked at. */
export function scanCost(context: CostContext, origin: Origin | undefined): Cost {
  const sample = sampled(context, origin);
  if (!('tree' in sample)) return sample;
  const reading = context.reading(sample.relation, sample.tree.pages + sample.tree.overflowPages);
  const milliseconds = reading.milliseconds + sample.tree.entries * context.rates.row;
  return { ...NOTHING, pagesRead: reading.pagesRead, milliseconds, why: origin?.doubt ?? null };
}
