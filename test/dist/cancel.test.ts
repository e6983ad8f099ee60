// Cancelling: whatever the engine is busy with ends at once, and what comes next works.
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { receiveVisits, type Visit } from './visit';

const openPage = receiveVisits();

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;';
const small = { name: 'small.db', content: nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2);') };
const large = {
  name: 'large.db',
  content: nativeDatabase(`
    CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      INSERT INTO t(a, b) SELECT hex(i * 7919 % 100003), hex(i * 104729 % 100003) FROM n;`),
};
/** Nothing to a plan, which builds no index that cannot fail; work for a run. */
const INDEXES = Array.from({ length: 6 }, (_, at) => `CREATE INDEX i${at} ON t(${at % 2 ? 'a, b' : 'b, a'});`).join(
  '\n',
);

/** Has "Cancel" pressed as soon as the progress begins with `label`; gives the state of the page right after. */
function cancelAt(visit: Visit, label: string): Promise<string | undefined> {
  return visit.page.evaluate(
    (wanted) =>
      new Promise<string | undefined>((resolve) => {
        const observer = new MutationObserver(() => {
          const shown = document.querySelector('[aria-labelledby=running] [data-progress]')?.textContent;
          if (!shown?.startsWith(wanted)) return;
          observer.disconnect();
          [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Cancel')?.click();
          setTimeout(() => resolve(document.querySelector('main')?.dataset.state));
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    label,
  );
}

it('A run that is cancelled leaves the file ready at once to be run again, and nothing to download', async () => {
  const visit = await openPage();
  await visit.drop(large, { name: 'indexes.sql', content: INDEXES });
  await visit.reach('ready');
  const planned = await visit.statements();

  const [state] = await Promise.all([cancelAt(visit, 'Statement 3 of 6,'), visit.run.click()]);

  expect(state).toBe('ready');
  expect(await visit.download.count()).toBe(0);
  expect(await visit.page.locator('[aria-labelledby=running]').count()).toBe(0);
  expect(await visit.statements()).toEqual(planned);

  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, "PRAGMA integrity_check; SELECT count(*) FROM sqlite_schema WHERE type = 'index';")).toBe(
    'ok\n6',
  );
});

it('Planning an endless script can be cancelled, and another script can then be chosen and run', async () => {
  const visit = await openPage();
  await visit.drop(small, { name: 'endless.sql', content: ENDLESS });
  await visit.page.getByText('Planning …').waitFor();

  await visit.cancel.click();

  expect(await visit.state()).toBe('ready');
  expect(await visit.page.getByRole('alert').textContent()).toContain('Planning was cancelled.');
  expect(await visit.run.isDisabled()).toBe(true);
  await visit.useScript({ name: 'short.sql', content: 'ALTER TABLE t ADD COLUMN b;' });
  await visit.statement(1).waitFor();
  await visit.runToTheEnd();
  expect(await visit.download.count()).toBe(1);
});

it('Another script can be chosen while an endless one is being planned', async () => {
  const visit = await openPage();
  await visit.drop(small, { name: 'endless.sql', content: ENDLESS });
  await visit.page.getByText('Planning …').waitFor();

  await visit.useScript({ name: 'short.sql', content: 'ALTER TABLE t ADD COLUMN b;' });
  await visit.statement(1).waitFor();

  expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied']);
  await visit.runToTheEnd();
  expect(await visit.download.count()).toBe(1);
});

it('Another database can be dropped while an endless script is being planned', async () => {
  const visit = await openPage();
  await visit.drop(small, { name: 'endless.sql', content: ENDLESS });
  await visit.page.getByText('Planning …').waitFor();

  await visit.drop(large, { name: 'indexes.sql', content: INDEXES });
  await visit.page.getByRole('heading', { name: 'large.db', exact: true }).waitFor();
  await visit.reach('ready');

  expect(await visit.statements()).toHaveLength(6);
});

it('A file that is gone when the engine comes back is asked for again', async () => {
  const visit = await openPage();
  await visit.drop(small, { name: 'endless.sql', content: ENDLESS });
  await visit.page.getByText('Planning …').waitFor();
  visit.save([{ name: small.name, content: 'something else' }]);

  await visit.cancel.click();
  await visit.reach('refused');

  expect(await visit.page.getByRole('alert').textContent()).toContain('Drop it again');
});

it('After a run, planning an endless script can be cancelled, and planned again or left for another file', async () => {
  const visit = await openPage();
  await visit.drop(small, { name: 'short.sql', content: 'ALTER TABLE t ADD COLUMN b;' });
  await visit.reach('ready');
  await visit.runToTheEnd();

  await visit.drop({ name: 'endless.sql', content: ENDLESS });
  await visit.page.getByText('Planning …').waitFor();
  expect(await visit.state()).toBe('ready');
  await visit.cancel.click();
  await visit.page.getByRole('button', { name: 'Plan again' }).click();
  await visit.page.getByText('Planning …').waitFor();

  await visit.page.getByRole('button', { name: 'Another file' }).click();
  await visit.reach('empty');
  await visit.openSample('populated');
  await visit.reach('ready');
  expect(await visit.page.getByRole('heading', { name: 'spine.db' }).count()).toBe(1);
});
