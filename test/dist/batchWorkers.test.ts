// What a row of many files does with a log that is chosen late, and what all of them leave behind in memory.
import { describe, expect, it } from 'vitest';
import { askNative } from '../databases';
import { copiedWhileOpen, recoveredNatively } from '../file/sidecars';
import { dropMany, parts, planned, row, runAll, script, sound } from './batchVisit';
import { receiveVisits } from './visit';

const openPage = receiveVisits();
const ROWS = 'SELECT a, b FROM t ORDER BY rowid;';
/** The last row is in the log only. */
const inUse = copiedWhileOpen(
  '-wal',
  `PRAGMA journal_mode = WAL; CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'old'); PRAGMA wal_checkpoint;
   PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (2, 'late');`,
);
const logless = { name: 'in use.db', content: inUse.database };

describe('A database in WAL mode among many, without its log', () => {
  it('takes the log that is chosen for it, and is run without a tick', async () => {
    const visit = await openPage();
    await dropMany(visit, script, sound('one.db', 1), logless);
    expect(await parts(visit).summary.textContent()).toBe('1 can run, 1 needs confirmation');
    const paths = visit.save([{ name: 'a copy of the log', content: inUse.sidecar }]);

    await row(visit, 'in use.db')
      .getByLabel('Choose the -wal file')
      .setInputFiles([...paths]);
    await parts(visit).summary.getByText('2 can run').waitFor();
    await runAll(visit);

    const { bytes } = await visit.downloadWith('Download upgraded in use.db');
    const [recovered] = recoveredNatively('-wal', [inUse]);
    expect(askNative(bytes, ROWS)).toBe(askNative(recovered?.database ?? Buffer.of(), ROWS));
    expect(askNative(bytes, 'SELECT count(*) FROM t;')).toBe('2');
  });
});

describe('The memory that many files take', () => {
  it('is given back: no worker is left behind by plans, runs and proofs', async () => {
    const visit = await openPage();
    const before = visit.page.workers().length;
    await dropMany(visit, script, ...Array.from({ length: 5 }, (_, at) => sound(`${at + 1}.db`, at + 1)));

    await runAll(visit);
    await planned(visit);

    expect(visit.page.workers().length).toBeLessThanOrEqual(before);
    await visit.downloadWith('Download upgraded 3.db');
  });
});
