// Damaged files through the built page: each ends in a state that the page has, and the next good file is upgraded.
import { expect, it } from 'vitest';
import { amount } from '../amount';
import { nativeDatabase } from '../databases';
import { damageBytes } from '../fuzz/damage';
import { readMaterial } from '../fuzz/material';
import { Random } from '../fuzz/random';
import { receiveVisits, type UserFile, type Visit } from './visit';

const openPage = receiveVisits();
const TRIALS = amount(2, 150);
const good = nativeDatabase('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3);');
const script = { name: 'mine.sql', content: 'CREATE TABLE IF NOT EXISTS made(id INTEGER PRIMARY KEY, v TEXT);' };

/** Ticks what the page asks for, damage included, and runs what can be run. */
async function goOn(visit: Visit): Promise<void> {
  await visit.page
    .locator('[data-check=integrity-before]:is([data-check-state=made], [data-check-state=stopped])')
    .waitFor();
  for (const tick of await visit.page.locator('[data-finding] input').all()) await tick.check();
  if (!(await visit.run.isEnabled())) return;
  await visit.run.click();
  await visit.page.locator('main:is([data-state=done], [data-state=ready], [data-state=refused])').waitFor();
}

it(
  'whatever is dropped, the page comes to rest, and the next file is upgraded',
  { timeout: 60_000 + TRIALS * 5000 },
  async () => {
    const visit = await openPage();
    const random = new Random(5);
    const material = readMaterial();
    for (let trial = 0; trial < TRIALS; trial++) {
      const { database, log, journal, name } = random.pick(material);
      const files: UserFile[] = [{ name, content: damageBytes(database, random) }];
      if (log) files.push({ name: `${name}-wal`, content: log });
      if (journal) files.push({ name: `${name}-journal`, content: journal });

      await visit.drop(...files, script);
      await visit.page.locator('main:is([data-state=ready], [data-state=refused])').waitFor();
      if ((await visit.state()) === 'refused') await visit.page.getByRole('alert').first().waitFor();
      else await goOn(visit);
    }

    await visit.drop({ name: 'good.db', content: good }, script);
    await visit.page.getByRole('heading', { name: 'good.db' }).waitFor();
    await visit.reach('ready');
    await visit.runToTheEnd();
    expect(new Set((await visit.proofs()).map(({ result }) => result))).toEqual(new Set(['pass']));
  },
);
