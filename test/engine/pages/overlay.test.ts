// The overlay behaves as a plain array of bytes that starts as a copy of its source, and its source is never written.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { Overlay } from '../../../src/engine/pages/overlay';
import { sourceOfBytes, type ByteSource } from '../../../src/file/byteSource';
import { ReadCache } from '../../../src/engine/pages/readCache';

const MEGABYTE = 1 << 20;

/** One step: bytes written at a place, the file cut or grown, or a range read. */
type Step =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly size: number }
  | { readonly kind: 'read'; readonly from: number; readonly to: number };

/** Any steps whose positions come from the given ones. */
function steps(position: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<readonly Step[]> {
  const length = fc.oneof(fc.constantFrom(1, 16, 24, 25, 100, 512, 1024, 4096), fc.integer({ min: 1, max: 9000 }));
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      at: position,
      bytes: fc.tuple(length, fc.nat({ max: 250 })).map(([size, first]) => pattern(size, first)),
    }),
    fc.record({ kind: fc.constant('resize' as const), size: position }),
    fc
      .tuple(position, fc.oneof(length, fc.constantFrom(-1, 0)))
      .map(([from, size]) => ({ kind: 'read' as const, from, to: from + size })),
  );
  return fc.array(step, { maxLength });
}

/** Bytes of which none is zero and neighbours differ, so that a byte that is out of place shows. */
function pattern(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 1 + ((first + at) % 251));
}

const anywhere = fc.nat({ max: 20_000 });
/** Around the places where memory for appended bytes comes in larger pieces. */
const farApart = fc
  .tuple(fc.constantFrom(0, 16 << 10, 64 << 10, 4 * MEGABYTE), fc.integer({ min: -9000, max: 9000 }))
  .map(([place, distance]) => Math.max(0, place + distance));
const content = fc.tuple(fc.nat({ max: 12_000 }), fc.nat({ max: 250 })).map(([size, first]) => pattern(size, first));
const pageSize = fc.constantFrom(512, 1024, 4096, 65536);

/** What the overlay has to be: an array of bytes. */
class PlainArray {
  /** Longer than the array; all zero past its end. */
  #memory: Uint8Array;
  #size: number;

  constructor(bytes: Uint8Array) {
    this.#memory = bytes.slice();
    this.#size = bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#size);
  }

  take(change: Step): void {
    if (change.kind === 'resize') this.#resize(change.size);
    if (change.kind !== 'write') return;
    this.#resize(Math.max(this.#size, change.at + change.bytes.length));
    this.#memory.set(change.bytes, change.at);
  }

  #resize(size: number): void {
    if (size > this.#memory.length) {
      const larger = new Uint8Array(size * 2);
      larger.set(this.#memory);
      this.#memory = larger;
    }
    this.#memory.fill(0, Math.min(size, this.#size), this.#size);
    this.#size = size;
  }
}

/** Takes a step as the engine does, which gives and wants bytes in the middle of a signed view of its memory. */
function take(overlay: Overlay, change: Step): void {
  if (change.kind === 'resize') overlay.resize(change.size);
  if (change.kind !== 'write') return;
  const memory = new Int8Array(change.bytes.length + 20);
  memory.set(change.bytes, 13);
  overlay.writeFrom(memory, 13, change.bytes.length, change.at);
}

/** What is read into the middle of a signed view, with a check that nothing beside it was touched. */
function readThrough(source: ByteSource, from: number, length: number): Uint8Array {
  const memory = new Int8Array(length + 30).fill(-1);
  const given = source.readInto?.(memory, 11, from, length) ?? 0;
  expect(memory.subarray(0, 11).every((byte) => byte === -1)).toBe(true);
  expect(memory.subarray(11 + given).every((byte) => byte === -1)).toBe(true);
  return new Uint8Array(memory.slice(11, 11 + given).buffer);
}

/** Whether two runs of bytes are the same; faster than comparing them number by number. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function all(source: ByteSource): Uint8Array {
  return source.read(0, source.size);
}

/** The bytes of all segments, one after the other. */
function joined(overlay: Overlay): Uint8Array {
  const parts = overlay
    .segments()
    .map((segment) => (segment.from === 'source' ? overlay.source.read(segment.start, segment.end) : segment.bytes));
  return new Uint8Array(Buffer.concat(parts));
}

/** Numbers of the pages of `before` of which there is something in `after`, with other bytes. */
function differingPages(before: Uint8Array, after: Uint8Array, size: number): readonly number[] {
  const pages = Array.from({ length: Math.ceil(before.length / size) }, (_, page) => page);
  return pages.filter((page) => {
    const end = Math.min((page + 1) * size, before.length);
    return page * size < after.length && !same(before.slice(page * size, end), after.slice(page * size, end));
  });
}

/** A source that can only `read`, as that over a File. */
function plainSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => bytes.slice(start, end) };
}

