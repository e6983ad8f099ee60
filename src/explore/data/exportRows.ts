// Rows as a file to download: CSV, JSON and INSERT statements, a portion at a time.

import { quoteIdentifier, quoteText } from '../../database';
import type { Cell } from './cells';
import { bytesOfText, hasInvalidBytes } from './invalidText';

/** The forms in which rows are exported. */
export type ExportFormat = 'csv' | 'json' | 'sql';

/** What is to be written: under which names, into which table where it is statements, from which row on. */
export interface ExportForm {
  readonly format: ExportFormat;
  readonly names: readonly string[];
  readonly table?: string;
  readonly from: number;
}

/** Rows of a file, and where the next portion begins. */
export interface ExportedPortion {
  readonly text: string;
  readonly rows: number;
  /** No rows follow. */
  readonly last: boolean;
}

/** What stands before the first row: a header line, or the bracket of an array. */
export function exportHead(format: ExportFormat, columns: readonly string[]): string {
  if (format === 'sql') return '';
  return format === 'csv' ? csvLine(columns.map(csvField)) : '[';
}

/** What stands after the last row. */
export function exportTail(format: ExportFormat, rows: number): string {
  if (format !== 'json') return '';
  return rows === 0 ? ']\n' : '\n]\n';
}

/**
 * Rows of whole cells in a form; what all portions give is joined as it is.
 * CSV is RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) with the fields quoted that the sqlite3 shell quotes: NULL is an
 * empty field, the empty text is "". JSON is RFC 8259: an array of objects; an integer has all of its digits, and a blob is
 * `{"blob":"…"}` in hexadecimal, an infinite real 1e999, which reads as Infinity. A text that is not valid UTF-8 is no text to either
 * form: it is its bytes, in CSV as a blob is, in JSON as `{"invalid text":"…"}`.
 * INSERT statements name their columns, one statement a row.
 * @param first whether these are the first rows of the file
 * @param table that INSERT statements fill
 */
export function exportRows(
  format: ExportFormat,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  first: boolean,
  table = '',
): string {
  if (format === 'sql') {
    const start = `INSERT INTO ${quoteIdentifier(table)}(${columns.map(quoteIdentifier).join(', ')}) VALUES (`;
    return rows.map((row) => `${start}${row.map(literalOf).join(', ')});\n`).join('');
  }
  if (format === 'csv') {
    let text = '';
    for (const row of rows) text += csvLine(row.map(csvCell));
    return text;
  }
  const names = distinct(columns).map((name) => JSON.stringify(name));
  const objects = rows.map((row) => `{${row.map((cell, at) => `${names[at] ?? '""'}:${jsonCell(cell)}`).join(',')}}`);
  if (objects.length === 0) return '';
  return `${first ? '\n' : ',\n'}${objects.join(',\n')}`;
}

/** Columns of a query may have one name twice, members of an object may not: the second gets `:1`, as SQLite does it. */
function distinct(columns: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let count = 1; taken.has(name); count++) name = `${column}:${count}`;
    taken.add(name);
    return name;
  });
}

function csvLine(fields: readonly string[]): string {
  return `${fields.join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return csvField(hasInvalidBytes(cell) ? `x'${hexOf(bytesOfText(cell))}'` : cell);
  if (typeof cell !== 'object') return String(cell);
  if ('real' in cell) return cell.real;
  return 'start' in cell ? csvField(cell.start) : csvField(`x'${hexOf(cell.blob)}'`);
}

const PLAIN = /^[!#-&(-+\--~]+$/;

/** Quoted where the shell quotes (output_csv and needCsvQuote in its shell.c): empty, or with anything but plain ASCII. */
function csvField(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`;
}

function jsonCell(cell: Cell): string {
  if (cell === null) return 'null';
  if (typeof cell === 'string')
    return hasInvalidBytes(cell) ? `{"invalid text":"${hexOf(bytesOfText(cell))}"}` : JSON.stringify(cell);
  if (typeof cell !== 'object') return String(cell);
  if ('real' in cell) return cell.real.replace('Inf', '1e999');
  return 'start' in cell ? JSON.stringify(cell.start) : `{"blob":"${hexOf(cell.blob)}"}`;
}

/**
 * A whole value as SQL writes it. A NUL ends no text this way, bytes that are no character stay what they are, and so does the end of a
 * line in CR and LF, which the sqlite3 shell would read as LF alone.
 */
export function literalOf(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') {
    if (hasInvalidBytes(cell)) return `CAST(x'${hexOf(bytesOfText(cell))}' AS TEXT)`;
    return /[\0\r]/.test(cell)
      ? `(${cell
          .split(/([\0\r]+)/)
          .map(codedText)
          .join('||')})`
      : quoteText(cell);
  }
  if (typeof cell !== 'object') return String(cell);
  if ('real' in cell) return cell.real.replace('Inf', '9e999');
  return 'start' in cell ? quoteText(cell.start) : `x'${hexOf(cell.blob)}'`;
}

/** A part of a text, or signs that no literal can hold, by their numbers. */
function codedText(part: string): string {
  return /^[\0\r]/.test(part) ? `char(${Array.from(part, (sign) => sign.charCodeAt(0)).join(',')})` : quoteText(part);
}

/** Bytes in hexadecimal, in lower case. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
