// The checksums that tools have recorded, against files that are the same, have other line endings, or were changed since.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareChecksums, type Hashing } from '../../src/chain/checksums';
import { arrangeMigrations } from '../../src/chain/folder';
import { readHistory, type History } from '../../src/chain/history';
import { tellPending, type Pending } from '../../src/chain/pending';
import { loadHashing } from '../../src/ui/state/hashing';
import { nativeDatabase, withDatabase } from '../databases';

const digest = (algorithm: string, text: Uint8Array | string) => createHash(algorithm).update(text).digest();
const hashing: Hashing = {
  sha256: (bytes) => digest('sha256', bytes),
  sha384: (bytes) => digest('sha384', bytes),
  crc32: (bytes) => crc32(bytes),
};

/** Tables as the tools make them, as far as they are read. */
const TABLES = {
  sqlx: `CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)`,
  prisma: `CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME,
    migration_name TEXT NOT NULL, rolled_back_at DATETIME, started_at DATETIME NOT NULL DEFAULT current_timestamp)`,
  flyway: `CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50),
    description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, checksum INT, success BOOLEAN NOT NULL)`,
  drizzle: 'CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
  atlas: `CREATE TABLE atlas_schema_revisions (version text NOT NULL PRIMARY KEY, description text NOT NULL, type integer NOT NULL,
    applied integer NOT NULL, total integer NOT NULL, hash text NOT NULL)`,
} as const;
type Tool = keyof typeof TABLES;

function historiesOf(tool: Tool, rows: string): readonly History[] {
  return withDatabase(nativeDatabase(`${TABLES[tool]}; ${rows}`), readHistory);
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Where the file lies, and the row that the tool writes for a text of it. */
const RECORDED: Readonly<Record<Exclude<Tool, 'atlas'>, { readonly path: string; row: (applied: string) => string }>> =
  {
    sqlx: {
      path: 'migrations/20240101000000_init.sql',
      row: (applied) =>
        `INSERT INTO _sqlx_migrations VALUES (20240101000000, 'init', 1, x'${digest('sha384', applied).toString('hex')}', 1)`,
    },
    prisma: {
      path: 'prisma/migrations/20240101_init/migration.sql',
      row: (applied) =>
        `INSERT INTO _prisma_migrations(id, checksum, finished_at, migration_name) VALUES ('a', '${digest('sha256', applied).toString('hex')}', 1, '20240101_init')`,
    },
    flyway: {
      path: 'sql/V1__init.sql',
      row: (applied) =>
        `INSERT INTO flyway_schema_history VALUES (1, '1', 'init', 'SQL', ${crc32(applied.replace(/^\uFEFF/, '').replaceAll(/[\r\n]/g, '')) | 0}, 1)`,
    },
    drizzle: {
      path: 'drizzle/0000_init.sql',
      row: (applied) =>
        `INSERT INTO __drizzle_migrations(hash, created_at) VALUES ('${digest('sha256', applied).toString('hex')}', 5)`,
    },
  };
const JOURNAL = {
  path: 'drizzle/meta/_journal.json',
  text: JSON.stringify({ entries: [{ when: 5, tag: '0000_init' }] }),
};

/** What is told of files, of which a tool has recorded what the rows say. */
function tellAll(files: Readonly<Record<string, string>>, histories: readonly History[]): readonly Pending[] {
  const given = Object.entries(files).map(([path, content]) => ({ path, text: content }));
  const { migrations } = arrangeMigrations(given);
  const bytes = new Map(given.map((file) => [file.path, new TextEncoder().encode(file.text)]));
  return tellPending(migrations, histories, compareChecksums(migrations, histories, bytes, hashing));
}

function tellOne(tool: Exclude<Tool, 'atlas'>, applied: string, now: string): Pending | undefined {
  const { path, row } = RECORDED[tool];
  const beside = tool === 'drizzle' ? { [JOURNAL.path]: JOURNAL.text } : {};
  return tellAll({ [path]: now, ...beside }, historiesOf(tool, row(applied)))[0];
}

const LF = 'CREATE TABLE a(id INTEGER);\n-- Größe\n';
const CRLF = LF.replaceAll('\n', '\r\n');

describe('A file that was edited after it was applied', () => {
  it.each([
    ['sqlx', 'sqlx stops with an error'],
    ['prisma', 'Prisma asks to reset the database'],
    ['flyway', 'Flyway refuses to migrate'],
    ['drizzle', 'Drizzle does not look at that'],
  ] as const)('is still applied with %s, is said to be changed, and what the tool does', (tool, does) => {
    const told = tellOne(tool, LF, `${LF}CREATE TABLE b(id);`);
    expect(told).toMatchObject({ status: 'applied', changed: 'text' });
    expect(told?.notes.join()).toContain(`It was changed since it was applied. ${does}`);
    expect(tellOne(tool, LF, LF)).toMatchObject({ status: 'applied', changed: null, notes: [] });
  });
});

describe('A file whose line endings alone are others', () => {
  it.each([
    ['sqlx', LF, CRLF, 'sqlx stops with an error all the same'],
    ['sqlx', CRLF, LF, 'sqlx stops with an error all the same'],
    ['prisma', LF, CRLF, 'Prisma takes it for unchanged.'],
    ['prisma', CRLF, LF, 'Prisma takes it for unchanged.'],
    ['drizzle', CRLF, LF, 'Drizzle does not look at that.'],
  ] as const)('is told apart with %s', (tool, applied, now, does) => {
    const told = tellOne(tool, applied, now);
    expect(told?.changed).toBe('line endings');
    expect(told?.notes.join()).toContain(`It differs from what was applied only in its line endings. ${does}`);
  });

  it('is the same to Flyway, and to a Drizzle that reads CRLF as LF', () => {
    expect(tellOne('flyway', LF, CRLF)).toMatchObject({ changed: null, notes: [] });
    expect(tellOne('flyway', CRLF, `\uFEFF${LF}`)).toMatchObject({ changed: null, notes: [] });
    expect(tellOne('drizzle', LF, CRLF)).toMatchObject({ changed: null, notes: [] });
  });

  it('is told from one that was changed, whatever is in it', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 5 });
    const ends = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.constantFrom('sqlx', 'prisma'), lines, ends, ends, fc.boolean(), (tool, all, was, is, edited) => {
        const clean = all.map((line) => `-- ${line.replaceAll(/[\r\n]/g, '')}`);
        const applied = [...clean, ''].join(was);
        const now = [...clean, ...(edited ? ['SELECT 1;'] : []), ''].join(is);
        expect(tellOne(tool, applied, now)?.changed).toBe(edited ? 'text' : was === is ? null : 'line endings');
      }),
      { numRuns: 20, seed: 16 },
    );
  });
});

