// What goes up and comes down again is compared with what was there: what is missing or left behind is told by name and count, and nothing else.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../amount';
import { DEFAULT_CHOICES } from '../../../src/migration/outcome';
import { describeRoundTrip, summariseRoundTrips } from '../../../src/migration/roundTrip/describe';
import { goRoundTrip, type RoundTrip, type Step } from '../../../src/migration/roundTrip/roundTrip';
import { askNative, digestOf, digestOfOverlay, engine, nativeDatabase, nodeHasher, overlayOf } from '../../databases';

const BASE = `CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
  INSERT INTO person (name, email) VALUES ('Ann', 'ann@x'), ('Bob', NULL), ('Cem', 'cem@x');
  CREATE INDEX by_name ON person (name);
  CREATE TABLE pet (owner REFERENCES person, called TEXT); INSERT INTO pet VALUES (1, 'Rex');`;

function tripsOf(
  base: string,
  ...pairs: readonly (readonly [up: string, down: string | null])[]
): readonly RoundTrip[] {
  const bytes = nativeDatabase(base);
  const overlay = overlayOf(bytes);
  const database = engine.open(overlay);
  const steps = pairs.map(([up, down], at): Step => ({
    up: { name: `${at + 1}.up.sql`, text: up },
    down: down === null ? null : { name: `${at + 1}.down.sql`, text: down },
  }));
  try {
    const trips = goRoundTrip(database, steps, DEFAULT_CHOICES, { hasher: nodeHasher(), onStep: () => undefined });
    expect(digestOfOverlay(overlay)).toBe(digestOf(bytes));
    return trips;
  } finally {
    database.close();
  }
}

const said = (trip: RoundTrip | undefined): readonly string[] => trip?.remains.map(({ sentence }) => sentence) ?? [];

it('A column that is added and dropped again leaves nothing behind', () => {
  const [trip] = tripsOf(BASE, ['ALTER TABLE person ADD COLUMN city TEXT', 'ALTER TABLE person DROP COLUMN city']);
  expect(trip).toEqual({ name: '1.up.sql', result: 'back', remains: [], failure: null });
});

it.each([
  ['a table is renamed there and back', 'ALTER TABLE person RENAME TO human', 'ALTER TABLE human RENAME TO person'],
  [
    'an index, a trigger and a table are made again in one line, and without quotes',
    'DROP TABLE pet; DROP INDEX by_name; CREATE TRIGGER t AFTER DELETE ON person BEGIN SELECT 1; END; DROP TRIGGER t',
    "CREATE TABLE IF NOT EXISTS pet(owner references person, called text); INSERT INTO pet VALUES (1, 'Rex'); create index by_name on person(name)",
  ],
  [
    'an index is made again over lines',
    'DROP INDEX by_name',
    'CREATE INDEX IF NOT EXISTS "by_name"\n  ON `person` ("name"); -- again',
  ],
])('Nothing is told where %s', (_what, up, down) => {
  const [trip] = tripsOf(BASE.replace('REFERENCES person', 'REFERENCES "person"'), [up, down]);
  expect([trip?.result, said(trip), trip?.failure]).toEqual(['back', [], null]);
});

it.each([
  [
    'an index that the way down forgets',
    'CREATE TABLE city (name TEXT); CREATE INDEX by_email ON person (email)',
    'DROP TABLE city',
    ['The index by_email is left behind.'],
  ],
  [
    'the values of a column that was dropped',
    'ALTER TABLE person DROP COLUMN email',
    'ALTER TABLE person ADD COLUMN email TEXT',
    ['The column person.email had 2 values and has 0 now.'],
  ],
  [
    'rows of a table that was dropped',
    'DROP TABLE pet',
    'CREATE TABLE pet (owner REFERENCES person, called TEXT)',
    ['The table pet had 1 row and has 0 now.'],
  ],
  [
    'a table that is not made again',
    'DROP TABLE pet',
    'SELECT 1',
    ['The table pet is not there again.', 'With the table pet, 1 row is gone.'],
  ],
  [
    'the index and the order of a rebuild',
    'ALTER TABLE person RENAME COLUMN email TO mail',
    `CREATE TABLE new (id INTEGER PRIMARY KEY, email TEXT, name TEXT NOT NULL); INSERT INTO new SELECT id, mail, name FROM person;
     DROP TABLE person; ALTER TABLE new RENAME TO person; CREATE INDEX by_name ON person (name)`,
    ['The columns of person are in another order.'],
  ],
  ['a version in the header', 'PRAGMA user_version = 3', 'SELECT 1', ['user_version was 0 and is 3 now.']],
  [
    'values that are not as they were',
    'UPDATE person SET name = upper(name)',
    'UPDATE person SET name = lower(name)',
    ['The column person.name has other values than before.'],
  ],
])('It tells %s', (_what, up, down, sentences) => {
  const [trip] = tripsOf(BASE, [up, down]);
  expect(trip?.result).toBe('differs');
  expect(said(trip)).toEqual(sentences);
});

