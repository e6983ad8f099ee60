// The entries of indexes against the rows of their table, without looking rows up: both are read once, in the order in which
// they lie. An index is right if its entries are those that the rows give and if they stand in order, since then each is found
// where SQLite looks for it. That is what integrity_check finds out by looking up every row in every index.

import { foldName, type Database } from '../../database';
import { mixOne, mixOther, OrderUnknown, RecordView, type BuiltInCollation } from '../../file/record';
import { TreeDamaged, type DatabaseFile } from '../../file/treePages';
import { TreeRecords } from '../../file/treeRecords';
import { affinityOf } from '../../schema/details';
import type { Column, Relation } from '../../schema/schema';

/** Where a column of an index has its values from. */
interface IndexedColumn {
  /** Its place in the records of the table; null for the rowid. */
  readonly place: number | null;
  readonly isReal: boolean;
  readonly collation: BuiltInCollation;
  readonly descending: boolean;
}

interface ReadableIndex {
  readonly root: number;
  readonly unique: boolean;
  readonly columns: readonly IndexedColumn[];
}

/** An index as sqlite_schema names it, and the page on which its b-tree begins. */
export interface IndexTree {
  readonly name: string;
  readonly root: number;
}

/**
 * Whether indexes of a table have exactly the entries of its rows, in order. False says nothing but that SQLite has to be asked: an
 * index is wrong, or cannot be read here (of expressions or some rows only, with a collation of an application, of a table WITHOUT
 * ROWID).
 * @param file the file that the database is open on
 * @param trees the indexes to look at
 * @param onPage is called for each page that is read
 */
export function haveTheirEntries(
  database: Database,
  file: DatabaseFile,
  table: Relation,
  trees: readonly IndexTree[],
  onPage: () => void,
): boolean {
  const indexes = readableIndexes(database, file, table, trees);
  if (indexes === null) return false;
  try {
    const sums = sumsOfRows(file, table, indexes, onPage);
    return indexes.every((index, at) => {
      const wanted = sums[at];
      return wanted !== undefined && sumOfEntries(file, index, onPage)?.equals(wanted) === true;
    });
  } catch (error) {
    if (error instanceof TreeDamaged || error instanceof OrderUnknown || error instanceof Unreadable) return false;
    throw error;
  }
}

/** A row has to be read by SQLite. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** The indexes as they are declared; null where not all of them can be read here. */
function readableIndexes(
  database: Database,
  { header }: DatabaseFile,
  table: Relation,
  trees: readonly IndexTree[],
): readonly ReadableIndex[] | null {
  if (table.withoutRowid) return null;
  const listed = database.query('SELECT name, "unique", partial, origin FROM pragma_index_list(?)', [table.name]);
  if (!listed.ok) return null;
  const alias = listed.value.some((row) => row[3] === 'pk') ? null : rowidColumnOf(table);
  const byName = new Map(listed.value.map((row) => [row[0], row]));
  const indexes: ReadableIndex[] = [];
  for (const { name, root } of trees) {
    const [, unique, partial] = byName.get(name) ?? [];
    if (partial !== 0) return null;
    const columns: IndexedColumn[] = [];
    const described = database.query('SELECT cid, "desc", coll, "key" FROM pragma_index_xinfo(?) ORDER BY seqno', [
      name,
    ]);
    if (!described.ok) return null;
    for (const [cid, desc, coll, key] of described.value) {
      if (key !== 1) continue;
      const column = table.columns[Number(cid)];
      const collation = String(coll).toUpperCase();
      if (!column || column.generated === 'virtual' || !isBuiltIn(collation)) return null;
      // SQLite compares by these two what it has brought to UTF-8.
      if (collation !== 'BINARY' && header.encoding !== 'UTF-8') return null;
      columns.push({
        place: column === alias ? null : placeOf(table, column),
        isReal: affinityOf(column.type, table.strict) === 'REAL',
        collation,
        descending: desc === 1,
      });
    }
    indexes.push({ root, unique: unique === 1, columns });
  }
  return indexes;
}

function isBuiltIn(collation: string): collation is BuiltInCollation {
  return collation === 'BINARY' || collation === 'NOCASE' || collation === 'RTRIM';
}

/** The column that is the rowid by another name; of a table whose primary key has no index of its own. */
function rowidColumnOf({ columns }: Relation): Column | null {
  const keys = columns.filter(({ primaryKey }) => primaryKey > 0);
  return keys.length === 1 && keys[0] && foldName(keys[0].type) === 'integer' ? keys[0] : null;
}

/** Where a stored column has its place in a record. */
function placeOf({ columns }: Relation, column: Column): number {
  return columns.slice(0, columns.indexOf(column)).filter(({ generated }) => generated !== 'virtual').length;
}

