// Scripts on full-text and R-Tree tables, planned, run and checked by the second engine: native sqlite3 runs the same script, and
// finds the same rows by the same searches, in indexes that it calls sound.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import type { ProofCode } from '../../../src/migration/proofs/proof';
import { askNative, chosenFor, nativeDatabase } from '../../databases';
import { upgrade, type Upgraded } from '../../fixtures/upgrade';

const BASE = `
  CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, body TEXT);
  INSERT INTO item VALUES (1, 'pear', 'a green pear'), (2, 'apple', 'red apple'), (3, 'plum', 'blue plum jam');
  CREATE VIRTUAL TABLE note USING fts5(title, body, prefix = '2');
  INSERT INTO note VALUES ('first', 'one two three'), ('second', 'two three four');
  CREATE VIRTUAL TABLE bare USING fts5(body, content = '');
  INSERT INTO bare(rowid, body) VALUES (1, 'kept nowhere'), (2, 'nor here');
  CREATE VIRTUAL TABLE item_fts USING fts5(name, body, content = 'item', content_rowid = 'id');
  INSERT INTO item_fts(item_fts) VALUES ('rebuild');
  CREATE TRIGGER item_ai AFTER INSERT ON item BEGIN
    INSERT INTO item_fts(rowid, name, body) VALUES (new.id, new.name, new.body);
  END;
  CREATE TRIGGER item_ad AFTER DELETE ON item BEGIN
    INSERT INTO item_fts(item_fts, rowid, name, body) VALUES ('delete', old.id, old.name, old.body);
  END;
  CREATE TRIGGER item_au AFTER UPDATE ON item BEGIN
    INSERT INTO item_fts(item_fts, rowid, name, body) VALUES ('delete', old.id, old.name, old.body);
    INSERT INTO item_fts(rowid, name, body) VALUES (new.id, new.name, new.body);
  END;
  CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1, +label TEXT);
  INSERT INTO box VALUES (1, 0, 1, 0, 1, 'a'), (2, 5, 6, 5, 6, 'b');`;

/** All that can be found, by what a script may have left: the virtual tables, their rows, and every word of each index. */
function found(bytes: Uint8Array): string {
  const tables = askNative(
    bytes,
    `SELECT name, sql LIKE '%fts5(%' FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 AND sql NOT LIKE '%fts5vocab%' ORDER BY name`,
  )
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'));
  const questions = tables.map(([name = '', isFullText]) =>
    isFullText === '1'
      ? `CREATE VIRTUAL TABLE temp."${name} words" USING fts5vocab('main', '${name}', 'instance');
         SELECT '${name}', * FROM temp."${name} words" ORDER BY term, doc, col, offset; SELECT rowid, * FROM "${name}" ORDER BY rowid;
         INSERT INTO "${name}"("${name}") VALUES ('integrity-check');`
      : `SELECT '${name}', * FROM "${name}" ORDER BY id; SELECT rtreecheck('${name}');`,
  );
  return askNative(bytes, `${questions.join('\n')} SELECT * FROM item ORDER BY id; PRAGMA integrity_check;`);
}

const base = nativeDatabase(BASE);
const { engine } = await chosenFor(base);

/** Runs a script with the page's parts and with native sqlite3, and compares what both have made. */
function expectLikeNative(script: string): Upgraded {
  const upgraded = upgrade({ database: base, log: null, journal: null }, script, engine);
  const { plan, run, output } = upgraded;
  expect(run.outcomes.map(({ verdict }) => verdict)).toEqual(plan.outcomes.map(({ verdict }) => verdict));
  expect(run.committed).toBe(true);
  // native sqlite3 prints rows of the script itself, too; only the file counts.
  const native = nativeDatabase(`${BASE} BEGIN; ${script}; COMMIT;`);
  expect(found(output)).toBe(found(native));
  const problems = [...upgraded.proofs.values()].filter(({ result }) => /fail|unverifiable/.test(result));
  expect(problems.filter(({ code }) => code !== 'views-and-triggers')).toEqual([]);
  return upgraded;
}