it('Each migration is tried from where those before it lead', () => {
  const trips = tripsOf(
    BASE,
    ['CREATE TABLE city (name TEXT)', 'DROP TABLE city'],
    ['ALTER TABLE city ADD COLUMN land TEXT', 'ALTER TABLE city DROP COLUMN land'],
    ['CREATE INDEX by_land ON city (land)', null],
    ['DROP INDEX by_land', 'CREATE INDEX by_land ON city (name)'],
  );
  expect(trips.map(({ result }) => result)).toEqual(['back', 'back', 'no way back', 'differs']);
  expect(said(trips[3])).toEqual(['The index by_land is not as it was.']);
});

it('A way down that does not run is told with its place, and one up that does not ends the trip', () => {
  const trips = tripsOf(
    BASE,
    ['CREATE TABLE city (name TEXT)', '\nDROP TABLE town'],
    ['CREATE TABLE city (name TEXT)', 'DROP TABLE city'],
    ['SELECT 1', 'SELECT 1'],
  );
  expect(trips.map(({ result, failure }) => [result, failure])).toEqual([
    ['fails', '1.down.sql, line 2: no such table: town.'],
    ['fails', '2.up.sql, line 1: table city already exists.'],
    ['not tried', null],
  ]);
});

it('Transactions of its own, foreign keys and VACUUM are followed on both ways', () => {
  const [trip] = tripsOf(BASE, [
    'PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM person WHERE id = 1; COMMIT; VACUUM',
    "BEGIN; INSERT INTO person VALUES (1, 'Ann', 'ann@x'); COMMIT",
  ]);
  expect(trip).toMatchObject({ result: 'back', failure: null });
});

it('What a chain came to is told in a sentence, with every file in it', () => {
  const up = 'CREATE TABLE city (name TEXT)';
  const again = 'CREATE TABLE land (name TEXT)';
  expect(summariseRoundTrips(tripsOf(BASE, [up, 'DROP TABLE city']))).toBe(
    'It goes up and comes back: the schema and every row are as they were.',
  );
  expect(summariseRoundTrips(tripsOf(BASE, [up, 'DROP TABLE city'], [again, 'DROP TABLE land']))).toBe(
    'All 2 files go up and come back: each time, the schema and every row are as they were.',
  );
  const trips = tripsOf(
    BASE,
    [up, 'SELECT 1'],
    [again, 'DROP TABLE lend'],
    ['SELECT 1', null],
    [again, 'SELECT 1'],
    ['SELECT 1', 'SELECT 1'],
  );
  expect(summariseRoundTrips(trips)).toBe(
    'Of 5 files, 0 come back whole, 1 leaves something that is not as before, 2 fail, 1 has nothing that takes it back, 1 was not tried.',
  );
  expect(trips.map(describeRoundTrip)).toEqual([
    '1 thing is not as before:',
    '2.down.sql, line 1: no such table: lend.',
    'Nothing takes it back.',
    '4.up.sql, line 1: table land already exists.',
    'A file before it does not go up.',
  ]);
});

const ups = fc.constantFrom(
  'CREATE TABLE city (name TEXT)',
  'CREATE INDEX by_email ON person (email)',
  'DROP INDEX by_name',
  'ALTER TABLE person ADD COLUMN age INT',
  "INSERT INTO pet VALUES (2, 'Tom')",
  "UPDATE person SET email = 'none' WHERE email IS NULL",
  'DELETE FROM pet',
  'CREATE VIEW names AS SELECT name FROM person',
);
const downs = fc.constantFrom(
  'DROP TABLE IF EXISTS city',
  'DROP INDEX IF EXISTS by_email',
  'CREATE INDEX IF NOT EXISTS by_name ON person (name)',
  'DELETE FROM pet WHERE owner = 2',
  "UPDATE person SET email = NULL WHERE email = 'none'",
  "INSERT INTO pet SELECT 1, 'Rex' WHERE NOT EXISTS (SELECT 1 FROM pet)",
  'DROP VIEW IF EXISTS names',
);

it('All is back exactly where native sqlite3 dumps the very same after up and down', () => {
  const start = nativeDatabase(BASE);
  const dump = (bytes: Uint8Array, sql = ''): string =>
    askNative(bytes, `${sql};\n.dump`).split('\n').sort().join('\n');
  const before = dump(start);
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.uniqueArray(ups, { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(downs, { minLength: 2, maxLength: 7 }),
      (up, down) => {
        const [trip] = tripsOf(BASE, [up.join(';\n'), down.join(';\n')]);
        const isBack = dump(start, [...up, ...down].join(';\n')) === before;
        expect(trip?.result, trip?.failure ?? '').toBe(isBack ? 'back' : 'differs');
        seen.add(trip?.result ?? '');
      },
    ),
    runs(30, 500),
  );
  expect([...seen].sort()).toEqual(['back', 'differs']);
});
