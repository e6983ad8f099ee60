// A sample of a table's rows, which SQL can be asked about without reading more of the file than a few pages.

import { quoteIdentifier, type Database, foldName } from '../../database';
import type { PagedFile } from '../../file/pagedFile';
import type { Relation } from '../../schema/schema';
import { evenly, sampleTree, type SampledRow, type TreeSample } from './treeSample';

/** Rows of a table of the file. */
export interface TableSample {
  readonly relation: Relation;
  readonly tree: TreeSample;
  /** A common table expression named `SAMPLE` whose rows are the sample's; null where no row can be asked for. */
  readonly rows: string | null;
  /** How many rows it gives. */
  readonly found: number;
  /** Overflow pages of those rows. */
  readonly foundOverflow: number;
  /** Mean bytes that a rowid takes at the end of an index entry, its type included; 0 in a table WITHOUT ROWID. */
  readonly rowidBytes: number;
}

/** The name by which a sample's rows are asked for. */
export const SAMPLE = '"rows of the sample"';

/** Of the rows' overflow pages at most so many are read for a sample: a value may have hundreds of megabytes. */
const OVERFLOW_PAGES = 512;
const OVERFLOW_PAGES_OF_A_ROW = 128;

/**
 * Takes a sample of a table: of each level of its b-tree `pagesOfLevel` pages at most.
 * Gives why it cannot be had, as half a sentence, where the table has no pages, or damaged ones.
 */
export function sampleTable(
  database: Database,
  file: PagedFile,
  relation: Relation,
  pagesOfLevel: number,
): { readonly ok: true; readonly value: TableSample } | { readonly ok: false; readonly error: string } {
  if (relation.rootPage === 0) return { ok: false, error: `${relation.name} keeps its rows elsewhere` };
  const key = keyOf(relation);
  const tree = sampleTree(file, relation.rootPage, pagesOfLevel, relation.withoutRowid ? key.length : 0);
  if (!tree.ok) return { ok: false, error: `page ${tree.error.page} of ${relation.name} is damaged` };
  const asked = affordable(tree.value.rows);
  const rows = asked.length === 0 || key.length === 0 ? null : rowsWith(relation, key, asked);
  const found = rows === null || !seeks(database, rows) ? null : countOf(database, rows);
  return {
    ok: true,
    value: {
      relation,
      tree: tree.value,
      rows: found === null || found === 0 ? null : rows,
      found: found ?? 0,
      foundOverflow: asked.reduce((sum, row) => sum + row.overflowPages, 0),
      rowidBytes: relation.withoutRowid ? 0 : meanRowidBytes(tree.value.rows),
    },
  };
}

/**
 * Overflow pages of the whole table that are read by whoever reads these columns of every row: a chain is followed as far
 * as the last of them. About, since only the lengths of the columns before it are asked for.
 * @param names folded
 */
export function overflowRead(
  database: Database,
  { relation, tree, rows, foundOverflow }: TableSample,
  names: ReadonlySet<string>,
  usable: number,
): number {
  if (tree.overflowPages === 0) return 0;
  const stored = relation.columns.filter(({ generated }) => generated !== 'virtual');
  const last = stored.findLastIndex(({ name }) => names.has(foldName(name)));
  // In a table WITHOUT ROWID the columns lie in another order.
  if (relation.withoutRowid || rows === null || foundOverflow === 0) return last < 0 ? 0 : tree.overflowPages;
  const lengths = stored.slice(0, last + 1).map(({ name }) => `coalesce(octet_length(${quoteIdentifier(name)}), 0)`);
  const before = lengths.length === 0 ? '0' : lengths.join(' + ');
  const [most, least] = [usable - 35, Math.floor(((usable - 12) * 32) / 255) - 23];
  const read = database.query(
    `${rows} SELECT sum(CASE WHEN bytes > ${most} THEN 1 + (bytes - ${least}) / ${usable - 4} ELSE 0 END)
     FROM (SELECT ${before} AS bytes FROM ${SAMPLE})`,
  );
  const share = read.ok ? Number(read.value[0]?.[0]) / foundOverflow : 1;
  return Math.round(tree.overflowPages * Math.min(1, share));
}

/** What rows are found by: the columns of the primary key, or a name of the rowid that no column has taken. */
function keyOf({ columns, withoutRowid }: Relation): readonly string[] {
  if (withoutRowid) {
    const key = columns.filter((column) => column.primaryKey > 0);
    return key.sort((one, other) => one.primaryKey - other.primaryKey).map((column) => quoteIdentifier(column.name));
  }
  const taken = new Set(columns.map((column) => foldName(column.name)));
  return ['rowid', '_rowid_', 'oid'].filter((name) => !taken.has(name)).slice(0, 1);
}

/** As many rows, in their order, as do not have too many overflow pages. */
function affordable(rows: readonly SampledRow[]): readonly SampledRow[] {
  let pages = 0;
  return rows.filter(({ overflowPages }) => {
    if (overflowPages > OVERFLOW_PAGES_OF_A_ROW || pages + overflowPages > OVERFLOW_PAGES) return false;
    pages += overflowPages;
    return true;
  });
}

function rowsWith({ name }: Relation, key: readonly string[], rows: readonly SampledRow[]): string {
  const values =
    key.length === 1
      ? rows.map((row) => row.key.join()).join()
      : `VALUES ${rows.map((row) => `(${row.key.join()})`).join()}`;
  // No other index may serve: its pages would have to be read too.
  const condition = `(${key.join()}) IN (${values})`;
  return `WITH ${SAMPLE} AS NOT MATERIALIZED (SELECT * FROM main.${quoteIdentifier(name)} NOT INDEXED WHERE ${condition})`;
}

/** Whether SQLite looks the rows up one by one; where a key has another collation than its column it would read all rows. */
function seeks(database: Database, rows: string): boolean {
  const plan = database.query(`EXPLAIN QUERY PLAN ${rows} SELECT count(*) FROM ${SAMPLE}`);
  const steps = plan.ok ? plan.value.map((step) => String(step[3])) : [];
  return (
    steps.some((step) => step.startsWith('SEARCH')) && !steps.some((step) => /^SCAN (?!\d+ CONSTANT ROW)/.test(step))
  );
}

function countOf(database: Database, rows: string): number | null {
  const counted = database.query(`${rows} SELECT count(*) FROM ${SAMPLE}`);
  return counted.ok ? Number(counted.value[0]?.[0]) : null;
}

/** Bytes of an integer in a record, without its type (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). */
const WIDTHS: readonly (readonly [bigint, number])[] = [
  [128n, 1],
  [32768n, 2],
  [8388608n, 3],
  [2147483648n, 4],
  [140737488355328n, 6],
];

function meanRowidBytes(rows: readonly SampledRow[]): number {
  const some = evenly(rows, 64);
  const bytes = some.map(({ key }) => {
    const rowid = BigInt(key[0] ?? 0);
    if (rowid === 0n || rowid === 1n) return 1;
    return 1 + (WIDTHS.find(([limit]) => rowid >= -limit && rowid < limit)?.[1] ?? 8);
  });
  return some.length === 0 ? 0 : Math.round(bytes.reduce((sum, one) => sum + one, 0) / some.length);
}
