// Folders of migrations in the formats of the common tools: their order, and that they run to what native sqlite3 makes of them.
import { keepLosses } from '../../src/migration/losses/lossLedger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../amount';
import { arrangeMigrations } from '../../src/chain/folder';
import { compareVersions, isSameVersion, readName } from '../../src/chain/migrationName';
import { readSections } from '../../src/chain/sections';
import { runMigration } from '../../src/migration/run/run';
import { DEFAULT_CHOICES } from '../../src/migration/outcome';
import { splitScript } from '../../src/script/split';
import { askNative, nativeDatabase, withDatabase } from '../databases';
import { BY_HAND, toolFolders } from './folders';
import { EMPTY, runArranged, runNatively, SCHEMA } from './running';

describe.each(toolFolders)('A folder of $tool', ({ tool, files, order, leftOut }) => {
  const arranged = arrangeMigrations(files);

  it('is known as one and put in its order, and what is no migration up is left out with a reason', () => {
    expect(arranged.tool ?? 'plain').toBe(tool);
    expect(arranged.migrations.map(({ path }) => path)).toEqual(order);
    expect(arranged.leftOut.map(({ path }) => path).sort()).toEqual(leftOut);
    expect(arranged.leftOut.every(({ why }) => why.length > 10)).toBe(true);
    expect(arranged.problems).toEqual([]);
  });

  it('is the same to the page where an editor of Windows has saved each file', () => {
    const saved = files.map(({ path, text }) => ({ path, text: `\uFEFF${text.replaceAll(/\r?\n/g, '\r\n')}` }));
    const other = arrangeMigrations(saved);
    const texts = (migrations: typeof other.migrations): readonly string[] =>
      migrations.map(({ text }) => text.replaceAll(/[\uFEFF\r]/g, '').trim());
    expect({ ...other, migrations: texts(other.migrations) }).toEqual({
      ...arranged,
      migrations: texts(arranged.migrations),
    });
  });

  it('runs to the schema that native sqlite3 makes of the same SQL', () => {
    expect(runArranged(files)).toEqual(runNatively(arranged.migrations.map(({ text }) => text)));
  });

  it('comes to what the same SQL does without any marks, so that nothing was lost and nothing went down', () => {
    const asked = `SELECT json_group_array(type || name || sql) FROM (${SCHEMA})`;
    const byHand = JSON.parse(askNative(nativeDatabase(BY_HAND), asked)) as readonly string[];
    const made = runArranged(files).map((row) => row.join(''));
    expect(made.filter((object) => !object.startsWith('view')).sort()).toEqual([...byHand].sort());
  });

  it('is put in the same order however it was dropped', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...files], { minLength: files.length }), (shuffled) => {
        expect(arrangeMigrations(shuffled)).toEqual(arranged);
      }),
      runs(100),
    );
  });

  it('keeps every line and offset of its files', () => {
    for (const { path, text } of arranged.migrations) {
      const file = files.find((one) => one.path === path)?.text ?? '';
      expect(text).toHaveLength(file.length);
      expect(text.replace(/[^\r\n]/g, '')).toBe(file.replace(/[^\r\n]/g, ''));
    }
  });
});

