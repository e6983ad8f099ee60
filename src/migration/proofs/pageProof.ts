// Pages: which of the input's a run has written, whose they are, and which tables are therefore the input's own bytes.

import { readInto, type ByteSource } from '../../file/byteSource';
import type { Header } from '../../file/header';
import { findOwners, type PageOwner } from '../../file/pageOwner';
import { rowsOf, type Database } from '../../database';
import type { Column } from '../../schema/schema';
import type { TablePair } from './tablePairs';
import { proof, type Proof } from './proof';
import { counted, figure } from '../../words';

/** What a run did to the pages of its input, as the store of pages knows it. Page numbers are 1-based. */
export interface PageChanges {
  /** In bytes. */
  readonly pageSize: number;
  /** Pages of the input, and of the result. */
  readonly inputPages: number;
  readonly resultPages: number;
  /** Pages of the input that have other bytes in the result, ascending; pages that were cut off are not among them. */
  readonly changed: readonly number[];
}

/** Whose the written pages are. */
export interface WrittenPages {
  readonly changes: PageChanges;
  readonly owners: ReadonlyMap<number, PageOwner>;
  /** How many pages of each b-tree of the input were written, by its root page. */
  readonly byRoot: ReadonlyMap<number, number>;
  /** Pages whose owner cannot be told: any table may be concerned. */
  readonly unknown: readonly number[];
  /** The name of a table or an index of the input, by the root page of its b-tree. */
  readonly names: ReadonlyMap<number, string>;
}

/** Where the owners of written pages are not found in so many pages, hashing every table is not much dearer. */
const PAGES_READ_FOR_OWNERS = 50_000;

/** Finds out which b-tree of the input each written page belonged to. */
export function findWrittenPages(
  before: Database,
  header: Header,
  input: ByteSource,
  changes: PageChanges,
): WrittenPages {
  const rows = rowsOf(before, 'SELECT rootpage, name FROM main.sqlite_schema WHERE rootpage > 0');
  const names = new Map(rows.map(([root, name]) => [Number(root), String(name)]));
  const { pageSize, inputPages } = changes;
  const reader = {
    pageCount: inputPages,
    read: (page: number) => input.read((page - 1) * pageSize, page * pageSize),
  };
  const owners = findOwners(reader, header, names.keys(), changes.changed, PAGES_READ_FOR_OWNERS);
  const byRoot = new Map<number, number>();
  const unknown: number[] = [];
  for (const page of changes.changed) {
    const owner = owners.get(page);
    if (!owner || owner.kind === 'unknown') unknown.push(page);
    else if ('root' in owner) byRoot.set(owner.root, (byRoot.get(owner.root) ?? 0) + 1);
  }
  return { changes, owners, byRoot, unknown, names };
}

/**
 * Whether the rows of a table are, byte for byte, the input's own: its b-tree begins on the same page, no page of it was
 * written, and the columns that were there are read from a record as they were. A later default, type or place of a
 * column would give other values from the same bytes.
 */
export function isUntouched(pair: TablePair, { byRoot, unknown, changes }: WrittenPages): boolean {
  const { before, after, columns, lostColumns } = pair;
  if (!after || lostColumns.length > 0 || unknown.length > 0) return false;
  // What was cut off belonged to somebody.
  if (changes.resultPages < changes.inputPages) return false;
  if (before.rootPage !== after.rootPage || byRoot.has(before.rootPage)) return false;
  if (before.withoutRowid !== after.withoutRowid || before.strict !== after.strict) return false;
  // Values lie in a record in the order of the columns, so a column has to be where it was, whatever it is called now.
  const names = new Map(columns.map((column) => [column.before, column.after]));
  return before.columns.every((column, at) => {
    const now = after.columns[at];
    return isReadAlike(column, now) && (column.generated === 'virtual' || names.get(column.name) === now?.name);
  });
}

/** What decides how the bytes of a record are read as a column. */
const READ_BY = ['type', 'notNull', 'defaultValue', 'primaryKey', 'generated'] as const satisfies (keyof Column)[];

function isReadAlike(before: Column, after: Column | undefined): boolean {
  return after !== undefined && READ_BY.every((aspect) => before[aspect] === after[aspect]);
}

const BYTES_AT_ONCE = 4 << 20;
/** The same where as much of both files is read meanwhile: longer reads are faster. */
const BYTES_AHEAD = 16 << 20;

/** Tells how many of the input's pages were compared. */
export type OnPages = (done: number, total: number) => void;

/** The first page that the run did not write and that differs all the same, or null: every byte of both files is read. */
export function findForeignPage(
  input: ByteSource,
  output: ByteSource,
  changes: PageChanges,
  onPages: OnPages,
): number | null {
  const parts = partsToCompare(changes, input.size, BYTES_AT_ONCE);
  const buffers = [new Uint8Array(BYTES_AT_ONCE), new Uint8Array(BYTES_AT_ONCE)] as const;
  const written = new Set(changes.changed);
  for (const { first, start, end, shared } of parts) {
    onPages(first, shared);
    const [had, has] = [readAgain(input, buffers[0], start, end), readAgain(output, buffers[1], start, end)];
    const page = foreignPageOf(had, has, { ...changes, first, written });
    if (page !== null) return page;
  }
  return null;
}

/** Gives the bytes from `start` up to `end` (exclusive), which are there until the next but one are asked for. */
export type ReadPart = (start: number, end: number) => Promise<Uint8Array>;

