// What may be dropped beside a sound database: files that are none, and databases that there is something to know of.
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { copiedWhileOpen } from '../file/sidecars';
import { receiveVisits, rehearseNothing } from './visit';

const openPage = receiveVisits(rehearseNothing);
const good = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3);');
const random = Uint8Array.from({ length: 8192 }, (_, at) => createHash('md5').update(String(at)).digest()[0] ?? 0);
/** The beginning of a write-ahead log, as https://sqlite.org/fileformat2.html#the_write_ahead_log has it. */
const log = new Uint8Array(4152);
log.set([0x37, 0x7f, 0x06, 0x82, 0x00, 0x2d, 0xe2, 0x18, 0x00, 0x00, 0x10, 0x00]);

/** A table that takes several pages. */
const whole = nativeDatabase(`CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
  WHERE i < 2000) INSERT INTO t SELECT hex(zeroblob(20)) FROM n;`);
const scribbled = good.map((byte, at) => (at >= 100 && at < 4096 ? 0xab : byte));

describe('A file that is not a sound database', () => {
  it('is refused with a sentence that says what it is, and a good one works afterwards', async () => {
    const visit = await openPage();
    const refused = [
      ['empty.db', new Uint8Array(0), 'The file is empty'],
      ['spine.db.gz', gzipSync(good), 'a gzip archive, not a SQLite database'],
      ['weeks.db', 'week,tier,symbol\n2025-12-26,OTC,AAAA\n', 'This is a text file'],
      ['random.db', random, 'not a SQLite database, or it is encrypted'],
      ['spine.db-wal', log, 'a write-ahead log (-wal), not the database'],
      ['header.db', good.subarray(0, 60), 'cut off inside its first 100 bytes'],
      ['dump.txt', askNative(good, '.dump'), 'This is an SQL dump'],
      ['spine.db-shm', Uint8Array.of(0x18, 0xe2, 0x2d, 0, 0), 'the shared memory (-shm) of a database'],
      ['scribbled.db', scribbled, 'SQLite cannot read the schema of this file'],
    ] as const;

    for (const [name, content, sentence] of refused) {
      await visit.drop({ name, content });
      await visit.page.getByRole('alert').filter({ hasText: sentence }).waitFor();
      expect(await visit.state()).toBe('refused');
      expect(await visit.run.count()).toBe(0);
    }

    await visit.pick({ name: 'good.db', content: good });
    await visit.reach('ready');
    expect((await visit.facts()).rows).toBe('3');
    expect(await visit.page.getByRole('alert').count()).toBe(0);
  });
});

