// A run after which a proof fails: the result is withheld until the user insists on it.
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
const content = nativeDatabase(`
  CREATE TABLE a(x, y);
  CREATE TABLE b(x, y);
  INSERT INTO a VALUES (1, 2);
  INSERT INTO b VALUES (3, 4);
  CREATE VIEW both AS SELECT * FROM a UNION SELECT * FROM b;`);

it('A script that breaks a view ends with a failed proof, and the file is there only for whoever insists', async () => {
  const visit = await openPage();
  await visit.drop({ name: 'views.db', content }, { name: 'wider.sql', content: 'ALTER TABLE a ADD COLUMN z;' });
  await visit.reach('ready');
  await visit.runToTheEnd();

  const failed = (await visit.proofs()).filter(({ result }) => result === 'fail');
  expect(failed.map(({ code }) => code)).toEqual(['views-and-triggers']);
  expect(failed[0]?.text).toContain('both');
  expect(await visit.page.locator('[data-problem=proof-failed]').textContent()).toContain('The result is withheld');
  expect(await visit.download.count()).toBe(0);

  const insist = visit.page.getByRole('checkbox', { name: 'I want to download the file to examine it' });
  await insist.check();
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, 'PRAGMA integrity_check; SELECT * FROM a;')).toBe('ok\n1|2|');

  await insist.uncheck();
  expect(await visit.download.count()).toBe(0);
});

it('A script that changes rows itself is told apart from one that should not: the checks warn', async () => {
  const visit = await openPage();
  await visit.drop({ name: 'rows.db', content }, { name: 'rows.sql', content: 'UPDATE a SET y = 5; DELETE FROM b;' });
  await visit.reach('ready');
  await visit.runToTheEnd();

  const results = Object.fromEntries((await visit.proofs()).map(({ code, result }) => [code, result]));
  expect(results).toMatchObject({ 'row-counts': 'warn', content: 'warn', 'integrity-reopened': 'pass' });
  expect(await visit.page.getByRole('heading', { name: 'Upgraded, with 2 warnings from the checks' }).count()).toBe(1);
  const { bytes } = await visit.downloadWith('Download upgraded database');
  expect(askNative(bytes, 'SELECT * FROM a; SELECT count(*) FROM b;')).toBe('1|5\n0');
});
