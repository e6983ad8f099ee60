// Rows that a new CHECK or a new foreign key does not allow are counted, shown and asked about, and native sqlite3 does what was answered.
import { describe, expect, it } from 'vitest';
import type { Migration } from '../../src/compare/migration';
import { USUAL_VERSION } from '../../src/compare/versions';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { isLong } from '../amount';
import { askNative, nativeDatabase, withDatabase } from '../databases';
import { schemaOf } from './schemas';

function migrationOf(bytes: Uint8Array, desired: string, answers: Readonly<Record<string, string>> = {}): Migration {
  return withDatabase(bytes, (rows) =>
    writeMigration({
      ...{
        current: readSchema(rows),
        desired: schemaOf(desired),
        scratch: () => rows.scratch(),
        rows,
        desiredRows: null,
      },
      ...{ answers: new Map(Object.entries(answers)), sqliteVersion: USUAL_VERSION, spelling: false },
    }),
  );
}

/** What native sqlite3 has in a table once the migration has run with foreign keys on. */
function rowsAfter(bytes: Uint8Array, { sql, complete }: Migration, query: string): string {
  expect(complete, sql).toBe(true);
  return askNative(bytes, `PRAGMA foreign_keys = ON;\n${sql}\n${query}`);
}

describe('A new CHECK that rows break', () => {
  const people = nativeDatabase(`CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER);
    INSERT INTO people VALUES (1, 'Ann', 1980), (2, 'Bo', 1700), (3, 'Cy', NULL), (4, 'Di', 12);`);
  const desired =
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER CHECK ("year born" > 1800))';
  const id = 'check of people ("year born" > 1800)';

  it('is asked about, with the rows counted and some of them shown', () => {
    const { questions, complete } = migrationOf(people, desired);
    expect(complete).toBe(false);
    expect(questions).toMatchObject([{ id, kind: 'check', table: 'people', answer: null }]);
    expect(questions[0]?.evidence).toEqual([
      '2 rows break it, of 4 rows.',
      "One of them: id 2, name 'Bo', year born 1700.",
      "One of them: id 4, name 'Di', year born 12.",
    ]);
    expect(questions[0]?.options.map(({ value }) => value)).toEqual(['set "year born"', 'delete rows']);
  });

  it('they get the value that was written, or are deleted, and what goes is told', () => {
    const set = migrationOf(people, desired, { [id]: 'set "year born" "year born" + 1900' });
    expect(rowsAfter(people, set, 'SELECT * FROM people;')).toBe('1|Ann|1980\n2|Bo|3600\n3|Cy|\n4|Di|1912');
    expect(set.losses).toMatchObject([{ table: 'people', column: 'year born', count: 2 }]);
    const deleted = migrationOf(people, desired, { [id]: 'delete rows' });
    expect(rowsAfter(people, deleted, 'SELECT * FROM people;')).toBe('1|Ann|1980\n3|Cy|');
    expect(deleted.losses.map(({ sentence }) => sentence)).toEqual([
      '2 rows of people that break CHECK ("year born" > 1800) are deleted.',
    ]);
    expect(deleted.back.cannotRestore[0]).toContain('are deleted. The way back does not bring that back.');
  });

  it('is asked about with a column that is renamed along with it', () => {
    const renamed = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, born INTEGER, CHECK (born > 1800))';
    const answers = { 'column people."year born"': 'rename to born', 'check of people (born > 1800)': 'set born NULL' };
    const migration = migrationOf(people, renamed, answers);
    expect(rowsAfter(people, migration, 'SELECT quote(born) FROM people;')).toBe('1980\nNULL\nNULL\nNULL');
  });

  it('nothing is asked where no row breaks it, where it is over a new column without values, or where it was there', () => {
    for (const wished of [
      'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER CHECK ("year born" < 3000))',
      'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "year born" INTEGER, more CHECK (more > 1))',
    ]) {
      expect(migrationOf(people, wished)).toMatchObject({ questions: [], complete: true });
    }
    const checked = nativeDatabase(
      'CREATE TABLE t (a CHECK (a > 1), b); PRAGMA ignore_check_constraints = 1; INSERT INTO t VALUES (0, 1);',
    );
    expect(migrationOf(checked, 'CREATE TABLE t (a, b DEFAULT 1, CHECK (a>1))').questions).toEqual([]);
  });
});

