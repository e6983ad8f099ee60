// Databases as pages: makes them natively, hands their pages out as a slow file would, and asks dbstat whose each page is.
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEADER_SIZE, readHeader, type Header } from '../../src/file/header';
import type { PageReader } from '../../src/file/pagedFile';
import { sqlite3 } from '../sqlite3';

/** How the file of a generated database is made. */
export interface Make {
  readonly pageSize: number;
  readonly reservedBytes: number;
  /** 0: none, 1: full, 2: incremental. */
  readonly autoVacuum: number;
}

/** A database file, and what reading it takes. */
export interface Stored {
  readonly header: Header;
  readonly reader: PageReader;
  /** Pages that the reader was asked for since this was asked last. */
  takeReads(): number;
  /** What native sqlite3 answers. */
  ask(sql: string): string;
}

/** What dbstat says of a page. */
export interface StoredPage {
  readonly page: number;
  /** The table or index. */
  readonly name: string;
  readonly type: 'internal' | 'leaf' | 'overflow';
  /** Level in the tree, the root's being 1; for overflow pages it means nothing. */
  readonly depth: number;
}

/** The bytes of a database that native sqlite3 makes of a script in a file of such a make. */
export function bytesOf({ pageSize, reservedBytes, autoVacuum }: Make, sql: string): Uint8Array {
  const pragmas = `PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${autoVacuum};`;
  return withPath((path) => {
    native(path, `.filectrl reserve_bytes ${reservedBytes}\n${pragmas}\n${sql}`);
    return new Uint8Array(readFileSync(path));
  });
}

/** The same as pages. */
export function storedDatabase(make: Make, sql: string): Stored {
  return stored(bytesOf(make, sql));
}

/** Bytes of a database as pages. */
export function stored(bytes: Uint8Array): Stored {
  return {
    ...paged(bytes, bytes.length, (buffer, from) => buffer.set(bytes.subarray(from, from + buffer.length))),
    ask: (sql) =>
      withPath((path) => {
        writeFileSync(path, bytes);
        return native(path, sql);
      }),
  };
}

/**
 * Lets native sqlite3 write across the end of the first gibibyte: makes a small database, says in its header that it has
 * `pages` pages, a file with a hole, and then runs `more`. `use` gets it while it is there.
 */
export function withHole(make: Make, sql: string, pages: number, more: string, use: (database: Stored) => void): void {
  const bytes = bytesOf(make, sql);
  new DataView(bytes.buffer).setUint32(28, pages);
  withPath((path) => {
    writeFileSync(path, bytes);
    const file = openSync(path, 'r+');
    try {
      ftruncateSync(file, pages * make.pageSize);
      const ask = (question: string): string => native(path, question);
      ask(more);
      const start = new Uint8Array(HEADER_SIZE);
      readSync(file, start, 0, HEADER_SIZE, 0);
      const size = Number(ask('PRAGMA page_count;')) * make.pageSize;
      use({ ...paged(start, size, (buffer, from) => void readSync(file, buffer, 0, buffer.length, from)), ask });
    } finally {
      closeSync(file);
    }
  });
}

/** What native sqlite3 prints for a script. */
function native(path: string, script: string): string {
  const options = ['-cmd', 'PRAGMA synchronous = OFF', '-batch', '-bail', path];
  return sqlite3(options, { input: script }).toString().trim();
}

