// The cache gives its source's bytes, and asks the source for as little as its room allows.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import type { ByteSource } from '../../../src/file/byteSource';
import { ReadCache } from '../../../src/engine/pages/readCache';

const KILOBYTE = 1 << 10;
const MEGABYTE = 1 << 20;
const PAGE = 4096;
/** The least that the cache works with, and what its limit is rounded up to. */
const BLOCK = 32 * KILOBYTE;

/** A source that keeps a record of what it was asked for. */
interface Watched extends ByteSource {
  readonly asked: (readonly [number, number])[];
}

function watched(bytes: Uint8Array): Watched {
  const asked: (readonly [number, number])[] = [];
  const read = (start: number, end: number): Uint8Array => {
    asked.push([start, end]);
    return bytes.subarray(start, end);
  };
  return { size: bytes.length, read, asked };
}

/** A source of zeros of any size: for tests that are about what is asked for and not about bytes. */
function hollow(size: number): Watched {
  const zeros = new Uint8Array(32 * MEGABYTE);
  const asked: (readonly [number, number])[] = [];
  const read = (start: number, end: number): Uint8Array => {
    asked.push([start, end]);
    return zeros.subarray(0, end - start);
  };
  return { size, read, asked };
}

function bytesAsked({ asked }: Watched): number {
  return asked.reduce((sum, [start, end]) => sum + end - start, 0);
}

const page = new Uint8Array(PAGE);

/** Reads pages in the given order. */
function readPages(cache: ReadCache, pages: Iterable<number>): void {
  for (const number of pages) cache.readInto(page, 0, number * PAGE, PAGE);
}

/** Page numbers from one up to another (exclusive), every so manieth. */
function* upwards(from: number, to: number, step = 1): Generator<number> {
  for (let number = from; number < to; number += step) yield number;
}

function* downwards(from: number, to: number): Generator<number> {
  for (let number = to - 1; number >= from; number--) yield number;
}

/** Page numbers below a bound that are as good as random, and the same in every run. */
function* scattered(count: number, bound: number): Generator<number> {
  for (let index = 0, state = 1; index < count; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield Math.floor((state / 2 ** 32) * bound);
  }
}

/** What part of the bytes of a scan did not have to be read. */
function savedBy(source: Watched, bytes: number, scan: () => void): number {
  const before = bytesAsked(source);
  scan();
  return 1 - (bytesAsked(source) - before) / bytes;
}

/** No block of it is like another one, and its size is not a multiple of anything. */
const content = Uint8Array.from({ length: 2 * MEGABYTE + 123 }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 24);

type Step =
  | { readonly kind: 'read'; readonly at: number; readonly length: number }
  | { readonly kind: 'fill'; readonly at: number; readonly length: number }
  | { readonly kind: 'fill on'; readonly length: number }
  | { readonly kind: 'limit'; readonly bytes: number }
  | { readonly kind: 'clear' };

const place = fc.oneof(
  fc.nat({ max: content.length + 5000 }),
  fc.nat({ max: 63 }).map((block) => block * BLOCK),
);
const length = fc.oneof(
  fc.constantFrom(0, 16, 100, PAGE, BLOCK),
  fc.nat({ max: 9000 }),
  fc.nat({ max: 300 * KILOBYTE }),
);
const limit = fc.oneof(fc.constantFrom(0, 4 * MEGABYTE), fc.nat({ max: 3 * MEGABYTE }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), at: place, length }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fill' as const), at: place, length }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fill on' as const), length }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), bytes: limit }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
);

