// The forecast of a run: what it will read, write and hold in memory, and how long it will take, told before it runs.

import { rowsOf, type Database, foldName } from '../../database';
import type { ByteSource } from '../../file/byteSource';
import type { Header } from '../../file/header';
import { PagedFile, type PageReader } from '../../file/pagedFile';
import type { Relation } from '../../schema/schema';
import type { Statement } from '../../script/statement';
import { Origins } from './origins';
import type { Plan } from '../run/plan';
import { measureRates, type Rates } from './rates';
import { makeShadow } from '../../schema/shadow';
import { readPageCacheBytes, type Cost, type CostContext } from './cost';
import { costOf } from './statementCost';
import { sampleTable, type TableSample } from './tableSample';

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
  readonly milliseconds: number;
}

/** What a run will take. All of it is estimated. */
export interface Forecast {
  readonly statements: readonly StatementForecast[];
  /** Bytes of all pages that the statements read; a table that SQLite has no room for counts for each of its indexes. */
  readonly bytesToRead: number;
  /** Bytes that lie over the file at the end: what they are in a result is copied, all else of it is the file's own. */
  readonly bytesToWrite: number;
  /** What SQLite holds at most in its own memory, of which a browser gives it 2 GiB. */
  readonly heapBytes: number;
  /** The largest temporary file of a sort; 0 where each sort finds room in memory. */
  readonly temporaryBytes: number;
  /** Memory at the worst moment: the engine, what is kept of the file, what is written, a temporary file. */
  readonly peakBytes: number;
  /** Time of the statements, by what this machine did in some milliseconds just now. */
  readonly milliseconds: number;
  /**
   * `sampled`: from some rows of the tables. `counted`: from tables so small that all of their pages were looked at.
   * `no rows`: no statement whose cost is told works on rows.
   */
  readonly basis: 'sampled' | 'counted' | 'no rows';
  /** Ordinals of the statements that plain SQLite refuses for tables that hold rows. */
  readonly adapted: readonly number[];
  /** The statements whose figures may be far off, or are missing; `why` is a sentence. */
  readonly uncertain: readonly { readonly ordinal: number; readonly why: string }[];
}

/** What a forecast is made from. */
export interface ForecastInput {
  /** The file's database, as it is before the run; it is only read. */
  readonly database: Database;
  readonly header: Header;
  /** The same file's bytes. */
  readonly file: ByteSource;
  readonly statements: readonly Statement[];
  readonly plan: Pick<Plan, 'before' | 'outcomes'>;
  /** How many bytes of the file are kept in memory at most. */
  readonly cacheBytes: number;
}

/** The page and its worker, without the heap: in Chromium a run that hardly read or wrote anything took 117 MB in all. */
const IDLE_BYTES = 96e6;
/** The heap that sql.js begins with. */
const FIRST_HEAP_BYTES = 22_151_168;
/** A temporary file is an array that grows by an eighth at a time, and while it does so there are two of them. */
const GROWING = 2 + 1 / 8;
/** Of all tables together about so many pages of a level are read: a page that is not in memory takes a millisecond. */
const PAGES_OF_LEVELS = 50;

/**
 * Tells what a run of a planned script on a file will take. Reads some dozen pages of each table whose rows a statement
 * works on, and 2 MB to see how fast reading is, however large the file; takes 10 to 20 ms to see how fast the engine is.
 * What cannot be told (a table that cannot be read, a statement whose rows are not evident) is `uncertain`.
 * @param now milliseconds since some fixed moment
 */
