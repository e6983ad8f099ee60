// The traps of calling a table untouched: the same bytes that are read as other values, and pages that are not where they were.
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/migration/proofs/evidence';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { nativeDatabase, prove, runScript, withEvidence, type ProvableRun } from '../../databases';

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)';
/** A table of some pages. */
const filled = (name: string): string =>
  `CREATE TABLE ${name}(a, b); INSERT INTO ${name} ${NUMBERS} SELECT i, '${name}' || hex(zeroblob(20)) FROM n;`;

/** Statements that put another text into sqlite_schema: no page of a table is written. */
const rewritten = (name: string, was: string, is: string): readonly string[] => [
  'PRAGMA writable_schema = ON',
  `UPDATE sqlite_schema SET sql = replace(sql, '${was}', '${is}') WHERE name = '${name}'`,
];

function untouchedOf({ untouched }: Evidence): readonly string[] {
  return [...untouched].map(({ before }) => before.name);
}

/** Which tables are called untouched, and what becomes of the content proof in either way. */
function judge(run: ProvableRun): { untouched: readonly string[]; sparing: string; full: string } {
  return withEvidence(run, (evidence) => ({
    untouched: untouchedOf(evidence),
    sparing: prove(evidence, 'content', 'sparing').result,
    full: prove(evidence, 'content', 'full').result,
  }));
}

describe('bytes that stayed the same and are read as other values are noticed', () => {
  test.each([
    [
      'a default of a column that older rows do not store',
      'CREATE TABLE t(a); INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN c DEFAULT 1;',
      rewritten('t', 'DEFAULT 1', 'DEFAULT 2'),
    ],
    ['a type', 'CREATE TABLE t(a REAL); INSERT INTO t VALUES (1.0);', rewritten('t', 'REAL', 'TEXT')],
    ['the order of columns', "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'x');", rewritten('t', 'a, b', 'b, a')],
    [
      'the order of columns of one type',
      "CREATE TABLE t(a INT NOT NULL, b INT NOT NULL, c); INSERT INTO t VALUES (1, 2, 'x');",
      rewritten('t', 'a INT NOT NULL, b INT', 'b INT NOT NULL, a INT'),
    ],
    [
      'the order of columns without rowid',
      "CREATE TABLE t(k PRIMARY KEY, a, b) WITHOUT ROWID; INSERT INTO t VALUES (1, 2, 'x');",
      rewritten('t', 'a, b', 'b, a'),
    ],
    [
      'the order of a key',
      'CREATE TABLE t(a, b, PRIMARY KEY(a, b)) WITHOUT ROWID; INSERT INTO t VALUES (1, 2);',
      rewritten('t', 'KEY(a, b)', 'KEY(b, a)'),
    ],
    [
      'whether a computed column is stored',
      "CREATE TABLE t(a, g AS (a) VIRTUAL, b); INSERT INTO t VALUES (1, 'x');",
      rewritten('t', 'VIRTUAL', 'STORED'),
    ],
    [
      'which column is the rowid',
      'CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (7, 8);',
      rewritten('t', 'INTEGER PRIMARY KEY', 'INTEGER'),
    ],
    [
      'the tables of two b-trees',
      'CREATE TABLE t(a); CREATE TABLE u(a); INSERT INTO t VALUES (1); INSERT INTO u VALUES (2);',
      ['PRAGMA writable_schema = ON', "UPDATE sqlite_schema SET rootpage = 5 - rootpage WHERE name IN ('t', 'u')"],
    ],
  ])('%s', (_what, sql, damage) => {
    const run = runScript(
      nativeDatabase(`${sql} CREATE TABLE other(x); INSERT INTO other VALUES (3);`),
      'SELECT 1',
      DEFAULT_CHOICES,
      damage,
    );
    expect(run.pages.changed).toEqual([1]);
    expect(judge(run)).toEqual({ untouched: ['other'], sparing: 'fail', full: 'fail' });
  });
});

test('where a script writes into sqlite_schema itself, every table is hashed', () => {
  const before = nativeDatabase('CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (7, 8);');
  // With DESC it is an ordinary column, which is stored as NULL in these bytes; no PRAGMA tells one from the other.
  const script = rewritten('t', 'INTEGER PRIMARY KEY', 'INTEGER PRIMARY KEY DESC').join('; ');
  const run = runScript(before, script);
  expect(run.run.committed).toBe(true);
  expect(judge(run)).toEqual({ untouched: [], sparing: 'fail', full: 'fail' });
});

test.each([
  ['a table without rowid', ' WITHOUT ROWID', ''],
  ['a table with strict types', ' STRICT', ''],
])('%s that is no longer one is hashed', (_what, was, is) => {
  const before = nativeDatabase(
    `CREATE TABLE t(k INTEGER PRIMARY KEY, v ANY)${was}; INSERT INTO t VALUES (1, 'x'); ${filled('other')}`,
  );
  const run = runScript(before, 'SELECT 1', DEFAULT_CHOICES, rewritten('t', was, is));
  expect(judge(run).untouched).toEqual(['other']);
  expect(judge(run).sparing).toBe(judge(run).full);
});

