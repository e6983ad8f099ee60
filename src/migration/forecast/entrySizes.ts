// The sizes of the records that a statement will store: index entries and copied rows, measured in SQL on a sample of rows.

import { quoteIdentifier, type Database, type Outcome } from '../../database';
import { SAMPLE, type TableSample } from './tableSample';

/** A value of a record to be stored. */
export interface StoredValue {
  /** SQL over the columns of the rows that are measured. */
  readonly sql: string;
  /** It is a column as it is stored, and no expression. */
  readonly plain: boolean;
}

/** What rows to measure, and what is stored of each. */
export interface RecordRequest {
  readonly sample: TableSample;
  /** A FROM term over the sample's rows, with the columns by the names that they have for `values` and `where`. */
  readonly from: string;
  readonly values: readonly StoredValue[];
  /** The condition by which rows are stored, or null for all. */
  readonly where: string | null;
  /** Bytes that each record has beside its values: a rowid. */
  readonly further: number;
}

/** The bytes of the record of each of the sample's rows that is stored, or SQLite's error. */
export function measureRecords(database: Database, request: RecordRequest): Outcome<readonly number[]> {
  const { sample, from, values, where, further } = request;
  // Deep trees of operators have a limit, and long lists of arguments too.
  const bytes = values.length === 0 ? '0' : values.map(bytesOf).join(' + ');
  const condition = where === null ? '' : ` WHERE (${where})`;
  const read = database.query(
    `${sample.rows ?? `WITH ${SAMPLE} AS (SELECT 1 WHERE 0)`} SELECT group_concat(bytes) FROM (SELECT ${bytes} AS bytes FROM ${from}${condition})`,
  );
  if (!read.ok) return read;
  const joined = read.value[0]?.[0];
  const sizes = typeof joined === 'string' || typeof joined === 'number' ? String(joined).split(',') : [];
  const header = values.length + (further > 0 ? 1 : 0) > 126 ? 2 : 1;
  return { ok: true, value: sizes.map((size) => header + further + Number(size)) };
}

/** A FROM term: the sample's rows with columns of these names. */
export function rowsNamed(columns: Iterable<readonly [name: string, sql: string]>, base: string, name: string): string {
  const list = [...columns].map(([column, sql]) => `${sql} AS ${quoteIdentifier(column)}`);
  return `(SELECT ${list.length === 0 ? 'NULL' : list.join(', ')} FROM ${base}) AS ${quoteIdentifier(name)}`;
}

/**
 * SQL for the bytes that a value takes in a record, its serial type included
 * (https://sqlite.org/fileformat2.html, 2.1 “Record Format”). Of text and blobs it reads the length alone.
 */
export function bytesOf({ sql, plain }: StoredValue): string {
  const whole = `CASE WHEN ${sql} IN (0, 1) THEN 0 WHEN ${sql} BETWEEN -128 AND 127 THEN 1
    WHEN ${sql} BETWEEN -32768 AND 32767 THEN 2 WHEN ${sql} BETWEEN -8388608 AND 8388607 THEN 3
    WHEN ${sql} BETWEEN -2147483648 AND 2147483647 THEN 4
    WHEN ${sql} BETWEEN -140737488355328 AND 140737488355327 THEN 6 ELSE 8 END`;
  // A column of REAL affinity keeps whole numbers as integers.
  const real = plain ? `CASE WHEN ${sql} = CAST(${sql} AS INTEGER) THEN ${whole} ELSE 8 END` : '8';
  return `CASE typeof(${sql}) WHEN 'null' THEN 1 WHEN 'integer' THEN 1 + ${whole} WHEN 'real' THEN 1 + ${real}
    ELSE octet_length(${sql}) + CASE WHEN octet_length(${sql}) < 58 THEN 1 WHEN octet_length(${sql}) < 8186 THEN 2
      WHEN octet_length(${sql}) < 1048570 THEN 3 ELSE 4 END END`;
}
