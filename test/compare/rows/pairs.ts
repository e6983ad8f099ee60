// Pairs of databases whose rows differ: made of values that are hard to keep, and compared as the page compares them.
import fc from 'fast-check';
import { rowsOf, type Database, type SqlValue } from '../../../src/database';
import { RowComparison, type DecodedState, type Foreknow } from '../../../src/compare/rows/comparison';
import { piecesOf } from '../../../src/compare/rows/exportDifferences';
import type { DifferenceFormat } from '../../../src/compare/rows/difference';
import { foreknow, type TwoFiles } from '../../../src/compare/rows/foreknow';
import { comparePages, type ReadThrough } from '../../../src/compare/rows/comparePages';
import { pagesOfRun, type WrittenByRun } from '../../../src/compare/rows/samePages';
import type { DatabaseFile } from '../../../src/file/treePages';
import type { Engine } from '../../../src/engine/engine';
import { decoderOf } from '../../../src/engine/looking';
import { sourceOfBytes } from '../../../src/file/byteSource';
import { readHeader } from '../../../src/file/header';
import { readSchema } from '../../../src/schema/read';
import { engine, overlayOf } from '../../databases';

/** What is known of two files before SQLite is asked: what their pages tell, or nothing. */
export type Foreknowledge = 'by pages' | 'none' | WrittenByRun;

/** Opens two databases and compares their rows, for as long as `use` looks at what was found. */
export async function withComparison<Value>(
  before: Uint8Array,
  after: Uint8Array,
  use: (comparison: RowComparison) => Value,
  {
    on = [engine, engine],
    known = 'by pages',
  }: { readonly on?: readonly [Engine, Engine]; readonly known?: Foreknowledge } = {},
): Promise<Value> {
  const databases = [before, after].map((bytes, at) => (on[at] ?? engine).open(overlayOf(bytes)));
  const [ours, theirs] = databases.map(stateOf);
  if (!ours || !theirs) throw new Error('Two databases are compared');
  try {
    const files = known === 'none' ? null : await twoFiles(before, after, known, ours.database);
    const foreseen = (table: Parameters<Foreknow>[0]) => files && foreknow(table, files, () => undefined);
    return use(RowComparison.of(ours, theirs, foreseen, () => undefined));
  } finally {
    for (const database of databases) database.close();
  }
}

async function twoFiles(
  before: Uint8Array,
  after: Uint8Array,
  known: 'by pages' | WrittenByRun,
  database: Database,
): Promise<TwoFiles> {
  const [ours, theirs] = [fileOf(before), fileOf(after)];
  if (known === 'by pages') return comparedFiles(ours, theirs);
  const roots = rowsOf(database, 'SELECT rootpage FROM sqlite_schema WHERE rootpage > 0').map(([root]) => Number(root));
  return { before: ours, after: theirs, pages: pagesOfRun(ours, theirs, known, roots) };
}

/** So few that a file of a test is read in several rounds. */
const FEW_BYTES = 4096;

/** Two files of which all pages were compared, with what was kept of them. */
export async function comparedFiles(before: DatabaseFile, after: DatabaseFile): Promise<TwoFiles> {
  const { pages, keptBefore, keptAfter } = await comparePages(
    throughout(before),
    throughout(after),
    () => undefined,
    FEW_BYTES,
  );
  return {
    before: { source: keptBefore.over(before.source), header: before.header },
    after: { source: keptAfter.over(after.source), header: after.header },
    pages,
  };
}

function throughout({ source, header }: DatabaseFile): ReadThrough {
  return { header, size: source.size, read: source.read.bind(source) };
}

/** The bytes of a database as a file whose pages are read. */
export function fileOf(bytes: Uint8Array): DatabaseFile {
  const header = readHeader(bytes);
  if (!header.ok) throw new Error('The database has no header');
  return { source: sourceOfBytes(bytes), header: header.value };
}

/** A state as it is compared. */
export function stateOf(database: Database): DecodedState {
  return { database, schema: readSchema(database), decode: decoderOf(database) };
}

/** All pieces of an export. */
export function exported(comparison: RowComparison, format: DifferenceFormat, table: string | null = null): string {
  return [...piecesOf(comparison, format, table)].join('');
}

