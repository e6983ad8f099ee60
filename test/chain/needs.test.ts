// What is asked before a chain can run: values, a base for an empty database, steps in code; and what the answers come to.
import { describe, expect, it } from 'vitest';
import { arrangeMigrations } from '../../src/chain/folder';
import type { MigrationFile } from '../../src/chain/migration';
import { isOpen, needKey, safeAnswers, type Need } from '../../src/chain/needs';
import { tellPending, withSaid } from '../../src/chain/pending';
import { takeMigrations } from '../../src/chain/taken';
import { runArranged, runNatively } from './running';

function filesOf(files: Readonly<Record<string, string>>): readonly MigrationFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

type Given = readonly [kind: Need['kind'], name: string, answer: string];

function answered(...given: readonly Given[]): ReadonlyMap<string, string> {
  return new Map(given.map(([kind, name, answer]) => [needKey({ kind, name }), answer]));
}

describe('A value', () => {
  const values = (files: Readonly<Record<string, string>>) =>
    arrangeMigrations(filesOf(files)).needs.map(({ name, where, proposal }) => [name, where.length, proposal?.answer]);

  it('is asked for once for each name of Flyway, but not for one in a comment, nor for one that Flyway knows', () => {
    const files = {
      'V1__a.sql': "CREATE TABLE ${table} (a TEXT DEFAULT '${it''s}'); -- ${not}",
      'V2__b.sql':
        'INSERT INTO ${table} VALUES (1); /* ${nor} */ SELECT \'${flyway:filename}\', "${flyway:defaultSchema}";',
    };
    expect(values(files)).toEqual([
      ['table', 2, undefined],
      ["it''s", 1, undefined],
      ['flyway:filename', 1, 'V2__b.sql'],
      ['flyway:defaultSchema', 1, 'main'],
    ]);
  });

  it('of goose’s environment is asked for between its marks, as far as it goes up, with the default that is written', () => {
    const text = [
      '-- +goose Up',
      'SELECT $no;',
      '-- +goose ENVSUB ON',
      "INSERT INTO ${TABLE} VALUES ('$NAME', '${CITY:-Bern}', '${NONE-}', ${MUST?say it});",
      '-- +goose ENVSUB OFF',
      "SELECT '${no}';",
      '-- +goose Down',
      '-- +goose ENVSUB ON',
      'DROP TABLE ${no};',
    ].join('\n');
    expect(values({ '1_a.sql': text })).toEqual([
      ['TABLE', 1, undefined],
      ['NAME', 1, undefined],
      ['CITY', 1, 'Bern'],
      ['NONE', 1, ''],
      ['MUST', 1, undefined],
    ]);
  });

  it('between braces or percent signs is asked for where it can be no SQL, and not in a pattern, a format or a division', () => {
    const asked = (text: string): readonly string[] =>
      arrangeMigrations([{ path: '1_a.sql', text }]).needs.map(({ name }) => name);
    expect(
      asked('CREATE TABLE {{ prefix }}users (a); INSERT INTO {{.Schema.Name}} VALUES (%count%, {{-n-}});'),
    ).toEqual(['prefix', 'Schema.Name', 'count', 'n']);
    expect(asked('ALTER TABLE %songs% ADD COLUMN z;\nDELETE FROM %old%;')).toEqual(['songs', 'old']);
    for (const sql of [
      "SELECT * FROM t WHERE a LIKE '%name%' OR strftime('%Y%m%d', b) = '{{x}}';",
      'SELECT 10 %a% 3, b %c% d, (1)%e%f FROM t; -- {{no}} %no%',
      '/* {{ no }} */ SELECT "%name%" FROM [{{x}}];',
      "CREATE TABLE {{ tenant 'x' }} (a); {{ if .Debug }} SELECT 1; {{ end }} {{ a | upper }}",
    ])
      expect(asked(sql)).toEqual([]);
    const files = [{ path: '1_a.sql', text: 'CREATE TABLE {{prefix}}users (a DEFAULT %n%);' }];
    const { migrations } = arrangeMigrations(files, {
      answers: answered(['value', 'prefix', 'app_'], ['value', 'n', '7']),
    });
    expect(migrations[0]?.text).toBe('CREATE TABLE app_users (a DEFAULT 7);');
  });

  it('of dbmate and sql-migrate is asked for, and may be left as it is in a string; outside of one it is no SQL in any folder', () => {
    const up = "INSERT INTO t VALUES ('${NAME}', '${name}', ${COUNT});";
    for (const mark of ['-- migrate:up', '-- +migrate Up']) {
      expect(values({ '1_a.sql': `${mark}\n${up}` })).toEqual([
        ['NAME', 1, '${NAME}'],
        ['COUNT', 1, undefined],
      ]);
    }
    expect(values({ '1_a.sql': up })).toEqual([['COUNT', 1, undefined]]);
    expect(values({ '1_a.sql': '-- migrate:up env-var:A\nSELECT {{ .A }}, {{ .B }};' })).toEqual([['A', 1, undefined]]);
  });

  it('is put in where it was given, and what is run is what native sqlite3 makes of the text with it', () => {
    const files = filesOf({
      'V1__a.sql': 'CREATE TABLE ${t} (a);\nCREATE INDEX ${t}_a ON ${t} (a);',
      'V2__b.sql': 'SELECT 1;',
    });
    const { needs } = arrangeMigrations(files);
    expect(needs.map((need) => isOpen(need, new Map()))).toEqual([true]);
    const answers = answered(['value', 't', 'people']);
    expect(needs.map((need) => isOpen(need, answers))).toEqual([false]);
    const native = runNatively(['CREATE TABLE people (a);\nCREATE INDEX people_a ON people (a);']);
    expect(runArranged(files, { answers })).toEqual(native);
    expect(arrangeMigrations(files, { answers: answered(['value', 't', '']) }).migrations[0]?.text).toContain(
      'TABLE  (a)',
    );
  });
});

