// The samples that the page offers to whoever has no database at hand.
import { expect, it } from 'vitest';
import { PROOF_CODES } from '../../src/migration/proofs/proof';
import { countShown, receiveVisits, rehearseNothing } from './visit';

const openPage = receiveVisits(rehearseNothing);

const SAMPLES = [
  ['populated', 'spine.db', { applied: 47, adapted: 2, skipped: 4 }, 4],
  ['half', 'spine-half.db', { applied: 23, adapted: 2, skipped: 10, unchanged: 18 }, 4],
  ['narrow', 'spine-narrow.db', { applied: 49, adapted: 4 }, 0],
  ['upgraded', 'spine-upgraded.db', { skipped: 17, unchanged: 36 }, 4],
] as const;

it('Every sample opens under its name, with the plan that its state asks for', async () => {
  const visit = await openPage();
  expect(await visit.page.locator('[data-sample]').count()).toBe(SAMPLES.length);

  for (const [id, name, counts, drifting] of SAMPLES) {
    await visit.openSample(id);
    await visit.reach('ready');

    expect(await visit.page.getByRole('heading', { name, exact: true }).count()).toBe(1);
    const statements = await visit.statements();
    expect(countShown(statements), id).toEqual(counts);
    expect(statements.filter(({ drift }) => drift)).toHaveLength(drifting);
    expect(await visit.run.isEnabled()).toBe(true);

    await visit.page.getByRole('button', { name: 'Open another file' }).click();
    await visit.reach('empty');
  }
});

it('A database that is upgraded already shows where it differs, and can be run again without any change', async () => {
  const visit = await openPage();
  await visit.openSample('upgraded');
  await visit.reach('ready');
  const drifting = visit.page.locator('[data-drift]').first();
  await drifting.locator('summary').click();
  await drifting.getByRole('columnheader').first().waitFor();
  expect(await drifting.getByRole('columnheader').allTextContents()).toEqual(['', 'There', 'Asked for']);
  expect(await drifting.getByRole('rowheader').count()).toBeGreaterThan(0);

  await visit.runToTheEnd();

  expect(new Set((await visit.statements()).map(({ verdict }) => verdict))).toEqual(new Set(['skipped', 'unchanged']));
  expect((await visit.proofs()).map(({ code, result }) => [code, result])).toEqual(
    PROOF_CODES.map((code) => [code, 'pass']),
  );
});