/** The same where a part of both files is read while the one before it is compared. Rejects with what a read rejects with. */
export async function findForeignPageAhead(
  input: { readonly size: number; readonly read: ReadPart },
  read: ReadPart,
  changes: PageChanges,
  onPages: OnPages,
): Promise<number | null> {
  const parts = partsToCompare(changes, input.size, BYTES_AHEAD);
  const written = new Set(changes.changed);
  const readBoth = (part: Part | undefined): Promise<readonly [Uint8Array, Uint8Array]> | null => {
    if (!part) return null;
    const both = Promise.all([input.read(part.start, part.end), read(part.start, part.end)]);
    // Who waits for it is told; nobody does any more where the part before has such a page.
    both.catch(() => undefined);
    return both;
  };
  let next = readBoth(parts[0]);
  for (const [at, { first, shared }] of parts.entries()) {
    if (!next) break;
    onPages(first, shared);
    const [had, has]: readonly [Uint8Array, Uint8Array] = await next;
    next = readBoth(parts[at + 1]);
    const page = foreignPageOf(had, has, { ...changes, first, written });
    if (page !== null) return page;
  }
  return null;
}

/** Bytes that are compared at once, the index of their first page, and how many pages both files have. */
interface Part {
  readonly first: number;
  readonly start: number;
  readonly end: number;
  readonly shared: number;
}

function partsToCompare(
  { pageSize, inputPages, resultPages }: PageChanges,
  inputBytes: number,
  bytesAtOnce: number,
): readonly Part[] {
  const shared = Math.min(inputPages, resultPages);
  const atOnce = Math.max(1, Math.floor(bytesAtOnce / pageSize));
  return Array.from({ length: Math.ceil(shared / atOnce) }, (_, part) => {
    const first = part * atOnce;
    // The input may end within its last page; what the result has there beyond it is new.
    const end = Math.min((first + atOnce) * pageSize, shared * pageSize, inputBytes);
    return { first, start: first * pageSize, end, shared };
  });
}

function foreignPageOf(
  had: Uint8Array,
  has: Uint8Array,
  { first, pageSize, written }: Pick<PageChanges, 'pageSize'> & { first: number; written: ReadonlySet<number> },
): number | null {
  if (areEqual(had, has)) return null;
  for (let at = 0; at < had.length; at += pageSize) {
    const page = first + at / pageSize + 1;
    if (!written.has(page) && !areEqual(had.subarray(at, at + pageSize), has.subarray(at, at + pageSize))) return page;
  }
  return null;
}

/** Reads into a buffer that is used again; millions of pages would leave as much to the garbage collector. */
function readAgain(source: ByteSource, buffer: Uint8Array, start: number, end: number): Uint8Array {
  return buffer.subarray(0, readInto(source, buffer, 0, start, end - start));
}

/** Compares four bytes at a time where both begin at a multiple of four. */
function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  const aligned = one.byteOffset % 4 === 0 && other.byteOffset % 4 === 0;
  const words = aligned ? one.length >> 2 : 0;
  const a = new Int32Array(one.buffer, aligned ? one.byteOffset : 0, words);
  const b = new Int32Array(other.buffer, aligned ? other.byteOffset : 0, words);
  for (let at = 0; at < words; at++) if (a[at] !== b[at]) return false;
  for (let at = words * 4; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/**
 * The proof by pages.
 * @param foreign a page that differs without having been written, or null; `undefined` where the bytes were not compared
 */
export function provePages(written: WrittenPages, foreign: number | null | undefined): Proof {
  const { changes, owners, byRoot, unknown, names } = written;
  const { inputPages, resultPages, changed } = changes;
  const elsewhere = new Map<string, number>();
  for (const owner of owners.values()) {
    if (!('root' in owner)) elsewhere.set(owner.kind, (elsewhere.get(owner.kind) ?? 0) + 1);
  }
  const owned = [
    ...[...byRoot].map(([root, pages]): [string, number] => [names.get(root) ?? `b-tree ${root}`, pages]),
    ...[...elsewhere].map(([kind, pages]): [string, number] => [OWNERS[kind] ?? kind, pages]),
  ];
  const grown = resultPages - inputPages;
  const details = [
    ...owned.map(([name, pages]) => `${name}: ${counted(pages, 'page')} written`),
    grown >= 0 ? `${counted(grown, 'page')} added at the end` : `${counted(-grown, 'page')} cut off at the end`,
  ];
  if (typeof foreign === 'number') {
    return proof(
      'pages',
      'fail',
      `Page ${figure(foreign)} has other bytes than in your file, and the run did not write it.`,
      details,
    );
  }
  const figures = `${figure(changed.length)} of the ${counted(inputPages, 'page')} of your file ${changed.length === 1 ? 'differs' : 'differ'} in the result`;
  const whose = owned.length === 0 ? '' : ` (${owned.map(([name]) => name).join(', ')})`;
  const others =
    changed.length >= inputPages
      ? ''
      : foreign === null
        ? ' All others were compared and are the same, byte for byte.'
        : ' All others are slices of your file; they were not compared byte by byte.';
  const unsure =
    unknown.length === 0
      ? ''
      : ` Whose ${counted(unknown.length, 'page')} were cannot be told, so all tables are hashed.`;
  return proof('pages', 'pass', `${figures}${whose}.${others}${unsure}`, details);
}

const OWNERS: Readonly<Record<string, string>> = {
  schema: 'sqlite_schema',
  freelist: 'free pages',
  'pointer map': 'pointer map',
  'lock byte': 'lock-byte page',
  unknown: 'unknown',
};
