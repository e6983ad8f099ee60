// A foreign key leads nowhere exactly where native SQLite, with foreign keys enforced, refuses a change of its table.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findUnresolved, readReferences } from '../../src/schema/references';
import { readSchema } from '../../src/schema/read';
import { nativeDatabase, withDatabase } from '../databases';
import { sqlite3 } from '../sqlite3';

/** Whether the native shell inserts a row that refers to nothing, with foreign keys enforced. */
function nativeInserts(schema: string): boolean {
  try {
    const sql = `${schema}\nPRAGMA foreign_keys = ON;\nINSERT INTO child DEFAULT VALUES;`;
    sqlite3(['-bail', ':memory:'], { input: sql });
    return true;
  } catch {
    return false;
  }
}

const parents = [
  '',
  'CREATE TABLE parent (a INTEGER PRIMARY KEY, b TEXT);',
  'CREATE TABLE parent (a TEXT, b TEXT, PRIMARY KEY (a, b));',
  'CREATE TABLE parent (a TEXT, b TEXT, PRIMARY KEY (b)) WITHOUT ROWID;',
  'CREATE TABLE parent (a TEXT UNIQUE, b TEXT);',
  'CREATE TABLE parent (a TEXT COLLATE NOCASE UNIQUE, b TEXT COLLATE RTRIM);',
  'CREATE TABLE parent (a, b);',
  'CREATE VIEW parent AS SELECT 1 AS a, 2 AS b;',
  'CREATE TABLE "Parent" (A TEXT PRIMARY KEY, B TEXT);',
];
const indexes = [
  '',
  'CREATE INDEX i ON parent (a);',
  'CREATE UNIQUE INDEX i ON parent (a);',
  'CREATE UNIQUE INDEX i ON parent (b, a);',
  'CREATE UNIQUE INDEX i ON parent (a) WHERE b > 1;',
  'CREATE UNIQUE INDEX i ON parent (a COLLATE NOCASE);',
  'CREATE UNIQUE INDEX i ON parent (b DESC);',
  'CREATE UNIQUE INDEX i ON parent (a || b);',
];
const children = [
  'CREATE TABLE child (x REFERENCES parent, y);',
  'CREATE TABLE child (x REFERENCES parent (a), y);',
  'CREATE TABLE child (x REFERENCES parent (b), y);',
  'CREATE TABLE child (x REFERENCES parent (c), y);',
  'CREATE TABLE child (x, y, FOREIGN KEY (x, y) REFERENCES parent);',
  'CREATE TABLE child (x, y, FOREIGN KEY (x, y) REFERENCES parent (a, b));',
  'CREATE TABLE child (x, y, FOREIGN KEY (y, x) REFERENCES PARENT (B, A));',
];

it('A foreign key leads nowhere where SQLite would refuse an INSERT, and nowhere else', () => {
  const seen = { sound: 0, broken: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...parents), fc.constantFrom(...indexes), fc.constantFrom(...children), (...parts) => {
      const [parent, index, child] = parts;
      const schema = [parent, parent.startsWith('CREATE TABLE') ? index : '', child].join('\n');
      const unresolved = withDatabase(nativeDatabase(schema), (database) => {
        const read = readSchema(database);
        return findUnresolved(database, read, readReferences(database, read));
      });
      expect(unresolved.size === 0, schema).toBe(nativeInserts(schema));
      seen[unresolved.size === 0 ? 'sound' : 'broken'] += 1;
    }),
    { seed: 11, numRuns: 150 },
  );
  expect(seen.sound).toBeGreaterThan(20);
  expect(seen.broken).toBeGreaterThan(20);
});
