// What is checked unasked on a file of a size: everything on small ones, and on large ones what does not take long.
import { describe, expect, test } from 'vitest';
import { DEAR_BYTES, isHashedUnasked, READABLE_BYTES, thoroughnessUnasked } from '../../../src/migration/proofs/agenda';
import { PROOF_CODES } from '../../../src/migration/proofs/proof';

/** Columns: files of 1 MB, 300 MB and 5 GB. */
const AGENDA = `
  integrity-before     full     sparing  none
  pages                full     full     sparing
  row-counts           full     full     sparing
  content              sparing  sparing  sparing
  written-values       full     none     none
  schema-as-specified  full     full     full
  views-and-triggers   full     full     full
  foreign-keys         full     full     none
  settings             full     full     full
  sequences            full     full     full
  integrity-after      full     sparing  none
  integrity-reopened   full     none     none
  second-run           full     full     full
  SHA-256              yes      no       no`;

const rows = AGENDA.trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));

describe.each([
  ['1 MB', 1e6, 1],
  ['300 MB', 300e6, 2],
  ['5 GB', 5e9, 3],
])('on a file of %s', (_size, bytes, column) => {
  test('these checks are made unasked', () => {
    const asked = rows.map(([check, ...sizes]) => [check, sizes[column - 1]]);
    const made = PROOF_CODES.map((code) => [code, thoroughnessUnasked(code, bytes)]);
    expect([...made, ['SHA-256', isHashedUnasked(bytes) ? 'yes' : 'no']]).toEqual(asked);
  });
});

test('the limits themselves belong to the smaller side', () => {
  expect(thoroughnessUnasked('integrity-before', DEAR_BYTES)).toBe('full');
  expect(thoroughnessUnasked('integrity-before', DEAR_BYTES + 1)).toBe('sparing');
  expect(thoroughnessUnasked('integrity-before', READABLE_BYTES)).toBe('sparing');
  expect(thoroughnessUnasked('integrity-before', READABLE_BYTES + 1)).toBe('none');
  expect(
    [32e6, 32e6 + 1, DEAR_BYTES, DEAR_BYTES + 1].map((size) => thoroughnessUnasked('integrity-reopened', size)),
  ).toEqual([...['full', 'sparing', 'sparing', 'none']]);
  expect([isHashedUnasked(DEAR_BYTES), isHashedUnasked(DEAR_BYTES + 1)]).toEqual([true, false]);
  expect(thoroughnessUnasked('pages', READABLE_BYTES)).toBe('full');
  expect(thoroughnessUnasked('pages', READABLE_BYTES + 1)).toBe('sparing');
});

test('where indexes that were not written are spared, the file was looked at in full, and every byte is compared', () => {
  for (const size of [0, 1e6, 32e6, 100e6, DEAR_BYTES, 1e9, 1e10]) {
    if (thoroughnessUnasked('integrity-reopened', size) !== 'sparing') continue;
    for (const code of ['integrity-before', 'pages'] as const) expect(thoroughnessUnasked(code, size)).toBe('full');
  }
});

test('a larger file is never checked more thoroughly than a smaller one', () => {
  const ranks = ['full', 'sparing', 'none'];
  const sizes = [0, 1e6, DEAR_BYTES, DEAR_BYTES + 1, 1e9, READABLE_BYTES, READABLE_BYTES + 1, 1e11];
  for (const code of PROOF_CODES) {
    const made = sizes.map((size) => ranks.indexOf(thoroughnessUnasked(code, size)));
    expect(made).toEqual(made.toSorted((one, other) => one - other));
  }
});