describe('a read cache', () => {
  test('gives the bytes of its source, whatever is read, filled in and forgotten in between', () => {
    fc.assert(
      fc.property(limit, fc.array(step, { maxLength: 40 }), (first, steps) => {
        const original = content.slice();
        const source = watched(original);
        const cache = new ReadCache(source, first);
        let most = first;
        let filledTo = 0;
        const given: (readonly [number, Uint8Array])[] = [];
        for (const change of steps) {
          if (change.kind === 'limit') cache.setLimit((most = change.bytes));
          if (change.kind === 'clear') cache.clear();
          if (change.kind === 'clear') expect(cache.heldBytes).toBe(0);
          if (change.kind === 'fill') filledTo = change.at;
          if (change.kind === 'fill' || change.kind === 'fill on') {
            cache.fill(filledTo, content.slice(filledTo, filledTo + change.length));
            filledTo += change.length;
          }
          if (change.kind === 'read') {
            const end = Math.min(change.at + change.length, content.length);
            const expected = content.subarray(change.at, Math.max(change.at, end));
            const memory = new Int8Array(change.length + 9);
            expect(cache.readInto(memory, 5, change.at, change.length)).toBe(expected.length);
            expect(Buffer.compare(new Uint8Array(memory.buffer, 5, expected.length), expected)).toBe(0);
            given.push([change.at, cache.read(change.at, end)]);
          }
          expect(cache.heldBytes).toBeLessThanOrEqual(Math.max(8, Math.ceil(most / BLOCK)) * BLOCK);
        }
        // What was handed out stays what it was, and so does the source, though the cache uses memory again.
        for (const [at, bytes] of given) {
          expect(Buffer.compare(bytes, content.subarray(at, at + bytes.length))).toBe(0);
        }
        expect(Buffer.compare(original, content)).toBe(0);
        expect(cache.sourceReads).toBe(source.asked.length);
        expect(cache.sourceBytes).toBe(bytesAsked(source));
      }),
      runs(150),
    );
  });

  test('gives the right bytes when a few blocks push each other out all the time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { minLength: 20, maxLength: 200 }), (numbers) => {
        const cache = new ReadCache(watched(content.slice()), 0);
        for (const number of numbers) {
          const at = number * 5 * BLOCK + 1000;
          expect(Buffer.compare(cache.read(at, at + 100), content.subarray(at, at + 100))).toBe(0);
        }
      }),
      runs(60),
    );
  });

  test('never reads a byte twice of a file that fits, in whatever order it is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(place, length), { maxLength: 60 }), (ranges) => {
        const source = watched(content);
        const cache = new ReadCache(source, content.length);
        for (const [at, size] of ranges) cache.read(at, at + size);
        cache.read(0, content.length);
        const asked = [...source.asked].sort(([one], [other]) => one - other);
        expect(asked.every(([start], index) => start === (asked[index - 1]?.[1] ?? 0))).toBe(true);
        expect(bytesAsked(source)).toBe(content.length);
      }),
      runs(60),
    );
  });

  test('says what was there and what was not', () => {
    const cache = new ReadCache(hollow(10 * MEGABYTE), 16 * MEGABYTE);
    readPages(cache, upwards(0, 2560));
    expect(cache.hits + cache.misses).toBe(2560);
    expect(cache.misses).toBe(cache.sourceReads);
    const { misses } = cache;
    readPages(cache, upwards(0, 2560));
    expect([cache.hits, cache.misses]).toEqual([2 * 2560 - misses, misses]);
  });

  test('refuses to make bytes up when its source gives fewer than it has', () => {
    const cut: ByteSource = { size: MEGABYTE, read: () => new Uint8Array(10) };
    expect(() => new ReadCache(cut, MEGABYTE).read(0, 100)).toThrow('10 bytes of');
  });
});

