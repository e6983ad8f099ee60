// What may be dropped beside a sound database: files that are none, and databases that there is something to know of.
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
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
      ['pages.db', whole.subarray(0, 8192), `its header speaks of ${whole.length.toLocaleString('en-US')} bytes`],
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

describe('A database in WAL mode that comes without its log', () => {
  it('is opened with a warning, and is in WAL mode when it comes back', async () => {
    const content = nativeDatabase('PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2);');
    expect([...content.subarray(18, 20)]).toEqual([2, 2]);
    const visit = await openPage();

    await visit.drop({ name: 'wal.db', content }, { name: 'mine.sql', content: 'ALTER TABLE t ADD COLUMN b TEXT;' });
    await visit.reach('ready');

    expect(await visit.page.locator('[data-finding=wal-alone]').textContent()).toContain('-wal');
    expect((await visit.facts())['journal-mode']).toBe('WAL');
    await visit.runToTheEnd();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect([...bytes.subarray(18, 20)]).toEqual([2, 2]);
    expect(askNative(bytes, 'PRAGMA journal_mode; PRAGMA integrity_check; SELECT sum(a), count(b) FROM t;')).toBe(
      'wal\nok\n3|0',
    );
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
  it('are named when they are not read, and a log among them is said to hold rows', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'good.db-wal', content: log }, { name: 'good.db', content: good });
    await visit.reach('ready');

    expect(await visit.page.getByRole('heading', { name: 'good.db' }).count()).toBe(1);
    const notice = visit.page.locator('[data-problem=left-out]');
    expect(await notice.textContent()).toContain('good.db-wal was not read');
    expect(await notice.textContent()).toContain('wal_checkpoint');
  });

  it('are passed over only where nothing of theirs can be missed', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'good.db-shm', content: 'shared' }, { name: 'good.db', content: good });
    await visit.reach('ready');

    expect(await visit.page.locator('[data-problem=left-out]').count()).toBe(0);
  });
});