describe('What is wrong in a folder', () => {
  const sentences = (files: Readonly<Record<string, string>>): readonly string[] =>
    arrangeMigrations(Object.entries(files).map(([path, text]) => ({ path, text }))).problems.map(
      ({ sentence }) => sentence,
    );

  it.each([
    [{ '1_a.sql': '-- migrate:down\nSELECT 1' }, '1_a.sql has no line "-- migrate:up", so nothing in it goes up.'],
    [
      { '1_a.sql': '-- migrate:up\nSELECT 1', '2_b.sql': 'SELECT 1' },
      '2_b.sql has no line "-- migrate:up", as the other files have.',
    ],
    [{ '1_a.sql': 'SELECT 1;\n-- migrate:up\nSELECT 1' }, '1_a.sql has SQL before "-- migrate:up", in line 1.'],
    [{ '1_a.sql': '-- migrate:up\n-- migrate:up\n' }, '1_a.sql has a second "-- migrate:up" in line 2.'],
    [
      { '1_a.sql': '-- +goose Up\n\n-- +goose StatementBegin\nSELECT 1;' },
      '1_a.sql has a "+goose StatementBegin" in line 3 that no StatementEnd ends.',
    ],
    [
      { '1_a.sql': '-- +goose Up\n-- +goose StatementEnd' },
      '1_a.sql has a "+goose StatementEnd" in line 2 without its StatementBegin.',
    ],
    [
      { '1_a.sql': '-- migrate:down\nDROP TABLE t;\n-- migrate:up\nSELECT 1' },
      '1_a.sql has "-- migrate:down" in line 1 before its "-- migrate:up".',
    ],
    [{ '1_a.sql': '/* why */ SELECT 1;\n-- +goose Up\nSELECT 1;' }, '1_a.sql has SQL before "+goose Up", in line 1.'],
    [{ '1_a.sql': '-- +goose Up\nSELECT 1;\n-- +goose Up\nSELECT 2;' }, '1_a.sql has a second "+goose Up" in line 3.'],
    [
      { '1_a.sql': '-- +goose Down\nSELECT 1;\n-- +goose Up\nSELECT 2;' },
      '1_a.sql has "+goose Down" in line 1 before any "+goose Up".',
    ],
    [
      { '1_a.sql': '-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose Down\nSELECT 2;' },
      '1_a.sql has a "+goose StatementBegin" in line 2 that no StatementEnd ends.',
    ],
    [{ '1_a.sql': '-- +goose Down\nSELECT 1' }, '1_a.sql has no line "-- +goose Up", so nothing in it goes up.'],
    [
      { '1_a.sql': '-- atlas:delimiter \\n\\n\n\nSELECT 1', 'atlas.sum': 'h1:' },
      '1_a.sql sets a delimiter of its own in line 1, which is not followed here.',
    ],
    [
      { '20260101000000_a/migration.sql': 'SELECT 1', 'migration_lock.toml': 'provider = "postgresql"' },
      'migration_lock.toml says that these migrations are for postgresql, not for SQLite.',
    ],
  ])('is said with the file, and the line: %j', (files, sentence) => {
    expect(sentences(files)).toEqual([sentence]);
  });

  const warnings = (files: Readonly<Record<string, string>>): readonly (readonly [string, ...string[]])[] =>
    arrangeMigrations(Object.entries(files).map(([path, text]) => ({ path, text }))).migrations.map(
      ({ path, warnings: said }) => [path, ...said] as const,
    );

  it('is warned of where it does not stop the run', () => {
    expect(warnings({ '1_a.sql': 'SELECT 1;', '2_b.sql': 'SELECT 1;', 'zz.sql': 'SELECT 2;' })).toEqual([
      ['1_a.sql'],
      ['2_b.sql'],
      ['zz.sql', 'Its name has no number, so it runs after those that have one.'],
    ]);
    expect(warnings({ '1_a.up.sql': '', '1_a.down.sql': '', '2_b.sql': '', '3_c.go': '' })).toEqual([
      ['1_a.up.sql'],
      ['2_b.sql', 'Its name says neither up nor down: golang-migrate passes over such a file, and sqlx runs it.'],
      ['3_c.go'],
    ]);
    expect(warnings({ '1_a.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\n-- +goose ENVSUB ON\nSELECT 2;' })).toEqual([
      ['1_a.sql'],
    ]);
  });

  it('is none where a file asks to be run outside of a transaction: it is', () => {
    const outside = (files: Readonly<Record<string, string>>): readonly (readonly [string, boolean])[] =>
      arrangeMigrations(Object.entries(files).map(([path, text]) => ({ path, text }))).migrations.map((migration) => {
        expect(migration.warnings).toEqual([]);
        return [migration.path, migration.outside === true] as const;
      });
    expect(
      outside({
        '1_a.sql': '-- no-transaction\nSELECT 1;',
        '2_b.sql': '-- why\n-- atlas:txmode none\n\nSELECT 1;',
        '3_c.sql': 'SELECT 1;\n-- no-transaction\n',
      }),
    ).toEqual([
      ['1_a.sql', true],
      ['2_b.sql', true],
      ['3_c.sql', false],
    ]);
    expect(
      outside({
        '1_a.sql': '-- migrate:up transaction:false\nVACUUM;',
        '2_b.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT 1;',
      }),
    ).toEqual([
      ['1_a.sql', true],
      ['2_b.sql', false],
    ]);
    expect(
      outside({ '1_a.sql': '-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM;', '2_b.sql': '-- +goose Up\nSELECT 1;' }),
    ).toEqual([
      ['1_a.sql', true],
      ['2_b.sql', false],
    ]);
    expect(outside({ '1_a.sql': '-- +migrate Up notransaction\nVACUUM;' })).toEqual([['1_a.sql', true]]);
  });

  it('is a number that is left out of a row, but not where numbers are dates or tens, and not before the first', () => {
    const of = (...paths: readonly string[]) => warnings(Object.fromEntries(paths.map((path) => [path, 'SELECT 1;'])));
    expect(of('5_a.sql', '006_b.sql', '8_c.sql', '9_d.sql', '13_e.sql', '14_f.sql')).toEqual([
      ['5_a.sql'],
      ['006_b.sql'],
      ['8_c.sql', 'There is no number 7 before it.'],
      ['9_d.sql'],
      ['13_e.sql', 'There is no number 10 to 12 before it.'],
      ['14_f.sql'],
    ]);
    expect(of('10_a.sql', '20_b.sql', '30_c.sql').flat()).toHaveLength(3);
    expect(of('20260101_a.sql', '20260102_b.sql', '20260109_c.sql').flat()).toHaveLength(3);
  });

  it('is told of Drizzle’s journal where it and the files do not agree, and where it is none', () => {
    const entries = [
      { tag: '0000_a', when: 1 },
      { tag: '0001_b', when: 2 },
    ];
    const files = [
      { path: 'drizzle/0000_a.sql', text: 'SELECT 1;' },
      { path: 'drizzle/0000_other.sql', text: 'SELECT 1;' },
    ];
    const journal = { path: 'drizzle/meta/_journal.json', text: JSON.stringify({ entries }) };
    expect(arrangeMigrations([...files, journal])).toMatchObject({
      migrations: [{ path: 'drizzle/0000_a.sql', when: 1 }],
      leftOut: [
        { path: 'drizzle/0000_other.sql', why: 'the journal of Drizzle, meta/_journal.json, does not name it' },
        { path: '0001_b.sql', why: 'the journal of Drizzle names it, but it did not come with the others' },
      ],
      problems: [],
    });
    expect(arrangeMigrations([...files, { ...journal, text: '{"entries": 5' }])).toMatchObject({
      migrations: [{ path: 'drizzle/0000_a.sql', when: null }, { path: 'drizzle/0000_other.sql' }],
      leftOut: [{ path: 'drizzle/meta/_journal.json' }],
      needs: [{ kind: 'order', name: '0000', where: ['drizzle/0000_a.sql', 'drizzle/0000_other.sql'], proposal: null }],
    });
  });

  it('stops a chain at the statement that fails, of which the file is named; nothing of it stays, and mended it runs', () => {
    const run = (rest: string): readonly unknown[] => {
      const { migrations } = arrangeMigrations([
        { path: '010_pets.sql', text: 'CREATE TABLE pets(a);' },
        { path: '009_people.sql', text: `-- migrate:up\n${rest}\n-- migrate:down\nDROP TABLE pets;` },
        { path: '008_first.sql', text: '-- migrate:up\nCREATE TABLE first(a);' },
      ]);
      const split = splitScript(migrations.map(({ path, text }) => ({ name: path, text })));
      if (!split.ok) throw new Error(split.refusal.sentence);
      return withDatabase(EMPTY, (database) => {
        const tools = { now: () => 0, onStatement: () => undefined, losses: keepLosses };
        const { committed, outcomes } = runMigration(database, split.statements, DEFAULT_CHOICES, tools);
        const failed = outcomes.find(({ verdict }) => verdict === 'failed');
        const at = split.statements.find(({ ordinal }) => ordinal === failed?.ordinal);
        const left = database.query('SELECT name FROM sqlite_schema');
        return [committed, at?.file, at?.firstLine, left.ok ? left.value.flat() : []];
      });
    };
    expect(run('CREATE TABLE people(a);\nINSERT INTO nothing VALUES (1);')).toEqual([false, '009_people.sql', 3, []]);
    expect(run('CREATE TABLE people(a);')).toEqual([true, undefined, undefined, ['first', 'people', 'pets']]);
  });
});