const SCRIPTS: Readonly<Record<string, string>> = {
  'adds rows':
    "INSERT INTO note VALUES ('third', 'five six'); INSERT INTO item(name, body) VALUES ('fig', 'sweet fig')",
  'changes rows through triggers':
    "UPDATE item SET body = body || ' tasty' WHERE id < 3; DELETE FROM item WHERE id = 3",
  'makes an index anew':
    "INSERT INTO item_fts(item_fts) VALUES ('rebuild'); INSERT INTO note(note) VALUES ('optimize')",
  'merges and configures':
    "INSERT INTO note(note, rank) VALUES ('merge', 16); INSERT INTO note(note, rank) VALUES ('automerge', 8)",
  'takes rows of an index without content': "INSERT INTO bare(bare, rowid, body) VALUES ('delete', 1, 'kept nowhere')",
  'empties one': "INSERT INTO bare(bare) VALUES ('delete-all'); DELETE FROM note",
  'makes tables of each kind': `CREATE VIRTUAL TABLE more USING fts5(a, b, tokenize = 'porter unicode61'); INSERT INTO more VALUES ('running', 'ran');
    CREATE VIRTUAL TABLE grid USING rtree_i32(id, a, b); INSERT INTO grid VALUES (1, 2, 3);
    CREATE VIRTUAL TABLE words USING fts5vocab('note', 'row'); SELECT * FROM words`,
  'renames them': 'ALTER TABLE note RENAME TO memo; ALTER TABLE box RENAME TO cube',
  'drops them': 'DROP TABLE note; DROP TABLE box',
  'makes one anew with another tokenizer': `DROP TABLE item_fts; CREATE VIRTUAL TABLE item_fts USING fts5(name, body, content = 'item', content_rowid = 'id', tokenize = 'porter');
    INSERT INTO item_fts(item_fts) VALUES ('rebuild')`,
  'moves boxes':
    "UPDATE box SET x0 = x0 - 1, label = 'moved' WHERE id = 2; DELETE FROM box WHERE id = 1; INSERT INTO box VALUES (7, 1, 2, 3, 4, 'c')",
  'rolls back to a savepoint':
    "SAVEPOINT s; INSERT INTO note VALUES ('gone', 'gone'); DELETE FROM box; ROLLBACK TO s; RELEASE s; INSERT INTO note VALUES ('stays', 'here')",
  'searches while it writes':
    "INSERT INTO note VALUES ('again', 'seven'); SELECT count(*) FROM note WHERE note MATCH 'seven'; DELETE FROM note WHERE rowid IN (SELECT rowid FROM note('seven'))",
  'rebuilds the table behind an index': `CREATE TABLE item_new(id INTEGER PRIMARY KEY, name TEXT, body TEXT); INSERT INTO item_new SELECT * FROM item;
    DROP TABLE item; ALTER TABLE item_new RENAME TO item; INSERT INTO item_fts(item_fts) VALUES ('rebuild')`,
};

