// Text that is not valid UTF-8 keeps its bytes: they are marked where it is shown, and exported as what they are.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decoderOf } from '../../../src/engine/looking';
import { exportRows } from '../../../src/explore/data/exportRows';
import { bytesOfText, hasInvalidBytes } from '../../../src/explore/data/invalidText';
import { cellFacts, cellText, copied } from '../../../src/ui/explore/grid/cellText';
import { runs } from '../../amount';
import { nativeDatabase, withDatabase } from '../../databases';

const decode = withDatabase(nativeDatabase('CREATE TABLE t (a)'), decoderOf);

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .array(fc.constantFrom(0x6b, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x80, 0xed, 0xff), { maxLength: 30 })
    .map((all) => Uint8Array.from(all)),
  fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
);

it('whatever the bytes, they can be had back, and what is valid is the text that a browser decodes', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const text = decode(bytes, false);
      expect(bytesOfText(text)).toEqual(bytes);
      const browser = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      expect(hasInvalidBytes(text)).toBe(
        Buffer.compare(Buffer.from(new TextEncoder().encode(browser)), Buffer.from(bytes)) !== 0,
      );
      if (!hasInvalidBytes(text)) expect(text).toBe(browser);
    }),
    runs(500),
  );
});

it('a text that is cut off ends before its last character where that is not whole', () => {
  fc.assert(
    fc.property(anyBytes, fc.nat(40), (bytes, length) => {
      const start = decode(bytes.subarray(0, length), true);
      expect(decode(bytes, false).startsWith(start)).toBe(true);
      expect(length - bytesOfText(start).length).toBeLessThan(4 + Math.max(0, length - bytes.length));
    }),
    runs(500),
  );
});

it('a cell marks the bytes, and exports and the clipboard have them all', () => {
  const cell = decode(Uint8Array.of(0x6b, 0xe9), false);
  expect(cellText(cell)).toEqual({ text: 'k‹xE9›', kind: 'text' });
  expect(cellFacts(cell)).toBe('text, 2 characters, not valid UTF-8');
  expect(exportRows('csv', ['a'], [[cell]], true)).toBe('"x\'6be9\'"\r\n');
  expect(exportRows('json', ['a'], [[cell]], true)).toBe('\n{"a":{"invalid text":"6be9"}}');
  expect(copied({ type: 'text', text: cell, blob: new Uint8Array() })).toBe("x'6be9'");
});
