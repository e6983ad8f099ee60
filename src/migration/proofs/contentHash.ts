// A hash over the values of a table's columns. The values are encoded in SQL, where they are exact: integers beyond 2^53,
// invalid UTF-8 and text with NUL would not survive the way into JavaScript.

import { encodingOf, quoteIdentifier, type Database, type Outcome, foldName } from '../../database';
import type { Relation } from '../../schema/schema';

/** A running hash over bytes. */
export interface Hasher {
  /** What the hash is called: `SHA-256`, `BLAKE3`. */
  readonly algorithm: string;
  update(bytes: Uint8Array): void;
  /** The hash of all bytes since the last digest, in hexadecimal; the hasher starts anew. */
  digest(): string;
}

const ROWS_AT_ONCE = 500;
const BYTES_AT_ONCE = 1 << 20;
const ARGUMENTS_AT_ONCE = 500;

/** Whether rowids are hashed along with the values of a row, and in which order the rows are taken: by rowid or key, or by their values. */
export type Manner = 'with rowids' | 'values only' | 'in any order';

/**
 * Hashes the given columns of a table.
 * @param onRows is told how many rows have been hashed since it was last told
 * Gives the hash with the name of its algorithm before it, or SQLite's error where the values cannot be read.
 */
export function hashContent(
  database: Database,
  relation: Relation,
  columns: readonly string[],
  hasher: Hasher,
  onRows: (rows: number) => void = () => undefined,
  manner: Manner = 'with rowids',
): Outcome<string> {
  const table = quoteIdentifier(relation.name);
  const utf8 = encodingOf(database) === 'UTF-8';
  const encoded = joined(columns.map((column) => encode(column, utf8)));
  const digest = (): string => `${hasher.algorithm} ${hasher.digest()}`;
  const rowid = relation.withoutRowid ? null : rowidName(relation);
  // A hasher that was left in the middle of an error starts anew.
  hasher.digest();
  const take = (bytes: unknown): void => {
    if (bytes instanceof Uint8Array) hasher.update(bytes);
    hasher.update(SEPARATOR);
  };
  if (rowid === null || manner === 'in any order') {
    const order = manner === 'in any order' ? 'ORDER BY 1' : orderOf(relation);
    const sql = `SELECT CAST(${encoded} AS BLOB) FROM main.${table} NOT INDEXED ${order}`;
    const outcome = database.visit(sql, [], ([row]) => {
      take(row);
      onRows(1);
    });
    if (outcome.ok) return { ok: true, value: digest() };
    // What SQLite says where the key of such a table needs a collation that is missing; a check of the table names it.
    const check = database.compile(`PRAGMA main.quick_check(${table})`);
    return outcome.error.message === 'no query solution' && !check.ok ? check : outcome;
  }
  // Joined in SQL, 500 rows cross at a time, or fewer where they are large; from the last rowid on, so that no batch reads
  // what another has read. Where a batch ends leaves no trace in what is hashed.
  let limit = ROWS_AT_ONCE;
  let comparison = '>=';
  let last = '-9223372036854775808';
  for (;;) {
    const batch = database.query(
      `SELECT max(r), count(*), CAST(group_concat(x, ';') AS BLOB) FROM (
         SELECT ${rowid} AS r, ${manner === 'with rowids' ? joined([rowid, encoded]) : encoded} AS x FROM main.${table} NOT INDEXED
         WHERE ${rowid} ${comparison} CAST(? AS INTEGER) ORDER BY ${rowid} LIMIT ${limit})`,
      [last],
    );
    if (!batch.ok) {
      if (limit === 1 || !/too big|out of memory/.test(batch.error.message)) return batch;
      limit = Math.ceil(limit / 8);
      continue;
    }
    const [greatest, rows, bytes] = batch.value[0] ?? [];
    if (Number(rows) > 0) take(bytes);
    onRows(Number(rows));
    if (Number(rows) < limit) return { ok: true, value: digest() };
    comparison = '>';
    last = String(greatest);
    const bytesPerRow = bytes instanceof Uint8Array ? bytes.length / Number(rows) : 1;
    limit = Math.min(ROWS_AT_ONCE, Math.max(1, Math.floor(BYTES_AT_ONCE / bytesPerRow)));
  }
}

const SEPARATOR = Uint8Array.of(59);

/**
 * A value with its type, so that no two rows look alike. Text goes with its length before it and as its own bytes, a NUL
 * and invalid UTF-8 included; in UTF-16 those would be converted on the way, so there it goes in hexadecimal.
 */
function encode(column: string, utf8: boolean): string {
  const name = quoteIdentifier(column);
  const text = utf8 ? `'t' || octet_length(${name}) || ':' || ${name}` : `'t' || hex(${name})`;
  return `CASE typeof(${name}) WHEN 'text' THEN ${text} WHEN 'real' THEN ${encodeReal(name)} ELSE quote(${name}) END`;
}

/**
 * quote() gives the digits that make a real what it is, but not the sign of a zero; atan2() goes by that. A comparison would
 * go by the collation of the column, which this engine may not have.
 */
function encodeReal(name: string): string {
  return `CASE WHEN ${name} COLLATE BINARY = 0.0 AND atan2(${name}, -1.0) < 0.0 THEN 'r-0.0' ELSE 'r' || quote(${name}) END`;
}

/** One expression of many, within SQLite's limits on arguments and on the depth of an expression. */
function joined(expressions: readonly string[]): string {
  if (expressions.length <= 1) return expressions[0] ?? "''";
  if (expressions.length <= ARGUMENTS_AT_ONCE) return `concat_ws(',', ${expressions.join(', ')})`;
  const groups: string[] = [];
  for (let at = 0; at < expressions.length; at += ARGUMENTS_AT_ONCE) {
    groups.push(joined(expressions.slice(at, at + ARGUMENTS_AT_ONCE)));
  }
  return joined(groups);
}

/**
 * The order of the rows of a table without rowid: there SQLite may take another index that has all columns, whatever
 * NOT INDEXED says. By bytes no two keys are equal, and a key of the usual kind needs no sort.
 */
function orderOf({ withoutRowid, columns }: Relation): string {
  const key = columns.filter(({ primaryKey }) => primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);
  if (!withoutRowid || key.length === 0) return '';
  return `ORDER BY ${key.map(({ name }) => `${quoteIdentifier(name)} COLLATE BINARY`).join(', ')}`;
}

/** The name by which this table's rowid can be asked for: a column may have taken one, or all three, of them. */
function rowidName(relation: Relation): string | null {
  const taken = new Set(relation.columns.map((column) => foldName(column.name)));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null;
}
