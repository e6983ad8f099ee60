// A file that is laid out from two others can be read like one, at any size, and only what is asked for is read.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../amount';
import { sourceOfBytes } from '../../src/file/byteSource';
import { LaidOut, layOut, type Parts } from '../../src/file/layout';
import { same } from './sidecars';

const PAGE = 8;

/** Two files, and which pages of the result lie where in the second. */
const made = fc
  .record({
    database: fc.uint8Array({ maxLength: 90 }),
    sidecar: fc.uint8Array({ minLength: PAGE, maxLength: 60 }),
    pageCount: fc.nat({ max: 12 }),
    places: fc.dictionary(fc.integer({ min: 1, max: 12 }).map(String), fc.nat(), { maxKeys: 8 }),
  })
  .map(({ database, sidecar, pageCount, places }) => {
    const pages = new Map<number, number>();
    for (const [page, place] of Object.entries(places)) {
      if (Number(page) <= pageCount) pages.set(Number(page), place % (sidecar.length - PAGE + 1));
    }
    const size = pageCount * PAGE;
    const parts: Parts = { databaseSize: database.length, pageSize: PAGE, pages, size };
    return { database, sidecar, parts };
  });

/** What the result has to be: an array into which everything is copied. */
function copied({ database, sidecar, parts }: { database: Uint8Array; sidecar: Uint8Array; parts: Parts }): Uint8Array {
  const result = new Uint8Array(parts.size);
  result.set(database.subarray(0, parts.size));
  for (const [page, offset] of parts.pages) result.set(sidecar.subarray(offset, offset + PAGE), (page - 1) * PAGE);
  return result;
}

describe('A file that is laid out from two', () => {
  test('reads as a copy of both would, in any range', () => {
    fc.assert(
      fc.property(made, fc.nat(), fc.nat(), (files, one, other) => {
        const whole = copied(files);
        const laidOut = new LaidOut(layOut(files.parts), sourceOfBytes(files.database), sourceOfBytes(files.sidecar));
        expect(laidOut.size).toBe(whole.length);
        expect(same(laidOut.read(0, whole.length), whole)).toBe(true);
        const [from = 0, to = 0] = [one % (whole.length + 1), other % (whole.length + 1)].sort((a, b) => a - b);
        expect(same(laidOut.read(from, to), whole.subarray(from, to))).toBe(true);
      }),
      runs(500),
    );
  });

  test('is made of runs that are not empty and fill it without a gap', () => {
    fc.assert(
      fc.property(made, ({ parts }) => {
        const { segments, size } = layOut(parts);
        expect(segments.every(({ start, end }) => start < end)).toBe(true);
        expect(segments.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(size);
      }),
      runs(100),
    );
  });

  test('may be larger than any memory, and only what is asked for is read', () => {
    const pages = 4_294_967_294;
    const size = pages * 65536;
    const asked: string[] = [];
    const ranges = (name: string, size: number) => ({
      size,
      read: (from: number, to: number) => {
        asked.push(`${name} ${from}-${to}`);
        return new Uint8Array(to - from);
      },
    });
    const parts = { databaseSize: size - 65536, pageSize: 65536, pages: new Map([[3_000_000_000, 2 ** 40]]), size };
    const laidOut = new LaidOut(layOut(parts), ranges('database', parts.databaseSize), ranges('log', 2 ** 41));
    const start = 2_999_999_999 * 65536;
    expect(laidOut.read(start - 1, start + 65536 + 2)).toHaveLength(65539);
    expect(laidOut.read(size - 1, size)).toEqual(new Uint8Array(1));
    const end = start + 65536;
    expect(asked).toEqual([
      `database ${start - 1}-${start}`,
      `log ${2 ** 40}-${2 ** 40 + 65536}`,
      `database ${end}-${end + 2}`,
    ]);
  });
});
