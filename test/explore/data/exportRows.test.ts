// Exported rows, against what native sqlite3 writes and what a parser of JSON reads.
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runs } from '../../amount';
import type { Cell } from '../../../src/explore/data/cells';
import { exportHead, exportRows, exportTail, type ExportFormat } from '../../../src/explore/data/exportRows';
import { askNative, nativeDatabase } from '../../databases';
import { sqlite3 } from '../../sqlite3';

function whole(format: ExportFormat, columns: readonly string[], rows: readonly Cell[][], cut = 1): string {
  const parts = [rows.slice(0, cut), rows.slice(cut)].map((part, at) =>
    exportRows(format, columns, part, at === 0 || cut === 0),
  );
  return exportHead(format, columns) + parts.join('') + exportTail(format, rows.length);
}

/** What `sqlite3 -csv -header` prints, with the line ends of RFC 4180. */
function nativeCsv(bytes: Uint8Array, sql: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
  try {
    writeFileSync(join(folder, 'a.db'), bytes);
    const options = ['-csv', '-header', '-cmd', '.separator , "\\r\\n"', join(folder, 'a.db'), sql];
    return sqlite3(options).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const text = fc.string({ unit: 'grapheme', maxLength: 10 }).map((any) => any.replaceAll('\0', ''));
const awkward = fc.constantFrom(
  '',
  'a,b',
  'a "quoted" b',
  'two\nlines',
  'two\r\nlines',
  "it's",
  ' ',
  '=1+1',
  'é',
  '1',
  'NULL',
);
const cell: fc.Arbitrary<Cell> = fc.oneof(
  text,
  awkward,
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.integer({ min: -9999, max: 9999 }).map((n) => ({
    real: (n / 8)
      .toFixed(n % 8 === 0 ? 1 : 3)
      .replace(/0+$/, '')
      .replace(/\.$/, '.0')
      .replace('-0.0', '0.0'),
  })),
);

function literal(value: Cell): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `CAST(x'${Buffer.from(value).toString('hex')}' AS TEXT)`;
  if (typeof value === 'object') return 'real' in value ? value.real : 'NULL';
  return String(value);
}

describe('CSV', () => {
  it('is what sqlite3 -csv writes for the same rows, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
        const inserts = rows.map((row) => `INSERT INTO t VALUES (${row.map(literal).join(', ')});`).join('\n');
        const bytes = nativeDatabase(`CREATE TABLE t(a, "b c"); ${inserts}`);
        expect(whole('csv', ['a', 'b c'], rows)).toBe(nativeCsv(bytes, 'SELECT * FROM t'));
      }),
      runs(25),
    );
  });

  it('has a blob as SQL writes it, whole', () => {
    const blob = Uint8Array.of(0, 255, 16);
    expect(whole('csv', ['a'], [[{ blob, bytes: 3 }]])).toBe(`a\r\n"x'00ff10'"\r\n`);
  });
});

describe('JSON', () => {
  it('is read as the same values by whoever reads JSON, in however many portions it is written', () => {
    const readable = cell.filter((value) => typeof value !== 'bigint');
    fc.assert(
      fc.property(fc.array(fc.tuple(readable, readable), { maxLength: 20 }), fc.nat(20), (rows, cut) => {
        const plain = (value: Cell): unknown =>
          typeof value === 'object' && value !== null && 'real' in value ? Number(value.real) : value;
        const wanted = rows.map(([a, b]) => ({ a: plain(a), 'a:1': plain(b) }));
        expect(JSON.parse(whole('json', ['a', 'a'], rows, rows.length > 0 ? 1 + (cut % rows.length) : 0))).toEqual(
          wanted,
        );
      }),
      runs(100),
    );
  });

  it('keeps all digits of an integer, the infinite, and the bytes of a blob', () => {
    const rows: Cell[][] = [[9007199254740993n, { real: '-Inf' }, { blob: Uint8Array.of(1, 171), bytes: 2 }]];
    const written = whole('json', ['n', 'r', 'b'], rows);
    expect(written).toContain('"n":9007199254740993,');
    expect(JSON.parse(written)).toEqual([{ n: 9007199254740992, r: -Infinity, b: { blob: '01ab' } }]);
  });
});

describe('INSERT statements', () => {
  it('give back each sign of a text through the sqlite3 shell, ends of lines and NUL among them', () => {
    const texts = ['a\r\nb', '\r', 'x\0\r\n\0y', "it's\n", '', 'é\r'];
    const script = exportRows(
      'sql',
      ['v'],
      texts.map((value) => [value]),
      true,
      't',
    );
    const bytes = nativeDatabase(`CREATE TABLE t(v);\n${script}`);
    expect(askNative(bytes, 'SELECT hex(CAST(v AS BLOB)) FROM t;').toLowerCase().split('\n')).toEqual(
      texts.map((value) => Buffer.from(value).toString('hex')),
    );
  });
});
