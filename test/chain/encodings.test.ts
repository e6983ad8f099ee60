// Scripts that are not in UTF-8: nothing is guessed, and what they would be in another encoding is shown.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeScript, readingsOf } from '../../src/ui/state/encodings';

const ANSI = Buffer.from("-- gr\xf6\xdfe\r\nSELECT 1;\r\nINSERT INTO ort VALUES ('K\xf6ln');\r\n", 'latin1');
const WIDE = "CREATE TABLE ort(name TEXT DEFAULT 'Köln');\n";

describe('A script', () => {
  it('in UTF-8 is read as it is, its byte order mark and line ends with it', () => {
    const mixed = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\r\n', '\n', 'SELECT 1;')));
    fc.assert(
      fc.property(mixed, fc.constantFrom('', '\uFEFF'), (parts, mark) => {
        const script = `${mark}SELECT 'a';${parts.join('').replaceAll('\0', '')}`;
        expect(decodeScript(new TextEncoder().encode(script))).toBe(script);
      }),
      { numRuns: 30, seed: 16 },
    );
  });

  it('in UTF-16 that says so is read', () => {
    const little = Buffer.from(`\uFEFF${WIDE}`, 'utf16le');
    expect(decodeScript(little)).toBe(`\uFEFF${WIDE}`);
    expect(decodeScript(Buffer.from(little).swap16())).toBe(`\uFEFF${WIDE}`);
  });

  it('as an editor of Windows writes it (ANSI) is not read, and would be Windows-1252, with the lines that decide it', () => {
    expect(decodeScript(ANSI)).toBeNull();
    expect(readingsOf(ANSI)).toEqual([
      {
        encoding: 'windows-1252',
        name: 'Windows-1252',
        text: "-- größe\r\nSELECT 1;\r\nINSERT INTO ort VALUES ('Köln');\r\n",
        lines: [
          { number: 1, text: '-- größe' },
          { number: 3, text: "INSERT INTO ort VALUES ('Köln');" },
        ],
      },
    ]);
  });

  it('in UTF-16 that does not say so is not read, also where all of it is ASCII, and would be UTF-16', () => {
    const ascii = Buffer.from('CREATE TABLE t(a);\nSELECT 1;', 'utf16le');
    const big = Buffer.from(WIDE, 'utf16le').swap16();
    expect([decodeScript(ascii), decodeScript(big)]).toEqual([null, null]);
    expect(readingsOf(ascii)).toMatchObject([
      {
        encoding: 'utf-16le',
        name: 'UTF-16 (little-endian)',
        lines: [{ number: 1 }, { number: 2, text: 'SELECT 1;' }],
      },
    ]);
    expect(readingsOf(big)).toMatchObject([{ encoding: 'utf-16be', text: WIDE }]);
  });

  it('in UTF-16 that was cut in a letter is not read as anything', () => {
    const cut = Buffer.from(`\uFEFF${WIDE}`, 'utf16le').subarray(0, -1);
    expect(decodeScript(cut)).toBeNull();
    expect(readingsOf(cut)).toEqual([]);
  });

  it('of one very long line shows the place that is no UTF-8', () => {
    const long = Buffer.concat([Buffer.from(`INSERT INTO t VALUES ('${'x'.repeat(5_000)}`), ANSI]);
    const [reading] = readingsOf(long);
    expect(reading?.lines[0]?.text).toContain('größe');
    expect(reading?.lines[0]?.text.length).toBeLessThan(130);
  });

  it('of the page’s own sources is read', () => {
    expect(decodeScript(readFileSync(new URL(import.meta.url)))).toContain('of the page’s own sources');
  });
});
