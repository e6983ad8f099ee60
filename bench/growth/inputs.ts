// Databases and scripts of any size, for the benchmark of growth: one for each thing that there can be many of.

import type { Script } from '../../src/script/statement';

/** What is measured: a database, as the SQL that makes it, and a script to run on it. */
export interface Subject {
  readonly database: string;
  readonly script: Script;
}

/** A kind of size: what there is many of, in which sizes, and what a size is. */
export interface Kind {
  readonly name: string;
  /** Each twice the one before. */
  readonly sizes: readonly number[];
  readonly subject: (size: number) => Subject;
}

/** From 1 to `size`, as lines of text. */
function lines(size: number, line: (at: number) => string): string {
  return Array.from({ length: size }, (_, at) => line(at + 1)).join('\n');
}

function table(at: number): string {
  const parent = Math.max(1, Math.floor(at / 2));
  return `CREATE TABLE t${at} (
    id INTEGER PRIMARY KEY, -- the number of the row
    name TEXT NOT NULL DEFAULT '', parent_id INTEGER REFERENCES t${parent}(id), amount REAL CHECK (amount >= 0));
    INSERT INTO t${at} (name, amount) VALUES ('one', 1);`;
}

const TWO_STATEMENTS = `ALTER TABLE t1 ADD COLUMN added TEXT;
  CREATE TABLE IF NOT EXISTS fresh (id INTEGER PRIMARY KEY, t1_id INTEGER REFERENCES t1(id));`;

/** All kinds, by the name under which one can be asked for. */
export const KINDS: readonly Kind[] = [
  {
    name: 'tables',
    sizes: [1000, 2000, 4000, 8000],
    subject: (size) => ({ database: lines(size, table), script: TWO_STATEMENTS }),
  },
  {
    name: 'indexes',
    sizes: [2500, 5000, 10_000],
    subject: (size) => ({
      database: `${lines(Math.ceil(size / 20), table)}
        ${lines(size, (at) => `CREATE INDEX i${at} ON t${Math.ceil(at / 20)} (name, amount, id);`)}`,
      script: TWO_STATEMENTS,
    }),
  },
  {
    name: 'triggers',
    sizes: [1000, 2000, 4000, 8000],
    subject: (size) => ({
      database: `${lines(Math.ceil(size / 8), table)}
        CREATE TABLE log (what TEXT);
        ${lines(
          size,
          (at) => `CREATE TRIGGER r${at} AFTER ${['INSERT', 'UPDATE', 'DELETE'][at % 3] ?? ''} ON t${Math.ceil(at / 8)}
            BEGIN INSERT INTO log VALUES ('${at}'); END;`,
        )}`,
      script: `${TWO_STATEMENTS} DELETE FROM t2;`,
    }),
  },
  {
    name: 'triggers with a missing function',
    sizes: [250, 500, 1000, 2000],
    subject: (size) => ({
      database: `${lines(Math.ceil(size / 8), table)}
        CREATE TABLE log (what TEXT);
        ${lines(
          size,
          (at) => `CREATE TRIGGER r${at} AFTER ${['INSERT', 'UPDATE', 'DELETE'][at % 3] ?? ''} ON t${Math.ceil(at / 8)}
            BEGIN INSERT INTO log VALUES (not_there('${at}')); END;`,
        )}`,
      script: TWO_STATEMENTS,
    }),
  },
  {
    name: 'views, each of the view before',
    sizes: [50, 100, 200, 400],
    subject: (size) => ({
      database: `${table(1)}
        CREATE VIEW v0 AS SELECT id, name, amount FROM t1;
        ${lines(size, (at) => `CREATE VIEW v${at} AS SELECT id, name, amount + 1 AS amount FROM v${at - 1};`)}`,
      script: TWO_STATEMENTS,
    }),
  },
  {
    name: 'views',
    sizes: [1000, 2000, 4000],
    subject: (size) => ({
      database: `${lines(Math.ceil(size / 4), table)}
        ${lines(size, (at) => `CREATE VIEW v${at} AS SELECT id, name FROM t${Math.ceil(at / 4)} WHERE amount > ${at};`)}`,
      script: TWO_STATEMENTS,
    }),
  },
  {
    name: 'columns',
    sizes: [249, 498, 996, 1992],
    subject: (size) => {
      const column = (at: number): string => `c${at} ${at % 2 === 0 ? 'TEXT' : 'INTEGER NOT NULL DEFAULT 0'}`;
      const columns = Array.from({ length: size }, (_, at) => column(at + 1));
      return {
        database: `CREATE TABLE t1 (id INTEGER PRIMARY KEY, ${columns.join(', ')}); INSERT INTO t1 (id) VALUES (1);`,
        script: `CREATE TABLE IF NOT EXISTS t1 (id INTEGER PRIMARY KEY, ${columns.join(' UNIQUE, ')});
          ALTER TABLE t1 ADD COLUMN added TEXT; UPDATE t1 SET c1 = 2;`,
      };
    },
  },
  {
    name: 'statements',
    sizes: [12_500, 25_000, 50_000, 100_000],
    subject: (size) => ({
      database: lines(20, table),
      script: `CREATE INDEX late ON t1 (name);
        ${lines(size, (at) => `INSERT INTO t${(at % 20) + 1} (name, amount) VALUES ('row ${at}', ${at});`)}`,
    }),
  },
  {
    name: 'statements that change and delete',
    sizes: [12_500, 25_000, 50_000, 100_000],
    subject: (size) => ({
      database: `${lines(20, table)} CREATE TRIGGER r AFTER UPDATE ON t1 BEGIN DELETE FROM t2 WHERE id = -1; END;`,
      script: lines(size, (at) => {
        const on = `t${(at % 20) + 1}`;
        if (at % 3 === 0) return `UPDATE ${on} SET amount = ${at} WHERE id = 1;`;
        return at % 3 === 1 ? `DELETE FROM ${on} WHERE id = ${at};` : `INSERT OR IGNORE INTO ${on} (id) VALUES (1);`;
      }),
    }),
  },
  {
    name: 'statements that ask for what is there',
    sizes: [500, 1000, 2000],
    subject: (size) => ({
      database: lines(20, table),
      script: lines(size, (at) =>
        at % 2 === 0
          ? `ALTER TABLE t${(at % 20) + 1} ADD COLUMN name TEXT;`
          : `CREATE TABLE IF NOT EXISTS t${(at % 20) + 1} (id INTEGER PRIMARY KEY, other TEXT);`,
      ),
    }),
  },
  {
    name: 'statements on tables of their own',
    sizes: [500, 1000, 2000, 4000],
    subject: (size) => ({
      database: lines(size, table),
      script: lines(size, (at) => `UPDATE t${at} SET amount = 2; INSERT INTO t${at} (name) VALUES ('two');`),
    }),
  },
  {
    name: 'files of a chain',
    sizes: [625, 1250, 2500, 5000],
    subject: (size) => ({
      database: `${lines(20, table)} CREATE TABLE schema_migrations (version TEXT PRIMARY KEY);
        ${lines(size / 5, (at) => `INSERT INTO schema_migrations VALUES ('${at}');`)}`,
      script: Array.from({ length: size }, (_, at) => ({
        name: `${at + 1}_step.sql`,
        text: `-- step ${at}\nUPDATE t${(at % 20) + 1} SET amount = ${at};\nINSERT INTO t1 (name) VALUES ('step ${at}');\n`,
      })),
    }),
  },
];
