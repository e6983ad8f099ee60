// Foreign keys while a script runs: as the tool has them that it is for, with the difference that they make, in rows of this database.
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { dropMany, planned, runAll } from './batchVisit';
import { receiveVisits, rehearseNothing, type Visit } from './visit';

const openPage = receiveVisits(rehearseNothing);

const clinic = {
  name: 'clinic.db',
  content: nativeDatabase(`
    CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE visit (id INTEGER PRIMARY KEY, pet INTEGER REFERENCES pet (id) ON DELETE CASCADE);
    INSERT INTO pet VALUES (1, 'Rex'), (2, 'Tom');
    INSERT INTO visit VALUES (1, 1), (2, 1), (3, 2);`),
};
const REBUILD = `CREATE TABLE pet_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO pet_new SELECT id, name FROM pet;
  DROP TABLE pet;
  ALTER TABLE pet_new RENAME TO pet;`;
const plain = { name: 'rebuild.sql', content: REBUILD };
/** What Drizzle's folder has beside its scripts. */
const drizzle = [
  { name: '0000_rebuild.sql', content: REBUILD },
  {
    name: '_journal.json',
    content: JSON.stringify({ entries: [{ idx: 0, when: 1700000000000, tag: '0000_rebuild' }] }),
  },
];
const SAID =
  'With foreign keys on, statement 3 deletes 3 rows of visit through foreign keys; with foreign keys off they stay as they are.';

function choice({ page }: Visit, mode: 'off' | 'on') {
  return page.locator('[data-foreign-keys]').getByRole('radio', { name: mode, exact: true });
}

async function rowsLeft(visit: Visit): Promise<string> {
  await visit.runToTheEnd();
  expect((await visit.proofs()).filter(({ result }) => result === 'fail')).toEqual([]);
  const { bytes } = await visit.downloadWith('Download upgraded database');
  return askNative(bytes, 'SELECT count(*) FROM visit; SELECT count(*) FROM pet;');
}

describe('A table rebuild whose table others refer to', () => {
  it('runs with foreign keys off as a plain script, says what they would delete, and deletes it once they are on', async () => {
    const visit = await openPage();
    await visit.drop(clinic, plain);
    await visit.reach('ready');
    await choice(visit, 'off').waitFor();
    expect(await choice(visit, 'off').isChecked()).toBe(true);
    await visit.page.locator('[data-mode-difference="3"]').getByText(SAID).waitFor();

    await choice(visit, 'on').check();
    await visit.replanned();
    await visit
      .statement(3)
      .locator('[data-loss], .loss')
      .or(visit.statement(3).getByText('loses 3 rows'))
      .first()
      .waitFor();
    expect(await rowsLeft(visit)).toBe('0\n2');
  });

  it('keeps the rows of other tables with foreign keys off', async () => {
    const visit = await openPage();
    await visit.drop(clinic, plain);
    await visit.reach('ready');
    expect(await rowsLeft(visit)).toBe('3\n2');
  });

  it('runs with foreign keys on in a folder of Drizzle, and the page says why', async () => {
    const visit = await openPage();
    await visit.drop(clinic, ...drizzle);
    await visit.reach('ready');
    await choice(visit, 'on').waitFor();
    expect(await choice(visit, 'on').isChecked()).toBe(true);
    const why = visit.page.locator('[data-foreign-keys] details');
    await why.locator('summary').click();
    await why.getByText('Drizzle runs it through').waitFor();
    await visit.page.locator('[data-mode-difference="3"]').getByText(SAID).waitFor();
    expect(await rowsLeft(visit)).toBe('0\n2');
  });

  it('does in many databases what is chosen for all of them', async () => {
    const visit = await openPage();
    await dropMany(visit, plain, clinic, { ...clinic, name: 'other.db' });
    await choice(visit, 'on').check();
    await visit.page.locator('[data-foreign-keys=on]').waitFor();
    await planned(visit);
    await runAll(visit);
    const { bytes } = await visit.downloadWith('Download upgraded other.db');
    expect(askNative(bytes, 'SELECT count(*) FROM visit; SELECT count(*) FROM pet;')).toBe('0\n2');
  });
});
