// Which tables are called untouched, against what native sqlite3 reads; and that resting on it changes no verdict.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../amount';
import { sourceOfBytes } from '../../../src/file/byteSource';
import type { TablePair } from '../../../src/migration/proofs/tablePairs';
import { findForeignPage, findForeignPageAhead, type PageChanges } from '../../../src/migration/proofs/pageProof';
import { PROOF_CODES, type ProofCode } from '../../../src/migration/proofs/proof';
import { askNative, nativeDatabase, prove, runScript, withEvidence, type ProvableRun } from '../../databases';
import { bytesOfMake, choices, make, scriptOf } from '../generated/generatedRuns';

/** A query for every value of the columns that a table had, with its type, and for every rowid. */
function rowsQuery({ before, columns }: TablePair, side: 'before' | 'after', name: string): string {
  const values = columns.map((column) => `quote(${column[side]}), hex(${column[side]})`);
  const rowid = before.withoutRowid ? [] : ['rowid'];
  return `SELECT '${before.name}', ${[...rowid, ...values].join(', ')} FROM ${name} NOT INDEXED ORDER BY k;`;
}

/** What native sqlite3 reads of tables, before a run and after it. */
function readNatively(run: ProvableRun, pairs: readonly TablePair[]): readonly [before: string, after: string] {
  const before = pairs.map((pair) => rowsQuery(pair, 'before', pair.before.name));
  const after = pairs.map((pair) => rowsQuery(pair, 'after', pair.after?.name ?? 'none'));
  return [askNative(run.input, before.join('\n')), askNative(run.output, after.join('\n'))];
}

