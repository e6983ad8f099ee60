// Schemas and migrations for the tests of the comparison: made by native sqlite3, read by the engine of the page.
import { readSchema } from '../../src/schema/read';
import type { Schema } from '../../src/schema/schema';
import { nativeDatabase, withDatabase } from '../databases';

/** The schema of a script, which native sqlite3 runs; of none an empty one. */
export function schemaOf(sql: string): Schema {
  return withDatabase(nativeDatabase(`PRAGMA user_version = 1; ${sql}`), readSchema);
}
