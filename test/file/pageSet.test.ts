// A set of pages knows which pages it has, wherever in a file they are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../amount';
import { PageSet } from '../../src/file/btree';

test('a page is new to a set once', () => {
  const near = fc.oneof(fc.nat(70), fc.integer({ min: 32_700, max: 32_800 }), fc.integer({ min: 1, max: 2 ** 32 - 2 }));
  fc.assert(
    fc.property(fc.array(near, { maxLength: 200 }), (pages) => {
      const [set, known] = [new PageSet(), new Set<number>()];
      for (const page of pages) {
        expect(set.add(page)).toBe(!known.has(page));
        known.add(page);
      }
    }),
    runs(100),
  );
});
