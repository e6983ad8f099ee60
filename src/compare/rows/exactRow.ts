// Rows as they are stored: the type and the bytes of each value. Neither affinity nor collation has a say in whether two are equal.

import { quoteIdentifier, type Row, type SqlValue } from '../../database';
import type { Cell, CellLimits, Decode } from '../../explore/data/cells';

/** Values with their types. A text is its bytes in the encoding of its database; integers beyond 2^53 are bigint. */
export interface ExactRow {
  /** For each value the first letter of SQLite's name for its type: null, integer, real, text, blob. */
  readonly types: string;
  readonly values: readonly SqlValue[];
}

/** SQLite takes so many arguments of a function in every build. */
const ARGUMENTS_AT_ONCE = 100;

/** What asks for columns so that `exactRow` can read them: the types in one text, then the values. */
export function exactSql(columns: readonly string[]): string {
  const names = columns.map(quoteIdentifier);
  const letters = names.map((name) => `substr(typeof(${name}), 1, 1)`);
  const values = names.map((name) => `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`);
  return [concatenated(letters), ...values].join(', ');
}

function concatenated(expressions: readonly string[]): string {
  if (expressions.length === 0) return "''";
  const groups: string[] = [];
  for (let at = 0; at < expressions.length; at += ARGUMENTS_AT_ONCE) {
    groups.push(`(${expressions.slice(at, at + ARGUMENTS_AT_ONCE).join(' || ')})`);
  }
  return groups.length === 1 ? (groups[0] ?? '') : concatenated(groups);
}

/** Reads what `exactSql` asked for, from a place in a row of the result on. */
export function exactRow(row: Row, at: number, columns: number): ExactRow {
  return { types: String(row[at] ?? ''), values: row.slice(at + 1, at + 1 + columns) };
}

/** Whether a value is the same in two rows, by type and by bytes. */
function isSameValue(one: ExactRow, other: ExactRow, at: number): boolean {
  if (one.types[at] !== other.types[at]) return false;
  const [a = null, b = null] = [one.values[at], other.values[at]];
  if (a instanceof Uint8Array && b instanceof Uint8Array) return areSameBytes(a, b);
  // Of reals, -0.0 is not 0.0.
  return Object.is(a, b);
}

/** Places of the values that differ. */
export function differingValues(one: ExactRow, other: ExactRow): number[] {
  const places: number[] = [];
  for (let at = 0; at < one.values.length; at++) if (!isSameValue(one, other, at)) places.push(at);
  return places;
}

/** A row as a string that no other row has. */
export function keyOf({ types, values }: ExactRow): string {
  return values
    .map((value, at) => {
      const letter = types[at] ?? 'n';
      if (value instanceof Uint8Array) return `${letter}${value.length}:${binaryString(value)}`;
      return Object.is(value, -0) ? `${letter}-0` : `${letter}${String(value)}`;
    })
    .join('|');
}

/** A character for each byte. */
export function binaryString(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

function areSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** About how many bytes a row takes. */
export function sizeOf({ values }: ExactRow): number {
  return values.reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.length : 8), 0);
}

/** A value as a grid gets it. A real comes with all the digits that tell it from every other. */
export function cellOf({ types, values }: ExactRow, at: number, limits: CellLimits, decode: Decode): Cell {
  const value = values[at] ?? null;
  if (value instanceof Uint8Array) {
    if (types[at] === 'b') return { blob: value.slice(0, limits.blob), bytes: value.length };
    if (value.length <= limits.text) return decode(value, false);
    return { start: decode(value.subarray(0, limits.text), true), bytes: value.length };
  }
  if (types[at] === 'r') return { real: realText(Number(value)) };
  return value;
}

/** A real in SQLite's manner of writing, with as many digits as it takes: `3.0`, `1.0e+21`, `-0.0`, `Inf`. */
export function realText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const [digits = '', exponent] = text.split('e');
  const mantissa = digits.includes('.') ? digits : `${digits}.0`;
  return exponent === undefined ? mantissa : `${mantissa}e${exponent}`;
}
