// Reference values stand beside the column that they belong to, and those of migration 021 are those of its specification.
import { describe, expect, it } from 'vitest';
import { presenceOf } from '../../../src/explore/checks/referenceValues';
import { parseMeaning } from '../../../src/catalog/meaning';
import { readSchema } from '../../../src/schema/read';
import { apply, migration021, migrationFile, nativeDatabase, withDatabase } from '../../databases';

const FILE = '021_otc_multiweek_real_example.meaning.json';
const read = parseMeaning(migrationFile(FILE), FILE);
const { references, checks } = read.ok ? read.value : { references: [], checks: [] };
const before = nativeDatabase(migrationFile('samples/otc-base.sql'));

function valuesOf(table: string, column: string) {
  return references.find(({ describes }) => describes?.table === table && describes.column === column)?.rows;
}

describe('Reference values', () => {
  it('are those of the specification, beside the columns that they describe', () => {
    const reasons = valuesOf('otc_rejects', 'reason_code');
    expect(reasons?.map(([code, stage]) => `${String(code)} ${String(stage)}`)).toEqual([
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
  });

  it('name the checks that run, with their categories', () => {
    const names = valuesOf('otc_quality_checks', 'check_name');
    expect(names?.map(([name, category]) => [name, category])).toEqual(
      checks.map(({ id, category }) => [id, category]),
    );
    expect(checks).toHaveLength(7);
  });

  it('say whether their column is there, whatever the case of its name: not before the migration, and after it', () => {
    const after = withDatabase(apply(before, migration021).bytes, readSchema);
    const [reasons] = references;
    if (!reasons) throw new Error('there are no reference values');
    expect(presenceOf(reasons, withDatabase(before, readSchema))).toBe('no table');
    expect(presenceOf(reasons, after)).toBe('there');
    const otherCase = { table: 'OTC_Rejects', column: 'REASON_code' };
    expect(presenceOf({ ...reasons, describes: otherCase }, after)).toBe('there');
    expect(presenceOf({ ...reasons, describes: { table: 'otc_rejects', column: 'x' } }, after)).toBe('no column');
    expect(presenceOf({ ...reasons, describes: null }, after)).toBe('none meant');
  });
});