it('Before rows are deleted it is told which tables refer to them, and NULLs that got a value are told on the way back', () => {
  const made = `CREATE TABLE p (id INTEGER PRIMARY KEY, a); CREATE TABLE c (p REFERENCES p); INSERT INTO p VALUES (1, NULL), (2, 1), (3, 1); INSERT INTO c VALUES (3);`;
  const wished =
    'CREATE TABLE p (id INTEGER PRIMARY KEY, a NOT NULL UNIQUE CHECK (a > 1)); CREATE TABLE c (p REFERENCES p)';
  const answers = { 'NULL in p.a': 'value 5', 'duplicates in p (a)': 'keep first' };
  const { questions, back } = migrationOf(nativeDatabase(made), wished, answers);
  expect(questions.map(({ kind }) => kind)).toEqual(['null rows', 'duplicates', 'check']);
  for (const { evidence } of questions) {
    expect(evidence.at(-1)).toBe(
      'Rows of c may refer to rows of p: where those are deleted, they stay, and refer to nothing.',
    );
  }
  expect(back.cannotRestore).toContain('Values of p.a that took the place of NULL stay.');
});

describe('A new CHECK over values that rows get by the same migration', () => {
  const made = nativeDatabase('CREATE TABLE t (a INTEGER, n); INSERT INTO t VALUES (1, NULL), (5, 7);');

  it.each([
    [
      'a new column with its default',
      'CREATE TABLE t (a INTEGER, n, b TEXT DEFAULT 3 CHECK (t.b > a))',
      'b a + 1',
      '1||3\n5|7|6',
    ],
    ['a new computed column', 'CREATE TABLE t (a INTEGER, n, b AS (a * 2), CHECK (b < 5))', 'skip', '1||2'],
    [
      'a new column over a computed one',
      'CREATE TABLE t (a INTEGER, n, b DEFAULT 4, c AS (b - a) CHECK (c > 0))',
      'b 6',
      '1||4|3\n5|7|6|1',
    ],
    [
      'a collation',
      "CREATE TABLE t (a INTEGER, n, b TEXT DEFAULT 'X' COLLATE NOCASE CHECK (b <> 'x' OR a = 1))",
      "b 'y'",
      '1||X\n5|7|y',
    ],
  ])('is asked about: %s', (_, desired, answer, expected) => {
    const [question] = migrationOf(made, desired).questions;
    expect(question?.evidence).toEqual(['1 row breaks it, of 2 rows.', 'One of them: a 5, n 7.']);
    const given = answer === 'skip' ? 'delete rows' : `set ${answer}`;
    const migration = migrationOf(made, desired, { [question?.id ?? '']: given });
    expect(rowsAfter(made, migration, 'SELECT * FROM t;')).toBe(expected);
    // Of a column that is new nothing is lost.
    expect(migration.losses.map(({ count }) => count)).toEqual(answer === 'skip' ? [1] : []);
  });

  it('is asked about once it is known what they get', () => {
    const filled = 'CREATE TABLE t (a INTEGER, n NOT NULL DEFAULT 0 CHECK (n > 0), b NOT NULL CHECK (b <> n))';
    const answers: Record<string, string> = { 'NULL in t.n': 'default' };
    expect(migrationOf(made, filled, answers).questions.map(({ id }) => id)).toEqual([
      'NULL in t.n',
      'value for t.b',
      'check of t (n > 0)',
    ]);
    Object.assign(answers, {
      'value for t.b': 'value 7',
      'check of t (n > 0)': 'set n 1',
      'check of t (b <> n)': 'set b 8',
    });
    const migration = migrationOf(made, filled, answers);
    expect(migration.questions.at(-1)?.evidence[0]).toBe('1 row breaks it, of 2 rows.');
    expect(rowsAfter(made, migration, 'SELECT * FROM t;')).toBe('1|1|7\n5|7|8');
  });

  it('nothing is asked where all values that they get are allowed', () => {
    const allowed = 'CREATE TABLE t (a INTEGER, n, b INTEGER DEFAULT 9 CHECK (b > a), c AS (a + b) CHECK (c > b))';
    expect(migrationOf(made, allowed)).toMatchObject({ questions: [], rebuilds: [], complete: true });
  });
});

