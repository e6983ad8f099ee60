// quick_check of what a run made alone: it finds what quick_check of the whole result finds on the pages that the run wrote.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { DamagedDatabase } from '../../../src/database';
import { askNative, nativeDatabase, prove, runScript, withEvidence, type ProvableRun } from '../../databases';

const notes = nativeDatabase(`PRAGMA page_size = 1024;
  CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT, kind INT);
  CREATE TABLE keyed(k TEXT PRIMARY KEY, n INT) WITHOUT ROWID;
  CREATE TABLE dropped(x);
  WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 900)
    INSERT INTO notes SELECT n, 'title ' || (n * 7919 % 900), printf('%.*c', n % 97 * 20, 'b'), n % 7 FROM i;
  INSERT INTO keyed SELECT title, id FROM notes WHERE id % 3 = 0 GROUP BY title;
  INSERT INTO dropped SELECT body FROM notes WHERE id < 60;
  CREATE INDEX by_kind ON notes(kind);
  DROP TABLE dropped;`);
const ADDS = `CREATE TABLE more(a TEXT PRIMARY KEY, b); INSERT INTO more SELECT title, body FROM notes WHERE id % 9 = 0 GROUP BY title;
  CREATE INDEX by_title ON notes(title, kind DESC); CREATE INDEX some ON notes(body) WHERE kind = 3; CREATE UNIQUE INDEX by_n ON keyed(n);
  ALTER TABLE notes ADD COLUMN seen TEXT; ALTER TABLE keyed RENAME TO known;`;
const run = runScript(notes, ADDS);

const SPARING =
  'PRAGMA quick_check says ok of 1 new table, 4 new indexes (those of keys included) and the schema, which is all that the run wrote. For the rest the check of your file stands.';

function sayOf(of: ProvableRun, thoroughness: 'full' | 'sparing'): string {
  try {
    const { result, sentence } = withEvidence(of, (evidence) => prove(evidence, 'integrity-after', thoroughness));
    return `${result}: ${sentence}`;
  } catch (error) {
    if (error instanceof DamagedDatabase) return `damaged: ${error.message}`;
    throw error;
  }
}

/** The result with other bytes on one of its pages. */
function changed(page: number, changes: readonly (readonly [at: number, byte: number])[]): ProvableRun {
  const output = run.output.slice();
  for (const [at, byte] of changes) output[(page - 1) * 1024 + at] = byte;
  return { ...run, output };
}

const written = [
  ...run.pages.changed,
  ...Array.from({ length: run.pages.resultPages - run.pages.inputPages }, (_, at) => run.pages.inputPages + 1 + at),
];

test('quick_check of what was made is quick_check of the result, where the run made tables and indexes and wrote into none', () => {
  expect(sayOf(run, 'sparing')).toBe(`pass: ${SPARING}`);
  expect(sayOf(run, 'full')).toBe('pass: PRAGMA quick_check says ok.');
  expect(askNative(run.output, 'PRAGMA integrity_check')).toBe('ok');
});

describe('All of the result is checked, where a script', () => {
  test.each([
    ['changes rows', 'UPDATE notes SET kind = 9 WHERE id = 1; CREATE INDEX i ON notes(title)'],
    ['drops a table', 'DROP TABLE keyed; CREATE INDEX i ON notes(title)'],
    ['drops an index', 'DROP INDEX by_kind; CREATE INDEX i ON notes(title)'],
    ['rebuilds a table', 'CREATE TABLE n2 AS SELECT * FROM notes; DROP TABLE notes; ALTER TABLE n2 RENAME TO notes'],
    ['opens sqlite_schema to writing', 'PRAGMA writable_schema = ON; CREATE INDEX i ON notes(title)'],
  ])('%s', (_what, script) => {
    expect(sayOf(runScript(notes, script), 'sparing')).toBe('pass: PRAGMA quick_check says ok.');
  });

  test('adds pages to a file with pointer maps', () => {
    const mapped = nativeDatabase('PRAGMA auto_vacuum = FULL; CREATE TABLE t(a); INSERT INTO t VALUES (1);');
    expect(sayOf(runScript(mapped, 'CREATE INDEX i ON t(a)'), 'sparing')).toBe('pass: PRAGMA quick_check says ok.');
  });
});

test('a column that wants a value of rows that were there has these rows looked at', () => {
  const bound = runScript(notes, 'ALTER TABLE notes ADD COLUMN c INT NOT NULL DEFAULT 1 CHECK (c > 0)');
  expect(sayOf(bound, 'sparing')).toContain('PRAGMA quick_check says ok of the schema');
  const broken = { ...bound, output: Uint8Array.from(bound.output) };
  const text = new TextEncoder().encode('DEFAULT 1 CHECK');
  const at = broken.output.findIndex((_, start) =>
    text.every((byte, offset) => broken.output[start + offset] === byte),
  );
  broken.output[at + 8] = 0x30;
  expect(sayOf(broken, 'full')).toContain('fail: ');
  expect(sayOf(broken, 'sparing')).toContain('fail: ');
});

describe('Damage on a page that the run wrote is found by the check of what it made, wherever quick_check of all finds it:', () => {
  const page = fc.constantFrom(...written.filter((one) => one > 1));
  const bytes = (end: number): fc.Arbitrary<[number, number]> => fc.tuple(fc.nat({ max: end }), fc.nat({ max: 255 }));
  const copied = fc.nat({ max: written.length - 1 }).map((at) => {
    const start = ((written[at] ?? 1) - 1) * 1024;
    return Array.from(run.output.subarray(start, start + 1024), (byte, place): [number, number] => [place, byte]);
  });

  test.each([
    ['in the head of a page', fc.array(bytes(30), { minLength: 1, maxLength: 2 })],
    ['anywhere on it', fc.array(bytes(1023), { minLength: 1, maxLength: 3 })],
    ['a page that is another one', copied],
  ])('%s', (_where, changes) => {
    let found = 0;
    fc.assert(
      fc.property(page, changes, (at, made) => {
        const broken = changed(at, made);
        if (sayOf(broken, 'full').startsWith('pass')) return;
        found++;
        expect(sayOf(broken, 'sparing')).not.toMatch(/^pass/);
      }),
      runs(60),
    );
    expect(found).toBeGreaterThan(5);
  });
});