describe('a table that is larger than the cache', () => {
  const limit = 8 * MEGABYTE;

  test.each([
    ['forwards', upwards],
    ['backwards', downwards],
  ])('is served to a good part from memory when it is read again and again, %s', (_, scan) => {
    const source = hollow(2 * limit);
    const cache = new ReadCache(source, limit);
    readPages(cache, scan(0, source.size / PAGE));
    for (let round = 0; round < 4; round++) {
      const saved = savedBy(source, source.size, () => readPages(cache, scan(0, source.size / PAGE)));
      expect(saved).toBeGreaterThanOrEqual(0.35);
    }
  });

  test.each([1.25, 1.5, 3, 5])('by %d times leaves the more in memory the closer it fits', (times) => {
    const source = hollow(times * limit);
    const cache = new ReadCache(source, limit);
    const scan = (): void => readPages(cache, upwards(0, source.size / PAGE));
    scan();
    for (let round = 0; round < 3; round++) expect(savedBy(source, source.size, scan)).toBeGreaterThan(0.7 / times);
  });

  test('does not keep the next table out: that is read from memory from its third scan on', () => {
    const source = hollow(10 * limit);
    const cache = new ReadCache(source, limit);
    const tables = [
      [0, 4 * limit],
      [4 * limit, 4.7 * limit],
      [6 * limit, 9 * limit],
      [9.1 * limit, 9.8 * limit],
    ].map(([start = 0, end = 0]) => [Math.ceil(start / PAGE), Math.floor(end / PAGE)] as const);
    readPages(cache, upwards(0, source.size / PAGE));
    for (const [from, to] of tables) {
      for (let round = 0; round < 2; round++) readPages(cache, upwards(from, to));
      const saved = savedBy(source, (to - from) * PAGE, () => readPages(cache, upwards(from, to)));
      const bytes = (to - from) * PAGE;
      if (bytes < limit) expect(saved).toBe(1);
      else expect(saved).toBeGreaterThan((0.7 * limit) / bytes);
    }
  });

  test('does not push the pages out that every look-up needs', () => {
    const source = hollow(40 * limit);
    const cache = new ReadCache(source, limit);
    readPages(cache, upwards(0, source.size / PAGE));
    // A root, 60 inner pages far apart, and a leaf that is hardly ever the same.
    const pages = source.size / PAGE;
    const lookUp = (leaf: number): void => readPages(cache, [7, Math.floor((leaf * 60) / pages) * 997, leaf]);
    for (const leaf of scattered(3000, pages)) lookUp(leaf);
    const before = source.asked.length;
    for (const leaf of scattered(1000, pages)) lookUp(leaf);
    expect(source.asked.length - before).toBeLessThan(1000 * 1.05);
  });
});

describe('how much is read at once', () => {
  const size = 64 * MEGABYTE;
  const pages = size / PAGE;

  test.each([
    ['forwards', () => upwards(0, pages)],
    ['backwards', () => downwards(0, pages)],
    ['with gaps of a few pages', () => upwards(0, pages, 11)],
  ])('is much when pages are read in order, %s', (_, scan) => {
    const source = hollow(size);
    readPages(new ReadCache(source, 128 * MEGABYTE), scan());
    expect(source.asked.length).toBeLessThanOrEqual(12);
    expect(bytesAsked(source)).toBeLessThanOrEqual(size);
  });

  test('is much for each of several tables that are read at the same time', () => {
    const source = hollow(size);
    const starts = [0, 0.3, 0.5, 0.8].map((part) => Math.floor(part * pages));
    const cache = new ReadCache(source, 128 * MEGABYTE);
    for (const offset of upwards(0, pages * 0.2)) readPages(cache, [...starts.map((start) => start + offset), 3]);
    expect(source.asked.length).toBeLessThanOrEqual(30);
  });

  test('is much for pages of 64 kB, in both directions', () => {
    for (const scan of [upwards(0, size / 65536), downwards(0, size / 65536)]) {
      const source = hollow(size);
      const cache = new ReadCache(source, 128 * MEGABYTE);
      for (const number of scan) cache.read(number * 65536, (number + 1) * 65536);
      expect(source.asked.length).toBeLessThanOrEqual(12);
    }
  });

  test('is what is asked for when that is much', () => {
    const source = hollow(size);
    const cache = new ReadCache(source, 128 * MEGABYTE);
    for (let at = 0; at < size; at += 8 * MEGABYTE) cache.read(at, at + 8 * MEGABYTE);
    expect(source.asked.length).toBe(8);
  });

  test.each([
    [64, 4],
    [64, 0],
    [1024, 64],
  ])('is little when pages are read here and there: %d MB with %d MB of room', (megabytes, room) => {
    const source = hollow(megabytes * MEGABYTE);
    readPages(new ReadCache(source, room * MEGABYTE), scattered(5000, source.size / PAGE));
    expect(bytesAsked(source)).toBeLessThanOrEqual(16 * 5000 * PAGE);
  });
});

