// Scripts that are not in UTF-8: nothing is guessed, and what they would be in another encoding is shown.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainUnread } from '../../src/ui/scripts/unreadScript';
import { decodeScript } from '../../src/ui/state/encodings';

const ANSI = Buffer.from("-- gr\xf6\xdfe\r\nSELECT 1;\r\nINSERT INTO ort VALUES ('K\xf6ln');\r\n", 'latin1');
const readingsOf = (bytes: Uint8Array) => explainUnread(bytes).readings;
/** Windows-1252, as far as it is Latin-1. */
const ansi = (text: string): Buffer => Buffer.from(text, 'latin1');
const wide = (text: string, isBig = false): Buffer => {
  const little = Buffer.from(text, 'utf16le');
  return isBig ? little.swap16() : little;
};
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
        more: 0,
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

  it('of Windows-1252 has its signs from 0x80 to 0x9F, and how many lines more there are', () => {
    const signs = Buffer.concat([ansi("UPDATE t SET price = '"), Buffer.from([0x80, 0x93, 0x97]), ansi(" 5';")]);
    expect(readingsOf(signs)[0]?.text).toBe("UPDATE t SET price = '€“— 5';");
    const many = ansi("INSERT INTO ort VALUES ('Köln');\r\n".repeat(20));
    expect(readingsOf(many)).toMatchObject([{ lines: [{ number: 1 }, { number: 2 }, { number: 3 }], more: 17 }]);
    const nothing = explainUnread(Buffer.concat([ansi('-- '), Buffer.from([0x81, 0x8d])]));
    expect(nothing.why).toContain('have no meaning in Windows-1252');
  });

  it('that is UTF-8 in some places is offered as both, and in Windows-1252 with the lines that this spoils', () => {
    const file = Buffer.concat([
      Buffer.from("INSERT INTO ort VALUES ('Köln');\n-- plain\n"),
      ansi("INSERT INTO ort VALUES ('Zürich');\n"),
    ]);
    const { why, readings } = explainUnread(file);
    expect(why).toMatch(/^is only in part in UTF-8\./);
    expect(readings).toMatchObject([
      { encoding: 'mixed', lines: [{ number: 3, text: "INSERT INTO ort VALUES ('Zürich');" }] },
      { encoding: 'windows-1252', lines: [{ number: 1, text: "INSERT INTO ort VALUES ('KÃ¶ln');" }, { number: 3 }] },
    ]);
    expect(readings[0]?.text).toBe("INSERT INTO ort VALUES ('Köln');\n-- plain\nINSERT INTO ort VALUES ('Zürich');\n");
    const oneLine = Buffer.concat([Buffer.from('-- Köln und Düren '), ansi('Zürich\n')]);
    expect(readingsOf(oneLine)[0]).toMatchObject({ encoding: 'mixed', text: '-- Köln und Düren Zürich\n' });
    // The mark of UTF-8 is no text in any other encoding.
    expect(readingsOf(Buffer.concat([Buffer.from('\uFEFF'), ansi('-- gr\xf6\xdfe')]))).toMatchObject([
      { encoding: 'mixed', text: '\uFEFF-- größe' },
    ]);
    const cut = explainUnread(Buffer.from("SELECT 'Köln';\n-- größ").subarray(0, -1));
    expect(cut.why).toMatch(/^ends in the midst of a character of UTF-8, so it may have been cut off\./);
  });

  it('in UTF-16 with half a character is not read with another in its place without a word', () => {
    for (const isBig of [false, true])
      for (const [text, line, halves] of [
        ["\uFEFFSELECT 1;\nUPDATE t SET a = 'x\ud83dy';\n", 2, 'half a character'],
        ["\uFEFFUPDATE t SET a = '\ude00';", 1, 'half a character'],
        ["UPDATE t SET a = '😀\ude00\ud83d😀';\n", 1, '2 half characters'],
        ['\uFEFFSELECT 1; -- \ud83d', 1, 'half a character'],
      ] as const) {
        const bytes = wide(text, isBig);
        expect(decodeScript(bytes)).toBeNull();
        const { why, readings } = explainUnread(bytes);
        expect(why).toContain(`has ${halves} (a surrogate of UTF-16 without the other one)`);
        expect(readings).toMatchObject([{ lines: [{ number: line }] }]);
        expect(readings[0]?.text).toBe(
          text.replaceAll(/(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/g, '\ufffd'),
        );
      }
    expect(decodeScript(wide("\uFEFFUPDATE t SET a = '😀';"))).toBe("\uFEFFUPDATE t SET a = '😀';");
  });

  it('in UTF-16 whose letters are not Latin is told as well, and UTF-32 is named', () => {
    const text = `-- ${'漢字仮名交文'.repeat(60)}\nUPDATE t SET a = '${'日本語'.repeat(40)}';\n`;
    expect(readingsOf(wide(text))).toMatchObject([{ encoding: 'utf-16le', text }]);
    expect(readingsOf(wide(text, true))).toMatchObject([{ encoding: 'utf-16be', text }]);
    const utf32 = Buffer.from('\uFEFF\0S\0E\0', 'utf16le');
    expect([decodeScript(utf32), explainUnread(utf32).why]).toEqual([
      null,
      'is in UTF-32, which the page does not read. Save it as UTF-8.',
    ]);
  });

  it('that goes on in UTF-16 behind text of another encoding, or the other way round, is read as neither, and offered as both', () => {
    const head = '-- plain\nCREATE TABLE t(a);\n'.repeat(300);
    const tail = "INSERT INTO t VALUES ('Köln');\n";
    const appended = "DELETE FROM t WHERE a = 'x';\r\n";
    for (const [bytes, text, line, shown] of [
      // PowerShell's >> behind a file of any length.
      [[Buffer.from(head), wide(tail)], head + tail, 601, tail],
      [[Buffer.from(head), wide(`\uFEFF${tail}`)], head + tail, 601, tail],
      [[Buffer.from(head), wide(tail, true)], head + tail, 601, tail],
      [[Buffer.from('SELECT 1;\n'), wide(appended)], `SELECT 1;\n${appended}`, 2, appended],
      [[ansi('-- größe\n'), wide(tail)], `-- größe\n${tail}`, 2, tail],
      // echo … >> behind a file of PowerShell's.
      [[wide(`\uFEFF${tail}`), Buffer.from(appended)], tail + appended, 2, appended],
      [[wide(tail, true), Buffer.from(appended)], tail + appended, 2, appended],
    ] as const) {
      const file = Buffer.concat(bytes);
      expect(decodeScript(file)).toBeNull();
      const { why, readings } = explainUnread(file);
      expect(why).toContain(` in line ${line}: a program has written behind what was there.`);
      expect(readings).toMatchObject([
        { encoding: 'joined', text, lines: [{ number: line, text: shown.trim() }], more: 0 },
      ]);
    }
    // A NUL, or a few, make no UTF-16 of a file, and Chinese at the end of UTF-16 is no ASCII.
    for (const plain of ['SELECT 1;\0', `${head}\0${head}`, `SELECT 1;${'\0'.repeat(99)}`])
      expect(decodeScript(Buffer.from(plain)) === plain).toBe(true);
    const chinese = `\uFEFFSELECT 1; -- ${'漢字仮名交文'.repeat(9)}`;
    expect(decodeScript(wide(chinese))).toBe(chinese);
  });

  it('of the page’s own sources is read', () => {
    expect(decodeScript(readFileSync(new URL(import.meta.url)))).toContain('of the page’s own sources');
  });
});
