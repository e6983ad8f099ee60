// What a table rebuild does not make again is told, part by part, whichever parts there are; and what it does make again is not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { askNative, nativeDatabase } from '../databases';
import { planned, said, warned, withFix } from './foreseen';

/** Parts of one table: how they are written where they are kept, and the warning where they are not. */
const COLUMN_PARTS = {
  'NOT NULL': ['name', 'NOT NULL', 'lost-constraint: table depot: NOT NULL of the column name'],
  DEFAULT: ['name', "DEFAULT 'n;--'", "lost-column-clause: table depot: DEFAULT 'n;--' of the column name"],
  COLLATE: ['name', 'COLLATE NOCASE', 'lost-column-clause: table depot: COLLATE NOCASE of the column name'],
  UNIQUE: ['code', 'UNIQUE', 'lost-constraint: table depot: UNIQUE (code)'],
  CHECK: ['amount', 'CHECK (amount >= 0)', 'lost-constraint: table depot: CHECK ( amount >= 0 )'],
  CASCADE: [
    'town',
    'REFERENCES town ON DELETE CASCADE',
    'lost-constraint: table depot: the foreign key (town) to town (id) ON UPDATE NO ACTION ON DELETE CASCADE',
  ],
} as const;
const OBJECTS = {
  trigger: [
    'CREATE TRIGGER "after depot" AFTER INSERT ON depot BEGIN SELECT 1; END;',
    'lost-trigger: trigger after depot',
  ],
  index: ['CREATE INDEX depot_amount ON depot (amount) WHERE amount > 0;', 'lost-index: index depot_amount'],
  'unique index': [
    'CREATE UNIQUE INDEX depot_pair ON depot (name COLLATE NOCASE, amount);',
    'lost-index: index depot_pair',
  ],
} as const;
type Part = keyof typeof COLUMN_PARTS | keyof typeof OBJECTS | 'STRICT';
const PARTS: readonly Part[] = [
  ...(Object.keys(COLUMN_PARTS) as (keyof typeof COLUMN_PARTS)[]),
  ...(Object.keys(OBJECTS) as (keyof typeof OBJECTS)[]),
  'STRICT',
];

function tableWith(parts: ReadonlySet<Part>, name: string): string {
  const columns = ['name TEXT', 'code TEXT', 'amount INTEGER', 'town INTEGER'].map((column) => {
    const clauses = Object.entries(COLUMN_PARTS).filter(
      ([part, [of]]) => parts.has(part as Part) && column.startsWith(`${of} `),
    );
    return [column, ...clauses.map(([, [, clause]]) => clause)].join(' ');
  });
  return `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, ${columns.join(', ')})${parts.has('STRICT') ? ' STRICT' : ''};`;
}

const objectsOf = (parts: ReadonlySet<Part>): string =>
  Object.entries(OBJECTS)
    .flatMap(([part, [sql]]) => (parts.has(part as Part) ? [sql] : []))
    .join('\n');

