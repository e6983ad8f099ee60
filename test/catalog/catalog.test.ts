// What the catalog promises: a sound one is read as it stands, and of a broken one the user learns what is wrong where.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import type { Outcome } from '../../src/database';
import {
  type CatalogProblem,
  loadCatalog,
  loadMigration,
  loadSampleBase,
  parseCatalog,
} from '../../src/catalog/catalog';
import { parseCompanion } from '../../src/catalog/companion';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ENTRY = { id: '001_first', title: 'First', summary: 'Adds one.', script: '001.sql', companion: '001.json' };
const OTHER = { id: '002_second', title: 'Second', summary: 'Adds two.', script: '002.sql' };
const CATALOG: Json = { format: 1, migrations: [ENTRY, OTHER] };
const SAMPLE = {
  id: 'full',
  title: 'Full',
  description: 'With rows.',
  file: 'full.db',
  base: 'samples/full.sql',
  through: 3,
};
const COMPANION: Json = { format: 1, samples: [SAMPLE, { ...SAMPLE, id: 'done', through: 'all' }] };

const catalogOf = (json: Json) => parseCatalog(JSON.stringify(json));
const companionOf = (json: Json) => parseCompanion(JSON.stringify(json), '001.json');

function messageOf(outcome: Outcome<unknown, CatalogProblem>): string {
  if (outcome.ok) throw new Error(`no problem was found in ${JSON.stringify(outcome.value)}`);
  expect(outcome.error.message.startsWith(outcome.error.file)).toBe(true);
  return outcome.error.message;
}

/** The same JSON with the value at a path replaced; `undefined` takes the key away. */
function replaced(json: Json, path: readonly (string | number)[], value: Json | undefined): Json {
  const copy = JSON.parse(JSON.stringify(json)) as Json;
  let holder = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, Json>;
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return copy;
}

describe('a sound catalog', () => {
  it('is read in its order, and a migration without a companion file has none', () => {
    expect(catalogOf(CATALOG)).toEqual({
      ok: true,
      value: { migrations: [ENTRY, { ...OTHER, companion: null }] },
    });
  });

  it('may hold keys of a later version, which are left out', () => {
    const extended = { format: 1, since: 2030, migrations: [{ ...ENTRY, author: 'somebody' }] };
    expect(catalogOf(extended)).toEqual({ ok: true, value: { migrations: [ENTRY] } });
    expect(companionOf({ format: 1, samples: [{ ...SAMPLE, colour: 'red' }], recipes: [] })).toEqual({
      ok: true,
      value: { samples: [SAMPLE], meaning: null, functions: [] },
    });
  });

  it('may be empty, and may begin with a byte order mark', () => {
    expect(parseCatalog('\uFEFF{ "format": 1, "migrations": [] }')).toEqual({ ok: true, value: { migrations: [] } });
  });

  it('gives samples with the number of statements that have been run on them', () => {
    const companion = companionOf(COMPANION);
    expect(companion.ok && companion.value.samples.map((sample) => sample.through)).toEqual([3, 'all']);
  });
});

