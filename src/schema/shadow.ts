// The shadow: a copy of a database's schema without any of its rows. What the script does to the shadow is what it would
// do to an emptied database, so it tells the schema text to reach and which index statements are sound, at no cost. A trial
// is a change of the shadow that is taken back.

import { rowsOf, type Database, type Outcome, type SqlValue } from '../database';

/**
 * Makes the shadow of a database in memory: the same rows of sqlite_schema to the letter, over empty b-trees.
 * The DDL is not executed but written into sqlite_schema (PRAGMA writable_schema, https://sqlite.org/pragma.html), so that
 * texts which this engine could not create anew (an unknown module, a missing function, a broken view) are carried too.
 * Whoever asked for it closes it.
 */
export function makeShadow(database: Database): Database {
  const shadow = database.scratch();
  const must = (sql: string, parameters?: readonly SqlValue[]): void => {
    const outcome = shadow.execute(sql, parameters);
    if (!outcome.ok) throw new Error(`The shadow schema cannot be built: ${outcome.error.message} (in: ${sql})`);
  };
  const [encoding] = rowsOf(database, 'PRAGMA encoding')[0] ?? ['UTF-8'];
  must(`PRAGMA encoding = "${String(encoding)}"`);
  // Its pages hold nothing: small ones keep a schema of many tables small.
  must('PRAGMA page_size = 1024');
  must('BEGIN');
  const objects = rowsOf(
    database,
    `SELECT s.type, s.name, s.tbl_name, s.rootpage, CAST(s.sql AS BLOB), coalesce(l.wr, 0)
     FROM main.sqlite_schema AS s LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name AND s.type = 'table'
     ORDER BY s.rowid`,
  );
  must('CREATE TABLE placeholder (x)');
  objects.forEach(([type, , , rootPage, , withoutRowid], at) => {
    if (rootPage === 0) return;
    // A WITHOUT ROWID table is stored in an index b-tree.
    if (type === 'table' && withoutRowid === 0) must(`CREATE TABLE placeholder_${at} (x)`);
    else must(`CREATE INDEX placeholder_${at} ON placeholder (x)`);
  });
  const roots = new Map(
    rowsOf(shadow, 'SELECT name, rootpage FROM sqlite_schema').map(([name, root]) => [String(name), Number(root)]),
  );
  // As bytes, since text that is not valid in its encoding does not survive the way through JavaScript.
  must('PRAGMA writable_schema = ON');
  must('DELETE FROM sqlite_schema');
  objects.forEach(([type, name, table, , sql], at) => {
    const root = roots.get(`placeholder_${at}`) ?? 0;
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
