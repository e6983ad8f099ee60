// A file of gigabytes: planned and migrated when little of it has been read. large.long.test.ts says more of such files.
import { expect, it } from 'vitest';
import { countReads, expectUpgraded, readBy, receiveLargeVisits, take } from './largeVisits';
import { workerNamed } from './moment';
import { countShown } from './visit';

const visits = receiveLargeVisits(5);

it('A file of five gigabytes has its plan when less than a megabyte of it has been read, and is migrated as planned', async () => {
  const visit = await visits.open();
  const worker = await workerNamed(visit.page, 'runs');
  await worker.evaluate(countReads);
  await take(visit, visits.large().path);
  await visit.reach('ready');
  const planned = await visit.statements();

  expect(await readBy(worker)).toBeGreaterThan(0);
  expect(await readBy(worker)).toBeLessThan(1e6);
  expect(countShown(planned)).toEqual({ applied: 47, adapted: 2, skipped: 4 });
  expect(await visit.facts()).toMatchObject({ size: '5.0 GB', tables: '6', rows: '8,197' });

  await visit.run.click();
  await expectUpgraded(visit);
  expect(await visit.statements()).toEqual(planned);
  const content = (await visit.proofs()).find(({ code }) => code === 'content')?.text;
  expect(content).toContain('recordings: 3 columns, no page of it was written');
});