/** What the entries of each index should come to. In here and below each step is taken for millions of values. */
function sumsOfRows(
  file: DatabaseFile,
  table: Relation,
  indexes: readonly ReadableIndex[],
  onPage: () => void,
): readonly EntrySum[] {
  const stored = table.columns.filter(({ generated }) => generated !== 'virtual');
  const places = [...new Set(indexes.flatMap(({ columns }) => columns.flatMap(({ place }) => place ?? [])))].toSorted(
    (a, b) => a - b,
  );
  const most = (places.at(-1) ?? -1) + 1;
  const isReal = stored.map(({ type }) => affinityOf(type, table.strict) === 'REAL');
  const defaultsToNull = stored.map(({ defaultValue }) => defaultValue === null || /^null$/i.test(defaultValue));
  // The hashes of a row by place, and that of its rowid last.
  const ofRowid = stored.length;
  const one = new Int32Array(ofRowid + 1);
  const other = new Int32Array(ofRowid + 1);
  const parts = indexes.map(({ columns }) => Int32Array.from(columns, ({ place }) => place ?? ofRowid));
  const sums = indexes.map(() => new EntrySum());
  const nothing = new RecordView();
  nothing.hash(0, false);
  const records = new TreeRecords(file, table.rootPage, 'table', onPage);
  const record = new RecordView();
  while (records.next()) {
    let isWhole = record.put(records.bytes, records.start, records.end, most);
    if (!isWhole && records.goesOn) {
      records.assemble();
      isWhole = record.put(records.bytes, records.start, records.end, most);
    }
    if (!isWhole) throw new TreeDamaged('a record does not fit');
    for (const place of places) {
      if (place < record.count) {
        record.hash(place, isReal[place] === true);
        one[place] = record.hashOne;
        other[place] = record.hashOther;
      } else {
        // A column that was added later: SQLite reads its default.
        if (defaultsToNull[place] !== true) throw new Unreadable();
        one[place] = nothing.hashOne;
        other[place] = nothing.hashOther;
      }
    }
    record.hashWords(1, records.rowidHigh, records.rowidLow);
    one[ofRowid] = record.hashOne;
    other[ofRowid] = record.hashOther;
    for (let at = 0; at < parts.length; at++) sums[at]?.addParts(parts[at] ?? one, one, other, ofRowid);
  }
  return sums;
}

const [SEED_ONE, SEED_OTHER] = [0x243f6a88, 0x13198a2e];

/** Entries as a set: how many there are, and the sums of their hashes, which do not depend on their order. */
class EntrySum {
  count = 0;
  one = 0;
  other = 0;

  /** Adds the entry that consists of the values at these places, and the rowid. */
  addParts(places: Int32Array, one: Int32Array, other: Int32Array, ofRowid: number): void {
    let a = SEED_ONE;
    let b = SEED_OTHER;
    for (const place of places) {
      a = mixOne(a, one[place] ?? 0);
      b = mixOther(b, other[place] ?? 0);
    }
    this.add(mixOne(a, one[ofRowid] ?? 0), mixOther(b, other[ofRowid] ?? 0));
  }

  /** The last step spreads each bit over all others: sums of hashes that look alike would tell little. */
  add(a: number, b: number): void {
    this.count++;
    this.one = (this.one + spread(a)) | 0;
    this.other = (this.other + spread(b)) | 0;
  }

  equals({ count, one, other }: EntrySum): boolean {
    return this.count === count && this.one === one && this.other === other;
  }
}

/** The last step of MurmurHash3. */
function spread(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** What the entries of an index come to; null where they do not stand in order, or one that has to be unique is there twice. */
function sumOfEntries(
  file: DatabaseFile,
  { root, unique, columns }: ReadableIndex,
  onPage: () => void,
): EntrySum | null {
  const sum = new EntrySum();
  const records = new TreeRecords(file, root, 'index', onPage);
  let entry = new RecordView();
  let last = new RecordView();
  const ofRowid = columns.length;
  // The hash of an entry as far as each of its values. What begins as the last entry does has them already.
  const one = new Int32Array(ofRowid + 1).fill(SEED_ONE);
  const other = new Int32Array(ofRowid + 1).fill(SEED_OTHER);
  while (records.next()) {
    if (records.goesOn) records.assemble();
    // SQLite reads the rowid from the end.
    if (!entry.put(records.bytes, records.start, records.end, Infinity) || entry.count !== ofRowid + 1) return null;
    if (!entry.endsAt(records.end) || !entry.readRowid(ofRowid)) return null;
    const alike = sum.count === 0 ? 0 : likeLast(last, entry, columns, unique);
    if (alike < 0) return null;
    for (let at = alike; at < ofRowid; at++) {
      entry.hash(at, columns[at]?.isReal === true);
      one[at + 1] = mixOne(one[at] ?? 0, entry.hashOne);
      other[at + 1] = mixOther(other[at] ?? 0, entry.hashOther);
    }
    entry.hashWords(1, entry.rowidHigh, entry.rowidLow);
    sum.add(mixOne(one[ofRowid] ?? 0, entry.hashOne), mixOther(other[ofRowid] ?? 0, entry.hashOther));
    const next = last;
    last = entry;
    entry = next;
  }
  return sum;
}

/** How many values an entry has at its beginning in the same bytes as the last one; -1 where it does not come after it. */
function likeLast(last: RecordView, entry: RecordView, columns: readonly IndexedColumn[], isUnique: boolean): number {
  let alike = 0;
  let hasNull = false;
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at];
    if (!column) return -1;
    const order = last.compare(at, entry, at, column.collation);
    if (order !== 0) return order > 0 === column.descending ? alike : -1;
    if (alike === at && column.collation === 'BINARY' && last.typeOf(at) === entry.typeOf(at)) alike++;
    if (entry.typeOf(at) === 0) hasNull = true;
  }
  if (isUnique && !hasNull) return -1;
  const isLater = (entry.rowidHigh - last.rowidHigh || (entry.rowidLow >>> 0) - (last.rowidLow >>> 0)) > 0;
  return isLater ? alike : -1;
}