describe('A file alone', () => {
  it('of any name is run as it is, unless it has the marks of a tool', () => {
    const plain = arrangeMigrations([{ path: 'notes.txt', text: 'SELECT 1; -- migrate: later' }]);
    expect(plain).toMatchObject({ tool: null, migrations: [{ text: 'SELECT 1; -- migrate: later', version: '' }] });
    const marked = arrangeMigrations([
      { path: 'a.sql', text: '-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE t;' },
    ]);
    expect(marked).toMatchObject({ tool: 'dbmate' });
    expect(marked.migrations[0]?.text.trimEnd()).toBe('-- migrate:up\nSELECT 1;');
  });

  it('that has halves, as the npm package sqlite writes them, goes up, and it is said; other comments mean nothing', () => {
    const up = '-- Up\nCREATE TABLE t(a);\n\n';
    expect(readSections(`${up}-- Down ----\nDROP TABLE t;`)).toEqual({
      tool: null,
      up: `${up}${' '.repeat(12)}\n${' '.repeat(13)}`,
      down: { text: `${up.replaceAll(/[^\n]/g, ' ')}-- Down ----\nDROP TABLE t;` },
      warnings: ['What follows "-- Down ----" in line 4 is not run.'],
      problem: null,
    });
    for (const text of [
      '-- Down\nSELECT 1;',
      '-- Up\nSELECT 1;',
      'SELECT 1; -- Up\n-- Down\n',
      '-- Up the road\n-- Down\n',
    ]) {
      expect(readSections(text)).toEqual({ tool: null, up: text, warnings: [], problem: null });
    }
  });

  it('with a statement between goose’s marks that has no semicolon does not run into the next', () => {
    const text = '-- +goose Up\n-- +goose StatementBegin\nSELECT 1\n-- +goose StatementEnd\nSELECT 2;\n';
    const split = splitScript(readSections(text).up);
    expect(split.ok && split.statements.map(({ firstLine }) => firstLine)).toEqual([3, 5]);
  });

  it('that has no marks is not changed by a character, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/migrate|goose|statement-breakpoint|no-transaction|atlas|-- *(up|down)/i.test(text));
        expect(readSections(text)).toEqual({ tool: null, up: text, warnings: [], problem: null });
      }),
      runs(100),
    );
  });

  it('that has marks keeps its length and its line ends, wherever they stand', () => {
    const line = fc.constantFrom(
      '-- migrate:up',
      '-- migrate:down',
      '-- +goose Up',
      '-- +goose Down',
      '-- +goose StatementBegin',
      '-- +goose StatementEnd',
      '--> statement-breakpoint',
      '-- +migrate Up notransaction',
      '-- Up',
      '-- Down',
      'SELECT 1;',
      '/* open',
      '\uFEFF-- +goose Up',
      "INSERT INTO t VALUES ('é😀')",
      '',
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = lines.join(end);
        const { up } = readSections(text);
        expect(up.replace(/[^\r\n]/g, '')).toBe(text.replace(/[^\r\n]/g, ''));
        expect(up).toHaveLength(text.length);
      }),
      runs(100),
    );
  });
});

