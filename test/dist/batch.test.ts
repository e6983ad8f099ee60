// Many files at once: one table of plans and outcomes, one archive of results, and a bad file that stops no other.
import { amount } from '../amount';
import { appendFileSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askNative, digestOf, nativeDatabase } from '../databases';
import { copiedWhileOpen, recoveredNatively } from '../file/sidecars';
import {
  dropMany,
  garbage,
  parts,
  planned,
  reachFile,
  reportIn,
  row,
  runAll,
  script,
  sound,
  states,
  unzip,
  withoutDialog,
  withValueTwice,
} from './batchVisit';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
const ROWS = 'SELECT rowid, a, b FROM t ORDER BY rowid';
const SCHEMA = 'SELECT type, name, sql FROM sqlite_schema ORDER BY rowid';
/** Three rows, two of which are in the log only. */
const inUse = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t(a) VALUES (1); PRAGMA wal_checkpoint;
   PRAGMA wal_autocheckpoint = 0; INSERT INTO t(a) VALUES (2); INSERT INTO t(a) VALUES (4);`,
);
const three = [sound('one.db', 1), sound('two.db', 2), sound('three.db', 3)];

/** What native sqlite3 makes of a database with the script. */
function upgradedNatively(bytes: Uint8Array): string {
  return askNative(bytes, `${String(script.content)} ${SCHEMA}; ${ROWS};`);
}

/** Twenty files in the long run. */
const GOOD = amount(5, 17);

describe('Many databases that are dropped together', () => {
  const good = Array.from({ length: GOOD }, (_, at) => sound(`clinic ${at + 1}.db`, at + 1, 20 + at));
  const bad = [garbage('broken.db'), withValueTwice('twice.db')];
  const logged = [
    { name: 'in use.db', content: inUse.database },
    { name: 'in use.db-wal', content: inUse.sidecar },
  ];

  it('are planned, run and downloaded as one archive with one report, whatever is wrong with some of them', async () => {
    const visit = await openPage();
    await withoutDialog(visit);
    await dropMany(visit, script, ...good, ...bad, ...logged);

    expect(await states(visit)).toEqual({
      ...Object.fromEntries(good.map(({ name }) => [name, 'ready'])),
      'broken.db': 'refused',
      'twice.db': 'stops',
      'in use.db': 'ready',
    });
    expect(await row(visit, 'twice.db').textContent()).toContain('UNIQUE constraint failed: t.a');
    expect(await row(visit, 'broken.db').textContent()).toContain('not a SQLite database');
    expect(await row(visit, 'in use.db').textContent()).toContain('with its -wal');
    expect(await parts(visit).saveAll.count()).toBe(0);
    await runAll(visit);
    expect(await parts(visit).summary.textContent()).toBe(`${GOOD + 1} upgraded, 1 rejected, 1 would stop`);
    const { name, bytes } = await visit.downloadWith('Download all as a zip');

    expect(name).toBe('upgraded-databases.zip');
    const contents = unzip(visit, bytes);
    const [recovered] = recoveredNatively('-wal', [inUse]);
    if (!recovered) throw new Error('Nothing was recovered');
    const inputs = [...good, { name: 'in use.db', content: recovered.database }];
    expect([...contents.keys()]).toEqual([...inputs.map((file) => `upgraded/${file.name}`), 'report.json']);
    const report = reportIn(contents);
    for (const input of inputs) {
      const upgraded = contents.get(`upgraded/${input.name}`);
      if (!upgraded) throw new Error(`${input.name} is not in the archive`);
      expect(askNative(upgraded, `PRAGMA integrity_check; ${SCHEMA}; ${ROWS};`)).toBe(
        `ok\n${upgradedNatively(input.content as Uint8Array)}`,
      );
      expect(report.files.find((file) => file.name === input.name)).toMatchObject({
        outcome: 'upgraded',
        archived: `upgraded/${input.name}`,
        run: { output: { name: `upgraded/${input.name}`, size: upgraded.length, sha256: digestOf(upgraded) } },
      });
    }
    for (const { name, content } of [...good, ...bad]) {
      const sha256 = digestOf(content as Uint8Array);
      expect(report.files.find((file) => file.name === name)).toMatchObject({ size: content.length, sha256 });
    }
    expect(report.files).toHaveLength(GOOD + 3);
    expect(report.counts).toMatchObject({ upgraded: GOOD + 1, refused: 1, stops: 1, failed: 0, 'not run': 0 });
    expect(report.files.flatMap(({ run }) => run?.proofs ?? []).filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(report.files.find((file) => file.name === 'in use.db')?.sidecars).toEqual([
      { name: 'in use.db-wal', size: inUse.sidecar.length, sha256: digestOf(inUse.sidecar) },
    ]);
    expect(report.files.find((file) => file.name === 'twice.db')).toMatchObject({ archived: null, run: null });
  });
});

describe('One file of many', () => {
  it('is opened alone, with its log', async () => {
    const visit = await openPage();
    const logged = { name: 'in use.db', content: inUse.database };
    await dropMany(visit, script, ...three, logged, { name: 'in use.db-wal', content: inUse.sidecar });

    await visit.page.getByRole('button', { name: 'Open: in use.db' }).click();
    await visit.reach('ready');

    expect((await visit.facts()).rows).toBe('3');
    expect(await parts(visit).panel.count()).toBe(0);
  });

  it('that wants a tick is run as soon as it has one, and the others do not wait for it', async () => {
    const visit = await openPage();
    // Its header asks for more pages than there are.
    const whole = nativeDatabase(`CREATE TABLE t(a INTEGER, b TEXT); CREATE TABLE u(c);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO u SELECT hex(zeroblob(20)) FROM n;`);
    const short = { name: 'short.db', content: whole.subarray(0, whole.length - 8192) };
    await dropMany(visit, script, ...three, short);
    await row(visit, 'short.db').getByText('Needs confirmation').waitFor();

    await runAll(visit);
    expect(await states(visit)).toMatchObject({ 'one.db': 'upgraded', 'three.db': 'upgraded', 'short.db': 'ready' });
    await row(visit, 'short.db').getByLabel('Go on with the part of the file that is here').check();
    await parts(visit).runRest.click();
    await reachFile(visit, 'short.db', 'upgraded');

    expect(await parts(visit).runRest.count()).toBe(0);
  });

  it('that is deleted or changed before its run is reported, and stops no other', async () => {
    const visit = await openPage();
    await withoutDialog(visit);
    await dropMany(visit, script, ...three, sound('four.db', 4));
    rmSync(join(visit.folder, 'two.db'));
    appendFileSync(join(visit.folder, 'three.db'), 'more');

    await runAll(visit);

    expect(await states(visit)).toEqual({
      'one.db': 'upgraded',
      'two.db': 'failed',
      'three.db': 'failed',
      'four.db': 'upgraded',
    });
    const { bytes } = await visit.downloadWith('Download all as a zip');
    const contents = unzip(visit, bytes);
    expect([...contents.keys()]).toEqual(['upgraded/one.db', 'upgraded/four.db', 'report.json']);
    const { files } = reportIn(contents);
    for (const at of [1, 2]) {
      expect(files[at]).toMatchObject({ name: three[at]?.name, outcome: 'failed', archived: null });
      expect(files[at]?.sentence).not.toBe('');
    }

    // Each can be read again where it stands: what is there now is planned, and the results of the others stay.
    visit.save([sound('three.db', 7)]);
    await visit.page.getByRole('button', { name: 'Read it again: two.db' }).click();
    await row(visit, 'two.db').getByText('It is no longer where it was').waitFor();
    await visit.page.getByRole('button', { name: 'Read it again: three.db' }).click();
    await reachFile(visit, 'three.db', 'ready');
    // Who comes back to the page is told without a run; what is saved may have taken the place of its file.
    for (const name of ['one.db', 'three.db']) appendFileSync(join(visit.folder, name), 'more');
    await visit.page.evaluate(() => dispatchEvent(new Event('focus')));
    await row(visit, 'three.db').getByText('Changed since').waitFor();
    expect(await states(visit)).toMatchObject({ 'one.db': 'upgraded', 'three.db': 'refused' });
    await visit.page.getByRole('button', { name: 'Read it again: three.db' }).click();
    await reachFile(visit, 'three.db', 'ready');
    await parts(visit).runRest.click();
    await reachFile(visit, 'three.db', 'upgraded');
    expect(await states(visit)).toMatchObject({ 'one.db': 'upgraded', 'two.db': 'failed' });
  });

  it('is downloaded by itself, with the name that it would have alone; one that is changed after its run is left out of the archive, and the report says so', async () => {
    const visit = await openPage();
    await withoutDialog(visit);
    await dropMany(visit, script, ...three);
    await runAll(visit);
    const alone = await visit.downloadWith('Download upgraded one.db');
    expect(alone.name).toBe('one.upgraded.db');
    expect(askNative(alone.bytes, `${SCHEMA}; ${ROWS};`)).toBe(upgradedNatively(three[0]?.content as Uint8Array));
    utimesSync(join(visit.folder, 'two.db'), 1, 1);
    truncateSync(join(visit.folder, 'two.db'), 100);

    const { bytes } = await visit.downloadWith('Download all as a zip');

    const contents = unzip(visit, bytes);
    expect([...contents.keys()]).toEqual(['upgraded/one.db', 'upgraded/three.db', 'report.json']);
    expect(reportIn(contents).counts).toMatchObject({ upgraded: 2, lost: 1 });
    expect(await states(visit)).toMatchObject({ 'two.db': 'lost' });
    expect(await visit.page.getByRole('button', { name: 'Download upgraded two.db' }).count()).toBe(0);
  });

  it('that has the name of another gets one of its own in the archive', async () => {
    const visit = await openPage();
    await withoutDialog(visit);
    const input = visit.page.getByLabel('Open a SQLite file');
    const same = [sound('spine.db', 1), sound('spine.db', 2)];
    await input.setInputFiles(
      [...same, script].map(({ name, content }) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(content as Uint8Array),
      })),
    );
    await planned(visit);
    await runAll(visit);

    const { bytes } = await visit.downloadWith('Download all as a zip');

    const contents = unzip(visit, bytes);
    expect([...contents.keys()]).toEqual(['upgraded/spine.db', 'upgraded/spine (2).db', 'report.json']);
    expect(askNative(contents.get('upgraded/spine (2).db') ?? Buffer.of(), `${SCHEMA}; ${ROWS};`)).toBe(
      upgradedNatively(same[1]?.content as Uint8Array),
    );
  });
});

describe('Many databases that are compared with a target', () => {
  const TARGET = 'CREATE TABLE t(a INTEGER, c TEXT);\nCREATE TABLE notes(id INTEGER PRIMARY KEY, said TEXT);\n';

  it('are told apart by how they differ, asked once what several of them ask, and brought there one by one or all together', async () => {
    const visit = await openPage();
    const { page } = visit;
    await withoutDialog(visit);
    const there = { name: 'there.db', content: nativeDatabase(TARGET) };
    await visit.drop(...three, there, garbage('broken.db'));
    await planned(visit);

    await page.getByLabel('Open a target').setInputFiles([...visit.save([{ name: 'target.sql', content: TARGET }])]);
    await reachFile(visit, 'three.db', 'asks');
    await planned(visit);
    expect(await states(visit)).toEqual({
      ...{ 'one.db': 'asks', 'two.db': 'asks', 'three.db': 'asks' },
      ...{ 'there.db': 'up to date', 'broken.db': 'refused' },
    });
    const differing = row(visit, 'one.db').locator('[data-difference]');
    expect(
      await differing.evaluateAll((all) => all.map((one) => `${one.dataset.difference} ${one.dataset.object}`)),
    ).toEqual(['added notes', 'altered t']);
    expect(await row(visit, 'there.db').getAttribute('data-file-differs')).toBe('0');

    // One answer for all, and an exception.
    const question = page.locator('[data-asked-by="3"]');
    await question.locator('> [data-question]').getByRole('radio').first().check();
    await reachFile(visit, 'three.db', 'ready');
    await planned(visit);
    await question.getByText('Answer each file by itself').click();
    await question.locator('details [data-question]').nth(1).getByRole('radio').last().check();
    await reachFile(visit, 'two.db', 'ready');
    await planned(visit);
    expect(await row(visit, 'two.db').textContent()).toContain('drops t.b with 50 values');
    await page.getByRole('button', { name: 'Bring one.db to the target' }).click();
    await reachFile(visit, 'one.db', 'upgraded');
    await planned(visit);
    expect(await states(visit)).toMatchObject({ 'two.db': 'ready', 'three.db': 'ready' });
    await page.getByRole('button', { name: 'Bring 2 files to the target' }).click();
    await reachFile(visit, 'three.db', 'upgraded');
    await planned(visit);

    const { bytes } = await visit.downloadWith('Download all as a zip');
    const contents = unzip(visit, bytes);
    const report = reportIn(contents);
    expect(report.counts).toMatchObject({ upgraded: 3, 'up to date': 1, refused: 1 });
    for (const [at, value] of ['row 3 of 1', 'NULL', 'row 3 of 3'].entries()) {
      const upgraded = contents.get(`upgraded/${three[at]?.name ?? ''}`);
      if (!upgraded) throw new Error('It is not in the archive');
      expect(
        askNative(upgraded, `PRAGMA integrity_check; SELECT count(*) FROM t; SELECT quote(c) FROM t LIMIT 1 OFFSET 2;`),
      ).toBe(`ok\n50\n${value === 'NULL' ? value : `'${value}'`}`);
      expect(askNative(upgraded, SCHEMA).split('\n').sort()).toEqual(
        askNative(there.content, SCHEMA).split('\n').sort(),
      );
      const { run } = report.files[at] ?? {};
      expect(run?.proofs.find(({ code }) => code === 'reaches-target')?.result).toBe('pass');
    }
    expect(visit.troubles).toEqual([]);
  });
});
