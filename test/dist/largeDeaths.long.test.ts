// Whatever dies while a large file is worked on: the file is as it was, and the page can be used for it again.
import { describe, expect, it } from 'vitest';
import { expectUpgraded, receiveLargeVisits, take } from './largeVisits';
import { beginning, CAUSE_OF_DEATH, killAt, pressAt, workerNamed, type Moment } from './moment';
import type { Visit } from './visit';

const visits = receiveLargeVisits();

/** That the run was given up with its reason, and that there is no result. */
async function expectStopped(visit: Visit, reason: string): Promise<void> {
  const notice = visit.page.locator('[data-problem=engine-stopped]');
  await notice.waitFor();
  expect(await notice.textContent()).toContain(reason);
  expect(await notice.textContent()).toContain('Nothing was changed and there is no half-upgraded file.');
  expect(await visit.state()).toBe('ready');
  expect(await visit.download.count()).toBe(0);
}

describe('When the engine dies', () => {
  it('while a large file is being read, the page says so and takes it again', async () => {
    const visit = await visits.open();

    await killAt(visit.page, { selector: 'main[data-state=inspecting]' }, 'runs');
    await take(visit, visits.large().path);
    await visit.reach('refused');

    const refusal = await visit.page.getByRole('alert').textContent();
    expect(refusal).toContain(CAUSE_OF_DEATH);
    expect(refusal).toContain('Your file was not changed. Drop it again');
    await take(visit, visits.large().path);
    await visit.reach('ready');
    await visit.run.click();
    await expectUpgraded(visit);
  });

  it('while a large file is being planned for, the file stays open and can be planned again', async () => {
    const visit = await visits.open();

    await killAt(visit.page, { selector: 'span', text: 'Planning …' }, 'runs');
    await take(visit, visits.large().path);
    await visit.reach('ready');

    const problem = await visit.page.getByRole('alert').textContent();
    expect(problem).toContain(CAUSE_OF_DEATH);
    expect(problem).toContain('Your file was not changed. Plan it again');
    expect(await visit.run.isDisabled()).toBe(true);
    await visit.page.getByRole('button', { name: 'Plan again' }).click();
    await visit.statement(1).waitFor();
    await visit.run.click();
    await expectUpgraded(visit);
  });

  it.each([1, 2, 30, 53])(
    'at statement %d, nothing is half done and the migration can be run again',
    async (statement) => {
      const visit = await visits.open();
      await take(visit, visits.large().path);
      await visit.reach('ready');
      const planned = await visit.statements();

      await killAt(visit.page, beginning(statement), 'runs');
      await visit.run.click();

      await expectStopped(visit, CAUSE_OF_DEATH);
      expect(await visit.statements()).toEqual(planned);
      await visit.run.click();
      await expectUpgraded(visit);
      expect(await visit.page.locator('[data-problem]').count()).toBe(0);
    },
  );

  it('of a trap in its own code, the migration can be run again', async () => {
    const visit = await visits.open();
    await take(visit, visits.large().path);
    await visit.reach('ready');
    const worker = await workerNamed(visit.page, 'runs');
    await worker.evaluate(() => {
      // The worker tells of a statement from within the run, so what is thrown there goes up through all of it.
      const tell = self.postMessage.bind(self);
      self.postMessage = (message: { kind: string; value: { ordinal: number } }) => {
        if (message.kind === 'report' && message.value.ordinal === 30) {
          throw new WebAssembly.RuntimeError('unreachable');
        }
        tell(message);
      };
    });

    await visit.run.click();

    await expectStopped(visit, 'RuntimeError: unreachable');
    await visit.run.click();
    await expectUpgraded(visit);
  });

  it('while the result is put together, there is none, and the migration can be run again', async () => {
    const visit = await visits.open();
    await take(visit, visits.large().path);
    await visit.reach('ready');
    const worker = await workerNamed(visit.page, 'runs');
    await worker.evaluate(() => {
      const construct = (): never => {
        throw new RangeError('Array buffer allocation failed');
      };
      self.Blob = new Proxy(Blob, { construct });
    });

    await visit.run.click();

    await expectStopped(visit, 'RangeError: Array buffer allocation failed');
    await visit.run.click();
    await expectUpgraded(visit);
  });

  it('over a check, it is made again', async () => {
    const visit = await visits.open();
    await take(visit, visits.large().path);
    await visit.reach('ready');
    await killAt(visit.page, { selector: '[data-progress]', text: 'comparing values' }, 'checks');
    await visit.run.click();
    await expectUpgraded(visit);
  });

  it('over a check each time, only that check is missing, the result is not shown in green, and it can be made later', async () => {
    const visit = await visits.open();
    await take(visit, visits.large().path);
    await visit.reach('ready');

    await killAt(visit.page, { selector: '[data-progress]', text: 'comparing values' }, 'checks', 2);
    await visit.run.click();
    await visit.reach('done');

    expect(await visit.page.locator('#outcome').textContent()).toContain('Upgraded, but 1 check was not made');
    expect(await visit.page.locator('[data-problem=checks-missing]').count()).toBe(1);
    const content = visit.page.locator('[data-check=content]');
    expect(await content.getAttribute('data-check-state')).toBe('stopped');
    expect(await content.textContent()).toContain(CAUSE_OF_DEATH);
    const made = await visit.proofs();
    expect(made.map(({ code }) => code)).not.toContain('content');
    expect(made.filter(({ result }) => result !== 'pass')).toEqual([]);
    await content.getByRole('button', { name: 'Make this check' }).click();
    await visit.page.locator('[data-proof=content]').waitFor();
    await expectUpgraded(visit);
  });

  it('over the rows of a large file each time, they can be counted anew, and the plan and the run do not depend on it', async () => {
    const visit = await visits.open();
    await killAt(visit.page, { selector: '[data-check=rows][data-check-state=running]' }, 'checks', 2);
    await take(visit, visits.large().path);
    await visit.reach('ready');

    const rows = visit.page.locator('[data-check=rows]');
    await rows.getByText(CAUSE_OF_DEATH).waitFor();
    await rows.getByRole('button', { name: 'Make this check' }).click();
    await visit.page.locator('[data-fact=rows]').getByText('8,202').waitFor();
    await visit.run.click();
    await expectUpgraded(visit);
  });
});

describe('Cancelling with a large file', () => {
  it.each<readonly [string, Moment]>([
    ['statements run', beginning(30)],
    ['its result is being checked', { selector: 'h2', text: 'Checking the result' }],
  ])('while %s leaves it ready to be run again', async (_, moment) => {
    const visit = await visits.open();
    await take(visit, visits.large().path);
    await visit.reach('ready');
    await pressAt(visit.page, moment, 'Cancel');

    await visit.run.click();
    await visit.page.getByText('Cancelled. Nothing was changed').waitFor({ state: 'attached' });

    expect(await visit.state()).toBe('ready');
    expect(await visit.download.count()).toBe(0);
    await visit.run.click();
    await expectUpgraded(visit);
  });
});
