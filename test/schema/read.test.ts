// A schema is read as SQLite has it, and the columns of all tables in one question: a file of a thousand tables opens at once.
import { expect, it } from 'vitest';
import { readSchema } from '../../src/schema/read';
import { askNative, nativeDatabase, withDatabase } from '../databases';
import { noting } from '../growth/counting';

const ALL = `CREATE TABLE plain (a, "b c" TEXT NOT NULL DEFAULT 'x', d AS (a + 1), e AS (a + 2) STORED, PRIMARY KEY (a, "b c")) WITHOUT ROWID;
  CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT) STRICT;
  CREATE VIEW good AS SELECT a, d FROM plain; CREATE VIEW broken AS SELECT x FROM missing;
  CREATE VIRTUAL TABLE found USING fts4 (body);`;

it('Columns of tables and virtual tables are those that native sqlite3 lists; what cannot be read says why', () => {
  const bytes = nativeDatabase(ALL);
  const { relations } = withDatabase(bytes, readSchema);
  // What type a column of a view has, newer versions tell otherwise.
  for (const { name, columns } of relations.filter(({ kind }) => kind !== 'view')) {
    const here = columns.map(({ name: column, type, notNull, defaultValue, primaryKey, generated, hidden }) => {
      const kind = hidden ? 1 : generated === 'virtual' ? 2 : generated === 'stored' ? 3 : 0;
      return [column, type, notNull ? 1 : 0, defaultValue ?? '', primaryKey, kind].join('|');
    });
    const list = `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo('${name}') ORDER BY cid;`;
    expect(here.join('\n'), name).toBe(askNative(bytes, list));
  }
  const unreadable = relations.filter((relation) => relation.unreadable !== null);
  expect(unreadable.map(({ name, unreadable: message }) => [name, message])).toEqual([
    ['broken', 'no such table: main.missing'],
  ]);
});

it('Ten times as many tables are read with as many questions', () => {
  const asked = (tables: number): number => {
    const sql = Array.from({ length: tables }, (_, at) => `CREATE TABLE t${at} (a, b);`).join('\n');
    return withDatabase(nativeDatabase(sql), (database) => {
      const questions: string[] = [];
      const { relations } = readSchema(noting(database, questions));
      expect(relations.map(({ columns }) => columns.length)).toEqual(Array.from({ length: tables }, () => 2));
      return questions.length;
    });
  };
  expect(asked(40)).toBe(asked(4));
});
