// A result that is damaged after its commit, kind by kind: which check finds it; and that what is made for less finds what integrity_check does.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { DamagedDatabase } from '../../../src/database';
import { thoroughnessUnasked, type Thoroughness } from '../../../src/migration/proofs/agenda';
import { PROOF_CODES, type ProofCode } from '../../../src/migration/proofs/proof';
import type { Evidence } from '../../../src/migration/proofs/evidence';
import { amount } from '../../amount';
import { askNative, nativeDatabase, prove, runScript, withEvidence, type ProvableRun } from '../../databases';
import { Random } from '../../fuzz/random';

const PAGE = 1024;
const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)';

const before = (autoVacuum: string): Uint8Array =>
  nativeDatabase(`PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = ${autoVacuum};
    CREATE TABLE kept(k INTEGER PRIMARY KEY AUTOINCREMENT, shelf TEXT, note TEXT, price REAL);
    INSERT INTO kept ${NUMBERS} SELECT i, printf('shelf-%03d', i % 50), printf('note-%05d', i), i / 4 FROM n;
    CREATE INDEX kept_note ON kept(note);
    CREATE TABLE changed(id INTEGER PRIMARY KEY, state TEXT, body TEXT);
    INSERT INTO changed(state, body) ${NUMBERS} SELECT 'state-' || (i % 7), hex(zeroblob(i % 40)) FROM n;
    CREATE INDEX changed_state ON changed(state);
    CREATE TABLE gone(x); INSERT INTO gone ${NUMBERS} SELECT hex(zeroblob(60)) FROM n;`);

const SCRIPT = `
  ALTER TABLE kept ADD COLUMN added TEXT;
  CREATE INDEX kept_shelf ON kept(shelf, price DESC);
  CREATE INDEX kept_added ON kept(added);
  CREATE UNIQUE INDEX kept_unique ON kept(note COLLATE NOCASE);
  ALTER TABLE changed ADD COLUMN extra TEXT;
  UPDATE changed SET state = 'state-x', extra = 'fresh' WHERE id % 9 = 0;
  CREATE TABLE made(name TEXT, seen TEXT); INSERT INTO made SELECT note, shelf FROM kept WHERE k < 200;
  CREATE INDEX made_name ON made(name);
  DROP TABLE gone;`;

const runs = { plain: runScript(before('NONE'), SCRIPT), vacuumed: runScript(before('INCREMENTAL'), SCRIPT) } as const;
type Sort = keyof typeof runs;

/** Name, sort and number of each page, by native sqlite3's account. */
const pages = Object.fromEntries(
  Object.entries(runs).map(([sort, { output }]) => [
    sort,
    askNative(output, `SELECT name, pagetype, pageno FROM dbstat ORDER BY pageno`)
      .split('\n')
      .map((line) => line.split('|')),
  ]),
);

