// The state of the view Compare: what was chosen or typed last is what is compared, whatever was asked before; answers are kept.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../../src/engine/worker/client';
import { CompareState } from '../../src/ui/explore/compare/compareState.svelte';
import { Explorer } from '../../src/ui/explore/look/explorer.svelte';
import { RowsState } from '../../src/ui/explore/compare/rowsState.svelte';
import { Workbench } from '../../src/ui/state/workbench.svelte';
import { databaseOf, ENDLESS, scriptOf } from './databases';

const PEOPLE = 'CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT);';
const WANTED = 'CREATE TABLE people(id INTEGER PRIMARY KEY, full_name TEXT);';

let client: EngineClient;
let explorer: Explorer;
let state: CompareState;

beforeAll(() => {
  const base = document.createElement('base');
  base.href = '/';
  document.head.append(base);
});

beforeEach(async () => {
  client = new EngineClient();
  const workbench = new Workbench(client);
  explorer = new Explorer(workbench);
  state = new CompareState(explorer);
  await workbench.take([await databaseOf(`${PEOPLE} INSERT INTO people VALUES (1, 'Ann'), (2, 'Bo');`)]);
});

afterEach(() => {
  state.close();
  explorer.forget();
  client.cancel();
});

/** Compares what is wanted now; gives what differs. */
async function compared(): Promise<readonly string[]> {
  const { wanted } = state;
  state.compare(wanted);
  await vi.waitUntil(() => state.isOf(wanted) || state.failure !== null, { timeout: 20_000, interval: 5 });
  return state.compared?.comparison.differences.map(({ kind, name }) => `${kind} ${name}`) ?? [];
}

describe('What is compared', () => {
  it('is what was typed last, also where what was typed before never comes to its end', async () => {
    state.editSchema();
    await vi.waitUntil(() => state.target !== null, { timeout: 20_000, interval: 5 });
    expect(await compared()).toEqual([]);
    state.edit(`${PEOPLE} CREATE TABLE endless AS ${ENDLESS}`);
    const endless = state.takeText();
    state.edit(`${PEOPLE} CREATE TABLE pets(id INTEGER PRIMARY KEY);`);
    await Promise.all([endless, state.takeText()]);
    expect(state.isReading).toBe(false);
    expect(await compared()).toEqual(['added pets']);
  });

  it('stays as it was where the next target cannot be read, which is told', async () => {
    await state.open([scriptOf(WANTED, 'wanted.sql')]);
    expect(await compared()).toEqual(['altered people']);
    await state.open([scriptOf('CREATE TABLE a(x);\nCREATE TABLE a(y);', 'wrong.sql')]);
    expect(state.problem).toMatchObject({ code: 'target', line: 2, sentence: 'Line 2: table a already exists.' });
    expect(state.target?.name).toBe('wanted.sql');
    await state.open([new File(['no database at all'], 'notes.txt')]);
    expect(state.problem?.sentence).toContain('notes.txt');
    await state.open([await databaseOf('CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT);', 'other.db')]);
    expect(state.problem).toBeNull();
    expect(await compared()).toEqual([]);
  });

  it('is a folder of migrations in their order', async () => {
    await state.open([
      scriptOf('ALTER TABLE people ADD COLUMN born INTEGER;', '002_born.sql'),
      scriptOf(PEOPLE, '001_people.sql'),
    ]);
    expect(state.problem).toBeNull();
    expect(await compared()).toEqual(['altered people']);
  });
});

describe('An answer', () => {
  it('that the chosen script keeps is not asked for again', async () => {
    await explorer.workbench.take([scriptOf('-- answer: column people.name = rename to full_name\nSELECT 1;')]);
    await state.open([scriptOf(WANTED, 'wanted.sql')]);
    await compared();
    expect(state.compared?.migration.complete).toBe(true);
    expect(state.compared?.migration.sql).toMatch(/RENAME COLUMN "name" TO "?full_name/);
    state.answer('column people.name', null);
    await compared();
    expect(state.compared?.migration.complete).toBe(false);
  });
});

describe('The rows of both', () => {
  it('are counted by table, read cell by cell, and written as SQL', async () => {
    const other = await databaseOf(`${PEOPLE} INSERT INTO people VALUES (1, 'Anna'), (3, 'Cy');`, 'other.db');
    await state.open([other]);
    const look = explorer.look(state.side, 'rows');
    if (!look || !state.target) throw new Error('Nothing to look at');
    const rows = new RowsState(look, state.target);
    await rows.compare();
    expect(rows.found?.tables.map(({ table, counts }) => [table, counts])).toEqual([
      ['people', { added: 1, removed: 1, changed: 1, same: 0 }],
    ]);
    expect(await rows.rows('people', 'changed', 0)).toMatchObject({
      rows: [{ before: [1, 'Ann'], after: [1, 'Anna'], changed: [1] }],
      more: false,
    });
    const written = await (await rows.write('sql', null))?.text();
    expect(written).toMatch(/UPDATE/);
    expect(written).toMatch(/DELETE/);
    expect(written).toMatch(/INSERT/);
  });
});
