// The commit: whether SQLite would refuse it, and what is said where it does.

import { rowsOf, type Database } from '../../database';
import type { Failure, StatementOutcome } from '../outcome';

/** SQLite’s message where rows would be left without their parents. */
export const FOREIGN_KEY_REFUSAL = 'FOREIGN KEY constraint failed';

/**
 * Whether SQLite would refuse to commit the open transaction, since rows were left without their parents that a DEFERRABLE foreign
 * key, or PRAGMA defer_foreign_keys, lets stand until then. SQLite counts them as they come and go, and looks at no table at the
 * commit: what foreign_key_check finds is not the same. It tells its count by one thing only: DROP TABLE first deletes the rows of a
 * table with a deferred foreign key where there are such rows (https://sqlite.org/foreignkeys.html#fk_schemacommands), and not else.
 */
export function isCommitRefused(database: Database): boolean {
  const changes = (): number => Number(rowsOf(database, 'SELECT total_changes()')[0]?.[0]);
  const made = [
    'SAVEPOINT drydock_commit',
    'CREATE TEMP TABLE drydock_parent (id INTEGER PRIMARY KEY)',
    'CREATE TEMP TABLE drydock_child (id REFERENCES drydock_parent DEFERRABLE INITIALLY DEFERRED)',
    'INSERT INTO temp.drydock_child VALUES (NULL)',
  ].every((sql) => database.execute(sql).ok);
  const before = changes();
  const isRefused = made && database.execute('DROP TABLE temp.drydock_child').ok && changes() > before;
  database.execute('ROLLBACK TO drydock_commit');
  database.execute('RELEASE drydock_commit');
  return isRefused;
}

/** A commit that SQLite refuses (no memory left, a deferred foreign key) undoes all; the last statement has to say so. */
export function failLast(outcomes: readonly StatementOutcome[], failure: Failure): readonly StatementOutcome[] {
  return outcomes.map((outcome, at) =>
    at < outcomes.length - 1 ? outcome : { ...outcome, verdict: 'failed', failure: { ...failure, atCommit: true } },
  );
}
