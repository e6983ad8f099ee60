// What the explorer asks of an open file. Loaded when the explorer is opened first.

import { describeSchema, type SchemaDetails } from '../schema/details';
import type { Schema } from '../schema/schema';
import type { Engine } from './sqljs';

/** What SQLite makes of a schema, which may be that of a plan. */
export function describe(engine: Engine, schema: Schema): SchemaDetails {
  const scratch = engine.memory();
  try {
    return describeSchema(scratch, schema);
  } finally {
    scratch.close();
  }
}
