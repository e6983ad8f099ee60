// The databases that the benchmark makes: as large as asked for, always the same, and work for the migration.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { provideDatabase } from '../../bench/databases.mjs';
import { ask, runSqlite3 } from '../../bench/sqlite3.mjs';
import { migration021, statementsOf } from '../databases';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-test-'));
  folders.push(folder);
  return folder;
}

const quiet = () => undefined;
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('A database of the benchmark', () => {
  it('is as large as asked for, sound, and the same each time', async () => {
    const [one, other] = [await provideDatabase(newFolder(), 4, quiet), await provideDatabase(newFolder(), 4, quiet)];
    expect(Math.abs(one.bytes / 4e6 - 1)).toBeLessThan(0.05);
    expect(digest(one.path)).toBe(digest(other.path));
    expect(await ask(one.path, 'PRAGMA integrity_check')).toEqual(['ok']);
    const totals = Object.entries(one.rows).map(async ([table, rows]) => {
      expect(await ask(one.path, `SELECT max(rowid) FROM ${table}`)).toEqual([String(rows)]);
      return rows;
    });
    expect(Math.min(...(await Promise.all(totals)))).toBeGreaterThan(300);
  });

  it('is made once and then kept; nothing else is left in the folder', async () => {
    const folder = newFolder();
    const said: string[] = [];
    const first = await provideDatabase(folder, 1, (line) => said.push(line));
    const again = await provideDatabase(folder, 1, (line) => said.push(line));
    expect(again).toEqual(first);
    expect(said).toEqual(['making a database of 1 MB']);
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([first.path]);
  });

  it('has rows in seven tables that the migration indexes, and four columns that SQLite refuses to add to them', async () => {
    const { path, rows } = await provideDatabase(newFolder(), 1, quiet);
    const statements = statementsOf(migration021);
    const indexed = statements.flatMap(({ text }) => /^CREATE INDEX .* ON (\w+)\(/.exec(text)?.[1] ?? []);
    expect(Object.keys(rows).filter((table) => indexed.includes(table))).toHaveLength(7);

    const added = statements.filter(({ kind }) => kind === 'add column');
    const refused: string[] = [];
    for (const { text } of added) await runSqlite3([path, text]).catch((error: unknown) => refused.push(String(error)));
    expect(added).toHaveLength(17);
    expect(refused).toHaveLength(4);
    for (const message of refused) expect(message).toContain('Cannot add a column with non-constant default');
  });
});
