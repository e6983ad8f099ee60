// What the modules of the second engine refuse is explained, and a limit of SQLite is named as one and left to the sqlite3 program.
import { describe, expect, test } from 'vitest';
import { failureHelp } from '../../../src/migration/failures/failures';
import { VIRTUAL_TABLES } from '../../../src/migration/failures/virtualTables';
import { DEFAULT_CHOICES, type Failure } from '../../../src/migration/outcome';
import { keepNoLosses } from '../../../src/migration/run/lossAccount';
import { planMigration } from '../../../src/migration/run/plan';
import { writeNativeScript } from '../../../src/migration/report/sqlite3Script';
import { readSchema } from '../../../src/schema/read';
import { askNative, chosenFor, nativeDatabase, overlayOf, plan, statementsOf } from '../../databases';

const base = nativeDatabase(`
  CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'pear');
  CREATE VIRTUAL TABLE names USING fts5(name, content='item', content_rowid='id');
  CREATE TRIGGER gone AFTER DELETE ON item BEGIN INSERT INTO names(names, rowid, name) VALUES ('delete', old.id, old.name); END;
  CREATE VIRTUAL TABLE bare USING fts5(body, content=''); INSERT INTO bare(rowid, body) VALUES (1, 'one');
  CREATE VIRTUAL TABLE note USING fts5(body); INSERT INTO note VALUES ('one');
  CREATE VIRTUAL TABLE box USING rtree(id, x0, x1);`);
const { engine } = await chosenFor(base);

function failureOf(script: string): Failure | null {
  const database = engine.open(overlayOf(base));
  const tools = { losses: keepNoLosses, help: failureHelp };
  const { outcomes } = planMigration(database, statementsOf(script), DEFAULT_CHOICES, tools);
  database.close();
  return outcomes.find(({ verdict }) => verdict === 'failed')?.failure ?? null;
}

/** What fails, the message, and what the explanation or the way out has to name. */
const CASES: readonly (readonly [string, RegExp, RegExp])[] = [
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize='icu')", /^no such tokenizer: icu/, /the tokenizer icu/],
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize='unicode61 far 1')", /^error in tokenizer/, /options that it/],
  ['CREATE VIRTUAL TABLE f USING fts5(a, far=1)', /^unrecognized option: "far"/, /no option far/],
  ['CREATE VIRTUAL TABLE f USING fts5(rank)', /^reserved fts5 column name/, /the name rank .* no column/],
  ["UPDATE bare SET body = 'x'", /^cannot UPDATE contentless/, /INSERT INTO bare\(bare/],
  ['DELETE FROM bare', /^cannot DELETE from contentless/, /bare keeps an index/],
  ['INSERT INTO box VALUES (1, 5, 4)', /^rtree constraint failed/, /x0 that is larger than its x1/],
  ['CREATE VIRTUAL TABLE f USING rtree(id, a)', /^Too few columns/, /a pair of columns/],
  ["SELECT * FROM note WHERE note MATCH '\"'", /^unterminated string/, /MATCH is not written/],
  ["SELECT * FROM note('a AND')", /^fts5: syntax error near/, /MATCH is not written/],
  ["INSERT INTO note(note) VALUES ('far')", /^SQL logic error/, /note does not know the command/],
  [
    'UPDATE names_idx SET pgno = 99; DELETE FROM names_data WHERE id > 10; DELETE FROM item',
    /^database disk image is malformed/,
    /names is told to forget values .* INSERT INTO "names"\("names"\) VALUES \('rebuild'\)/,
  ],
];

describe('a statement that a module refuses', () => {
  test.each(CASES)('%s', (script, message, named) => {
    const failure = failureOf(script);
    expect(failure?.message).toMatch(message);
    expect(`${failure?.explanation ?? ''} ${failure?.wayOut ?? ''}`).toMatch(named);
    expect(failure?.explanation).not.toBe('SQLite refused the statement with this message.');
  });

  test('every explanation is met by a script of these', () => {
    const messages = CASES.map(([script]) => failureOf(script)?.message ?? '');
    const unmet = VIRTUAL_TABLES.filter(({ pattern }) => !messages.some((message) => pattern.test(message)));
    expect(unmet.map(({ pattern }) => pattern.source)).toEqual([]);
  });
});

test('views that are nested too deep are a limit of this SQLite, and native sqlite3 runs the script that the page writes', () => {
  const views = Array.from(
    { length: 1001 },
    (_, at) => `CREATE VIEW v${at} AS SELECT a FROM ${at === 0 ? 't' : `v${at - 1}`};`,
  );
  const bytes = nativeDatabase(`CREATE TABLE t(a); INSERT INTO t VALUES (7); ${views.join(' ')}`);
  const script = 'ALTER TABLE t ADD COLUMN b; CREATE TABLE n AS SELECT a FROM v1000; INSERT INTO n VALUES (8)';
  const { outcomes, after, obstacle, ownTransactions } = plan(bytes, script).plan;
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['applied', 'failed', 'not run']);
  expect(obstacle?.sentence).toContain('This is a limit of the SQLite in this page');
  expect(obstacle?.failure.limit).toBe(true);

  const database = engine.open(overlayOf(bytes));
  const before = readSchema(database);
  const schemaCookie = Number(askNative(bytes, 'PRAGMA schema_version'));
  database.close();
  const sql = writeNativeScript({
    ...{
      database: 'deep.db',
      result: 'deep.upgrade.sql',
      script: 'deep.sql',
      statements: statementsOf(script),
      outcomes,
    },
    ...{ before, schemaCookie, after, rows: new Map(), ownTransactions, choices: DEFAULT_CHOICES },
  });
  expect(sql).toContain('From statement 2 on it stands as it was written');
  expect(askNative(bytes, `${sql}\nSELECT group_concat(a) FROM n; SELECT count(b) FROM t;`)).toBe('7,8\n0');
}, 60_000);