/** The sources over which an overlay is put. */
const sources: Readonly<Record<string, (bytes: Uint8Array) => ByteSource>> = {
  'bytes in memory': sourceOfBytes,
  'a source that can only be read': plainSource,
  'a cache that may keep next to nothing': (bytes) => new ReadCache(plainSource(bytes), 0),
  'another overlay': (bytes) => new Overlay(new ReadCache(plainSource(bytes), 0), 1024),
};

function behavesAsPlainArray(source: ByteSource, size: number, changes: readonly Step[]): void {
  const before = all(source).slice();
  const overlay = new Overlay(source, size);
  const plain = new PlainArray(before);
  for (const change of changes) {
    take(overlay, change);
    plain.take(change);
    expect(overlay.size).toBe(plain.bytes.length);
    if (change.kind !== 'read') continue;
    const expected = plain.bytes.subarray(change.from, Math.max(change.from, change.to));
    expect(same(overlay.read(change.from, change.to), expected)).toBe(true);
    expect(same(readThrough(overlay, change.from, Math.max(0, change.to - change.from)), expected)).toBe(true);
  }
  expect(same(all(overlay), plain.bytes)).toBe(true);
  expect(same(joined(overlay), plain.bytes)).toBe(true);
  expect(overlay.changedPages()).toEqual(differingPages(before, plain.bytes, size));
  expect(overlay.size).toBe(plain.bytes.length);
  expect(same(all(source), before)).toBe(true);
}

