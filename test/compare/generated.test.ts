// Whatever schema becomes whatever other one: native sqlite3 runs the migration, with foreign keys on and off, and keeps what is to be kept.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../amount';
import { checkMigration, checkMinimal } from './checkMigration';
import { alteredPairs, pairs } from './generatedSchemas';

it('The migration between two schemas leads native sqlite3 to the target with every value that stays, and back again', () => {
  fc.assert(
    fc.property(pairs, fc.constantFrom(26, 34, 37), fc.boolean(), (pair, sqliteVersion, spelling) => {
      checkMigration(pair, sqliteVersion, spelling);
    }),
    runs(15, 10_000),
  );
});

it('No table is rebuilt where ALTER TABLE gives the same text', () => {
  let looked = 0;
  fc.assert(
    fc.property(alteredPairs, (pair) => {
      if (checkMinimal(pair)) looked++;
    }),
    runs(12, 2_000),
  );
  expect(looked).toBeGreaterThan(3);
});
