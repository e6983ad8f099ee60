// What changes of schemas by common tools meet: sentences that were untrue or missing, each held against native sqlite3.
import { describe, expect, it } from 'vitest';
import { nativeDatabase } from '../databases';
import { natively, planned, warned } from './foreseen';

describe('A CHECK that begins with a quoted name, as TypeORM writes it', () => {
  it('is found by the name that SQLite shows of it, with the rows that break it', () => {
    const bytes = nativeDatabase(
      "CREATE TABLE u (id INTEGER PRIMARY KEY, role TEXT); INSERT INTO u VALUES (1, 'a'), (2, 'b');",
    );
    const script = `CREATE TABLE n (id INTEGER PRIMARY KEY, "role" TEXT CHECK ("role" <> '') CHECK ("role" IN ('a', 'c'))); INSERT INTO n SELECT * FROM u;`;
    expect(natively(bytes, script, 'SELECT 1').error).toContain('CHECK constraint failed: role');
    const failure = planned(bytes, script).outcomes[1]?.failure;
    expect(failure?.explanation).toBe(`1 row would break the CHECK of n: "role" IN ('a', 'c').`);
    expect(failure?.rows?.sample).toEqual([['2', "'b'"]]);
  });
});

describe('A placeholder of Flyway', () => {
  it('is named where SQLite cannot read it', () => {
    const failure = planned(nativeDatabase('CREATE TABLE t (a);'), 'CREATE TABLE ${schema}_x (id INT);').outcomes[0]
      ?.failure;
    expect(failure?.explanation).toContain('${schema}');
  });
});

describe('An index that stops DROP COLUMN', () => {
  it('is mended by statements that run, and left as a comment where it has to change', () => {
    const bytes = nativeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE INDEX i ON t (a,\n b);');
    const script = 'ALTER TABLE t DROP COLUMN a;';
    const mend = planned(bytes, script).outcomes[0]?.failure?.mend;
    const mended = [...(mend?.before ?? []), script.slice(0, -1), ...(mend?.after ?? [])].join(';\n');
    expect(mended).toContain('-- CREATE INDEX i ON t (a,');
    expect(natively(bytes, `${mended}\n;`, 'PRAGMA integrity_check')).toEqual({ text: 'ok', error: '' });
  });
});

describe('A full-text index of rows in another table', () => {
  it('is warned of where a column that it reads gets another name', () => {
    const bytes = nativeDatabase(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, n); INSERT INTO t VALUES (1, 'x y', 2);
       CREATE VIRTUAL TABLE f USING fts4 (content='t', body); INSERT INTO f (f) VALUES ('rebuild');`,
    );
    const script = 'ALTER TABLE t RENAME COLUMN body TO content;';
    expect(natively(bytes, `${script} SELECT body FROM f;`, 'SELECT 1').error).not.toBe('');
    const plan = planned(bytes, script);
    expect(plan.warnings.flatMap(({ code, sentence }) => (code === 'stale-search-index' ? sentence : []))).toEqual([
      'The full-text index f reads body from t, and t has no column body after the script: queries of its columns will fail.',
    ]);
    expect(planned(bytes, 'ALTER TABLE t RENAME COLUMN n TO m;').warnings.map(({ code }) => code)).toEqual([
      'renamed-column',
    ]);
  });
});

describe('A collation that only an application brings', () => {
  const made = (name: string): Uint8Array =>
    nativeDatabase(
      `CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO note (title) VALUES ('b'), ('a'); CREATE TABLE other (a); CREATE INDEX ni ON note (title);
       PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'title TEXT', 'title TEXT COLLATE ${name}');`,
    );

  it.each(['unicase', 'localized', 'de_DE', 'icu_root'])(
    '%s stops what compares by it, is named, and stops nothing else',
    (name) => {
      const bytes = made(name);
      for (const [script, stops] of [
        ['ALTER TABLE note ADD COLUMN c TEXT', false],
        ['ALTER TABLE other ADD COLUMN c TEXT', false],
        ['CREATE TABLE third (a)', false],
        ["INSERT INTO note (title) VALUES ('c')", true],
        ['UPDATE note SET title = upper(title)', true],
        ['REINDEX ni', true],
        ['CREATE INDEX nt ON note (title)', true],
      ] as const) {
        const failure = planned(bytes, `${script};`).outcomes[0]?.failure;
        const { error } = natively(bytes, `${script};`, 'SELECT 1');
        expect([script, error !== '', failure != null]).toEqual([script, stops, stops]);
        if (stops) expect(`${failure?.message ?? ''} ${failure?.explanation ?? ''}`).toContain(name);
      }
      expect(
        warned({
          ...planned(bytes, 'ALTER TABLE other ADD COLUMN c TEXT;'),
          proofs: new Map(),
          committed: true,
          bytes,
        }),
      ).toEqual([]);
    },
  );
});