describe('a table whose pages are not where they were is hashed', () => {
  const KINDS = ['FULL', 'INCREMENTAL'] as const;

  test.each(KINDS)('because another was dropped and its root page moved there (auto_vacuum = %s)', (kind) => {
    const before = nativeDatabase(
      `PRAGMA auto_vacuum = ${kind}; ${filled('first')} ${filled('second')} ${filled('third')}`,
    );
    const run = runScript(before, 'DROP TABLE first');
    withEvidence(run, (evidence) => {
      const { pairs, untouched } = evidence;
      const third = pairs.find((pair) => pair.before.name === 'third');
      if (!third) throw new Error('The table is not there');
      expect(third.after?.rootPage).not.toBe(third.before.rootPage);
      expect(untouched.has(third)).toBe(false);
      const proof = prove(evidence, 'content', 'sparing');
      expect(proof.result).toBe('warn');
      expect(proof.details.find((line) => line.startsWith('third'))).toContain('SHA-256');
    });
  });

  test('because pages were cut off at the end, whosever they were', () => {
    const before = nativeDatabase(`PRAGMA auto_vacuum = FULL; ${filled('kept')} ${filled('emptied')}`);
    const run = runScript(before, 'DELETE FROM emptied');
    expect(run.pages.resultPages).toBeLessThan(run.pages.inputPages);
    expect(judge(run)).toEqual({ untouched: [], sparing: 'warn', full: 'warn' });
  });

  test.each([
    ['with other rows', "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'other')", 'warn'],
    ['without rows', 'CREATE TABLE t(a, b)', 'warn'],
    [
      'with the same rows',
      `CREATE TABLE t(a, b); INSERT INTO t ${NUMBERS} SELECT i, 't' || hex(zeroblob(20)) FROM n`,
      'pass',
    ],
    ['with its rows, in reverse', 'CREATE TABLE t(a, b); INSERT INTO t SELECT a, b FROM copy ORDER BY a DESC', 'warn'],
  ])('because it was dropped and another of its name was made, %s', (_what, again, expected) => {
    const before = nativeDatabase(`${filled('t')} ${filled('other')}`);
    const run = runScript(before, `CREATE TABLE copy AS SELECT * FROM t; DROP TABLE t; ${again}`);
    expect(judge(run)).toEqual({ untouched: ['other'], sparing: expected, full: expected });
  });

  test('because its name was given to another', () => {
    const before = nativeDatabase(`${filled('t')} ${filled('other')}`);
    const run = runScript(before, 'ALTER TABLE t RENAME TO old; CREATE TABLE t(a, b)');
    // It is the table of the new name that has the rows.
    expect(judge(run)).toEqual({ untouched: ['t', 'other'], sparing: 'pass', full: 'pass' });
  });
});

describe('where the owner of a written page cannot be told', () => {
  /** Points the first child of a table's root page to where there is no page. */
  function withDamagedTree(bytes: Uint8Array, root: number): Uint8Array {
    const damaged = bytes.slice();
    const view = new DataView(damaged.buffer, (root - 1) * 4096, 4096);
    expect(view.getUint8(0), 'an interior page of a table').toBe(5);
    view.setUint32(view.getUint16(12), 0x7fffffff);
    return damaged;
  }

  test('every table is hashed, and a table that cannot be read is never a pass', () => {
    const before = withDamagedTree(nativeDatabase(`${filled('broken')} ${filled('written')} ${filled('sound')}`), 2);
    const run = runScript(before, "INSERT INTO written VALUES (1000, 'new')");
    expect(run.run.committed).toBe(true);
    withEvidence(run, (evidence) => {
      expect(evidence.writtenPages.unknown.length).toBeGreaterThan(0);
      expect(untouchedOf(evidence)).toEqual([]);
      const pages = prove(evidence, 'pages', 'full');
      expect(pages.sentence).toContain('cannot be told, so all tables are hashed');
      const content = prove(evidence, 'content', 'sparing');
      expect(content.result).toBe('warn');
      expect(content.details.find((line) => line.startsWith('sound'))).toContain('SHA-256');
      expect(content.details.find((line) => line.startsWith('broken'))).toContain('malformed');
      // SQLite tells of the damage and then stumbles over it: that is a fault, and nothing that could not be verified.
      for (const code of ['integrity-before', 'integrity-after', 'integrity-reopened'] as const) {
        const proof = prove(evidence, code);
        expect(proof.result).toBe('fail');
        expect(proof.details).toContainEqual(expect.stringContaining('2147483647'));
        expect(proof.details.at(-1)).toBe('database disk image is malformed');
        expect(proof.details.some((line) => line.includes('\n'))).toBe(false);
      }
    });
  });

  test('a loss in a table that the script does not name fails', () => {
    const before = withDamagedTree(nativeDatabase(`${filled('broken')} ${filled('written')} ${filled('sound')}`), 2);
    const script = "INSERT INTO written VALUES (1000, 'new')";
    const run = runScript(before, script, DEFAULT_CHOICES, ["UPDATE sound SET b = 'lost' WHERE a = 7"]);
    expect(judge(run)).toEqual({ untouched: [], sparing: 'fail', full: 'fail' });
  });
});