describe('of a broken catalog the user learns what is wrong and where', () => {
  const script = ['migrations', 0, 'script'];
  it.each<[string, readonly (string | number)[], Json | undefined, string]>([
    [
      'a number for a script',
      script,
      7,
      'migrations[0].script must be the name of a .sql file beside index.json, but it is 7',
    ],
    [
      'no script',
      script,
      undefined,
      'migrations[0].script must be the name of a .sql file beside index.json, but it is missing',
    ],
    [
      'a script of another kind',
      script,
      'a.txt',
      'migrations[0].script must be the name of a .sql file beside index.json, but it is "a.txt"',
    ],
    [
      'a companion of another kind',
      ['migrations', 0, 'companion'],
      null,
      'migrations[0].companion must be the name of a .json file beside index.json, but it is null',
    ],
    [
      'a blank title',
      ['migrations', 1, 'title'],
      ' ',
      'migrations[1].title must be a text that is not empty, but it is " "',
    ],
    [
      'an id with spaces',
      ['migrations', 1, 'id'],
      'a b',
      'migrations[1].id must be a name of letters, digits, _ and -, but it is "a b"',
    ],
    [
      'an id used twice',
      ['migrations', 1, 'id'],
      '001_first',
      'migrations[1].id is "001_first", which migrations[0] has already',
    ],
    ['a later format', ['format'], 2, 'format must be the number 1, but it is 2'],
    ['no format', ['format'], undefined, 'format must be the number 1, but it is missing'],
    ['an object for the list', ['migrations'], {}, 'migrations must be a list, but it is an object'],
    ['a text for an entry', ['migrations', 0], 'x', 'migrations[0] must be an object, but it is "x"'],
  ])('%s', (_what, path, value, sentence) => {
    expect(messageOf(catalogOf(replaced(CATALOG, path, value)))).toBe(`index.json: ${sentence}`);
  });

  it.each<[string, readonly (string | number)[], Json | undefined, string]>([
    [
      'a fraction of a statement',
      ['samples', 0, 'through'],
      1.5,
      'samples[0].through must be a whole number from 0 up, or "all", but it is 1.5',
    ],
    [
      'fewer than no statements',
      ['samples', 0, 'through'],
      -1,
      'samples[0].through must be a whole number from 0 up, or "all", but it is -1',
    ],
    ['a sample id used twice', ['samples', 1, 'id'], 'full', 'samples[1].id is "full", which samples[0] has already'],
    [
      'a folder in a file name',
      ['samples', 0, 'file'],
      'a/b.db',
      'samples[0].file must be a plain file name, but it is "a/b.db"',
    ],
  ])('in a companion file: %s', (_what, path, value, sentence) => {
    expect(messageOf(companionOf(replaced(COMPANION, path, value)))).toBe(`001.json: ${sentence}`);
  });

  it('text that is not JSON', () => {
    expect(messageOf(parseCatalog('{ "format": 1, '))).toMatch(/^index\.json: this is not valid JSON: ./);
    expect(messageOf(parseCompanion('<!doctype html>', '001.json'))).toMatch(/^001\.json: this is not valid JSON: ./);
    expect(messageOf(parseCatalog('[]'))).toBe('index.json: the outermost value must be an object, but it is a list');
  });

  it('a long value is cut short in the sentence', () => {
    const message = messageOf(catalogOf(replaced(CATALOG, script, 'x'.repeat(5000))));
    expect(message.length).toBeLessThan(200);
  });

  it('no path leads out of the folder of the catalog', () => {
    const paths = [
      '/etc/a.sql',
      '../a.sql',
      'samples/../../a.sql',
      './a.sql',
      'https://example.org/a.sql',
      '//example.org/a.sql',
      'data:text/plain,.sql',
      'C:\\a.sql',
      '..\\a.sql',
      '%2e%2e/a.sql',
      'samples//a.sql',
      'a.sql?b=.sql',
      'a#.sql',
      ' a.sql',
      'a\u0000.sql',
      '.sql',
      '',
    ];
    for (const path of paths) {
      expect(messageOf(companionOf(replaced(COMPANION, ['samples', 0, 'base'], path)))).toContain('samples[0].base');
      expect(messageOf(catalogOf(replaced(CATALOG, script, path)))).toContain('migrations[0].script');
    }
    expect(companionOf(replaced(COMPANION, ['samples', 0, 'base'], 'samples/2026/größe-1 b.sql')).ok).toBe(true);
    expect(messageOf(catalogOf(replaced(CATALOG, script, 'samples/a.sql')))).toContain('beside index.json');
  });
});

describe('whatever the files hold', () => {
  it('any JSON at all gives an outcome, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(typeof parseCatalog(text).ok).toBe('boolean');
        expect(typeof parseCompanion(text, 'x.json').ok).toBe('boolean');
      }),
      runs(100),
    );
  });

  it('a value of the wrong type at any place is refused with the name of that place', () => {
    const fields = (list: string, names: readonly string[]) =>
      names.flatMap((name) => [0, 1].map((index) => [list, index, name] as const));
    const wrong = fc.oneof(
      fc.integer({ max: -1 }),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.object(),
    );
    const check = (
      json: Json,
      parse: (json: Json) => Outcome<unknown, CatalogProblem>,
      places: readonly (readonly (string | number)[])[],
    ) => {
      fc.assert(
        fc.property(fc.constantFrom(...places), wrong, (path, value) => {
          const broken = replaced(json, path, JSON.parse(JSON.stringify(value)) as Json);
          const [list, index, name] = path;
          expect(messageOf(parse(broken))).toContain(`${String(list)}[${String(index)}].${String(name)} must be `);
        }),
        runs(100),
      );
    };
    check(CATALOG, catalogOf, fields('migrations', ['id', 'title', 'summary', 'script', 'companion']));
    check(COMPANION, companionOf, fields('samples', ['id', 'title', 'description', 'file', 'base', 'through']));
  });
});

