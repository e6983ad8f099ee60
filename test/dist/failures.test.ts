// What stands in the way of a migration: in the plan before anything runs, or met by the run alone.
import { describe, expect, it } from 'vitest';
import { askNative, migration021, migrationFile, nativeDatabase, statementsOf } from '../databases';
import { receiveVisits, rehearseNothing } from './visit';

const openPage = receiveVisits(rehearseNothing);
const spine = { name: 'spine.db', content: nativeDatabase(migrationFile('samples/otc-base.sql')) };
const texts = statementsOf(migration021).map(({ text }) => text);

const notes = nativeDatabase(`
  CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO notes(text) SELECT hex(zeroblob(20)) || i FROM n;`);

/** Migration 021 with one more statement after the first `after` of its own. */
function migrationWith(statement: string, after: number): string {
  return [...texts.slice(0, after), statement, ...texts.slice(after)].join(';\n');
}

describe('A plan in which a statement fails', () => {
  it('says which, why and what would help, wherever it stands, and cannot be run', async () => {
    const visit = await openPage();
    await visit.drop(spine);
    await visit.reach('ready');
    const cases = [
      [0, 'CREATE TABEL typo(x)', 'near "TABEL": syntax error', 'Check the words near the place that SQLite names'],
      [29, 'ALTER TABLE otc_raw ADD COLUMN late TEXT NOT NULL', 'Cannot add a NOT NULL column', 'Give late a default'],
      [53, 'UPDATE otc_rejects SET unheard_of = 1', 'no such column: unheard_of', 'Compare the name with the schema'],
    ] as const;

    for (const [after, wrong, reason, wayOut] of cases) {
      await visit.useScript({ name: `wrong-after-${after}.sql`, content: migrationWith(wrong, after) });
      const obstacle = visit.page.locator(`[data-obstacle="${after + 1}"]`);
      await obstacle.waitFor();

      expect(await obstacle.textContent()).toContain(reason);
      const verdicts = (await visit.statements()).map(({ verdict }) => verdict);
      expect(verdicts).toHaveLength(54);
      expect(verdicts.indexOf('failed')).toBe(after);
      expect(verdicts.slice(0, after).filter((verdict) => ['failed', 'not run'].includes(verdict))).toEqual([]);
      expect(verdicts.slice(after + 1).filter((verdict) => verdict !== 'not run')).toEqual([]);
      await visit
        .statement(after + 1)
        .getByText(reason)
        .first()
        .waitFor();
      const failed = await visit.statement(after + 1).textContent();
      expect(failed).toContain(wayOut);
      expect(await visit.run.isDisabled()).toBe(true);
      expect(await visit.download.count()).toBe(0);
    }

    await visit.openScripts();
    await visit.page.getByRole('combobox', { name: 'Migration' }).selectOption('021: OTC data over many weeks');
    await visit.page.locator('[data-obstacle]').waitFor({ state: 'detached' });
    expect(await visit.statements()).toHaveLength(53);
    expect(await visit.run.isEnabled()).toBe(true);
  });

  it('because of rows shows them, and opens them in the console by a query on the dropped file', async () => {
    const visit = await openPage();
    const devices = nativeDatabase(
      "CREATE TABLE devices(uuid TEXT, name TEXT); INSERT INTO devices VALUES ('d1', 'phone'), ('d2', 'pc'), ('D1', 'again');",
    );
    const copy =
      'CREATE TABLE new(uuid TEXT COLLATE NOCASE UNIQUE, name TEXT); INSERT INTO new SELECT * FROM devices; DROP TABLE devices;';
    await visit.drop({ name: 'devices.db', content: devices }, { name: 'copy.sql', content: copy });
    await visit.reach('ready');

    const blamed = visit.page.locator('[data-statement="2"] [data-blamed-rows="2"]');
    await blamed.waitFor();
    expect(await blamed.locator('tbody tr').allTextContents()).toEqual([
      expect.stringContaining("'d1'"),
      expect.stringContaining("'D1'"),
    ]);
    await blamed.getByRole('button', { name: 'Show these rows' }).click();

    const console = visit.page.locator('[data-panel=query]');
    await console.getByText('1 result.').waitFor();
    await console.getByText('phone', { exact: true }).waitFor();
    expect(await console.getByText('pc', { exact: true }).count()).toBe(0);
  });

  it('because of a view offers the statements to write around it', async () => {
    const visit = await openPage();
    const viewed = nativeDatabase(
      'CREATE TABLE a(x); CREATE TABLE g(z); CREATE VIEW stale AS SELECT z FROM g; DROP TABLE g;',
    );
    await visit.drop(
      { name: 'viewed.db', content: viewed },
      { name: 'rename.sql', content: 'ALTER TABLE a RENAME TO b;' },
    );
    await visit.reach('ready');

    const obstacle = visit.page.locator('[data-statement="1"]');
    await obstacle.locator('[data-mend=before]').waitFor();
    expect(await obstacle.locator('[data-mend=before] pre').textContent()).toBe('DROP VIEW "stale";');
    expect(await obstacle.locator('[data-mend=before]').getByRole('button', { name: 'Copy SQL' }).count()).toBe(1);
    expect(await obstacle.textContent()).toContain('was broken before this script');
  });

  it('because the database is another one names the tables that are missing', async () => {
    const visit = await openPage();

    await visit.drop({ name: 'notes.db', content: notes });
    await visit.reach('ready');

    const obstacle = await visit.page.locator('[data-obstacle]').textContent();
    for (const table of ['otc_raw', 'otc_venue_volume', 'otc_symbol_summary', 'otc_venue_share', 'executions']) {
      expect(obstacle).toContain(table);
    }
    expect(obstacle).toContain('none of the 5 tables');
    expect(await visit.run.isDisabled()).toBe(true);
  });
});

