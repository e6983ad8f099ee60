// The differences of generated pairs, against SQLite's own sqldiff: it counts the same, and after its SQL there is none left.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSqldiff } from '../../../scripts/sqldiff.mjs';
import { changedNatively, engine } from '../../databases';
import { countsOf, withComparison } from './pairs';

const sqldiff = findSqldiff();

const TABLES = [
  'CREATE TABLE t(id INTEGER PRIMARY KEY, a, b TEXT)',
  'CREATE TABLE t(id INTEGER NOT NULL, a, b TEXT, PRIMARY KEY (b, id))',
  'CREATE TABLE t(id INTEGER, a, b TEXT, PRIMARY KEY (id, b)) WITHOUT ROWID',
] as const;

/** Values that sqldiff tells apart as well: it compares as SQL does. */
const value = fc.constantFrom('1', '2', "'x'", "'yy'", "'two words'", 'NULL', '2.5', "x'00ff'", '9007199254740993');
const row = fc.tuple(fc.integer({ min: 1, max: 40 }), value, fc.constantFrom("'k'", "'l'", "'m'"));
const rows = fc.array(row, { maxLength: 25 });

function made(table: string, of: readonly (readonly [number, string, string])[]): Uint8Array {
  return engine.build((database) => {
    database.execute(table);
    database.execute('BEGIN');
    for (const [id, a, b] of of) database.execute(`INSERT OR IGNORE INTO t(id, a, b) VALUES (${id}, ${a}, ${b})`);
    database.execute('COMMIT');
  });
}

/** What sqldiff prints about two databases. */
function asked(before: Uint8Array, after: Uint8Array, ...options: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
  try {
    const paths = [join(folder, 'before.db'), join(folder, 'after.db')] as const;
    writeFileSync(paths[0], before);
    writeFileSync(paths[1], after);
    return execFileSync(sqldiff ?? '', [...options, ...paths], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(sqldiff === null)('sqldiff', () => {
  it.each(TABLES)('counts the same, and leaves no difference: %s', async (table) => {
    await fc.assert(
      fc.asyncProperty(rows, rows, rows, async (shared, ours, theirs) => {
        const before = made(table, [...shared, ...ours]);
        const after = made(table, [...theirs, ...shared]);
        const [, changed, added, removed, same] =
          /t: (\d+) changes, (\d+) inserts, (\d+) deletes, (\d+) unchanged/.exec(
            asked(before, after, '--primarykey', '--summary'),
          ) ?? [];
        const counts = `+${added ?? ''} -${removed ?? ''} ~${changed ?? ''} =${same ?? ''} by primary key`;
        expect(await withComparison(before, after, (comparison) => countsOf(comparison, 't'))).toBe(counts);
        const reached = changedNatively(before, asked(before, after, '--primarykey'));
        expect(await withComparison(reached, after, (comparison) => countsOf(comparison, 't'))).toMatch(/^\+0 -0 ~0 /);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
