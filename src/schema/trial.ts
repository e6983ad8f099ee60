// A trial: changes that are made on the shadow to look at what they give, and taken back.

import type { Database, Outcome } from '../database';

/** Makes the changes, reads, and takes all back. Gives what was read, or why one of the changes cannot be made. */
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
