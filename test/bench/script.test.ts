// The script that the benchmark gives to all others, held against what Drydock itself makes of the same database.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultOf, fingerprint } from '../../bench/judge.mjs';
import { composeScript } from '../../bench/script.mjs';
import { runScript } from '../../bench/sqlite3.mjs';
import { apply, migration021, migrationFile, nativeDatabase, statementsOf } from '../databases';

const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the report says of a run, and the file that came of it. */
function report(base: string, script: string) {
  const before = nativeDatabase(base);
  const { outcomes, bytes } = apply(before, script);
  const texts = statementsOf(script).map(({ text }) => text);
  const statements = outcomes.map(({ ordinal, verdict, executed }) => {
    return { ordinal, sql: texts[ordinal - 1] ?? null, verdict, executed };
  });
  return { before, statements, bytes };
}

describe('The script for the others', () => {
  it.each([
    ['older tables, where four statements are adapted', 'samples/otc-base-narrow.sql', 'adapted', 4],
    ['tables that have some of the columns, where four statements are skipped', 'samples/otc-base.sql', 'skipped', 4],
  ])('is accepted whole by native and gives the same database: %s', async (_what, sample, verdict, count) => {
    const { before, statements, bytes } = report(migrationFile(sample), migration021);
    expect(statements.filter((statement) => statement.verdict === verdict)).toHaveLength(count);
    const [theirs, ours, script] = ['theirs.db', 'ours.db', 'script.sql'].map((name) => join(folder, name));
    if (!theirs || !ours || !script) throw new Error('There are three names');
    writeFileSync(theirs, before);
    writeFileSync(ours, bytes);
    writeFileSync(script, composeScript(statements));

    await runScript(theirs, script);

    expect(readFileSync(theirs).equals(before)).toBe(false);
    expect(faultOf(await fingerprint(ours), await fingerprint(theirs))).toBe(null);
  });

  it('has one transaction, also where the migration brings its own', () => {
    const { statements } = report('CREATE TABLE t(a);', 'BEGIN; CREATE TABLE u(a); COMMIT;');
    expect(composeScript(statements)).toBe('BEGIN;\nCREATE TABLE u(a);\nCOMMIT;\n');
  });

  it('is not made of a run that was rolled back', () => {
    const { statements } = report('CREATE TABLE t(a);', 'CREATE TABLE u(a); CREATE TABLE t(a);');
    expect(() => composeScript(statements)).toThrow('Statement 2 of the report is failed');
  });
});