export function forecastRun(input: ForecastInput, now: () => number): Forecast {
  const { database, file, statements, plan } = input;
  const rates = measureRates(database, file, now);
  const samples = new Map<Relation, TableSample | string>();
  const shadow = makeShadow(database);
  try {
    const origins = new Origins(plan.before.relations);
    const context = makeContext(input, shadow, rates, samples);
    const costs: Priced[] = [];
    let trees = countTrees(shadow);
    for (const statement of statements) {
      const outcome = plan.outcomes[statement.ordinal - 1];
      if (outcome?.verdict !== 'applied' && outcome?.verdict !== 'adapted') continue;
      const table = statement.table ?? '';
      const before = origins.of(table);
      if (MADE_ON_SHADOW.test(statement.kind)) shadow.execute(statement.text);
      origins.follow(statement, outcome, shadow);
      const treesNow = countTrees(shadow);
      const newTrees = Math.max(0, treesNow - trees);
      trees = treesNow;
      const cost = costOf(context, { statement, outcome, before, after: origins.of(table), newTrees });
      costs.push({ statement, cost, newTrees });
    }
    return summarise(input, context, costs, samples);
  } finally {
    shadow.close();
  }
}

interface Priced {
  readonly statement: Statement;
  readonly cost: Cost;
  readonly newTrees: number;
}

/** Statements that change the schema, or take such a change back. */
const MADE_ON_SHADOW = /^(create|drop|alter|add|rename|savepoint|release|rollback to)/;

function makeContext(
  { database, file, header, statements, plan, cacheBytes }: ForecastInput,
  shadow: Database,
  rates: Rates,
  samples: Map<Relation, TableSample | string>,
): CostContext {
  const paged = new PagedFile(pagesOf(file, header), header);
  const named = new Set(statements.map(({ table }) => foldName(table ?? '')));
  const tables = plan.before.relations.filter(({ name }) => named.has(foldName(name))).length;
  const pagesOfLevel = Math.min(24, Math.max(2, Math.floor(PAGES_OF_LEVELS / Math.max(1, tables))));
  const pageCacheBytes = readPageCacheBytes(database, header.pageSize);
  const readBefore = new Set<Relation>();
  const sampleOf = (relation: Relation): TableSample | string => {
    const known = samples.get(relation);
    if (known !== undefined) return known;
    const taken = sampleTable(database, paged, relation, pagesOfLevel);
    samples.set(relation, taken.ok ? taken.value : taken.error);
    return taken.ok ? taken.value : taken.error;
  };
  const reading: CostContext['reading'] = (relation, pages) => {
    const bytes = pages * header.pageSize;
    const again = readBefore.has(relation);
    readBefore.add(relation);
    // A table of which SQLite itself still has the pages; and one that is still in the cache of the file.
    if (again && bytes <= pageCacheBytes / 2) return { pagesRead: 0, milliseconds: 0 };
    const perByte = again && bytes <= cacheBytes ? rates.heldByte : rates.firstByte;
    return { pagesRead: pages, milliseconds: bytes * perByte };
  };
  return {
    database,
    file: paged,
    shadow,
    rates,
    pageCacheBytes,
    pagesOfLevel,
    sampleOf,
    reading,
    rewritten: new Set(),
  };
}

function pagesOf(file: ByteSource, { pageSize }: Header): PageReader {
  return {
    pageCount: Math.floor(file.size / pageSize),
    read: (page) => file.read((page - 1) * pageSize, page * pageSize),
  };
}

function countTrees(shadow: Database): number {
  return Number(rowsOf(shadow, 'SELECT count(*) FROM main.sqlite_schema WHERE rootpage > 0')[0]?.[0]);
}

