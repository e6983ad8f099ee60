// What it costs to build a b-tree from the rows of a table: an index, or a table that the rows are copied into.

import { type Database, foldName } from '../../database';
import type { Statement } from '../../script/statement';
import { namesIn } from '../../script/clauses';
import { NOTHING, sampled, scanCost, unknown, type Cost, type CostContext } from './cost';
import { measureRecords } from './entrySizes';
import { Origins, type Origin } from './origins';
import { packTree, type Filling, type TreePages } from './storageModel';
import { indexesOf, recordOfIndex, recordOfTable, type StoredRecord } from './storedRecord';
import { overflowRead, type TableSample } from './tableSample';

/** CREATE INDEX on a table whose rows come from `origin`. */
export function indexCost(context: CostContext, statement: Statement, origin: Origin | undefined): Cost {
  const sample = sampled(context, origin);
  if (!('tree' in sample) || !origin?.source) return { ...NOTHING, ...sample, pagesWritten: 1 };
  const record = recordOfIndex(context.shadow, statement.name ?? '');
  if (record === null) return unknown('its columns cannot be read');
  const { rates, file } = context;
  const names = usedNames(origin, record);
  const overflow = overflowRead(context.database, sample, names, file.usable);
  const { pagesRead, milliseconds } = context.reading(origin.source, sample.tree.pages + overflow);
  const time = milliseconds + sample.tree.entries * rates.row;
  const stored = measureStored(context, sample, origin, statement.table ?? '', record, 'index', 'sorted');
  if (typeof stored === 'string') return { ...unknown(stored), pagesRead, milliseconds: time };
  const { entries, bytes, tree } = stored;
  const sorting = entries * Math.log2(Math.max(2, entries)) * rates.comparison;
  const storing = bytes * rates.sortedByte * (bytes > context.pageCacheBytes ? 2 : 1);
  return {
    ...NOTHING,
    pagesRead,
    pagesWritten: tree.pages,
    sortedBytes: bytes,
    milliseconds: time + sorting + storing,
    why: origin.doubt,
  };
}

/** The columns that a record is computed from, folded: by their names now, and by what they are in the file. */
function usedNames(origin: Origin, { values, where }: StoredRecord): ReadonlySet<string> {
  const used = namesIn([...values.map(({ sql }) => sql), where ?? ''].join(' ')).map(foldName);
  const inFile = used.flatMap((name) => namesIn(origin.columns.get(name)?.sql ?? '').map(foldName));
  return new Set([...used, ...inFile]);
}

interface Stored {
  /** How many records there will be. */
  readonly entries: number;
  /** Of all of them. */
  readonly bytes: number;
  readonly tree: TreePages;
}

/** What a b-tree of these records will take, or half a sentence on why that cannot be told. */
function measureStored(
  { database, file }: CostContext,
  sample: TableSample,
  origin: Origin,
  table: string,
  record: StoredRecord,
  kind: 'index' | 'table',
  filling: Filling,
): Stored | string {
  const { values, where, withRowid } = record;
  if (sample.tree.entries === 0) return { entries: 0, bytes: 0, tree: packTree(kind, [], 0, file.usable, filling) };
  if (sample.rows === null) return `rows of ${sample.relation.name} cannot be sampled`;
  const names = usedNames(origin, record);
  const untold = [...origin.columns].find(([name, { sql }]) => sql === null && names.has(name));
  if (untold) return `${untold[1].name} is computed`;
  const further = withRowid ? sample.rowidBytes : 0;
  const measured = measureRecords(database, { sample, from: Origins.rows(origin, table), values, where, further });
  if (!measured.ok) return `SQLite says: ${measured.error.message}`;
  const sizes = measured.value;
  const entries = Math.round((sample.tree.entries * sizes.length) / sample.found);
  const mean = sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { entries, bytes: Math.round(entries * mean), tree: packTree(kind, sizes, entries, file.usable, filling) };
}

/**
 * All rows of a table are put into another one that was empty, and into its indexes.
 * @param before the origin of that other table's rows, and `after` when they are there
 */
export function copyingCost(
  context: CostContext,
  { table }: Statement,
  before: Origin | undefined,
  after: Origin | undefined,
): Cost {
  const sample = sampled(context, after);
  if (!after?.source || after.source === before?.source)
    return unknown('which rows it writes is not known before it runs');
  if (!('tree' in sample)) return sample;
  const scan = scanCost(context, after);
  const [target, { shadow, rates }] = [table ?? '', context];
  const record = recordOfTable(shadow, target);
  const [kind, ...trigger] = shadowFacts(shadow, target);
  if (record === null || kind === null) return unknown('its columns cannot be read');
  const indexes = indexesOf(shadow, target).map((index) => recordOfIndex(shadow, index));
  let [pagesWritten, milliseconds] = [0, scan.milliseconds + sample.tree.entries * rates.changedRow];
  for (const [at, one] of [record, ...indexes].entries()) {
    if (one === null) return unknown('the indexes of its table cannot be read');
    const [tree, filling] = at === 0 ? ([kind, 'sorted'] as const) : (['index', 'row by row'] as const);
    const stored = measureStored(context, sample, after, target, one, tree, filling);
    if (typeof stored === 'string') return { ...unknown(stored), pagesRead: scan.pagesRead };
    pagesWritten += stored.tree.pages;
    if (at > 0) milliseconds += stored.entries * Math.log2(Math.max(2, stored.entries)) * rates.comparison;
  }
  const why = trigger.length > 0 ? 'what triggers do for each row is not known' : after.doubt;
  return { ...scan, pagesWritten, milliseconds, why };
}

/** The kind of a table's b-tree, null where there is none; then the names of its triggers. */
function shadowFacts(shadow: Database, table: string): [kind: 'index' | 'table' | null, ...triggers: string[]] {
  const list = shadow.query(`SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'`, [table]);
  const wr = list.ok ? list.value[0]?.[0] : undefined;
  const triggers = shadow.query(
    `SELECT name FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`,
    [table],
  );
  const names = triggers.ok ? triggers.value.map(([name]) => String(name)) : [];
  return [wr === undefined ? null : wr === 1 ? 'index' : 'table', ...names];
}
