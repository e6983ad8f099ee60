// Values as a grid gets them: exact, and no larger than what is looked at.

import type { Row } from '../../database';

/**
 * A value as a grid gets it. A string is a text that is whole; a longer one comes as its beginning and its size in bytes. A real
 * comes in SQLite's own digits, a blob as its first bytes and its size.
 */
export type Cell =
  | null
  | number
  | bigint
  | string
  | { readonly real: string }
  | { readonly start: string; readonly bytes: number }
  | { readonly blob: Uint8Array; readonly bytes: number };

/** A text or blob as a whole. */
export interface WholeValue {
  readonly type: 'null' | 'integer' | 'real' | 'text' | 'blob';
  /** The text, or SQLite's writing of the number; empty for a blob. */
  readonly text: string;
  /** The bytes of a blob, else empty. */
  readonly blob: Uint8Array;
}

/** Bytes of a text, and of a blob, that a cell gets. */
export interface CellLimits {
  readonly text: number;
  readonly blob: number;
  /** Reals with as many digits as give the same value again, instead of the 15 that SQLite shows. */
  readonly exactReals?: boolean;
}

/** What a grid shows of a value. */
export const GLANCE: CellLimits = { text: 400, blob: 24 };
/** SQLite's limit for a value is below this (https://sqlite.org/limits.html). */
export const WHOLE: CellLimits = { text: 2 ** 31, blob: 2 ** 31 };

/** What a statement needs that is to store the same value. */
export const EXACT: CellLimits = { ...WHOLE, exactReals: true };

/** Turns bytes into text by the encoding of the database; where they are cut off, an incomplete character is left out. */
export type Decode = (bytes: Uint8Array, isCut: boolean) => string;

/** What asks for a value: itself, or the beginning of its bytes, and a size that is negative (less one) for blobs. */
export function cellSql(column: string, limits: CellLimits): string {
  const real = limits.exactReals ? `quote(${column})` : `CAST(${column} AS TEXT)`;
  const value = `CASE typeof(${column}) WHEN 'text' THEN substr(CAST(${column} AS BLOB), 1, ${limits.text})
    WHEN 'blob' THEN substr(${column}, 1, ${limits.blob}) WHEN 'real' THEN ${real} ELSE ${column} END`;
  const size = `CASE typeof(${column}) WHEN 'text' THEN octet_length(${column})
    WHEN 'blob' THEN -1 - octet_length(${column}) END`;
  return `${value}, ${size}`;
}

/** The cells of a row that `cellSql` asked for. Bytes, since text with a NUL or invalid UTF-8 is not whole as a string. */
export function cellsOf(row: Row, decode: Decode): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at + 1 < row.length; at += 2) {
    const value = row[at] ?? null;
    const size = row[at + 1] ?? null;
    if (size === null) cells.push(typeof value === 'string' ? { real: value } : (value as null | number | bigint));
    else {
      // SQLite gives NULL for a part of nothing.
      const bytes = value instanceof Uint8Array ? value : new Uint8Array();
      const whole = Number(size);
      if (whole < 0) cells.push({ blob: bytes, bytes: -1 - whole });
      else cells.push(bytes.length === whole ? decode(bytes, false) : { start: decode(bytes, true), bytes: whole });
    }
  }
  return cells;
}

/** A cell that was read with `WHOLE`, or that was short, as a value. */
export function wholeOf(cell: Cell): WholeValue {
  const blob = new Uint8Array();
  if (cell === null) return { type: 'null', text: '', blob };
  if (typeof cell === 'string') return { type: 'text', text: cell, blob };
  if (typeof cell !== 'object') return { type: 'integer', text: String(cell), blob };
  if ('real' in cell) return { type: 'real', text: cell.real, blob };
  if ('start' in cell) return { type: 'text', text: cell.start, blob };
  return { type: 'blob', text: '', blob: cell.blob };
}