describe('A whole schema beside a history', () => {
  const PEOPLE = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);';
  const CITY = 'ALTER TABLE people ADD COLUMN city TEXT;';
  const END = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, city TEXT);';
  const paths = (files: Readonly<Record<string, string>>, ...given: readonly Given[]) =>
    arrangeMigrations(filesOf(files), { isEmpty: true, answers: answered(...given) }).migrations.map(
      ({ path }) => path,
    );

  it('is no step of it, for a database that holds something', () => {
    const { migrations, leftOut, needs } = arrangeMigrations(
      filesOf({ 'db/schema.sql': END, 'db/m/1_a.sql': PEOPLE, 'db/m/2_b.sql': CITY }),
    );
    expect(migrations.map(({ path }) => path)).toEqual(['db/m/1_a.sql', 'db/m/2_b.sql']);
    expect(leftOut.map(({ path }) => path)).toEqual(['db/schema.sql']);
    expect(needs).toEqual([]);
  });

  it('that it comes to may take its place in an empty one, and does not where the history is whole', () => {
    const files = { 'LATEST.sql': END, '1_a.sql': PEOPLE, '2_b.sql': CITY };
    const [need] = arrangeMigrations(filesOf(files), { isEmpty: true }).needs;
    expect(need).toMatchObject({ kind: 'base', name: 'LATEST.sql', blocks: false, proposal: { answer: 'skip' } });
    expect(paths(files)).toEqual(['1_a.sql', '2_b.sql']);
    expect(paths(files, ['base', 'LATEST.sql', 'use'])).toEqual(['LATEST.sql']);
  });

  it('that it comes to is proposed, and asked about, where the files do not make the tables that they work on', () => {
    const files = {
      '0.1/00__b.sql': CITY,
      '0.2/00__c.sql': 'CREATE TABLE pets (a);',
      'LATEST.sql': `${END} CREATE TABLE pets (a);`,
    };
    const { needs } = arrangeMigrations(filesOf(files), { isEmpty: true });
    expect(needs).toMatchObject([{ kind: 'base', name: 'LATEST.sql', blocks: true, proposal: { answer: 'use' } }]);
    expect(paths(files, ['base', 'LATEST.sql', 'use'])).toEqual(['LATEST.sql']);
  });

  it('that it begins with is proposed to run first', () => {
    const files = { 'schema.sql': PEOPLE, '1_b.sql': CITY };
    const { needs } = arrangeMigrations(filesOf(files), { isEmpty: true });
    const answers = safeAnswers(needs, new Map());
    const native = runNatively([PEOPLE, CITY]);
    expect(runArranged(filesOf(files), { isEmpty: true, answers })).toEqual(native);
  });

  it('is none where it only inserts, or where there is no history beside it', () => {
    expect(paths({ 'init.sql': "INSERT INTO people VALUES (1, 'a');", '1_a.sql': PEOPLE })).toEqual([
      '1_a.sql',
      'init.sql',
    ]);
    expect(paths({ 'schema.sql': END, 'people.sql': 'SELECT 1;' })).toEqual(['people.sql', 'schema.sql']);
  });

  it('may be no more than the table of the tool, which is proposed to be made', () => {
    const files = { '1_a.sql': 'ALTER TABLE migrations ADD COLUMN at TEXT;', '2_b.sql': PEOPLE };
    const { needs } = arrangeMigrations(filesOf(files), { isEmpty: true });
    expect(needs).toMatchObject([{ kind: 'base', name: 'migrations', blocks: true, proposal: { answer: 'make' } }]);
    const answers = safeAnswers(needs, new Map());
    const native = runNatively(['CREATE TABLE "migrations" (version TEXT);', ...Object.values(files)]);
    expect(runArranged(filesOf(files), { isEmpty: true, answers })).toEqual(native);
  });

  it.each([
    ['_sqlx_migrations', 'DELETE FROM _sqlx_migrations WHERE version = 1', /version BIGINT PRIMARY KEY/],
    [
      'migrations',
      "INSERT INTO migrations SELECT 'a' || '_' || max(1, 2), 5 WHERE 0",
      /\(version TEXT, column_2 TEXT\)/,
    ],
    ['migrations', "INSERT INTO migrations VALUES ('a', max(1, 2), 5), (1, 2, 3)", /column_2 TEXT, column_3 TEXT\)/],
    ['migrations', 'INSERT INTO migrations (name, "at") SELECT 1, 2', /\(name TEXT, at TEXT\)/],
  ])('is made with the columns that %s has to have: %s', (_, sql, definition) => {
    const files = filesOf({ '1_a.sql': `${sql};`, '2_b.sql': PEOPLE });
    const answers = safeAnswers(arrangeMigrations(files, { isEmpty: true }).needs, new Map());
    const [made] = arrangeMigrations(files, { isEmpty: true, answers }).migrations;
    expect(made?.text).toMatch(definition);
    expect(runArranged(files, { isEmpty: true, answers })).toEqual(runNatively([made?.text ?? '', `${sql};`, PEOPLE]));
  });

  it('that says so itself is proposed in an empty database, and left out of one that holds something', () => {
    const files = {
      '00-latest.sql': `-- v0 -> v2: Latest\n${END}`,
      '01-a.sql': `-- v1: A\n${PEOPLE}`,
      '02-b.sql': `-- v2: B\n${CITY}`,
    };
    const { needs } = arrangeMigrations(filesOf(files), { isEmpty: true });
    expect(needs).toMatchObject([{ kind: 'base', name: '00-latest.sql', blocks: true, proposal: { answer: 'use' } }]);
    expect(paths(files, ['base', '00-latest.sql', 'use'])).toEqual(['00-latest.sql']);
    expect(paths(files, ['base', '00-latest.sql', 'skip'])).toEqual(['01-a.sql', '02-b.sql']);
    expect(arrangeMigrations(filesOf(files)).migrations.map(({ path }) => path)).toEqual(['01-a.sql', '02-b.sql']);
  });

  it('that it comes to is proposed where the first step in code comes after a table that is missing', () => {
    const files = filesOf({ 'schema.sql': END, '1_a.sql': CITY });
    const step = { path: '2_b.js', text: '' };
    const { needs } = arrangeMigrations([...files, step], { isEmpty: true });
    expect(needs).toMatchObject([{ kind: 'base', name: 'schema.sql', proposal: { answer: 'use' } }]);
    const before = { path: '0_b.js', text: '' };
    expect(arrangeMigrations([...files, before], { isEmpty: true }).needs[0]?.proposal?.answer).toBe('skip');
  });
});