/** The pages of a table or an index that are of a sort. */
function pagesOf(run: ProvableRun, name: string, type: 'leaf' | 'internal'): readonly number[] {
  const sort = run.output.length === runs.plain.output.length ? 'plain' : 'vacuumed';
  return (pages[sort] ?? []).flatMap(([of, is, page]) => (of === name && is === type ? Number(page) : []));
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65536 + u16(bytes, at + 2);
const place = (page: number): number => (page - 1) * PAGE;
function put(bytes: Uint8Array, at: number, value: number, length: number): void {
  for (let step = 0; step < length; step++) bytes[at + step] = Math.floor(value / 256 ** (length - 1 - step)) % 256;
}
/** Where a cell of a leaf begins. */
const cellAt = (bytes: Uint8Array, page: number, cell: number): number =>
  place(page) + u16(bytes, place(page) + 8 + 2 * cell);

/** Where a text stands in a cell of a table or an index; what lies in the free room of a page is nothing. */
function find({ output }: ProvableRun, pages: readonly number[], text: string): number {
  const all = Buffer.from(output);
  for (const page of pages) {
    for (let cell = 0; cell < u16(output, place(page) + 3); cell++) {
      const start = cellAt(output, page, cell);
      const at = all.indexOf(text, start);
      if (at >= 0 && at < start + (output[start] ?? 0)) return at;
    }
  }
  throw new Error(`No page has ${text}`);
}
const findIn = (run: ProvableRun, name: string, text: string): number => find(run, pagesOf(run, name, 'leaf'), text);

interface Damage {
  readonly sort: Sort;
  /** Changes the bytes of the result. */
  readonly make: (bytes: Uint8Array, run: ProvableRun, random: Random) => void;
  /** The checks that find it: automatically made ones of a file of 100 MB. */
  readonly found: readonly ProofCode[];
}

const onLeaf =
  (name: string, change: (bytes: Uint8Array, page: number, random: Random) => void): Damage['make'] =>
  (bytes, run, random) => {
    change(bytes, random.pick(pagesOf(run, name, 'leaf')), random);
  };

const swapCells = (bytes: Uint8Array, page: number, random: Random): void => {
  const first = place(page) + 8 + 2 * random.below(u16(bytes, place(page) + 3) - 1);
  const [one, two] = [u16(bytes, first), u16(bytes, first + 2)];
  put(bytes, first, two, 2);
  put(bytes, first + 2, one, 2);
};
const dropCell = (bytes: Uint8Array, page: number): void => {
  put(bytes, place(page) + 3, u16(bytes, place(page) + 3) - 1, 2);
};
/** The last byte of an entry is the end of its rowid. */
const changeRowid = (bytes: Uint8Array, page: number, random: Random): void => {
  const at = cellAt(bytes, page, random.below(u16(bytes, place(page) + 3)));
  const end = at + (bytes[at] ?? 0);
  bytes[end] = (bytes[end] ?? 0) ^ 1;
};

/** What the documentation tells of, in its words. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'a key in a new index': {
    sort: 'plain',
    make: (bytes, run, random) => (bytes[findIn(run, 'kept_shelf', `shelf-0${random.below(5)}`) + 7] = 0x39),
    found: ['integrity-reopened'],
  },
  'the rowid of an entry of a new index': {
    sort: 'plain',
    make: onLeaf('kept_added', changeRowid),
    found: ['integrity-reopened'],
  },
  'two entries of a new index out of order': {
    sort: 'plain',
    make: onLeaf('made_name', swapCells),
    found: ['integrity-reopened'],
  },
  'an entry missing from a new index': {
    sort: 'plain',
    make: onLeaf('kept_shelf', dropCell),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'a key in an index that the run wrote': {
    sort: 'plain',
    make: (bytes, run) => (bytes[findIn(run, 'changed_state', 'state-x') + 6] = 0x79),
    found: ['integrity-reopened'],
  },
  'a key twice in a new unique index': {
    sort: 'plain',
    make: (bytes, run) => {
      for (const name of ['kept_unique', 'kept']) bytes.set(Buffer.from('00006'), findIn(run, name, 'note-00005') + 5);
    },
    found: ['pages', 'integrity-reopened'],
  },
  'a value in a row that the run wrote': {
    sort: 'plain',
    make: (bytes, run) => (bytes[findIn(run, 'changed', 'state-x') + 6] = 0x79),
    found: ['written-values', 'integrity-reopened'],
  },
  'a row missing from a new table': {
    sort: 'plain',
    make: onLeaf('made', dropCell),
    found: ['written-values', 'integrity-after', 'integrity-reopened'],
  },
  'a value in a new table': {
    sort: 'plain',
    make: (bytes, run) => (bytes[findIn(run, 'made', 'shelf-01') + 6] = 0x7a),
    found: ['written-values'],
  },
  'a value in a new column': {
    sort: 'plain',
    make: (bytes, run) => (bytes[findIn(run, 'changed', 'fresh')] = 0x46),
    found: ['written-values'],
  },
  'a byte of a page that the run did not write': {
    sort: 'plain',
    make: (bytes, run, random) => {
      const written = new Set(run.pages.changed);
      const kept = pagesOf(run, 'kept', 'leaf').filter((page) => !written.has(page));
      bytes[place(random.pick(kept)) + PAGE - 1] = 0x7f;
    },
    found: ['pages'],
  },
  'an index entry on a page that the run did not write': {
    sort: 'plain',
    make: (bytes, run) => (bytes[findIn(run, 'kept_note', 'note-00123') + 5] = 0x39),
    found: ['pages'],
  },
  'a page of a b-tree twice in use': {
    sort: 'plain',
    make: (bytes, run) => {
      const [inner = 0] = pagesOf(run, 'kept_shelf', 'internal');
      const [other = 0] = pagesOf(run, 'made_name', 'leaf');
      put(bytes, place(inner) + u16(bytes, place(inner) + 12), other, 4);
    },
    found: ['integrity-after', 'integrity-reopened'],
  },
  'the free room of a page': {
    sort: 'plain',
    make: onLeaf('made_name', (bytes, page) => put(bytes, place(page) + 1, PAGE - 6, 2)),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'a free page that is in use': {
    sort: 'plain',
    make: (bytes, run) => put(bytes, place(u32(bytes, 32)) + 8, pagesOf(run, 'made', 'leaf')[0] ?? 0, 4),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'the number of free pages': {
    sort: 'plain',
    make: (bytes) => put(bytes, 36, u32(bytes, 36) + 1, 4),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'an entry of the pointer map': {
    sort: 'vacuumed',
    make: (bytes, run) => put(bytes, place(2) + 5 * ((pagesOf(run, 'made_name', 'leaf')[0] ?? 0) - 3) + 1, 7, 4),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'the largest root page': {
    sort: 'vacuumed',
    make: (bytes) => put(bytes, 52, u32(bytes, 52) - 1, 4),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'the number of pages': {
    sort: 'plain',
    make: (bytes) => put(bytes, 28, u32(bytes, 28) - 1, 4),
    found: ['integrity-after', 'integrity-reopened'],
  },
  'an AUTOINCREMENT counter': {
    sort: 'plain',
    make: onLeaf('sqlite_sequence', (bytes, page) => {
      const at = cellAt(bytes, page, 0);
      const end = at + 1 + (bytes[at] ?? 0);
      bytes[end] = (bytes[end] ?? 0) ^ 0x10;
    }),
    found: ['pages', 'sequences'],
  },
  user_version: { sort: 'plain', make: (bytes) => put(bytes, 60, 7, 4), found: ['settings'] },
};

/** Whether a check fails, or cannot be made for the damage that it meets. */
function fails(evidence: Evidence, code: ProofCode, how: Thoroughness): boolean {
  try {
    // Of rows that the script deletes, or writes over, an honest result warns.
    return !['pass', 'warn', 'not applicable'].includes(prove(evidence, code, how).result);
  } catch (error) {
    if (error instanceof DamagedDatabase) return true;
    throw error;
  }
}

/** Where a result cannot be opened at all, everything fails. */
function withResult<Value>(run: ProvableRun, use: (evidence: Evidence) => Value, unopened: Value): Value {
  try {
    return withEvidence(run, use);
  } catch (error) {
    if (error instanceof DamagedDatabase) return unopened;
    throw error;
  }
}

/** The checks that fail of those that are made automatically of a file of 100 MB. */
function failing(run: ProvableRun): readonly ProofCode[] {
  // What says more comes first.
  const codes = new Set<ProofCode>(['integrity-reopened', ...PROOF_CODES]);
  const find = (evidence: Evidence): readonly ProofCode[] =>
    [...codes].filter((code) => fails(evidence, code, thoroughnessUnasked(code, 1e8)));
  return withResult(run, find, PROOF_CODES);
}

/** Whether integrity_check of all of the result finds something. */
function isUnsound(run: ProvableRun): boolean {
  return withResult(run, (evidence) => fails(evidence, 'integrity-reopened', 'full'), true);
}

function damaged(sort: Sort, make: Damage['make'], seed: number): ProvableRun {
  const run = runs[sort];
  const output = run.output.slice();
  make(output, run, new Random(seed));
  return { ...run, output };
}

test('The documentation has a line for each kind', () => {
  const lines = readFileSync('docs/checks.md', 'utf8').split('\n');
  for (const [kind, { found }] of Object.entries(DAMAGES)) {
    const line = lines.find((one) => one.replaceAll('`', '').startsWith(`| ${kind} `));
    for (const code of found) expect(line, kind).toContain(`\`${code}\``);
  }
});

test.each(Object.keys(runs) as readonly Sort[])('An honest result passes: %s', (sort) => {
  expect(thoroughnessUnasked('integrity-reopened', 1e8)).toBe('sparing');
  expect(failing(runs[sort])).toEqual([]);
  expect(isUnsound(runs[sort])).toBe(false);
  expect(withEvidence(runs[sort], (evidence) => prove(evidence, 'integrity-reopened', 'sparing').sentence)).toBe(
    {
      plain:
        'PRAGMA quick_check says ok. 5 indexes have exactly the entries that the rows give, in order. 1 other index, of which the run wrote nothing, is as it was in your file.',
      // Pages have moved to where the dropped table was.
      vacuumed: 'PRAGMA quick_check says ok. 6 indexes have exactly the entries that the rows give, in order.',
    }[sort],
  );
});

describe('Damage to a result is found, by what is made for less as by integrity_check:', () => {
  it.each(Object.entries(DAMAGES))('%s', (_kind, { sort, make, found }) => {
    for (let seed = 1; seed <= amount(1, 10); seed++) {
      const run = damaged(sort, make, seed);
      expect(run.output).not.toEqual(runs[sort].output);
      const failed = failing(run);
      expect(failed, String(seed)).toEqual(expect.arrayContaining([...found]));
      // On pages that the run did not write, comparing them is what finds it.
      if (!found.includes('pages')) expect(failed.includes('integrity-reopened')).toBe(isUnsound(run));
    }
  });

  it('a bit anywhere', () => {
    const met = { sound: 0, unsound: 0 };
    for (let seed = 1; seed <= amount(24, 1000); seed++) {
      const sort = seed % 2 === 0 ? 'plain' : 'vacuumed';
      const flip: Damage['make'] = (bytes, _run, random) => {
        // What a page is, and where its cells lie, stands at its beginning.
        const at = random.once(3)
          ? random.below(bytes.length)
          : random.below(bytes.length / PAGE) * PAGE + random.below(40);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      };
      const run = damaged(sort, flip, seed);
      const unsound = isUnsound(run);
      met[unsound ? 'unsound' : 'sound']++;
      const codes = ['integrity-reopened', 'pages'] as const;
      const finds = (evidence: Evidence): boolean =>
        codes.some((code) => fails(evidence, code, thoroughnessUnasked(code, 1e8)));
      if (unsound) expect(withResult(run, finds, true), String(seed)).toBe(true);
    }
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(5);
  });
});
