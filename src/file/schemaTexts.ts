// The texts in sqlite_schema, read from the pages of a file: what a schema asks of an engine is known before one opens it.

import { PageSet, SCHEMA_ROOT, walkBtree } from './btree';
import { afterVarint, payloadsOf, readBtreePage, varint, type Payload } from './btreePage';
import type { ByteSource } from './byteSource';
import type { Header } from './header';
import { PagedFile } from './pagedFile';

/** An object of a schema, as its line in sqlite_schema tells of it. */
export interface SchemaText {
  /** `table`, `index`, `view` or `trigger`. */
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Types of the columns of a record: text has odd numbers, from this one on (https://sqlite.org/fileformat2.html#record_format). */
const FIRST_TEXT = 13;
/** Bytes of the values with the first ten types. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;
/** type, name, tbl_name, rootpage, sql */
const COLUMNS = 5;

/**
 * The objects of a schema that have a text, in the order of sqlite_schema; as far as they can be read, in a damaged file.
 * @param decode text in the encoding that the header names
 */
export function readSchemaTexts(
  source: ByteSource,
  header: Header,
  decode: (bytes: Uint8Array) => string,
): readonly SchemaText[] {
  const { pageSize } = header;
  const file = new PagedFile(
    {
      pageCount: Math.floor(source.size / pageSize),
      read: (page) => source.read((page - 1) * pageSize, page * pageSize),
    },
    header,
  );
  const texts: SchemaText[] = [];
  for (const step of walkBtree(file, SCHEMA_ROOT, new PageSet())) {
    if (step.kind !== 'leaves') continue;
    for (const page of step.pages) for (const record of recordsOn(file, page)) texts.push(...textIn(record, decode));
  }
  return texts;
}

/** The payloads of a leaf, whole; those that are damaged are left out. */
function* recordsOn(file: PagedFile, page: number): Generator<Uint8Array> {
  const read = readBtreePage(file, page);
  const payloads = read.ok && read.value.leaf ? payloadsOf(read.value) : null;
  if (!read.ok || !payloads?.ok) return;
  // The bytes of a page are only there until the next one is read.
  const { bytes } = read.value;
  const local = payloads.value.map(({ start, end }) =>
    new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start).slice(),
  );
  for (const [index, payload] of payloads.value.entries()) {
    const record = wholeOf(file, payload, local[index] ?? new Uint8Array());
    if (record) yield record;
  }
}

/** A payload with what lies in its overflow pages (https://sqlite.org/fileformat2.html#ovflpgs); null where a page is missing. */
function wholeOf(file: PagedFile, { size, rest }: Payload, local: Uint8Array): Uint8Array | null {
  if (!rest) return local;
  if (rest.pages > file.pageCount) return null;
  const whole = new Uint8Array(size);
  whole.set(local);
  let page = rest.first;
  for (let at = local.length; at < size;) {
    const read = file.mayPointTo(page) ? file.read(page) : null;
    if (!read?.ok) return null;
    page = read.value.getUint32(0);
    const length = Math.min(size - at, file.usable - 4);
    whole.set(new Uint8Array(read.value.buffer, read.value.byteOffset + 4, length), at);
    at += length;
  }
  return whole;
}

/** What a record says, if it is one of an object with a text. */
function textIn(record: Uint8Array, decode: (bytes: Uint8Array) => string): readonly SchemaText[] {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const headerEnd = varint(view, 0, record.length);
  let at = headerEnd;
  const values: (string | null)[] = [];
  for (let place = afterVarint(view, 0, record.length); place < headerEnd && values.length < COLUMNS;) {
    const type = varint(view, place, record.length);
    place = afterVarint(view, place, record.length);
    const length = type < SIZES.length ? (SIZES[type] ?? 0) : Math.floor((type - 12) / 2);
    const isText = type >= FIRST_TEXT && type % 2 === 1;
    values.push(isText ? decode(record.subarray(at, at + length)) : null);
    at += length;
  }
  const [type, name, , , sql] = values;
  return typeof type === 'string' && typeof name === 'string' && typeof sql === 'string' ? [{ type, name, sql }] : [];
}
