// Databases with full-text and R-Tree tables in the built page: a second engine is fetched for them and for nothing else, and native
// sqlite3 finds their indexes sound in what is downloaded.
import { describe, expect, it } from 'vitest';
import { askNative, nativeDatabase } from '../databases';
import { receiveVisits, rehearseNothing } from './visit';

const openPage = receiveVisits(rehearseNothing);

const NOTES = `
  CREATE TABLE note(id INTEGER PRIMARY KEY, title TEXT, body TEXT);
  INSERT INTO note VALUES (1, 'Pears', 'green pears in autumn'), (2, 'Plums', 'blue plums and jam');
  CREATE VIRTUAL TABLE note_text USING fts5(title, body, content='note', content_rowid='id');
  INSERT INTO note_text(note_text) VALUES ('rebuild');
  CREATE VIRTUAL TABLE place USING rtree(id, x0, x1, y0, y1);
  INSERT INTO place VALUES (1, 0, 1, 0, 1), (2, 5, 6, 5, 6);`;

const SCRIPT = `
  ALTER TABLE note_text RENAME TO note_index;
  CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
    INSERT INTO note_index(rowid, title, body) VALUES (new.id, new.title, new.body);
  END;
  CREATE TRIGGER note_removed AFTER DELETE ON note BEGIN
    INSERT INTO note_index(note_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  END;
  ALTER TABLE note ADD COLUMN written TEXT DEFAULT (datetime('now'));
  INSERT INTO note(title, body) VALUES ('Figs', 'sweet figs');
  DELETE FROM note WHERE id = 1;
  INSERT INTO place VALUES (3, 9, 10, 9, 10);`;

const SOUND = `
  INSERT INTO note_index(note_index, rank) VALUES ('integrity-check', 1);
  SELECT group_concat(rowid) FROM note_index('jam OR figs');
  SELECT rtreecheck('place'), count(*) FROM place;
  PRAGMA integrity_check;`;

const isSecondEngine = (address: string): boolean => /\/(sqlite3|sqliteWasm)-[\w-]+\.(wasm|js)$/.test(address);

describe('A database with full-text and R-Tree tables', () => {
  it('is opened by the second engine, migrated, checked and downloaded', async () => {
    const visit = await openPage();
    await visit.drop({ name: 'notes.db', content: nativeDatabase(NOTES) }, { name: 'index.sql', content: SCRIPT });
    await visit.reach('ready');
    await visit.statement(7).waitFor();
    expect((await visit.statements()).map(({ verdict }) => verdict)).toEqual([
      ...['applied', 'applied', 'applied', 'adapted', 'applied', 'applied', 'applied'],
    ]);
    const engine = visit.page.locator('[data-fact=engine]');
    expect(await engine.textContent()).toContain('sqlite-wasm, for the module fts5 and the module rtree');
    expect(await visit.page.locator('[data-finding]').count()).toBe(0);
    expect(visit.requests.filter(isSecondEngine).length).toBeGreaterThanOrEqual(2);

    await visit.runToTheEnd();
    await visit.checked();
    const proofs = await visit.proofs();
    expect(proofs.length).toBeGreaterThan(5);
    expect(proofs.filter(({ result }) => /fail|error|unverifiable/.test(result))).toEqual([]);
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, SOUND)).toBe('2,3\nok|3\nok');
    const report = await visit.downloadWith('Report as Markdown');
    expect(report.bytes.toString()).toContain(
      '| SQLite | 3.54.1 (sqlite-wasm, for the module fts5 and the module rtree) |',
    );
  });

  it('is asked for by the script alone, after the file was opened without one', async () => {
    const visit = await openPage();
    const bytes = nativeDatabase(
      "CREATE TABLE note(body TEXT); INSERT INTO note VALUES ('blue plums'), ('green pears');",
    );
    await visit.drop({ name: 'plain.db', content: bytes });
    await visit.reach('ready');
    const engine = visit.page.locator('[data-fact=engine]');
    expect(await engine.textContent()).toContain('(sql.js)');
    expect(visit.requests.filter(isSecondEngine)).toEqual([]);

    await visit.useScript({
      name: 'fts.sql',
      content: `CREATE VIRTUAL TABLE note_text USING fts5(body); INSERT INTO note_text(rowid, body) SELECT rowid, body FROM note;`,
    });
    await engine.getByText('sqlite-wasm').waitFor();
    await visit.runToTheEnd();
    await visit.checked();
    const { bytes: result } = await visit.downloadWith('Download upgraded database');
    const ask = `INSERT INTO note_text(note_text) VALUES ('integrity-check'); SELECT body FROM note_text('plums'); PRAGMA integrity_check;`;
    expect(askNative(result, ask)).toBe('blue plums\nok');
  });

  it('whose text is in UTF-16 stays with the first engine, and what that lacks is said before anything runs', async () => {
    const visit = await openPage();
    const bytes = nativeDatabase(
      "PRAGMA encoding = 'UTF-16le'; CREATE TABLE note(body TEXT); INSERT INTO note VALUES ('plum');",
    );
    await visit.drop(
      { name: 'wide.db', content: bytes },
      { name: 'fts.sql', content: 'CREATE VIRTUAL TABLE note_text USING fts5(body);' },
    );
    await visit.reach('ready');
    await visit.statement(1).waitFor();
    const said = await visit.page.locator('[data-problem=engines-apart]').textContent();
    expect(said).toContain('sql.js is used, which lacks the module fts5 (for statement 1 (line 1)).');
    expect(await visit.run.isDisabled()).toBe(true);
  });

  it('is planned by an engine that can be cancelled, and then runs another script', async () => {
    const visit = await openPage();
    const endless = `CREATE VIRTUAL TABLE later USING fts5(a);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;`;
    const content = nativeDatabase(
      "CREATE VIRTUAL TABLE note USING fts5(body); INSERT INTO note VALUES ('blue plum');",
    );
    await visit.drop({ name: 'notes.db', content }, { name: 'endless.sql', content: endless });
    await visit.page.getByText('Planning …').waitFor();
    await visit.cancel.click();
    expect(await visit.page.getByRole('alert').textContent()).toContain('Planning was cancelled.');

    await visit.useScript({ name: 'short.sql', content: "INSERT INTO note VALUES ('green pear');" });
    await visit.statement(1).waitFor();
    await visit.replanned();
    await visit.runToTheEnd();
    const { bytes } = await visit.downloadWith('Download upgraded database');
    expect(askNative(bytes, "SELECT body FROM note('pear')")).toBe('green pear');
  });
});
