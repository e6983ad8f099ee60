// How much of a file is kept in memory: all of it where it finds room, little where it does not.
import { expect, test } from 'vitest';
import { keptBytes, keptForCheck, type Reading } from '../../../src/engine/pages/readCache';

const GIGABYTE = 2 ** 30;

test.each<readonly [string, number | undefined, number, number]>([
  ['a machine that does not tell keeps 64 MB', undefined, GIGABYTE, 64e6],
  ['a machine with 4 GB keeps 64 MB', 4, GIGABYTE, 64e6],
  ['a machine with 8 GB keeps a file of 1 GB whole', 8, GIGABYTE, GIGABYTE],
  ['and of a larger one 64 MB', 8, GIGABYTE + 1, 64e6],
  ['a machine with 16 GB keeps a file of 2 GB whole', 16, 2 * GIGABYTE, 2 * GIGABYTE],
  ['and so does one with 64 GB, but no larger one', 64, 2 * GIGABYTE + 1, 64e6],
  ['a small file takes no more than the least that is kept', 16, 4096, 64e6],
])('for runs %s', (_what, deviceMemory, fileBytes, kept) => {
  expect(keptBytes('runs', deviceMemory, fileBytes)).toBe(kept);
});

test.each<readonly [string, number | undefined, number, number]>([
  ['a machine that does not tell keeps 16 MB', undefined, GIGABYTE, 16e6],
  ['a machine with 4 GB keeps 16 MB', 4, GIGABYTE, 16e6],
  ['a machine with 8 GB keeps a file of 512 MB whole', 8, GIGABYTE / 2, GIGABYTE / 2],
  ['and of a larger one as much, since its result is kept beside it', 8, GIGABYTE, GIGABYTE / 2],
  ['but of one that a run cannot keep whole 16 MB', 8, GIGABYTE + 1, 16e6],
  ['a machine with 64 GB keeps 1 GB of a file of 2 GB', 64, 2 * GIGABYTE, GIGABYTE],
  ['a small file takes no more than the least that is kept', 16, 4096, 16e6],
])('for checks %s', (_what, deviceMemory, fileBytes, kept) => {
  expect(keptBytes('checks', deviceMemory, fileBytes)).toBe(kept);
});

test('for looks 32 MB are kept on every machine and of every file', () => {
  for (const deviceMemory of [undefined, 4, 8, 64]) {
    for (const fileBytes of [4096, 1e8, 1e10]) expect(keptBytes('looks', deviceMemory, fileBytes)).toBe(32e6);
  }
});

test.each<readonly [string, Reading, number, number, number]>([
  ['one that reads a file again keeps all that checks may', 'again', 5e8, 0, 5e8],
  ['one that reads all of it in any order does as well', 'whole', 5e8, 0, 5e8],
  ['one that reads a large file once keeps 64 MB, and gives back what was kept', 'once', 5e8, 5e8, 64e6],
  ['of a small file it leaves what is there', 'once', 1e8, 9e7, 9e7],
  ['and takes no more than 64 MB where little is', 'once', 1e8, 1e6, 64e6],
])('of checks %s', (_what, reading, size, heldBytes, kept) => {
  expect(keptForCheck(reading, { size, heldBytes }, 5e8)).toBe(kept);
});

test('no check keeps more than the machine has room for', () => {
  for (const reading of ['once', 'again', 'whole'] as const)
    expect(keptForCheck(reading, { size: 5e8, heldBytes: 16e6 }, 16e6)).toBe(16e6);
});