describe('a read cache that is filled beforehand', () => {
  test('does not ask its source for what it was given, in slices of whole blocks, in any order', () => {
    const slices = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(slices, fc.boolean(), (lengths, backwards) => {
        const source = watched(content);
        const cache = new ReadCache(source, 4 * MEGABYTE);
        const pieces: (readonly [number, Uint8Array])[] = [];
        for (let at = 0, index = 0; at < content.length; index++) {
          const blocks = lengths[index % lengths.length] ?? 1;
          pieces.push([at, content.slice(at, at + blocks * BLOCK)]);
          at += blocks * BLOCK;
        }
        for (const [at, piece] of backwards ? pieces.reverse() : pieces) expect(cache.fill(at, piece)).toBe(true);
        expect(Buffer.compare(cache.read(0, content.length), content)).toBe(0);
        expect(source.asked).toEqual([]);
      }),
      runs(30),
    );
  });

  test('takes whole blocks only, and asks its source for the others', () => {
    const source = watched(content);
    const cache = new ReadCache(source, 4 * MEGABYTE);
    cache.fill(1000, content.slice(1000, 4 * BLOCK - 1));
    expect(cache.heldBytes).toBe(2 * BLOCK);
    expect(Buffer.compare(cache.read(0, content.length), content)).toBe(0);
    expect(bytesAsked(source)).toBe(content.length - 2 * BLOCK);
  });

  test('does not mind that a block was read while it was about to be filled in', () => {
    const source = watched(content);
    const cache = new ReadCache(source, 4 * MEGABYTE);
    cache.read(20_000, 20_100);
    cache.fill(0, content.slice());
    expect(cache.heldBytes).toBe(content.length);
    expect(Buffer.compare(cache.read(0, content.length), content)).toBe(0);
    expect(source.asked.length).toBe(1);
  });

  test('takes no more than there is room for, and forgets nothing for it', () => {
    const source = watched(content);
    const cache = new ReadCache(source, MEGABYTE);
    cache.read(content.length - 10 * KILOBYTE, content.length);
    const { length: before } = source.asked;
    expect(cache.fill(0, content.slice(0, 3 * BLOCK))).toBe(true);
    expect(cache.fill(3 * BLOCK, content.slice(3 * BLOCK))).toBe(false);
    expect(cache.heldBytes).toBeLessThanOrEqual(MEGABYTE);
    cache.read(content.length - 10 * KILOBYTE, content.length);
    cache.read(0, 900 * KILOBYTE);
    expect(source.asked.length).toBe(before);
  });

  test('has room again when the limit grows, and gives memory back when it shrinks', () => {
    const cache = new ReadCache(watched(content), 4 * MEGABYTE);
    cache.fill(0, content.slice());
    expect(cache.heldBytes).toBe(content.length);
    cache.setLimit(MEGABYTE);
    expect(cache.heldBytes).toBeLessThanOrEqual(MEGABYTE);
    expect(cache.fill(0, content.slice())).toBe(false);
    cache.setLimit(4 * MEGABYTE);
    expect(cache.fill(0, content.slice())).toBe(true);
    expect(cache.heldBytes).toBe(content.length);
    cache.clear();
    expect(cache.heldBytes).toBe(0);
  });
});
