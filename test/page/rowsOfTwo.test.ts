// Rows of two files, compared in a worker: what it gives, for another file and for the result of a run, and after it was cancelled.
import { afterEach, expect, it } from 'vitest';
import { EngineClient, type ComparedWith } from '../../src/engine/worker/client';
import { NO_SIDECARS } from '../../src/file/recovery';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { databaseOf, tableOf } from './databases';

const quiet = (): void => undefined;
const ALL = { kinds: ['added', 'removed', 'changed'], firstRow: 0, endRow: 10 } as const;

const client = new EngineClient(
  'looks',
  (name) => new Worker(new URL('../../src/engine/worker/start.ts', import.meta.url), { type: 'module', name }),
);
afterEach(() => client.cancel());

function over(file: Blob) {
  return client.over({ file, name: 'before.db', sidecars: NO_SIDECARS });
}

function beside(file: Blob, pages: ComparedWith['pages'] = null): ComparedWith {
  return { file, name: 'after.db', sidecars: NO_SIDECARS, pages, schema: null };
}

it('Two files are compared: counts, rows, whole values, and the SQL that leads from one to the other', async () => {
  const before = await databaseOf(tableOf(5000));
  const after = await databaseOf(
    `${tableOf(5000)} UPDATE t SET b = printf('%.500c', 'x') WHERE a = 77; DELETE FROM t WHERE a = 5;`,
  );
  const rows = over(before).against(beside(after));

  expect(await rows.open()).toMatchObject({ ok: true });
  expect(await rows.compareRows(quiet)).toMatchObject({
    ok: true,
    value: { tables: [{ table: 't', counts: { added: 0, removed: 1, changed: 1, same: 4998 } }] },
  });
  expect(await rows.differingRows('t', ALL, quiet)).toMatchObject({
    ok: true,
    value: [
      { kind: 'removed', before: [5, 'text 5'], after: null },
      { kind: 'changed', before: [77, 'text 77'], after: [77, { bytes: 500 }], changed: [1] },
    ],
  });
  expect(await rows.differingValue('t', { kinds: ['changed'], firstRow: 0 }, 1, quiet)).toMatchObject({
    ok: true,
    value: { before: { text: 'text 77' }, after: { text: 'x'.repeat(500) } },
  });
  const portion = await rows.differencesPortion({ format: 'sql', table: null }, 0, quiet);
  expect(portion).toMatchObject({ ok: true, value: { last: true } });
  expect(portion.ok && portion.value.text).toContain('DELETE FROM "t" WHERE "a" = 5;');

  client.cancel();
  expect(await rows.differingRows('t', { ...ALL, kinds: ['removed'] }, quiet)).toMatchObject({
    ok: true,
    value: [{ before: [5, 'text 5'] }],
  });
});

it('The result of a run is compared with the file before it, and rows on pages that the run left alone are not counted', async () => {
  const database = over(await databaseOf(tableOf(5000)));
  const finished = await database.run(`UPDATE t SET b = 'changed' WHERE a = 77;`, DEFAULT_CHOICES, quiet);
  if (!finished.ok || !finished.value.file) throw new Error('The run has no result');
  const rows = database.against(beside(finished.value.file, finished.value.pages));
  expect(await rows.compareRows(quiet)).toMatchObject({
    ok: true,
    value: { tables: [{ counts: { added: 0, removed: 0, changed: 1, same: null } }] },
  });
});

it('A file that is no database is refused, and so is every question about it', async () => {
  const rows = over(await databaseOf(tableOf(1))).against(beside(new Blob(['no database'])));
  expect(await rows.open()).toMatchObject({ ok: false, error: { code: 'not-sqlite' } });
  expect(await rows.compareRows(quiet)).toMatchObject({ ok: false, error: { code: 'not-sqlite' } });
});