describe('A step in code', () => {
  const { migrations } = arrangeMigrations(
    filesOf({ '1_a.sql': '', '2_b.go': '', '3_c.sql': '', '4_d.py': '', '5_e.sql': '', '6_f.go': '' }),
  );
  const pending = tellPending(migrations, []);
  const taken = (
    answers: ReadonlyMap<string, string>,
    picked: ReadonlyMap<string, boolean> = new Map(),
    of = pending,
  ) => {
    const { migrations: run, steps, endsBefore } = takeMigrations(migrations, of, { picked, answers });
    return [run.map(({ version }) => version).join(''), steps.map(({ name }) => name), endsBefore?.path];
  };

  it('ends the chain until it is passed; one behind all files is not asked about', () => {
    expect(taken(new Map())).toEqual(['1', ['2_b.go', '4_d.py'], '2_b.go']);
    expect(taken(answered(['step', '2_b.go', 'past']))).toEqual(['13', ['2_b.go', '4_d.py'], '4_d.py']);
    expect(taken(answered(['step', '2_b.go', 'past'], ['step', '4_d.py', 'past']))).toEqual([
      '135',
      ['2_b.go', '4_d.py'],
      undefined,
    ]);
    expect(
      taken(
        new Map(),
        new Map([
          ['3_c.sql', false],
          ['5_e.sql', false],
        ]),
      ),
    ).toEqual(['1', [], undefined]);
  });

  it('does not stand in the way where it has been applied, as a table tells or the user says', () => {
    const said = withSaid(pending, { applied: new Set(), standsAt: '2_b.go' });
    expect(said.map(({ status }) => status)).toEqual(['applied', 'applied', ...Array<string>(4).fill('unrecorded')]);
    expect(taken(new Map(), new Map(), said)).toEqual(['3', ['4_d.py'], '4_d.py']);
    const alone = withSaid(pending, { applied: new Set(['4_d.py']), standsAt: null });
    expect(taken(answered(['step', '2_b.go', 'past']), new Map(), alone)).toEqual(['135', ['2_b.go'], undefined]);
  });
});
