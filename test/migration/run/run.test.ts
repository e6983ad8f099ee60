// The run of migration 021 on a populated sample, from one end to the other.
import { expect, test } from 'vitest';
import { PROOF_CODES } from '../../../src/migration/proofs/proof';
import { countVerdicts } from '../../../src/migration/outcome';
import { askNative, migrate, migration021, migrationFile, nativeDatabase } from '../../databases';

const populated = nativeDatabase(migrationFile('samples/otc-base.sql'));

test('migration 021 runs on a populated database, and every proof passes', () => {
  const { result, bytes } = migrate(populated, migration021);
  expect(result.outcomes.filter(({ failure }) => failure !== null)).toEqual([]);
  expect(result.committed).toBe(true);
  expect(result.proofs.filter((proof) => proof.result !== 'pass')).toEqual([]);
  expect(result.proofs).toHaveLength(PROOF_CODES.length);
  expect(countVerdicts(result.outcomes)).toEqual({
    applied: 47,
    adapted: 2,
    skipped: 4,
    unchanged: 0,
    failed: 0,
    'not run': 0,
  });
  expect(askNative(bytes, 'PRAGMA integrity_check')).toBe('ok');
});
