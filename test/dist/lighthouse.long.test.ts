// What Lighthouse says of the built page, apart from how fast it is: that depends on the machine, and `npm run lighthouse` measures it.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AIMS, measure } from '../../scripts/lighthouse.mjs';
import { serveDist, type ServedPage } from './browser';

vi.setConfig({ testTimeout: 120_000 });

let served: ServedPage;

beforeAll(async () => {
  served = await serveDist('/some/sub/path/');
});

afterAll(() => served.close());

it('Lighthouse finds nothing wanting in accessibility and best practices', async () => {
  const { points, lost } = await measure(served.address);
  expect(lost.filter((audit) => !audit.startsWith('performance'))).toEqual([]);
  expect(points).toMatchObject({ accessibility: AIMS.accessibility, 'best-practices': AIMS['best-practices'] });
});