describe('A rebuild', () => {
  it('is warned of for each part that it leaves out and for no other, and what is offered does away with it', () => {
    fc.assert(
      fc.property(fc.subarray([...PARTS]), fc.subarray([...PARTS]), (had, kept) => {
        const [before, after] = [new Set(had), new Set(kept)];
        const bytes = nativeDatabase(
          `CREATE TABLE town (id INTEGER PRIMARY KEY); ${tableWith(before, 'depot')} ${objectsOf(before)}
           INSERT INTO depot VALUES (1, 'a', 'b', 2, NULL);`,
        );
        const made = new Set([...after].filter((part) => part in OBJECTS));
        let script = `${tableWith(after, 'fresh')}
          INSERT INTO fresh SELECT * FROM depot; DROP TABLE depot; ALTER TABLE fresh RENAME TO depot; ${objectsOf(made)}`;
        const lost = had.filter((part) => !after.has(part));
        const expected = lost.map((part) =>
          part === 'STRICT'
            ? 'lost-table-option: table depot: STRICT'
            : part in COLUMN_PARTS
              ? COLUMN_PARTS[part as keyof typeof COLUMN_PARTS][2]
              : OBJECTS[part as keyof typeof OBJECTS][1],
        );
        expect(warned(said(bytes, script))).toEqual([...expected].sort());
        for (let left = lost.length; left > 0; left--) {
          const [first] = said(bytes, script).warnings.filter(({ fix }) => fix !== null);
          if (!first) break;
          script = withFix(script, first);
        }
        const mended = said(bytes, script);
        expect(warned(mended)).toEqual([]);
        expect(askNative(mended.bytes, 'PRAGMA integrity_check;')).toBe('ok');
      }),
      runs(4, 150),
    );
  });

  it('is not warned of for an index that is made again under another name, in another spelling', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE depot (id INTEGER PRIMARY KEY, "Full Name" TEXT); CREATE UNIQUE INDEX one ON depot ("Full Name" COLLATE NOCASE DESC) WHERE id > 3;',
    );
    const rebuilt = `CREATE TABLE d (id INTEGER PRIMARY KEY, "Full Name" TEXT, more); INSERT INTO d (id, "Full Name") SELECT * FROM depot; DROP TABLE depot; ALTER TABLE d RENAME TO depot;`;
    expect(
      warned(said(bytes, `${rebuilt} CREATE UNIQUE INDEX two ON depot ([full name] collate nocase desc) where ID>3;`)),
    ).toEqual([]);
    const weaker = said(bytes, `${rebuilt} CREATE INDEX one ON depot ("Full Name" COLLATE NOCASE DESC) WHERE id > 3;`);
    expect(weaker.warnings.map(({ sentence }) => sentence)).toEqual([
      'The table rebuild of depot makes the UNIQUE index one again without UNIQUE: rows that it forbade are allowed.',
    ]);
  });

  it('is not warned of for a trigger that is made again under another name, in another spelling', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE depot (id INTEGER PRIMARY KEY, n); CREATE TRIGGER one AFTER UPDATE ON depot BEGIN SELECT new.n; END;',
    );
    const script = `CREATE TABLE d (id INTEGER PRIMARY KEY, n, m); INSERT INTO d (id, n) SELECT * FROM depot; DROP TABLE depot; ALTER TABLE d RENAME TO depot;
      CREATE TRIGGER two /* as before */ after update ON "depot" BEGIN select NEW."n"; END;`;
    expect(warned(said(bytes, script))).toEqual([]);
  });

  it('with CREATE TABLE AS is offered nothing that would not run', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE depot (id INTEGER PRIMARY KEY, n INT, twice AS (n * 2) STORED UNIQUE); INSERT INTO depot (n) VALUES (1);',
    );
    const script = 'CREATE TABLE d AS SELECT * FROM depot; DROP TABLE depot; ALTER TABLE d RENAME TO depot;';
    const { warnings } = said(bytes, script);
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.filter(({ fix }) => fix !== null)).toEqual([]);
  });

  it('is warned of for a column that goes on under another name', () => {
    const bytes = nativeDatabase(
      'CREATE TABLE depot (id INTEGER PRIMARY KEY, mail TEXT UNIQUE NOT NULL); CREATE TRIGGER t AFTER UPDATE OF mail ON depot BEGIN SELECT 1; END;',
    );
    const script =
      'CREATE TABLE d (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO d SELECT id, mail FROM depot; DROP TABLE depot; ALTER TABLE d RENAME TO depot;';
    expect(warned(said(bytes, script))).toEqual([
      'lost-constraint: table depot: NOT NULL of the column email',
      'lost-constraint: table depot: UNIQUE (mail)',
      'lost-trigger: trigger t',
    ]);
  });

  it('is warned of for actions of a foreign key, ON CONFLICT and computed columns that are gone', () => {
    const bytes = nativeDatabase(
      `CREATE TABLE town (id INTEGER PRIMARY KEY); CREATE TABLE depot (id INTEGER PRIMARY KEY, n TEXT UNIQUE ON CONFLICT REPLACE,
        town INTEGER REFERENCES town ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, twice AS (id * 2)); CREATE INDEX by_town ON depot (town);`,
    );
    const script = `CREATE TABLE d (id INTEGER PRIMARY KEY, n TEXT UNIQUE, town INTEGER REFERENCES town, twice);
      INSERT INTO d SELECT id, n, town, twice FROM depot; DROP TABLE depot; ALTER TABLE d RENAME TO depot; CREATE INDEX by_town ON depot (town);`;
    expect(said(bytes, script).warnings.map(({ sentence }) => sentence)).toEqual([
      'The table rebuild of depot loses ON CONFLICT REPLACE of UNIQUE (n).',
      'The table rebuild of depot loses ON DELETE CASCADE of the foreign key (town) to town.',
      'The table rebuild of depot loses DEFERRABLE INITIALLY DEFERRED of the foreign key (town) to town.',
      'The table rebuild of depot loses the expression of the generated column twice, id * 2: its values no longer follow those of the other columns.',
    ]);
  });
});

