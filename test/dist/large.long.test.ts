// Files of ten gigabytes: shown, planned, migrated and saved in little memory.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countReads, expectUpgraded, readBy, receiveLargeVisits, take } from './largeVisits';
import { expectMigrated, makeLargeSample, native } from './migratedFile';
import { workerNamed } from './moment';
import { chooseSparseFile } from './saveDialog';
import { edgesOf, PAGE_BYTES } from './sparseDatabase';
import { countShown, type Visit } from './visit';

/** Saving leaves all bytes to the garbage collector, in chunks of up to 2 MB. */
const SAVING_RENDERER_BYTES = 1.6e9;

const visits = receiveLargeVisits();

/** The checks that wait to be asked for, by name. */
async function uncheckedIn(visit: Visit): Promise<readonly string[]> {
  const unasked = await visit.page
    .locator('[data-check-state=unasked]')
    .evaluateAll((all) => all.map((element) => element.getAttribute('data-check') ?? ''));
  return [...new Set(unasked)].sort();
}

describe('A file of ten gigabytes', () => {
  it('is sound: the page is tested with what SQLite itself takes for a database', () => {
    expect(visits.large().size).toBeGreaterThan(10e9);
    expect(native(visits.large().path, 'PRAGMA quick_check; SELECT count(*), sum(length(body)) FROM recordings;')).toBe(
      'ok\n10|9999999000',
    );
    // Its little brother, to the last byte.
    const little = makeLargeSample(join(visits.folder, 'little.db'), { rows: 3, bytes: 1_234_567 });
    const edges = [1, 2, 3].map(edgesOf);
    expect(
      native(
        little.path,
        `PRAGMA integrity_check; SELECT substr(body, 1, 18) || '|' || substr(body, -16) FROM recordings;`,
      ),
    ).toBe(['ok', ...edges.map(({ first, last }) => `${first}|${last}`)].join('\n'));
  });

  it('shows its schema, its rows and its plan when less than a megabyte of it has been read', async () => {
    const visit = await visits.open();
    const worker = await workerNamed(visit.page, 'runs');
    await worker.evaluate(countReads);

    await take(visit, visits.large().path);
    await visit.reach('ready');

    const read = await readBy(worker);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(1e6);
    expect(countShown(await visit.statements())).toEqual({ applied: 47, adapted: 2, skipped: 4 });
    const rows = native(
      visits.large().path,
      `SELECT (SELECT count(*) FROM otc_raw) + (SELECT count(*) FROM otc_venue_volume) +
        (SELECT count(*) FROM otc_symbol_summary) + (SELECT count(*) FROM otc_venue_share) +
        (SELECT count(*) FROM executions) + (SELECT count(*) FROM recordings);`,
    );
    expect(await visit.facts()).toMatchObject({
      size: '10.0 GB',
      tables: '6',
      rows: Number(rows).toLocaleString('en-US'),
    });
    // What would read all of it waits to be asked for.
    expect(await uncheckedIn(visit)).toEqual(['integrity-before', 'sha256-input']);
  });

  it('is migrated as planned, and the pages that were not written prove that its rows are what they were', async () => {
    const visit = await visits.open();
    await take(visit, visits.large().path);
    await visit.reach('ready');
    const planned = await visit.statements();

    await visit.run.click();
    await expectUpgraded(visit);

    expect(await visit.statements()).toEqual(planned);
    const proofs = Object.fromEntries((await visit.proofs()).map(({ code, text }) => [code, text]));
    const pages = (visits.large().size / PAGE_BYTES).toLocaleString('en-US');
    expect(proofs.pages).toContain(`1 of the ${pages} pages of your file differs in the result (sqlite_schema).`);
    expect(proofs.content).toContain('No page of all 6 tables was written');
    expect(proofs.content).toContain('recordings: 3 columns, no page of it was written');
    expect(proofs['row-counts']).toContain('recordings: not counted, no page of it was written');
    expect(await uncheckedIn(visit)).toEqual([
      'foreign-keys',
      'integrity-after',
      'integrity-before',
      'integrity-reopened',
      'sha256-input',
      'sha256-result',
      'written-values',
    ]);

    await visit.page.getByRole('button', { name: 'Count the rows of every table' }).click();
    const counted = visit.page.locator('[data-check=row-counts]');
    await counted.getByText('8,202 rows in 6 tables, before and after.').waitFor();
    await visit.showFigures();
    expect(await counted.textContent()).toContain('recordings: 10 rows before, 10 after');
  });

  it('is saved as a file that SQLite takes for the same database, migrated', async () => {
    visits.allowRenderer(SAVING_RENDERER_BYTES);
    const saved = join(visits.folder, 'saved.db');
    const visit = await visits.open();
    await chooseSparseFile(visit.page, saved);
    await take(visit, visits.large().path);
    await visit.reach('ready');
    await visit.runToTheEnd();

    await visit.page.getByRole('button', { name: 'Save as' }).click();
    await visit.page.locator('[data-saving]').waitFor();
    await visit.page.locator('[data-saved]').waitFor();

    expectMigrated(saved, visits.large());
    rmSync(saved);
  });

  it('that a failing script made grow is as it was, and is migrated by the next one', async () => {
    const visit = await visits.open();
    const grow = `CREATE TABLE grown(a, b);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
        INSERT INTO grown SELECT i, zeroblob(100000) FROM n;`;
    const pages = visits.large().size / PAGE_BYTES;
    const [wrong, full] = visit.save([
      { name: 'wrong.sql', content: `${grow} INSERT INTO missing VALUES (1);` },
      { name: 'full.sql', content: `${grow} PRAGMA max_page_count = ${pages + 1000}; CREATE INDEX by_b ON grown(b);` },
    ]);
    await take(visit, visits.large().path, wrong ?? '');
    await visit.page.locator('[data-obstacle="3"]').waitFor();
    expect(await visit.run.isDisabled()).toBe(true);

    await visit.page.getByLabel('Choose .sql files …').setInputFiles(full ?? '');
    await visit.page.locator('[data-obstacle]').waitFor({ state: 'detached' });
    await visit.runToTheEnd();
    await visit.page.getByRole('heading', { name: /^Stopped at statement 4/ }).waitFor();
    expect(await visit.download.count()).toBe(0);

    await visit.page.getByRole('button', { name: 'Back to the plan' }).click();
    await visit.openScripts();
    await visit.page.getByRole('combobox', { name: 'Migration' }).selectOption('021: OTC data over many weeks');
    await visit.statement(53).waitFor();
    await visit.run.click();
    await expectUpgraded(visit);
  });
});

describe('A file of two and a half gigabytes', () => {
  it('is downloaded as a file that SQLite takes for the same database, migrated', async () => {
    visits.allowRenderer(SAVING_RENDERER_BYTES);
    const medium = makeLargeSample(join(visits.folder, 'medium.db'), { rows: 3, bytes: 833_333_333 });
    const visit = await visits.open();
    await take(visit, medium.path);
    await visit.reach('ready');
    await visit.run.click();
    await visit.page.getByRole('button', { name: 'Skip the remaining checks' }).click();
    await visit.reach('done');

    const [download] = await Promise.all([visit.page.waitForEvent('download'), visit.download.click()]);

    expect(download.suggestedFilename()).toBe('medium.upgraded.db');
    expectMigrated(await download.path(), medium);
    await download.delete();
    rmSync(medium.path);
  });
});