describe('A script that is not text in UTF-8', () => {
  it('is named and not used, unless it says that it is UTF-16', async () => {
    const visit = await openPage();
    const latin = Buffer.from('CREATE TABLE caf\u00e9(a);', 'latin1');
    await visit.drop({ name: 'notes.db', content: notes }, { name: 'latin.sql', content: latin });
    await visit.reach('ready');
    expect(await visit.page.locator('[data-problem=unreadable-script]').textContent()).toContain('Save it as UTF-8');

    const wide = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('CREATE TABLE caf\u00e9(a);', 'utf16le')]);
    await visit.useScript({ name: 'wide.sql', content: wide });
    await visit.statement(2).waitFor({ state: 'detached' });
    expect(await visit.statement(1).textContent()).toContain('CREATE TABLE caf\u00e9(a)');
  });
});

describe('A script without a statement', () => {
  it('is nothing to run', async () => {
    const visit = await openPage();
    await visit.drop({ name: 'notes.db', content: notes }, { name: 'empty.sql', content: '-- later\n;;' });
    await visit.reach('ready');
    expect(await visit.page.getByRole('alert').textContent()).toContain('empty.sql holds no statement');
    expect(await visit.run.isDisabled()).toBe(true);
  });
});

describe('A script that cannot be read', () => {
  it('is refused with the line to look at, while the database stays open', async () => {
    const visit = await openPage();

    await visit.drop(
      { name: 'notes.db', content: notes },
      { name: 'mine.sql', content: "CREATE TABLE a(x);\nINSERT INTO a VALUES ('never closed);\n" },
    );
    await visit.reach('ready');

    const refusal = await visit.page.getByRole('alert').textContent();
    expect(refusal).toContain('line 2, column 23');
    expect(refusal).toContain('never closed');
    expect(await visit.run.isDisabled()).toBe(true);
    expect(await visit.page.getByRole('heading', { name: 'notes.db', exact: true }).count()).toBe(1);

    await visit.useScript({ name: 'mended.sql', content: 'CREATE TABLE a(x);' });
    await visit.statement(1).waitFor();
    await visit.runToTheEnd();
    expect(await visit.download.count()).toBe(1);
  });
});

