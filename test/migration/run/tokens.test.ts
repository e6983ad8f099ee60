// A statement is read once: no part of a plan or a run, and no check of its result, takes its text apart again.
import { expect, test, vi } from 'vitest';
import { splitScript } from '../../../src/script/split';
import { migrate, nativeDatabase, plan, verdicts } from '../../databases';

/** What was read: texts as a whole, and single tokens of texts by their offsets. */
const read = vi.hoisted(() => ({ texts: [] as string[], tokens: [] as { source: string; offset: number }[] }));

vi.mock('../../../src/script/tokens', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/script/tokens')>();
  return {
    ...original,
    nextToken: (source: string, offset: number) => {
      read.tokens.push({ source, offset });
      return original.nextToken(source, offset);
    },
    tokenise: (source: string) => {
      read.texts.push(source);
      return original.tokenise(source);
    },
    parseSql: (text: string) => {
      read.texts.push(text);
      return original.parseSql(text);
    },
  };
});

const database = nativeDatabase(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b, c INT CHECK (c > 0));
  INSERT INTO t VALUES (1, 'x', 2, 3), (2, 'y', 4, 5);
  CREATE TABLE log(a);
  CREATE INDEX t_a ON t(a);
  CREATE VIEW v AS SELECT a FROM t;
  CREATE TRIGGER changed AFTER UPDATE ON t BEGIN DELETE FROM log; INSERT INTO log VALUES (new.a); END;`);

/** Of every kind that is looked at closely; none of them is written as SQLite stores it. */
const script = `
  pragma user_version = 7; pragma cache_size = 10;
  alter table t add column a TEXT DEFAULT 'another';
  alter table t add column made TEXT DEFAULT (datetime('now'));
  alter table t add column "late" INT CHECK ("late" <> "nothing");
  create table if not exists t(id INTEGER PRIMARY KEY, "a" TEXT NOT NULL, b, c);
  create table if not exists fresh(id INTEGER PRIMARY KEY, "x" TEXT, CHECK ("x" <> "y"));
  create index if not exists t_a ON t(b);
  create index if not exists t_b ON t("b", length(a)) where "b" > 0;
  create index if not exists t_c ON t(c);
  create view if not exists v as SELECT b FROM t;
  create view w as SELECT "a", "nothing" FROM t;
  create trigger if not exists changed after update on t begin DELETE FROM log; end;
  create table copy as SELECT *, random() AS r FROM t;
  insert into log SELECT a FROM t WHERE a <> '10:30';
  insert into fresh(id, x) VALUES (1, 'one') ON CONFLICT DO UPDATE SET x = 'two' RETURNING id;
  replace into fresh(id, x) VALUES (1, 'three');
  update t SET b = replace(a, 'x', 'y') WHERE id = 1;
  delete from log;
  select * FROM t indexed by t_a WHERE a = 'x';
  explain query plan SELECT 1;
  savepoint s; alter table copy rename column b to d; alter table copy rename to copied; release s;
  drop table copied; analyze; reindex`;

test('Splitting reads every token of a script once', () => {
  read.tokens = [];
  splitScript(script);
  const offsets = read.tokens.map(({ offset }) => offset);
  expect(new Set(offsets).size).toBe(offsets.length);
  expect(offsets.length).toBeGreaterThan(250);
});

test('A plan, a run and the checks of its result take no statement apart again', () => {
  const split = splitScript(script);
  const statements = new Set(split.ok ? split.statements.map(({ text }) => text) : []);
  read.texts = [];
  const planned = plan(database, script);
  const { result } = migrate(database, script);
  expect(new Set(verdicts(planned.plan.outcomes))).toEqual(new Set(['applied', 'adapted', 'skipped', 'unchanged']));
  expect(result.committed && result.proofs.length > 0).toBe(true);
  // Texts of the schema are read, since they come out of the database.
  expect(read.texts.length).toBeGreaterThan(10);
  expect(read.texts.filter((text) => statements.has(text))).toEqual([]);
});