describe('the functions of a companion file', () => {
  const functionsOf = (functions: Record<string, string>[]) => companionOf({ ...COMPANION, functions });

  it('are meanings by their names, and none where the field is left out', () => {
    const told = functionsOf([
      { id: 'tidy', answer: 'sql lower(trim($1))' },
      { id: 'unicase', kind: 'collation', answer: 'locale de' },
    ]);
    expect(told).toMatchObject({
      ok: true,
      value: {
        functions: [
          { kind: 'function', name: 'tidy', answer: 'sql lower(trim($1))' },
          { kind: 'collation', name: 'unicase', answer: 'locale de' },
        ],
      },
    });
    expect(companionOf(COMPANION)).toMatchObject({ ok: true, value: { functions: [] } });
  });

  it('are refused with the place where they say nothing that one could be', () => {
    expect(messageOf(functionsOf([{ id: 'tidy', answer: 'known unheard' }]))).toContain('functions[0].answer must be ');
    expect(messageOf(functionsOf([{ id: 'c', kind: 'collation', answer: 'sql 1' }]))).toContain('functions[0].answer');
  });
});

describe('loading', () => {
  const files = new Map([
    ['index.json', JSON.stringify(CATALOG)],
    ['001.sql', 'CREATE TABLE a(b);\n'],
    ['001.json', JSON.stringify(COMPANION)],
    ['002.sql', 'CREATE TABLE c(d);\n'],
    ['samples/full.sql', 'CREATE TABLE e(f);\n'],
  ]);
  const reader = (present: ReadonlyMap<string, string>) => (path: string) => {
    const text = present.get(path);
    return text === undefined ? Promise.reject(new Error('404 Not Found')) : Promise.resolve(text);
  };
  const without = (name: string) => reader(new Map([...files].filter(([path]) => path !== name)));
  const entry = { ...ENTRY };

  it('gives a migration with its script and its samples', async () => {
    expect(await loadCatalog(reader(files))).toEqual(catalogOf(CATALOG));
    const migration = await loadMigration(reader(files), entry);
    expect(migration).toMatchObject({ ok: true, value: { entry, script: files.get('001.sql') } });
    expect(migration.ok && migration.value.companion.samples.length).toBe(2);
    const sample = migration.ok ? migration.value.companion.samples[0] : undefined;
    expect(sample && (await loadSampleBase(reader(files), sample))).toEqual({
      ok: true,
      value: 'CREATE TABLE e(f);\n',
    });
  });

  it('a migration without a companion file has no samples, and none is asked for', async () => {
    const migration = await loadMigration(reader(new Map([['002.sql', 'SELECT 1;']])), { ...OTHER, companion: null });
    expect(migration).toMatchObject({ ok: true, value: { companion: { samples: [] } } });
  });

  it('a file that cannot be read is a sentence, not an exception', async () => {
    expect(messageOf(await loadCatalog(without('index.json')))).toBe('index.json could not be read: 404 Not Found');
    expect(messageOf(await loadMigration(without('001.sql'), entry))).toBe('001.sql could not be read: 404 Not Found');
    expect(messageOf(await loadMigration(without('001.json'), entry))).toBe(
      '001.json could not be read: 404 Not Found',
    );
    const base = await loadSampleBase(without('samples/full.sql'), SAMPLE);
    expect(messageOf(base)).toBe('samples/full.sql could not be read: 404 Not Found');
    const thrower = (): Promise<string> => {
      throw new Error('offline');
    };
    expect(messageOf(await loadCatalog(thrower))).toBe('index.json could not be read: offline');
  });

  it('an empty script and a broken companion file are problems of those files', async () => {
    const empty = reader(new Map([...files, ['001.sql', ' \n']]));
    expect(messageOf(await loadMigration(empty, entry))).toBe('001.sql is empty');
    const broken = reader(new Map([...files, ['001.json', '{']]));
    expect(messageOf(await loadMigration(broken, entry))).toMatch(/^001\.json: this is not valid JSON/);
  });
});