/** What is counted of a table: `+added -removed ~changed =same`, with what rows are matched by. */
export function countsOf(comparison: RowComparison, table: string): string {
  const found = comparison.differences.find((difference) => difference.table === table);
  if (!found) return 'no such table';
  const { added, removed, changed, same } = found.counts;
  return `+${added} -${removed} ~${changed} =${same} by ${found.matchedBy.kind}`;
}

/**
 * The query for all rows of a table by type and bytes, in an order that only their values decide.
 * @param columns that are looked at; the rowid may be one
 */
export function rowsSql(table: string, columns: readonly string[]): string {
  const values = columns.map(
    (name) => `CASE typeof(${name}) WHEN 'null' THEN 'n' WHEN 'integer' THEN 'i' || ${name}
      WHEN 'real' THEN 'r' || printf('%!.26g', ${name}) || iif(atan2(${name}, -1.0) < 0, '-', '')
      WHEN 'text' THEN 't' || hex(CAST(${name} AS BLOB)) ELSE 'b' || hex(${name}) END`,
  );
  return `SELECT ${values.join(" || ',' || ")} AS row FROM "${table}" NOT INDEXED ORDER BY row;`;
}

/** A value that goes into a database as it is: a text by its bytes, an integer by its digits. */
export type Hard =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly digits: string }
  | { readonly type: 'real'; readonly value: number }
  | { readonly type: 'text' | 'blob'; readonly bytes: readonly number[] };

const utf8 = (text: string): readonly number[] => [...new TextEncoder().encode(text)];

/** Values that are hard to keep, and a few that are equal to one another but for their type, case or sign. */
export const hard: fc.Arbitrary<Hard> = fc.oneof(
  fc.constantFrom<Hard>(
    { type: 'null' },
    { type: 'integer', digits: '9007199254740993' },
    { type: 'integer', digits: '9007199254740992' },
    { type: 'integer', digits: '-9223372036854775808' },
    { type: 'integer', digits: '9223372036854775807' },
    ...['0', '1', '2', '3'].map((digits): Hard => ({ type: 'integer', digits })),
    ...[
      0,
      -0,
      1,
      2,
      0.1,
      0.1 + 0.2,
      1e22,
      1e23,
      5e-324,
      1.7976931348623157e308,
      Infinity,
      -Infinity,
      9007199254740992,
    ].map((value): Hard => ({ type: 'real', value })),
    ...[
      '',
      'a',
      'A',
      'a ',
      '1',
      '1.0',
      "it's",
      'two\nlines',
      'two\r\nlines',
      'a\0b',
      '\ufeffx',
      'é',
      '😀',
      ';--',
      'NULL',
    ].map((text): Hard => ({ type: 'text', bytes: utf8(text) })),
    { type: 'text', bytes: [0xff, 0x41] },
    { type: 'text', bytes: [0x6b, 0xe9] },
    { type: 'blob', bytes: [] },
    { type: 'blob', bytes: [0x61] },
    { type: 'blob', bytes: [0, 0xff] },
  ),
  fc.double({ noNaN: true }).map((value): Hard => ({ type: 'real', value })),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value): Hard => ({ type: 'integer', digits: String(value) })),
  fc.uint8Array({ maxLength: 12 }).map((bytes): Hard => ({ type: 'text', bytes: [...bytes] })),
  fc.uint8Array({ maxLength: 12 }).map((bytes): Hard => ({ type: 'blob', bytes: [...bytes] })),
  // Long enough to go on in overflow pages.
  fc
    .integer({ min: 500, max: 9000 })
    .map((length): Hard => ({ type: 'text', bytes: utf8('long '.repeat(length / 5)) })),
);

/** How a value stands in a statement, and what is bound for it. */
function bound(value: Hard): { readonly sql: string; readonly parameters: readonly SqlValue[] } {
  if (value.type === 'null') return { sql: 'NULL', parameters: [] };
  if (value.type === 'integer') return { sql: value.digits, parameters: [] };
  // Both engines bind a number without a fraction as an integer.
  if (value.type === 'real')
    return {
      sql: Object.is(value.value, -0) ? '-0.0' : 'CAST(? AS REAL)',
      parameters: Object.is(value.value, -0) ? [] : [value.value],
    };
  const bytes = Uint8Array.from(value.bytes);
  return { sql: value.type === 'text' ? 'CAST(? AS TEXT)' : '?', parameters: [bytes] };
}