describe('Checksums as they are known from the tools', () => {
  it('Prisma’s of “hello”, also as its first versions wrote it, without the zeros of small bytes', () => {
    const hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    const row = (checksum: string): string =>
      `INSERT INTO _prisma_migrations(id, checksum, finished_at, migration_name) VALUES ('a', '${checksum}', 1, '20240101_init')`;
    const { path } = RECORDED.prisma;
    const old = hello.replaceAll(/(..)/g, (pair: string) => pair.replace(/^0/, ''));
    expect(old.length).toBeLessThan(hello.length);
    for (const checksum of [hello, old]) {
      expect(tellAll({ [path]: 'hello' }, historiesOf('prisma', row(checksum)))[0]?.changed).toBeNull();
      expect(tellAll({ [path]: 'hello!' }, historiesOf('prisma', row(checksum)))[0]?.changed).toBe('text');
    }
  });

  it('Flyway’s check value of CRC-32 over lines, which is a number with a sign', () => {
    // The check value of CRC-32/ISO-HDLC is that of 123456789.
    const row = `INSERT INTO flyway_schema_history VALUES (1, '1', 'init', 'SQL', ${0xcbf43926 | 0}, 1)`;
    expect(0xcbf43926 | 0).toBeLessThan(0);
    const histories = historiesOf('flyway', row);
    expect(tellAll({ 'sql/V1__init.sql': '123\r\n456\r789\n' }, histories)[0]?.changed).toBeNull();
    expect(tellAll({ 'sql/V1__init.sql': '123\n456\n780\n' }, histories)[0]?.changed).toBe('text');
  });

  it('the functions that the page loads are those of Node', async () => {
    const loaded = await loadHashing();
    for (const content of ['', 'hello', LF.repeat(1000)]) {
      const bytes = new TextEncoder().encode(content);
      expect(Buffer.from(loaded.sha256(bytes))).toEqual(digest('sha256', bytes));
      expect(Buffer.from(loaded.sha384(bytes))).toEqual(digest('sha384', bytes));
      expect(loaded.crc32(bytes)).toBe(crc32(bytes));
    }
  });
});

