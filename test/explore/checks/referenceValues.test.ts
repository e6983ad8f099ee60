// Reference values stand beside the column that they belong to, and those of migration 021 are those of its specification.
import { describe, expect, it } from 'vitest';
import { presenceOf, referenceFor } from '../../../src/explore/checks/referenceValues';
import { parseMeaning } from '../../../src/catalog/meaning';
import { readSchema } from '../../../src/schema/read';
import { apply, migration021, migrationFile, nativeDatabase, withDatabase } from '../../databases';

const FILE = '021_otc_multiweek_real_example.meaning.json';
const read = parseMeaning(migrationFile(FILE), FILE);
const { references, checks } = read.ok ? read.value : { references: [], checks: [] };
const before = nativeDatabase(migrationFile('samples/otc-base.sql'));

describe('Reference values', () => {
  it('stand beside their column, whatever the case of its name, and beside no other', () => {
    const reasons = referenceFor(references, 'OTC_Rejects', 'REASON_code');
    expect(reasons?.rows.map(([code, stage]) => `${code} ${stage}`)).toEqual([
      'PARSE_ERROR INGEST',
      'INVALID_DATE INGEST',
      'NOT_FRIDAY INGEST',
      'INVALID_TIER INGEST',
      'NEGATIVE_VOLUME NORMALIZE',
      'NEGATIVE_TRADES NORMALIZE',
      'ZERO_VOLUME NORMALIZE',
      'INVALID_SYMBOL NORMALIZE',
      'INVALID_MPID NORMALIZE',
      'DUPLICATE_KEY NORMALIZE',
    ]);
    expect(referenceFor(references, 'otc_rejects', 'stage')).toBeUndefined();
    expect(referenceFor(references, 'other', 'reason_code')).toBeUndefined();
  });

  it('name the checks that run, with their categories', () => {
    const names = referenceFor(references, 'otc_quality_checks', 'check_name');
    expect(names?.rows.map(([name, category]) => [name, category])).toEqual(
      checks.map(({ id, category }) => [id, category]),
    );
    expect(checks).toHaveLength(7);
  });

  it('say whether their column is there: not before the migration, and after it', () => {
    const after = withDatabase(apply(before, migration021).bytes, readSchema);
    const [reasons] = references;
    if (!reasons) throw new Error('there are no reference values');
    expect(presenceOf(reasons, withDatabase(before, readSchema))).toBe('no table');
    expect(presenceOf(reasons, after)).toBe('there');
    expect(presenceOf({ ...reasons, describes: { table: 'otc_rejects', column: 'x' } }, after)).toBe('no column');
    expect(presenceOf({ ...reasons, describes: null }, after)).toBe('none meant');
  });
});
