// axe finds nothing in any state of the work, light and dark, narrow and wide.
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { findViolations } from './axe';
import { LOOKS, LOOKS_OF_VIEW } from './looks';
import { receiveVisits } from './visit';

const openPage = receiveVisits();

describe.each(LOOKS)('In $colorScheme on a screen $viewport.width pixels wide axe finds nothing', (look) => {
  it('on the page before anything is dropped, and with a file that is refused', async () => {
    const visit = await openPage(look);
    expect(await findViolations(visit.page)).toEqual([]);
    await visit.pick({ name: 'backup.gz', content: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0) });
    await visit.reach('refused');
    expect(await findViolations(visit.page)).toEqual([]);
  });

  it('in a plan and after its run, with all that can be opened open', async () => {
    const visit = await openPage(look);
    await visit.openSample('half');
    await visit.reach('ready');
    for (const what of ['[data-verdict=adapted]', '[data-verdict=skipped]', '[data-relation=otc_raw]']) {
      await visit.page.locator(`${what} summary`).first().click();
    }
    expect(await findViolations(visit.page)).toEqual([]);
    await visit.runToTheEnd();
    await visit.page.locator('[data-passed-checks]').click();
    await visit.page.locator('[data-proof=content] summary').click();
    expect(await findViolations(visit.page)).toEqual([]);
  });

  it('in a plan that cannot run, with findings that want a tick', async () => {
    const visit = await openPage(look);
    const content = nativeDatabase('PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1), (1);');
    await visit.pick(
      { name: 'app.db', content },
      { name: 'wrong.sql', content: 'DROP TABLE t; INSERT INTO gone VALUES (1);' },
    );
    await visit.reach('ready');
    await visit.page.locator('[data-obstacle]').waitFor();
    expect(await findViolations(visit.page)).toEqual([]);
  });
});

describe.each(LOOKS_OF_VIEW)('In $colorScheme on a screen $viewport.width pixels wide axe finds nothing', (look) => {
  it('in a comparison with differences, questions, a migration and rows', async () => {
    const visit = await openPage(look);
    const { page } = visit;
    const rows =
      "INSERT INTO people VALUES (1, 'Ann', 1980), (2, 'a name that is so long that no cell has room for all of it', 2);";
    await visit.pick({
      name: 'a.db',
      content: nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, born INTEGER); ${rows}`),
    });
    await visit.reach('ready');
    await page.locator('[data-view=compare]').click();
    const target =
      nativeDatabase(`CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, birth INTEGER CHECK (birth > 1800)); CREATE TABLE u(a);
      INSERT INTO people VALUES (1, 'Anna', 1980), (3, 'Cy', 1990);`);
    await page.getByLabel('Open a target').setInputFiles([...visit.save([{ name: 'b.db', content: target }])]);
    await page.locator('[data-question]').getByRole('radio').first().check();
    await page.locator('[data-question-kind=check]').waitFor();
    await page.locator('[data-difference=altered] summary').click();
    await page.locator('[data-way-back] summary').click();
    await page.getByRole('button', { name: 'Compare the rows' }).click();
    await page.locator('[data-rows-differ=people] summary').click();
    await page.locator('[data-row-difference]').first().waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await visit.scrollsSideways()).toBe(false);
  });
});
