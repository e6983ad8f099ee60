// The shadow: a copy of a database's schema without any of its rows. What the script does to the shadow is what it would
// do to an emptied database, so it tells the schema text to reach and which index statements are sound, at no cost. A trial
// is a change of the shadow that is taken back.

import { encodingOf, rowsOf, type Database, type Outcome, type SqlValue } from '../database';

/** SQLite goes through all of a schema to add to it, so placeholders are forgotten before they are many: their pages stay. */
const PLACEHOLDERS_AT_ONCE = 50;

/**
 * Makes the shadow of a database in memory: the same rows of sqlite_schema to the letter, over empty b-trees.
 * The DDL is not executed but written into sqlite_schema (PRAGMA writable_schema, https://sqlite.org/pragma.html), so that
 * texts which this engine could not create anew (an unknown module, a missing function, a broken view) are carried too.
 * Virtual tables alone are created: what a module keeps in the tables that store it has to be there, or it takes them for
 * damaged. Whoever asked for it closes it.
 */
export function makeShadow(database: Database): Database {
  const shadow = database.scratch();
  const must = (sql: string, parameters?: readonly SqlValue[]): void => {
    const outcome = shadow.execute(sql, parameters);
    if (!outcome.ok) throw new Error(`The shadow schema cannot be built: ${outcome.error.message} (in: ${sql})`);
  };
  must(`PRAGMA encoding = "${encodingOf(database)}"`);
  // Its pages hold nothing: small ones keep a schema of many tables small.
  must('PRAGMA page_size = 1024');
  // Only a table whose text has the word can be without rowid; the list of all tables costs much where there are views.
  const objects = rowsOf(
    database,
    `SELECT type, name, tbl_name, rootpage, CAST(sql AS BLOB), CASE WHEN type = 'table' AND instr(lower(sql), 'without')
       THEN name IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr) ELSE 0 END
     FROM main.sqlite_schema ORDER BY rowid`,
  );
  const stored = storeVirtualTables(database, shadow);
  must('BEGIN');
  const roots = new Map<string, number>();
  for (let from = 0; from < objects.length; from += PLACEHOLDERS_AT_ONCE) {
    must(`CREATE TABLE holder_${from} (x)`);
    for (let at = from; at < Math.min(from + PLACEHOLDERS_AT_ONCE, objects.length); at++) {
      const [type, name, , rootPage, , withoutRowid] = objects[at] ?? [];
      if (rootPage === 0 || stored.has(String(name))) continue;
      // A WITHOUT ROWID table is stored in an index b-tree.
      if (type === 'table' && withoutRowid === 0) must(`CREATE TABLE placeholder_${at} (x)`);
      else must(`CREATE INDEX placeholder_${at} ON holder_${from} (x)`);
    }
    for (const [name, root] of rowsOf(shadow, 'SELECT name, rootpage FROM sqlite_schema')) {
      roots.set(String(name), Number(root));
    }
    must('PRAGMA writable_schema = ON');
    must('DELETE FROM sqlite_schema');
    must('PRAGMA writable_schema = RESET');
  }
  must('PRAGMA writable_schema = ON');
  // As bytes, since text that is not valid in its encoding does not survive the way through JavaScript.
  objects.forEach(([type, name, table, , sql], at) => {
    const root = stored.get(String(name)) ?? roots.get(`placeholder_${at}`) ?? 0;
    must(`INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ${root}, CAST(? AS TEXT))`, [
      type ?? null,
      name ?? null,
      table ?? null,
      sql ?? null,
    ]);
  });
  must('PRAGMA schema_version = 1000');
  must('COMMIT');
  must('PRAGMA writable_schema = RESET');
  return shadow;
}

/**
 * Creates the virtual tables whose modules are here, and forgets their lines of sqlite_schema again. Gives the root pages of the
 * tables and indexes that store them, by their names, with what a module has put into them.
 */
function storeVirtualTables(database: Database, shadow: Database): ReadonlyMap<string, number> {
  // A virtual table has no page of its own.
  const virtual = rowsOf(database, "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0");
  const created = virtual.filter(([sql]) => shadow.execute(String(sql)).ok);
  if (created.length === 0) return new Map();
  const roots = rowsOf(shadow, 'SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0');
  for (const sql of ['PRAGMA writable_schema = ON', 'DELETE FROM sqlite_schema', 'PRAGMA writable_schema = RESET']) {
    shadow.execute(sql);
  }
  return new Map(roots.map(([name, root]) => [String(name), Number(root)]));
}

/** A trial: makes the changes on the shadow, reads, and takes all back. Gives what was read, or why one of the changes cannot be made. */
export function trial<Value>(shadow: Database, changes: readonly string[], read: () => Value): Outcome<Value> {
  shadow.execute('SAVEPOINT trial');
  try {
    for (const sql of changes) {
      const made = shadow.execute(sql);
      if (!made.ok) return made;
    }
    return { ok: true, value: read() };
  } finally {
    shadow.execute('ROLLBACK TO trial');
    shadow.execute('RELEASE trial');
  }
}