describe('a table that is called untouched', () => {
  test('has the rows that it had, whatever the database and the script; one that the script leaves alone is one', () => {
    const met = { untouched: 0, touched: 0, changed: 0 };
    fc.assert(
      fc.property(make, choices, (database, steps) => {
        const { script, concerned } = scriptOf(database.tables.length, steps);
        const run = runScript(bytesOfMake(database), script);
        expect(run.outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([]);
        withEvidence(run, (evidence) => {
          const { untouched, pairs } = evidence;
          const [before, after] = readNatively(run, [...untouched]);
          expect(after).toBe(before);
          for (const pair of pairs) {
            if (untouched.has(pair)) met.untouched++;
            else met.touched++;
            if (pair.after === null || untouched.has(pair)) continue;
            const [had, has] = readNatively(run, [pair]);
            if (had !== has) met.changed++;
          }
          // Without auto_vacuum nothing moves the pages of another table.
          const left = database.autoVacuum === 0 ? pairs.filter(({ before }) => !concerned.has(before.name)) : [];
          expect(left.filter((pair) => !untouched.has(pair)).map((pair) => pair.before.name)).toEqual([]);
          // What is spared changes no verdict.
          for (const code of ['row-counts', 'content', 'pages'] as const) {
            expect(prove(evidence, code, 'sparing').result, code).toBe(prove(evidence, code, 'full').result);
          }
          expect(prove(evidence, 'pages', 'full').result).toBe('pass');
        });
      }),
      runs(25, 600),
    );
    // All sorts were there to be told apart.
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(10);
  });
});

/** Two tables of many pages; the script writes into `written` only. */
const library = nativeDatabase(`
  CREATE TABLE kept(k INTEGER PRIMARY KEY, shelf TEXT, note TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
    INSERT INTO kept SELECT i, printf('shelf-%05d', i), printf('note-%05d', i) || hex(zeroblob(30)) FROM n;
  CREATE INDEX kept_shelf ON kept(shelf);
  CREATE TABLE written(a);
  INSERT INTO written SELECT k FROM kept;`);
const WIDEN = "ALTER TABLE written ADD COLUMN b TEXT NOT NULL DEFAULT (datetime('now'))";

/** A copy of a run whose result has other bytes at a place. */
function damaged(run: ProvableRun, at: number, bytes: readonly number[]): ProvableRun {
  const output = run.output.slice();
  output.set(bytes, at);
  return { ...run, output };
}

/** Where a text stands on a page of a table or an index, by native sqlite3's account of whose page it is. */
function find(bytes: Uint8Array, text: string, owner: string): { readonly at: number; readonly page: number } {
  const pages = askNative(bytes, `SELECT pageno FROM dbstat WHERE name = '${owner}'`).split('\n').map(Number);
  for (let at = Buffer.from(bytes).indexOf(text); at >= 0; at = Buffer.from(bytes).indexOf(text, at + 1)) {
    const page = Math.floor(at / 4096) + 1;
    if (pages.includes(page)) return { at, page };
  }
  throw new Error(`${owner} has no page with ${text}`);
}

/** The proofs that do not pass, all made in the same way, as `code: result`. */
function notPassing(run: ProvableRun, thoroughness: 'full' | 'sparing'): readonly string[] {
  return withEvidence(run, (evidence) =>
    PROOF_CODES.map((code) => prove(evidence, code, thoroughness))
      .filter(({ result }) => result !== 'pass')
      .map(({ code, result }) => `${code}: ${result}`),
  );
}

describe('a byte that differs in a page that the run did not write', () => {
  const run = runScript(library, WIDEN);

  test('is not there after an honest run: all proofs pass in either way', () => {
    expect(notPassing(run, 'full')).toEqual([]);
    expect(notPassing(run, 'sparing')).toEqual([]);
  });

  // The sparing proofs believe that pages which were not written are slices of the file: where the indexes are looked at so, all bytes
  // are compared.
  test.each([
    ['in a value that no index has', 'kept', 'note-00500', ['pages: fail', 'content: fail'], []],
    [
      'in a value that an index has',
      'kept',
      'shelf-00500',
      ['pages: fail', 'content: fail', 'integrity-reopened: fail'],
      [],
    ],
    ['in an index', 'kept_shelf', 'shelf-00500', ['pages: fail', 'integrity-reopened: fail'], []],
  ])('%s', (_where, owner, text, full, sparing) => {
    const { at, page } = find(run.output, text, owner);
    const broken = damaged(run, at + 6, [0x39]);
    expect(notPassing(broken, 'full')).toEqual(full);
    expect(notPassing(broken, 'sparing')).toEqual(sparing);
    const [pages] = withEvidence(broken, (evidence) => [prove(evidence, 'pages', 'full')]);
    expect(pages.sentence).toBe(`Page ${page} has other bytes than in your file, and the run did not write it.`);
  });

  test('in the number of rows on a page is noticed by SQLite as well', () => {
    const { page } = find(run.output, 'note-00500', 'kept');
    const start = (page - 1) * 4096;
    const cells = ((run.output[start + 3] ?? 0) << 8) | (run.output[start + 4] ?? 0);
    const broken = damaged(run, start + 3, [0, cells - 1]);
    // Rows are counted where that is cheapest, which is in the index.
    const integrity = ['integrity-after: fail', 'integrity-reopened: fail'];
    expect(notPassing(broken, 'full')).toEqual(['pages: fail', 'content: fail', ...integrity]);
    expect(notPassing(broken, 'sparing')).toEqual(integrity);
  });
});

test('a store that keeps quiet about a page that it wrote is found out, whichever page it is', () => {
  const { pages, ...run } = runScript(library, `${WIDEN}; DELETE FROM kept WHERE k > 700`);
  expect(pages.changed.length).toBeGreaterThan(10);
  for (const page of pages.changed) {
    const lying = { ...run, pages: { ...pages, changed: pages.changed.filter((one) => one !== page) } };
    const proof = withEvidence(lying, (evidence) => prove(evidence, 'pages', 'full'));
    expect(proof.result).toBe('fail');
    expect(proof.sentence).toContain(`Page ${page} `);
  }
});

describe('the comparison of every byte', () => {
  /** Gives runs of bytes that begin at odd places in memory, as a cache may. */
  function oddly(bytes: Uint8Array): { size: number; read(start: number, end: number): Uint8Array } {
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    return { size: bytes.length, read: (start, end) => shifted.subarray(start + 1, Math.min(end, bytes.length) + 1) };
  }

  const step = fc.record({ page: fc.nat({ max: 139 }), byte: fc.nat({ max: 65535 }), told: fc.boolean() });

  test('finds the first page that differs and was not written, of many, read as it is compared or ahead of that', async () => {
    const input = new Uint8Array(140 * 65536);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 4 }),
        fc.integer({ min: 1, max: 140 }),
        fc.boolean(),
        async (steps, kept, odd) => {
          const output = input.slice(0, kept * 65536);
          const within = steps.filter(({ page }) => page < kept);
          for (const { page, byte } of within) output[page * 65536 + byte] = 1;
          const changed = within.filter(({ told }) => told).map(({ page }) => page + 1);
          const changes: PageChanges = { pageSize: 65536, inputPages: 140, resultPages: kept, changed };
          const foreign = within.map(({ page }) => page + 1).filter((page) => !changed.includes(page));
          const bytes = { size: output.length, read: (start: number, end: number) => output.subarray(start, end) };
          const told: (readonly [number, number])[] = [];
          const onPages = (...progress: [number, number]): number => told.push(progress);
          const [before, after] = [oddly(input), odd ? oddly(output) : bytes];
          const first = foreign.length === 0 ? null : Math.min(...foreign);
          expect(findForeignPage(before, after, changes, onPages)).toBe(first);
          expect(told.splice(0)[0]).toEqual([0, kept]);
          const ahead = {
            size: input.length,
            read: (start: number, end: number) => Promise.resolve(before.read(start, end)),
          };
          const read = (start: number, end: number): Promise<Uint8Array> => Promise.resolve(after.read(start, end));
          expect(await findForeignPageAhead(ahead, read, changes, onPages)).toBe(first);
          expect(told[0]).toEqual([0, kept]);
        },
      ),
      // Alone after what is compared at once.
      { ...runs(20), examples: [64, 128].map((page) => [[{ page, byte: 0, told: false }], page + 1, true]) },
    );
  });

  test.each([4096, 4097, 8191])('looks at the last byte of a file of %i bytes', (size) => {
    const input = new Uint8Array(size);
    const output = input.with(size - 1, 1);
    const changes = { pageSize: 4096, inputPages: Math.ceil(size / 4096), resultPages: 3, changed: [] };
    const found = findForeignPage(sourceOfBytes(input), sourceOfBytes(output), changes, () => undefined);
    expect(found).toBe(changes.inputPages);
  });
});

test('bytes past the end of a file that a new page begins with are no page that differs', () => {
  const bytes = nativeDatabase('CREATE TABLE t(a);');
  const run = runScript(new Uint8Array([...bytes, ...new Uint8Array(1000)]), 'INSERT INTO t VALUES (zeroblob(6000))');
  expect(run.output.length).toBe(bytes.length + 4096);
  expect(withEvidence(run, (evidence) => prove(evidence, 'pages', 'full')).result).toBe('pass');
});

test.each<ProofCode>(['row-counts', 'content', 'pages'])('%s says what it spared', (code) => {
  withEvidence(runScript(library, WIDEN), (evidence) => {
    const [sparing, full] = [prove(evidence, code, 'sparing'), prove(evidence, code, 'full')];
    expect(sparing.sentence).not.toBe(full.sentence);
    expect([sparing.sentence, ...sparing.details].join(' ')).toMatch(/your file|not compared/);
  });
});
