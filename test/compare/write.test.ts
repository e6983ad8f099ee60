// The migration that is written leads from the one schema to the other, asks what it cannot know, and has a way back.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { nativeDatabase, withDatabase } from '../databases';
import { runExample } from '../examples';
import { schemaOf } from './schemas';

it('The example of writing a migration is true', async () => {
  const source = readFileSync('src/compare/write.ts', 'utf8');
  const bytes = nativeDatabase(
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT); INSERT INTO orders VALUES (1, 'Ann');",
  );
  const desired = schemaOf('CREATE TABLE orders (id INTEGER PRIMARY KEY, client TEXT)');
  const claims = await withDatabase(bytes, (database) =>
    runExample(source, 'export function writeMigration', { writeMigration, readSchema, database, desired }),
  );
  expect(claims).toHaveLength(3);
  for (const { expression, given, expected } of claims) expect(given, expression).toEqual(expected);
});
