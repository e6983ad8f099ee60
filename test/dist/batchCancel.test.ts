// Many files whose work is given up: what is done stays, what was begun is as if it had never been, and all can be begun anew.
import { expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import {
  dropMany,
  parts,
  planned,
  pressWhen,
  reachFile,
  reportIn,
  row,
  sound,
  states,
  unzip,
  withoutDialog,
} from './batchVisit';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
const large = {
  name: 'large.db',
  content: nativeDatabase(`
    CREATE TABLE t(a INTEGER, b TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
      INSERT INTO t SELECT i, hex(i * 104729 % 100003) FROM n;`),
};
/** Nothing to a plan, which builds no index that cannot fail; work for a run. */
const indexes = {
  name: 'indexes.sql',
  content: Array.from({ length: 6 }, (_, at) => `CREATE INDEX i${at} ON t(${at % 2 ? 'a, b' : 'b, a'});`).join('\n'),
};
const [first, last] = [sound('first.db', 1), sound('last.db', 2)];
const INDEXES = "PRAGMA integrity_check; SELECT count(*) FROM sqlite_schema WHERE type = 'index';";

it('A file that is cancelled in the middle of its run has no result, the next ones are run, and it can be run again', async () => {
  const visit = await openPage();
  await withoutDialog(visit);
  await dropMany(visit, indexes, first, large, last);

  const [after] = await Promise.all([
    pressWhen(visit, 'large.db', /Statement [2-5] of 6/, 'Cancel large.db'),
    parts(visit).runAll.click(),
  ]);
  expect(after).toMatchObject({ 'first.db': 'upgraded', 'large.db': 'ready' });
  await planned(visit);

  expect(await states(visit)).toEqual({ 'first.db': 'upgraded', 'large.db': 'ready', 'last.db': 'upgraded' });
  expect(await row(visit, 'large.db').textContent()).toContain('Cancelled. Nothing of this file was changed.');
  expect(
    await row(visit, 'large.db')
      .getByRole('button', { name: /^Download/ })
      .count(),
  ).toBe(0);
  const early = unzip(visit, (await visit.downloadWith('Download all as a zip')).bytes);
  expect([...early.keys()]).toEqual(['upgraded/first.db', 'upgraded/last.db', 'report.json']);
  expect(reportIn(early).files[1]).toMatchObject({ name: 'large.db', outcome: 'not run', archived: null, run: null });

  await parts(visit).runRest.click();
  await reachFile(visit, 'large.db', 'upgraded');
  await planned(visit);
  const contents = unzip(visit, (await visit.downloadWith('Download all as a zip')).bytes);
  expect(askNative(contents.get('upgraded/large.db') ?? Buffer.of(), INDEXES)).toBe('ok\n6');
});

it('“Cancel all” keeps what is done, and runs nothing more until it is asked to', async () => {
  const visit = await openPage();
  await dropMany(visit, indexes, first, large, last);

  const [after] = await Promise.all([
    pressWhen(visit, 'large.db', /Statement [2-5] of 6/, 'Cancel all'),
    parts(visit).runAll.click(),
  ]);

  expect(after).toEqual({ 'first.db': 'upgraded', 'large.db': 'ready', 'last.db': 'ready' });
  await planned(visit);
  expect(await parts(visit).summary.textContent()).toBe('1 upgraded, 2 still to run');
  await parts(visit).runRest.click();
  await reachFile(visit, 'last.db', 'upgraded');
  expect(await states(visit)).toEqual({ 'first.db': 'upgraded', 'large.db': 'upgraded', 'last.db': 'upgraded' });
});

it('A file over which the plan never ends can be left out, and the others are run', async () => {
  const visit = await openPage();
  const endless = {
    name: 'endless.sql',
    content: `ALTER TABLE t ADD COLUMN c;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE EXISTS (SELECT 1 FROM t WHERE b = 'forever'))
        SELECT count(*) FROM (SELECT i FROM n LIMIT 1000000000000);`,
  };
  const forever = {
    name: 'forever.db',
    content: nativeDatabase("CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'forever');"),
  };
  await visit.drop(endless, first, forever, last);
  await reachFile(visit, 'forever.db', 'planning');

  await visit.page.getByRole('button', { name: 'Cancel forever.db' }).click();
  await planned(visit);

  expect(await states(visit)).toEqual({ 'first.db': 'ready', 'forever.db': 'waiting', 'last.db': 'ready' });
  await parts(visit).runAll.click();
  await reachFile(visit, 'last.db', 'upgraded');
  await planned(visit);
  expect(await parts(visit).planRest.textContent()).toBe('Plan the remaining 1');
});

it('Another script makes all plans anew, also while one of them never ends, and no result of the first is left', async () => {
  const visit = await openPage();
  await dropMany(visit, indexes, first, last);
  await parts(visit).runAll.click();
  await reachFile(visit, 'last.db', 'upgraded');
  await planned(visit);

  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;';
  await visit.useScript({ name: 'endless.sql', content: endless });
  await reachFile(visit, 'first.db', 'planning');
  expect(await parts(visit).saveAll.count()).toBe(0);
  await visit.useScript({ name: 'short.sql', content: 'ALTER TABLE nothing ADD COLUMN c;' });
  await reachFile(visit, 'last.db', 'stops');

  expect(await states(visit)).toEqual({ 'first.db': 'stops', 'last.db': 'stops' });
  expect(await row(visit, 'last.db').textContent()).toContain('Stops at statement 1');
  expect(await parts(visit).runAll.isDisabled()).toBe(true);
});

it('A script that cannot be read is said once, and not for every file', async () => {
  const visit = await openPage();
  await visit.drop({ name: 'open.sql', content: "SELECT 'never closed" }, first, last);

  await parts(visit).alert.waitFor();

  expect(await states(visit)).toEqual({ 'first.db': 'waiting', 'last.db': 'waiting' });
  expect(await parts(visit).runAll.isDisabled()).toBe(true);
});