describe('an overlay', () => {
  test.each(Object.entries(sources))('reads, writes, grows and is cut as an array of bytes is, over %s', (_, over) => {
    fc.assert(
      fc.property(content, pageSize, steps(anywhere, 25), (bytes, size, changes) => {
        behavesAsPlainArray(over(bytes), size, changes);
      }),
      runs(100),
    );
  });

  test('does so with megabytes between the places that are written', () => {
    fc.assert(
      fc.property(content, pageSize, steps(farApart, 12), (bytes, size, changes) => {
        behavesAsPlainArray(sourceOfBytes(bytes), size, changes);
      }),
      runs(30),
    );
  });

  test('over another overlay leaves that one as it is', () => {
    fc.assert(
      fc.property(content, steps(anywhere, 8), steps(anywhere, 8), (bytes, first, second) => {
        const lower = new Overlay(sourceOfBytes(bytes), 512);
        for (const change of first) take(lower, change);
        behavesAsPlainArray(lower, 512, second);
      }),
      runs(100),
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

  test('calls a page unchanged that was written with its own bytes, or written back', () => {
    const bytes = pattern(4096 * 3 + 5, 0);
    const overlay = new Overlay(sourceOfBytes(bytes), 4096);
    overlay.write(0, bytes);
    expect(overlay.writtenPages).toEqual([0, 1, 2, 3]);
    expect(overlay.changedPages()).toEqual([]);
    overlay.write(4096, new Uint8Array(8));
    expect(overlay.changedPages()).toEqual([1]);
    overlay.write(bytes.length - 1, Uint8Array.of(0));
    expect(overlay.changedPages()).toEqual([1, 3]);
    overlay.write(4096, bytes.subarray(4096));
    expect(overlay.changedPages()).toEqual([]);
  });

  test('does not bring back bytes of the source that were cut off', () => {
    const overlay = new Overlay(sourceOfBytes(new Uint8Array(3000).fill(7)), 1024);
    overlay.resize(100);
    overlay.resize(3000);
    expect(overlay.read(0, 3000)).toEqual(new Uint8Array(3000).fill(7, 0, 100));
    expect(overlay.changedPages()).toEqual([0, 1, 2]);
  });

  test('asks its source for what is read and no more, and not at all for a page that is overwritten whole', () => {
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

  test('asks its source once for many pages that were not written', () => {
    const asked: (readonly [number, number])[] = [];
    const source: ByteSource = {
      size: 64 * 512,
      read: (start, end) => {
        asked.push([start, end]);
        return new Uint8Array(end - start);
      },
    };
    const overlay = new Overlay(source, 512);
    overlay.write(20 * 512, new Uint8Array(512));
    overlay.read(0, overlay.size + 1);
    expect(asked).toEqual([
      [0, 20 * 512],
      [21 * 512, 64 * 512],
    ]);
  });

  test('stays as it was when its source can no longer be read', () => {
    let lost = false;
    const bytes = pattern(8192, 3);
    const source: ByteSource = {
      size: bytes.length,
      read: (start, end) => {
        if (lost) throw new Error('the file is gone');
        return bytes.slice(start, end);
      },
    };
    const overlay = new Overlay(source, 4096);
    lost = true;
    expect(() => overlay.write(10, Uint8Array.of(0))).toThrow('the file is gone');
    expect(overlay.writtenPages).toEqual([]);
    lost = false;
    expect(same(all(overlay), bytes)).toBe(true);
  });

  test('counts the pages that are read and written', () => {
    const overlay = new Overlay(sourceOfBytes(new Uint8Array(4096 * 4)), 4096);
    expect([overlay.pagesRead, overlay.pagesWritten]).toEqual([0, 0]);
    readThrough(overlay, 0, 4096 * 3);
    readThrough(overlay, 4096 * 3, 4096 * 3);
    overlay.write(4096 * 3, new Uint8Array(4096 * 2));
    expect([overlay.pagesRead, overlay.pagesWritten]).toEqual([4, 2]);
  });
});

describe('an overlay on a large file', () => {
  /** A file of zeros that is nowhere. */
  const zeros = (size: number): ByteSource => ({ size, read: (start, end) => new Uint8Array(end - start) });

  test('finds what was written beyond four gigabytes', () => {
    const size = 10 * 1024 * MEGABYTE;
    const overlay = new Overlay(zeros(size), 4096);
    const places = [2 ** 31 - 5, 2 ** 32 - 5, 2 ** 32 + 7, size - 3, size + 3 * 2 ** 30];
    places.forEach((place, index) => overlay.write(place, pattern(10, index)));
    places.forEach((place, index) => {
      expect(overlay.read(place, place + 10)).toEqual(pattern(10, index));
      expect(overlay.read(place + 10, place + 12)).toEqual(new Uint8Array(place + 10 < overlay.size ? 2 : 0));
    });
    expect(overlay.size).toBe(size + 3 * 2 ** 30 + 10);
    expect(overlay.changedPages()).toEqual([2 ** 19 - 1, 2 ** 19, 2 ** 20 - 1, 2 ** 20, size / 4096 - 1]);
  });

  test('takes no write that a gap of more than 4 GB would precede, and is what it was', () => {
    const overlay = new Overlay(zeros(8192), 4096);
    overlay.write(8192, pattern(10, 1));
    expect(() => {
      overlay.write(8202 + 2 ** 32 + 1, pattern(10, 2));
    }).toThrow(RangeError);
    expect(overlay.size).toBe(8202);
    expect(overlay.read(8192, 9000)).toEqual(pattern(10, 1));
  });

  test('holds what a small database appends in little memory', () => {
    const overlay = new Overlay(zeros(8192), 4096);
    overlay.write(8192, new Uint8Array(4096));
    overlay.write(0, new Uint8Array(4096));
    expect(overlay.heldBytes).toBeLessThanOrEqual(64 << 10);
  });

  test('hands 20,000 appended pages back in a few large pieces, and takes no more memory than they do', () => {
    const overlay = new Overlay(zeros(4096), 4096);
    const page = new Uint8Array(4096);
    for (let number = 1; number <= 20_000; number++) overlay.writeFrom(page.fill(number), 0, 4096, number * 4096);
    expect(overlay.heldBytes).toBeLessThan(overlay.size - 4096 + 4 * MEGABYTE);
    const [first, ...pieces] = overlay.segments();
    expect(first).toEqual({ from: 'source', start: 0, end: 4096 });
    expect(pieces.length).toBeLessThanOrEqual(20);
    const bytes = Buffer.concat(pieces.map((piece) => (piece.from === 'overlay' ? piece.bytes : new Uint8Array(0))));
    expect(bytes.length).toBe(20_000 * 4096);
    for (let number = 1; number <= 20_000; number++) {
      const start = (number - 1) * 4096;
      if (bytes[start] !== (number & 255) || bytes[start + 4095] !== (number & 255)) expect.fail(`page ${number}`);
    }
  });

  test('hands pages that were rewritten in a row back in large pieces', () => {
    const overlay = new Overlay(zeros(40 * MEGABYTE), 4096);
    for (let at = 4 * MEGABYTE; at < 36 * MEGABYTE; at += 4096) overlay.write(at, new Uint8Array(4096).fill(1));
    const segments = overlay.segments();
    expect(segments.filter(({ from }) => from === 'overlay').length).toBeLessThanOrEqual(8);
    expect(segments[0]).toEqual({ from: 'source', start: 0, end: 4 * MEGABYTE });
    expect(segments.at(-1)).toEqual({ from: 'source', start: 36 * MEGABYTE, end: 40 * MEGABYTE });
  });

  test('gives memory back when the file is cut, and uses that of cut pages again', () => {
    const overlay = new Overlay(zeros(20 * MEGABYTE), 4096);
    const fill = (): void => {
      for (let at = 10 * MEGABYTE; at < 40 * MEGABYTE; at += 4096) overlay.write(at, new Uint8Array(4096).fill(1));
    };
    fill();
    const full = overlay.heldBytes;
    expect(full).toBeGreaterThanOrEqual(30 * MEGABYTE);
    overlay.resize(21 * MEGABYTE);
    expect(overlay.heldBytes).toBeLessThanOrEqual(full - 16 * MEGABYTE);
    overlay.resize(12 * MEGABYTE);
    fill();
    expect(overlay.heldBytes).toBe(full);
    overlay.resize(4096);
    expect(overlay.heldBytes).toBe(0);
  });
});
