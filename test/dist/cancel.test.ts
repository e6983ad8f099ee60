// Cancelling: whatever the engine is busy with ends at once, and what comes next works.
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { beginning, pressAt, watch } from './moment';
import { receiveVisits } from './visit';

const openPage = receiveVisits(watch);

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

it('A run that is cancelled leaves the file ready at once to be run again, and nothing to download', async () => {
  const visit = await openPage();
  await visit.rehearseNothing();
  await visit.drop(large, { name: 'indexes.sql', content: INDEXES });
  await visit.reach('ready');
  const planned = await visit.statements();
  await pressAt(visit.page, beginning(3), 'Cancel');

  await visit.run.click();
  await visit.page.getByText('Cancelled. Nothing was changed').waitFor({ state: 'attached' });

  expect(await visit.state()).toBe('ready');
  expect(await visit.download.count()).toBe(0);
  expect(await visit.page.locator('[aria-labelledby=running]').count()).toBe(0);
  expect(await visit.statements()).toEqual(planned);

  await visit.runToTheEnd();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, "PRAGMA integrity_check; SELECT count(*) FROM sqlite_schema WHERE type = 'index';")).toBe(
    'ok\n6',
  );
});

it('A statement that takes its time is shown while it runs, with what was read and written', async () => {
  const visit = await openPage();
  await visit.rehearseNothing();
  const slow = 'INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)';
  await visit.drop(small, { name: 'slow.sql', content: `CREATE TABLE u(a); ${slow} SELECT i FROM n; DROP TABLE u;` });
  await visit.reach('ready');

  await visit.run.click();

  await visit.page.getByText(/^Statement 2 of 3, [\d,]+ pages read, [\d,]+ written$/).waitFor();
  await visit.reach('done');
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

it('Another script or another database can be chosen while an endless script is being planned', async () => {
  const visit = await openPage();
  await visit.drop(small, { name: 'endless.sql', content: ENDLESS });
  await visit.page.getByText('Planning …').waitFor();

  await visit.useScript({ name: 'short.sql', content: 'ALTER TABLE t ADD COLUMN b;' });
  await visit.statement(1).waitFor();
  expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied']);

  await visit.useScript({ name: 'endless.sql', content: ENDLESS });
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

  await visit.page.getByRole('button', { name: 'Open another file' }).click();
  await visit.reach('empty');
  await visit.openSample('populated');
  await visit.reach('ready');
  expect(await visit.page.getByRole('heading', { name: 'spine.db' }).count()).toBe(1);
});