describe('A repeatable migration of Flyway', () => {
  const row = (applied: string): string =>
    `INSERT INTO flyway_schema_history VALUES (1, NULL, 'views', 'SQL', ${crc32(applied.replaceAll('\n', '')) | 0}, 1)`;

  it('is run again by Flyway where it was changed, and nothing is said where it was not', () => {
    const histories = historiesOf('flyway', row('SELECT 1;\n'));
    const [changed] = tellAll({ 'R__views.sql': 'SELECT 2;\n' }, histories);
    expect(changed).toMatchObject({ status: 'applied', changed: 'text' });
    expect(changed?.notes.join()).toContain('Flyway runs it again because of that. Tick it to run it here.');
    expect(tellAll({ 'R__views.sql': 'SELECT 1;\n' }, histories)[0]?.notes).toEqual([]);
  });

  it('is not compared where Flyway puts values in the place of ${…}', () => {
    const [told] = tellAll({ 'R__views.sql': "SELECT '${a}';\n" }, historiesOf('flyway', row('SELECT 1;\n')));
    expect(told).toMatchObject({ changed: null, notes: [expect.stringContaining('tick it if it has changed since')] });
  });
});

describe('A file of Drizzle that has no entry of its time', () => {
  it('but whose hash is recorded with another, was applied then, and it is said', () => {
    const now = 'SELECT 1;';
    const rows = `INSERT INTO __drizzle_migrations(hash, created_at) VALUES ('${digest('sha256', now).toString('hex')}', 9)`;
    const [told] = tellAll(
      { [RECORDED.drizzle.path]: now, [JOURNAL.path]: JOURNAL.text },
      historiesOf('drizzle', rows),
    );
    expect(told?.status).toBe('unknown');
    expect(told?.notes).toContain('The hash of this file is recorded with another time, 9: it was applied then.');
  });
});

describe('The files of Atlas', () => {
  const FILES = { 'm/1_a.sql': LF, 'm/2_b.sql': 'CREATE TABLE b(id);\n', 'm/3_c.sql': 'CREATE TABLE c(id);\n' };

  /** The lines of atlas.sum without their first, from the description of the format: a running hash over names and texts. */
  function hashesOf(files: Readonly<Record<string, string>>): readonly string[] {
    const hash = createHash('sha256');
    return Object.entries(files).map(([path, content]) => {
      hash.update(path.slice(path.lastIndexOf('/') + 1)).update(content);
      return hash.copy().digest('base64');
    });
  }

  function atlasHistory(files: Readonly<Record<string, string>>): readonly History[] {
    const rows = hashesOf(files).map((hash, at) => `('${at + 1}', 'x', 2, 1, 1, ${text(hash)})`);
    return historiesOf('atlas', `INSERT INTO atlas_schema_revisions VALUES ${rows.join(', ')}`);
  }

  it('are the same, or differ from the one on that was changed, of which the first is told', () => {
    const history = atlasHistory(FILES);
    expect(tellAll(FILES, history).map(({ changed }) => changed)).toEqual([null, null, null]);
    const told = tellAll({ ...FILES, 'm/2_b.sql': 'CREATE TABLE b(id, c);\n' }, history);
    expect(told.map(({ status, changed }) => [status, changed])).toEqual([
      ['applied', null],
      ['applied', 'text'],
      ['applied', null],
    ]);
    expect(told[1]?.notes.join()).toContain('it or a file before it was changed, added or removed');
  });

  it('are told apart by their line endings, and not compared where they lie in several folders', () => {
    const history = atlasHistory(FILES);
    const windows = Object.fromEntries(
      Object.entries(FILES).map(([path, content]) => [path, content.replaceAll('\n', '\r\n')]),
    );
    expect(tellAll(windows, history).map(({ changed }) => changed)).toEqual(FILES_COUNT.map(() => 'line endings'));
    const apart = { ...FILES, 'other/1_a.sql': 'SELECT 1;' };
    expect(tellAll(apart, history).every(({ changed }) => changed === null)).toBe(true);
  });
  const FILES_COUNT = Object.keys(FILES);
});