describe('A new foreign key to rows that are not there', () => {
  const made = `CREATE TABLE people (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE);
    CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, code TEXT NOT NULL);
    INSERT INTO people VALUES (1, 'A'), (2, NULL); INSERT INTO pets VALUES (1, 1, 'a'), (2, 9, 'b'), (3, NULL, 'A');`;
  const pets = nativeDatabase(made);
  const people = 'CREATE TABLE people (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE)';
  const referring = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people, code TEXT NOT NULL)`;
  const id = 'reference of pets (owner) to people';

  it('is asked about, with the rows counted and some of them shown', () => {
    const { questions } = migrationOf(pets, referring);
    expect(questions).toMatchObject([{ id, kind: 'foreign key', table: 'pets', column: 'owner', answer: null }]);
    expect(questions[0]?.evidence).toEqual([
      '1 row refers to no row of people.',
      "One of them: id 2, owner 9, code 'b'.",
    ]);
    expect(questions[0]?.options.map(({ value }) => value)).toEqual(['clear owner', 'delete rows', 'leave']);
  });

  it('they refer to nothing, are deleted, or stay, as was answered', () => {
    const query = 'SELECT id, owner FROM pets; PRAGMA foreign_key_check;';
    const after = (answer: string): string => rowsAfter(pets, migrationOf(pets, referring, { [id]: answer }), query);
    expect(after('clear owner')).toBe('1|1\n2|\n3|');
    expect(after('delete rows')).toBe('1|1\n3|');
    expect(after('leave')).toBe('1|1\n2|9\n3|\npets|2|people|0');
  });

  it('goes by the collation of the parent, and offers no NULL where the column may not have it', () => {
    const wished = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, code TEXT NOT NULL REFERENCES people (code))`;
    const [question] = migrationOf(pets, wished).questions;
    expect(question?.evidence[0]).toBe('1 row refers to no row of people.');
    expect(question?.options.map(({ value }) => value)).toEqual(['delete rows', 'leave']);
    const deleted = migrationOf(pets, wished, { 'reference of pets (code) to people': 'delete rows' });
    expect(rowsAfter(pets, deleted, 'SELECT id FROM pets; PRAGMA foreign_key_check;')).toBe('1\n3');
  });

  it('to a table that is new, to one that is renamed, and to itself is asked about too', () => {
    const fresh = `CREATE TABLE shops (id INTEGER PRIMARY KEY); ${people};
      CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES shops, code TEXT NOT NULL)`;
    const toNew = migrationOf(pets, fresh, { 'reference of pets (owner) to shops': 'clear owner' });
    expect(toNew.questions[0]?.evidence[0]).toBe('2 rows refer to no row of shops, which is new and empty.');
    expect(rowsAfter(pets, toNew, 'SELECT count(owner) FROM pets; PRAGMA foreign_key_check;')).toBe('0');
    const renamed = referring.replaceAll('people', 'humans');
    const toRenamed = migrationOf(pets, renamed, {
      'table people': 'rename to humans',
      'reference of pets (owner) to humans': 'clear owner',
    });
    expect(rowsAfter(pets, toRenamed, 'SELECT quote(owner) FROM pets; PRAGMA foreign_key_check;')).toBe(
      '1\nNULL\nNULL',
    );
    const self = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES pets (id), code TEXT NOT NULL)`;
    const toItself = migrationOf(pets, self, { 'reference of pets (owner) to pets': 'delete rows' });
    expect(rowsAfter(pets, toItself, 'SELECT id FROM pets; PRAGMA foreign_key_check;')).toBe('1\n3');
  });

  it('by the default of a new column is asked about too', () => {
    const wished = `${people}; CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, code TEXT NOT NULL, vet DEFAULT 9 REFERENCES people)`;
    const migration = migrationOf(pets, wished, { 'reference of pets (vet) to people': 'clear vet' });
    expect(migration.questions[0]?.evidence[0]).toBe('3 rows refer to no row of people.');
    expect(rowsAfter(pets, migration, 'SELECT count(vet) FROM pets; PRAGMA foreign_key_check;')).toBe('0');
    expect(migrationOf(pets, wished.replace('9', '1'))).toMatchObject({ questions: [], rebuilds: [] });
  });
});

describe('The way back of a column under a unique key, whose values nobody knows any more,', () => {
  const made = (columns: string): Uint8Array =>
    nativeDatabase(
      `CREATE TABLE t (a, ${columns}); CREATE UNIQUE INDEX i ON t (s); INSERT INTO t (a, s) VALUES (4, 8), (5, 9);`,
    );
  const numbered =
    'The column s of t gets a number for each row, since a unique key does not allow the same in all: nobody knows its values any more.';

  it.each([
    ['was NOT NULL, and is computed by then: a number', 's NOT NULL', 's AS (typeof(a)) STORED', '4|1\n5|2', true],
    ['is computed by then: NULL', 's INTEGER', 's AS (typeof(a))', '4|\n5|', false],
    ['was the rowid, and is computed by then: the rowid', 's INTEGER PRIMARY KEY', 's AS (1)', '4|8\n5|9', false],
    [
      'is gone by then, and the key is on what is computed of it: a number',
      's NOT NULL, c AS (s + 1) STORED UNIQUE',
      null,
      '4|1|2\n5|2|3',
      true,
    ],
    [
      'is in the key by then too: what is computed',
      's INTEGER NOT NULL UNIQUE',
      's AS (a * 3) UNIQUE',
      '4|12\n5|15',
      false,
    ],
  ])('%s', (_, columns, wished, expected, isTold) => {
    const bytes = made(columns);
    const { sql, complete, back } = migrationOf(bytes, `CREATE TABLE t (a${wished === null ? '' : `, ${wished}`})`, {
      'loss of t.s': 'confirmed',
    });
    expect(complete, sql).toBe(true);
    expect(askNative(bytes, `${sql} ${back.sql} SELECT * FROM t; PRAGMA integrity_check;`)).toBe(`${expected}\nok`);
    expect(back.cannotRestore.includes(numbered)).toBe(isTold);
  });
});

describe('The way back of a column that is NOT NULL and refers to a table', () => {
  const people = 'CREATE TABLE people (id INTEGER PRIMARY KEY, x, y, UNIQUE (x, y))';
  const rows = 'INSERT INTO people VALUES (4, 5, 6), (5, 6, 7)';

  it.each([
    ['refers to its first row', people, 'o INTEGER NOT NULL REFERENCES people', '4'],
    [
      'refers to its first row by a key of two',
      people,
      'o NOT NULL, p NOT NULL, FOREIGN KEY (o, p) REFERENCES people (x, y)',
      '5|6',
    ],
    ['refers to itself, each row', people, 'o INTEGER NOT NULL REFERENCES pets', '1\n2'],
  ])('%s', (_, parent, columns, expected) => {
    const names = columns.includes('FOREIGN KEY') ? ['o', 'p'] : ['o'];
    const made = nativeDatabase(`${parent}; ${rows}; CREATE TABLE pets (id INTEGER PRIMARY KEY, ${columns});
      INSERT INTO pets SELECT id - 3, ${names.length > 1 ? 'x, y' : columns.includes('pets') ? 'id - 3' : 'id'} FROM people;`);
    const answers = Object.fromEntries(names.map((name) => [`loss of pets.${name}`, 'confirmed']));
    const { sql, back } = migrationOf(made, `${parent}; CREATE TABLE pets (id INTEGER PRIMARY KEY)`, answers);
    const told = askNative(
      made,
      `${sql} ${back.sql} PRAGMA foreign_key_check; SELECT DISTINCT ${names.join(', ')} FROM pets;`,
    );
    expect(told).toBe(expected);
    expect(back.cannotRestore.join(' ')).toMatch(
      /nobody knows its values any more. It refers to (people|pets itself): by that value/,
    );
  });

  it('says that there is none to refer to where the table is new by then', () => {
    const made =
      nativeDatabase(`${people}; ${rows}; CREATE TABLE pets (id INTEGER, o INTEGER NOT NULL REFERENCES people);
      INSERT INTO pets VALUES (1, 4);`);
    const { back } = migrationOf(made, 'CREATE TABLE pets (id INTEGER)', {
      'loss of people': 'confirmed',
      'loss of pets.o': 'confirmed',
    });
    expect(back.cannotRestore.at(-1)).toBe(
      'The column o of pets gets 0 in all rows: nobody knows its values any more. It refers to people, which is new: no row of it is there to refer to.',
    );
  });
});

describe('Values that are the same only once they are copied', () => {
  const VALUES = [
    "'007'",
    "'7'",
    '7',
    "'7x'",
    "' 7 '",
    '7.0',
    "'7.5'",
    "'1e400'",
    "''",
    'NULL',
    "x'37'",
    '9007199254740993',
    '9007199254740992',
  ];
  const mixed = nativeDatabase(`CREATE TABLE t (id INTEGER PRIMARY KEY, a);
    INSERT INTO t(a) VALUES ${VALUES.map((value) => `(${value})`).join(', ')};`);

  it.each(['INTEGER', 'NUMERIC', 'REAL', 'TEXT'])(
    'under a new unique key of the type %s are asked about, and the first of each stays',
    (type) => {
      const desired = `CREATE TABLE t (id INTEGER PRIMARY KEY, a ${type} UNIQUE)`;
      const kept = { 'type of t.a': 'copy', 'duplicates in t (a)': 'keep first' };
      const loose = askNative(
        mixed,
        `CREATE TABLE loose (id INTEGER PRIMARY KEY, a ${type}); INSERT INTO loose SELECT * FROM t;
      SELECT id, quote(a) FROM loose WHERE a IS NULL OR id IN (SELECT min(id) FROM loose GROUP BY a) ORDER BY id;`,
      );
      expect(loose.split('\n').length).toBeLessThan(VALUES.length);
      const migration = migrationOf(mixed, desired, kept);
      expect(migration.questions.map(({ kind }) => kind)).toEqual(['conversion', 'duplicates']);
      expect(rowsAfter(mixed, migration, 'SELECT id, quote(a) FROM t ORDER BY id;')).toBe(loose);
    },
  );

  it('are asked about under a key that was there, and where a value takes the place of NULL', () => {
    const codes = nativeDatabase(`CREATE TABLE code (text TEXT UNIQUE, n INT UNIQUE);
      INSERT INTO code VALUES ('007', 1), ('7', 5), ('8', NULL);`);
    const answers = { 'type of code.text': 'copy', 'NULL in code.n': 'value 5' };
    const desired = 'CREATE TABLE code (text INTEGER UNIQUE, n INT NOT NULL UNIQUE)';
    const { questions } = migrationOf(codes, desired, answers);
    expect(questions.filter(({ kind }) => kind === 'duplicates').map(({ sentence }) => sentence)).toEqual([
      'text of code is unique, and there are rows that get the same as another one when they are copied. Which stay?',
      'n of code is unique, and there are rows that get the same as another one when they are copied. Which stay?',
    ]);
    const all = { ...answers, 'duplicates in code (text)': 'keep last', 'duplicates in code (n)': 'keep first' };
    expect(rowsAfter(codes, migrationOf(codes, desired, all), 'SELECT * FROM code;')).toBe('7|5');
  });
});

describe('A new CHECK over values that are converted', () => {
  const VALUES =
    `'12abc', '12', 12, '007', ' 7 ', '7.5', 'abc', '', NULL, x'3132', 3.0, '1e2', 9007199254740993, 'ABC'`.split(', ');
  const made = (type: string): Uint8Array =>
    nativeDatabase(`CREATE TABLE t (id INTEGER PRIMARY KEY, a ${type}, b);
      INSERT INTO t (a, b) VALUES ${VALUES.map((value, at) => `(${value}, ${at % 3 === 0 ? `'12'` : at})`).join(', ')};`);
  const CHECKS = [
    `a > '5'`,
    `t.a <> 12`,
    `a IN ('7', 12, 'abc')`,
    `typeof(a) = 'integer' OR a = '12abc'`,
    `a <= b`,
    `CASE a WHEN '12' THEN 0 ELSE 1 END`,
    `g < '80'`,
  ];

  const TYPES = ['INTEGER', 'TEXT', 'REAL', 'NUMERIC', ''];
  const SOURCES = [
    ['', ''],
    ['TEXT', ' COLLATE NOCASE'],
    ['INTEGER COLLATE NOCASE', ''],
  ] as const;

  it.each(TYPES)('finds the very rows that break it: to the type %s', (type) => {
    for (const [place, [from, collation]] of SOURCES.entries()) {
      const bytes = made(from);
      for (const [at, check] of CHECKS.entries()) {
        if (!isLong && (at + TYPES.indexOf(type)) % SOURCES.length !== place) continue;
        const columns = (checked: string): string =>
          `(id INTEGER PRIMARY KEY, a ${type}${collation}, b, g INTEGER AS (a || '0')${checked})`;
        const kept = askNative(
          bytes,
          `ALTER TABLE t RENAME TO old; CREATE TABLE t ${columns('')}; INSERT INTO t (id, a, b) SELECT id, a, b FROM old;
          SELECT id, quote(a) FROM t WHERE (${check}) IS NOT FALSE ORDER BY id;`,
        );
        const desired = `CREATE TABLE t ${columns(`, CHECK (${check})`)}`;
        const copied = { 'type of t.a': 'copy' };
        const asked = migrationOf(bytes, desired, copied).questions.find(({ kind }) => kind === 'check');
        const migration = migrationOf(bytes, desired, { ...copied, ...(asked && { [asked.id]: 'delete rows' }) });
        expect(rowsAfter(bytes, migration, 'SELECT id, quote(a) FROM t ORDER BY id;'), check).toBe(kept);
        const broken = VALUES.length - (kept === '' ? 0 : kept.split('\n').length);
        expect(asked?.evidence[0]?.split(' ')[0] ?? '0', check).toBe(String(broken));
      }
    }
  });

  it('asks about a CHECK that was there, where a value that is computed or converted breaks it', () => {
    const bytes = nativeDatabase(`CREATE TABLE t (a TEXT CHECK (a < '9'), g AS (length(a)) CHECK (g < 3));
      INSERT INTO t VALUES ('1'), ('22'), ('10');`);
    const desired = `CREATE TABLE t (a INTEGER NOT NULL CHECK (a < '9'), g AS (length(a) + 1) CHECK (g < 3))`;
    const copied = { 'type of t.a': 'copy' };
    const { questions } = migrationOf(bytes, desired, copied);
    expect(questions.slice(1).map(({ sentence, evidence }) => [sentence, evidence[0]])).toEqual([
      [
        "t has CHECK (a < '9'), and there are rows that break it by what they get. What becomes of them?",
        '2 rows break it, of 3 rows.',
      ],
      [
        't has CHECK (g < 3), and there are rows that break it by what they get. What becomes of them?',
        '2 rows break it, of 3 rows.',
      ],
    ]);
    // A column that is NOT NULL is not offered NULL.
    expect(questions[1]?.options[0]?.expression).toBe('SQL for a, as 0, or an expression over the columns');
    const answers = { ...copied, "check of t (a < '9')": 'delete rows', 'check of t (g < 3)': 'set a 1' };
    expect(rowsAfter(bytes, migrationOf(bytes, desired, answers), 'SELECT * FROM t;')).toBe('1|2');
  });

  it('finds the rows that refer to nothing by values that are converted', () => {
    const bytes = nativeDatabase(`CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (12);
      CREATE TABLE c (p TEXT); INSERT INTO c VALUES ('12'), ('12abc'), (x'3132');`);
    const desired = 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p)';
    const answers = { 'type of c.p': 'copy', 'reference of c (p) to p': 'delete rows' };
    const migration = migrationOf(bytes, desired, answers);
    expect(rowsAfter(bytes, migration, 'SELECT quote(p) FROM c; PRAGMA foreign_key_check;')).toBe('12');
  });
});
