// Reading ahead gives the bytes of the file, whatever the size of a piece, and asks for few pieces.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../amount';
import { same } from './sidecars';
import { ReadAhead } from '../../src/file/byteSource';

test('reading ahead gives the bytes that are there, in any order and by pieces of any size', () => {
  const view = fc.tuple(fc.nat(), fc.nat({ max: 40 }));
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(view),
      (bytes, piece, views) => {
        const ahead = new ReadAhead({ size: bytes.length, read: (from, to) => bytes.slice(from, to) }, piece);
        for (const [place, length] of views) {
          const start = place % (bytes.length + 1);
          const end = Math.min(start + length, bytes.length);
          const { buffer, byteOffset, byteLength } = ahead.view(start, end - start);
          expect(same(new Uint8Array(buffer, byteOffset, byteLength), bytes.subarray(start, end))).toBe(true);
        }
      },
    ),
    runs(100),
  );
});

test('reading ahead asks for a piece once where it is gone through forward', () => {
  let reads = 0;
  const ahead = new ReadAhead({ size: 1000, read: (from, to) => (reads++, new Uint8Array(to - from)) }, 100);
  for (let at = 0; at < 1000; at += 10) ahead.view(at, 10);
  expect(reads).toBe(10);
});
