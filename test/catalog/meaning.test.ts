// The file in which a migration says what its data means: what is wrong with it is told by file and field.
import { describe, expect, it } from 'vitest';
import { loadMeaning, parseMeaning } from '../../src/catalog/meaning';
import { migrationFile } from '../databases';

type Json = Readonly<Record<string, unknown>>;

const REFERENCE: Json = {
  id: 'codes',
  title: 'Codes',
  describes: { table: 't', column: 'code' },
  columns: ['Code', 'Meaning'],
  rows: [['A', 'the first']],
};
const PART: Json = {
  id: 'all',
  title: 'All',
  needs: { t: ['a'] },
  sql: ['SELECT 1', 'AS status'],
  offending: 'SELECT 2',
};
const CHECK: Json = { id: 'positive', category: 'integrity', condition: 'All are positive.', parts: [PART] };
const MEANING: Json = { format: 1, references: [REFERENCE], checks: [CHECK] };

const read = (json: Json) => parseMeaning(JSON.stringify(json), 'm.json');
const withReference = (change: Json): Json => ({ ...MEANING, references: [{ ...REFERENCE, ...change }] });
const withCheck = (change: Json): Json => ({ ...MEANING, checks: [{ ...CHECK, ...change }] });
const withPart = (change: Json): Json => withCheck({ parts: [{ ...PART, ...change }] });

describe('What a migration says of its data', () => {
  it('is read with its lines of SQL put together, and both lists may be left out', () => {
    expect(read(MEANING)).toMatchObject({
      ok: true,
      value: {
        references: [{ id: 'codes', rows: [['A', 'the first']] }],
        checks: [{ note: null, parts: [{ sql: 'SELECT 1\nAS status', offending: 'SELECT 2', unless: null }] }],
      },
    });
    expect(read({ format: 1 })).toEqual({ ok: true, value: { references: [], checks: [] } });
  });

  it.each([
    [
      'a row that is too short',
      withReference({ rows: [['A']] }),
      'references[0].rows must be a list of lists of 2 texts',
    ],
    ['no columns', withReference({ columns: [] }), 'references[0].columns must be a list of at least one text'],
    [
      'a column that is named without its table',
      withReference({ describes: { column: 'c' } }),
      'references[0].describes.table',
    ],
    ['no parts', withCheck({ parts: [] }), 'checks[0].parts must be a list of at least one part'],
    ['no condition', withCheck({ condition: '' }), 'checks[0].condition must be a text that is not empty'],
    ['no tables needed', withPart({ needs: {} }), 'checks[0].parts[0].needs must be an object with at least one table'],
    ['columns that are no list', withPart({ needs: { t: 'a' } }), 'checks[0].parts[0].needs.t'],
    [
      'no SQL',
      withPart({ sql: undefined }),
      'checks[0].parts[0].sql must be a text that is not empty, but it is missing',
    ],
    ['another format', { ...MEANING, format: 2 }, 'format'],
  ])('is refused by file and field: %s', (_what, json, sentence) => {
    const outcome = read(json);
    expect(outcome.ok).toBe(false);
    if (!outcome.ok) expect(outcome.error.message.startsWith(`m.json: ${sentence}`)).toBe(true);
  });

  it('that cannot be read is a problem of that file', async () => {
    const missing = await loadMeaning(() => Promise.reject(new Error('the server answered 404')), 'm.json');
    expect(missing).toEqual({
      ok: false,
      error: { file: 'm.json', message: 'm.json could not be read: the server answered 404' },
    });
  });

  it('is in order for every migration of the catalog', async () => {
    const file = '021_otc_multiweek_real_example.meaning.json';
    const meaning = await loadMeaning((path) => Promise.resolve(migrationFile(path)), file);
    expect(meaning.ok && [meaning.value.references.length, meaning.value.checks.length]).toEqual([2, 7]);
  });
});
