// The overlay behaves as a plain array of bytes that starts as a copy of its source, and its source is never written.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Overlay, sourceOfBytes, type ByteSource } from '../../src/engine/overlay';
import { ReadCache } from '../../src/engine/readCache';

/** One step: bytes written at a place, the file cut or grown, or a range read. */
type Step =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly size: number }
  | { readonly kind: 'read'; readonly from: number; readonly to: number };

const position = fc.nat({ max: 5000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    at: position,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 1500 }),
  }),
  fc.record({ kind: fc.constant('resize' as const), size: position }),
  fc.record({ kind: fc.constant('read' as const), from: position, to: position }),
);
const content = fc.uint8Array({ maxLength: 4000, size: 'max' });
const pageSize = fc.constantFrom(512, 1024, 4096, 65536);

/** What the overlay has to be: an array that is copied for every change. */
function applied(bytes: Uint8Array, change: Step): Uint8Array {
  if (change.kind === 'read') return bytes;
  const size = change.kind === 'resize' ? change.size : Math.max(bytes.length, change.at + change.bytes.length);
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size));
  if (change.kind === 'write') result.set(change.bytes, change.at);
  return result;
}

function take(overlay: Overlay, change: Step): void {
  if (change.kind === 'write') overlay.write(change.at, change.bytes);
  if (change.kind === 'resize') overlay.resize(change.size);
}

/** Whether two runs of bytes are the same; faster than comparing them number by number. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** The bytes of all segments, one after the other. */
function joined(overlay: Overlay, source: ByteSource): Uint8Array {
  const parts = overlay
    .segments()
    .map((segment) => (segment.from === 'source' ? source.read(segment.start, segment.end) : segment.bytes));
  return new Uint8Array(Buffer.concat(parts));
}

describe('an overlay', () => {
  test('reads, writes, grows and is cut as an array of bytes is', () => {
    fc.assert(
      fc.property(content, pageSize, fc.array(step, { maxLength: 25 }), (bytes, size, steps) => {
        const kept = bytes.slice();
        const source = sourceOfBytes(bytes);
        const overlay = new Overlay(source, size);
        let model: Uint8Array = bytes.slice();
        for (const change of steps) {
          take(overlay, change);
          model = applied(model, change);
          expect(overlay.size).toBe(model.length);
          if (change.kind === 'read') {
            expect(
              same(overlay.read(change.from, change.to), model.subarray(change.from, Math.max(change.from, change.to))),
            ).toBe(true);
          }
        }
        expect(same(overlay.read(0, overlay.size), model)).toBe(true);
        expect(same(joined(overlay, source), model)).toBe(true);
        expect(same(bytes, kept)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('over another overlay leaves that one as it is', () => {
    fc.assert(
      fc.property(
        content,
        fc.array(step, { maxLength: 8 }),
        fc.array(step, { maxLength: 8 }),
        (bytes, first, second) => {
          const lower = new Overlay(sourceOfBytes(bytes), 512);
          for (const change of first) take(lower, change);
          const middle = lower.read(0, lower.size).slice();
          const upper = new Overlay(lower, 512);
          for (const change of second) take(upper, change);
          expect(same(lower.read(0, lower.size), middle)).toBe(true);
          expect(same(upper.read(0, upper.size), second.reduce(applied, middle))).toBe(true);
        },
      ),
    );
  });

  test('says which pages are written, and holds no other', () => {
    const overlay = new Overlay(sourceOfBytes(new Uint8Array(4096 * 4).fill(7)), 4096);
    overlay.write(4096 * 2 + 5, Uint8Array.of(1));
    overlay.write(4096 * 4, new Uint8Array(4096));
    expect(overlay.writtenPages).toEqual([2, 4]);
    expect(overlay.writtenBytes).toBe(8192);
    expect(overlay.segments().map(({ from }) => from)).toEqual(['source', 'overlay', 'source', 'overlay']);
  });

  test('does not bring back bytes of the source that were cut off', () => {
    const overlay = new Overlay(sourceOfBytes(new Uint8Array(3000).fill(7)), 1024);
    overlay.resize(100);
    overlay.resize(3000);
    expect(overlay.read(0, 3000)).toEqual(new Uint8Array(3000).fill(7, 0, 100));
  });

  test('reads a page from the source as often as it is asked, and a page that is overwritten whole not at all', () => {
    const asked: (readonly [number, number])[] = [];
    const source: ByteSource = {
      size: 8192,
      read: (start, end) => {
        asked.push([start, end]);
        return new Uint8Array(end - start);
      },
    };
    const overlay = new Overlay(source, 4096);
    overlay.write(4096, new Uint8Array(4096).fill(1));
    expect(asked).toEqual([]);
    overlay.read(0, 16);
    expect(asked).toEqual([[0, 16]]);
  });
});

describe('a read cache', () => {
  const megabyte = 1 << 20;
  const bytes = Uint8Array.from({ length: 5 * megabyte + 123 }, (_, at) => (at * 7919) >> 5);
  const counting = (): { readonly source: ByteSource; readonly read: () => number } => {
    let total = 0;
    const read = (start: number, end: number): Uint8Array => {
      total += end - start;
      return bytes.slice(start, end);
    };
    return { source: { size: bytes.length, read }, read: () => total };
  };
  const range = fc.tuple(fc.nat({ max: bytes.length }), fc.nat({ max: 3 * megabyte }));

  test('gives the bytes of its source, however little it may keep', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), fc.constantFrom(0, megabyte, 64 * megabyte), (ranges, limit) => {
        const cache = new ReadCache(counting().source, limit);
        for (const [start, length] of ranges) {
          const end = Math.min(start + length, bytes.length);
          expect(Buffer.compare(cache.read(start, end), bytes.subarray(start, end))).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('reads a file that fits once', () => {
    const { source, read } = counting();
    const cache = new ReadCache(source, 64 * megabyte);
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < bytes.length; at += 4096) cache.read(at, Math.min(at + 4096, bytes.length));
    }
    expect(read()).toBe(bytes.length);
  });
});