describe('A failure that only the run can meet', () => {
  it('undoes everything: there is nothing to download, the report says why, and the plan can be gone back to', async () => {
    const visit = await openPage();
    const pages = notes.length / 4096;
    const full = `CREATE TABLE fresh(x); PRAGMA max_page_count = ${pages + 3}; CREATE INDEX by_text ON notes(text);`;
    await visit.drop({ name: 'notes.db', content: notes }, { name: 'full.sql', content: full });
    await visit.reach('ready');
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied', 'applied', 'applied']);

    await visit.runToTheEnd();

    expect(await visit.page.getByRole('heading', { name: /^Stopped at statement 3/ }).count()).toBe(1);
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied', 'applied', 'failed']);
    expect(await visit.download.count()).toBe(0);
    expect(await visit.proofs()).toEqual([]);
    const report = JSON.parse((await visit.downloadWith('Download report')).bytes.toString()) as {
      output: unknown;
      statements: { failure: { message: string } | null }[];
    };
    expect(report.output).toBeNull();
    expect(report.statements[2]?.failure?.message).toContain('full');

    await visit.page.getByRole('button', { name: 'Back to the plan' }).click();
    await visit.reach('ready');
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied', 'applied', 'applied']);
  });

  it('that takes the engine down leaves the page usable: the same file can be run again at once', async () => {
    const visit = await openPage();
    // Nothing is rehearsed, so the run is the worker's that planned.
    await visit.drop(
      { name: 'notes.db', content: notes },
      { name: 'mine.sql', content: 'CREATE INDEX i ON notes(text);' },
    );
    await visit.reach('ready');
    // What a trap in the WASM is to the worker: an error of its own kind in the middle of the run.
    await visit.page.workers()[0]?.evaluate(() => {
      let calls = 0;
      performance.now = () => {
        if (++calls < 5) return calls;
        throw new WebAssembly.RuntimeError('memory access out of bounds');
      };
    });

    await visit.run.click();

    const notice = visit.page.locator('[data-problem=engine-stopped]');
    await notice.waitFor();
    expect(await notice.textContent()).toContain('memory access out of bounds');
    expect(await visit.state()).toBe('ready');
    expect(await visit.download.count()).toBe(0);

    await visit.runToTheEnd();
    expect((await visit.proofs()).filter(({ result }) => result === 'fail')).toEqual([]);
    expect(await visit.download.count()).toBe(1);
    expect(await notice.count()).toBe(0);
  });

  it('after its end, because the dropped file is gone, is said instead of giving a broken download', async () => {
    const visit = await openPage();
    const script = { name: 'mine.sql', content: 'CREATE INDEX i ON notes(text);' };
    await visit.drop({ name: 'notes.db', content: notes }, script);
    await visit.reach('ready');
    await visit.runToTheEnd();

    visit.save([{ name: 'notes.db', content: Buffer.concat([notes, Buffer.from('grown')]) }]);
    await visit.download.click();

    const notice = visit.page.locator('[data-problem=unreadable-file]');
    await notice.waitFor();
    expect(await notice.textContent()).toContain('Drop the file again');
  });

  it('because the file was changed after it was dropped keeps the plan, the script and the choices, and reads it again', async () => {
    const visit = await openPage();
    const script = { name: 'mine.sql', content: 'CREATE INDEX i ON notes(text);' };
    await visit.drop({ name: 'notes.db', content: notes }, script);
    await visit.reach('ready');

    const changed = nativeDatabase(
      `CREATE TABLE notes(id INTEGER PRIMARY KEY, text); INSERT INTO notes VALUES (7, 'new');`,
    );
    visit.save([{ name: 'notes.db', content: changed }]);
    // As after a while in another window.
    await visit.page.evaluate(() => dispatchEvent(new Event('focus')));
    await visit.reach('refused');

    expect(await visit.page.getByRole('alert').textContent()).toMatch(/changed, moved or deleted .* Drop it again/s);
    expect(await visit.run.isEnabled()).toBe(false);
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied']);
    await visit.page.getByRole('button', { name: 'Read it again' }).click();
    await visit.reach('ready');
    expect(await visit.page.locator('[data-problem=unreadable-file]').count()).toBe(0);
    expect((await visit.facts()).rows).toBe('1');
    await visit.runToTheEnd();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, 'SELECT id, text FROM notes; PRAGMA index_list(notes)')).toContain('7|new');
  });

  it('because a file that was picked was changed asks for it again; the script stays', async () => {
    const visit = await openPage();
    const script = { name: 'mine.sql', content: 'CREATE INDEX i ON notes(text);' };
    await visit.pick({ name: 'notes.db', content: notes }, script);
    await visit.reach('ready');

    // Nothing else reads it any more.
    await visit.checked();
    visit.save([{ name: 'notes.db', content: Buffer.concat([notes, Buffer.from('grown')]) }]);
    await visit.run.click();
    await visit.reach('refused');

    expect(await visit.page.getByRole('alert').textContent()).toMatch(/changed, moved or deleted .* Drop it again/s);
    expect(await visit.page.getByRole('button', { name: 'Read it again' }).count()).toBe(0);
    await visit.page
      .getByLabel('Choose the file again')
      .setInputFiles([...visit.save([{ name: 'notes.db', content: notes }])]);
    await visit.reach('ready');
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual(['applied']);
    await visit.runToTheEnd();
    expect(await visit.download.count()).toBe(1);
  });
});