/** A shape of table whose rows are compared. */
export interface Shape {
  readonly sql: string;
  /** Columns that get values. */
  readonly columns: readonly string[];
  /** Columns that are looked at, the rowid among them where rows are matched by it. */
  readonly seen: readonly string[];
}

/** One of each kind of key, and of each thing that stands in the way of statements that write. */
export const SHAPES: readonly Shape[] = [
  { sql: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)', columns: ['a', 'b'], seen: ['id', 'a', 'b'] },
  {
    sql: 'CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a, b UNIQUE)',
    columns: ['a', 'b'],
    seen: ['id', 'a', 'b'],
  },
  { sql: 'CREATE TABLE t(a, b)', columns: ['a', 'b'], seen: ['rowid', 'a', 'b'] },
  { sql: 'CREATE TABLE t(rowid, a, b REAL)', columns: ['rowid', 'a', 'b'], seen: ['_rowid_', 'rowid', 'a', 'b'] },
  { sql: 'CREATE TABLE t(a PRIMARY KEY, b, c)', columns: ['a', 'b', 'c'], seen: ['a', 'b', 'c'] },
  {
    sql: 'CREATE TABLE t(a COLLATE NOCASE, b, c, PRIMARY KEY (a, b))',
    columns: ['a', 'b', 'c'],
    seen: ['a', 'b', 'c'],
  },
  {
    sql: 'CREATE TABLE t(a TEXT COLLATE NOCASE NOT NULL UNIQUE, b INTEGER, c UNIQUE)',
    columns: ['a', 'b', 'c'],
    seen: ['a', 'b', 'c'],
  },
  { sql: 'CREATE TABLE t(a, b, c, PRIMARY KEY (b, a)) WITHOUT ROWID', columns: ['a', 'b', 'c'], seen: ['a', 'b', 'c'] },
  {
    sql: 'CREATE TABLE t(c UNIQUE, a COLLATE NOCASE PRIMARY KEY, b REAL) WITHOUT ROWID',
    columns: ['a', 'b', 'c'],
    seen: ['a', 'b', 'c'],
  },
  {
    sql: 'CREATE TABLE t(rowid, _rowid_, oid COLLATE NOCASE)',
    columns: ['rowid', '_rowid_', 'oid'],
    seen: ['rowid', '_rowid_', 'oid'],
  },
  {
    sql: `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, g AS (typeof(a)), s AS (typeof(b)) STORED UNIQUE);
      CREATE TABLE log(x); CREATE TRIGGER "on t" AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END;
      CREATE TRIGGER gone BEFORE DELETE ON t BEGIN INSERT INTO log VALUES (-old.id); END;
      CREATE TRIGGER changed AFTER UPDATE ON t BEGIN DELETE FROM log; END`,
    columns: ['a', 'b'],
    seen: ['id', 'a', 'b'],
  },
];

/** Makes a database of one table. Rows that its constraints refuse are left out. */
export function databaseOf(
  shape: Shape,
  rows: readonly { readonly rowid: number; readonly values: readonly Hard[] }[],
  { pageSize = 4096, on = engine }: { readonly pageSize?: number; readonly on?: Engine } = {},
): Uint8Array {
  return on.build((database) => {
    database.execute(`PRAGMA page_size = ${pageSize}`);
    for (const statement of shape.sql.split(/;\s*(?=CREATE )/)) {
      const made = database.execute(statement);
      if (!made.ok) throw new Error(made.error.message);
    }
    database.execute('BEGIN');
    for (const row of rows) insert(database, shape, row);
    database.execute('COMMIT');
  });
}

function insert(
  database: Database,
  shape: Shape,
  row: { readonly rowid: number; readonly values: readonly Hard[] },
): void {
  const [id] = shape.seen;
  const keyed = id !== undefined && !shape.columns.includes(id);
  const values = shape.columns.map((_, at) => bound(row.values[at] ?? { type: 'null' }));
  const columns = [...(keyed ? [id] : []), ...shape.columns];
  const sql = [...(keyed ? [String(row.rowid)] : []), ...values.map((value) => value.sql)];
  database.execute(
    `INSERT OR IGNORE INTO t(${columns.join(', ')}) VALUES (${sql.join(', ')})`,
    values.flatMap(({ parameters }) => parameters),
  );
}