describe('A script that', () => {
  test.each(Object.entries(SCRIPTS))('%s leaves what native sqlite3 leaves', (_what, script) => {
    expectLikeNative(script);
  });

  test('makes an index anew, or only renames, changes no number of rows, and nothing is called lost', () => {
    for (const what of ['makes an index anew', 'renames them', 'makes one anew with another tokenizer']) {
      const { proofs, run } = expectLikeNative(SCRIPTS[what] ?? '');
      expect(proofs.get('row-counts')?.result, what).toBe('pass');
      expect(run.outcomes.map(({ loss }) => loss)).toEqual(run.outcomes.map(() => null));
    }
    expect(expectLikeNative(SCRIPTS['renames them'] ?? '').proofs.get('content')?.result).toBe('pass');
  });

  test('only stores an index in another way leaves the same content: what is found is the same', () => {
    const again = `CREATE TEMP TABLE kept AS SELECT rowid AS id, * FROM note; DELETE FROM note; INSERT INTO note(rowid, title, body) SELECT * FROM kept;
      CREATE TEMP TABLE boxes AS SELECT * FROM box; DELETE FROM box; INSERT INTO box SELECT * FROM boxes ORDER BY id DESC; DROP TABLE boxes; DROP TABLE kept`;
    for (const script of [again, SCRIPTS['makes an index anew'] ?? ''])
      expect(expectLikeNative(script).proofs.get('content')?.result).toBe('pass');
    const { sentence } = expectLikeNative(again).proofs.get('content') ?? {};
    expect(sentence).toContain('stored in another way, and what');
    // Other words, or none, are not the same.
    const emptied =
      "DROP TABLE item_fts; CREATE VIRTUAL TABLE item_fts USING fts5(name, body, content = 'item', content_rowid = 'id')";
    for (const script of [emptied, SCRIPTS['makes one anew with another tokenizer'] ?? ''])
      expect(
        upgrade({ database: base, log: null, journal: null }, script, engine).proofs.get('content')?.sentence,
      ).toContain('Values differ in item_fts (as it is stored)');
  });

  test('writes to a virtual table is told of by its name, and no trigger is said to have done what the module did', () => {
    const { proofs, run } = expectLikeNative("INSERT INTO note VALUES ('third', 'five six')");
    const said = (code: ProofCode): string => proofs.get(code)?.sentence ?? '';
    expect(said('row-counts')).toMatch(/^The number of rows differs in note\. /);
    expect(said('content')).toMatch(/^Values differ in note \(as it is stored\)\. /);
    expect(run.outcomes[0]).toMatchObject({ changes: 1, note: null });
    expect(
      upgrade({ database: base, log: null, journal: null }, 'DROP TABLE note', engine).run.outcomes[0]?.loss,
    ).toMatchObject({
      kind: 'table',
      table: 'note',
      rows: 2,
    });
  });

  test('is a dump of them all, of native sqlite3, makes them in an empty database', () => {
    const empty = nativeDatabase('PRAGMA user_version = 1;');
    const dump = askNative(base, '.dump').replace('PRAGMA foreign_keys=OFF;', '');
    const { run, output, proofs } = upgrade({ database: empty, log: null, journal: null }, dump, engine);
    expect(run.outcomes.filter(({ verdict }) => verdict !== 'applied' && verdict !== 'unchanged')).toEqual([]);
    expect(run.committed).toBe(true);
    expect(found(output)).toBe(found(base));
    expect([...proofs.values()].filter(({ result }) => /fail|unverifiable/.test(result))).toEqual([]);
  });

  test('damages an index has results that are called bad', () => {
    for (const script of [
      "INSERT INTO note_content VALUES (9, 'x', 'y')",
      'DROP TABLE note_data',
      'DELETE FROM box_rowid',
    ]) {
      const { proofs } = upgrade({ database: base, log: null, journal: null }, script, engine);
      expect(proofs.get('integrity-after')?.result, script).toBe('fail');
      expect(proofs.get('integrity-reopened')?.result, script).toBe('fail');
    }
  });
});

test('generated scripts of writes to both kinds of table leave what native sqlite3 leaves', () => {
  const word = fc.constantFrom('pear', 'plum', 'blue', 'green', 'jam', 'größe');
  const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => `'${words.join(' ')}'`);
  const id = fc.integer({ min: 1, max: 6 });
  const side = fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 9 }))
    .map(([at, size]) => `${at}, ${at + size}`);
  const statement = fc.oneof(
    fc
      .tuple(id, text, text)
      .map(([at, name, body]) => `INSERT OR REPLACE INTO note(rowid, title, body) VALUES (${at}, ${name}, ${body})`),
    fc.tuple(id, text).map(([at, body]) => `UPDATE note SET body = ${body} WHERE rowid = ${at}`),
    id.map((at) => `DELETE FROM note WHERE rowid = ${at}`),
    fc.tuple(text, text).map(([name, body]) => `INSERT INTO item(name, body) VALUES (${name}, ${body})`),
    fc.tuple(id, text).map(([at, name]) => `UPDATE item SET name = ${name} WHERE id = ${at}`),
    id.map((at) => `DELETE FROM item WHERE id = ${at}`),
    fc.tuple(id, side, side).map(([at, x, y]) => `INSERT OR IGNORE INTO box VALUES (${at}, ${x}, ${y}, 'made')`),
    id.map((at) => `DELETE FROM box WHERE id = ${at}`),
    fc.constantFrom("INSERT INTO note(note) VALUES ('optimize')", "INSERT INTO item_fts(item_fts) VALUES ('rebuild')"),
  );
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 12 }), (statements) => {
      expectLikeNative(statements.join(';\n'));
    }),
    runs(6, 120),
  );
});
