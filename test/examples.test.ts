// The usage examples in the doc comments of the core are true. (That of EngineClient runs in test/page/client.test.ts.)
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { arrangeMigrations } from '../src/chain/folder';
import { readHistory } from '../src/chain/history';
import { tellPending } from '../src/chain/pending';
import type { Database } from '../src/database';
import { DEFAULT_CHOICES } from '../src/migration/outcome';
import { makeProof } from '../src/migration/proofs/makeProof';
import { keepNoLosses } from '../src/migration/run/lossAccount';
import { planMigration } from '../src/migration/run/plan';
import { runMigration } from '../src/migration/run/run';
import { splitScript } from '../src/script/split';
import { nativeDatabase, nodeHasher, runScript, withDatabase, withEvidence } from './databases';
import { runExample } from './examples';

const people = nativeDatabase("CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Ann'), ('Ben');");

it.each([
  ['src/migration/run/plan.ts', 'export function planMigration', people, { planMigration }],
  ['src/migration/run/run.ts', 'export function runMigration', people, { runMigration }],
  ['src/chain/folder.ts', 'export function arrangeMigrations', people, { arrangeMigrations }],
  [
    'src/chain/pending.ts',
    'export function tellPending',
    nativeDatabase(
      "CREATE TABLE schema_migrations (version varchar(128) primary key); INSERT INTO schema_migrations VALUES ('1');",
    ),
    { arrangeMigrations, readHistory, tellPending },
  ],
])('The example in %s is true: %s', async (path, declaration, bytes, names) => {
  const tools = { splitScript, keepNoLosses, DEFAULT_CHOICES };
  const run = (database: Database) =>
    runExample(readFileSync(path, 'utf8'), declaration, { ...tools, ...names, database });
  const claims = await withDatabase(bytes, run);
  expect(claims.length).toBeGreaterThan(0);
  for (const { expression, given, expected } of claims) expect(given, expression).toEqual(expected);
});

it('The example of a check is true', async () => {
  const run = runScript(people, 'ALTER TABLE people ADD COLUMN city TEXT');
  const source = readFileSync('src/migration/proofs/makeProof.ts', 'utf8');
  const claims = await withEvidence(run, (evidence) =>
    runExample(source, 'export function makeProof', { makeProof, evidence, hasher: nodeHasher() }),
  );
  expect(claims).toHaveLength(2);
  for (const { expression, given, expected } of claims) expect(given, expression).toEqual(expected);
});
