// What a grid writes for a value: never markup, and never a line break or an invisible character.

import type { Cell, WholeValue } from '../../../explore/data/cells';
import { bytesOfText, hasInvalidBytes } from '../../../explore/data/invalidText';
import { hexOf } from '../../../explore/data/exportRows';
import { counted, size } from '../../../words';

/** A value as a cell shows it. */
export interface CellText {
  readonly text: string;
  readonly kind: 'null' | 'number' | 'text' | 'empty' | 'blob';
}

/** No column is wider than so many characters, and no browser has to lay out more. */
const SHOWN_CHARACTERS = 160;
const SHOWN_BYTES = 12;

/** What stands in the cell. */
export function cellText(cell: Cell): CellText {
  if (cell === null) return { text: 'NULL', kind: 'null' };
  if (cell === '') return { text: 'empty', kind: 'empty' };
  if (typeof cell === 'string') return { text: oneLine(cell, false), kind: 'text' };
  if (typeof cell !== 'object') return { text: String(cell), kind: 'number' };
  if ('real' in cell) return { text: cell.real, kind: 'number' };
  if ('start' in cell) return { text: oneLine(cell.start, true), kind: 'text' };
  const start = hexOf(cell.blob.subarray(0, SHOWN_BYTES));
  return { text: `${size(cell.bytes)} · ${start}${cell.bytes > SHOWN_BYTES ? '…' : ''}`, kind: 'blob' };
}

/** What a value is, in a few words: its type and how large it is. */
export function cellFacts(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string')
    return `text, ${counted(cell.length, 'character')}${hasInvalidBytes(cell) ? ', not valid UTF-8' : ''}`;
  if (typeof cell !== 'object') return 'integer';
  if ('real' in cell) return 'real';
  return 'start' in cell ? `text, ${size(cell.bytes)}, cut here` : `blob, ${size(cell.bytes)}`;
}

/** What is copied of a whole value: a blob as SQL writes it, and so the bytes of a text that is not valid; all else as it is. */
export function copied({ type, text, blob }: WholeValue): string {
  if (type === 'null') return 'NULL';
  if (type !== 'blob' && !hasInvalidBytes(text)) return text;
  return `x'${hexOf(type === 'blob' ? blob : bytesOfText(text))}'`;
}

/** Bytes as a hex dump: 16 a line, with their offset and what they are in ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = Array.from(row, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return lines.join('\n');
}

/** Bytes that are no part of a character of UTF-8, with their number: `k‹xE9›`. */
export function markInvalid(text: string): string {
  const mark = (byte: string): string => `‹x${(byte.charCodeAt(0) & 0xff).toString(16).toUpperCase()}›`;
  return text.replace(/[\udc80-\udcff]/gu, mark);
}

/** Line breaks and tabs get a sign, other control characters their number, so that a NUL is seen. */
function oneLine(text: string, isCut: boolean): string {
  const start = text.slice(0, SHOWN_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');
  const visible = start.replaceAll('\n', '↵').replaceAll('\t', '⇥');
  const plain = visible.replace(/\p{Cc}/gu, (character) => {
    return `‹${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}›`;
  });
  const marked = markInvalid(plain);
  return isCut || text.length > start.length ? `${marked}…` : marked;
}