const ADD_COLUMN = {
  name: 'mine.sql',
  content: 'ALTER TABLE t ADD COLUMN b TEXT; CREATE INDEX IF NOT EXISTS i ON t(b);',
};
/** Three rows, two of which are in the log only. */
const inUse = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1); PRAGMA wal_checkpoint;
   PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (2); INSERT INTO t VALUES (4);`,
);

describe('A database in WAL mode', () => {
  it('is joined with its log, and all rows are in the result, in one file', async () => {
    const visit = await openPage();

    await visit.drop(
      { name: 'spine.db', content: inUse.database },
      { name: 'spine.db-wal', content: inUse.sidecar },
      { name: 'spine.db-shm', content: new Uint8Array(32768) },
      ADD_COLUMN,
    );
    await visit.reach('ready');

    expect(await visit.page.locator('[data-finding=log-joined]').textContent()).toContain('2 transactions');
    expect((await visit.facts())['journal-mode']).toBe('WAL');
    await visit.runToTheEnd();
    expect(new Set((await visit.proofs()).map(({ result }) => result))).toEqual(new Set(['pass']));
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, 'PRAGMA journal_mode; PRAGMA integrity_check; SELECT sum(a), count(b) FROM t;')).toBe(
      'wal\nok\n7|0',
    );
  });

  it('that comes alone asks for its log; the log may come later, and needs no tick then', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'spine.db', content: inUse.database }, ADD_COLUMN);
    await visit.reach('ready');
    const alone = visit.page.locator('[data-finding=wal-alone]');
    expect(await alone.textContent()).toContain('Drop the -wal file that lies beside the database here too');
    expect(await visit.run.isDisabled()).toBe(true);

    await visit.drop({ name: 'spine.db-wal', content: inUse.sidecar });
    await visit.page.locator('[data-finding=log-joined]').waitFor();
    expect(await alone.count()).toBe(0);
    await visit.runToTheEnd();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, 'SELECT sum(a) FROM t;')).toBe('7');
  });

  it('runs without its log only when that is ticked, and the report says so', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'spine.db', content: inUse.database }, ADD_COLUMN);
    await visit.reach('ready');
    expect(await visit.run.isDisabled()).toBe(true);
    await visit.page.locator('[data-finding=wal-alone]').getByRole('checkbox').check();
    await visit.runToTheEnd();

    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect([...bytes.subarray(18, 20)]).toEqual([2, 2]);
    expect(askNative(bytes, 'PRAGMA integrity_check; SELECT sum(a) FROM t;')).toBe('ok\n1');
    const report = await visit.downloadWith('Download report');
    expect(JSON.parse(new TextDecoder().decode(report.bytes))).toMatchObject({
      findings: [{ code: 'wal-alone', agreed: expect.stringContaining('-wal') as string }],
    });
  });

  it('keeps apart from the log of another database', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'spine.db', content: inUse.database }, { name: 'other.db-wal', content: inUse.sidecar });
    await visit.reach('ready');

    expect(await visit.page.locator('[data-problem=left-out]').textContent()).toContain(
      'by its name it belongs to another database than spine.db',
    );
    expect(await visit.page.locator('[data-finding=wal-alone]').count()).toBe(1);
  });
});

const UPDATED = 'UPDATE t SET a = 7 WHERE a = 1;';
const FEW_ROWS = `PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1); PRAGMA wal_checkpoint(TRUNCATE);`;
const MANY_ROWS = `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i FROM n;
  PRAGMA wal_checkpoint(TRUNCATE);`;
/** Two states of a database in use, each with the log that follows on it. */
const early = copiedWhileOpen('-wal', `${FEW_ROWS} ${UPDATED}`);
const late = copiedWhileOpen('-wal', `${FEW_ROWS} ${MANY_ROWS} ${UPDATED}`);

describe('A database beside the log of another state of it', () => {
  it('is shown without an older log, with the sizes of both, and upgraded so when that is ticked', async () => {
    const visit = await openPage();

    await visit.drop(
      { name: 'spine.db', content: late.database },
      { name: 'spine.db-wal', content: early.sidecar },
      ADD_COLUMN,
    );
    await visit.reach('ready');

    const finding = visit.page.locator('[data-finding]');
    expect(await finding.evaluateAll((all) => all.map((one) => one.getAttribute('data-finding')))).toEqual([
      'log-is-older',
    ]);
    expect(await finding.textContent()).toContain(
      `${late.database.length / 4096} pages (${late.database.length.toLocaleString('en-US')} bytes) by its header`,
    );
    expect((await visit.facts()).rows).toBe('2,000');
    expect(await visit.run.isDisabled()).toBe(true);
    await finding.getByRole('checkbox').check();
    await visit.runToTheEnd();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, 'PRAGMA integrity_check; SELECT count(*), min(a) FROM t;')).toBe('ok\n2000|1');
  });

  it('is asked for a newer state where the log is newer, and the log can be left out', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'spine.db', content: early.database }, { name: 'spine.db-wal', content: late.sidecar });
    await visit.page.locator('[data-finding=zero-pages]').waitFor();
    expect(await visit.page.locator('[data-finding=bytes-past-end], [data-finding=cut-short]').count()).toBe(0);

    await visit.page.getByRole('button', { name: 'Leave the -wal out' }).click();
    await visit.page.locator('[data-finding=wal-alone]').waitFor();
    expect(await visit.page.locator('[data-finding=zero-pages]').count()).toBe(0);
    expect((await visit.facts()).rows).toBe('1');
  });
});

describe('A log', () => {
  it('can be chosen by its own button, whatever it is called, and the report identifies it', async () => {
    const visit = await openPage();
    await visit.drop({ name: 'spine.db', content: inUse.database }, ADD_COLUMN);
    await visit.page.locator('[data-finding=wal-alone]').waitFor();

    const [path = ''] = visit.save([{ name: 'spine (1).db-wal', content: inUse.sidecar }]);
    await visit.page.getByLabel('Choose the -wal file').setInputFiles(path);
    await visit.page.locator('[data-finding=log-joined]').waitFor();
    await visit.runToTheEnd();

    const { bytes } = await visit.downloadWith('Download report');
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
      input: {
        name: 'spine.db',
        sha256: createHash('sha256').update(inUse.database).digest('hex'),
        sidecars: [
          {
            name: 'spine (1).db-wal',
            size: inUse.sidecar.length,
            sha256: createHash('sha256').update(inUse.sidecar).digest('hex'),
          },
        ],
      },
    });
    const content = (await visit.proofs()).find(({ code }) => code === 'pages')?.text;
    expect(content).toContain('your file, as it was recovered with what lay beside it');
  });

  it('that was dropped before its database is remembered until that comes', async () => {
    const visit = await openPage();
    await visit.drop({ name: 'spine.db-wal', content: inUse.sidecar });
    await visit.reach('refused');

    await visit.drop({ name: 'spine.db', content: inUse.database });
    await visit.page.locator('[data-finding=log-joined]').waitFor();
    expect((await visit.facts()).rows).toBe('3');
  });

  it('beside a database that is not in WAL mode waits for a tick', async () => {
    const visit = await openPage();
    const database = inUse.database.slice();
    database.fill(1, 18, 20);
    await visit.drop(
      { name: 'spine.db', content: database },
      { name: 'spine.db-wal', content: inUse.sidecar },
      ADD_COLUMN,
    );
    await visit.page.locator('[data-finding=log-unexpected]').waitFor();
    await visit.reach('ready');
    expect(await visit.run.isDisabled()).toBe(true);
  });
});

describe('Files whose names say nothing', () => {
  it('are known by their bytes: the database, the script, and what is neither', async () => {
    const visit = await openPage();
    await visit.drop(
      { name: 'readme.txt', content: 'Read me first.' },
      { name: 'notes.txt', content: `-- what it does\n${ADD_COLUMN.content}` },
      { name: 'good.sql', content: good },
    );
    await visit.reach('ready');

    expect(await visit.page.getByRole('heading', { name: 'good.sql' }).count()).toBe(1);
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied', 'applied']);
    expect(await visit.page.locator('[data-problem=left-out]').textContent()).toContain(
      'Only good.sql and notes.txt were opened; readme.txt was not read.',
    );
  });
});

describe('A table that cannot be counted', () => {
  it('is not taken for one without rows', async () => {
    const visit = await openPage();
    const two = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2); CREATE TABLE u(a);');
    // The root page of the second table is no page of a table.
    await visit.drop({ name: 'half.db', content: two.map((byte, at) => (at >= 8192 && at < 8300 ? 0xab : byte)) });
    await visit.reach('ready');
    expect((await visit.facts()).rows).toBe('at least 2');
  });
});

describe('A database with a hot journal', () => {
  it('is read as it was before the transaction that was cut off', async () => {
    const hot = copiedWhileOpen(
      '-journal',
      `PRAGMA cache_size = 1; CREATE TABLE t(a); INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1
       FROM n WHERE i < 2000) SELECT i FROM n; BEGIN; UPDATE t SET a = 0;`,
    );
    const visit = await openPage();

    await visit.drop(
      { name: 'spine.db', content: hot.database },
      { name: 'spine.db-journal', content: hot.sidecar },
      ADD_COLUMN,
    );
    await visit.reach('ready');
    expect(await visit.page.locator('[data-finding=journal-rolled-back]').textContent()).toContain('rolled back');
    await visit.runToTheEnd();

    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, 'PRAGMA integrity_check; SELECT sum(a), count(b) FROM t;')).toBe('ok\n2001000|0');
  });
});

describe('A file that is cut short', () => {
  it('is shown with both figures, and upgraded only when that is ticked', async () => {
    const visit = await openPage();
    const content = whole.subarray(0, whole.length - 6000);

    await visit.drop({ name: 'short.db', content }, ADD_COLUMN);
    await visit.reach('ready');

    const finding = visit.page.locator('[data-finding=cut-short]');
    const sentence = (await finding.textContent()) ?? '';
    expect(sentence).toContain(`its header speaks of ${whole.length.toLocaleString('en-US')} bytes`);
    expect(sentence).toContain(`it has ${content.length.toLocaleString('en-US')}`);
    expect(await visit.run.isDisabled()).toBe(true);
    await finding.getByRole('checkbox').check();
    expect(await visit.run.isDisabled()).toBe(false);
    // That it is damaged is found by reading all of it, and is not said a second time.
    await visit.page.locator('[data-check=integrity-before][data-check-state=made]').waitFor();
    expect(await visit.page.locator('[data-finding]').count()).toBe(1);
    expect(await visit.run.isDisabled()).toBe(false);
    await finding.getByText('in SQLite’s own words').waitFor();
  });
});

describe('A damaged database', () => {
  // The last page of the table is scribbled over: what is on the others can be read.
  const damaged = whole.map((byte, at) => (at >= whole.length - 4096 && at < whole.length - 3000 ? 0x55 : byte));
  const script = { name: 'mine.sql', content: 'CREATE TABLE u(x); INSERT INTO u VALUES (1);' };

  it('is shown, and its result is withheld until that is ticked', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'damaged.db', content: damaged }, script);
    await visit.reach('ready');
    const finding = visit.page.locator('[data-finding=damaged]');

    expect(await finding.textContent()).toContain('The database is damaged: integrity_check found');
    const faults = finding.getByText('in SQLite’s own words');
    expect(await finding.locator('li').count()).toBe(0);
    await faults.click();
    await finding.locator('li').first().waitFor();
    expect(`${await finding.locator('li').count()} faults, in SQLite’s own words`).toBe(await faults.textContent());
    expect(await visit.page.locator('[data-check=integrity-before]').textContent()).toContain('damaged, see below');
    expect(await visit.page.locator('[data-problem=uncertain-plan]').count()).toBe(1);
    expect(await visit.page.getByRole('heading', { name: 'damaged.db' }).count()).toBe(1);
    await visit.page.getByText('Your file is damaged: the result is withheld').waitFor();

    await visit.runToTheEnd();
    await visit.page.locator('[data-problem=proof-failed]').waitFor();
    expect(await visit.download.count()).toBe(0);
    await finding.getByRole('checkbox').check();
    await visit.download.waitFor();
    expect(await visit.page.locator('#outcome').textContent()).toContain('as damaged as your file was');
  });

  it('is upgraded when the user insists, and the page and the report call the result damaged', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'damaged.db', content: damaged }, script);
    await visit.page.locator('[data-finding=damaged]').getByRole('checkbox').check();
    await visit.runToTheEnd();

    const results = new Map((await visit.proofs()).map(({ code, result }) => [code, result]));
    expect([results.get('integrity-before'), results.get('integrity-after')]).toEqual(['fail', 'fail']);
    expect(await visit.page.locator('#outcome').textContent()).not.toContain('every check passed');
    const report = await visit.downloadWith('Download report');
    const { findings, proofs } = JSON.parse(new TextDecoder().decode(report.bytes)) as {
      findings: readonly { code: string; agreed: string | null }[];
      proofs: readonly { code: string; result: string }[];
    };
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'damaged', agreed: 'Upgrade the damaged file all the same' }),
    );
    expect(proofs).toContainEqual(expect.objectContaining({ code: 'integrity-before', result: 'fail' }));
  });
});

describe('A database with bytes past its end', () => {
  it('is opened with a warning of how many they are', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'longer.db', content: Buffer.concat([whole, Buffer.alloc(4096)]) });
    await visit.reach('ready');

    expect(await visit.page.locator('[data-finding=bytes-past-end]').textContent()).toContain('4,096 bytes past');
  });
});

describe('Files that come along with a database', () => {
  it('are named when they cannot be used, and it is said what SQLite does', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'good.db-wal', content: log }, { name: 'good.db', content: good });
    await visit.reach('ready');

    expect(await visit.page.getByRole('heading', { name: 'good.db' }).count()).toBe(1);
    const finding = await visit.page.locator('[data-finding=log-not-used]').textContent();
    expect(finding).toContain('The header of the -wal file is damaged');
    expect(await visit.run.isDisabled()).toBe(true);
  });

  it('are passed over only where nothing of theirs can be missed', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'good.db-shm', content: 'shared' }, { name: 'good.db', content: good });
    await visit.reach('ready');

    expect(await visit.page.locator('[data-problem=left-out]').count()).toBe(0);
  });
});