function summarise(
  { file, header, statements, plan, cacheBytes }: ForecastInput,
  { pageCacheBytes, file: { usable } }: CostContext,
  priced: readonly Priced[],
  samples: ReadonlyMap<Relation, TableSample | string>,
): Forecast {
  const { pageSize } = header;
  const sum = (figure: (cost: Cost) => number): number => priced.reduce((all, { cost }) => all + figure(cost), 0);
  const written = sum((cost) => cost.pagesWritten);
  const bytesToRead = sum((cost) => cost.pagesRead) * pageSize;
  const further =
    priced.length === 0 ? 0 : schemaPages(plan, priced, usable) + pointerMapPages(header, priced, written, usable);
  const bytesToWrite = (written + further) * pageSize;
  const largestSort = Math.max(0, ...priced.map(({ cost }) => cost.sortedBytes));
  const temporaryBytes = largestSort > pageCacheBytes ? largestSort : 0;
  const kept = sum((cost) => cost.pagesRewritten) * (pageSize + JOURNAL_ENTRY);
  const inCache = Math.min(pageCacheBytes, bytesToRead + bytesToWrite);
  // The buffer of a sort is doubled as it fills up, and the smaller one is there until the larger one is.
  const heapBytes = FIRST_HEAP_BYTES + inCache + Math.min(largestSort, pageCacheBytes) * 1.5 + kept;
  const ofFile = Math.min(cacheBytes, file.size, bytesToRead);
  const costs = new Map(priced.map(({ statement, cost }) => [statement.ordinal, cost]));
  const taken = [...samples.values()].filter((sample) => typeof sample !== 'string');
  return {
    statements: statements.map(({ ordinal, kind, name }) => {
      const cost = costs.get(ordinal);
      return {
        ordinal,
        index: kind === 'create index' && cost ? name : null,
        pagesToRead: cost?.pagesRead ?? 0,
        bytesToWrite: (cost?.pagesWritten ?? 0) * pageSize,
        bytesToRewrite: (cost?.pagesRewritten ?? 0) * pageSize,
        milliseconds: cost?.milliseconds ?? 0,
      };
    }),
    bytesToRead,
    bytesToWrite,
    heapBytes: Math.round(heapBytes),
    temporaryBytes,
    peakBytes: Math.round(IDLE_BYTES + heapBytes + ofFile + bytesToWrite + temporaryBytes * GROWING),
    milliseconds: sum((cost) => cost.milliseconds),
    basis: taken.length === 0 ? 'no rows' : taken.every(({ tree }) => tree.exact) ? 'counted' : 'sampled',
    adapted: plan.outcomes.filter(({ verdict }) => verdict === 'adapted').map(({ ordinal }) => ordinal),
    uncertain: priced.flatMap(({ statement, cost }) =>
      cost.why === null ? [] : [{ ordinal: statement.ordinal, why: sentence(cost.why) }],
    ),
  };
}

/** What SQLite notes beside a page in its journal. */
const JOURNAL_ENTRY = 8;

/** The page of the header, those of the schema's texts that are changed, and those that new texts take. */
function schemaPages({ before }: Pick<Plan, 'before'>, priced: readonly Priced[], usable: number): number {
  const bytes = (texts: readonly string[]): number => texts.reduce((all, text) => all + text.length + SCHEMA_ROW, 0);
  const texts = [...before.relations, ...before.indexes, ...before.triggers].map(({ sql }) => sql ?? '');
  const changed = new Set(
    priced.flatMap(({ statement }) => (/^(add|rename|drop|alter)/.test(statement.kind) ? [statement.table] : [])),
  );
  const added = priced.flatMap(({ statement }) => (/^(create|add)/.test(statement.kind) ? [statement.text] : []));
  return 1 + Math.min(changed.size, Math.floor(bytes(texts) / usable)) + Math.round(bytes(added) / usable);
}

/** What a row of sqlite_schema takes beside its text: names, numbers, its place on the page. */
const SCHEMA_ROW = 60;

/** With auto_vacuum, each page has an entry of 5 bytes on a pointer map, and a new tree's root takes the place of another page. */
function pointerMapPages(
  { largestRootPage }: Header,
  priced: readonly Priced[],
  written: number,
  usable: number,
): number {
  if (largestRootPage === 0) return 0;
  return 1 + Math.ceil((written * 5) / usable) + 2 * priced.reduce((all, { newTrees }) => all + newTrees, 0);
}

function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}
