// A large schema is migrated by the part of it that changes: what stands on that part, and what is broken elsewhere, is not forgotten.
import { expect, it } from 'vitest';
import { writeMigration } from '../../src/compare/write';
import { readSchema } from '../../src/schema/read';
import { askNative, nativeDatabase, withDatabase } from '../databases';
import { OBJECTS, plain } from './checkMigration';

/** 130 tables in a chain of foreign keys, with views and triggers over them. */
function schema(change: (sql: string) => string): string {
  const tables = Array.from({ length: 130 }, (_, at) => {
    const parent = at === 0 ? '' : `, p REFERENCES t${at - 1} (id) ON DELETE CASCADE`;
    return [
      `CREATE TABLE t${at} (id INTEGER PRIMARY KEY, a TEXT, b REAL${parent});`,
      `CREATE INDEX i${at} ON t${at} (a);`,
      at % 10 === 0 ? `CREATE VIEW v${at} AS SELECT a FROM t${at}; CREATE VIEW w${at} AS SELECT a FROM v${at};` : '',
      at % 13 === 0
        ? `CREATE TRIGGER g${at} AFTER INSERT ON t${at} BEGIN UPDATE t${(at + 7) % 130} SET a = new.a; END;`
        : '',
    ].join('\n');
  });
  return change(`BEGIN;\n${tables.join('\n')}\nCREATE VIEW broken AS SELECT x FROM missing;\nCOMMIT;`);
}

it('Of 130 tables four change, with all that names them', () => {
  const rows = Array.from({ length: 130 }, (_, at) => `INSERT INTO t${at} VALUES (1, 'x', 2${at === 0 ? '' : ', 1'});`);
  const bytes = nativeDatabase(`${schema((sql) => sql)}BEGIN; ${rows.join('\n')} COMMIT;`);
  const target = nativeDatabase(
    schema((sql) =>
      sql
        .replaceAll(/\bt20\b/g, 'renamed')
        .replace('t33 (id INTEGER PRIMARY KEY, a TEXT', 't33 (id INTEGER PRIMARY KEY, c TEXT')
        .replace('ON t33 (a)', 'ON t33 (c)')
        .replace('UPDATE t33 SET a', 'UPDATE t33 SET c')
        .replace('t46 (id INTEGER PRIMARY KEY, a TEXT', 't46 (id INTEGER PRIMARY KEY, a TEXT NOT NULL')
        .replace(/(CREATE TABLE t50 [^;]*)\);/, '$1, z TEXT);'),
    ),
  );
  const migration = withDatabase(bytes, (database) =>
    writeMigration({
      ...{ current: readSchema(database), desired: withDatabase(target, readSchema) },
      ...{ scratch: () => database.scratch(), rows: database, desiredRows: null, sqliteVersion: 37, spelling: false },
      answers: new Map([
        ['table t20', 'rename to renamed'],
        ['column t33.a', 'rename to c'],
      ]),
    }),
  );
  expect(migration.complete).toBe(true);
  expect(migration.rebuilds.map(({ table }) => table)).toEqual(['t46']);
  for (const keys of ['ON', 'OFF']) {
    const script = `PRAGMA foreign_keys = ${keys};\n${migration.sql}`;
    const told = askNative(
      bytes,
      `${script}\n${OBJECTS};\n.print ---\nSELECT count(*) FROM t129; PRAGMA foreign_key_check;\n.print ---\n${migration.back.sql}\n${OBJECTS};`,
    );
    const [after, rowsLeft, back] = told.split('---');
    expect(plain(after ?? '', false)).toBe(plain(askNative(target, `${OBJECTS};`), false));
    expect(rowsLeft?.trim()).toBe('1');
    expect(plain(back ?? '', false)).toBe(plain(askNative(bytes, `${OBJECTS};`), false));
  }
});
