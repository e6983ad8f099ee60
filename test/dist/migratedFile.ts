// Judges a large file that was migrated, by native sqlite3 and by the bytes of the file that it was made of.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { expect } from 'vitest';
import { migration021, migrationFile } from '../databases';
import { makeSparseDatabase, PAGE_BYTES, type Recordings, type SparseDatabase } from './sparseDatabase';

/** A sparse database with the tables of the sample that migration 021 is made for, rows and all. */
export function makeLargeSample(path: string, recordings: Recordings): SparseDatabase {
  return makeSparseDatabase(path, migrationFile('samples/otc-base.sql'), recordings);
}

/** What native sqlite3 prints for statements on a file; throws where one fails. */
export function native(path: string, sql: string): string {
  return execFileSync('sqlite3', ['-batch', '-bail', path], {
    input: sql,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  }).trim();
}

/** A digest of the times, the size, and all bytes of the file that are not holes or links of a chain. */
export function fingerprint({ path, fullPages }: SparseDatabase): string {
  const { mtimeMs, ctimeMs, size } = statSync(path);
  const hash = createHash('sha256').update(JSON.stringify([mtimeMs, ctimeMs, size]));
  const page = Buffer.alloc(PAGE_BYTES);
  const file = openSync(path, 'r');
  for (const number of fullPages) {
    readSync(file, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
    hash.update(page);
  }
  closeSync(file);
  return hash.digest('hex');
}

/** Expects a file to be what migration 021 makes of `input`, as native SQLite sees it. */
export function expectMigrated(output: string, input: SparseDatabase): void {
  expect(native(output, 'PRAGMA quick_check; PRAGMA foreign_key_check;')).toBe('ok');
  expect(native(output, `${SCHEMA};`)).toBe(specifiedSchema(`${output}.specified`));
  expect(rowsIn(output, input)).toBe(rowsIn(input.path, input));
  // All else was added at the end.
  expect(differingPages(input, output)).toEqual([1]);
  expect(statSync(output).size).toBe(Number(native(output, 'PRAGMA page_count;')) * PAGE_BYTES);
}

const SCHEMA = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name';

/**
 * What native sqlite3 makes of the sample's tables and of migration 021 where no row is in the way, its statements one by one.
 * The one error that the migration is run in spite of is the column that is there.
 */
function specifiedSchema(path: string): string {
  makeLargeSample(path, { rows: 2, bytes: 100_000 });
  const tables = native(path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence';");
  native(path, tables.replaceAll(/.+/g, 'DELETE FROM $&;'));
  const { stderr } = spawnSync('sqlite3', ['-batch', path], { input: migration021, encoding: 'utf8' });
  const errors = stderr.split('\n').filter((line) => line.includes('rror near line'));
  expect(errors.filter((error) => !error.includes('duplicate column name'))).toEqual([]);
  const schema = native(path, `${SCHEMA};`);
  rmSync(path);
  return schema;
}

/** All values of the columns that the input's tables have; bodies by their length, for SQLite reads the chain only for more. */
function rowsIn(path: string, input: SparseDatabase): string {
  const selects = native(
    input.path,
    `SELECT 'SELECT ' || group_concat(iif(c.name = 'body', 'length(body)', c.name)) || ' FROM ' || t.name || ' ORDER BY rowid;'
      FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name ORDER BY t.name;`,
  );
  return native(path, `.mode quote\n${selects}`);
}

/** Numbers of the input's pages whose bytes are not the same in the output: all links of chains, all that is full, a sample of the rest. */
function differingPages(input: SparseDatabase, output: string): readonly number[] {
  const [had, has] = [openSync(input.path, 'r'), openSync(output, 'r')];
  const [one, other] = [Buffer.alloc(PAGE_BYTES), Buffer.alloc(PAGE_BYTES)];
  const full = new Set(input.fullPages);
  const differing: number[] = [];
  for (let page = 1; page <= input.size / PAGE_BYTES; page++) {
    const length = full.has(page) || page % 100 === 0 ? PAGE_BYTES : 64;
    const at = (page - 1) * PAGE_BYTES;
    readSync(had, one, 0, length, at);
    other.fill(255);
    readSync(has, other, 0, length, at);
    if (one.compare(other, 0, length, 0, length) !== 0) differing.push(page);
  }
  closeSync(had);
  closeSync(has);
  return differing;
}