describe('A key or NOT NULL that the new rows break', () => {
  it('is told with no statement that would stop the script, and one that they keep is offered', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE depot (id INTEGER PRIMARY KEY, n TEXT NOT NULL); INSERT INTO depot VALUES (1, 'a'), (2, 'b'); CREATE TABLE twice (x); INSERT INTO twice VALUES (1), (2);",
    );
    const rebuilt = (select: string): string =>
      `CREATE TABLE d (id INTEGER, n TEXT); INSERT INTO d ${select}; DROP TABLE depot; ALTER TABLE d RENAME TO depot;`;
    const found = (select: string) =>
      said(bytes, rebuilt(select))
        .warnings.filter(({ code }) => code === 'lost-constraint')
        .map(({ fix, remedy }) => [fix !== null, remedy.includes('break it')]);
    expect(found('SELECT * FROM depot')).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(found('SELECT id, n FROM depot, twice')).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(found("SELECT id, nullif(n, 'b') FROM depot")).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('A view', () => {
  const bytes = nativeDatabase(
    'CREATE TABLE depot (a, b); CREATE VIEW v AS SELECT a FROM depot; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END; CREATE TABLE gone (x); CREATE VIEW stale AS SELECT x FROM gone; DROP TABLE gone;',
  );

  it('that is made again without its trigger is told', () => {
    expect(warned(said(bytes, 'DROP VIEW v; CREATE VIEW v AS SELECT a, b FROM depot;'))).toEqual([
      'lost-trigger: trigger t',
    ]);
  });

  it('that the script makes and that does not work is not said to have worked before', () => {
    const result = said(bytes, 'CREATE VIEW w AS SELECT * FROM nowhere;');
    expect(result.warnings.map(({ sentence }) => sentence)).toEqual([
      'The view w that statement 1 makes does not work after the script: each query of it will fail with no such table: main.nowhere.',
    ]);
    expect(result.proofs.get('views-and-triggers')).toMatchObject({ result: 'warn' });
  });

  it('that was broken before is not called broken by the script', () => {
    expect(warned(said(bytes, 'ALTER TABLE depot ADD COLUMN c; CREATE INDEX i ON depot (b);'))).toEqual([]);
  });
});

describe('A constraint that acts otherwise after a table rebuild', () => {
  const parents = 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE q (id INTEGER PRIMARY KEY);';
  const told = (before: string, after: string): readonly string[] => {
    const bytes = nativeDatabase(`${parents} CREATE TABLE c (id INTEGER PRIMARY KEY, a INT ${before});`);
    const script = `CREATE TABLE n (id INTEGER PRIMARY KEY, a INT ${after}); INSERT INTO n SELECT * FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;`;
    return planned(bytes, script).warnings.flatMap(({ code, severity, sentence }) =>
      code.endsWith('-constraint') ? `${severity}: ${sentence.replace('The table rebuild of c ', '')}` : [],
    );
  };

  it.each([
    ['UNIQUE ON CONFLICT REPLACE', 'UNIQUE', ['warning: loses ON CONFLICT REPLACE of UNIQUE (a).']],
    ['NOT NULL ON CONFLICT IGNORE', 'NOT NULL', ['warning: loses ON CONFLICT IGNORE of NOT NULL of the column a.']],
    [
      'NOT NULL ON CONFLICT FAIL',
      'NOT NULL ON CONFLICT IGNORE',
      [
        'note: changes NOT NULL of the column a: ON CONFLICT FAIL becomes ON CONFLICT IGNORE. An INSERT with NULL for a is then left out without an error.',
      ],
    ],
    [
      'UNIQUE',
      'UNIQUE ON CONFLICT REPLACE',
      [
        'note: changes UNIQUE (a): it gets ON CONFLICT REPLACE. An INSERT with a value that is there already then deletes the row that is there.',
      ],
    ],
    ['UNIQUE ON CONFLICT ABORT NOT NULL', 'NOT NULL UNIQUE', []],
    ['REFERENCES p ON DELETE NO ACTION', 'REFERENCES p', []],
    [
      'REFERENCES p ON DELETE CASCADE',
      'REFERENCES p ON DELETE SET NULL',
      [
        'note: changes the foreign key (a) to p: ON DELETE CASCADE becomes ON DELETE SET NULL. With foreign keys enforced, a DELETE in p then makes a of c NULL, and the rows stay.',
      ],
    ],
    [
      'REFERENCES p ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED',
      'REFERENCES p',
      [
        'warning: loses ON UPDATE CASCADE of the foreign key (a) to p.',
        'warning: loses DEFERRABLE INITIALLY DEFERRED of the foreign key (a) to p.',
      ],
    ],
    ['REFERENCES p', 'REFERENCES q', ['note: changes the foreign key (a) to p: it refers to q instead.']],
  ])('is told: %s, then %s', (before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});