describe('The names of migrations', () => {
  it.each([
    ['db/001_add_people.sql', '001', 'add people', 'up'],
    ['V1_2_3__add_people.sql', '1.2.3', 'add people', 'up'],
    ['R__views.sql', '', 'views', 'repeatable'],
    ['U7__x.sql', '7', 'x', 'undo'],
    ['v2.1-people.sql', '2.1', 'people', 'up'],
    ['3.down.sql', '3', '', 'down'],
    ['20260101_x/migration.sql', '20260101', 'x', 'up'],
    ['people.sql', '', 'people', 'up'],
    ['2026-01-02-030405_x/up.sql', '20260102030405', 'x', 'up'],
    ['2026-01-02-030405_x/down.sql', '20260102030405', 'x', 'down'],
    ['2026_01_02_add_people.sql', '20260102', 'add people', 'up'],
    ['2026-01-02T0304-x.sql', '202601020304', 'x', 'up'],
    ['down.sql', '', 'down', 'down'],
    [`${'9'.repeat(101)}_x.sql`, '', `${'9'.repeat(101)} x`, 'up'],
  ])('%s: version %s, %s, %s', (path, version, title, direction) => {
    const name = readName(path);
    expect([name.version, name.title, name.direction]).toEqual([version, title, direction]);
  });

  it('have versions that compare as numbers, in one order whatever their length', () => {
    const version = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(version, version, fc.nat(3), (one, other, zeros) => {
        const written = one.map((part) => '0'.repeat(zeros) + part.toString()).join('.');
        expect(isSameVersion(written, one.join('.'))).toBe(true);
        const [left = 0n, right = 0n] = [one[0], other[0]];
        if (left !== right) expect(compareVersions(written, other.join('.'))).toBe(left < right ? -1 : 1);
        expect(compareVersions(written, other.join('.')) + compareVersions(other.join('.'), written)).toBe(0);
      }),
      runs(100),
    );
    expect(['1.10', '', '10', '2', '1.2'].sort(compareVersions)).toEqual(['1.2', '1.10', '2', '10', '']);
  });
});