/** Lets something be done with a path for a database, and clears it away: these files are many, and some large. */
function withPath<Value>(use: (path: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-pages-'));
  try {
    return use(join(folder, 'database.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The reader has one buffer for all pages, so whoever looks at a page too late sees another one. */
function paged(
  start: Uint8Array,
  size: number,
  copy: (buffer: Uint8Array, from: number) => void,
): Pick<Stored, 'header' | 'reader' | 'takeReads'> {
  const header = readHeader(start);
  if (!header.ok) throw new Error(header.error);
  const { pageSize } = header.value;
  const buffer = new Uint8Array(pageSize);
  let reads = 0;
  const reader: PageReader = {
    pageCount: Math.floor(size / pageSize),
    read(page) {
      if (!Number.isInteger(page) || page < 1 || page > reader.pageCount)
        throw new RangeError(`There is no page ${page}`);
      reads++;
      copy(buffer, (page - 1) * pageSize);
      return buffer;
    },
  };
  const takeReads = (): number => {
    const taken = reads;
    reads = 0;
    return taken;
  };
  return { header: header.value, reader, takeReads };
}

const knownRoots = new WeakMap<Stored, ReadonlyMap<string, number>>();

/** Root pages of all tables and indexes but sqlite_schema, by name. */
export function rootsOf(database: Stored): ReadonlyMap<string, number> {
  let roots = knownRoots.get(database);
  if (!roots) {
    const answer = database.ask(`SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0;`);
    roots = new Map(lines(answer).map(([name = '', root]) => [name, Number(root)]));
    knownRoots.set(database, roots);
  }
  return roots;
}

/** Every page that native sqlite3 finds in a b-tree or an overflow chain. */
export function dbstat(database: Stored): readonly StoredPage[] {
  const depth = `length(path) - length(replace(path, '/', ''))`;
  const answer = database.ask(`SELECT pageno, name, pagetype, ${depth} FROM dbstat;`);
  return lines(answer).map(([page, name = '', type, depth]) => {
    if (type !== 'internal' && type !== 'leaf' && type !== 'overflow') throw new Error(`A page of type ${type}`);
    return { page: Number(page), name, type, depth: Number(depth) };
  });
}

/** All page numbers of a file. */
export function allPages({ reader }: Stored): readonly number[] {
  return Array.from({ length: reader.pageCount }, (_none, index) => index + 1);
}

/** SQL for a table of so many rows of one text each. `length` may use the row's number `i`. */
export function filled(table: string, rows: number, length: number | string): string {
  return `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, n INT, body TEXT);
    INSERT INTO ${table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      SELECT i, i * 7919 % 100003, substr(hex(zeroblob((${length}) / 2 + 1)), 1, ${length}) FROM n WHERE ${rows} > 0;`;
}

/** Of everything that takes pages some: also overflow pages of the schema, of keys on interior pages, and free pages. */
export function everything(pageSize: number): string {
  const tables = Array.from(
    { length: 40 },
    (_none, index) => `CREATE TABLE empty${index}(a UNIQUE, b, PRIMARY KEY(b));`,
  );
  return `${filled('many', 6000, 'i % 50 + 20')}
    CREATE INDEX by_n ON many(n); CREATE INDEX by_body ON many(body, n); CREATE INDEX few ON many(n) WHERE n < 1000;
    CREATE TABLE long_text(a /* ${'x'.repeat(pageSize * 2)} */);
    ${filled('large', 40, `i * i % 7 * ${pageSize} / 2`)}
    INSERT INTO large SELECT -id, n, body FROM large; INSERT INTO large SELECT (1 << 62) - id, n, body FROM large WHERE id > 30;
    CREATE INDEX by_large ON large(body);
    CREATE TABLE pairs(a TEXT, b BLOB, c, PRIMARY KEY(a, c)) WITHOUT ROWID;
    INSERT INTO pairs SELECT body, zeroblob(id % 5 * ${pageSize}), id FROM large;
    CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO counted(a) VALUES (1);
    ${tables.join('\n')}
    ${filled('gone', 110, pageSize)} DROP TABLE gone;
    DELETE FROM many WHERE id % 3 = 0 OR id BETWEEN 2000 AND 3000; DELETE FROM large WHERE id % 4 = 0;
    ANALYZE;`;
}

function lines(answer: string): readonly (readonly string[])[] {
  return answer === '' ? [] : answer.split('\n').map((line) => line.split('|'));
}
