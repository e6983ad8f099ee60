// A file among many that is damaged, or over which the engine gives out: it alone has to wait, and nothing of it is kept.
import { describe, expect, it } from 'vitest';
import { amount } from '../amount';
import { nativeDatabase } from '../databases';
import { dropMany, parts, planned, reachFile, row, runAll, sound, states } from './batchVisit';
import { receiveVisits, type Visit } from './visit';

const openPage = receiveVisits();
const script = { name: 'mine.sql', content: 'CREATE TABLE u(x); INSERT INTO u VALUES (1);' };

/** Has a worker die as soon as the row of a file is in a state, as if it had broken. Workers that run already are not known. */
function killAt({ page }: Visit, path: string, state: string, name: 'runs' | 'checks'): Promise<void> {
  return page.evaluate(
    ([file, wanted, purpose]) => {
      const living = new Map<string | undefined, Worker>();
      window.Worker = class extends Worker {
        constructor(address: string | URL, options?: WorkerOptions) {
          super(address, options);
          living.set(options?.name, this);
        }
      };
      const observer = new MutationObserver(() => {
        if (!document.querySelector(`[data-file="${file}"][data-file-state="${wanted}"]`)) return;
        observer.disconnect();
        living.get(purpose)?.terminate();
        living.get(purpose)?.dispatchEvent(new ErrorEvent('error', { message: 'killed by a test', cancelable: true }));
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    },
    [path, state, name] as const,
  );
}

describe('A damaged database among many', () => {
  const whole = nativeDatabase(`CREATE TABLE t(a INTEGER, b TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, hex(i) FROM n;`);
  // The last page of the table is scribbled over.
  const content = whole.map((byte, at) => (at >= whole.length - 4096 && at < whole.length - 3000 ? 0x55 : byte));
  const damaged = { name: 'damaged.db', content };

  it('is not run before its damage is agreed to, also where all are run before it was found', async () => {
    const visit = await openPage();
    await dropMany(visit, script, damaged, sound('one.db', 1), sound('two.db', 2));
    await runAll(visit);

    expect(await states(visit)).toEqual({ 'damaged.db': 'ready', 'one.db': 'upgraded', 'two.db': 'upgraded' });
    const finding = row(visit, 'damaged.db').locator('[data-finding=damaged]');
    expect(await finding.textContent()).toContain('integrity_check found');
    expect(await parts(visit).summary.textContent()).toBe('2 upgraded, 1 needs confirmation');
    expect(await parts(visit).runRest.count()).toBe(0);

    await finding.getByRole('checkbox').check();
    await parts(visit).runRest.click();
    await reachFile(visit, 'damaged.db', 'upgraded');

    expect(await row(visit, 'damaged.db').textContent()).toMatch(/Upgraded\s+\d+ of \d+ checks passed/);
  });
});

describe('An engine that gives out over one file of many', () => {
  const moments = [
    ['is run', 'running'],
    ['is planned', 'planning'],
  ] as const;
  // Tests of the page have both as well, in the same code.
  it.each(moments.slice(0, amount(1, 2)))(
    'while it %s takes nothing from the others, and the file can be tried again',
    async (_, state) => {
      const visit = await openPage();
      const files = [sound('one.db', 1), sound('two.db', 2), sound('three.db', 3)];
      if (state === 'planning') await killAt(visit, 'two.db', state, 'runs');
      await dropMany(visit, script, ...files);
      if (state === 'running') {
        await killAt(visit, 'two.db', state, 'runs');
        await runAll(visit);
      }

      expect(await row(visit, 'two.db').locator('[data-problem=engine-stopped]').textContent()).toContain(
        'killed by a test',
      );
      expect(await visit.page.getByRole('button', { name: 'Download upgraded two.db' }).count()).toBe(0);
      await (state === 'planning' ? parts(visit).planRest : parts(visit).runRest).click();
      await planned(visit);
      if (state === 'planning') await runAll(visit);

      await parts(visit).summary.getByText('3 upgraded').waitFor();
      expect(await visit.page.locator('[data-problem]').count()).toBe(0);
    },
  );

  it('while its result is checked makes that check again', async () => {
    const visit = await openPage();
    await dropMany(visit, script, sound('one.db', 1), sound('two.db', 2));
    await killAt(visit, 'one.db', 'proving', 'checks');

    await runAll(visit);

    expect(await states(visit)).toEqual({ 'one.db': 'upgraded', 'two.db': 'upgraded' });
    expect(await row(visit, 'one.db').textContent()).toMatch(/Upgraded\s+(\d+) of \1 checks passed/);
    expect(await row(visit, 'two.db').textContent()).toMatch(/Upgraded\s+(\d+) of \1 checks passed/);
  });
});

describe('A database that is dropped on many whose results are not saved', () => {
  it('does not take their place, and says so', async () => {
    const visit = await openPage();
    await dropMany(visit, script, sound('one.db', 1), sound('two.db', 2));
    await runAll(visit);
    await visit.drop({ name: 'other.db', content: nativeDatabase('CREATE TABLE o(a)') });
    const said = visit.page.locator('[data-problem=unsaved-many]');
    await said.waitFor();
    expect(await said.textContent()).toContain('other.db was not opened');
    expect(await states(visit)).toEqual({ 'one.db': 'upgraded', 'two.db': 'upgraded' });
  });
});
